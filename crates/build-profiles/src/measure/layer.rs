//! The layers of a policy: what is taken away together, to see what it is worth.

use serde::{Deserialize, Serialize};

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
