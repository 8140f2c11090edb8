//! Holds the files against the settings, key by key.

use std::collections::{BTreeMap, BTreeSet};

use super::own::{names_profile, owned, unmanaged};
use super::{Document, DocumentKind, Drift, DriftKind, OnUndeclared, Plan, Undeclared};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::{Edit, Leaf, parse};
use crate::effective::KEYS;
use crate::facts::Workspace;
use crate::key::{Home, key};
use crate::policy::Policy;
use crate::settings::{Setting, Settings, Via, stale_override};
use crate::value::{KeyPath, Value};

/// Findings about the files as files: they do not parse, or Cargo would not read what we write.
pub(super) fn config_files(
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    plan: &mut Plan,
) {
    let config = crate::layout::config_path(policy);
    for (file, text) in &workspace.files {
        let is_read = match *file == crate::layout::nextest_path() {
            true => !settings.nextest.is_empty(),
            false => file.as_str().ends_with(".toml") || *file == config,
        };
        if !is_read {
            continue;
        }
        if let Err(error) = parse(text) {
            plan.diagnostics.push(
                Diagnostic::error("invalid_toml", format!("`{file}` is not valid TOML"))
                    .with_label(file, error.span, error.message)
                    .with_note("a file that does not parse is never touched")
                    .with_help("mend it and run again"),
            );
        }
    }
    let legacy = config.sibling("config");
    if config != legacy && workspace.files.contains_key(&legacy) {
        let finding = Diagnostic::error(
            "legacy_config",
            format!("`{legacy}` stands in the way of `{config}`"),
        );
        plan.diagnostics.push(if workspace.files.contains_key(&config) {
            finding
                .with_note(format!("where both exist Cargo reads `{legacy}` and ignores `{config}`"))
                .with_help(format!("move what it says into `{config}` and delete it"))
        } else {
            finding
                .with_note(format!("Cargo reads it, calls it deprecated, and would ignore a new `{config}` beside it"))
                .with_help(format!("rename it: git mv {legacy} {config}"))
        });
    }
    let says_something = !settings.config.is_empty() || settings.includes_machine;
    if workspace.config_ignored && says_something {
        plan.diagnostics.push(
            Diagnostic::error("config_is_ignored", format!("git ignores `{config}`"))
                .with_note("what is written there would reach nobody else")
                .with_help("take it out of `.gitignore` and commit it; what is for one machine alone belongs into `.cargo/machine.toml`"),
        );
    }
}

/// What a document is held against.
pub(super) struct Against<'a> {
    pub(super) policy: &'a Policy,
    pub(super) settings: &'a Settings,
    pub(super) workspace: &'a Workspace,
    pub(super) on_undeclared: OnUndeclared,
}

/// Compares one document; gives the edits that would make it say what the policy says.
pub(super) fn document(
    against: &Against<'_>,
    document: &Document<'_>,
    plan: &mut Plan,
) -> Vec<Edit> {
    let text = against
        .workspace
        .files
        .get(&document.path)
        .map_or("", String::as_str);
    let Ok(source) = parse(text) else {
        return Vec::new();
    }; // Reported by `config_files`.
    let mut edits = Vec::new();
    let mut seen = BTreeSet::new();
    for leaf in source.leaves() {
        if let Some(setting) = document.wanted.get(&leaf.path) {
            seen.insert(leaf.path.clone());
            if !leaf
                .value
                .as_ref()
                .is_some_and(|value| same_value(&leaf.path, value, &setting.value))
            {
                plan.drift.push(differs(document, text, &leaf, setting));
                edits.push(Edit::Set {
                    path: leaf.path.clone(),
                    value: setting.value.clone(),
                    comment: None,
                });
            }
        } else if document.kind != DocumentKind::Generated && unmanaged(against.policy, &leaf.path)
        {
            // Seen, named, left alone.
        } else if owned(against.policy, document.kind, &leaf.path) {
            if let Some(found) = credential(&document.path, &leaf) {
                plan.diagnostics.push(found);
                continue;
            }
            let removed = surplus(against, document, text, &leaf, plan);
            edits.extend(removed.then(|| Edit::Remove {
                path: leaf.path.clone(),
            }));
        }
    }
    let mut missing: Vec<_> = document
        .wanted
        .iter()
        .filter(|(path, _)| !seen.contains(*path))
        .collect();
    let tables = tables(document);
    missing.sort_by_cached_key(|(path, _)| reading_order(&tables, path));
    for (path, setting) in missing {
        if document.kind == DocumentKind::Config
            && stands_in_included(against.workspace, path, setting)
        {
            continue;
        }
        plan.drift.push(Drift {
            file: document.path.clone(),
            kind: DriftKind::Missing,
            key: path.to_string(),
            present: None,
            wanted: Some(setting.value.to_string()),
            origin: Some(setting.origin.clone()),
            by_lock: setting.origin.by_lock,
        });
        edits.push(Edit::Set {
            path: path.clone(),
            value: setting.value.clone(),
            comment: None,
        });
    }
    edits
}

