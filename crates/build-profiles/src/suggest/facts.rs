//! What was seen of a workspace, as plain data: its units, its sizes, its machine, its CI.

use std::collections::BTreeSet;

use semver::Version;

use crate::evidence::{Role, Unit};
use crate::lint::{self, File, Role as FileRole, variables};

/// Programs that a suggestion may be about.
pub const TOOLS: &[&str] = &["cargo-nextest", "ld.lld", "mold", "sccache", "wild"];

/// Everything that a suggestion may be judged by. What could not be seen is absent, and then nothing rests on it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The compilations of a test build, as Cargo's unit graph says them.
    pub units: Option<Vec<Unit>>,
    /// The packages of the lock file.
    pub packages: Option<Packages>,
    /// The programs of a test build, as the manifests of the members have them: for where there is no graph.
    pub programs: Programs,
    /// The target directory, a folder for each profile that was built.
    pub target: Vec<Folder>,
    /// Programs that are installed here and say their version, by name: those of [`TOOLS`].
    pub tools: BTreeSet<String>,
    /// The host's target triple.
    pub triple: String,
    /// The toolchain that runs here.
    pub rustc: Option<Version>,
    /// Whether `.config/nextest.toml` is there.
    pub nextest_config: bool,
    /// What the files of CI say.
    pub ci: Ci,
}

/// The programs of a test build, by the manifests alone: at least so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// Whatever is linked: test programs and examples.
    pub all: usize,
    /// The test programs.
    pub tests: usize,
}

/// The packages of a lock file. Those of other platforms and of features that nobody asks for are among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// All of them.
    pub all: usize,
    /// Those that come from a registry or from git.
    pub third_party: usize,
}

impl Packages {
    /// Counts those of a lock file.
    pub fn of(packages: &[lint::Package]) -> Self {
        Self {
            all: packages.len(),
            third_party: packages.iter().filter(|one| !one.local).count(),
        }
    }
}

/// A folder of the target directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its name: `debug`, `release`.
    pub name: String,
    /// How many bytes its files have.
    pub bytes: u64,
    /// Whether all files were counted; else there are more.
    pub is_whole: bool,
}

/// What the files of CI say.
#[derive(Clone, Debug, Default)]
pub struct Ci {
    /// How many files there are.
    pub files: usize,
    /// Those that install or run nextest.
    pub nextest: Vec<String>,
    /// Those that name sccache outside of comments.
    pub sccache: Vec<String>,
    /// The variables that they set, in their order.
    pub said: Vec<Said>,
}

/// A variable that a file of CI sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The file.
    pub file: String,
    /// The variable.
    pub variable: String,
    /// Its value; `None`: it is computed.
    pub value: Option<String>,
}

impl Ci {
    /// Reads them among the files that the lints look at.
    pub fn of(files: &[File]) -> Self {
        let is_ci = |file: &&File| {
            matches!(
                file.role,
                FileRole::Workflow | FileRole::Action | FileRole::Gitlab
            )
        };
        let files: Vec<&File> = files.iter().filter(is_ci).collect();
        let naming = |words: &[&str]| {
            let named = files.iter().filter(|file| names(&file.text, words));
            named.map(|file| file.path.to_string()).collect()
        };
        let of_file = |file: &&File| {
            let name = file.path.to_string();
            let said = move |(variable, value)| Said {
                file: name.clone(),
                variable,
                value,
            };
            variables(file).into_iter().map(said).collect::<Vec<_>>()
        };
        Self {
            files: files.len(),
            nextest: naming(&[
                "cargo nextest",
                "cargo-nextest",
                "@nextest",
                "tool: nextest",
            ]),
            sccache: naming(&["sccache"]),
            said: files.iter().flat_map(of_file).collect(),
        }
    }
}

/// Whether a line that is no comment has one of these words in it, and does not switch it off.
fn names(text: &str, words: &[&str]) -> bool {
    let mut lines = text.lines();
    lines.any(|line| {
        !line.trim_start().starts_with('#')
            && !switches_off(line)
            && words.iter().any(|word| line.contains(word))
    })
}

/// Whether a line says no to what it names: `sccache: false`.
fn switches_off(line: &str) -> bool {
    let said = line.split(" #").next().unwrap_or_default();
    let value = said.rsplit_once(':').map_or("", |(_, value)| value);
    value.trim().trim_matches(['"', '\'']) == "false"
}

/// How many of what kind: what a reason counts in.
pub(super) struct Counted {
    /// Those that it is about.
    pub(super) some: usize,
    /// All of them.
    pub(super) all: usize,
    /// What they are.
    pub(super) noun: &'static str,
}

impl Facts {
    /// The units that `is_one` holds for; without a graph the packages of the lock file, third-party ones or all.
    pub(super) fn counted(&self, third_party: bool, is_one: impl Fn(&Unit) -> bool) -> Counted {
        match (&self.units, self.packages) {
            (Some(units), _) => Counted {
                some: units
                    .iter()
                    .filter(|unit| (!third_party || !unit.local) && is_one(unit))
                    .count(),
                all: units.len(),
                noun: "compilations of a test build",
            },
            (None, packages) => {
                let packages = packages.unwrap_or_default();
                Counted {
                    some: match third_party {
                        true => packages.third_party,
                        false => packages.all,
                    },
                    all: packages.all,
                    noun: "packages of `Cargo.lock`",
                }
            }
        }
    }

    /// How many programs a test build links that get debug information: no build scripts, no procedural macros.
    pub(super) fn link_steps(&self) -> usize {
        let is_one = |unit: &&Unit| {
            matches!(unit.role, Role::Program | Role::Test | Role::Dynamic) && !unit.for_the_build
        };
        match &self.units {
            Some(units) => units.iter().filter(is_one).count(),
            None => self.programs.all,
        }
    }

    /// How often a test build calls the linker at all; none without a graph: nobody knows then for which platform.
    pub(super) fn links(&self) -> usize {
        let units = self.units.iter().flatten();
        units.filter(|unit| unit.role.is_linked()).count()
    }

    /// How many test programs there are.
    pub(super) fn test_programs(&self) -> usize {
        match &self.units {
            Some(units) => units.iter().filter(|unit| unit.role == Role::Test).count(),
            None => self.programs.tests,
        }
    }

    /// The folder of the target directory that dev and test builds fill.
    pub(super) fn debug_folder(&self) -> Option<&Folder> {
        self.target.iter().find(|folder| folder.name == "debug")
    }
}

/// Bytes as a person says them.
pub(super) fn size(bytes: u64) -> String {
    const GIGABYTE: u64 = 1_000_000_000;
    match bytes / GIGABYTE {
        0 => format!("{} MB", bytes / 1_000_000),
        whole => format!("{whole}.{} GB", bytes % GIGABYTE / 100_000_000),
    }
}
