//! The command line, declared and nothing else.

use std::ffi::OsString;
use std::time::Duration;

use build_profiles::preset::PRESETS;
use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Declarative build profiles for a Cargo workspace.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing to say
  1  findings: drift, something undeclared, a denied lint, a setting that is not in force
  2  could not run: usage, invalid policy, I/O, a build that fails
  3  an experiment could not tell";

const TEST_EXIT_CODES: &str = "\
Exit codes:
  0  all tests passed
  1  tests failed, or there was none to run; with --strict, a test was flaky
  2  could not run: usage, invalid policy, no such runner, a build that fails";

const EJECT_EXIT_CODES: &str = "\
Exit codes:
  0  done, or there was nothing to do
  1  findings: something would be lost; nothing was written
  2  could not run: usage, invalid policy, I/O, new files with which Cargo does not build";

const MEASURE_EXIT_CODES: &str = "\
Exit codes:
  0  measured; nothing is over a budget, nothing has become slower
  1  findings: over a budget, slower than `--compare` allows
  2  could not run: usage, invalid policy, I/O, a workspace that does not build
  3  an experiment could not tell: a control with an effect, measurements that can't be compared";

const EXPLAIN_HELP: &str = "\
Keys:
  profile.dev.debug                     a key as the files spell it
  profile.dev.package.serde.opt-level   quotes are spared: target.cfg(unix).rustflags
  build.rustc-wrapper
  linker, cache                         the policy's own words
  dev                                   a profile, whole
  profile.dev.package.serde             a package, whole; serde alone is that of dev

Exit codes:
  0  explained
  2  could not run: usage, nothing is known of the key, invalid policy, I/O";

// The commands; flatten them into an xtask's own with `#[command(flatten)]`. No doc comment: clap would put it into the
// help of that xtask.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Write what build-profiles.toml says into the files that Cargo reads
    ///
    /// The root manifest's profiles, `.cargo/config.toml`, `.cargo/env/<name>.toml` for each environment, and
    /// `.cargo/machine.toml` with what this machine has proved to have. All files are written or none.
    #[command(after_help = EXIT_CODES)]
    Configure(ConfigureArgs),
    /// Write a policy that says what this workspace says already; no other file changes
    ///
    /// From the root manifest and the Cargo config. What a policy can't say, or what another tool owns, is left alone by name
    /// and with the reason. Afterwards `configure --check` passes.
    #[command(after_help = EXIT_CODES)]
    Init(InitArgs),
    /// Prove that every setting is in force, or say which one is not, who overrides it, and what to change
    ///
    /// Builds the workspace in a target directory of its own, beside a compiler cache of its own, and looks at what rustc
    /// and the linker were really called with; then takes each setting away and looks whether that changes anything.
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArgs),
    /// Tell whether each layer of the policy is worth it: a ladder from Cargo's defaults, layer by layer, in time and bytes
    ///
    /// The workspace is copied, once for each set of layers, and built in the copies, with compiler caches of their own; the
    /// order is another in every round. From eight rounds on there are verdicts, each held against chance and against what
    /// differs between equals. What is no step of the ladder stays as it is in every copy.
    ///
    /// With `--upper-bound`, before anything is adopted: where the time of one clean build goes, and what a perfect cache, a
    /// perfect linker or any number of cores would save of it at most. Works on any workspace, also without a policy.
    #[command(after_help = MEASURE_EXIT_CODES)]
    Measure(Box<MeasureArgs>),
    /// Find settings that Cargo ignores, or that defeat one another
    ///
    /// In manifests, in every config file that Cargo reads, in the environment, and where teams set the same things: CI
    /// workflows, containers, editors. Works on any workspace, also without a policy; docs/lints.md lists the lints.
    #[command(after_help = EXIT_CODES)]
    Lint(LintArgs),
    /// Explain a key: what is wanted and why, what holds, who says what, what it costs, how it is proved
    ///
    /// Everything that Cargo reads here is looked at, also what only this machine says: variables, config files above the
    /// repository and in CARGO_HOME. It works without a policy.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArgs),
    /// Run the tests: with the policy's runner, and then the doctests
    ///
    /// The runner's own output is shown as it comes. Both are run, whatever the first comes to; the exit code is that of
    /// the worse. Without a policy the runner is cargo.
    #[command(after_help = TEST_EXIT_CODES)]
    Test(TestArgs),
    /// Leave: plain files stay, which say what they said; what only this tool needs goes
    ///
    /// The policy goes, this machine's layer with the `include` that reads it, and the xtask where it does nothing but
    /// start this tool. Profiles, config keys and the files of environments stay. All files are written or none.
    #[command(after_help = EJECT_EXIT_CODES)]
    Eject(EjectArgs),
    /// Print the JSON Schema of build-profiles.toml, for editors
    Schema,
}

