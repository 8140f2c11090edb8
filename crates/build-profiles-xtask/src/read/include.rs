//! Config files beside ours: what it includes, and what stands in the folders above.

use anyhow::Result;
use build_profiles::diagnostic::FilePath;
use build_profiles::facts::Workspace;
use build_profiles::layout::{config_path, machine_path, portable_path};
use build_profiles::plan::includes;
use build_profiles::policy::Policy;
use camino::Utf8Path;

use super::Disk;

/// How deep includes are followed. Cargo stops at a cycle; so do we, and at a chain that nobody writes.
const DEEPEST: usize = 16;

/// Reads what the config includes, in Cargo's order, without our own layers.
pub(super) fn follow(
    disk: &mut Disk<'_>,
    policy: &Policy,
    boundary: &Utf8Path,
    workspace: &mut Workspace,
) -> Result<()> {
    let ours = [machine_path(policy), portable_path(policy)];
    let mut open = vec![(config_path(policy), 0)];
    while let Some((file, depth)) = open.pop() {
        let found = disk
            .files
            .get(&file)
            .map(|text| includes(text))
            .unwrap_or_default();
        for include in found.into_iter().rev() {
            let Some(path) = beside(&file, &include.path) else {
                continue;
            };
            let known = ours.contains(&path) || workspace.included.contains(&path);
            if known || depth == DEEPEST || !inside(disk.root, &path, boundary) {
                continue;
            }
            disk.keep(path.clone())?;
            if disk.files.contains_key(&path) {
                workspace.included.push(path.clone());
                open.push((path, depth + 1));
            }
        }
    }
    Ok(())
}

/// Reads the config files of the folders between ours and the git root; Cargo merges them in.
pub(super) fn above(
    disk: &mut Disk<'_>,
    config: &FilePath,
    boundary: &Utf8Path,
    workspace: &mut Workspace,
) -> Result<()> {
    let mut up = config.parent().trim_end_matches(".cargo").to_owned();
    loop {
        up = format!("../{up}");
        if !inside(disk.root, &FilePath::new(format!("{up}x")), boundary) {
            return Ok(());
        }
        let candidates = [".cargo/config", ".cargo/config.toml"]
            .map(|name| FilePath::new(format!("{up}{name}")));
        for file in candidates {
            disk.keep(file.clone())?;
            if disk.files.contains_key(&file) {
                workspace.parents.push(file);
                break;
            }
        }
    }
}

/// A path written in `file`, as a path of the workspace.
pub(super) fn beside(file: &FilePath, path: &str) -> Option<FilePath> {
    if Utf8Path::new(path).is_absolute() {
        return None;
    }
    let joined = format!("{}/{path}", file.parent());
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(FilePath::new(parts.join("/")))
}

fn inside(root: &Utf8Path, path: &FilePath, boundary: &Utf8Path) -> bool {
    let ups = path
        .as_str()
        .split('/')
        .take_while(|part| *part == "..")
        .count();
    root.ancestors()
        .nth(ups)
        .is_some_and(|folder| folder.starts_with(boundary))
}
