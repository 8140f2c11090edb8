//! What `verify` saw last: how long each build took then is the best guess of how long it takes now.

use std::collections::BTreeMap;
use std::fs;

use build_profiles::evidence::BuildKind;
use camino::Utf8Path;
use serde::Deserialize;

/// Seconds of each build of the last run; none where there was no run, or one of another release.
pub(crate) fn last_seconds(state_dir: &Utf8Path) -> BTreeMap<BuildKind, f64> {
    let Ok(text) = fs::read_to_string(state_dir.join("verify.json")) else {
        return BTreeMap::new();
    };
    let receipt: Receipt = serde_json::from_str(&text).unwrap_or_default();
    let builds = receipt.builds.into_iter();
    builds.map(|build| (build.what, build.seconds)).collect()
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
