//! Who says what of a key, in the order in which Cargo asks.
//!
//! Source: Cargo book, Configuration, Hierarchical structure and Environment variables; `build.rustflags`.

use std::collections::{BTreeMap, BTreeSet};

use super::{At, Said};
use crate::edit::{Source, parse};
use crate::policy::platform::{is_for, triples};
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
    /// Those of them that stand in a folder and come from no registry and no git: name, version.
    pub local: BTreeSet<(String, String)>,
    /// Why Cargo stops before it has read all of them: an include that is not there, two that include one another.
    pub stops: Vec<String>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainFile {
    /// As a person would name it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The file that includes it.
    pub included_by: Option<String>,
    /// Whether it is this machine's and not the repository's: above the git root, in `CARGO_HOME`, `machine.toml`.
    pub own: bool,
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
    /// Everything said about `path`, the strongest first; what Cargo takes is marked, and of the rest is said why not.
    pub fn said(&self, path: &KeyPath) -> Vec<Said> {
        let parts = path.parts();
        // How many of the first are for every profile.
        let mut global = 0;
        let mut said = match parts[..] {
            ["target", name, key] if name.starts_with("cfg(") => {
                return self.of_cfg(path, name, key);
            }
            [
                "build" | "target",
                ..,
                flags @ ("rustflags" | "rustdocflags"),
            ] => {
                let mut said = self.flags(&parts, flags);
                said.extend(self.under_env(&parts));
                return said;
            }
            ["build", "incremental"] => self.everywhere(path, &["CARGO_INCREMENTAL"]),
            ["profile", .., "incremental"] => {
                let everyones = KeyPath::new(["build", "incremental"]);
                let mut said = self.everywhere(&everyones, &["CARGO_INCREMENTAL"]);
                global = said.len();
                said.extend(self.everywhere(path, &[]));
                said
            }
            ["build", "rustc-wrapper"] => self.everywhere(path, &["RUSTC_WRAPPER"]),
            ["build", "rustc-workspace-wrapper"] => {
                self.everywhere(path, &["RUSTC_WORKSPACE_WRAPPER"])
            }
            ["build", "rustc"] => self.everywhere(path, &["RUSTC"]),
            ["build", "rustdoc"] => self.everywhere(path, &["RUSTDOC"]),
            ["build", "target-dir"] => self.everywhere(path, &["CARGO_TARGET_DIR"]),
            ["target", name, key @ ("linker" | "runner")] => {
                let mut said = self.everywhere(path, &[]);
                said.extend(self.by_cfg(name, key));
                said
            }
            ["env", _] => {
                let mut said = self.everywhere(path, &[]);
                said.extend(self.in_configs(&path.join("value")));
                said
            }
            _ => self.everywhere(path, &[]),
        };
        self.rank(&parts, &mut said, global);
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

    /// What is said of this path alone, without what is decided elsewhere: for every profile, or in a file that Cargo
    /// does not read.
    pub(crate) fn said_there(&self, path: &KeyPath) -> Vec<Said> {
        let mut said = self.everywhere(path, &[]);
        self.rank(&path.parts(), &mut said, 0);
        said
    }

    /// What the variables, the config files and, of a profile, the manifest say of one key.
    fn everywhere(&self, path: &KeyPath, first: &[&str]) -> Vec<Said> {
        let parts = path.parts();
        let own = self.variable_of(&parts);
        let variables = first.iter().filter_map(|name| self.variable(name));
        let mut said: Vec<Said> = variables.chain(own).collect();
        said.extend(self.in_configs(path));
        if parts[0] == "profile" {
            said.extend(self.manifest.iter().filter_map(|file| file.at(path)));
        }
        said
    }

    /// The variable that stands for a key. Of a package's override there is one only where a config file has its table,
    /// and it bears the package's name as it is written there.
    fn variable_of(&self, parts: &[&str]) -> Option<Said> {
        if let ["profile", profile, "package", spec, key] = parts {
            let table = KeyPath::new(["profile", *profile, "package", *spec]);
            let is_there = |file: &ParsedFile<'_>| file.source.table_span(&table).is_some();
            self.configs.iter().find(|file| is_there(file))?;
            let before = shouted("CARGO", &["profile", profile, "package"]);
            return self.variable(&shouted(&format!("{before}_{spec}"), &[key]));
        }
        self.variable(&shouted("CARGO", parts))
    }

    /// Marks what wins, and says why the others do not.
    fn rank(&self, parts: &[&str], said: &mut [Said], global: usize) {
        let Some(first) = said.first_mut() else {
            return;
        };
        first.wins = true;
        let first = first.clone();
        let is_list = |one: &Said| one.at.is_some() && one.value.starts_with('[');
        let joined = !is_replaced(parts) && said.iter().any(is_list);
        for (index, one) in said.iter_mut().enumerate().skip(1) {
            if joined {
                one.wins = true;
            } else if global > 0 && index >= global {
                one.because = Some(format!("{} decides for every profile", first.place));
            } else {
                one.because = Some(self.outranks(&first, one));
            }
            if is_list(one) && is_replaced(parts) {
                // It forgets to leave a key's name behind when it has merged it, and so does not always know this one.
                let chance = "Cargo takes the strongest list alone, but joins them in some runs (seen in 1.95)";
                one.because = Some(chance.to_owned());
            }
        }
    }

    /// Why `winner` stands before `loser`.
    fn outranks(&self, winner: &Said, loser: &Said) -> String {
        let (winner_at, loser_at) = match (&winner.at, &loser.at) {
            (None, None) => return format!("Cargo asks for {} first", winner.place),
            (None, Some(_)) => return "the environment beats the files".to_owned(),
            (Some(winner), Some(loser)) => (winner, loser),
            (Some(_), None) => return String::new(),
        };
        let is_manifest = |at: &At| {
            let manifest = self.manifest.as_ref();
            manifest.is_some_and(|manifest| manifest.file.file == at.file)
        };
        let config = |at: &At| self.configs.iter().find(|file| file.file.file == at.file);
        if is_manifest(loser_at) && !is_manifest(winner_at) {
            return "Cargo's config beats the manifest".to_owned();
        }
        if winner_at.file == loser_at.file {
            return "the table of the triple itself beats a cfg".to_owned();
        }
        let includer = |at: &At| config(at).and_then(|file| file.file.included_by.clone());
        let mut above = includer(loser_at);
        // A circle of includes is Cargo's to refuse; here it must end.
        for _ in 0..self.configs.len() {
            let Some(file) = above else { break };
            if file == winner_at.file {
                return format!("`{file}` includes it, and beats what it includes");
            }
            let one = self.configs.iter().find(|one| one.file.file == file);
            above = one.and_then(|one| one.file.included_by.clone());
        }
        if includer(winner_at).is_some() && includer(winner_at) == includer(loser_at) {
            return "a later include beats an earlier one".to_owned();
        }
        "a nearer config file beats one further away".to_owned()
    }

    fn variable(&self, name: &str) -> Option<Said> {
        self.variables.get(name).map(|value| Said {
            place: format!("{name} in the environment"),
            value: value.clone(),
            own: true,
            ..Said::default()
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

    /// Tables of `[target]` that name a triple by a cfg expression.
    fn by_cfg(&self, triple: &str, key: &str) -> Vec<Said> {
        let mut said = Vec::new();
        for file in &self.configs {
            for (table, _) in file.source.child_names(&KeyPath::new(["target"])) {
                if table != triple && is_for(&table, triple) {
                    said.extend(file.at(&KeyPath::new(["target", &table, key])));
                }
            }
        }
        said
    }

    /// What the tables of a cfg expression say, and what becomes of it on the host.
    fn of_cfg(&self, path: &KeyPath, name: &str, key: &str) -> Vec<Said> {
        let mut said = self.in_configs(path);
        if !is_for(name, self.triple) {
            let note = match triples(name).contains(&self.triple) {
                true => format!("whether `{name}` is true here hangs on flags"),
                false => format!("`{name}` is not true here"),
            };
            for one in &mut said {
                one.note = Some(note.clone());
            }
            return said;
        }
        let here = self.said(&KeyPath::new(["target", self.triple, key]));
        for one in &mut said {
            if let Some(there) = here.iter().find(|there| there.at == one.at) {
                one.clone_from(there);
            }
        }
        said
    }

    /// Flags come from one level alone, and are joined within it.
    fn flags(&self, parts: &[&str], key: &str) -> Vec<Said> {
        let triple = match parts {
            ["target", name, _] => name,
            _ => self.triple,
        };
        let variable = |name: &str| {
            self.variable(name).map(|said| Said {
                value: said.value.replace('\u{1f}', " "),
                ..said
            })
        };
        let target = shouted("CARGO", &["target", triple, key]);
        let mut of_target: Vec<Said> = variable(&target).into_iter().collect();
        of_target.extend(self.in_configs(&KeyPath::new(["target", triple, key])));
        of_target.extend(self.by_cfg(triple, key));
        let build = shouted("CARGO", &["build", key]);
        let mut of_build: Vec<Said> = variable(&build).into_iter().collect();
        of_build.extend(self.in_configs(&KeyPath::new(["build", key])));
        let short = key.to_uppercase();
        let levels = [
            variable(&format!("CARGO_ENCODED_{short}"))
                .into_iter()
                .collect(),
            variable(&short).into_iter().collect(),
            of_target,
            of_build,
        ];
        let mut said: Vec<Said> = Vec::new();
        let mut winner: Option<String> = None;
        for (rank, level) in levels.into_iter().enumerate() {
            // A variable that is set to nothing replaces all the same; tables without a flag in them do not.
            let counts = rank < 2 || level.iter().any(|one| !is_empty(&one.value));
            let first = level.first().map(|one| one.place.clone());
            for mut one in level {
                match &winner {
                    None => one.wins = counts,
                    Some(winner) => {
                        one.note = Some(format!(
                            "{winner} replaces it: flags of different levels are not joined"
                        ));
                    }
                }
                said.push(one);
            }
            if winner.is_none() && counts {
                winner = first;
            }
        }
        said.extend(self.in_shadow(&KeyPath::new(["build", key])));
        said.extend(self.in_shadow(&KeyPath::new(["target", triple, key])));
        said
    }

    /// Variables under `[env]` that were meant for this key.
    fn under_env(&self, parts: &[&str]) -> Vec<Said> {
        let short = match parts {
            ["build", "rustc-wrapper"] => "RUSTC_WRAPPER",
            ["build", "rustc-workspace-wrapper"] => "RUSTC_WORKSPACE_WRAPPER",
            ["build" | "target", .., "rustflags"] => "RUSTFLAGS",
            ["build" | "target", .., "rustdocflags"] => "RUSTDOCFLAGS",
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

/// Whether an array, or a string that is split, has no flag in it.
fn is_empty(value: &str) -> bool {
    value
        .chars()
        .all(|c| c.is_whitespace() || "[]\"'".contains(c))
}

/// Arrays that are not joined: of several files the strongest holds. Source: Cargo book, Configuration, `runner` and
/// `credential-provider`; `NON_MERGEABLE_LISTS` of Cargo 1.95.
pub(crate) fn is_replaced(path: &[&str]) -> bool {
    matches!(
        path,
        ["credential-alias", _]
            | ["doc", "browser"]
            | ["host", "runner"]
            | ["registries", _, "credential-provider"]
            | ["registry", "credential-provider"]
            | ["target", _, "runner"]
    )
}

/// `CARGO_PROFILE_DEV_OPT_LEVEL`.
pub(crate) fn shouted(prefix: &str, parts: &[&str]) -> String {
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
        let ChainFile {
            file, text, own, ..
        } = self.file;
        let leaf = self.source.leaf(path)?;
        let value = leaf.value.as_ref().map(Value::to_string);
        let at = At::of(file, text, leaf.key_span.start);
        Some(Said {
            place: format!("{file}:{}", at.line),
            value: value.unwrap_or_else(|| text[leaf.span.clone()].to_owned()),
            at: Some(at),
            own: *own,
            ..Said::default()
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
            ..ChainFile::default()
        };
        Chain {
            configs: configs.iter().map(file).collect(),
            manifest: Some(file(&("Cargo.toml", manifest))),
            members: vec![file(&(
                "crates/a/Cargo.toml",
                "[profile.dev]\nopt-level = 3\n",
            ))],
            ..Chain::default()
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
    fn a_loser_is_told_why() {
        let mut chain = chain(
            &[
                ("config.toml", "[profile.dev]\nopt-level = 2\n"),
                ("b.toml", "[profile.dev]\nopt-level = 3\n"),
                ("a.toml", "\n[profile.dev]\n  opt-level = 0\n"),
                ("../config.toml", "[profile.dev]\nopt-level = 1\n"),
            ],
            "[profile.dev]\nopt-level = 1\n",
        );
        chain.configs[1].included_by = Some("config.toml".to_owned());
        chain.configs[2].included_by = Some("b.toml".to_owned());
        chain.configs[3].own = true;
        let variables = BTreeMap::new();
        let said =
            chain
                .parsed(TRIPLE, &variables)
                .said(&KeyPath::new(["profile", "dev", "opt-level"]));
        let told: Vec<String> = said
            .iter()
            .map(|said| {
                let at = said.at.as_ref().expect("it stands in a file");
                let why = said.because.as_ref().or(said.note.as_ref());
                format!("{at} {}", why.map_or("", String::as_str))
            })
            .collect();
        assert_eq!(
            told,
            [
                "config.toml:2:1 ",
                "b.toml:2:1 `config.toml` includes it, and beats what it includes",
                "a.toml:3:3 `config.toml` includes it, and beats what it includes",
                "../config.toml:2:1 a nearer config file beats one further away",
                "Cargo.toml:2:1 Cargo's config beats the manifest",
                "crates/a/Cargo.toml:2:1 a profile of a member: Cargo takes those of the root manifest alone",
            ]
        );
        assert!(said[3].own);
    }

    #[test]
    fn arrays_are_joined_but_those_that_name_a_program() {
        let config =
            |list: &str| format!("[build]\ntarget = [{list}]\n[target.t]\nrunner = [{list}]\n");
        let (near, far) = (config("\"near\""), config("\"far\""));
        let chain = chain(&[("near.toml", &near), ("far.toml", &far)], "");
        let joined = ["*near.toml:2 = [\"near\"]", "*far.toml:2 = [\"far\"]"];
        assert_eq!(said(&chain, &["build", "target"], &[]), joined);
        let replaced = ["*near.toml:4 = [\"near\"]", "far.toml:4 = [\"far\"]"];
        assert_eq!(said(&chain, &["target", "t", "runner"], &[]), replaced);
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
