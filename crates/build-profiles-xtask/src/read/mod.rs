//! The door that reads: what stands on disk, as plain data.
//!
//! Nothing is decided here, and nothing of the machine is read: the answer of `configure --check` is the same everywhere.

// What mounts us, for `eject`.
mod belongings;
// Every file that Cargo reads.
mod chain;
// The day and the hour.
mod day;
// CI workflows, containers, editors.
mod elsewhere;
// The machine, as far as it matters for times.
mod hardware;
// Config files beside and above ours.
mod include;
// Every file that a lint looks at.
mod lintable;
// The packages of the lock file, by lines.
mod lock;
// How the members depend on one another.
mod members;
// Which workspace this is, asked of Cargo without its dependency graph.
mod metadata;
// Manifests below a package.
mod nested;
// The programs of a test build, by the manifests.
mod programs;
// What `verify` saw last.
mod receipt;
// A workspace as it was at a commit.
pub(crate) mod revision;
// The room that the target directory takes.
mod target;

pub(crate) use belongings::belongings;
pub(crate) use chain::chain;
pub(crate) use day::{now, today};
pub(crate) use elsewhere::elsewhere;
pub(crate) use hardware::{hardware, load};
pub(crate) use lintable::lintable;
pub(crate) use members::members;
pub(crate) use nested::nested;
pub(crate) use programs::programs;
pub(crate) use receipt::{last_seconds, last_verdicts, measurements};
pub(crate) use target::target_folders;

use std::collections::BTreeMap;
use std::io::ErrorKind;

use anyhow::{Context, Result, anyhow};
use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::draft::BESIDE;
use build_profiles::facts::{Member, Workspace};
use build_profiles::layout::{
    config_path, environment_path, machine_path, manifest_path, nextest_path, portable_path,
};
use build_profiles::local::{self, LOCAL_POLICY, Local};
use build_profiles::machine::inherited::config_env;
use build_profiles::machine::programs_in;
use build_profiles::policy::{self, Policy};
use build_profiles::settings::manifest_profiles;
use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::CommonArgs;
use crate::run::{self, Children};

pub(crate) use metadata::Library;

/// The policy's name, in the workspace root.
pub(crate) const POLICY: &str = "build-profiles.toml";

/// A workspace as it stands on disk.
pub(crate) struct Repository {
    /// The workspace root, absolute.
    pub(crate) root: Utf8PathBuf,
    /// The git root above it, or the workspace root: nothing outside is ever written.
    pub(crate) boundary: Utf8PathBuf,
    /// Where this tool keeps its own things: `<target directory>/build-profiles`.
    pub(crate) state: Utf8PathBuf,
    /// The policy file.
    pub(crate) policy_file: FilePath,
    /// Its text.
    pub(crate) policy_text: String,
    /// Whether there is a policy file.
    pub(crate) has_policy: bool,
    /// The policy, unless it can't be used.
    pub(crate) policy: Option<Policy>,
    /// `build-profiles.local.toml`: a person's opt-out.
    pub(crate) local: Local,
    /// Its text. It is no file of the plan, so it is not among the workspace's.
    local_text: Option<(FilePath, String)>,
    /// Texts of other files that labels point into.
    others: BTreeMap<FilePath, String>,
    /// `.cargo/machine.toml` as it stands.
    pub(crate) machine: Option<String>,
    /// A program that it names and that is not there any more.
    pub(crate) gone: Option<String>,
    /// What the core is told of the workspace.
    pub(crate) workspace: Workspace,
    /// Findings of reading: not UTF-8, no policy, errors of the policy.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Which workspace this is: all that must be known before anything in it is read.
pub(crate) struct Place {
    /// The workspace root, absolute.
    pub(crate) root: Utf8PathBuf,
    /// The git root above it, or the workspace root: nothing outside is ever written.
    pub(crate) boundary: Utf8PathBuf,
    /// Where this tool keeps its own things: `<target directory>/build-profiles`.
    pub(crate) state: Utf8PathBuf,
    /// The members with a library.
    pub(crate) libraries: Vec<Library>,
    members: Vec<Member>,
    broken: Option<metadata::Broken>,
}

impl Place {
    /// Whether Cargo can't read this workspace.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }
}

impl Repository {
    /// Texts that labels point into.
    pub(crate) fn sources(&self) -> BTreeMap<&FilePath, &str> {
        let mut sources: BTreeMap<&FilePath, &str> = self
            .workspace
            .files
            .iter()
            .map(|(file, text)| (file, text.as_str()))
            .collect();
        sources.extend(self.others.iter().map(|(file, text)| (file, text.as_str())));
        sources.insert(&self.policy_file, &self.policy_text);
        sources.extend(
            self.local_text
                .iter()
                .map(|(file, text)| (file, text.as_str())),
        );
        sources
    }

