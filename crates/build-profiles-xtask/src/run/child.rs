//! The folder and the environment of everything that is started: those of the user's shell.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

use build_profiles::machine::inherited;
use build_profiles::secret::masked;
use camino::{Utf8Path, Utf8PathBuf};

/// Starts children in one folder, with one environment.
#[derive(Clone, Debug)]
pub(crate) struct Children {
    root: Utf8PathBuf,
    vars: BTreeMap<OsString, OsString>,
}

impl Children {
    /// Children in the workspace root, so that its `rust-toolchain.toml` and its Cargo config apply to them. They see
    /// our environment without what Cargo and rustup added to it; `config_env` is the config's `[env]`, from
    /// [`inherited::config_env`].
    pub(crate) fn of(root: &Utf8Path, config_env: &[(String, String)]) -> Self {
        let mut vars: BTreeMap<OsString, OsString> = env::vars_os().collect();
        // Neither Cargo nor rustup sets a variable that is not UTF-8: those are the user's.
        let readable = vars
            .iter()
            .filter_map(|(name, value)| {
                Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()))
            })
            .collect();
        let exe_folder = env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.to_str()?.to_owned()));
        let exe_folder = exe_folder.as_deref().unwrap_or("");
        for (name, value) in inherited::changes(&readable, config_env, exe_folder) {
            match value {
                Some(value) => vars.insert(name.into(), value.into()),
                None => vars.remove(OsStr::new(&name)),
            };
        }
        Self::with_vars(root, vars)
    }

    /// Children with exactly these variables.
    pub(crate) fn with_vars(root: &Utf8Path, vars: BTreeMap<OsString, OsString>) -> Self {
        Self {
            root: root.to_owned(),
            vars,
        }
    }

    /// The same children in another folder.
    pub(crate) fn in_folder(&self, root: &Utf8Path) -> Self {
        Self::with_vars(root, self.vars.clone())
    }

    /// Where they run.
    pub(crate) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// A variable as they see it.
    pub(crate) fn var(&self, name: &str) -> Option<&OsStr> {
        if cfg!(windows) {
            let same = |(var, _): &(&OsString, &OsString)| var.eq_ignore_ascii_case(name);
            return self
                .vars
                .iter()
                .find(same)
                .map(|(_, value)| value.as_os_str());
        }
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The names of all variables they see.
    pub(crate) fn var_names(&self) -> impl Iterator<Item = &OsStr> {
        self.vars.keys().map(OsString::as_os_str)
    }

    /// The variables that steer builds, with secrets masked.
    pub(crate) fn steering(&self) -> BTreeMap<String, String> {
        const PREFIXES: [&str; 6] = [
            "CARGO_",
            "RUSTC",
            "RUSTFLAGS",
            "RUSTDOC",
            "SCCACHE_",
            "NEXTEST",
        ];
        const NAMES: [&str; 3] = ["RUSTUP_TOOLCHAIN", "CI", "CARGO_HOME"];
        self.shown(|name| {
            PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name)
        })
    }

    /// The variables that Cargo, rustup, rustc and sccache read, or would if they were spelled otherwise; secrets are
    /// masked.
    pub(crate) fn read_by_tools(&self) -> BTreeMap<String, String> {
        const PREFIXES: [&str; 3] = ["CARGO", "RUST", "SCCACHE"];
        self.shown(|name| {
            let name = name.to_ascii_uppercase();
            PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        })
    }

    /// The variables whose names are `wanted`, with secrets masked.
    fn shown(&self, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
        let names = self.var_names().filter_map(OsStr::to_str);
        names
            .filter(|name| wanted(name))
            .map(|name| {
                let value = self.var(name).map(OsStr::to_string_lossy);
                (name.to_owned(), shown(name, &value.unwrap_or_default()))
            })
            .collect()
    }

    /// A child to start, with [`super::output`].
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env_clear()
            .envs(&self.vars)
            .stdin(Stdio::null());
        command
    }
}

/// A value fit to be shown: a secret is not.
fn shown(name: &str, value: &str) -> String {
    const SECRET: [&str; 7] = [
        "TOKEN",
        "PASSWORD",
        "SECRET",
        "CREDENTIAL",
        "CONNECTION_STRING",
        "_KEY_PATH",
        "ACCESS_KEY",
    ];
    if SECRET.iter().any(|part| name.contains(part)) {
        return "(set, not shown)".to_owned();
    }
    masked(value).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::run::fixture::Fixture;
    use crate::run::output;

    const CONFIG: &str =
        "[env]\nRUSTC_WRAPPER = \"sccache\"\nFLAVOUR = { value = \"x/y\", relative = true }\n";

    /// A real `cargo run` tells what it hands to its child; taking away what is not the shell's leaves the shell's.
    #[test]
    fn what_cargo_run_adds_is_what_is_taken_away() {
        let fixture = Fixture::workspace(CONFIG);
        fixture.write(
            "Cargo.toml",
            "[package]\nname = \"printer\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[workspace]\n",
        );
        fixture.write(
            "src/main.rs",
            "fn main() { for (k, v) in std::env::vars() { print!(\"{k}={v}\\0\"); } }",
        );
        fixture.write("build.rs", "fn main() {}");
        let shell = fixture
            .children()
            .without("RUST_RECURSION_COUNT")
            .without("RUSTUP_TOOLCHAIN_SOURCE")
            .without("LD_LIBRARY_PATH")
            .with("RUSTFLAGS", "-Cdebuginfo=0");
        let mut cargo = shell.command("cargo");
        let run = output(
            cargo.args(["run", "--quiet", "--offline"]),
            Duration::from_secs(60),
        );
        let printed = run.expect("Cargo starts").stdout;
        let mut vars: BTreeMap<String, String> = String::from_utf8(printed)
            .expect("nothing but UTF-8 was set")
            .split_terminator('\0')
            .filter_map(|var| var.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(
            vars.get("RUSTC_WRAPPER").map(String::as_str),
            Some("sccache")
        );
        assert!(vars.contains_key("CARGO_PKG_NAME") && vars.contains_key("OUT_DIR"));

        let config_env =
            inherited::config_env(CONFIG, fixture.path("").as_str().trim_end_matches('/'));
        let exe_folder = fixture.path("target/debug");
        for (name, value) in inherited::changes(&vars.clone(), &config_env, exe_folder.as_str()) {
            match value {
                Some(value) => vars.insert(name, value),
                None => vars.remove(&name),
            };
        }
        // What rustup and OpenSSL's probe set if it is not there, and set again for our own children.
        let again = [
            "CARGO_HOME",
            "RUSTUP_HOME",
            "PATH",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "_",
        ];
        vars.retain(|name, _| !again.contains(&name.as_str()));
        let mut shells: BTreeMap<_, _> = shell
            .var_names()
            .filter_map(|name| name.to_str())
            .filter_map(|name| Some((name.to_owned(), shell.var(name)?.to_str()?.to_owned())))
            .collect();
        shells.retain(|name, _| !again.contains(&name.as_str()));
        assert_eq!(vars, shells);
    }
}
