//! Which files change, before and after, and what in them is not as the policy says.

mod compare;
pub(crate) mod ignore;
mod include;
pub(crate) mod nextest;
mod own;
mod undeclared;

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath};
use crate::edit::Edit;
use crate::facts::Workspace;
use crate::layout::{
    config_path, environment_path, machine_path, manifest_path, nextest_path, portable_path,
};
use crate::policy::Policy;
use crate::settings::{Layer, Origin, Settings};
use crate::value::{KeyPath, Value};

pub use compare::same_value;
pub(crate) use compare::trailing_comment;
pub use include::{Include, includes};
pub use own::configures_cargo;
pub(crate) use own::{owned, unmanaged};

/// One file of a plan. What is shown is what is written, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: FilePath,
    /// Its text on disk when the plan was made; `None`: it is not there.
    pub before: Option<String>,
    /// Its text afterwards; `None`: it is removed.
    pub after: Option<String>,
}

/// What is to be done so that the files say what the policy says.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The files that change, sorted by path. Not to be written while a finding denies it.
    pub changes: Vec<FileChange>,
    /// Key by key, what is not as the policy says.
    pub drift: Vec<Drift>,
    /// What stands in the files, is the policy's to own, and is not in it.
    pub undeclared: Vec<Undeclared>,
    /// Findings about the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// One key that is not as the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The file.
    pub file: FilePath,
    /// What drifts.
    pub kind: DriftKind,
    /// The key: `profile.dev.debug`; for a line of an ignore file, the line.
    pub key: String,
    /// What stands there, with its place in the file.
    pub present: Option<(String, Range<usize>)>,
    /// What the policy wants; `None`: that it goes.
    pub wanted: Option<String>,
    /// Where the policy says so.
    pub origin: Option<Origin>,
    /// Whether a change of `Cargo.lock` alone brought it.
    pub by_lock: bool,
}

/// How a key differs from the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftKind {
    /// Declared and not there.
    Missing,
    /// Declared, and another value is there.
    Different,
    /// Declared, but it stands in a file that is not its home.
    Misplaced,
    /// An override that a set asked for while its package was there.
    Stale,
    /// There and not declared; `--prune` deletes it.
    Undeclared,
}

/// A key that the policy could own and does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// The file.
    pub file: FilePath,
    /// The key.
    pub path: KeyPath,
    /// Its value, if it is of a kind that a policy can hold.
    pub value: Option<Value>,
    /// Its place in the file, key and value.
    pub span: Range<usize>,
    /// The comment above it.
    pub comment: Option<String>,
}

/// What becomes of what is undeclared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUndeclared {
    /// It is refused, with three ways out; nothing is written.
    Refuse,
    /// It is deleted.
    Prune,
}

/// Compares what the files say with what the policy says, and makes of the difference the texts that would be written.
pub fn plan(
    policy_file: &FilePath,
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    on_undeclared: OnUndeclared,
) -> Plan {
    let mut plan = Plan::default();
    compare::config_files(policy, settings, workspace, &mut plan);
    if !plan.diagnostics.is_empty() {
        return plan;
    }
    let mut edits: Vec<(FilePath, Vec<Edit>)> = Vec::new();
    let against = compare::Against {
        policy,
        settings,
        workspace,
        on_undeclared,
    };
    for document in documents(policy, settings, workspace) {
        let found = compare::document(&against, &document, &mut plan);
        edits.push((document.path, found));
    }
    if !settings.nextest.is_empty() {
        let found = nextest::compare(settings, workspace, &mut plan);
        edits.push((nextest_path(), found));
    }
    compare::read_only_files(policy_file, policy, settings, workspace, &mut plan);
    undeclared::report(policy, workspace, on_undeclared, &mut plan);
    for (file, edits) in edits {
        write(policy, settings, workspace, &file, &edits, &mut plan);
    }
    ignore::lines(policy, settings, workspace, &mut plan);
    plan.changes.sort_by(|one, other| one.path.cmp(&other.path));
    plan
}

