//! The profiles as Cargo sees them: of each key the strongest word of the files, then what is inherited.
//!
//! Source: Cargo book, Profiles, Overrides and Custom profiles; Configuration, `[profile]`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Doc, Subject};
use crate::edit::Leaf;
use crate::key::{Home, key};
use crate::policy::names::BUILT_IN;
use crate::tradeoff::Root;
use crate::value::Value;

/// Nobody's chain of profiles is longer, and a hostile one must not take hours.
const LONGEST: usize = 32;

/// All profiles that the files name.
pub(super) struct Profiles<'s, 'a> {
    profiles: BTreeMap<String, Profile<'s, 'a>>,
    /// `build.incremental`, which holds over all profiles.
    pub(super) incremental: Option<Word<'s, 'a>>,
}

/// One of them, without what it inherits.
#[derive(Default)]
struct Profile<'s, 'a> {
    /// The files that name it, the strongest first, each with the key.
    places: Vec<(&'s Doc<'a>, Range<usize>)>,
    words: BTreeMap<(Part<'s>, &'s str), Word<'s, 'a>>,
}

/// A part of a profile that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'s> {
    /// The profile.
    Own,
    /// Its `build-override`.
    Build,
    /// Its `package.<spec>`.
    Package(&'s str),
}

/// What a file says of a key.
#[derive(Clone, Copy)]
pub(super) struct Word<'s, 'a> {
    /// The file.
    pub(super) doc: &'s Doc<'a>,
    /// The key with its value.
    pub(super) leaf: &'s Leaf,
}

