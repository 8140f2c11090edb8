//! Profiles: words and keys together, sets turned into one override per package.

use std::collections::BTreeMap;
use std::ops::Range;

use super::packages::{ResolvedSet, no_such_package, spec_is_known, split_spec};
use super::{Context, Layer, Origin, SetUse, Setting, Via, from_entry};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::facts::Workspace;
use crate::policy::{Body, Profile, Selector};
use crate::tradeoff::{Root, Scope, expand};
use crate::value::{KeyPath, Value};

/// Writes what the profiles of `body` come to into `layer`.
pub(crate) fn settle(
    cx: &mut Context<'_>,
    sets: &BTreeMap<String, ResolvedSet>,
    body: &Body,
    layer: &mut Layer,
    mut set_uses: Option<&mut Vec<SetUse>>,
) {
    for profile in &body.profiles {
        let at = KeyPath::new(["profile", &profile.name.value]);
        if let Some(inherits) = &profile.inherits {
            let origin = Origin {
                span: inherits.span.clone(),
                reason: None,
                via: Via::Key,
                by_lock: false,
            };
            layer.insert(
                at.join("inherits"),
                Setting {
                    value: inherits.value.as_str().into(),
                    origin,
                },
            );
        }
        settle_word(cx, profile, &at, layer);
        for entry in &profile.settings {
            layer.insert(at.join(entry.key.name), from_entry(entry));
        }
        for entry in profile.build_override.iter().flatten() {
            layer.insert(
                at.join("build-override").join(entry.key.name),
                from_entry(entry),
            );
        }
        settle_packages(cx, sets, profile, &at, layer, set_uses.as_deref_mut());
        repeat_strip(cx, profile, &at, layer);
    }
}

fn settle_word(cx: &Context<'_>, profile: &Profile, at: &KeyPath, layer: &mut Layer) {
    let Some(word) = &profile.tradeoff else {
        return;
    };
    let floor = cx.policy.toolchain.as_ref().map(|floor| &floor.value);
    for row in expand(
        word.value,
        root_of(cx, &profile.name.value),
        cx.policy.expansions,
        floor,
    ) {
        let home = match row.scope {
            Scope::Profile => at.clone(),
            Scope::Star => at.join("package").join("*"),
        };
        let origin = Origin {
            span: word.span.clone(),
            reason: Some(row.why.to_owned()),
            via: Via::Tradeoff(word.value),
            by_lock: false,
        };
        layer.insert(
            home.join(row.key.name),
            Setting {
                value: row.value,
                origin,
            },
        );
    }
}

/// The built-in profile that the chain of `inherits` ends in, through policy and manifest.
pub(crate) fn root_of(cx: &Context<'_>, name: &str) -> Root {
    let mut name = name.to_owned();
    // A cycle is the parser's finding; here it must only end.
    for _ in 0..64 {
        match name.as_str() {
            "dev" | "test" | "debug" => return Root::Dev,
            "release" | "bench" => return Root::Release,
            _ => {}
        }
        let named = cx
            .policy
            .base
            .profiles
            .iter()
            .find(|profile| profile.name.value == name);
        let parent = named
            .and_then(|profile| profile.inherits.as_ref())
            .map(|parent| parent.value.clone())
            .or_else(|| cx.manifest_profiles.get(&name).cloned().flatten());
        match parent {
            Some(parent) => name = parent,
            None => return Root::Dev,
        }
    }
    Root::Dev
}

