//! Paths that are not what was written: a shell would have read them, or TOML has.

use crate::diagnostic::Level;
use crate::edit::{Edit, Leaf};
use crate::lint::env::unexpanded;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::Value;

pub(super) static BACKSLASH_IN_PATH: Lint = Lint {
    name: "backslash_in_path",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a Windows path between double quotes, of whose backslashes TOML has made control characters: `\"D:\\build\\target\"`",
    cargo: "TOML reads `\\b`, `\\t`, `\\n`, `\\f` and `\\r` between double quotes as single characters, and Cargo gets those",
    costs: "the path is that of a folder which nobody has",
    instead: "write it between single quotes, or with `/`",
    fixable: true,
    source: "https://toml.io/en/v1.0.0#string",
    bad: "//- .cargo/config.toml\n[env]\nTOOLS = \"D:\\build\\tools\"\n",
    good: "//- .cargo/config.toml\n[env]\nTOOLS = 'D:\\build\\tools'\nLINES = \"one\\ntwo\"\n",
    ..LINT
};

pub(super) static PATH_NOT_EXPANDED: Lint = Lint {
    name: "path_not_expanded",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "`~`, `$NAME` or `%NAME%` in `build.target-dir` or `build.build-dir`, `{workspace-root}` in `build.target-dir`",
    cargo: "Cargo takes it letter by letter: no shell reads it, and only `build.build-dir` has words in braces",
    costs: "everything is built into a folder of that very name, beside the sources",
    instead: "write the path itself: one that does not begin with `/` begins where `.cargo` stands",
    fixable: true,
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildtarget-dir",
    bad: "//- .cargo/config.toml\n[build]\ntarget-dir = \"{workspace-root}/out\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"out\"\nbuild-dir = \"{workspace-root}/out/build\"\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            if let Some(Value::Str(text)) = &leaf.value {
                found.extend(backslash(doc, leaf, text));
                found.extend(not_expanded(doc, leaf, text));
            }
        }
    }
}

fn not_expanded(doc: &Doc<'_>, leaf: &Leaf, text: &str) -> Option<Finding> {
    /// A word in braces that `build.build-dir` would know.
    const WORDS: [&str; 3] = [
        "{workspace-root}",
        "{cargo-cache-home}",
        "{workspace-path-hash}",
    ];
    let is_target = match leaf.path.parts()[..] {
        ["build", "target-dir"] => true,
        ["build", "build-dir"] => false,
        _ => return None,
    };
    let word = WORDS
        .iter()
        .copied()
        .find(|word| is_target && text.contains(word));
    let written = word.or_else(|| unexpanded(text))?;
    let message = format!("`{written}` in `{}` is not expanded", leaf.path);
    let at = leaf.span.clone();
    let finding = Finding::new(&PATH_NOT_EXPANDED, message).at(doc, at, "taken letter by letter");
    // The folder that holds the `.cargo` of the workspace root is the workspace root.
    let rest = text.strip_prefix("{workspace-root}/").filter(|rest| {
        doc.file.path.parent() == ".cargo" && !rest.contains(['{', '$', '%']) && !rest.is_empty()
    });
    Some(match rest {
        Some(rest) => {
            let value = Value::Str(rest.to_owned());
            finding.help(format!("write `target-dir = {value}`")).edit(
                doc,
                Edit::Set {
                    path: leaf.path.clone(),
                    value,
                    comment: None,
                },
            )
        }
        None => finding,
    })
}

fn backslash(doc: &Doc<'_>, leaf: &Leaf, text: &str) -> Option<Finding> {
    let raw = doc.file.text.get(leaf.span.clone())?;
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.starts_with('"') || !inner.contains('\\') || !text.contains(char::is_control) {
        return None;
    }
    let drive = text.split_once(':').is_some_and(|(drive, rest)| {
        drive.len() == 1
            && drive.chars().all(|c| c.is_ascii_alphabetic())
            && rest.starts_with(|c: char| c == '\\' || c.is_control())
    });
    let is_path = matches!(
        leaf.path.parts()[..],
        [
            "build",
            "rustc"
                | "rustdoc"
                | "rustc-wrapper"
                | "rustc-workspace-wrapper"
                | "target-dir"
                | "build-dir"
                | "dep-info-basedir"
        ] | ["target", _, "linker" | "runner"]
            | ["http", "cainfo"]
            | ["install", "root"]
    );
    if !drive && !is_path {
        return None;
    }
    let meant = inner.replace("\\\\", "\\");
    let message = format!(
        "`{}` holds control characters, which were backslashes",
        leaf.path
    );
    let at = leaf.span.clone();
    let finding = Finding::new(&BACKSLASH_IN_PATH, message).at(doc, at, "not this path");
    if meant.contains(['\'', '"']) || meant.contains(char::is_control) {
        return Some(finding);
    }
    Some(finding.help(format!("write `'{meant}'`")).edit(
        doc,
        Edit::Set {
            path: leaf.path.clone(),
            value: Value::Str(meant),
            comment: None,
        },
    ))
}
