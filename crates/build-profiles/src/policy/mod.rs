//! What the human wrote: typed, with spans, and nothing resolved that needs the workspace.

mod body;
pub(crate) mod budget;
pub(crate) mod cfg;
pub(crate) mod check;
pub(crate) mod entry;
pub(crate) mod flags;
pub(crate) mod inherits;
mod linker;
pub(crate) mod lint;
pub(crate) mod measure;
pub(crate) mod names;
mod nextest;
mod overlay;
pub(crate) mod packages;
mod parse;
pub mod platform;
mod profile;
mod source;
pub mod storage;
pub mod tables;
mod targets;
#[cfg(test)]
mod tests;
mod top;
mod unmanaged;

use std::collections::BTreeMap;
use std::ops::Range;

use semver::{Version, VersionReq};

use crate::key::Key;
use crate::lint::Allowed;
use crate::measure::layer::Layer;
use crate::tradeoff::Tradeoff;
use crate::value::{KeyPath, Value};

pub use inherits::{check_inherits, root};
pub use parse::{check_tool, parse};
pub use storage::Storage;

/// The newest version of the policy's format.
pub const SCHEMA: i64 = 1;

/// A value and the bytes of the policy file it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Byte range in the policy file.
    pub span: Range<usize>,
}

/// `build-profiles.toml`, parsed and checked as far as it can be without looking at the workspace.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// What the words mean (`expansions = 1`).
    pub expansions: i64,
    /// The oldest Cargo that builds this workspace. Without it nothing newer than Cargo 1.57 may be relied on, so there
    /// is no machine layer.
    pub toolchain: Option<Spanned<Version>>,
    /// The versions of this tool that may apply the policy.
    pub tool: Option<Spanned<VersionReq>>,
    /// Whether whatever the policy could own and does not name is refused.
    pub strict: bool,
    /// The Cargo config file that is written, relative to the workspace root; `.cargo/config.toml` by default.
    pub config: Option<Spanned<String>>,
    /// `[packages]`: named sets of packages.
    pub sets: Vec<PackageSet>,
    /// `[targets]`: named sets of targets.
    pub target_sets: Vec<TargetSet>,
    /// What holds everywhere.
    pub base: Body,
    /// `[environment.<name>]`: named overlays, sorted by name.
    pub environments: Vec<Environment>,
    /// `[lint]`: levels of lints, in the order of the file.
    pub lints: Vec<Allowed>,
    /// `[measure]`: what is measured.
    pub measure: Option<Measure>,
    /// `[budget]`: what a measurement must hold.
    pub budget: Option<Budget>,
    /// `[unmanaged]`: seen, named, left alone.
    pub unmanaged: Vec<Unmanaged>,
}

/// The part of a policy that an environment can overlay.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `[profile.<name>]`, in the order of the file.
    pub profiles: Vec<Profile>,
    /// `[linker]`: for a short platform name, a triple or a cfg expression, the candidates in order of preference.
    pub linkers: Vec<LinkerPreference>,
    /// `[cache]`.
    pub cache: Option<Cache>,
    /// `[test]`.
    pub test: Option<Test>,
    /// `[build]`: raw Cargo config keys.
    pub build: Vec<Entry>,
    /// `[target.<triple or cfg>]`: raw Cargo config keys. A table for a set is here once for each target of the set.
    pub targets: Vec<Target>,
}

/// `[profile.<name>]` of the policy.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name; the span is that of the key.
    pub name: Spanned<String>,
    /// The one word that stands for several keys.
    pub tradeoff: Option<Spanned<Tradeoff>>,
    /// The profile it starts from, for a custom profile.
    pub inherits: Option<Spanned<String>>,
    /// Its own keys, without `inherits`.
    pub settings: Vec<Entry>,
    /// `build-override`.
    pub build_override: Option<Vec<Entry>>,
    /// `package.<selector>`, in the order of the file.
    pub packages: Vec<PackageOverride>,
    /// The comment above `tradeoff`, else above the table.
    pub reason: Option<String>,
}

/// `package.<selector> = { ... }` of a profile.
#[derive(Clone, Debug)]
pub struct PackageOverride {
    /// Whose settings these are; the span is that of the key.
    pub selector: Spanned<Selector>,
    /// The keys.
    pub settings: Vec<Entry>,
}

/// Whom an override is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `"*"`: Cargo's own meaning, every package that is no workspace member.
    Star,
    /// `"@codecs"`: every package of the set, one override each.
    Set(String),
    /// A package ID spec as Cargo takes it: `serde`, `serde@1`, a package URL.
    Spec(String),
}

/// One key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The row of the key table.
    pub key: &'static Key,
    /// Its value; the span is that of the value.
    pub value: Spanned<Value>,
    /// The comment above the key, without `#`, lines joined by `\n`: why.
    pub reason: Option<String>,
}

/// A named set of `[packages]`.
#[derive(Clone, Debug)]
pub struct PackageSet {
    /// Its name; the span is that of the key.
    pub name: Spanned<String>,
    /// What is in it. A pattern with a `/` is a glob over member folders, another a glob over package names; one that
    /// starts with `!` takes out.
    pub patterns: Vec<Spanned<String>>,
    /// The comment above.
    pub reason: Option<String>,
}

