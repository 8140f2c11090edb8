//! The words (`compile-time`, ...) and what each stands for, per toolchain.
//!
//! A word is a row of keys that anybody could have written. The rows are versioned by `expansions` in the policy, so
//! that a new release of this tool changes no build by itself.

mod rows;

use semver::Version;

use crate::key::{self, Home, Key};
use crate::value::Value;

/// The newest edition of the table.
pub const EXPANSIONS: i64 = 1;

/// One word for several keys of a profile: what the profile trades the rest for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tradeoff {
    /// The shortest time from an edit to a result.
    CompileTime,
    /// Fast code at a bounded compile time.
    RunTime,
    /// Everything a debugger can use.
    Debugging,
    /// The smallest artifact.
    Size,
}

/// The built-in profile that a chain of `inherits` ends in: what a word starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// dev, test, and what inherits from them.
    Dev,
    /// release, bench, and what inherits from them.
    Release,
}

/// The part of a profile that a key of an expansion is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The profile itself.
    Profile,
    /// Its `package."*"`: every package that is no workspace member.
    Star,
}

/// One key that a word stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// Where it goes.
    pub scope: Scope,
    /// The key.
    pub key: &'static Key,
    /// Its value, in a spelling that the toolchain takes.
    pub value: Value,
    /// A fragment: why the word has it.
    pub why: &'static str,
}

/// What a word stands for in a profile of this root, for the oldest toolchain that has to understand it.
///
/// Without a toolchain nothing newer than Cargo 1.57 is used. An edition that this release does not know has no rows.
pub fn expand(
    word: Tradeoff,
    root: Root,
    expansions: i64,
    toolchain: Option<&Version>,
) -> Vec<Expanded> {
    rows::EXPANSIONS
        .iter()
        .filter(|of| (of.word, of.root, of.expansions) == (word, root, expansions))
        .flat_map(|of| of.rows)
        .filter_map(|row| {
            let key = key::key(Home::Profile, row.key)?;
            let value = [Some(row.value), row.below]
                .into_iter()
                .flatten()
                .map(Value::from)
                .find(|value| knows(toolchain, key.value_since(value)))?;
            Some(Expanded {
                scope: row.scope,
                key,
                value,
                why: row.why,
            })
        })
        .collect()
}

impl Tradeoff {
    /// Every word, in the order of the documentation.
    pub const ALL: [Self; 4] = [
        Self::CompileTime,
        Self::RunTime,
        Self::Debugging,
        Self::Size,
    ];

    /// The word as the policy spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CompileTime => "compile-time",
            Self::RunTime => "run-time",
            Self::Debugging => "debugging",
            Self::Size => "size",
        }
    }

    /// The word of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == name)
    }

    /// What the word is for, as a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::CompileTime => "The shortest time from an edit to a result.",
            Self::RunTime => {
                "Fast code: for tests that take longer to run than to build, and for what is shipped."
            }
            Self::Debugging => "Everything a debugger can use, in the dependencies too.",
            Self::Size => "The smallest product.",
        }
    }

    /// What was measured, as sentences.
    pub fn measured(self, root: Root) -> &'static str {
        match (self, root) {
            (Self::CompileTime, Root::Dev) => {
                "A clean test build of a real workspace went from 70 to 58 CPU seconds with trimmed debug information. \
                 `codegen-units = 256` is not part of it: over a tree of small dependencies it cost 19 % more CPU time."
            }
            (Self::CompileTime, Root::Release) => {
                "A clean release build of `toml_edit` and `proptest` with their dependencies went from 28 to 23 CPU \
                 seconds with `lto = \"off\"`; 256 codegen units for the dependencies would have cost 8 % more."
            }
            (Self::RunTime, Root::Dev) => {
                "The tests of a real workspace ran in 5 instead of 10 seconds; its clean build took 168 CPU seconds \
                 instead of 66, and 139 with `lto = \"off\"` at the same test speed."
            }
            (Self::RunTime, Root::Release) => {
                "Not measured by us: what fat LTO buys depends on the code. Measure it on yours."
            }
            (Self::Debugging, _) => "Not measured: it is not about time.",
            (Self::Size, _) => {
                "Not measured by us: compare the product's size with and without the word."
            }
        }
    }
}

