//! Reads what the lints look at: config files in Cargo's order, manifests, the toolchain file, the lock file.
//!
//! What stands outside of the repository is read only where the answer may differ from machine to machine.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;

use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::lint::{File, Files, Member, Package, Role};
use build_profiles::plan::includes;
use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;
use super::chain::cargo_home;

/// A config, a manifest or a toolchain file that is larger was not written by anybody.
const LARGEST: u64 = 1 << 20;
/// Lock files are written by Cargo, a line a field.
const LARGEST_LOCK: u64 = 64 << 20;
/// How deep includes are followed; Cargo stops at a cycle.
const DEEPEST: usize = 16;
/// How many config files are read.
const MOST: usize = 256;

/// The files, and what there is to say of those that can't be read.
pub(crate) fn lintable(repository: &Repository, machine: bool) -> (Files, Vec<Diagnostic>) {
    let mut reader = Reader {
        root: &repository.root,
        boundary: &repository.boundary,
        home: cargo_home(),
        machine,
        files: Vec::new(),
        seen: BTreeSet::new(),
        findings: Vec::new(),
    };
    let mut shadowed = Vec::new();
    for folder in reader.folders() {
        reader.configs_in(&folder, &mut shadowed);
    }
    for file in shadowed {
        reader.read(&file, Role::Shadowed);
    }
    reader.misnamed();
    let members: Vec<Member> = repository.workspace.members.iter().map(member).collect();
    for member in members.iter().filter(|member| !member.path.is_empty()) {
        reader.config_of(member);
    }
    reader.read(&repository.root.join("Cargo.toml"), Role::Manifest);
    for member in members.iter().filter(|member| !member.path.is_empty()) {
        let manifest = repository.root.join(&member.path).join("Cargo.toml");
        reader.read(&manifest, Role::Member);
    }
    reader.toolchain();
    let packages = reader.lock();
    let files = Files {
        files: reader.files,
        members,
        packages,
        ..Files::default()
    };
    (files, reader.findings)
}

fn member(member: &build_profiles::facts::Member) -> Member {
    Member {
        name: member.name.clone(),
        path: member.path.clone(),
    }
}

