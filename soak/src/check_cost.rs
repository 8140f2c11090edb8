//! `check-cost`: what `configure --check` and `lint` cost beside `cargo metadata --no-deps` on the same tree in the same run.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::measure::{Cost, cost};
use crate::sample::{Spread, ratios};
use crate::tools::{self, Tool};
use crate::{Outcome, generate, scrub};

/// Measure `configure --check` and `lint` beside `cargo metadata --no-deps` on generated workspaces
///
/// The commands take turns in a random order, and each round gives one ratio, so that a busy machine troubles both
/// alike. Without `--tool`, this repository's tool is built twice: as a user installs it, and as `cargo xtask` builds it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sizes of the workspaces
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000, 3000])]
    members: Vec<u32>,
    /// Rounds that count; one more warms up
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Exit with 1 if the median ratio of any tool on any size is above this
    #[arg(long)]
    limit: Option<f64>,
    /// A binary to measure, as NAME=PATH; can be given several times
    #[arg(long = "tool", value_name = "NAME=PATH", value_parser = tools::parse)]
    tools: Vec<Tool>,
    /// Of the workspaces, and of the order of the commands
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let tools = if args.tools.is_empty() {
        vec![tools::installed()?, tools::aliased()?]
    } else {
        args.tools.clone()
    };
    println!(
        "| members | command | wall ms: min | median | max | CPU ms | peak MB | wall ratio: min | median | max | CPU ratio |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut outcome = Outcome::Holds;
    for members in &args.members {
        let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
        generate::workspace(folder.path(), *members, args.seed)?;
        for row in compare(folder.path(), &tools, args)? {
            println!("| {members} {}", row.text);
            if args.limit.is_some_and(|limit| row.ratio > limit) {
                outcome = Outcome::Broken;
            }
        }
    }
    if let (Outcome::Broken, Some(limit)) = (outcome, args.limit) {
        eprintln!("a median ratio is above the limit of {limit}");
    }
    Ok(outcome)
}

struct Row {
    text: String,
    ratio: f64,
}

fn compare(root: &Path, tools: &[Tool], args: &Args) -> Result<Vec<Row>> {
    let manifest = root.join("Cargo.toml");
    let first = tools.first().context("there is a tool to measure")?;
    cost(&mut tools::configure(
        &first.path,
        &manifest,
        &["--no-machine"],
    ))
    .context("the generated workspace has to be configured")?;

    // The base stands first.
    let sides: Vec<Side<'_>> = std::iter::once(Side::Metadata)
        .chain(tools.iter().flat_map(|tool| {
            [&["configure", "--check"][..], &["lint"]].map(|command| Side::Tool(tool, command))
        }))
        .collect();
    let mut samples: Vec<Vec<Cost>> = vec![Vec::new(); sides.len()];
    let mut random = fastrand::Rng::with_seed(args.seed);
    for round in 0..=args.rounds {
        let mut order: Vec<usize> = (0..sides.len()).collect();
        random.shuffle(&mut order);
        for side in order {
            let mut command = match sides[side] {
                Side::Metadata => metadata(&manifest),
                Side::Tool(tool, words) => tools::command(&tool.path, &manifest, words),
            };
            let sample = cost(command.current_dir(root))?;
            if round > 0 {
                samples[side].push(sample);
            }
        }
    }
    let names = sides.iter().map(|side| match side {
        Side::Metadata => "cargo metadata --no-deps".to_owned(),
        Side::Tool(tool, words) => format!("{} ({})", words.join(" "), tool.name),
    });
    Ok(names
        .zip(&samples)
        .map(|(name, costs)| row(&name, costs, &samples[0]))
        .collect())
}

/// What takes turns.
#[derive(Clone, Copy)]
enum Side<'t> {
    Metadata,
    Tool(&'t Tool, &'t [&'t str]),
}

fn metadata(manifest: &Path) -> Command {
    let mut command = scrub::command("cargo");
    command
        .args([
            "metadata",
            "--no-deps",
            "--format-version=1",
            "--manifest-path",
        ])
        .arg(manifest);
    command
}

fn row(name: &str, costs: &[Cost], base: &[Cost]) -> Row {
    let wall = |costs: &[Cost]| -> Vec<Duration> { costs.iter().map(|cost| cost.wall).collect() };
    let cpu = |costs: &[Cost]| -> Vec<Duration> { costs.iter().map(|cost| cost.cpu).collect() };
    let (time, work) = (
        Spread::of_seconds(&wall(costs)),
        Spread::of_seconds(&cpu(costs)),
    );
    let peak = Spread::of(costs.iter().map(|cost| cost.peak as f64));
    let ratio = ratios(&wall(costs), &wall(base));
    let ms = |seconds: f64| seconds * 1e3;
    Row {
        text: format!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.2} | {:.2} |",
            ms(time.min),
            ms(time.median),
            ms(time.max),
            ms(work.median),
            peak.max / 1e6,
            ratio.min,
            ratio.median,
            ratio.max,
            ratios(&cpu(costs), &cpu(base)).median,
        ),
        ratio: ratio.median,
    }
}
