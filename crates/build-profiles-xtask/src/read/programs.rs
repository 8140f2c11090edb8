//! How many programs the members of a workspace have, by their manifests alone: that needs no network and no lock file.

use std::borrow::Cow;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use build_profiles::suggest::Programs;
use serde::Deserialize;

use super::Repository;
use crate::run::output;

/// The programs that a test build links, at least.
pub(crate) fn programs(repository: &Repository) -> Result<Programs> {
    const LIMIT: Duration = Duration::from_secs(60);
    let mut cargo = repository.children().command("cargo");
    cargo.args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--offline",
    ]);
    let told = output(&mut cargo, LIMIT)?;
    if !told.status.success() {
        bail!("`cargo metadata` failed");
    }
    let read: Metadata<'_> = serde_json::from_slice(&told.stdout)
        .context("failed to read what `cargo metadata` printed")?;
    let targets = read.packages.iter().flat_map(|package| &package.targets);
    // What wants features is built only where somebody asks for them.
    let targets = targets.filter(|target| target.required_features.is_empty());
    let mut programs = Programs::default();
    for target in targets {
        let is_example = target.kind.iter().any(|kind| kind == "example");
        programs.all += usize::from(target.test || is_example);
        programs.tests += usize::from(target.test);
    }
    Ok(programs)
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    packages: Vec<Package<'a>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    targets: Vec<Target<'a>>,
}

#[derive(Deserialize)]
struct Target<'a> {
    #[serde(borrow)]
    kind: Vec<Cow<'a, str>>,
    test: bool,
    #[serde(borrow, default, rename = "required-features")]
    required_features: Vec<Cow<'a, str>>,
}
