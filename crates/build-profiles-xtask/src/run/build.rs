//! A build by Cargo that says what it runs, and what came of it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use build_profiles::evidence::{Build, BuildKind, Call, Command, Linked, Mark, Role, commands};
use build_profiles::machine::mark;
use build_profiles::value::Value;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::cache_server::CacheServer;
use super::{Children, cpu, excerpt, output, private};

/// Longer than any build takes; what hangs is ended all the same.
const LIMIT: Duration = Duration::from_secs(6 * 60 * 60);

/// What to build.
#[derive(Clone, Debug)]
pub(crate) struct Order<'a> {
    /// Which of the workflow's builds.
    pub(crate) what: BuildKind,
    /// The profile, for the record.
    pub(crate) profile: &'a str,
    /// `build` or `test`, with its options.
    pub(crate) args: Vec<String>,
    /// Put over the config: `key=value`.
    pub(crate) config: Vec<String>,
    /// Added to the environment.
    pub(crate) variables: Vec<(&'a str, &'a str)>,
    /// Where everything goes.
    pub(crate) target_dir: &'a Utf8Path,
}

/// A build, and the commands it ran, to run one of them again.
pub(crate) struct Built {
    pub(crate) build: Build,
    pub(crate) commands: Vec<Command>,
}

/// Builds, offline and with the lock file as it is: nothing is written but the target directory.
pub(crate) fn build(
    children: &Children,
    order: &Order<'_>,
    server: &CacheServer<'_>,
) -> Result<Built> {
    let mut cargo = children.command("cargo");
    let mut args = order.args.clone();
    args.extend(["--locked".to_owned(), "--offline".to_owned()]);
    for config in &order.config {
        args.extend(["--config".to_owned(), config.clone()]);
    }
    let shown = args
        .iter()
        .fold("cargo".to_owned(), |shown, arg| shown + " " + &quoted(arg));
    let variables: String = order
        .variables
        .iter()
        .map(|(name, value)| format!("{name}='{value}' "))
        .collect();
    cargo
        .args(&args)
        .args([
            "-vv",
            "--color=never",
            "--message-format=json-render-diagnostics",
        ])
        .args(["--target-dir", order.target_dir.as_str()])
        // Where the config puts intermediate artifacts is the user's.
        .args([
            "--config",
            &format!("build.build-dir={}", Value::from(order.target_dir.as_str())),
        ])
        .envs(order.variables.iter().copied());
    if let Some(config) = server.over() {
        cargo.args(["--config", config.as_str()]);
    }
    server.apply(&mut cargo);
    let (start, cpu) = (Instant::now(), (cpu::of_children(), server.cpu()));
    let ran = output(&mut cargo, LIMIT)?;
    let seconds = start.elapsed().as_secs_f64();
    let spent = |before: Option<f64>, after: Option<f64>| Some(after? - before?);
    let cpu_seconds =
        spent(cpu.0, cpu::of_children()).map(|own| own + spent(cpu.1, server.cpu()).unwrap_or(0.0));
    let stderr = String::from_utf8_lossy(&ran.stderr);
    let commands = commands(&stderr);
    let calls: Vec<Call> = commands.iter().filter_map(Call::of).collect();
    server.saw(&calls);
    let artifacts = artifacts(&String::from_utf8_lossy(&ran.stdout));
    Ok(Built {
        build: Build {
            what: order.what,
            profile: order.profile.to_owned(),
            command: variables + &shown,
            calls,
            linked: linked(&artifacts, order.target_dir),
            debug_objects: private::count(order.target_dir, |file| file.extension() == Some("dwo")),
            compiled: artifacts.iter().filter(|artifact| !artifact.fresh).count(),
            warnings: warnings(&stderr),
            failure: (!ran.status.success()).then(|| excerpt::failure(&stderr)),
            seconds,
            cpu_seconds,
        },
        commands,
    })
}

/// An argument as a shell takes it.
fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@,+".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', "'\\''"))
}

