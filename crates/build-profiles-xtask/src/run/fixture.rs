//! Workspaces for tests: outside the repository, under nobody's config.

use std::env;

use camino::Utf8PathBuf;
use xshell::{Shell, TempDir};

use super::{Children, look_up};

/// A folder that is removed when dropped.
pub(super) struct Fixture {
    sh: Shell,
    _folder: TempDir,
    root: Utf8PathBuf,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let sh = Shell::new().expect("a shell starts in some folder");
        let folder = sh
            .create_temp_dir()
            .expect("there is room for a temporary folder");
        // The temporary folder is a symlink on macOS.
        let root = folder
            .path()
            .canonicalize()
            .expect("the folder was just made");
        let root = Utf8PathBuf::from_path_buf(root).expect("temporary folders have plain names");
        Self {
            sh,
            _folder: folder,
            root,
        }
    }

    /// A workspace of nothing but its root manifest and a Cargo config.
    pub(super) fn workspace(config: &str) -> Self {
        let fixture = Self::new();
        fixture.write(
            "Cargo.toml",
            "[workspace]\nmembers = []\n\n[profile.xtask]\ninherits = \"release\"\nopt-level = 0\n",
        );
        fixture.write(".cargo/config.toml", config);
        fixture
    }

    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        self.root.join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        self.sh
            .write_file(self.path(name), text)
            .expect("the folder is ours");
    }

    /// An executable shell script.
    #[cfg(unix)]
    pub(super) fn script(&self, name: &str, body: &str) -> Utf8PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        self.write(name, &format!("#!/bin/sh\n{body}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("the script is ours");
        path
    }

    /// Children of a user who has exported nothing for Cargo, with an empty `CARGO_HOME`.
    pub(super) fn children(&self) -> Children {
        let vars = env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            !(name.starts_with("CARGO")
                || name.starts_with("SCCACHE")
                || ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].contains(&&*name))
        });
        Children::with_vars(&self.root, vars.collect())
            .with("CARGO_HOME", self.path("cargo-home").as_str())
            .with("XDG_CACHE_HOME", self.path("caches").as_str())
    }

    pub(super) fn has_rustup(&self) -> bool {
        !look_up(&self.children(), ["rustup"]).is_empty()
    }

    /// Where a tool stands; `None`, and a printed line, where it is not installed.
    #[cfg(unix)]
    pub(super) fn tool(&self, name: &str) -> Option<String> {
        let found = look_up(&self.children(), [name]).remove(name);
        if found.is_none() {
            let required = env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_some();
            assert!(!required, "`{name}` is required and not on PATH");
            skipped(&format!("`{name}` is not on PATH"));
        }
        found
    }
}

impl Children {
    /// These children with one more variable.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        self.changed(name, Some(value))
    }

    /// These children without a variable.
    pub(super) fn without(&self, name: &str) -> Self {
        self.changed(name, None)
    }

    fn changed(&self, name: &str, value: Option<&str>) -> Self {
        let mut vars: std::collections::BTreeMap<_, _> = self
            .var_names()
            .filter(|var| *var != name)
            .map(|var| {
                (
                    var.to_owned(),
                    self.var(&var.to_string_lossy())
                        .unwrap_or_default()
                        .to_owned(),
                )
            })
            .collect();
        if let Some(value) = value {
            vars.insert(name.into(), value.into());
        }
        Self::with_vars(self.root(), vars)
    }
}

/// Says that a test did not run, and why.
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "a test that skips says so")]
pub(super) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// The files under a folder, for tests that nothing is left behind.
#[cfg(unix)]
pub(super) fn files_in(folder: &camino::Utf8Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir_utf8() else {
        return Vec::new();
    };
    entries
        .map(|entry| {
            entry
                .expect("the folder can be read")
                .file_name()
                .to_owned()
        })
        .collect()
}
