//! The exit codes: a promise to scripts.

use std::process::ExitCode;

use build_profiles::diagnostic::{Diagnostic, Level};

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
    /// What findings come to, whatever else there is.
    pub(crate) fn of<'d>(findings: impl Iterator<Item = &'d Diagnostic>, strict: bool) -> Self {
        match findings.map(|finding| finding.level).max() {
            Some(Level::Error) => Self::Failed,
            Some(Level::Deny) => Self::Findings,
            Some(Level::Warning) if strict => Self::Findings,
            _ => Self::Clean,
        }
    }

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
