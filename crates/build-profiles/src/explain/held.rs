//! What holds, and who says what on the way there.

use semver::Version;

use super::chain::link;
use super::{Explanation, Held, Room};
use crate::edit::parse;
use crate::effective::{Effective, Spec, Step, Unit};
use crate::evidence::Said;
use crate::key::{Home, key};
use crate::program::is_sccache;
use crate::secret::masked;
use crate::value::{KeyPath, Value};

/// The unit that a table of a profile is about.
pub(super) struct Whose {
    name: Option<String>,
    version: Option<Version>,
    /// An address is all that is known of its id.
    id: Option<String>,
    member: bool,
    local: bool,
    for_the_build: bool,
}

impl Whose {
    pub(super) fn unit(&self) -> Unit<'_> {
        Unit {
            name: self.name.as_deref(),
            version: self.version.as_ref(),
            id: self.id.as_deref(),
            member: self.member,
            local: self.local,
            for_the_build: self.for_the_build,
            ..Unit::default()
        }
    }

    /// Some member that no override names.
    pub(super) fn member() -> Self {
        Self {
            name: None,
            version: None,
            id: None,
            member: true,
            local: true,
            for_the_build: false,
        }
    }

    pub(super) fn is_member(&self) -> bool {
        self.member
    }
}

impl Room<'_> {
    /// Fills in what holds for a key, and who says what.
    pub(super) fn hold(&self, path: &KeyPath, explanation: &mut Explanation) {
        let (held, mut chain) = match &path.parts()[..] {
            ["profile", profile, table @ .., key] => {
                let whose = self.whose(table);
                let (held, notes) = self.in_profile(profile, &whose, key);
                explanation.notes.extend(notes);
                let mut chain = self.chain(profile, table, &whose, key, held.as_ref());
                // What stands where Cargo does not read it.
                let said = self.parsed.said(path).into_iter();
                let unread = said.filter(|one| !one.wins && one.note.is_some());
                chain.extend(unread.map(|said| link(path, said)));
                explanation.without = held
                    .as_ref()
                    .and_then(|held| self.without(profile, &whose, key, held));
                (held.map(|held| self.shown(&held, profile, key)), chain)
            }
            _ => {
                let said = self.parsed.said(path);
                let held = self.in_config(path, &said);
                (
                    held,
                    said.into_iter().map(|said| link(path, said)).collect(),
                )
            }
        };
        let fit = |text: &str| fit(path, text);
        explanation.effective = held.map(|held| Held {
            value: held.value.as_deref().map(fit),
            as_wanted: explanation
                .wanted
                .as_ref()
                .and_then(|wanted| self.is_as_wanted(path, &wanted.value, held.value.as_deref())),
            ..held
        });
        for link in &mut chain {
            link.said.value = fit(&link.said.value);
        }
        explanation.chain = chain;
    }

    /// What would hold for a package without its override.
    fn without(&self, profile: &str, whose: &Whose, key: &str, held: &Effective) -> Option<Held> {
        let over = matches!(&held.step, Step::Package(..))
            || matches!(&held.step, Step::Reset(over) if matches!(**over, Step::Package(..)));
        if !over {
            return None;
        }
        let unit = Unit {
            name: None,
            ..whose.unit()
        };
        let unit = self.profiles.unit(profile, &unit).ok()?;
        Some(self.shown(unit.get(key)?, profile, key))
    }

    /// The units of a table of a profile: the profile's own, or an override's.
    pub(super) fn whose(&self, table: &[&str]) -> Whose {
        let member = Whose::member();
        match table {
            ["build-override"] => Whose {
                for_the_build: true,
                ..member
            },
            ["package", "*"] => Whose {
                member: false,
                local: false,
                ..member
            },
            ["package", spec] => self.package_of(spec),
            _ => member,
        }
    }

    /// The package that a spec is for, as far as the lock file knows it.
    fn package_of(&self, spec: &str) -> Whose {
        let parsed = Spec::parse(spec);
        let name = parsed.as_ref().map_or(spec, Spec::name);
        let chain = self.view.chain;
        let fits = |(other, version): &&(String, String)| {
            let version = Version::parse(version).ok();
            // An address is taken at its word.
            match &parsed {
                Some(parsed) if !spec.contains("://") => {
                    parsed.matches(other, version.as_ref(), None)
                }
                _ => other == name,
            }
        };
        let found = chain.packages.iter().flatten().find(fits);
        let mut members = self.view.workspace.members.iter();
        let member = members.any(|member| member.name == name);
        Whose {
            name: Some(name.to_owned()),
            version: found.and_then(|(_, version)| Version::parse(version).ok()),
            id: spec.contains("://").then(|| spec.to_owned()),
            member,
            local: member || found.is_some_and(|found| chain.local.contains(found)),
            for_the_build: false,
        }
    }

    /// What holds for a key of a profile; and what Cargo still decides when it builds.
    pub(super) fn in_profile(
        &self,
        profile: &str,
        whose: &Whose,
        key: &str,
    ) -> (Option<Effective>, Vec<String>) {
        let mut notes = Vec::new();
        let unit = match self.profiles.unit(profile, &whose.unit()) {
            Ok(unit) => unit,
            Err(_) => return (None, notes),
        };
        let Some(held) = unit.get(key) else {
            // A key that only unstable Cargo has a value for, or `inherits`: the profile's own table, or what it inherits.
            let line = self.profiles.line(profile).unwrap_or_default();
            let line = match key {
                "inherits" => &line[..line.len().min(1)],
                _ => &line[..],
            };
            let found = line
                .iter()
                .find_map(|name| Some((self.profiles.own(name, key)?.clone(), *name)));
            let held = found.map(|(word, name)| Effective {
                value: word.value.to_string(),
                step: match word.at.is_none() && !word.own {
                    true => Step::Default("Cargo"),
                    false => Step::Profile(name.to_owned()),
                },
                word: Some(word).filter(|word| word.at.is_some() || word.own),
                deferred: false,
            });
            return (held, notes);
        };
        if held.deferred && key == "debug" {
            notes.push(
                "what nothing but build scripts and procedural macros needs is compiled without debug information, \
                 unless `--target` is given"
                    .to_owned(),
            );
        }
        if held.deferred && key == "strip" {
            notes.push(
                "Cargo takes `\"debuginfo\"` where neither the product nor what it is made of has debug information"
                    .to_owned(),
            );
        }
        if key == "incremental"
            && !matches!(held.step, Step::Global | Step::NotLocal)
            && self.view.variables.contains_key("CI")
        {
            notes.push(
                "`CI` is in the environment: Cargo 1.99 and newer switch incremental compilation off there".to_owned(),
            );
        }
        if let Step::Reset(_) = held.step {
            notes.push(
                "an override without `strip` resets it: repeat it there, if it is to hold"
                    .to_owned(),
            );
        }
        (Some(held.clone()), notes)
    }

    /// What holds, for a reader.
    pub(super) fn shown(&self, held: &Effective, profile: &str, key: &str) -> Held {
        let value = match &held.word {
            Some(word) if word.at.is_some() || held.step != Step::Global => {
                Some(word.value.to_string())
            }
            _ => toml_of(key, &held.value),
        };
        let word = held.word.as_ref();
        Held {
            value,
            by: by(&held.step, profile),
            place: word.map(|word| match &word.at {
                Some(at) => at.to_string(),
                None => word.place.clone(),
            }),
            own: word.is_some_and(|word| word.own),
            as_wanted: None,
        }
    }

    /// What holds for a key of Cargo's config.
    pub(super) fn in_config(&self, path: &KeyPath, said: &[Said]) -> Option<Held> {
        let winners: Vec<&Said> = said.iter().filter(|one| one.wins).collect();
        let first = *winners.first()?;
        let last_key = path.segments().last().map_or("", String::as_str);
        let is_flags = matches!(last_key, "rustflags" | "rustdocflags");
        let value = if first.place.starts_with("CARGO_INCREMENTAL ") {
            (first.value == "1").to_string()
        } else if winners.len() > 1 || is_flags {
            // The weakest stands first on the command line, so that the strongest has the last word.
            let words = winners.iter().rev().flat_map(|one| words(one));
            Value::Array(words.collect()).to_string()
        } else if first.at.is_none() {
            match (first.value.as_str(), first.value.parse::<i64>()) {
                ("true" | "false", _) | (_, Ok(_)) => first.value.clone(),
                (text, _) => Value::from(text).to_string(),
            }
        } else {
            first.value.clone()
        };
        let (by, place) = match (winners.len(), &first.at) {
            (1, None) => ("by the environment", Some(first.place.clone())),
            (1, Some(at)) => ("by Cargo's config", Some(at.to_string())),
            (_, _) => ("by several layers, joined", None),
        };
        Some(Held {
            value: Some(value),
            by: by.to_owned(),
            place,
            own: winners.iter().any(|one| one.own),
            as_wanted: None,
        })
    }

    /// Whether what holds is what is wanted.
    pub(super) fn is_as_wanted(
        &self,
        path: &KeyPath,
        wanted: &str,
        held: Option<&str>,
    ) -> Option<bool> {
        let parts = path.parts();
        let (home, name) = match parts[..] {
            ["profile", .., name] => (Home::Profile, name),
            ["build", name] => (Home::Build, name),
            ["target", _, name] => (Home::Target, name),
            _ => return None,
        };
        let key = key(home, name)?;
        let (wanted, held) = (read(wanted)?, held.and_then(read));
        match (&wanted, held) {
            // Any of them would do, or none: which it is, the machine's own file says.
            (Value::Array(_), _) if name == "linker" => None,
            (_, None) => Some(false),
            (Value::Str(tool), Some(Value::Str(program))) if name == "rustc-wrapper" => {
                Some(*tool == program || is_sccache(tool) && is_sccache(&program))
            }
            (wanted, Some(held)) => Some(key.same(wanted, &held)),
        }
    }
}

