//! The note of a pull request, over real git histories: `tests/review/<case>/note.md` is what a bot would post, `note.txt`
//! what a person reads at a terminal. `SNAPSHOTS=overwrite cargo test --test review` writes what they say.
//!
//! Each case is a history made here, outside of this repository. Whatever is asked, nothing of the checkout changes and no
//! folder stays behind: [`House::review`] sees to that every time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use snapbox::{Assert, Data};

const POLICY: &str = r#"schema = 1
toolchain = "1.94"

[packages]
codecs = ["crates/codec-*"]

[profile.dev]
# Backtraces keep file:line; nobody steps through dev builds.
debug = "line-tables-only"

[profile.dev.package]
"*" = { opt-level = 1 }
# Decoding at opt-level 0 makes every test wait.
"@codecs" = { opt-level = 3 }
"#;

/// A git repository with a workspace in it.
struct House {
    sandbox: tempfile::TempDir,
    /// The workspace root, below the git root in some cases.
    inside: &'static str,
}

impl House {
    /// A workspace of a program and a codec under this policy, configured and committed on `main`.
    fn new(policy: &str) -> Self {
        let house = Self::bare("");
        house.write("build-profiles.toml", policy);
        house.configure();
        house.commit("base");
        house
    }

    /// The same without a policy and without a commit.
    fn bare(inside: &'static str) -> Self {
        let house = Self {
            sandbox: tempfile::tempdir().expect("a temporary folder can be made"),
            inside,
        };
        for folder in ["work", "tmp", "cargo-home"] {
            fs::create_dir_all(house.sandbox.path().join(folder)).expect("the sandbox is ours");
        }
        house.git(&["init", "--quiet", "--initial-branch=main", "."]);
        house.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"crates/*\"]\n",
        );
        house.package("app", "");
        house.package("crates/codec-a", "");
        house.write(".gitignore", "/target\n");
        house.lock(&["app", "codec-a"], &[]);
        house
    }

    fn git_root(&self) -> PathBuf {
        self.sandbox
            .path()
            .canonicalize()
            .expect("it is there")
            .join("work")
    }

    fn root(&self) -> PathBuf {
        self.git_root().join(self.inside)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder"))
            .expect("the sandbox is ours");
        fs::write(path, text).expect("the sandbox is ours");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).expect("the case has written it")
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "`{from}` is not in {path}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    fn append(&self, path: &str, text: &str) {
        self.write(path, &format!("{}{text}", self.read(path)));
    }

    fn package(&self, path: &str, more: &str) {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.write(
            &format!("{path}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}"
            ),
        );
        self.write(&format!("{path}/src/lib.rs"), "");
    }

    /// A lock file by hand: members, and third-party packages that the program needs.
    fn lock(&self, members: &[&str], third_party: &[(&str, &str)]) {
        let mut text = "version = 3\n".to_owned();
        for name in members {
            text.push_str(&format!(
                "\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n"
            ));
            if *name == "app" && !third_party.is_empty() {
                let names: Vec<String> = third_party
                    .iter()
                    .map(|(name, _)| format!(" \"{name}\",\n"))
                    .collect();
                text.push_str(&format!("dependencies = [\n{}]\n", names.concat()));
            }
        }
        for (name, version) in third_party {
            let source = "registry+https://github.com/rust-lang/crates.io-index";
            text.push_str(&format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"{}\"\n", "0".repeat(64)));
        }
        self.write("Cargo.lock", &text);
    }

    /// Writes the files as the policy says, as a person who opens a pull request has done.
    fn configure(&self) {
        let output = self.tool(
            &self.root(),
            &["configure", "--no-machine", "--no-verify"],
            &[],
        );
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.git_root(), arguments)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn tool(&self, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        command
            .args(arguments)
            .current_dir(folder)
            .env("TMPDIR", self.sandbox.path().join("tmp"));
        command
            .env("CARGO_HOME", self.sandbox.path().join("cargo-home"))
            .env("CARGO_TERM_COLOR", "never");
        command
            .envs(variables.iter().copied())
            .output()
            .expect("the tool can be run")
    }

    /// Asks for the note and sees to it that nothing has changed and nothing has stayed.
    fn review_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        // As an editor does it: the same text, so that git has reason to look at its index again.
        self.write("app/src/lib.rs", &self.read("app/src/lib.rs"));
        let before = tree(&self.git_root());
        let output = self.tool(
            &self.root(),
            &[&["configure", "--diff", "--base"], arguments].concat(),
            variables,
        );
        assert_eq!(
            before,
            tree(&self.git_root()),
            "something of the checkout has changed"
        );
        let left: Vec<_> = fs::read_dir(self.sandbox.path().join("tmp"))
            .expect("it was made")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        output
    }

    fn review(&self, arguments: &[&str]) -> Output {
        self.review_with(arguments, &[])
    }

    fn json(&self, base: &str) -> Value {
        let output = self.review(&[base, "--format", "json"]);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    fn markdown(&self, base: &str) -> String {
        let output = self.review(&[base, "--format", "markdown"]);
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("a note is UTF-8")
    }

    /// Holds the note against `tests/review/<case>/note.md`.
    fn says(&self, case: &str, base: &str) {
        self.is(case, "note.md", self.markdown(base));
    }

    /// Holds what a terminal shows, stdout and then stderr, against `tests/review/<case>/note.txt`.
    fn says_to_a_person(&self, case: &str, arguments: &[&str]) {
        let output = self.review(arguments);
        let code = output.status.code().unwrap_or(-1);
        let said = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        self.is(
            case,
            "note.txt",
            format!("{}{}exit: {code}\n", said[0], said[1]),
        );
    }

    fn is(&self, case: &str, file: &str, said: String) {
        let mut said = said.replace(&*self.git_root().to_string_lossy(), "[ROOT]");
        if let Some(base) = self
            .git(&["rev-list", "--all"])
            .lines()
            .find(|commit| said.contains(&commit[..12]))
        {
            said = said.replace(base, "[BASE]").replace(&base[..12], "[BASE]");
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/review")
            .join(case)
            .join(file);
        Assert::new()
            .action_env("SNAPSHOTS")
            .eq(said, Data::read_from(&path, None).raw());
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    const DATE: &str = "2026-01-02T03:04:05Z";
    let mut command = clean(Command::new("git"));
    command
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(folder);
    let output = command
        .env("GIT_AUTHOR_DATE", DATE)
        .env("GIT_COMMITTER_DATE", DATE)
        .output()
        .expect("git can be run");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Neither the test's own Cargo, nor a CI's event, nor anybody's git settings may say anything here.
fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let speaks = [
            "CARGO",
            "RUSTC",
            "RUSTFLAGS",
            "RUSTDOC",
            "GIT_",
            "GITHUB_",
            "CI_",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix));
        if speaks || matches!(text.as_ref(), "NO_COLOR" | "LD_LIBRARY_PATH") {
            command.env_remove(&name);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", "/");
    command
}

/// Every file below a folder, git's own among them, with its bytes and its time.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("it was just listed"));
            let time = entry
                .metadata()
                .and_then(|data| data.modified())
                .expect("this system knows times");
            if kind.is_dir() {
                open.push(path.clone());
                files.insert(path, (Vec::new(), time));
            } else {
                files.insert(path.clone(), (fs::read(&path).unwrap_or_default(), time));
            }
        }
    }
    files
}

