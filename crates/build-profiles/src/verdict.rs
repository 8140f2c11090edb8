//! What was seen, weighed: for each claim a verdict, with the evidence, the control, and who won where it is not in force.
//!
//! A verdict *active* needs two observations that differ: with the setting and without it. Everything here is a function
//! of [`Evidence`], which is part of the JSON report.

mod cache;
mod config;
mod failure;
mod linker;
mod profile;
mod shared;
mod suite;
#[cfg(test)]
mod tests;

pub use failure::explains;
use serde::{Deserialize, Serialize};
pub use shared::shared;
pub use suite::findings;

use crate::evidence::{Build, BuildKind, Evidence, MachineLayer, Said};
use crate::probe::{Claim, Subject};

/// What a claim comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With the setting it is seen, without it it is not.
    Active,
    /// It is seen, and without the setting too: Cargo, rustc or another setting does the same.
    Redundant,
    /// The build does not do what the setting says.
    Inactive,
    /// An experiment ran and could not tell.
    Unproven,
    /// This mode, this platform, or the lack of an optional tool left it out; or nothing could show it.
    NotTried,
}

impl Outcome {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Redundant,
        Self::Inactive,
        Self::Unproven,
        Self::NotTried,
    ];

    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Redundant => "redundant",
            Self::Inactive => "inactive",
            Self::Unproven => "unproven",
            Self::NotTried => "not tried",
        }
    }
}

/// One claim, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was claimed.
    #[serde(flatten)]
    pub claim: Claim,
    /// What it comes to.
    pub outcome: Outcome,
    /// What was seen; or why nothing was.
    pub evidence: Vec<String>,
    /// What was seen without the setting.
    pub control: Option<String>,
    /// For what is not in force: who says what, in Cargo's order.
    pub trace: Vec<Said>,
    /// For what is not in force: the one thing to change.
    pub help: Option<String>,
}

/// Judges every claim.
pub fn judge(claims: &[Claim], evidence: &Evidence) -> Vec<Verdict> {
    claims
        .iter()
        .map(|claim| {
            let mut verdict = one(claim, claims, evidence);
            if matches!(verdict.outcome, Outcome::Inactive | Outcome::Unproven)
                && verdict.trace.is_empty()
                && !matches!(claim.subject, Subject::Ignored { .. })
            {
                verdict.trace = evidence
                    .traces
                    .get(&trace_key(claim, evidence))
                    .cloned()
                    .unwrap_or_default();
            }
            if verdict.outcome == Outcome::Inactive && verdict.help.is_none() {
                verdict.help = help_of(claim, &verdict.trace);
            }
            verdict
        })
        .collect()
}

fn one(claim: &Claim, claims: &[Claim], evidence: &Evidence) -> Verdict {
    if let Some(verdict) = failure::judge(claim, claims, evidence) {
        return verdict;
    }
    match &claim.subject {
        Subject::Profile { .. } => profile::judge(claim, claims, evidence),
        Subject::Inherits { profile, .. } => profile::judge_inherits(claim, profile, evidence),
        Subject::Flags { flags, here } => config::judge_flags(claim, flags, *here, evidence),
        Subject::Linker { program, here } => config::judge_linker(claim, program, *here, evidence),
        Subject::Wrapper { program, workspace } => {
            config::judge_wrapper(claim, program, *workspace, evidence)
        }
        Subject::Incremental { value } => config::judge_incremental(claim, *value, evidence),
        Subject::MachineLinker { candidates, chosen } => {
            linker::judge(claim, candidates, chosen.as_deref(), evidence)
        }
        Subject::Cache {
            chosen,
            optional,
            everything,
            ..
        } => cache::judge(claim, chosen.as_deref(), *optional, *everything, evidence),
        Subject::Runner { runner } => suite::judge_runner(claim, runner, evidence),
        Subject::Doctests { value } => suite::judge_doctests(claim, *value, evidence),
        Subject::Misplaced { name, value } => config::judge_misplaced(claim, name, value, evidence),
        Subject::Ignored { why, help } => {
            config::judge_ignored(claim, why, help.as_deref(), evidence)
        }
        Subject::Elsewhere { environment } => not_tried(
            claim,
            format!(
                "holds where `.cargo/env/{environment}.toml` is copied to `.cargo/machine.toml`: verify it there"
            ),
        ),
        Subject::Storage => not_tried(
            claim,
            "whether it carries anything to another checkout: `cargo xtask verify --shared` tries it",
        ),
        Subject::Unseen { why } => not_tried(claim, why.clone()),
    }
}

