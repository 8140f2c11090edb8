//! What was seen when the build was looked at, as plain data. The run door fills it; [`crate::verdict`] weighs it.
//!
//! All of it goes into the JSON report, so that a verdict can be held against what it rests on.

mod chain;
mod command;
mod spelling;
mod unit;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use chain::{Chain, ChainFile, Parsed};
pub(crate) use chain::{is_replaced, shouted};
pub use command::{Call, Command, commands};
pub use spelling::canonical;
pub use unit::{Graph, GraphUnit, Role, Unit, UnitProfile, units};

/// All that one run of `verify` has seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The host's target triple.
    pub triple: String,
    /// The tools of this machine, by name.
    pub tools: BTreeMap<String, Tool>,
    /// Variables of the environment that steer builds. Secrets are masked.
    pub variables: BTreeMap<String, String>,
    /// What is to be thought of `.cargo/machine.toml`.
    pub machine_layer: MachineLayer,
    /// Cargo's unit graphs, with the settings and without them.
    pub graphs: Vec<GraphSeen>,
    /// Builds, in the order in which they ran.
    pub builds: Vec<Build>,
    /// One link, done again without the setting.
    pub relink: Option<Relink>,
    /// What the private cache server counted.
    pub cache: Option<CacheSeen>,
    /// The runner and its tests.
    pub tests: Option<TestsSeen>,
    /// For each key, who says what, in Cargo's own order: the first that counts wins.
    pub traces: BTreeMap<String, Vec<Said>>,
}

/// One layer's word on a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Where: `.cargo/config.toml:5`, `RUSTFLAGS in the environment`.
    pub place: String,
    /// What it says.
    pub value: String,
    /// Whether Cargo takes it.
    pub wins: bool,
    /// Why Cargo does not take it, where that is not just its rank.
    pub note: Option<String>,
    /// The place in its file; `None` for a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Why Cargo does not take it, where that is its rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Whether it is this machine's and not the repository's: a variable, a file above the git root or in `CARGO_HOME`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// The file, from the workspace root; absolute if it is outside.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl At {
    /// The place of a byte of a file's text.
    pub(crate) fn of(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |line| line + 1);
        Self {
            file: file.to_owned(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[start..].chars().count() + 1,
        }
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A program of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its absolute path; `None`: it is not on PATH.
    pub program: Option<String>,
    /// What it says of its version, on one line.
    pub version: Option<String>,
}

/// The state of this machine's own layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MachineLayer {
    /// The policy wants nothing of a machine.
    #[default]
    Unwanted,
    /// The file is not there: a fresh clone or worktree.
    Missing,
    /// Written for an earlier policy.
    Stale,
    /// It names this program, which is not there any more.
    Gone(String),
    /// Written from this policy on this machine.
    Current,
    /// A copy of this environment's file.
    Environment(String),
    /// Written on another machine, which it names.
    OtherMachine(String),
    /// Written by somebody else.
    Foreign,
}

/// A unit graph that Cargo was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GraphSeen {
    /// The profile asked for.
    pub profile: String,
    /// What was taken away; `None`: nothing.
    pub without: Option<Taken>,
    /// What was put in its place: key, value.
    pub instead: BTreeMap<String, String>,
    /// The units; or why Cargo gave none.
    pub units: Result<Vec<Unit>, String>,
}

/// Which settings of a profile a control takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// The profile's own keys, those of `build-override`, and `build.incremental`.
    Base,
    /// `package."*"`.
    Star,
    /// The overrides of named packages.
    Named,
}

/// One run of Cargo, with what it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Build {
    /// Which of the workflow's builds.
    pub what: BuildKind,
    /// The profile it was built with.
    pub profile: String,
    /// The command, to repeat it in the workspace root.
    pub command: String,
    /// Every call of rustc.
    pub calls: Vec<Call>,
    /// Everything that was linked.
    pub linked: Vec<Linked>,
    /// Files of debug information beside the artifacts, which no linker saw (`.dwo`).
    #[serde(default)]
    pub debug_objects: usize,
    /// Units that Cargo compiled, by its own account.
    pub compiled: usize,
    /// What Cargo itself warned of.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Seconds by the clock.
    pub seconds: f64,
    /// Seconds of processor time, with those of the cache server, where the system tells.
    pub cpu_seconds: Option<f64>,
}

/// Which of the workflow's builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildKind {
    /// A package of a few lines, built as the workspace is.
    Small,
    /// The same without wrapper, linker and flags: the control.
    SmallWithout,
    /// The same again, from an empty target directory.
    SmallAgain,
    /// The workspace.
    Workspace,
    /// The workspace again, from an empty target directory.
    WorkspaceAgain,
    /// The workspace's tests, compiled and not run.
    Tests,
}