#[test]
fn policy_and_files_changed_together() {
    let house = House::new(POLICY);
    house.replace("build-profiles.toml", "# Backtraces keep file:line; nobody steps through dev builds.\ndebug = \"line-tables-only\"", "# CI is short of disk.\ndebug = false");
    house.replace(
        "build-profiles.toml",
        "opt-level = 3 }",
        "opt-level = 2, overflow-checks = false }",
    );
    house.configure();
    house.commit("less");
    house.says("together", "HEAD~1");
    house.says_to_a_person("together", &["HEAD~1"]);
    let json = house.json("HEAD~1");
    assert_eq!(
        (&json["clean"], &json["exit"], &json["drift"]),
        (&false.into(), &0.into(), &Value::Array(Vec::new()))
    );
    // Asked against itself, a branch changes nothing.
    assert_eq!(house.json("HEAD")["clean"], true);
}

#[test]
fn only_the_policy() {
    let house = House::new(POLICY);
    house.replace("build-profiles.toml", "\"line-tables-only\"", "false");
    house.commit("forgot to configure");
    house.says("only_the_policy", "HEAD~1");
    house.says_to_a_person("only_the_policy", &["HEAD~1"]);
}

/// What an unusable policy comes to is nobody's build: the note says what is wrong with it, and nothing else.
#[test]
fn the_policy_cannot_be_used() {
    let house = House::new(POLICY);
    house.replace("build-profiles.toml", "\"line-tables-only\"", "\"lines\"");
    house.commit("misspelt");
    let output = house.review(&["HEAD~1", "--format", "markdown"]);
    assert_eq!(output.status.code(), Some(2));
    let note = String::from_utf8_lossy(&output.stdout).into_owned();
    house.is("unusable", "note.md", note);
}

