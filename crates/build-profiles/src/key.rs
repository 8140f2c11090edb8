//! The one table of every key we know: home, type, since, stability, reach, claim.
//!
//! The parser, the JSON Schema, the reference in `docs/policy.md` and the planner all read this table; nothing about a
//! key is written twice.

mod meaning;
mod table;

pub(crate) use meaning::describe;

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
    /// `[test]` of the policy.
    Test,
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
    /// The first Cargo (major, minor) whose stable channel knows it; `None` for keys older than 1.57.
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
            Self::Test => "test",
        }
    }
}

/// Config keys that Cargo knows and the policy never touches; sorted.
///
/// They configure the machine, the network or the output, not how the workspace builds; whoever sets them keeps them.
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
];
