//! `foreign`: what `configure` promises, tried on checkouts of workspaces that are not ours.

mod checkout;
mod laws;
mod patch;
mod policy;
mod snapshot;
mod surroundings;
mod toolchain;
mod verdict;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Outcome;
use crate::tools::{self, Tool};
use checkout::Checkout;
use laws::Findings;

/// Try the laws of `configure` on copies of real workspaces
///
/// Each DIR is the root of a workspace in a git checkout. Only its manifests, lock files and configuration are copied;
/// sources are copied empty, since Cargo's metadata asks no more than whether they exist. DIR itself is never written to.
///
/// a: `--adopt` changes the policy alone, and afterwards there is nothing to say and nothing to do
/// b: `configure` twice writes nothing, not even an mtime
/// c: each adopted scalar, changed in the policy, changes exactly its own line; `git apply` takes the patch, and what is
///    written is what was shown
/// d: the plan is byte-equal from other folders, with odd environments, a bare PATH, and with or without mold and sccache
/// e: all of it works with an empty Cargo home and no network
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// The binary to try, as NAME=PATH [default: a fresh build of this repository's]
    #[arg(long, value_name = "NAME=PATH", value_parser = tools::parse)]
    tool: Option<Tool>,
    /// The toolchain for checkouts that pin one which is not installed
    #[arg(long, default_value = "stable")]
    toolchain: String,
    /// Keep the copies, and say where they are
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let tool = args.tool.clone().map_or_else(tools::installed, Ok)?;
    println!("| workspace | commit | members | profiles | keys | unmanaged | a | b | c | d | e |");
    println!("|---|---|---:|---:|---:|---:|---|---|---|---|---|");
    let mut said = Vec::new();
    let mut outcome = Outcome::Holds;
    for dir in &args.dirs {
        // A workspace that can't be tried says nothing of the others.
        if let Err(error) = try_one(&tool, dir, args, &mut said, &mut outcome) {
            println!("| {} | could not be tried |", dir.display());
            said.push(format!("{}: {error:#}", dir.display()));
            outcome = Outcome::Broken;
        }
    }
    for text in said {
        println!("\n{text}");
    }
    Ok(outcome)
}

fn try_one(
    tool: &Tool,
    dir: &Path,
    args: &Args,
    said: &mut Vec<String>,
    outcome: &mut Outcome,
) -> Result<()> {
    let checkout = Checkout::copy(dir).context("failed to copy it")?;
    let findings = laws::try_all(&tool.path, &checkout, &args.toolchain)?;
    println!(
        "| {} | {} {}",
        checkout.name,
        checkout.commit,
        row(&findings)
    );
    if findings
        .verdicts
        .iter()
        .any(|(_, verdict)| verdict.is_broken())
    {
        *outcome = Outcome::Broken;
    }
    said.extend(
        findings
            .said()
            .map(|text| format!("{} {text}", checkout.name)),
    );
    if args.keep {
        eprintln!("kept: {}", checkout.keep().display());
    }
    Ok(())
}

fn row(findings: &Findings) -> String {
    let counts = &findings.adopted;
    let mut row = format!(
        "| {} | {} | {} | {} |",
        findings.members, counts.profiles, counts.keys, counts.unmanaged
    );
    for (_, verdict) in &findings.verdicts {
        row.push_str(&format!(" {} |", verdict.word()));
    }
    row
}
