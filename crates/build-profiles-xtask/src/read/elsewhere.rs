//! Files that say the same settings elsewhere: CI, containers, editors.
//!
//! They are no files of ours: what cannot be read is passed over, and of what is too large there is a word.

use std::collections::BTreeSet;
use std::fs::{File as Handle, read_dir};
use std::io::Read;

use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::lint::{File, Role};
use camino::{Utf8Path, Utf8PathBuf};

/// More files than any repository has of this kind.
const MOST: usize = 256;
/// More than any of them holds.
const LARGEST: u64 = 1024 * 1024;
/// More than anybody keeps in one folder.
const ENTRIES: usize = 4096;

/// The files between the git root and the workspace root, in a fixed order, by their paths from the workspace root.
pub(crate) fn elsewhere(root: &Utf8Path, boundary: &Utf8Path) -> (Vec<File>, Vec<Diagnostic>) {
    let mut found = Found {
        root,
        boundary: boundary
            .canonicalize_utf8()
            .unwrap_or_else(|_| boundary.to_owned()),
        seen: BTreeSet::new(),
        files: Vec::new(),
        diagnostics: Vec::new(),
    };
    let workflows = boundary.join(".github/workflows");
    found.folder(&workflows, 0, &|name| {
        is_yaml(name).then_some(Role::Workflow)
    });
    let is_action =
        |name: &str| matches!(name, "action.yml" | "action.yaml").then_some(Role::Action);
    found.folder(&boundary.join(".github/actions"), 3, &is_action);
    found.folder(boundary, 0, &is_action);
    found.folder(boundary, 0, &|name| {
        (name == ".gitlab-ci.yml").then_some(Role::Gitlab)
    });
    found.folder(&boundary.join(".gitlab"), 3, &|name| {
        is_yaml(name).then_some(Role::Gitlab)
    });
    let mut places = vec![boundary];
    if root != boundary {
        places.push(root);
    }
    for place in places {
        for folder in ["", "docker", ".docker", "ci", ".ci", ".devcontainer"] {
            found.folder(&place.join(folder), 0, &|name| {
                is_dockerfile(name).then_some(Role::Dockerfile)
            });
        }
        found.file(&place.join(".envrc"), Role::Envrc);
        found.file(&place.join(".vscode/settings.json"), Role::Editor);
    }
    (found.files, found.diagnostics)
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

fn is_dockerfile(name: &str) -> bool {
    name.starts_with("Dockerfile") && !name.ends_with(".dockerignore")
        || name.ends_with(".Dockerfile")
        || name == "Containerfile"
}

struct Found<'a> {
    root: &'a Utf8Path,
    /// Where everything leads that may be read.
    boundary: Utf8PathBuf,
    /// What was read, by where it leads: a link is not read twice.
    seen: BTreeSet<Utf8PathBuf>,
    files: Vec<File>,
    diagnostics: Vec<Diagnostic>,
}

