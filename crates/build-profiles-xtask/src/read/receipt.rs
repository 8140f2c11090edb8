//! What `verify` saw last: how long each build took, which is the best guess of how long it takes now, and the verdicts.

use std::collections::BTreeMap;
use std::fs;

use build_profiles::evidence::BuildKind;
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
