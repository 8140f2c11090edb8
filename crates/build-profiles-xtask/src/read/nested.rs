//! Manifests below the root, whoever they belong to.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};

use build_profiles::diagnostic::FilePath;
use camino::Utf8Path;

/// So many folders down: nobody keeps packages deeper, and a walk has an end.
const LEVELS: usize = 12;

/// What `cargo vendor` puts beside each manifest: Cargo takes such a package for one of a registry.
const VENDORED: &str = ".cargo-checksum.json";

/// Their texts. A folder that can't be read holds none.
pub(crate) fn nested(root: &Utf8Path) -> BTreeMap<FilePath, String> {
    let mut found = BTreeMap::new();
    below(root, "", LEVELS, &mut found);
    found
}

fn below(root: &Utf8Path, folder: &str, levels: usize, found: &mut BTreeMap<FilePath, String>) {
    let entries = read_dir(root.join(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // A link may lead back to where we are; what is hidden or built is nobody's package.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || levels == 0 || name.starts_with('.') || name == "target" {
            continue;
        }
        let path = match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        if root.join(&path).join(VENDORED).exists() {
            continue;
        }
        let manifest = format!("{path}/Cargo.toml");
        if let Ok(text) = read_to_string(root.join(&manifest)) {
            found.insert(FilePath::new(manifest), text);
        }
        below(root, &path, levels - 1, found);
    }
}
