//! Values that Cargo or rustc does not take.

use std::collections::BTreeSet;

use super::{PROFILES, told};
use crate::diagnostic::{Diagnostic, Level};
use crate::edit::{Edit, Leaf};
use crate::key::{Home, describe, key};
use crate::lint::{Finding, Group, LINT, Lint, Role, Subject};
use crate::policy::entry;
use crate::value::Value;

pub(super) static INVALID_VALUE: Lint = Lint {
    name: "invalid_value",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a value that a key of a profile does not take, such as `opt-level = \"3\"` or `lto = \"thinn\"`",
    cargo: "Cargo stops at it, or hands it to rustc, which stops; of `split-debuginfo` it is dropped without a word",
    costs: "a build of libraries alone may pass, and a profile in a config file is not looked at until somebody asks for it",
    instead: "write a value that the key takes",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.dev]\nopt-level = \"3\"\n",
    good: "//- Cargo.toml\n[profile.dev]\nopt-level = \"s\"\n[profile.release]\nopt-level = 3\n",
    ..LINT
};

pub(super) static WRONG_TYPE: Lint = Lint {
    name: "wrong_type",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a value of another type than a key of a profile takes, such as `incremental = \"true\"`",
    cargo: "Cargo stops at it",
    costs: "nothing builds; a profile in a config file is not looked at until somebody asks for it",
    instead: "write a value of the type that the key takes",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.dev]\nincremental = \"true\"\n",
    good: "//- Cargo.toml\n[profile.dev]\nincremental = true\nstrip = true\ndebug = 1\n",
    ..LINT
};

pub(super) static UNSTABLE_KEY: Lint = Lint {
    name: "unstable_key",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a key of a profile that only a nightly Cargo takes, without a nightly toolchain",
    cargo: "stable Cargo stops at it, or ignores it with a warning",
    instead: "remove it, or pin a nightly toolchain in `rust-toolchain.toml`",
    source: "https://doc.rust-lang.org/cargo/reference/unstable.html",
    bad: "//- rust-toolchain.toml\n[toolchain]\nchannel = \"stable\"\n//- Cargo.toml\n[profile.dev]\ncodegen-backend = \"cranelift\"\n",
    good: "//- Cargo.toml\n[profile.dev]\ncodegen-units = 16\n",
    ..LINT
};

/// A key of a profile with its place: whether it stands in an override.
fn key_of(leaf: &Leaf) -> Option<(&str, bool)> {
    match leaf.path.segments() {
        [table, _, key] if table == "profile" => Some((key, false)),
        [table, _, over, key] if table == "profile" && over == "build-override" => {
            Some((key, true))
        }
        [table, _, over, _, key] if table == "profile" && over == "package" => Some((key, true)),
        _ => None,
    }
}

fn is_immediate_abort(name: &str, leaf: &Leaf) -> bool {
    name == "panic" && leaf.value == Some("immediate-abort".into())
}

/// Words that Cargo hands on and rustc takes, though neither says so in its book.
fn is_rustcs_own(name: &str, leaf: &Leaf) -> bool {
    let word = match &leaf.value {
        Some(Value::Str(word)) => word.as_str(),
        _ => return false,
    };
    name == "lto" && matches!(word, "y" | "yes" | "on")
}

/// Values that a key does not take.
pub(super) fn values(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            let Some((name, is_override)) = key_of(leaf) else {
                continue;
            };
            let Some(key) = key(Home::Profile, name) else {
                continue;
            };
            if key.unstable.is_some()
                || (is_override && !key.overridable)
                || is_immediate_abort(name, leaf)
                || is_rustcs_own(name, leaf)
            {
                continue;
            }
            let file = &doc.file.path;
            let Some(value) = &leaf.value else {
                let takes = describe(&key.kind);
                let wrong = Diagnostic::error("wrong_type", format!("`{name}` takes {takes}"))
                    .with_label(file, leaf.span.clone(), "this is something else")
                    .with_help(format!("write {takes}"));
                found.push(told(&WRONG_TYPE, wrong));
                continue;
            };
            if key.check(value).is_ok() {
                continue;
            }
            let refused = entry::mismatch(file, leaf.span.clone(), name, &key.kind, value);
            let lint = match refused.code {
                "wrong_type" => &WRONG_TYPE,
                _ => &INVALID_VALUE,
            };
            let finding = told(lint, refused);
            let meant = match value {
                Value::Str(text) => {
                    entry::bare(&key.kind, text).filter(|bare| bare.to_string() == *text)
                }
                _ => None,
            };
            found.push(match meant {
                Some(value) => finding.edit(
                    doc,
                    Edit::Set {
                        path: leaf.path.clone(),
                        value,
                        comment: None,
                    },
                ),
                None => finding,
            });
        }
    }
}

/// Keys that need a nightly Cargo, where there is none.
pub(super) fn unstable(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // A toolchain of another name may well be a nightly one.
    let is_pinned = subject.texts(Role::Toolchain).next().is_some();
    if subject.is_nightly() || (is_pinned && !subject.is_stable()) {
        return;
    }
    let mut gates: BTreeSet<&str> = BTreeSet::new();
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            match (leaf.path.segments(), &leaf.value) {
                ([key], Some(Value::Array(names))) if key == "cargo-features" => {
                    gates.extend(names.iter().map(String::as_str));
                }
                ([table, gate, ..], _) if table == "unstable" => {
                    gates.insert(gate);
                }
                _ => {}
            }
        }
    }
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            let Some((name, _)) = key_of(leaf) else {
                continue;
            };
            let (what, gate) = if is_immediate_abort(name, leaf) {
                ("panic = \"immediate-abort\"", "panic-immediate-abort")
            } else if let Some(gate) = key(Home::Profile, name).and_then(|key| key.unstable) {
                (name, gate)
            } else {
                continue;
            };
            // In a config file it may be for those who ask for it, with a nightly Cargo; a hint is but a warning.
            let stops = doc.file.role == Role::Manifest && name != "hint-mostly-unused";
            if gates.contains(gate) || !(stops || is_pinned) {
                continue;
            }
            let unstable = entry::unstable(what, gate, &doc.file.path, &leaf.key_span);
            found.push(told(&UNSTABLE_KEY, unstable));
        }
    }
}
