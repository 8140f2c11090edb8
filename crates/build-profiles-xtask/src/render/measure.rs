//! What was measured.

use anyhow::Result;
use build_profiles::diagnostic::Diagnostic;
use build_profiles::measure::compare::Comparison;
use build_profiles::measure::record::Measurements;

use super::data;
use crate::cli::{Format, MeasureArgs};
use crate::exit::Exit;
use crate::read::Repository;

/// What a run of `measure` came to.
pub(crate) struct Measured<'a> {
    /// The samples, and what they come to.
    pub(crate) measurements: &'a Measurements,
    /// Against an earlier measurement.
    pub(crate) comparison: Option<&'a Comparison>,
    /// What labels of findings point into; `None` where a file is shown again.
    pub(crate) repository: Option<&'a Repository>,
    /// What is over the policy's budget.
    pub(crate) findings: &'a [Diagnostic],
    /// What the run comes to.
    pub(crate) exit: Exit,
}

/// Says it in the format that was asked for, and writes the report.
pub(crate) fn measured(args: &MeasureArgs, measured: &Measured<'_>) -> Result<()> {
    if args.common.format == Format::Json {
        data(&(serde_json::to_string_pretty(measured.measurements)? + "\n"));
        return Ok(());
    }
    for (ladder, analysis) in measured
        .measurements
        .ladders
        .iter()
        .zip(&measured.measurements.analysis)
    {
        for weighed in &analysis.scenarios {
            eprintln!("{}", weighed.scenario);
            for figures in &weighed.variants {
                eprintln!(
                    "  {:12} {:8.2} s  hit {:?} target {:?} cpu {:?} mem {:?}",
                    figures.variant,
                    figures.wall,
                    figures.hit_rate,
                    figures.target,
                    figures.cpu,
                    figures.memory
                );
            }
            eprintln!("  control {:?}", weighed.control);
            for step in &weighed.steps {
                eprintln!(
                    "  {:12} {:.3} ({:.3} to {:.3}) p {:?} holm {:?} {}",
                    step.layer,
                    step.estimate.ratio,
                    step.estimate.low,
                    step.estimate.high,
                    step.p,
                    step.p_holm,
                    step.verdict.name()
                );
            }
            eprintln!("  whole {:?}", weighed.whole);
            for without in &weighed.without {
                eprintln!("  without {:?}", without);
            }
        }
        for note in &ladder.notes {
            eprintln!("note[{}]: {}", note.code, note.text);
        }
    }
    eprintln!(
        "{:?} {} {:?}",
        measured.findings.len(),
        measured.exit.code(),
        measured.comparison.map(|c| c.rows.len())
    );
    let _ = measured.repository;
    Ok(())
}