    /// The text of one of them.
    pub(crate) fn source(&self, file: &FilePath) -> Option<&str> {
        self.sources().get(file).copied()
    }

    /// The same without the word that there is no policy: one that is not there is missed only where it was named.
    pub(crate) fn with_or_without_policy(mut self, args: &CommonArgs) -> Self {
        if args.policy.is_none() {
            self.diagnostics
                .retain(|finding| finding.code != "no_policy");
        }
        self
    }

    /// Reads the lock file, whatever the policy asks of it.
    pub(crate) fn read_lock(&mut self) -> Result<()> {
        let mut disk = Disk::new(&self.root);
        let text = disk.text(&FilePath::new("Cargo.lock"))?;
        self.workspace.locked = text.map(|text| metadata::locked(&text)).transpose()?;
        self.diagnostics.append(&mut disk.findings);
        Ok(())
    }

    /// Takes a text for the policy's, before it is written.
    pub(crate) fn assume_policy(&mut self, text: &str) {
        self.policy_text = text.to_owned();
        self.policy = policy::parse(&self.policy_file, text).0;
        self.has_policy = true;
    }

    /// Keeps the text of a file that is no file of the plan, for labels to point into.
    pub(crate) fn remember(&mut self, file: &FilePath, text: &str) {
        self.others.insert(file.clone(), text.to_owned());
    }

    /// The policy's text as it stands on disk.
    pub(crate) fn policy_source(&self) -> Option<String> {
        self.has_policy.then(|| self.policy_text.clone())
    }

    /// A file's path from the git root, as git and GitHub name it.
    pub(crate) fn below_git_root(&self, file: &FilePath) -> String {
        let prefix = self
            .root
            .strip_prefix(&self.boundary)
            .unwrap_or(Utf8Path::new(""));
        let prefix = prefix.as_str().replace('\\', "/");
        include::beside(&FilePath::new(format!("{prefix}/x")), file.as_str())
            .map_or_else(|| file.to_string(), |path| path.to_string())
    }

    /// How programs are started in this workspace: in its root, in the environment of the user's shell.
    pub(crate) fn children(&self) -> Children {
        Children::of(&self.root, &self.config_env())
    }

    /// The environment whose file this machine has copied: it stands in place of `.cargo/machine.toml`.
    pub(crate) fn environment(&self) -> Option<&str> {
        let (policy, machine) = (self.policy.as_ref()?, self.machine.as_ref()?);
        let mut names = policy
            .environments
            .iter()
            .map(|one| one.name.value.as_str());
        names
            .find(|name| self.workspace.files.get(&environment_path(policy, name)) == Some(machine))
    }

