//! The start check: does Cargo still start under the files just written?
//!
//! What is built is a package of its own, from the workspace root and so under the workspace's config. It is no member:
//! manifest profiles are copied into it, since Cargo reads them from the workspace of the package that is built.

use toml_edit::{DocumentMut, Item, Table};

/// The check's library. It needs no `std`, so that it builds for whatever `build.target` says; and no lint has
/// anything to say about it, since a workspace may deny any of them by rustflags.
pub const LIB: &str = "//! Builds if Cargo, rustc and the wrapper start.\n#![no_std]\n";

/// The check's program. Naming the library keeps `unused_crate_dependencies` quiet.
pub const MAIN: &str = "//! Links if the linker starts.\n\nuse start_check as _;\n\nfn main() {}\n";

/// The check's build script: what it takes to build anybody's.
pub const BUILD: &str = "//! Links and runs if the linker starts.\n\nfn main() {}\n";

/// The check's manifest, with the profiles of the workspace's root manifest. Overrides stay behind, for they are about
/// packages that are not there.
pub fn manifest(root_manifest: &str) -> String {
    let mut check = DocumentMut::new();
    if let Ok(root) = root_manifest
        .trim_start_matches('\u{feff}')
        .parse::<DocumentMut>()
    {
        if let Some(features) = root.get("cargo-features") {
            check.insert("cargo-features", features.clone());
        }
        let profiles = root.get("profile").and_then(Item::as_table_like);
        let mut copies = Table::new();
        copies.set_implicit(true);
        for (name, profile) in profiles.into_iter().flat_map(|profiles| profiles.iter()) {
            if let Some(profile) = profile.as_table_like() {
                let copy: Table = profile
                    .iter()
                    .filter(|(key, _)| *key != "package")
                    .map(|(key, item)| (key.to_owned(), plain(item)))
                    .collect();
                copies.insert(name, Item::Table(copy));
            }
        }
        if !copies.is_empty() {
            check.insert("profile", Item::Table(copies));
        }
    }
    let profiles = check.to_string();
    format!(
        "{profiles}\n\
         [package]\n\
         name = \"start-check\"\n\
         version = \"0.0.0\"\n\
         edition = \"2021\"\n\
         \n\
         [workspace]\n"
    )
}

/// The item without the comments and the position it has in its own file.
fn plain(item: &Item) -> Item {
    match item.as_table_like() {
        Some(table) => {
            let table: Table = table
                .iter()
                .map(|(key, item)| (key.to_owned(), plain(item)))
                .collect();
            Item::Table(table)
        }
        None => item.as_value().map_or(Item::None, |value| {
            let mut value = value.clone();
            value.decor_mut().clear();
            Item::Value(value)
        }),
    }
}

/// Options of `[alias] xtask` that decide how the xtask is built: its profile, its `--config`s, its target. `None`: this
/// config has no such alias.
pub fn alias_options(config: &str) -> Option<Vec<String>> {
    let config = parse(config)?;
    let alias = config.get("alias")?.as_table_like()?.get("xtask")?;
    let words: Vec<&str> = match alias.as_array() {
        Some(words) => words.iter().filter_map(|word| word.as_str()).collect(),
        None => alias.as_str()?.split_whitespace().collect(),
    };
    let mut options = Vec::new();
    let mut words = words.into_iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        match name {
            "--profile" | "--config" | "--target" | "-Z" => {
                options.push(word.to_owned());
                if name == word {
                    options.extend(words.next().map(str::to_owned));
                }
            }
            "--release" | "-r" => options.push(word.to_owned()),
            _ if name.starts_with("-Z") => options.push(word.to_owned()),
            _ => {}
        }
    }
    Some(options)
}

/// The wrapper that this config names.
pub fn wrapper(config: &str) -> Option<String> {
    let config = parse(config)?;
    let build = config.get("build")?.as_table_like()?;
    let wrapper = build.get("rustc-wrapper")?.as_str()?;
    (!wrapper.is_empty()).then(|| wrapper.to_owned())
}

/// Whether this config builds for another platform than the host, on which a program need not link.
pub fn has_build_target(config: &str) -> bool {
    parse(config).is_some_and(|config| {
        config
            .get("build")
            .and_then(Item::as_table_like)
            .is_some_and(|build| build.contains_key("target"))
    })
}

fn parse(config: &str) -> Option<DocumentMut> {
    config.trim_start_matches('\u{feff}').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_come_along_and_overrides_do_not() {
        let text = manifest(
            "cargo-features = [\"codegen-backend\"]\n\
             [workspace]\nmembers = [\"a\"]\n\
             # fast\n[profile.xtask]\ninherits = \"release\" # ours\n\
             [profile.dev.package.\"*\"]\nopt-level = 3\n\
             [profile.release]\nbuild-override = { opt-level = 1 }\n\
             [dependencies]\nserde = \"1\"\n",
        );
        assert_eq!(
            text,
            "cargo-features = [\"codegen-backend\"]\n\
             \n\
             [profile.xtask]\n\
             inherits = \"release\"\n\
             \n\
             [profile.dev]\n\
             \n\
             [profile.release]\n\
             \n\
             [profile.release.build-override]\n\
             opt-level = 1\n\
             \n\
             [package]\n\
             name = \"start-check\"\n\
             version = \"0.0.0\"\n\
             edition = \"2021\"\n\
             \n\
             [workspace]\n"
        );
        assert!(manifest("[workspace]\n").starts_with("\n[package]"));
    }

    #[test]
    fn the_alias_is_read_as_cargo_reads_it() {
        let options = |alias: &str| alias_options(&format!("[alias]\nxtask = {alias}\n"));
        assert_eq!(
            options(
                "\"run --quiet --profile xtask --config build.rustc-wrapper='' --target=host-tuple --package xtask -- -r\""
            )
            .expect("an alias"),
            ["--profile", "xtask", "--config", "build.rustc-wrapper=''", "--target=host-tuple"]
        );
        assert_eq!(
            options("[\"run\", \"-p\", \"xtask\", \"--config\", \"a.b = 'c d'\", \"-r\", \"--\"]")
                .expect("an alias"),
            ["--config", "a.b = 'c d'", "-r"]
        );
        assert_eq!(options("\"run -p xtask --\"").expect("an alias"), [""; 0]);
        assert_eq!(alias_options("[alias]\nb = \"build\"\n"), None);
        assert_eq!(alias_options("[alias"), None);
    }

    #[test]
    fn a_wrapper_is_seen() {
        let config = "build.rustc-wrapper = 'sccache'";
        assert_eq!(wrapper(config).as_deref(), Some("sccache"));
        assert_eq!(wrapper("[build]\nrustc-wrapper = ''\n"), None);
    }

    #[test]
    fn a_foreign_build_target_is_seen() {
        assert!(has_build_target(
            "[build]\ntarget = \"wasm32-unknown-unknown\"\n"
        ));
        assert!(has_build_target("build.target = [\"x\"]\n"));
        assert!(!has_build_target("[build]\njobs = 2\n"));
    }
}
