//! What was measured.

use build_profiles::measure::record::Measurements;

use crate::cli::MeasureArgs;

/// Says it in the format that was asked for.
pub(crate) fn measured(_args: &MeasureArgs, measurements: &Measurements) {
    for ladder in &measurements.ladders {
        for sample in &ladder.samples {
            eprintln!(
                "{} {:12} {:12} {:8.2} s cpu {:6.1?} units {:?} mem {:?} cache {:?} {:?} {:?}",
                sample.round,
                sample.scenario,
                sample.variant,
                sample.wall,
                sample.cpu,
                sample.units,
                sample.memory.map(|m| m / 1_000_000),
                sample.cache.as_ref().map(|c| (c.hits, c.misses)),
                sample.tests,
                sample.failure
            );
        }
        for note in &ladder.notes {
            eprintln!("note[{}]: {}", note.code, note.text);
        }
    }
    eprintln!("{:?}", measurements.seconds);
}