    /// `[env]` of the Cargo config with all layers that it includes; of several values the last holds.
    pub(crate) fn config_env(&self) -> Vec<(String, String)> {
        let policy = self.policy.clone().unwrap_or_default();
        let text = |file: &FilePath| self.workspace.files.get(file);
        let included = self.workspace.included.iter().filter_map(text);
        let layers = text(&portable_path(&policy))
            .into_iter()
            .chain(included)
            .chain(&self.machine)
            .chain(text(&config_path(&policy)));
        layers
            .flat_map(|text| config_env(text, self.root.as_str()))
            .collect()
    }
}

/// Finds the workspace that the arguments name.
pub(crate) fn place(args: &CommonArgs) -> Result<Place> {
    let found = metadata::workspace(args)?;
    let boundary = git_root(&found.root).unwrap_or_else(|| found.root.clone());
    let state = found.target.join("build-profiles");
    Ok(Place {
        root: found.root,
        boundary,
        state,
        members: found.members,
        libraries: found.libraries,
        broken: found.broken,
    })
}

/// Finds the workspace that the arguments name, without Cargo if need be: then no member is known, and the finding says
/// why Cargo does not answer.
pub(crate) fn place_at_least(args: &CommonArgs) -> Result<(Place, Option<Diagnostic>)> {
    let error = match place(args) {
        Ok(place) => return Ok((place, None)),
        Err(error) => error,
    };
    let Some(root) = metadata::root_without_cargo(args) else {
        return Err(error);
    };
    let place = Place {
        boundary: git_root(&root).unwrap_or_else(|| root.clone()),
        state: root.join("target/build-profiles"),
        members: Vec::new(),
        libraries: Vec::new(),
        broken: None,
        root,
    };
    let finding = Diagnostic::error("cargo_does_not_answer", "Cargo cannot read this workspace")
        .with_note(format!("{error:#}"))
        .with_help("mend that first; of its members nothing was looked at");
    Ok((place, Some(finding)))
}

/// Reads the workspace at a place.
pub(crate) fn repository(args: &CommonArgs, place: Place) -> Result<Repository> {
    let Place {
        root,
        boundary,
        state,
        members,
        broken,
        libraries: _,
    } = place;
    if let Some(broken) = broken {
        // Cargo could not read its own files. Ours is the better message, if one of them does not parse.
        return Ok(broken_repository(root, state, broken));
    }
    let (policy_file, mut disk) = (policy_path(args, &root)?, Disk::new(&root));
    let policy_text = disk.text(&policy_file)?;
    let mut diagnostics = Vec::new();
    let mut parsed = None;
    match &policy_text {
        Some(text) => {
            let (policy, findings) = policy::parse(&policy_file, text);
            diagnostics.extend(findings);
            parsed = policy;
        }
        None if disk.findings.is_empty() => diagnostics.push(no_policy(&policy_file)),
        None => {}
    }
    let mut workspace = Workspace {
        members,
        in_git: boundary.join(".git").exists(),
        ..Workspace::default()
    };
    let policy = parsed.clone().unwrap_or_default();
    let config = config_path(&policy);
    let escapes = config.as_str().starts_with("../")
        && !root
            .join(config.as_str())
            .parent()
            .is_some_and(|folder| within(folder, &boundary));
    if escapes {
        diagnostics.push(outside(&policy_file, &policy, &boundary));
    } else {
        let names = [
            manifest_path(),
            config.clone(),
            config.sibling("config"),
            portable_path(&policy),
        ];
        for file in names.into_iter().chain(ignore_files(&config)) {
            disk.keep(file)?;
        }
        for name in disk.names_in(&config.sibling("env"))? {
            disk.keep(name)?;
        }
        let nextest = policy
            .base
            .test
            .as_ref()
            .and_then(|test| test.nextest.as_ref());
        if nextest.is_some() {
            disk.keep(nextest_path())?;
        } else {
            disk.keep_readable(nextest_path());
        }
        include::follow(&mut disk, &policy, &boundary, &mut workspace)?;
        include::above(&mut disk, &config, &boundary, &mut workspace)?;
        workspace.config_ignored =
            workspace.in_git && run::git::git_ignores(&root, config.as_str())?;
    }
    if needs_lock(&policy) {
        workspace.locked = disk
            .text(&FilePath::new("Cargo.lock"))?
            .map(|text| metadata::locked(&text))
            .transpose()?;
    }
    let machine = disk.text(&machine_path(&policy))?;
    let named = programs_in(machine.as_deref().unwrap_or_default()).into_iter();
    let gone = named
        .filter(|program| Utf8Path::new(program).is_absolute())
        .find(|program| !Utf8Path::new(program).exists());
    let local_text = disk.text(&FilePath::new(LOCAL_POLICY))?;
    let (local, findings) = local::parse(
        &FilePath::new(LOCAL_POLICY),
        local_text.as_deref().unwrap_or_default(),
    );
    diagnostics.extend(findings);
    diagnostics.append(&mut disk.findings);
    if let Some(policy) = &parsed {
        diagnostics.extend(policy::check_inherits(
            &policy_file,
            policy,
            &manifest_profiles(&disk.files),
        ));
        diagnostics.extend(policy::check_tool(&policy_file, policy, &own_version()));
    }
    workspace.files = disk.files;
    Ok(Repository {
        state,
        boundary,
        has_policy: policy_text.is_some(),
        policy_text: policy_text.unwrap_or_default(),
        policy_file,
        policy: parsed,
        local,
        local_text: local_text.map(|text| (FilePath::new(LOCAL_POLICY), text)),
        others: BTreeMap::new(),
        machine,
        gone,
        workspace,
        diagnostics,
        root,
    })
}

/// Files beside the root manifest that say something of the workspace, and that no plan is about.
pub(crate) fn beside(root: &Utf8Path) -> Result<BTreeMap<FilePath, String>> {
    let names: Vec<FilePath> = BESIDE.iter().map(|name| FilePath::new(*name)).collect();
    texts(root, &names)
}

/// The texts of those of these files that are there.
pub(crate) fn texts(root: &Utf8Path, files: &[FilePath]) -> Result<BTreeMap<FilePath, String>> {
    let mut disk = Disk::new(root);
    for file in files {
        disk.keep(file.clone())?;
    }
    Ok(disk.files)
}

/// A report that a runner has written; `None` if it is not there, or is no text.
pub(crate) fn report(root: &Utf8Path, path: &str) -> Option<String> {
    std::fs::read_to_string(root.join(path)).ok()
}

/// This tool's own version.
pub(crate) fn own_version() -> semver::Version {
    semver::Version::parse(env!("CARGO_PKG_VERSION"))
        .expect("Cargo accepts semantic versions alone")
}

/// Files of one workspace, by their path in it.
struct Disk<'a> {
    root: &'a Utf8Path,
    files: BTreeMap<FilePath, String>,
    findings: Vec<Diagnostic>,
}

