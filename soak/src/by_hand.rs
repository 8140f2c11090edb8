//! `by-hand`: the ladder as a person measures it, to hold `measure` against.
//!
//! No code of `measure` takes part: git makes the checkouts, their files lose lines, hyperfine holds the clock. Of the
//! library only the interval of a median is used, so that both sides state the same kind of interval.

mod cache;
mod checkout;
mod clock;
mod kept;
mod measured;
mod table;
mod variant;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use self::cache::Server;
use self::checkout::Checkout;
use self::kept::{Kept, Session};
use self::measured::Measured;
use self::variant::{Scenario, VARIANTS};
use crate::{Outcome, scrub};

/// Measure the ladder of a configured workspace by hand: separate checkouts, hyperfine
///
/// One checkout of the committed state for each of base, base-again, +profiles, +cache, +linker; the files of each lose the
/// lines of the layers that are not in it. One run of hyperfine for each scenario and checkout a round, in a random order;
/// a round before the first counts for nothing. hyperfine's JSON is kept. With `--measured` the ratios of `measure` stand
/// beside, and the exit code is 1 unless all intervals overlap, each of five rounds or more.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The root of a git checkout with nothing uncommitted in it, configured: cache and linker stand in
    /// `.cargo/machine.toml`
    dir: PathBuf,
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// What is timed. May be given several times
    #[arg(long, value_enum, default_values_t = Scenario::ALL)]
    scenario: Vec<Scenario>,
    /// The toolchain to build with [default: what rustup takes in DIR]
    #[arg(long, value_name = "NAME")]
    toolchain: Option<String>,
    /// Where the checkouts go [default: the system's temporary folder]
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Where hyperfine's JSON goes: a folder that is empty or not there [default: DIR/target/by-hand]
    #[arg(long, value_name = "FOLDER")]
    kept: Option<PathBuf>,
    /// What `measure` found at the same commit: its measurements.json
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// Run nothing: print the table of what was kept
    #[arg(long)]
    show: bool,
    /// Of the order within the rounds
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let folder = match &args.kept {
        Some(folder) => folder.clone(),
        None => args.dir.join("target/by-hand"),
    };
    if !args.show {
        // What can't be read is better known before an hour than after it.
        args.measured.as_deref().map(Measured::read).transpose()?;
        time_all(args, &folder)?;
    }
    let kept = Kept::read(&folder)?;
    let measured = args.measured.as_deref().map(Measured::read).transpose()?;
    if let Some(measured) = &measured {
        measured.ensure_same(&kept.session)?;
    }
    Ok(table::print(&kept, measured.as_ref()))
}

/// All rounds, each run kept at once.
fn time_all(args: &Args, folder: &Path) -> Result<()> {
    let source = std::fs::canonicalize(&args.dir)
        .with_context(|| format!("failed to find `{}`", args.dir.display()))?;
    let toolchain = args.toolchain.as_deref();
    let session = Session {
        commit: checkout::commit(&source)?,
        seed: args.seed,
        rounds: args.rounds,
        scenarios: args.scenario.clone(),
        hyperfine: said(&mut scrub::command("hyperfine"), "--version")
            .context("hyperfine is needed: the package `hyperfine` of most systems")?,
        rustc: said(cargo_like("rustc", toolchain).current_dir(&source), "-V")?,
    };
    kept::begin(folder, &session)?;
    // Resolved, since Cargo answers with resolved paths; deleted at the end, unless this program is killed.
    let mut builder = tempfile::Builder::new();
    let scratch = match &args.scratch {
        Some(at) => builder.prefix("by-hand-").tempdir_in(at),
        None => builder.prefix("by-hand-").tempdir(),
    };
    let scratch = scratch.context("failed to make a folder for the checkouts")?;
    let root = std::fs::canonicalize(scratch.path())?;
    let checkouts = VARIANTS
        .iter()
        .enumerate()
        // Of one length: a path is part of what is compiled.
        .map(|(number, variant)| Checkout::make(&source, &root.join(number.to_string()), variant))
        .collect::<Result<Vec<_>>>()?;
    let mut warm = Vec::new();
    for checkout in &checkouts {
        let program = checkout.wrapper.as_deref();
        let server = program.map(|program| Server::start(program, &checkout.beside("warm")));
        warm.push(server.transpose()?);
    }
    let mut cells: Vec<(Scenario, usize)> = Scenario::ALL
        .into_iter()
        .flat_map(|scenario| (0..VARIANTS.len()).map(move |variant| (scenario, variant)))
        .filter(|(scenario, variant)| scenario.is_wanted(&session.scenarios, &VARIANTS[*variant]))
        .collect();
    let mut random = fastrand::Rng::with_seed(args.seed);
    for round in 0..=args.rounds {
        random.shuffle(&mut cells);
        for (scenario, variant) in &cells {
            let checkout = &checkouts[*variant];
            let mut cold = match (&checkout.wrapper, scenario) {
                (Some(program), Scenario::Clean) => {
                    Some(Server::start_empty(program, &checkout.beside("cold"))?)
                }
                _ => None,
            };
            let server = cold.as_mut().or(warm[*variant].as_mut());
            let name = kept::name(round, *scenario, VARIANTS[*variant].name);
            if let Some(server) = &server {
                server.zero()?;
            }
            let seconds = clock::time(checkout, server.as_deref(), toolchain, &folder.join(&name))?;
            if let Some(server) = server {
                kept::write(&folder.join(kept::beside(&name)), &server.stats()?)?;
            }
            eprintln!("{name}: {seconds:.2} s");
        }
    }
    Ok(())
}

/// Cargo, or a program that rustup stands before as well.
fn cargo_like(program: &str, toolchain: Option<&str>) -> Command {
    let mut command = scrub::command(program);
    if let Some(name) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", name);
    }
    command
}

/// The first line of what a program says.
fn said(command: &mut Command, option: &str) -> Result<String> {
    let output = command
        .arg(option)
        .output()
        .with_context(|| format!("failed to start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed with {}", output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next().unwrap_or_default().to_owned();
    ensure!(!line.is_empty(), "{command:?} said nothing");
    Ok(line)
}
