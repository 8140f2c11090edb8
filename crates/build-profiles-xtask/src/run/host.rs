//! What machine this is: its toolchain, its name, its programs, its user's cache folder.

use std::env;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use build_profiles::facts::Host;
use build_profiles::machine::Found;
use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;

use super::{Children, excerpt, output};

/// The toolchain that builds the workspace: what its `rust-toolchain.toml` or the user's choice comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toolchain {
    /// The host's target triple.
    pub(crate) triple: String,
    /// Version of rustc.
    pub(crate) rustc: Version,
    /// Version of Cargo.
    pub(crate) cargo: Version,
}

/// Asks rustc and Cargo who they are. A pinned toolchain that is not installed is an error, not a download.
pub(crate) fn toolchain(children: &Children) -> Result<Toolchain> {
    let rustc = ask(children, "rustc", "-vV")?;
    let field = |name: &str| {
        rustc
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .with_context(|| format!("`rustc -vV` does not say its {name}"))
    };
    let cargo = ask(children, "cargo", "-V")?;
    let version = cargo
        .split_whitespace()
        .nth(1)
        .context("`cargo -V` does not say its version")?;
    Ok(Toolchain {
        triple: field("host")?.to_owned(),
        rustc: parse(field("release")?)?,
        cargo: parse(version)?,
    })
}

fn parse(version: &str) -> Result<Version> {
    Version::parse(version).with_context(|| format!("failed to parse the version `{version}`"))
}

fn ask(children: &Children, program: &str, option: &str) -> Result<String> {
    const LIMIT: Duration = Duration::from_secs(60);
    let mut command = children.command(program);
    command.arg(option).env("RUSTUP_AUTO_INSTALL", "0");
    let output = output(&mut command, LIMIT)?;
    ensure!(
        output.status.success(),
        "failed to run `{program} {option}`: {}",
        excerpt::complaint(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{program} {option}` does not answer in UTF-8"))
}

/// What a program says of its version: the first line.
pub(crate) fn version(children: &Children, name: &str, program: &str) -> Option<String> {
    let mut command = children.command(program);
    // A subcommand of Cargo wants its own name first.
    if let Some(subcommand) = name.strip_prefix("cargo-") {
        command.arg(subcommand);
    }
    let told = output(command.arg("--version"), Duration::from_secs(10)).ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let line = told.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// This machine, before any trial.
pub(crate) fn host(children: &Children, toolchain: &Toolchain) -> Host {
    Host {
        triple: toolchain.triple.clone(),
        machine: machine(children).unwrap_or_else(|| "unnamed".to_owned()),
        trials: Vec::new(),
    }
}

/// The machine's name, as far as it is known without effort.
fn machine(children: &Children) -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| fs::read_to_string("/etc/hostname"))
        .ok()
        .or_else(|| Some(children.var("COMPUTERNAME")?.to_str()?.to_owned()))
        .or_else(|| {
            let output = output(&mut children.command("hostname"), Duration::from_secs(2)).ok()?;
            String::from_utf8(output.stdout).ok()
        })?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Where the user's tools keep what can be made again; our folder in it need not be there yet.
pub(crate) fn cache_folder(children: &Children) -> Result<Utf8PathBuf> {
    let folder = |name: &str| {
        let folder = Utf8PathBuf::from(children.var(name)?.to_str()?);
        folder.is_absolute().then_some(folder)
    };
    let caches = if cfg!(windows) {
        folder("LOCALAPPDATA").context("failed to find the cache folder: `LOCALAPPDATA` is not set")
    } else {
        let home = || folder("HOME").context("failed to find the cache folder: `HOME` is not set");
        if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            folder("XDG_CACHE_HOME").map_or_else(|| home().map(|home| home.join(".cache")), Ok)
        }
    }?;
    Ok(caches.join("build-profiles"))
}

/// Looks programs up on the children's PATH. Symlinks are left alone: what a package manager put there it will keep up
/// to date, where they lead it may not.
pub(crate) fn look_up<'n>(children: &Children, names: impl IntoIterator<Item = &'n str>) -> Found {
    let extensions: Vec<String> = if cfg!(windows) {
        let extensions = children.var("PATHEXT").and_then(|list| list.to_str());
        extensions
            .unwrap_or(".EXE")
            .split(';')
            .map(str::to_lowercase)
            .collect()
    } else {
        vec![String::new()]
    };
    // A relative folder of PATH means another program wherever one stands; so does a name with a slash.
    let folders: Vec<Utf8PathBuf> = children
        .var("PATH")
        .into_iter()
        .flat_map(env::split_paths)
        .filter_map(|folder| Utf8PathBuf::from_path_buf(folder).ok())
        .filter(|folder| folder.is_absolute())
        .collect();
    names
        .into_iter()
        .filter(|name| !name.contains(['/', '\\']))
        .filter_map(|name| {
            let mut candidates = folders.iter().flat_map(|folder| {
                extensions
                    .iter()
                    .map(move |extension| folder.join(format!("{name}{extension}")))
            });
            let program = candidates.find(|candidate| is_program(candidate))?;
            Some((name.to_owned(), program.into_string()))
        })
        .collect()
}

#[cfg(unix)]
fn is_program(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Utf8Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture::Fixture;

    #[test]
    fn the_toolchain_is_the_one_that_the_root_asks_for() {
        let fixture = Fixture::new();
        let toolchain = toolchain(&fixture.children()).expect("rustc answers");
        assert!(toolchain.triple.contains('-'));
        assert_eq!(toolchain.rustc.minor, toolchain.cargo.minor);
        let host = host(&fixture.children(), &toolchain);
        assert!(!host.machine.is_empty());

        if fixture.has_rustup() {
            fixture.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.11.0\"\n");
            let children = fixture.children().without("RUSTUP_TOOLCHAIN");
            let error = super::toolchain(&children)
                .expect_err("nobody has Rust 1.11")
                .to_string();
            assert!(
                error.starts_with("failed to run `rustc -vV`: error: toolchain '1.11.0"),
                "{error}"
            );
            assert!(error.contains("is not installed"), "{error}");
        }
    }

    #[test]
    fn the_cache_folder_is_the_users() {
        let fixture = Fixture::new();
        let children = fixture
            .children()
            .with("XDG_CACHE_HOME", "relative")
            .with("HOME", "/home/a");
        let folder = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        if cfg!(unix) {
            assert_eq!(
                cache_folder(&children).expect("has a home"),
                format!("/home/a/{folder}/build-profiles")
            );
            cache_folder(&children.without("HOME")).expect_err("has no home");
        }
    }

    #[cfg(unix)]
    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let fixture = Fixture::new();
        fixture.write("a/mold", "not executable");
        fixture.script("b/mold", "exit 0");
        fixture.script("c/mold", "exit 0");
        fixture.script("c/real", "exit 0");
        std::os::unix::fs::symlink("real", fixture.path("c/cc")).expect("a link");
        std::fs::create_dir(fixture.path("c/clang")).expect("a folder is no program");
        let folders = ["a", "b", "c"].map(|folder| fixture.path(folder).into_string());
        let children = fixture
            .children()
            .with("PATH", &format!(".:{}", folders.join(":")));
        let found = look_up(&children, ["mold", "cc", "clang", "wild", "../c/real"]);
        assert_eq!(
            found,
            Found::from([
                ("mold".to_owned(), fixture.path("b/mold").into_string()),
                ("cc".to_owned(), fixture.path("c/cc").into_string()),
            ])
        );
    }
}
