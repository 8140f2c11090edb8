//! What `verify` found: the table of verdicts.

mod github;
mod json;
#[cfg(feature = "markdown")]
mod markdown;

use std::collections::BTreeMap;

use build_profiles::diagnostic::Diagnostic;
use build_profiles::evidence::{Evidence, MachineLayer};
use build_profiles::verdict::{Outcome, Verdict};

pub(crate) use self::json::receipt;
use super::{advice, colored, data, snippet};
use crate::cli::{CommonArgs, Format};
use crate::commands::Mode;
use crate::exit::Exit;
use crate::read::Repository;
use crate::run::Toolchain;

/// What a run of `verify` came to.
pub(crate) struct Verified<'a> {
    /// What was read.
    pub(crate) repository: &'a Repository,
    /// How much was tried.
    pub(crate) mode: Mode,
    /// Findings about the files.
    pub(crate) findings: &'a [Diagnostic],
    /// The toolchain that built.
    pub(crate) toolchain: &'a Toolchain,
    /// What was seen.
    pub(crate) evidence: &'a Evidence,
    /// What it means.
    pub(crate) verdicts: &'a [Verdict],
    /// What the run comes to.
    pub(crate) exit: Exit,
    /// Seconds by the clock: all, and those that were not spent waiting for other programs.
    pub(crate) seconds: (f64, f64),
}

impl Verified<'_> {
    /// How many verdicts there are of each kind.
    pub(super) fn counts(&self) -> Vec<(Outcome, usize)> {
        counts(self.verdicts)
    }

    /// `12 active, 1 inactive, 3 not tried`.
    pub(super) fn summary(&self) -> String {
        summary(self.verdicts)
    }
    /// The command that does it again.
    pub(super) fn command(&self) -> String {
        advice(&format!("cargo xtask verify{}", self.option()))
    }

    /// The option of this mode.
    pub(super) fn option(&self) -> &'static str {
        match self.mode {
            Mode::Quick => " --quick",
            Mode::Whole => "",
            Mode::Shared => " --shared",
        }
    }

    /// What in the environment decides over builds, whatever the files say.
    pub(super) fn stray(&self) -> Vec<String> {
        let mut stray = Vec::new();
        for (name, value) in &self.evidence.variables {
            let effect = match name.as_str() {
                "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" => "replaces every configured flag",
                "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" if value.is_empty() => {
                    "switches the wrapper off"
                }
                "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => {
                    "is the wrapper, whatever the config says"
                }
                "RUSTC_WORKSPACE_WRAPPER" => "is the wrapper of members, whatever the config says",
                "CARGO_INCREMENTAL" | "CARGO_BUILD_INCREMENTAL" => "decides for every profile",
                "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET_DIR" => {
                    "is part of the cache's key for every unit"
                }
                "SCCACHE_RECACHE" | "SCCACHE_NO_CACHE" => "keeps the cache from being asked",
                "RUSTUP_TOOLCHAIN" => "chooses the toolchain, whatever the workspace says",
                name if name.starts_with("CARGO_PROFILE_") => "beats the manifest",
                name if name.starts_with("CARGO_TARGET_") => "beats the config",
                name if name.starts_with("CARGO_TERM_") => {
                    "is part of the cache's key for every unit"
                }
                _ => continue,
            };
            stray.push(format!(
                "`{name}={value}` is in the environment: it {effect}"
            ));
        }
        stray
    }
}

