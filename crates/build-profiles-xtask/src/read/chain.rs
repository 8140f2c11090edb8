//! Every file that Cargo reads in the workspace root, also those above the git root and in `CARGO_HOME`.
//!
//! For `verify` and `explain`: what `configure --check` says must not depend on them.

use std::fs;

use build_profiles::effective::walk;
use build_profiles::evidence::{Chain, ChainFile};
use build_profiles::facts::Locked;
use build_profiles::layout::machine_path;
use build_profiles::machine::inherited::config_env;
use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;

/// The files, the strongest first, and what they say under `[env]`, with the values that a child of `cargo run` sees.
pub(crate) fn chain(repository: &Repository) -> (Chain, Vec<(String, String)>) {
    let root = &repository.root;
    let home = cargo_home().map(|home| home.canonicalize_utf8().unwrap_or(home));
    let folders = root.ancestors().map(|folder| folder.join(".cargo"));
    let folders = folders.chain(home.clone().filter(|home| {
        let mut above = root.ancestors().map(|above| above.join(".cargo"));
        !above.any(|above| above.canonicalize_utf8().is_ok_and(|above| above == *home))
    }));
    let found = walk(
        folders.map(|folder| folder.into_string().replace('\\', "/")),
        &mut |file| fs::read_to_string(file).ok(),
    );
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
    let lock = read(root, &root.join("Cargo.lock"));
    chain.local = lock
        .as_ref()
        .map(|lock| super::metadata::local(&lock.text))
        .unwrap_or_default();
    chain.packages = lock
        .and_then(|lock| super::metadata::locked(&lock.text).ok())
        .map(|locked| {
            let package = |one: Locked| (one.name, one.version.to_string());
            locked.into_iter().map(package).collect()
        });
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

/// `CARGO_HOME`, where it is by default if the variable is not set.
pub(super) fn cargo_home() -> Option<Utf8PathBuf> {
    let folder = |name: &str| Utf8PathBuf::from_path_buf(std::env::var_os(name)?.into()).ok();
    folder("CARGO_HOME").or_else(|| Some(folder("HOME")?.join(".cargo")))
}
