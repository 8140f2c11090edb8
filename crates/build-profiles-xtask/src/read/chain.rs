//! Every file that Cargo reads in the workspace root, also those above the git root and in `CARGO_HOME`.
//!
//! For `verify` and `explain`: what `configure --check` says must not depend on them.

use std::fs;

use build_profiles::effective::walk;
use build_profiles::evidence::{Chain, ChainFile};
use build_profiles::layout::machine_path;
use build_profiles::lint::Package;
use build_profiles::machine::inherited::config_env;
use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;
use super::lock::packages;

/// The files, the strongest first, and what they say under `[env]`, with the values that a child of `cargo run` sees.
pub(crate) fn chain(repository: &Repository) -> (Chain, Vec<(String, String)>) {
    let root = &repository.root;
    let home = cargo_home();
    let found = walk(config_folders(root, home.as_deref()), &mut |file| {
        let is_there = !is_another_name(Utf8Path::new(file));
        is_there.then(|| fs::read_to_string(file).ok())?
    });
    let mut env = Vec::new();
    for file in &found.configs {
        // Relative to the folder that holds the file's `.cargo`, also where a file is included.
        let base = Utf8Path::new(&file.file).ancestors().nth(2);
        env.extend(config_env(&file.text, base.map_or("", Utf8Path::as_str)));
    }
    let machine = machine_path(&repository.policy.clone().unwrap_or_default());
    let machine = root.join(machine.as_str()).into_string();
    let named = |file: ChainFile| {
        let path = Utf8Path::new(&file.file);
        let in_home = home.as_ref().is_some_and(|home| path.starts_with(home));
        ChainFile {
            own: in_home || !path.starts_with(&repository.boundary) || file.file == machine,
            included_by: file.included_by.map(|by| name(root, Utf8Path::new(&by))),
            file: name(root, path),
            text: file.text,
        }
    };
    let mut chain = Chain {
        configs: found.configs.into_iter().map(named).collect(),
        shadowed: found.shadowed.into_iter().map(named).collect(),
        stops: found.stops,
        ..Chain::default()
    };
    chain.manifest = read(root, &root.join("Cargo.toml"));
    let members = repository.workspace.members.iter();
    chain.members = members
        .filter(|member| !member.path.is_empty())
        .filter_map(|member| read(root, &root.join(&member.path).join("Cargo.toml")))
        .filter(|file| file.text.contains("profile"))
        .collect();
    if let Some(lock) = read(root, &root.join("Cargo.lock")) {
        let packages = packages(&lock.text);
        let named = |one: &Package| (one.name.clone(), one.version.clone());
        let local = packages.iter().filter(|one| one.local);
        chain.local = local.map(named).collect();
        chain.packages = Some(packages.iter().map(named).collect());
    }
    (chain, env)
}

fn read(root: &Utf8Path, file: &Utf8Path) -> Option<ChainFile> {
    let text = fs::read_to_string(file).ok()?;
    Some(ChainFile {
        file: name(root, file),
        text: text.trim_start_matches('\u{feff}').to_owned(),
        ..ChainFile::default()
    })
}

/// A file as a person would name it: from the workspace root, if it is below.
fn name(root: &Utf8Path, file: &Utf8Path) -> String {
    let name = file.strip_prefix(root).unwrap_or(file);
    name.as_str().replace('\\', "/")
}

/// The `.cargo` folders in which Cargo looks from the root, the nearest first, and `CARGO_HOME` unless it is one of them.
pub(super) fn config_folders(root: &Utf8Path, home: Option<&Utf8Path>) -> Vec<String> {
    let above = root.ancestors().map(|folder| folder.join(".cargo"));
    let mut folders: Vec<Utf8PathBuf> = above.collect();
    let is_home = |folder: &Utf8PathBuf| folder.canonicalize_utf8().ok().as_deref() == home;
    if let Some(home) = home.filter(|_| !folders.iter().any(is_home)) {
        folders.push(home.to_owned());
    }
    let slashes = |folder: Utf8PathBuf| folder.into_string().replace('\\', "/");
    folders.into_iter().map(slashes).collect()
}

/// Whether a file is `config` and only another name of the `config.toml` beside it, for Cargo before 1.39: it hides
/// nothing.
pub(super) fn is_another_name(path: &Utf8Path) -> bool {
    path.file_name() == Some("config")
        && path.is_symlink()
        && path
            .canonicalize_utf8()
            .is_ok_and(|real| path.with_extension("toml").canonicalize_utf8().ok() == Some(real))
}

/// `CARGO_HOME`, where it is by default if the variable is not set.
pub(super) fn cargo_home() -> Option<Utf8PathBuf> {
    let folder = |name: &str| Utf8PathBuf::from_path_buf(std::env::var_os(name)?.into()).ok();
    let home = folder("CARGO_HOME").or_else(|| Some(folder("HOME")?.join(".cargo")))?;
    Some(home.canonicalize_utf8().unwrap_or(home))
}
