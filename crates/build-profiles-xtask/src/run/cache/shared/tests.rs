//! Two real checkouts, the real sccache, and Redis servers of the test's own.

use std::process::{Child, Command, Stdio};

use build_profiles::cache::shared::{Judgement, Lift, Outcome, Reason, judge_shared};
use build_profiles::diagnostic::FilePath;
use build_profiles::policy;

use super::*;
use crate::run::fixture::Fixture;
use crate::run::server::free_port;

const PASSWORD: &str = "hunter2";
const LIMIT: Duration = Duration::from_secs(120);

/// A workspace of one member, and packages outside of it that stand where they stand for every checkout.
struct House {
    fixture: Fixture,
    sccache: String,
}

impl House {
    fn new() -> Option<Self> {
        let fixture = Fixture::new();
        let sccache = fixture.tool("sccache")?;
        let outside = |name: &str, dependencies: &str, source: &str| {
            fixture.write(
                &format!("outside/{name}/Cargo.toml"),
                &format!(
                    "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[workspace]\n\
                     [dependencies]\n{dependencies}"
                ),
            );
            fixture.write(&format!("outside/{name}/src/lib.rs"), source);
        };
        outside("plain", "", "pub fn plain() {}");
        outside(
            "reader",
            "",
            "pub fn out() -> &'static str { env!(\"OUT_DIR\") }",
        );
        fixture.write("outside/reader/build.rs", "fn main() {}");
        outside(
            "above",
            "reader = { path = \"../reader\" }\n",
            "pub fn out() -> &'static str { reader::out() }",
        );
        fixture.write(
            "ws/Cargo.toml",
            &format!(
                "[package]\nname = \"member\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[workspace]\n\
                 [dependencies]\nplain = {{ path = \"{0}/plain\" }}\nabove = {{ path = \"{0}/above\" }}\n\
                 [profile.dev]\nincremental = false\ndebug = false\n",
                fixture.path("outside")
            ),
        );
        fixture.write(
            "ws/src/lib.rs",
            "pub fn all() { plain::plain(); above::out(); }",
        );
        fixture.write("ws/.gitignore", "/target\n/Cargo.lock\n");
        let git = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(fixture.path("ws"))
            .status();
        assert!(git.expect("git is there").success());
        Some(Self { fixture, sccache })
    }

    fn children(&self) -> Children {
        self.fixture
            .children()
            .in_folder(&self.fixture.path("ws"))
            // A shell full of traps: none of these may be honoured, and nothing may be written there.
            .with("SCCACHE_CONF", self.fixture.path("users.conf").as_str())
            .with("SCCACHE_SERVER_PORT", "9")
            .with("SCCACHE_DIR", self.fixture.path("users").as_str())
            .with("SCCACHE_BUCKET", "the-teams")
            .with("SCCACHE_RECACHE", "1")
            // What has to come from the shell.
            .with("SCCACHE_REDIS_PASSWORD", PASSWORD)
    }

    /// The experiment with a storage as the policy writes it.
    fn try_storage(&self, storage: &str, limit: Duration) -> Result<SharedEvidence> {
        let text = format!("schema = 1\ncache.tool = \"sccache\"\ncache.storage.{storage}\n");
        let (policy, _) = policy::parse(&FilePath::new("build-profiles.toml"), &text);
        let cache = policy.expect("a policy").base.cache.expect("a cache");
        let outcome = shared(
            &self.children(),
            &self.fixture.path("ws"),
            &Experiment {
                program: &self.sccache,
                storage: cache.storage.as_ref(),
                arguments: &["build", "--offline"],
                files: &[".cargo/machine.toml"],
                folder: &self.fixture.path("lab"),
                limit,
            },
        );
        assert_eq!(self.left(), [""; 0], "something of the experiment lives on");
        assert!(
            !self.fixture.path("users").exists(),
            "the user's cache is touched"
        );
        if let Ok(evidence) = &outcome {
            assert!(!format!("{evidence:?}").contains(PASSWORD), "{evidence:?}");
        }
        let swept = crate::run::fixture::files_in(&self.fixture.path("lab"));
        assert!(swept.is_empty(), "{swept:?}");
        outcome
    }

    /// Processes that were started in the experiment's folder or told of it.
    fn left(&self) -> Vec<String> {
        let lab = self.fixture.path("lab");
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| {
                let environ = fs::read(process.path().join("environ")).ok()?;
                let told = String::from_utf8_lossy(&environ).contains(lab.as_str());
                told.then(|| process.path().display().to_string())
            })
            .collect()
    }
}

/// A Redis of the test's own, gone with it.
struct Redis(Child, u16);