#[test]
fn only_a_file_by_hand() {
    let house = House::new(POLICY);
    house.replace("Cargo.toml", "\"line-tables-only\"", "true");
    house.replace(
        "Cargo.toml",
        "[profile.dev]\n",
        "[profile.dev]\nincremental = false\n",
    );
    house.commit("by hand");
    house.says("by_hand", "HEAD~1");
    house.says_to_a_person("by_hand", &["HEAD~1"]);
}

#[test]
fn a_crate_that_a_set_matches() {
    let house = House::new(POLICY);
    house.package("crates/codec-b", "");
    house.lock(&["app", "codec-a", "codec-b"], &[]);
    house.configure();
    house.commit("a codec");
    house.says("a_crate_added", "HEAD~1");
}

#[test]
fn a_lock_file_that_names_another_package_of_a_set() {
    let house = House::new(POLICY);
    house.replace(
        "build-profiles.toml",
        "crates/codec-*\"",
        "crates/codec-*\", \"zstd*\"",
    );
    house.package("app", "\n[dependencies]\nzstd-safe = \"7\"\n");
    house.lock(&["app", "codec-a"], &[("zstd-safe", "7.2.1")]);
    house.configure();
    house.commit("a dependency");
    // The bot bumps the lock file and knows nothing of us; Cargo has no registry to ask here.
    house.package(
        "app",
        "\n[dependencies]\nzstd-safe = \"7\"\nzstd-sys = \"2\"\n",
    );
    house.lock(
        &["app", "codec-a"],
        &[("zstd-safe", "7.2.4"), ("zstd-sys", "2.0.13")],
    );
    house.commit("bump");
    house.says("lock_bumped", "HEAD~1");
    house.says_to_a_person("lock_bumped", &["HEAD~1"]);
}

#[test]
fn the_toolchain_floor_is_raised() {
    let policy = format!(
        "{}\n[linker]\n# Linking is half of an edit.\nlinux-gnu = [\"mold\", \"default\"]\n\n[cache]\ntool = \"sccache\"\n",
        POLICY.replace("1.94", "1.90")
    );
    let house = House::new(&policy);
    house.replace("build-profiles.toml", "1.90", "1.94");
    house.configure();
    house.commit("1.94");
    house.says("floor_raised", "HEAD~1");
}

#[test]
fn an_environment_is_added() {
    let house = House::new(POLICY);
    house.append(
        "build-profiles.toml",
        "\n[environment.ci.profile.dev]\n# Nobody looks at CI's backtraces.\ndebug = false\n",
    );
    house.append("build-profiles.toml", "\n[environment.ci.target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Ctarget-cpu=x86-64-v3\"]\n");
    house.configure();
    house.commit("ci");
    house.says("environment_added", "HEAD~1");
    // What CI copies over the machine's own file is no difference of the branch.
    house.write(".cargo/machine.toml", &house.read(".cargo/env/ci.toml"));
    house.says("environment_added", "HEAD~1");
}

#[test]
fn an_environment_that_stays() {
    let house = House::new(POLICY);
    house.replace("build-profiles.toml", "\"line-tables-only\"", "false");
    house.append(
        "build-profiles.toml",
        "\n[environment.ci.profile.dev]\n# CI prints backtraces.\ndebug = \"line-tables-only\"\n",
    );
    house.configure();
    house.commit("less, but not in ci");
    house.says_to_a_person("environment_stays", &["HEAD~1"]);
}