struct Reader<'a> {
    root: &'a Utf8Path,
    boundary: &'a Utf8Path,
    home: Option<Utf8PathBuf>,
    machine: bool,
    files: Vec<File>,
    /// Absolute, as named: no file is read twice.
    seen: BTreeSet<Utf8PathBuf>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The `.cargo` folders in which Cargo looks, the nearest first; those of the machine only if they are asked for.
    fn folders(&self) -> Vec<Utf8PathBuf> {
        let above = self.root.ancestors().map(|folder| folder.join(".cargo"));
        let mut folders: Vec<_> = above.collect();
        if let Some(home) = self.home.clone().filter(|home| !folders.contains(home)) {
            folders.push(home);
        }
        folders.retain(|folder| self.machine || !self.is_outside(folder));
        folders
    }

    /// Whether a file is the machine's: above the git root, elsewhere, or in `CARGO_HOME`, wherever that is.
    fn is_outside(&self, path: &Utf8Path) -> bool {
        let in_home = self
            .home
            .as_ref()
            .is_some_and(|home| path.starts_with(home));
        // A home in the folder where the workspace keeps its config is the workspace's config.
        let own = path.starts_with(self.root.join(".cargo"));
        !own && (in_home || !path.starts_with(self.boundary))
    }

    /// The config of a folder, what it includes, and the one that it hides.
    fn configs_in(&mut self, folder: &Utf8Path, shadowed: &mut Vec<Utf8PathBuf>) {
        if let (Some(config), hidden) = configs(folder) {
            shadowed.extend(hidden);
            self.follow(&config, 0);
        }
    }

    /// A config, then what it includes: the last include is the strongest.
    fn follow(&mut self, path: &Utf8Path, depth: usize) {
        let configs = self.files.len();
        if depth > DEEPEST || configs >= MOST || !self.machine && self.is_outside(path) {
            return;
        }
        let Some(text) = self.read(path, Role::Config).map(|file| file.text.clone()) else {
            return;
        };
        let folder = path.parent().unwrap_or(self.root);
        for include in includes(&text).into_iter().rev() {
            // Cargo takes no other; and what it would stop at need not be read.
            if include.path.ends_with(".toml") {
                self.follow(&normal(&folder.join(&include.path)), depth + 1);
            }
        }
    }

    /// The config in a member's folder, if it is another than that of the root.
    fn config_of(&mut self, member: &Member) {
        let folder = normal(&self.root.join(&member.path).join(".cargo"));
        if !folder.is_dir() || self.root.starts_with(folder.parent().unwrap_or(&folder)) {
            return;
        }
        let is_roots = || {
            let own = self.root.join(".cargo").canonicalize_utf8();
            own.is_ok_and(|own| folder.canonicalize_utf8().is_ok_and(|other| own == other))
        };
        if is_roots() {
            return;
        }
        if let (Some(config), _) = configs(&folder) {
            self.read(&config, Role::MemberConfig);
        }
    }

    /// Files in `.cargo` of the root with nearly the name of a config.
    fn misnamed(&mut self) {
        let folder = self.root.join(".cargo");
        let Ok(entries) = fs::read_dir(&folder) else {
            return;
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| is_misnamed(name)).collect();
        names.sort();
        for path in names.into_iter().map(|name| folder.join(name)) {
            if !path.is_dir() {
                self.read(&path, Role::Misnamed);
            }
        }
    }

    /// `rust-toolchain` or `rust-toolchain.toml`, the nearest; of two in one folder rustup takes the first.
    fn toolchain(&mut self) {
        for folder in self.root.ancestors() {
            if !folder.starts_with(self.boundary) {
                return;
            }
            for name in ["rust-toolchain", "rust-toolchain.toml"] {
                if self.read(&folder.join(name), Role::Toolchain).is_some() {
                    return;
                }
            }
        }
    }

    /// The packages of `Cargo.lock`. It is large and Cargo writes it always alike, so it is read by lines.
    fn lock(&mut self) -> Option<Vec<Package>> {
        let text = self.text(&self.root.join("Cargo.lock"), LARGEST_LOCK)?;
        Some(packages(&text))
    }

    /// Reads a file, if it is there and was not read before.
    fn read(&mut self, path: &Utf8Path, role: Role) -> Option<&File> {
        if self.seen.contains(path) {
            return None;
        }
        let text = self.text(path, LARGEST)?;
        self.seen.insert(path.to_owned());
        self.files.push(File {
            path: self.name(path),
            text,
            role,
            outside: self.is_outside(path),
        });
        self.files.last()
    }

    /// The text of a file; `None` if it is not there, or can't be read, which is a finding.
    fn text(&mut self, path: &Utf8Path, largest: u64) -> Option<String> {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return None;
            }
            Err(error) => return self.unreadable(path, &error.to_string()),
        };
        // A pipe would never end.
        if !about.is_file() {
            return self.unreadable(path, "it is no file");
        }
        if about.len() > largest {
            let name = self.name(path);
            self.findings.push(
                Diagnostic::warning(
                    "file_too_large",
                    format!("`{name}` is too large to be looked at"),
                )
                .with_note(format!(
                    "it has {} bytes, and what has more than {largest} is not read",
                    about.len()
                ))
                .with_help("keep generated data elsewhere"),
            );
            return None;
        }
        match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => Some(text),
            Ok(Err(_)) => {
                let name = self.name(path);
                self.findings.push(
                    Diagnostic::error("not_utf8", format!("`{name}` is not UTF-8"))
                        .with_help("TOML is UTF-8: save it as UTF-8 and run again"),
                );
                None
            }
            Err(error) => self.unreadable(path, &error.to_string()),
        }
    }

    fn unreadable(&mut self, path: &Utf8Path, why: &str) -> Option<String> {
        let name = self.name(path);
        self.findings.push(
            Diagnostic::warning("unreadable_file", format!("`{name}` can't be read"))
                .with_note(why.to_owned())
                .with_help("Cargo can't read it either: mend it or remove it"),
        );
        None
    }

    /// The path from the workspace root, with `../` above it up to the git root, absolute outside.
    fn name(&self, path: &Utf8Path) -> FilePath {
        let slashes = |path: &Utf8Path| path.as_str().replace('\\', "/");
        if self.is_outside(path) {
            return FilePath::new(slashes(path));
        }
        for (ups, folder) in self.root.ancestors().enumerate() {
            if let Ok(below) = path.strip_prefix(folder) {
                return FilePath::new(format!("{}{}", "../".repeat(ups), slashes(below)));
            }
        }
        FilePath::new(slashes(path))
    }
}

