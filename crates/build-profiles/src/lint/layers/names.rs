//! Files whose name or place makes them more, or less, than they seem.

use super::CONFIG;
use crate::diagnostic::Level;
use crate::lint::{File, Finding, Group, LINT, Lint, Role, Subject};

pub(super) static CONFIG_OUTSIDE_OF_REPOSITORY: Lint = Lint {
    name: "config_outside_of_repository",
    level: Some(Level::Note),
    group: Group::Files,
    finds: "a config file above the git root, or in `CARGO_HOME`, that changes what is built",
    cargo: "Cargo reads every `.cargo/config.toml` from the folder in which it is started up to `/`, and the one of `CARGO_HOME`, and joins them; the profiles in them are stronger than those of the manifest",
    costs: "this machine builds otherwise than all others, and no file of the repository says so",
    instead: "keep it if it is meant for all that is built on this machine",
    source: CONFIG,
    bad: "//- /srv/.cargo/config.toml\n[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
    good: "//- /srv/.cargo/config.toml\n[net]\ngit-fetch-with-cli = true\n",
    ..LINT
};

pub(super) static DEPRECATED_CONFIG_NAME: Lint = Lint {
    name: "deprecated_config_name",
    level: Some(Level::Warning),
    group: Group::Files,
    finds: "`.cargo/config` without extension",
    cargo: "Cargo reads it, warns at every command that the name is deprecated, and would read over a `config.toml` beside it",
    costs: "who adds a `config.toml` adds it for nobody",
    instead: "rename it to `config.toml`",
    source: CONFIG,
    bad: "//- .cargo/config\n[build]\ntarget-dir = \"out\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"out\"\n",
    ..LINT
};

pub(super) static LEGACY_CONFIG: Lint = Lint {
    name: "legacy_config",
    level: Some(Level::Deny),
    group: Group::Files,
    finds: "`config` and `config.toml` in one `.cargo`",
    cargo: "Cargo reads `config`, reads over `config.toml`, and says so in a warning",
    costs: "everything in `config.toml` is lost",
    instead: "move what `config` says into `config.toml` and delete it",
    source: CONFIG,
    bad: "//- .cargo/config\n[build]\ntarget-dir = \"one\"\n//- .cargo/config.toml\n[build]\ntarget-dir = \"two\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"two\"\n",
    ..LINT
};

pub(super) static MISNAMED_CONFIG: Lint = Lint {
    name: "misnamed_config",
    level: Some(Level::Deny),
    group: Group::Files,
    finds: "a file in `.cargo` whose name is nearly `config.toml`: `Config.toml`, `config.tml`, `cargo.toml`",
    cargo: "Cargo reads `config.toml` and nothing else, without a word",
    costs: "everything in the file is lost",
    instead: "rename it to `config.toml`, or include it from there",
    source: CONFIG,
    bad: "//- .cargo/Config.toml\n[build]\ntarget-dir = \"out\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"out\"\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for file in &subject.files.files {
        let is_legacy = |file: &File| {
            let name = file.path.as_str().rsplit('/').next();
            file.role == Role::Config && name == Some("config")
        };
        match file.role {
            Role::Config if is_legacy(file) => {
                let config = file.path.sibling("config.toml");
                let mut files = subject.files.files.iter();
                found.push(match files.find(|other| other.path == config) {
                    Some(other) => {
                        let message = format!("`{}` stands in the way of `{config}`", file.path);
                        Finding::new(&LEGACY_CONFIG, message)
                            .of_file(file, "Cargo reads this")
                            .of_file(other, "and not this")
                            .help(format!("move what it says into `{config}` and delete it"))
                    }
                    None => {
                        let message = format!("the name of `{}` is deprecated", file.path);
                        Finding::new(&DEPRECATED_CONFIG_NAME, message)
                            .of_file(file, "in a file without extension")
                            .help(format!("rename it: git mv {} {config}", file.path))
                    }
                });
            }
            Role::Misnamed if says_something(file) => {
                let message = format!("Cargo does not read `{}`", file.path);
                found.push(Finding::new(&MISNAMED_CONFIG, message).of_file(file, "not read"));
            }
            _ => {}
        }
    }
    outside(subject, found);
}

fn says_something(file: &File) -> bool {
    let lines = file.text.trim_start_matches('\u{feff}').lines();
    lines
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Config files of the machine that say how to build.
fn outside(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    const MOST: usize = 6;
    for doc in subject.configs().filter(|doc| doc.file.outside) {
        let leaves = doc.leaves.iter();
        let said: Vec<_> = leaves.filter(|leaf| changes(&leaf.path.parts())).collect();
        let Some(first) = said.first() else { continue };
        let mut keys: Vec<_> = said
            .iter()
            .take(MOST)
            .map(|leaf| format!("`{}`", leaf.path))
            .collect();
        if said.len() > MOST {
            keys.push(format!("{} more", said.len() - MOST));
        }
        let message = format!(
            "`{}` changes what is built here, and is no part of the repository",
            doc.file.path
        );
        found.push(
            Finding::new(&CONFIG_OUTSIDE_OF_REPOSITORY, message)
                .at(doc, first.key_span.clone(), "on this machine alone")
                .note(format!("it sets {}", keys.join(", "))),
        );
    }
}

/// Whether a key changes what is built: a cache, a folder or a number of jobs only changes how.
fn changes(path: &[&str]) -> bool {
    const BUILD: [&str; 5] = ["rustc", "rustdoc", "rustdocflags", "rustflags", "target"];
    match path {
        ["build", key] => BUILD.contains(key),
        ["target", ..] | ["profile", ..] | ["unstable", ..] => true,
        ["env", name, ..] => !name.starts_with("SCCACHE_"),
        _ => false,
    }
}