impl<'a> Disk<'a> {
    fn new(root: &'a Utf8Path) -> Self {
        Self {
            root,
            files: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// Reads a file into `files`, if it is there.
    fn keep(&mut self, file: FilePath) -> Result<()> {
        if let Some(text) = self.text(&file)? {
            self.files.insert(file, text);
        }
        Ok(())
    }

    /// Reads a file that is nobody's business but a comparison's: what can't be read is not there.
    fn keep_readable(&mut self, file: FilePath) {
        if let Ok(text) = std::fs::read_to_string(self.root.join(file.as_str())) {
            self.files.insert(file, text);
        }
    }

    /// The text of a file; `None` if it is not there or is not UTF-8, which is a finding.
    fn text(&mut self, file: &FilePath) -> Result<Option<String>> {
        let bytes = match std::fs::read(self.root.join(file.as_str())) {
            Ok(bytes) => bytes,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(|| format!("failed to read `{file}`")),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..valid]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count()
                    + 1;
                self.findings.push(
                    Diagnostic::error("not_utf8", format!("`{file}` is not UTF-8"))
                        .with_note(format!(
                            "the first byte that is not stands in line {line}, at offset {valid}"
                        ))
                        .with_help("TOML is UTF-8: save it as UTF-8 and run again"),
                );
                Ok(None)
            }
        }
    }

