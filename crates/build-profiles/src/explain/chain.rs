//! Who says what of a key of a profile: in its own table, in those that stand before it, in those that it inherits.

use super::held::{Whose, scope, whatever_is_said};
use super::{Link, Room};
use crate::effective::{Effective, Spec, Step};
use crate::evidence::Said;
use crate::value::KeyPath;

impl Room<'_> {
    /// Who says what of a key of a profile, in every table that Cargo looks into.
    pub(super) fn chain(
        &self,
        profile: &str,
        asked: &[&str],
        whose: &Whose,
        key: &str,
        held: Option<&Effective>,
    ) -> Vec<Link> {
        let mut chain: Vec<Link> = Vec::new();
        let mut winner: Option<String> = None;
        if key == "incremental" && whose.unit().local {
            let path = KeyPath::new(["build", key]);
            let said = self.parsed.said(&path).into_iter();
            let global = said.filter(|one| one.note.is_none());
            chain.extend(global.map(|said| link(&path, said)));
            winner = chain
                .first()
                .map(|first| format!("{} decides for every profile", first.said.place));
        }
        if winner.is_none() {
            winner = held.and_then(|held| match &held.step {
                step @ (Step::Unwinds | Step::NotLocal | Step::ForTheBuild) => {
                    Some(whatever_is_said(step))
                }
                _ => None,
            });
        }
        let line = match key {
            "inherits" => vec![profile],
            _ => self.profiles.line(profile).unwrap_or_default(),
        };
        for table in self.tables(profile, asked, whose) {
            let label = match &table[..] {
                [] => None,
                table => Some(KeyPath::new(table.iter().copied()).to_string()),
            };
            if key == "strip"
                && winner.is_none()
                && let Some(held) = held
                && let Step::Reset(over) = &held.step
                && Some(scope(over)) == label
            {
                winner = Some(whatever_is_said(&held.step));
            }
            for name in &line {
                let path = ["profile", *name].into_iter().chain(table.iter().copied());
                let path = KeyPath::new(path.chain([key]));
                for mut said in self.parsed.said_there(&path) {
                    if let Some(winner) = &winner {
                        said.wins = false;
                        said.because = Some(winner.clone());
                    }
                    chain.push(link(&path, said));
                }
                if winner.is_none() && chain.iter().any(|link| link.said.wins) {
                    winner = Some(match &label {
                        Some(label) => format!("`{label}` stands before it"),
                        None => format!("`{name}` says it itself"),
                    });
                }
            }
            if let Some(label) = &label
                && chain.iter().any(|link| link.said.wins)
            {
                winner = Some(format!("`{label}` stands before it"));
            }
        }
        chain
    }

    /// The tables of a profile that are for these units, the strongest first, below `profile.<name>`. The table that is
    /// asked about is one of them, whoever it is for.
    fn tables<'t>(&'t self, profile: &str, asked: &[&'t str], whose: &Whose) -> Vec<Vec<&'t str>> {
        let unit = whose.unit();
        let overrides = self.profiles.overrides(profile);
        let for_it = |written: &&str| {
            let asked = asked == ["package", *written];
            let spec = Spec::parse(written);
            let named = unit.name.zip(spec);
            asked || named.is_some_and(|(name, spec)| spec.matches(name, unit.version, unit.id))
        };
        let named = overrides.iter().copied().filter(for_it);
        let mut tables: Vec<Vec<&str>> = named.map(|spec| vec!["package", spec]).collect();
        if !whose.is_member() && !tables.contains(&vec!["package", "*"]) {
            tables.push(vec!["package", "*"]);
        }
        if unit.for_the_build {
            tables.push(vec!["build-override"]);
        }
        tables.push(Vec::new());
        tables
    }
}

pub(super) fn link(path: &KeyPath, said: Said) -> Link {
    Link {
        key: path.to_string(),
        said,
    }
}