/// What the file said already is no change, though the policy says it only now.
#[test]
fn how_the_tests_are_run() {
    let house = House::new(POLICY);
    house.write(
        ".config/nextest.toml",
        "nextest-version = \"0.9.131\"\n\n[profile.ci]\nretries = { backoff = \"fixed\", count = 2 } # as ever\nfail-fast = true\n",
    );
    house.commit("nextest");
    house.write(
        "build-profiles.toml",
        &format!("{POLICY}\n[test]\nrunner = \"nextest\"\n\n[test.nextest]\nnextest-version = \"0.9.131\"\n\n[test.nextest.profile.ci]\nretries = 2\n# One run shows all that is red.\nfail-fast = false\nslow-timeout = {{ period = \"60s\", terminate-after = 2 }}\n"),
    );
    house.configure();
    house.commit("the policy says it");
    house.says("tests", "HEAD~1");
    house.says_to_a_person("tests", &["HEAD~1"]);
}

#[test]
fn the_policy_is_renamed() {
    let house = House::bare("");
    house.write("profiles.toml", POLICY);
    let configured = house.tool(
        &house.root(),
        &[
            "configure",
            "--no-machine",
            "--no-verify",
            "--policy",
            "profiles.toml",
        ],
        &[],
    );
    assert!(
        configured.status.success(),
        "{}",
        String::from_utf8_lossy(&configured.stderr)
    );
    house.commit("base");
    house.git(&["mv", "profiles.toml", "build-profiles.toml"]);
    let note = |arguments: &[&str]| {
        String::from_utf8(
            house
                .review(&[&["HEAD", "--format", "markdown"], arguments].concat())
                .stdout,
        )
        .expect("UTF-8")
    };
    house.is("renamed", "note.md", note(&[]));
    // With a change in the same step it is known by its likeness.
    house.replace("build-profiles.toml", "\"line-tables-only\"", "false");
    house.configure();
    house.is("renamed_and_changed", "note.md", note(&[]));
    house.git(&["mv", "build-profiles.toml", "builds.toml"]);
    house.is(
        "renamed_and_changed",
        "with_policy.md",
        note(&["--policy", "builds.toml"]),
    );
}

#[test]
fn adopting_changes_no_build() {
    let house = House::bare("");
    house.append("Cargo.toml", "\n[profile.dev]\ndebug = 1\n\n[profile.release]\nlto = \"thin\"\n\n[profile.dist]\ninherits = \"release\"\n");
    house.write(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n",
    );
    house.commit("before us");
    // `release` is not named at all, `dist` is somebody else's, `debug` is said in another word.
    house.write(
        "build-profiles.toml",
        "schema = 1\n\n[profile.dev]\ndebug = \"limited\"\n\n[build]\nrustflags = \"--cfg tokio_unstable\"\n\n[unmanaged]\nprofile.dist = \"owned by dist\"\n",
    );
    house.configure();
    house.commit("adopt");
    house.says("adopted", "HEAD~1");
    assert_eq!(house.json("HEAD~1")["scopes"], Value::Array(Vec::new()));
    // Naming what stood there is no change either, and letting go of it neither.
    house.append(
        "build-profiles.toml",
        "\n[profile.release]\nlto = \"thin\"\n",
    );
    house.commit("name release");
    assert_eq!(house.json("HEAD~1")["clean"], true);
    assert_eq!(house.json("HEAD~2")["scopes"], Value::Array(Vec::new()));
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let house = House::new(POLICY);
    house.commit("second");
    let first = house.git(&["rev-parse", "HEAD~1"]);
    let url = format!("file://{}", house.git_root().display());
    let clone = House {
        sandbox: tempfile::tempdir().expect("a temporary folder can be made"),
        inside: "",
    };
    fs::create_dir_all(clone.sandbox.path().join("tmp")).expect("the sandbox is ours");
    git(
        clone.sandbox.path(),
        &["clone", "--quiet", "--depth", "1", &url, "work"],
    );
    let said = |output: Output| {
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).replace(&first, "[BASE]"),
        )
    };
    let (code, named) = said(clone.review(&[&first]));
    assert_eq!(code, Some(2));
    clone.is("shallow", "named.txt", named);
    let (code, by_event) = said(clone.review_with(&[], &[("GITHUB_BASE_REF", "release/1.x")]));
    assert_eq!(code, Some(2));
    clone.is("shallow", "event.txt", by_event);
    // What it says to fetch is enough.
    git(
        &clone.git_root(),
        &["fetch", "--quiet", "--depth=1", "origin", &first],
    );
    assert_eq!(clone.json(&first)["clean"], true);
    let (code, unknown) = said(house.review(&["nowhere"]));
    assert_eq!(code, Some(2));
    house.is("shallow", "unknown.txt", unknown);
}

