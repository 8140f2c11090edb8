//! Tables: a profile whole, a package in it, everything that is set in this workspace.

use std::collections::BTreeSet;

use serde::Serialize;

use super::machine::lower;
use super::{Explanation, Held, Room, View};
use crate::effective::KEYS;
use crate::evidence::ChainFile;
use crate::tradeoff::Root;
use crate::value::KeyPath;

/// One key of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The key, as TOML writes it, from where the table begins.
    pub key: String,
    /// The value, as TOML; `None`: unset.
    pub value: Option<String>,
    /// Who decides, in a few words.
    pub by: String,
    /// Where.
    pub place: Option<String>,
    /// Whether it is this machine's and not the repository's.
    pub own: bool,
    /// What the policy wants.
    pub wanted: Option<String>,
    /// Whether that is what holds; `None`: the policy wants nothing.
    pub as_wanted: Option<bool>,
    /// What a package would have without its override, where that is something else.
    pub without: Option<String>,
}

impl Row {
    fn new(key: impl Into<String>, held: Held, wanted: Option<String>) -> Self {
        Self {
            key: key.into(),
            value: held.value,
            by: held.by,
            place: held.place,
            own: held.own,
            wanted,
            as_wanted: held.as_wanted,
            without: None,
        }
    }
}

impl Room<'_> {
    /// The keys of a profile, and those of its overrides that somebody sets.
    pub(super) fn profile(&self, name: &str, explanation: &mut Explanation) {
        let line = self.profiles.line(name).unwrap_or_default();
        if let [_, parents @ ..] = &line[..]
            && !parents.is_empty()
        {
            let parents: Vec<String> = parents.iter().map(|name| format!("`{name}`")).collect();
            explanation
                .notes
                .push(format!("it inherits {}", parents.join(", which inherits ")));
        }
        for key in KEYS {
            explanation.table.extend(self.row(name, &[], key));
        }
        let unnamed: Vec<String> = self
            .profiles
            .overrides(name)
            .iter()
            .map(|one| (*one).to_owned())
            .collect();
        let mut tables: Vec<Vec<&str>> = vec![vec!["build-override"]];
        tables.extend(unnamed.iter().map(|spec| vec!["package", spec.as_str()]));
        for table in tables {
            for key in self.said_in(name, &table) {
                explanation.table.extend(self.row(name, &table, &key));
            }
        }
        self.declared(name, explanation);
        explanation.unmanaged = self.unmanaged(&KeyPath::new(["profile", name]));
    }

    /// What the policy says of the profile as such.
    fn declared(&self, name: &str, explanation: &mut Explanation) {
        let profiles = &self.view.policy.base.profiles;
        let Some(profile) = profiles.iter().find(|one| one.name.value == name) else {
            let left = self.unmanaged(&KeyPath::new(["profile", name]));
            if self.view.policy_text.is_some() && left.is_none() {
                explanation
                    .notes
                    .push("the policy does not name this profile, and leaves it alone".to_owned());
            }
            return;
        };
        if let Some(word) = &profile.tradeoff {
            explanation.wanted = Some(super::Wanted {
                value: format!("tradeoff = \"{}\"", word.value.name()),
                at: self.at(&word.span),
                via: None,
                because: Some(word.value.meaning().to_owned()),
                reason: profile.reason.clone(),
            });
            let root = match self.profiles.line(name).unwrap_or_default().last() {
                Some(&"release") => Root::Release,
                _ => Root::Dev,
            };
            let measured = word.value.measured(root);
            explanation
                .notes
                .push(format!("measured: {}", lower(measured)));
        }
    }

    /// A package: what it is compiled with, and what it would be without its override.
    pub(super) fn package(&self, profile: &str, spec: &str, explanation: &mut Explanation) {
        let table = ["package", spec];
        let whose = self.whose(&table);
        let unit = whose.unit();
        let applies = self.profiles.override_for(profile, &unit);
        let mut without = unit;
        without.name = None;
        let without = self.profiles.unit(profile, &without).unwrap_or_default();
        for key in KEYS {
            let path = KeyPath::new(["profile", profile, "package", spec, key]);
            let (held, _) = self.in_profile(profile, &whose, key);
            let Some(held) = held else { continue };
            let bare = without.get(key).filter(|bare| bare.value != held.value);
            let bare = bare.map(|bare| self.shown(bare, profile, key));
            let shown = self.shown(&held, profile, key);
            let wanted = self.wanted(&path).map(|(_, wanted)| wanted);
            let mut row = Row::new(key, self.judged(&path, shown, wanted.as_ref()), None);
            row.wanted = wanted.map(|wanted| wanted.value);
            row.without = bare.map(|bare| bare.value.unwrap_or_else(|| "unset".to_owned()));
            explanation.table.push(row);
        }
        let kind = match (whose.is_member(), unit.local) {
            _ if spec == "*" => "every package that is no member of the workspace",
            (true, _) => "a member of the workspace, which `package.\"*\"` is not for",
            (false, true) => "no member of the workspace, and in a folder",
            (false, false) => "no member of the workspace",
        };
        let version = unit.version.map(|version| format!(" {version}"));
        let name = unit.name.unwrap_or(spec);
        explanation.notes.push(match spec {
            "*" => kind.to_owned(),
            _ => format!("`{name}{}` is {kind}", version.unwrap_or_default()),
        });
        match applies {
            Some(applies) => {
                let path = KeyPath::new(["package", &applies]);
                explanation.notes.push(format!(
                    "its override is `{path}`{}",
                    self.by_policy(profile, &applies)
                ));
            }
            None if spec != "*" => explanation
                .notes
                .push(format!("no override of profile `{profile}` names it")),
            None => {}
        }
    }

    /// By what the policy asks for an override.
    fn by_policy(&self, profile: &str, spec: &str) -> String {
        let at = KeyPath::new(["profile", profile, "package", spec]);
        let layer = &self.view.settings.manifest;
        let mut own = layer.keys().filter(|path| path.starts_with(&at));
        let wanted = own.next().and_then(|path| self.wanted(path));
        match wanted {
            Some((_, wanted)) => match (wanted.via, wanted.because, wanted.at) {
                (Some(via), Some(because), _) => format!(", by `{via}`: {because}"),
                (Some(via), None, _) => format!(", by `{via}`"),
                (None, _, Some(at)) => format!(", as the policy says ({at})"),
                (None, _, None) => String::new(),
            },
            None if self.view.policy_text.is_some() => {
                ", which the policy does not name".to_owned()
            }
            None => String::new(),
        }
    }

    /// A row of a profile.
    fn row(&self, profile: &str, table: &[&str], key: &str) -> Option<Row> {
        let path = ["profile", profile]
            .into_iter()
            .chain(table.iter().copied());
        let path = KeyPath::new(path.chain([key]));
        let (held, _) = self.in_profile(profile, &self.whose(table), key);
        let shown = self.shown(&held?, profile, key);
        let wanted = self.wanted(&path).map(|(_, wanted)| wanted);
        let held = self.judged(&path, shown, wanted.as_ref());
        let name = KeyPath::new(table.iter().copied().chain([key]));
        Some(Row::new(
            name.to_string(),
            held,
            wanted.map(|wanted| wanted.value),
        ))
    }

    fn judged(&self, path: &KeyPath, held: Held, wanted: Option<&super::Wanted>) -> Held {
        Held {
            as_wanted: wanted
                .and_then(|wanted| self.is_as_wanted(path, &wanted.value, held.value.as_deref())),
            ..held
        }
    }

    /// The keys that somebody says in a table of a profile, or that the policy wants there.
    fn said_in(&self, profile: &str, table: &[&str]) -> Vec<String> {
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        for name in self.profiles.line(profile).unwrap_or_default() {
            for key in KEYS {
                let path = ["profile", name].into_iter().chain(table.iter().copied());
                let path = KeyPath::new(path.chain([key]));
                if !self.parsed.said_there(&path).is_empty() || self.wanted(&path).is_some() {
                    keys.insert(key);
                }
            }
        }
        keys.into_iter().map(str::to_owned).collect()
    }

    /// Every key that somebody says or the policy wants, with what holds.
    fn everything(&self) -> Vec<Row> {
        let mut paths: BTreeSet<KeyPath> = BTreeSet::new();
        for (path, _) in self.config.leaves() {
            paths.insert(KeyPath::new(path));
        }
        if let Some(file) = &self.view.chain.manifest {
            paths.extend(profiles_in(file));
        }
        let settings = self.view.settings;
        let here = self
            .view
            .environment
            .and_then(|name| settings.environments.get(name));
        for layer in [&settings.manifest, &settings.portable, &settings.config]
            .into_iter()
            .chain(here)
        {
            paths.extend(layer.keys().cloned());
        }
        paths.extend(self.by_variables());
        paths
            .into_iter()
            .filter_map(|path| self.any(&path))
            .collect()
    }

    fn any(&self, path: &KeyPath) -> Option<Row> {
        let mut explanation = Explanation {
            wanted: self.wanted(path).map(|(_, wanted)| wanted),
            ..Explanation::default()
        };
        self.hold(path, &mut explanation);
        let held = explanation.effective.or_else(|| {
            let lost = explanation.chain.first();
            let why = match lost.map(|link| (&link.said.note, &link.said.because)) {
                Some((Some(why), _) | (None, Some(why))) => why,
                Some((None, None)) => "Cargo takes something else",
                None => {
                    explanation.wanted.as_ref()?;
                    "nobody says it"
                }
            };
            Some(Held {
                value: None,
                by: format!("since {why}"),
                place: lost.and_then(|link| Some(link.said.at.as_ref()?.to_string())),
                own: lost.is_some_and(|link| link.said.own),
                as_wanted: explanation.wanted.as_ref().map(|_| false),
            })
        })?;
        let wanted = explanation.wanted.map(|wanted| wanted.value);
        Some(Row::new(path.to_string(), held, wanted))
    }

    /// The keys that variables set.
    fn by_variables(&self) -> Vec<KeyPath> {
        let mut found = Vec::new();
        for (names, key) in [
            (
                ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"],
                "rustc-wrapper",
            ),
            (
                [
                    "RUSTC_WORKSPACE_WRAPPER",
                    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
                ],
                "rustc-workspace-wrapper",
            ),
            (
                ["CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL"],
                "incremental",
            ),
            (["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"], "rustflags"),
            (
                ["CARGO_ENCODED_RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"],
                "rustflags",
            ),
            (["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"], "target-dir"),
            (["CARGO_BUILD_TARGET", "CARGO_BUILD_TARGET"], "target"),
            (["CARGO_BUILD_JOBS", "CARGO_BUILD_JOBS"], "jobs"),
        ] {
            if names
                .iter()
                .any(|name| self.view.variables.contains_key(*name))
            {
                found.push(KeyPath::new(["build", key]));
            }
        }
        for profile in self.profiles.names() {
            for table in [&[][..], &["build-override"]] {
                for key in KEYS {
                    let path = ["profile", profile]
                        .into_iter()
                        .chain(table.iter().copied());
                    let path = KeyPath::new(path.chain([key]));
                    let said = self.parsed.said_there(&path);
                    if said.iter().any(|one| one.at.is_none()) {
                        found.push(path);
                    }
                }
            }
        }
        let target = KeyPath::new(["target", self.view.triple, "linker"]);
        let said = self.parsed.said_there(&target);
        found.extend(said.iter().any(|one| one.at.is_none()).then_some(target));
        found
    }
}

fn profiles_in(file: &ChainFile) -> Vec<KeyPath> {
    let Ok(source) = crate::edit::parse(&file.text) else {
        return Vec::new();
    };
    let leaves = source.leaves().into_iter();
    leaves
        .map(|leaf| leaf.path)
        .filter(|path| matches!(path.parts()[..], ["profile", _, ..]))
        .collect()
}

/// Every key that is set in this workspace or wanted by its policy; and why Cargo stops, if it does.
pub fn all(view: &View<'_>) -> (Vec<Row>, Vec<String>) {
    let mut named: BTreeSet<String> = BTreeSet::new();
    for file in &view.chain.configs {
        named.extend(
            profiles_in(file)
                .iter()
                .map(|path| path.segments()[1].clone()),
        );
    }
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let room = Room::new(view, &named);
    (room.everything(), room.stops)
}
