//! What was measured: for a person, as JSON, as a note, and as the files of a report.

mod human;
#[cfg(feature = "markdown")]
mod markdown;
#[cfg(feature = "page")]
mod page;
mod table;

use anyhow::Result;
use build_profiles::diagnostic::{Diagnostic, counted};
use build_profiles::measure::advice::{Advised, Counsel, Habits, advise};
use build_profiles::measure::analysis::{Analysis, Verdict};
use build_profiles::measure::compare::{Change, Comparison, Row};
use build_profiles::measure::record::{Ladder, Measurements};
use build_profiles::measure::said;
use serde::Serialize;

use super::json::{JsonDiagnostic, json_diagnostic};
use super::{advice, colored, data, snippet};
use crate::cli::{CommonArgs, Format};
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
    /// How the workspace is worked on.
    pub(crate) habits: Habits,
    /// What the run comes to.
    pub(crate) exit: Exit,
}

/// Says it in the format that was asked for.
pub(crate) fn measured(args: &CommonArgs, measured: &Measured<'_>) -> Result<()> {
    match args.format {
        Format::Json => data(&(json(measured)? + "\n")),
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&markdown::note(measured)),
        _ => human::report(args, measured),
    }
    Ok(())
}

/// The files of a report, by name.
pub(crate) fn report_of(measured: &Measured<'_>) -> Result<Vec<(&'static str, String)>> {
    let json = serde_json::to_string_pretty(measured.measurements)? + "\n";
    Ok(vec![
        ("measurements.json", json),
        #[cfg(feature = "markdown")]
        ("report.md", markdown::note(measured)),
        #[cfg(feature = "page")]
        ("index.html", page::page(measured)),
    ])
}

/// Says which files a report has.
pub(crate) fn reported(args: &CommonArgs, folder: &camino::Utf8Path, files: &[&str]) {
    if !args.quiet {
        eprintln!("written into `{folder}`: {}", files.join(", "));
    }
    if !cfg!(feature = "page") {
        eprintln!(
            "note: there is no index.html among them, since this xtask was built without the page\n\
             help: give its dependency `build-profiles-xtask` the feature: features = [\"page\"]"
        );
    }
    if !cfg!(feature = "markdown") {
        eprintln!(
            "note: there is no report.md among them, since this xtask was built without notes in Markdown\n\
             help: give its dependency `build-profiles-xtask` the feature: features = [\"markdown\"]"
        );
    }
}

/// The measurements, and beside them what is not in their file.
fn json(measured: &Measured<'_>) -> Result<String> {
    #[derive(Serialize)]
    struct Json<'a> {
        #[serde(flatten)]
        measurements: &'a Measurements,
        exit: u8,
        diagnostics: Vec<JsonDiagnostic<'a>>,
        comparison: Option<&'a Comparison>,
    }
    let findings = measured.findings.iter();
    let json = Json {
        measurements: measured.measurements,
        exit: measured.exit.code(),
        diagnostics: measured
            .repository
            .into_iter()
            .flat_map(|repository| {
                let findings = findings.clone();
                findings.map(|finding| json_diagnostic(repository, finding))
            })
            .collect(),
        comparison: measured.comparison,
    };
    Ok(serde_json::to_string_pretty(&json)?)
}

