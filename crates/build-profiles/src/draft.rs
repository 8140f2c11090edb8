//! The policy that a workspace has already, written down: what `init` makes of manifest and config.
//!
//! It says what is there in the shortest form that says exactly that: held against the files it was made from, nothing
//! in them would change. What a policy can't say goes to `[unmanaged]`, with the reason.

mod floor;
mod line;
mod page;
mod portable;
mod sets;

use std::collections::BTreeMap;

use semver::Version;

use crate::adopt::{Adopted, first_guess, tried, until_it_holds};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::parse;
use crate::facts::Workspace;
use crate::layout::{config_path, config_there, manifest_path};
use crate::lint::Lint;
use crate::plan::{OnUndeclared, Undeclared, configures_cargo, plan, trailing_comment};
use crate::policy;
use crate::policy::Policy;
use crate::settings::settle;
use crate::value::KeyPath;

use line::Line;
use page::Page;
use sets::Sets;

/// Files beside the root manifest that say something of the workspace and are no business of a plan.
pub const BESIDE: &[&str] = &[
    "dist-workspace.toml",
    "dist.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// What a draft is made of, beside the workspace itself.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The policy's file, which is not there yet.
    pub file: &'a FilePath,
    /// Those of [`BESIDE`] that are there.
    pub beside: &'a BTreeMap<FilePath, String>,
    /// The Cargo that runs.
    pub cargo: &'a Version,
    /// Lints that deny something here already, and how often: a check would fail because of them.
    pub denied: &'a [(&'static Lint, usize)],
    /// What else is to be left alone, with the reason: a profile that is about to be made.
    pub unmanaged: &'a [(KeyPath, String)],
}

/// A policy's text, and what there is to say of it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// What is left alone, and what is right on some machines alone.
    pub notes: Vec<Diagnostic>,
}

/// Codes of findings that a draft is the answer to.
const ANSWERED: &[&str] = &["undeclared", "env_configures_nothing"];

/// Writes the policy down, or says why there can be none: what has to be mended first.
pub fn draft(ask: &Ask<'_>, workspace: &Workspace) -> Result<Draft, Vec<Diagnostic>> {
    let found = found(ask, workspace)?;
    let mut entries: Vec<(KeyPath, Adopted)> = Vec::new();
    for one in &found.undeclared {
        if entries.iter().all(|(path, _)| *path != one.path) {
            let guess = guess(ask, workspace, one, &found.undeclared);
            entries.push((one.path.clone(), guess));
        }
    }
    let floor = floor::floor(ask, workspace, &entries);
    let check = |text: &str| still_wrong(ask.file, text, workspace);
    let page = |entries: &[(KeyPath, Adopted)], sets: &Sets| {
        Page {
            floor: &floor,
            lines: lines(&found, entries),
            tables: &found.tables,
            sets,
            left_alone: left_alone(entries, ask.unmanaged),
            denied: ask.denied,
            config: config(workspace),
            files: files_of(&found.undeclared),
        }
        .text()
    };
    let none = Sets::default();
    let plain = until_it_holds(&mut entries, &|entries| Ok(page(entries, &none)), &check)?;
    let sets = sets::of(&lines(&found, &entries), &found.tables, workspace);
    let text = sets
        .fewer_and_fewer()
        .map(|sets| page(&entries, &sets))
        .find(|short| check(short).is_empty())
        .unwrap_or(plain);
    let mut notes = portable::notes(workspace, &found.undeclared, &entries);
    notes.extend(not_taken(workspace, &found.undeclared));
    Ok(Draft { text, notes })
}

/// Everything in the files that a policy could own.
struct Found {
    undeclared: Vec<Undeclared>,
    /// Each value, as the first file that has it spells it.
    spelled: BTreeMap<KeyPath, String>,
    /// What the comments behind values explain.
    behind: BTreeMap<KeyPath, String>,
    /// What the comments above tables explain.
    tables: BTreeMap<KeyPath, String>,
}