/// Arguments of `configure`.
#[derive(Debug, Args)]
pub struct ConfigureArgs {
    #[command(flatten)]
    pub(crate) mode: ModeArgs,
    /// With `--diff`: what has changed in effect since this revision, policy and files settled at both [default: where
    /// this branch left the default one; in CI the event's own base]
    #[arg(long, value_name = "REV", requires = "diff", num_args = 0..=1, default_missing_value = "")]
    pub(crate) base: Option<String>,
    /// Delete what stands in the files, is the policy's to own, and is not in it
    #[arg(long, conflicts_with = "adopt")]
    pub(crate) prune: bool,
    /// Do not touch or try anything of this machine: write the committed files alone
    #[arg(long)]
    pub(crate) no_machine: bool,
    /// Do not build a package of a few lines under the new files before they are kept
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Begin with a trade-off: what the policy then says goes beyond what the files say. May be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = presets())]
    pub(crate) preset: Vec<String>,
    /// Add what would help this workspace as comments, each with its reason and its price
    #[arg(long)]
    pub(crate) suggest: bool,
    /// Make an xtask that starts this tool, with its alias and its profile; where there is one, say which lines add it
    #[arg(long)]
    pub(crate) xtask: bool,
    /// With `--xtask`: write those lines
    #[arg(long, requires = "xtask")]
    pub(crate) write: bool,
    /// What the xtask depends on: a version, or an inline table [default: the git repository of this tool]
    #[arg(long, value_name = "TOML", requires = "xtask")]
    pub(crate) dependency: Option<String>,
    /// Write a CI job for pull requests: `configure --check`, `lint`, `verify --quick`, and a comment for reviewers
    #[arg(long, value_name = "SYSTEM", value_enum)]
    pub(crate) ci: Option<Ci>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Where pull requests are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// GitHub Actions: `.github/workflows/build-profiles.yml`
    Github,
}

/// The names of the presets, each with its help.
fn presets() -> PossibleValuesParser {
    PRESETS
        .iter()
        .map(|preset| PossibleValue::new(preset.name).help(preset.meaning))
        .collect::<Vec<_>>()
        .into()
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Answer within seconds: everything but the real build of the workspace and its tests
    #[arg(long)]
    pub(crate) quick: bool,
    /// Build two copies of the workspace at two paths against the cache's storage: what the second finds, and what keeps
    /// the rest from it. Beside it the same as `--quick`
    #[arg(long, conflicts_with = "quick")]
    pub(crate) shared: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Mend what can be mended for certain; all files or none
    #[arg(long)]
    pub(crate) fix: bool,
    /// Show what `--fix` would write, and write nothing
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,
    /// With `--fix`: do not build a package of a few lines under the new files before they are kept
    #[arg(long, requires = "fix")]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A key as the files spell it, `linker`, `cache`, a profile, a package
    #[arg(value_name = "KEY", required_unless_present = "all")]
    pub(crate) key: Option<String>,
    /// Every key that is set here or wanted by the policy: its value, where from, wanted or not
    #[arg(long, conflicts_with = "key")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Arguments of `eject`.
#[derive(Debug, Args)]
pub struct EjectArgs {
    /// Write nothing; show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go on though the files do not say all that the policy says, or no commit has what would be deleted
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not build a package of a few lines under the new files before they are kept
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Options of `measure` that say how a ladder is run, and would say nothing where none is. Not a group of clap's: its
/// error names every option of it in place of the one that was given.
const OF_THE_LADDER: [&str; 10] = [
    "scenario",
    "layer",
    "environment",
    "rounds",
    "time_budget",
    "ladder_only",
    "dry_run",
    "resume",
    "scratch",
    "keep",
];

/// Arguments of `measure`.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// What is timed: clean, clean-cached, no-op, check, edit-leaf, edit-hub, test-build, test-run, or a name of
    /// `[measure.commands]`. May be given several times [default: `measure.scenarios` of the policy, else all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) scenario: Vec<String>,
    /// The steps of the ladder, in this order: profiles, cache, runner, linker, `profile.dev.tradeoff`, or a setting
    /// such as `profile.dev.debug` [default: `measure.order` of the policy]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) layer: Vec<String>,
    /// The profile to build with. May be given several times: each has a ladder of its own [default: dev]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) profile: Vec<String>,
    /// The environment of the policy whose file stands in place of this machine's. May be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) environment: Vec<String>,
    /// How often everything is run; a round before the first counts for nothing. Fewer than 8 give no verdicts
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(crate) rounds: u32,
    /// No longer than this: `20m`. Scenarios are left out before rounds are
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) time_budget: Option<Duration>,
    /// Leave out the sets of all layers but one
    #[arg(long)]
    pub(crate) ladder_only: bool,
    /// Say what would be run, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go on where the last run on this workspace was stopped
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) resume: bool,
    /// Where the copies go: a folder outside of the workspace, on a disk like the workspace's [default: the system's
    /// temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<Utf8PathBuf>,
    /// Do not remove the copies
    #[arg(long)]
    pub(crate) keep: bool,
    /// Write `measurements.json`, a note for a pull request, and a page with pictures into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<Utf8PathBuf>,
    /// Measure nothing: show these `measurements.json` again
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_THE_LADDER, conflicts_with_all = ["profile", "upper_bound"])]
    pub(crate) from: Option<Utf8PathBuf>,
    /// Compare with an earlier `measurements.json`; exit with 1 if something has become slower
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "upper_bound"])]
    pub(crate) compare: Option<Utf8PathBuf>,
    /// With `--compare`: what is slower by no more than so many per cent does not count
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 5.0,
        requires = "compare"
    )]
    pub(crate) slower_percent: f64,
    /// With `--compare`: what is slower by no more than so many seconds does not count
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 1.0,
        requires = "compare"
    )]
    pub(crate) slower_seconds: f64,
    /// How often a day the workspace is built, by people and machines: for the day on which a layer has paid for itself
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = builds_per_day)]
    pub(crate) builds_per_day: f64,
    /// What setting it up has cost a person: `3h`. Without it only the machine's time counts
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) setup: Option<Duration>,
    /// Before anything is adopted: from one timed build, what a perfect cache, a perfect linker or no debug information
    /// could save at most
    #[arg(long, conflicts_with_all = OF_THE_LADDER, conflicts_with_all = ["report", "builds_per_day", "setup"])]
    pub(crate) upper_bound: bool,
    /// With `--upper-bound`: build the tests too
    #[arg(long, requires = "upper_bound")]
    pub(crate) tests: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// A number by which can be divided.
