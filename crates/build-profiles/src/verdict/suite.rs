//! `[test]`: whether the runner runs every test, and nothing loses the doctests.

use std::collections::BTreeSet;

use super::{Outcome, Verdict, not_tried, of, some, unproven, verdict};
use crate::evidence::Evidence;
use crate::probe::Claim;

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
        (Some(Err(why)), _) => {
            return unproven(claim, format!("`cargo test` lists no tests: {why}"));
        }
        (_, Some(Err(why))) => {
            return verdict(
                claim,
                Outcome::Inactive,
                vec![format!("nextest lists no tests: {why}")],
            );
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
        return verdict
            .help("take the filter out of `.config/nextest.toml`, or unset `NEXTEST_PROFILE`");
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
    if !run.passed {
        let first = run.said.lines().next().unwrap_or_default();
        seen.push(format!("not all of them pass: {first}"));
    }
    verdict(claim, Outcome::Active, seen).control("the runner alone lists none of them".to_owned())
}
