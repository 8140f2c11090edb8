//! The toolchain that a checkout pins, and whether this machine has it.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::Document;

use crate::scrub;

/// The pinned toolchain, if it is not installed: rustup would try to download it.
pub(crate) fn missing(root: &Path, top: &Path) -> Result<Option<String>> {
    let Some(pinned) = root
        .ancestors()
        .take_while(|folder| folder.starts_with(top))
        .find_map(pinned_in)
    else {
        return Ok(None);
    };
    let output = scrub::command("rustup")
        .args(["toolchain", "list"])
        .output()
        .context("failed to start rustup")?;
    let installed = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = installed.lines().any(|line| {
        line == pinned
            || line
                .strip_prefix(&pinned)
                .is_some_and(|rest| rest.starts_with(['-', ' ']))
    });
    Ok((!found).then_some(pinned))
}

/// `rust-toolchain` wins over `rust-toolchain.toml`, and may hold a bare name.
fn pinned_in(folder: &Path) -> Option<String> {
    let text = ["rust-toolchain", "rust-toolchain.toml"]
        .iter()
        .find_map(|name| std::fs::read_to_string(folder.join(name)).ok())?;
    let channel = |text: &str| {
        Some(
            Document::parse(text)
                .ok()?
                .get("toolchain")?
                .get("channel")?
                .as_str()?
                .to_owned(),
        )
    };
    channel(&text).or_else(|| (text.lines().count() == 1).then(|| text.trim().to_owned()))
}
