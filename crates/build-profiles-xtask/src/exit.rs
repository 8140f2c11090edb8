//! The exit codes: a promise to scripts.

use std::process::ExitCode;

/// What a run comes to. The same numbers stand in the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing to say.
    Clean,
    /// 3: an experiment could not tell.
    Unproven,
    /// 1: findings: drift, something undeclared, a denied lint.
    Findings,
    /// 2: could not run: usage, invalid policy, I/O, a build that fails.
    Failed,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::Unproven => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
