//! The layers of a policy, and what else can be a step of the ladder.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::KeyPath;

/// A part of the policy that is measured as one step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// What `[profile]` says.
    Profiles,
    /// The compiler cache, with what it asks of incremental compilation.
    Cache,
    /// The runner of the tests.
    Runner,
    /// The linker.
    Linker,
}

impl Layer {
    /// In the order in which the ladder takes them, unless the policy names another.
    pub const ALL: [Self; 4] = [Self::Profiles, Self::Cache, Self::Runner, Self::Linker];

    /// As the policy and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profiles => "profiles",
            Self::Cache => "cache",
            Self::Runner => "runner",
            Self::Linker => "linker",
        }
    }

    /// The layer of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }
}

/// A step of the ladder: a layer, or a piece of `profiles` that is looked at alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A layer; what has a step of its own is not in it.
    Layer(Layer),
    /// All that the trade-off word of this profile stands for.
    Tradeoff(String),
    /// One setting, or a table of them.
    Setting(KeyPath),
}

impl Part {
    /// What `profiles`, `profile.dev.tradeoff` or `profile.dev.debug` is; `None` if it is nothing that can be a step.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(layer) = Layer::named(name) {
            return Some(Self::Layer(layer));
        }
        let path = KeyPath::parse(name)?;
        match path.parts()[..] {
            ["profile", profile, "tradeoff"] => Some(Self::Tradeoff(profile.to_owned())),
            ["profile", _, _, ..] => Some(Self::Setting(path)),
            _ => None,
        }
    }

    /// Whether it changes what is built, and not only what is run afterwards.
    pub fn is_in_files(&self) -> bool {
        *self != Self::Layer(Layer::Runner)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layer(layer) => f.write_str(layer.name()),
            Self::Tradeoff(profile) => {
                write!(f, "{}", KeyPath::new(["profile", profile, "tradeoff"]))
            }
            Self::Setting(path) => write!(f, "{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_a_step_is_known_by_its_name() {
        for name in [
            "profiles",
            "linker",
            "profile.dev.tradeoff",
            "profile.dev.debug",
            "profile.dev.package.\"*\".opt-level",
            "profile.dev.package",
        ] {
            let part = Part::named(name).map(|part| part.to_string());
            assert_eq!(part.as_deref(), Some(name));
        }
        for name in ["", "profile", "profile.dev", "build.rustflags", "caches"] {
            assert_eq!(Part::named(name), None, "{name}");
        }
    }
}
