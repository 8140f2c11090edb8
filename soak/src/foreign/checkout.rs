//! A copy of what Cargo and the tool read of a checkout. The checkout itself is only read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::scrub;

/// A copy in a temporary folder.
#[derive(Debug)]
pub(crate) struct Checkout {
    /// The checkout's folder, and the workspace's below it.
    pub(crate) name: String,
    /// Of the original.
    pub(crate) commit: String,
    /// The copied git root.
    pub(crate) top: PathBuf,
    /// The workspace in it.
    pub(crate) root: PathBuf,
    folder: TempDir,
}

impl Checkout {
    pub(crate) fn copy(dir: &Path) -> Result<Self> {
        let dir =
            fs::canonicalize(dir).with_context(|| format!("failed to find `{}`", dir.display()))?;
        ensure!(dir.join("Cargo.toml").is_file(), "it has no Cargo.toml");
        let git_root = dir
            .ancestors()
            .find(|folder| folder.join(".git").exists())
            .context("it is in no git checkout")?;
        let below = dir.strip_prefix(git_root)?;
        let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
        // Resolved, since Cargo answers with resolved paths.
        let top = fs::canonicalize(folder.path())?.join("checkout");
        copy_folder(git_root, &top)?;
        git(&top, &["init", "--quiet"])?;
        let commit = git(git_root, &["rev-parse", "--short=10", "HEAD"])?
            .trim()
            .to_owned();
        let base = git_root.file_name().map(PathBuf::from).unwrap_or_default();
        let name = base
            .join(below)
            .display()
            .to_string()
            .trim_end_matches('/')
            .to_owned();
        Ok(Self {
            name,
            commit,
            root: top.join(below),
            top,
            folder,
        })
    }

    /// Leaves the copy on the disk.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// How much of a file is copied.
enum Share {
    Whole,
    /// Cargo's metadata ask no more than whether a source file exists.
    Empty,
    Nothing,
}

fn share(file: &Path) -> Share {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let configures = file
        .parent()
        .is_some_and(|folder| folder.ends_with(".cargo"));
    let read = name.ends_with(".toml")
        || name.ends_with(".lock")
        || ["rust-toolchain", ".gitignore", ".dockerignore"].contains(&name);
    match name {
        _ if read || configures => Share::Whole,
        _ if name.ends_with(".rs") => Share::Empty,
        _ => Share::Nothing,
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in
        fs::read_dir(from).with_context(|| format!("failed to list `{}`", from.display()))?
    {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            copy_link(&source, &target)?;
        } else if kind.is_dir() {
            let built = source.join("CACHEDIR.TAG").exists();
            if entry.file_name() != ".git" && !built {
                copy_folder(&source, &target)?;
            }
        } else {
            match share(&source) {
                Share::Whole => drop(
                    fs::copy(&source, &target)
                        .with_context(|| format!("failed to copy `{}`", source.display()))?,
                ),
                Share::Empty => fs::write(&target, "")?,
                Share::Nothing => {}
            }
        }
    }
    Ok(())
}

/// Links stay links, but none leads back into the original.
#[cfg(unix)]
fn copy_link(source: &Path, target: &Path) -> Result<()> {
    let leads = fs::read_link(source)?;
    if leads.is_relative() {
        std::os::unix::fs::symlink(leads, target)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn copy_link(_: &Path, _: &Path) -> Result<()> {
    Ok(())
}

fn git(dir: &Path, arguments: &[&str]) -> Result<String> {
    let output = scrub::command("git")
        .arg("-C")
        .arg(dir)
        .args(arguments)
        .output()
        .context("failed to start git")?;
    ensure!(
        output.status.success(),
        "`git {}` failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
