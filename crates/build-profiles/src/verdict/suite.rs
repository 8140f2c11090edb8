//! `[test]`: whether the runner runs every test, and nothing loses the doctests.

use std::collections::BTreeSet;

use super::{Outcome, Verdict, not_tried, of, some, unproven, verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::evidence::Evidence;
use crate::probe::Claim;
use crate::runner::{End, Runner};

/// What the tests themselves came to. No verdict on a setting: a test fails under any runner.
pub fn findings(evidence: &Evidence) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(tests) = &evidence.tests else {
        return found;
    };
    if let Some(run) = &tests.run {
        if !run.failed.is_empty() {
            found.push(
                Diagnostic::new(
                    Level::Deny,
                    "tests_fail",
                    failing(run.failed.len(), "test", &run.failed),
                )
                .with_help("see why: cargo xtask test"),
            );
        }
        if !run.flaky.is_empty() {
            found.push(
                Diagnostic::warning(
                    "flaky_tests",
                    format!(
                        "passed only when tried again: {}",
                        some(run.flaky.iter().map(String::as_str))
                    ),
                )
                .with_note("with `retries` the run is green all the same"),
            );
        }
    }
    if let Some(run) = tests.doctests.as_ref().filter(|run| !run.passed) {
        let message = match run.failed.is_empty() {
            true => "the doctests could not be run".to_owned(),
            false => failing(run.failed.len(), "doctest", &run.failed),
        };
        let mut finding = Diagnostic::new(Level::Deny, "doctests_fail", message);
        if run.failed.is_empty() && !run.said.is_empty() {
            finding = finding.with_note(run.said.clone());
        }
        found.push(finding.with_help("see why: cargo test --doc --workspace"));
    }
    found
}

fn failing(count: usize, what: &str, names: &[String]) -> String {
    let names = some(names.iter().map(String::as_str));
    match count {
        1 => format!("a {what} fails: {names}"),
        _ => format!("{count} {what}s fail: {names}"),
    }
}

pub(super) fn judge_runner(claim: &Claim, runner: &str, evidence: &Evidence) -> Verdict {
    if runner == "cargo" {
        return not_tried(claim, "`cargo test` is what runs without a policy too");
    }
    let missing = evidence
        .tools
        .get("cargo-nextest")
        .is_none_or(|tool| tool.version.is_none());
    if missing {
        return not_tried(claim, "cargo-nextest is not installed on this machine");
    }
    let Some(tests) = &evidence.tests else {
        return not_tried(claim, "tests are not run in this mode");
    };
    let (by_cargo, by_runner) = match (&tests.by_cargo, &tests.by_runner) {
        (Some(Ok(by_cargo)), Some(Ok(by_runner))) => (by_cargo, by_runner),
        (_, Some(Err(why))) => {
            let no_list = |why: &str| {
                verdict(
                    claim,
                    Outcome::Inactive,
                    vec![format!("nextest lists no tests: {why}")],
                )
            };
            return match Runner::Nextest.end(tests.runner_code) {
                End::Broken(reason, Some(help)) if tests.runner_code.is_some() => {
                    let mut verdict = no_list(reason).help(help);
                    verdict.evidence.extend(why.lines().map(str::to_owned));
                    verdict
                }
                _ => no_list(why),
            };
        }
        (Some(Err(why)), _) => {
            return unproven(claim, format!("`cargo test` lists no tests: {why}"));
        }
        _ => return not_tried(claim, "tests are not listed in this mode"),
    };
    let cargo: BTreeSet<&str> = by_cargo.iter().map(String::as_str).collect();
    let nextest: BTreeSet<&str> = by_runner.iter().map(String::as_str).collect();
    let mut seen = vec![format!(
        "nextest lists {} tests that `cargo test` lists",
        of(cargo.intersection(&nextest).count(), cargo.len())
    )];
    let lost: Vec<&str> = cargo.difference(&nextest).copied().collect();
    let mut outcome = Outcome::Active;
    if !lost.is_empty() {
        seen.push(format!("it does not know {}", some(lost)));
        outcome = Outcome::Inactive;
    }
    let Some(run) = &tests.run else {
        seen.push("the tests were not run".to_owned());
        return unproven(claim, seen.join("; "));
    };
    match (&run.id, &run.report_id) {
        (Some(id), Some(report)) if id == report => {
            seen.push(format!("run {id} ran {} tests, by its own report", run.ran));
        }
        _ => {
            seen.push("there is no report of the run".to_owned());
            return unproven(claim, seen.join("; "));
        }
    }
    if !tests.hidden.is_empty() {
        seen.push(format!(
            "a filter hides {} tests: {}",
            of(tests.hidden.len(), cargo.len()),
            some(tests.hidden.iter().map(String::as_str))
        ));
        outcome = Outcome::Inactive;
    }
    if run.ran == 0 && !cargo.is_empty() {
        seen.push("no test ran".to_owned());
        outcome = Outcome::Inactive;
    }
    if !run.failed.is_empty() {
        seen.push(format!(
            "{} failed: {}",
            run.failed.len(),
            some(run.failed.iter().map(String::as_str))
        ));
    }
    if !run.flaky.is_empty() {
        seen.push(format!(
            "passed only when tried again: {}",
            some(run.flaky.iter().map(String::as_str))
        ));
    }
    let verdict = verdict(claim, outcome, seen);
    if outcome == Outcome::Inactive {
        let out = "take the filter out of `.config/nextest.toml`";
        return match evidence.variables.get("NEXTEST_PROFILE") {
            Some(profile) => verdict.help(format!(
                "unset `NEXTEST_PROFILE`, which is `{profile}` here; or {out}"
            )),
            None => verdict.help(out),
        };
    }
    verdict.control("a process of its own for each test, and a report that was not there before: `cargo test` does neither")
}

pub(super) fn judge_doctests(claim: &Claim, value: bool, evidence: &Evidence) -> Verdict {
    if !value {
        return not_tried(claim, "the policy does without doctests");
    }
    let Some(run) = evidence
        .tests
        .as_ref()
        .and_then(|tests| tests.doctests.as_ref())
    else {
        return not_tried(claim, "doctests are not run in this mode");
    };
    if run.libraries == 0 {
        return not_tried(claim, "no library of the workspace has doctests");
    }
    if run.ran == 0 && run.passed {
        return not_tried(claim, "there are no doctests");
    }
    let mut seen = vec![format!(
        "{} doctests of {} libraries ran after the runner",
        run.ran, run.libraries
    )];
    if !run.passed && run.ran == 0 {
        let first = run.said.lines().next().unwrap_or_default();
        return unproven(claim, format!("the doctests could not be run: {first}"));
    }
    if !run.passed {
        seen.push(format!("{} of them failed", run.failed.len()));
    }
    verdict(claim, Outcome::Active, seen).control("the runner alone lists none of them".to_owned())
}
