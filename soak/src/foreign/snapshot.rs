//! The bytes and times of every file of a copy, to see what a run has touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// Every file below a folder, but for git's own and what a build makes.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, File>);

#[derive(Debug, PartialEq)]
struct File {
    bytes: Vec<u8>,
    modified: SystemTime,
    permissions: fs::Permissions,
}

impl Snapshot {
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        collect(folder, folder, &mut files)?;
        Ok(Self(files))
    }

    /// Files that were added, removed, or differ in bytes or permissions.
    pub(crate) fn changed<'a>(&'a self, later: &'a Self) -> Vec<&'a Path> {
        self.compare(later, |one, two| {
            one.bytes == two.bytes && one.permissions == two.permissions
        })
    }

    /// Files that were written to at all.
    pub(crate) fn touched<'a>(&'a self, later: &'a Self) -> Vec<&'a Path> {
        self.compare(later, File::eq)
    }

    fn compare<'a>(
        &'a self,
        later: &'a Self,
        equal: impl Fn(&File, &File) -> bool,
    ) -> Vec<&'a Path> {
        let all = self
            .0
            .keys()
            .chain(later.0.keys().filter(|file| !self.0.contains_key(*file)));
        let same = |file: &PathBuf| matches!((self.0.get(file), later.0.get(file)), (Some(one), Some(two)) if equal(one, two));
        all.filter(|file| !same(file))
            .map(PathBuf::as_path)
            .collect()
    }
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, File>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("failed to list `{}`", folder.display()))?
    {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            // The tool's lock and journal stand in the target directory, which is nobody's source.
            if entry.file_name() != ".git"
                && !(entry.file_name() == "target" && path.join("build-profiles").exists())
            {
                collect(top, &path, files)?;
            }
        } else if kind.is_file() {
            let metadata = entry.metadata()?;
            let bytes =
                fs::read(&path).with_context(|| format!("failed to read `{}`", path.display()))?;
            let file = File {
                bytes,
                modified: metadata.modified()?,
                permissions: metadata.permissions(),
            };
            files.insert(path.strip_prefix(top)?.to_owned(), file);
        }
    }
    Ok(())
}
