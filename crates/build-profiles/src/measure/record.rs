//! What was measured, as it is kept: `measurements.json`. docs/measure.md is its documentation.
//!
//! Everything a report says can be computed again from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::evidence::CacheCounts;
use crate::measure::analysis::Analysis;
use crate::measure::bound::UpperBounds;
use crate::measure::timings::Timings;

/// The version of the file's shape.
pub const SCHEMA: u32 = 1;

/// The round that is run first and counts for nothing.
pub const DISCARDED: u32 = 0;

/// One run of `measure`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// [`SCHEMA`].
    pub schema: u32,
    /// `measure`.
    pub command: String,
    /// This tool's version.
    pub tool: String,
    /// When it was started, UTC: `2026-11-23T06:00:00Z`.
    pub started: String,
    /// What was measured.
    pub subject: Subject,
    /// Where.
    pub machine: Machine,
    /// Versions of the programs that took part, by name: `rustc`, `cargo`, `sccache`, `mold`, `cargo-nextest`.
    pub tools: BTreeMap<String, String>,
    /// Variables of the environment that steer builds, secrets masked.
    pub variables: BTreeMap<String, String>,
    /// What the order of the variants within a round was drawn with.
    pub seed: u64,
    /// One ladder for each profile and environment.
    pub ladders: Vec<Ladder>,
    /// Seconds by the clock: the whole run, and the part not spent waiting for programs.
    pub seconds: Seconds,
    /// What the samples come to, one for each ladder: computed from the rest.
    #[serde(default)]
    pub analysis: Vec<Analysis>,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// The name of the workspace's folder.
    pub workspace: String,
    /// The commit; `None` outside of git.
    pub commit: Option<String>,
    /// Whether the checkout differed from it.
    pub dirty: bool,
    /// A hash of the policy's text; of the files' where there is no policy.
    pub policy_hash: String,
    /// Workspace members.
    pub members: usize,
}

/// The machine, as far as it matters for times. Its class is everything but `load` and `file_system`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The host's target triple.
    pub triple: String,
    /// The processor's name, as the system says it.
    pub cpu: Option<String>,
    /// Cores that this process may use.
    pub cores: usize,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// The file system that the copies stood on: `ext4`, `tmpfs`.
    pub file_system: Option<String>,
    /// The one-minute load average before the first build.
    pub load: Option<f64>,
}

/// Seconds by the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// From the first look at the files to the last sample.
    pub all: f64,
    /// Of these, spent on preparing what is built: copies, wiping, edits, starting caches, counting bytes.
    #[serde(default)]
    pub prepared: f64,
    /// Of these, spent neither on that nor waiting for cargo, rustc, sccache, nextest.
    pub own: f64,
}

/// The variants of one profile in one environment, and their samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// The profile that was built with.
    pub profile: String,
    /// The environment whose file stood in place of the machine's.
    pub environment: Option<String>,
    /// The layers, in the order in which the ladder adds them.
    pub layers: Vec<String>,
    /// What was run.
    pub scenarios: Vec<Scenario>,
    /// Every set of layers that was built with.
    pub variants: Vec<Variant>,
    /// How many rounds were planned, the discarded one not among them.
    pub rounds: u32,
    /// All samples, in the order in which they were taken, the discarded round's too.
    pub samples: Vec<Sample>,
    /// Where the time of the first build went, which is one with Cargo's defaults; `None` where Cargo does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeSpent>,
    /// What went wrong or has to be known, in words: a build that failed in one variant only, a cache that died.
    pub notes: Vec<Note>,
}

/// One clean build, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeSpent {
    /// Its units.
    pub timings: Timings,
    /// What they come to, and what could be saved of it at most.
    pub bounds: UpperBounds,
    /// What has to be known of it.
    pub notes: Vec<String>,
}

/// A scenario as it was run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What was run, as a person would type it.
    pub command: String,
    /// What it is about: the member that is edited.
    pub about: Option<String>,
    /// The layers that can make a difference to it.
    pub touched_by: Vec<String>,
}

/// A set of layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// A short name, the same in every sample: `base`, `base-again`, `+cache`, `-cache`.
    pub name: String,
    /// What it is for.
    pub kind: VariantKind,
    /// The layers in it.
    pub layers: Vec<String>,
}

/// What a variant is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariantKind {
    /// A step of the ladder; the first has no layer.
    #[default]
    Step,
    /// The first step once more, in a copy of its own: what differs between equals.
    Again,
    /// Everything but one layer.
    AllBut,
}

