//! `cold-build`: what a cold build of the xtask costs, beside a cold build of the published crate `cargo-wizard`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::graph::Graph;
use crate::measure::{Cost, cost_and_output};
use crate::sample::{Spread, ratios};
use crate::{Outcome, scrub, timings, tools};

/// Measure a cold build of the xtask beside one of the published crate `cargo-wizard`
///
/// CPU seconds of cargo and all that it starts, each build in an empty target directory, in a random order each round.
/// `cargo-wizard` comes from the registry with the lock file and the dev profile it was published with. Then one more
/// build of the xtask, one unit at a time, says what each direct dependency costs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The version of `cargo-wizard`
    #[arg(long, default_value = "0.2.3")]
    wizard: String,
    /// Build `cargo-wizard` alone
    #[arg(long)]
    only_wizard: bool,
    /// Exit with 1 if the xtask as the alias builds it costs more than this many times `cargo-wizard`
    #[arg(long)]
    limit: Option<f64>,
    /// Of the order of the builds
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let scratch = tempfile::tempdir().context("failed to make a temporary folder")?;
    let mut sides = vec![Side {
        name: format!("cargo-wizard {}, dev", args.wizard),
        dir: published("cargo-wizard", &args.wizard, scratch.path())?,
        options: vec!["build".to_owned(), NO_WRAPPER.to_owned()],
    }];
    if !args.only_wizard {
        let alias = tools::alias_build()?;
        sides.push(Side {
            name: "xtask, as the alias builds it".to_owned(),
            dir: tools::repository()?.to_owned(),
            options: alias.clone(),
        });
        let dev = ["build", "--package=xtask", NO_WRAPPER]
            .map(str::to_owned)
            .into_iter()
            .chain(linkers(&alias))
            .collect();
        sides.push(Side {
            name: "xtask, dev".to_owned(),
            dir: tools::repository()?.to_owned(),
            options: dev,
        });
    }
    for side in &sides {
        fetch(&side.dir)?;
    }
    let samples = interleaved(&sides, args)?;
    let ratio = print_builds(&sides, &samples);
    if let Some(alias) = sides.get(1) {
        print_dependencies(
            alias,
            Spread::of(
                samples[1]
                    .iter()
                    .map(|sample| sample.cost.cpu.as_secs_f64()),
            )
            .median,
        )?;
    }
    let broken = args
        .limit
        .is_some_and(|limit| ratio.is_some_and(|ratio| ratio > limit));
    Ok(if broken {
        Outcome::Broken
    } else {
        Outcome::Holds
    })
}

/// A compiler cache of this machine would take the cost away from under the clock.
const NO_WRAPPER: &str = "--config=build.rustc-wrapper=''";

/// One build that is measured.
struct Side {
    name: String,
    dir: PathBuf,
    options: Vec<String>,
}

impl Side {
    fn command(&self, target: &TempDir) -> Command {
        let mut cargo = scrub::command("cargo");
        cargo
            .args(&self.options)
            .args(["--offline", "--locked", "--message-format=json"]);
        cargo
            .arg("--target-dir")
            .arg(target.path())
            .current_dir(&self.dir);
        cargo
    }
}

struct Sample {
    cost: Cost,
    packages: usize,
}

/// The alias's linkers, so that the linker which this machine prefers is not measured.
fn linkers(alias: &[String]) -> impl Iterator<Item = String> {
    alias
        .iter()
        .filter(|word| word.starts_with("--config=target."))
        .cloned()
}

fn interleaved(sides: &[Side], args: &Args) -> Result<Vec<Vec<Sample>>> {
    let mut samples: Vec<Vec<Sample>> = sides.iter().map(|_| Vec::new()).collect();
    let mut random = fastrand::Rng::with_seed(args.seed);
    for round in 1..=args.rounds {
        let mut order: Vec<usize> = (0..sides.len()).collect();
        random.shuffle(&mut order);
        for side in order {
            eprintln!("round {round} of {}: {}", args.rounds, sides[side].name);
            let target = tempfile::tempdir().context("failed to make a temporary folder")?;
            let (cost, messages) = cost_and_output(&mut sides[side].command(&target))?;
            samples[side].push(Sample {
                cost,
                packages: packages(&messages),
            });
        }
    }
    Ok(samples)
}

/// How many packages the messages of a build name.
fn packages(messages: &str) -> usize {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let artifacts = messages.filter(|message| message["reason"] == "compiler-artifact");
    artifacts
        .filter_map(|artifact| artifact["package_id"].as_str().map(str::to_owned))
        .collect::<BTreeSet<_>>()
        .len()
}

