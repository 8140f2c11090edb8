//! The way out: plain files that say what they said, without what only this tool needs.
//!
//! What Cargo and nextest read by themselves stays. The policy goes, this machine's layer with what leads to it, and the
//! xtask where it does nothing but start this tool. What was in force by an environment's file stays in force: with
//! environments the `include` stays too, since a CI job that copies its file would lose it without a word.

mod mount;
mod notes;
mod traces;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, FilePath};
use crate::facts::Workspace;
use crate::layout::{environment_path, machine_path, portable_path};
use crate::local::LOCAL_POLICY;
use crate::machine::{self, Freshness, Wants};
use crate::plan::{FileChange, header};
use crate::policy::Policy;
use crate::settings::Settings;
use crate::touched::Touched;

pub use notes::{drift, not_in_git};
pub use traces::HAKARI;

/// The package that an xtask depends on to mount this tool. A manifest without this name in it mounts nothing.
pub const LIBRARY: &str = "build-profiles-xtask";

/// What is looked at besides the workspace.
#[derive(Clone, Debug, Default)]
pub struct Belongings {
    /// The policy's text.
    pub policy: String,
    /// `build-profiles.local.toml`.
    pub local: Option<String>,
    /// The machine's own layer.
    pub machine: Option<String>,
    /// Those of [`HAKARI`] that are there.
    pub hakari: BTreeMap<FilePath, String>,
    /// The members, with what stands in the folders of those that name [`LIBRARY`].
    pub packages: Vec<Package>,
    /// CI workflows, containers and the like.
    pub elsewhere: Vec<(FilePath, String)>,
}

/// A member with what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the workspace root; empty for a root package.
    pub folder: String,
    /// Its manifest.
    pub manifest: String,
    /// Every other file in its folder, if it names [`LIBRARY`]; with its text, if it is Rust.
    pub files: BTreeMap<FilePath, Option<String>>,
}

impl Belongings {
    /// The files that findings may point into.
    pub fn texts(&self) -> Vec<(FilePath, &str)> {
        let manifests = self.packages.iter();
        let manifests = manifests.map(|one| (one.manifest_path(), one.manifest.as_str()));
        let sources = self.packages.iter().flat_map(|one| &one.files);
        let sources = sources.filter_map(|(file, text)| Some((file.clone(), text.as_deref()?)));
        let elsewhere = self.elsewhere.iter();
        let elsewhere = elsewhere.map(|(file, text)| (file.clone(), text.as_str()));
        manifests.chain(sources).chain(elsewhere).collect()
    }
}

impl Package {
    /// Where its manifest stands.
    pub fn manifest_path(&self) -> FilePath {
        self.file("Cargo.toml")
    }

    fn main_path(&self) -> FilePath {
        self.file("src/main.rs")
    }

    fn file(&self, name: &str) -> FilePath {
        match self.folder.as_str() {
            "" => FilePath::new(name),
            folder => FilePath::new(format!("{folder}/{name}")),
        }
    }
}

/// What is to be done, and what there is to say about it.
#[derive(Clone, Debug, Default)]
pub struct Ejection {
    /// The files that change, in an order in which Cargo can read the workspace after each; a package goes last.
    pub changes: Vec<FileChange>,
    /// What ends, what stays and why, and what is left to do by hand. Nothing is to be written while one of them denies it.
    pub diagnostics: Vec<Diagnostic>,
    /// Files that people wrote and that go: they should be in git.
    pub handwritten: Vec<FilePath>,
    /// Whether a package goes that a glob of `members` takes in: Cargo reads the workspace again once its folder is gone.
    pub by_glob: bool,
}

/// Decides what goes and what stays.
pub fn eject(
    policy_file: &FilePath,
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    belongings: &Belongings,
) -> Ejection {
    let mut draft = Touched::new(workspace);
    let mut ejection = Ejection::default();
    draft.know(policy_file, Some(&belongings.policy));
    draft.remove(policy_file);
    ejection.handwritten.push(policy_file.clone());
    let local = FilePath::new(LOCAL_POLICY);
    draft.know(&local, belongings.local.as_ref());
    draft.remove(&local);

    let machine = machine_path(policy);
    draft.know(&machine, belongings.machine.as_ref());
    let is_foreign = belongings
        .machine
        .as_deref()
        .is_some_and(|text| machine::is_current(text, &Wants::default()) == Freshness::Foreign);
    if !is_foreign {
        draft.remove(&machine);
    }
    let include_stays = is_foreign || !settings.environments.is_empty();
    traces::ignore_lines(policy, include_stays, &mut draft);
    if !include_stays {
        traces::include(policy, &mut draft);
    }
    headers(policy, settings, include_stays, &mut draft);

    let (gone, aliases) = mount::packages(policy, belongings, &mut draft, &mut ejection);
    notes::machine(
        policy_file,
        policy,
        belongings,
        is_foreign,
        include_stays,
        &mut draft,
    );
    notes::environments(policy, settings, &mut draft);
    if is_foreign && settings.environments.is_empty() {
        notes::foreign_machine(&machine, &mut draft);
    }
    notes::lock_file(&gone, &mut draft);
    notes::elsewhere(belongings, &aliases, &mut draft);

    let (changes, diagnostics) = draft.finish();
    ejection.changes = changes;
    let goes_last = |change: &FileChange| {
        let files = |package: &&Package| [package.manifest_path(), package.main_path()];
        gone.iter().flat_map(files).any(|file| file == change.path)
    };
    ejection
        .changes
        .sort_by_key(|change| (goes_last(change), change.path.clone()));
    ejection.diagnostics = diagnostics;
    ejection
}

/// Takes out of the generated files what says that this tool writes them. What says that an environment's file is to be
/// copied stays as long as the copy is read.
fn headers(policy: &Policy, settings: &Settings, include_stays: bool, draft: &mut Touched<'_>) {
    let names = settings.environments.keys();
    let by_name = !settings.includes_machine;
    let environments = names.map(|name| (environment_path(policy, name), by_name));
    let portable = (portable_path(policy), !include_stays);
    for (file, whole) in environments.chain([portable]) {
        let header = header(policy, &file);
        let Some(text) = draft.text(&file) else {
            continue;
        };
        let mut rest = text;
        let mut cut = 0;
        for line in header.lines().filter(|line| line.starts_with('#')) {
            let Some(after) = after_line(rest, line) else {
                break;
            };
            rest = after;
            cut += 1;
            if !whole {
                break;
            }
        }
        if cut == 0 {
            continue;
        }
        // The blank line below a header that goes whole.
        let rest = match whole {
            true => after_line(rest, "").unwrap_or(rest),
            false => rest,
        };
        let rest = rest.to_owned();
        draft.replace(&file, rest);
    }
}

/// What stands behind the first line, if that is this one.
fn after_line<'t>(text: &'t str, line: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(line)?;
    rest.strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))
}

#[cfg(test)]
mod tests;