/// A credential of the cache in a file: it is neither taken over nor shown, so a person has to take it out.
fn credential(file: &FilePath, leaf: &Leaf) -> Option<Diagnostic> {
    let ["env", name, ..] = leaf.path.parts()[..] else {
        return None;
    };
    let in_url = match &leaf.value {
        Some(Value::Str(text)) => crate::secret::in_url(text).is_some(),
        _ => false,
    };
    let named = crate::policy::storage::is_credential(name);
    (named || in_url).then(|| {
        Diagnostic::new(
            Level::Deny,
            "credential_in_config",
            format!("`{}` of `{file}` holds a credential", leaf.path),
        )
        .with_label(file, leaf.key_span.clone(), "whoever reads the repository has it")
        .with_note("it is left as it is: whatever is taken over or deleted is also shown")
        .with_help("take it out by hand, export it where the build runs, and change it if it was ever pushed")
    })
}

/// New keys stand as a person would write them: tables in the order of the policy, a profile's own keys before its
/// overrides, and keys in the order of the Cargo book.
fn reading_order(tables: &Tables<'_>, path: &KeyPath) -> (First, usize, String, usize) {
    let parts = path.parts();
    let first = tables.get(table(path)).copied().unwrap_or_default();
    let (name, home) = parts
        .split_last()
        .map_or(("", String::new()), |(name, home)| (*name, home.join(".")));
    let of_profile = || KEYS.iter().position(|key| *key == name);
    let rank = match name {
        "inherits" => 0,
        _ => 1 + of_profile().unwrap_or(KEYS.len()),
    };
    (first, parts.len(), home, rank)
}

/// Where the policy first says something of each table: `[profile.dev]`, `[build]`.
type Tables<'a> = BTreeMap<&'a [String], First>;

/// Where that is, and where the element of a set stands by which it says so: one entry may be for many tables.
type First = (usize, usize);

fn tables<'a>(document: &Document<'a>) -> Tables<'a> {
    let mut tables = Tables::new();
    for (path, setting) in document.wanted {
        let element = match &setting.origin.via {
            Via::Element { at, .. } => at.start,
            _ => 0,
        };
        let start = (setting.origin.span.start, element);
        let first = tables.entry(table(path)).or_insert(start);
        *first = start.min(*first);
    }
    tables
}

fn table(path: &KeyPath) -> &[String] {
    let segments = path.segments();
    &segments[..segments.len().min(2)]
}

fn differs(document: &Document<'_>, text: &str, leaf: &Leaf, setting: &Setting) -> Drift {
    Drift {
        file: document.path.clone(),
        kind: DriftKind::Different,
        key: leaf.path.to_string(),
        present: Some((
            text[leaf.span.clone()].to_owned(),
            leaf.key_span.start..leaf.span.end,
        )),
        wanted: Some(setting.value.to_string()),
        origin: Some(setting.origin.clone()),
        by_lock: false,
    }
}

