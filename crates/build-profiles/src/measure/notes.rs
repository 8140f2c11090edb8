//! What has to be known of samples besides their figures: tests that fail, caches that serve nothing, a busy machine.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::layer::Layer;
use crate::measure::record::{DISCARDED, Ladder, Machine, Note, Variant};
use crate::measure::scenario::Builtin;

/// Something that has to be known.
pub fn note(code: &str, text: impl Into<String>) -> Note {
    Note {
        code: code.to_owned(),
        text: text.into(),
    }
}

/// What is to be said of the machine before anything is built.
pub fn of_machine(machine: &Machine) -> Vec<Note> {
    let mut notes = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many cores")]
    let cores = machine.cores as f64;
    if let Some(load) = machine.load.filter(|load| *load > cores / 4.0) {
        notes.push(note(
            "busy_machine",
            format!("the machine is busy with something else: a load of {load:.1} on {cores} cores makes intervals wide"),
        ));
    }
    if machine.file_system.as_deref() == Some("tmpfs") {
        notes.push(note(
            "copies_in_memory",
            "the copies stand in memory (tmpfs), where files are written faster than on a disk: `--scratch` names another folder",
        ));
    }
    notes
}

/// What is to be said of a ladder once it has been measured.
pub fn of_samples(ladder: &Ladder) -> Vec<Note> {
    let mut notes = failed_tests(ladder);
    notes.extend(cache_without_hits(ladder));
    notes
}

/// A cache that has seen everything and serves nothing is configured and not used.
fn cache_without_hits(ladder: &Ladder) -> Option<Note> {
    let cached = ladder.samples.iter().filter(|sample| {
        sample.round != DISCARDED && sample.scenario == Builtin::CleanCached.name()
    });
    let counts: Vec<_> = cached.filter_map(|sample| sample.cache.as_ref()).collect();
    let served = counts.iter().any(|counts| counts.hits > 0);
    if counts.is_empty() || served {
        return None;
    }
    let asked: u64 = counts.iter().map(|counts| counts.asked()).sum();
    let text = match asked {
        0 => "nothing calls the cache: `cargo xtask verify` says why".to_owned(),
        asked => format!(
            "the cache was asked {asked} times for what it had seen and served nothing: `cargo xtask verify` says why"
        ),
    };
    Some(note("cache_never_hits", text))
}

/// Tests that failed while they were timed: it happens with one runner and not with the other.
fn failed_tests(ladder: &Ladder) -> Vec<Note> {
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
        notes.push(note(code, text));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::CacheCounts;
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
        of_samples(&ladder)
            .into_iter()
            .map(|note| format!("[{}] {}", note.code, note.text))
            .collect()
    }

    #[test]
    fn a_cache_that_serves_nothing_is_told() {
        let ladder = |hits, misses| Ladder {
            samples: vec![Sample {
                round: 1,
                scenario: "clean-cached".to_owned(),
                cache: Some(CacheCounts {
                    executed: hits + misses,
                    hits,
                    misses,
                    ..CacheCounts::default()
                }),
                ..Sample::default()
            }],
            ..Ladder::default()
        };
        let told = |hits, misses| {
            let notes = of_samples(&ladder(hits, misses)).into_iter();
            notes
                .map(|note| format!("[{}] {}", note.code, note.text))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(1, 9), [""; 0]);
        assert_eq!(
            told(0, 9),
            [
                "[cache_never_hits] the cache was asked 9 times for what it had seen and served nothing: `cargo xtask verify` says why"
            ]
        );
        assert_eq!(
            told(0, 0),
            ["[cache_never_hits] nothing calls the cache: `cargo xtask verify` says why"]
        );
    }

    #[test]
    fn a_busy_machine_and_copies_in_memory_are_told() {
        let machine = |load, file_system: &str| Machine {
            cores: 8,
            load: Some(load),
            file_system: Some(file_system.to_owned()),
            ..Machine::default()
        };
        let told = |machine: &Machine| -> Vec<String> {
            let notes = of_machine(machine).into_iter();
            notes
                .map(|note| format!("[{}] {}", note.code, note.text))
                .collect()
        };
        assert_eq!(told(&machine(0.3, "ext4")), [""; 0]);
        assert_eq!(
            told(&machine(3.04, "tmpfs")),
            [
                "[busy_machine] the machine is busy with something else: a load of 3.0 on 8 cores makes intervals wide",
                "[copies_in_memory] the copies stand in memory (tmpfs), where files are written faster than on a disk: \
                 `--scratch` names another folder",
            ]
        );
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
