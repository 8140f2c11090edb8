//! Where a file of the plan really is: symbolic links followed, the boundary held.

use std::fs;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use build_profiles::diagnostic::FilePath;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::disk::{is_absent, sync_folder};

/// As many links in a row as Linux follows.
const MOST_LINKS: usize = 40;

/// The file that a path of the plan stands for.
#[derive(Debug)]
pub(super) struct Place {
    /// Absolute, without links or `..`.
    pub(super) target: Utf8PathBuf,
    /// How many of the folders around it do not exist yet.
    pub(super) new_folders: usize,
}

impl Place {
    /// Finds the file; it need not exist. A file that is written is written through a link, which stays; one that is
    /// removed is the link itself.
    pub(super) fn find(
        root: &Utf8Path,
        boundary: &Utf8Path,
        path: &FilePath,
        follow: bool,
    ) -> Result<Self> {
        let mut name = root.to_owned();
        // Component by component: Windows' own absolute paths know no forward slash.
        name.extend(path.as_str().split('/'));

        let mut place = settle(&name).with_context(|| format!("failed to find `{path}`"))?;
        let mut links = 0;
        while follow && place.target.is_symlink() {
            links += 1;
            ensure!(
                links <= MOST_LINKS,
                "`{path}` leads through too many symbolic links: probably a circle"
            );
            let to = place
                .target
                .read_link_utf8()
                .with_context(|| format!("failed to follow the symbolic link `{path}`"))?;
            let folder = place.target.parent().unwrap_or(root);
            place = settle(&folder.join(&to))
                .with_context(|| format!("failed to follow `{path}`, a symbolic link to `{to}`"))?;
        }
        if !place.target.starts_with(boundary) {
            return Err(outside(root, path, &place.target));
        }
        Ok(place)
    }

    /// The folder of the file.
    pub(super) fn folder(&self) -> &Utf8Path {
        self.target.parent().unwrap_or(&self.target)
    }

    /// The folders that do not exist yet, innermost first.
    pub(super) fn new_folders(&self) -> impl Iterator<Item = &Utf8Path> {
        self.folder().ancestors().take(self.new_folders)
    }

    /// Removes the folders that are empty now that the file is gone, from the inside out: git knows no empty folder, and
    /// Cargo takes one that a glob of `members` matches for a package without a manifest.
    ///
    /// What can't be removed is not empty, or is somebody's to keep. Behind a link nothing is removed: the link would
    /// lead nowhere.
    pub(super) fn remove_emptied(&self, root: &Utf8Path, boundary: &Utf8Path, path: &FilePath) {
        let mut names = Utf8Path::new(path.as_str()).ancestors().skip(1);
        if names.any(|name| root.join(name).is_symlink()) {
            return;
        }
        for folder in self.folder().ancestors() {
            if !folder.starts_with(boundary) || root.starts_with(folder) {
                return;
            }
            match fs::remove_dir(folder) {
                Err(error) if !is_absent(&error) => return,
                _ => {}
            }
        }
    }

    /// Makes the names in its folder last, and those of the folders that were made for it.
    pub(super) fn sync(&self) -> Result<()> {
        for folder in self.folder().ancestors().take(self.new_folders + 1) {
            sync_folder(folder).with_context(|| format!("failed to sync the folder `{folder}`"))?;
        }
        Ok(())
    }
}

/// Follows the links of all folders on the way, as far as there are folders.
fn settle(path: &Utf8Path) -> Result<Place> {
    let mut missing = Vec::new();
    let mut there = path;
    loop {
        let (Some(folder), Some(last)) = (there.parent(), there.components().next_back()) else {
            bail!("`{path}` is no file");
        };
        let Utf8Component::Normal(last) = last else {
            bail!("`{path}` leads through a folder that does not exist");
        };
        missing.push(last);
        match folder.canonicalize_utf8() {
            Ok(mut target) => {
                target.extend(missing.iter().rev());
                return Ok(Place {
                    target,
                    new_folders: missing.len() - 1,
                });
            }
            Err(error) if is_absent(&error) => there = folder,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Names the link that leads out of the boundary, if it is one.
fn outside(root: &Utf8Path, path: &FilePath, target: &Utf8Path) -> anyhow::Error {
    for name in Utf8Path::new(path.as_str()).ancestors() {
        if let Ok(to) = fs::read_link(root.join(name)) {
            let to = to.display();
            return anyhow!("`{name}` is a symbolic link to `{to}`, outside of the workspace");
        }
    }
    anyhow!("`{path}` is `{target}`, outside of the workspace")
}
