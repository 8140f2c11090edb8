//! The packages that mount this tool: which do nothing else, and what keeps the others.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::traces;
use super::{Belongings, Ejection, LIBRARY, Package};
use crate::diagnostic::{Diagnostic, Level};
use crate::edit::Edit;
use crate::layout::manifest_path;
use crate::policy::Policy;
use crate::touched::Touched;
use crate::value::KeyPath;

/// Lets each package go that does nothing but mount this tool, with what leads to it; gives those that go, and the names
/// of the aliases that start this tool.
pub(super) fn packages<'b>(
    policy: &Policy,
    belongings: &'b Belongings,
    draft: &mut Touched<'_>,
    ejection: &mut Ejection,
) -> (Vec<&'b Package>, Vec<String>) {
    for (file, text) in &belongings.hakari {
        draft.know(file, Some(text));
    }
    let root = draft.text(&manifest_path()).unwrap_or_default().to_owned();
    let mounts = belongings.packages.iter().filter_map(|package| {
        let library = library(&package.manifest, &root)?;
        Some((package, library))
    });
    let mounts: Vec<(&Package, Library)> = mounts.collect();
    let aliases = traces::aliases(policy, draft).into_iter();
    let aliases = aliases.filter(|alias| mounts.iter().any(|(package, _)| alias.runs(package)));
    let aliases = aliases.map(|alias| alias.name).collect();
    let (gone, staying): (Vec<_>, Vec<_>) = mounts
        .iter()
        .map(|(package, library)| (*package, library, reasons(package, library, belongings)))
        .partition(|(.., reasons)| reasons.is_empty());
    for (package, library, reasons) in staying {
        stays(package, library, reasons, draft);
    }
    let gone: Vec<&Package> = gone.into_iter().map(|(package, ..)| package).collect();
    let packages = belongings.packages.iter();
    let others: Vec<&Package> = packages
        .filter(|other| gone.iter().all(|package| package.name != other.name))
        .collect();
    for package in &gone {
        for (file, text) in [
            (package.manifest_path(), Some(&package.manifest)),
            (package.main_path(), package.main()),
        ] {
            draft.know(&file, text);
            draft.remove(&file);
            ejection.handwritten.push(file);
        }
        ejection.by_glob |= traces::members(package, &others, draft);
        traces::alias_and_profile(policy, package, draft);
        traces::hakari(package, draft);
    }
    if !gone.is_empty() && gone.len() == mounts.len() {
        shared_dependency(&root, draft);
    }
    (gone, aliases)
}

impl Package {
    fn main(&self) -> Option<&String> {
        self.files.get(&self.main_path())?.as_ref()
    }
}

/// How a manifest depends on this tool's library.
struct Library {
    /// The key of the dependency.
    key: String,
    span: Range<usize>,
}

/// The kinds of dependencies, at the top of a manifest and below `target.*`.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn document(text: &str) -> Option<Document<&str>> {
    Document::parse(text).ok()
}

/// Every dependency of a manifest, whatever it is for: its key, its item, where it stands.
fn dependencies(table: &dyn TableLike) -> Vec<(String, &Item, Range<usize>)> {
    let mut found = Vec::new();
    for kind in DEPENDENCIES {
        let Some(table) = table.get(kind).and_then(Item::as_table_like) else {
            continue;
        };
        found.extend(table.iter().map(|(key, item)| {
            let span = table.key(key).and_then(toml_edit::Key::span);
            (key.to_owned(), item, span.unwrap_or_default())
        }));
    }
    let targets = table.get("target").and_then(Item::as_table_like);
    for (_, target) in targets.into_iter().flat_map(|targets| targets.iter()) {
        found.extend(target.as_table_like().into_iter().flat_map(dependencies));
    }
    found
}

/// The package that a dependency stands for, by itself or by the workspace's line of the same key.
fn package_of(key: &str, item: &Item, root: &str) -> String {
    let named = |item: &Item| Some(item.get("package")?.as_str()?.to_owned());
    let of_workspace = || {
        item.get("workspace")?;
        let root = document(root)?;
        named(root.get("workspace")?.get("dependencies")?.get(key)?)
    };
    named(item)
        .or_else(of_workspace)
        .unwrap_or_else(|| key.to_owned())
}

