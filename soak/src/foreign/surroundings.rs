//! Everything that must not matter to the committed plan: folders, variables, and programs on PATH.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// One way of being started that is unlike the plain one.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) name: &'static str,
    dir: PathBuf,
    /// With `--manifest-path`, since the folder is outside of the workspace.
    pub(crate) named: bool,
    variables: Vec<(&'static str, OsString)>,
}

impl Surroundings {
    /// The root of the workspace, and a clean environment.
    pub(crate) fn plain(root: &Path) -> Self {
        Self {
            name: "plain",
            dir: root.to_owned(),
            named: false,
            variables: Vec::new(),
        }
    }

    /// Sets a command up in them.
    pub(crate) fn around(&self, command: &mut Command) {
        command
            .current_dir(&self.dir)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// Folders of programs, gone with this.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: TempDir,
}

impl Programs {
    /// `bare` holds cargo, rustc and git alone, `fake` linkers and wrappers that all fail, `home` is an empty Cargo home.
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
        for name in ["bare", "fake", "home"] {
            fs::create_dir(folder.path().join(name))?;
        }
        for name in ["cargo", "rustc", "rustup", "git"] {
            if let Some(program) = on_path(name) {
                link(&program, &folder.path().join("bare").join(name))?;
            }
        }
        for name in [
            "mold", "ld.mold", "wild", "ld.lld", "lld", "clang", "sccache",
        ] {
            failing(&folder.path().join("fake").join(name))?;
        }
        Ok(Self { folder })
    }

    /// What must not matter. `member` is the folder of some member.
    pub(crate) fn odd(&self, root: &Path, member: &Path) -> Vec<Surroundings> {
        let (elsewhere, bare) = (
            self.folder.path().to_owned(),
            self.folder.path().join("bare"),
        );
        let path = std::env::var_os("PATH").unwrap_or_default();
        let faked =
            std::iter::once(self.folder.path().join("fake")).chain(std::env::split_paths(&path));
        // A folder name from `mktemp` holds no separator.
        let faked = std::env::join_paths(faked).unwrap_or_default();
        let at_root = |name, variables| Surroundings {
            name,
            dir: root.to_owned(),
            named: false,
            variables,
        };
        vec![
            Surroundings {
                name: "another folder, by --manifest-path",
                dir: elsewhere,
                named: true,
                variables: Vec::new(),
            },
            Surroundings {
                name: "a member's folder",
                dir: member.to_owned(),
                named: false,
                variables: Vec::new(),
            },
            at_root("odd variables", odd_variables()),
            at_root("a bare PATH", vec![("PATH", bare.into())]),
            at_root("fake linkers and wrappers on PATH", vec![("PATH", faked)]),
        ]
    }

    /// An empty Cargo home, and a proxy that nobody answers at: any use of the network fails.
    pub(crate) fn offline(&self, root: &Path) -> Surroundings {
        let nobody = || OsString::from("http://127.0.0.1:9");
        let variables = vec![
            ("CARGO_HOME", self.folder.path().join("home").into()),
            ("CARGO_NET_OFFLINE", "true".into()),
            ("http_proxy", nobody()),
            ("https_proxy", nobody()),
        ];
        Surroundings {
            name: "offline",
            dir: root.to_owned(),
            named: false,
            variables,
        }
    }
}

fn odd_variables() -> Vec<(&'static str, OsString)> {
    let odd = [
        ("RUSTFLAGS", "-C target-cpu=native"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clto\u{1f}-Cdebuginfo=2"),
        ("CARGO_BUILD_RUSTFLAGS", "--cfg odd"),
        ("CARGO_BUILD_TARGET", "wasm32-unknown-unknown"),
        ("CARGO_INCREMENTAL", "1"),
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "9"),
        ("CARGO_PROFILE_DEV_DEBUG", "0"),
        ("CARGO_TARGET_DIR", "odd-target"),
        (
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
            "/missing/linker",
        ),
        ("RUSTC_WRAPPER", "/missing/wrapper"),
        ("CARGO_TERM_COLOR", "always"),
        ("CARGO_TERM_VERBOSE", "true"),
        ("CLICOLOR_FORCE", "1"),
        ("CI", "true"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "C"),
        ("TZ", "Pacific/Kiritimati"),
        ("COLUMNS", "20"),
        ("TERM", "dumb"),
    ];
    odd.map(|(name, value)| (name, value.into())).to_vec()
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

#[cfg(unix)]
fn link(program: &Path, at: &Path) -> Result<()> {
    std::os::unix::fs::symlink(program, at)
        .with_context(|| format!("failed to link `{}`", program.display()))
}

#[cfg(not(unix))]
fn link(program: &Path, at: &Path) -> Result<()> {
    fs::copy(program, at.with_extension("exe"))
        .with_context(|| format!("failed to copy `{}`", program.display()))?;
    Ok(())
}

#[cfg(unix)]
fn failing(at: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(at, "#!/bin/sh\necho 'a fake' >&2\nexit 1\n")?;
    fs::set_permissions(at, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
fn failing(at: &Path) -> Result<()> {
    fs::write(at.with_extension("cmd"), "@exit /b 1\r\n")?;
    Ok(())
}
