//! `test`: the policy's runner, and then the doctests, which nextest does not run.

use std::ffi::OsString;

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level, did_you_mean};
use build_profiles::key::nextest::release;
use build_profiles::layout::nextest_path;
use build_profiles::plan::{OnUndeclared, plan};
use build_profiles::policy::{Policy, Test};
use build_profiles::runner::arguments::{self, Given};
use build_profiles::runner::{self as runners, End, Runner, junit, profile};
use build_profiles::settings::settle;
use build_profiles::value::{KeyPath, Value};

use crate::cli::{Format, TestArgs};
use crate::exit::Exit;
use crate::read::{self, Library, Repository};
use crate::render::{self, Tested};
use crate::run::{Children, runner};

pub(super) fn run(args: &TestArgs) -> Result<Exit> {
    if args.common.format != Format::Human {
        bail!(
            "`test` shows what the runner says, and has no other format\n\n\
             help: for programs, `junit.path` under `[test.nextest.profile.<name>]` makes nextest write a report"
        );
    }
    let mut place = read::place(&args.common)?;
    let libraries = std::mem::take(&mut place.libraries);
    let repository = read::repository(&args.common, place)?.with_or_without_policy(&args.common);
    let errors: Vec<&Diagnostic> = repository
        .diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .collect();
    if !errors.is_empty() {
        render::findings(&args.common, &repository, &errors);
        bail!("no test was run: the input can't be used");
    }
    let policy = repository.policy.clone().unwrap_or_default();
    let test = runners::test(&policy, environment(args, &repository, &policy)?.as_deref());
    let children = repository.children();
    let runner = Runner::of(&test);
    if runner == Runner::Nextest {
        has_nextest(&children, &policy)?;
    }
    let words: Vec<String> = args
        .arguments
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let run = Run {
        args,
        repository: &repository,
        libraries: &libraries,
        children: &children,
        runner,
        given: arguments::read(runner, &words),
    };
    let mut tested = Tested {
        drift: run.drift(&policy),
        ..run.tests()?
    };
    run.doctests(&test, &mut tested)?;
    render::tested(&args.common, &tested);
    Ok(tested.exit(args.common.strict))
}

/// One run of the tests.
struct Run<'a> {
    args: &'a TestArgs,
    repository: &'a Repository,
    libraries: &'a [Library],
    children: &'a Children,
    runner: Runner,
    given: Given,
}

