//! The lines that add this tool to an xtask that is there.

use toml_edit::DocumentMut;

use super::existing::{Alias, alias, file, mains};
use super::{Ground, LIBRARY, XTASK, dependency, lock_file_grows, options};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::Edit;
use crate::facts::Member;
use crate::layout::config_there;
use crate::touched::Touched;
use crate::value::{KeyPath, Value};

/// The call, as the first statement of `main`.
const CALL: &str = "build_profiles_xtask::intercept();";

/// How the tool is started behind that call, whatever other commands there are.
pub const BEHIND_CALL: &str = "cargo xtask build-profiles";

/// What an xtask lacks, each with its place.
struct Lacks<'m> {
    member: &'m Member,
    manifest: FilePath,
    main: FilePath,
    dependency: bool,
    call: bool,
    alias: Option<Lack>,
}

/// What the alias lacks.
struct Lack {
    alias: Alias,
    /// Whether there is none.
    is_new: bool,
}

/// Writes the lines, or says which they are; gives the command that starts the tool then.
pub(super) fn mount(
    member: &Member,
    ground: &Ground<'_>,
    touched: &mut Touched<'_>,
) -> Option<&'static str> {
    let lacks = lacks(member, touched);
    if !lacks.dependency && !lacks.call && lacks.alias.is_none() {
        touched.say(Diagnostic::new(
            Level::Note,
            "xtask_mounted",
            format!("the xtask `{}` mounts this tool already", member.name),
        ));
    } else if ground.write {
        write(&lacks, ground, touched);
    } else {
        touched.say(lines(&lacks, ground));
    }
    command(touched.text(&lacks.main)?)
}

fn lacks<'m>(member: &'m Member, touched: &Touched<'_>) -> Lacks<'m> {
    let manifest = file(member, "Cargo.toml");
    let said = touched.text(&manifest).unwrap_or_default();
    let mut mains = mains(member, said);
    let there = mains.iter().position(|main| touched.text(main).is_some());
    let main = mains.swap_remove(there.unwrap_or(0));
    Lacks {
        dependency: !depends(said),
        call: touched.text(&main).and_then(command).is_none(),
        alias: alias_lacks(member, touched),
        member,
        manifest,
        main,
    }
}

fn depends(manifest: &str) -> bool {
    let manifest = manifest.parse::<DocumentMut>().ok();
    let dependencies = manifest.as_ref().and_then(|all| all.get("dependencies"));
    dependencies.is_some_and(|all| all.get(LIBRARY).is_some())
}

/// How a main file starts this tool; `None`: it does not.
pub fn command(main: &str) -> Option<&'static str> {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let says = |words: &str| main.lines().filter(code).any(|line| line.contains(words));
    match says("build_profiles_xtask") {
        true if says("intercept") => Some(BEHIND_CALL),
        true => Some("cargo xtask"),
        false => None,
    }
}

fn write(lacks: &Lacks<'_>, ground: &Ground<'_>, touched: &mut Touched<'_>) {
    if lacks.dependency {
        let value = ground.dependency.parse::<toml_edit::Value>().ok();
        if let Some(value) = value.as_ref().and_then(table) {
            let edit = Edit::Set {
                path: KeyPath::new(["dependencies", LIBRARY]),
                value,
                comment: None,
            };
            let by_hand = format!("write `{}`", dependency(ground));
            touched.edit(&lacks.manifest, edit, &by_hand);
        }
    }
    if lacks.call {
        match with_call(touched.text(&lacks.main).unwrap_or_default()) {
            Some(text) => touched.replace(&lacks.main, text),
            None => touched.say(call_by_hand(&lacks.main)),
        }
    }
    if let Some(lack) = &lacks.alias {
        write_alias(&lack.alias, touched);
    }
    if lacks.dependency {
        touched.say(lock_file_grows());
    }
}

fn write_alias(alias: &Alias, touched: &mut Touched<'_>) {
    if touched.text(&alias.file).is_none() {
        touched.replace(&alias.file, String::new());
    }
    let edit = Edit::Set {
        path: KeyPath::new(["alias", XTASK]),
        value: match alias.is_text {
            true => Value::Str(alias.words.join(" ")),
            false => Value::Array(alias.words.clone()),
        },
        comment: None,
    };
    touched.edit(&alias.file, edit, "write the alias");
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
fn alias_lacks(member: &Member, touched: &Touched<'_>) -> Option<Lack> {
    let workspace = touched.workspace;
    let Some(known) = alias(workspace) else {
        // Where git ignores the config, each person has aliases of their own.
        return (!workspace.config_ignored).then(|| Lack {
            alias: Alias {
                file: config_there(workspace),
                words: around(vec![format!("--package={}", member.name), "--".to_owned()]),
                is_text: false,
            },
            is_new: true,
        });
    };
    let is_run = matches!(known.words.first().map(String::as_str), Some("run" | "r"));
    let has_options = known
        .words
        .iter()
        .any(|word| word.contains("build.rustc-wrapper"));
    (is_run && !has_options).then(|| Lack {
        alias: Alias {
            words: around(known.words.iter().skip(1).cloned().collect()),
            ..known
        },
        is_new: false,
    })
}

/// A run with the options, and with what it had.
fn around(rest: Vec<String>) -> Vec<String> {
    std::iter::once("run".to_owned())
        .chain(options())
        .chain(rest)
        .collect()
}

/// The lines, each with its place.
fn lines(lacks: &Lacks<'_>, ground: &Ground<'_>) -> Diagnostic {
    let mut finding = Diagnostic::new(
        Level::Note,
        "xtask_exists",
        format!(
            "the workspace has an xtask, `{}`: a few lines add this tool to it",
            lacks.member.name
        ),
    );
    if lacks.dependency {
        finding = finding.with_help(format!(
            "in `{}`, under `[dependencies]`:\n\n{}",
            lacks.manifest,
            dependency(ground)
        ));
    }
    if lacks.call {
        finding = finding.with_help(format!("in `{}`, first in `main`:\n\n{CALL}", lacks.main));
    }
    match &lacks.alias {
        None => {}
        Some(Lack {
            alias,
            is_new: true,
        }) => {
            let words: Vec<String> = alias
                .words
                .iter()
                .map(|word| format!("    \"{word}\","))
                .collect();
            finding = finding.with_help(format!(
                "in `{}`, under `[alias]`:\n\n{XTASK} = [\n{}\n]",
                alias.file,
                words.join("\n")
            ));
        }
        Some(Lack {
            alias,
            is_new: false,
        }) => {
            finding = finding.with_help(format!(
                "in `alias.{XTASK}` of `{}`, behind `run`, so that it starts whatever is written:\n\n{}",
                alias.file,
                options().join("\n")
            ));
        }
    }
    finding = finding.with_help("or let them be written: add `--write`");
    if !lacks.call {
        return finding;
    }
    finding.with_help(format!("the commands are then those of `{BEHIND_CALL}`; to have them beside your own, flatten `build_profiles_xtask::Command` into a clap enum, as the README says"))
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
