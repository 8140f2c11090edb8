//! Asks Cargo which workspace this is, without its dependency graph: that needs no network and no lock file.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use anyhow::{Context, Result, anyhow, bail};
use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::edit::parse;
use build_profiles::facts::{Locked, Member};
use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::MetadataCommand;
use semver::Version;
use serde::Deserialize;

use crate::cli::CommonArgs;
use crate::run::Children;

/// What Cargo says of the workspace.
pub(super) struct Found {
    pub(super) root: Utf8PathBuf,
    pub(super) target: Utf8PathBuf,
    pub(super) members: Vec<Member>,
    pub(super) libraries: Vec<Library>,
    pub(super) broken: Option<Broken>,
}

/// A member with a library.
#[derive(Debug)]
pub(crate) struct Library {
    /// The package's name.
    pub(crate) package: String,
    /// Whether its doctests are run.
    pub(crate) doctests: bool,
}

/// Why Cargo can't read the workspace: a file of ours or of its own does not parse.
pub(super) struct Broken {
    pub(super) files: BTreeMap<FilePath, String>,
    pub(super) findings: Vec<Diagnostic>,
}

/// Runs `cargo metadata --no-deps`.
pub(super) fn workspace(args: &CommonArgs) -> Result<Found> {
    if let Some(path) = args.manifest_path.as_ref().filter(|path| !path.exists()) {
        bail!("there is no manifest `{path}`\n\nhelp: name a `Cargo.toml` that is there");
    }
    let mut metadata = MetadataCommand::new();
    metadata.no_deps();
    if let Some(path) = &args.manifest_path {
        metadata.manifest_path(current_dir()?.join(path));
    }
    let mut options = Vec::new();
    options.extend(args.offline.then(|| "--offline".to_owned()));
    options.extend(args.locked.then(|| "--locked".to_owned()));
    metadata.other_options(options);
    let here = current_dir()?;
    // In the workspace's own folder its `rust-toolchain.toml` and its config hold, wherever we were started.
    let inside = args
        .manifest_path
        .as_ref()
        .and_then(|path| here.join(path).parent().map(Utf8Path::to_owned));
    let mut command = Children::of(inside.as_deref().unwrap_or(&here), &[]).command("cargo");
    // Where the lock and the journal stand must not depend on the shell: two runs have to meet there.
    command
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET_DIR");
    command.args(metadata.cargo_command().get_args());
    let output = command.output().context("failed to run `cargo metadata`")?;
    if !output.status.success() {
        return failed(args, &here, &output);
    }
    let text =
        std::str::from_utf8(&output.stdout).context("`cargo metadata` did not print UTF-8")?;
    let line = text
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap_or_default();
    // A third of the time `cargo metadata` takes goes into reading all of it with all its types; we need a few fields.
    let read: Metadata<'_> =
        serde_json::from_str(line).context("failed to read what `cargo metadata` printed")?;
    let root = Utf8PathBuf::from(read.workspace_root.as_ref());
    let mut members: Vec<Member> = read
        .packages
        .iter()
        .map(|package| package.member(&root))
        .collect();
    members.sort();
    Ok(Found {
        members,
        libraries: read.packages.iter().filter_map(Package::library).collect(),
        target: Utf8PathBuf::from(read.target_directory.as_ref()),
        root,
        broken: None,
    })
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    workspace_root: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    target_directory: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    packages: Vec<Package<'a>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    manifest_path: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    rust_version: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    targets: Vec<Target<'a>>,
}

#[derive(Deserialize)]
struct Target<'a> {
    #[serde(borrow)]
    kind: Vec<std::borrow::Cow<'a, str>>,
    doctest: bool,
}

impl Package<'_> {
    fn library(&self) -> Option<Library> {
        const KINDS: [&str; 6] = ["cdylib", "dylib", "lib", "proc-macro", "rlib", "staticlib"];
        let is_library = |target: &&Target<'_>| {
            target
                .kind
                .iter()
                .any(|kind| KINDS.contains(&kind.as_ref()))
        };
        let library = self.targets.iter().find(is_library)?;
        Some(Library {
            package: self.name.clone().into_owned(),
            doctests: library.doctest,
        })
    }

    fn member(&self, root: &Utf8Path) -> Member {
        let folder = Utf8Path::new(self.manifest_path.as_ref())
            .parent()
            .unwrap_or(root);
        Member {
            name: self.name.clone().into_owned(),
            path: folder
                .strip_prefix(root)
                .unwrap_or(folder)
                .as_str()
                .replace('\\', "/"),
            rust_version: self.rust_version.as_deref().and_then(version),
        }
    }
}

/// A `rust-version`, which may leave out its last numbers.
fn version(text: &str) -> Option<Version> {
    let mut numbers = text.split('.').map(str::parse);
    let mut next = || numbers.next().unwrap_or(Ok(0)).ok();
    Some(Version::new(next()?, next()?, next()?))
}

