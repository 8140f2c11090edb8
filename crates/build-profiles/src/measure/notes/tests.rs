//! The notes, each with its exact text.

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

#[test]
fn what_a_run_has_to_say_for_itself() {
    let mut notes = vec![
        changes_nothing("linker", "cargo build"),
        stronger("`RUSTFLAGS=-g` in the environment"),
        not_taken_apart("Cargo has left no page"),
        came_to_nothing("clean", "+linker", DISCARDED, "error: no"),
        came_to_nothing(
            "clean",
            "+cache",
            3,
            "the compiler cache died during the build",
        ),
    ];
    leave_out(&mut notes, "20 min", &["no-op".to_owned()], (3, 8));
    let told: Vec<String> = notes
        .into_iter()
        .map(|note| format!("[{}] {}", note.code, note.text))
        .collect();
    assert_eq!(
        told,
        [
            "[step_changes_nothing] with `linker` rustc is called exactly as without it: what `cargo build` builds does not \
             depend on it",
            "[set_for_every_variant] `RUSTFLAGS=-g` in the environment holds in every copy, also in those of Cargo's defaults",
            "[time_not_taken_apart] where the time of one build goes is not known: Cargo has left no page",
            "[fails_in_one_variant] `clean` fails in `+linker`, from the start, so it is not measured: error: no",
            "[cache_died_meanwhile] `clean` fails in `+cache`, in round 3, which does not count for it: the compiler cache \
             died during the build",
            "[left_out_for_time] left out, since it does not fit into 20 min: no-op",
            "[fewer_rounds] 3 of 8 rounds fit into 20 min",
        ]
    );
}

#[test]
fn what_was_said_of_the_rounds_before_is_no_longer_said() {
    let mut notes = Vec::new();
    leave_out(&mut notes, "20 min", &["no-op".to_owned()], (4, 8));
    let told = |notes: &[Note]| -> Vec<String> {
        let texts = notes.iter().map(|note| note.text.clone());
        texts.collect()
    };
    let no_op = "left out, since it does not fit into 20 min: no-op";
    assert_eq!(told(&notes), [no_op, "4 of 8 rounds fit into 20 min"]);
    leave_out(&mut notes, "20 min", &[], (3, 8));
    assert_eq!(told(&notes), [no_op, "3 of 8 rounds fit into 20 min"]);
    leave_out(&mut notes, "20 min", &[], (8, 8));
    assert_eq!(told(&notes), [no_op]);
}
