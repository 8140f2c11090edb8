//! Who says what of a key, in the order in which Cargo asks.
//!
//! Source: Cargo book, Configuration, Hierarchical structure and Environment variables; `build.rustflags`.

use std::collections::{BTreeMap, BTreeSet};

use super::Said;
use crate::edit::{Source, parse};
use crate::policy::platform::is_for;
use crate::probe::line;
use crate::value::{KeyPath, Value};

/// The files that Cargo reads, the strongest first.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Config files: the nearest, what it includes, those above, that of `CARGO_HOME`.
    pub configs: Vec<ChainFile>,
    /// The root manifest.
    pub manifest: Option<ChainFile>,
    /// Config files that Cargo does not read, since one of the old name, without an extension, stands beside them.
    pub shadowed: Vec<ChainFile>,
    /// Manifests of members, whose profiles Cargo ignores.
    pub members: Vec<ChainFile>,
    /// Packages of the lock file: name, version. `None`: there is none.
    pub packages: Option<Vec<(String, String)>>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFile {
    /// As a person would name it.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Chain {
    /// Variables that `[env]` sets over whatever the environment says.
    pub fn forced(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for file in &self.configs {
            let Ok(source) = parse(&file.text) else {
                continue;
            };
            for leaf in source.leaves() {
                if let (["env", name, "force"], Some(Value::Bool(true))) =
                    (&leaf.path.parts()[..], &leaf.value)
                {
                    names.insert((*name).to_owned());
                }
            }
        }
        names
    }

    /// The same files, each parsed, to be asked about many keys.
    pub fn parsed<'c>(
        &'c self,
        triple: &'c str,
        variables: &'c BTreeMap<String, String>,
    ) -> Parsed<'c> {
        let each = |files: &'c [ChainFile]| files.iter().filter_map(ParsedFile::of).collect();
        Parsed {
            configs: each(&self.configs),
            manifest: self.manifest.as_ref().and_then(ParsedFile::of),
            shadowed: each(&self.shadowed),
            members: each(&self.members),
            triple,
            variables,
        }
    }
}

/// A chain whose files have been parsed; one that does not parse says nothing.
pub struct Parsed<'c> {
    configs: Vec<ParsedFile<'c>>,
    manifest: Option<ParsedFile<'c>>,
    shadowed: Vec<ParsedFile<'c>>,
    members: Vec<ParsedFile<'c>>,
    triple: &'c str,
    variables: &'c BTreeMap<String, String>,
}