fn library(manifest: &str, root: &str) -> Option<Library> {
    let document = document(manifest)?;
    let mut all = dependencies(document.as_table()).into_iter();
    all.find(|(key, item, _)| package_of(key, item, root) == LIBRARY)
        .map(|(key, _, span)| Library { key, span })
}

/// What keeps a package: everything that it is or has besides mounting this tool. None: it goes.
fn reasons(package: &Package, library: &Library, belongings: &Belongings) -> Vec<String> {
    if package.folder.is_empty() {
        return vec!["it is the root package".to_owned()];
    }
    if package.folder.starts_with(['/', '.']) || package.folder.contains(':') {
        return vec!["it stands outside of the workspace root".to_owned()];
    }
    let mut reasons = Vec::new();
    match package.main() {
        None => reasons.push(format!("there is no `{}`", package.main_path())),
        Some(main) if !only_mounts(main, &library.key.replace('-', "_")) => {
            let main = package.main_path();
            reasons.push(format!("`{main}` does more than to start this tool"));
        }
        Some(_) => {}
    }
    let main = package.main_path();
    let others = package.files.keys().filter(|file| **file != main);
    let others: Vec<String> = others.map(|file| format!("`{file}`")).collect();
    match others.len() {
        0 => {}
        count => {
            let more = match count {
                1..=3 => String::new(),
                _ => format!(" and {} more", count - 3),
            };
            let shown = others[..count.min(3)].join(", ");
            reasons.push(format!("more stands in its folder: {shown}{more}"));
        }
    }
    reasons.extend(more_in_manifest(package, library));
    let users = belongings
        .packages
        .iter()
        .filter(|other| other.name != package.name && depends_on(&other.manifest, &package.name));
    reasons.extend(users.map(|other| format!("`{}` depends on it", other.name)));
    reasons
}

/// What a manifest says besides that this is a package with one dependency.
fn more_in_manifest(package: &Package, library: &Library) -> Option<String> {
    let file = package.manifest_path();
    let Some(document) = document(&package.manifest) else {
        return Some(format!("`{file}` is no valid TOML"));
    };
    let tables = document.iter().map(|(name, _)| name.to_owned());
    // What stands below `target` are dependencies, which are counted one by one.
    let known =
        |name: &str| DEPENDENCIES.contains(&name) || ["package", "lints", "target"].contains(&name);
    let tables = tables.filter(|name| !known(name));
    let build = document.get("package").and_then(|it| it.get("build"));
    let build = build.map(|_| "package.build".to_owned());
    let dependencies = dependencies(document.as_table()).into_iter();
    let dependencies = dependencies
        .filter(|(key, ..)| *key != library.key)
        .map(|(key, ..)| format!("dependencies.{key}"));
    let more: Vec<String> = tables
        .chain(build)
        .chain(dependencies)
        .map(|name| format!("`{name}`"))
        .collect();
    (!more.is_empty()).then(|| format!("`{file}` has more in it: {}", more.join(", ")))
}

/// Whether a manifest depends on a package of this workspace, by its folder or by a line of the workspace.
fn depends_on(manifest: &str, name: &str) -> bool {
    let Some(document) = document(manifest) else {
        return true;
    };
    let mut all = dependencies(document.as_table()).into_iter();
    all.any(|(key, item, _)| {
        let is_local = item.get("path").is_some() || item.get("workspace").is_some();
        is_local && package_of(&key, item, "") == name
    })
}

/// Whether a program does nothing but start this tool: comments, whitespace and attributes of the file aside it is
/// `fn main() -> std::process::ExitCode { build_profiles_xtask::main() }`, with or without `use`.
fn only_mounts(main: &str, library: &str) -> bool {
    const IMPORTS: [&str; 4] = [
        "use std::process::ExitCode;",
        "use std::process::{ExitCode};",
        "use std::process;",
        "use std::process::{self};",
    ];
    const EXIT_CODES: [&str; 4] = [
        "std::process::ExitCode",
        "::std::process::ExitCode",
        "process::ExitCode",
        "ExitCode",
    ];
    let mut rest = tokens(main);
    loop {
        let import = IMPORTS.iter().find_map(|import| {
            let import = tokens(import);
            rest.starts_with(&import).then_some(import.len())
        });
        match import {
            Some(length) => rest.drain(..length),
            None => break,
        };
    }
    let calls = [
        format!("{library}::main()"),
        format!("::{library}::main()"),
        format!("return {library}::main();"),
    ];
    EXIT_CODES.iter().any(|code| {
        calls
            .iter()
            .any(|call| rest == tokens(&format!("fn main() -> {code} {{ {call} }}")))
    })
}