/// An owned key that this document should not have; says whether it is to be removed.
fn surplus(
    against: &Against<'_>,
    document: &Document<'_>,
    text: &str,
    leaf: &Leaf,
    plan: &mut Plan,
) -> bool {
    let Against {
        policy,
        settings,
        workspace,
        on_undeclared,
    } = *against;
    let elsewhere = [&settings.manifest, &settings.config, &settings.portable]
        .into_iter()
        .find_map(|layer| layer.get(&leaf.path))
        .or_else(|| moved_flags(settings, &leaf.path));
    let stale = stale_override(policy, settings, workspace, &leaf.path, leaf.value.as_ref());
    let kind = match (elsewhere, stale) {
        (Some(_), _)
            if document.kind != DocumentKind::Generated || is_portable(policy, document) =>
        {
            DriftKind::Misplaced
        }
        (_, Some(_)) if document.kind == DocumentKind::Manifest => DriftKind::Stale,
        _ => DriftKind::Undeclared,
    };
    if kind == DriftKind::Undeclared {
        plan.undeclared.push(Undeclared {
            file: document.path.clone(),
            path: leaf.path.clone(),
            value: leaf.value.clone(),
            span: leaf.key_span.start..leaf.span.end,
            comment: leaf
                .comment
                .clone()
                .or_else(|| trailing_comment(text, leaf.span.end)),
        });
        if on_undeclared == OnUndeclared::Refuse {
            return false;
        }
    }
    plan.drift.push(Drift {
        file: document.path.clone(),
        kind,
        key: leaf.path.to_string(),
        present: Some((
            text[leaf.span.clone()].to_owned(),
            leaf.key_span.start..leaf.span.end,
        )),
        wanted: None,
        origin: elsewhere.map(|setting| setting.origin.clone()),
        by_lock: kind == DriftKind::Stale && stale == Some(true),
    });
    true
}

/// The comment behind a value, on its line.
pub(crate) fn trailing_comment(text: &str, end: usize) -> Option<String> {
    let rest = text[end..].lines().next()?.trim();
    rest.strip_prefix('#')
        .map(|comment| comment.trim().to_owned())
}

fn is_portable(policy: &Policy, document: &Document<'_>) -> bool {
    document.path == crate::layout::portable_path(policy)
}

/// `build.rustflags`, where the settings hold its flags under a `cfg(not(...))` instead.
fn moved_flags<'a>(settings: &'a Settings, path: &KeyPath) -> Option<&'a Setting> {
    if path.parts() != ["build", "rustflags"] {
        return None;
    }
    settings
        .config
        .iter()
        .find_map(|(path, setting)| match path.parts()[..] {
            ["target", name, "rustflags"] if settings.moved_flags.as_deref() == Some(name) => {
                Some(setting)
            }
            _ => None,
        })
}

/// Whether two values of a key mean the same to Cargo; the key table knows how.
pub fn same_value(path: &KeyPath, one: &Value, other: &Value) -> bool {
    let parts = path.parts();
    let row = match parts.first() {
        Some(&"test") => super::nextest::row(&parts),
        Some(&"profile") => parts.last().and_then(|name| key(Home::Profile, name)),
        Some(&"target") => parts.last().and_then(|name| key(Home::Target, name)),
        _ => parts.last().and_then(|name| key(Home::Build, name)),
    };
    match row {
        Some(key) => key.same(one, other),
        None => one == other,
    }
}

/// Whether a file that the config includes already says this.
fn stands_in_included(workspace: &Workspace, path: &KeyPath, setting: &Setting) -> bool {
    let values: Vec<Value> = workspace
        .included
        .iter()
        .filter_map(|file| parse(workspace.files.get(file)?).ok()?.leaf(path)?.value)
        .collect();
    matches!(values.as_slice(), [value] if same_value(path, value, &setting.value))
}

