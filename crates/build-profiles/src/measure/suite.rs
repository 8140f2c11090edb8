//! Tests that fail where others pass them: it happens with one runner and not with the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::layer::Layer;
use crate::measure::record::{Ladder, Note, Variant};
use crate::measure::scenario::Builtin;

/// What is to be said of tests that failed while the tests were timed.
pub fn failed(ladder: &Ladder) -> Vec<Note> {
    let is_with_runner = |name: &str| {
        let mut variants = ladder.variants.iter();
        variants
            .find(|variant: &&Variant| variant.name == name)
            .is_some_and(|variant| {
                let runner = Layer::Runner.name();
                variant.layers.iter().any(|layer| layer == runner)
            })
    };
    let runs = ladder
        .samples
        .iter()
        .filter(|sample| sample.scenario == Builtin::TestRun.name() && sample.failure.is_none());
    let mut by: BTreeMap<bool, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for sample in runs {
        let Some(tests) = &sample.tests else { continue };
        let (count, failed) = by.entry(is_with_runner(&sample.variant)).or_default();
        *count += 1;
        for name in &tests.failed {
            // nextest puts the binary before it, Cargo's harness does not.
            let test = name.rsplit(' ').next().unwrap_or(name);
            *failed.entry(test).or_default() += 1;
        }
    }
    let empty = (0, BTreeMap::new());
    let (cargo, nextest) = (
        by.get(&false).unwrap_or(&empty),
        by.get(&true).unwrap_or(&empty),
    );
    let names: BTreeSet<&&str> = cargo.1.keys().chain(nextest.1.keys()).collect();
    let mut notes = Vec::new();
    for name in names {
        let times = |(runs, failed): &(usize, BTreeMap<&str, usize>)| {
            (failed.get(*name).copied().unwrap_or(0), *runs)
        };
        let ((with_cargo, of_cargo), (with_nextest, of_nextest)) = (times(cargo), times(nextest));
        let (code, text) = match (with_cargo, with_nextest) {
            (0, failed) if of_cargo > 0 => (
                "fails_with_one_runner",
                format!(
                    "the test `{name}` fails with nextest ({failed} of {of_nextest} runs) and passes with Cargo's runner: \
                     each test has a process of its own there"
                ),
            ),
            (failed, 0) if of_nextest > 0 => (
                "fails_with_one_runner",
                format!(
                    "the test `{name}` fails with Cargo's runner ({failed} of {of_cargo} runs) and passes with nextest: \
                     there the tests of a binary share a process"
                ),
            ),
            _ => (
                "tests_fail",
                format!(
                    "the test `{name}` fails ({} of {} runs): its time is part of the figures",
                    with_cargo + with_nextest,
                    of_cargo + of_nextest
                ),
            ),
        };
        notes.push(Note {
            code: code.to_owned(),
            text,
        });
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::{Sample, Tests};

    fn notes(runs: &[(&str, &[&str])]) -> Vec<String> {
        let variant = |name: &str, layers: &[&str]| Variant {
            name: name.to_owned(),
            layers: layers.iter().map(|&layer| layer.to_owned()).collect(),
            ..Variant::default()
        };
        let ladder = Ladder {
            variants: vec![variant("base", &[]), variant("+runner", &["runner"])],
            samples: runs
                .iter()
                .map(|(name, failed)| Sample {
                    variant: (*name).to_owned(),
                    scenario: "test-run".to_owned(),
                    tests: Some(Tests {
                        ran: 3,
                        failed: failed.iter().map(|&name| name.to_owned()).collect(),
                    }),
                    ..Sample::default()
                })
                .collect(),
            ..Ladder::default()
        };
        failed(&ladder)
            .into_iter()
            .map(|note| format!("[{}] {}", note.code, note.text))
            .collect()
    }

    #[test]
    fn a_test_that_one_runner_alone_fails_is_named() {
        assert_eq!(notes(&[("base", &[]), ("+runner", &[])]), [""; 0]);
        assert_eq!(
            notes(&[
                ("base", &[]),
                ("+runner", &["app::it shared"]),
                ("base", &["own"]),
                ("+runner", &[])
            ]),
            [
                "[fails_with_one_runner] the test `own` fails with Cargo's runner (1 of 2 runs) and passes with nextest: \
                 there the tests of a binary share a process",
                "[fails_with_one_runner] the test `shared` fails with nextest (1 of 2 runs) and passes with Cargo's runner: \
                 each test has a process of its own there",
            ]
        );
        assert_eq!(
            notes(&[
                ("base", &["a"]),
                ("+runner", &["x a"]),
                ("+runner", &["x a"])
            ]),
            ["[tests_fail] the test `a` fails (3 of 3 runs): its time is part of the figures"]
        );
        assert_eq!(
            notes(&[("base", &["a"])]),
            ["[tests_fail] the test `a` fails (1 of 1 runs): its time is part of the figures"]
        );
    }
}
