//! The bounds as one JSON object, with every unit: docs/measure.md says what it holds, and the bounds can be computed
//! again from it.

use build_profiles::measure::bound::UpperBounds;
use build_profiles::measure::timings::Timings;
use serde::Serialize;

use super::Bounded;
use crate::exit::Exit;

/// The version of the object's shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    command: &'static str,
    exit: u8,
    workspace: &'a str,
    tool: &'static str,
    rustc: String,
    cargo: String,
    target: &'a str,
    profile: &'a str,
    build: &'a str,
    notes: Vec<String>,
    upper_bounds: &'a UpperBounds,
    timings: &'a Timings,
}

/// The whole of it.
pub(super) fn report(bounded: &Bounded<'_>) -> String {
    let json = Json {
        schema: SCHEMA,
        command: "measure --upper-bound",
        exit: Exit::Clean.code(),
        workspace: bounded.workspace.as_str(),
        tool: env!("CARGO_PKG_VERSION"),
        rustc: bounded.toolchain.rustc.to_string(),
        cargo: bounded.toolchain.cargo.to_string(),
        target: &bounded.toolchain.triple,
        profile: bounded.profile,
        build: bounded.command,
        notes: bounded.limits(),
        upper_bounds: bounded.bounds,
        timings: bounded.timings,
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}