impl Parsed<'_> {
    /// Everything said about `path`.
    pub fn said(&self, path: &KeyPath) -> Vec<Said> {
        let parts = path.parts();
        let mut said = Vec::new();
        let variable = |name: &str| self.variable(name);
        match parts[..] {
            ["build" | "target", .., "rustflags"] => return self.flags(),
            ["build", "rustc-wrapper"] => {
                said.extend(
                    ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"]
                        .iter()
                        .filter_map(|n| variable(n)),
                );
            }
            ["build", "rustc-workspace-wrapper"] => {
                let names = [
                    "RUSTC_WORKSPACE_WRAPPER",
                    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
                ];
                said.extend(names.iter().filter_map(|n| variable(n)));
            }
            ["build", "incremental"] | ["profile", .., "incremental"] => {
                let names = ["CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL"];
                said.extend(names.iter().filter_map(|n| variable(n)));
                if parts[0] == "profile" {
                    said.extend(self.in_configs(&KeyPath::new(["build", "incremental"])));
                    said.extend(variable(&shouted("CARGO", &parts)));
                }
            }
            ["target", name, "linker"] => {
                said.extend(variable(&shouted("CARGO", &["target", name, "linker"])));
            }
            _ => said.extend(variable(&shouted("CARGO", &parts))),
        }
        said.extend(self.in_configs(path));
        if let ["target", name, "linker"] = parts[..] {
            said.extend(self.by_cfg(name, "linker"));
        }
        if parts[0] == "profile" {
            said.extend(self.manifest.iter().filter_map(|file| file.at(path)));
        }
        if let Some(first) = said.first_mut() {
            first.wins = true;
        }
        if parts[0] == "profile" {
            let ignored = self.members.iter().filter_map(|file| file.at(path));
            said.extend(ignored.map(|said| {
                Said {
                    note: Some(
                        "a profile of a member: Cargo takes those of the root manifest alone"
                            .to_owned(),
                    ),
                    ..said
                }
            }));
        }
        said.extend(self.in_shadow(path));
        said.extend(self.under_env(&parts));
        said
    }

    fn variable(&self, name: &str) -> Option<Said> {
        self.variables.get(name).map(|value| Said {
            place: format!("{name} in the environment"),
            value: value.clone(),
            wins: false,
            note: None,
        })
    }

    /// What a file says that Cargo does not read.
    fn in_shadow(&self, path: &KeyPath) -> Vec<Said> {
        let said = self.shadowed.iter().filter_map(|file| file.at(path));
        said.map(|said| Said {
            note: Some("`.cargo/config` stands beside it, and Cargo reads that one".to_owned()),
            ..said
        })
        .collect()
    }

    fn in_configs(&self, path: &KeyPath) -> Vec<Said> {
        self.configs
            .iter()
            .filter_map(|file| file.at(path))
            .collect()
    }

    /// Tables of `[target]` that name the host by a cfg expression.
    fn by_cfg(&self, not: &str, key: &str) -> Vec<Said> {
        let mut said = Vec::new();
        for file in &self.configs {
            for (table, _) in file.source.child_names(&KeyPath::new(["target"])) {
                if table != not && is_for(&table, self.triple) {
                    said.extend(file.at(&KeyPath::new(["target", &table, key])));
                }
            }
        }
        said
    }

    /// Flags come from one level alone, and are joined within it.
    fn flags(&self) -> Vec<Said> {
        let triple = self.triple;
        let variable = |name: &str| {
            self.variable(name).map(|said| Said {
                value: said.value.replace('\u{1f}', " "),
                ..said
            })
        };
        let target = shouted("CARGO", &["target", triple, "rustflags"]);
        let mut of_target: Vec<Said> = variable(&target).into_iter().collect();
        of_target.extend(self.in_configs(&KeyPath::new(["target", triple, "rustflags"])));
        of_target.extend(self.by_cfg(triple, "rustflags"));
        let mut of_build: Vec<Said> = variable("CARGO_BUILD_RUSTFLAGS").into_iter().collect();
        of_build.extend(self.in_configs(&KeyPath::new(["build", "rustflags"])));
        let levels = [
            variable("CARGO_ENCODED_RUSTFLAGS").into_iter().collect(),
            variable("RUSTFLAGS").into_iter().collect(),
            of_target,
            of_build,
        ];
        let mut said: Vec<Said> = Vec::new();
        let mut winner: Option<String> = None;
        for level in levels {
            for mut one in level {
                match &winner {
                    None => one.wins = true,
                    Some(winner) => {
                        one.note = Some(format!(
                            "{winner} replaces it: flags of different levels are not joined"
                        ));
                    }
                }
                said.push(one);
            }
            if winner.is_none() {
                winner = said.first().map(|first| first.place.clone());
            }
        }
        said.extend(self.in_shadow(&KeyPath::new(["build", "rustflags"])));
        said.extend(self.in_shadow(&KeyPath::new(["target", triple, "rustflags"])));
        said.extend(self.under_env(&["build", "rustflags"]));
        said
    }

    /// Variables under `[env]` that were meant for this key.
    fn under_env(&self, parts: &[&str]) -> Vec<Said> {
        let short = match parts {
            ["build", "rustc-wrapper"] => "RUSTC_WRAPPER",
            ["build", "rustc-workspace-wrapper"] => "RUSTC_WORKSPACE_WRAPPER",
            ["build", "rustflags"] => "RUSTFLAGS",
            [.., "incremental"] => "CARGO_INCREMENTAL",
            _ => "",
        };
        let names = [short.to_owned(), shouted("CARGO", parts)];
        let mut said = Vec::new();
        for file in &self.configs {
            for name in names.iter().filter(|name| !name.is_empty()) {
                let path = KeyPath::new(["env", name]);
                let found = file.at(&path).or_else(|| file.at(&path.join("value")));
                said.extend(found.map(|one| Said {
                    place: format!("{} [env] {name}", one.place),
                    note: Some("`[env]` is for rustc, build scripts and programs; Cargo itself never reads it".to_owned()),
                    ..one
                }));
            }
        }
        said
    }
}

/// `CARGO_PROFILE_DEV_OPT_LEVEL`.
fn shouted(prefix: &str, parts: &[&str]) -> String {
    let mut name = prefix.to_owned();
    for part in parts {
        name.push('_');
        name += &part.to_uppercase().replace(['-', '.'], "_");
    }
    name
}

