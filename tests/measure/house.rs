//! A workspace to be measured, outside of every repository, with a gate in its hub's build script.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// Three members in a row: the program, what stands between, and the hub.
pub(crate) struct House {
    sandbox: tempfile::TempDir,
    root: PathBuf,
}

/// What a run said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) json: Json,
    pub(crate) stderr: String,
}

/// A run that goes on.
pub(crate) struct Run {
    child: Child,
}

/// Longer than any of these builds takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(240);

impl House {
    pub(crate) fn new() -> Self {
        let sandbox = tempfile::Builder::new()
            .prefix("measured")
            .tempdir()
            .expect("a temporary folder can be made");
        let house = Self {
            root: sandbox.path().join("work"),
            sandbox,
        };
        house.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"hub\", \"mid\"]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n",
        );
        house.write(".gitignore", "/target\n");
        house.member("app", Some("mid"));
        house.write(
            "app/src/main.rs",
            "fn main() { mid::go() }\n#[test]\nfn runs() { main() }\n",
        );
        house.member("mid", Some("hub"));
        house.write(
            "mid/src/lib.rs",
            "pub fn go() { hub::go() }\n#[test]\nfn goes() { go() }\n",
        );
        house.member("hub", None);
        house.write(
            "hub/src/lib.rs",
            "pub fn go() {}\n#[test]\nfn goes() { go() }\n",
        );
        house.write("hub/build.rs", &gate(&house.sandbox.path().join("gate")));
        for folder in ["gate", "scratch", "user"] {
            fs::create_dir_all(house.sandbox.path().join(folder)).expect("the sandbox is ours");
        }
        let mut lock = house.command("cargo");
        let made = lock.args(["generate-lockfile", "--offline"]).output();
        assert!(made.expect("cargo runs").status.success());
        house
    }

    fn member(&self, name: &str, on: Option<&str>) {
        let on = on.map_or(String::new(), |on| {
            format!("{on} = {{ path = \"../{on}\" }}\n")
        });
        self.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n{on}"),
        );
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder"))
            .expect("the sandbox is ours");
        fs::write(path, text).expect("the sandbox is ours");
    }

    /// Makes it a git repository, and commits what is there.
    pub(crate) fn commit(&self) {
        self.commit_in(".");
    }

    /// Makes a folder a git repository; to one around it, it is then a submodule.
    pub(crate) fn commit_in(&self, folder: &str) {
        for words in [
            &["init", "--quiet"][..],
            &["add", "--all", "--no-warn-embedded-repo"],
            &[
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.com",
                "commit",
                "--quiet",
                "--message=x",
            ],
        ] {
            let mut git = self.command("git");
            let ran = git.args(["-C", folder]).args(words).status();
            assert!(ran.expect("git runs").success(), "git {words:?}");
        }
    }

    /// A program in the workspace, which nothing of this test's own Cargo configures. What it starts is known by its
    /// `XDG_CACHE_HOME`.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO") && text != "CARGO_HOME"
                || text.starts_with("RUSTC")
                || text.starts_with("RUSTFLAGS")
                || text.starts_with("SCCACHE")
                || text.starts_with("NEXTEST")
            {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(&self.root)
            .env("XDG_CACHE_HOME", self.sandbox.path().join("user"));
        command
    }

    fn tool(&self, arguments: &[&str]) -> Command {
        let mut tool = self.command(env!("CARGO_BIN_EXE_xtask"));
        tool.args(["measure", "--scratch"])
            .arg(self.sandbox.path().join("scratch"))
            .args(arguments);
        tool
    }

    /// Runs it to its end.
    pub(crate) fn measure(&self, arguments: &[&str]) -> Said {
        self.measure_with(&[], arguments)
    }

    pub(crate) fn measure_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Said {
        let mut tool = self.tool(&[arguments, &["--format=json"]].concat());
        tool.envs(variables.iter().copied());
        Said::of(tool.output().expect("the tool runs"))
    }

    /// Starts it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Run {
        Run::of(self.tool(arguments))
    }

    /// Starts the other thing that it can do.
    pub(crate) fn start_upper_bound(&self) -> Run {
        let mut tool = self.command(env!("CARGO_BIN_EXE_xtask"));
        tool.args(["measure", "--upper-bound"]);
        Run::of(tool)
    }

    /// Starts it with a scratch folder on a disk of so many megabytes.
    pub(crate) fn start_on_a_small_disk(&self, megabytes: u32, arguments: &[&str]) -> Run {
        let tool = self.tool(arguments);
        let script =
            format!("mount -t tmpfs -o size={megabytes}m none \"$1\" && shift && exec \"$@\"");
        let mut shell = self.command("unshare");
        shell
            .args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .arg(self.sandbox.path().join("scratch"))
            .arg(tool.get_program())
            .args(tool.get_args());
        Run::of(shell)
    }

    /// Waits until a round has been saved.
    pub(crate) fn wait_for_a_round(&self) {
        let kept = self.root.join("target/build-profiles/measurements.json");
        wait("the first round", || kept.exists());
    }

    /// From now on the build script of the hub waits: in any copy, or only where there is a cache.
    pub(crate) fn close_gate(&self, whom: &str) {
        self.touch(&format!("close-{whom}"));
    }

    /// Waits until one does.
    pub(crate) fn wait_at_gate(&self) {
        let waits = self.sandbox.path().join("gate/waits");
        wait("a build at the gate", || waits.exists());
    }

    pub(crate) fn open_gate(&self) {
        for name in ["close-any", "close-cached", "waits"] {
            let _gone = fs::remove_file(self.sandbox.path().join("gate").join(name));
        }
    }

    /// Tells the build script something.
    pub(crate) fn touch(&self, name: &str) {
        fs::write(self.sandbox.path().join("gate").join(name), "").expect("the sandbox is ours");
    }

    /// Kills every cache server of this house.
    pub(crate) fn kill_cache_servers(&self) {
        let servers: Vec<u32> = self
            .processes()
            .into_iter()
            .filter(|(_, words)| {
                words
                    .split('\0')
                    .next()
                    .is_some_and(|program| program.ends_with("sccache"))
                    && words.split('\0').count() <= 2
            })
            .map(|(process, _)| process)
            .collect();
        assert!(!servers.is_empty(), "a server runs");
        for server in servers {
            signal(server, "KILL");
        }
    }

    /// Processes that were started by a run of this house: number, and words.
    fn processes(&self) -> Vec<(u32, String)> {
        let mark = format!(
            "XDG_CACHE_HOME={}",
            self.sandbox.path().join("user").display()
        );
        let entries = fs::read_dir("/proc").expect("Linux has it").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers
            .filter_map(|number| {
                let environment = fs::read(format!("/proc/{number}/environ")).ok()?;
                let mut variables = environment.split(|byte| *byte == 0);
                variables
                    .any(|variable| variable == mark.as_bytes())
                    .then_some(())?;
                // One that has ended and is not waited for has no words.
                let words = fs::read_to_string(format!("/proc/{number}/cmdline")).ok()?;
                (!words.is_empty()).then_some((number, words))
            })
            .collect()
    }

    pub(crate) fn assert_nothing_runs(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.processes().is_empty() && Instant::now() < end {
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(self.processes(), []);
    }

    /// Folders in the scratch folder.
    pub(crate) fn left_in_scratch(&self) -> Vec<String> {
        let entries =
            fs::read_dir(self.sandbox.path().join("scratch")).expect("the sandbox is ours");
        let names = entries.flatten().map(|entry| entry.file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    /// No copy, no server.
    pub(crate) fn assert_nothing_left(&self) {
        self.assert_nothing_runs();
        assert_eq!(self.left_in_scratch(), [""; 0]);
    }

    /// Whether anything has been built or written below the workspace.
    pub(crate) fn has_target(&self) -> bool {
        self.root.join("target").exists()
    }

    /// Every file of the workspace with its bytes, but for what is built.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        walk(&self.root, &mut files);
        files.sort();
        files
    }
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the sandbox is ours").flatten() {
        let path = entry.path();
        if path.ends_with("target") {
            continue;
        }
        match path.is_dir() {
            true => walk(&path, files),
            false => files.push((path.clone(), fs::read(&path).expect("the sandbox is ours"))),
        }
    }
}

