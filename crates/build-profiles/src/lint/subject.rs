//! What the lints look at: files, each parsed once, and what is known beside them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::FilePath;
use crate::edit::{Leaf, Source, parse};
use crate::policy::Policy;
use crate::value::{KeyPath, Value};

use super::elsewhere::{self, Reading};

/// Everything that was read, as plain data. The read door fills it.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The files. Config files stand in Cargo's order, the strongest first.
    pub files: Vec<File>,
    /// The members of the workspace.
    pub members: Vec<Member>,
    /// The packages of the lock file; `None`: there is none.
    pub packages: Option<Vec<Package>>,
    /// Variables of the environment that Cargo reads; none where the answer is to be the same on every machine.
    pub variables: BTreeMap<String, String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the workspace root, or absolute outside of the repository.
    pub path: FilePath,
    /// Its text, byte order mark included.
    pub text: String,
    /// What it is to Cargo.
    pub role: Role,
    /// Whether it stands outside of the repository: above the git root, or in `CARGO_HOME`.
    pub outside: bool,
    /// Whether it stands in the repository and does not come with it: git ignores it.
    pub ignored: bool,
}

impl File {
    /// Whether it is this machine's, and not everybody's.
    pub fn is_machines(&self) -> bool {
        self.outside || self.ignored
    }
}

/// What a file is to Cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A config file that Cargo reads in the workspace root, or one that such a file includes.
    Config,
    /// A `config.toml` that Cargo does not read, since a `config` stands beside it.
    Shadowed,
    /// A config file in the folder of a member: read by nobody who builds from the root.
    MemberConfig,
    /// A file in `.cargo` whose name is nearly that of a config.
    Misnamed,
    /// The manifest of the workspace root.
    Manifest,
    /// The manifest of another member.
    Member,
    /// `rust-toolchain.toml`, or `rust-toolchain` of either form.
    Toolchain,
    /// A GitHub workflow.
    Workflow,
    /// A GitHub action: `action.yml`.
    Action,
    /// `.gitlab-ci.yml` and what stands in `.gitlab`.
    Gitlab,
    /// A Dockerfile.
    Dockerfile,
    /// `.envrc` of direnv.
    Envrc,
    /// `.vscode/settings.json`.
    Editor,
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Package name.
    pub name: String,
    /// Folder of its manifest, from the workspace root; empty for a root package.
    pub path: String,
}

/// A package of the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it comes from a folder and not from a registry or from git.
    pub local: bool,
}

/// The files, parsed.
pub struct Subject<'a> {
    /// All that was read.
    pub files: &'a Files,
    /// The policy, if there is one.
    pub policy: Option<&'a Policy>,
    docs: Vec<Doc<'a>>,
    /// What CI, containers, editors and the environment say.
    pub(super) readings: Vec<Reading<'a>>,
    channel: Channel,
}

/// A TOML file, parsed.
pub struct Doc<'a> {
    /// The file.
    pub file: &'a File,
    /// Its leaves, in the order of the file.
    pub leaves: Vec<Leaf>,
    /// To look things up.
    pub source: Source<'a>,
}

/// The release channel that the repository pins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Channel {
    /// None, or one that says nothing: a custom toolchain.
    Unknown,
    Stable,
    /// Nightly or dev: unstable features work.
    Nightly,
    Version(u64, u64),
}

impl<'a> Subject<'a> {
    /// Reads every file once. One that should be TOML and is none has no document; that is for others to say.
    pub fn new(files: &'a Files, policy: Option<&'a Policy>) -> Self {
        let docs = files.files.iter().filter_map(Doc::of).collect();
        let toolchain = files.files.iter().find(|file| file.role == Role::Toolchain);
        Self {
            files,
            policy,
            docs,
            readings: elsewhere::read(files),
            channel: toolchain.map_or(Channel::Unknown, |file| channel(&file.text)),
        }
    }

