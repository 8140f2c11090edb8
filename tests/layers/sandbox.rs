//! A folder with files of a case in it, and Cargo there, in the environment of the case alone.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use build_profiles::effective::{Walk, walk};

/// Files of a case by their path in the sandbox, and its variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) variables: BTreeMap<String, String>,
}

/// So that a difference can be looked at.
impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in &self.variables {
            writeln!(f, "{name}={value:?}")?;
        }
        for (path, text) in &self.files {
            writeln!(f, "--- {path}\n{}", text.trim_end())?;
        }
        Ok(())
    }
}

/// A folder of one worker.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    written: Vec<PathBuf>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self {
            folder,
            written: Vec::new(),
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        let root = self.folder.path().canonicalize();
        root.expect("the folder was just made").join(path)
    }

    /// Writes a file that stays.
    pub(crate) fn put(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("it is ours");
        fs::write(&path, text).expect("it is ours");
        path
    }

    /// The files of a case, and of no other.
    pub(crate) fn write(&mut self, case: &Case) {
        for path in self.written.drain(..) {
            fs::remove_file(path).expect("it is ours");
        }
        for (path, text) in &case.files {
            let path = self.put(path, text);
            self.written.push(path);
        }
    }

    /// What our own eyes find from a folder.
    pub(crate) fn walk(&self, folder: &str) -> Walk {
        let here = self.path(folder);
        let folders = here.ancestors().map(|above| above.join(".cargo"));
        let folders = folders.chain([self.path("home")]);
        let plain = |path: PathBuf| path.to_string_lossy().replace('\\', "/");
        walk(folders.map(plain), &mut |path| {
            fs::read_to_string(Path::new(path)).ok()
        })
    }

    /// Cargo in a folder of the sandbox, as in the shell of somebody who has set only the variables of the case.
    pub(crate) fn cargo(&self, folder: &str, arguments: &[&str], case: &Case) -> Output {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(self.path(folder));
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let steers = ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CI", "TF_BUILD"];
            if steers.iter().any(|steer| text.starts_with(steer)) {
                command.env_remove(name);
            }
        }
        command
            .env("CARGO_HOME", self.path("home"))
            .env("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS", "nightly")
            .envs(&case.variables)
            .output()
            .expect("Cargo starts")
    }
}
