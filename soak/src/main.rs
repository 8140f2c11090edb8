//! What takes too long for CI, as commands that anyone can run:
//!
//! - `by-hand`: the ladder of `measure`, done by hand with hyperfine and separate checkouts;
//! - `generate`: a workspace of any size, with a policy;
//! - `check-cost`: `configure --check` and `lint` beside `cargo metadata --no-deps`, on generated workspaces;
//! - `cold-build`: what a cold build of the xtask costs, beside the published crate `cargo-wizard`;
//! - `foreign`: the laws of `configure` on checkouts of workspaces that are not ours;
//! - `story`: the workspace of the founding story, to be measured;
//! - `verify-cost`: what `verify` costs beside the builds it waits for.

mod by_hand;
mod check_cost;
mod cold_build;
mod foreign;
mod generate;
mod graph;
mod measure;
mod sample;
mod scrub;
mod story;
mod timings;
mod tools;
mod verify_cost;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Long runs that prove what CI has no time for.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    ByHand(by_hand::Args),
    Generate(generate::Args),
    CheckCost(check_cost::Args),
    ColdBuild(cold_build::Args),
    Foreign(foreign::Args),
    Story(story::Args),
    VerifyCost(verify_cost::Args),
}

/// Whether a run found what it was to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Holds,
    Broken,
}

fn main() -> Result<ExitCode> {
    let outcome = match Cli::parse().command {
        Command::ByHand(args) => by_hand::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::CheckCost(args) => check_cost::run(&args),
        Command::ColdBuild(args) => cold_build::run(&args),
        Command::Foreign(args) => foreign::run(&args),
        Command::Story(args) => story::run(&args),
        Command::VerifyCost(args) => verify_cost::run(&args),
    }?;
    Ok(match outcome {
        Outcome::Holds => ExitCode::SUCCESS,
        Outcome::Broken => ExitCode::FAILURE,
    })
}
