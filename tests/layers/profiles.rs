//! Profiles of a manifest, of config files and of variables, against Cargo's unit graph.

use std::collections::{BTreeMap, BTreeSet};

use build_profiles::diagnostic::FilePath;
use build_profiles::effective::{Config, Effective, KEYS, Profiles, Unit};
use build_profiles::evidence::{Chain, ChainFile, Graph, GraphUnit, canonical};
use build_profiles::explain::{Topic, View, explain};
use build_profiles::facts::{Member, Workspace};
use build_profiles::key::{Home, key};
use build_profiles::policy::Policy;
use build_profiles::settings::Settings;
use build_profiles::value::KeyPath;
use semver::Version;
use serde_json::Value as Json;

use crate::made::{self, Made, ROOT};
use crate::random::Random;
use crate::sandbox::{Case, Sandbox};

#[test]
fn every_unit_has_the_profile_that_cargo_gives_it() {
    crate::try_all(300, Worker::new, |worker, random| {
        let made = made::made(random, &worker.sandbox);
        worker.sandbox.write(&made.case);
        let found = worker.sandbox.walk(ROOT);
        let manifest = ChainFile {
            file: "Cargo.toml".to_owned(),
            text: made.case.files[&format!("{ROOT}/Cargo.toml")].clone(),
            ..ChainFile::default()
        };
        let (config, clashes) = Config::of(&found.configs);
        let variables = &made.case.variables;
        let profiles = Profiles::of(Some(&manifest), &config, variables, &[made.profile]);
        let mut stops = [found.stops, clashes, profiles.stops().to_vec()].concat();
        stops.extend(profiles.clashes(&worker.units()));

        let graph = worker.graph(&made);
        let difference = match (&graph, stops.first()) {
            (Err(_), Some(_)) => return Ok(false),
            (Err(said), None) => Some(format!("we see nothing wrong; Cargo says: {said}")),
            (Ok(_), Some(stop)) => Some(format!("Cargo takes it; we say: {stop}")),
            (Ok(graph), None) => worker
                .differs(graph, &profiles, &made)
                .or_else(|| worker.explains(random, &profiles, &made, &found.configs, &manifest)),
        };
        match difference {
            None => Ok(true),
            Some(difference) => Err(format!(
                "cargo {}\n{difference}\n{}",
                made.arguments.join(" "),
                made.case
            )),
        }
    });
}

/// A sandbox with the packages, and what Cargo calls them.
struct Worker {
    sandbox: Sandbox,
    packages: Vec<Package>,
}

struct Package {
    name: String,
    version: Version,
    id: String,
}

impl Worker {
    fn new() -> Self {
        let sandbox = made::sandbox();
        let arguments = ["metadata", "--format-version=1", "--offline"];
        let output = sandbox.cargo(ROOT, &made::with_sources(&arguments), &Case::default());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let metadata: Json = serde_json::from_slice(&output.stdout).expect(&said);
        let packages = metadata["packages"].as_array().expect("a list of packages");
        let text = |package: &Json, field: &str| {
            let text = package[field].as_str().expect("each package has it");
            text.to_owned()
        };
        let packages = packages.iter().map(|package| Package {
            name: text(package, "name"),
            version: Version::parse(&text(package, "version")).expect("Cargo takes no other"),
            id: text(package, "id"),
        });
        Self {
            packages: packages.collect(),
            sandbox,
        }
    }

