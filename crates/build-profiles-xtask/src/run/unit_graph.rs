//! Cargo's unit graph: the resolved profile of every unit, asked of Cargo itself.
//!
//! Stable Cargo gives it where it takes itself for a nightly one; rustc is not affected. The target directory named does
//! not exist, so nothing is written, and no wrapper is called.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use build_profiles::evidence::Graph;
use build_profiles::probe::Control;
use camino::Utf8Path;

use super::{Children, Private, excerpt, output};

/// The graph of the workspace's units under a profile, with what the control puts over the config.
pub(crate) fn unit_graph(
    children: &Children,
    state: &Utf8Path,
    control: &Control,
) -> Result<Graph> {
    let args = match control.profile.as_str() {
        "test" => vec!["test", "--workspace", "--no-run"],
        "bench" => vec!["bench", "--workspace", "--no-run"],
        profile => vec!["build", "--workspace", "--profile", profile],
    };
    unit_graph_of(children, state, &args, &control.config)
}

/// The graph of what this command would build, with `config` put over the config.
pub(crate) fn unit_graph_of(
    children: &Children,
    state: &Utf8Path,
    args: &[&str],
    config: &BTreeMap<String, String>,
) -> Result<Graph> {
    const LIMIT: Duration = Duration::from_secs(120);
    let mut cargo = children.command("cargo");
    cargo
        .args(args)
        .args(["--unit-graph", "-Zunstable-options"])
        .args([
            "--locked",
            "--offline",
            "--quiet",
            // Nothing is compiled, so whether this toolchain could is not the question.
            "--ignore-rust-version",
        ])
        .args(["--target-dir", state.join("not-there").as_str()])
        // A cache that is asked who rustc is starts a server, on the user's port. Variables beat the config.
        .env("RUSTC_WRAPPER", "")
        .env("RUSTC_WORKSPACE_WRAPPER", "")
        .env("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS", "nightly");
    let folder;
    if !config.is_empty() {
        folder = Private::new(state, "control")?;
        let text: String = config
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        cargo.args(["--config", folder.write("config.toml", &text)?.as_str()]);
    }
    let asked = output(&mut cargo, LIMIT)?;
    if !asked.status.success() {
        bail!("{}", excerpt::complaint(&asked.stderr));
    }
    serde_json::from_slice(&asked.stdout).context("failed to read Cargo's unit graph")
}

/// What a unit is, whatever path its sources have: package, target, mode, platform. Not unique: what build scripts use
/// too is there once for them and once for the rest.
pub(crate) type UnitKey = String;

/// The resolved profile of every unit of `profile`, as text to compare.
pub(crate) fn unit_profiles(
    children: &Children,
    profile: &str,
) -> Result<BTreeMap<UnitKey, Vec<String>>> {
    let control = Control {
        profile: profile.to_owned(),
        without: None,
        config: BTreeMap::new(),
    };
    let state = children.root().join("target/build-profiles");
    let graph = unit_graph(children, &state, &control)?;
    let mut units: BTreeMap<UnitKey, Vec<String>> = BTreeMap::new();
    for unit in &graph.units {
        let (name, version) = unit.package();
        let key = format!(
            "{name} {version} {} {} {} {} {}",
            unit.target.kind.join(","),
            unit.target.name,
            unit.mode,
            unit.platform.as_deref().unwrap_or("host"),
            unit.features.join(",")
        );
        units
            .entry(key)
            .or_default()
            .push(format!("{:?}", unit.profile));
    }
    Ok(units)
}