/// The words and signs of a program, without comments and without the attributes of the whole file.
fn tokens(program: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = program.trim_start_matches('\u{feff}').trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            end_of_comment(rest)
        } else if rest.starts_with("#![") && tokens.is_empty() {
            rest.find(']').map_or(rest.len(), |end| end + 1)
        } else {
            let length = match is_word(first) {
                true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                false => first.len_utf8(),
            };
            tokens.push(rest[..length].to_owned());
            length
        };
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Behind the end of a comment that this text starts with; such comments nest.
fn end_of_comment(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Says why a package stays, and which lines start this tool.
fn stays(package: &Package, library: &Library, reasons: Vec<String>, draft: &mut Touched<'_>) {
    const MOST: usize = 8;
    let manifest = package.manifest_path();
    let mut finding = Diagnostic::new(
        Level::Note,
        "xtask_stays",
        format!(
            "the package `{}` stays: take this tool out of it by hand",
            package.name
        ),
    )
    .with_label(&manifest, library.span.clone(), "the dependency");
    let ident = library.key.replace('-', "_");
    let mut labels = 0;
    for (file, text) in &package.files {
        for (at, _) in text.as_deref().unwrap_or_default().match_indices(&ident) {
            labels += 1;
            if labels <= MOST {
                finding = finding.with_label(file, at..at + ident.len(), "starts it");
            }
        }
    }
    for reason in reasons {
        finding = finding.with_note(reason);
    }
    draft.say(finding.with_help(
        "take these lines out; the alias, the member and the profile of the package stay",
    ));
}

/// Takes the line of `workspace.dependencies` out that nobody asks for any more.
fn shared_dependency(root: &str, draft: &mut Touched<'_>) {
    let Some(document) = document(root) else {
        return;
    };
    let table = document
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(Item::as_table_like);
    let keys = table.into_iter().flat_map(|table| table.iter());
    let ours = keys.filter(|(key, item)| package_of(key, item, "") == LIBRARY);
    for (key, _) in ours {
        // A path is a package of this very workspace.
        let edit = Edit::Remove {
            path: KeyPath::new(["workspace", "dependencies", key]),
        };
        draft.edit(&manifest_path(), edit, "take the dependency out");
    }
}

#[cfg(test)]
mod tests {
    use super::only_mounts;

    #[track_caller]
    fn check(main: &str, expected: bool) {
        assert_eq!(
            only_mounts(main, "build_profiles_xtask"),
            expected,
            "{main}"
        );
        let crlf = main.replace('\n', "\r\n");
        assert_eq!(only_mounts(&crlf, "build_profiles_xtask"), expected);
    }

    #[test]
    fn what_only_mounts() {
        check(
            "//! Starts it.\n#![forbid(unsafe_code)]\n\n/* a /* b */ c */\nfn main() -> std::process::ExitCode {\n    // here\n    build_profiles_xtask::main()\n}\n",
            true,
        );
        check(
            "use std::process::ExitCode;\nfn main()->ExitCode{build_profiles_xtask::main()}",
            true,
        );
        check(
            "use std::process;\n\nfn main() -> process::ExitCode {\n    ::build_profiles_xtask::main()\n}\n",
            true,
        );
    }

    #[test]
    fn what_does_more() {
        check("", false);
        check("fn main() {\n    build_profiles_xtask::main();\n}\n", false);
        check(
            "mod codegen;\nfn main() -> std::process::ExitCode { build_profiles_xtask::main() }\n",
            false,
        );
        check(
            "fn main() -> std::process::ExitCode { println!(\"// x\"); build_profiles_xtask::main() }\n",
            false,
        );
        check(
            "fn main() -> std::process::ExitCode { build_profiles_xtask::main() }\n#[test]\nfn t() {}\n",
            false,
        );
        check(
            "/* fn main() -> std::process::ExitCode { build_profiles_xtask::main() }",
            false,
        );
    }
}
