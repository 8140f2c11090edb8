//! The workspace of an example, on disk, with what the example leaves out; and Cargo in an environment of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A workspace in a temporary folder, with a home of its own.
pub(crate) struct Workshop {
    sandbox: tempfile::TempDir,
    /// The workspace root.
    pub(crate) root: PathBuf,
}

impl Workshop {
    /// The files of the example; and where it says nothing of them: a package `app` with a program, a library, a build
    /// script and a test, its members, and its locked packages as packages in a folder beside the workspace.
    pub(crate) fn new(example: &str) -> Self {
        let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
        let root = sandbox.path().join("work");
        let workshop = Self { sandbox, root };
        let (mut members, mut locked) = (Vec::new(), Vec::new());
        let (mut manifest, mut at) = (String::new(), None);
        let mut files: Vec<(String, String)> = Vec::new();
        for line in example.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("//- ") {
                files.push((path.trim().to_owned(), String::new()));
                at = Some(files.len() - 1);
            } else if let Some(at) = at {
                files[at].1.push_str(line);
            } else if let Some(names) = line.strip_prefix("members:") {
                members.extend(names.split_whitespace().map(str::to_owned));
            } else if let Some(names) = line.strip_prefix("locked:") {
                locked.extend(names.split_whitespace().map(str::to_owned));
            }
        }
        let mut dependencies = String::new();
        for one in &locked {
            let (name, version) = one.split_once('@').expect("name@version");
            dependencies += &format!("{name} = {{ path = \"../beside/{name}\" }}\n");
            let folder = format!("../beside/{name}");
            workshop.write(&format!("{folder}/Cargo.toml"), &package(name, version, ""));
            workshop.write(&format!("{folder}/src/lib.rs"), "pub fn go() {}\n");
        }
        let is_member = |path: &str| {
            let folders = members
                .iter()
                .map(|member| member.split_once('=').map_or(&**member, |m| m.1));
            folders
                .into_iter()
                .any(|folder| path == format!("{folder}/Cargo.toml"))
        };
        for (path, text) in &files {
            match path.as_str() {
                "Cargo.toml" => manifest.clone_from(text),
                path if is_member(path) => {}
                path => workshop.write(path, text),
            }
        }
        let mut folders = String::new();
        for member in &members {
            let (name, path) = member.split_once('=').unwrap_or((member, member));
            folders += &format!("{path:?}, ");
            let file = format!("{path}/Cargo.toml");
            let more = files.iter().find(|(path, _)| *path == file);
            let more = more.map_or("", |(_, text)| text);
            let text = if more.contains("[package]") {
                more.to_owned()
            } else {
                package(name, "0.1.0", more)
            };
            workshop.write(&file, &text);
            workshop.write(&format!("{path}/src/lib.rs"), "pub fn go() {}\n");
        }
        if !manifest.contains("[workspace]") {
            manifest = format!("[workspace]\nmembers = [{folders}]\n\n{manifest}");
        }
        if !manifest.contains("[package]") {
            // Before what may be a table, after nothing that is a key of the root: `cargo-features` stands first.
            let (first, rest) = match manifest.split_once("\n[") {
                Some((first, rest)) if first.starts_with("cargo-features") => {
                    (first, format!("\n[{rest}"))
                }
                _ => ("", manifest.clone()),
            };
            manifest = format!(
                "{first}\n{}\n[dependencies]\n{dependencies}\n{rest}",
                package("app", "0.1.0", "")
            );
        }
        workshop.write("Cargo.toml", &manifest);
        for (path, text) in [
            ("src/main.rs", "fn main() { app::go() }\n"),
            (
                "src/lib.rs",
                "pub fn go() {}\n\n#[test]\nfn runs() { go() }\n",
            ),
            ("build.rs", "fn main() {}\n"),
        ] {
            if !workshop.root.join(path).exists() {
                workshop.write(path, text);
            }
        }
        workshop
    }

    /// Writes a file, from the workspace root.
    pub(crate) fn write(&self, path: &str, text: &str) {
        // `/home/config.toml` is that of Cargo's home, which is in the sandbox.
        let path = match path.strip_prefix('/') {
            Some(outside) => self.sandbox.path().join(outside),
            None => self.root.join(path),
        };
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    }

    /// Mends what the tool can mend, by the tool itself, and gives what it said.
    pub(crate) fn fix(&self) -> String {
        let mut tool = self.clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        let (_, said) = run(tool.args(["lint", "--fix", "--no-verify"]));
        said
    }

    /// Cargo in the workspace root, offline, as in the shell of somebody who has set nothing.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.clean(Command::new("cargo"));
        command.args(arguments);
        command
    }

    fn clean(&self, mut command: Command) -> Command {
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let steers = ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "SCCACHE"];
            if steers.iter().any(|steer| name.starts_with(steer)) && name != "CARGO_BIN_EXE" {
                command.env_remove(name);
            }
        }
        let home = self.sandbox.path().join("home");
        command
            .env("CARGO_HOME", home)
            .env("CARGO_NET_OFFLINE", "true")
            // Nobody can have a server there: the user's own is not ours to ask.
            .env("SCCACHE_SERVER_PORT", "1")
            .env("CARGO_TERM_COLOR", "never");
        command
    }
}

/// A cache server of the test's own, with a folder and a port of its own; stopped when it is dropped.
pub(crate) struct Sccache {
    folder: tempfile::TempDir,
    port: u16,
}

impl Sccache {
    /// A server; `None` where sccache is missing, which is said, or is a failure where tools are required.
    pub(crate) fn start() -> Option<Self> {
        if !has_tools(&["sccache"]) {
            return None;
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let server = Self { folder, port };
        let (works, said) = run(server.speaks(Command::new("sccache").arg("--start-server")));
        assert!(works, "{said}");
        Some(server)
    }

    /// The command, in an environment where this is the server.
    pub(crate) fn speaks<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("SCCACHE_SERVER_PORT", self.port.to_string())
            .env("SCCACHE_DIR", self.folder.path())
            .env("SCCACHE_IDLE_TIMEOUT", "600")
    }

    /// The counters, set to zero afterwards.
    pub(crate) fn counted(&self) -> serde_json::Value {
        let mut ask = Command::new("sccache");
        ask.args(["--show-stats", "--stats-format=json"]);
        let output = self.speaks(&mut ask).output().expect("sccache starts");
        let _zeroed = run(self.speaks(Command::new("sccache").arg("--zero-stats")));
        serde_json::from_slice(&output.stdout).expect("it speaks JSON")
    }
}

impl Drop for Sccache {
    fn drop(&mut self) {
        let _ended = run(self.speaks(Command::new("sccache").arg("--stop-server")));
    }
}

/// Whether all of these programs are on the PATH. What is missing is said, and is a failure where tools are required.
pub(crate) fn has_tools(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_some();
    assert!(!required, "{missing:?} are required and not there");
    #[expect(clippy::print_stderr, reason = "a skip is said")]
    {
        eprintln!("skipped: {missing:?} are not there");
    }
    false
}

/// Whether the command ended well, and what it said on both streams.
pub(crate) fn run(command: &mut Command) -> (bool, String) {
    let output = command.output().expect("the program starts");
    let said = [output.stderr, output.stdout].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn package(name: &str, version: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n\n{more}")
}
