//! What `configure` writes reaches rustc: real builds, each with the setting and without it.
//!
//! The commands that Cargo runs are read from `cargo build -v` in a fresh target directory. A missing tool is a printed
//! skip, and a failure where `BUILD_PROFILES_REQUIRE_TOOLS` is set.
#![expect(clippy::print_stdout, reason = "a skip is said")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct House {
    _sandbox: tempfile::TempDir,
    root: PathBuf,
}

impl House {
    /// A workspace of a program, a library beside it, and a package outside, under this policy.
    fn new(policy: &str) -> Self {
        let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
        let house = Self {
            root: sandbox.path().join("work"),
            _sandbox: sandbox,
        };
        house.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"lib1\"]\n",
        );
        house.write(
            "app/Cargo.toml",
            &package(
                "app",
                "lib1 = { path = \"../lib1\" }\ndep1 = { path = \"../../dep1\" }\n",
            ),
        );
        house.write("app/src/main.rs", "fn main() { lib1::go(); dep1::go() }\n");
        house.write("app/build.rs", "fn main() {}\n");
        house.write("lib1/Cargo.toml", &package("lib1", ""));
        house.write("lib1/src/lib.rs", "pub fn go() {}\n");
        house.write("../dep1/Cargo.toml", &package("dep1", ""));
        house.write("../dep1/src/lib.rs", "pub fn go() {}\n");
        house.write("build-profiles.toml", policy);
        let output = clean(Command::new("cargo"))
            .args(["generate-lockfile", "--offline"])
            .current_dir(&house.root)
            .output();
        assert!(output.expect("cargo can be run").status.success());
        house
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder"))
            .expect("the sandbox is ours");
        fs::write(path, text).expect("the sandbox is ours");
    }

    fn configure(&self, arguments: &[&str]) -> Output {
        let mut command = clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        command
            .arg("configure")
            .args(arguments)
            .current_dir(&self.root);
        command
            .env("XDG_CACHE_HOME", self.root.join("../cache"))
            .output()
            .expect("the tool can be run")
    }

    fn configured(self, arguments: &[&str]) -> Self {
        let output = self.configure(arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self
    }

    /// Builds from nothing; gives the command line of each unit, by crate name.
    fn build(&self, variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let target = self.root.join("../fresh");
        let _ = fs::remove_dir_all(&target);
        let mut command = clean(Command::new("cargo"));
        command
            .args(["build", "-v", "--offline", "--color=never"])
            .current_dir(&self.root);
        let output = command
            .env("CARGO_TARGET_DIR", &target)
            .envs(variables.iter().copied())
            .output()
            .expect("cargo can be run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        said.lines()
            .filter_map(|line| line.trim_start().strip_prefix("Running `"))
            .filter_map(|line| {
                let (_, rest) = line.split_once("--crate-name ")?;
                Some((rest.split(' ').next()?.to_owned(), line.to_owned()))
            })
            .collect()
    }

    fn program(&self) -> Vec<u8> {
        fs::read(self.root.join("../fresh/debug/app")).expect("the program was built")
    }
}

fn package(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependencies}"
    )
}

/// The test's own Cargo must not configure the one under test.
fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME"
            || text.starts_with("RUSTC")
            || text.starts_with("RUSTFLAGS")
            || text.starts_with("SCCACHE")
        {
            command.env_remove(&name);
        }
    }
    command
}

fn line<'a>(units: &'a [(String, String)], name: &str) -> &'a str {
    units.iter().find(|(unit, _)| unit == name).map_or_else(
        || panic!("no unit `{name}` in {units:#?}"),
        |(_, line)| line.as_str(),
    )
}

fn has_tool(name: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(name).exists());
    if !found {
        assert!(
            std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
            "`{name}` is required and not on PATH"
        );
        println!("skipped: `{name}` is not on PATH");
    }
    found
}

const PORTABLE: &str = r#"schema = 1

[packages]
fast = ["lib*"]

[profile.dev]
debug = "line-tables-only"

[profile.dev.package]
"*" = { debug = false, opt-level = 2 }
"@fast" = { opt-level = 3 }

[build]
rustflags = ["--cfg", "from_the_policy"]
"#;