impl Root {
    /// The built-in profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// The root of a profile that every Cargo has.
    pub fn of_built_in(profile: &str) -> Option<Self> {
        match profile {
            "dev" | "test" => Some(Self::Dev),
            "release" | "bench" => Some(Self::Release),
            _ => None,
        }
    }
}

/// Whether a toolchain of this floor has what came with Cargo `since`.
fn knows(toolchain: Option<&Version>, since: Option<(u64, u64)>) -> bool {
    match (since, toolchain) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(since), Some(floor)) => (floor.major, floor.minor) >= since,
    }
}

#[cfg(test)]
mod tests {
    use super::Root::{Dev, Release};
    use super::Scope::{Profile, Star};
    use super::Tradeoff::{CompileTime, Debugging, RunTime, Size};
    use super::*;

    /// The expansion as TOML lines, those of `package."*"` with a `*` in front.
    fn check(word: Tradeoff, root: Root, toolchain: Option<&str>, expected: &str) {
        let toolchain = toolchain.map(|v| Version::parse(v).expect("a literal"));
        let lines: Vec<_> = expand(word, root, 1, toolchain.as_ref())
            .into_iter()
            .map(|e| {
                let star = if e.scope == Star { "* " } else { "" };
                format!("{star}{} = {}", e.key.name, e.value.to_string().trim())
            })
            .collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn compile_time() {
        check(
            CompileTime,
            Dev,
            Some("1.94.0"),
            "opt-level = 0\ndebug = \"line-tables-only\"\nlto = \"off\"\nincremental = true\n* debug = false",
        );
        check(
            CompileTime,
            Release,
            Some("1.94.0"),
            "lto = \"off\"\ncodegen-units = 256\ndebug = false\nincremental = true\n* codegen-units = 16",
        );
    }

    #[test]
    fn run_time_in_a_dev_profile_switches_thin_local_lto_off() {
        check(
            RunTime,
            Dev,
            Some("1.71.0"),
            "opt-level = 1\nlto = \"off\"\ndebug = \"line-tables-only\"",
        );
    }

    #[test]
    fn an_old_or_unknown_toolchain_gets_what_it_understands() {
        for floor in [Some("1.70.9"), None] {
            check(
                RunTime,
                Dev,
                floor,
                "opt-level = 1\nlto = \"off\"\ndebug = 1",
            );
        }
        check(Debugging, Release, Some("1.58.0"), "debug = 2");
        check(
            Debugging,
            Release,
            Some("1.59.0"),
            "debug = 2\nstrip = \"none\"",
        );
    }

    #[test]
    fn an_unknown_edition_has_no_rows() {
        assert_eq!(expand(Size, Dev, EXPANSIONS + 1, None), []);
    }

    #[test]
    fn every_row_is_a_value_that_its_key_takes() {
        for row in rows::EXPANSIONS.iter().flat_map(|of| of.rows) {
            let key = key::key(Home::Profile, row.key).expect("the row names a key");
            assert!(row.scope == Profile || key.overridable, "{}", row.key);
            assert_eq!(key.unstable, None, "{}", row.key);
            for value in [Some(row.value), row.below].into_iter().flatten() {
                assert_eq!(key.check(&value.into()), Ok(()), "{}", row.key);
            }
        }
    }

    #[test]
    fn no_word_aborts_and_none_optimises_dev_with_thin_local_lto() {
        let mut rows = rows::EXPANSIONS.iter().flat_map(|of| of.rows);
        assert!(rows.all(|row| row.key != "panic"));
        for word in Tradeoff::ALL {
            let rows = expand(word, Dev, 1, None);
            let value = |name| rows.iter().find(|e| e.key.name == name).map(|e| &e.value);
            if value("opt-level") != Some(&Value::Int(0)) {
                assert_eq!(value("lto"), Some(&"off".into()), "{}", word.name());
            }
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for word in Tradeoff::ALL {
            assert_eq!(Tradeoff::parse(word.name()), Some(word));
            for root in [Dev, Release] {
                assert!(!expand(word, root, EXPANSIONS, None).is_empty());
                assert!(word.measured(root).ends_with('.'));
            }
        }
        assert_eq!(Tradeoff::parse("speed"), None);
    }
}
