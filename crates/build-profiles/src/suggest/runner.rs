//! The runner of the tests.

use super::{Drafted, Suggestion, trade};
use crate::diagnostic::counted;
use crate::key::Home;
use crate::value::KeyPath;

/// With fewer test programs than this there is next to nothing to run side by side.
const MANY_PROGRAMS: usize = 20;

pub(super) fn suggested(drafted: &Drafted<'_>) -> Vec<Suggestion> {
    let path = KeyPath::new(["test", "runner"]);
    let facts = drafted.facts;
    let has_runner = (drafted.policy.base.test.as_ref()).is_some_and(|test| test.runner.is_some());
    let programs = facts.test_programs();
    let is_installed = facts.tools.contains("cargo-nextest");
    let mut why = Vec::new();
    if facts.nextest_config {
        why.push("`.config/nextest.toml` is there".to_owned());
    }
    if let Some(first) = facts.ci.nextest.first() {
        why.push(format!("CI uses it (`{first}`)"));
    }
    let is_theirs = !why.is_empty();
    if is_installed {
        why.push("it is installed here".to_owned());
    }
    // Without a graph nobody knows whether the tests run on this platform at all.
    let is_likely = is_installed && facts.units.is_some() && programs >= MANY_PROGRAMS;
    let is_worth_it = is_theirs || is_likely;
    if has_runner || !is_worth_it {
        return Vec::new();
    }
    let gain = if is_theirs { 4 } else { 1 };
    let why = match &why[..] {
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        _ => why.concat(),
    };
    vec![Suggestion {
        settings: vec![(path, "nextest".into())],
        reason: format!(
            "nextest: {why}. With this `cargo xtask test` runs the tests of {} with it, and the doctests after them.",
            counted(programs, "test program")
        ),
        price: format!(
            "{} A process for each test has its price: 1,163 small tests took 14 seconds in place of 10 on two cores.",
            trade(Home::Test, "runner")
        ),
        gain,
    }]
}
