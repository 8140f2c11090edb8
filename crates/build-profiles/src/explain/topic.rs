//! What a person asks about: a key as the files spell it, a word of the policy, a profile, a package.

use std::collections::BTreeSet;
use std::fmt;

use super::View;
use crate::diagnostic::did_you_mean;
use crate::edit::parse;
use crate::effective::Spec;
use crate::evidence::ChainFile;
use crate::key::{Home, KEYS, Key, keys};
use crate::lint::known::{BUILD, TABLES};
use crate::value::KeyPath;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A key of Cargo's that the policy can set.
    Key(KeyPath, &'static Key),
    /// A profile, whole.
    Profile(String),
    /// A package in a profile: profile, package.
    Package(String, String),
    /// `[linker]` of the policy.
    Linker,
    /// `[cache]` of the policy.
    Cache,
    /// Another key of the policy.
    Policy(KeyPath, &'static Key),
    /// A key of Cargo's that the policy leaves alone.
    Other(KeyPath),
}

/// Nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What there is none of.
    pub message: String,
    /// What to ask instead.
    pub help: Vec<String>,
}

impl Topic {
    /// The row of the key table.
    pub fn key(&self) -> Option<&'static Key> {
        match self {
            Self::Key(_, key) | Self::Policy(_, key) => Some(key),
            _ => None,
        }
    }

    /// Its kind, in one word.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Key(..) => "key",
            Self::Profile(_) => "profile",
            Self::Package(..) => "package",
            Self::Linker => "linker",
            Self::Cache => "cache",
            Self::Policy(..) => "policy",
            Self::Other(_) => "other",
        }
    }

    /// The profile that it is about.
    pub(super) fn profile(&self) -> Option<&str> {
        match self {
            Self::Key(path, _) => match path.segments() {
                [first, name, ..] if first == "profile" => Some(name),
                _ => None,
            },
            Self::Profile(name) | Self::Package(name, _) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(path, _) | Self::Policy(path, _) | Self::Other(path) => path.fmt(f),
            Self::Profile(name) => KeyPath::new(["profile", name]).fmt(f),
            Self::Package(profile, spec) => {
                KeyPath::new(["profile", profile, "package", spec]).fmt(f)
            }
            Self::Linker => f.write_str("linker"),
            Self::Cache => f.write_str("cache"),
        }
    }
}

/// What a person means.
pub fn topic(asked: &str, view: &View<'_>) -> Result<Topic, Unknown> {
    let path = path(asked);
    let known = Known { view };
    match &path.parts()[..] {
        ["linker", ..] => Ok(Topic::Linker),
        ["cache"] => Ok(Topic::Cache),
        [name] | ["profile", name] if known.profiles().contains(*name) => {
            Ok(Topic::Profile((*name).to_owned()))
        }
        ["profile", name, ..] if !known.profiles().contains(*name) => Err(no_profile(name, &known)),
        ["profile", _, "package", spec, ..] if spec.starts_with('@') => {
            Err(known.set(spec.trim_start_matches('@')))
        }
        ["profile", profile, "package", spec] => known.package(profile, spec),
        ["profile", profile, "package", spec, name] => {
            known.package(profile, spec)?;
            of_profile(name, &path, true)
        }
        ["profile", _, "build-override", name] => of_profile(name, &path, true),
        ["profile", _, name] => of_profile(name, &path, false),
        ["build", name] => of_build(name, &path),
        ["target", table, rest @ ..] if table.starts_with('@') => {
            Err(known.target_set(table.trim_start_matches('@'), rest))
        }
        ["target", table, name] => of_target(table, name, &path),
        [name] if known.is_package(name) => {
            Ok(Topic::Package("dev".to_owned(), (*name).to_owned()))
        }
        parts => match of_policy(parts) {
            Some(key) => Ok(Topic::Policy(path, key)),
            None if parts.len() > 1 && TABLES.contains(&parts[0]) => Ok(Topic::Other(path)),
            None => Err(unknown(asked, parts, &known)),
        },
    }
}

/// The key as TOML reads it; and where a shell was spared the quotes, what was meant.
fn path(asked: &str) -> KeyPath {
    let asked = asked.trim().trim_matches('`');
    let asked = asked
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(asked);
    if let Some(path) = KeyPath::parse(asked) {
        return path;
    }
    let (head, rest) = match asked.split_once("package.") {
        Some((head, rest)) if head.starts_with("profile.") => (format!("{head}package"), rest),
        _ => match asked.strip_prefix("target.") {
            Some(rest) => ("target".to_owned(), rest),
            None => return KeyPath::new(asked.split('.')),
        },
    };
    // A version and a cfg expression have dots of their own; what follows the last is a key, if it is one.
    let (middle, key) = match rest.rsplit_once('.') {
        Some((middle, key)) if KEYS.iter().any(|known| known.name == key) => (middle, Some(key)),
        _ => (rest, None),
    };
    let middle = middle.trim_matches(['"', '\'']);
    KeyPath::new(head.split('.').chain([middle]).chain(key))
}

