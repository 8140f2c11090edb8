//! `verify-cost`: what `verify` costs beside the builds it waits for, and `verify --quick` beside a build of nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::measure::{cost, cost_and_output};
use crate::sample::Spread;
use crate::tools::{self, Tool};
use crate::{Outcome, scrub};

/// Measure `verify` and `verify --quick` on a workspace
///
/// `--quick` and a `cargo build` that has nothing to do take turns. Then one whole `verify`, which says itself how long
/// it waited for cargo, sccache, nextest and rustc. Without a folder, a workspace of members without dependencies is made.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A workspace, with its dependencies fetched; `cargo build` is run in it
    dir: Option<PathBuf>,
    /// Members of the workspace that is made
    #[arg(long, default_value_t = 100)]
    members: u32,
    /// Rounds of `--quick`
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Measure `--quick` alone
    #[arg(long)]
    quick: bool,
    /// Exit with 1 if `--quick` takes more than 1.5 times the build of nothing and 5 seconds, or if `verify` itself takes
    /// more than 2 % of a run that builds for a minute
    #[arg(long)]
    limit: bool,
    /// A binary to measure, as NAME=PATH
    #[arg(long = "tool", value_name = "NAME=PATH", value_parser = tools::parse)]
    tool: Option<Tool>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let tool = match &args.tool {
        Some(tool) => tool.clone(),
        None => tools::aliased()?,
    };
    let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
    let root = match &args.dir {
        Some(dir) => dir.clone(),
        None => {
            workspace(folder.path(), args.members)?;
            cost(
                scrub::command(&tool.path)
                    .args(["configure", "--no-verify"])
                    .current_dir(folder.path()),
            )
            .context("the workspace has to be configured")?;
            folder.path().to_owned()
        }
    };
    let build = || {
        let mut build = scrub::command("cargo");
        build
            .args(["build", "--workspace", "--offline"])
            .current_dir(&root);
        build
    };
    cost(&mut build()).context("the workspace has to be built")?;
    let (mut nothing, mut quick) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        nothing.push(cost(&mut build())?.wall.as_secs_f64());
        quick.push(
            cost(&mut verify(&tool, &root, &["--quick"]))?
                .wall
                .as_secs_f64(),
        );
    }
    let (nothing, quick) = (Spread::of(nothing), Spread::of(quick));
    let allowed = 1.5 * nothing.median + 5.0;
    println!("| command | wall s: min | median | max |\n|---|---:|---:|---:|");
    println!(
        "| cargo build, nothing to do | {:.2} | {:.2} | {:.2} |",
        nothing.min, nothing.median, nothing.max
    );
    println!(
        "| verify --quick | {:.2} | {:.2} | {:.2} |",
        quick.min, quick.median, quick.max
    );
    println!("\n1.5 times the build of nothing and 5 s: {allowed:.2} s\n");
    let mut outcome = Outcome::Holds;
    if quick.median > allowed {
        outcome = Outcome::Broken;
    }
    if !args.quick {
        let (cost, told) = cost_and_output(&mut verify(&tool, &root, &[]))?;
        let told: Value = serde_json::from_str(&told).context("verify has to print JSON")?;
        let seconds = |name: &str| told["seconds"][name].as_f64().unwrap_or(f64::NAN);
        let (all, own) = (seconds("all"), seconds("own"));
        let builds = told["evidence"]["builds"].as_array().map_or(0, |builds| {
            builds
                .iter()
                .filter(|build| {
                    build["what"]
                        .as_str()
                        .is_some_and(|what| !what.starts_with("small"))
                })
                .count()
        });
        println!(
            "| verify | wall s | its own s | share | builds of the workspace |\n|---|---:|---:|---:|---:|"
        );
        println!(
            "| with its start | {:.1} | {own:.2} | {:.2} % | {builds} |",
            cost.wall.as_secs_f64(),
            own * 100.0 / all
        );
        if all > 60.0 && own / all > 0.02 {
            outcome = Outcome::Broken;
        }
    }
    Ok(if args.limit { outcome } else { Outcome::Holds })
}

fn verify(tool: &Tool, root: &Path, options: &[&str]) -> Command {
    let mut verify = scrub::command(&tool.path);
    verify
        .arg("verify")
        .args(options)
        .arg("--format=json")
        .current_dir(root);
    verify
}

/// Members in chains of ten, each a library and a test, and a policy with everything that needs no tool.
fn workspace(root: &Path, members: u32) -> Result<()> {
    let write = |name: String, text: &str| -> Result<()> {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))
    };
    write(
        "Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n",
    )?;
    write(
        "build-profiles.toml".to_owned(),
        "schema = 1\ntoolchain = \"1.94\"\n\n[profile.dev]\ntradeoff = \"compile-time\"\n\n\
         [profile.release]\nlto = \"thin\"\n\n[build]\nrustflags = [\"--cfg\", \"measured\"]\n\n\
         [linker]\nlinux-gnu = [\"mold\", \"default\"]\n\n[cache]\ntool = \"sccache\"\nscope = \"everything\"\nif-missing = \"skip\"\n",
    )?;
    for member in 0..members {
        let before = (member % 10 > 0).then(|| member - 1);
        let needs = before.map_or_else(String::new, |before| {
            format!("\n[dependencies]\nm{before} = {{ path = \"../m{before}\" }}\n")
        });
        write(
            format!("crates/m{member}/Cargo.toml"),
            &format!(
                "[package]\nname = \"m{member}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{needs}"
            ),
        )?;
        let calls = before.map_or_else(|| "1".to_owned(), |before| format!("m{before}::f() + 1"));
        write(
            format!("crates/m{member}/src/lib.rs"),
            &format!(
                "pub fn f() -> u32 {{ {calls} }}\n\n#[test]\nfn t() {{ assert!(f() > 0); }}\n"
            ),
        )?;
    }
    cost(
        scrub::command("cargo")
            .args(["generate-lockfile", "--offline"])
            .current_dir(root),
    )
    .map(|_| ())
}
