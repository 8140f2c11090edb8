//! What `eject` looks at besides the workspace: packages that mount this tool, and where it is started.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use build_profiles::diagnostic::FilePath;
use build_profiles::eject::{Belongings, HAKARI, LIBRARY, Package};
use build_profiles::facts::Member;
use camino::Utf8Path;

use super::{Disk, Repository, elsewhere, texts};

/// More files than a package has that does nothing but mount this tool; what they are does not matter then.
const MOST: usize = 1000;

/// Reads them.
pub(crate) fn belongings(repository: &Repository) -> Result<Belongings> {
    let mut disk = Disk::new(&repository.root);
    let members = repository.workspace.members.iter();
    let packages = members.map(|member| package(&mut disk, member));
    let packages = packages.collect::<Result<_>>()?;
    let hakari = texts(&repository.root, &HAKARI.map(FilePath::new))?;
    let (files, _) = elsewhere(&repository.root, &repository.boundary);
    Ok(Belongings {
        policy: repository.policy_text.clone(),
        local: repository.local_text.clone().map(|(_, text)| text),
        machine: repository.machine.clone(),
        hakari,
        packages,
        elsewhere: files.into_iter().map(|one| (one.path, one.text)).collect(),
    })
}

fn package(disk: &mut Disk<'_>, member: &Member) -> Result<Package> {
    let mut package = Package {
        name: member.name.clone(),
        folder: member.path.clone(),
        ..Package::default()
    };
    let manifest = package.manifest_path();
    package.manifest = disk.text(&manifest)?.unwrap_or_default();
    if package.manifest.contains(LIBRARY) && !package.folder.is_empty() {
        let mut files = BTreeMap::new();
        list(disk, &package.folder, &mut files)?;
        files.remove(&manifest);
        package.files = files;
    }
    Ok(package)
}

/// Every file below a folder, and the text of those in Rust. A link is a file, and an empty folder is one too.
fn list(
    disk: &mut Disk<'_>,
    folder: &str,
    files: &mut BTreeMap<FilePath, Option<String>>,
) -> Result<()> {
    let failed = || format!("failed to list `{folder}`");
    let entries = fs::read_dir(disk.root.join(folder)).with_context(failed)?;
    let mut is_empty = true;
    for entry in entries {
        let entry = entry.with_context(failed)?;
        is_empty = false;
        if files.len() >= MOST {
            return Ok(());
        }
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().with_context(failed)?.is_dir() {
            list(disk, &path, files)?;
            continue;
        }
        let file = FilePath::new(&*path);
        let text = match Utf8Path::new(&path).extension() {
            Some("rs") => disk.text(&file)?,
            _ => None,
        };
        files.insert(file, text);
    }
    if is_empty {
        files.insert(FilePath::new(folder), None);
    }
    Ok(())
}