#[test]
fn a_dirty_tree_is_what_is_told() {
    let house = House::new(POLICY);
    house.replace("build-profiles.toml", "\"line-tables-only\"", "false");
    house.commit("half of it");
    house.replace(
        "build-profiles.toml",
        "debug = false",
        "debug = \"none\"\nincremental = false",
    );
    house.configure();
    house.write("untracked.txt", "mine\n");
    house.git(&["add", "build-profiles.toml"]);
    house.says("dirty", "HEAD~1");
}

#[test]
fn a_workspace_below_the_git_root() {
    let house = House::bare("rust");
    fs::create_dir_all(house.git_root().join(".cargo")).expect("the sandbox is ours");
    house.write(
        "build-profiles.toml",
        &format!(
            "{}\n[build]\nrustflags = [\"--cfg\", \"a\"]\n",
            POLICY.replace(
                "schema = 1\n",
                "schema = 1\nconfig = \"../.cargo/config.toml\"\n"
            )
        ),
    );
    house.configure();
    house.commit("base");
    house.replace(
        "build-profiles.toml",
        "[\"--cfg\", \"a\"]",
        "[\"--cfg\", \"b\"]",
    );
    house.replace("build-profiles.toml", "opt-level = 3", "opt-level = 2");
    house.configure();
    house.replace("Cargo.toml", "opt-level = 2", "opt-level = 1");
    house.commit("flags");
    house.says("nested", "HEAD~1");
}

#[test]
fn the_base_is_where_the_branch_left() {
    let house = House::new(POLICY);
    // Without a remote: the local default branch.
    house.git(&["switch", "--quiet", "--create", "feature"]);
    house.replace("build-profiles.toml", "\"line-tables-only\"", "false");
    house.configure();
    house.commit("feature");
    house.git(&["switch", "--quiet", "main"]);
    house.replace("build-profiles.toml", "opt-level = 1", "opt-level = 2");
    house.configure();
    house.commit("main goes on");
    let url = house.git_root();
    let clone = House {
        sandbox: tempfile::tempdir().expect("a temporary folder can be made"),
        inside: "",
    };
    fs::create_dir_all(clone.sandbox.path().join("tmp")).expect("the sandbox is ours");
    git(
        clone.sandbox.path(),
        &["clone", "--quiet", &url.to_string_lossy(), "work"],
    );
    clone.git(&["switch", "--quiet", "feature"]);
    house.git(&["switch", "--quiet", "feature"]);
    let one_change = |json: Value| {
        assert_eq!(json["scopes"].as_array().map(Vec::len), Some(1), "{json:#}");
        assert_eq!(
            json["scopes"][0]["changes"].as_array().map(Vec::len),
            Some(1),
            "what `main` does is none of the branch's: {json:#}"
        );
        assert_eq!(json["scopes"][0]["changes"][0]["key"], "debug");
    };
    let json = |house: &House, variables: &[(&str, &str)]| -> Value {
        let output = house.review_with(&["--format", "json"], variables);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    };
    one_change(json(&house, &[]));
    // In CI: a checkout of the branch with a remote, and the event's own base.
    one_change(json(&clone, &[("GITHUB_BASE_REF", "main")]));
    one_change(json(
        &clone,
        &[(
            "CI_MERGE_REQUEST_DIFF_BASE_SHA",
            &clone.git(&["rev-parse", "HEAD~1"]),
        )],
    ));
    one_change(json(&clone, &[]));
}

