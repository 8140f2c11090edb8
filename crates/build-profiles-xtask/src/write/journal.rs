//! The record of one write: which files, and what they hold before and after.
//!
//! It tells what was meant, not how far it got: that the disk tells better. So it is written once, before anything else
//! is, and read only after an accident.

use std::fs::{self, File};
use std::io::{self, Write as _};

use anyhow::{Context as _, Result, ensure};
use build_profiles::diagnostic::FilePath;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::disk::{is_absent, remove_if_there, sync_folder};
use super::failpoint::reach;
use super::fingerprint::{Fingerprint, fnv1a};
use super::place::Place;

/// Raised when the meaning of the journal changes.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u32,
    pub(super) files: Vec<Entry>,
}

/// One file of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    path: String,
    pub(super) before: Option<Fingerprint>,
    pub(super) after: Option<Fingerprint>,
    /// How many of the folders around the file were not there before.
    pub(super) new_folders: usize,
}

impl Journal {
    pub(super) fn new(files: Vec<Entry>) -> Self {
        Self {
            version: VERSION,
            files,
        }
    }
}

impl Entry {
    pub(super) fn new(
        path: &FilePath,
        before: Option<Fingerprint>,
        after: Option<Fingerprint>,
        new_folders: usize,
    ) -> Self {
        Self {
            path: path.to_string(),
            before,
            after,
            new_folders,
        }
    }

    pub(super) fn path(&self) -> FilePath {
        FilePath::new(&*self.path)
    }

    /// Where the file is. The journal holds no absolute path: whoever forges one gets no further than the boundary.
    pub(super) fn locate(&self, root: &Utf8Path, boundary: &Utf8Path) -> Result<Place> {
        let place = Place::find(root, boundary, &self.path(), self.after.is_some())?;
        Ok(Place {
            new_folders: self.new_folders,
            ..place
        })
    }
}

/// Where the journal and the lock of one workspace are.
#[derive(Debug)]
pub(super) struct JournalFiles {
    /// Without its extension. Named after the workspace, since workspaces may share a target directory.
    stem: Utf8PathBuf,
}

impl JournalFiles {
    pub(super) fn new(state_dir: &Utf8Path, root: &Utf8Path) -> Self {
        let workspace = fnv1a(root.as_str().as_bytes());
        Self {
            stem: state_dir.join(format!("write-{workspace:016x}")),
        }
    }

    pub(super) fn lock(&self) -> Utf8PathBuf {
        self.stem.with_extension("lock")
    }

    pub(super) fn path(&self) -> Utf8PathBuf {
        self.stem.with_extension("json")
    }

    /// The journal of a change that was found good, while its old texts are being deleted.
    fn kept(&self) -> Utf8PathBuf {
        self.stem.with_extension("kept.json")
    }

    /// Writes the journal at once or not at all.
    pub(super) fn store(&self, journal: &Journal) -> Result<()> {
        let (draft, path) = (self.stem.with_extension("draft"), self.path());
        let store = || -> io::Result<()> {
            let mut file = File::create(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(journal)?)?;
            file.sync_all()?;
            drop(file);
            reach("journal-drafted");
            fs::rename(&draft, &path)
        };
        let stored = store();
        if stored.is_err() {
            // The error to report is the one that brought us here.
            let _ = remove_if_there(&draft);
        }
        stored
            .and_then(|()| self.sync())
            .with_context(|| format!("failed to write the journal `{path}`"))
    }

    pub(super) fn load(&self) -> Result<Option<Journal>> {
        load(&self.path())
    }

    pub(super) fn load_kept(&self) -> Result<Option<Journal>> {
        load(&self.kept())
    }

    /// From here on the change is not undone any more.
    pub(super) fn keep(&self) -> Result<()> {
        let path = self.path();
        fs::rename(&path, self.kept())
            .with_context(|| format!("failed to close the journal `{path}`"))
    }

    pub(super) fn remove(&self) -> Result<()> {
        self.delete(&self.path())
    }

    pub(super) fn remove_kept(&self) -> Result<()> {
        self.delete(&self.kept())
    }

    fn delete(&self, path: &Utf8Path) -> Result<()> {
        remove_if_there(path)
            .and_then(|()| self.sync())
            .with_context(|| format!("failed to delete the journal `{path}`"))
    }

    /// Makes the last step last.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.stem.parent().map_or(Ok(()), sync_folder)
    }
}

fn load(path: &Utf8Path) -> Result<Option<Journal>> {
    let bytes = match fs::read(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        read => read.with_context(|| format!("failed to read the journal `{path}`"))?,
    };
    let journal: Journal = serde_json::from_slice(&bytes).with_context(|| {
        format!(
            "failed to understand the journal `{path}`; delete it to leave the files as they are"
        )
    })?;
    ensure!(
        journal.version == VERSION,
        "the journal `{path}` is of another version of this tool: let that one finish, or delete the journal to leave the files as they are",
    );
    Ok(Some(journal))
}
