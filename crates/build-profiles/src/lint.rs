//! Settings that Cargo ignores, or that defeat one another.
//!
//! One file a family, each with its rows beside its code; [`lints`] is the sorted table of all. A lint looks at files
//! that were parsed once ([`Subject`]) and says what was written, what Cargo does with it, what it costs, and what to
//! write instead.

mod subject;
mod fix;
mod level;
mod book;
pub(crate) mod known;
mod env;
mod keys;
mod targets;
mod flags;
mod linkers;
mod wrappers;
mod inherited;
mod profiles;
mod overrides;
mod layers;
mod elsewhere;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::Edit;

pub use book::{level, lint_reference};
pub use elsewhere::variables;
pub use fix::{Fix, fixed};
pub use level::{Allowed, Today, leveled};
pub use subject::{Doc, File, Files, Member, Package, Role, Subject};

/// A lint: one row of the table.
#[derive(Debug)]
pub struct Lint {
    /// snake_case and stable, as rustc's.
    pub name: &'static str,
    /// How much a finding weighs, unless the policy says otherwise; `None`: it is not looked for.
    pub level: Option<Level>,
    /// What it is about.
    pub group: Group,
    /// The first Cargo (major, minor) of which it is true; `None`: of all.
    pub since: Option<(u64, u64)>,
    /// The first Cargo of which it is no longer true.
    pub until: Option<(u64, u64)>,
    /// What is written: a clause without a period, for the table in the documentation.
    pub finds: &'static str,
    /// What Cargo does with it: a clause without a period. Stands as a note below each finding.
    pub cargo: &'static str,
    /// What that costs: a clause without a period, or nothing.
    pub costs: &'static str,
    /// What to write instead: imperative. Stands below a finding that knows nothing better.
    pub instead: &'static str,
    /// Whether some of its findings can be mended by `--fix`.
    pub fixable: bool,
    /// Where the fact comes from: a chapter of the Cargo book, an issue.
    pub source: &'static str,
    /// Files with the mistake, behind `//- path` lines. The lint fires on them.
    pub bad: &'static str,
    /// Files that look like it and are right. The lint says nothing of them.
    pub good: &'static str,
}

/// The newest Cargo that the lints have been tried on.
const NEWEST: (u64, u64) = (1, 95);

impl Lint {
    /// Whether it is true of a Cargo.
    fn holds_under(&self, cargo: (u64, u64)) -> bool {
        self.since.is_none_or(|since| since <= cargo)
            && self.until.is_none_or(|until| cargo < until)
    }
}

/// A row with everything that most rows share, to be overwritten with `..`.
pub(crate) const LINT: Lint = Lint {
    name: "",
    level: Some(Level::Warning),
    group: Group::Keys,
    since: None,
    until: None,
    finds: "",
    cargo: "",
    costs: "",
    instead: "",
    fixable: false,
    source: "",
    bad: "",
    good: "",
};

impl PartialEq for Lint {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Lint {}

/// What a lint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// `[env]` and variables.
    Environment,
    /// Keys and tables that Cargo does not know, or not there.
    Keys,
    /// Which targets a table is for.
    Targets,
    /// rustflags.
    Flags,
    /// Linkers.
    Linkers,
    /// Compiler wrappers, caches, incremental compilation.
    Wrappers,
    /// Profiles and their overrides.
    Profiles,
    /// Which files Cargo reads.
    Files,
    /// The same settings elsewhere: CI, containers, editors.
    Elsewhere,
}

impl Group {
    /// As the documentation heads it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Environment => "The environment and `[env]`",
            Self::Keys => "Keys and tables",
            Self::Targets => "Targets",
            Self::Flags => "rustflags",
            Self::Linkers => "Linkers",
            Self::Wrappers => "Wrappers, caches, incremental compilation",
            Self::Profiles => "Profiles",
            Self::Files => "Files",
            Self::Elsewhere => "CI, containers, editors",
        }
    }
}

/// A family: what it looks for, and how.
struct Family {
    lints: &'static [&'static Lint],
    check: fn(&Subject<'_>, &mut Vec<Finding>),
}