/// Files that Cargo merges in and that are not ours to write: included ones, and those of folders above.
pub(super) fn read_only_files(
    policy_file: &FilePath,
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    plan: &mut Plan,
) {
    for file in &workspace.included {
        for leaf in owned_leaves(policy, workspace, file) {
            match settings
                .config
                .get(&leaf.path)
                .or_else(|| settings.manifest.get(&leaf.path))
            {
                Some(setting) if stands_in_included(workspace, &leaf.path, setting) => {}
                Some(setting) => plan.diagnostics.push(
                    Diagnostic::new(
                        Level::Deny,
                        "declared_elsewhere",
                        format!("`{}` is also set in `{file}`", leaf.path),
                    )
                    .with_label(
                        file,
                        leaf.key_span.start..leaf.span.end,
                        "Cargo merges this in through `include`",
                    )
                    .with_label(
                        policy_file,
                        setting.origin.span.clone(),
                        "the policy sets it here",
                    )
                    .with_help("let one of them go"),
                ),
                None => plan.undeclared.push(Undeclared {
                    file: file.clone(),
                    path: leaf.path.clone(),
                    value: leaf.value.clone(),
                    span: leaf.key_span.start..leaf.span.end,
                    comment: leaf.comment.clone(),
                }),
            }
        }
    }
    for file in &workspace.parents {
        for leaf in owned_leaves(policy, workspace, file) {
            plan.diagnostics.push(
                Diagnostic::warning(
                    "also_set_above",
                    format!("`{}` is also set in `{file}`", leaf.path),
                )
                .with_label(
                    file,
                    leaf.key_span.start..leaf.span.end,
                    "Cargo merges this in for every folder below",
                )
                .with_help(format!(
                    "take it out there, or let the policy write that file: `config = \"{file}\"`"
                )),
            );
        }
    }
    unmatched_unmanaged(policy_file, policy, workspace, plan);
    unnamed_profiles(policy, workspace, plan);
}

fn owned_leaves(policy: &Policy, workspace: &Workspace, file: &FilePath) -> Vec<Leaf> {
    let Some(Ok(source)) = workspace.files.get(file).map(|text| parse(text)) else {
        return Vec::new();
    };
    let leaves = source.leaves().into_iter();
    leaves
        .filter(|leaf| {
            owned(policy, DocumentKind::Config, &leaf.path) && !unmanaged(policy, &leaf.path)
        })
        .collect()
}

/// `[unmanaged]` for something that is not there says something untrue.
fn unmatched_unmanaged(
    policy_file: &FilePath,
    policy: &Policy,
    workspace: &Workspace,
    plan: &mut Plan,
) {
    if policy.unmanaged.is_empty() {
        return;
    }
    let files = [
        crate::layout::manifest_path(),
        crate::layout::config_path(policy),
    ];
    let there: Vec<KeyPath> = files
        .iter()
        .chain(&workspace.included)
        .filter_map(|file| parse(workspace.files.get(file)?).ok())
        .flat_map(|source| {
            source
                .leaves()
                .into_iter()
                .map(|leaf| leaf.path)
                .collect::<Vec<_>>()
        })
        .collect();
    for entry in &policy.unmanaged {
        if !there.iter().any(|path| path.starts_with(&entry.path)) {
            plan.diagnostics.push(
                Diagnostic::warning(
                    "unmanaged_is_not_there",
                    format!("`{}` is nowhere in the manifest or the config", entry.path),
                )
                .with_label(policy_file, entry.span.clone(), "left alone, but not there")
                .with_help("remove the entry"),
            );
        }
    }
}

/// Profiles that the policy does not name are left alone, and said so once.
fn unnamed_profiles(policy: &Policy, workspace: &Workspace, plan: &mut Plan) {
    let manifest = crate::layout::manifest_path();
    let Some(Ok(source)) = workspace.files.get(&manifest).map(|text| parse(text)) else {
        return;
    };
    let at = KeyPath::new(["profile"]);
    let unnamed: Vec<_> = source
        .child_names(&at)
        .into_iter()
        .filter(|(name, _)| {
            !names_profile(policy, name) && !policy.strict && !unmanaged(policy, &at.join(name))
        })
        .collect();
    if unnamed.is_empty() {
        return;
    }
    let names: Vec<String> = unnamed
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let mut finding = Diagnostic::new(
        Level::Note,
        "unnamed_profile",
        format!(
            "not in the policy, so left alone: {} {}",
            if names.len() == 1 {
                "profile"
            } else {
                "profiles"
            },
            names.join(", ")
        ),
    )
    .with_help("name it in the policy to own it; `strict = true` refuses what is not named");
    for (_, span) in unnamed {
        finding = finding.with_label(&manifest, span, "");
    }
    plan.diagnostics.push(finding);
}