fn settle_packages(
    cx: &mut Context<'_>,
    sets: &BTreeMap<String, ResolvedSet>,
    profile: &Profile,
    at: &KeyPath,
    layer: &mut Layer,
    mut set_uses: Option<&mut Vec<SetUse>>,
) {
    // Who gave a package a value: for the finding when a second one gives another.
    let mut given: BTreeMap<KeyPath, (String, Range<usize>)> = BTreeMap::new();
    for package in &profile.packages {
        let span = package.selector.span.clone();
        let (by, specs): (String, Vec<(String, bool)>) = match &package.selector.value {
            Selector::Star => ("`\"*\"`".to_owned(), vec![("*".to_owned(), false)]),
            Selector::Spec(spec) => {
                check_spec(cx, profile, spec, &span);
                (format!("`{spec}`"), vec![(spec.clone(), false)])
            }
            Selector::Set(name) => {
                let Some(set) = sets.get(name) else { continue }; // The parser has said so.
                if let Some(uses) = set_uses.as_deref_mut() {
                    uses.push(SetUse {
                        profile: profile.name.value.clone(),
                        set: name.clone(),
                        settings: package
                            .settings
                            .iter()
                            .map(|e| (e.key.name, e.value.value.clone()))
                            .collect(),
                    });
                }
                (
                    format!("`@{name}`"),
                    set.packages
                        .iter()
                        .map(|(name, by_lock)| (name.clone(), *by_lock))
                        .collect(),
                )
            }
        };
        for (spec, by_lock) in specs {
            for entry in &package.settings {
                let path = at.join("package").join(&spec).join(entry.key.name);
                let mut setting = from_entry(entry);
                if let Selector::Set(name) = &package.selector.value {
                    setting.origin.via = Via::Set(name.clone());
                    setting.origin.by_lock = by_lock;
                }
                if let Some((other, other_span)) = given.get(&path) {
                    if !layer
                        .get(&path)
                        .is_some_and(|known| entry.key.same(&known.value, &setting.value))
                    {
                        let finding =
                            two_values(cx, &path, (&by, &setting.origin.span), (other, other_span));
                        cx.diagnostics.push(finding);
                    }
                    continue;
                }
                given.insert(path.clone(), (by.clone(), setting.origin.span.clone()));
                layer.insert(path, setting);
            }
        }
    }
    overlapping_specs(cx, profile, at, layer);
}

fn two_values(
    cx: &Context<'_>,
    path: &KeyPath,
    (one, one_span): (&str, &Range<usize>),
    (other, other_span): (&str, &Range<usize>),
) -> Diagnostic {
    let parts = path.parts();
    let (package, key) = (parts[parts.len() - 2], parts[parts.len() - 1]);
    Diagnostic::error(
        "package_gets_two_values",
        format!("`{package}` gets two values for `{key}`"),
    )
    .with_label(cx.file, one_span.clone(), format!("one from {one}"))
    .with_label(cx.file, other_span.clone(), format!("another from {other}"))
    .with_help(format!(
        "take `{package}` out of one of them: a set takes it out with `\"!{package}\"`"
    ))
}

/// `syn` from a set and `syn@1` from beside it: Cargo refuses two overrides that match one package.
fn overlapping_specs(cx: &mut Context<'_>, profile: &Profile, at: &KeyPath, layer: &Layer) {
    let prefix = at.join("package");
    // Only specs of one name can match one package; a URL is taken at its word.
    let mut by_name: BTreeMap<&str, BTreeMap<&str, &Origin>> = BTreeMap::new();
    for (path, setting) in layer.iter().filter(|(path, _)| path.starts_with(&prefix)) {
        if let [_, _, _, spec, _] = path.segments()
            && spec != "*"
            && !spec.contains("://")
        {
            let same = by_name.entry(split_spec(spec).0).or_default();
            same.entry(spec).or_insert(&setting.origin);
        }
    }
    for specs in by_name.into_values() {
        let specs: Vec<(&str, &Origin)> = specs.into_iter().collect();
        for (i, (one, one_origin)) in specs.iter().enumerate() {
            for (other, other_origin) in &specs[i + 1..] {
                // Where both are keys of the policy, the parser has seen them.
                let from_set = one_origin.via != Via::Key || other_origin.via != Via::Key;
                if from_set && !are_apart(one, other) {
                    cx.diagnostics.push(
                        Diagnostic::error(
                            "overlapping_overrides",
                            format!("`{one}` and `{other}` of profile `{}` match one package", profile.name.value),
                        )
                        .with_label(cx.file, one_origin.span.clone(), format!("`{one}`"))
                        .with_label(cx.file, other_origin.span.clone(), format!("`{other}`"))
                        .with_note("Cargo stops every build: `multiple package overrides in profile match package`")
                        .with_help("give each package one override"),
                    );
                }
            }
        }
    }
}

/// Whether two specs of one name are for versions that no package has both of.
fn are_apart(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (split_spec(one).1, split_spec(other).1) else {
        return false;
    };
    let (one, other) = (format!("{one}."), format!("{other}."));
    !one.starts_with(&other) && !other.starts_with(&one)
}

