//! Takes what stands in the files and not in the policy into the policy, so that afterwards nothing has to change.
//!
//! What a policy cannot say goes to `[unmanaged]` with the reason, and is left alone.

use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::{Edit, Source, apply, parse};
use crate::facts::Workspace;
use crate::plan::{OnUndeclared, Plan, Undeclared, configures_cargo, plan};
use crate::policy;
use crate::policy::storage::key_of;
use crate::settings::{manifest_profiles, settle};
use crate::value::{KeyPath, Value};

/// The policy's text with all of `undeclared` in it, or why that can't be.
pub fn adopt(
    file: &FilePath,
    text: &str,
    workspace: &Workspace,
    undeclared: &[Undeclared],
) -> Result<String, Vec<Diagnostic>> {
    let mut entries: Vec<Entry> = Vec::new();
    let (policy, _) = policy::parse(file, text);
    let has_cache = policy.is_some_and(|policy| policy.base.cache.is_some());
    // A variable that was meant to configure Cargo says nothing that could be taken over: it stays a finding.
    let says_something = |one: &&Undeclared| !matches!(one.path.parts()[..], ["env", name, ..] if configures_cargo(name));
    for one in undeclared.iter().filter(says_something) {
        if entries.iter().all(|(path, _)| *path != one.path) {
            entries.push((one.path.clone(), first_guess(one, undeclared, has_cache)));
        }
    }
    let write = |entries: &[Entry]| write(file, text, entries);
    let check = |text: &str| tried(file, text, workspace).0;
    until_it_holds(&mut entries, &write, &check)
}

/// An undeclared key, and how it comes in.
pub(crate) type Entry = (KeyPath, Adopted);

/// A policy's text, or why it can't be written.
pub(crate) type Written = Result<String, Vec<Diagnostic>>;

/// A policy's text with these entries, written and checked until nothing in it is refused: what a finding points at goes to
/// `[unmanaged]`, with the finding as its reason.
pub(crate) fn until_it_holds(
    entries: &mut [Entry],
    write: &dyn Fn(&[Entry]) -> Written,
    check: &dyn Fn(&str) -> Vec<Diagnostic>,
) -> Written {
    // Each round moves at least one entry to `[unmanaged]`, so this ends.
    loop {
        let text = write(entries)?;
        let findings = check(&text);
        if findings.is_empty() {
            return Ok(text);
        }
        let blamed = blame(&text, entries, &findings);
        if blamed.is_empty() {
            return Err(findings);
        }
        for (index, reason) in blamed {
            entries[index].1 = Adopted::Unmanaged(reason);
        }
    }
}

/// How an undeclared key comes into the policy.
#[derive(Clone, Debug)]
pub(crate) enum Adopted {
    /// As a key of its own, with the comment that stood above it.
    Declared(Value, Option<String>),
    /// Left alone, with this reason.
    Unmanaged(String),
}

/// Where the policy says what stands at this path of the manifest or the config.
fn in_policy(path: &KeyPath) -> KeyPath {
    let key = match path.parts()[..] {
        ["env", name] => key_of(name),
        _ => None,
    };
    match key {
        Some(key) => KeyPath::new(key.home.table().split('.')).join(key.name),
        None => path.clone(),
    }
}

/// A variable of the cache, as the key of its storage that it is.
fn variable(one: &Undeclared, has_cache: bool) -> Adopted {
    let key = match one.path.parts()[..] {
        ["env", name] if has_cache => key_of(name),
        _ => None,
    };
    let (Some(key), Some(Value::Str(text))) = (key, &one.value) else {
        return Adopted::Unmanaged("a variable that the policy has no key for".to_owned());
    };
    let typed = match text.as_str() {
        "true" | "on" => Value::Bool(true),
        "false" | "off" => Value::Bool(false),
        text => text.parse().map_or_else(|_| text.into(), Value::Int),
    };
    let value = if key.check(&typed).is_ok() {
        typed
    } else {
        text.as_str().into()
    };
    Adopted::Declared(value, one.comment.clone())
}

