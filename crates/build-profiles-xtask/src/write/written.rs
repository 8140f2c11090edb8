//! The time of trial, between the write and the decision.

use anyhow::Result;

use super::Turn;
use super::failpoint::reach;
use super::journal::Journal;
use super::undo::Undone;

/// Files that are new on disk and not yet found good. Dropped undecided, they are rolled back.
#[derive(Debug)]
#[must_use = "the files are put back unless they are kept"]
pub struct Written<'turn> {
    pub(super) turn: &'turn Turn,
    /// `None` if nothing had to change, and once it is decided.
    pub(super) journal: Option<Journal>,
}

impl Written<'_> {
    /// The new files stay; the old texts are deleted.
    ///
    /// After an error the files are old again; unless it was an old text that could not be deleted: the next run does.
    pub fn keep(mut self) -> Result<()> {
        if self.journal.is_none() {
            return Ok(());
        }
        // If it fails, the journal still stands, and `drop` rolls back.
        self.turn.journal.keep()?;
        reach("kept");
        self.journal
            .take()
            .map_or(Ok(()), |journal| self.turn.forget(&journal))
    }

    /// The old files come back, down to their modification times where the file system has hard links.
    pub fn roll_back(mut self) -> Result<Undone> {
        match self.journal.take() {
            Some(journal) => self.turn.undo(&journal),
            None => Ok(Undone::default()),
        }
    }
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        if let Some(journal) = self.journal.take() {
            // An error has nowhere to go; the journal stands, so the next run tries again and reports it.
            let _ = self.turn.undo(&journal);
        }
    }
}
