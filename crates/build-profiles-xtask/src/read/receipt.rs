//! What `verify` saw last: how long each build took, which is the best guess of how long it takes now, and the verdicts.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use build_profiles::evidence::BuildKind;
use build_profiles::measure::record::{Measurements, SCHEMA};
use build_profiles::verdict::Verdict;
use camino::Utf8Path;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Seconds of each build of the last run; none where there was no run, or one of another release.
pub(crate) fn last_seconds(state_dir: &Utf8Path) -> BTreeMap<BuildKind, f64> {
    let receipt: Receipt = receipt(state_dir).unwrap_or_default();
    let builds = receipt.builds.into_iter();
    builds.map(|build| (build.what, build.seconds)).collect()
}

/// The command of the last run, and its verdicts; `None` where there was no run, or one of another release.
pub(crate) fn last_verdicts(state_dir: &Utf8Path) -> Option<(String, Vec<Verdict>)> {
    let receipt: Verdicts = receipt(state_dir)?;
    Some((receipt.command, receipt.verdicts))
}

/// What a run of `measure` has kept, or has written for a report; `None`: it is not there.
pub(crate) fn measurements(file: &Utf8Path) -> Result<Option<Measurements>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("failed to read `{file}`")),
    };
    /// What is looked at first: of a newer file the rest may be anything.
    #[derive(Deserialize)]
    struct Shape {
        schema: u32,
    }
    let shape: Shape = serde_json::from_str(&text)
        .with_context(|| format!("`{file}` is not what `measure` writes"))?;
    if shape.schema > SCHEMA {
        bail!(
            "`{file}` has the schema {}, and this tool knows up to {SCHEMA}\n\nhelp: update build-profiles",
            shape.schema
        );
    }
    serde_json::from_str(&text)
        .map(Some)
        .with_context(|| format!("`{file}` is not what `measure` writes"))
}

fn receipt<T: DeserializeOwned>(state_dir: &Utf8Path) -> Option<T> {
    let text = fs::read_to_string(state_dir.join("verify.json")).ok()?;
    serde_json::from_str(&text).ok()
}

#[derive(Deserialize)]
struct Verdicts {
    command: String,
    verdicts: Vec<Verdict>,
}

#[derive(Default, Deserialize)]
struct Receipt {
    builds: Vec<Build>,
}

#[derive(Deserialize)]
struct Build {
    what: BuildKind,
    seconds: f64,
}