impl<'s> Word<'s, '_> {
    /// The profile in which it stands; of what stands in `[build]` no profile's name.
    pub(super) fn profile(&self) -> &'s str {
        match self.leaf.path.segments() {
            [table, name, ..] if table == "profile" => name,
            _ => "",
        }
    }

    /// Its text.
    pub(super) fn text(&self) -> Option<&'s str> {
        match &self.leaf.value {
            Some(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// `key = value`, as it is written.
    pub(super) fn written(&self) -> String {
        let key = self.leaf.path.segments().last().map_or("", String::as_str);
        let value = &self.doc.file.text[self.leaf.span.clone()];
        format!("{key} = {value}")
    }
}

impl<'s, 'a> Profiles<'s, 'a> {
    /// Those of the files.
    pub(super) fn of(subject: &'s Subject<'a>) -> Self {
        let mut profiles: BTreeMap<String, Profile<'s, 'a>> = BTreeMap::new();
        for doc in subject.profile_docs() {
            let mut scalars = BTreeSet::new();
            for leaf in &doc.leaves {
                let (name, part, key) = match leaf.path.segments() {
                    [table, name, rest @ ..] if table == "profile" => match rest {
                        [] => {
                            scalars.insert(name.as_str());
                            continue;
                        }
                        [key] => (name, Part::Own, key),
                        [over, key] if over == "build-override" => (name, Part::Build, key),
                        [over, spec, key] if over == "package" => (name, Part::Package(spec), key),
                        _ => continue,
                    },
                    _ => continue,
                };
                let profile = profiles.entry(name.clone()).or_default();
                let word = Word { doc, leaf };
                profile.words.entry((part, key)).or_insert(word);
            }
            // A table without a key makes a profile too.
            for (name, span) in doc.names(&["profile"]) {
                if !scalars.contains(name.as_str()) {
                    profiles.entry(name).or_default().places.push((doc, span));
                }
            }
        }
        Self {
            profiles,
            incremental: subject
                .configured(&["build", "incremental"])
                .map(|(doc, leaf)| Word { doc, leaf }),
        }
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The files that name a profile, the strongest first, each with the key.
    pub(super) fn places(&self, name: &str) -> &[(&'s Doc<'a>, Range<usize>)] {
        let profile = self.profiles.get(name);
        profile.map_or(&[], |profile| &profile.places)
    }

    /// Whether Cargo or a file has this profile.
    pub(super) fn has(&self, name: &str) -> bool {
        BUILT_IN.contains(&name) || self.profiles.contains_key(name)
    }

    /// What a profile inherits: its own word, or Cargo's.
    pub(super) fn parent(&self, name: &str) -> Option<&str> {
        let own = || self.own(name, Part::Own, "inherits")?.text();
        match name {
            "dev" | "release" => None,
            "test" | "debug" => own().or(Some("dev")),
            "bench" => own().or(Some("release")),
            _ => own(),
        }
    }

    /// The profiles a profile's keys come from, itself first. A circle ends before it closes.
    pub(super) fn chain<'n>(&'n self, name: &'n str) -> Vec<&'n str> {
        let mut chain = vec![name];
        while let Some(parent) = chain.last().and_then(|last| self.parent(last)) {
            if chain.contains(&parent) || chain.len() == LONGEST {
                break;
            }
            chain.push(parent);
        }
        chain
    }

    /// The built-in profile that a chain ends in; `None` if it ends in nothing or in a circle.
    pub(super) fn root(&self, name: &str) -> Option<Root> {
        match self.chain(name).last()? {
            &("dev" | "release") => Root::of_built_in(self.chain(name).last()?),
            _ => None,
        }
    }

    /// The strongest word on a key in a profile itself, whatever it inherits.
    pub(super) fn own(&self, name: &str, part: Part<'s>, key: &'s str) -> Option<Word<'s, 'a>> {
        self.profiles.get(name)?.words.get(&(part, key)).copied()
    }

    /// The word that holds for a profile: its own, or the nearest that it inherits.
    pub(super) fn word(&self, name: &str, part: Part<'s>, key: &'s str) -> Option<Word<'s, 'a>> {
        let chain = self.chain(name);
        chain.into_iter().find_map(|name| self.own(name, part, key))
    }

    /// All words of a profile itself, whatever it inherits.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Word<'s, 'a>> {
        let profile = self.profiles.get(name).into_iter();
        profile.flat_map(|profile| profile.words.values().copied())
    }

    /// The words of a profile's own overrides: part, key, word.
    pub(super) fn overrides(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (Part<'s>, &'s str, Word<'s, 'a>)> {
        let profile = self.profiles.get(name).into_iter();
        let words = profile.flat_map(|profile| &profile.words);
        words
            .filter(|((part, _), _)| *part != Part::Own)
            .map(|(&(part, key), &word)| (part, key, word))
    }

    /// The value that a key of a profile has: a word's, or Cargo's own. `None`: that cannot be told.
    pub(super) fn value(&self, name: &str, key: &'s str) -> Option<Value> {
        if let Some(word) = self.word(name, Part::Own, key) {
            return word.leaf.value.clone();
        }
        let is_dev = self.root(name)? == Root::Dev;
        Some(match key {
            "debug" => if is_dev { "full" } else { "none" }.into(),
            "opt-level" => Value::Int(if is_dev { 0 } else { 3 }),
            "debug-assertions" | "overflow-checks" | "incremental" => is_dev.into(),
            "lto" | "rpath" => false.into(),
            "panic" => "unwind".into(),
            "strip" => "none".into(),
            _ => return None,
        })
    }

    /// Whether a key of a profile means this.
    pub(super) fn is(&self, name: &str, key: &'s str, meaning: impl Into<Value>) -> bool {
        self.value(name, key)
            .is_some_and(|value| same(key, &value, &meaning.into()))
    }

    /// Whether local packages are compiled incrementally.
    pub(super) fn is_incremental(&self, name: &str) -> bool {
        match self.incremental {
            Some(word) => word.leaf.value == Some(Value::Bool(true)),
            None => self.is(name, "incremental", true),
        }
    }
}

/// Whether two values of a profile's key mean the same.
pub(super) fn same(name: &str, one: &Value, other: &Value) -> bool {
    one == other || key(Home::Profile, name).is_some_and(|key| key.same(one, other))
}
