//! Chains of `inherits`.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath, did_you_mean};
use crate::policy::source::Reader;
use crate::policy::{Body, Policy, Profile, names};
use crate::tradeoff::Root;

/// The profiles a profile's keys come from, itself first, as far as the body knows them: the last is a built-in one, or
/// one that stands in the manifest alone.
///
/// A cycle ends the chain before it closes.
pub(crate) fn chain<'a>(body: &'a Body, name: &'a str) -> Vec<&'a str> {
    let mut chain = vec![name];
    while let Some(parent) = chain.last().and_then(|last| parent(body, last)) {
        if chain.contains(&parent) {
            break;
        }
        chain.push(parent);
    }
    chain
}

/// The built-in profile that a profile's chain ends in; `None` if it leads to a profile that the body does not name, or
/// in a circle.
pub fn root(body: &Body, name: &str) -> Option<Root> {
    let chain = chain(body, name);
    let last = chain.last()?;
    parent(body, last)
        .is_none()
        .then(|| Root::of_built_in(last))
        .flatten()
}

/// Finds every `inherits` whose profile exists neither in the policy nor in the manifest.
pub fn check_inherits(
    file: &FilePath,
    policy: &Policy,
    manifest_profiles: &[String],
) -> Vec<Diagnostic> {
    let bodies =
        || std::iter::once(&policy.base).chain(policy.environments.iter().map(|e| &e.body));
    let floor = policy.toolchain.as_ref().map(|floor| &floor.value);
    let known = || {
        let named = bodies().flat_map(|body| &body.profiles);
        names::BUILT_IN
            .into_iter()
            .chain(named.map(|profile| profile.name.value.as_str()))
            .chain(manifest_profiles.iter().map(String::as_str))
    };
    bodies()
        .flat_map(|body| &body.profiles)
        .filter_map(|profile| profile.inherits.as_ref())
        .filter(|parent| !names::is_built_in(&parent.value, floor))
        .filter(|parent| !known().any(|name| name == parent.value))
        .map(|parent| unknown(&parent.value, known(), file, &parent.span))
        .collect()
}

/// The finding about `inherits` of a profile that is not there.
pub(crate) fn unknown<'k>(
    parent: &str,
    known: impl IntoIterator<Item = &'k str>,
    file: &FilePath,
    span: &Range<usize>,
) -> Diagnostic {
    let near = match parent {
        "debug" => Some("dev"),
        name => did_you_mean(name, known),
    };
    Diagnostic::error("unknown_profile", format!("no profile `{parent}`"))
        .with_label(file, span.clone(), "not defined")
        .with_help(match near {
            Some(near) => format!("did you mean `\"{near}\"`?"),
            None => format!("add `[profile.{parent}]`"),
        })
}

/// The finding about dev or release with `inherits`.
pub(crate) fn in_root(name: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "inherits_in_root_profile",
        format!("`{name}` inherits from nothing"),
    )
    .with_label(file, span.clone(), "a root profile")
    .with_help("remove `inherits`")
}

/// The finding about a custom profile without `inherits`.
pub(crate) fn missing(name: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "missing_inherits",
        format!("profile `{name}` does not say what it inherits"),
    )
    .with_label(file, span.clone(), "a custom profile")
    .with_help(match did_you_mean(name, names::BUILT_IN) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add `inherits = \"release\"` or `inherits = \"dev\"`".to_owned(),
    })
}

/// The finding about a profile whose chain comes back to it: `a -> b -> a`.
pub(crate) fn cycle(name: &str, path: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "inherits_cycle",
        format!("profile `{name}` inherits from itself"),
    )
    .with_label(file, span.clone(), path)
    .with_help("let one of them inherit `dev` or `release`")
}

/// `inherits` that is missing, forbidden, or leads in a circle. `base` holds what an environment lies over.
pub(super) fn check(reader: &mut Reader<'_>, merged: &Body, own: &[Profile]) {
    for profile in own {
        let name = profile.name.value.as_str();
        let inherits = merged
            .profiles
            .iter()
            .find(|other| other.name.value == name)
            .and_then(|other| other.inherits.as_ref());
        let found = match (&profile.inherits, inherits) {
            (Some(parent), _) if matches!(name, "dev" | "release") => {
                in_root(name, reader.file, &parent.span)
            }
            (None, None) if !names::is_built_in(name, reader.toolchain.as_ref()) => {
                missing(name, reader.file, &profile.name.span)
            }
            (Some(parent), _) if closes(merged, name) => {
                cycle(name, &path(merged, name), reader.file, &parent.span)
            }
            _ => continue,
        };
        reader.diagnostics.push(found);
    }
}

/// What a profile inherits: its own word, or Cargo's.
fn parent<'a>(body: &'a Body, name: &str) -> Option<&'a str> {
    let own = body
        .profiles
        .iter()
        .find(|profile| profile.name.value == name)
        .and_then(|profile| profile.inherits.as_ref())
        .map(|parent| parent.value.as_str());
    match name {
        "dev" | "release" => None,
        "test" | "debug" => own.or(Some("dev")),
        "bench" => own.or(Some("release")),
        _ => own,
    }
}

/// Whether the chain from a profile comes back to it.
fn closes(body: &Body, name: &str) -> bool {
    let chain = chain(body, name);
    chain.last().and_then(|last| parent(body, last)) == Some(name)
}

/// `a -> b -> a`
fn path(body: &Body, name: &str) -> String {
    let mut chain = chain(body, name);
    chain.push(name);
    chain.join(" -> ")
}