    /// The `.toml` files in a folder of the workspace.
    fn names_in(&self, folder: &FilePath) -> Result<Vec<FilePath>> {
        let entries = match std::fs::read_dir(self.root.join(folder.as_str())) {
            Ok(entries) => entries,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error).with_context(|| format!("failed to list `{folder}`")),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry
                .with_context(|| format!("failed to list `{folder}`"))?
                .file_name();
            if let Some(name) = name.to_str().filter(|name| name.ends_with(".toml")) {
                names.push(FilePath::new(format!("{folder}/{name}")));
            }
        }
        names.sort();
        Ok(names)
    }
}

fn broken_repository(
    root: Utf8PathBuf,
    state: Utf8PathBuf,
    broken: metadata::Broken,
) -> Repository {
    Repository {
        state,
        boundary: root.clone(),
        policy_file: FilePath::new(POLICY),
        policy_text: String::new(),
        has_policy: false,
        policy: None,
        local: Local::default(),
        local_text: None,
        others: BTreeMap::new(),
        machine: None,
        gone: None,
        workspace: Workspace {
            files: broken.files,
            ..Workspace::default()
        },
        diagnostics: broken.findings,
        root,
    }
}

fn policy_path(args: &CommonArgs, root: &Utf8Path) -> Result<FilePath> {
    let Some(path) = &args.policy else {
        return Ok(FilePath::new(POLICY));
    };
    let absolute =
        camino::absolute_utf8(path).with_context(|| format!("failed to find `{path}`"))?;
    let resolved = absolute.canonicalize_utf8().unwrap_or(absolute);
    let relative = resolved
        .strip_prefix(root)
        .map_err(|_| anyhow!("`{path}` is outside of the workspace `{root}`"))?;
    Ok(FilePath::new(relative.as_str().replace('\\', "/")))
}

fn no_policy(file: &FilePath) -> Diagnostic {
    Diagnostic::error(
        "no_policy",
        format!("there is no policy: `{file}` does not exist"),
    )
    .with_help("have it written from what is there: cargo xtask init")
    .with_help("or write one by hand; docs/policy.md says what it can hold")
}

fn outside(file: &FilePath, policy: &Policy, boundary: &Utf8Path) -> Diagnostic {
    let finding = Diagnostic::error(
        "outside_of_repository",
        format!("`config` leads outside of the repository `{boundary}`"),
    );
    match &policy.config {
        Some(config) => finding.with_label(file, config.span.clone(), "leads outside"),
        None => finding,
    }
    .with_help("name a config file between the workspace and the git root")
}

/// Whether the lock file is asked for anything: reading a large one costs more than all the rest.
fn needs_lock(policy: &Policy) -> bool {
    let environments = policy
        .environments
        .iter()
        .map(|environment| &environment.body);
    !policy.sets.is_empty()
        || std::iter::once(&policy.base)
            .chain(environments)
            .any(|body| {
                body.profiles
                    .iter()
                    .any(|profile| !profile.packages.is_empty())
            })
}

fn ignore_files(config: &FilePath) -> Vec<FilePath> {
    let above = config.parent().trim_end_matches(".cargo");
    [
        format!("{above}.gitignore"),
        ".gitignore".to_owned(),
        format!("{above}.dockerignore"),
    ]
    .map(FilePath::new)
    .to_vec()
}

/// The folder of the nearest `.git` at or above `start`.
fn git_root(start: &Utf8Path) -> Option<Utf8PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .map(Utf8Path::to_owned)
}

fn within(folder: &Utf8Path, boundary: &Utf8Path) -> bool {
    folder.canonicalize_utf8().is_ok_and(|folder| {
        folder
            .parent()
            .is_some_and(|above| above.starts_with(boundary))
    })
}