/// What there is in this workspace.
struct Known<'k> {
    view: &'k View<'k>,
}

impl Known<'_> {
    /// Every profile that somebody names, and those that every Cargo has.
    fn profiles(&self) -> BTreeSet<String> {
        let chain = self.view.chain;
        let mut names: BTreeSet<String> = ["dev", "release", "test", "bench"]
            .map(str::to_owned)
            .into();
        for file in chain.configs.iter().chain(&chain.manifest) {
            names.extend(profiles_in(file));
        }
        let bodies = self.view.policy.environments.iter().map(|one| &one.body);
        for body in bodies.chain([&self.view.policy.base]) {
            names.extend(body.profiles.iter().map(|one| one.name.value.clone()));
        }
        names
    }

    fn is_package(&self, name: &str) -> bool {
        let mut members = self.view.workspace.members.iter();
        let mut locked = self.view.chain.packages.iter().flatten();
        members.any(|member| member.name == name) || locked.any(|(other, _)| other == name)
    }

    fn package(&self, profile: &str, spec: &str) -> Result<Topic, Unknown> {
        let topic = Topic::Package(profile.to_owned(), spec.to_owned());
        let name = match Spec::parse(spec) {
            _ if spec == "*" => return Ok(topic),
            Some(parsed) => parsed.name().to_owned(),
            None => spec.to_owned(),
        };
        if self.is_package(&name) || self.view.chain.packages.is_none() {
            return Ok(topic);
        }
        let members = self.view.workspace.members.iter();
        let locked = self.view.chain.packages.iter().flatten();
        let names = members
            .map(|member| member.name.as_str())
            .chain(locked.map(|(name, _)| name.as_str()));
        let near = did_you_mean(&name, names);
        Err(Unknown {
            message: format!("there is no package `{name}` in the workspace or its `Cargo.lock`"),
            help: near
                .map(|near| format!("did you mean `profile.{profile}.package.{near}`?"))
                .into_iter()
                .collect(),
        })
    }

    /// A set has no table of its own in the config; its targets have.
    fn target_set(&self, name: &str, rest: &[&str]) -> Unknown {
        let mut sets = self.view.policy.target_sets.iter();
        let set = sets.find(|set| set.name.value == name);
        let first = set.and_then(|set| set.targets.first());
        let example = KeyPath::new([
            "target",
            first.map_or(self.view.triple, |first| &first.value),
            rest.first().copied().unwrap_or("rustflags"),
        ]);
        Unknown {
            message: match set {
                Some(_) => format!("`@{name}` is a set: each of its targets has its own table"),
                None => format!("there is no set `{name}` of targets in the policy"),
            },
            help: vec![format!(
                "ask for a target: `{example}`; `--all` lists all that is set"
            )],
        }
    }

    /// A set has no override of its own; its packages have.
    fn set(&self, name: &str) -> Unknown {
        let mut sets = self.view.policy.sets.iter();
        let help = "ask for a package: `profile.dev.package.NAME`; `--all` lists all overrides";
        Unknown {
            message: match sets.any(|set| set.name.value == name) {
                true => format!("`@{name}` is a set: each of its packages has its own override"),
                false => format!("there is no set `{name}` in the policy"),
            },
            help: vec![help.to_owned()],
        }
    }
}

fn profiles_in(file: &ChainFile) -> Vec<String> {
    let Ok(source) = parse(&file.text) else {
        return Vec::new();
    };
    let names = source
        .child_names(&KeyPath::new(["profile"]))
        .into_iter()
        .map(|(name, _)| name);
    names.collect()
}

fn no_profile(name: &str, known: &Known<'_>) -> Unknown {
    let names = known.profiles();
    let near = did_you_mean(name, names.iter().map(String::as_str));
    Unknown {
        message: format!("there is no profile `{name}`"),
        help: vec![match near {
            Some(near) => format!("did you mean `profile.{near}`?"),
            None => format!("there are {}", list(names.iter().map(String::as_str))),
        }],
    }
}

fn of_profile(name: &str, path: &KeyPath, in_override: bool) -> Result<Topic, Unknown> {
    match crate::key::key(Home::Profile, name) {
        Some(key) if in_override && !key.overridable => Err(Unknown {
            message: format!("`{name}` cannot stand in an override"),
            help: vec![format!(
                "ask for the profile's: `{}`",
                KeyPath::new([
                    "profile",
                    path.segments().get(1).map_or("dev", |name| name),
                    name
                ])
            )],
        }),
        Some(key) => Ok(Topic::Key(path.clone(), key)),
        None => Err(no_key(
            "of a profile",
            name,
            path,
            keys(Home::Profile).map(|key| key.name),
        )),
    }
}