/// A named set of `[targets]`.
#[derive(Clone, Debug)]
pub struct TargetSet {
    /// Its name; the span is that of the key.
    pub name: Spanned<String>,
    /// What is in it: triples and `cfg(...)`, as written and in that order. What was refused is not.
    pub targets: Vec<Spanned<String>>,
    /// The comment above.
    pub reason: Option<String>,
}

/// One line of `[linker]`.
#[derive(Clone, Debug)]
pub struct LinkerPreference {
    /// A short platform name, a triple, or `cfg(...)`; the span is that of the key.
    pub platform: Spanned<String>,
    /// Candidates, best first.
    pub candidates: Vec<Spanned<String>>,
    /// The comment above.
    pub reason: Option<String>,
}

/// `[cache]`. In an environment, what is absent comes from the base.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// Span of the table's header or of its first key.
    pub span: Range<usize>,
    /// The wrapper; `sccache` is the one we can prove.
    pub tool: Option<Spanned<String>>,
    /// What is meant to be cached.
    pub scope: Option<Spanned<CacheScope>>,
    /// What to do on a machine without the tool.
    pub if_missing: Option<Spanned<IfMissing>>,
    /// Where it keeps what was compiled.
    pub storage: Option<Storage>,
    /// The comment above the table or its first key.
    pub reason: Option<String>,
}

/// What is meant to be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheScope {
    /// Members stay incremental, which keeps them out of the cache; third-party packages are cached.
    Dependencies,
    /// Incremental compilation is switched off wherever the cache is on, so that members are cached too.
    Everything,
}

/// What to do on a machine without a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// Say nothing, do without.
    Skip,
    /// Say so, do without.
    Warn,
    /// Refuse to configure.
    Error,
}

/// `[test]`.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// `cargo` or `nextest`.
    pub runner: Option<Spanned<String>>,
    /// Whether doctests are run after the runner.
    pub doctests: Option<Spanned<bool>>,
    /// `[test.nextest]`: what `.config/nextest.toml` says. The base's alone.
    pub nextest: Option<Nextest>,
}

/// `[test.nextest]`.
#[derive(Clone, Debug)]
pub struct Nextest {
    /// Span of the key.
    pub span: Range<usize>,
    /// Whether it says `nextest-version`, readable or not.
    pub names_version: bool,
    /// Each key by its path in `.config/nextest.toml`, in the order of the file.
    pub settings: Vec<(KeyPath, Entry)>,
}

/// `[target.<triple or cfg>]` of the policy, or what `[target."@set"]` says of one target of the set.
///
/// Invariant: of several about one target in a body, no two have the same key, or there was an error.
#[derive(Clone, Debug)]
pub struct Target {
    /// A triple or `cfg(...)`; the span is that of the key, or of the element of the set.
    pub name: Spanned<String>,
    /// The set of `[targets]` by which the target has these keys.
    pub set: Option<String>,
    /// Its keys.
    pub settings: Vec<Entry>,
}

/// `[environment.<name>]`.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name: letters, digits, `-`, `_`.
    pub name: Spanned<String>,
    /// What it lays over the base.
    pub body: Body,
}

/// One entry of `[unmanaged]`.
#[derive(Clone, Debug)]
pub struct Unmanaged {
    /// The key or table left alone, as it would be written in the manifest or config: `profile.dist`,
    /// `target.x86_64-unknown-linux-musl.rustflags`.
    pub path: KeyPath,
    /// Why.
    pub reason: String,
    /// Span of the key.
    pub span: Range<usize>,
}

/// `[measure]`. The base's alone.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    /// Span of the table's header or of its first key.
    pub span: Range<usize>,
    /// The layers that are named, each once: the ladder adds them in this order. [`Measure::layers`] has all.
    pub order: Vec<Spanned<Layer>>,
    /// The member that `edit-leaf` edits.
    pub leaf: Option<Spanned<String>>,
    /// The member that `edit-hub` edits.
    pub hub: Option<Spanned<String>>,
    /// What is measured when the command line names nothing: built-in scenarios and names of `commands`, each once.
    pub scenarios: Vec<Spanned<String>>,
    /// `[measure.commands]`, in the order of the file.
    pub commands: Vec<Command>,
}

/// One line of `[measure.commands]`: a scenario of the user's own.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its name: letters, digits, `-`, `_`; no built-in scenario's.
    pub name: Spanned<String>,
    /// The program and its arguments; empty only if there was an error.
    pub words: Vec<String>,
    /// The comment above it or above the table.
    pub reason: Option<String>,
}

/// `[budget]`. The base's alone.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// `hit-rate`, in per cent; the span is that of the value.
    pub hit_rate: Option<Spanned<f64>>,
    /// `[budget.ratio]`, in the order of the file: `<scenario>` or `<layer>.<scenario>` with the most that it may be.
    /// The span is that of the key.
    pub ratios: Vec<(Spanned<String>, f64)>,
    /// The comments above, by `hit-rate` and `ratio.<name>`.
    pub reasons: BTreeMap<String, String>,
}
