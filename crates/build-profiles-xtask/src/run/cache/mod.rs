//! What is asked of sccache: the user's own server, looked at; and a storage, tried with two checkouts.

mod daemon;
pub(crate) mod shared;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use build_profiles::cache::Stats;
use serde_json::Value;

use super::{excerpt, output};

pub(crate) use daemon::daemon;

/// Asks the server that `client` talks to for its statistics. Releases before 0.8 start one if there is none.
fn ask(client: &mut Command, limit: Duration) -> Result<Stats> {
    let said = output(client.args(["--show-stats", "--stats-format=json"]), limit)?;
    ensure!(
        said.status.success(),
        "{}",
        excerpt::complaint(&said.stderr)
    );
    let json: Value =
        serde_json::from_slice(&said.stdout).context("sccache's statistics are not JSON")?;
    Ok(stats(&json))
}

/// Every field may be missing: releases differ.
fn stats(json: &Value) -> Stats {
    let count = |name: &str| json["stats"][name].as_u64().unwrap_or(0);
    let by_name = |value: &Value| -> BTreeMap<String, u64> {
        let counts = value.as_object().into_iter().flatten();
        counts
            .filter_map(|(name, count)| Some((name.clone(), count.as_u64()?)))
            .collect()
    };
    let sum = |name: &str| by_name(&json["stats"][name]["counts"]).values().sum();
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    Stats {
        requests: count("compile_requests"),
        executed: count("requests_executed"),
        hits: sum("cache_hits"),
        misses: sum("cache_misses"),
        writes: count("cache_writes"),
        write_errors: count("cache_write_errors"),
        read_errors: count("cache_read_errors"),
        timeouts: count("cache_timeouts"),
        forced_recaches: count("forced_recaches"),
        not_cached: by_name(&json["stats"]["not_cached"]),
        location: text("cache_location").unwrap_or_default(),
        size: json["cache_size"].as_u64(),
        max_size: json["max_cache_size"].as_u64(),
        version: text("version"),
    }
}

#[cfg(all(test, unix))]
mod tests;
