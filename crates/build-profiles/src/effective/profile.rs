//! What a unit is compiled with: manifest, config and variables per key; then overrides, the profile, what it inherits,
//! and Cargo's own values.
//!
//! Source: `core/profiles.rs` of Cargo 1.95; Cargo book, Profiles.

mod folded;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::Config;
use crate::evidence::{At, ChainFile, canonical};
use crate::value::{KeyPath, Value};
use folded::{Folded, FoldedOverride, Sided};
use table::{Reader, Table};

/// One layer's word on a key of a profile, the strongest one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The value.
    pub value: Value,
    /// `.cargo/config.toml:5`, `CARGO_PROFILE_DEV_DEBUG in the environment`.
    pub place: String,
    /// The place in its file; `None` for a variable.
    pub at: Option<At>,
    /// Whether it is this machine's and not the repository's.
    pub own: bool,
}

/// Words by key.
type Words = BTreeMap<String, Word>;

/// Every profile of a workspace, manifest and config as one.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    by_name: BTreeMap<String, Table>,
    /// `CARGO_INCREMENTAL` or `build.incremental`.
    incremental: Option<Word>,
    /// Why Cargo stops.
    stops: Vec<String>,
}

/// What is compiled, as far as profiles care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unit<'u> {
    /// The package; `None`: any that no override names.
    pub name: Option<&'u str>,
    /// Its version.
    pub version: Option<&'u Version>,
    /// Its id, as Cargo prints it.
    pub id: Option<&'u str>,
    /// Whether it is a member of the workspace.
    pub member: bool,
    /// Whether it stands in a folder and not in a registry or git.
    pub local: bool,
    /// Whether it is for build scripts and procedural macros.
    pub for_the_build: bool,
    /// Whether it unwinds whatever the profile says: tests, and what is for the build.
    pub unwinds: bool,
    /// Whether it is for an Apple platform.
    pub apple: bool,
}

impl Unit<'_> {
    /// A unit of some member that no override names.
    pub fn of_a_member() -> Self {
        Self {
            member: true,
            local: true,
            ..Self::default()
        }
    }
}

/// What holds for a key, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The value in the one form in which values are compared; `default` for what is left to rustc.
    pub value: String,
    /// What decides.
    pub step: Step,
    /// The word that was taken; `None` where Cargo decides by itself.
    pub word: Option<Word>,
    /// Whether Cargo may still take another: debug information of what is for the build, if nothing else needs the unit,
    /// and `strip`, if there is no debug information to keep.
    pub deferred: bool,
}

/// What decides over a key, the strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It unwinds whatever the profile says.
    Unwinds,
    /// It does not stand in a folder, so that it is never incremental.
    NotLocal,
    /// `CARGO_INCREMENTAL` or `build.incremental`.
    Global,
    /// `package.<spec>` of this profile.
    Package(String, String),
    /// `package."*"` of this profile.
    Star(String),
    /// `build-override` of this profile.
    BuildOverride(String),
    /// An override without `strip` has reset it.
    Reset(Box<Step>),
    /// Cargo's own value for what is for the build.
    ForTheBuild,
    /// The profile itself, or one that it inherits.
    Profile(String),
    /// Cargo's own value for Apple platforms.
    Apple,
    /// Cargo's own value, of dev or release.
    Default(&'static str),
}

/// The keys that every unit has a value for, in the order of the documentation.
pub static KEYS: [&str; 11] = [
    "opt-level",
    "debug",
    "split-debuginfo",
    "strip",
    "debug-assertions",
    "overflow-checks",
    "lto",
    "panic",
    "incremental",
    "codegen-units",
    "rpath",
];

