//! Reads what the lints look at: config files in Cargo's order, manifests, the toolchain file, the lock file.
//!
//! What stands outside of the repository is read only where the answer may differ from machine to machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;

use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::effective::walk;
use build_profiles::layout::{config_path, machine_path};
use build_profiles::lint::{File, Files, Member, Package, Role};
use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;
use super::chain::{cargo_home, config_folders, is_another_name};
use super::lock::packages;
use crate::run::git::git_ignores;

/// A config, a manifest or a toolchain file that is larger was not written by anybody.
const LARGEST: u64 = 1 << 20;
/// Lock files are written by Cargo, a line a field.
const LARGEST_LOCK: u64 = 64 << 20;

/// The files, and what there is to say of those that can't be read.
pub(crate) fn lintable(repository: &Repository, machine: bool) -> (Files, Vec<Diagnostic>) {
    let mut reader = Reader {
        root: &repository.root,
        boundary: &repository.boundary,
        ignored: ignored(repository),
        home: cargo_home(),
        machine,
        files: Vec::new(),
        seen: BTreeSet::new(),
        findings: Vec::new(),
    };
    reader.configs();
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

/// What is known of the policy's own files: the machine's layer, and the config if git ignores it.
fn ignored(repository: &Repository) -> BTreeSet<Utf8PathBuf> {
    let policy = repository.policy.clone().unwrap_or_default();
    let config = repository
        .workspace
        .config_ignored
        .then(|| config_path(&policy));
    let files = config.into_iter().chain([machine_path(&policy)]);
    let absolute = |file: FilePath| normal(&repository.root.join(file.as_str()));
    files.map(absolute).collect()
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
    /// Files of the repository's folders that are the machine's all the same: its own layer, and what git ignores.
    ignored: BTreeSet<Utf8PathBuf>,
    home: Option<Utf8PathBuf>,
    machine: bool,
    files: Vec<File>,
    /// Absolute, as named: no file is read twice.
    seen: BTreeSet<Utf8PathBuf>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Whether a file is the machine's: then the answer for the repository must not depend on it.
    fn is_machines(&self, path: &Utf8Path) -> bool {
        self.is_outside(path) || self.ignored.contains(path)
    }

    /// Whether a file stands above the git root, elsewhere, or in `CARGO_HOME`, wherever that is.
    fn is_outside(&self, path: &Utf8Path) -> bool {
        let in_home = self
            .home
            .as_ref()
            .is_some_and(|home| path.starts_with(home));
        // A home in the folder where the workspace keeps its config is the workspace's config.
        let own = path.starts_with(self.root.join(".cargo"));
        !own && (in_home || !path.starts_with(self.boundary))
    }

    /// The config files that Cargo reads, the strongest first, and then those that others hide; those of the machine only
    /// if they are asked for.
    fn configs(&mut self) {
        let home = self.home.clone();
        let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
        let found = walk(config_folders(self.root, home.as_deref()), &mut |path| {
            let read = || self.config(&normal(Utf8Path::new(path)));
            texts.entry(path.to_owned()).or_insert_with(read).clone()
        });
        let configs = found.configs.into_iter().map(|file| (file, Role::Config));
        let shadowed = found.shadowed.into_iter();
        for (file, role) in configs.chain(shadowed.map(|file| (file, Role::Shadowed))) {
            // With its byte order mark, which the walk leaves out.
            let text = texts.get(&file.file).cloned().flatten();
            self.keep(
                &normal(Utf8Path::new(&file.file)),
                text.unwrap_or(file.text),
                role,
            );
        }
    }

    fn config(&mut self, path: &Utf8Path) -> Option<String> {
        let is_included = !matches!(path.file_name(), Some("config" | "config.toml"));
        if is_included && !self.is_outside(path) && path.exists() {
            // What does not come with a checkout is there on some machines and not on others.
            let ignored = git_ignores(self.root, path.as_str()).unwrap_or_default();
            self.ignored.extend(ignored.then(|| path.to_owned()));
        }
        if !self.machine && self.is_machines(path) || is_another_name(path) {
            return None;
        }
        self.text(path, LARGEST)
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
        let names = ["config", "config.toml"].map(|name| folder.join(name));
        let mut configs = names.iter().filter(|path| !is_another_name(path));
        if let Some(config) = configs.find(|path| path.symlink_metadata().is_ok()) {
            self.read(config, Role::MemberConfig);
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
        self.keep(path, text, role);
        self.files.last()
    }

    fn keep(&mut self, path: &Utf8Path, text: String, role: Role) {
        if self.seen.insert(path.to_owned()) {
            self.files.push(File {
                path: self.name(path),
                text,
                role,
                outside: self.is_outside(path),
                ignored: self.ignored.contains(path),
            });
        }
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

#[cfg(test)]
mod tests;