/// The elements of an array or of a string that is split.
fn words(said: &Said) -> Vec<String> {
    let split = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    if said.at.is_none() {
        return split(&said.value);
    }
    match read(&said.value) {
        Some(Value::Array(words)) => words,
        Some(Value::Str(text)) => split(&text),
        _ => vec![said.value.clone()],
    }
}

/// A value fit to be shown: what a key of this name keeps secret is not.
fn fit(path: &KeyPath, value: &str) -> String {
    let name = path.segments().iter().rev().find(|name| *name != "value");
    let before = format!("{} = ", name.map_or("", String::as_str));
    let line = format!("{before}{value}");
    masked(&line)[before.len()..].to_owned()
}

/// A value from its TOML.
fn read(text: &str) -> Option<Value> {
    let text = format!("x = {text}");
    parse(&text).ok()?.leaf(&KeyPath::new(["x"]))?.value
}

/// A value of the one form in which values are compared, as TOML; `None`: unset.
fn toml_of(key: &str, value: &str) -> Option<String> {
    match value {
        "default" => None,
        "none" if key == "strip" => None,
        "true" | "false" => Some(value.to_owned()),
        _ if value.parse::<i64>().is_ok() => Some(value.to_owned()),
        _ => Some(Value::from(value).to_string()),
    }
}