#[test]
fn nothing_that_is_written_in_a_policy_is_markup() {
    let house = House::new(POLICY);
    let long = "word ".repeat(20_000);
    house.replace(
        "build-profiles.toml",
        "# Backtraces keep file:line; nobody steps through dev builds.\ndebug = \"line-tables-only\"",
        &format!("# </details> | `code` ``` @team #1 <script>alert(1)</script> **bold** $x$ [a](http://b) \\ &amp;\ndebug = false\n# {long}\nincremental = false"),
    );
    house.append(
        "build-profiles.toml",
        "\n[build]\nrustflags = [\"--cfg\", \"x=\\\"</code>|`@team`\\\"\", \"````\"]\n",
    );
    house.append(
        "build-profiles.toml",
        "\n[unmanaged]\nprofile.dist = \"<!-- @team --> | </details>\"\n",
    );
    house.configure();
    house.commit("hostile");
    let note = house.markdown("HEAD~1");
    let (outside, diff) = note
        .split_once("```diff")
        .or_else(|| note.split_once("`````diff"))
        .unwrap_or((&note, ""));
    assert!(
        note.chars().count() < 65_536,
        "{} characters",
        note.chars().count()
    );
    for markup in [
        "<script",
        "@team",
        "alert(1)</",
        "<!-- @",
        "**bold",
        " $x",
        "`code`",
    ] {
        assert!(
            !outside.contains(markup),
            "`{markup}` came through:\n{outside}"
        );
    }
    assert_eq!(
        outside.matches("</details>").count() + diff.matches("\n</details>\n").count(),
        outside.matches("<details>").count() + diff.matches("\n<details>").count()
    );
    let rows: Vec<&str> = outside
        .lines()
        .filter(|line| line.starts_with("| <code>"))
        .collect();
    assert_eq!(rows.len(), 3, "{outside}");
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
    // In the diff stands what was written, behind a fence that nothing in it closes.
    house.is("hostile", "note.md", note.replace(&long, "[LONG]"));
}

#[test]
fn a_note_is_posted_however_large_the_change() {
    let house = House::new(POLICY);
    let overrides: String = (0..3_000)
        .map(|n| {
            format!(
                "# Reason {n} is {}.\n\"package-{n}\" = {{ opt-level = {}, codegen-units = {} }}\n",
                "very ".repeat(60),
                n % 4,
                n + 1
            )
        })
        .collect();
    let names: Vec<String> = (0..3_000).map(|n| format!("package-{n}")).collect();
    house.append("build-profiles.toml", &overrides);
    let locked: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1.0.0")).collect();
    house.lock(&["app", "codec-a"], &locked);
    house.commit("large");
    let note = house.markdown("HEAD~1");
    assert!(
        note.chars().count() < 65_536,
        "{} characters",
        note.chars().count()
    );
    assert!(
        note.contains("settings of every build") && note.contains(" more"),
        "what is left out is counted"
    );
    // As many environments are as many tables.
    let house = House::new(POLICY);
    let environments: String = (0..200)
        .map(|n| format!("\n[environment.e{n}.profile.dev]\ndebug = false\n"))
        .collect();
    house.append("build-profiles.toml", &environments);
    house.commit("large");
    let note = house.markdown("HEAD~1");
    assert!(
        note.chars().count() < 65_536,
        "{} characters",
        note.chars().count()
    );
    let summary = note.lines().nth(1).unwrap_or_default();
    assert!(
        summary.contains("200 settings of an environment"),
        "{summary}"
    );
    assert!(note.contains("and 100 more"), "what is left out is counted");
}

/// Profiles asked about, and what each takes from where it says nothing itself.
const PROFILES: [(&str, Option<&str>); 3] =
    [("dev", None), ("release", None), ("fast", Some("dev"))];
/// Packages of the graph, and whether they are members.
const PACKAGES: [(&str, bool); 3] = [("app", true), ("codec-a", true), ("dep", false)];
/// Keys, the name of each in the unit graph, Cargo's default in dev and in release, and values that differ from one another.
const KEYS: [(&str, &str, [&str; 2], &[&str]); 5] = [
    ("opt-level", "opt_level", ["0", "3"], &["0", "1", "2", "3"]),
    ("debug", "debuginfo", ["2", "0"], &["0", "1", "2"]),
    (
        "overflow-checks",
        "overflow_checks",
        ["true", "false"],
        &["true", "false"],
    ),
    (
        "debug-assertions",
        "debug_assertions",
        ["true", "false"],
        &["true", "false"],
    ),
    (
        "codegen-units",
        "codegen_units",
        ["", ""],
        &["1", "16", "256"],
    ),
];

