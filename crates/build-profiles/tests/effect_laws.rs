//! Laws of the difference in effect, over generated pairs of policies: it is empty exactly when both come to the same by
//! meaning, in either direction, and what it names are the differences, all of them and no others.
//!
//! What "the same" means is written here a second time, from the settled layers and the generated files alone.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use build_profiles::diagnostic::{FilePath, Level};
use build_profiles::effect::{Audience, Change, Effect, Scope, Side, effect};
use build_profiles::facts::{Locked, Member, Workspace};
use build_profiles::policy::{self, Policy};
use build_profiles::settings::{Settings, settle};
use build_profiles::value::Value;
use fixture::POLICY;
use proptest::prelude::*;
use semver::Version;

/// Key and value as TOML; several spellings of one meaning among them.
type Pair = (&'static str, &'static str);
type Table = BTreeMap<&'static str, &'static str>;

const SETTINGS: &[Pair] = &[
    ("opt-level", "0"),
    ("opt-level", "3"),
    ("opt-level", "\"s\""),
    ("debug", "true"),
    ("debug", "2"),
    ("debug", "\"full\""),
    ("debug", "1"),
    ("debug", "\"limited\""),
    ("debug", "false"),
    ("debug", "\"none\""),
    ("strip", "true"),
    ("strip", "\"symbols\""),
    ("overflow-checks", "true"),
    ("codegen-units", "16"),
    ("codegen-units", "256"),
];

fn table(at_least: usize) -> impl Strategy<Value = Table> {
    prop::collection::vec(prop::sample::select(SETTINGS), at_least..4)
        .prop_map(|settings| settings.into_iter().collect())
}

#[derive(Clone, Debug)]
struct Generated {
    floor: &'static str,
    profiles: BTreeMap<&'static str, Table>,
    packages: BTreeMap<&'static str, Table>,
    flags: Option<&'static str>,
    linker: Option<&'static str>,
    cache: Option<&'static str>,
    environment: Option<Table>,
    environment_flags: Option<&'static str>,
    /// A profile of the manifest that no policy names.
    foreign: Table,
}

fn generated() -> impl Strategy<Value = Generated> {
    let profile = prop::sample::select(vec!["dev", "release", "test", "fast"]);
    let package = prop::sample::select(vec!["*", "serde", "zstd-sys", "@codecs"]);
    let one_of = |words: &'static [&'static str]| prop::option::of(prop::sample::select(words));
    let machine = (
        one_of(&["[\"mold\", \"default\"]", "[\"wild\", \"mold\"]"]),
        one_of(&[
            "scope = \"dependencies\"\nif-missing = \"warn\"",
            "scope = \"dependencies\"\nif-missing = \"skip\"",
            "scope = \"everything\"\nif-missing = \"warn\"",
        ]),
    );
    (
        prop::sample::select(vec!["1.90", "1.94"]),
        prop::collection::btree_map(profile, table(0), 1..4),
        prop::collection::btree_map(package, table(1), 0..3),
        one_of(&[
            "[\"--cfg\", \"a\"]",
            "\"--cfg a\"",
            "\"--cfg  a\"",
            "[\"--cfg\", \"b\"]",
        ]),
        machine,
        prop::option::of(table(1)),
        one_of(&["[\"--cfg\", \"c\"]", "[\"--cfg\", \"a\"]"]),
        prop::sample::select(vec![
            Table::new(),
            Table::from([("lto", "true")]),
            Table::from([("lto", "\"fat\"")]),
        ]),
    )
        .prop_map(
            |(
                floor,
                profiles,
                packages,
                flags,
                (linker, cache),
                environment,
                environment_flags,
                foreign,
            )| Generated {
                floor,
                profiles,
                packages,
                flags,
                linker,
                cache,
                environment,
                environment_flags,
                foreign,
            },
        )
}

