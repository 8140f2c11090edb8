//! Who brings whom into a build: the resolved graph, and what leaving a direct dependency out would take away.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::scrub;
use crate::timings::Package;

/// The graph that one member of a workspace is built from, without dev-dependencies.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    edges: BTreeMap<Package, BTreeSet<Package>>,
    members: BTreeSet<Package>,
    root: Package,
}

/// What hangs on one direct dependency.
#[derive(Debug, PartialEq)]
pub(crate) struct Weight {
    pub(crate) dependency: Package,
    /// It and all below it.
    pub(crate) with_shared: BTreeSet<Package>,
    /// What nobody else asks for.
    pub(crate) alone: BTreeSet<Package>,
}

impl Graph {
    /// Asks Cargo for the graph of the member `name` of the workspace in `dir`.
    pub(crate) fn of_member(dir: &Path, name: &str) -> Result<Self> {
        let rustc = scrub::command("rustc")
            .arg("-vV")
            .output()
            .context("failed to start rustc")?;
        let rustc = String::from_utf8(rustc.stdout).context("rustc speaks UTF-8")?;
        let host = rustc
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .context("rustc names its host")?;
        let mut cargo = scrub::command("cargo");
        cargo
            .args([
                "metadata",
                "--format-version=1",
                "--offline",
                "--filter-platform",
                host,
            ])
            .current_dir(dir);
        let output = cargo.output().context("failed to start cargo")?;
        if !output.status.success() {
            bail!(
                "`cargo metadata` failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Self::of_metadata(&serde_json::from_slice(&output.stdout)?, name)
            .context("cargo's metadata are not as expected")
    }

    fn of_metadata(metadata: &Value, name: &str) -> Result<Self> {
        let text = |value: &Value, key: &str| {
            value[key]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("no `{key}`"))
        };
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut names = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            names.insert(
                text(&package, "id")?,
                (text(&package, "name")?, text(&package, "version")?),
            );
        }
        let named = |id: &Value| {
            id.as_str()
                .and_then(|id| names.get(id))
                .cloned()
                .context("an unknown package id")
        };
        let mut graph = Self::default();
        for member in list(&metadata["workspace_members"]) {
            graph.members.insert(named(&member)?);
        }
        graph.root = graph
            .members
            .iter()
            .find(|member| member.0 == name)
            .with_context(|| format!("no member `{name}`"))?
            .clone();
        for node in list(&metadata["resolve"]["nodes"]) {
            let edges = graph.edges.entry(named(&node["id"])?).or_default();
            for edge in list(&node["deps"]) {
                if list(&edge["dep_kinds"])
                    .iter()
                    .any(|kind| kind["kind"] != "dev")
                {
                    edges.insert(named(&edge["pkg"])?);
                }
            }
        }
        Ok(graph)
    }

    /// Leaves out what was not built: Cargo's graph has the features of all members, a build those of one.
    pub(crate) fn retain(&mut self, built: impl Fn(&Package) -> bool) {
        for others in self.edges.values_mut() {
            others.retain(&built);
        }
    }

    /// All packages that the root is built from, itself included.
    pub(crate) fn all(&self) -> BTreeSet<Package> {
        self.reached(&self.root, None)
    }

    /// Of each dependency from outside that a member in the root's graph asks for.
    pub(crate) fn weights(&self) -> Vec<Weight> {
        let all = self.all();
        let ours = all.iter().filter(|package| self.members.contains(*package));
        let direct: BTreeSet<&Package> = ours
            .filter_map(|member| self.edges.get(member))
            .flatten()
            .filter(|package| !self.members.contains(*package))
            .collect();
        let weigh = |dependency: &Package| Weight {
            dependency: dependency.clone(),
            with_shared: self.reached(dependency, None),
            alone: all
                .difference(&self.reached(&self.root, Some(dependency)))
                .cloned()
                .collect(),
        };
        direct.into_iter().map(weigh).collect()
    }

    fn reached(&self, from: &Package, without: Option<&Package>) -> BTreeSet<Package> {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(package) = open.pop() {
            if Some(package) != without && reached.insert(package.clone()) {
                open.extend(self.edges.get(package).into_iter().flatten());
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        (name.to_owned(), "1.0.0".to_owned())
    }

    fn set(names: &[&str]) -> BTreeSet<Package> {
        names.iter().map(|name| package(name)).collect()
    }

    #[test]
    fn what_is_shared_is_nobodys_alone() {
        let edges = [
            ("root", &["lib", "left"][..]),
            ("lib", &["left", "right"]),
            ("left", &["shared"]),
            ("right", &["shared", "own"]),
        ];
        let graph = Graph {
            edges: edges
                .into_iter()
                .map(|(name, others)| (package(name), set(others)))
                .collect(),
            members: set(&["root", "lib"]),
            root: package("root"),
        };
        let weights = graph.weights();
        assert_eq!(
            weights[0],
            Weight {
                dependency: package("left"),
                with_shared: set(&["left", "shared"]),
                alone: set(&["left"])
            }
        );
        assert_eq!(weights[1].with_shared, set(&["right", "shared", "own"]));
        assert_eq!(weights[1].alone, set(&["right", "own"]));
    }
}
