//! The rows: what each word stands for in profiles of each root.

use super::{Root, Scope, Tradeoff};
use crate::value::Value;

/// One word in profiles of one root, in one edition.
pub(super) struct Expansion {
    pub(super) expansions: i64,
    pub(super) word: Tradeoff,
    pub(super) root: Root,
    pub(super) rows: &'static [Row],
}

/// One key of a word.
pub(super) struct Row {
    pub(super) scope: Scope,
    pub(super) key: &'static str,
    pub(super) value: Literal,
    /// For a toolchain that does not take `value`; without one the key is left out there.
    pub(super) below: Option<Literal>,
    pub(super) why: &'static str,
}

/// A value that can stand in a static.
#[derive(Clone, Copy, Debug)]
pub(super) enum Literal {
    Bool(bool),
    Int(i64),
    Str(&'static str),
}

impl From<Literal> for Value {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Bool(v) => v.into(),
            Literal::Int(v) => v.into(),
            Literal::Str(v) => v.into(),
        }
    }
}

use Literal::{Bool, Int, Str};

/// The table.
///
/// A word names what another word of the same root would have set, where inheriting that would defeat it: `release` for
/// run time and a profile for compile time on top of it is a common pair. It never sets `panic`: `abort` changes what
/// the program does, and in a dev-like profile it doubles what tests compile.
#[rustfmt::skip]
pub(super) static EXPANSIONS: &[Expansion] = &[
    first(Tradeoff::CompileTime, Root::Dev, &[
        own("opt-level", Int(0), "optimising is most of the compile time"),
        own("debug", Str("line-tables-only"), "backtraces keep file and line, the rest of the debug information is not generated").below(Int(1)),
        own("lto", Str("off"), "for dependencies that an override optimises: there `false` means thin-local LTO"),
        own("incremental", Bool(true), "an edit compiles again only what it touched"),
        star("debug", Bool(false), "nobody steps through dependencies, and every link gets shorter"),
    ]),
    first(Tradeoff::CompileTime, Root::Release, &[
        own("lto", Str("off"), "`false` would still mean thin-local LTO"),
        own("codegen-units", Int(256), "incremental members are cut finely, as rustc does by itself; takes back an inherited 1"),
        own("debug", Bool(false), "debug information costs time in rustc and in the linker"),
        own("incremental", Bool(true), "an edit compiles again only what it touched"),
        star("codegen-units", Int(16), "rustc's own number for what is not incremental: more pieces cost more than they save"),
    ]),
    first(Tradeoff::RunTime, Root::Dev, &[
        own("opt-level", Int(1), "most of the speed for the least compile time"),
        own("lto", Str("off"), "from opt-level 1 on `false` means thin-local LTO, which costs and buys tests nothing"),
        own("debug", Str("line-tables-only"), "backtraces keep file and line, the rest of the debug information is not generated").below(Int(1)),
    ]),
    first(Tradeoff::RunTime, Root::Release, &[
        own("opt-level", Int(3), "the fastest code rustc makes"),
        own("lto", Str("fat"), "optimises across crates"),
        own("codegen-units", Int(1), "optimises across the whole crate"),
        own("incremental", Bool(false), "incremental compilation cuts crates into pieces that cannot be optimised together"),
    ]),
    first(Tradeoff::Debugging, Root::Dev, &[
        own("opt-level", Int(0), "every variable and line is where the source says"),
        own("debug", Str("full"), "variables and types, not only lines").below(Int(2)),
        own("strip", Str("none"), "stripped debug information helps nobody"),
        own("debug-assertions", Bool(true), "wrong states are found where they arise"),
        own("overflow-checks", Bool(true), "wrong numbers are found where they arise"),
        star("debug", Str("full"), "stepping into a dependency works; takes back what an inherited `package.\"*\"` says").below(Int(2)),
    ]),
    first(Tradeoff::Debugging, Root::Release, &[
        own("debug", Str("full"), "variables and types, not only lines").below(Int(2)),
        own("strip", Str("none"), "stripped debug information helps nobody"),
    ]),
    first(Tradeoff::Size, Root::Dev, &[
        own("opt-level", Str("z"), "smaller than `\"s\"`: loops are not vectorised"),
        own("lto", Str("off"), "thin-local LTO costs at every edit"),
        own("debug", Bool(false), "debug information is the largest part of a product"),
        own("strip", Str("symbols"), "symbols are the next largest"),
    ]),
    first(Tradeoff::Size, Root::Release, &[
        own("opt-level", Str("z"), "smaller than `\"s\"`: loops are not vectorised"),
        own("lto", Str("fat"), "drops code that no crate calls"),
        own("codegen-units", Int(1), "nothing is generated twice"),
        own("debug", Bool(false), "debug information is the largest part of a product"),
        own("incremental", Bool(false), "incremental compilation cuts crates into pieces that cannot be optimised together"),
        own("strip", Str("symbols"), "symbols are the next largest"),
    ]),
];

/// A word of the first edition.
const fn first(word: Tradeoff, root: Root, rows: &'static [Row]) -> Expansion {
    Expansion {
        expansions: 1,
        word,
        root,
        rows,
    }
}

/// A key of the profile itself.
const fn own(key: &'static str, value: Literal, why: &'static str) -> Row {
    Row {
        scope: Scope::Profile,
        key,
        value,
        below: None,
        why,
    }
}

/// A key of its `package."*"`.
const fn star(key: &'static str, value: Literal, why: &'static str) -> Row {
    let mut row = own(key, value, why);
    row.scope = Scope::Star;
    row
}

impl Row {
    /// With a value for toolchains that do not take the other.
    const fn below(mut self, value: Literal) -> Self {
        self.below = Some(value);
        self
    }
}