/// `(profile, package or "" or "*", key)` to its value.
type Wanted = BTreeMap<(usize, &'static str, usize), &'static str>;

fn generated(seed: &mut u64) -> Wanted {
    let mut roll = |sides: usize| {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).expect("31 bits fit") % sides
    };
    let mut wanted = Wanted::new();
    for _ in 0..=roll(7) {
        let (profile, key) = (roll(PROFILES.len()), roll(KEYS.len()));
        let package = ["", "", "*", "app", "codec-a", "dep"][roll(6)];
        wanted.insert(
            (profile, package, key),
            KEYS[key].3[roll(KEYS[key].3.len())],
        );
    }
    wanted
}

fn policy(wanted: &Wanted) -> String {
    let mut text = "schema = 1\nstrict = true\n".to_owned();
    for (index, (name, inherits)) in PROFILES.iter().enumerate() {
        let inherits = inherits
            .map(|parent| format!("inherits = \"{parent}\"\n"))
            .unwrap_or_default();
        text.push_str(&format!("\n[profile.{name}]\n{inherits}"));
        for of in ["", "*", "app", "codec-a", "dep"] {
            let own: Vec<_> = wanted
                .iter()
                .filter(|((profile, package, _), _)| (*profile, *package) == (index, of))
                .collect();
            if !of.is_empty() && !own.is_empty() {
                text.push_str(&format!("\n[profile.{name}.package.\"{of}\"]\n"));
            }
            own.iter().for_each(|((_, _, key), value)| {
                text.push_str(&format!("{} = {value}\n", KEYS[*key].0))
            });
        }
    }
    text
}

/// What holds for a package, by Cargo's documented order: its own override, the one for all that are no members, the
/// profile, what the profile inherits, Cargo's default.
fn holds(
    wanted: &Wanted,
    profile: usize,
    (package, member): (&'static str, bool),
    key: usize,
) -> &'static str {
    let chain = [
        Some(profile),
        PROFILES[profile]
            .1
            .and_then(|parent| PROFILES.iter().position(|(name, _)| *name == parent)),
    ];
    let chain: Vec<usize> = chain.into_iter().flatten().collect();
    let levels = [Some(package), (!member).then_some("*"), Some("")];
    let found = levels.into_iter().flatten().find_map(|level| {
        chain
            .iter()
            .find_map(|profile| wanted.get(&(*profile, level, key)))
    });
    found
        .copied()
        .unwrap_or(KEYS[key].2[usize::from(PROFILES[profile].0 == "release")])
}

/// What Cargo resolves: `(profile, package, field)` to the values of its units, those of build scripts left out.
fn graph(house: &House) -> BTreeMap<(usize, String, String), Vec<String>> {
    let mut fields: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (index, (name, _)) in PROFILES.iter().enumerate() {
        let mut cargo = clean(Command::new("cargo"));
        cargo.args([
            "build",
            "--workspace",
            "--profile",
            name,
            "--unit-graph",
            "-Zunstable-options",
            "--locked",
            "--offline",
        ]);
        cargo
            .args(["--target-dir", "not-there"])
            .current_dir(house.root())
            .env("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS", "nightly");
        let output = cargo
            .env("CARGO_HOME", house.sandbox.path().join("cargo-home"))
            .output()
            .expect("cargo can be run");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let graph: Value = serde_json::from_slice(&output.stdout).expect("a unit graph is JSON");
        for unit in graph["units"].as_array().expect("it has units") {
            let target = unit["target"]["name"]
                .as_str()
                .unwrap_or_default()
                .replace('_', "-");
            for (field, value) in unit["profile"].as_object().expect("a unit has a profile") {
                fields
                    .entry((index, target.clone(), field.clone()))
                    .or_default()
                    .push(value.to_string());
            }
        }
    }
    fields.values_mut().for_each(|values| values.sort());
    fields
}