impl Run<'_> {
    /// Runs the runner.
    fn tests(&self) -> Result<Tested> {
        let report = self.report();
        let stale = report
            .as_ref()
            .and_then(|path| read::report(&self.repository.root, path));
        let command = self.command();
        let mut end = self.runner.end(runner::cargo(self.children, &command)?);
        if end == End::FailedOrBroken {
            end = match runner::succeeds(self.children, &build_alone(&command))? {
                true => End::Failed,
                false => End::Broken("the build failed", None),
            };
        }
        let mut tested = Tested {
            tests: end,
            ..Tested::default()
        };
        if matches!(end, End::Passed | End::Failed) {
            // A report that no run has touched tells of another run.
            let fresh = report
                .and_then(|path| read::report(&self.repository.root, &path))
                .filter(|text| Some(text) != stale.as_ref());
            tested.flaky = fresh.as_deref().map(junit::flaky).unwrap_or_default();
        }
        if matches!(end, End::Passed | End::Failed | End::NoTests) {
            tested.hidden = self.hidden();
        }
        Ok(tested)
    }

    /// `cargo nextest run --workspace`, or Cargo's own tests without the doctests.
    fn command(&self) -> Vec<OsString> {
        let mut command: Vec<OsString> = match self.runner {
            Runner::Cargo => vec!["test".into()],
            Runner::Nextest => vec!["nextest".into(), "run".into()],
        };
        command.extend(self.workspace());
        if self.runner == Runner::Cargo && !self.given.targets {
            // Cargo stops at `--lib` where there is no library; `--tests` has the tests of libraries too.
            let is_there = |library: &Library| self.given.selects(&library.package) == Some(true);
            let lib = self.libraries.iter().any(is_there).then_some("--lib");
            let targets = lib.into_iter().chain(["--bins", "--tests", "--examples"]);
            command.extend(targets.map(OsString::from));
        }
        command.extend(self.network());
        command.extend(self.args.arguments.iter().cloned());
        command
    }

    /// `--workspace`, unless packages were named, which Cargo ignores beside it, or the runner is given it.
    fn workspace(&self) -> Option<OsString> {
        let option = "--workspace";
        let is_given = self.given.build.iter().any(|given| given == option);
        (self.given.packages.is_empty() && !is_given).then(|| option.into())
    }

    /// Our own options that Cargo has too, unless the runner is given them: Cargo takes them once.
    fn network(&self) -> impl Iterator<Item = OsString> {
        let common = &self.args.common;
        let ours = [(common.offline, "--offline"), (common.locked, "--locked")];
        let is_new = |option: &&str| !self.given.build.iter().any(|given| given == option);
        ours.into_iter()
            .filter_map(|(wanted, option)| wanted.then_some(option))
            .filter(is_new)
            .map(OsString::from)
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn config(&self) -> &str {
        let file = nextest_path();
        self.repository
            .workspace
            .files
            .get(&file)
            .map_or("", String::as_str)
    }

    /// nextest's profile of this run.
    fn profile(&self) -> String {
        let variable = || {
            let value = self.children.var("NEXTEST_PROFILE")?;
            Some(value.to_string_lossy().into_owned())
        };
        let named = self.given.profile.clone().or_else(variable);
        named.unwrap_or_else(|| "default".to_owned())
    }

    fn report(&self) -> Option<String> {
        match self.runner {
            Runner::Nextest => profile::report(self.config(), &self.profile()),
            Runner::Cargo => None,
        }
    }

    /// How many of how many tests a `default-filter` hides; not asked where nothing can be hidden, or where the run was
    /// narrowed by hand.
    fn hidden(&self) -> Option<(usize, usize)> {
        let asks = self.runner == Runner::Nextest
            && !self.given.narrowed
            && profile::may_hide_tests(self.config());
        if !asks {
            return None;
        }
        let mut arguments: Vec<OsString> = self.workspace().into_iter().collect();
        arguments.extend(self.network());
        arguments.extend(["--profile".into(), self.profile().into()]);
        for word in &self.given.build {
            // Cargo's profile has another name there.
            let word = if word == "--profile" {
                "--cargo-profile"
            } else {
                word
            };
            arguments.push(word.into());
        }
        runner::hidden(self.children, &arguments)
            .ok()
            .filter(|(hidden, _)| *hidden > 0)
    }

    /// Runs the doctests, or says why not.
    fn doctests(&self, test: &Test, tested: &mut Tested) -> Result<()> {
        let wanted = test.doctests.as_ref().is_none_or(|wanted| wanted.value);
        let may_be_tested =
            |library: &&Library| self.given.selects(&library.package) != Some(false);
        let some = self
            .libraries
            .iter()
            .filter(may_be_tested)
            .any(|library| library.doctests);
        tested.without_doctests = if self.args.no_doctests {
            Some("left out by `--no-doctests`")
        } else if !wanted {
            Some("left out by `doctests = false` of the policy")
        } else if !some {
            Some("no library has any")
        } else if matches!(tested.tests, End::Broken(..)) {
            Some("not run, since the tests could not be")
        } else {
            None
        };
        if tested.without_doctests.is_some() {
            return Ok(());
        }
        let mut command: Vec<OsString> = vec!["test".into(), "--doc".into()];
        command.extend(self.workspace());
        command.extend(self.network());
        command.extend(self.given.build.iter().map(OsString::from));
        // What they are built from has just been built, so it is the doctests that fail.
        tested.doctests = Some(
            match Runner::Cargo.end(runner::cargo(self.children, &command)?) {
                End::FailedOrBroken => End::Failed,
                end => end,
            },
        );
        Ok(())
    }

    /// Whether nextest read something else than the policy says.
    fn drift(&self, policy: &Policy) -> usize {
        if self.runner == Runner::Cargo {
            return 0;
        }
        let Repository {
            policy_file,
            workspace,
            ..
        } = self.repository;
        let (settings, _) = settle(policy_file, policy, workspace);
        let plan = plan(
            policy_file,
            policy,
            &settings,
            workspace,
            OnUndeclared::Refuse,
        );
        let file = nextest_path();
        plan.drift.iter().filter(|drift| drift.file == file).count()
    }
}

/// The same command, up to the point where tests would run.
fn build_alone(command: &[OsString]) -> Vec<OsString> {
    let ours = command.iter().take_while(|word| *word != "--").cloned();
    ours.chain(["--no-run".into(), "--quiet".into()]).collect()
}

/// The environment that was named, or the one whose file this machine has copied.
fn environment(
    args: &TestArgs,
    repository: &Repository,
    policy: &Policy,
) -> Result<Option<String>> {
    let names = || policy.environments.iter().map(|e| e.name.value.as_str());
    let Some(name) = &args.environment else {
        return Ok(repository.environment().map(str::to_owned));
    };
    if names().any(|known| known == name) {
        return Ok(Some(name.clone()));
    }
    let help = match (did_you_mean(name, names()), names().next()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, None) => "the policy has no `[environment.<name>]`".to_owned(),
        (None, Some(_)) => {
            let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            format!("use one of {}", all.join(", "))
        }
    };
    bail!("the policy has no environment `{name}`\n\nhelp: {help}")
}

/// nextest must be there, and new enough: cargo in its place would run other tests in another way.
fn has_nextest(children: &Children, policy: &Policy) -> Result<()> {
    let Some(installed) = runner::nextest(children)? else {
        bail!(
            "the policy's runner is nextest, and there is no `cargo nextest` here\n\n\
             help: install it: cargo install --locked cargo-nextest\n\
             help: or, without compiling it: https://nexte.st/docs/installation/pre-built-binaries/"
        );
    };
    let test = policy.base.test.as_ref();
    let named = test.and_then(|test| test.nextest.as_ref());
    let version = KeyPath::new(["nextest-version"]);
    let required = named
        .into_iter()
        .flat_map(|nextest| &nextest.settings)
        .find(|(path, _)| *path == version)
        .and_then(|(_, entry)| match &entry.value.value {
            Value::Str(text) => release(text),
            Value::Table(members) => members.iter().find_map(|(name, value)| match value {
                Value::Str(text) if name == "required" => release(text),
                _ => None,
            }),
            _ => None,
        });
    if let Some(required) = required.filter(|required| installed < *required) {
        bail!(
            "this is nextest {installed}, older than the policy's `nextest-version`, {required}\n\n\
             help: update it: cargo nextest self update\n\
             help: or: cargo install --locked cargo-nextest"
        );
    }
    Ok(())
}
