//! The same settings in CI, containers and editors, and in the environment: they are stronger than the files.
//!
//! Readers say which variables a file sets, for whom, and where ([`said`]); the lints hold them against the files that
//! Cargo reads.

mod actions;
mod against;
mod dockerfile;
mod editor;
mod flags;
mod github;
mod gitlab;
mod place;
mod said;
mod shell;
mod targets;
mod values;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Family, File, Files, Finding, Group, LINT, Lint, Role, Subject};
use crate::diagnostic::{Diagnostic, FilePath, Level, counted};
use said::{Knob, Said, ScopeId};
use yaml::Unread;

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html";
const FLAGS: &str = "https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &ENV_REPLACED_ELSEWHERE,
        &INCREMENTAL_VARIABLE_IS_OFF,
        &INCREMENTAL_VARIABLE_WITH_CACHE,
        &RUSTFLAGS_MISREAD,
        &RUSTFLAGS_REPLACED,
        &RUSTFLAGS_VARIABLE_DROPPED,
        &SET_AGAIN_ELSEWHERE,
        &SETUP_ACTION_SETS_RUSTFLAGS,
        &VARIABLE_MEANS_NOTHING,
        &VARIABLE_REFUSED,
        &WRAPPER_REPLACED,
        &WRAPPER_SWITCHED_OFF,
    ],
    check,
};