fn builds_per_day(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    let number = number.filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "not a number above 0".to_owned())
}

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Take `[environment.<NAME>.test]` of the policy [default: the environment whose file this machine has copied]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Leave the doctests out, this once
    #[arg(long)]
    pub(crate) no_doctests: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// What the runner is given: `-- --profile ci`. What says what is built is for the doctests too
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct ModeArgs {
    /// Write nothing; exit with 1 if the committed files are not as the policy says
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; show what would change and exit with 0
    #[arg(long)]
    pub(crate) diff: bool,
    /// Take what stands in the files and not in the policy into the policy
    #[arg(long)]
    pub(crate) adopt: bool,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    /// Cargo.toml of the workspace, or of any package in it [default: the one found from the current directory]
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<Utf8PathBuf>,
    /// The policy [default: build-profiles.toml in the workspace root]
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Option<Utf8PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// When to use colours
    #[arg(long, value_enum, default_value_t)]
    pub(crate) color: Color,
    /// Let warnings count, drift by `Cargo.lock` alone among them
    #[arg(long)]
    pub(crate) strict: bool,
    /// Say nothing but findings
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: where each wanted value comes from
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Let Cargo use no network
    #[arg(long)]
    pub(crate) offline: bool,
    /// Let Cargo leave the lock file as it is
    #[arg(long)]
    pub(crate) locked: bool,
}

/// How a report is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A unified diff and rustc-like findings
    #[default]
    Human,
    /// A patch for `git apply`
    Patch,
    /// One JSON object; its schema is in docs/json.md
    Json,
    /// A note for a pull request or a job summary
    Markdown,
    /// GitHub's annotations, on the lines
    Github,
    /// SARIF 2.1.0, for code scanning; `lint` alone
    Sarif,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    #[default]
    Auto,
    Always,
    Never,
}

/// How the user started us, and the arguments without Cargo's own: `cargo build-profiles configure` starts
/// `cargo-build-profiles build-profiles configure`.
pub(crate) fn started(arguments: impl Iterator<Item = OsString>) -> (&'static str, Vec<OsString>) {
    let mut arguments: Vec<OsString> = arguments.collect();
    let installed = arguments.first().is_some_and(|program| {
        Utf8PathBuf::from(program.to_string_lossy().into_owned()).file_stem()
            == Some("cargo-build-profiles")
    });
    let is_prefixed = arguments
        .get(1)
        .is_some_and(|first| first == "build-profiles");
    if is_prefixed {
        arguments.remove(1);
    }
    let name = match (installed, is_prefixed) {
        (true, _) => "cargo build-profiles",
        (false, true) => "cargo xtask build-profiles",
        (false, false) => "cargo xtask",
    };
    (name, arguments)
}
