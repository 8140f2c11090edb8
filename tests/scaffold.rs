//! From a workspace without an xtask to `cargo xtask verify --quick`, and back: what `init --xtask` makes is built and
//! started, and `eject` leaves the files as they were. An xtask that has commands of its own keeps them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// This repository.
fn here() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().expect("the repository is there")
}

/// A command in the workspace, in the environment of a shell that knows nothing of this test's Cargo.
fn command(program: &str, root: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    command
        .current_dir(root)
        // What this repository has compiled for its own alias serves here too.
        .env("CARGO_TARGET_DIR", here().join("target"))
        .env("CARGO_NET_OFFLINE", "true");
    command
}

fn run(mut command: Command) -> Output {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

fn xtask(root: &Path, arguments: &[&str]) -> String {
    let mut cargo = command("cargo", root);
    cargo.arg("xtask").args(arguments);
    let output = run(cargo);
    [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .concat()
}

/// Every file but those of git and Cargo's lock file, which follows what is built.
fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is ours").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != ".git" && name != "target" {
                folders.push(path);
            } else if path.is_file() && name != "Cargo.lock" {
                let text = fs::read_to_string(&path).expect("it is text");
                files.insert(path, text);
            }
        }
    }
    files
}

#[test]
fn a_scaffolded_xtask_starts_and_leaves_without_a_trace() {
    let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
    let root = sandbox.path().join("work");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    };
    write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\"]\n\n[profile.dev]\ndebug = 1 # lines\n",
    );
    write(
        "app/Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    write("app/src/lib.rs", "");
    write(".gitignore", "/target\n/Cargo.lock\n");
    for arguments in [
        &["init", "-q"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "begin",
        ],
    ] {
        let mut git = command("git", &root);
        git.args(arguments);
        run(git);
    }
    let before = files(&root);

    let mut tool = command(env!("CARGO_BIN_EXE_xtask"), &root);
    let library = here().join("crates/build-profiles-xtask");
    let dependency = format!("{{ path = '{}' }}", library.display());
    tool.args(["init", "--xtask", "--dependency", &dependency]);
    run(tool);
    fs::copy(here().join("Cargo.lock"), root.join("Cargo.lock")).expect("it is ours");

    let checked = xtask(&root, &["configure", "--check"]);
    assert!(
        checked.contains("the committed files are as the policy says"),
        "{checked}"
    );
    let linted = xtask(&root, &["lint", "--strict"]);
    assert!(linted.contains("nothing found"), "{linted}");
    let verified = xtask(&root, &["verify", "--quick"]);
    assert!(
        verified.contains("active: profile.dev.debug = 1"),
        "{verified}"
    );

    // What is in no commit is kept back unless one insists.
    xtask(&root, &["eject", "--force"]);
    assert_eq!(files(&root), before);
}

/// A workspace whose xtask has a command of its own, and this repository's lock file, so that no network is needed.
fn with_an_xtask(root: &Path) {
    for (path, text) in [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"tasks\"]\n\n[profile.xtask]\ninherits = \"release\"\nopt-level = 0\ncodegen-units = 256\n",
        ),
        (
            ".cargo/config.toml",
            "[alias]\nxtask = \"run --profile=xtask --package tasks --\"\n",
        ),
        (
            "tasks/Cargo.toml",
            "[package]\nname = \"tasks\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.94\"\n",
        ),
        (
            "tasks/src/main.rs",
            "fn main() {\n    let words: Vec<String> = std::env::args().skip(1).collect();\n    println!(\"a chore: {}\", words.join(\" \"));\n}\n",
        ),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    }
    fs::copy(here().join("Cargo.lock"), root.join("Cargo.lock")).expect("it is ours");
}

#[test]
fn a_mounted_tool_gets_in_no_other_commands_way() {
    let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
    let root = sandbox.path().join("work");
    with_an_xtask(&root);
    let mut tool = command(env!("CARGO_BIN_EXE_xtask"), &root);
    let library = here().join("crates/build-profiles-xtask");
    let dependency = format!("{{ path = '{}' }}", library.display());
    tool.args(["init", "--xtask", "--write", "--dependency", &dependency]);
    let next = String::from_utf8_lossy(&run(tool).stderr).into_owned();
    assert!(
        next.contains("run `cargo xtask build-profiles configure`"),
        "{next}"
    );

    let checked = xtask(&root, &["build-profiles", "configure", "--check"]);
    assert!(
        checked.contains("the committed files are as the policy says"),
        "{checked}"
    );
    let own = xtask(&root, &["test", "build-profiles"]);
    assert!(own.contains("a chore: test build-profiles"), "{own}");

    // A wrapper that is not there stops every build, and must not stop what mends it.
    let config = root.join(".cargo/config.toml");
    let text = fs::read_to_string(&config).expect("it is there");
    let broken = format!("{text}\n[build]\nrustc-wrapper = \"/missing/wrapper\"\n");
    fs::write(&config, broken).expect("it is ours");
    let mut build = command("cargo", &root);
    build.env_remove("RUSTC_WRAPPER").arg("check");
    let build = build.output().expect("it can be started");
    assert!(!build.status.success(), "the wrapper stops a build");
    xtask(&root, &["build-profiles", "configure", "--check"]);
}