static RUSTFLAGS_REPLACED: Lint = Lint {
    name: "rustflags_replaced",
    group: Group::Elsewhere,
    finds: "`RUSTFLAGS` in CI, a container, an editor or the environment, beside rustflags in the config",
    cargo: "Cargo takes rustflags from one source alone: `RUSTFLAGS`, even an empty one, is taken instead of all that the config says, and the flags of a target instead of `build.rustflags`",
    costs: "what is built there has none of the configured flags, and nobody says so: another linker, another C runtime, a missing `--cfg`",
    instead: "set a variable that adds to the configured flags, or write the configured flags into this one too",
    source: FLAGS,
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\nenv:\n  RUSTFLAGS: -D warnings\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\nenv:\n  RUSTFLAGS: -D warnings --cfg ours\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static SETUP_ACTION_SETS_RUSTFLAGS: Lint = Lint {
    name: "setup_action_sets_rustflags",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "the action `actions-rust-lang/setup-rust-toolchain` without `rustflags: ''`, beside rustflags in the config",
    cargo: "unless told otherwise the action sets `RUSTFLAGS=-D warnings` for all steps after it, and Cargo takes that instead of all rustflags of the config",
    costs: "what is built there has none of the configured flags, although nobody has written `RUSTFLAGS`",
    instead: "write `rustflags: ''` under `with`, and refuse warnings by `cargo clippy -- -D warnings` or under `[workspace.lints]`",
    source: "https://github.com/actions-rust-lang/setup-rust-toolchain#rustflags",
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions-rust-lang/setup-rust-toolchain@v1\n      - run: cargo test\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions-rust-lang/setup-rust-toolchain@v1\n        with:\n          rustflags: ''\n      - run: cargo test\n",
    ..LINT
};

static RUSTFLAGS_VARIABLE_DROPPED: Lint = Lint {
    name: "rustflags_variable_dropped",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "a variable with rustflags beside a stronger source: `CARGO_BUILD_RUSTFLAGS` where the target has flags of its own",
    cargo: "Cargo takes rustflags from one source alone: `CARGO_ENCODED_RUSTFLAGS`, else `RUSTFLAGS`, else the flags of the target, else those of `build`",
    costs: "the flags reach no build, and nobody says so",
    instead: "set them where the others are set",
    source: FLAGS,
    bad: "//- .cargo/config.toml\n[target.'cfg(all())']\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_BUILD_RUSTFLAGS: --cfg=theirs\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_BUILD_RUSTFLAGS: --cfg=theirs\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static RUSTFLAGS_MISREAD: Lint = Lint {
    name: "rustflags_misread",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "quotes or line breaks in `RUSTFLAGS`",
    cargo: "Cargo splits `RUSTFLAGS` at spaces and at nothing else, and takes no quotes off: they reach rustc or the linker as they stand",
    costs: "the build stops with an error of rustc or of the linker about an argument nobody has written",
    instead: "write the flags on one line without quotes; a flag with a space in it needs `CARGO_ENCODED_RUSTFLAGS`, or an array in the config",
    source: FLAGS,
    bad: "//- .github/workflows/ci.yml\nenv:\n  RUSTFLAGS: |\n    --cfg=one\n    --cfg=two\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .github/workflows/ci.yml\nenv:\n  RUSTFLAGS: >\n    --cfg=one\n    --cfg=two=\"2\"\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static VARIABLE_MEANS_NOTHING: Lint = Lint {
    name: "variable_means_nothing",
    group: Group::Elsewhere,
    finds: "a variable whose name is nearly one of Cargo's: `RUST_FLAGS`, `CARGO_BUILD_DIR`, `CARGO_PROFILE_DEV_PACKAGE_*`",
    cargo: "Cargo does not read it, and seldom says so",
    costs: "the setting is lost, and CI builds what it would build without it",
    instead: "write the name that Cargo reads, or remove it",
    source: CONFIG,
    bad: "//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_OPTLEVEL: 1\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_OPT_LEVEL: 1\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static VARIABLE_REFUSED: Lint = Lint {
    name: "variable_refused",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "a variable of Cargo with a value that it does not take: `CARGO_PROFILE_DEV_INCREMENTAL=0`",
    cargo: "Cargo stops with an error, whichever profile is built",
    costs: "nothing builds there",
    instead: "write a value of the key's type",
    source: CONFIG,
    bad: "//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_INCREMENTAL: 0\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_INCREMENTAL: false\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static INCREMENTAL_VARIABLE_IS_OFF: Lint = Lint {
    name: "incremental_variable_is_off",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "`CARGO_INCREMENTAL` with `true`, `yes`, `on` or nothing",
    cargo: "only `1` switches incremental compilation on: everything else switches it off, in every profile",
    costs: "the opposite of what is written, without a word",
    instead: "write `1`, or `0` if off is meant, or remove it to leave it to the profiles",
    source: "https://doc.rust-lang.org/cargo/reference/environment-variables.html",
    bad: "//- .envrc\nexport CARGO_INCREMENTAL=true\n",
    good: "//- .envrc\nexport CARGO_INCREMENTAL=1\n",
    ..LINT
};

static INCREMENTAL_VARIABLE_WITH_CACHE: Lint = Lint {
    name: "incremental_variable_with_cache",
    level: Some(Level::Deny),
    group: Group::Elsewhere,
    finds: "`CARGO_INCREMENTAL=1` where sccache wraps rustc",
    cargo: "sccache refuses to work at every call: `incremental compilation is prohibited`",
    costs: "nothing builds there",
    instead: "remove it or write `0`, or go without sccache there",
    source: "https://github.com/mozilla/sccache#known-caveats",
    bad: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_INCREMENTAL: 1\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_INCREMENTAL: 0\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static WRAPPER_REPLACED: Lint = Lint {
    name: "wrapper_replaced",
    level: Some(Level::Note),
    group: Group::Elsewhere,
    finds: "`RUSTC_WRAPPER` with another program than the config's `rustc-wrapper`",
    cargo: "the variable wins over the config files and over `--config`",
    costs: "what is built there does not use the configured wrapper",
    instead: "remove one of them, if that is not meant",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper",
    bad: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"ours\"\n\n//- .envrc\nexport RUSTC_WRAPPER=env\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"env\"\n\n//- .envrc\nexport RUSTC_WRAPPER=/usr/bin/env\n",
    ..LINT
};

static WRAPPER_SWITCHED_OFF: Lint = Lint {
    name: "variable_switches_wrapper_off",
    level: Some(Level::Note),
    group: Group::Elsewhere,
    finds: "an empty `RUSTC_WRAPPER` beside a wrapper in the config or a cache in the policy",
    cargo: "an empty variable switches the wrapper off",
    costs: "nothing that is built there is cached, and nobody says so",
    instead: "remove it, if that is not meant",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper",
    bad: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"ours\"\n\n//- .envrc\nexport RUSTC_WRAPPER=\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"ours\"\n\n//- .envrc\nunset RUSTC_WRAPPER\n",
    ..LINT
};

static SET_AGAIN_ELSEWHERE: Lint = Lint {
    name: "set_again_elsewhere",
    level: Some(Level::Note),
    group: Group::Elsewhere,
    finds: "a variable that says another value than the manifest or the config",
    cargo: "the variable wins over every file",
    costs: "what is built there is not what is built elsewhere: nothing is shared between the two",
    instead: "say it in one place, if both are meant to be the same",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.dev]\ndebug = 1\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_DEBUG: 0\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- Cargo.toml\n[profile.dev]\ndebug = 1\n\n//- .github/workflows/ci.yml\nenv:\n  CARGO_PROFILE_DEV_DEBUG: limited\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

static ENV_REPLACED_ELSEWHERE: Lint = Lint {
    name: "env_replaced_elsewhere",
    level: Some(Level::Note),
    group: Group::Elsewhere,
    finds: "a variable under `[env]` without `force` that is set elsewhere to another value",
    cargo: "`[env]` gives a variable a value only where it has none",
    costs: "what is built there gets the other value",
    instead: "write `{ value = \"...\", force = true }` if the config's value is to hold everywhere",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#env",
    bad: "//- .cargo/config.toml\n[env]\nOURS = \"config\"\n\n//- .github/workflows/ci.yml\nenv:\n  OURS: ci\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    good: "//- .cargo/config.toml\n[env]\nOURS = { value = \"config\", force = true }\n\n//- .github/workflows/ci.yml\nenv:\n  OURS: ci\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test\n",
    ..LINT
};

/// A file that says something of variables, or the environment of whoever asks.
struct Source<'a> {
    file: Option<&'a File>,
    said: &'a Said,
    /// The triples of whoever uses it, for an action of this repository.
    callers: Option<Vec<&'static str>>,
}

/// Everything that is held against the files.
struct Elsewhere<'a, 's> {
    subject: &'a Subject<'s>,
    sources: Vec<Source<'a>>,
}

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let elsewhere = Elsewhere {
        subject,
        sources: sources(subject),
    };
    let mut reports = Reports::default();
    flags::check(&elsewhere, &mut reports);
    values::check(&elsewhere, &mut reports);
    against::check(&elsewhere, &mut reports);
    found.extend(reports.findings());
}

