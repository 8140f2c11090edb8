//! What stands in the folder of a member and counts in the workspace root alone.

use std::collections::{BTreeMap, BTreeSet};

use super::CONFIG;
use crate::diagnostic::Level;
use crate::edit::{Edit, Leaf};
use crate::lint::fix::moved;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Role, Subject};
use crate::policy::platform::is_common;
use crate::value::{KeyPath, Value};

pub(super) static CONFIG_OF_MEMBER: Lint = Lint {
    name: "config_of_member",
    level: Some(Level::Warning),
    group: Group::Files,
    finds: "`.cargo/config.toml` in the folder of a member, with settings for the machine on which it is built",
    cargo: "Cargo looks for config files from the folder in which it is started upwards: from the workspace root it never sees this one",
    costs: "the member is built otherwise in its own folder than from the root, where CI and editors build it",
    instead: "move what is for all into `.cargo/config.toml` of the workspace root",
    source: CONFIG,
    bad: "members: one=crates/one\n//- crates/one/.cargo/config.toml\n[build]\nrustflags = [\"--cfg=of_one\"]\n",
    good: "members: one=crates/one\n//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=of_one\"]\n",
    ..LINT
};

pub(super) static PROFILE_OF_MEMBER: Lint = Lint {
    name: "profile_of_member",
    level: Some(Level::Deny),
    group: Group::Files,
    finds: "`[profile.<name>]` in the manifest of a member",
    cargo: "Cargo takes the profiles of the root manifest alone, and says so in a warning",
    costs: "the whole profile is lost, for this member too",
    instead: "write it into the root manifest, where it holds for all members, or there into `[profile.<name>.package.<member>]`",
    fixable: true,
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html",
    bad: "members: one=crates/one\n//- Cargo.toml\n[workspace]\nmembers = [\"crates/one\"]\n//- crates/one/Cargo.toml\n[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[profile.dev]\nopt-level = 1\n",
    good: "members: one=crates/one\n//- Cargo.toml\n[workspace]\nmembers = [\"crates/one\"]\n\n[profile.dev]\nopt-level = 1\n//- crates/one/Cargo.toml\n[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.docs(Role::MemberConfig) {
        if is_for_another_machine(doc) || !doc.leaves.iter().any(changes_builds_here) {
            continue;
        }
        let path = &doc.file.path;
        let message = format!("`{path}` is not read by who builds from the workspace root");
        let finding = Finding::new(&CONFIG_OF_MEMBER, message);
        found.push(finding.of_file(doc.file, "read in this folder alone"));
    }
    let wanted = wanted(subject);
    for doc in subject.docs(Role::Member) {
        for (name, span) in doc.names(&["profile"]) {
            let message = format!("the profile `{name}` of a member is ignored");
            let finding = Finding::new(&PROFILE_OF_MEMBER, message).at(doc, span, "not read");
            let Some(root) = subject.manifest() else {
                found.push(finding);
                continue;
            };
            let finding = match root.source.table_span(&KeyPath::new(["profile", &name])) {
                Some(span) => finding.at(root, span, "this one holds"),
                None => finding,
            };
            found.push(match lifted(doc, root, &name, &wanted) {
                None => finding,
                Some(steps) => steps
                    .into_iter()
                    .fold(finding, |finding, (doc, edit)| finding.edit(doc, edit)),
            });
        }
    }
}

/// Whether the folder is one from which somebody builds for another machine: then its config is there on purpose.
fn is_for_another_machine(doc: &Doc<'_>) -> bool {
    doc.leaf(&["build", "target"]).is_some()
        || doc.names(&[]).iter().any(|(name, _)| name == "include")
}

/// Whether a setting is missed by a build from the root for the machine on which it runs.
fn changes_builds_here(leaf: &Leaf) -> bool {
    match leaf.path.parts()[..] {
        ["build", ..] | ["env", ..] | ["profile", ..] => true,
        ["target", table, "linker" | "rustflags"] => table.starts_with("cfg(") || is_common(table),
        _ => false,
    }
}

/// What the members want of each key of a profile: what two want otherwise is for a person to decide.
fn wanted(subject: &Subject<'_>) -> BTreeMap<KeyPath, BTreeSet<Option<Value>>> {
    let mut wanted: BTreeMap<KeyPath, BTreeSet<Option<Value>>> = BTreeMap::new();
    for doc in subject.docs(Role::Member) {
        for leaf in of_profiles(doc) {
            let values = wanted.entry(leaf.path.clone()).or_default();
            values.insert(leaf.value.clone());
        }
    }
    wanted
}

fn of_profiles<'d>(doc: &'d Doc<'_>) -> impl Iterator<Item = &'d Leaf> {
    let leaves = doc.leaves.iter();
    leaves.filter(|leaf| leaf.path.segments()[0] == "profile")
}

/// The profile taken to the root manifest: whole or not at all. `None`: the root says something else, or nobody could
/// build with what it would then say.
fn lifted<'d>(
    doc: &'d Doc<'d>,
    root: &'d Doc<'d>,
    name: &str,
    wanted: &BTreeMap<KeyPath, BTreeSet<Option<Value>>>,
) -> Option<Vec<(&'d Doc<'d>, Edit)>> {
    let leaves: Vec<&Leaf> = of_profiles(doc)
        .filter(|leaf| {
            leaf.path.segments()[1..]
                .first()
                .is_some_and(|one| one == name)
        })
        .collect();
    let inherits = KeyPath::new(["profile", name, "inherits"]);
    let is_root = matches!(name, "dev" | "release" | "test" | "bench");
    let inherits_here = leaves.iter().any(|leaf| leaf.path == inherits);
    if !is_root && !inherits_here && root.source.leaf(&inherits).is_none() {
        return None;
    }
    let mut steps = Vec::new();
    for leaf in leaves {
        let value = leaf.value.clone()?;
        if leaf.path.segments().len() < 3 || wanted.get(&leaf.path)?.len() > 1 {
            return None;
        }
        let [set, remove] = moved(&doc.file.text, leaf, leaf.path.clone(), value);
        match root.source.leaf(&leaf.path) {
            None => steps.push((root, set)),
            // It says the same already.
            Some(said) if said.value == leaf.value => {}
            Some(_) => return None,
        }
        steps.push((doc, remove));
    }
    (!steps.is_empty()).then_some(steps)
}
