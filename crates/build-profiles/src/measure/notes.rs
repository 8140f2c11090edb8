//! What has to be known of samples besides their figures: tests that fail, caches that serve nothing, a busy machine.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::layer::Layer;
use crate::measure::record::{DISCARDED, Ladder, Machine, Note, Variant};
use crate::measure::scenario::Builtin;

/// A step whose builds are the same to the letter: whatever its figures say, it is noise.
pub fn changes_nothing(step: &str, command: &str) -> Note {
    let text = format!(
        "with `{step}` rustc is called exactly as without it: what `{command}` builds does not depend on it"
    );
    note("step_changes_nothing", text)
}

/// Something outside of the copies that decides in every one of them.
pub fn stronger(place: &str) -> Note {
    let text = format!("{place} holds in every copy, also in those of Cargo's defaults");
    note("set_for_every_variant", text)
}

/// Cargo's timings of the first build could not be used.
pub fn not_taken_apart(why: &str) -> Note {
    let text = format!("where the time of one build goes is not known: {why}");
    note("time_not_taken_apart", text)
}

/// Says what a time budget leaves out: `what` of the schedule, and rounds. What was said of these before is replaced.
pub fn leave_out(notes: &mut Vec<Note>, budget: &str, what: &[String], rounds: (u32, u32)) {
    const FEWER: &str = "fewer_rounds";
    notes.extend(what.iter().map(|what| {
        let text = format!("left out, since it does not fit into {budget}: {what}");
        note("left_out_for_time", text)
    }));
    notes.retain(|note| note.code != FEWER);
    let (fitting, asked) = rounds;
    if fitting < asked {
        let text = format!("{fitting} of {asked} rounds fit into {budget}");
        notes.push(note(FEWER, text));
    }
}

/// A scenario that failed in a variant, while Cargo's defaults do not fail.
pub fn came_to_nothing(scenario: &str, variant: &str, round: u32, why: &str) -> Note {
    let when = match round {
        DISCARDED => "from the start, so it is not measured".to_owned(),
        round => format!("in round {round}, which does not count for it"),
    };
    let code = match why.contains("compiler cache") {
        true => "cache_died_meanwhile",
        false => "fails_in_one_variant",
    };
    note(
        code,
        format!("`{scenario}` fails in `{variant}`, {when}: {why}"),
    )
}

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
