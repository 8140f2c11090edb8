//! The one table of every key we know: home, type, since, stability, reach, claim.
//!
//! The parser, the JSON Schema, the reference in `docs/policy.md` and the planner all read this table; nothing about a
//! key is written twice.

mod meaning;
pub mod nextest;
mod table;

pub(crate) use meaning::{describe, takes};

use crate::value::Value;

/// Where a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// `[profile.<name>]`, and, where the key says so, `package.<spec>` and `build-override` in it.
    Profile,
    /// `[build]` of the Cargo config.
    Build,
    /// `[target.<triple or cfg>]` of the Cargo config.
    Target,
    /// The policy's own words, at its top level.
    Policy,
    /// `[cache]` of the policy.
    Cache,
    /// `[cache.storage]` of the policy, or the table of one of its back-ends: `cache.storage.redis`.
    Storage(&'static str),
    /// `[test]` of the policy.
    Test,
    /// `[test.nextest]`: the top level of `.config/nextest.toml`.
    Nextest,
    /// `[test.nextest.profile.<name>]`.
    NextestProfile,
    /// `[test.nextest.profile.<name>.junit]`.
    NextestJunit,
}

/// The values a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number in the range, inclusive.
    Int(i64, i64),
    /// Any string.
    Str,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A boolean, a number of the range, or one of the words: Cargo's `debug`, `lto`, `strip`, `opt-level`.
    Mixed {
        /// Whether `true` and `false` are taken.
        bool: bool,
        /// The numbers taken, inclusive.
        int: Option<(i64, i64)>,
        /// The words taken.
        words: &'static [&'static str],
    },
    /// An array of strings, or Cargo's one string split at white space.
    Flags,
    /// A string that is not empty.
    Text,
    /// A length of time, as nextest spells it: `"90s"`, `"1m 30s"`.
    Duration,
    /// A release of nextest: `"0.9.131"`.
    Release,
    /// A whole number from 1 on, or one of the words.
    Count {
        /// Whether a negative number is taken too: so many fewer than there are cores.
        negative: bool,
        /// The words taken.
        words: &'static [&'static str],
    },
    /// A short form, or a table that says more.
    Form(&'static nextest::Form),
}

/// Who a value is right for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Right on every machine with the workspace's toolchain: committed.
    Portable,
    /// Needs a program that may be missing: proved on this machine, written to `.cargo/machine.toml`.
    Machine,
}

/// Every key, sorted by home and name.
pub static KEYS: &[Key] = table::KEYS;

/// The key of this name in this home.
pub fn key(home: Home, name: &str) -> Option<&'static Key> {
    KEYS.binary_search_by(|key| (key.home, key.name).cmp(&(home, name)))
        .ok()
        .map(|index| &KEYS[index])
}

/// The keys of a home, sorted by name.
pub fn keys(home: Home) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.home == home)
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As Cargo or the policy spells it.
    pub name: &'static str,
    /// Where it lives.
    pub home: Home,
    /// The values it takes.
    pub kind: Kind,
    /// Whether it may stand in `package.<spec>` and `build-override`.
    pub overridable: bool,
    /// The first Cargo (major, minor) whose stable channel knows it; `None` for keys older than 1.57. Of nextest's keys
    /// the first nextest, (9, 131) for 0.9.131; `None` for keys older than `nextest-version` itself.
    pub since: Option<(u64, u64)>,
    /// Cargo's feature gate, for a key that stable refuses.
    pub unstable: Option<&'static str>,
    /// Whether it is committed or stays on the machine.
    pub reach: Reach,
    /// What it is.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it costs and buys.
    pub trade: &'static str,
    /// What would be observed if the setting is in force.
    pub claim: &'static str,
    /// Where the facts come from: a chapter of the Cargo book, an issue number.
    pub source: &'static str,
}

/// A row is the key it describes: two rows are equal if home and name are.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.home, self.name) == (other.home, other.name)
    }
}

impl Eq for Key {}

impl Key {
    /// Whether the key takes the value; if not, a fragment that says what it takes.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        meaning::check(self, value)
    }

    /// Whether two values mean the same: `true`, `2` and `"full"` of `debug` do.
    pub fn same(&self, a: &Value, b: &Value) -> bool {
        a == b || meaning::canonical(self, a) == meaning::canonical(self, b)
    }

    /// The first Cargo (major, minor) whose stable channel takes this value; `None` if older than 1.57.
    pub fn value_since(&self, value: &Value) -> Option<(u64, u64)> {
        meaning::since(self, value)
    }

    /// Where the key stands, as the policy writes it: `[profile.<name>] debug`.
    pub fn place(&self) -> String {
        match self.home.table() {
            "" => self.name.to_owned(),
            table => format!("[{table}] {}", self.name),
        }
    }
}

impl Home {
    /// The table of the policy, as a person would write it; empty for the top level.
    pub fn table(self) -> &'static str {
        match self {
            Self::Profile => "profile.<name>",
            Self::Build => "build",
            Self::Target => "target.<triple or cfg>",
            Self::Policy => "",
            Self::Cache => "cache",
            Self::Storage(table) => table,
            Self::Test => "test",
            Self::Nextest => "test.nextest",
            Self::NextestProfile => "test.nextest.profile.<name>",
            Self::NextestJunit => "test.nextest.profile.<name>.junit",
        }
    }

    /// Whether its keys are nextest's.
    pub fn is_nextest(self) -> bool {
        matches!(
            self,
            Self::Nextest | Self::NextestProfile | Self::NextestJunit
        )
    }
}

/// Keys that Cargo or nextest knows and the policy never touches; sorted.
///
/// They configure the machine, the network or the output, not how the workspace builds or is tested as a whole; whoever
/// sets them keeps them.
pub static LEFT_TO_CARGO: &[(Home, &str)] = &[
    (Home::Build, "analysis"),
    (Home::Build, "artifact-dir"),
    (Home::Build, "build-dir"),
    (Home::Build, "dep-info-basedir"),
    (Home::Build, "jobs"),
    (Home::Build, "rustc"),
    (Home::Build, "rustdoc"),
    (Home::Build, "rustdocflags"),
    (Home::Build, "sbom"),
    (Home::Build, "target"),
    (Home::Build, "target-dir"),
    (Home::Build, "warnings"),
    (Home::Target, "runner"),
    (Home::Target, "rustdocflags"),
    (Home::Nextest, "experimental"),
    (Home::Nextest, "scripts"),
    (Home::Nextest, "store"),
    (Home::Nextest, "test-groups"),
    (Home::NextestProfile, "archive"),
    (Home::NextestProfile, "bench"),
    (Home::NextestProfile, "inherits"),
    (Home::NextestProfile, "overrides"),
    (Home::NextestProfile, "run-extra-args"),
    (Home::NextestProfile, "scripts"),
    (Home::NextestProfile, "test-group"),
];
