//! The start check: a package of a few lines, built under the files just written.
//!
//! Asking Cargo for its plan would be cheaper and miss most of what stops a build: a linker that is not there, a flag
//! that rustc refuses, a wrapper that dies.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use build_profiles::machine::start;
use build_profiles::value::Value;
use camino::{Utf8Path, Utf8PathBuf};

use super::private::Private;
use super::server::Server;
use super::{Children, excerpt, output};

/// Builds as anybody's `cargo build` in the workspace would, and as the alias `xtask` does. An error bears Cargo's own
/// message: roll back, for nobody could build.
///
/// The package is built in a private folder under `state`, which is absolute.
pub(crate) fn start_check(children: &Children, state: &Utf8Path) -> Result<()> {
    let configs = configs(children);
    let manifest = children.root().join("Cargo.toml");
    let manifest =
        fs::read_to_string(&manifest).with_context(|| format!("failed to read {manifest}"))?;

    let folder = Private::new(state, "start-check")?;
    write_package(&folder, &manifest)?;
    // Under a wrapper that is sccache, a server of our own is started, and is to be stopped.
    let wrapper = children
        .var("RUSTC_WRAPPER")
        .and_then(|wrapper| wrapper.to_str().map(str::to_owned))
        .or_else(|| configs.iter().find_map(|config| start::wrapper(config)));
    let server = Server::new(children, wrapper.as_deref(), &folder.join("cache"))?;
    let check = Check {
        children,
        folder: &folder,
        server: &server,
    };

    let foreign = children.var("CARGO_BUILD_TARGET").is_some()
        || configs.iter().any(|config| start::has_build_target(config));
    let plainly: &[&str] = if foreign { &["--lib"] } else { &[] };
    check
        .build(plainly)
        .context("`cargo build` does not start")?;

    if let Some(options) = configs
        .iter()
        .find_map(|config| start::alias_options(config))
    {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        check
            .build(&options)
            .context("`cargo xtask` does not start")?;
    }
    Ok(())
}

/// The package, with the profiles of the root manifest.
pub(super) fn write_package(folder: &Private, root_manifest: &str) -> Result<()> {
    folder.write("Cargo.toml", &start::manifest(root_manifest))?;
    folder.write("build.rs", start::BUILD)?;
    folder.write("src/lib.rs", start::LIB)?;
    folder.write("src/main.rs", start::MAIN)?;
    Ok(())
}

struct Check<'a> {
    children: &'a Children,
    folder: &'a Private,
    server: &'a Server<'a>,
}

impl Check<'_> {
    fn build(&self, options: &[&str]) -> Result<()> {
        /// A cache that cannot be reached takes its time to say so.
        const LIMIT: Duration = Duration::from_secs(120);
        let target = self.folder.join("target");
        let mut cargo = self.children.command("cargo");
        cargo
            .args(["build", "--color=never", "--offline"])
            .args(["--manifest-path", self.folder.join("Cargo.toml").as_str()])
            .args(options)
            .args(["--target-dir", target.as_str()])
            // Where the config puts intermediate artifacts is the workspace's.
            .args([
                "--config",
                &format!("build.build-dir={}", Value::from(target.as_str())),
            ])
            // The user's cache gets nothing of ours.
            .env("SCCACHE_NO_CACHE", "1");
        self.server.apply(&mut cargo);
        let built = output(&mut cargo, LIMIT)?;
        if !built.status.success() {
            bail!("{}", excerpt::complaint(&built.stderr));
        }
        Ok(())
    }
}

/// The Cargo config files that hold in the workspace root, the nearest first, each followed by its machine layer.
fn configs(children: &Children) -> Vec<String> {
    let home = |name: &str| Some(Utf8PathBuf::from(children.var(name)?.to_str()?));
    let cargo_home = home("CARGO_HOME").or_else(|| Some(home("HOME")?.join(".cargo")));
    let mut configs = Vec::new();
    let folders = children
        .root()
        .ancestors()
        .map(|folder| folder.join(".cargo"));
    for folder in folders.chain(cargo_home) {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        // The file without extension wins where there are both.
        configs.extend(read("config").or_else(|| read("config.toml")));
        configs.extend(read("machine.toml"));
    }
    configs
}

#[cfg(all(test, unix))]
mod tests;