    /// The documents of a role, in order.
    pub(super) fn docs(&self, role: Role) -> impl Iterator<Item = &Doc<'a>> {
        self.docs.iter().filter(move |doc| doc.file.role == role)
    }

    /// The config files that Cargo reads, the strongest first.
    pub(super) fn configs(&self) -> impl Iterator<Item = &Doc<'a>> {
        self.docs(Role::Config)
    }

    /// The root manifest.
    pub(super) fn manifest(&self) -> Option<&Doc<'a>> {
        self.docs(Role::Manifest).next()
    }

    /// The files in which a profile counts: root manifest and config files.
    pub(super) fn profile_docs(&self) -> impl Iterator<Item = &Doc<'a>> {
        self.configs().chain(self.manifest())
    }

    /// Files of a role that are no TOML.
    pub(super) fn texts(&self, role: Role) -> impl Iterator<Item = &'a File> {
        self.files
            .files
            .iter()
            .filter(move |file| file.role == role)
    }

    /// The strongest word of the config files on a key.
    pub(super) fn configured(&self, path: &[&str]) -> Option<(&Doc<'a>, &Leaf)> {
        self.configs().find_map(|doc| Some((doc, doc.leaf(path)?)))
    }

    /// The strongest word on a key of a profile: of the config files, else of the root manifest.
    pub(super) fn profiled(&self, path: &[&str]) -> Option<(&Doc<'a>, &Leaf)> {
        self.profile_docs()
            .find_map(|doc| Some((doc, doc.leaf(path)?)))
    }

    /// The compiler wrapper that the config files set, the strongest word.
    pub(super) fn wrapper(&self) -> Option<(&Doc<'a>, &Leaf)> {
        self.configured(&["build", "rustc-wrapper"])
    }

    /// Whether the repository is built by a nightly Cargo, so that what is unstable works.
    pub(super) fn is_nightly(&self) -> bool {
        self.channel == Channel::Nightly
    }

    /// Whether the repository pins a toolchain on which nothing unstable works.
    pub(super) fn is_stable(&self) -> bool {
        matches!(self.channel, Channel::Stable | Channel::Version(..))
    }

    /// The Cargo that the repository pins, if it names a version.
    pub(super) fn pinned(&self) -> Option<(u64, u64)> {
        match self.channel {
            Channel::Version(major, minor) => Some((major, minor)),
            _ => None,
        }
    }

    /// Whether the repository is built by this Cargo or a newer one, as far as it says so itself.
    pub(super) fn is_at_least(&self, cargo: (u64, u64)) -> bool {
        cargo <= self.pinned().unwrap_or(super::NEWEST)
    }

    /// Where a file stands among the others.
    pub(super) fn rank(&self, path: &FilePath) -> usize {
        let mut files = self.files.files.iter();
        files
            .position(|file| file.path == *path)
            .unwrap_or(usize::MAX)
    }
}

impl<'a> Doc<'a> {
    fn of(file: &'a File) -> Option<Self> {
        match file.role {
            Role::Config
            | Role::Shadowed
            | Role::MemberConfig
            | Role::Misnamed
            | Role::Manifest => {}
            Role::Member if may_say_something(&file.text) => {}
            _ => return None,
        }
        let source = parse(&file.text).ok()?;
        Some(Self {
            file,
            leaves: source.leaves(),
            source,
        })
    }

    /// The leaf at a path.
    pub(super) fn leaf(&self, path: &[&str]) -> Option<&Leaf> {
        self.leaves
            .iter()
            .find(|leaf| leaf.path.segments().iter().eq(path))
    }

    /// The names below a path, each with the key that names it first.
    pub(super) fn names(&self, path: &[&str]) -> Vec<(String, Range<usize>)> {
        self.source.child_names(&KeyPath::new(path.iter().copied()))
    }

    /// `file:line` of a byte offset.
    pub(super) fn place(&self, offset: usize) -> String {
        format!(
            "{}:{}",
            self.file.path,
            crate::probe::line(&self.file.text, offset)
        )
    }
}

/// Whether the manifest of a member has a word that a lint looks for: a thousand of them are read, and few are parsed.
fn may_say_something(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let table = line.trim_start_matches('[').trim_start();
        line.starts_with('[')
            && ["profile", "build]", "env]", "alias]", "net]", "unstable]"]
                .iter()
                .any(|name| table.starts_with(name))
            || line.starts_with("profile")
            || line.starts_with("crate-type")
            || line.starts_with("crate_type")
            || line.starts_with("build-override")
    })
}

/// The channel of a `rust-toolchain` file of either form. Source: rustup book, Overrides.
fn channel(text: &str) -> Channel {
    let toml = parse(text).ok().and_then(|source| {
        let leaf = source.leaf(&KeyPath::new(["toolchain", "channel"]))?;
        match leaf.value {
            Some(Value::Str(channel)) => Some(channel),
            _ => None,
        }
    });
    let channel = toml.unwrap_or_else(|| text.trim().to_owned());
    let first = channel.split('-').next().unwrap_or_default();
    let mut numbers = first.split('.').map(|part| part.parse().ok());
    match (first, numbers.next().flatten(), numbers.next().flatten()) {
        ("stable" | "beta", ..) => Channel::Stable,
        ("nightly", ..) => Channel::Nightly,
        (_, Some(major), Some(minor)) => Channel::Version(major, minor),
        _ => Channel::Unknown,
    }
}