/// The build script of the hub.
fn gate(folder: &Path) -> String {
    format!(
        r##"use std::path::Path;
use std::time::Duration;

fn main() {{
    let gate = Path::new({folder:?});
    if std::fs::remove_file(gate.join("slow")).is_ok() {{
        std::thread::sleep(Duration::from_secs(5));
    }}
    if gate.join("fill").exists() {{
        let out = std::env::var("OUT_DIR").unwrap();
        let written = std::fs::write(Path::new(&out).join("large"), vec![0; 512 << 20]);
        panic!("{{}}", written.unwrap_err());
    }}
    let is_cached = std::env::var("RUSTC_WRAPPER").is_ok_and(|wrapper| !wrapper.is_empty());
    let is_closed = || gate.join("close-any").exists() || is_cached && gate.join("close-cached").exists();
    while is_closed() {{
        std::fs::write(gate.join("waits"), "").unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }}
}}
"##
    )
}

fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < end, "no sign of {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(sent.expect("there is `kill`").success());
}

impl Run {
    fn of(mut command: Command) -> Self {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self {
            child: child.expect("the tool runs"),
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    pub(crate) fn finish(self) -> Said {
        Said::of(self.child.wait_with_output().expect("it ends"))
    }
}

impl Said {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code(),
            json: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn samples(&self) -> &[Json] {
        let samples = self.json["ladders"][0]["samples"].as_array();
        samples.map_or(&[], Vec::as_slice)
    }

    /// One sample.
    pub(crate) fn sample(&self, round: u32, scenario: &str, variant: &str) -> &Json {
        let found = self.samples().iter().find(|sample| {
            sample["round"] == round
                && sample["scenario"] == scenario
                && sample["variant"] == variant
        });
        found
            .unwrap_or_else(|| panic!("no {scenario} in {variant}, round {round}: {}", self.stderr))
    }

    /// The rounds that a variant has a sample of, in the order in which they were run.
    pub(crate) fn rounds(&self, variant: &str) -> Vec<u64> {
        let of = self
            .samples()
            .iter()
            .filter(|sample| sample["variant"] == variant);
        of.filter_map(|sample| sample["round"].as_u64()).collect()
    }

    /// `code: text`.
    pub(crate) fn notes(&self) -> Vec<String> {
        let notes = self.json["ladders"][0]["notes"].as_array();
        let notes = notes.into_iter().flatten();
        notes
            .map(|note| {
                let field = |name: &str| note[name].as_str().unwrap_or_default().to_owned();
                format!("{}: {}", field("code"), field("text"))
            })
            .filter(|note| {
                !note.starts_with("busy_machine") && !note.starts_with("copies_in_memory")
            })
            .collect()
    }
}

/// Whether these are on PATH; a missing one is said, and fails where tools are required.
pub(crate) fn has_tools(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing: Vec<&&str> = names
        .iter()
        .filter(|name| !std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
        .collect();
    if !missing.is_empty() {
        assert!(
            std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
            "{missing:?} are required and not on PATH"
        );
        println!("skipped: {missing:?} are not on PATH");
    }
    missing.is_empty()
}
