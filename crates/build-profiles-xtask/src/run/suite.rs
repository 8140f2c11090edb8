//! The tests of a workspace: listed by Cargo and by nextest, run, and counted, in a target directory of our own.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use build_profiles::evidence::{DocRun, TestRun};
use build_profiles::layout::nextest_path;
use build_profiles::runner::{junit, profile};
use build_profiles::value::Value;
use camino::Utf8Path;

use super::cache_server::CacheServer;
use super::runner::List;
use super::{Children, excerpt, output};

/// What hangs is ended; a suite that takes longer is one to be run by hand.
const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// The suite of one workspace, built before.
pub(crate) struct Suite<'a, 's> {
    pub(crate) children: &'a Children,
    pub(crate) server: &'a CacheServer<'s>,
    pub(crate) target_dir: &'a Utf8Path,
    /// The workspace root.
    pub(crate) root: &'a Utf8Path,
    /// A folder of our own, for nextest's store.
    pub(crate) folder: &'a Utf8Path,
}

/// The tests that nextest lists: `binary-id test`.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) tests: Vec<String>,
    /// Those that the runner's own filter hides.
    pub(crate) hidden: Vec<String>,
    /// The id of each test binary, by its file name.
    pub(crate) binaries: BTreeMap<String, String>,
}

impl Suite<'_, '_> {
    /// The tests that Cargo's harness lists, with the names that nextest has for the binaries.
    pub(crate) fn by_cargo(&self, binaries: &BTreeMap<String, String>) -> Result<Vec<String>> {
        // One stream for both: Cargo names the binary on stderr, and the binary its tests on stdout.
        let mut shell = self.children.command("/bin/sh");
        shell.args([
            "-c",
            "exec \"$@\" 2>&1",
            "sh",
            "cargo",
            "test",
            "--workspace",
        ]);
        shell.args(["--bins", "--tests", "--examples", "--no-fail-fast"]);
        self.cargo(&mut shell);
        let listed = output(shell.args(["--", "--list", "--format=terse"]), LIMIT)?;
        let text = String::from_utf8_lossy(&listed.stdout);
        if !listed.status.success() {
            bail!("{}", excerpt::failure(&text));
        }
        let mut binary = String::new();
        let mut tests = Vec::new();
        for line in text.lines() {
            if line.trim_start().starts_with("Running ") {
                let path = line
                    .rsplit_once('(')
                    .map_or("", |(_, path)| path.trim_end_matches(')'));
                let file = Utf8Path::new(path).file_name().unwrap_or_default();
                binary = binaries.get(file).map_or(file, String::as_str).to_owned();
            } else if let Some(test) = line.strip_suffix(": test") {
                tests.push(format!("{binary} {test}"));
            }
        }
        tests.sort();
        Ok(tests)
    }

    /// The tests that nextest lists; or its exit code, and what it says.
    pub(crate) fn by_nextest(&self) -> Result<Result<Listed, (Option<i32>, String)>> {
        let mut list = self.children.command("cargo");
        list.args(["nextest", "list", "--workspace", "--message-format=json"]);
        self.cargo(&mut list);
        let asked = output(&mut list, LIMIT)?;
        if !asked.status.success() {
            let said = excerpt::failure(&String::from_utf8_lossy(&asked.stderr));
            return Ok(Err((asked.status.code(), said)));
        }
        let list: List = serde_json::from_slice(&asked.stdout)
            .context("failed to read nextest's list of tests")?;
        let mut listed = Listed::default();
        for (id, suite) in list.suites {
            if let Some(file) = suite.path.file_name() {
                listed.binaries.insert(file.to_owned(), id.clone());
            }
            for (name, test) in suite.tests {
                let test_id = format!("{id} {name}");
                // `#[ignore]` is the test's own word, and the same for both runners.
                if test
                    .filter
                    .reason
                    .as_deref()
                    .is_some_and(|reason| reason != "ignored")
                {
                    listed.hidden.push(test_id.clone());
                }
                listed.tests.push(test_id);
            }
        }
        listed.tests.sort();
        Ok(Ok(listed))
    }