fn found(ask: &Ask<'_>, workspace: &Workspace) -> Result<Found, Vec<Diagnostic>> {
    let config =
        config(workspace).map_or_else(String::new, |config| format!("config = \"{config}\"\n"));
    let text = format!("schema = 1\nstrict = true\n{config}");
    let (policy, mut findings) = policy::parse(ask.file, &text);
    let policy = policy.unwrap_or_default();
    let (settings, more) = settle(ask.file, &policy, workspace);
    let plan = plan(
        ask.file,
        &policy,
        &settings,
        workspace,
        OnUndeclared::Refuse,
    );
    findings.extend(more);
    findings.extend(plan.diagnostics);
    findings.retain(|finding| finding.level >= Level::Deny && !ANSWERED.contains(&finding.code));
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut undeclared = plan.undeclared;
    undeclared.retain(|one| !is_out_of_reach(workspace, &one.file));
    let mut found = Found {
        undeclared,
        spelled: BTreeMap::new(),
        behind: BTreeMap::new(),
        tables: BTreeMap::new(),
    };
    for file in files_of(&found.undeclared) {
        let Some((text, Ok(source))) = workspace.files.get(&file).map(|text| (text, parse(text)))
        else {
            continue;
        };
        for leaf in source.leaves() {
            let spelled = text[leaf.span.clone()].replace("\r\n", "\n");
            found.spelled.entry(leaf.path.clone()).or_insert(spelled);
            if let Some(comment) = trailing_comment(text, leaf.span.end)
                && let Some(comment) = page::explains(&comment)
            {
                found.behind.entry(leaf.path.clone()).or_insert(comment);
            }
            for len in 1..leaf.path.segments().len() {
                let table = KeyPath::new(leaf.path.segments()[..len].iter().cloned());
                let above = || {
                    source
                        .comment_above(&table)
                        .as_deref()
                        .and_then(page::explains)
                };
                if !found.tables.contains_key(&table)
                    && let Some(comment) = above()
                {
                    found.tables.insert(table, comment);
                }
            }
        }
    }
    Ok(found)
}

/// The config file, where the policy has to name it.
fn config(workspace: &Workspace) -> Option<FilePath> {
    let there = config_there(workspace);
    (there != config_path(&Policy::default())).then_some(there)
}

/// Whether a policy that names what stands there could never reach anybody.
fn is_out_of_reach(workspace: &Workspace, file: &FilePath) -> bool {
    workspace.config_ignored && *file != manifest_path()
}

/// What is said of files that were left out as a whole.
fn not_taken(workspace: &Workspace, found: &[Undeclared]) -> Vec<Diagnostic> {
    let config = config_path(&Policy::default());
    let ignored = workspace.config_ignored && workspace.files.contains_key(&config);
    let mut notes = Vec::new();
    if ignored {
        notes.push(
            Diagnostic::new(
                Level::Note,
                "config_not_taken",
                format!("git ignores `{config}`, so what it says is not in the policy"),
            )
            .with_note("what stands there holds on this machine alone"),
        );
    }
    for file in &workspace.parents {
        if !found.iter().any(|one| one.file == *file) {
            notes.push(
                Diagnostic::new(
                    Level::Note,
                    "config_not_taken",
                    format!("`{file}` holds here too, and is not in the policy"),
                )
                .with_note("Cargo merges config files of all folders above; other workspaces may build with it")
                .with_help(format!("to let the policy write there in place of `{config}`: `config = \"{file}\"`")),
            );
        }
    }
    notes
}

/// What is probably right for a key, before anything was tried.
fn guess(ask: &Ask<'_>, workspace: &Workspace, one: &Undeclared, all: &[Undeclared]) -> Adopted {
    match one.path.parts()[..] {
        ["env", name, ..] if configures_cargo(name) => Adopted::Unmanaged(
            "without effect where it stands: Cargo never reads it from `[env]`; see `cargo xtask lint`".to_owned(),
        ),
        ["profile", "dist", ..] if has_dist(ask, workspace) => {
            Adopted::Unmanaged("owned by dist".to_owned())
        }
        _ => first_guess(one, all, false),
    }
}

