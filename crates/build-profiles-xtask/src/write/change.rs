//! One file on its way: checked, staged, backed up, swapped.

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;

use anyhow::{Context as _, Result, anyhow, ensure};
use build_profiles::plan::FileChange;
use camino::{Utf8Path, Utf8PathBuf};

use super::disk::{if_there, remove_if_there, write_new};
use super::error::WriteError;
use super::failpoint::reach;
use super::fingerprint::Fingerprint;
use super::journal::Entry;
use super::place::Place;

/// A change that may be made: the disk is what the plan was made from, and nothing is read-only.
#[derive(Debug)]
pub(super) struct Change<'plan> {
    pub(super) plan: &'plan FileChange,
    pub(super) place: Place,
    /// Of the old file.
    metadata: Option<Metadata>,
    before: Option<Fingerprint>,
}

impl<'plan> Change<'plan> {
    pub(super) fn check(
        root: &Utf8Path,
        boundary: &Utf8Path,
        plan: &'plan FileChange,
    ) -> Result<Self, WriteError> {
        let path = &plan.path;
        let place = Place::find(root, boundary, path, plan.after.is_some())?;
        let failed = || format!("failed to read `{path}`");
        let metadata = if_there(fs::metadata(&place.target)).with_context(failed)?;
        if metadata.as_ref().is_some_and(|it| !it.is_file()) {
            return Err(anyhow!("`{path}` is not a file").into());
        }
        let text = if_there(fs::read(&place.target)).with_context(failed)?;
        if text.as_deref() != plan.before.as_deref().map(str::as_bytes) {
            return Err(WriteError::Changed(path.clone()));
        }
        let before = match (&metadata, &plan.before) {
            // A link that is removed, whatever it leads to.
            _ if place.target.is_symlink() => {
                Fingerprint::of_disk(&place.target).with_context(failed)?
            }
            (Some(metadata), Some(text)) => {
                ensure_writable(&place.target, metadata)
                    .with_context(|| format!("failed to write `{path}`"))?;
                Some(Fingerprint::of_text(text.as_bytes()))
            }
            _ => None,
        };
        Ok(Self {
            plan,
            place,
            metadata,
            before,
        })
    }

    pub(super) fn entry(&self) -> Entry {
        let after = self.plan.after.as_deref();
        Entry::new(
            &self.plan.path,
            self.before.clone(),
            after.map(|text| Fingerprint::of_text(text.as_bytes())),
            self.place.new_folders,
        )
    }

    /// Puts the new text beside the file, where a rename is atomic. A removal puts an empty text there: to see that the
    /// folder can be written.
    pub(super) fn stage(&self) -> Result<()> {
        let path = &self.plan.path;
        let folders: Vec<&Utf8Path> = self.place.new_folders().collect();
        for folder in folders.into_iter().rev() {
            match fs::create_dir(folder) {
                // By the file before this one.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
                made => made.with_context(|| {
                    format!("failed to write `{path}`: failed to create the folder `{folder}`")
                })?,
            }
            reach("folder-made");
        }
        let text = self.plan.after.as_deref().unwrap_or_default();
        let old = self.metadata.as_ref();
        write_new(&staged(&self.place.target), text.as_bytes(), old).with_context(|| {
            let folder = self.place.folder();
            format!("failed to write `{path}`: failed to create a file in `{folder}`")
        })
    }

    /// Gives the old file a second name, under which it outlives the swap.
    pub(super) fn back_up(&self) -> Result<()> {
        // The file that is removed is moved there, and one that is new has no old text.
        if self.plan.after.is_none() || self.before.is_none() {
            return Ok(());
        }
        let (target, backup) = (&self.place.target, backup(&self.place.target));
        remove_if_there(&backup)
            .and_then(|()| {
                fs::hard_link(target, &backup).or_else(|_| {
                    // Not every file system has hard links.
                    fs::copy(target, &backup)?;
                    File::options().write(true).open(&backup)?.sync_all()
                })
            })
            .with_context(|| format!("failed to keep the old `{}`", self.plan.path))
    }

    pub(super) fn swap(&self) -> Result<(), WriteError> {
        let (path, target) = (&self.plan.path, &self.place.target);
        let failed = || format!("failed to write `{path}`");
        if Fingerprint::of_disk(target).with_context(failed)? != self.before {
            return Err(WriteError::Changed(path.clone()));
        }
        match self.plan.after {
            Some(_) => fs::rename(staged(target), target),
            None => fs::rename(target, backup(target)),
        }
        .with_context(failed)?;
        Ok(())
    }
}

/// Where the new text of a file waits.
pub(super) fn staged(target: &Utf8Path) -> Utf8PathBuf {
    beside(target, "new")
}

/// Where the old file is kept.
pub(super) fn backup(target: &Utf8Path) -> Utf8PathBuf {
    beside(target, "old")
}

fn beside(target: &Utf8Path, what: &str) -> Utf8PathBuf {
    let name = target.file_name().unwrap_or_default();
    target.with_file_name(format!(".{name}.build-profiles-{what}"))
}

/// A rename would get around a read-only file; whoever made it so did not want that.
fn ensure_writable(target: &Utf8Path, metadata: &Metadata) -> Result<()> {
    ensure!(!metadata.permissions().readonly(), "it is read-only");
    File::options().append(true).open(target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use build_profiles::diagnostic::FilePath;

    use super::*;

    #[test]
    fn a_file_edited_between_check_and_swap_is_not_overwritten() {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        let dir = dir.path().canonicalize().expect("it is there");
        let root = Utf8Path::from_path(&dir).expect("the temporary folder is UTF-8");
        let plan = |path: &str, before: Option<&str>, after: Option<&str>| FileChange {
            path: FilePath::new(path),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        for plan in [
            plan("changed", Some("old"), Some("new")),
            plan("removed", Some("old"), None),
            plan("created", None, Some("new")),
        ] {
            let path = root.join(plan.path.as_str());
            if let Some(before) = &plan.before {
                fs::write(&path, before).expect("it is new");
            }
            let change = Change::check(root, root, &plan).expect("it is as planned");
            change.stage().expect("nothing is in the way");
            change.back_up().expect("nothing is in the way");
            fs::write(&path, "edited").expect("it is ours");
            let error = change.swap().expect_err("it was edited");
            assert!(matches!(error, WriteError::Changed(changed) if changed == plan.path));
            assert_eq!(fs::read(&path).expect("it is there"), b"edited");
        }
    }
}
