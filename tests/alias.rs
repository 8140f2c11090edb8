//! The alias and `[profile.xtask]` of this repository, in a workspace that is put through what `configure` may write and
//! what may break: the tool that mends a house must start in it, and must not be rebuilt for what changes around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct House {
    _sandbox: tempfile::TempDir,
    root: PathBuf,
}

/// How `cargo xtask` started.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// Without compiling anything.
    Fresh,
    /// After compiling.
    Rebuilt,
    /// Not at all.
    Failed,
}

impl House {
    /// A workspace with this repository's alias, its profile, and an xtask with a dependency and a build script.
    fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let own_config = fs::read_to_string(here.join(".cargo/config.toml"))
            .expect("this repository has a config");
        let own_manifest =
            fs::read_to_string(here.join("Cargo.toml")).expect("this repository has a manifest");
        let alias = between(&own_config, "[alias]", "\n]\n");
        let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
        let house = Self {
            root: sandbox.path().join("work"),
            _sandbox: sandbox,
        };
        house.write(
            "Cargo.toml",
            &format!(
                "[workspace]\nresolver = \"2\"\nmembers = [\"xtask\", \"lib1\"]\n\n{}",
                profile(&own_manifest)
            ),
        );
        house.write("xtask/Cargo.toml", "[package]\nname = \"xtask\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nlib1 = { path = \"../lib1\" }\n");
        house.write("xtask/src/main.rs", "fn main() { lib1::go() }\n");
        house.write("xtask/build.rs", "fn main() {}\n");
        house.write(
            "lib1/Cargo.toml",
            "[package]\nname = \"lib1\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        );
        house.write("lib1/src/lib.rs", "pub fn go() { println!(\"started\") }\n");
        house.write(
            ".cargo/config.toml",
            &format!("include = [{{ path = \"machine.toml\", optional = true }}]\n\n{alias}\n]\n"),
        );
        assert_eq!(
            house.start("", &[]),
            Start::Rebuilt,
            "the first start compiles"
        );
        assert_eq!(house.start("", &[]), Start::Fresh);
        house
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder"))
            .expect("the sandbox is ours");
        fs::write(path, text).expect("the sandbox is ours");
    }

    /// `cargo xtask` with this machine layer and these variables.
    fn start(&self, machine: &str, environment: &[(&str, &str)]) -> Start {
        self.write(".cargo/machine.toml", machine);
        self.start_in("", environment)
    }

    fn start_in(&self, folder: &str, environment: &[(&str, &str)]) -> Start {
        let mut command = Command::new("cargo");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO") && text != "CARGO_HOME"
                || text.starts_with("RUSTC")
                || text.starts_with("RUSTFLAGS")
            {
                command.env_remove(&name);
            }
        }
        command
            .arg("xtask")
            .current_dir(self.root.join(folder))
            .envs(environment.iter().copied());
        let output = command.output().expect("cargo can be run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        match (output.status.success(), stderr.contains("Compiling")) {
            (false, _) => Start::Failed,
            (true, true) => Start::Rebuilt,
            (true, false) => Start::Fresh,
        }
    }
}

/// `[profile.xtask]` of a manifest, with its tables below.
fn profile(manifest: &str) -> String {
    let start = manifest
        .find("[profile.xtask]")
        .expect("this repository pins the profile of its xtask");
    let rest = &manifest[start..];
    let end = rest[1..]
        .match_indices("\n[")
        .map(|(at, _)| at + 1)
        .find(|at| !rest[at + 1..].starts_with("[profile.xtask"))
        .unwrap_or(rest.len());
    rest[..end].to_owned() + "\n"
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).expect("the config has an alias");
    let end = text[start..].find(to).expect("the alias is an array") + start;
    &text[start..end]
}

const HOST: &str = "x86_64-unknown-linux-gnu";

#[test]
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")),
    ignore = "names this host's triple"
)]
fn starts_whatever_configure_wrote() {
    let house = House::new();
    let driver = house.root.join("driver");
    house.write("driver", "#!/bin/sh\nexec cc \"$@\"\n");
    make_executable(&driver);
    let driver = driver.display();
    // What `configure` may write: the tool stays fresh.
    let manifest = fs::read_to_string(house.root.join("Cargo.toml")).expect("just written");
    house.write("Cargo.toml", &format!("{manifest}\n[profile.dev]\nopt-level = 1\ndebug = false\n[profile.dev.package.\"*\"]\nopt-level = 2\n"));
    assert_eq!(house.start("", &[]), Start::Fresh, "a dev profile changed");
    assert_eq!(
        house.start("[build]\nincremental = true\n", &[]),
        Start::Fresh,
        "incremental was set"
    );
    assert_eq!(
        house.start("[profile.dev]\ndebug = 2\n", &[]),
        Start::Fresh,
        "a profile of the config changed"
    );
    assert_eq!(
        house.start(&format!("[target.{HOST}]\nlinker = \"{driver}\"\n"), &[]),
        Start::Fresh,
        "a linker was set"
    );
    // What may be missing: it starts all the same.
    assert_eq!(
        house.start("[build]\nrustc-wrapper = \"/missing/sccache\"\n", &[]),
        Start::Fresh,
        "the wrapper is missing"
    );
    assert_eq!(
        house.start(
            &format!("[target.{HOST}]\nlinker = \"/missing/driver\"\n"),
            &[]
        ),
        Start::Fresh,
        "the linker is missing"
    );
    // From any folder.
    assert_eq!(
        house.start_in("lib1/src", &[]),
        Start::Fresh,
        "from a folder below"
    );
    // Flags are part of what is compiled.
    assert_eq!(
        house.start(
            "[target.'cfg(unix)']\nrustflags = [\"--cfg\", \"x\"]\n",
            &[]
        ),
        Start::Rebuilt,
        "flags changed"
    );
    assert_eq!(house.start("", &[]), Start::Fresh, "flags changed back");
}

/// What the alias can't survive. The way out is always the same, and the messages name it: delete the machine layer.
#[test]
fn what_it_cannot_survive_goes_with_the_machine_layer() {
    let house = House::new();
    assert_eq!(
        house.start(
            "[target.'cfg(unix)']\nrustflags = [\"-Clink-arg=-fuse-ld=nope\"]\n",
            &[]
        ),
        Start::Failed,
        "a broken link flag"
    );
    assert_eq!(
        house.start("[build\n", &[]),
        Start::Failed,
        "a machine layer that does not parse"
    );
    fs::remove_file(house.root.join(".cargo/machine.toml")).expect("just written");
    assert_eq!(
        house.start_in("", &[]),
        Start::Fresh,
        "without the machine layer"
    );
    assert_eq!(
        house.start_in("", &[("RUSTC_WRAPPER", "/missing/sccache")]),
        Start::Failed,
        "a missing wrapper in the environment"
    );
    assert_eq!(
        house.start_in("", &[("RUSTC_WRAPPER", "")]),
        Start::Fresh,
        "an empty one"
    );
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the sandbox is ours");
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) {}
