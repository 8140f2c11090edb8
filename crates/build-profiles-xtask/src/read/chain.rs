//! Every file that Cargo reads in the workspace root, also those above the git root and in `CARGO_HOME`.
//!
//! For `verify` alone: what `configure --check` says must not depend on them.

use std::fs;

use build_profiles::evidence::{Chain, ChainFile};
use build_profiles::facts::Locked;
use build_profiles::machine::inherited::config_env;
use build_profiles::plan::includes;
use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;

/// How deep includes are followed; Cargo stops at a cycle.
const DEEPEST: usize = 16;

/// The files, the strongest first, and what they say under `[env]`, with the values that a child of `cargo run` sees.
pub(crate) fn chain(repository: &Repository) -> (Chain, Vec<(String, String)>) {
    let root = &repository.root;
    let mut chain = Chain::default();
    let mut env = Vec::new();
    let home = cargo_home();
    let folders = root.ancestors().map(|folder| folder.join(".cargo"));
    for folder in folders.chain(home.clone().filter(|home| {
        home.file_name() != Some(".cargo")
            || !root.ancestors().any(|above| above.join(".cargo") == *home)
    })) {
        let mut files = [folder.join("config"), folder.join("config.toml")]
            .into_iter()
            .filter(|file| file.is_file());
        if let Some(file) = files.next() {
            let from = chain.configs.len();
            follow(root, &file, 0, &mut chain.configs);
            let base = folder.parent().unwrap_or(&folder);
            for file in &chain.configs[from..] {
                env.extend(config_env(&file.text, base.as_str()));
            }
            chain
                .shadowed
                .extend(files.filter_map(|file| read(root, &file)));
        }
    }
    chain.manifest = read(root, &root.join("Cargo.toml"));
    let members = repository.workspace.members.iter();
    chain.members = members
        .filter(|member| !member.path.is_empty())
        .filter_map(|member| read(root, &root.join(&member.path).join("Cargo.toml")))
        .filter(|file| file.text.contains("profile"))
        .collect();
    let lock = read(root, &root.join("Cargo.lock"));
    chain.packages = lock
        .and_then(|lock| super::metadata::locked(&lock.text).ok())
        .map(|locked| {
            let package = |one: Locked| (one.name, one.version.to_string());
            locked.into_iter().map(package).collect()
        });
    (chain, env)
}

/// The file, then what it includes: the last include is the strongest.
fn follow(root: &Utf8Path, file: &Utf8Path, depth: usize, configs: &mut Vec<ChainFile>) {
    let Some(read) = read(root, file) else { return };
    if depth == DEEPEST || configs.contains(&read) {
        return;
    }
    let included = includes(&read.text);
    configs.push(read);
    let folder = file.parent().unwrap_or(root);
    for include in included.into_iter().rev() {
        follow(root, &folder.join(include.path), depth + 1, configs);
    }
}

fn read(root: &Utf8Path, file: &Utf8Path) -> Option<ChainFile> {
    let text = fs::read_to_string(file).ok()?;
    let name = file.strip_prefix(root).unwrap_or(file);
    Some(ChainFile {
        file: name.as_str().replace('\\', "/"),
        text: text.trim_start_matches('\u{feff}').to_owned(),
    })
}

/// `CARGO_HOME`, where it is by default if the variable is not set.
pub(super) fn cargo_home() -> Option<Utf8PathBuf> {
    let folder = |name: &str| Utf8PathBuf::from_path_buf(std::env::var_os(name)?.into()).ok();
    folder("CARGO_HOME").or_else(|| Some(folder("HOME")?.join(".cargo")))
}
