//! Combinations that Cargo would refuse, ignore, or let defeat one another: found in the policy alone.
//!
//! Each part looks at a body as it holds: the base, and every environment laid over it.

mod cache;
mod linker;
mod nextest;
pub(crate) mod profiles;
mod storage;
mod unmanaged;

use semver::Version;

use crate::diagnostic::Diagnostic;
use crate::key::{Home, key};
use crate::policy::source::Reader;
use crate::policy::{Body, Entry, Environment, Policy, inherits};
use crate::tradeoff::{Root, Scope, expand};
use crate::value::Value;

/// What is looked at.
struct Subject<'a> {
    policy: &'a Policy,
    /// What holds.
    body: &'a Body,
    /// The environment it holds in; `None` for the base.
    environment: Option<&'a Environment>,
}

/// Looks at all combinations.
pub(super) fn check(reader: &mut Reader<'_>, policy: &Policy) {
    inherits::check(reader, &policy.base, &policy.base.profiles);
    body(
        reader,
        &Subject {
            policy,
            body: &policy.base,
            environment: None,
        },
    );
    for environment in &policy.environments {
        let merged = environment.body.over(&policy.base);
        inherits::check(reader, &merged, &environment.body.profiles);
        body(
            reader,
            &Subject {
                policy,
                body: &merged,
                environment: Some(environment),
            },
        );
    }
    nextest::check(reader, policy);
    unmanaged::check(reader, policy);
}

fn body(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    profiles::check(reader, subject);
    linker::check(reader, subject);
    cache::check(reader, subject);
    storage::check(reader, subject);
}

/// Adds a finding, unless the base has shown it already.
fn push(reader: &mut Reader<'_>, found: Diagnostic) {
    let place = |d: &Diagnostic| d.labels.first().map(|label| label.span.clone());
    let known = reader
        .diagnostics
        .iter()
        .any(|known| known.code == found.code && place(known) == place(&found));
    if !known {
        reader.diagnostics.push(found);
    }
}

impl Subject<'_> {
    /// The value that a key has in a profile: its own, its word's, its parent's, Cargo's.
    ///
    /// `None` if that cannot be told: the chain leads to a profile of the manifest, or the key has no default.
    fn effective(&self, profile: &str, scope: Scope, name: &str) -> Option<Value> {
        let root = inherits::root(self.body, profile)?;
        let floor: Option<&Version> = self.policy.toolchain.as_ref().map(|floor| &floor.value);
        for name_of in inherits::chain(self.body, profile) {
            let own = self.body.profiles.iter().find(|p| p.name.value == name_of);
            let Some(own) = own else { continue };
            let settings: &[Entry] = match scope {
                Scope::Profile => &own.settings,
                Scope::Star => own
                    .packages
                    .iter()
                    .find(|package| package.selector.value == super::Selector::Star)
                    .map_or(&[], |package| &package.settings),
            };
            if let Some(entry) = settings.iter().find(|entry| entry.key.name == name) {
                return Some(entry.value.value.clone());
            }
            let word = own.tradeoff.as_ref().and_then(|word| {
                expand(word.value, root, self.policy.expansions, floor)
                    .into_iter()
                    .find(|row| row.scope == scope && row.key.name == name)
            });
            if let Some(row) = word {
                return Some(row.value);
            }
        }
        match (scope, name, root) {
            (Scope::Star, ..) => self.effective(profile, Scope::Profile, name),
            (_, "debug", Root::Dev) => Some("full".into()),
            (_, "debug", Root::Release) => Some("none".into()),
            (_, "incremental", root) => Some((root == Root::Dev).into()),
            _ => None,
        }
    }

    /// Whether the profile's key has this meaning.
    fn is(&self, profile: &str, scope: Scope, name: &str, meaning: &Value) -> bool {
        let Some(key) = key(Home::Profile, name) else {
            return false;
        };
        self.effective(profile, scope, name)
            .is_some_and(|value| key.same(&value, meaning))
    }
}