/// A TOML file of the plan, with what it should say.
struct Document<'a> {
    path: FilePath,
    wanted: &'a Layer,
    kind: DocumentKind,
}

/// Which of our files it is; decides what in it is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    Manifest,
    Config,
    /// Written by us and by nobody else.
    Generated,
}

static NOTHING: Layer = Layer::new();

fn documents<'a>(
    policy: &Policy,
    settings: &'a Settings,
    workspace: &Workspace,
) -> Vec<Document<'a>> {
    let mut documents = vec![
        Document {
            path: manifest_path(),
            wanted: &settings.manifest,
            kind: DocumentKind::Manifest,
        },
        Document {
            path: config_path(policy),
            wanted: &settings.config,
            kind: DocumentKind::Config,
        },
        Document {
            path: portable_path(policy),
            wanted: &settings.portable,
            kind: DocumentKind::Generated,
        },
    ];
    for (name, layer) in &settings.environments {
        let path = environment_path(policy, name);
        documents.push(Document {
            path,
            wanted: layer,
            kind: DocumentKind::Generated,
        });
    }
    // A file of an environment that the policy no longer has.
    let folder = config_path(policy).sibling("env");
    for path in workspace
        .files
        .keys()
        .filter(|path| path.parent() == folder.as_str())
    {
        if documents.iter().all(|document| document.path != *path) {
            documents.push(Document {
                path: path.clone(),
                wanted: &NOTHING,
                kind: DocumentKind::Generated,
            });
        }
    }
    documents
}

fn write(
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    file: &FilePath,
    edits: &[Edit],
    plan: &mut Plan,
) {
    let before = workspace.files.get(file);
    let mut text = before.cloned().unwrap_or_default();
    if before.is_none() && !edits.is_empty() {
        text = header(policy, file);
    }
    match crate::edit::apply(&text, edits) {
        Ok(edited) => text = edited,
        Err(refusal) => {
            let mut finding = Diagnostic::new(
                crate::diagnostic::Level::Deny,
                "cannot_edit",
                format!(
                    "`{}` of `{file}` can't be edited without damage",
                    refusal.path
                ),
            )
            .with_note(refusal.reason)
            .with_help("make this change by hand; `configure` finds nothing to do afterwards");
            if let Some(span) = refusal.span {
                finding = finding.with_label(file, span, "here");
            }
            plan.diagnostics.push(finding);
            return;
        }
    }
    if *file == config_path(policy) && settings.includes_machine {
        include::ensure(policy, settings, file, &mut text, plan);
    } else if *file == config_path(policy) {
        include::withdraw(policy, file, &mut text, plan);
    }
    let emptied = !edits.is_empty()
        && text
            .lines()
            .all(|line| line.trim().is_empty() || line.starts_with('#'));
    let shared = [manifest_path(), config_path(policy), nextest_path()];
    let generated = !shared.contains(file);
    let after = if generated && emptied {
        None
    } else {
        Some(text)
    };
    if before != after.as_ref()
        && !(before.is_none() && after.as_deref().is_some_and(str::is_empty))
    {
        plan.changes.push(FileChange {
            path: file.clone(),
            before: before.cloned(),
            after,
        });
    }
}

/// The first lines of a file that is written from nothing.
pub(crate) fn header(policy: &Policy, file: &FilePath) -> String {
    let folder = config_path(policy).sibling("env");
    if *file == portable_path(policy) {
        "# Written by `cargo xtask configure` from build-profiles.toml; change it there.\n\
         # Values that hold on every machine and that a machine or an environment may override.\n\n"
            .to_owned()
    } else if file.parent() == folder.as_str() {
        let name = file
            .as_str()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".toml");
        format!(
            "# Written by `cargo xtask configure` from [environment.{name}] of build-profiles.toml; change it there.\n\
             # A machine of this kind copies it: cp {file} {}\n\n",
            machine_path(policy)
        )
    } else {
        String::new()
    }
}
