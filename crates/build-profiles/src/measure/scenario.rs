//! What people wait for: the scenarios, what each runs, and what has to stand before it.

use serde::{Deserialize, Serialize};

/// A scenario that the tool brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builtin {
    /// A build from nothing, with a cache that is empty: what it costs to fill one.
    Clean,
    /// A build from nothing, with a cache that has seen it.
    CleanCached,
    /// A build with nothing to do.
    NoOp,
    /// `cargo check` from nothing.
    Check,
    /// A build after an edit in a member that no other depends on.
    EditLeaf,
    /// A build after an edit in the member that most others depend on.
    EditHub,
    /// The tests, built from nothing.
    TestBuild,
    /// The tests, run.
    TestRun,
}

impl Builtin {
    /// Every one, in the order in which reports list them.
    pub const ALL: [Self; 8] = [
        Self::Clean,
        Self::CleanCached,
        Self::NoOp,
        Self::Check,
        Self::EditLeaf,
        Self::EditHub,
        Self::TestBuild,
        Self::TestRun,
    ];

    /// As the policy and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::CleanCached => "clean-cached",
            Self::NoOp => "no-op",
            Self::Check => "check",
            Self::EditLeaf => "edit-leaf",
            Self::EditHub => "edit-hub",
            Self::TestBuild => "test-build",
            Self::TestRun => "test-run",
        }
    }

    /// The scenario of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == name)
    }

    /// What it is, for help and reports.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "a build from nothing; a cache is empty, and filled",
            Self::CleanCached => "a build from nothing; a cache has seen it before",
            Self::NoOp => "a build with nothing to do",
            Self::Check => "`cargo check` from nothing; a cache has seen it before",
            Self::EditLeaf => "a build after an edit in a member that no other depends on",
            Self::EditHub => "a build after an edit in the member that most others depend on",
            Self::TestBuild => "the tests, built from nothing; a cache has seen it before",
            Self::TestRun => "the tests, built before, run",
        }
    }
}
