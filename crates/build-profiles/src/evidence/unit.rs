//! Cargo's unit graph: the resolved profile of every unit, by Cargo's own account.
//!
//! Source: `cargo build --unit-graph`, unstable (rust-lang/cargo#8002); the fields are those of Cargo 1.60 to 1.97.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What Cargo prints.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Graph {
    /// Every unit.
    pub units: Vec<GraphUnit>,
    /// Indices of those that were asked for.
    pub roots: Vec<usize>,
}

/// One unit, as Cargo prints it.
#[derive(Clone, Debug, Deserialize)]
pub struct GraphUnit {
    /// `path+file:///somewhere/crates/app#0.1.0`, `registry+https://...#serde@1.0.228`.
    pub pkg_id: String,
    /// The target.
    pub target: GraphTarget,
    /// Its resolved profile.
    pub profile: BTreeMap<String, Json>,
    /// The platform it is built for; `None`: the host.
    pub platform: Option<String>,
    /// `build`, `test`, `run-custom-build`, `doctest`, ...
    pub mode: String,
    /// Its features.
    #[serde(default)]
    pub features: Vec<String>,
    /// What it needs.
    #[serde(default)]
    pub dependencies: Vec<GraphDependency>,
}

/// The target of a unit.
#[derive(Clone, Debug, Deserialize)]
pub struct GraphTarget {
    /// `lib`, `bin`, `custom-build`, ...
    pub kind: Vec<String>,
    /// `lib`, `bin`, `proc-macro`, ...
    #[serde(default)]
    pub crate_types: Vec<String>,
    /// Its name.
    pub name: String,
}

/// A dependency of a unit.
#[derive(Clone, Debug, Deserialize)]
pub struct GraphDependency {
    /// Its index.
    pub index: usize,
}

impl GraphUnit {
    /// Name and version of the package: `serde 1.0.228`. The place is not what a unit is.
    pub fn package(&self) -> (String, String) {
        let (place, rest) = self.pkg_id.rsplit_once('#').unwrap_or(("", &self.pkg_id));
        match rest.split_once('@') {
            Some((name, version)) => (name.to_owned(), version.to_owned()),
            None => (
                place.rsplit('/').next().unwrap_or(place).to_owned(),
                rest.to_owned(),
            ),
        }
    }
}

/// What a unit comes to.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A library that rustc alone makes.
    #[default]
    Library,
    /// A program or an example.
    Program,
    /// A test harness.
    Test,
    /// A library that a linker makes.
    Dynamic,
    /// A build script.
    BuildScript,
    /// A procedural macro.
    ProcMacro,
}

impl Role {
    /// The role of a target: its kinds, its crate types, and whether it is compiled as a harness.
    pub fn of_target<'k>(
        kinds: impl IntoIterator<Item = &'k str>,
        crate_types: impl IntoIterator<Item = &'k str>,
        harness: bool,
    ) -> Self {
        // `test` is a kind of target too: an integration test, compiled as a harness unless it brings its own.
        let kinds = kinds.into_iter().filter(|kind| *kind != "test");
        Self::of(kinds.chain(crate_types).chain(harness.then_some("test")))
    }

    /// The role of a unit with these crate types and kinds.
    pub fn of<'k>(kinds: impl Iterator<Item = &'k str>) -> Self {
        let kinds: BTreeSet<&str> = kinds.collect();
        let has = |kind| kinds.contains(kind);
        if has("test") {
            Self::Test
        } else if has("custom-build") {
            Self::BuildScript
        } else if has("proc-macro") {
            Self::ProcMacro
        } else if has("bin") {
            Self::Program
        } else if has("cdylib") || has("dylib") {
            Self::Dynamic
        } else {
            Self::Library
        }
    }

    /// Whether a linker has a hand in it.
    pub fn is_linked(self) -> bool {
        self != Self::Library
    }

    /// Whether a compiler cache can serve it: what rustc alone makes, and makes from nothing.
    pub fn is_cacheable(self, incremental: bool) -> bool {
        self == Self::Library && !incremental
    }

    /// Whether it always runs on the host, while the workspace is built.
    pub fn is_for_the_build(self) -> bool {
        matches!(self, Self::BuildScript | Self::ProcMacro)
    }

    /// As a person counts them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Library => "libraries",
            Self::Program => "programs",
            Self::Test => "test programs",
            Self::Dynamic => "dynamic libraries",
            Self::BuildScript => "build scripts",
            Self::ProcMacro => "procedural macros",
        }
    }
}

/// A resolved profile: Cargo's key, and its value in the one form that [`UnitProfile`] compares.
pub type UnitProfile = BTreeMap<String, String>;

/// One compilation that Cargo plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Name of the crate.
    pub crate_name: String,
    /// What it comes to.
    pub role: Role,
    /// Whether its package is a member of the workspace.
    pub member: bool,
    /// Whether its package stands in a local folder: only these are ever incremental.
    pub local: bool,
    /// Whether only build scripts and procedural macros need it, so that `build-override` holds for it. A procedural
    /// macro that was asked for by itself is built a second time, like any other member.
    pub for_the_build: bool,
    /// Its resolved profile.
    pub profile: UnitProfile,
}

/// The compilations of a graph: no runs of build scripts, no doctests.
pub fn units(graph: &Graph, members: &BTreeSet<&str>) -> Vec<Unit> {
    let needed_by_targets = reached(graph);
    graph
        .units
        .iter()
        .enumerate()
        .filter(|(_, unit)| matches!(unit.mode.as_str(), "build" | "test" | "check"))
        .map(|(index, unit)| {
            let (package, version) = unit.package();
            let local = unit.pkg_id.starts_with("path+") || !unit.pkg_id.contains('+');
            Unit {
                member: local && members.contains(package.as_str()),
                local,
                version,
                crate_name: crate_name(&unit.target),
                role: role(unit),
                for_the_build: !needed_by_targets.contains(&index),
                profile: unit
                    .profile
                    .iter()
                    .filter_map(|(field, value)| Some((key_of(field)?, canonical(field, value))))
                    .collect(),
                package,
            }
        })
        .collect()
}

