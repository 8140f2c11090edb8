//! Packages below a package that becomes a workspace: they stay what they are.
//!
//! Cargo refuses a package below a workspace that is neither a member nor left out of it. As long as the package above has no
//! `[workspace]`, all of them stand for themselves.

use std::collections::BTreeMap;

use super::XTASK;
use crate::diagnostic::FilePath;
use crate::edit::{Source, parse};
use crate::facts::Workspace;
use crate::layout::manifest_path;
use crate::value::KeyPath;

/// Whether the root is a package without a `[workspace]`, so that an xtask makes one of it.
pub fn becomes_a_workspace(workspace: &Workspace) -> bool {
    let manifest = workspace.files.get(&manifest_path());
    manifest.is_some_and(|text| parse(text).is_ok_and(|source| !has(&source, "workspace")))
}

/// The folders that have to be left out, each as short as it can be: `workspace.exclude` takes in all below.
pub(super) fn left_out(nested: &BTreeMap<FilePath, String>) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut roots: Vec<&str> = Vec::new();
    for (file, text) in nested {
        let Some(folder) = file.as_str().strip_suffix("/Cargo.toml") else {
            continue;
        };
        let Ok(source) = parse(text) else {
            continue; // No package that anybody builds.
        };
        if has(&source, "workspace") {
            roots.push(folder);
        } else if has(&source, "package") && !names_its_workspace(&source) && folder != XTASK {
            let top = folder.split('/').next().unwrap_or(folder);
            folders.entry(top).or_default().push(folder);
        }
    }
    for below in folders.values_mut() {
        below.retain(|folder| !roots.iter().any(|root| is_in(folder, root)));
    }
    folders
        .into_values()
        .filter(|below| !below.is_empty())
        .map(|below| common(&below))
        .collect()
}

fn has(source: &Source<'_>, table: &str) -> bool {
    let path = KeyPath::new([table]);
    source.table_span(&path).is_some() || !source.child_names(&path).is_empty()
}

/// Such a package is a member of a workspace elsewhere.
fn names_its_workspace(source: &Source<'_>) -> bool {
    source
        .leaf(&KeyPath::new(["package", "workspace"]))
        .is_some()
}

fn is_in(folder: &str, above: &str) -> bool {
    folder
        .strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// The folder that holds all of them.
fn common(folders: &[&str]) -> String {
    let first = folders.first().copied().unwrap_or_default();
    let mut common: Vec<&str> = first.split('/').collect();
    for folder in folders {
        let same = common
            .iter()
            .zip(folder.split('/'))
            .take_while(|(one, other)| **one == *other)
            .count();
        common.truncate(same);
    }
    common.join("/")
}