/// An override for a package that is not there. It is an error while nothing was written for it; once its override
/// stands in the manifest, the policy was right and it is `Cargo.lock` that moved.
fn check_spec(cx: &mut Context<'_>, profile: &Profile, spec: &str, span: &Range<usize>) {
    if spec_is_known(cx, spec) {
        return;
    }
    let (name, version) = split_spec(spec);
    let mut locked = cx.workspace.locked.iter().flatten();
    let is_there = version.is_some() && locked.any(|package| package.name == name);
    let message = no_such_package(spec, is_there);
    let written = cx
        .manifest_overrides
        .iter()
        .any(|(in_profile, known)| *in_profile == profile.name.value && known == spec);
    let mut finding = if written {
        Diagnostic::warning("unknown_package", message).with_note(
            "its override stands in `Cargo.toml` already, so it was `Cargo.lock` that changed",
        )
    } else {
        Diagnostic::error("unknown_package", message)
    };
    finding = finding.with_label(
        cx.file,
        span.clone(),
        format!("an override of profile `{}`", profile.name.value),
    );
    let members = cx
        .workspace
        .members
        .iter()
        .map(|member| member.name.as_str());
    let locked = cx
        .workspace
        .locked
        .iter()
        .flatten()
        .map(|package| package.name.as_str());
    finding = match did_you_mean(name, members.chain(locked)) {
        Some(near) if near != name => finding.with_help(format!("did you mean `{near}`?")),
        _ => finding.with_help("remove the override, or name the package as `Cargo.lock` does"),
    };
    cx.diagnostics.push(finding);
}

/// An override table without `strip` resets the profile's `strip` for its packages: Cargo's `merge_profile` assigns it
/// unconditionally (1.77 and still at HEAD in 2026-08). What words and sets expand to repeats it; what a person wrote
/// is left as it is, with a word about it.
fn repeat_strip(cx: &mut Context<'_>, profile: &Profile, at: &KeyPath, layer: &mut Layer) {
    let Some(strip) = layer.get(&at.join("strip")).cloned() else {
        return;
    };
    if matches!(&strip.value, Value::Bool(false)) || strip.value == Value::from("none") {
        return;
    }
    // Each override, with where its keys come from.
    let mut homes: BTreeMap<KeyPath, Vec<Origin>> = BTreeMap::new();
    for (path, setting) in layer.iter() {
        let home = match path.parts()[..] {
            ["profile", name, "package", spec, _] if name == profile.name.value => {
                at.join("package").join(spec)
            }
            ["profile", name, "build-override", _] if name == profile.name.value => {
                at.join("build-override")
            }
            _ => continue,
        };
        homes.entry(home).or_default().push(setting.origin.clone());
    }
    for (home, origins) in homes {
        if layer.contains_key(&home.join("strip")) {
            continue;
        }
        if origins.iter().all(|origin| origin.via == Via::Key) {
            let parts = home.parts();
            let whose = parts[parts.len() - 1];
            cx.diagnostics.push(
                Diagnostic::warning(
                    "override_resets_strip",
                    format!(
                        "the override of `{whose}` resets `strip` of profile `{}`",
                        profile.name.value
                    ),
                )
                .with_label(
                    cx.file,
                    strip.origin.span.clone(),
                    "this does not reach the override's packages",
                )
                .with_note(
                    "Cargo resets `strip` for every package with an override table that lacks it",
                )
                .with_help(format!("repeat `strip = {}` in the override", strip.value)),
            );
        } else {
            let mut repeated = strip.clone();
            repeated.origin.reason =
                Some("an override without `strip` resets the profile's (a Cargo bug)".to_owned());
            repeated.origin.by_lock = origins.iter().all(|origin| origin.by_lock);
            if let Some(origin) = origins.into_iter().find(|origin| origin.via != Via::Key) {
                repeated.origin.via = origin.via;
            }
            layer.insert(home.join("strip"), repeated);
        }
    }
}

/// What each profile of a manifest inherits.
pub(crate) type Parents = BTreeMap<String, Option<String>>;

/// Profiles of the root manifest with what each inherits, and its package overrides as (profile, spec).
pub(crate) fn of_manifest(workspace: &Workspace) -> (Parents, Vec<(String, String)>) {
    let mut profiles = BTreeMap::new();
    let mut overrides = Vec::new();
    let Some(text) = workspace.files.get(&crate::layout::manifest_path()) else {
        return (profiles, overrides);
    };
    let Ok(source) = crate::edit::parse(text) else {
        return (profiles, overrides);
    };
    let at = KeyPath::new(["profile"]);
    for (name, _) in source.child_names(&at) {
        let inherits = source
            .leaf(&at.join(&name).join("inherits"))
            .and_then(|leaf| match leaf.value {
                Some(Value::Str(parent)) => Some(parent),
                _ => None,
            });
        for (spec, _) in source.child_names(&at.join(&name).join("package")) {
            overrides.push((name.clone(), spec));
        }
        profiles.insert(name, inherits);
    }
    (profiles, overrides)
}