impl Redis {
    /// One that asks for the password that the shell exports.
    fn new(house: &House, options: &[&str]) -> Option<Self> {
        let program = house.fixture.tool("redis-server")?;
        let port = free_port().expect("a port");
        let child = Command::new(program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &port.to_string(), "--requirepass", PASSWORD])
            .args(options)
            .current_dir(house.fixture.path("outside"))
            .stdout(Stdio::null())
            .spawn()
            .expect("Redis starts");
        let redis = Self(child, port);
        let start = Instant::now();
        while reach(&format!("127.0.0.1:{port}")).is_err() {
            assert!(start.elapsed() < LIMIT, "Redis does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(redis)
    }

    fn storage(&self) -> String {
        format!(
            "redis = {{ endpoint = \"redis://127.0.0.1:{}\", key-prefix = \"team\", db = 1 }}",
            self.1
        )
    }

    /// What the server answers to one line.
    fn ask(&self, line: &str) -> String {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).expect("it listens");
        write!(stream, "AUTH {PASSWORD}\r\nSELECT 1\r\n{line}\r\nQUIT\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn figures(judgement: &Judgement) -> (u64, u64, Option<u64>, u64) {
    (
        judgement.found,
        judgement.asked,
        judgement.with_a_fixed_build_dir,
        judgement.at_the_same_path,
    )
}

#[test]
fn a_local_storage_carries_what_knows_no_path() {
    let Some(house) = House::new() else { return };
    let evidence = house
        .try_storage("size = \"1G\"", LIMIT)
        .expect("it builds");
    let judgement = judge_shared(&evidence);
    assert_eq!(judgement.outcome, Outcome::Shares, "{evidence:#?}");
    assert_eq!(figures(&judgement), (1, 4, Some(3), 4), "{judgement:#?}");
    let missed: Vec<_> = judgement
        .missed
        .iter()
        .map(|one| (one.name.as_str(), one.reasons.clone(), one.lift))
        .collect();
    let upstream = |name: &str| Reason::Upstream(vec![name.to_owned()]);
    assert_eq!(
        missed,
        [
            ("reader", vec![Reason::OutDir], Some(Lift::FixedBuildDir)),
            ("above", vec![upstream("reader")], Some(Lift::FixedBuildDir)),
            (
                "member",
                vec![Reason::InCheckout, upstream("above")],
                Some(Lift::SamePath)
            ),
        ]
    );
    let (first, second) = (
        evidence.first.expect("built"),
        evidence.second.expect("built"),
    );
    assert_ne!(first.checkout, second.checkout);
    assert_eq!((first.stats.hits, first.stats.writes), (0, 4));
    assert_eq!(evidence.cargo_variables, ["CARGO_HOME"]);
}

#[test]
fn a_fixed_build_directory_carries_more() {
    let Some(house) = House::new() else { return };
    house.fixture.write(
        "ws/.cargo/config.toml",
        &format!(
            "[build]\nbuild-dir = \"{}\"\n",
            house.fixture.path("users-build")
        ),
    );
    let toolchain = crate::run::toolchain(&house.children()).expect("rustc answers");
    if toolchain.cargo.minor < 91 {
        crate::run::fixture::skipped("Cargo before 1.91 has no `build.build-dir`");
        return;
    }
    let evidence = house
        .try_storage("size = \"1G\"", LIMIT)
        .expect("it builds");
    let judgement = judge_shared(&evidence);
    assert_eq!(figures(&judgement), (3, 4, None, 4), "{evidence:#?}");
    assert!(!house.fixture.path("users-build").exists());
}

#[test]
fn redis_carries_it_under_a_prefix_of_ours() {
    let Some(house) = House::new() else { return };
    let Some(redis) = Redis::new(&house, &[]) else {
        return;
    };
    let evidence = house
        .try_storage(&redis.storage(), LIMIT)
        .expect("it builds");
    let judgement = judge_shared(&evidence);
    assert_eq!(judgement.outcome, Outcome::Shares, "{evidence:#?}");
    assert_eq!(figures(&judgement), (1, 4, Some(3), 4));
    let keys = redis.ask("KEYS *");
    let keys: Vec<&str> = keys.lines().filter(|line| line.contains('/')).collect();
    assert!(keys.len() >= 4, "{keys:?}");
    for key in keys {
        assert!(key.contains("team/build-profiles-"), "{key}");
        let left = redis.ask(&format!("TTL {key}"));
        let left: i64 = left
            .lines()
            .find_map(|line| line.strip_prefix(':')?.parse().ok())
            .unwrap_or(-1);
        assert!((1..=3600).contains(&left), "`{key}` would stay");
    }
}

#[test]
fn a_service_that_is_not_there_is_told_at_once() {
    let Some(house) = House::new() else { return };
    let port = free_port().expect("a port");
    let start = Instant::now();
    let storage = format!("redis.endpoint = \"redis://127.0.0.1:{port}\"");
    let evidence = house.try_storage(&storage, LIMIT).expect("it is evidence");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(
        matches!(&evidence.stopped, Some(Stopped::Unreachable { endpoint, .. }) if endpoint.ends_with(&port.to_string())),
        "{evidence:?}"
    );
}

#[test]
fn a_service_that_says_nothing_is_not_waited_for() {
    let Some(house) = House::new() else { return };
    let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("it has one").port();
    let start = Instant::now();
    let storage = format!("redis.endpoint = \"redis://127.0.0.1:{port}\"");
    let evidence = house.try_storage(&storage, LIMIT).expect("it is evidence");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(
        matches!(evidence.stopped, Some(Stopped::NoServer { .. })),
        "{evidence:?}"
    );
}

#[test]
fn a_service_that_stores_nothing_is_told_before_a_build() {
    let Some(house) = House::new() else { return };
    let Some(redis) = Redis::new(&house, &["--maxmemory", "1"]) else {
        return;
    };
    let evidence = house
        .try_storage(&redis.storage(), LIMIT)
        .expect("it is evidence");
    assert!(
        matches!(&evidence.stopped, Some(Stopped::ReadOnly { words }) if words.contains("maxmemory")),
        "{evidence:?}"
    );
}

#[test]
fn a_service_that_dies_ends_the_build() {
    let Some(house) = House::new() else { return };
    let Some(redis) = Redis::new(&house, &[]) else {
        return;
    };
    // The build script takes the service away; what is compiled afterwards would wait a minute each.
    house.fixture.write(
        "ws/build.rs",
        &format!(
            "use std::io::Write;\nfn main() {{\n    let mut redis = std::net::TcpStream::connect((\"127.0.0.1\", {})).unwrap();\n    \
             redis.write_all(b\"AUTH {PASSWORD}\\r\\nSHUTDOWN NOSAVE\\r\\n\").unwrap();\n}}\n",
            redis.1
        ),
    );
    let start = Instant::now();
    let evidence = house
        .try_storage(&redis.storage(), LIMIT)
        .expect("it is evidence");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(
        matches!(evidence.stopped, Some(Stopped::Lost { .. })),
        "{evidence:?}"
    );
}

#[test]
fn a_build_that_hangs_is_ended_with_all_it_started() {
    let Some(house) = House::new() else { return };
    house.fixture.write(
        "ws/build.rs",
        "fn main() { std::thread::sleep(std::time::Duration::from_secs(600)); }",
    );
    let evidence = house
        .try_storage("size = \"1G\"", Duration::from_secs(8))
        .expect("it is evidence");
    assert_eq!(evidence.stopped, Some(Stopped::TooSlow { seconds: 8 }));
}

#[test]
fn a_workspace_that_does_not_build_is_an_error() {
    let Some(house) = House::new() else { return };
    house
        .fixture
        .write("ws/src/lib.rs", "compile_error!(\"no\");");
    let error = house
        .try_storage("size = \"1G\"", LIMIT)
        .expect_err("it can't be built");
    assert!(format!("{error:#}").contains("does not build"), "{error:#}");
}

#[test]
fn a_copy_is_what_git_would_carry() {
    let fixture = Fixture::new();
    fixture.write("top/.gitignore", "ignored\n");
    fixture.write("top/ignored", "");
    fixture.write("top/ws/Cargo.toml", "[workspace]\n");
    fixture.script("top/ws/run.sh", "exit 0");
    std::os::unix::fs::symlink("run.sh", fixture.path("top/ws/link")).expect("a link");
    let git = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(fixture.path("top"))
        .status();
    assert!(git.expect("git is there").success());
    let at = git::copy_present(&fixture.path("top/ws"), &fixture.path("copy")).expect("copied");
    assert_eq!(at, fixture.path("copy/ws"));
    assert_eq!(
        at.join("link").read_link().expect("a link").to_str(),
        Some("run.sh")
    );
    use std::os::unix::fs::PermissionsExt;
    let mode = at.join("run.sh").metadata().expect("copied").permissions();
    assert_eq!(mode.mode() & 0o111, 0o111, "it can be run as before");
    assert!(!fixture.path("copy/ignored").exists());
    git::copy_present(&fixture.path("nowhere"), &fixture.path("copy")).expect_err("not there");
}
