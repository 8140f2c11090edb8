//! Sets of packages: globs over member folders and package names, expanded against the workspace and its lock file.

use std::collections::BTreeMap;

use glob::{MatchOptions, Pattern};

use super::Context;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::facts::Workspace;
use crate::policy::{PackageSet, Spanned};

/// The packages of one set, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResolvedSet {
    /// Whether each package is in the set only because the lock file names it.
    pub(crate) packages: BTreeMap<String, bool>,
}

/// Folder by folder, as Cargo matches `members`.
pub(crate) const GLOB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Expands every set of the policy.
pub(crate) fn resolve_sets(cx: &mut Context<'_>) -> BTreeMap<String, ResolvedSet> {
    let policy = cx.policy;
    policy
        .sets
        .iter()
        .map(|set| (set.name.value.clone(), resolve(cx, set)))
        .collect()
}

fn resolve(cx: &mut Context<'_>, set: &PackageSet) -> ResolvedSet {
    let mut resolved = ResolvedSet::default();
    let mut unmatched = Vec::new();
    for pattern in &set.patterns {
        let (out, text) = match pattern.value.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern.value.as_str()),
        };
        let matched = matches(cx, text);
        if matched.is_empty() {
            unmatched.push(pattern);
        }
        for (name, by_lock) in matched {
            if out {
                resolved.packages.remove(&name);
            } else {
                let known = resolved.packages.entry(name).or_insert(by_lock);
                *known &= by_lock;
            }
        }
    }
    if resolved.packages.is_empty() {
        let finding = empty_set(cx, set);
        cx.diagnostics.push(finding);
    } else {
        for pattern in unmatched {
            let finding = unmatched_pattern(cx, set, pattern);
            cx.diagnostics.push(finding);
        }
    }
    resolved
}

/// The packages a pattern matches, and whether each is there by the lock file alone.
fn matches(cx: &Context<'_>, pattern: &str) -> Vec<(String, bool)> {
    in_workspace(cx.workspace, pattern)
}

/// The names of the packages that a pattern of a set matches.
pub(crate) fn matches_pattern(workspace: &Workspace, pattern: &str) -> Vec<String> {
    let matched = in_workspace(workspace, pattern).into_iter();
    matched.map(|(name, _)| name).collect()
}

fn in_workspace(workspace: &Workspace, pattern: &str) -> Vec<(String, bool)> {
    let Ok(glob) = Pattern::new(pattern.trim_end_matches('/')) else {
        return Vec::new(); // The parser has said so already.
    };
    let members = &workspace.members;
    if pattern.contains('/') {
        let pattern = members
            .iter()
            .filter(|member| glob.matches_with(&member.path, GLOB));
        return pattern.map(|member| (member.name.clone(), false)).collect();
    }
    let is_member = |name: &str| members.iter().any(|member| member.name == name);
    let locked = workspace
        .locked
        .iter()
        .flatten()
        .map(|package| &package.name);
    let mut names: Vec<&String> = members
        .iter()
        .map(|member| &member.name)
        .chain(locked)
        .collect();
    names.sort();
    names.dedup();
    let mut matched: Vec<(String, bool)> = names
        .into_iter()
        .filter(|name| glob.matches_with(name, GLOB))
        .map(|name| (name.clone(), !is_member(name)))
        .collect();
    // Without a lock file a plain name is taken at its word; a glob can only reach members.
    if matched.is_empty() && workspace.locked.is_none() && Pattern::escape(pattern) == pattern {
        matched.push((pattern.to_owned(), true));
    }
    matched
}

fn empty_set(cx: &Context<'_>, set: &PackageSet) -> Diagnostic {
    let name = &set.name.value;
    let message = format!("the set `{name}` matches no package");
    let mut finding = if gone_from_lock(cx, set) {
        // It matched once: the files still hold its overrides. A change of Cargo.lock is no error of the policy.
        Diagnostic::warning("set_matches_nothing", message).with_note(
            "its overrides still stand in `Cargo.toml`, so it was `Cargo.lock` that changed",
        )
    } else {
        Diagnostic::error("set_matches_nothing", message)
    };
    for pattern in &set.patterns {
        finding = finding.with_label(cx.file, pattern.span.clone(), "matches nothing");
        if let Some(near) = did_you_mean(&pattern.value, candidates(cx, &pattern.value)) {
            finding = finding.with_help(format!("did you mean `{near}`?"));
        }
    }
    if cx.workspace.locked.is_none() {
        finding = finding.with_note("there is no `Cargo.lock`: third-party packages are unknown");
    }
    finding.with_help(
        "a pattern with a `/` is a glob over member folders, another a glob over package names",
    )
}

fn unmatched_pattern(cx: &Context<'_>, set: &PackageSet, pattern: &Spanned<String>) -> Diagnostic {
    let finding = Diagnostic::warning(
        "pattern_matches_nothing",
        format!("`{}` matches no package", pattern.value),
    )
    .with_label(
        cx.file,
        pattern.span.clone(),
        format!("in the set `{}`", set.name.value),
    );
    match did_you_mean(&pattern.value, candidates(cx, &pattern.value)) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None => finding.with_help("remove it"),
    }
}