fn of_build(name: &str, path: &KeyPath) -> Result<Topic, Unknown> {
    match crate::key::key(Home::Build, name) {
        Some(key) => Ok(Topic::Key(path.clone(), key)),
        None if BUILD.contains(&name) => Ok(Topic::Other(path.clone())),
        None => Err(no_key("of `[build]`", name, path, BUILD)),
    }
}

fn of_target(table: &str, name: &str, path: &KeyPath) -> Result<Topic, Unknown> {
    const OTHERS: [&str; 2] = ["runner", "rustdocflags"];
    match crate::key::key(Home::Target, name) {
        Some(key) => Ok(Topic::Key(path.clone(), key)),
        None if OTHERS.contains(&name) => Ok(Topic::Other(path.clone())),
        None => {
            let known = keys(Home::Target).map(|key| key.name).chain(OTHERS);
            Err(no_key(&format!("of `[target.{table}]`"), name, path, known))
        }
    }
}

/// The row of a key of the policy's own.
fn of_policy(parts: &[&str]) -> Option<&'static Key> {
    let parts = match parts {
        ["environment", _, rest @ ..] => rest,
        parts => parts,
    };
    let (name, table) = parts.split_last()?;
    let home = match table {
        [] => Home::Policy,
        ["cache"] => Home::Cache,
        ["test"] => Home::Test,
        ["test", "nextest"] => Home::Nextest,
        ["test", "nextest", "profile", _] => Home::NextestProfile,
        ["test", "nextest", "profile", _, "junit"] => Home::NextestJunit,
        table => {
            let table = table.join(".");
            let mut homes = KEYS.iter().map(|key| key.home);
            homes.find(|home| matches!(home, Home::Storage(name) if *name == table))?
        }
    };
    crate::key::key(home, name)
}

fn no_key<'n>(
    of: &str,
    name: &str,
    path: &KeyPath,
    known: impl IntoIterator<Item = &'n str>,
) -> Unknown {
    let known: Vec<&str> = known.into_iter().collect();
    let near = did_you_mean(&name.replace('_', "-"), known.iter().copied());
    let mut meant = path.segments().to_vec();
    Unknown {
        message: format!("there is no key `{name}` {of}"),
        help: vec![match near {
            Some(near) => {
                meant.pop();
                meant.push(near.to_owned());
                format!("did you mean `{}`?", KeyPath::new(meant))
            }
            None => format!("there are {}", list(known)),
        }],
    }
}

/// Something that is no key, no word, no profile and no package; perhaps the last part of a key.
fn unknown(asked: &str, parts: &[&str], known: &Known<'_>) -> Unknown {
    let message = format!("nothing is known of `{asked}`");
    let whole = |name: &str| -> Vec<String> {
        let mut places: Vec<String> = KEYS
            .iter()
            .filter(|key| key.name == name)
            .filter_map(|key| {
                Some(match key.home {
                    Home::Profile => format!("profile.dev.{name}"),
                    Home::Build => format!("build.{name}"),
                    Home::Target => format!("target.{}.{name}", known.view.triple),
                    Home::Cache => format!("cache.{name}"),
                    Home::Test => format!("test.{name}"),
                    Home::Policy => name.to_owned(),
                    Home::Storage(table) => format!("{table}.{name}"),
                    Home::Nextest => format!("test.nextest.{name}"),
                    Home::NextestProfile => format!("test.nextest.profile.default.{name}"),
                    Home::NextestJunit => return None,
                })
            })
            .collect();
        places.dedup();
        places
    };
    let name = parts.last().copied().unwrap_or_default();
    let kebab = name.replace('_', "-");
    let words = ["linker", "cache"];
    let profiles = known.profiles();
    let near = did_you_mean(
        &kebab,
        KEYS.iter()
            .map(|key| key.name)
            .chain(words)
            .chain(profiles.iter().map(String::as_str)),
    );
    let mut help = Vec::new();
    // A part of a name is more than a slip away.
    let mut parts_of: Vec<String> = Vec::new();
    if near.is_none() && kebab.len() >= 4 {
        for key in KEYS.iter().filter(|key| key.name.contains(&kebab)) {
            parts_of.extend(whole(key.name));
        }
        parts_of.dedup();
    }
    if !parts_of.is_empty() {
        help.push(format!(
            "did you mean {}?",
            or(parts_of.iter().map(String::as_str))
        ));
    }
    if let Some(near) = near {
        let places = whole(near);
        if words.contains(&near) || profiles.contains(near) || places.is_empty() {
            help.push(format!("did you mean `{near}`?"));
        } else {
            help.push(format!(
                "did you mean {}?",
                or(places.iter().map(String::as_str))
            ));
        }
    }
    help.push(
        "ask for a key as the files spell it (`profile.dev.debug`, `build.rustc-wrapper`), for `linker` or `cache`, \
         or for the name of a profile or a package; `--all` lists what is set"
            .to_owned(),
    );
    Unknown { message, help }
}

fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn or<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnostic::FilePath;
    use crate::evidence::Chain;
    use crate::facts::Workspace;
    use crate::settings::Settings;

    fn asked(text: &str) -> String {
        let chain = Chain {
            configs: vec![ChainFile {
                text: "[profile.fast]\ninherits = \"dev\"".to_owned(),
                ..ChainFile::default()
            }],
            packages: Some(vec![("serde".to_owned(), "1.0.228".to_owned())]),
            ..Chain::default()
        };
        let policy = "schema = 1\n[targets]\nmusl = [\"aarch64-unknown-linux-musl\"]";
        let file = FilePath::new("build-profiles.toml");
        let policy = crate::policy::parse(&file, policy).0.expect("TOML");
        let view = View {
            policy_file: &FilePath::new("build-profiles.toml"),
            policy_text: None,
            policy: &policy,
            settings: &Settings::default(),
            workspace: &Workspace::default(),
            chain: &chain,
            variables: &BTreeMap::new(),
            triple: "x86_64-unknown-linux-gnu",
            wants: None,
            machine: None,
            environment: None,
            seen: None,
        };
        match topic(text, &view) {
            Ok(topic) => format!("{}: {topic}", topic.name()),
            Err(unknown) => format!("{} | {}", unknown.message, unknown.help[0]),
        }
    }

    #[test]
    fn a_key_is_known_however_it_is_written() {
        for (text, expected) in [
            ("profile.dev.debug", "key: profile.dev.debug"),
            ("[profile.dev]", "profile: profile.dev"),
            ("fast", "profile: profile.fast"),
            (
                "profile.fast.package.\"*\".debug",
                "key: profile.fast.package.\"*\".debug",
            ),
            (
                "profile.dev.package.*.debug",
                "key: profile.dev.package.\"*\".debug",
            ),
            (
                "profile.dev.package.serde@1.0.228.opt-level",
                "key: profile.dev.package.\"serde@1.0.228\".opt-level",
            ),
            (
                "profile.dev.package.serde@1.0.228",
                "package: profile.dev.package.\"serde@1.0.228\"",
            ),
            ("serde", "package: profile.dev.package.serde"),
            (
                "target.cfg(target_os = \"linux\").rustflags",
                "key: target.'cfg(target_os = \"linux\")'.rustflags",
            ),
            (
                "target.x86_64-unknown-linux-gnu.runner",
                "other: target.x86_64-unknown-linux-gnu.runner",
            ),
            ("linker", "linker: linker"),
            ("linker.linux-gnu", "linker: linker"),
            ("cache", "cache: cache"),
            ("cache.scope", "policy: cache.scope"),
            (
                "environment.ci.cache.storage.redis.endpoint",
                "policy: environment.ci.cache.storage.redis.endpoint",
            ),
            (
                "test.nextest.profile.ci.junit.path",
                "policy: test.nextest.profile.ci.junit.path",
            ),
            ("net.retry", "other: net.retry"),
        ] {
            assert_eq!(asked(text), expected);
        }
    }

    #[test]
    fn what_is_not_known_is_said_with_what_was_meant() {
        for (text, expected) in [
            (
                "profile.dev.incremntal",
                "there is no key `incremntal` of a profile | did you mean `profile.dev.incremental`?",
            ),
            (
                "profile.fats.debug",
                "there is no profile `fats` | did you mean `profile.fast`?",
            ),
            (
                "profile.dev.package.serd",
                "there is no package `serd` in the workspace or its `Cargo.lock` | did you mean `profile.dev.package.serde`?",
            ),
            (
                "build.job",
                "there is no key `job` of `[build]` | did you mean `build.jobs`?",
            ),
            (
                "target.\"@musl\".linker",
                "`@musl` is a set: each of its targets has its own table | ask for a target: `target.aarch64-unknown-linux-musl.linker`; `--all` lists all that is set",
            ),
            (
                "target.@must",
                "there is no set `must` of targets in the policy | ask for a target: `target.x86_64-unknown-linux-gnu.rustflags`; `--all` lists all that is set",
            ),
            ("cach", "nothing is known of `cach` | did you mean `cache`?"),
            (
                "rustflags",
                "nothing is known of `rustflags` | did you mean `profile.dev.rustflags`, `build.rustflags` or \
                 `target.x86_64-unknown-linux-gnu.rustflags`?",
            ),
        ] {
            assert_eq!(asked(text), expected);
        }
    }
}