/// How many verdicts there are of each kind.
fn counts(verdicts: &[Verdict]) -> Vec<(Outcome, usize)> {
    Outcome::ALL
        .into_iter()
        .map(|outcome| {
            let of_kind = verdicts.iter().filter(|verdict| verdict.outcome == outcome);
            (outcome, of_kind.count())
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn summary(verdicts: &[Verdict]) -> String {
    let counts: Vec<String> = counts(verdicts)
        .into_iter()
        .map(|(outcome, count)| format!("{count} {}", outcome.name()))
        .collect();
    match counts.is_empty() {
        true => "there is no setting to prove".to_owned(),
        false => counts.join(", "),
    }
}

/// Says it in the format that was asked for.
pub(crate) fn verified(args: &CommonArgs, verified: &Verified<'_>) {
    match args.format {
        Format::Json => data(&(json::report(verified) + "\n")),
        Format::Github => data(&github::report(verified)),
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&markdown::report(verified)),
        _ => human(args, verified),
    }
}

/// Says on stderr what the quick proof after `configure` came to.
pub(crate) fn verified_briefly(args: &CommonArgs, verdicts: &[Verdict], failure: Option<&str>) {
    let color = colored(args.color, &std::io::stderr());
    for verdict in verdicts {
        if matches!(verdict.outcome, Outcome::Unproven | Outcome::Inactive) {
            eprint!("{}", one(verdict, color));
        }
    }
    if let Some(failure) = failure {
        eprintln!("warning: the settings could not be looked at: {failure}");
    } else if !args.quiet {
        eprintln!(
            "verify --quick: {} ({} says more)",
            summary(verdicts),
            advice("cargo xtask verify")
        );
    }
}

fn human(args: &CommonArgs, verified: &Verified<'_>) {
    let sources = verified.repository.sources();
    let color = colored(args.color, &std::io::stderr());
    for finding in verified.findings {
        if finding.level > build_profiles::diagnostic::Level::Note {
            eprintln!("{}\n", snippet::draw(finding, &sources, color));
        }
    }
    let color = colored(args.color, &std::io::stdout());
    let mut text = String::new();
    for outcome in [
        Outcome::Active,
        Outcome::Redundant,
        Outcome::NotTried,
        Outcome::Unproven,
        Outcome::Inactive,
    ] {
        if args.quiet && !matches!(outcome, Outcome::Unproven | Outcome::Inactive) {
            continue;
        }
        let of_kind = verified
            .verdicts
            .iter()
            .filter(|verdict| verdict.outcome == outcome);
        if outcome == Outcome::NotTried {
            text += &left_out(of_kind);
        } else {
            for verdict in of_kind {
                text += &one(verdict, color);
            }
        }
    }
    for stray in verified.stray() {
        text += &format!("note: {stray}\n");
    }
    if let MachineLayer::Environment(name) = &verified.evidence.machine_layer {
        text += &format!(
            "note: this machine is of the kind `{name}`: its file stands in place of `.cargo/machine.toml`\n"
        );
    }
    data(&text);
    if !args.quiet {
        eprintln!("{}", verified.summary());
        if args.verbose {
            let (all, own) = verified.seconds;
            eprintln!("{all:.1} s, of which {own:.2} s were not spent waiting for other programs");
        }
        if verified.mode == Mode::Quick {
            eprintln!(
                "note: the workspace itself was not built: {} does",
                advice("cargo xtask verify")
            );
        }
    }
}

fn one(verdict: &Verdict, color: bool) -> String {
    let claim = &verdict.claim;
    let place = claim
        .place
        .as_ref()
        .map(|place| format!("  ({}:{})", place.file, place.line))
        .unwrap_or_default();
    let name = verdict.outcome.name();
    let name = match (color, verdict.outcome) {
        (true, Outcome::Active) => format!("\x1b[32m{name}\x1b[0m"),
        (true, Outcome::Inactive) => format!("\x1b[1;31m{name}\x1b[0m"),
        (true, Outcome::Unproven) => format!("\x1b[33m{name}\x1b[0m"),
        _ => name.to_owned(),
    };
    let mut text = format!("{name}: {} = {}{place}\n", claim.key, claim.wanted);
    for line in &verdict.evidence {
        text += &format!("  {line}\n");
    }
    if let Some(control) = &verdict.control {
        text += &format!("  control: {control}\n");
    }
    if !verdict.trace.is_empty() {
        text += "  who says what, the strongest first:\n";
        for said in &verdict.trace {
            let mark = if said.wins { ">" } else { " " };
            let note = said
                .note
                .as_ref()
                .map(|note| format!("  ({note})"))
                .unwrap_or_default();
            text += &format!("  {mark} {} = {}{note}\n", said.place, said.value);
        }
    }
    if let Some(help) = &verdict.help {
        text += &format!("  help: {}\n", advice(help));
    }
    text
}

/// What was left out, by reason.
fn left_out<'v>(verdicts: impl Iterator<Item = &'v Verdict>) -> String {
    let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts {
        by_reason
            .entry(verdict.evidence.join("; "))
            .or_default()
            .push(&verdict.claim.key);
    }
    let mut text = String::new();
    for (reason, keys) in by_reason {
        text += &format!("not tried: {}\n  {reason}\n", keys.join(", "));
    }
    text
}
