//! The door on workspaces in temporary folders: order, roles, what cannot be read, and how long it takes.

use std::collections::BTreeMap;

use build_profiles::facts;

use super::super::{broken_repository, metadata::Broken};
use super::*;

/// A repository in a temporary folder; the workspace stands in `repo/work`, the git root is `repo`.
struct Disk {
    folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Disk {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let top = folder.path().canonicalize().expect("it is there");
        let top = Utf8PathBuf::from_path_buf(top).expect("temporary folders are UTF-8");
        let disk = Self {
            root: top.join("repo/work"),
            folder,
        };
        fs::create_dir_all(top.join("repo/.git")).expect("it is ours");
        for (path, text) in files {
            disk.write(path, text);
        }
        disk
    }

    fn top(&self) -> &Utf8Path {
        let above = self.root.parent().and_then(Utf8Path::parent);
        above.expect("the workspace stands two folders deep")
    }

    /// Writes a file, from the folder above the repository.
    fn write(&self, path: &str, text: &str) {
        let path = self.top().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    }

    fn read(&self, members: &[&str], machine: bool) -> (Files, Vec<Diagnostic>) {
        let broken = Broken {
            files: BTreeMap::new(),
            findings: Vec::new(),
        };
        let mut repository = broken_repository(self.root.clone(), self.root.clone(), broken);
        repository.boundary = self.top().join("repo");
        let member = |path: &&str| facts::Member {
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: (*path).to_owned(),
            rust_version: None,
        };
        repository.workspace.members = members.iter().map(member).collect();
        lintable(&repository, machine)
    }

    /// Path and role of each file, without those that this machine has of itself.
    fn names(&self, members: &[&str], machine: bool) -> Vec<String> {
        let (files, findings) = self.read(members, machine);
        assert!(findings.is_empty(), "{findings:?}");
        let top = format!("{}/", self.top());
        let files = files
            .files
            .iter()
            .filter(|file| !file.outside || file.path.as_str().starts_with(&top));
        files
            .map(|file| {
                let path = file.path.as_str().replace(&top, "OUTSIDE/");
                assert_eq!(file.outside, path.starts_with("OUTSIDE/"), "{path}");
                format!("{:?} {path}", file.role)
            })
            .collect()
    }
}

#[test]
fn files_stand_in_the_order_of_cargo() {
    let disk = Disk::new(&[
        (
            "repo/work/.cargo/config.toml",
            "include = [\"weak.toml\", { path = \"sub/strong.toml\", optional = true }]\n",
        ),
        (
            "repo/work/.cargo/weak.toml",
            "include = [\"config.toml\"]\n",
        ),
        (
            "repo/work/.cargo/sub/strong.toml",
            "include = [\"../inner.toml\", \"nowhere.toml\", \"../../../../shared.toml\"]\n",
        ),
        ("repo/work/.cargo/inner.toml", ""),
        ("shared.toml", ""),
        ("repo/work/.cargo/Config.toml", ""),
        ("repo/work/.cargo/cargo.toml", ""),
        ("repo/work/.cargo/config.toml.bak", ""),
        ("repo/work/.cargo/config2.toml", ""),
        ("repo/work/.cargo/config-ci.toml", ""),
        ("repo/.cargo/config", ""),
        ("repo/.cargo/config.toml", ""),
        (".cargo/config.toml", ""),
        ("repo/work/Cargo.toml", ""),
        ("repo/work/one/Cargo.toml", ""),
        ("repo/work/one/.cargo/config.toml", ""),
        ("repo/rust-toolchain", "stable"),
    ]);
    let of_repository = [
        "Config .cargo/config.toml",
        "Config .cargo/sub/strong.toml",
        "Config .cargo/inner.toml",
        "Config .cargo/weak.toml",
        "Config ../.cargo/config",
        "Shadowed ../.cargo/config.toml",
        "Misnamed .cargo/Config.toml",
        "Misnamed .cargo/cargo.toml",
        "MemberConfig one/.cargo/config.toml",
        "Manifest Cargo.toml",
        "Member one/Cargo.toml",
        "Toolchain ../rust-toolchain",
    ];
    assert_eq!(disk.names(&["", "one"], false), of_repository);
    let mut with_machine = of_repository.to_vec();
    with_machine.insert(2, "Config OUTSIDE/shared.toml");
    with_machine.insert(6, "Config OUTSIDE/.cargo/config.toml");
    assert_eq!(disk.names(&["", "one"], true), with_machine);
}

#[cfg(unix)]
#[test]
fn another_name_hides_nothing_and_a_loop_is_told() {
    let disk = Disk::new(&[
        (
            "repo/work/.cargo/config.toml",
            "include = [\"loop.toml\"]\n",
        ),
        ("repo/work/.cargo/config.yaml", &" ".repeat((1 << 20) + 1)),
        ("repo/work/.cargo/config.yml/x", ""),
    ]);
    let link = |from: &str, to: &str| {
        let folder = disk.root.join(".cargo");
        std::os::unix::fs::symlink(to, folder.join(from)).expect("it is ours");
    };
    link("config", "config.toml");
    link("loop.toml", "loop.toml");
    let (files, findings) = disk.read(&[], false);
    let names: Vec<_> = files.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, [".cargo/config.toml"]);
    let found: Vec<_> = findings
        .iter()
        .map(|one| format!("[{}] {}", one.code, one.message))
        .collect();
    assert_eq!(
        found,
        [
            "[unreadable_file] `.cargo/loop.toml` can't be read",
            "[file_too_large] `.cargo/config.yaml` is too large to be looked at",
        ]
    );
    drop(disk.folder);
}

#[test]
fn the_manifests_of_a_thousand_members_are_read() {
    let disk = Disk::new(&[]);
    let members: Vec<String> = (0..1000)
        .map(|number| format!("crates/m{number}"))
        .collect();
    for member in &members {
        let manifest = format!("repo/work/{member}/Cargo.toml");
        disk.write(&manifest, &"[package]\nname = \"x\"\n".repeat(40));
    }
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let (files, _) = disk.read(&members, false);
    assert_eq!(files.files.len(), 1000);
}
