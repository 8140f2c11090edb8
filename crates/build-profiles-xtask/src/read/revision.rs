//! A workspace as it was at a commit: laid out in a temporary folder and read there by the very code that reads the
//! present one. The user's checkout, index and target directory are not touched.

use anyhow::{Context, Result, anyhow, bail};
use build_profiles::plan::Plan;
use camino::{Utf8Path, Utf8PathBuf};

use super::{Repository, place, repository};
use crate::cli::CommonArgs;
use crate::run::{self, Private};

/// A repository as it was, and the folder that holds it while it is looked at.
pub(crate) struct Past {
    pub(crate) repository: Repository,
    /// The commit, in full.
    pub(crate) commit: String,
    /// The folder, which is the base's `tree` and whatever else is to be laid out for a while.
    pub(crate) folder: Private,
}

/// Reads the workspace as it was at `revision`.
pub(crate) fn at(args: &CommonArgs, now: &Repository, revision: &str) -> Result<Past> {
    let Some(commit) = run::git::commit(&now.root, revision)? else {
        return missing(now, revision);
    };
    let folder = Private::new(&run::temporary()?, "build-profiles-base")?;
    run::git::lay_out(&now.root, &commit, folder.path())?;
    let tree = folder.path().join("tree");
    let inside = now
        .root
        .strip_prefix(&now.boundary)
        .unwrap_or(Utf8Path::new(""));
    let root = tree.join(inside);
    let manifest = root.join("Cargo.toml");
    if !manifest.exists() {
        let at = if inside.as_str().is_empty() {
            "the root of the repository"
        } else {
            inside.as_str()
        };
        bail!(
            "there was no workspace at {at} in {commit}\n\nhelp: compare with a later revision: --base REV"
        );
    }
    same_toolchain(now, &tree, &root)?;
    // A lock file that git does not know tells of both sides what it tells of the present.
    if !root.join("Cargo.lock").exists() {
        copy(&now.root.join("Cargo.lock"), &root.join("Cargo.lock"))?;
    }
    let policy = now.below_git_root(&now.policy_file);
    let policy = run::git::old_name(&now.root, &commit, &policy)?.unwrap_or(policy);
    let then = CommonArgs {
        manifest_path: Some(manifest),
        policy: Some(tree.join(policy)),
        ..args.clone()
    };
    // The error of Cargo would name our folder, which nobody has ever seen.
    let unreadable = |why: &str| {
        anyhow!(
            "Cargo can't read the workspace as it was in {commit}\n\n{why}help: compare with a later revision: --base REV"
        )
    };
    let mut place = place(&then).map_err(|error| {
        unreadable(&format!(
            "{}\n\n",
            format!("{error:#}").replace(tree.as_str(), "<base>")
        ))
    })?;
    if place.is_broken() {
        return Err(unreadable(""));
    }
    // Our folder is no git checkout; its config may stand above the workspace all the same.
    place.boundary = tree;
    let mut repository = repository(&then, place)?;
    repository.workspace.in_git = now.workspace.in_git;
    Ok(Past {
        repository,
        commit,
        folder,
    })
}

/// Writes into the past what its policy wanted to have written.
pub(crate) fn planned(past: &Repository, plan: &Plan) -> Result<()> {
    apply(&past.root, plan)
}

/// Lays out under `folder` the present as its policy wants it, without what is only this machine's: a CI job has an
/// environment's file there. Gives its workspace root.
pub(crate) fn present(now: &Repository, plan: &Plan, folder: &Utf8Path) -> Result<Utf8PathBuf> {
    let tree = folder.join("now");
    run::git::lay_out_present(&now.root, &tree)?;
    let root = tree.join(
        now.root
            .strip_prefix(&now.boundary)
            .unwrap_or(Utf8Path::new("")),
    );
    same_toolchain(now, &tree, &root)?;
    copy(&now.root.join("Cargo.lock"), &root.join("Cargo.lock"))?;
    apply(&root, plan)?;
    Ok(root)
}

fn apply(root: &Utf8Path, plan: &Plan) -> Result<()> {
    for change in &plan.changes {
        let path = root.join(change.path.as_str());
        match &change.after {
            Some(text) => {
                let parent = path.parent().context("a file stands in a folder")?;
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("failed to create `{parent}`"))?;
                std::fs::write(&path, text).with_context(|| format!("failed to write `{path}`"))?;
            }
            None => {
                std::fs::remove_file(&path).with_context(|| format!("failed to remove `{path}`"))?
            }
        }
    }
    Ok(())
}

/// Both sides are asked of one Cargo, that of the present: a toolchain of the past may not be installed here.
fn same_toolchain(now: &Repository, tree: &Utf8Path, root: &Utf8Path) -> Result<()> {
    for name in ["rust-toolchain.toml", "rust-toolchain"] {
        copy(&now.boundary.join(name), &tree.join(name))?;
        copy(&now.root.join(name), &root.join(name))?;
    }
    Ok(())
}

/// Copies a file, if it is there.
fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    if from != to && from.exists() {
        std::fs::copy(from, to).with_context(|| format!("failed to copy `{from}`"))?;
    }
    Ok(())
}

fn missing(now: &Repository, revision: &str) -> Result<Past> {
    // A branch of the remote is fetched by its own name there.
    let (wanted, tracked) = match revision.strip_prefix("origin/") {
        Some(branch) => (branch, format!("{branch}:refs/remotes/origin/{branch}")),
        None => (revision, revision.to_owned()),
    };
    if run::git::is_shallow(&now.root)? {
        bail!(
            "this checkout has no revision `{revision}`: it is a shallow clone\n\n\
             help: fetch it: git fetch --depth=1 origin {tracked}\n\
             help: on GitHub: `fetch-depth: 0` for actions/checkout"
        );
    }
    if revision == wanted {
        bail!(
            "this checkout has no revision `{revision}`\n\nhelp: is it spelled right? if it is, fetch it: git fetch origin {revision}"
        );
    }
    bail!(
        "this checkout has no revision `{revision}`\n\nhelp: fetch it: git fetch origin {tracked}"
    );
}

/// The revision to compare with if none is named: what the CI's event says, else where this branch left the default one.
pub(crate) fn default_base(root: &Utf8Path) -> Result<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(sha) = variable("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        return Ok(sha);
    }
    if let Some(branch) = variable("GITHUB_BASE_REF") {
        let branch = format!("origin/{branch}");
        return Ok(run::git::merge_base(root, &branch)?.unwrap_or(branch));
    }
    let usual =
        ["origin/main", "origin/master", "main", "master"].map(|name| Some(name.to_owned()));
    let candidates = std::iter::once(run::git::default_branch(root)?).chain(usual);
    for candidate in candidates.flatten() {
        if let Some(commit) = run::git::merge_base(root, &candidate)? {
            return Ok(commit);
        }
    }
    if run::git::is_shallow(root)? {
        bail!(
            "this checkout does not say where this branch left the default one: it is a shallow clone\n\n\
             help: fetch the whole history: git fetch --unshallow origin\n\
             help: or name the revision to compare with: --base REV"
        );
    }
    bail!(
        "this checkout does not say which branch is the default one\n\nhelp: name the revision to compare with: --base REV"
    )
}
