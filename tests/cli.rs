//! The tool as its user meets it: `tests/<command>/<case>/in` is copied to a folder outside of this repository, the
//! command line of `cmd` runs there, and what is said and what stands there afterwards is held against `stdout`,
//! `stderr` and `out`. After each command `stderr` tells its exit code.
//!
//! A line `# only: linux` in `cmd` keeps a case to one system. A case is added by adding its folder; `SNAPSHOTS=overwrite cargo test --test cli` writes what it says.
#![expect(clippy::print_stdout, reason = "a skip is said")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use snapbox::{Assert, Data};

#[test]
fn cases() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let mut failed = Vec::new();
    let mut count = 0;
    for command in folders(&tests) {
        for case in folders(&command)
            .into_iter()
            .filter(|case| case.join("cmd").exists())
        {
            count += 1;
            let outcome = std::panic::catch_unwind(|| run(&case));
            if outcome.is_err() {
                failed.push(
                    case.strip_prefix(&tests)
                        .unwrap_or(&case)
                        .display()
                        .to_string(),
                );
            }
        }
    }
    assert!(count > 0, "no case found under {}", tests.display());
    assert!(
        failed.is_empty(),
        "{} of {count} cases failed: {}",
        failed.len(),
        failed.join(", ")
    );
}

fn run(case: &Path) {
    let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
    let root = sandbox
        .path()
        .canonicalize()
        .expect("the folder was just made")
        .join("work");
    copy(&case.join("in"), &root);
    give_sources(&root);
    let cmd = fs::read_to_string(case.join("cmd")).expect("each case has a `cmd`");
    if let Some(system) = cmd
        .lines()
        .find_map(|line| line.strip_prefix("# only: "))
        .filter(|system| *system != std::env::consts::OS)
    {
        println!("skipped: {} is for {system}", case.display());
        return;
    }
    let mut said = (String::new(), String::new());
    let cmd = cmd.replace("[ROOT]", &root.to_string_lossy());
    for line in cmd
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let (line, into) = line
            .split_once(" > ")
            .filter(|_| !line.starts_with('$'))
            .map_or((line, None), |(line, file)| (line, Some(file)));
        let mut output = command(&root, line);
        if let Some(file) = into {
            fs::write(root.join(file), std::mem::take(&mut output.stdout))
                .expect("the sandbox is ours");
        }
        said.0.push_str(&String::from_utf8_lossy(&output.stdout));
        said.1.push_str(&String::from_utf8_lossy(&output.stderr));
        said.1
            .push_str(&format!("exit: {}\n", output.status.code().unwrap_or(-1)));
    }
    let above = root
        .parent()
        .expect("a folder of the sandbox")
        .to_string_lossy()
        .into_owned();
    let plain = |text: String| {
        let text = text.replace(&*root.to_string_lossy(), "[ROOT]");
        text.replace(&above, "[ABOVE]")
            .split_inclusive('\n')
            .map(on_any_machine)
            .collect::<String>()
    };
    let assert = Assert::new().action_env("SNAPSHOTS");
    assert.eq(
        plain(said.0),
        Data::read_from(&case.join("stdout"), None).raw(),
    );
    assert.eq(
        plain(said.1),
        Data::read_from(&case.join("stderr"), None).raw(),
    );
    if case.join("out").exists() {
        snapbox::assert_subset_eq(case.join("out"), &root);
    }
}

/// A line that ends with the platform and the Cargo of whoever runs it, without them.
fn on_any_machine(line: &str) -> String {
    let end = line.trim_end();
    match (end.rfind(" ("), end.rfind(", cargo ")) {
        (Some(open), Some(comma)) if open < comma && end.ends_with(')') => {
            format!("{} ([TARGET], cargo [VERSION])\n", &line[..open])
        }
        _ => line.to_owned(),
    }
}

/// Runs one line: `[K=V ...] configure --check [> file]`, or `$ shell command` to set the stage.
fn command(root: &Path, line: &str) -> Output {
    if let Some(script) = line.strip_prefix("$ ") {
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(root)
            .output()
            .expect("sh can be run");
        assert!(
            output.status.success(),
            "`{script}` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return Output {
            stdout: Vec::new(),
            stderr: Vec::new(),
            status: output.status,
        };
    }
    let mut words = line.split_whitespace().peekable();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let mut folder = root.to_owned();
    clean_environment(&mut command);
    while let Some((name, value)) = words
        .peek()
        .and_then(|word| word.split_once('='))
        .filter(|(name, _)| !name.starts_with('-'))
    {
        match name {
            "CD" => folder = root.join(value),
            _ => {
                command.env(name, value);
            }
        }
        words.next();
    }
    command
        .args(words)
        .current_dir(folder)
        .output()
        .expect("the tool can be run")
}

/// The test's own Cargo must not configure the one under test, nor the user's settings.
fn clean_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let configures = text.starts_with("CARGO") && text != "CARGO_HOME"
            || text.starts_with("RUSTFLAGS")
            || text.starts_with("RUSTC");
        if configures
            || matches!(
                text.as_ref(),
                "NO_COLOR" | "RUSTDOCFLAGS" | "LD_LIBRARY_PATH"
            )
        {
            command.env_remove(&name);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", "/");
}

/// Gives each package of a fixture the source that Cargo wants to see, so that fixtures hold only what matters.
fn give_sources(folder: &Path) {
    let manifest = folder.join("Cargo.toml");
    let is_package = fs::read_to_string(&manifest).is_ok_and(|text| text.contains("[package]"));
    if is_package && !folder.join("src").exists() {
        fs::create_dir_all(folder.join("src")).expect("the sandbox is ours");
        fs::write(folder.join("src/lib.rs"), "").expect("the sandbox is ours");
    }
    for inner in folders(folder)
        .into_iter()
        .filter(|inner| inner.file_name() != Some(OsStr::new("src")))
    {
        give_sources(&inner);
    }
}

fn folders(at: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(at).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the sandbox is ours");
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the sandbox is ours");
        }
    }
}