/// A file and its parse.
struct ParsedFile<'c> {
    file: &'c ChainFile,
    source: Source<'c>,
}

impl<'c> ParsedFile<'c> {
    fn of(file: &'c ChainFile) -> Option<Self> {
        let source = parse(&file.text).ok()?;
        Some(Self { file, source })
    }

    /// What the file says of a key.
    fn at(&self, path: &KeyPath) -> Option<Said> {
        let ChainFile { file, text } = self.file;
        let leaf = self.source.leaf(path)?;
        let value = leaf.value.as_ref().map(Value::to_string);
        Some(Said {
            place: format!("{file}:{}", line(text, leaf.key_span.start)),
            value: value.unwrap_or_else(|| text[leaf.span.clone()].to_owned()),
            wins: false,
            note: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIPLE: &str = "x86_64-unknown-linux-gnu";

    fn chain(configs: &[(&str, &str)], manifest: &str) -> Chain {
        let file = |(file, text): &(&str, &str)| ChainFile {
            file: (*file).to_owned(),
            text: (*text).to_owned(),
        };
        Chain {
            configs: configs.iter().map(file).collect(),
            manifest: Some(file(&("Cargo.toml", manifest))),
            shadowed: Vec::new(),
            packages: None,
            members: vec![file(&(
                "crates/a/Cargo.toml",
                "[profile.dev]\nopt-level = 3\n",
            ))],
        }
    }

    fn said(chain: &Chain, path: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        chain
            .parsed(TRIPLE, &variables)
            .said(&KeyPath::new(path.iter().copied()))
            .into_iter()
            .map(|said| {
                let mark = if said.wins { "*" } else { "" };
                let note = if said.note.is_some() { " !" } else { "" };
                format!("{mark}{} = {}{note}", said.place, said.value)
            })
            .collect()
    }

    #[test]
    fn the_environment_beats_the_config_and_that_the_manifest() {
        let chain = chain(
            &[(".cargo/config.toml", "[profile.dev]\nopt-level = 2\n")],
            "[profile.dev]\nopt-level = 1\n",
        );
        assert_eq!(
            said(
                &chain,
                &["profile", "dev", "opt-level"],
                &[("CARGO_PROFILE_DEV_OPT_LEVEL", "0")]
            ),
            [
                "*CARGO_PROFILE_DEV_OPT_LEVEL in the environment = 0",
                ".cargo/config.toml:2 = 2",
                "Cargo.toml:2 = 1",
                "crates/a/Cargo.toml:2 = 3 !",
            ]
        );
    }

    #[test]
    fn flags_come_from_one_level() {
        let config = "[build]\nrustflags = [\"-Ca\"]\n[target.'cfg(unix)']\nrustflags = [\"-Cb\"]\n\
                      [target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cc\"]\n";
        let chain = chain(&[(".cargo/config.toml", config)], "");
        assert_eq!(
            said(&chain, &["build", "rustflags"], &[]),
            [
                "*.cargo/config.toml:6 = [\"-Cc\"]",
                "*.cargo/config.toml:4 = [\"-Cb\"]",
                ".cargo/config.toml:2 = [\"-Ca\"] !",
            ]
        );
        assert_eq!(
            said(
                &chain,
                &["target", TRIPLE, "rustflags"],
                &[("RUSTFLAGS", "")]
            )[0],
            "*RUSTFLAGS in the environment = "
        );
    }

    #[test]
    fn a_forced_variable_is_told_from_others() {
        let config = "[env]\nA = \"1\"\nB = { value = \"1\", force = true }\nC.value = \"1\"\nC.force = false\n";
        let forced = chain(&[("config.toml", config)], "").forced();
        assert_eq!(forced.into_iter().collect::<Vec<_>>(), ["B"]);
    }

    #[test]
    fn a_wrapper_under_env_is_seen_and_never_wins() {
        let config =
            "[build]\nincremental = false\n[env]\nRUSTC_WRAPPER = { value = \"sccache\" }\n";
        let chain = chain(&[(".cargo/config.toml", config)], "");
        assert_eq!(
            said(&chain, &["build", "rustc-wrapper"], &[]),
            [".cargo/config.toml:4 [env] RUSTC_WRAPPER = \"sccache\" !"]
        );
        assert_eq!(
            said(&chain, &["profile", "dev", "incremental"], &[]),
            ["*.cargo/config.toml:2 = false"]
        );
    }
}
