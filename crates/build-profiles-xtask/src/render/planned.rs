//! What a measurement will run, before it does.

use build_profiles::diagnostic::counted;
use build_profiles::measure::record::{Ladder, VariantKind};
use build_profiles::measure::schedule::{ROUNDS_FOR_A_VERDICT, Schedule};

use crate::cli::CommonArgs;

/// A ladder that is about to be measured.
pub(crate) struct Planned<'a> {
    /// Its steps and scenarios.
    pub(crate) ladder: &'a Ladder,
    /// What is run.
    pub(crate) schedule: &'a Schedule,
    /// Seconds of one clean build, and of all; `None`: nothing has been built yet.
    pub(crate) time: Option<(f64, f64)>,
}

/// Says it on stderr.
pub(crate) fn planned(args: &CommonArgs, planned: &Planned<'_>) {
    if !args.quiet {
        eprint!("{}", text(planned));
    }
}

fn text(planned: &Planned<'_>) -> String {
    let ladder = planned.ladder;
    let environment = match &ladder.environment {
        Some(name) => format!(" in the environment `{name}`"),
        None => String::new(),
    };
    let mut text = format!("profile `{}`{environment}\n", ladder.profile);
    let kinds = |kind: VariantKind| {
        let of_kind = ladder
            .variants
            .iter()
            .filter(|variant| variant.kind == kind);
        of_kind
            .map(|variant| variant.name.as_str())
            .collect::<Vec<_>>()
    };
    text += &format!("  ladder: {}\n", kinds(VariantKind::Step).join(", "));
    let without = kinds(VariantKind::AllBut);
    if !without.is_empty() {
        text += &format!("  all but one: {}\n", without.join(", "));
    }
    let width = ladder
        .scenarios
        .iter()
        .map(|scenario| scenario.name.len())
        .max();
    for (task, scenario) in ladder.scenarios.iter().enumerate() {
        let runs = planned
            .schedule
            .cells
            .iter()
            .filter(|cell| cell.task == task)
            .count();
        let about = match &scenario.about {
            Some(member) => format!(", after an edit in `{member}`"),
            None => String::new(),
        };
        text += &format!(
            "  {:width$}  {runs} a round: {}{about}\n",
            scenario.name,
            scenario.command,
            width = width.unwrap_or(0)
        );
    }
    let verdicts = match ladder.rounds < ROUNDS_FOR_A_VERDICT {
        true => format!(", fewer than the {ROUNDS_FOR_A_VERDICT} that a verdict takes"),
        false => String::new(),
    };
    text += &format!(
        "  {}{verdicts}, and one before them that counts for nothing; {} copies\n",
        counted(ladder.rounds, "round"),
        planned.schedule.copies.len()
    );
    if let Some((clean, all)) = planned.time {
        text += &format!(
            "  a build with Cargo's defaults took {}: all of it will take about {}\n",
            time(clean),
            time(all)
        );
    }
    for note in &ladder.notes {
        text += &format!("note[{}]: {}\n", note.code, note.text);
    }
    text
}

/// Seconds as a person says them: `0.4 s`, `52 s`, `12 min`, `1 h 40 min`.
pub(crate) fn time(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    if seconds < 99.5 {
        return format!("{seconds:.0} s");
    }
    if minutes < 60.0 {
        return format!("{minutes} min");
    }
    match minutes % 60.0 {
        0.0 => format!("{} h", minutes / 60.0),
        rest => format!("{} h {rest} min", (minutes / 60.0).floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_a_person_would() {
        let told = [0.04, 9.94, 9.96, 52.4, 99.6, 720.0, 3599.0, 6000.0, 7200.0].map(time);
        assert_eq!(
            told,
            [
                "0.0 s",
                "9.9 s",
                "10 s",
                "52 s",
                "2 min",
                "12 min",
                "1 h",
                "1 h 40 min",
                "2 h"
            ]
        );
    }
}
