//! A profile with everything that it inherits, and which of its tables decides over a key of a unit.
//!
//! Source: `ProfileMaker::get_profile` and `merge_toml_overrides` of Cargo 1.95.

use std::collections::BTreeMap;

use super::super::Spec;
use super::{Effective, Step, Unit, Word, Words, default, taken};
use crate::evidence::canonical;

/// Words, each with the profile that says it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sided<'p>(BTreeMap<&'p str, (&'p Word, &'p str)>);

impl<'p> Sided<'p> {
    pub(super) fn add(&mut self, words: &'p Words, profile: &'p str) {
        for (key, word) in words {
            self.0.insert(key, (word, profile));
        }
    }
}

/// A profile with everything that it inherits.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded<'p> {
    pub(super) root: &'static str,
    pub(super) keys: Sided<'p>,
    pub(super) build_override: Option<Sided<'p>>,
    pub(super) packages: Vec<FoldedOverride<'p>>,
}

#[derive(Clone, Debug)]
pub(super) struct FoldedOverride<'p> {
    pub(super) written: String,
    /// `None`: `*`.
    pub(super) spec: Option<Spec>,
    pub(super) words: Sided<'p>,
}

impl FoldedOverride<'_> {
    pub(super) fn is_same(&self, spec: Option<&Spec>) -> bool {
        self.spec.as_ref() == spec
    }

    /// Whether it names the package; `*` names none.
    pub(super) fn is_for(&self, unit: &Unit<'_>) -> bool {
        match (&self.spec, unit.name) {
            (Some(spec), Some(name)) => spec.matches(name, unit.version, unit.id),
            _ => false,
        }
    }
}

impl Folded<'_> {
    /// What the tables come to for a unit, the strongest first. Only `strip` is reset by a table that says nothing of it.
    pub(super) fn overridden(&self, unit: &Unit<'_>, key: &'static str) -> Effective {
        let named = self.packages.iter().find(|one| one.is_for(unit));
        let star = self.packages.iter().find(|one| one.spec.is_none());
        let build_override = self
            .build_override
            .as_ref()
            .filter(|_| unit.for_the_build)
            .map(|words| (words, Over::BuildOverride));
        let overs = [
            named.map(|one| (&one.words, Over::Package(&one.written))),
            star.filter(|_| !unit.member)
                .map(|one| (&one.words, Over::Star)),
            build_override,
        ];
        // The strongest override that says nothing of `strip`: it takes away what stands below it.
        let mut reset = None;
        let mut overridden = None;
        for (words, over) in overs.into_iter().flatten() {
            match words.0.get(key) {
                Some((word, profile)) => {
                    overridden = Some(taken(key, word, over.step(profile)));
                    break;
                }
                None if key == "strip" => reset = reset.or(Some(over.step(""))),
                None => {}
            }
        }
        if let Some(reset) = reset
            && (overridden.is_some() || self.keys.0.contains_key(key))
        {
            return Effective {
                value: "none".to_owned(),
                step: Step::Reset(Box::new(reset)),
                word: None,
                deferred: true,
            };
        }
        if let Some(overridden) = overridden {
            return overridden;
        }
        if unit.for_the_build && matches!(key, "opt-level" | "codegen-units") {
            let value = if key == "opt-level" { "0" } else { "default" };
            return Effective {
                value: value.to_owned(),
                step: Step::ForTheBuild,
                word: None,
                deferred: false,
            };
        }
        let mut found = match self.keys.0.get(key) {
            Some((word, profile)) => taken(key, word, Step::Profile((*profile).to_owned())),
            None => Effective {
                value: canonical(key, unquoted(default(self.root, key).unwrap_or("default"))),
                step: Step::Default(self.root),
                word: None,
                deferred: false,
            },
        };
        if key == "strip" && found.word.is_none() {
            found.value = "none".to_owned();
        }
        found.deferred |= key == "debug" && unit.for_the_build;
        found
    }
}

/// An override, before it is known which profile says a key of it.
enum Over<'o> {
    Package(&'o str),
    Star,
    BuildOverride,
}

impl Over<'_> {
    fn step(&self, profile: &str) -> Step {
        let profile = profile.to_owned();
        match self {
            Self::Package(spec) => Step::Package((*spec).to_owned(), profile),
            Self::Star => Step::Star(profile),
            Self::BuildOverride => Step::BuildOverride(profile),
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches('"')
}