/// The workspace root where Cargo does not answer: the nearest manifest with a `[workspace]`, else the nearest of all.
pub(super) fn root_without_cargo(args: &CommonArgs) -> Option<Utf8PathBuf> {
    let here = current_dir().ok()?;
    let start = match &args.manifest_path {
        Some(path) => here.join(path),
        None => here.join("Cargo.toml"),
    };
    let manifests = || {
        start
            .ancestors()
            .skip(1)
            .filter(|folder| folder.join("Cargo.toml").is_file())
    };
    let is_root = |folder: &&Utf8Path| {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        text.lines()
            .any(|line| line.trim_start().starts_with("[workspace"))
    };
    let root = manifests().find(is_root).or_else(|| manifests().next())?;
    root.canonicalize_utf8().ok()
}

/// Cargo could not answer: says why in our words where we know better, else in Cargo's.
fn failed(args: &CommonArgs, here: &Utf8Path, output: &Output) -> Result<Found> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let said = stderr.trim();
    if let Some(toolchain) = missing_toolchain(said) {
        bail!(
            "the toolchain `{toolchain}` that this workspace asks for is not installed\n\n\
             help: install it: rustup toolchain install {toolchain}\n\
             help: or use another for this once: RUSTUP_TOOLCHAIN=stable cargo xtask ..."
        );
    }
    let start = match &args.manifest_path {
        Some(path) => here.join(path),
        None => here.join("Cargo.toml"),
    };
    for root in start
        .ancestors()
        .skip(1)
        .filter(|folder| folder.join("Cargo.toml").exists() || folder.join(".cargo").exists())
    {
        let broken = unparsable(root);
        if !broken.findings.is_empty() {
            let target = root.join("target");
            return Ok(Found {
                root: root.to_owned(),
                target,
                members: Vec::new(),
                libraries: Vec::new(),
                broken: Some(broken),
            });
        }
    }
    if said.contains("could not find `Cargo.toml`") {
        bail!(
            "there is no Cargo workspace here: {}\n\nhelp: go into one, or name it: --manifest-path path/to/Cargo.toml",
            first_line(said)
        );
    }
    bail!("`cargo metadata` failed\n\n{said}");
}

fn first_line(said: &str) -> &str {
    said.lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ")
}

/// The toolchain that rustup misses, by its own words: "toolchain '1.85' is not installed".
fn missing_toolchain(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("toolchain '")?;
    let (name, rest) = rest.split_once('\'')?;
    rest.trim_start()
        .starts_with("is not installed")
        .then_some(name)
}

/// Findings about the files under `root` that Cargo reads and that do not parse.
fn unparsable(root: &Utf8Path) -> Broken {
    let mut broken = Broken {
        files: BTreeMap::new(),
        findings: Vec::new(),
    };
    for name in [
        "Cargo.toml",
        ".cargo/config.toml",
        ".cargo/config",
        ".cargo/machine.toml",
        ".cargo/portable.toml",
    ] {
        let Ok(bytes) = std::fs::read(root.join(name)) else {
            continue;
        };
        let file = FilePath::new(name);
        let Ok(text) = String::from_utf8(bytes) else {
            broken.findings.push(
                Diagnostic::error("not_utf8", format!("`{file}` is not UTF-8"))
                    .with_help("TOML is UTF-8: save it as UTF-8 and run again"),
            );
            continue;
        };
        if let Err(error) = parse(&text) {
            let finding = Diagnostic::error("invalid_toml", format!("`{file}` is not valid TOML"))
                .with_label(&file, error.span, error.message)
                .with_note("no cargo command works here before this is mended");
            broken.findings.push(if name.ends_with("machine.toml") {
                finding.with_help("delete it: `cargo xtask configure` writes it anew")
            } else {
                finding.with_help("mend it and run again")
            });
        }
        broken.files.insert(file, text);
    }
    broken
}

fn current_dir() -> Result<Utf8PathBuf> {
    let here = std::env::current_dir().context("failed to find the current directory")?;
    Utf8PathBuf::from_path_buf(here)
        .map_err(|path| anyhow!("the current directory `{}` is not UTF-8", path.display()))
}

/// The packages of a `Cargo.lock`.
pub(super) fn locked(text: &str) -> Result<BTreeSet<Locked>> {
    let lock = toml_edit::Document::parse(text).context("failed to parse `Cargo.lock`")?;
    let mut packages = BTreeSet::new();
    for package in lock
        .get("package")
        .and_then(|packages| packages.as_array_of_tables())
        .into_iter()
        .flatten()
    {
        let text = |key: &str| package.get(key).and_then(|value| value.as_str());
        if let (Some(name), Some(version)) = (text("name"), text("version")) {
            let version = Version::parse(version)
                .with_context(|| format!("`Cargo.lock` gives `{name}` the version `{version}`"))?;
            packages.insert(Locked {
                name: name.to_owned(),
                version,
            });
        }
    }
    Ok(packages)
}
