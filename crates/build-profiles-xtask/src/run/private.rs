//! A folder of our own under the state directory, gone when we are done.

use std::fs;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow};
use camino::{Utf8Path, Utf8PathBuf};

/// A folder that nobody else uses; removed when dropped.
pub(crate) struct Private {
    path: Utf8PathBuf,
    /// Folders above it that were not there before, the nearest first; gone with it, unless something else is in them.
    above: Vec<Utf8PathBuf>,
}

impl Private {
    /// `<state>/<what>-<process>-<number>`.
    pub(crate) fn new(state: &Utf8Path, what: &str) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = state.join(format!("{what}-{}-{number}", process::id()));
        // A process of the same number may have died and left its folder.
        clear(&path)?;
        fs::create_dir_all(&path).with_context(|| format!("failed to create {path}"))?;
        Ok(Self {
            path,
            above: Vec::new(),
        })
    }

    /// `<state>/<what>`, for what is large: what a run that was killed has left there goes with the next one. Nothing
    /// stays of it, not even the state folder if that was not there before.
    pub(crate) fn only(state: &Utf8Path, what: &str) -> Result<Self> {
        let path = state.join(what);
        let above = path.ancestors().skip(1);
        let above = above.take_while(|folder| !folder.exists());
        let above = above.map(Utf8Path::to_owned).collect();
        clear(&path)?;
        fs::create_dir_all(&path).with_context(|| format!("failed to create {path}"))?;
        Ok(Self { path, above })
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Leaves the folder to the user; says where it is.
    pub(crate) fn keep(mut self) -> Utf8PathBuf {
        std::mem::take(&mut self.path)
    }

    /// A path in the folder.
    pub(crate) fn join(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    /// Writes a file, with its parents.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<Utf8PathBuf> {
        let path = self.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("failed to create {parent}"))?;
        }
        fs::write(&path, text).with_context(|| format!("failed to write {path}"))?;
        Ok(path)
    }
}

/// How many bytes the files below a folder have.
pub(super) fn bytes(folder: &Utf8Path) -> u64 {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => bytes(entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |meta| meta.len()),
            _ => 0,
        })
        .sum()
}

/// Lets a file that we have written be started.
#[cfg(unix)]
pub(super) fn make_executable(path: &Utf8Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Lets a file that we have written be started: its name does, here.
#[cfg(not(unix))]
pub(super) fn make_executable(_path: &Utf8Path) -> std::io::Result<()> {
    Ok(())
}

/// Removes a folder of ours with all that is in it, if it is there.
pub(crate) fn clear(path: &Utf8Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("failed to remove {path}"))
        }
        _ => Ok(()),
    }
}

/// How many files below a folder are `wanted`.
pub(super) fn count(folder: &Utf8Path, wanted: fn(&Utf8Path) -> bool) -> usize {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => count(entry.path(), wanted),
            _ => usize::from(wanted(entry.path())),
        })
        .sum()
}

/// The system's temporary folder, outside of every workspace: a Cargo config above it would be merged in.
pub(crate) fn temporary() -> Result<Utf8PathBuf> {
    let temporary = Utf8PathBuf::from_path_buf(std::env::temp_dir())
        .map_err(|path| anyhow!("`{}` is not UTF-8", path.display()))?;
    temporary
        .canonicalize_utf8()
        .with_context(|| format!("failed to find `{temporary}`"))
}

impl Drop for Private {
    fn drop(&mut self) {
        if self.path.as_str().is_empty() {
            return; // It was kept.
        }
        // What is left is under `target/` or in the system's temporary folder, where it hurts nobody.
        let _removed = fs::remove_dir_all(&self.path);
        for folder in &self.above {
            let _removed = fs::remove_dir(folder);
        }
    }
}
