//! Runners of tests: started with the user's terminal, and asked what they are and what they would run.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use camino::Utf8PathBuf;
use semver::Version;
use serde::Deserialize;

use super::excerpt::complaint;
use super::{Children, output};

/// How long a question may take. Nothing is built for an answer that was not built before.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs Cargo to its end, with the user's terminal; gives its exit code, `None` if a signal ended it.
pub(crate) fn cargo(children: &Children, arguments: &[OsString]) -> Result<Option<i32>> {
    let status = children
        .command("cargo")
        .args(arguments)
        .stdin(Stdio::inherit())
        .status()
        .context("failed to run `cargo`")?;
    Ok(status.code())
}

/// Whether Cargo ends well, without a word.
pub(crate) fn succeeds(children: &Children, arguments: &[OsString]) -> Result<bool> {
    let output = output(children.command("cargo").args(arguments), PATIENCE)?;
    Ok(output.status.success())
}

/// The nextest that is installed; `None`: there is none.
pub(crate) fn nextest(children: &Children) -> Result<Option<Version>> {
    let mut command = children.command("cargo");
    let asked = output(command.args(["nextest", "--version"]), PATIENCE)?;
    let stderr = String::from_utf8_lossy(&asked.stderr);
    if stderr.contains("no such command: `nextest`") {
        return Ok(None);
    }
    let stdout = String::from_utf8_lossy(&asked.stdout);
    let version = stdout
        .split_whitespace()
        .nth(1)
        .and_then(|version| Version::parse(version).ok());
    match version {
        Some(version) if asked.status.success() => Ok(Some(version)),
        _ => bail!(
            "`cargo nextest --version` does not say which nextest this is\n\n{}",
            complaint(&asked.stderr)
        ),
    }
}

/// How many tests there are, and how many of them a `default-filter` hides.
pub(crate) fn hidden(children: &Children, arguments: &[OsString]) -> Result<(usize, usize)> {
    let mut command = children.command("cargo");
    command.args(["nextest", "list", "--message-format", "json"]);
    let asked = output(command.args(arguments), PATIENCE)?;
    if !asked.status.success() {
        bail!(
            "`cargo nextest list` failed\n\n{}",
            complaint(&asked.stderr)
        );
    }
    let list: List =
        serde_json::from_slice(&asked.stdout).context("failed to read the list of tests")?;
    let tests = || list.suites.values().flat_map(|suite| suite.tests.values());
    let hidden = tests()
        .filter(|test| test.filter.reason.as_deref() == Some("default-filter"))
        .count();
    Ok((hidden, tests().count()))
}

/// What is read of `cargo nextest list --message-format json`.
#[derive(Deserialize)]
pub(super) struct List {
    #[serde(rename = "rust-suites")]
    pub(super) suites: BTreeMap<String, Binary>,
}

/// One test binary, by its id.
#[derive(Deserialize)]
pub(super) struct Binary {
    #[serde(rename = "binary-path", default)]
    pub(super) path: Utf8PathBuf,
    #[serde(rename = "testcases", default)]
    pub(super) tests: BTreeMap<String, Test>,
}

/// One test, by its name.
#[derive(Deserialize)]
pub(super) struct Test {
    #[serde(rename = "filter-match")]
    pub(super) filter: Match,
}

/// Whether nextest would run it.
#[derive(Deserialize)]
pub(super) struct Match {
    pub(super) reason: Option<String>,
}
