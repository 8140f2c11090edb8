//! One run of hyperfine.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::cache::Server;
use super::cargo_like;
use super::checkout::Checkout;
use super::kept;

/// What is timed; `target` is named so that no config of a person's moves it away from under the wipe.
const BUILD: &str = "cargo build --workspace --locked --offline --target-dir target";
const WIPE: &str = "rm -rf target";

/// Builds a checkout from nothing, once: its seconds by the clock, kept in `json`.
pub(crate) fn time(
    checkout: &Checkout,
    server: Option<&Server>,
    toolchain: Option<&str>,
    json: &Path,
) -> Result<f64> {
    let json = std::path::absolute(json)?;
    let mut hyperfine = cargo_like("hyperfine", toolchain);
    if let Some(server) = server {
        server.apply(&mut hyperfine);
    }
    let output = hyperfine
        .args(["--runs=1", "--style=none", "--shell=none"])
        .args(["--prepare", WIPE, "--export-json"])
        .arg(&json)
        .arg(BUILD)
        .current_dir(&checkout.root)
        .output()
        .context("failed to start hyperfine")?;
    if !output.status.success() {
        // hyperfine does not say what a command said that failed.
        let mut cargo = cargo_like("cargo", toolchain);
        if let Some(server) = server {
            server.apply(&mut cargo);
        }
        let again = cargo
            .args(BUILD.split(' ').skip(1))
            .current_dir(&checkout.root)
            .output()
            .context("failed to start cargo")?;
        bail!(
            "`{BUILD}` failed in `{}`\n\n{}\n{}",
            checkout.root.display(),
            String::from_utf8_lossy(&output.stderr).trim(),
            String::from_utf8_lossy(&again.stderr).trim()
        );
    }
    kept::seconds(&json)
}
