//! `generate`: a workspace of any size, to be read and planned for, never to be built.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::Outcome;

/// Write a workspace with this many members, and a policy for it
///
/// Members depend on the one before them (chains), on a few that everybody uses (hubs), on some earlier one, and on
/// crates of the registry. The lock file is written by hand: it names them all, but nothing of it is resolved or
/// downloaded, so that a machine without network makes the same workspace.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that is empty or not there
    dir: PathBuf,
    /// How many members
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    members: u32,
    /// The same seed makes the same workspace
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let free = fs::read_dir(&args.dir).map_or(true, |mut entries| entries.next().is_none());
    ensure!(free, "`{}` is not empty", args.dir.display());
    workspace(&args.dir, args.members, args.seed)?;
    Ok(Outcome::Holds)
}

/// Every chain begins anew after so many members.
const CHAIN: u32 = 12;

/// Crates of the registry that members ask for. Some match a set of the policy.
const THIRD_PARTY: [&str; 16] = [
    "anyhow",
    "bytes",
    "clap",
    "flate2",
    "futures",
    "indexmap",
    "itertools",
    "rayon",
    "regex",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
    "tracing",
    "zstd",
    "zstd-sys",
];

const POLICY: &str = r#"schema = 1
expansions = 1
toolchain = "1.94"
strict = true

[packages]
codecs = ["zstd*", "flate2", "locked-1*"]
hubs = ["crates/hub-*"]

[profile.dev]
tradeoff = "compile-time"

[profile.dev.package]
"*" = { opt-level = 1 }
"@codecs" = { opt-level = 3 }
"@hubs" = { opt-level = 2 }

[profile.test]
tradeoff = "run-time"

[profile.release]
codegen-units = 1
lto = "thin"

[profile.dist]
inherits = "release"
strip = "symbols"

[linker]
linux-gnu = ["mold", "default"]

[cache]
tool = "sccache"
scope = "dependencies"

[environment.ci.cache]
scope = "everything"
if-missing = "error"
"#;

/// Writes the workspace into `dir`.
pub(crate) fn workspace(dir: &Path, members: u32, seed: u64) -> Result<()> {
    let mut random = fastrand::Rng::with_seed(seed);
    let shape = Shape { members };
    let mut lock = String::from(
        "# A lock file by hand: names and versions alone, nothing is resolved.\nversion = 4\n",
    );
    for index in 0..members {
        let dependencies = shape.dependencies(index, &mut random);
        let package = dir.join("crates").join(shape.name(index));
        write(
            &package.join("Cargo.toml"),
            &manifest(&shape.name(index), &dependencies, &mut random),
        )?;
        write(&package.join("src/lib.rs"), &source(&dependencies))?;
        lock.push_str(&locked(&shape.name(index), "0.1.0", false));
    }
    for name in THIRD_PARTY {
        lock.push_str(&locked(name, "1.0.0", true));
    }
    // What the registry's crates bring along: as many packages as members, within reason.
    for index in 0..members.clamp(50, 800) {
        lock.push_str(&locked(&format!("locked-{index}"), "1.0.0", true));
    }
    write(&dir.join("Cargo.lock"), &lock)?;
    write(&dir.join("Cargo.toml"), &root())?;
    write(&dir.join(".gitignore"), "/target\n/.cargo/machine.toml\n")?;
    write(&dir.join("build-profiles.toml"), POLICY)
}

struct Shape {
    members: u32,
}

impl Shape {
    /// The first members are the hubs: one in twenty, thirty at most.
    fn hubs(&self) -> u32 {
        (self.members / 20).clamp(1, 30)
    }

    fn name(&self, index: u32) -> String {
        let kind = if index < self.hubs() { "hub" } else { "part" };
        format!("{kind}-{index:04}")
    }

    /// Of earlier members alone, so that there is no cycle.
    fn dependencies(&self, index: u32, random: &mut fastrand::Rng) -> Vec<String> {
        let mut earlier = Vec::new();
        if !index.is_multiple_of(CHAIN) {
            earlier.push(index - 1);
        }
        for _ in 0..2 {
            earlier.push(random.u32(..self.hubs()));
        }
        if index > 0 {
            earlier.push(random.u32(..index));
        }
        earlier.retain(|other| *other < index);
        earlier.sort_unstable();
        earlier.dedup();
        earlier.into_iter().map(|other| self.name(other)).collect()
    }
}

fn root() -> String {
    let mut text = String::from(
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n\n\
         [workspace.package]\nversion = \"0.1.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\n[workspace.dependencies]\n",
    );
    for name in THIRD_PARTY {
        let _ = writeln!(text, "{name} = \"1\"");
    }
    text
}

fn manifest(name: &str, dependencies: &[String], random: &mut fastrand::Rng) -> String {
    let mut text = format!(
        "[package]\nname = \"{name}\"\ndescription = \"A part of a generated workspace\"\nversion.workspace = true\n\
         edition.workspace = true\nlicense.workspace = true\npublish = false\n\n[features]\ndefault = [\"std\"]\nstd = []\n\n[dependencies]\n",
    );
    for other in dependencies {
        let _ = writeln!(text, "{other} = {{ path = \"../{other}\" }}");
    }
    for third in random.choose_multiple(THIRD_PARTY, 5) {
        let _ = writeln!(text, "{third}.workspace = true");
    }
    text
}

fn source(dependencies: &[String]) -> String {
    let mut text = String::from(
        "//! A part of a generated workspace.\n\n/// Counts itself and all that it stands on.\npub fn count() -> u64 {\n    1",
    );
    for other in dependencies {
        let _ = write!(text, " + {}::count()", other.replace('-', "_"));
    }
    text.push_str("\n}\n");
    text
}

fn locked(name: &str, version: &str, registry: bool) -> String {
    let source = if registry {
        "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    } else {
        ""
    };
    format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}")
}

fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().context("a file stands in a folder")?;
    fs::create_dir_all(folder)
        .with_context(|| format!("failed to create `{}`", folder.display()))?;
    fs::write(file, text).with_context(|| format!("failed to write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_depends_on_a_later_member() {
        let shape = Shape { members: 500 };
        let mut random = fastrand::Rng::with_seed(7);
        for index in 0..shape.members {
            for name in shape.dependencies(index, &mut random) {
                assert!(
                    (0..index).any(|earlier| shape.name(earlier) == name),
                    "{index} depends on {name}"
                );
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_workspace() -> Result<()> {
        let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
        workspace(one.path(), 30, 5)?;
        workspace(two.path(), 30, 5)?;
        let manifest = "crates/part-0017/Cargo.toml";
        assert_eq!(
            fs::read(one.path().join(manifest))?,
            fs::read(two.path().join(manifest))?
        );
        Ok(())
    }
}
