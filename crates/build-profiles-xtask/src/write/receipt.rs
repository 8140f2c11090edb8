//! What a run has seen, kept where the build keeps its own things.

use std::fs;

use anyhow::{Context as _, Result};
use camino::Utf8Path;

/// Puts a file into the state directory: the old one or the new one, never half.
pub(crate) fn receipt(state_dir: &Utf8Path, name: &str, text: &str) -> Result<()> {
    let file = state_dir.join(name);
    let staged = state_dir.join(format!("{name}.{}", std::process::id()));
    fs::create_dir_all(state_dir)
        .and_then(|()| fs::write(&staged, text))
        .and_then(|()| fs::rename(&staged, &file))
        .with_context(|| format!("failed to write {file}"))
}