impl BuildKind {
    /// Whether the workspace was built, not the small package.
    pub fn is_real(self) -> bool {
        matches!(self, Self::Workspace | Self::WorkspaceAgain | Self::Tests)
    }
}

/// Something that a linker made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Where it is, from the target directory.
    pub path: String,
    /// What it is.
    pub role: Role,
    /// The marks that linkers left in it; GNU ld leaves none.
    pub marks: Vec<Mark>,
}

/// The mark of a linker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// `mold`, `LLD`, `Wild`, `gold`.
    pub linker: String,
    /// Its version, if the mark tells.
    pub version: Option<String>,
}

/// One link, done again with one argument less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relink {
    /// The crate that was linked.
    pub crate_name: String,
    /// The argument that was left out.
    pub without: String,
    /// The marks in what came of it; or why nothing did.
    pub marks: Result<Vec<Mark>, String>,
}

/// What the private cache server counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheSeen {
    /// The wrapper.
    pub program: String,
    /// Whether it started a server for us.
    #[serde(default)]
    pub started: bool,
    /// Which build was the cold one.
    pub subject: Option<BuildKind>,
    /// After the cold build; or why there is no count.
    pub cold: Option<Result<CacheCounts, String>>,
    /// Of the same build again.
    pub warm: Option<Result<CacheCounts, String>>,
}

/// Counters of sccache, for one phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheCounts {
    /// Compilations that the cache was asked for.
    pub executed: u64,
    /// Of these, served from it.
    pub hits: u64,
    /// Of these, compiled.
    pub misses: u64,
    /// Entries written.
    pub writes: u64,
    /// Entries that could not be written.
    pub write_errors: u64,
    /// Errors of any other kind, and timeouts.
    pub errors: u64,
    /// Compilations that were told not to ask (`SCCACHE_RECACHE`).
    pub recached: u64,
    /// Compilations that the compiler refused: what build scripts try, to see whether it works.
    pub compile_fails: u64,
    /// Requests that can't be cached, by sccache's reason.
    pub refused: BTreeMap<String, u64>,
    /// Files that it has really written; `None`: they are not where we could look.
    #[serde(default)]
    pub entries: Option<usize>,
    /// Crates that missed, by the server's log.
    pub missed_crates: Vec<String>,
    /// Where the server keeps its entries.
    pub location: String,
    /// Bytes in the cache.
    pub size: Option<u64>,
    /// Bytes it may hold.
    pub max_size: Option<u64>,
}

impl CacheCounts {
    /// Compilations that the cache was asked for and that came to something.
    pub fn asked(&self) -> u64 {
        self.executed.saturating_sub(self.compile_fails)
    }

    /// Compilations that reached the server: those asked for, and those refused that are not Cargo asking rustc who it
    /// is.
    pub fn compilations(&self) -> u64 {
        self.executed + self.refusals().map(|(_, count)| count).sum::<u64>()
    }

    /// The compilations that can't be cached, by reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, u64)> {
        const PROBES: [&str; 3] = ["missing input", "-", "missing output_dir"];
        self.refused
            .iter()
            .filter(|(reason, _)| !PROBES.contains(&reason.as_str()))
            .map(|(reason, count)| (reason.as_str(), *count))
    }
}

/// The tests, as the runner and Cargo see them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestsSeen {
    /// Tests that Cargo's own harness lists, as `binary name`; or why it lists none.
    pub by_cargo: Option<Result<Vec<String>, String>>,
    /// Tests that the runner lists, in the same form; or what it says.
    pub by_runner: Option<Result<Vec<String>, String>>,
    /// The exit code of a runner that lists none.
    #[serde(default)]
    pub runner_code: Option<i32>,
    /// Of these, hidden by the runner's own filter.
    pub hidden: Vec<String>,
    /// The run.
    pub run: Option<TestRun>,
    /// The doctests.
    pub doctests: Option<DocRun>,
}

/// A run of the tests through the runner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestRun {
    /// The command.
    pub command: String,
    /// Its exit code.
    pub code: Option<i32>,
    /// The run's id, as printed.
    pub id: Option<String>,
    /// The id in the JUnit report that was not there before.
    pub report_id: Option<String>,
    /// Tests that ran, by the report.
    pub ran: usize,
    /// Tests that failed.
    pub failed: Vec<String>,
    /// Tests that passed only when they were tried again.
    pub flaky: Vec<String>,
    /// What it said last, if it did not pass.
    pub said: String,
}

/// A run of the doctests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocRun {
    /// Libraries that have doctests to run.
    pub libraries: usize,
    /// Doctests that ran.
    pub ran: usize,
    /// Whether all passed.
    pub passed: bool,
    /// Those that failed: `src/lib.rs - broken (line 3)`.
    #[serde(default)]
    pub failed: Vec<String>,
    /// What it said last, if they did not.
    pub said: String,
}
