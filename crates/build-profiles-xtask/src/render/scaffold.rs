//! The files of a scaffold, from their templates.

use anyhow::Result;
use build_profiles::diagnostic::FilePath;

/// The manifest and the main file of an xtask that does nothing but start this tool.
#[cfg(feature = "scaffold")]
pub(crate) fn package(dependency: &str) -> Result<[(FilePath, String); 2]> {
    use anyhow::Context as _;

    let mut templates = handlebars::Handlebars::new();
    templates.set_strict_mode(true);
    let facts = std::collections::BTreeMap::from([("dependency", dependency)]);
    let of = |template: &str| {
        templates
            .render_template(template, &facts)
            .context("failed to fill a template")
    };
    Ok([
        (
            FilePath::new("xtask/Cargo.toml"),
            of(include_str!("scaffold/Cargo.toml.hbs"))?,
        ),
        (
            FilePath::new("xtask/src/main.rs"),
            of(include_str!("scaffold/main.rs.hbs"))?,
        ),
    ])
}

/// Says that this build has no templates.
#[cfg(not(feature = "scaffold"))]
pub(crate) fn package(_dependency: &str) -> Result<[(FilePath, String); 2]> {
    anyhow::bail!(
        "this build of the tool has no templates\n\n\
         help: use the installed `cargo build-profiles`, or give the dependency `build-profiles-xtask` the feature: features = [\"scaffold\"]"
    )
}
