//! Input that nobody means well with: `lint` ends, with a word on it, within a time and a memory that are bounded.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// More than any of them takes on a machine that is busy; what does not end takes longer.
const LIMIT: Duration = Duration::from_secs(60);
/// Of address space, in kilobytes: Cargo and rustup run within it too.
const MEMORY: u32 = 4_000_000;

struct Tree {
    sandbox: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
        let root = sandbox.path().join("work");
        let tree = Self { sandbox, root };
        tree.write(
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\n",
        );
        tree.write("src/lib.rs", "");
        tree
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is ours");
        fs::write(path, bytes).expect("it is ours");
    }

    /// What `lint` says, and its exit code. It is an error of the test if it does not end by itself.
    fn lint(&self) -> (i32, String) {
        let tool = Path::new(env!("CARGO_BIN_EXE_xtask"));
        let mut command = Command::new("sh");
        let script = format!("ulimit -v {MEMORY}; exec \"$0\" lint");
        command
            .args(["-c", &script])
            .arg(tool)
            .current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO")
                || text.starts_with("RUSTC")
                || text.starts_with("RUSTFLAGS")
            {
                command.env_remove(&name);
            }
        }
        let said = self.sandbox.path().join("said");
        let into = fs::File::create(&said).expect("it is ours");
        command
            .env("CARGO_HOME", self.sandbox.path().join("home"))
            .stdout(Stdio::null())
            .stderr(into);
        let mut child = command.spawn().expect("sh starts");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status;
            }
            if start.elapsed() > LIMIT {
                let _ended = child.kill();
                panic!("it did not end within {LIMIT:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let said = fs::read_to_string(said).expect("it is UTF-8");
        (status.code().expect("it ended by itself"), said)
    }

    #[track_caller]
    fn says(&self, code: i32, texts: &[&str]) {
        let (ended, said) = self.lint();
        assert!(ended == code, "exit code {ended}:\n{said}");
        for text in texts {
            assert!(said.contains(text), "nothing of `{text}` in:\n{said}");
        }
    }
}

#[test]
fn a_config_of_ten_megabytes() {
    let tree = Tree::new();
    let mut config = String::from("[env]\n");
    while config.len() < 10_000_000 {
        let _ = writeln!(config, "X{} = \"{}\"", config.len(), "x".repeat(60));
    }
    tree.write(".cargo/config.toml", config);
    tree.says(0, &["file_too_large", ".cargo/config.toml"]);
}

#[test]
fn a_config_that_is_not_utf8() {
    let tree = Tree::new();
    tree.write(".cargo/config.toml", b"[env]\nX = \"\xff\xfe\"\n");
    tree.says(2, &["not_utf8", ".cargo/config.toml"]);
}

#[test]
fn includes_that_go_deep() {
    let tree = Tree::new();
    tree.write(".cargo/config.toml", "include = [\"0.toml\"]\n");
    for depth in 0..300 {
        let next = format!("include = [\"{}.toml\"]\n", depth + 1);
        tree.write(&format!(".cargo/{depth}.toml"), next);
    }
    tree.write(".cargo/300.toml", "[env]\nRUSTFLAGS = \"x\"\n");
    // Cargo follows them all; we stop where nobody goes, and say nothing false of the rest.
    let (code, said) = tree.lint();
    assert!(
        code == 0 || said.contains("include"),
        "exit code {code}:\n{said}"
    );
}

#[test]
fn includes_in_a_circle() {
    let tree = Tree::new();
    tree.write(".cargo/config.toml", "include = [\"a.toml\"]\n");
    tree.write(
        ".cargo/a.toml",
        "include = [\"config.toml\"]\n[env]\nRUSTFLAGS = \"x\"\n",
    );
    tree.says(
        2,
        &["cargo_does_not_answer", "cycle", "env_configures_nothing"],
    );
}

#[test]
fn tables_that_are_nested_without_end() {
    let tree = Tree::new();
    tree.write(
        ".cargo/config.toml",
        format!("x = {}1{}\n", "[".repeat(20_000), "]".repeat(20_000)),
    );
    tree.says(2, &[".cargo/config.toml"]);
    tree.write(
        ".cargo/config.toml",
        format!("[{}a]\nx = 1\n", "a.".repeat(5_000)),
    );
    let (code, said) = tree.lint();
    assert!(matches!(code, 0..=2), "{said}");
}

#[test]
#[cfg(unix)]
fn links_in_a_circle() {
    let tree = Tree::new();
    fs::create_dir_all(tree.root.join(".cargo")).expect("it is ours");
    fs::create_dir_all(tree.root.join(".github")).expect("it is ours");
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, tree.root.join(at)).expect("it is ours")
    };
    link("config.toml", ".cargo/config.toml");
    link(".", ".github/workflows");
    link("../..", ".github/actions");
    tree.says(2, &[".cargo/config.toml"]);
}

#[test]
fn a_bomb_in_a_workflow() {
    let tree = Tree::new();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let below = format!("*a{}", level - 1);
        let _ = writeln!(
            bomb,
            "a{level}: &a{level} [{}]",
            [below.as_str(); 10].join(", ")
        );
    }
    bomb += "env: *a39\njobs:\n  build:\n    env:\n      RUSTFLAGS: \"-Dwarnings\"\n    steps:\n      - run: cargo build\n";
    tree.write(".github/workflows/ci.yml", bomb);
    tree.write(
        ".github/workflows/deep.yml",
        format!("a: {}\n", "[".repeat(100_000)),
    );
    tree.write(".github/workflows/many.yml", "- ".repeat(200_000));
    tree.write(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg\", \"x\"]\n",
    );
    let (code, said) = tree.lint();
    assert!(matches!(code, 0 | 1), "exit code {code}:\n{said}");
    assert!(
        said.contains("rustflags_replaced") || said.contains("file_too_large"),
        "{said}"
    );
}

#[test]
fn files_that_are_no_files() {
    let tree = Tree::new();
    for folder in [
        ".cargo/config.toml",
        ".envrc",
        "Dockerfile",
        ".vscode/settings.json",
        "rust-toolchain.toml",
    ] {
        fs::create_dir_all(tree.root.join(folder)).expect("it is ours");
    }
    let (code, said) = tree.lint();
    assert!(
        matches!(code, 0..=2) && !said.contains("panicked"),
        "exit code {code}:\n{said}"
    );
}
