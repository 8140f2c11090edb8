//! How the members depend on one another, asked of Cargo without its dependency graph.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use build_profiles::measure::graph::Node;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::run::{Children, output};

/// The members of the workspace at `root`, and the folders outside of `boundary` that they are built with.
pub(crate) fn members(
    children: &Children,
    root: &Utf8Path,
    boundary: &Utf8Path,
) -> Result<(Vec<Node>, Vec<Utf8PathBuf>)> {
    let mut cargo = children.command("cargo");
    cargo.args([
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--offline",
        "--color=never",
    ]);
    let asked = output(&mut cargo, Duration::from_secs(60))?;
    if !asked.status.success() {
        bail!(
            "`cargo metadata` failed\n\n{}",
            String::from_utf8_lossy(&asked.stderr).trim()
        );
    }
    let metadata: Metadata = serde_json::from_slice(&asked.stdout)
        .context("failed to read what `cargo metadata` printed")?;
    let names: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let paths = metadata
        .packages
        .iter()
        .flat_map(|package| &package.dependencies);
    let outside: BTreeSet<Utf8PathBuf> = paths
        .filter_map(|dependency| dependency.path.clone())
        .filter(|path| !path.starts_with(boundary))
        .collect();
    let nodes = metadata.packages.iter().map(|package| {
        let built_with = package.dependencies.iter().filter(|dependency| {
            dependency.path.is_some()
                && dependency.kind.as_deref() != Some("dev")
                && names.contains(dependency.name.as_str())
        });
        let of_kind = |wanted: &[&str]| {
            package.targets.iter().find(|target| {
                target
                    .kind
                    .iter()
                    .any(|kind| wanted.contains(&kind.as_str()))
            })
        };
        let library = of_kind(&["lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"]);
        let target = library.or_else(|| of_kind(&["bin"]));
        Node {
            name: package.name.clone(),
            dependencies: built_with
                .map(|dependency| dependency.name.clone())
                .collect(),
            root: target
                .and_then(|target| target.src_path.strip_prefix(root).ok())
                .map(|path| path.as_str().replace('\\', "/")),
            exports: target
                .is_some_and(|target| !target.kind.iter().any(|kind| kind == "proc-macro")),
        }
    });
    let nodes = nodes.collect();
    Ok((nodes, outside.into_iter().collect()))
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    path: Option<Utf8PathBuf>,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: Utf8PathBuf,
}