/// The variables that a file sets, in its order; without a value where that is computed.
pub fn variables(file: &File) -> Vec<(String, Option<String>)> {
    let said = said(file).and_then(Result::ok).unwrap_or_default();
    let knobs = said.knobs.into_iter();
    knobs.map(|knob| (knob.variable, knob.value)).collect()
}

/// What one file says, or the environment.
pub(super) struct Reading<'a> {
    /// `None`: the environment.
    file: Option<&'a File>,
    said: Result<Said, Unread>,
}

/// Reads the files of CI, containers and editors, and takes the variables of the environment.
pub(super) fn read(files: &Files) -> Vec<Reading<'_>> {
    let one = |file| {
        Some(Reading {
            file: Some(file),
            said: said(file)?,
        })
    };
    let mut read: Vec<_> = files.files.iter().filter_map(one).collect();
    if !files.variables.is_empty() {
        read.push(Reading {
            file: None,
            said: Ok(of_environment(&files.variables)),
        });
    }
    read
}

fn said(file: &File) -> Option<Result<Said, Unread>> {
    let text = file.text.as_str();
    // Most files of CI are about other things.
    let is_about = |words: &[&str]| {
        let lower = text.to_ascii_lowercase();
        words.iter().any(|word| lower.contains(word))
    };
    Some(match file.role {
        Role::Workflow => github::workflow(text),
        Role::Action => github::action(text),
        Role::Gitlab => gitlab::read(text),
        Role::Editor if is_about(&["extraenv", "integrated.env"]) => editor::read(text),
        Role::Dockerfile => Ok(dockerfile::read(
            text,
            file.path.as_str().contains(".devcontainer/"),
        )),
        Role::Envrc => {
            let mut said = Said::of_file();
            said.scopes[0].targets = Some([&[targets::LINUX][..], &targets::MAC].concat());
            github::assigned(&mut said, shell::assignments(text), (0, 0), Range::clone);
            Ok(said)
        }
        _ => return None,
    })
}

