//! What the policy both manages and leaves alone, and sets that nobody uses.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::policy::source::Reader;
use crate::policy::{Body, Entry, Policy, Selector, Storage};
use crate::value::KeyPath;

use super::push;

pub(super) fn check(reader: &mut Reader<'_>, policy: &Policy) {
    let bodies =
        || std::iter::once(&policy.base).chain(policy.environments.iter().map(|e| &e.body));
    let declared: Vec<_> = bodies().flat_map(declared).collect();
    for entry in &policy.unmanaged {
        let Some((path, span)) = declared
            .iter()
            .find(|(path, _)| path.starts_with(&entry.path))
        else {
            continue;
        };
        let found = Diagnostic::error(
            "managed_and_unmanaged",
            format!("`{path}` is managed and left alone"),
        )
        .with_label(reader.file, entry.span.clone(), "left alone")
        .with_label(reader.file, span.clone(), "managed")
        .with_help("remove one of them");
        push(reader, found);
    }
    let overrides: Vec<_> = bodies()
        .flat_map(|body| &body.profiles)
        .flat_map(|profile| &profile.packages)
        .collect();
    for set in &policy.sets {
        let used = overrides.iter().any(
            |package| matches!(&package.selector.value, Selector::Set(name) if *name == set.name.value),
        );
        if used {
            continue;
        }
        let name = &set.name.value;
        let found = Diagnostic::warning("unused_set", format!("no profile uses the set `{name}`"))
            .with_label(reader.file, set.name.span.clone(), "unused")
            .with_help(format!(
                "use it as `\"@{name}\"` in `package` of a profile, or remove it"
            ));
        push(reader, found);
    }
    unused_targets(reader, policy);
}

/// Sets of targets that no table is for. One with nothing in it has been refused already.
fn unused_targets(reader: &mut Reader<'_>, policy: &Policy) {
    for set in policy
        .target_sets
        .iter()
        .filter(|set| !set.targets.is_empty())
    {
        let name = &set.name.value;
        let used = std::iter::once(&policy.base)
            .chain(policy.environments.iter().map(|one| &one.body))
            .flat_map(|body| &body.targets)
            .any(|target| target.set.as_ref() == Some(name));
        if used {
            continue;
        }
        let found = Diagnostic::warning(
            "unused_set",
            format!("no table of `[target]` is for the set `{name}`"),
        )
        .with_label(reader.file, set.name.span.clone(), "unused")
        .with_help(format!("use it as `[target.\"@{name}\"]`, or remove it"));
        push(reader, found);
    }
}

/// Every key and table that a body declares.
fn declared(body: &Body) -> Vec<(KeyPath, Range<usize>)> {
    let mut declared = Vec::new();
    let mut entries = |table: &KeyPath, entries: &[Entry]| {
        for entry in entries {
            declared.push((table.join(entry.key.name), entry.value.span.clone()));
        }
    };
    entries(&KeyPath::new(["build"]), &body.build);
    for target in &body.targets {
        entries(
            &KeyPath::new(["target", &target.name.value]),
            &target.settings,
        );
    }
    for profile in &body.profiles {
        let table = KeyPath::new(["profile", &profile.name.value]);
        entries(&table, &profile.settings);
        if let Some(settings) = &profile.build_override {
            entries(&table.join("build-override"), settings);
        }
        for package in &profile.packages {
            let name = match &package.selector.value {
                Selector::Star => "*",
                Selector::Spec(spec) => spec,
                Selector::Set(_) => continue,
            };
            entries(&table.join("package").join(name), &package.settings);
        }
    }
    let storage = body.cache.as_ref().and_then(|cache| cache.storage.as_ref());
    for variable in storage.map(Storage::variables).unwrap_or_default() {
        declared.push((
            KeyPath::new(["env".to_owned(), variable.name]),
            variable.span,
        ));
    }
    let profiles = body.profiles.iter().map(|profile| {
        let path = KeyPath::new(["profile", &profile.name.value]);
        (path, profile.name.span.clone())
    });
    let mut all: Vec<_> = profiles.collect();
    all.extend(declared);
    all
}
