//! The xtask that is there: which member it is, what its alias runs, where its `main` stands.

use std::collections::BTreeMap;

use toml_edit::DocumentMut;

use super::XTASK;
use crate::diagnostic::FilePath;
use crate::edit::parse;
use crate::facts::{Member, Workspace};
use crate::layout::config_there;
use crate::value::{KeyPath, Value};

/// The xtask of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Existing<'w> {
    Member(&'w Member),
    /// An alias that runs something else.
    Alias(Alias),
}

/// `alias.xtask`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    /// The config that has it.
    pub(super) file: FilePath,
    pub(super) words: Vec<String>,
    /// Whether it is written as one text.
    pub(super) is_text: bool,
}

/// Whether there is no xtask, so that one would be made.
pub fn is_missing(workspace: &Workspace) -> bool {
    existing(workspace).is_none()
}

/// The files that are to be read of the xtask that is there: its manifest, and where Cargo looks for its `main`.
pub fn of_existing(workspace: &Workspace) -> Vec<FilePath> {
    let Some(Existing::Member(member)) = existing(workspace) else {
        return Vec::new();
    };
    let mut files = vec![file(member, "Cargo.toml")];
    files.extend(usual_mains(member));
    files
}

/// The file that its manifest names for its `main`, among those that [`of_existing`] asked for.
pub fn of_its_manifest(
    workspace: &Workspace,
    files: &BTreeMap<FilePath, String>,
) -> Option<FilePath> {
    let Some(Existing::Member(member)) = existing(workspace) else {
        return None;
    };
    named_main(member, files.get(&file(member, "Cargo.toml"))?)
}

/// Where its `main` may stand, the likeliest first.
pub(super) fn mains(member: &Member, manifest: &str) -> Vec<FilePath> {
    match named_main(member, manifest) {
        Some(named) => vec![named],
        None => usual_mains(member).to_vec(),
    }
}

fn usual_mains(member: &Member) -> [FilePath; 3] {
    let name = &member.name;
    [
        file(member, "src/main.rs"),
        file(member, &format!("src/bin/{name}.rs")),
        file(member, &format!("src/bin/{name}/main.rs")),
    ]
}

/// `path` of the one `[[bin]]`, or of the one that `cargo run` takes of several.
fn named_main(member: &Member, manifest: &str) -> Option<FilePath> {
    let manifest: DocumentMut = manifest.parse().ok()?;
    let text = |item: &toml_edit::Item| item.as_str().map(str::to_owned);
    let default = manifest
        .get("package")
        .and_then(|package| package.get("default-run"))
        .and_then(text)
        .unwrap_or_else(|| member.name.clone());
    let bins: Vec<_> = manifest.get("bin")?.as_array_of_tables()?.iter().collect();
    let bin = match &bins[..] {
        [one] => one,
        several => several
            .iter()
            .find(|bin| bin.get("name").and_then(text).as_ref() == Some(&default))?,
    };
    let path = bin.get("path").and_then(text)?.replace('\\', "/");
    let path = path.trim_start_matches("./");
    // A `main` outside of the package is for a person.
    let is_within = !path.starts_with('/') && path.split('/').all(|part| part != "..");
    is_within.then(|| file(member, path))
}

/// A file of a package.
pub(super) fn file(member: &Member, name: &str) -> FilePath {
    match member.path.as_str() {
        "" => FilePath::new(name),
        folder => FilePath::new(format!("{folder}/{name}")),
    }
}

/// The member that the alias runs, else one of that name or in such a folder, else what the alias runs.
pub(super) fn existing(workspace: &Workspace) -> Option<Existing<'_>> {
    let alias = alias(workspace);
    let words = alias.as_ref().map_or(&[][..], |alias| &alias.words);
    let members = &workspace.members;
    let named =
        |member: &&Member| member.name == XTASK || member.path.rsplit('/').next() == Some(XTASK);
    let run = |member: &&Member| {
        let mut pairs = words.iter().zip(words.iter().skip(1));
        let split = pairs.any(|(option, value)| is_package(option) && *value == member.name);
        let glued = words.iter().any(|word| {
            word.strip_prefix("--package=").or(word.strip_prefix("-p")) == Some(&member.name)
        });
        split || glued
    };
    members
        .iter()
        .find(run)
        .or_else(|| members.iter().find(named))
        .map(Existing::Member)
        .or(alias.map(Existing::Alias))
}

fn is_package(option: &str) -> bool {
    option == "--package" || option == "-p"
}

/// `alias.xtask` as Cargo takes it: of the nearest config that has one.
pub(super) fn alias(workspace: &Workspace) -> Option<Alias> {
    std::iter::once(config_there(workspace))
        .chain(workspace.included.iter().rev().cloned())
        .chain(workspace.parents.iter().cloned())
        .find_map(|file| alias_in(workspace, file))
}

fn alias_in(workspace: &Workspace, file: FilePath) -> Option<Alias> {
    let text = workspace.files.get(&file)?;
    let leaf = parse(text).ok()?.leaf(&KeyPath::new(["alias", XTASK]))?;
    let (words, is_text) = match leaf.value? {
        Value::Array(words) => (words, false),
        Value::Str(words) => (words.split_whitespace().map(str::to_owned).collect(), true),
        _ => return None,
    };
    Some(Alias {
        file,
        words,
        is_text,
    })
}