fn of_environment(variables: &BTreeMap<String, String>) -> Said {
    let mut said = Said::of_file();
    said.scopes[0].targets = Some(targets::of_this_machine());
    for (name, value) in variables {
        said.push(Knob {
            variable: name.clone(),
            value: Some(value.clone()),
            raw: value.clone(),
            span: 0..0,
            scope: 0,
            is_handed_on: false,
        });
    }
    said
}

impl Subject<'_> {
    /// Files that say more than anybody writes: nothing is known of what they set.
    pub fn too_large(&self) -> Vec<Diagnostic> {
        let is_large = |one: &&Reading<'_>| matches!(one.said, Err(Unread::TooLarge));
        let large = self.readings.iter().filter(is_large);
        large
            .filter_map(|one| one.file)
            .map(|file| {
                Diagnostic::warning(
                    "file_too_large",
                    format!("`{}` is too large to look at", file.path),
                )
                .with_note("nothing is known of the variables that it sets")
            })
            .collect()
    }
}

fn sources<'a>(subject: &'a Subject<'_>) -> Vec<Source<'a>> {
    let source = |one: &'a Reading<'_>| {
        Some(Source {
            file: one.file,
            said: one.said.as_ref().ok()?,
            callers: None,
        })
    };
    let mut sources: Vec<Source<'a>> = subject.readings.iter().filter_map(source).collect();
    let actions = (0..sources.len()).filter(|at| {
        sources[*at]
            .file
            .is_some_and(|file| file.role == Role::Action)
    });
    let callers: Vec<_> = actions.map(|at| (at, callers(&sources, at))).collect();
    for (at, callers) in callers {
        sources[at].callers = Some(callers);
    }
    sources
}

