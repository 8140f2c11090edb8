//! `docs/lints.md`, made from the table of lints.

use std::fmt::Write as _;

use super::{Group, Lint, lints};
use crate::diagnostic::Level;

const GROUPS: [Group; 9] = [
    Group::Environment,
    Group::Keys,
    Group::Targets,
    Group::Flags,
    Group::Linkers,
    Group::Wrappers,
    Group::Profiles,
    Group::Files,
    Group::Elsewhere,
];

/// The book's chapter on lints, as Markdown.
pub fn lint_reference() -> String {
    let mut text = format!(
        "<!-- Generated from the table in crates/build-profiles/src/lint: edit that, then run\n     \
         SNAPSHOTS=overwrite cargo test -p build-profiles lint -->\n\n\
         # Lints\n\n\
         `cargo xtask lint` finds settings that Cargo ignores, or that defeat one another, in any workspace, with a policy \
         or without. `configure --check` finds the same in the repository alone, so that its answer is the same on every \
         machine; `verify` and `lint` look at this machine too: its own config files and its environment.\n\n\
         A finding says what was written, what Cargo does with it, what that costs and what to write instead. Each claim \
         below is tried on a real Cargo by `tests/lints`: on the bad example it is seen, on the good one it is not.\n\n\
         `lint --fix` mends what can be mended for certain, `lint --diff` shows that and writes nothing. `[lint]` in the \
         [policy](policy.md) gives a lint another level. Exit code 1: something denied was found; with `--strict` a \
         warning counts too.\n\n\
         There are {} lints.\n",
        lints().len()
    );
    for group in GROUPS {
        let of_group: Vec<_> = lints().iter().filter(|lint| lint.group == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "\n## {}\n\n| lint | level | what is written |\n|---|---|---|",
            group.title()
        );
        for lint in &of_group {
            let name = lint.name;
            let _ = writeln!(
                text,
                "| [`{name}`](#{name}) | {} | {} |",
                level(lint),
                cell(lint.finds)
            );
        }
        for lint in &of_group {
            text += &one(lint);
        }
    }
    text
}

fn one(lint: &Lint) -> String {
    let mut text = format!("\n### {}\n\n{}.\n\n", lint.name, upper(lint.finds));
    let _ = writeln!(text, "- What Cargo does: {}.", lint.cargo);
    if !lint.costs.is_empty() {
        let _ = writeln!(text, "- What it costs: {}.", lint.costs);
    }
    let _ = writeln!(text, "- Instead: {}.", lint.instead);
    let mut facts = vec![format!("level `{}`", level(lint))];
    facts.extend(lint.fixable.then(|| "mended by `--fix`".to_owned()));
    let version = |(major, minor): (u64, u64)| format!("{major}.{minor}");
    facts.extend(
        lint.since
            .map(|since| format!("since Cargo {}", version(since))),
    );
    facts.extend(
        lint.until
            .map(|until| format!("until Cargo {}", version(until))),
    );
    facts.push(format!("[source]({})", lint.source));
    let _ = writeln!(text, "- {}.\n", upper(&facts.join(", ")));
    text + &example("Found", lint.bad) + "\n" + &example("Not found", lint.good)
}

/// The level as the policy writes it.
pub fn level(lint: &Lint) -> &'static str {
    match lint.level {
        None => "allow",
        Some(Level::Note) => "note",
        Some(Level::Warning) => "warn",
        Some(Level::Deny | Level::Error) => "deny",
    }
}

/// The files of an example. Members and locked packages are left out: they are only there for the test.
fn example(title: &str, files: &str) -> String {
    let mut text = String::new();
    let mut open = false;
    for line in files.lines() {
        if let Some(path) = line.strip_prefix("//- ") {
            if open {
                text += "```\n\n";
            }
            let language = match path.rsplit(['.', '/']).next().unwrap_or_default() {
                "yml" | "yaml" => "yaml",
                "json" => "jsonc",
                "Dockerfile" => "dockerfile",
                "envrc" => "sh",
                _ => "toml",
            };
            let _ = writeln!(text, "{title}, in `{path}`:\n\n```{language}");
            open = true;
        } else if open {
            let _ = writeln!(text, "{line}");
        } else if let Some(variable) = line.strip_prefix("variable: ") {
            let _ = writeln!(text, "{title}, with `{variable}` in the environment.\n");
        }
    }
    if open {
        text += "```\n\n";
    }
    text.trim_end_matches('\n').to_owned() + "\n"
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