/// The config of a `.cargo` folder, and the one that Cargo then does not read. A `config` that is only another name of
/// `config.toml`, for Cargo before 1.39, hides nothing.
fn configs(folder: &Utf8Path) -> (Option<Utf8PathBuf>, Option<Utf8PathBuf>) {
    let is_there = |path: &Utf8PathBuf| path.symlink_metadata().is_ok();
    let old = Some(folder.join("config")).filter(is_there);
    let new = Some(folder.join("config.toml")).filter(is_there);
    match (old, new) {
        (Some(old), Some(new)) => {
            let same = old.read_link_utf8().is_ok() && same_file(&old, &new);
            if same {
                (Some(new), None)
            } else {
                (Some(old), Some(new))
            }
        }
        (old, new) => (old.or(new), None),
    }
}

fn same_file(one: &Utf8Path, other: &Utf8Path) -> bool {
    let real = |path: &Utf8Path| path.canonicalize_utf8().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// Whether a name in `.cargo` is nearly that of a config, and not that of a copy, of a layer or of a sample.
fn is_misnamed(name: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "cargo.toml",
        "conf.toml",
        "config.json",
        "config.tml",
        "config.toml.toml",
        "config.toml.txt",
        "config.tom",
        "config.yaml",
        "config.yml",
    ];
    let lower = name.to_lowercase();
    if matches!(name, "config" | "config.toml") {
        return false;
    }
    // `config2.toml` is another config, to be named with `--config`.
    let is_word = lower.chars().all(|c| c.is_ascii_alphabetic() || c == '.');
    OTHERS.contains(&&*lower)
        || matches!(&*lower, "config" | "config.toml")
        || is_word && is_slip(&lower, "config.toml")
}

/// Whether one word is the other but for one letter too many, too few, wrong, or two in the wrong order.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    let backwards = one.iter().rev().zip(other.iter().rev());
    let same = backwards.take_while(|(a, b)| a == b).count();
    let rest = (&one[..one.len() - same], &other[..other.len() - same]);
    match rest {
        ([a, b], [c, d]) => a == d && b == c,
        (one, other) => one.len() <= 1 && other.len() <= 1,
    }
}

/// A path without `.` and `..`, as Cargo would follow it by name.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for part in path.components() {
        match part.as_str() {
            "." => {}
            ".." => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// Names, versions and origins of a lock file.
fn packages(text: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    let mut is_package = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_package = line.trim_end() == "[[package]]";
            if is_package {
                packages.push(Package {
                    name: String::new(),
                    version: String::new(),
                    local: true,
                });
            }
            continue;
        }
        let (true, Some(package), Some((key, value))) =
            (is_package, packages.last_mut(), line.split_once(" = "))
        else {
            continue;
        };
        let value = || value.trim().trim_matches('"').to_owned();
        match key {
            "name" => package.name = value(),
            "version" => package.version = value(),
            "source" => package.local = false,
            _ => {}
        }
    }
    packages.retain(|package| !package.name.is_empty());
    packages
}

#[cfg(test)]
mod tests;
