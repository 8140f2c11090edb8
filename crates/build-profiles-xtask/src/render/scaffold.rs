//! The files of a scaffold, from their templates.

use anyhow::Result;
use build_profiles::diagnostic::FilePath;

/// What a CI workflow is made for.
pub(crate) struct WorkflowFacts<'a> {
    /// The branch that pull requests are merged into.
    pub(crate) branch: &'a str,
    /// The workspace's folder below the git root; empty for the root itself.
    pub(crate) folder: &'a str,
    /// How the tool is started.
    pub(crate) command: &'a str,
    /// The file of the policy's environment `ci`; empty if there is none.
    pub(crate) environment: &'a str,
}

/// The manifest and the main file of an xtask that does nothing but start this tool.
pub(crate) fn package(dependency: &str) -> Result<[(FilePath, String); 2]> {
    let facts = [("dependency", dependency)];
    Ok([
        (
            FilePath::new("xtask/Cargo.toml"),
            filled(include_str!("scaffold/Cargo.toml.hbs"), &facts)?,
        ),
        (
            FilePath::new("xtask/src/main.rs"),
            filled(include_str!("scaffold/main.rs.hbs"), &facts)?,
        ),
    ])
}

/// A workflow for GitHub Actions.
pub(crate) fn github(facts: &WorkflowFacts<'_>) -> Result<String> {
    let review: String = include_str!("scaffold/review.sh")
        .lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("          {line}\n"),
        })
        .collect();
    filled(
        include_str!("scaffold/github.yml.hbs"),
        &[
            ("branch", facts.branch),
            ("folder", facts.folder),
            ("command", facts.command),
            ("environment", facts.environment),
            ("review", &review),
        ],
    )
}

#[cfg(feature = "scaffold")]
fn filled(template: &str, facts: &[(&str, &str)]) -> Result<String> {
    use anyhow::Context as _;

    let mut templates = handlebars::Handlebars::new();
    templates.set_strict_mode(true);
    let facts: std::collections::BTreeMap<_, _> = facts.iter().copied().collect();
    templates
        .render_template(template, &facts)
        .context("failed to fill a template")
}

#[cfg(not(feature = "scaffold"))]
fn filled(_template: &str, _facts: &[(&str, &str)]) -> Result<String> {
    anyhow::bail!(
        "this build of the tool has no templates\n\n\
         help: use the installed `cargo build-profiles`, or give the dependency `build-profiles-xtask` the feature: features = [\"scaffold\"]"
    )
}
