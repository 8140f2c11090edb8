//! `measure --upper-bound` on a real workspace: units, links and bounds are there, and the tree is as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

struct House {
    _sandbox: tempfile::TempDir,
    root: PathBuf,
}

impl House {
    /// A program with a build script, on a library beside it and on a package outside, under a wrapper that is not there.
    fn new() -> Self {
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
        house.write("lib1/src/lib.rs", "pub fn go() {}\n#[test]\nfn runs() {}\n");
        house.write("../dep1/Cargo.toml", &package("dep1", ""));
        house.write("../dep1/src/lib.rs", "pub fn go() {}\n");
        house.write(
            ".cargo/config.toml",
            "[build]\nrustc-wrapper = \"no-such-wrapper\"\n",
        );
        let output = clean(Command::new("cargo"))
            .args(["generate-lockfile", "--offline"])
            .env("RUSTC_WRAPPER", "")
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

    fn measure(&self, arguments: &[&str]) -> Output {
        let mut command = clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        command
            .args(["measure", "--upper-bound"])
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .expect("the tool can be run")
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let output = self.measure(&[arguments, &["--format", "json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        serde_json::from_slice(&output.stdout).expect("one JSON object")
    }

    /// Every file, with its bytes.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        walk(&self.root, &mut files);
        files.sort();
        files
    }
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the sandbox is ours") {
        let path = entry.expect("the sandbox is ours").path();
        if path.is_dir() {
            files.push((path.clone(), Vec::new()));
            walk(&path, files);
        } else {
            let bytes = fs::read(&path).expect("the sandbox is ours");
            files.push((path, bytes));
        }
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

/// Each unit with its class, in the order of their names.
fn units(json: &Json) -> Vec<String> {
    let units = json["timings"]["units"].as_array().expect("a list");
    let mut units: Vec<String> = units
        .iter()
        .map(|unit| {
            let text = |name: &str| unit[name].as_str().unwrap_or_default();
            format!("{} {}: {}", text("name"), text("target"), unit["class"])
        })
        .collect();
    units.sort();
    units
}

fn bound<'j>(json: &'j Json, what: &str) -> &'j Json {
    let bounds = json["upper_bounds"]["bounds"].as_array().expect("a list");
    let mut found = bounds.iter().filter(|bound| bound["what"] == what);
    found.next().expect("each bound is there")
}

#[test]
fn one_build_tells_units_links_and_bounds_and_leaves_nothing() {
    let house = House::new();
    let before = house.files();
    let json = house.json(&[]);
    assert_eq!(house.files(), before, "the tree is as it was");
    assert_eq!(
        units(&json),
        [
            "app bin app: {\"linked\":\"program\"}",
            "app build script: {\"linked\":\"build_script\"}",
            "app run of the build script: \"run\"",
            "dep1 lib: \"incremental\"",
            "lib1 lib: \"incremental\"",
        ]
    );
    assert_eq!(json["timings"]["waits"], "all");
    assert_eq!(json["profile"], "dev");
    let seconds = |value: &Json| value.as_f64().expect("a number");
    let whole = &json["upper_bounds"];
    assert!(seconds(&whole["critical_path"]["seconds"]) <= seconds(&whole["work"]) + 1e-6);
    if cfg!(target_os = "linux") {
        assert_eq!(whole["links"]["Ok"]["count"], 2, "{}", whole["links"]);
        assert!(whole["cpu"].is_number(), "{}", whole["cpu"]);
        assert!(seconds(&whole["links"]["Ok"]["seconds"]) > 0.0);
        let linker = bound(&json, "linker")["rests_on"].as_str();
        assert!(linker.is_some_and(|words| words.starts_with("2 links take no time")));
    }
    let cache = bound(&json, "cache");
    let figures = &cache["figures"]["Ok"];
    assert!(seconds(&figures["saved"]) <= seconds(&whole["wall"]));
    assert!(seconds(&figures["replayed"]) <= seconds(&figures["saved"]));
    let words = cache["rests_on"].as_str().expect("words");
    assert!(words.starts_with("2 libraries come from the cache in no time; for 2 of them"));
    let others = &bound(&json, "cache_of_third_party")["figures"]["Ok"];
    assert_eq!(others["saved"], 0.0, "nothing here comes from a registry");
    let debug = bound(&json, "debug_info")["rests_on"].as_str();
    assert!(debug.is_some_and(|words| words.contains("in 3 units with debug info")));
}

#[test]
fn another_profile_and_the_tests_are_other_units() {
    let house = House::new();
    let json = house.json(&["--profile", "release", "--tests"]);
    assert_eq!(
        units(&json),
        [
            "app build script: {\"linked\":\"build_script\"}",
            "app run of the build script: \"run\"",
            "app tests of bin app: {\"linked\":\"test\"}",
            "dep1 lib: \"cacheable\"",
            "lib1 lib: \"cacheable\"",
            "lib1 tests of lib lib1: {\"linked\":\"test\"}",
        ]
    );
    // Nothing has debug info, so nothing is to be saved there.
    assert_eq!(bound(&json, "debug_info")["figures"]["Ok"]["saved"], 0.0);
}

/// A linker that the config names is the one that links, and is timed.
#[cfg(target_os = "linux")]
#[test]
fn the_workspaces_own_linker_is_called() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new();
    let log = house.root.join("../called");
    house.write(
        "tools/own-cc",
        &format!(
            "#!/bin/sh\necho called >> '{}'\nexec cc \"$@\"\n",
            log.display()
        ),
    );
    let program = house.root.join("tools/own-cc");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    house.write(
        ".cargo/config.toml",
        "[target.'cfg(unix)']\nlinker = \"tools/own-cc\"\n",
    );
    let json = house.json(&[]);
    assert_eq!(json["upper_bounds"]["links"]["Ok"]["count"], 2);
    let called = fs::read_to_string(&log).expect("it was called");
    assert_eq!(called.lines().count(), 2);
}

/// Flags that name a linker beat the config: what was not seen is not guessed.
#[cfg(target_os = "linux")]
#[test]
fn links_that_were_not_seen_are_not_known() {
    let house = House::new();
    house.write(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"-Clinker=cc\"]\n",
    );
    let json = house.json(&[]);
    let why = bound(&json, "linker")["figures"]["Err"].as_str();
    let why = why.expect("it is not known");
    assert!(
        why.starts_with(
            "2 of 2 links did not go through the linker that the config names, that of app 0.1.0"
        ),
        "{why}"
    );
}

/// A failed build is told in the compiler's words, and its target directory goes too.
#[test]
fn a_build_that_fails_leaves_nothing() {
    let house = House::new();
    house.write("app/src/main.rs", "fn main() { nowhere() }\n");
    let before = house.files();
    let output = house.measure(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(house.files(), before);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot find function `nowhere`"), "{said}");
}
