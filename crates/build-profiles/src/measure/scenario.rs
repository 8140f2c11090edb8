//! What people wait for: the scenarios, what each runs, and what has to stand before it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::measure::layer::{Layer, Part};

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

/// What is run and timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A scenario of ours.
    Builtin(Builtin),
    /// A command of the user's: from nothing, with a cache that has seen it before.
    Command {
        /// Its name.
        name: String,
        /// The program and its arguments.
        words: Vec<String>,
    },
}

impl Task {
    /// The scenario's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Builtin(builtin) => builtin.name(),
            Self::Command { name, .. } => name,
        }
    }

    /// Whether a part can make a difference to it. Where it can't, nothing is measured: the figure would be noise.
    pub fn is_touched_by(&self, part: &Part) -> bool {
        let runs_tests = *self == Self::Builtin(Builtin::TestRun);
        match part {
            Part::Layer(Layer::Runner) => runs_tests,
            // Tests that are built run as they run, whoever compiled and linked them.
            Part::Layer(Layer::Cache | Layer::Linker) => !runs_tests,
            Part::Layer(Layer::Profiles) | Part::Tradeoff(_) | Part::Setting(_) => true,
        }
    }

    /// What is dropped last when time is short.
    pub(crate) fn weight(&self) -> u8 {
        match self {
            // Asked for by name.
            Self::Command { .. } => 9,
            Self::Builtin(Builtin::CleanCached) => 8,
            Self::Builtin(Builtin::EditHub) => 7,
            Self::Builtin(Builtin::TestRun) => 6,
            Self::Builtin(Builtin::Clean) => 5,
            Self::Builtin(Builtin::EditLeaf) => 4,
            Self::Builtin(Builtin::TestBuild) => 3,
            Self::Builtin(Builtin::Check) => 2,
            Self::Builtin(Builtin::NoOp) => 1,
        }
    }
}

/// Where a scenario's build goes: builds of another kind would make its units stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What `cargo build` makes.
    Build,
    /// What `cargo check` makes.
    Check,
    /// What `cargo test` makes.
    Test,
    /// What a command of the user's makes.
    Own,
}

impl Place {
    /// The folder's name; all are of one length, since a path is part of what is compiled.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Build => "target-b",
            Self::Check => "target-c",
            Self::Test => "target-t",
            Self::Own => "target-o",
        }
    }
}

/// What is done before a scenario and not timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preparation {
    /// The target directory goes.
    Wipe,
    /// The same build, so that the next has nothing to do but what is asked of it.
    Settle,
    /// A new line in the leaf.
    EditLeaf,
    /// A new line in the hub.
    EditHub,
}

/// How a scenario is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Where it builds.
    pub place: Place,
    /// Before it, in this order.
    pub before: Vec<Preparation>,
    /// Whether the cache has to be empty.
    pub empty_cache: bool,
}

impl Task {
    /// How it is run.
    pub fn recipe(&self) -> Recipe {
        use Preparation::{EditHub, EditLeaf, Settle, Wipe};
        let (place, before) = match self {
            Self::Builtin(Builtin::Clean | Builtin::CleanCached) => (Place::Build, vec![Wipe]),
            Self::Builtin(Builtin::NoOp) => (Place::Build, vec![Settle]),
            Self::Builtin(Builtin::EditLeaf) => (Place::Build, vec![Settle, EditLeaf]),
            Self::Builtin(Builtin::EditHub) => (Place::Build, vec![Settle, EditHub]),
            Self::Builtin(Builtin::Check) => (Place::Check, vec![Wipe]),
            Self::Builtin(Builtin::TestBuild) => (Place::Test, vec![Wipe]),
            Self::Builtin(Builtin::TestRun) => (Place::Test, vec![Settle]),
            Self::Command { .. } => (Place::Own, vec![Wipe]),
        };
        Recipe {
            place,
            before,
            empty_cache: *self == Self::Builtin(Builtin::Clean),
        }
    }
}

/// The parts of a set that can make a difference to a scenario.
pub(crate) fn touching(task: &Task, parts: &[Part], set: &BTreeSet<usize>) -> BTreeSet<usize> {
    set.iter()
        .copied()
        .filter(|index| {
            parts
                .get(*index)
                .is_some_and(|part| task.is_touched_by(part))
        })
        .collect()
}