/// What is probably right for a key, before anything was tried.
pub(crate) fn first_guess(one: &Undeclared, all: &[Undeclared], has_cache: bool) -> Adopted {
    let twins = all.iter().filter(|other| other.path == one.path).count();
    match (&one.path.parts()[..], &one.value) {
        (["profile", ..], _) if one.file != crate::layout::manifest_path() => Adopted::Unmanaged(
            format!("stands in {}, where it beats the manifest", one.file),
        ),
        _ if twins > 1 => Adopted::Unmanaged("set in several files that Cargo joins".to_owned()),
        (["env", ..], _) => variable(one, has_cache),
        (_, Some(value)) => Adopted::Declared(value.clone(), one.comment.clone()),
        (_, None) => Adopted::Unmanaged("of a kind that a policy can't hold".to_owned()),
    }
}

fn write(file: &FilePath, text: &str, entries: &[Entry]) -> Result<String, Vec<Diagnostic>> {
    // What is left alone comes last: exceptions read after the rule.
    let (declared, unmanaged): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|(_, adopted)| matches!(adopted, Adopted::Declared(..)));
    let edits: Vec<Edit> = declared
        .into_iter()
        .chain(unmanaged)
        .map(|(path, adopted)| match adopted {
            Adopted::Declared(value, comment) => Edit::Set {
                path: in_policy(path),
                value: value.clone(),
                comment: comment.clone(),
            },
            Adopted::Unmanaged(reason) => {
                let segments =
                    std::iter::once("unmanaged".to_owned()).chain(path.segments().iter().cloned());
                Edit::Set {
                    path: KeyPath::new(segments),
                    value: reason.as_str().into(),
                    comment: None,
                }
            }
        })
        .collect();
    apply(text, &edits).map_err(|refusal| {
        vec![
            Diagnostic::new(
                Level::Deny,
                "cannot_adopt",
                format!("`{}` can't be written into `{file}`", refusal.path),
            )
            .with_note(refusal.reason)
            .with_help("write it there by hand"),
        ]
    })
}

/// What a policy of this text is refused for, and its plan: its own errors, and whatever the files say against it.
pub(crate) fn tried(file: &FilePath, text: &str, workspace: &Workspace) -> (Vec<Diagnostic>, Plan) {
    let (policy, mut findings) = policy::parse(file, text);
    let mut planned = Plan::default();
    if let Some(policy) = policy {
        findings.extend(policy::check_inherits(
            file,
            &policy,
            &manifest_profiles(&workspace.files),
        ));
        let (settings, more) = settle(file, &policy, workspace);
        findings.extend(more);
        planned = plan(file, &policy, &settings, workspace, OnUndeclared::Refuse);
        findings.append(&mut planned.diagnostics);
    }
    findings
        .retain(|finding| finding.level >= Level::Deny && finding.code != "env_configures_nothing");
    (findings, planned)
}

/// The adopted keys that the findings point at, with the reason for each.
fn blame(text: &str, entries: &[Entry], findings: &[Diagnostic]) -> Vec<(usize, String)> {
    let Ok(source) = parse(text) else {
        return Vec::new();
    };
    let mut blamed = Vec::new();
    for (index, (path, adopted)) in entries.iter().enumerate() {
        if matches!(adopted, Adopted::Unmanaged(_)) {
            continue;
        }
        let path = &in_policy(path);
        if let Some(finding) = findings
            .iter()
            .find(|finding| points_at(&source, path, finding))
        {
            blamed.push((index, finding.message.clone()));
        }
    }
    blamed
}

fn points_at(source: &Source<'_>, path: &KeyPath, finding: &Diagnostic) -> bool {
    let Some(label) = finding.labels.first() else {
        return false;
    };
    let within = |span: &std::ops::Range<usize>| {
        span.start <= label.span.start && label.span.end <= span.end
    };
    if source
        .leaf(path)
        .is_some_and(|leaf| within(&(leaf.key_span.start..leaf.span.end)))
    {
        return true;
    }
    (2..path.segments().len()).any(|len| {
        let prefix = KeyPath::new(path.segments().iter().take(len).cloned());
        source.table_span(&prefix).is_some_and(|span| within(&span))
    })
}
