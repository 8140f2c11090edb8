//! What the world said, as plain data. The read and run doors fill these; the core only looks.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use crate::diagnostic::FilePath;

/// The repository side of the world: all that the committed plan is a function of.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Workspace members, by package name. From `cargo metadata --no-deps`.
    pub members: Vec<Member>,
    /// Packages of `Cargo.lock` (members included), `None` where there is no lock file.
    pub locked: Option<BTreeSet<Locked>>,
    /// Text of every file the plan may touch or must see, as read from disk. An absent file is absent here.
    pub files: BTreeMap<FilePath, String>,
    /// Files that the Cargo config includes, other than our own layers, in Cargo's order; their text is in `files`.
    pub included: Vec<FilePath>,
    /// Config files in folders above the workspace, up to the git root; Cargo merges them in. Their text is in `files`.
    pub parents: Vec<FilePath>,
    /// Whether the workspace is in a git checkout.
    pub in_git: bool,
    /// Whether git ignores the Cargo config file: then what we write there reaches nobody.
    pub config_ignored: bool,
}

/// A workspace member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Package name.
    pub name: String,
    /// Folder of its manifest, relative to the workspace root, forward slashes; empty for a root package.
    pub path: String,
    /// Its `rust-version`.
    pub rust_version: Option<Version>,
}

/// A package of the lock file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locked {
    /// Package name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

/// The machine side of the world: what the machine layer is a function of.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The host's target triple, as `rustc -vV` says it.
    pub triple: String,
    /// A human word for the machine, for the header of `machine.toml`.
    pub machine: String,
    /// What became of each candidate that was tried, in the order of trial.
    pub trials: Vec<Trial>,
}

/// One candidate, tried on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What was tried: `mold`, `sccache`.
    pub name: String,
    /// The program to write into the machine layer if it worked (absolute path), or why it did not.
    pub outcome: Result<String, String>,
}