fn candidates<'a>(cx: &'a Context<'_>, pattern: &str) -> Vec<&'a str> {
    let members = cx.workspace.members.iter();
    if pattern.contains('/') {
        return members.map(|member| member.path.as_str()).collect();
    }
    let locked = cx
        .workspace
        .locked
        .iter()
        .flatten()
        .map(|package| package.name.as_str());
    members
        .map(|member| member.name.as_str())
        .chain(locked)
        .collect()
}

/// Whether the manifest still has overrides for packages that this set names.
fn gone_from_lock(cx: &Context<'_>, set: &PackageSet) -> bool {
    cx.manifest_overrides
        .iter()
        .any(|(_, spec)| names(set, spec))
}

/// Whether a name pattern of the set matches this package name, be the package there or not.
pub(crate) fn names(set: &PackageSet, name: &str) -> bool {
    let mut inside = false;
    for pattern in &set.patterns {
        let (out, text) = match pattern.value.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern.value.as_str()),
        };
        let matched = !text.contains('/')
            && Pattern::new(text).is_ok_and(|glob| glob.matches_with(name, GLOB));
        if matched {
            inside = !out;
        }
    }
    inside
}

/// The pattern by which the set has this package: the first that matches after the last that takes it out.
pub(crate) fn pattern_for<'s>(
    set: &'s PackageSet,
    name: &str,
    folder: Option<&str>,
) -> Option<&'s Spanned<String>> {
    let mut found = None;
    for pattern in &set.patterns {
        let (out, text) = match pattern.value.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern.value.as_str()),
        };
        let glob = Pattern::new(text.trim_end_matches('/'));
        let matched = glob.is_ok_and(|glob| match text.contains('/') {
            true => folder.is_some_and(|folder| glob.matches_with(folder, GLOB)),
            false => glob.matches_with(name, GLOB),
        });
        match (matched, out) {
            (true, true) => found = None,
            (true, false) => found = found.or(Some(pattern)),
            _ => {}
        }
    }
    found
}

/// Whether a package ID spec names a package that is there; a spec that is a URL is taken at its word.
pub(crate) fn spec_is_known(cx: &Context<'_>, spec: &str) -> bool {
    if spec.contains("://") {
        return true;
    }
    let (name, version) = named(spec);
    if cx
        .workspace
        .members
        .iter()
        .any(|member| member.name == name && version.is_none())
    {
        return true;
    }
    let Some(locked) = &cx.workspace.locked else {
        return true;
    };
    locked
        .iter()
        .any(|package| is_named(spec, &package.name, &package.version.to_string()))
}

/// What is said of a spec that matches no package. `is_there`: another version of the package does stand in the lock file.
pub(crate) fn no_such_package(spec: &str, is_there: bool) -> String {
    let (name, _) = named(spec);
    if is_there {
        format!("no version of `{name}` in `Cargo.lock` matches `{spec}`")
    } else {
        format!("there is no package `{name}` in the workspace or its `Cargo.lock`")
    }
}

/// Whether a package ID spec names the package of this name and version. Of a URL only name and version are looked at.
pub(crate) fn is_named(spec: &str, package: &str, is: &str) -> bool {
    let (name, version) = named(spec);
    let Some(wanted) = version else {
        return name == package;
    };
    // What is built of it is left out of most specs; what comes before a release never is.
    let bare = is.split('+').next().unwrap_or(is);
    name == package
        && (wanted == is
            || wanted == bare
            || !bare.contains('-')
                && bare
                    .strip_prefix(wanted)
                    .is_some_and(|rest| rest.starts_with('.')))
}

/// Name and version of `serde@1.0`, `https://host/serde#1.0`, `path+file:///x/serde#serde@1.0`. Source: Cargo book,
/// Package ID Specifications.
pub(crate) fn named(spec: &str) -> (&str, Option<&str>) {
    let last = |place: &str| place.rfind('/').map_or(0, |at| at + 1);
    match spec.split_once('#') {
        Some((place, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            let place = place.split_once('?').map_or(place, |(place, _)| place);
            (&place[last(place)..], Some(version))
        }
        Some((_, package)) => split_spec(package),
        None if spec.contains("://") => {
            let place = spec.split_once('?').map_or(spec, |(place, _)| place);
            (&place[last(place)..], None)
        }
        None => split_spec(spec),
    }
}

/// `serde@1.0` and `serde:1.0` into name and (partial) version. Source: Cargo book, Package ID Specifications.
pub(crate) fn split_spec(spec: &str) -> (&str, Option<&str>) {
    match spec.split_once(['@', ':']) {
        Some((name, version)) => (name, Some(version)),
        None => (spec, None),
    }
}