impl Found<'_> {
    /// The files of a folder that have a role by their name, and those of so many levels of folders in it.
    fn folder(&mut self, folder: &Utf8Path, levels: usize, role: &dyn Fn(&str) -> Option<Role>) {
        let Ok(entries) = read_dir(folder) else {
            return;
        };
        if self.within(folder).is_none() {
            return;
        }
        let entries = entries.take(ENTRIES).flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            let path = folder.join(&name);
            if path.is_dir() {
                // A link to a folder may lead back to where we are.
                if levels > 0 && !path.is_symlink() {
                    self.folder(&path, levels - 1, role);
                }
            } else if let Some(role) = role(&name) {
                self.file(&path, role);
            }
        }
    }

    fn file(&mut self, path: &Utf8Path, role: Role) {
        let Some(real) = self.within(path).filter(|real| real.is_file()) else {
            return;
        };
        if self.files.len() >= MOST || !self.seen.insert(real.clone()) {
            return;
        }
        let name = self.name(path);
        let mut bytes = Vec::new();
        let read =
            Handle::open(&real).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        if read.is_err() {
            return;
        }
        if bytes.len() as u64 > LARGEST {
            self.diagnostics.push(
                Diagnostic::warning(
                    "file_too_large",
                    format!("`{name}` is too large to look at"),
                )
                .with_note("nothing is known of the variables that it sets"),
            );
            return;
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return;
        };
        if !self.is_about_us(&text, path, role) {
            return;
        }
        self.files.push(File {
            path: FilePath::new(name),
            text,
            role,
            outside: false,
            ignored: false,
        });
        if self.files.len() == MOST {
            self.diagnostics.push(
                Diagnostic::warning(
                    "file_too_large",
                    format!("there are more than {MOST} files of CI and containers"),
                )
                .with_note("no more than these were looked at"),
            );
        }
    }

    /// Where a path leads, if that is in the repository.
    fn within(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let real = path.canonicalize_utf8().ok()?;
        real.starts_with(&self.boundary).then_some(real)
    }

    /// From the workspace root, with `../` above it.
    fn name(&self, path: &Utf8Path) -> String {
        let ups = self.root.ancestors().enumerate();
        let mut names = ups.filter_map(|(up, folder)| {
            let below = path.strip_prefix(folder).ok()?;
            Some(format!("{}{below}", "../".repeat(up)))
        });
        names
            .next()
            .unwrap_or_else(|| path.to_string())
            .replace('\\', "/")
    }

    /// Whether a file above the workspace may be about it: in a repository of several workspaces it names the folder.
    fn is_about_us(&self, text: &str, path: &Utf8Path, role: Role) -> bool {
        let is_script = matches!(
            role,
            Role::Workflow | Role::Action | Role::Gitlab | Role::Dockerfile
        );
        let folder = self.root.file_name().unwrap_or_default();
        !is_script || path.starts_with(self.root) || text.contains(folder)
            // With a workspace in the git root everything is about it.
            || self.root.canonicalize_utf8().is_ok_and(|root| root == self.boundary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Utf8Path, path: &str, text: impl AsRef<[u8]>) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it is ours");
        std::fs::write(path, text).expect("it is ours");
    }

    fn names(files: &[File]) -> Vec<(&str, Role)> {
        files
            .iter()
            .map(|file| (file.path.as_str(), file.role))
            .collect()
    }

    #[test]
    fn files_are_found_from_the_git_root_on() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let boundary = Utf8Path::from_path(folder.path()).expect("it is UTF-8");
        let root = boundary.join("native");
        for (path, text) in [
            (".github/workflows/b.yaml", "on: push # native"),
            (".github/workflows/a.yml", "on: native"),
            (".github/workflows/web.yml", "on: push"),
            (".github/workflows/notes.md", "native"),
            (".github/actions/x/y/z/action.yml", "name: native"),
            (".github/actions/1/2/3/4/action.yml", "name: native"),
            ("action.yml", "name: native"),
            (".gitlab-ci.yml", "native: {}"),
            ("docker/Dockerfile.native", "FROM native"),
            ("native/ci/x.Dockerfile", "FROM y"),
            ("native/.envrc", "export A=1"),
            (".vscode/settings.json", "{}"),
        ] {
            write(boundary, path, text);
        }
        write(
            boundary,
            ".github/workflows/large.yml",
            "#".repeat(1024 * 1024 + 1),
        );
        write(boundary, ".github/workflows/latin.yml", b"native: \xe4");
        let (files, findings) = elsewhere(&root, boundary);
        assert_eq!(
            names(&files),
            [
                ("../.github/workflows/a.yml", Role::Workflow),
                ("../.github/workflows/b.yaml", Role::Workflow),
                ("../.github/actions/x/y/z/action.yml", Role::Action),
                ("../action.yml", Role::Action),
                ("../.gitlab-ci.yml", Role::Gitlab),
                ("../docker/Dockerfile.native", Role::Dockerfile),
                ("../.vscode/settings.json", Role::Editor),
                ("ci/x.Dockerfile", Role::Dockerfile),
                (".envrc", Role::Envrc),
            ]
        );
        let messages: Vec<&str> = findings.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            messages,
            ["`../.github/workflows/large.yml` is too large to look at"]
        );
    }

    #[test]
    fn there_is_an_end_of_files() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let root = Utf8Path::from_path(folder.path()).expect("it is UTF-8");
        for number in 0..300 {
            write(
                root,
                &format!(".github/workflows/{number:03}.yml"),
                "on: push",
            );
        }
        let (files, findings) = elsewhere(root, root);
        assert_eq!((files.len(), findings.len()), (256, 1));
        assert_eq!(files[0].path.as_str(), ".github/workflows/000.yml");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_or_round() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let outside = Utf8Path::from_path(folder.path()).expect("it is UTF-8");
        let root = outside.join("repository");
        write(outside, "secret/ci.yml", "on: push");
        write(&root, ".github/workflows/ci.yml", "on: push");
        let link = |from: &Utf8Path, to: &str| {
            std::os::unix::fs::symlink(from, root.join(to)).expect("it is ours");
        };
        link(
            &outside.join("secret/ci.yml"),
            ".github/workflows/secret.yml",
        );
        link(&outside.join("secret"), ".gitlab");
        link(
            &root.join(".github/workflows/ci.yml"),
            ".github/workflows/twice.yml",
        );
        std::fs::create_dir_all(root.join(".github/actions")).expect("it is ours");
        link(&root.join(".github"), ".github/actions/round");
        let (files, findings) = elsewhere(&root, &root);
        assert_eq!(
            names(&files),
            [(".github/workflows/ci.yml", Role::Workflow)]
        );
        assert!(findings.is_empty());
    }
}