impl Profiles {
    /// The profiles of a workspace, for a command that asks for `requested`; several, to look at more than one.
    ///
    /// Cargo reads of the config what the manifest names, what is built in, what is asked for, and what these inherit.
    pub fn of(
        manifest: Option<&ChainFile>,
        config: &Config<'_>,
        variables: &BTreeMap<String, String>,
        requested: &[&str],
    ) -> Self {
        let mut profiles = Self::default();
        let file = manifest.map(std::slice::from_ref).unwrap_or_default();
        // The manifest has more than profiles in it, and may say there what no config may.
        let (tables, _) = Config::of(file);
        let mut reader = Reader {
            config: &tables,
            variables: None,
            stops: Vec::new(),
        };
        for (name, node) in reader.names(&["profile"]) {
            let table = reader.profile(&name, node);
            profiles.by_name.insert(name, table);
        }
        profiles.stops.append(&mut reader.stops);

        let mut reader = Reader {
            config,
            variables: Some(variables),
            stops: Vec::new(),
        };
        let built_in = ["dev", "release", "test", "bench"];
        let mut open: BTreeSet<String> = requested
            .iter()
            .chain(&built_in)
            .map(|name| (*name).to_owned())
            .collect();
        for (name, table) in &mut profiles.by_name {
            if let Some(over) = reader.of_config(name) {
                table.lay(&over);
            }
            open.extend(table.inherits().map(str::to_owned));
        }
        while let Some(name) = open.pop_first() {
            if profiles.by_name.contains_key(&name) {
                continue;
            }
            if let Some(table) = reader.of_config(&name) {
                open.extend(table.inherits().map(str::to_owned));
                profiles.by_name.insert(name, table);
            }
        }
        profiles.incremental = reader.incremental();
        profiles.stops.append(&mut reader.stops);
        profiles.built_in();
        profiles.refuse(requested);
        profiles
    }