#[derive(Deserialize)]
pub(super) struct Artifact {
    target: Target,
    profile: Profile,
    filenames: Vec<Utf8PathBuf>,
    executable: Option<Utf8PathBuf>,
    pub(super) fresh: bool,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    crate_types: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// What Cargo says it made. Under `-vv` the output of build scripts stands between the messages.
pub(super) fn artifacts(stdout: &str) -> Vec<Artifact> {
    stdout
        .lines()
        .filter(|line| line.starts_with("{\"reason\":\"compiler-artifact\""))
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

impl Artifact {
    /// What it is to the linker.
    fn role(&self) -> Role {
        Role::of_target(
            self.target.kind.iter().map(String::as_str),
            self.target.crate_types.iter().map(String::as_str),
            self.profile.test,
        )
    }

    /// The program or library that a linker has made; `None` if none has.
    pub(super) fn linked_file(&self) -> Option<&Utf8PathBuf> {
        let role = self.role();
        let is_product = |file: &&Utf8PathBuf| match role {
            Role::BuildScript => true,
            _ => matches!(file.extension(), Some("so" | "dylib" | "dll")),
        };
        let executable = self.executable.as_ref();
        let file = executable.or_else(|| self.filenames.iter().find(is_product));
        file.filter(|_| role.is_linked())
    }
}

fn linked(artifacts: &[Artifact], target_dir: &Utf8Path) -> Vec<Linked> {
    let mut linked = Vec::new();
    for artifact in artifacts {
        if let Some(file) = artifact.linked_file()
            && let Some(marks) = marks(file)
        {
            linked.push(Linked {
                path: file
                    .strip_prefix(target_dir)
                    .unwrap_or(file)
                    .as_str()
                    .replace('\\', "/"),
                role: artifact.role(),
                marks,
            });
        }
    }
    linked
}

/// The marks in a file, of which only the bytes that tell are read.
fn marks(file: &Utf8Path) -> Option<Vec<Mark>> {
    let mut open = fs::File::open(file).ok()?;
    Some(mark::left_in_file(&mut |range| {
        let mut bytes = Vec::new();
        let len = range.len() as u64;
        let sought = open.seek(SeekFrom::Start(range.start as u64));
        // What can't be read is not there.
        let _read = sought.and_then(|_| (&mut open).take(len).read_to_end(&mut bytes));
        bytes
    }))
}

/// What Cargo itself warns of: keys that it does not know, profiles that it does not read.
fn warnings(stderr: &str) -> Vec<String> {
    const ABOUT: [&str; 5] = [
        "unused config key",
        "unused manifest key",
        "profiles for the non root package",
        "did not match any packages",
        "is deprecated in favor of",
    ];
    let warnings: BTreeSet<&str> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "))
        .filter(|line| ABOUT.iter().any(|about| line.contains(about)))
        .collect();
    warnings.into_iter().map(str::to_owned).collect()
}

/// Links a crate again without `-C linker`, into a folder of its own; gives what was linked.
///
/// `folder` is where rustc ran: the root of the package's workspace.
pub(crate) fn relink(
    children: &Children,
    command: &Command,
    folder: &Utf8Path,
    out_dir: &Utf8Path,
) -> Result<Vec<u8>> {
    let Some(at) = command.words.iter().position(|word| word == "--crate-name") else {
        bail!("it is no call of rustc");
    };
    let mut rustc = children.in_folder(folder).command(&command.words[at - 1]);
    rustc.envs(command.variables.iter().map(|(name, value)| (name, value)));
    let mut words = command.words[at..].iter().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().map_or("", |next| next.as_str());
        match word.as_str() {
            "-C" if next.starts_with("linker=") || next.starts_with("incremental=") => {
                words.next();
            }
            "--out-dir" => {
                words.next();
            }
            word if word.starts_with("-Clinker=") => {}
            word => {
                rustc.arg(word);
            }
        }
    }
    fs::create_dir_all(out_dir)?;
    rustc.args(["--out-dir", out_dir.as_str()]);
    let ran = output(&mut rustc, Duration::from_secs(600))?;
    if !ran.status.success() {
        bail!("{}", excerpt::last_word(&ran.stderr));
    }
    for entry in out_dir.read_dir_utf8()? {
        let path = entry?.into_path();
        if !matches!(path.extension(), Some("d" | "dwp" | "dwo" | "pdb" | "o")) && path.is_file() {
            return Ok(fs::read(&path)?);
        }
    }
    bail!("rustc made nothing")
}
