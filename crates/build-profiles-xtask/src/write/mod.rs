//! The door through which files change: all of them or none, at any point of failure.
//!
//! 1. [`take_turn`]: one run at a time. [`Turn::recover`] first clears up after a run that was interrupted.
//! 2. [`Turn::write`] compares the disk with what the plan was made from, and refuses before anything changes.
//! 3. A journal goes to the state directory: which files, and what they hold before and after.
//! 4. Each new text is staged beside its file, each old one kept there; everything is synced.
//! 5. Each file is swapped in with one rename, after one more look at it.
//! 6. The caller tries the new files, and then [`Written::keep`]s them or [`Written::roll_back`]s. A folder in which a
//!    file was removed goes with it once it is empty and the change is kept.
//!
//! Invariant: from 3 to 6 the journal stands. An undo compares it with the disk, moves what was swapped back, and can be
//! interrupted and repeated at will. Since a change counts only once it is kept, and keeping is the renaming of the
//! journal, an interrupted run is undone before that and completed after it.

mod change;
mod disk;
mod error;
mod failpoint;
mod fingerprint;
mod journal;
mod lock;
mod place;
mod receipt;
mod undo;
mod written;

use std::fs::File;

use anyhow::{Context as _, Result, anyhow};
use build_profiles::diagnostic::FilePath;
use build_profiles::plan::FileChange;
use camino::{Utf8Path, Utf8PathBuf};

use self::change::Change;
pub use self::error::WriteError;
pub use self::failpoint::STEPS;
use self::failpoint::reach;
use self::journal::{Journal, JournalFiles};
pub(crate) use self::receipt::receipt;
pub use self::undo::{LeftAlone, Undone};
pub use self::written::Written;

/// Held while one run of the tool reads, plans and writes.
#[derive(Debug)]
pub struct Turn {
    root: Utf8PathBuf,
    boundary: Utf8PathBuf,
    journal: JournalFiles,
    /// Unlocked when it is closed, also by the death of the process.
    _lock: File,
}

/// Waits until no other run writes in the workspace at `root`.
///
/// `state_dir` keeps the lock and the journal; workspaces may share it. No file outside of `boundary`, the git root or
/// the workspace root, is ever written. `on_wait` is called if another run has to finish first.
pub fn take_turn(
    state_dir: &Utf8Path,
    root: &Utf8Path,
    boundary: &Utf8Path,
    on_wait: impl FnOnce(),
) -> Result<Turn> {
    let canonical = |path: &Utf8Path| {
        path.canonicalize_utf8()
            .with_context(|| format!("failed to find `{path}`"))
    };
    let (root, boundary) = (canonical(root)?, canonical(boundary)?);
    std::fs::create_dir_all(state_dir)
        .with_context(|| format!("failed to create the folder `{state_dir}`"))?;
    let journal = JournalFiles::new(state_dir, &root);
    let lock = lock::lock(&journal.lock(), on_wait)
        .with_context(|| format!("failed to lock `{}`", journal.lock()))?;
    Ok(Turn {
        root,
        boundary,
        journal,
        _lock: lock,
    })
}

/// What [`Turn::recover`] found and did.
#[derive(Debug, PartialEq, Eq)]
pub enum Recovery {
    /// No run was interrupted.
    Nothing,
    /// The changes had been found good; these files are as that run wrote them.
    Completed(Vec<FilePath>),
    /// The changes had not been proved, so they were taken back.
    Undone(Undone),
}

impl Turn {
    /// Completes or undoes what an interrupted run left. Comes before anything is read.
    pub fn recover(&self) -> Result<Recovery> {
        if let Some(kept) = self.journal.load_kept()? {
            self.forget(&kept)?;
            return Ok(Recovery::Completed(
                kept.files.into_iter().map(|entry| entry.path()).collect(),
            ));
        }
        match self.journal.load()? {
            Some(journal) => Ok(Recovery::Undone(self.undo(&journal)?)),
            None => Ok(Recovery::Nothing),
        }
    }

    /// Makes every file what the plan wants; on an error every file is as it was.
    pub fn write(&self, changes: &[FileChange]) -> Result<Written<'_>, WriteError> {
        if self.journal.load()?.is_some() || self.journal.load_kept()?.is_some() {
            return Err(anyhow!("an interrupted run has not been recovered").into());
        }
        let mut planned: Vec<Change<'_>> = Vec::new();
        for change in changes.iter().filter(|it| it.before != it.after) {
            let change = Change::check(&self.root, &self.boundary, change)?;
            if let Some(twin) = planned
                .iter()
                .find(|twin| twin.place.target == change.place.target)
            {
                let (one, other) = (&twin.plan.path, &change.plan.path);
                return Err(anyhow!("`{one}` and `{other}` are the same file").into());
            }
            planned.push(change);
        }

        if planned.is_empty() {
            return Ok(Written {
                turn: self,
                journal: None,
            });
        }
        let journal = Journal::new(planned.iter().map(Change::entry).collect());
        let stored = self.journal.store(&journal);
        let written = Written {
            turn: self,
            journal: Some(journal),
        };
        stored?;
        reach("journaled");
        match swap_all(&planned) {
            Ok(()) => Ok(written),
            Err(error) => Err(match written.roll_back() {
                Ok(undone) => error.with_left_alone(&undone),
                Err(undo) => error.with_failed_undo(&undo),
            }),
        }
    }

    /// Undoes, and then nothing is left of that run.
    fn undo(&self, journal: &Journal) -> Result<Undone> {
        let undone = undo::undo(&self.root, &self.boundary, journal).with_context(|| {
            let journal = self.journal.path();
            format!(
                "failed to undo what was not finished; the next run tries again, unless `{journal}` is deleted",
            )
        })?;
        reach("undone");
        self.journal.remove()?;
        Ok(undone)
    }

    /// Deletes the old texts of files that stay new.
    fn forget(&self, kept: &Journal) -> Result<()> {
        self.journal.sync().context("failed to sync the journal")?;
        for entry in &kept.files {
            // If its links were changed since, nobody knows where to look.
            let Ok(place) = entry.locate(&self.root, &self.boundary) else {
                continue;
            };
            for leftover in [change::backup(&place.target), change::staged(&place.target)] {
                disk::remove_if_there(&leftover)
                    .with_context(|| format!("failed to delete `{leftover}`"))?;
                reach("forgotten");
            }
        }
        let removed = kept.files.iter().filter(|entry| entry.after.is_none());
        for entry in removed {
            if let Ok(place) = entry.locate(&self.root, &self.boundary) {
                place.remove_emptied(&self.root, &self.boundary, &entry.path());
                reach("emptied");
            }
        }
        self.journal.remove_kept()
    }
}

/// Stages everything before the first swap, so that what can fail fails while nothing has changed.
fn swap_all(planned: &[Change<'_>]) -> Result<(), WriteError> {
    for change in planned {
        change.stage()?;
        reach("staged");
    }
    for change in planned {
        change.back_up()?;
        reach("backed-up");
    }
    for change in planned {
        change.place.sync()?;
    }
    for change in planned {
        change.swap()?;
        reach("swapped");
    }
    for change in planned {
        change.place.sync()?;
    }
    reach("written");
    Ok(())
}