impl Measured<'_> {
    /// Each ladder with what it comes to and what is advised.
    fn ladders(&self) -> impl Iterator<Item = (&Ladder, &Analysis, Advised)> {
        let measurements = self.measurements;
        let pairs = measurements.ladders.iter().zip(&measurements.analysis);
        pairs.map(|(ladder, analysis)| (ladder, analysis, advise(ladder, analysis, &self.habits)))
    }

    /// What it comes to in one line: `keep profiles and cache; no evidence for linker`.
    fn headline(&self) -> String {
        let all: Vec<String> = self
            .ladders()
            .map(
                |(ladder, _, advised)| match self.measurements.ladders.len() {
                    1 => headline(&advised),
                    _ => format!("{}: {}", name(ladder), headline(&advised)),
                },
            )
            .collect();
        match all.is_empty() {
            true => "nothing was measured".to_owned(),
            false => all.join("; "),
        }
    }

    /// Where it was measured: `x86_64-unknown-linux-gnu, AMD EPYC, 2 cores, 24 GB of memory, ext4`.
    fn machine(&self) -> String {
        let machine = &self.measurements.machine;
        let mut parts = vec![machine.triple.clone()];
        parts.extend(machine.cpu.clone());
        parts.push(counted(machine.cores, "core"));
        let memory = machine.memory.map(said::bytes);
        parts.extend(memory.map(|memory| format!("{memory} of memory")));
        parts.extend(machine.file_system.clone());
        let load = machine.load.map(|load| format!("{load:.2}"));
        parts.extend(load.map(|load| format!("load {load} before the first build")));
        parts.join(", ")
    }

    /// What was measured, and by what: `commit 4f2a91c, with changes, policy 81f3..; cargo 1.95.0, rustc 1.95.0`.
    fn subject(&self) -> String {
        let subject = &self.measurements.subject;
        let mut parts = Vec::new();
        if let Some(commit) = &subject.commit {
            let short: String = commit.chars().take(10).collect();
            parts.push(format!("commit {short}"));
        }
        if subject.dirty {
            parts.push("with changes that are not committed".to_owned());
        }
        let hash: String = subject.policy_hash.chars().take(10).collect();
        parts.push(format!("policy {hash}"));
        parts.push(counted(subject.members, "member"));
        let tools = self.measurements.tools.iter();
        parts.extend(
            tools.map(|(name, version)| match version.strip_prefix(name) {
                Some(_) => version.clone(),
                None => format!("{name} {version}"),
            }),
        );
        parts.join(", ")
    }

    /// When, and how long it took.
    fn when(&self) -> String {
        let seconds = self.measurements.seconds;
        format!(
            "begun {}, took {}, of which {} were this tool's own",
            self.measurements.started,
            said::time(seconds.all),
            said::time(seconds.own)
        )
    }
}

/// A ladder's name: `profile dev`, `profile dev in the environment ci`.
fn name(ladder: &Ladder) -> String {
    match &ladder.environment {
        Some(environment) => format!(
            "profile {} in the environment {environment}",
            ladder.profile
        ),
        None => format!("profile {}", ladder.profile),
    }
}

fn headline(advised: &Advised) -> String {
    let of = |counsel: Counsel| {
        let layers = advised.layers.iter();
        let layers: Vec<&str> = layers
            .filter(|advice| advice.counsel == counsel)
            .map(|advice| advice.layer.as_str())
            .collect();
        (!layers.is_empty()).then(|| layers.join(", "))
    };
    let parts = [
        ("mend ", Counsel::Mend, " first"),
        ("keep ", Counsel::Keep, ""),
        ("drop ", Counsel::Drop, ""),
        ("a trade: ", Counsel::Trade, ""),
        ("no evidence for ", Counsel::NoEvidence, ""),
        ("too few rounds for ", Counsel::TooFewRounds, ""),
        ("not measured: ", Counsel::NotMeasured, ""),
    ];
    let said = parts
        .into_iter()
        .filter_map(|(before, counsel, after)| Some(format!("{before}{}{after}", of(counsel)?)));
    said.collect::<Vec<_>>().join("; ")
}

