//! Controls: what Cargo is told so that one kind of setting is not there, and everything else is.
//!
//! A key can't be taken out of a manifest from outside; what holds without it can be put over it, for Cargo's config
//! beats the manifest key by key.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claim, Scope, Subject, View};
use crate::edit::parse;
use crate::evidence::{Taken, canonical};
use crate::layout::manifest_path;
use crate::value::{KeyPath, Value};

/// One question to Cargo's unit graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The profile to ask for.
    pub profile: String,
    /// What is taken away; `None`: nothing, this is what the others are held against.
    pub without: Option<Taken>,
    /// What is put in its place: key, value.
    pub config: BTreeMap<String, String>,
}

/// The questions to ask so that each claim about a profile is seen with its setting and without it.
pub fn controls(view: &View<'_>, claims: &[Claim]) -> Vec<Control> {
    let mut profiles: BTreeSet<&str> = BTreeSet::new();
    let mut asked: BTreeMap<(&str, Taken), BTreeMap<String, String>> = BTreeMap::new();
    for claim in claims {
        match &claim.subject {
            Subject::Profile {
                profile,
                scope,
                key,
                value,
            } => {
                profiles.insert(profile);
                let taken = match scope {
                    Scope::Base | Scope::BuildOverride => Taken::Base,
                    Scope::Star => Taken::Star,
                    Scope::Named(_) => Taken::Named,
                };
                let mut instead = instead(view, claims, profile, scope, key);
                if instead.is_none() {
                    instead = Some(other(key, value));
                }
                asked
                    .entry((profile, taken))
                    .or_default()
                    .insert(claim.key.clone(), instead.unwrap_or_default());
                // A test build takes the overrides of dev along, and dev-dependencies are built for tests alone.
                if *scope == Scope::Star || matches!(scope, Scope::Named(_)) {
                    profiles.extend((profile == "dev").then_some("test"));
                }
            }
            Subject::Inherits { profile, .. } => {
                profiles.insert(profile);
            }
            Subject::Incremental { value } => {
                profiles.insert("dev");
                asked
                    .entry(("dev", Taken::Base))
                    .or_default()
                    .insert("build.incremental".to_owned(), (!value).to_string());
            }
            _ => {}
        }
    }
    // What is taken from dev is taken from the tests that are built with it.
    let of_dev: Vec<(Taken, BTreeMap<String, String>)> = asked
        .iter()
        .filter(|((profile, taken), _)| *profile == "dev" && *taken != Taken::Base)
        .map(|((_, taken), config)| (*taken, config.clone()))
        .collect();
    for (taken, config) in of_dev {
        asked.entry(("test", taken)).or_default().extend(config);
    }
    let with = profiles.iter().map(|profile| Control {
        profile: (*profile).to_owned(),
        without: None,
        config: BTreeMap::new(),
    });
    let without = asked.iter().map(|((profile, taken), config)| Control {
        profile: (*profile).to_owned(),
        without: Some(*taken),
        config: config.clone(),
    });
    with.chain(without).collect()
}

/// What holds without this claim, as TOML: the value of the scope below, the parent's, Cargo's default. `None` where
/// that can't be written down.
fn instead(
    view: &View<'_>,
    claims: &[Claim],
    profile: &str,
    scope: &Scope,
    key: &str,
) -> Option<String> {
    match scope {
        Scope::Base => inherited(view, profile, key),
        Scope::Star => value_of(view, profile, key),
        Scope::Named(_) => {
            let star = claims.iter().find(|claim| {
                matches!(&claim.subject, Subject::Profile { profile: p, scope: Scope::Star, key: k, .. }
                    if p == profile && k == key)
            });
            match star {
                // Members have no part in `"*"`; which it is, the unit graph will show either way.
                Some(star) => Some(star.wanted.clone()),
                None => value_of(view, profile, key),
            }
        }
        // Source: Cargo book, Profiles, Build Dependencies.
        Scope::BuildOverride => match key {
            "opt-level" => Some("0".to_owned()),
            "debug" => Some("false".to_owned()),
            _ => None,
        },
    }
}

/// The value of a profile's own key, through what it inherits.
fn value_of(view: &View<'_>, profile: &str, key: &str) -> Option<String> {
    let path = KeyPath::new(["profile", profile, key]);
    let manifest = view.workspace.files.get(&manifest_path());
    let in_manifest = || parse(manifest?).ok()?.leaf(&path)?.value;
    let settled = view
        .settings
        .manifest
        .get(&path)
        .map(|setting| setting.value.clone());
    match settled.or_else(in_manifest) {
        Some(value) => Some(value.to_string()),
        None => inherited(view, profile, key),
    }
}

/// The value that a profile would have without its own key.
fn inherited(view: &View<'_>, profile: &str, key: &str) -> Option<String> {
    let parent = match profile {
        "dev" | "release" => return default(profile, key).map(str::to_owned),
        "test" => "dev".to_owned(),
        "bench" => "release".to_owned(),
        _ => match value_of_inherits(view, profile)? {
            parent if parent == profile => return None,
            parent => parent,
        },
    };
    value_of(view, &parent, key)
}

fn value_of_inherits(view: &View<'_>, profile: &str) -> Option<String> {
    let path = KeyPath::new(["profile", profile, "inherits"]);
    let settled = view
        .settings
        .manifest
        .get(&path)
        .map(|setting| &setting.value);
    if let Some(Value::Str(parent)) = settled {
        return Some(parent.clone());
    }
    let text = view.workspace.files.get(&manifest_path())?;
    match parse(text).ok()?.leaf(&path)?.value? {
        Value::Str(parent) => Some(parent),
        _ => None,
    }
}

/// Cargo's own values. Source: Cargo book, Profiles, Default profiles.
fn default(profile: &str, key: &str) -> Option<&'static str> {
    let dev = profile == "dev";
    Some(match key {
        "opt-level" if dev => "0",
        "opt-level" => "3",
        "debug" if dev => "true",
        "debug" => "false",
        "debug-assertions" | "overflow-checks" | "incremental" if dev => "true",
        "debug-assertions" | "overflow-checks" | "incremental" | "rpath" | "lto" => "false",
        "panic" => "\"unwind\"",
        // `strip`, `codegen-units`, `split-debuginfo`: unset is a value of its own, which no text stands for.
        _ => return None,
    })
}

/// Some other value, for a key whose absence can't be written down.
fn other(key: &str, value: &str) -> String {
    let (first, second) = match key {
        "opt-level" => ("1", "0"),
        "debug" => ("\"none\"", "\"full\""),
        "strip" => ("\"symbols\"", "\"none\""),
        "lto" => ("\"thin\"", "\"off\""),
        "panic" => ("\"abort\"", "\"unwind\""),
        "split-debuginfo" => ("\"packed\"", "\"off\""),
        "codegen-units" => ("3", "7"),
        _ => ("true", "false"),
    };
    let is_wanted = canonical(key, first.trim_matches('"')) == value;
    if is_wanted { second } else { first }.to_owned()
}