    /// Profiles of these keys alone, the later ones over the earlier.
    pub fn of_keys<'k>(keys: impl IntoIterator<Item = (&'k KeyPath, &'k Value)>) -> Self {
        let mut profiles = Self::default();
        for (path, value) in keys {
            if let ["profile", name, rest @ ..] = &path.parts()[..] {
                let table = profiles.by_name.entry((*name).to_owned()).or_default();
                table.set(rest, value);
            }
        }
        profiles.built_in();
        profiles
    }

    /// test, bench and doc inherit where they do not say otherwise.
    fn built_in(&mut self) {
        for (name, parent) in [("test", "dev"), ("bench", "release"), ("doc", "dev")] {
            let table = self.by_name.entry(name.to_owned()).or_default();
            table.inherit(parent);
        }
        for root in ["dev", "release"] {
            self.by_name.entry(root.to_owned()).or_default();
        }
    }

    /// Says what Cargo stops at.
    fn refuse(&mut self, requested: &[&str]) {
        for (name, table) in &self.by_name {
            if matches!(name.as_str(), "dev" | "release") {
                if table.inherits().is_some() {
                    self.stops.push(format!(
                        "`inherits` must not stand in the root profile `{name}`"
                    ));
                }
            } else if let Err(stop) = self.line(name) {
                self.stops.push(stop);
            }
        }
        for name in requested {
            if !self.by_name.contains_key(*name) {
                self.stops.push(format!("there is no profile `{name}`"));
            }
        }
    }

    /// Why Cargo stops, if it does.
    pub fn stops(&self) -> &[String] {
        &self.stops
    }

    /// Two overrides that match one package: Cargo stops.
    pub fn clashes(&self, packages: &[Unit<'_>]) -> Vec<String> {
        let mut clashes = Vec::new();
        for (name, table) in &self.by_name {
            if table.packages.is_empty() {
                continue;
            }
            let Ok(folded) = self.folded(name) else {
                continue;
            };
            for package in packages {
                let specs: Vec<&str> = folded
                    .packages
                    .iter()
                    .filter(|one| one.is_for(package))
                    .map(|one| one.written.as_str())
                    .collect();
                if let [one, other, ..] = specs[..] {
                    clashes.push(format!(
                        "`{one}` and `{other}` of profile `{name}` match one package"
                    ));
                }
            }
        }
        clashes
    }

    /// The names of all profiles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// A profile and what it inherits, up to dev or release.
    pub fn line(&self, name: &str) -> Result<Vec<&str>, String> {
        let Some((mut at, mut table)) = self.by_name.get_key_value(name) else {
            return Err(format!("there is no profile `{name}`"));
        };
        let mut line = vec![at.as_str()];
        while !matches!(at.as_str(), "dev" | "release") {
            let Some(parent) = table.inherits() else {
                return Err(format!("profile `{at}` says not what it inherits"));
            };
            match self.by_name.get_key_value(parent) {
                _ if line.contains(&parent) => {
                    return Err(format!(
                        "profile `{at}` inherits `{parent}`, which inherits it"
                    ));
                }
                None => {
                    return Err(format!(
                        "profile `{at}` inherits `{parent}`, which is not there"
                    ));
                }
                Some(next) => (at, table) = next,
            }
            line.push(at);
        }
        Ok(line)
    }

    /// The overrides of a profile, those that it inherits too, as they are written; `*` among them.
    pub fn overrides(&self, profile: &str) -> Vec<&str> {
        let mut found = BTreeSet::new();
        for name in self.line(profile).unwrap_or_default() {
            let table = &self.by_name[name];
            found.extend(table.packages.iter().map(|one| one.written.as_str()));
        }
        found.into_iter().collect()
    }

    /// The override of a profile that is for this package, as it is written.
    pub fn override_for(&self, profile: &str, package: &Unit<'_>) -> Option<String> {
        let folded = self.folded(profile).ok()?;
        let found = folded.packages.iter().find(|one| one.is_for(package))?;
        Some(found.written.clone())
    }

    /// The table of a profile with everything that it inherits.
    fn folded(&self, profile: &str) -> Result<Folded<'_>, String> {
        let line = self.line(profile)?;
        let mut folded = Folded {
            root: if line.last() == Some(&"dev") {
                "dev"
            } else {
                "release"
            },
            ..Folded::default()
        };
        for name in line.into_iter().rev() {
            let table = &self.by_name[name];
            folded.keys.add(&table.keys, name);
            if let Some(words) = &table.build_override {
                folded
                    .build_override
                    .get_or_insert_default()
                    .add(words, name);
            }
            for over in &table.packages {
                let known = folded
                    .packages
                    .iter_mut()
                    .find(|one| one.is_same(over.spec.as_ref()));
                match known {
                    Some(known) => known.words.add(&over.words, name),
                    None => {
                        let mut words = Sided::default();
                        words.add(&over.words, name);
                        folded.packages.push(FoldedOverride {
                            written: over.written.clone(),
                            spec: over.spec.clone(),
                            words,
                        });
                    }
                }
            }
        }
        Ok(folded)
    }

    /// The word of a profile's own table on a key.
    pub fn own(&self, profile: &str, key: &str) -> Option<&Word> {
        self.by_name.get(profile)?.keys.get(key)
    }

    /// The value of a profile, through what it inherits, as TOML.
    pub fn of_profile(&self, profile: &str, key: &str) -> Option<String> {
        match self.own(profile, key) {
            Some(word) => Some(word.value.to_string()),
            None => self.inherited(profile, key),
        }
    }

    /// The value that a profile would have without a key of its own, as TOML; `None`: unset, which no text stands for.
    pub fn inherited(&self, profile: &str, key: &str) -> Option<String> {
        let line = self.line(profile).ok()?;
        let above = line[1..].iter().find_map(|name| self.own(name, key));
        match above {
            Some(word) => Some(word.value.to_string()),
            None => default(line.last()?, key).map(str::to_owned),
        }
    }

    /// What every key comes to for a unit.
    pub fn unit(
        &self,
        profile: &str,
        unit: &Unit<'_>,
    ) -> Result<BTreeMap<&'static str, Effective>, String> {
        let folded = self.folded(profile)?;
        let keys = KEYS.into_iter();
        Ok(keys
            .map(|key| (key, self.of_unit(&folded, unit, key)))
            .collect())
    }

    fn of_unit(&self, folded: &Folded<'_>, unit: &Unit<'_>, key: &'static str) -> Effective {
        let decided = |value: &str, step| Effective {
            value: value.to_owned(),
            step,
            word: None,
            deferred: false,
        };
        match key {
            "panic" if unit.unwinds || unit.for_the_build => {
                return decided("unwind", Step::Unwinds);
            }
            "incremental" if !unit.local => return decided("false", Step::NotLocal),
            "incremental" => {
                if let Some(word) = &self.incremental {
                    return taken(key, word, Step::Global);
                }
            }
            _ => {}
        }
        let mut found = folded.overridden(unit, key);
        if key == "strip" && matches!(found.step, Step::Default(_) | Step::Reset(_)) {
            found.deferred = true;
        }
        if key == "split-debuginfo" && unit.apple && found.value == "default" {
            let debug = folded.overridden(unit, "debug");
            if debug.value != "none" {
                found = decided("unpacked", Step::Apple);
            }
        }
        found
    }
}

/// A word as what holds.
fn taken(key: &str, word: &Word, step: Step) -> Effective {
    let text = match &word.value {
        Value::Str(text) => text.clone(),
        other => other.to_string(),
    };
    Effective {
        value: canonical(key, &text),
        step,
        word: Some(word.clone()),
        deferred: false,
    }
}

/// Cargo's own values, as TOML. Source: Cargo book, Profiles, Default profiles.
pub(crate) fn default(root: &str, key: &str) -> Option<&'static str> {
    let dev = root == "dev";
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

#[cfg(test)]
mod tests;