/// Two that have nothing to do with each other, or one and a neighbour of it: most pull requests are the latter.
fn pair() -> impl Strategy<Value = (Generated, Generated)> {
    (generated(), generated(), 0..8u8).prop_map(|(one, other, part)| {
        let mut next = one.clone();
        match part {
            0 => next.profiles = other.profiles,
            1 => next.packages = other.packages,
            2 => next.flags = other.flags,
            3 => (next.linker, next.cache, next.floor) = (other.linker, other.cache, other.floor),
            4 => next.environment = other.environment,
            5 => (next.environment_flags, next.foreign) = (other.environment_flags, other.foreign),
            6 => respell(&mut next),
            _ => next = other,
        }
        (one, next)
    })
}

/// The same in other words.
fn respell(generated: &mut Generated) {
    let tables = generated
        .profiles
        .values_mut()
        .chain(generated.packages.values_mut())
        .chain(&mut generated.environment);
    for (_, value) in tables.flatten() {
        *value = match *value {
            "true" => "true", // `overflow-checks` has no other word.
            "2" | "\"full\"" => "2",
            "1" | "\"limited\"" => "1",
            "\"none\"" => "false",
            value => value,
        };
    }
    if generated.flags == Some("\"--cfg  a\"") {
        generated.flags = Some("[\"--cfg\", \"a\"]");
    }
}

impl Generated {
    fn policy(&self) -> String {
        let mut text = format!(
            "schema = 1\ntoolchain = \"{}\"\n\n[packages]\ncodecs = [\"crates/codec-*\", \"zstd*\"]\n",
            self.floor
        );
        let lines = |table: &Table| {
            table
                .iter()
                .map(|(key, value)| format!("{key} = {value}\n"))
                .collect::<String>()
        };
        for (name, settings) in &self.profiles {
            let inherits = if *name == "fast" {
                "inherits = \"dev\"\n"
            } else {
                ""
            };
            let _ = write!(text, "\n[profile.{name}]\n{inherits}{}", lines(settings));
        }
        let first = self
            .profiles
            .keys()
            .next()
            .expect("at least one profile is generated");
        for (package, settings) in &self.packages {
            // One package, one override: the set holds it already.
            if *package != "zstd-sys" || !self.packages.contains_key("@codecs") {
                let _ = write!(
                    text,
                    "\n[profile.{first}.package.\"{package}\"]\n{}",
                    lines(settings)
                );
            }
        }
        for (table, key, value) in [
            ("build", "rustflags", self.flags),
            ("linker", "linux-gnu", self.linker),
        ] {
            if let Some(value) = value {
                let _ = write!(text, "\n[{table}]\n{key} = {value}\n");
            }
        }
        if let Some(cache) = self.cache {
            let _ = write!(text, "\n[cache]\ntool = \"sccache\"\n{cache}\n");
        }
        if let Some(settings) = &self.environment {
            let _ = write!(text, "\n[environment.ci.profile.dev]\n{}", lines(settings));
        }
        if let Some(flags) = self.environment_flags {
            let _ = write!(
                text,
                "\n[environment.ci.target.x86_64-unknown-linux-gnu]\nrustflags = {flags}\n"
            );
        }
        text
    }

    fn workspace(&self) -> Workspace {
        let member = |name: &str| Member {
            name: name.to_owned(),
            path: format!("crates/{name}"),
            rust_version: None,
        };
        let locked = |name: &str| Locked {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
        };
        let foreign: String = self
            .foreign
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        let manifest =
            format!("[workspace]\nmembers = [\"crates/*\"]\n\n[profile.bench]\n{foreign}");
        Workspace {
            members: vec![member("app"), member("codec-a")],
            locked: Some(["app", "codec-a", "serde", "zstd-sys"].map(locked).into()),
            files: BTreeMap::from([
                (FilePath::new(POLICY), self.policy()),
                (FilePath::new("Cargo.toml"), manifest),
            ]),
            in_git: true,
            ..Workspace::default()
        }
    }
}

