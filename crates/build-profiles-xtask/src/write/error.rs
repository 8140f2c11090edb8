//! Why nothing was written.

use std::error::Error;
use std::fmt;

use build_profiles::diagnostic::FilePath;

use super::undo::Undone;

/// Why the files are as they were.
#[derive(Debug)]
pub enum WriteError {
    /// The disk is not what the plan was made from: a new run makes a new plan.
    Changed(FilePath),
    /// Something in the way; a new run would meet it again.
    Failed(anyhow::Error),
}

impl WriteError {
    /// Names what else somebody wrote while the files were being put back.
    pub(super) fn with_left_alone(self, undone: &Undone) -> Self {
        undone
            .left_alone
            .iter()
            .fold(self, |error, left| match error {
                Self::Changed(path) if path == left.path => Self::Changed(path),
                error => Self::Failed(anyhow::Error::from(error).context(left.to_string())),
            })
    }

    /// Says that the files are not all as they were.
    pub(super) fn with_failed_undo(self, undo: &anyhow::Error) -> Self {
        Self::Failed(anyhow::Error::from(self).context(format!("{undo:#}")))
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "`{path}` changed since it was read; run again"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Changed(_) => None,
            Self::Failed(error) => error.source(),
        }
    }
}

impl From<anyhow::Error> for WriteError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