    /// Runs the tests with nextest, with a report in a folder where there was none.
    pub(crate) fn run(&self) -> Result<TestRun> {
        let store = self.folder.join("nextest");
        super::clear(&store)?;
        // The workspace's own file, but for where the report goes: nothing else beats what it says there.
        let own = fs::read_to_string(self.root.join(nextest_path().as_str())).unwrap_or_default();
        let text = profile::reporting_to(&own, store.as_str(), "junit.xml")
            .context("failed to read nextest's own file")?;
        let config = self.folder.join("nextest.toml");
        fs::write(&config, text).with_context(|| format!("failed to write {config}"))?;
        let mut run = self.children.command("cargo");
        run.args([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--no-tests=pass",
        ]);
        run.args(["--config-file", config.as_str()]);
        self.cargo(&mut run);
        let ran = output(&mut run, LIMIT)?;
        let said = String::from_utf8_lossy(&ran.stderr);
        let report = find(&store);
        let report = report.as_deref().unwrap_or_default();
        Ok(TestRun {
            command: "cargo nextest run --workspace".to_owned(),
            code: ran.status.code(),
            id: said.lines().find_map(|line| {
                let (_, rest) = line.split_once("Nextest run ID ")?;
                Some(rest.split_whitespace().next()?.to_owned())
            }),
            report_id: junit::run_id(report),
            ran: junit::tests(report).len(),
            failed: junit::failed(report),
            flaky: junit::flaky(report),
            said: match ran.status.success() {
                true => String::new(),
                false => excerpt::failure(&said),
            },
        })
    }

    /// Runs the doctests of `libraries` libraries.
    pub(crate) fn doctests(&self, libraries: usize) -> Result<DocRun> {
        let mut run = DocRun {
            libraries,
            passed: true,
            ..DocRun::default()
        };
        // With programs alone Cargo says that there are no library targets, and fails.
        if libraries == 0 {
            return Ok(run);
        }
        let mut cargo = self.children.command("cargo");
        cargo.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
        self.cargo(&mut cargo);
        let ran = output(&mut cargo, LIMIT)?;
        let told = String::from_utf8_lossy(&ran.stdout);
        let counts = told
            .lines()
            .filter_map(|line| line.strip_prefix("test result: "));
        run.ran = counts
            .flat_map(|counts| counts.split([';', '.']))
            .filter_map(|part| {
                let (count, what) = part.trim().split_once(' ')?;
                matches!(what, "passed" | "failed").then(|| count.parse::<usize>().ok())?
            })
            .sum();
        run.passed = ran.status.success();
        if !run.passed {
            run.failed = failed_doctests(&told);
            run.said = excerpt::failure(&String::from_utf8_lossy(&ran.stderr));
        }
        Ok(run)
    }

    /// Offline, in our own folder, with our own cache server.
    fn cargo(&self, command: &mut Command) {
        let target = self.target_dir.as_str();
        command
            .args([
                "--locked",
                "--offline",
                "--color=never",
                "--target-dir",
                target,
            ])
            .args([
                "--config",
                &format!("build.build-dir={}", Value::from(target)),
            ]);
        if let Some(config) = self.server.over() {
            command.args(["--config", config.as_str()]);
        }
        self.server.apply(command);
    }
}

/// `lib1/src/lib.rs - broken (line 3)`, from the list at the end of each library's run.
fn failed_doctests(told: &str) -> Vec<String> {
    let mut failed: Vec<String> = told
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .map(str::to_owned)
        .collect();
    failed.sort();
    failed.dedup();
    failed
}

/// The report that the run has left, whatever nextest's profile is called.
fn find(store: &Utf8Path) -> Option<String> {
    let profiles = store.read_dir_utf8().ok()?;
    profiles
        .filter_map(|profile| fs::read_to_string(profile.ok()?.path().join("junit.xml")).ok())
        .next()
}
