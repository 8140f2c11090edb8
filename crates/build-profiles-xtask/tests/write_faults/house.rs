//! A workspace in a temporary folder, and a plan for it with every kind of change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use build_profiles::diagnostic::FilePath;
use build_profiles::plan::FileChange;
use build_profiles_xtask::write::{Turn, take_turn};
use camino::{Utf8Path, Utf8PathBuf};

/// What the plan makes of each file. The texts are long enough to fill a small disk.
const PLAN: &[(&str, Option<&str>, Option<&str>)] = &[
    (
        "Cargo.toml",
        Some("[workspace]\r\n# grün\r\n"),
        Some("\u{feff}[workspace]\r\n# neu"),
    ),
    (
        ".cargo/config.toml",
        Some("[alias]\n"),
        Some("[alias]\nxtask = \"run\"\n"),
    ),
    (
        ".cargo/env/ci.toml",
        None,
        Some("[build]\nincremental = false\n"),
    ),
    (".config/deep/nextest.toml", None, Some("")),
    ("old.toml", Some("going\n"), None),
    ("old/deep/old.toml", Some("going\n"), None),
    ("old/src/old.toml", Some("going\n"), None),
    ("same.toml", Some("same\n"), Some("same\n")),
];

/// Makes the new texts longer than a page of memory or a block of disk.
const PADDING: usize = 9_000;

pub(crate) struct House {
    dir: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        let house = Self { dir };
        for folder in [".cargo", "old/deep", "old/src"] {
            fs::create_dir_all(house.root().join(folder)).expect("it is new");
        }
        for (path, before, _) in PLAN {
            if let Some(before) = before {
                house.put(path, before);
            }
        }
        #[cfg(unix)]
        {
            // One of the files is a link, as in a workspace whose configuration lives elsewhere.
            fs::create_dir(house.root().join("linked")).expect("it is new");
            let real = house.root().join("linked/config.toml");
            fs::rename(house.root().join(".cargo/config.toml"), real).expect("both are there");
            house.link("../linked/config.toml", ".cargo/config.toml");
        }
        house
    }

    /// The folder around the workspace.
    pub(crate) fn around(&self) -> Utf8PathBuf {
        let path = self.dir.path().canonicalize().expect("it is there");
        Utf8PathBuf::from_path_buf(path).expect("the temporary folder is UTF-8")
    }

    pub(crate) fn root(&self) -> Utf8PathBuf {
        self.around().join("ws")
    }

    pub(crate) fn state(&self) -> Utf8PathBuf {
        self.root().join("target/build-profiles")
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).expect("its folder is there");
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root().join(path)).ok()
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, to: &str, path: &str) {
        std::os::unix::fs::symlink(to, self.root().join(path)).expect("its folder is there");
    }

    pub(crate) fn turn(&self) -> Turn {
        turn(&self.root())
    }

    /// The whole plan, made from what is on disk.
    pub(crate) fn plan(&self) -> Vec<FileChange> {
        plan(&self.root())
    }

    /// A plan of one change, made from what is on disk.
    pub(crate) fn change(&self, path: &str, after: Option<&str>) -> Vec<FileChange> {
        vec![FileChange {
            path: FilePath::new(path),
            before: self.text(path),
            after: after.map(str::to_owned),
        }]
    }

    /// Everything that is there, but for the state directory.
    pub(crate) fn seen(&self) -> BTreeMap<PathBuf, String> {
        let mut seen = BTreeMap::new();
        look(self.root().as_std_path(), &mut seen);
        seen
    }

    /// What there is to be seen when the plan has been carried out.
    pub(crate) fn seen_after() -> BTreeMap<PathBuf, String> {
        let house = Self::new();
        house
            .turn()
            .write(&house.plan())
            .expect("nothing is in the way")
            .keep()
            .expect("nothing is in the way");
        house.seen()
    }

    /// Asserts the door's invariant.
    pub(crate) fn assert_each_old_or_new(&self) {
        for (path, before, after) in PLAN {
            let text = self.text(path);
            let old = text.as_deref() == *before;
            let new = text == after.map(padded);
            assert!(old || new, "`{path}` is neither old nor new: {text:?}");
        }
    }

    /// Asserts that only the lock is left in the state directory.
    pub(crate) fn assert_no_journal(&self) {
        let left = fs::read_dir(self.state()).expect("a turn was taken");
        let left: Vec<_> = left.map(|entry| entry.expect("readable").path()).collect();
        let lock = |path: &PathBuf| path.extension().is_some_and(|it| it == "lock");
        assert!(left.iter().all(lock), "{left:?}");
    }

    /// This test binary again, as a process that does `what` in this house: see [`be_child`].
    pub(crate) fn child(&self, what: &str) -> Command {
        let mut child = Command::new(std::env::current_exe().expect("tests run from a file"));
        child.args(["child", "--exact", "--nocapture"]);
        // The talk of the test harness.
        child.stdout(Stdio::null());
        child
            .env("WRITE_CHILD", what)
            .env("WRITE_ROOT", self.root());
        child
    }
}

