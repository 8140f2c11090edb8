//! Cargo's unit graph: the resolved profile of every unit, asked of Cargo itself.
//!
//! Stable Cargo gives it where it takes itself for a nightly one; rustc is not affected. The target directory named does
//! not exist, so nothing is written, and no wrapper is called.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{Children, excerpt, output};

/// What a unit is, whatever path its sources have: package, target, mode, platform. Not unique: what build scripts use
/// too is there once for them and once for the rest.
pub(crate) type UnitKey = String;
/// The resolved profile of a unit, as text to compare.
pub(crate) type UnitProfile = String;

#[derive(Deserialize)]
struct Graph {
    units: Vec<Unit>,
}

#[derive(Deserialize)]
struct Unit {
    pkg_id: String,
    target: Target,
    profile: serde_json::Value,
    platform: Option<String>,
    mode: String,
    features: Vec<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// The units of `cargo build --workspace --profile <profile>`, each with its resolved profile.
pub(crate) fn unit_graph(
    children: &Children,
    profile: &str,
) -> Result<BTreeMap<UnitKey, Vec<UnitProfile>>> {
    const LIMIT: Duration = Duration::from_secs(60);
    let mut cargo = children.command("cargo");
    cargo
        .args([
            "build",
            "--workspace",
            "--profile",
            profile,
            "--unit-graph",
            "-Zunstable-options",
        ])
        .args([
            "--locked",
            "--offline",
            "--quiet",
            // Nothing is compiled, so whether this toolchain could is not the question.
            "--ignore-rust-version",
            "--config",
            "build.rustc-wrapper=''",
        ])
        .args([
            "--target-dir",
            children
                .root()
                .join("target/build-profiles/not-there")
                .as_str(),
        ])
        .env("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS", "nightly");
    let asked = output(&mut cargo, LIMIT)?;
    if !asked.status.success() {
        bail!("{}", excerpt::complaint(&asked.stderr));
    }
    let graph: Graph =
        serde_json::from_slice(&asked.stdout).context("failed to read Cargo's unit graph")?;
    let key = |unit: &Unit| {
        // `path+file:///somewhere/crates/app#0.1.0` and `registry+...#serde@1.0.0`: the place is not what a unit is.
        let (place, rest) = unit.pkg_id.rsplit_once('#').unwrap_or(("", &unit.pkg_id));
        let name = if rest.contains('@') {
            rest
        } else {
            place.rsplit('/').next().unwrap_or(place)
        };
        format!(
            "{name} {} {} {} {} {}",
            unit.target.kind.join(","),
            unit.target.name,
            unit.mode,
            unit.platform.as_deref().unwrap_or("host"),
            unit.features.join(",")
        )
    };
    let mut units: BTreeMap<UnitKey, Vec<UnitProfile>> = BTreeMap::new();
    for unit in &graph.units {
        units
            .entry(key(unit))
            .or_default()
            .push(unit.profile.to_string());
    }
    Ok(units)
}
