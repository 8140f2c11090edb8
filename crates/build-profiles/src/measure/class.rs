//! Whether a compiler cache could serve a unit, by the command line that rustc was called with.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::evidence::{Call, Command, Role};
use crate::measure::link::Link;
use crate::measure::timings::{BUILD_SCRIPT, RUN, TESTS_OF, TimedUnit, Timings, is_harness};

/// Whether a compiler cache could serve a unit, and why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It could.
    #[default]
    Cacheable,
    /// A library that is compiled incrementally, as those of members are: it could if it were not.
    Incremental,
    /// Never: a linker has a hand in it.
    Linked(Role),
    /// Never: it is no compilation but the run of a build script. What that compiles in C may be served.
    Run,
}

impl Class {
    /// The class of a compilation.
    pub fn of(role: Role, incremental: bool) -> Self {
        match role.is_linked() {
            true => Self::Linked(role),
            false if role.is_cacheable(incremental) => Self::Cacheable,
            false => Self::Incremental,
        }
    }

    /// By the page of timings alone. What rustc alone makes has metadata before its end.
    pub(crate) fn guessed(target: &str, has_metadata: bool) -> Self {
        match target {
            RUN => Self::Run,
            BUILD_SCRIPT => Self::Linked(Role::BuildScript),
            _ if is_harness(target) => Self::Linked(Role::Test),
            "lib" if has_metadata => Self::Cacheable,
            "lib" => Self::Linked(Role::ProcMacro),
            _ => Self::Linked(Role::Program),
        }
    }

    /// As a person counts them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Cacheable => "libraries",
            Self::Incremental => "libraries that are compiled incrementally",
            Self::Linked(role) => role.plural(),
            Self::Run => "runs of build scripts",
        }
    }

    /// Why no cache serves it; `None`: one could.
    pub fn never(self) -> Option<&'static str> {
        match self {
            Self::Cacheable => None,
            Self::Incremental => Some("only without incremental compilation"),
            Self::Linked(_) => Some("never: it is linked"),
            Self::Run => Some("never, but for C that they compile"),
        }
    }
}

/// What is known of the workspace and its build beside the page.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What Cargo ran.
    pub commands: &'a [Command],
    /// Packages that stand in a folder and come from no registry and no git: name, version.
    pub local: &'a BTreeSet<(String, String)>,
    /// Links that were timed.
    pub links: &'a [Link],
}

/// Writes into each unit what its call of rustc says.
pub fn learn(timings: &mut Timings, known: &Known<'_>) {
    let calls: Vec<(Call, Option<String>)> = known
        .commands
        .iter()
        .filter_map(|command| Some((Call::of(command)?, product(command))))
        .collect();
    for unit in &mut timings.units {
        let package = (unit.name.clone(), unit.version.clone());
        unit.third_party = Some(!known.local.contains(&package));
        let own: Vec<&Call> = calls
            .iter()
            .map(|(call, _)| call)
            .filter(|call| is_of(call, unit))
            .collect();
        let Some(first) = own.first() else { continue };
        // The same library, once for the host and once for the target, can be told two things. For a bound the dearer
        // is the right one.
        let incremental = |call: &&Call| call.codegen("incremental").is_some();
        unit.class = Class::of(first.role, own.iter().all(incremental));
        unit.debug = Some(own.iter().any(|call| has_debug(call)));
    }
    for link in known.links {
        let is_made_by = |(_, product): &&(Call, Option<String>)| {
            let product = product.as_deref();
            product.is_some_and(|product| without_lib(&link.output).starts_with(product))
        };
        let Some((call, _)) = calls.iter().find(is_made_by) else {
            continue; // A build script that links something itself.
        };
        let mut units = timings.units.iter_mut();
        if let Some(unit) = units.find(|unit| unit.link.is_none() && is_of(call, unit)) {
            unit.link = Some(link.seconds.min(unit.duration));
        }
    }
}

/// Whether a call of rustc is this unit's.
fn is_of(call: &Call, unit: &TimedUnit) -> bool {
    if (&call.package, &call.version) != (&unit.name, &unit.version) {
        return false;
    }
    let target = unit.target.as_str();
    let kind = target.strip_prefix(TESTS_OF).unwrap_or(target);
    let is_named = || {
        let name = kind.split_once(' ').map_or("", |(_, name)| name);
        call.crate_name == name.replace('-', "_")
    };
    match (target, call.role) {
        (RUN, _) => false,
        (BUILD_SCRIPT, role) => role == Role::BuildScript,
        (_, Role::BuildScript) => false,
        ("lib", role) => matches!(role, Role::Library | Role::Dynamic | Role::ProcMacro),
        // With `harness = false` a test is a program like any other.
        (_, Role::Program) if kind == target => is_named(),
        (_, role) => is_named() && is_harness(target) == (role == Role::Test),
    }
}

/// Whether a unit is compiled with debug information.
fn has_debug(call: &Call) -> bool {
    !matches!(call.codegen("debuginfo"), None | Some("0" | "none"))
}

/// How the paths of all that a call makes begin, without the `lib` of libraries.
fn product(command: &Command) -> Option<String> {
    let mut folder = None;
    let mut name = None;
    let mut suffix = "";
    let mut words = command.words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out-dir" => folder = words.next(),
            "--crate-name" => name = words.next(),
            word => suffix = word.strip_prefix("extra-filename=").unwrap_or(suffix),
        }
    }
    Some(format!("{}/{}{suffix}", folder?, name?))
}

/// A path whose file has lost its `lib`.
fn without_lib(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/{}", file.strip_prefix("lib").unwrap_or(file)),
        None => path.to_owned(),
    }
}