/// What the child does. A file `<what>-waits` says that it waits for its turn, `go` that it may end a turn that it holds.
pub(crate) fn be_child() {
    let (Ok(what), Ok(root)) = (std::env::var("WRITE_CHILD"), std::env::var("WRITE_ROOT")) else {
        return;
    };
    let root = Utf8PathBuf::from(root);
    let say = |news: &str| fs::write(root.join(format!("target/{what}-{news}")), "");
    let turn = take_turn(&root.join("target/build-profiles"), &root, &root, || {
        say("waits").expect("target is there");
    })
    .expect("a turn can be taken");
    turn.recover().expect("an interrupted run is recovered");
    let plan = plan(&root);
    if what == "hold" {
        say("holds").expect("target is there");
        wait_for(&root.join("target/go"));
    }
    match (&*what, turn.write(&plan)) {
        ("recover", _) => {}
        ("roll-back", Ok(written)) => drop(written.roll_back().expect("it can be undone")),
        (_, Ok(written)) => written.keep().expect("it can be kept"),
        (_, Err(error)) => {
            eprintln!("{:#}", anyhow::Error::from(error));
            std::process::exit(2);
        }
    }
}

pub(crate) fn turn(root: &Utf8Path) -> Turn {
    let state = root.join("target/build-profiles");
    take_turn(&state, root, root, || panic!("nobody else is here")).expect("it is free")
}

fn plan(root: &Utf8Path) -> Vec<FileChange> {
    let change = |(path, _, after): &(&str, Option<&str>, Option<&str>)| FileChange {
        path: FilePath::new(*path),
        before: fs::read_to_string(root.join(path)).ok(),
        after: after.map(padded),
    };
    PLAN.iter().map(change).collect()
}

/// The new text as it is written: a short one stays short.
fn padded(text: &str) -> String {
    match text {
        "" | "same\n" => text.to_owned(),
        text => format!("{text}# {}\n", "x".repeat(PADDING)),
    }
}

fn look(folder: &Path, seen: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("readable");
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().expect("it is there");
        let is = if kind.is_symlink() {
            format!("link to {:?}", fs::read_link(&path).expect("a link"))
        } else if kind.is_dir() {
            if name == "target" {
                continue;
            }
            let mut inside = BTreeMap::new();
            look(&path, &mut inside);
            let here = |(path, is)| (Path::new(&name).join(path), is);
            seen.extend(inside.into_iter().map(here));
            "folder".to_owned()
        } else {
            let text = fs::read(&path).expect("readable");
            format!("file {:?}", String::from_utf8_lossy(&text))
        };
        seen.insert(PathBuf::from(name), is);
    }
}

/// Waits until a file appears, since another process makes it.
pub(crate) fn wait_for(path: &Utf8Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no `{path}` came"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Says that a test cannot be done here; where tools are required, fails.
#[cfg(unix)]
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
        "{why}",
    );
    eprintln!("skipped: {why}");
}