    fn units(&self) -> Vec<Unit<'_>> {
        self.packages.iter().map(Package::unit).collect()
    }

    /// Cargo's unit graph, or why there is none.
    fn graph(&self, made: &Made) -> Result<Graph, String> {
        let mut arguments: Vec<&str> = made.arguments.iter().map(String::as_str).collect();
        arguments.extend(["--offline", "--unit-graph", "-Zunstable-options"]);
        let target = self.sandbox.path("target");
        arguments.extend(["--target-dir", target.to_str().expect("a plain name")]);
        let output = self
            .sandbox
            .cargo(ROOT, &made::with_sources(&arguments), &made.case);
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).expect("Cargo prints a graph")),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// The first unit that is not as we say.
    fn differs(&self, graph: &Graph, profiles: &Profiles, made: &Made) -> Option<String> {
        let reached = reached(graph, made.tests);
        let said = |index: usize, context: Context| {
            self.said(&graph.units[index], profiles, made, context)
        };
        for (index, contexts) in &reached {
            let unit = &graph.units[*index];
            if !matches!(unit.mode.as_str(), "build" | "test" | "check") {
                continue;
            }
            // Where a macro that is asked for by itself is also needed by others, and is the same for both, Cargo takes
            // what was decided outright for the one.
            let is_macro = unit.target.kind.iter().any(|kind| kind == "proc-macro");
            let first = contexts.first().filter(|_| is_macro);
            for context in contexts {
                let mut ours = said(*index, *context);
                if let Some(first) = first {
                    let outright = said(*index, *first);
                    if is_equal(&ours, &outright) {
                        ours = outright;
                    }
                }
                let debug = ours["debug"].value.clone();
                // What is for the build alone has no debug information, where it is not said outright.
                let weakened = context.host && ours["debug"].deferred && unit.platform.is_none();
                if weakened && !made.for_a_target {
                    let shared = reached.iter().any(|(other, contexts)| {
                        is_same(unit, &graph.units[*other])
                            && contexts
                                .iter()
                                .filter(|context| !context.host)
                                .any(|context| is_equal(&ours, &said(*other, *context)))
                    });
                    if !shared && let Some(debug) = ours.get_mut("debug") {
                        debug.value = "none".to_owned();
                    }
                }
                if ours["strip"].deferred {
                    let bare = |unit: &GraphUnit| cargos(unit, "debug") == "none";
                    let mut needs = unit.dependencies.iter();
                    let all_bare =
                        debug == "none" && needs.all(|need| bare(&graph.units[need.index]));
                    if all_bare && let Some(strip) = ours.get_mut("strip") {
                        strip.value = "debuginfo".to_owned();
                    }
                }
                for key in KEYS {
                    let (ours, cargos) = (&ours[key], cargos(unit, key));
                    if ours.value != cargos {
                        return Some(format!(
                            "{} {} {} ({}), {context:?}: `{key}` is {cargos}; we say {} by {:?}",
                            unit.pkg_id,
                            unit.target.kind.join(","),
                            unit.target.name,
                            unit.mode,
                            ours.value,
                            ours.step,
                        ));
                    }
                }
            }
        }
        None
    }

    /// Whether an explanation names as the winner what holds.
    fn explains(
        &self,
        random: &mut Random,
        profiles: &Profiles,
        made: &Made,
        configs: &[ChainFile],
        manifest: &ChainFile,
    ) -> Option<String> {
        let known = |package: &Package| (package.name.clone(), package.version.to_string());
        let local = self.packages.iter().filter(|package| package.unit().local);
        let chain = Chain {
            configs: configs.to_vec(),
            manifest: Some(manifest.clone()),
            packages: Some(self.packages.iter().map(known).collect()),
            local: local.map(known).collect(),
            ..Chain::default()
        };
        let members = self.packages.iter().filter(|package| package.unit().member);
        let members = members.map(|package| Member {
            name: package.name.clone(),
            path: package.name.clone(),
            rust_version: None,
        });
        let workspace = Workspace {
            members: members.collect(),
            ..Workspace::default()
        };
        let policy_file = FilePath::new("build-profiles.toml");
        let view = View {
            policy_file: &policy_file,
            policy_text: None,
            policy: &Policy::default(),
            settings: &Settings::default(),
            workspace: &workspace,
            chain: &chain,
            variables: &made.case.variables,
            triple: "x86_64-unknown-linux-gnu",
            wants: None,
            machine: None,
            environment: None,
            seen: None,
        };
        // Where an override names an address, an explanation does not know whose it is.
        let overrides = profiles.overrides(made.profile);
        let by_name = !overrides.iter().any(|written| written.contains("://"));
        for _ in 0..4 {
            let name = KEYS[random.below(KEYS.len())];
            let row = key(Home::Profile, name).expect("it is in the table");
            let package = &self.packages[random.below(self.packages.len())];
            let spec = format!("{}@{}", package.name, package.version);
            let (table, unit): (Vec<&str>, Unit<'_>) = match random.below(5) {
                0 if row.overridable => (
                    vec!["build-override"],
                    Unit {
                        for_the_build: true,
                        ..Unit::of_a_member()
                    },
                ),
                1 if row.overridable => (vec!["package", "*"], Unit::default()),
                2 | 3 if row.overridable && by_name => {
                    let unit = Unit {
                        id: None,
                        ..package.unit()
                    };
                    (vec!["package", &spec], unit)
                }
                _ => (Vec::new(), Unit::of_a_member()),
            };
            let path = ["profile", made.profile].into_iter();
            let path = KeyPath::new(path.chain(table.iter().copied()).chain([name]));
            let held = profiles.unit(made.profile, &unit).expect("it was taken");
            let held = &held[name];
            let explanation = explain(&Topic::Key(path.clone(), row), &view);
            let mut winners = explanation.chain.iter().filter(|link| link.said.wins);
            let winner = winners.next().map(|link| &link.said);
            let word = held.word.as_ref();
            let same = match (winner, word) {
                (None, None) => true,
                (Some(winner), Some(word)) => winner.place == word.place && winner.at == word.at,
                _ => false,
            };
            if !same || winners.next().is_some() {
                return Some(format!(
                    "`explain {path}` sees {winner:?} win, and what holds is {word:?}"
                ));
            }
        }
        None
    }

    fn said(
        &self,
        unit: &GraphUnit,
        profiles: &Profiles,
        made: &Made,
        context: Context,
    ) -> BTreeMap<&'static str, Effective> {
        let package = self.packages.iter().find(|one| one.id == unit.pkg_id);
        let package = package.expect("Cargo names its packages alike");
        let unit = Unit {
            for_the_build: context.host,
            unwinds: context.unwinds,
            ..package.unit()
        };
        profiles
            .unit(made.profile, &unit)
            .expect("Cargo has taken it")
    }
}