/// Prints the table and gives the ratio of the alias's build.
fn print_builds(sides: &[Side], samples: &[Vec<Sample>]) -> Option<f64> {
    println!(
        "| cold build | packages | CPU s: min | median | max | wall s: median | CPU ratio: min | median | max |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let cpu = |samples: &[Sample]| -> Vec<Duration> {
        samples.iter().map(|sample| sample.cost.cpu).collect()
    };
    let mut medians = Vec::new();
    for (side, own) in sides.iter().zip(samples) {
        let time = Spread::of_seconds(&cpu(own));
        let wall = Spread::of(own.iter().map(|sample| sample.cost.wall.as_secs_f64()));
        let ratio = ratios(&cpu(own), &cpu(&samples[0]));
        let packages = own.first().map_or(0, |sample| sample.packages);
        println!(
            "| {} | {packages} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.2} |",
            side.name,
            time.min,
            time.median,
            time.max,
            wall.median,
            ratio.min,
            ratio.median,
            ratio.max,
        );
        medians.push(ratio.median);
    }
    medians.get(1).copied()
}

/// One unit at a time, so that a unit's duration is its work; shares of that, scaled to the CPU seconds of the builds above.
fn print_dependencies(side: &Side, cpu: f64) -> Result<()> {
    eprintln!("one more build, one unit at a time: {}", side.name);
    let target = tempfile::tempdir().context("failed to make a temporary folder")?;
    cost_and_output(side.command(&target).args(["--timings", "--jobs=1"]))?;
    let seconds = timings::of_build(target.path())?;
    let mut graph = Graph::of_member(&side.dir, "xtask")?;
    graph.retain(|package| seconds.contains_key(package));
    let total: f64 = seconds.values().sum();
    let share = |packages: &BTreeSet<timings::Package>| {
        packages
            .iter()
            .filter_map(|package| seconds.get(package))
            .sum::<f64>()
            / total
    };
    let mut weights = graph.weights();
    weights.sort_by(|one, two| share(&two.alone).total_cmp(&share(&one.alone)));
    println!(
        "\n{}: what each direct dependency costs. \"Alone\" is what leaving it out would save.\n",
        side.name
    );
    println!(
        "| dependency | packages alone | CPU s alone | share | packages with shared ones | CPU s with shared ones |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    for weight in &weights {
        println!(
            "| {} {} | {} | {:.2} | {:.1} % | {} | {:.2} |",
            weight.dependency.0,
            weight.dependency.1,
            weight.alone.len(),
            share(&weight.alone) * cpu,
            share(&weight.alone) * 100.0,
            weight.with_shared.len(),
            share(&weight.with_shared) * cpu,
        );
    }
    let outside: BTreeSet<_> = weights
        .iter()
        .flat_map(|weight| weight.with_shared.iter().cloned())
        .collect();
    let ours: BTreeSet<_> = graph.all().difference(&outside).cloned().collect();
    println!(
        "| our own packages | {} | {:.2} | {:.1} % | | |",
        ours.len(),
        share(&ours) * cpu,
        share(&ours) * 100.0
    );
    Ok(())
}

/// Copies a published crate out of the registry, so that it is built as its own root, with its own lock file.
fn published(name: &str, version: &str, scratch: &Path) -> Result<PathBuf> {
    let asking = scratch.join("asking");
    std::fs::create_dir_all(asking.join("src"))?;
    std::fs::write(asking.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"asking\"\nedition = \"2024\"\n\n[dependencies]\n{name} = \"={version}\"\n\n[workspace]\n"
    );
    std::fs::write(asking.join("Cargo.toml"), manifest)?;
    let mut cargo = scrub::command("cargo");
    let output = cargo
        .args(["metadata", "--format-version=1"])
        .current_dir(&asking)
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        bail!(
            "failed to get `{name}` {version} from the registry:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo's metadata name packages")?;
    let package = packages
        .iter()
        .find(|package| package["name"] == name)
        .with_context(|| format!("`{name}` is not in its own graph"))?;
    let source = Path::new(
        package["manifest_path"]
            .as_str()
            .context("a package has a manifest")?,
    )
    .parent()
    .context("in a folder")?;
    let copy = scratch.join(name);
    copy_all(source, &copy)?;
    ensure!(
        copy.join("Cargo.lock").is_file(),
        "`{name}` {version} was published without a lock file"
    );
    Ok(copy)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in
        std::fs::read_dir(from).with_context(|| format!("failed to list `{}`", from.display()))?
    {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)
                .with_context(|| format!("failed to copy `{}`", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Downloads before the clock runs.
fn fetch(dir: &Path) -> Result<()> {
    let status = scrub::command("cargo")
        .args(["fetch", "--locked", "--quiet"])
        .current_dir(dir)
        .status()
        .context("failed to start cargo")?;
    ensure!(
        status.success(),
        "`cargo fetch --locked` failed in `{}`",
        dir.display()
    );
    Ok(())
}
