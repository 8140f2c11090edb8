//! How much room the target directory takes, profile by profile.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};

use build_profiles::suggest::Folder;
use camino::{Utf8Path, Utf8PathBuf};

/// After so many files it is known that there are many.
const MOST: usize = 200_000;

/// The folders of the target directory that a profile filled; none where nothing was built yet. Nothing in it is
/// opened, and links are not followed.
pub(crate) fn target_folders(target: &Utf8Path) -> Vec<Folder> {
    let mut left = MOST;
    let entries = target.read_dir_utf8().into_iter().flatten().flatten();
    let mut folders: Vec<Utf8PathBuf> = entries
        .map(camino::Utf8DirEntry::into_path)
        // What Cargo calls the folder of a profile has the products of dependencies in it.
        .filter(|folder| folder.join("deps").is_dir())
        .collect();
    folders.sort();
    folders
        .iter()
        .filter_map(|folder| counted(folder, &mut left))
        .collect()
}

fn counted(folder: &Utf8Path, left: &mut usize) -> Option<Folder> {
    let mut counted = Folder {
        name: folder.file_name()?.to_owned(),
        bytes: 0,
        is_whole: true,
    };
    // Cargo links what it hands out to where it was built, and rustc one incremental session to the next.
    let mut seen = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
            if *left == 0 {
                counted.is_whole = false;
                return Some(counted);
            }
            *left -= 1;
            let Ok(found) = fs::symlink_metadata(entry.path()) else {
                continue;
            };
            if found.is_dir() {
                open.push(entry.into_path());
            } else if found.is_file() && identity(&found).is_none_or(|one| seen.insert(one)) {
                counted.bytes += found.len();
            }
        }
    }
    Some(counted)
}

/// Which file it is, where it has more than one name.
#[cfg(unix)]
fn identity(file: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (file.nlink() > 1).then(|| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use camino::Utf8Path;

    use super::target_folders;

    #[test]
    fn a_file_with_two_names_is_counted_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = Utf8Path::from_path(folder.path()).expect("it is UTF-8");
        assert_eq!(target_folders(&target.join("not-there")), []);
        for (file, text) in [
            ("debug/deps/app-1", "12345"),
            ("debug/incremental/app/x", "123"),
            ("doc/index.html", "no folder of a profile"),
        ] {
            let file = target.join(file);
            fs::create_dir_all(file.parent().expect("has one")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        fs::hard_link(target.join("debug/deps/app-1"), target.join("debug/app")).expect("a link");
        let found = target_folders(target);
        let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["debug"]);
        assert!(found[0].is_whole);
        if cfg!(unix) {
            assert_eq!(found[0].bytes, 8);
        }
    }
}
