//! Back to the old files: for a roll back, and after an accident.
//!
//! It needs no room on the disk, only renames, and may be interrupted and repeated.

use std::{fmt, fs};

use anyhow::{Context as _, Result};
use build_profiles::diagnostic::FilePath;
use camino::{Utf8Path, Utf8PathBuf};

use super::change::{backup, staged};
use super::disk::{is_absent, remove_if_there};
use super::failpoint::reach;
use super::fingerprint::Fingerprint;
use super::journal::{Entry, Journal};

/// What an undo did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that had been written and are old again. Those that had not been reached are not named.
    pub restored: Vec<FilePath>,
    /// Files that are neither old nor as we wrote them.
    pub left_alone: Vec<LeftAlone>,
}

/// A file that somebody edited after we wrote it or before we could, or whose old text has been deleted.
#[derive(Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// The file.
    pub path: FilePath,
    /// Where its text from before our change is, if it still is.
    pub old: Option<Utf8PathBuf>,
}

impl fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is left as it is, since it or its old text was changed meanwhile",
            self.path
        )?;
        match &self.old {
            Some(old) => write!(f, "; its text from before is in `{old}`"),
            None => Ok(()),
        }
    }
}

/// Restores each file that is as we wrote it. One that fails does not keep the others from it.
pub(super) fn undo(root: &Utf8Path, boundary: &Utf8Path, journal: &Journal) -> Result<Undone> {
    let mut undone = Undone::default();
    let mut failed = None;
    for entry in journal.files.iter().rev() {
        if let Err(error) = undo_one(root, boundary, entry, &mut undone) {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(undone), Err)
}

fn undo_one(
    root: &Utf8Path,
    boundary: &Utf8Path,
    entry: &Entry,
    undone: &mut Undone,
) -> Result<()> {
    let path = entry.path();
    let place = entry.locate(root, boundary)?;
    let (target, staged, backup) = (&place.target, staged(&place.target), backup(&place.target));
    let failed = || format!("failed to put `{}` back", entry.path());
    let tidy = || format!("failed to clear up beside `{}`", entry.path());

    let disk = Fingerprint::of_disk(target).with_context(failed)?;
    let old_is_safe = entry.before.is_some()
        && Fingerprint::of_disk(&backup).with_context(failed)? == entry.before;
    let mut old = None;
    if disk == entry.after && (old_is_safe || entry.before.is_none()) {
        match entry.before {
            Some(_) => fs::rename(&backup, target),
            None => remove_if_there(target),
        }
        .with_context(failed)?;
        reach("restored");
        undone.restored.push(path);
    } else if disk != entry.before {
        // Its turn to be swapped came if its staged text has gone, or if its backup came from a removal.
        let was_swapped = entry.after.is_none() || !staged.exists();
        old = (old_is_safe && was_swapped).then(|| backup.clone());
        let left = LeftAlone {
            path,
            old: old.clone(),
        };
        undone.left_alone.push(left);
    }

    // In this order: without the staged text, a backup would seem worth keeping.
    if old.is_none() {
        remove_if_there(&backup).with_context(tidy)?;
    }
    remove_if_there(&staged).with_context(tidy)?;
    for folder in place.new_folders() {
        match fs::remove_dir(folder) {
            // Not empty: another file of ours goes first, or somebody else's is in it.
            Err(error) if !is_absent(&error) => break,
            _ => {}
        }
    }
    place.sync()?;
    reach("tidied");
    Ok(())
}