/// The key under which [`Evidence::traces`] has what was said about a claim.
pub fn trace_key(claim: &Claim, evidence: &Evidence) -> String {
    match &claim.subject {
        Subject::Cache { .. } => "build.rustc-wrapper".to_owned(),
        Subject::Wrapper {
            workspace: true, ..
        } => "build.rustc-workspace-wrapper".to_owned(),
        Subject::Incremental { .. } => "build.incremental".to_owned(),
        Subject::Flags { .. } => "build.rustflags".to_owned(),
        Subject::MachineLinker { .. } => format!("target.{}.linker", evidence.triple),
        Subject::Misplaced { name, .. } => {
            meant_for(name).map_or_else(|| claim.key.clone(), |(key, _)| key.to_owned())
        }
        _ => claim.key.clone(),
    }
}

/// The config key that a variable stands for: key, table.
pub(crate) fn meant_for(variable: &str) -> Option<(&'static str, &'static str)> {
    Some(match variable {
        "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => ("build.rustc-wrapper", "build"),
        "RUSTC_WORKSPACE_WRAPPER" | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER" => {
            ("build.rustc-workspace-wrapper", "build")
        }
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" => {
            ("build.rustflags", "build")
        }
        "CARGO_INCREMENTAL" | "CARGO_BUILD_INCREMENTAL" => ("build.incremental", "build"),
        _ => return None,
    })
}

fn verdict(claim: &Claim, outcome: Outcome, evidence: Vec<String>) -> Verdict {
    Verdict {
        claim: claim.clone(),
        outcome,
        evidence,
        control: None,
        trace: Vec::new(),
        help: None,
    }
}

/// The verdict on a claim that nothing was tried for.
pub fn not_tried(claim: &Claim, why: impl Into<String>) -> Verdict {
    verdict(claim, Outcome::NotTried, vec![why.into()])
}

fn unproven(claim: &Claim, why: impl Into<String>) -> Verdict {
    verdict(claim, Outcome::Unproven, vec![why.into()])
}

impl Verdict {
    fn control(mut self, control: impl Into<String>) -> Self {
        self.control = Some(control.into());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What to change so that something else wins.
fn help_of(claim: &Claim, trace: &[Said]) -> Option<String> {
    let winner = trace.iter().find(|said| said.wins)?;
    let own = claim
        .place
        .as_ref()
        .is_some_and(|place| winner.place == format!("{}:{}", place.file, place.line));
    if own {
        return None;
    }
    Some(match winner.place.split_once(" in the environment") {
        Some((name, _)) => {
            format!("unset `{name}`; what every build needs belongs into the policy")
        }
        None => format!("take it out of {}", winner.place),
    })
}

/// What is wrong with this machine's own layer, and the command that mends it.
fn machine_layer(evidence: &Evidence) -> Option<(String, String)> {
    let mend = "run `cargo xtask configure`".to_owned();
    let file = "`.cargo/machine.toml`";
    Some(match &evidence.machine_layer {
        MachineLayer::Missing => (format!("this checkout has no {file}"), mend),
        MachineLayer::Stale => (format!("{file} was written for an earlier policy"), mend),
        MachineLayer::Gone(program) => (format!("{file} names `{program}`, which is gone"), mend),
        MachineLayer::OtherMachine(name) => (
            format!("{file} was written on another machine, `{name}`"),
            mend,
        ),
        MachineLayer::Foreign => (
            format!("{file} was not written by `configure`"),
            format!("delete {file} and {mend}"),
        ),
        MachineLayer::Unwanted | MachineLayer::Current | MachineLayer::Environment(_) => {
            return None;
        }
    })
}

/// All builds of the subject's kind that compile for the first time.
fn subjects(evidence: &Evidence) -> Vec<&Build> {
    let real = evidence
        .builds
        .iter()
        .any(|build| build.what == BuildKind::Workspace);
    evidence
        .builds
        .iter()
        .filter(|build| match build.what {
            BuildKind::Workspace | BuildKind::Tests => real,
            BuildKind::Small => !real,
            _ => false,
        })
        .collect()
}

/// The small package without wrapper, linker and flags, if anything of it was compiled.
fn small_without(evidence: &Evidence) -> Option<&Build> {
    let mut builds = evidence.builds.iter();
    let build = builds.find(|build| build.what == BuildKind::SmallWithout);
    build.filter(|build| !build.calls.is_empty())
}

/// `214 of 214`.
fn of(part: usize, whole: usize) -> String {
    format!("{part} of {whole}")
}

/// A few of many, for a sentence.
fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let list = names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match more {
        0 => list,
        _ => format!("{list} and {more} more"),
    }
}