/// Of what the note names and what the graph shows, each is held against the other. A named change that shows nowhere is
/// right only where the same value held before for every package it is about: a default that is now written down, or an
/// override that the package's own still beats. Which that is, is computed here from Cargo's documented order.
#[test]
fn what_is_said_to_change_is_what_changes_in_the_unit_graph() {
    let house = House::bare("");
    house.replace(
        "Cargo.toml",
        "\"crates/*\"]",
        "\"crates/*\"]\nexclude = [\"dep\"]",
    );
    house.package("dep", "");
    house.package("app", "\n[dependencies]\ncodec-a = { path = \"../crates/codec-a\" }\ndep = { path = \"../dep\" }\n");
    house.write(
        "Cargo.lock",
        "version = 3\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"codec-a\",\n \"dep\",\n]\n\n\
         [[package]]\nname = \"codec-a\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"dep\"\nversion = \"0.1.0\"\n",
    );
    let mut seed = 4;
    let mut old = generated(&mut seed);
    let set_up = |wanted: &Wanted| {
        house.write("build-profiles.toml", &policy(wanted));
        let output = house.tool(
            &house.root(),
            &["configure", "--no-machine", "--no-verify", "--prune"],
            &[],
        );
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        house.commit("next");
        graph(&house)
    };
    let mut was = set_up(&old);
    let mut seen = 0;
    for round in 0..12 {
        let new = generated(&mut seed);
        let is = set_up(&new);
        let note = house.json("HEAD~1");
        let (from, to) = (policy(&old), policy(&new));
        let context = || format!("round {round}\n== before\n{from}\n== after\n{to}\n{note:#}");
        let named: BTreeSet<(usize, String, usize)> = named(&note);
        for (profile, (_, parent)) in PROFILES.iter().enumerate() {
            for (package, member) in PACKAGES {
                for (key, (_, field, ..)) in KEYS.iter().enumerate() {
                    let place = (profile, package.to_owned(), (*field).to_owned());
                    let shows = was[&place] != is[&place];
                    let differs = holds(&old, profile, (package, member), key)
                        != holds(&new, profile, (package, member), key);
                    assert_eq!(
                        shows,
                        differs,
                        "{place:?}: Cargo's order is not what this test thinks\n{}",
                        context()
                    );
                    let chain = PROFILES
                        .iter()
                        .position(|(name, _)| Some(*name) == *parent)
                        .into_iter()
                        .chain([profile]);
                    let levels = [package, "", if member { "" } else { "*" }];
                    let told = chain.clone().any(|profile| {
                        levels
                            .iter()
                            .any(|level| named.contains(&(profile, (*level).to_owned(), key)))
                    });
                    assert!(
                        told || !shows,
                        "{place:?} changes and the note does not say so\n{}",
                        context()
                    );
                    seen += usize::from(shows);
                }
            }
        }
        for (profile, level, key) in &named {
            let level = level.as_str();
            let wanted = |wanted: &Wanted| {
                wanted
                    .iter()
                    .find(|((p, l, k), _)| (p, *l, k) == (profile, level, key))
                    .map(|(_, value)| *value)
            };
            assert_ne!(
                wanted(&old),
                wanted(&new),
                "named and no change of the policy\n{}",
                context()
            );
        }
        let units = note["units"].as_array().expect("a list");
        for (profile, (name, _)) in PROFILES.iter().enumerate() {
            let all: BTreeSet<&str> = was
                .keys()
                .filter(|(p, ..)| *p == profile)
                .filter(|place| was[place] != is[place])
                .map(|(_, package, _)| package.as_str())
                .collect();
            if let Some(counted) = units.iter().find(|units| units["profile"] == *name) {
                assert_eq!(
                    counted["changed"],
                    all.len(),
                    "{name}: {all:?}\n{}",
                    context()
                );
            }
        }
        (old, was) = (new, is);
    }
    assert!(seen > 50, "{seen} changes are too few to show anything");
}

/// The profile settings that a note names.
fn named(note: &Value) -> BTreeSet<(usize, String, usize)> {
    let scopes = note["scopes"].as_array().expect("a list");
    let changes = scopes
        .iter()
        .flat_map(|scope| scope["changes"].as_array().expect("a list"));
    changes
        .flat_map(|change| {
            let text = |field: &str| change[field].as_str().unwrap_or_default();
            let profile = PROFILES
                .iter()
                .position(|(name, _)| text("table") == format!("profile.{name}"))
                .expect("a profile asked about");
            let key = KEYS
                .iter()
                .position(|(key, ..)| *key == text("key"))
                .expect("a key asked about");
            let packages: Vec<String> = change["packages"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            let levels = match text("audience") {
                "" => vec![String::new()],
                audience if audience.contains("third-party") => vec!["*".to_owned()],
                _ => packages,
            };
            levels
                .into_iter()
                .map(move |level| (profile, level, key))
                .collect::<Vec<_>>()
        })
        .collect()
}