fn role(unit: &GraphUnit) -> Role {
    Role::of_target(
        unit.target.kind.iter().map(String::as_str),
        unit.target.crate_types.iter().map(String::as_str),
        unit.mode == "test",
    )
}

fn crate_name(target: &GraphTarget) -> String {
    // A build script's crate is named after its file, and its target after that.
    target.name.replace('-', "_")
}

/// Indices of the units that are needed by something other than build scripts and procedural macros.
fn reached(graph: &Graph) -> BTreeSet<usize> {
    let for_the_build = |index: usize| {
        graph
            .units
            .get(index)
            .is_none_or(|unit| role(unit).is_for_the_build() || unit.mode == "run-custom-build")
    };
    let mut open: Vec<usize> = graph
        .roots
        .iter()
        .copied()
        .filter(|root| *root < graph.units.len())
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(index) = open.pop() {
        // What a procedural macro needs is for the build, also where the macro itself was asked for.
        let is_macro = |unit: &GraphUnit| unit.target.kind.iter().any(|kind| kind == "proc-macro");
        if reached.insert(index) && !is_macro(&graph.units[index]) {
            let needs = graph.units[index].dependencies.iter();
            open.extend(
                needs
                    .map(|need| need.index)
                    .filter(|need| !for_the_build(*need)),
            );
        }
    }
    reached
}

/// Cargo's key for a field of the graph; `None` for what is no setting.
fn key_of(field: &str) -> Option<String> {
    match field {
        "name" => None,
        "debuginfo" => Some("debug".to_owned()),
        _ => Some(field.replace('_', "-")),
    }
}

/// A value in the form in which values are compared.
fn canonical(field: &str, value: &Json) -> String {
    let text = match value {
        Json::Null => "default".to_owned(),
        Json::String(text) => text.clone(),
        // `strip`: {"deferred": "None"}, {"resolved": {"Named": "symbols"}}.
        Json::Object(object) => object
            .values()
            .next()
            .map_or_else(String::new, |inner| canonical(field, inner)),
        other => other.to_string(),
    };
    super::canonical(&key_of(field).unwrap_or_default(), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        serde_json::from_str(
            r#"{"version":1,"roots":[0,1],"units":[
            {"pkg_id":"path+file:///w/app#0.1.0","target":{"kind":["bin"],"crate_types":["bin"],"name":"my-app"},
             "profile":{"name":"dev","debuginfo":1,"strip":{"resolved":{"Named":"symbols"}},"codegen_units":null,"lto":"true"},
             "platform":null,"mode":"build","features":[],"dependencies":[{"index":2},{"index":3},{"index":5}]},
            {"pkg_id":"path+file:///w/mac#0.1.0","target":{"kind":["proc-macro"],"crate_types":["proc-macro"],"name":"mac"},
             "profile":{"name":"dev"},"platform":null,"mode":"build","dependencies":[{"index":4}]},
            {"pkg_id":"registry+https://x#serde@1.0.1","target":{"kind":["lib"],"crate_types":["lib"],"name":"serde"},
             "profile":{"strip":{"deferred":"None"}},"platform":null,"mode":"build","dependencies":[]},
            {"pkg_id":"path+file:///w/app#0.1.0","target":{"kind":["custom-build"],"crate_types":["bin"],"name":"build-script-build"},
             "profile":{},"platform":null,"mode":"run-custom-build","dependencies":[{"index":6}]},
            {"pkg_id":"registry+https://x#syn@2.0.0","target":{"kind":["lib"],"crate_types":["lib"],"name":"syn"},
             "profile":{},"platform":null,"mode":"build","dependencies":[]},
            {"pkg_id":"path+file:///w/mac#0.1.0","target":{"kind":["proc-macro"],"crate_types":["proc-macro"],"name":"mac"},
             "profile":{},"platform":null,"mode":"test","dependencies":[{"index":4}]},
            {"pkg_id":"path+file:///w/app#0.1.0","target":{"kind":["custom-build"],"crate_types":["bin"],"name":"build-script-build"},
             "profile":{},"platform":null,"mode":"build","dependencies":[{"index":2}]}]}"#,
        )
        .expect("as Cargo prints it")
    }

    #[test]
    fn units_for_the_build_are_told_from_the_others() {
        let units = units(&graph(), &BTreeSet::from(["app", "mac"]));
        let told: Vec<_> = units
            .iter()
            .map(|unit| {
                (
                    unit.crate_name.as_str(),
                    unit.role,
                    unit.member,
                    unit.for_the_build,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("my_app", Role::Program, true, false),
                // Asked for by itself: the profile's own keys hold for it, and `build-override` for what it needs.
                ("mac", Role::ProcMacro, true, false),
                // Needed by the program and by its build script: it is the program's.
                ("serde", Role::Library, false, false),
                ("syn", Role::Library, false, true),
                ("mac", Role::Test, true, false),
                ("build_script_build", Role::BuildScript, true, true),
            ]
        );
    }

    #[test]
    fn profiles_are_compared_in_one_form() {
        let units = units(&graph(), &BTreeSet::new());
        let expected = [
            ("codegen-units", "default"),
            ("debug", "limited"),
            ("lto", "fat"),
            ("strip", "symbols"),
        ];
        let expected: UnitProfile = expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(units[0].profile, expected);
        assert_eq!(units[2].profile["strip"], "none");
    }
}
