//! A copy of the workspace that is built in and edited as nobody would a user's own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use anyhow::{Context, Result};
use build_profiles::diagnostic::FilePath;
use build_profiles::evidence::{Call, commands};
use build_profiles::measure::graph::edited;
use build_profiles::measure::record::Linked;
use build_profiles::measure::scenario::Place;
use build_profiles::value::Value;
use camino::{Utf8Path, Utf8PathBuf};

use super::build::artifacts;
use super::cache_server::CacheServer;
use super::{Children, clear, git, private};

/// A copy, with target directories of its own.
pub(crate) struct Site {
    /// The folder that all of it is in.
    folder: Utf8PathBuf,
    /// Where the workspace stands in the copy.
    root: Utf8PathBuf,
    children: Children,
    wrapper: Wrapper,
    /// What edited files said before, to be undone.
    edited: RefCell<BTreeMap<Utf8PathBuf, String>>,
}

/// What a site is made of.
pub(crate) struct Layout<'a> {
    /// The workspace root.
    pub(crate) root: &'a Utf8Path,
    /// Whether it is in git: what git knows of and what it does not ignore is copied, from the root of the repository on.
    pub(crate) in_git: bool,
    /// Files with a text of their own, that of this machine among them; nothing else differs from site to site.
    pub(crate) texts: &'a BTreeMap<FilePath, String>,
    pub(crate) wrapper: Wrapper,
}

/// What becomes of compiler caches that something outside of the copy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapper {
    /// The copy's own files ask for one.
    Own,
    /// None is to be called, and only the environment could ask for one.
    Unset,
    /// None is to be called, and the user's own config asks for one. An empty variable is stronger, and has its price:
    /// with it Cargo 1.95 asks rustc anew at every start who it is, some 40 ms.
    Emptied,
}

impl Site {
    /// Copies the sources into a folder that is not there.
    pub(crate) fn lay_out(
        children: &Children,
        layout: &Layout<'_>,
        folder: &Utf8Path,
    ) -> Result<Self> {
        let sources = folder.join("w");
        let root = if layout.in_git {
            git::copy_present(layout.root, &sources).context("failed to copy the workspace")?
        } else {
            copy_all(layout.root, &sources)?;
            sources
        };
        let lock = root.join("Cargo.lock");
        if !lock.exists() {
            git::copy(&layout.root.join("Cargo.lock"), &lock)?;
        }
        for (file, text) in layout.texts {
            let path = root.join(file.as_str());
            let parent = path.parent().unwrap_or(&root);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("failed to write {path}"))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            children: children.in_folder(&root),
            root,
            wrapper: layout.wrapper,
            edited: RefCell::default(),
        })
    }

    /// Children in the copy.
    pub(crate) fn children(&self) -> &Children {
        &self.children
    }

    /// A folder beside the sources.
    pub(crate) fn beside(&self, name: &str) -> Utf8PathBuf {
        self.folder.join(name)
    }

    /// Where what is built for a place goes.
    pub(crate) fn target(&self, place: Place) -> Utf8PathBuf {
        self.folder.join(place.folder())
    }

    /// Removes what was built, and undoes all edits: a cache has seen the sources as they were.
    pub(crate) fn wipe(&self, place: Place) -> Result<()> {
        for (path, text) in self.edited.take() {
            fs::write(&path, text).with_context(|| format!("failed to write {path}"))?;
        }
        clear(&self.target(place))
    }

    /// Bytes of what was built.
    pub(crate) fn size(&self, place: Place) -> u64 {
        private::bytes(&self.target(place))
    }

    /// Edits a file of the copy, another time in another way.
    pub(crate) fn edit(&self, file: &str, exports: bool, number: u64) -> Result<()> {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {path}"))?;
        fs::write(&path, edited(&text, exports, number))
            .with_context(|| format!("failed to write {path}"))?;
        self.edited.borrow_mut().entry(path).or_insert(text);
        Ok(())
    }

    /// Cargo, in the copy: offline, with the lock file as it is, and with the place's own target directory.
    pub(crate) fn cargo(&self, args: &[String], place: Place, server: &CacheServer<'_>) -> Command {
        let mut cargo = self.children.command("cargo");
        let target = self.target(place);
        cargo
            .args(args)
            .args(["--locked", "--offline", "--color=never"])
            .args(["--target-dir", target.as_str()])
            // Where the config puts intermediate artifacts is the user's.
            .args([
                "--config",
                &format!("build.build-dir={}", Value::from(target.as_str())),
            ]);
        if let Some(config) = server.over() {
            cargo.args(["--config", config.as_str()]);
        }
        self.apply(&mut cargo, server);
        cargo
    }

    /// A command of the user's, in the copy.
    pub(crate) fn other(
        &self,
        words: &[String],
        place: Place,
        server: &CacheServer<'_>,
    ) -> Option<Command> {
        let (program, args) = words.split_first()?;
        let mut command = self.children.command(program);
        command
            .args(args)
            // Nobody knows which of its arguments it would pass on.
            .env("CARGO_TARGET_DIR", self.target(place));
        self.apply(&mut command, server);
        Some(command)
    }

    fn apply(&self, command: &mut Command, server: &CacheServer<'_>) {
        server.apply(command);
        if self.wrapper != Wrapper::Own {
            command
                .env_remove("RUSTC_WRAPPER")
                .env_remove("CARGO_BUILD_RUSTC_WRAPPER");
        }
        if self.wrapper == Wrapper::Emptied {
            command.env("RUSTC_WRAPPER", "");
        }
    }
}

/// Copies a folder without what is built in it, and without git's own.
fn copy_all(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    let entries = from
        .read_dir_utf8()
        .with_context(|| format!("failed to read {from}"))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_folder = entry.file_type()?.is_dir();
        let is_built = is_folder && entry.path().join("CACHEDIR.TAG").exists();
        if name == ".git" || is_built {
            continue;
        }
        match is_folder {
            true => copy_all(entry.path(), &to.join(name))?,
            false => git::copy(entry.path(), &to.join(name))?,
        }
    }
    Ok(())
}

/// What Cargo says of a build: units compiled, and what was linked.
pub(crate) fn made(output: &Output) -> (usize, Linked) {
    let artifacts = artifacts(&String::from_utf8_lossy(&output.stdout));
    let mut linked = Linked::default();
    for file in artifacts.iter().filter_map(|made| made.linked_file()) {
        linked.count += 1;
        linked.bytes += fs::metadata(file).map_or(0, |meta| meta.len());
    }
    let compiled = artifacts.iter().filter(|artifact| !artifact.fresh);
    (compiled.count(), linked)
}

/// The compilations of a build that was told to say them, in no particular order.
pub(crate) fn calls(output: &Output) -> Vec<Call> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let mut calls: Vec<Call> = commands(&stderr).iter().filter_map(Call::of).collect();
    calls.sort_by(|one, other| {
        (&one.package, &one.crate_name, &one.args).cmp(&(
            &other.package,
            &other.crate_name,
            &other.args,
        ))
    });
    calls
}