/// What has to be known of a ladder: its notes, rounds that are missing, samples that are far off, sleep.
fn remarks(ladder: &Ladder, analysis: &Analysis) -> Vec<(String, String)> {
    let notes = ladder.notes.iter();
    let mut remarks: Vec<(String, String)> = notes
        .map(|note| (note.code.clone(), note.text.clone()))
        .collect();
    let done = ladder.rounds_done();
    if done < ladder.rounds {
        remarks.push((
            "stopped_early".to_owned(),
            format!("{done} of {} rounds were begun", ladder.rounds),
        ));
    }
    let far_off = analysis.scenarios.iter().flat_map(|weighed| {
        let all = weighed.far_off.iter();
        all.map(|far| (far, weighed.scenario.as_str()))
    });
    for (far, scenarios) in by_build(far_off) {
        remarks.push((
            "far_off".to_owned(),
            format!(
                "{scenarios} of `{}` took {} in round {}, {:.0} median distances off the median; it is kept, and counts",
                far.variant,
                said::time(far.wall),
                far.round,
                far.score.abs()
            ),
        ));
    }
    for weighed in &analysis.scenarios {
        if weighed.control.is_some_and(|control| control.broken) {
            remarks.push((
                "broken_control".to_owned(),
                format!(
                    "two copies of the same came out apart in `{}`, beyond chance: nothing is said of its layers",
                    weighed.scenario
                ),
            ));
        }
    }
    let slept = ladder.samples.iter().filter_map(|sample| {
        let build = (sample.variant.as_str(), sample.round, sample.asleep?);
        Some((build, sample.scenario.as_str()))
    });
    for ((variant, round, asleep), scenarios) in by_build(slept) {
        remarks.push((
            "slept".to_owned(),
            format!(
                "the machine slept for {} during {scenarios} of `{variant}` in round {round}; that is not in its seconds",
                said::time(asleep),
            ),
        ));
    }
    remarks
}

/// The scenarios of each build: some share one.
fn by_build<'a, B: PartialEq>(all: impl Iterator<Item = (B, &'a str)>) -> Vec<(B, String)> {
    let mut builds: Vec<(B, String)> = Vec::new();
    for (build, scenario) in all {
        match builds.iter_mut().find(|(other, _)| *other == build) {
            Some((_, scenarios)) => *scenarios += &format!(" and `{scenario}`"),
            None => builds.push((build, format!("`{scenario}`"))),
        }
    }
    builds
}

/// What the whole of a scenario came to against an earlier measurement.
fn change(row: &Row) -> String {
    let figures = match (&row.old, &row.new, row.ratio) {
        (Some(old), Some(new), Some(ratio)) => format!(
            "{}, before {}: {}",
            said::time(new.wall),
            said::time(old.wall),
            said::ratio(ratio)
        ),
        _ => "not to be compared".to_owned(),
    };
    let verdict = match &row.change {
        Change::Regression => "slower".to_owned(),
        Change::Improvement => "faster".to_owned(),
        Change::Same => "within the limits".to_owned(),
        Change::CannotTell { why } => format!("can't be told: {why}"),
    };
    let mut text = format!("{figures}, {verdict}");
    for moved in &row.moved {
        text += &format!(
            "; {} {}, before {}",
            moved.figure.name(),
            figure(moved.figure, moved.new),
            figure(moved.figure, moved.old)
        );
    }
    text
}

fn figure(figure: build_profiles::measure::compare::Figure, value: f64) -> String {
    use build_profiles::measure::compare::Figure;
    match figure {
        Figure::Units => format!("{value:.0}"),
        Figure::HitRate => said::share(value),
        Figure::Target | Figure::Linked => said::bytes(value as u64),
    }
}

/// The scenario of a row, with its profile where that is not clear.
fn place(row: &Row, comparison: &Comparison) -> String {
    let first = comparison.rows.first();
    let is_alone = first.is_none_or(|first| {
        let mut rows = comparison.rows.iter();
        rows.all(|row| (&row.profile, &row.environment) == (&first.profile, &first.environment))
    });
    match (is_alone, &row.environment) {
        (true, _) => row.scenario.clone(),
        (false, None) => format!("{} ({})", row.scenario, row.profile),
        (false, Some(environment)) => {
            format!("{} ({}, {environment})", row.scenario, row.profile)
        }
    }
}

/// How a verdict is marked.
fn is_verdict(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Faster | Verdict::Slower)
}

#[cfg(test)]
mod tests;
