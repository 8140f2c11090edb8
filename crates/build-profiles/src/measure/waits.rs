//! Who waits for whom, by Cargo's own unit graph.
//!
//! The page of timings tells of each unit the last that it waited for. That is enough to draw a build and too little to
//! say how it would go otherwise: what was ready early comes last as soon as the rest takes no time.

use std::collections::BTreeSet;

use crate::evidence::{Graph, GraphUnit};
use crate::measure::timings::{Timings, Waits};

/// Takes the dependencies from Cargo's unit graph, which numbers its units as the page does. If it is another build's
/// graph nothing changes, and the reason is given.
pub fn complete(timings: &mut Timings, graph: &Graph) -> Result<(), String> {
    let places = places(timings, graph)?;
    let mut complete = timings.clone();
    for unit in &mut complete.units {
        unit.unblocks.clear();
        unit.unblocks_rmeta.clear();
    }
    for (number, unit) in graph.units.iter().enumerate() {
        for (needed, metadata) in needs(graph, unit) {
            let (Some(place), Some(needed)) = (places[number], places[needed]) else {
                continue;
            };
            let needed = &mut complete.units[needed];
            match metadata {
                true => needed.unblocks_rmeta.push(place),
                false => needed.unblocks.push(place),
            }
        }
    }
    complete.waits = Waits::All;
    if complete.has_a_circle() {
        return Err("Cargo's unit graph has a circle".to_owned());
    }
    *timings = complete;
    Ok(())
}

/// A doctest: a unit that no build starts.
const DOCTEST: &str = "doctest";

/// For each unit of the graph its place among those of the page.
fn places(timings: &Timings, graph: &Graph) -> Result<Vec<Option<usize>>, String> {
    let there = graph.units.iter().filter(|unit| unit.mode != DOCTEST);
    let (there, here) = (there.count(), timings.units.len());
    if there != here {
        return Err(format!(
            "Cargo's unit graph has {there} units, its page of timings {here}"
        ));
    }
    let mut places = vec![None; graph.units.len()];
    for (place, unit) in timings.units.iter().enumerate() {
        let number = usize::try_from(unit.number).unwrap_or(usize::MAX);
        let same = graph.units.get(number).is_some_and(|other| {
            let is_run = other.mode == "run-custom-build";
            other.package() == (unit.name.clone(), unit.version.clone())
                && is_run == (unit.mode == "run-custom-build")
        });
        if !same {
            return Err(format!(
                "unit {number} of Cargo's page of timings, {unit}, is another one in its unit graph"
            ));
        }
        places[number] = Some(place);
    }
    Ok(places)
}

/// What a unit waits for, and whether the metadata is enough.
///
/// Source: Cargo's `BuildRunner::only_requires_rmeta` and `JobQueue::enqueue`. Whatever is linked needs the whole of all
/// that is below it, and not of its own dependencies alone.
fn needs(graph: &Graph, unit: &GraphUnit) -> Vec<(usize, bool)> {
    let direct = unit.dependencies.iter().map(|dependency| dependency.index);
    let direct: BTreeSet<usize> = direct
        .filter(|index| graph.units.get(*index).is_some_and(is_needed_to_compile))
        .collect();
    if unit.mode == "run-custom-build" || !is_linked(unit) {
        let early = |index: &usize| {
            let needed = &graph.units[*index];
            unit.mode == "build" && needed.mode == "build" && !is_linked(needed)
        };
        return direct
            .into_iter()
            .map(|index| (index, early(&index)))
            .collect();
    }
    let mut open: Vec<usize> = direct.iter().copied().collect();
    let mut all = direct;
    while let Some(index) = open.pop() {
        for dependency in &graph.units[index].dependencies {
            if dependency.index < graph.units.len() && all.insert(dependency.index) {
                open.push(dependency.index);
            }
        }
    }
    all.into_iter().map(|index| (index, false)).collect()
}

/// Whether what depends on it waits for it: a test needs the program of its package to run, and not to be compiled.
fn is_needed_to_compile(unit: &GraphUnit) -> bool {
    let kinds = &unit.target.kind;
    !kinds.iter().any(|kind| kind == "bin" || kind == "test")
}

/// Whether it takes object files, and makes something that is no library of Rust's own.
fn is_linked(unit: &GraphUnit) -> bool {
    let is_own = |kind: &String| matches!(kind.as_str(), "lib" | "rlib");
    unit.mode == "test" || !unit.target.crate_types.iter().all(is_own)
}
