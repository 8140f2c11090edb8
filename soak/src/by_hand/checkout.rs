//! A checkout of its own for each rung.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::variant::{self, Layer, MACHINE, Variant};
use crate::scrub;

/// A clone whose files have some layers alone.
#[derive(Debug)]
pub(crate) struct Checkout {
    pub(crate) root: PathBuf,
    /// The cache that its builds call.
    pub(crate) wrapper: Option<String>,
}

impl Checkout {
    /// Clones what is committed into `folder`, with the machine's own file, which git does not know.
    pub(crate) fn make(source: &Path, folder: &Path, variant: &Variant) -> Result<Self> {
        let root = folder.join("w");
        let (from, to) = (source.to_string_lossy(), root.to_string_lossy());
        git(source, &["clone", "--quiet", "--no-hardlinks", &from, &to])?;
        let machine = fs::read_to_string(source.join(MACHINE))
            .with_context(|| format!("`{MACHINE}` is missing: run `configure` there first"))?;
        let place = root.join(MACHINE);
        fs::create_dir_all(place.parent().unwrap_or(&root))?;
        fs::write(&place, machine).context("failed to copy the machine's file")?;
        for layer in [Layer::Profiles, Layer::Cache, Layer::Linker] {
            if !variant.layers.contains(&layer) {
                take_out(&root, layer)?;
            }
        }
        let wrapper = match variant.layers.contains(&Layer::Cache) {
            true => Some(variant::wrapper(&fs::read_to_string(&place)?)?),
            false => None,
        };
        Ok(Self { root, wrapper })
    }

    /// A folder beside the sources.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }
}

/// Edits the files of a checkout; a layer that stands in none of them would be a step from a thing to itself.
fn take_out(root: &Path, layer: Layer) -> Result<()> {
    let mut is_there = false;
    for file in variant::files(layer) {
        let path = root.join(file);
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let left = variant::without(&text, layer)
            .with_context(|| format!("failed to take {layer:?} out of `{file}`"))?;
        if left != text {
            fs::write(&path, left).with_context(|| format!("failed to edit `{file}`"))?;
            is_there = true;
        }
    }
    ensure!(
        is_there,
        "nothing of {layer:?} stands in {}",
        variant::files(layer).join(" or ")
    );
    Ok(())
}

/// The commit that is checked out; what is not committed would be in no clone.
pub(crate) fn commit(source: &Path) -> Result<String> {
    ensure!(
        source.join(".git").exists(),
        "`{}` is not the root of a git checkout",
        source.display()
    );
    let changed = git(source, &["status", "--porcelain"])?;
    ensure!(
        changed.trim().is_empty(),
        "`{}` has changes that are not committed:\n{changed}",
        source.display()
    );
    Ok(git(source, &["rev-parse", "HEAD"])?.trim().to_owned())
}

fn git(dir: &Path, arguments: &[&str]) -> Result<String> {
    let output = scrub::command("git")
        .args(arguments)
        .current_dir(dir)
        .output()
        .context("failed to start git")?;
    ensure!(
        output.status.success(),
        "`git {}` failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