struct Settled {
    policy: Policy,
    settings: Settings,
    workspace: Workspace,
}

impl Settled {
    fn new(generated: &Generated) -> Self {
        let (file, workspace) = (FilePath::new(POLICY), generated.workspace());
        let (policy, findings) = policy::parse(&file, &generated.policy());
        assert!(
            findings.iter().all(|finding| finding.level < Level::Deny),
            "{findings:#?}\n{}",
            generated.policy()
        );
        let policy = policy.expect("nothing was wrong with it");
        let (settings, _) = settle(&file, &policy, &workspace);
        Self {
            policy,
            settings,
            workspace,
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            policy: &self.policy,
            settings: &self.settings,
            workspace: &self.workspace,
        }
    }
}

fn between(one: &Generated, other: &Generated) -> Effect {
    effect(Settled::new(one).side(), Settled::new(other).side())
}

/// A value in one spelling, whatever the key.
fn meaning(key: &str, value: &Value) -> String {
    match (key, value.to_string().trim_matches(['"', '\''])) {
        ("debug", "true" | "2" | "full") => "full".to_owned(),
        ("debug", "1" | "limited") => "limited".to_owned(),
        ("debug", "false" | "0" | "none") => "none".to_owned(),
        ("strip", "true" | "symbols") => "symbols".to_owned(),
        ("lto", "true" | "fat") => "fat".to_owned(),
        ("rustflags", _) => match value {
            Value::Array(flags) => flags.join(" "),
            value => value
                .to_string()
                .trim_matches(['"', '\''])
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        },
        (_, value) => value.to_owned(),
    }
}

/// What a policy comes to, flat: `scope path` to the meaning of its value.
fn told(generated: &Generated) -> BTreeMap<(String, String), String> {
    let Settled { settings, .. } = Settled::new(generated);
    let text = |parts: &[&str]| match parts {
        // Flags that had to move keep their meaning.
        ["target", name, "rustflags"] if name.starts_with("cfg(") => "build.rustflags".to_owned(),
        parts => parts.join("."),
    };
    let mut all: BTreeMap<(String, String), String> = BTreeMap::new();
    let base = settings
        .manifest
        .iter()
        .chain(&settings.config)
        .chain(&settings.portable);
    for (path, setting) in base {
        let parts = path.parts();
        all.insert(
            ("all".to_owned(), text(&parts)),
            meaning(parts[parts.len() - 1], &setting.value),
        );
    }
    for (key, value) in &generated.foreign {
        all.insert(
            ("all".to_owned(), format!("profile.bench.{key}")),
            meaning(key, &value.trim_matches('"').into()),
        );
    }
    for (path, setting) in settings.environments.values().flatten() {
        let parts = path.parts();
        all.insert(
            ("ci".to_owned(), text(&parts)),
            meaning(parts[parts.len() - 1], &setting.value),
        );
    }
    if let Some(wants) = &settings.machine {
        for (triple, linkers) in &wants.linkers {
            all.insert(
                ("machine".to_owned(), format!("linker.{triple}")),
                linkers.join(", "),
            );
        }
        if let Some(cache) = &wants.cache {
            all.insert(
                ("machine".to_owned(), "cache".to_owned()),
                format!("{} {} {:?}", cache.tool, cache.everything, cache.if_missing),
            );
        }
    }
    all
}

/// The places where two policies differ. What an environment does not set holds there as it does everywhere, flags
/// aside, which join.
fn differences(one: &Generated, other: &Generated) -> BTreeSet<(String, String)> {
    let (old, new) = (told(one), told(other));
    let holds = |told: &BTreeMap<(String, String), String>, (scope, path): &(String, String)| {
        let own = told.get(&(scope.clone(), path.clone())).cloned();
        let follows = scope == "ci" && !path.ends_with("rustflags");
        own.or_else(|| {
            told.get(&("all".to_owned(), path.clone()))
                .filter(|_| follows)
                .cloned()
        })
    };
    let places: BTreeSet<(String, String)> = old.keys().chain(new.keys()).cloned().collect();
    let differs = |place: &(String, String)| holds(&old, place) != holds(&new, place);
    // An environment that keeps its own value has nothing to tell.
    let follows_or_leads = |place: &(String, String)| old.get(place) != new.get(place);
    places
        .into_iter()
        .filter(|place| differs(place) && follows_or_leads(place))
        .collect()
}

