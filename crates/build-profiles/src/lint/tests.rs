//! Each lint on its own examples: it fires on the one, says nothing of the other, and mends what it says it can.

use super::*;
use crate::diagnostic::FilePath;

/// Files behind `//- path` lines; before the first one `members: a=crates/a`, `locked: serde@1.0.200`, where a member is
/// in the lock file by itself.
pub(super) fn files(fixture: &str) -> Files {
    let mut files = Files::default();
    let mut packages: Vec<Package> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            let path = path.trim();
            files.files.push(File {
                path: FilePath::new(path),
                text: String::new(),
                role: role(path),
                outside: path.starts_with('/'),
                ignored: path == ".cargo/machine.toml",
            });
        } else if let Some(file) = files.files.last_mut() {
            file.text.push_str(line);
        } else if let Some(members) = line.strip_prefix("members:") {
            for member in members.split_whitespace() {
                let (name, path) = member.split_once('=').unwrap_or((member, member));
                files.members.push(Member {
                    name: name.to_owned(),
                    path: path.to_owned(),
                });
                packages.push(package(name, "0.1.0", true));
            }
        } else if let Some(locked) = line.strip_prefix("locked:") {
            for one in locked.split_whitespace() {
                let (name, version) = one.split_once('@').expect("name@version");
                packages.push(package(name, version, false));
            }
        } else if let Some(variable) = line.strip_prefix("variable: ") {
            let (name, value) = variable.trim_end().split_once('=').expect("name=value");
            files.variables.insert(name.to_owned(), value.to_owned());
        } else {
            panic!("not a line of a fixture: {line}");
        }
    }
    files.packages = (!packages.is_empty()).then_some(packages);
    files
}

fn package(name: &str, version: &str, local: bool) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        local,
    }
}

fn role(path: &str) -> Role {
    let name = path.rsplit('/').next().unwrap_or_default();
    match (path, name) {
        ("Cargo.toml", _) => Role::Manifest,
        (_, "Cargo.toml") => Role::Member,
        (".cargo/config.toml" | ".cargo/config", _) => Role::Config,
        ("rust-toolchain.toml" | "rust-toolchain", _) => Role::Toolchain,
        (_, ".gitlab-ci.yml") => Role::Gitlab,
        (_, "action.yml") => Role::Action,
        (_, ".envrc") => Role::Envrc,
        (_, "settings.json") => Role::Editor,
        (_, "Dockerfile") => Role::Dockerfile,
        _ if path.starts_with(".github/workflows/") => Role::Workflow,
        (_, "config.toml" | "config") if path.starts_with('/') => Role::Config,
        (_, "config.toml" | "config") if path.starts_with("crates/") => Role::MemberConfig,
        _ if path.starts_with(".cargo/") && name.to_lowercase().starts_with("c") => Role::Misnamed,
        _ => Role::Config,
    }
}

/// `name: message` of what is found.
pub(super) fn found(fixture: &str) -> Vec<String> {
    let files = files(fixture);
    let findings = run(&Subject::new(&files, None));
    findings
        .iter()
        .map(|finding| format!("{}: {}", finding.lint.name, finding.diagnostic.message))
        .collect()
}

/// Holds what one family says against `name: message`.
#[track_caller]
pub(super) fn check_family(family: &Family, fixture: &str, expected: &[&str]) {
    let mut all = found(fixture);
    all.retain(|one| {
        let mut lints = family.lints.iter();
        lints.any(|lint| one.starts_with(&format!("{}:", lint.name)))
    });
    assert_eq!(all, expected, "{fixture}");
}

/// Holds the names of what is found in a config against these.
#[track_caller]
pub(super) fn check_config(config: &str, expected: &[&str]) {
    let found = found(&format!("//- .cargo/config.toml\n{config}"));
    let names: Vec<_> = found
        .iter()
        .map(|one| one.split(':').next().unwrap_or_default())
        .collect();
    assert_eq!(names, expected, "{config}\n{found:#?}");
}

fn names(files: &Files) -> Vec<&'static str> {
    let findings = run(&Subject::new(files, None));
    findings.iter().map(|finding| finding.lint.name).collect()
}

#[test]
fn each_lint_fires_on_its_example_and_not_on_its_neighbour() {
    for lint in lints() {
        let bad = names(&files(lint.bad));
        assert!(
            bad.contains(&lint.name),
            "{} on its example: {bad:?}",
            lint.name
        );
        let good = names(&files(lint.good));
        assert!(
            !good.contains(&lint.name),
            "{} on its neighbour: {good:?}",
            lint.name
        );
    }
}

#[test]
fn a_mended_example_is_silent_and_mended_once() {
    for lint in lints() {
        let mut files = files(lint.bad);
        let findings = run(&Subject::new(&files, None));
        let (changes, _) = fixed(&files, &findings);
        let has_fix = findings
            .iter()
            .any(|finding| finding.lint == *lint && !finding.fixes.is_empty());
        assert_eq!(has_fix, lint.fixable, "{} and its `fixable`", lint.name);
        if !lint.fixable {
            continue;
        }
        for change in changes {
            let file = files.files.iter_mut().find(|file| file.path == change.path);
            file.expect("it was there").text = change.after.expect("none is deleted");
        }
        assert!(
            !names(&files).contains(&lint.name),
            "{} after mending",
            lint.name
        );
        let again = run(&Subject::new(&files, None));
        let mine: Vec<_> = again.into_iter().filter(|one| one.lint == *lint).collect();
        assert!(fixed(&files, &mine).0.is_empty(), "{} twice", lint.name);
    }
}

#[test]
fn the_table_is_in_order_and_says_everything() {
    assert!(lints().is_sorted_by(|one, other| one.name < other.name));
    for lint in lints() {
        let name = lint.name;
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{name}"
        );
        for text in [
            lint.finds,
            lint.cargo,
            lint.instead,
            lint.source,
            lint.bad,
            lint.good,
        ] {
            assert!(!text.is_empty(), "{name} says nothing");
        }
        for text in [lint.finds, lint.cargo, lint.costs, lint.instead] {
            assert!(!text.ends_with('.'), "{name}: {text}");
        }
        assert!(lint.source.starts_with("https://"), "{name}");
        // A finding has a place, and knows what to do.
        let files = files(lint.bad);
        for finding in run(&Subject::new(&files, None)) {
            assert!(!finding.diagnostic.labels.is_empty(), "{name}: no place");
            assert!(!finding.diagnostic.help.is_empty(), "{name}: no help");
            for label in &finding.diagnostic.labels {
                let file = files.files.iter().find(|file| file.path == label.file);
                assert!(
                    file.is_some_and(|file| file.text.get(label.span.clone()).is_some()),
                    "{name}"
                );
            }
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test of a generated file reads that file, and writes it on demand"
)]
fn the_book_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lints.md");
    if std::env::var("SNAPSHOTS").is_ok_and(|bless| bless == "overwrite") {
        std::fs::write(path, lint_reference()).expect("docs/ can be written");
    }
    // The packaged crate has no docs.
    let Ok(found) = std::fs::read_to_string(path) else {
        return;
    };
    assert!(
        found.replace("\r\n", "\n") == lint_reference(),
        "docs/lints.md is stale: run `SNAPSHOTS=overwrite cargo test -p build-profiles lint`"
    );
}
