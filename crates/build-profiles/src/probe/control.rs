//! Controls: what Cargo is told so that one kind of setting is not there, and everything else is.
//!
//! A key can't be taken out of a manifest from outside; what holds without it can be put over it, for Cargo's config
//! beats the manifest key by key.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claim, Scope, Subject, View};
use crate::edit::parse;
use crate::effective::Profiles;
use crate::evidence::{Taken, canonical};
use crate::layout::manifest_path;

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
    let written = profiles(view);
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
                let instead = instead(&written, claims, profile, scope, key)
                    .unwrap_or_else(|| other(key, value));
                asked
                    .entry((profile, taken))
                    .or_default()
                    .insert(claim.key.clone(), instead);
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
    profiles: &Profiles,
    claims: &[Claim],
    profile: &str,
    scope: &Scope,
    key: &str,
) -> Option<String> {
    match scope {
        Scope::Base => profiles.inherited(profile, key),
        Scope::Star => profiles.of_profile(profile, key),
        Scope::Named(_) => {
            let star = claims.iter().find(|claim| {
                matches!(&claim.subject, Subject::Profile { profile: p, scope: Scope::Star, key: k, .. }
                    if p == profile && k == key)
            });
            match star {
                // Members have no part in `"*"`; which it is, the unit graph will show either way.
                Some(star) => Some(star.wanted.clone()),
                None => profiles.of_profile(profile, key),
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

/// The profiles: what else the manifest says, and over it what the policy comes to.
fn profiles(view: &View<'_>) -> Profiles {
    let manifest = view.workspace.files.get(&manifest_path());
    let source = manifest.and_then(|text| parse(text).ok());
    let leaves = source.map(|source| source.leaves()).unwrap_or_default();
    let written = leaves
        .iter()
        .filter_map(|leaf| Some((&leaf.path, leaf.value.as_ref()?)));
    let settled = view.settings.manifest.iter();
    Profiles::of_keys(written.chain(settled.map(|(path, setting)| (path, &setting.value))))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FilePath;
    use crate::facts::Workspace;
    use crate::policy::Policy;
    use crate::probe::claims;
    use crate::settings::Settings;

    fn asked(manifest: &str) -> Vec<String> {
        let mut workspace = Workspace::default();
        workspace.files.insert(manifest_path(), manifest.to_owned());
        let view = View {
            policy_file: &FilePath::new("build-profiles.toml"),
            policy_text: None,
            policy: &Policy::default(),
            settings: &Settings::default(),
            wants: None,
            workspace: &workspace,
            triple: "x86_64-unknown-linux-gnu",
            machine: None,
            environment: None,
        };
        controls(&view, &claims(&view))
            .into_iter()
            .flat_map(|control| control.config)
            .map(|(key, value)| format!("{key} = {value}"))
            .collect()
    }

    #[test]
    fn what_holds_without_a_key_is_inherited() {
        assert_eq!(
            asked(
                "[profile.dev]\ndebug = 1\n[profile.slow]\ninherits = \"dev\"\n\
                 [profile.slower]\ninherits = \"slow\"\ndebug = 0\nopt-level = 2\n"
            ),
            [
                "profile.dev.debug = true",
                "profile.slower.debug = 1",
                "profile.slower.opt-level = 0"
            ]
        );
    }

    #[test]
    fn a_circle_of_profiles_ends() {
        assert_eq!(
            asked(
                "[profile.a]\ninherits = \"b\"\ndebug = 0\n[profile.b]\ninherits = \"a\"\n\
                 [profile.c]\ninherits = \"c\"\nopt-level = 2\n"
            ),
            ["profile.a.debug = \"full\"", "profile.c.opt-level = 1"]
        );
    }
}
