//! Nothing of the user's is touched, and nothing that was started stays: whatever way a run ends.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::house::{House, eventually, has_tools};

/// A build script that says that it runs, and waits until it is told to end.
const WAITS: &str = "fn main() {\n    let root = std::path::Path::new(\"..\");\n    \
    std::fs::write(root.join(\"../started\"), \"\").unwrap();\n    \
    while !root.join(\"../go\").exists() { std::thread::sleep(std::time::Duration::from_millis(20)); }\n}\n";

/// Every file below a folder, with its content and its time of change.
fn snapshot(folder: &Path, skip: &[&str]) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if skip.iter().any(|skip| path.ends_with(skip)) {
                continue;
            }
            let about = entry.metadata().expect("just listed");
            if about.is_dir() {
                open.push(path);
            } else {
                let content = fs::read(&path).unwrap_or_default();
                let changed = about.modified().expect("files have times here");
                files.insert(path.display().to_string(), (content, changed));
            }
        }
    }
    files
}

#[test]
fn tree_home_and_server_are_as_they_were() {
    if !has_tools(&["sccache", "clang", "mold"]) {
        return;
    }
    let mut house = House::new();
    let folder = house.folder("their-cache").display().to_string();
    house.start_server(&folder);
    house.set("SCCACHE_DIR", &folder);
    let built = house.command("cargo").args(["build", "--offline"]).output();
    assert!(built.expect("cargo can be run").status.success());
    // What Cargo itself keeps in its home, and the tool in its own folder.
    const OURS: &[&str] = &["target/build-profiles"];
    const CARGOS: &[&str] = &[".cargo", ".rustup"];
    let states = |house: &House| {
        (
            snapshot(&house.root, OURS),
            snapshot(&house.folder("user"), CARGOS),
            snapshot(&house.folder("dep1"), &[]),
            snapshot(&house.folder("their-cache"), &[]),
            house.statistics(),
        )
    };
    let before = states(&house);
    let said = house.verify(&[]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let after = states(&house);
    let names = |state: &BTreeMap<String, _>| state.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before.0), names(&after.0), "files of the workspace");
    assert!(before.0 == after.0, "a file of the workspace has changed");
    assert_eq!(names(&before.1), names(&after.1), "files of the home");
    assert!(before.1 == after.1, "a file of the home has changed");
    assert!(
        before.2 == after.2 && before.3 == after.3,
        "another folder has changed"
    );
    assert_eq!(before.4, after.4, "what their server counted");
    let state = house.root.join("target/build-profiles");
    let left = fs::read_dir(state).expect("the tool's own folder");
    let left: Vec<String> = left
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains(|c: char| c.is_ascii_digit()))
        .collect();
    assert_eq!(left, [""; 0], "private folders are left");
}

/// Starts the whole of `verify`, ends it by a signal to it alone while the workspace is built, and looks who is left.
fn ended_by(signal: &str) {
    if !has_tools(&["sccache", "clang", "mold"]) {
        return;
    }
    let house = House::new();
    house.write("app/build.rs", WAITS);
    // Who starts the tests in the background has them ignore an interrupt, and what they start.
    let mut verify = house
        .command("env")
        .args([
            "--default-signal=INT",
            env!("CARGO_BIN_EXE_xtask"),
            "verify",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tool can be run");
    let started = house.folder("started");
    eventually("the build script", || started.exists());
    let running = house.processes();
    for name in ["cargo", "sccache"] {
        assert!(
            running.iter().any(|(_, running)| running == name),
            "{running:?}"
        );
    }
    let killed = Command::new("kill")
        .args(["-s", signal, &verify.id().to_string()])
        .status();
    assert!(killed.expect("there is a kill").success());
    assert!(!verify.wait().expect("it ended").success());
    house.is_left_alone();
}

#[test]
fn nobody_is_left_after_an_interrupt() {
    ended_by("INT");
}

#[test]
fn nobody_is_left_after_a_kill() {
    ended_by("KILL");
}

#[test]
fn nobody_is_left_after_an_abort() {
    ended_by("ABRT");
}

/// The compiler's own message, exit code 2, and no verdict.
#[test]
fn a_build_that_fails_is_no_verdict() {
    if !has_tools(&["sccache", "clang", "mold"]) {
        return;
    }
    let house = House::new();
    house.write("lib1/src/lib.rs", "pub fn go() -> u8 { \"none\" }\n");
    let said = house.verify(&[]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    for piece in [
        "error[E0308]: mismatched types",
        "lib1/src/lib.rs:1:",
        "cargo build --workspace",
    ] {
        assert!(
            said.stderr.contains(piece),
            "no `{piece}`:\n{}",
            said.stderr
        );
    }
    assert_eq!(said.verdicts().count(), 0, "{}", said.stdout);
    house.is_left_alone();
}