static FAMILIES: &[&Family] = &[
    &env::FAMILY,
    &keys::FAMILY,
    &targets::FAMILY,
    &flags::FAMILY,
    &linkers::FAMILY,
    &wrappers::FAMILY,
    &profiles::FAMILY,
    &overrides::FAMILY,
    &layers::FAMILY,
    &elsewhere::FAMILY,
];

/// Every lint, sorted by name.
pub fn lints() -> &'static [&'static Lint] {
    static TABLE: LazyLock<Vec<&'static Lint>> = LazyLock::new(|| {
        let mut table: Vec<_> = FAMILIES.iter().flat_map(|f| f.lints).copied().collect();
        table.sort_by_key(|lint| lint.name);
        table
    });
    &TABLE
}

/// The lint of this name.
pub fn lint(name: &str) -> Option<&'static Lint> {
    let table = lints();
    let at = table.binary_search_by_key(&name, |lint| lint.name).ok()?;
    Some(table[at])
}

/// What a lint has found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The lint.
    pub lint: &'static Lint,
    /// What there is to say.
    pub diagnostic: Diagnostic,
    /// What would mend it for certain; empty if that is for a person to decide.
    pub fixes: Vec<(FilePath, Fix)>,
}

impl Finding {
    /// A finding at a place in a file: the title says what was written.
    fn new(lint: &'static Lint, message: impl Into<String>) -> Self {
        Self {
            lint,
            diagnostic: Diagnostic::new(lint.level.unwrap_or(Level::Note), lint.name, message),
            fixes: Vec::new(),
        }
    }

    /// Points at a place.
    fn at(mut self, doc: &Doc<'_>, span: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.with_label(&doc.file.path, span, text);
        self
    }

    /// Adds a fact beside those of the table.
    fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.with_note(note);
        self
    }

    /// Says what to do, in place of what the table says.
    fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.with_help(help);
        self
    }

    /// One edit of those that mend it.
    fn edit(mut self, doc: &Doc<'_>, edit: Edit) -> Self {
        self.fixes.push((doc.file.path.clone(), Fix::Edit(edit)));
        self
    }

    /// A key that only needs another name.
    fn rename(mut self, doc: &Doc<'_>, path: &crate::value::KeyPath, name: &str) -> Self {
        self.fixes.push((
            doc.file.path.clone(),
            Fix::Rename(path.clone(), name.to_owned()),
        ));
        self
    }

    /// With what the table says of every finding of the lint.
    fn finished(mut self) -> Self {
        let facts = [self.lint.cargo, self.lint.costs];
        let facts = facts.iter().filter(|fact| !fact.is_empty());
        let own = std::mem::take(&mut self.diagnostic.notes);
        self.diagnostic.notes = facts.map(|fact| (*fact).to_owned()).chain(own).collect();
        if self.diagnostic.help.is_empty() {
            self.diagnostic.help.push(self.lint.instead.to_owned());
        }
        self
    }
}

/// Looks at the files. Findings stand in the order of files and lines.
pub fn run(subject: &Subject<'_>) -> Vec<Finding> {
    run_under(subject, || None)
}

/// The same under the Cargo (major, minor) that `cargo` tells; it is asked only if something hangs on it.
pub fn run_under(
    subject: &Subject<'_>,
    cargo: impl FnOnce() -> Option<(u64, u64)>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for family in FAMILIES {
        (family.check)(subject, &mut found);
    }
    let hangs_on_it = |one: &Finding| one.lint.since.or(one.lint.until).is_some();
    if found.iter().any(hangs_on_it) {
        let cargo = subject.pinned().or_else(cargo);
        found.retain(|finding| finding.lint.holds_under(cargo.unwrap_or(NEWEST)));
    }
    let place = |finding: &Finding| {
        let label = finding.diagnostic.labels.first();
        label.map(|label| (subject.rank(&label.file), label.span.start))
    };
    found.sort_by_key(|finding| (place(finding), finding.lint.name));
    found.into_iter().map(Finding::finished).collect()
}