/// The places that a change names; the linkers of a platform and the parts of the cache are one place each.
fn places(change: &Change) -> Vec<(String, String)> {
    let scope = match &change.scope {
        Scope::Everywhere => "all",
        Scope::Machines => "machine",
        Scope::Environment(name) => name,
        Scope::Tests => "tests",
    };
    let place = |path: String| (scope.to_owned(), path);
    match &change.audience {
        Audience::Packages(packages) => packages
            .iter()
            .map(|package| place(format!("{}.package.{package}.{}", change.table, change.key)))
            .collect(),
        Audience::ThirdParty(_) => {
            vec![place(format!("{}.package.*.{}", change.table, change.key))]
        }
        Audience::HostTools => vec![place(format!(
            "{}.build-override.{}",
            change.table, change.key
        ))],
        Audience::All if change.table == "cache" => vec![place("cache".to_owned())],
        Audience::All if change.table == "linker" && change.key == "linux-gnu" => {
            vec![place("linker".to_owned())]
        }
        Audience::All => vec![place(format!("{}.{}", change.table, change.key))],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn it_names_the_differences_all_of_them_and_no_others((one, other) in pair()) {
        let effect = between(&one, &other);
        let by_platform = |(scope, path): (String, String)| if path.starts_with("linker.") { (scope, "linker".to_owned()) } else { (scope, path) };
        let differences: BTreeSet<_> = differences(&one, &other).into_iter().map(by_platform).collect();
        // Where an environment is kept from a change of every build, that is said, and is none of its own.
        let (kept, changed): (Vec<&Change>, Vec<&Change>) = effect.changes.iter().partition(|change| change.from == change.to);
        let named: BTreeSet<_> = changed.into_iter().flat_map(places).map(by_platform).collect();
        prop_assert_eq!(&named, &differences);
        for change in kept {
            prop_assert!(matches!(change.scope, Scope::Environment(_)), "{:?}", change);
            for (_, path) in places(change) {
                prop_assert!(differences.contains(&("all".to_owned(), path.clone())), "{path} is kept from nothing");
            }
        }
    }

    #[test]
    fn it_is_empty_exactly_when_both_come_to_the_same((one, other) in pair()) {
        let effect = between(&one, &other);
        prop_assert_eq!(effect.changes.is_empty(), differences(&one, &other).is_empty(), "{:#?}", effect);
        prop_assert_eq!(effect.changes.is_empty(), between(&other, &one).changes.is_empty());
    }

    #[test]
    fn between_one_and_itself_there_is_nothing(one in generated()) {
        prop_assert!(between(&one, &one).is_empty());
        let mut other = one.clone();
        respell(&mut other);
        prop_assert!(between(&one, &other).is_empty());
    }

    #[test]
    fn back_is_there_reversed((one, other) in pair()) {
        let turned = |effect: Effect| -> BTreeSet<_> {
            // What is kept is told in the words of the later side.
            let moves = |change: &Change| if change.from == change.to { (None, None) } else { (change.to.clone(), change.from.clone()) };
            let told = |change: &Change| places(change).into_iter().map(|place| (place, moves(change))).collect::<Vec<_>>();
            effect.changes.iter().flat_map(told).collect()
        };
        let there: BTreeSet<_> = turned(between(&one, &other)).into_iter().map(|(place, (to, from))| (place, (from, to))).collect();
        prop_assert_eq!(there, turned(between(&other, &one)));
    }
}