/// An override below its profile, as TOML writes it.
pub(super) fn scope(step: &Step) -> String {
    let path = match step {
        Step::Package(spec, _) => KeyPath::new(["package", spec]),
        Step::Star(_) => KeyPath::new(["package", "*"]),
        _ => KeyPath::new(["build-override"]),
    };
    path.to_string()
}

/// Who decides, in a few words that stand behind a value.
fn by(step: &Step, profile: &str) -> String {
    let of = |name: &str| match name == profile {
        true => format!("profile `{name}`"),
        false => format!("profile `{name}`, which `{profile}` inherits"),
    };
    match step {
        Step::Global => "by what decides for every profile".to_owned(),
        Step::Package(_, name) | Step::Star(name) | Step::BuildOverride(name) => {
            format!("by `{}` of {}", scope(step), of(name))
        }
        Step::Profile(name) => format!("by {}", of(name)),
        Step::Apple => "by Cargo's own choice for Apple platforms".to_owned(),
        Step::Default("Cargo") => "by Cargo's own choice".to_owned(),
        Step::Default(root) => format!("by Cargo's default for `{root}`"),
        Step::Unwinds | Step::NotLocal | Step::Reset(_) | Step::ForTheBuild => {
            format!("since {}", whatever_is_said(step))
        }
    }
}

/// Why nothing that is said of a key holds.
pub(super) fn whatever_is_said(step: &Step) -> String {
    match step {
        Step::Unwinds => "tests, build scripts and procedural macros always unwind".to_owned(),
        Step::NotLocal => "only what stands in a folder is ever incremental".to_owned(),
        Step::Reset(over) => format!("`{}` does not repeat it, which resets it", scope(over)),
        Step::ForTheBuild => {
            "build scripts, procedural macros and what they need have a value of their own"
                .to_owned()
        }
        _ => String::new(),
    }
}
