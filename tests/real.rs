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
            || text.starts_with("NEXTEST")
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

/// `[env]` reaches the sccache that Cargo starts; what is exported already wins.
#[test]
fn the_cache_keeps_what_it_compiles_where_the_policy_says() {
    if !has_tool("sccache") {
        return;
    }
    let house = House::new("");
    let folder = |name: &str| {
        let folder = house.root.join("..").join(name);
        let folder = folder.to_str().expect("a temporary folder is UTF-8");
        folder.replace('\\', "/")
    };
    let (policys, shells) = (folder("policys"), folder("shells"));
    let policy = format!(
        "schema = 1\ntoolchain = \"1.94\"\n\n[cache]\ntool = \"sccache\"\nscope = \"everything\"\n\n\
         [cache.storage]\ndir = \"{policys}\"\n"
    );
    house.write("build-profiles.toml", &policy);
    // The start check would leave a server behind that keeps to this sandbox.
    let house = house.configured(&["--no-verify"]);
    let port = free_port();
    let build_and_stop = |more: &[(&str, &str)]| {
        let mut variables = vec![
            ("SCCACHE_SERVER_PORT", port.as_str()),
            ("SCCACHE_IDLE_TIMEOUT", "30"),
        ];
        variables.extend(more);
        house.build(&variables);
        let mut stop = clean(Command::new("sccache"));
        let stopped = stop.arg("--stop-server").envs(variables).output();
        assert!(stopped.expect("sccache can be run").status.success());
    };
    build_and_stop(&[("SCCACHE_DIR", &shells)]);
    assert!(Path::new(&shells).exists() && !Path::new(&policys).exists());
    build_and_stop(&[]);
    assert!(Path::new(&policys).exists());
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

/// Two tests that pass, one that fails at first and one that always does, and a doctest.
const TESTS: &str = r#"
pub fn go() {}
/// ```
/// assert!(lib1::doctest_passes());
/// ```
pub fn doctest_passes() -> bool {
    !std::path::Path::new("../doctest-fails").exists()
}
#[cfg(test)]
mod tests {
    #[test]
    fn steady() {}
    #[test]
    fn now_and_then() {
        let again = std::path::Path::new("../../marker");
        if !again.exists() {
            std::fs::write(again, "").unwrap();
            panic!("the first time");
        }
    }
    #[test]
    fn always_fails() {
        panic!("as ever");
    }
}
"#;

impl House {
    /// Runs the tests anew; gives the exit code and what was said on stderr.
    fn test(&self, policy: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let _ = fs::remove_file(self.root.join("../marker"));
        self.write("build-profiles.toml", policy);
        let configured = self.configure(&["--no-verify"]);
        assert!(
            configured.status.success(),
            "{}",
            String::from_utf8_lossy(&configured.stderr)
        );
        let mut command = clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        command.arg("test").args(arguments).current_dir(&self.root);
        let output = command.output().expect("the tool can be run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    }
}

#[track_caller]
fn says((code, said): (Option<i32>, String), expected: i32, lines: &[&str]) {
    assert_eq!(code, Some(expected), "{said}");
    for line in lines {
        let there = said.lines().any(|other| other.trim() == *line);
        assert!(there, "`{line}` is not in:\n{said}");
    }
}

/// A policy whose runner is nextest, with these keys of its default profile.
fn nextest(keys: &str) -> String {
    format!(
        "schema = 1\n\n[test]\nrunner = \"nextest\"\n\n[test.nextest]\nnextest-version = \"0.9.100\"\n\n[test.nextest.profile.default]\n{keys}"
    )
}

#[test]
fn retries_pass_a_flaky_test_and_it_is_named() {
    if !has_tool("cargo-nextest") {
        return;
    }
    let house = House::new("schema = 1\n");
    house.write(
        "lib1/src/lib.rs",
        &TESTS.replace("panic!(\"as ever\");", ""),
    );
    let with = house.test(&nextest("retries = 1\njunit.path = \"junit.xml\"\n"), &[]);
    says(
        with,
        0,
        &[
            "warning: 1 test failed first and passed on a retry:",
            "lib1 tests::now_and_then",
            "tests: passed",
            "doctests: passed",
        ],
    );
    let strict = house.test(
        &nextest("retries = 1\njunit.path = \"junit.xml\"\n"),
        &["--strict"],
    );
    says(strict, 1, &["tests: passed"]);
    let without = house.test(&nextest("retries = 0\njunit.path = \"junit.xml\"\n"), &[]);
    says(without, 1, &["tests: failed", "doctests: passed"]);
}

#[test]
fn a_default_filter_hides_tests_and_they_are_counted() {
    if !has_tool("cargo-nextest") {
        return;
    }
    let house = House::new("schema = 1\n");
    house.write(
        "lib1/src/lib.rs",
        &TESTS.replace("panic!(\"the first time\");", ""),
    );
    let with = house.test(&nextest("default-filter = \"not test(always)\"\n"), &[]);
    says(
        with,
        0,
        &[
            "note: 1 of 3 tests is hidden by `default-filter`",
            "tests: passed",
        ],
    );
    let narrowed = house.test(
        &nextest("default-filter = \"not test(always)\"\n"),
        &["--", "-E", "test(none)"],
    );
    says(narrowed, 1, &["tests: failed: there was none to run"]);
    let without = house.test(&nextest("default-filter = \"all()\"\n"), &[]);
    says(without, 1, &["tests: failed"]);
}

#[test]
fn doctests_are_not_lost() {
    if !has_tool("cargo-nextest") {
        return;
    }
    let house = House::new("schema = 1\n");
    let steady = TESTS
        .replace("panic!(\"the first time\");", "")
        .replace("panic!(\"as ever\");", "");
    house.write("lib1/src/lib.rs", &steady);
    house.write("doctest-fails", "");
    let with = house.test(&nextest("retries = 0\n"), &[]);
    says(with, 1, &["tests: passed", "doctests: failed"]);
    let left_out = nextest("retries = 0\n").replace("[test]\n", "[test]\ndoctests = false\n");
    says(house.test(&left_out, &[]), 0, &["tests: passed"]);
    fs::remove_file(house.root.join("doctest-fails")).expect("just written");
    let mended = house.test(&nextest("retries = 0\n"), &[]);
    says(mended, 0, &["tests: passed", "doctests: passed"]);
}

/// A test that fails is a finding; a build that fails is none.
#[test]
fn tests_that_fail_and_builds_that_fail_are_told_apart() {
    let house = House::new("schema = 1\n");
    let mut policies = vec!["schema = 1\n".to_owned()];
    if has_tool("cargo-nextest") {
        policies.push(nextest("retries = 0\n"));
    }
    for policy in policies {
        house.write("lib1/src/lib.rs", TESTS);
        let failed = house.test(&policy, &["--", "--no-fail-fast"]);
        says(failed, 1, &["tests: failed", "doctests: passed"]);
        house.write(
            "lib1/src/lib.rs",
            &format!("{TESTS}#[test] fn x() {{ y }}\n"),
        );
        let broken = house.test(&policy, &[]);
        says(broken, 2, &["tests: not run: the build failed"]);
    }
}

/// `cargo test --doc` and `--lib` stop where there is no library.
#[test]
fn a_workspace_of_programs_alone_is_tested() {
    let house = House::new("schema = 1\n");
    house.write("app/src/main.rs", "fn main() {}\n#[test]\nfn passes() {}\n");
    house.write("app/Cargo.toml", &package("app", ""));
    house.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\"]\n",
    );
    let mut policies = vec!["schema = 1\n".to_owned()];
    if has_tool("cargo-nextest") {
        policies.push(nextest("retries = 0\n"));
    }
    for policy in policies {
        let tested = house.test(&policy, &[]);
        says(
            tested,
            0,
            &["tests: passed", "doctests: no library has any"],
        );
    }
}

/// Each key of the table is known to the real nextest, which would only warn if it were not.
#[test]
fn nextest_knows_every_key_that_is_written() {
    if !has_tool("cargo-nextest") {
        return;
    }
    let policy = r#"schema = 1
test.runner = "nextest"

[test.nextest]
nextest-version = { required = "0.9.143", recommended = "0.9.143" }

[test.nextest.profile.ci]
default-filter = "all()"
fail-fast = { max-fail = 5, terminate = "immediate" }
failure-output = "immediate-final"
final-status-level = "flaky"
flaky-result = "fail"
global-timeout = "2h"
leak-timeout = { period = "500ms", result = "fail" }
retries = { backoff = "exponential", count = 3, delay = "1s", max-delay = "1m 30s", jitter = true }
slow-timeout = { period = "1.5m", terminate-after = 2, grace-period = "0s", on-timeout = "pass" }
status-level = "slow"
success-output = "never"
test-threads = -1
threads-required = "num-test-threads"

[test.nextest.profile.ci.junit]
flaky-fail-status = "success"
path = "junit.xml"
report-name = "all"
report-skipped = "ignored"
store-failure-output = false
store-success-output = true
"#;
    let homes = |key: &&build_profiles::key::Key| key.home.is_nextest();
    for key in build_profiles::key::KEYS.iter().filter(homes) {
        let line = format!("\n{} = ", key.name);
        assert!(policy.contains(&line), "{} is not tried", key.name);
    }
    let house = House::new(policy).configured(&["--no-verify"]);
    let list = |house: &House| {
        let mut command = clean(Command::new("cargo"));
        command
            .args(["nextest", "list", "--profile", "ci", "--color=never"])
            .current_dir(&house.root);
        let output = command.output().expect("cargo can be run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let (listed, said) = list(&house);
    assert!(
        listed && !said.contains("unknown configuration key"),
        "{said}"
    );
    // The control: a key that nextest does not know is seen.
    let file = ".config/nextest.toml";
    let text = fs::read_to_string(house.root.join(file)).expect("configure wrote it");
    house.write(file, &text.replace("\ntest-threads", "\ntests-threads"));
    let (listed, said) = list(&house);
    assert!(
        listed && said.contains("unknown configuration key"),
        "{said}"
    );
}

const LEFT: &str = r#"schema = 1
toolchain = "1.94"

[packages]
fast = ["lib*"]

[profile.dev]
debug = "line-tables-only"
codegen-units = 7

[profile.dev.package]
"*" = { debug = false, opt-level = 2 }
"@fast" = { opt-level = 3 }

[build]
rustflags = ["--cfg", "from_the_policy"]
incremental = false

[linker]
linux-gnu = ["mold", "default"]

[environment.ci.profile.dev]
debug = "none"

[environment.ci.build]
incremental = true

[unmanaged]
profile.xtask = "starts the tool"
"#;

/// A workspace with an xtask that mounts what bears this tool's name, configured and committed.
fn mounted(policy: &str) -> House {
    let house = House::new(policy);
    let tool = "build-profiles-xtask";
    house.write(&format!("../{tool}/Cargo.toml"), &package(tool, ""));
    house.write(
        &format!("../{tool}/src/lib.rs"),
        "pub fn main() -> std::process::ExitCode { std::process::ExitCode::SUCCESS }\n",
    );
    let dependency = format!("{tool} = {{ path = \"../../{tool}\" }}\n");
    house.write("xtask/Cargo.toml", &package("xtask", &dependency));
    house.write(
        "xtask/src/main.rs",
        "fn main() -> std::process::ExitCode {\n    build_profiles_xtask::main()\n}\n",
    );
    house.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"lib1\", \"xtask\"]\n\n\
         [profile.xtask]\ninherits = \"release\"\nopt-level = 0\n",
    );
    house.write(
        ".cargo/config.toml",
        "[alias]\nxtask = \"run --profile=xtask --package=xtask --\"\n",
    );
    let house = house.configured(&["--no-machine"]);
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &[
            "-c",
            "user.name=ann",
            "-c",
            "user.email=ann",
            "commit",
            "-qm",
            "all",
        ],
    ] {
        let mut git = Command::new("git");
        let status = git.args(arguments).current_dir(&house.root).status();
        assert!(status.expect("git can be run").success());
    }
    house
}

impl House {
    /// The command lines of what is there with an xtask and without one.
    fn lines(&self) -> Vec<(String, String)> {
        let mut units = self.build(&[]);
        units.retain(|(name, _)| !matches!(name.as_str(), "xtask" | "build_profiles_xtask"));
        units.sort();
        units
    }

    fn ejected(&self) {
        let mut command = clean(Command::new(env!("CARGO_BIN_EXE_xtask")));
        let output = command.arg("eject").current_dir(&self.root).output();
        let output = output.expect("the tool can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}

/// Nothing that rustc is called with changes when a workspace leaves the tool, but for what the machine's layer said.
#[test]
fn an_ejected_workspace_builds_with_the_same_flags() {
    let house = mounted(LEFT);
    let machine = house.root.join(".cargo/machine.toml");
    let environment = house.root.join(".cargo/env/ci.toml");
    let before = house.lines();
    assert_eq!(before.len(), 4, "{before:#?}");
    assert!(line(&before, "lib1").contains("opt-level=3"));
    assert!(line(&before, "app").contains("from_the_policy"));
    assert!(line(&before, "app").contains("codegen-units=7"));
    assert!(!line(&before, "app").contains("-C incremental="));
    copy(&environment, &machine);
    let before_in_ci = house.lines();
    assert!(line(&before_in_ci, "app").contains("-C incremental="));
    house.write(
        ".cargo/machine.toml",
        "# Written by `cargo xtask configure` for this machine; not for git.\n\
         [target.'cfg(all())']\nrustflags = [\"--cfg\", \"of_the_machine\"]\n",
    );
    assert!(line(&house.lines(), "app").contains("of_the_machine"));

    house.ejected();
    for gone in ["build-profiles.toml", "xtask", ".cargo/machine.toml"] {
        assert!(!house.root.join(gone).exists(), "{gone}");
    }
    assert_eq!(house.lines(), before);
    copy(&environment, &machine);
    assert_eq!(house.lines(), before_in_ci);
}

/// Without environments nothing is left that reads a machine's layer.
#[test]
fn an_ejected_workspace_without_environments_keeps_no_include() {
    let policy = LEFT.split("[environment").next().unwrap_or_default();
    let house = mounted(&format!(
        "{policy}[unmanaged]\nprofile.xtask = \"starts the tool\"\n"
    ));
    let before = house.lines();
    house.ejected();
    house.write(
        ".cargo/machine.toml",
        "[build]\nrustflags = [\"--cfg\", \"of_the_machine\"]\n",
    );
    assert_eq!(house.lines(), before);
}
