//! What lets a team type `cargo xtask configure`: a package of a few lines where the workspace has no xtask, and the lines
//! for one that it has.

mod existing;
mod mount;
mod nested;
mod new;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use semver::Version;

use self::existing::{Alias, Existing, existing};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::eject::{HAKARI, LIBRARY};
use crate::facts::Workspace;
use crate::plan::FileChange;
use crate::touched::Touched;
use crate::value::KeyPath;

pub use self::existing::{is_missing, of_existing, of_its_manifest};
pub use self::mount::{BEHIND_CALL, command};
pub use self::nested::becomes_a_workspace;

/// The name of the package, of its folder and of the alias that runs it.
pub const XTASK: &str = "xtask";

/// The oldest Rust that compiles this tool.
const OLDEST: Version = Version::new(1, 88, 0);

/// Why a policy leaves its profile alone.
const UNMANAGED: &str =
    "pinned, so that no change of another profile rebuilds what starts this tool";

/// What a scaffold is made of, beside the workspace.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    /// The policy's file and its text.
    pub policy: Option<(&'a FilePath, &'a str)>,
    /// Those of [`HAKARI`] that are there, and the manifest and main file of the xtask that is there.
    pub beside: &'a BTreeMap<FilePath, String>,
    /// Every manifest below the root, where [`becomes_a_workspace`] asks for them.
    pub nested: &'a BTreeMap<FilePath, String>,
    /// Whether there is a folder `xtask`.
    pub has_folder: bool,
    /// The Cargo that builds this workspace.
    pub cargo: &'a Version,
    /// What the xtask's manifest says of our library: a version, or an inline table.
    pub dependency: &'a str,
    /// The manifest and the main file of a new xtask.
    pub package: &'a [(FilePath, String)],
    /// Whether lines are to be written into an xtask that is there.
    pub write: bool,
}

/// What is to be done, and what there is to say about it.
#[derive(Clone, Debug, Default)]
pub struct Scaffold {
    /// The files that change, sorted by path.
    pub changes: Vec<FileChange>,
    /// What stands in the way, what is for a person to do, what comes next. Nothing is to be written while one of them is an
    /// error.
    pub diagnostics: Vec<Diagnostic>,
    /// What starts this tool once all of it is written; `None`: the workspace has no command for that.
    pub command: Option<&'static str>,
}

/// What a policy leaves alone of a new xtask, and why.
pub fn unmanaged() -> (KeyPath, String) {
    (KeyPath::new(["profile", XTASK]), UNMANAGED.to_owned())
}

/// Decides which files make an xtask, or add this tool to the one that is there.
pub fn scaffold(workspace: &Workspace, ground: &Ground<'_>) -> Scaffold {
    if *ground.cargo < OLDEST {
        return refused(too_old(ground.cargo));
    }
    let mut touched = Touched::new(workspace);
    for (file, text) in ground.beside {
        touched.know(file, Some(text));
    }
    if let Some((file, text)) = ground.policy {
        touched.know(file, Some(&text.to_owned()));
    }
    let command = match existing(workspace) {
        Some(Existing::Member(member)) => mount::mount(member, ground, &mut touched),
        Some(Existing::Alias(alias)) => return refused(another_alias(&alias)),
        None if ground.has_folder => return refused(folder_taken()),
        None => {
            new::package(workspace, ground, &mut touched);
            Some("cargo xtask")
        }
    };
    let (changes, diagnostics) = touched.finish();
    Scaffold {
        changes,
        diagnostics,
        command,
    }
}

fn refused(finding: Diagnostic) -> Scaffold {
    Scaffold {
        diagnostics: vec![finding],
        ..Scaffold::default()
    }
}

/// Options that let Cargo start whatever stands in the files that this tool writes: without a wrapper, with the plain
/// linker, in no incremental folder that a wrapper would refuse.
fn options() -> Vec<String> {
    const TRIPLES: [&str; 4] = [
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-gnu",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
    ];
    let linkers = TRIPLES.map(|triple| format!("--config=target.{triple}.linker='cc'"));
    [
        "--config=build.rustc-wrapper=''".to_owned(),
        "--config=build.incremental=false".to_owned(),
    ]
    .into_iter()
    .chain(linkers)
    .collect()
}

fn dependency(ground: &Ground<'_>) -> String {
    format!("{LIBRARY} = {}", ground.dependency)
}

/// Says that the lock file will follow.
fn lock_file_grows() -> Diagnostic {
    Diagnostic::new(
        Level::Note,
        "lock_file_grows",
        "the next build writes what the xtask needs into `Cargo.lock`",
    )
    .with_note("until then a build with `--locked` stops")
    .with_help("start the xtask once, and commit `Cargo.lock` with the rest")
}

fn too_old(cargo: &Version) -> Diagnostic {
    Diagnostic::error(
        "xtask_needs_newer_rust",
        format!("an xtask is compiled with this workspace's toolchain, and Rust {cargo} can't compile this tool"),
    )
    .with_note(format!("it needs {}.{} or newer", OLDEST.major, OLDEST.minor))
    .with_help("use the installed `cargo build-profiles` in its place: the commands are the same")
}

fn folder_taken() -> Diagnostic {
    Diagnostic::error(
        "xtask_folder_taken",
        "there is a folder `xtask` that is no member of this workspace",
    )
    .with_note("nothing in it is overwritten")
    .with_help("make it a member and run again, or move it away")
}

fn another_alias(alias: &Alias) -> Diagnostic {
    Diagnostic::error(
        "xtask_alias_taken",
        format!(
            "`alias.xtask` of `{}` runs `cargo {}`, which is no member of this workspace",
            alias.file,
            alias.words.join(" ")
        ),
    )
    .with_note("it is left as it is")
    .with_help("mount this tool there by hand, as the README says, or use the installed `cargo build-profiles`")
}
