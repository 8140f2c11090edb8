//! Whether two measurements can be compared, and what differs beside.

use std::collections::{BTreeMap, BTreeSet};

use super::Difference;
use crate::measure::record::{Ladder, Measurements};

/// Memory that differs by this share is the same: systems keep some of it for themselves, and not always as much.
const MEMORY: f64 = 0.1;

/// Times of two machines, or of two workspaces, say nothing about each other. Neither do those of a machine that is not
/// known.
pub(super) fn apart(old: &Measurements, new: &Measurements) -> Vec<Difference> {
    let (before, now) = (&old.machine, &new.machine);
    let version = |measurements: &Measurements| Some(measurements.schema.to_string());
    let workspace = |measurements: &Measurements| Some(measurements.subject.workspace.clone());
    let mut apart: Vec<Difference> = [
        differing("version of the file", version(old), version(new)),
        differing("workspace", workspace(old), workspace(new)),
        differing(
            "host",
            Some(before.triple.clone()),
            Some(now.triple.clone()),
        ),
        differing(
            "cores",
            Some(before.cores.to_string()),
            Some(now.cores.to_string()),
        ),
        unknown_or_differing("processor", before.cpu.clone(), now.cpu.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let is_near =
        |one: u64, other: u64| one.abs_diff(other) as f64 <= MEMORY * one.max(other) as f64;
    if !matches!((before.memory, now.memory), (Some(one), Some(other)) if is_near(one, other)) {
        let bytes = |memory: Option<u64>| memory.map(|bytes| format!("{bytes} bytes"));
        apart.push(difference(
            "memory",
            bytes(before.memory),
            bytes(now.memory),
        ));
    }
    apart
}

/// What may be the reason for what has changed.
pub(super) fn beside(old: &Measurements, new: &Measurements) -> Vec<Difference> {
    let mut beside = between(&old.tools, &new.tools, |tool| tool.to_owned());
    beside.extend(differing(
        "this tool",
        Some(old.tool.clone()),
        Some(new.tool.clone()),
    ));
    beside.extend(differing(
        "policy",
        Some(old.subject.policy_hash.clone()),
        Some(new.subject.policy_hash.clone()),
    ));
    beside.extend(layers(old, new));
    beside.extend(between(&old.variables, &new.variables, |variable| {
        format!("variable {variable}")
    }));
    beside.extend(differing(
        "file system",
        old.machine.file_system.clone(),
        new.machine.file_system.clone(),
    ));
    if let (Some(before), Some(now)) = (old.machine.load, new.machine.load)
        && (before - now).abs() > new.machine.cores as f64 / 2.0
    {
        let load = |load: f64| Some(format!("{load:.1}"));
        beside.push(difference(
            "load before the first build",
            load(before),
            load(now),
        ));
    }
    beside
}

/// The layers of the ladders that both have.
fn layers(old: &Measurements, new: &Measurements) -> Vec<Difference> {
    let of = |ladder: &Ladder| Some(ladder.layers.join(", "));
    let pairs = new.ladders.iter().filter_map(|now| {
        let before = old.ladders.iter().find(|before| is_same(before, now))?;
        differing(&format!("layers of {}", name(now)), of(before), of(now))
    });
    pairs.collect()
}

/// Whether both are of one profile in one environment.
pub(super) fn is_same(one: &Ladder, other: &Ladder) -> bool {
    (&one.profile, &one.environment) == (&other.profile, &other.environment)
}

fn name(ladder: &Ladder) -> String {
    match &ladder.environment {
        Some(environment) => format!("`{}` in `{environment}`", ladder.profile),
        None => format!("`{}`", ladder.profile),
    }
}

/// What two tables have differently.
fn between(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    named: impl Fn(&str) -> String,
) -> Vec<Difference> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = keys
        .into_iter()
        .filter_map(|key| differing(&named(key), old.get(key).cloned(), new.get(key).cloned()));
    differing.collect()
}

fn unknown_or_differing(
    what: &str,
    old: Option<String>,
    new: Option<String>,
) -> Option<Difference> {
    let is_known_and_same = old.is_some() && old == new;
    (!is_known_and_same).then(|| difference(what, old, new))
}

fn differing(what: &str, old: Option<String>, new: Option<String>) -> Option<Difference> {
    (old != new).then(|| difference(what, old, new))
}

fn difference(what: &str, old: Option<String>, new: Option<String>) -> Difference {
    Difference {
        what: what.to_owned(),
        old,
        new,
    }
}