/// Whether the workspace is released by dist, which makes a profile of its own and never looks at it again.
fn has_dist(ask: &Ask<'_>, workspace: &Workspace) -> bool {
    let of_its_own = ["dist-workspace.toml", "dist.toml"]
        .iter()
        .any(|file| ask.beside.contains_key(&FilePath::new(*file)));
    let dist = KeyPath::new(["workspace", "metadata", "dist"]);
    let in_manifest = || {
        let text = workspace.files.get(&manifest_path())?;
        parse(text).ok()?.table_span(&dist)
    };
    of_its_own || in_manifest().is_some()
}

/// The entries that the policy says, each as it is spelled in its file.
fn lines(found: &Found, entries: &[(KeyPath, Adopted)]) -> Vec<Line> {
    let line = |(path, adopted): &(KeyPath, Adopted)| match adopted {
        Adopted::Declared(value, comment) => Some(Line {
            path: path.clone(),
            value: value.clone(),
            spelled: found
                .spelled
                .get(path)
                .cloned()
                .unwrap_or_else(|| value.to_string()),
            comment: both(
                comment.as_deref().and_then(page::explains),
                found.behind.get(path),
            ),
        }),
        Adopted::Unmanaged(_) => None,
    };
    entries.iter().filter_map(line).collect()
}

/// The comment above a value and the one behind it.
fn both(above: Option<String>, behind: Option<&String>) -> Option<String> {
    match (above, behind) {
        (Some(above), Some(behind)) if above != *behind => Some(format!("{above}\n{behind}")),
        (above, behind) => above.or_else(|| behind.cloned()),
    }
}

/// What is left alone: a whole table where all of it is, for one reason.
fn left_alone(
    entries: &[(KeyPath, Adopted)],
    more: &[(KeyPath, String)],
) -> Vec<(KeyPath, String)> {
    let mut left: Vec<(KeyPath, String)> = Vec::new();
    for (path, adopted) in entries {
        let Adopted::Unmanaged(reason) = adopted else {
            continue;
        };
        let whole = (2..path.segments().len())
            .map(|len| KeyPath::new(path.segments()[..len].iter().cloned()))
            .find(|table| {
                entries
                    .iter()
                    .filter(|(path, _)| path.starts_with(table))
                    .all(|(_, other)| matches!(other, Adopted::Unmanaged(other) if other == reason))
            });
        let path = whole.unwrap_or_else(|| path.clone());
        if left.iter().all(|(other, _)| *other != path) {
            left.push((path, reason.clone()));
        }
    }
    left.extend(more.iter().cloned());
    left
}

fn files_of(found: &[Undeclared]) -> Vec<FilePath> {
    let mut files: Vec<FilePath> = Vec::new();
    for one in found {
        if !files.contains(&one.file) {
            files.push(one.file.clone());
        }
    }
    files
}

/// What a policy of this text is refused for, and what it would change in the files.
fn still_wrong(file: &FilePath, text: &str, workspace: &Workspace) -> Vec<Diagnostic> {
    let (mut wrong, plan) = tried(file, text, workspace);
    for drift in &plan.drift {
        let finding = Diagnostic::new(
            Level::Deny,
            "cannot_adopt",
            format!(
                "a policy that says so would change `{}` of `{}`",
                drift.key, drift.file
            ),
        );
        let at = drift.origin.as_ref().map(|origin| origin.span.clone());
        wrong.push(match at {
            Some(span) => finding.with_label(file, span, "because of this"),
            None => finding,
        });
    }
    if wrong.is_empty() && !plan.changes.is_empty() {
        let files: Vec<String> = plan
            .changes
            .iter()
            .map(|change| format!("`{}`", change.path))
            .collect();
        wrong.push(Diagnostic::new(
            Level::Deny,
            "cannot_adopt",
            format!(
                "no policy says what stands in {} without a change there",
                files.join(", ")
            ),
        ));
    }
    wrong
}
