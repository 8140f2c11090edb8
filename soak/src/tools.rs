//! Where the tool under test is: a path that was given, or a fresh build of this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use toml_edit::Document;

use crate::scrub;

/// A binary with the name that tables show.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// Parses `NAME=PATH`, or a path alone.
pub(crate) fn parse(text: &str) -> Result<Tool, String> {
    let (name, path) = text.split_once('=').unwrap_or(("given", text));
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    if !path.is_file() {
        return Err(format!("`{}` is no file", path.display()));
    }
    Ok(Tool {
        name: name.to_owned(),
        path,
    })
}

/// The repository that this package stands in.
pub(crate) fn repository() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("soak stands in the repository")
}

/// `cargo-build-profiles` as a user installs it.
pub(crate) fn installed() -> Result<Tool> {
    let options = [
        "build",
        "--release",
        "--package=build-profiles-xtask",
        "--bin=cargo-build-profiles",
    ]
    .map(str::to_owned);
    Ok(Tool {
        name: "release".to_owned(),
        path: built(&options)?,
    })
}

/// `xtask` as `cargo xtask` builds it.
pub(crate) fn aliased() -> Result<Tool> {
    Ok(Tool {
        name: "cargo xtask".to_owned(),
        path: built(&alias_build()?)?,
    })
}

/// The alias's own words, with `build` for `run`.
pub(crate) fn alias_build() -> Result<Vec<String>> {
    let file = repository()?.join(".cargo/config.toml");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("failed to read `{}`", file.display()))?;
    let config =
        Document::parse(&text).with_context(|| format!("failed to parse `{}`", file.display()))?;
    let alias = config.get("alias").and_then(|alias| alias.get("xtask"));
    let words: Vec<String> = match alias.and_then(|alias| alias.as_value()) {
        Some(toml_edit::Value::Array(words)) => words
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect(),
        Some(toml_edit::Value::String(words)) => words
            .value()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        _ => bail!("`{}` has no alias `xtask`", file.display()),
    };
    let options = words
        .iter()
        .skip(1)
        .take_while(|word| *word != "--")
        .cloned();
    Ok(std::iter::once("build".to_owned()).chain(options).collect())
}

fn built(options: &[String]) -> Result<PathBuf> {
    eprintln!("building: cargo {}", options.join(" "));
    let mut cargo = scrub::command("cargo");
    // A shared target directory is kept, so that a second run has nothing to build.
    if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    cargo
        .args(options)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(repository()?);
    let output = cargo
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        bail!(
            "`cargo {}` failed with {}",
            options.join(" "),
            output.status
        );
    }
    let messages = String::from_utf8(output.stdout).context("cargo's messages are UTF-8")?;
    let executables = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(executable);
    executables
        .reduce(|_, last| last)
        .context("cargo built no executable")
}

fn executable(message: Value) -> Option<PathBuf> {
    message.get("executable")?.as_str().map(PathBuf::from)
}

/// `configure` with these arguments, on the workspace of `manifest`.
pub(crate) fn configure(tool: &Path, manifest: &Path, arguments: &[&str]) -> Command {
    command(tool, manifest, &[&["configure"], arguments].concat())
}

/// These words, on the workspace of `manifest`.
pub(crate) fn command(tool: &Path, manifest: &Path, words: &[&str]) -> Command {
    let mut command = scrub::command(tool);
    command.args(words).arg("--manifest-path").arg(manifest);
    command
}
