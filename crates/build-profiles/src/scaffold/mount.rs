//! The lines that add this tool to an xtask that is there.

use super::{Ground, LIBRARY, XTASK, alias, config, dependency, lock_file_grows, options};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::{Edit, parse};
use crate::facts::Member;
use crate::touched::Touched;
use crate::value::{KeyPath, Value};

/// The call, as the first statement of `main`.
const CALL: &str = "build_profiles_xtask::intercept();";

/// A file of a package.
pub(super) fn file(member: &Member, name: &str) -> FilePath {
    match member.path.as_str() {
        "" => FilePath::new(name),
        folder => FilePath::new(format!("{folder}/{name}")),
    }
}

/// Writes the lines, or says which they are.
pub(super) fn mount(member: &Member, ground: &Ground<'_>, touched: &mut Touched<'_>) {
    let (manifest, main) = (file(member, "Cargo.toml"), file(member, "src/main.rs"));
    let depends = touched
        .text(&manifest)
        .is_some_and(|text| text.contains(LIBRARY));
    let calls = touched
        .text(&main)
        .is_some_and(|text| text.contains("build_profiles_xtask"));
    let workspace = touched.workspace;
    let config = config(workspace);
    let better = alias(workspace).and_then(|words| started_better(&words));
    if depends && calls && better.is_none() {
        touched.say(Diagnostic::new(
            Level::Note,
            "xtask_mounted",
            format!("the xtask `{}` mounts this tool already", member.name),
        ));
        return;
    }
    if !ground.write {
        touched.say(lines(
            member,
            ground,
            &config,
            [!depends, !calls, better.is_some()],
        ));
        return;
    }
    if !depends {
        let value = ground.dependency.parse::<toml_edit::Value>().ok();
        let value = value.as_ref().and_then(table);
        let edit = value.map(|value| Edit::Set {
            path: KeyPath::new(["dependencies", LIBRARY]),
            value,
            comment: None,
        });
        if let Some(edit) = edit {
            touched.edit(&manifest, edit, &format!("write `{}`", dependency(ground)));
        }
    }
    if !calls {
        let text = touched.text(&main).unwrap_or_default();
        match with_call(text) {
            Some(text) => touched.replace(&main, text),
            None => touched.say(call_by_hand(&main)),
        }
    }
    if let Some(words) = better {
        let is_text = parse(touched.text(&config).unwrap_or_default())
            .ok()
            .and_then(|source| source.leaf(&KeyPath::new(["alias", XTASK]))?.value)
            .is_some_and(|value| matches!(value, Value::Str(_)));
        let value = match is_text {
            true => Value::Str(words.join(" ")),
            false => Value::Array(words),
        };
        let edit = Edit::Set {
            path: KeyPath::new(["alias", XTASK]),
            value,
            comment: None,
        };
        touched.edit(&config, edit, "write the options of the alias");
    }
    touched.say(lock_file_grows());
}

/// A dependency as a value of ours.
fn table(value: &toml_edit::Value) -> Option<Value> {
    match value.as_inline_table() {
        None => Value::from_toml(value),
        Some(table) => table
            .iter()
            .map(|(key, value)| Some((key.to_owned(), Value::from_toml(value)?)))
            .collect::<Option<_>>()
            .map(Value::Table),
    }
}

/// The alias with the options that let it start; `None` if it has them, or does more than run a package.
fn started_better(words: &[String]) -> Option<Vec<String>> {
    let first = words.first()?;
    let is_run = first == "run" || first == "r";
    let has_options = words
        .iter()
        .any(|word| word.contains("build.rustc-wrapper"));
    if !is_run || has_options {
        return None;
    }
    let rest = words.iter().skip(1).cloned();
    Some(
        std::iter::once(first.clone())
            .chain(options())
            .chain(rest)
            .collect(),
    )
}

/// The three lines, each with its place.
fn lines(
    member: &Member,
    ground: &Ground<'_>,
    config: &FilePath,
    missing: [bool; 3],
) -> Diagnostic {
    let [dependency_missing, call_missing, options_missing] = missing;
    let mut finding = Diagnostic::new(
        Level::Note,
        "xtask_exists",
        format!(
            "the workspace has an xtask, `{}`: a few lines add this tool to it",
            member.name
        ),
    );
    if dependency_missing {
        finding = finding.with_help(format!(
            "in `{}`, under `[dependencies]`:\n\n{}",
            file(member, "Cargo.toml"),
            dependency(ground)
        ));
    }
    if call_missing {
        finding = finding.with_help(format!(
            "in `{}`, first in `main`:\n\n{CALL}",
            file(member, "src/main.rs")
        ));
    }
    if options_missing {
        finding = finding.with_help(format!(
            "in `alias.xtask` of `{config}`, behind `run`, so that it starts whatever is written:\n\n{}",
            options().join("\n")
        ));
    }
    finding
        .with_help("or let them be written: add `--write`")
        .with_help("each command is then `xtask build-profiles <COMMAND>`; to have them beside your own, flatten `build_profiles_xtask::Command` into a clap enum, as the README says")
}

/// The main file with the call, where there is no doubt about its place.
fn with_call(text: &str) -> Option<String> {
    let mut mains = text.lines().enumerate().filter(|(_, line)| {
        let line = line.trim_start_matches("pub ").trim_start_matches("async ");
        line.starts_with("fn main(")
    });
    let (Some((first, _)), None) = (mains.next(), mains.next()) else {
        return None;
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // The signature may go on for lines; a body on the same line is for a person.
    let opening = text
        .lines()
        .enumerate()
        .skip(first)
        .take(6)
        .find(|(_, line)| line.contains('{'))?;
    if !opening.1.trim_end().ends_with('{') {
        return None;
    }
    let mut with = String::with_capacity(text.len() + 64);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        with.push_str(line);
        if index == opening.0 {
            with.push_str(&format!(
                "    // `cargo xtask build-profiles` and what follows it is for that tool.{newline}    {CALL}{newline}"
            ));
        }
    }
    Some(with)
}

fn call_by_hand(main: &FilePath) -> Diagnostic {
    Diagnostic::warning(
        "mount_by_hand",
        format!("in `{main}` there is no `main` that a line can be added to without a doubt"),
    )
    .with_help(format!("write it first in `main` by hand:\n\n{CALL}"))
}