/// One run of one scenario in one variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The round, from 1; [`DISCARDED`] counts for nothing.
    pub round: u32,
    /// The variant.
    pub variant: String,
    /// The scenario.
    pub scenario: String,
    /// Seconds by the clock.
    pub wall: f64,
    /// Processor seconds of everything that ran, the cache server's compilers too; `None` where the system does not
    /// say.
    pub cpu: Option<f64>,
    /// Bytes of memory that all processes together had at most, looked at several times a second.
    pub memory: Option<u64>,
    /// Units that Cargo compiled.
    pub units: Option<usize>,
    /// What the cache server counted.
    pub cache: Option<CacheCounts>,
    /// Bytes in the target directory.
    pub target: Option<u64>,
    /// Bytes of programs and libraries that were linked, and how many.
    pub linked: Option<Linked>,
    /// The tests that were run.
    pub tests: Option<Tests>,
    /// The one-minute load average before it.
    pub load: Option<f64>,
    /// Seconds that the machine slept meanwhile; they are not in `wall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asleep: Option<f64>,
    /// Why it came to nothing; then its figures are not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Ladder {
    /// Whether another ladder has the same steps and scenarios, so that samples of both can stand side by side.
    pub fn is_like(&self, other: &Self) -> bool {
        let steps = |ladder: &Self| {
            (
                ladder.profile.clone(),
                ladder.environment.clone(),
                ladder.layers.clone(),
            )
        };
        let names = |ladder: &Self| -> Vec<String> {
            let all = ladder.scenarios.iter();
            all.map(|scenario| scenario.name.clone() + &scenario.command)
                .collect()
        };
        steps(self) == steps(other) && names(self).iter().all(|name| names(other).contains(name))
    }

    /// The round to go on with. One that was cut off, so that samples are missing which the round before it has, is run
    /// anew: what is compared has to be built side by side. What there is of it counts for nothing.
    pub fn go_on(&mut self) -> u32 {
        let last = self.rounds_done();
        let of = |round: u32| -> BTreeSet<(&str, &str)> {
            let samples = self.samples.iter();
            samples
                .filter(|sample| sample.round == round && sample.failure.is_none())
                .map(|sample| (sample.scenario.as_str(), sample.variant.as_str()))
                .collect()
        };
        if last == DISCARDED || of(last - 1).is_subset(&of(last)) {
            return last + 1;
        }
        for sample in &mut self.samples {
            if sample.round == last {
                sample.round = DISCARDED;
            }
        }
        last
    }

    /// Rounds that have a sample.
    pub fn rounds_done(&self) -> u32 {
        let rounds = self.samples.iter().map(|sample| sample.round);
        rounds.max().unwrap_or(DISCARDED)
    }
}

/// Why what was begun can't be gone on with, in words; nothing: it can.
pub fn differences(before: &Measurements, now: &Measurements) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differ = |what: &str, one: &str, other: &str| {
        if one != other {
            differences.push(format!("{what} was {one} and is {other}"));
        }
    };
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "not known".to_owned());
    differ(
        "the commit",
        &said(&before.subject.commit),
        &said(&now.subject.commit),
    );
    differ(
        "the policy",
        &before.subject.policy_hash,
        &now.subject.policy_hash,
    );
    differ(
        "the processor",
        &said(&before.machine.cpu),
        &said(&now.machine.cpu),
    );
    differ(
        "the number of cores",
        &before.machine.cores.to_string(),
        &now.machine.cores.to_string(),
    );
    differ("this tool", &before.tool, &now.tool);
    let names: BTreeSet<&String> = before.tools.keys().chain(now.tools.keys()).collect();
    for name in names {
        let version = |of: &Measurements| {
            of.tools
                .get(name)
                .cloned()
                .unwrap_or_else(|| "missing".to_owned())
        };
        differ(&format!("`{name}`"), &version(before), &version(now));
    }
    if before.subject.dirty || now.subject.dirty {
        differences.push("the checkout has changes that are not committed, and nobody knows whether they are the same".to_owned());
    }
    differences
}

impl Sample {
    /// Whether its figures can be compared.
    pub fn counts(&self) -> bool {
        self.round != DISCARDED && self.failure.is_none()
    }
}

/// What was linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// How many programs and libraries.
    pub count: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// The tests of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tests {
    /// How many ran.
    pub ran: usize,
    /// Those that failed, as the runner names them.
    pub failed: Vec<String>,
}

/// Something that has to be known of a ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Which code of the diagnostics it is.
    pub code: String,
    /// What happened, where, and what follows.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The round to go on with after these rounds, of which the last is cut off or not; and the rounds of all samples then.
    fn check(rounds: &[&[&str]], next: u32, kept: &[u32]) {
        let mut ladder = Ladder::default();
        for (round, variants) in (0..).zip(rounds) {
            ladder.samples.extend(variants.iter().map(|variant| Sample {
                round,
                variant: variant.trim_end_matches('!').to_owned(),
                failure: variant.ends_with('!').then(String::new),
                ..Sample::default()
            }));
        }
        assert_eq!(ladder.go_on(), next, "{rounds:?}");
        let rounds: Vec<u32> = ladder.samples.iter().map(|sample| sample.round).collect();
        assert_eq!(rounds, kept);
    }

    #[test]
    fn a_round_that_was_cut_off_is_run_anew() {
        check(&[], 1, &[]);
        check(&[&["base", "+cache"]], 1, &[0, 0]);
        check(
            &[&["base", "+cache"], &["+cache", "base"]],
            2,
            &[0, 0, 1, 1],
        );
        check(&[&["base", "+cache"], &["+cache"]], 1, &[0, 0, 0]);
        let two: &[&[&str]] = &[&["base"], &["base", "+cache"], &["base"]];
        check(two, 2, &[0, 1, 1, 0]);
    }

    #[test]
    fn what_failed_from_the_start_is_not_waited_for() {
        check(&[&["base", "+cache!"], &["base"]], 2, &[0, 0, 1]);
        // It failed in this round alone, as it does on a full disk.
        check(
            &[&["base", "+cache"], &["base", "+cache!"]],
            1,
            &[0, 0, 0, 0],
        );
    }
}