impl Package {
    fn unit(&self) -> Unit<'_> {
        Unit {
            name: Some(&self.name),
            version: Some(&self.version),
            id: Some(&self.id),
            member: self.id.contains(&format!("/{ROOT}/")),
            local: self.id.starts_with("path+"),
            ..Unit::default()
        }
    }
}

/// How Cargo comes to a unit: what its `UnitFor` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Context {
    host: bool,
    unwinds: bool,
}

/// Every unit, with the ways that lead to it.
fn reached(graph: &Graph, tests: bool) -> BTreeMap<usize, BTreeSet<Context>> {
    let is = |unit: &GraphUnit, kind: &str| unit.target.kind.iter().any(|one| one == kind);
    // The units, and how what they need is reached.
    let mut open: Vec<(usize, Context, Context)> = Vec::new();
    for root in &graph.roots {
        let unit = &graph.units[*root];
        let is_macro = is(unit, "proc-macro");
        let own = Context {
            host: false,
            unwinds: tests || unit.mode == "test" || is_macro,
        };
        // A macro that is asked for by itself is like any member; what it needs is for the host.
        let below = Context {
            host: is_macro,
            ..own
        };
        open.push((*root, own, below));
    }
    let mut reached: BTreeMap<usize, BTreeSet<Context>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some((index, own, below)) = open.pop() {
        if !seen.insert((index, own, below)) {
            continue;
        }
        reached.entry(index).or_default().insert(own);
        let unit = &graph.units[index];
        for need in &unit.dependencies {
            let needed = &graph.units[need.index];
            let is_tested = unit.mode == "test" && (is(unit, "test") || is(unit, "bench"));
            let context = if is_tested && is(needed, "bin") {
                // Programs that a test starts are built as if they were asked for.
                Context {
                    host: false,
                    unwinds: false,
                }
            } else {
                let for_host = is(needed, "custom-build") || is(needed, "proc-macro");
                Context {
                    host: below.host || for_host,
                    unwinds: below.unwinds || for_host,
                }
            };
            // The run of a build script is reached like what it is run for, and leads to nothing but the script.
            let runs = needed.mode == "run-custom-build" && unit.mode == "run-custom-build";
            if !runs {
                open.push((need.index, context, context));
            }
        }
    }
    reached
}

/// Whether two units are one crate, compiled for whatever.
fn is_same(one: &GraphUnit, other: &GraphUnit) -> bool {
    let crate_of = |unit: &GraphUnit| {
        (
            unit.pkg_id.clone(),
            unit.target.name.clone(),
            unit.target.kind.clone(),
            unit.mode.clone(),
            unit.features.clone(),
        )
    };
    crate_of(one) == crate_of(other)
}

fn is_equal(
    one: &BTreeMap<&'static str, Effective>,
    other: &BTreeMap<&'static str, Effective>,
) -> bool {
    one.iter()
        .all(|(key, one)| other.get(key).is_some_and(|other| one.value == other.value))
}

/// What Cargo gives a unit, in the one form in which values are compared.
fn cargos(unit: &GraphUnit, key: &str) -> String {
    let field = match key {
        "debug" => "debuginfo".to_owned(),
        key => key.replace('-', "_"),
    };
    let mut value = &unit.profile[&field];
    while let Some((_, inner)) = value.as_object().and_then(|object| object.iter().next()) {
        value = inner;
    }
    let text = match value {
        Json::Null => "default".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    canonical(key, &text)
}