#[test]
fn profiles_overrides_and_flags_reach_rustc() {
    let house = House::new(PORTABLE);
    let without = house.build(&[]);
    for flag in ["line-tables-only", "opt-level", "from_the_policy"] {
        assert!(
            without.iter().all(|(_, line)| !line.contains(flag)),
            "`{flag}` is there without us"
        );
    }
    let house = house.configured(&[]);
    let with = house.build(&[]);
    assert!(line(&with, "app").contains("debuginfo=line-tables-only"));
    assert!(line(&with, "lib1").contains("opt-level=3"));
    assert!(
        line(&with, "dep1").contains("opt-level=2")
            && !line(&with, "dep1").contains("-C debuginfo")
    );
    assert!(
        with.iter()
            .all(|(_, line)| line.contains("from_the_policy"))
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "reads an ELF file")]
fn the_linker_of_the_machine_links_and_an_opt_out_takes_it_away() {
    if !has_tool("mold") {
        return;
    }
    let linked_by_mold = |house: &House| house.program().windows(5).any(|bytes| bytes == b"mold ");
    let house = House::new(
        "schema = 1\ntoolchain = \"1.94\"\n\n[linker]\nlinux-gnu = [\"mold\", \"default\"]\n",
    );
    house.build(&[]);
    assert!(
        !linked_by_mold(&house),
        "mold links without us: the control shows nothing"
    );
    let house = house.configured(&[]);
    house.build(&[("RUSTFLAGS", "-Dwarnings")]);
    assert!(
        linked_by_mold(&house),
        "not even a RUSTFLAGS of the environment takes it away"
    );
    house.write("build-profiles.local.toml", "linker = false\n");
    let house = house.configured(&[]);
    house.build(&[]);
    assert!(!linked_by_mold(&house), "the opt-out has no effect");
}

#[test]
fn the_cache_of_the_machine_wraps_rustc_and_is_passed_over_where_it_is_missing() {
    if !has_tool("sccache") {
        return;
    }
    let house = House::new(
        "schema = 1\ntoolchain = \"1.94\"\n\n[cache]\ntool = \"sccache\"\nscope = \"everything\"\n",
    );
    let cache = house.root.join("../sccache");
    let port = free_port();
    let server = [
        (
            "SCCACHE_DIR",
            cache.to_str().expect("a temporary folder is UTF-8"),
        ),
        ("SCCACHE_SERVER_PORT", port.as_str()),
        ("SCCACHE_IDLE_TIMEOUT", "30"),
    ];
    assert!(
        house
            .build(&server)
            .iter()
            .all(|(_, line)| !line.contains("sccache") && !line.contains("incremental=no"))
    );
    assert!(
        house
            .build(&server)
            .iter()
            .any(|(_, line)| line.contains("-C incremental=")),
        "members are incremental without us"
    );
    let house = house.configured(&[]);
    let with = house.build(&server);
    let stopped = Command::new("sccache")
        .arg("--stop-server")
        .envs(server)
        .output();
    assert!(
        stopped.expect("sccache can be run").status.success(),
        "no server was up: the wrapper was never called"
    );
    assert!(
        with.iter()
            .all(|(_, line)| line.contains("sccache") && !line.contains("-C incremental=")),
        "{with:#?}"
    );
}

fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .local_addr()
        .expect("a bound port")
        .port()
        .to_string()
}

/// With an environment's file in place of the machine's own, its values beat the manifest's.
#[test]
fn an_environment_copied_into_place_is_in_force() {
    let policy = "schema = 1\ntoolchain = \"1.94\"\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[environment.ci.profile.dev]\ndebug = \"none\"\n";
    let house = House::new(policy).configured(&[]);
    assert!(line(&house.build(&[]), "app").contains("debuginfo=line-tables-only"));
    copy(
        &house.root.join(".cargo/env/ci.toml"),
        &house.root.join(".cargo/machine.toml"),
    );
    assert!(!line(&house.build(&[]), "app").contains("-C debuginfo"));
    let output = house.configure(&["--check"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("both stand in the sandbox");
}

/// New files with which nobody could build are taken back.
#[test]
fn files_that_break_cargo_are_rolled_back() {
    let house = House::new(
        "schema = 1\n\n[target.'cfg(all())']\nrustflags = [\"-Clink-arg=-fuse-ld=no-such-linker\"]\n",
    );
    let before = fs::read(house.root.join("Cargo.toml")).expect("just written");
    let output = house.configure(&[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("rolled back") && said.contains("no-such-linker"),
        "{said}"
    );
    assert!(!house.root.join(".cargo/config.toml").exists());
    assert_eq!(
        fs::read(house.root.join("Cargo.toml")).expect("still there"),
        before
    );
    house.build(&[]);
}