/// The triples of the workflows that use an action of this repository; none for an action that none of them uses: it
/// is made for others.
fn callers(sources: &[Source<'_>], action: usize) -> Vec<&'static str> {
    let Some(file) = sources[action].file else {
        return Vec::new();
    };
    let folder = file
        .path
        .parent()
        .trim_start_matches("../")
        .trim_start_matches("..");
    let uses = |file: &File| {
        github::own_actions(&file.text).any(|used| used.trim_start_matches("./") == folder)
    };
    let mut found: Vec<&str> = Vec::new();
    // An action that is used by an action that is used: one step is enough to look at.
    for (at, source) in sources.iter().enumerate() {
        let Some(caller) = source.file.filter(|caller| at != action && uses(caller)) else {
            continue;
        };
        match caller.role {
            Role::Workflow => found.extend(source.said.targets(0)),
            Role::Action => found.push(targets::LINUX),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Source<'_> {
    /// As a message names the place: `in CI`.
    fn place(&self) -> &'static str {
        match self.file.map(|file| file.role) {
            None => "in the environment",
            Some(Role::Workflow | Role::Action | Role::Gitlab) => "in CI",
            Some(Role::Dockerfile) => "in the image",
            Some(Role::Envrc) => "in the shell",
            Some(_) => "in the editor",
        }
    }

    fn text(&self) -> &str {
        self.file.map_or("", |file| &file.text)
    }

    /// The triples that are built for in a scope.
    fn targets(&self, scope: ScopeId) -> Vec<&'static str> {
        match &self.callers {
            Some(callers) => callers.clone(),
            None => self.said.targets(scope),
        }
    }

    /// Whether anything is built with a scope's variables.
    fn builds(&self, scope: ScopeId) -> bool {
        let callers = self.callers.as_ref();
        callers.is_none_or(|callers| !callers.is_empty()) && self.said.builds(scope)
    }

    /// As it is written: `RUSTFLAGS=-D warnings`, on one line and not longer than a line.
    fn written(knob: &Knob) -> String {
        let value = knob.value.as_ref().unwrap_or(&knob.raw);
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = if value.chars().count() > 60 {
            let start: String = value.chars().take(57).collect();
            format!("{start}...")
        } else {
            value
        };
        format!("{}={value}", knob.variable)
    }
}

/// What one finding will say: places that say the same are told together.
struct Report {
    lint: &'static Lint,
    /// What makes two of them one.
    key: String,
    message: String,
    /// Where it is set; empty for a variable of the environment.
    places: Vec<(FilePath, Range<usize>, String)>,
    /// What it collides with.
    others: Vec<(FilePath, Range<usize>, String)>,
    notes: Vec<String>,
    help: Option<String>,
}

/// What has been found so far.
#[derive(Default)]
struct Reports {
    /// Each with how many places are not shown.
    all: Vec<(Report, usize)>,
    known: BTreeMap<(&'static str, String), usize>,
}

/// More variables than all files together set; what comes after is not looked at.
const MOST_KNOBS: usize = 10_000;

/// More places than one reads.
const SHOWN: usize = 3;

impl Reports {
    fn push(&mut self, report: Report) {
        let key = (report.lint.name, report.key.clone());
        let Some(at) = self.known.get(&key) else {
            self.known.insert(key, self.all.len());
            self.all.push((report, 0));
            return;
        };
        let (known, more) = &mut self.all[*at];
        if known.places.len() < SHOWN {
            let places = report.places.into_iter();
            let again = places.map(|(file, span, _)| (file, span, "and here".to_owned()));
            known.places.extend(again);
        } else {
            *more += 1;
        }
        for other in report.others {
            if known.others.len() < SHOWN && !known.others.contains(&other) {
                known.others.push(other);
            }
        }
    }

    fn findings(self) -> Vec<Finding> {
        let reports = self.all.into_iter();
        reports
            .map(|(report, more)| {
                let mut finding = Finding::new(report.lint, report.message);
                for (file, span, text) in report.places.into_iter().chain(report.others) {
                    finding.diagnostic = finding.diagnostic.with_label(&file, span, text);
                }
                if more > 0 {
                    finding = finding.note(format!("and in {}", counted(more, "more place")));
                }
                for note in report.notes {
                    finding = finding.note(note);
                }
                match report.help {
                    Some(help) => finding.help(help),
                    None => finding,
                }
            })
            .collect()
    }
}

impl Elsewhere<'_, '_> {
    /// Every variable that is set where something is built, with the number of its file.
    fn knobs(&self) -> impl Iterator<Item = (usize, &Source<'_>, &Knob)> {
        let all = self.sources.iter().enumerate().flat_map(|(at, source)| {
            let knobs = source.said.knobs.iter();
            let built = knobs.filter(|knob| source.builds(knob.scope));
            built.map(move |knob| (at, source, knob))
        });
        all.take(MOST_KNOBS)
    }

    /// A report with the place of a variable and nothing else.
    fn report(
        &self,
        lint: &'static Lint,
        (at, knob): (usize, &Knob),
        message: String,
        label: &str,
    ) -> Report {
        let file = self.sources[at].file;
        let place = file.map(|file| (file.path.clone(), knob.span.clone(), label.to_owned()));
        Report {
            lint,
            key: Source::written(knob),
            message,
            places: place.into_iter().collect(),
            others: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }
}

#[cfg(test)]
mod tests;
