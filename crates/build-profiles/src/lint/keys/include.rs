//! `include`, where Cargo takes it for something else or stops at it.

use super::CONFIG;
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::lint::fix::moved;
use crate::lint::known;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::{KeyPath, Value};

pub(super) static INCLUDE_BELOW_TABLE: Lint = Lint {
    name: "include_below_table",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "`include` behind the first table of a config file",
    cargo: "Cargo takes it for a key of that table: it passes over it, warns, or stops, as with any key there",
    costs: "what the included file says is lost",
    instead: "write `include` before the first table",
    fixable: true,
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[build]\njobs = 2\ninclude = [\"more.toml\"]\n//- .cargo/more.toml\n[build]\nrustc-wrapper = \"no-such-wrapper\"\n",
    good: "//- .cargo/config.toml\ninclude = [\"more.toml\"]\n\n[build]\njobs = 2\n//- .cargo/more.toml\n[build]\nrustc-wrapper = \"no-such-wrapper\"\n",
    ..LINT
};

pub(super) static INCLUDE_REFUSED: Lint = Lint {
    name: "include_refused",
    level: Some(Level::Deny),
    group: Group::Keys,
    since: Some((1, 94)),
    finds: "an `include` that is no list, or names a pattern or a file that does not end in `.toml`",
    cargo: "Cargo stops at it with every command",
    costs: "nothing works in this folder",
    instead: "write a list of files, each by its name: `include = [\"more.toml\"]`",
    source: CONFIG,
    bad: "//- .cargo/config.toml\ninclude = \"more.toml\"\n//- .cargo/more.toml\n[build]\njobs = 2\n",
    good: "//- .cargo/config.toml\ninclude = [{ path = \"more.toml\", optional = true }]\n//- .cargo/more.toml\n[build]\njobs = 2\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            match leaf.path.parts()[..] {
                ["include"] => found.extend(refused(doc, leaf)),
                ["include", _, "path"] => found.extend(element(doc, leaf)),
                [table, .., "include"] if known::TABLES.contains(&table) => {
                    found.extend(below(doc, leaf));
                }
                _ => {}
            }
        }
    }
}

/// An `include` that became a key of a table.
fn below(doc: &Doc<'_>, leaf: &Leaf) -> Option<Finding> {
    let names = match leaf.value.as_ref()? {
        Value::Array(names) if !names.is_empty() => names,
        _ => return None,
    };
    if !names.iter().all(|name| name.ends_with(".toml")) {
        return None;
    }
    let (_, table) = leaf.path.segments().split_last()?;
    let table = KeyPath::new(table.iter().cloned());
    let message = format!("`include` below `[{table}]` includes nothing");
    let at = leaf.key_span.clone();
    let finding = Finding::new(&INCLUDE_BELOW_TABLE, message).at(doc, at, "a key of that table");
    let is_said = doc.names(&[]).iter().any(|(name, _)| name == "include");
    if is_said {
        return Some(finding);
    }
    let to = KeyPath::new(["include"]);
    let [set, remove] = moved(&doc.file.text, leaf, to, Value::Array(names.clone()));
    Some(finding.edit(doc, set).edit(doc, remove))
}

fn refused(doc: &Doc<'_>, leaf: &Leaf) -> Option<Finding> {
    match leaf.value.as_ref()? {
        Value::Array(names) => {
            let problem = names.iter().find_map(|name| problem(name))?;
            let span = leaf.span.clone();
            Some(Finding::new(&INCLUDE_REFUSED, problem).at(doc, span, "Cargo stops here"))
        }
        Value::Str(name) => {
            let message = "`include` is a string, and has to be a list";
            let finding = Finding::new(&INCLUDE_REFUSED, message);
            let finding = finding.at(doc, leaf.span.clone(), "Cargo stops here");
            Some(match problem(name) {
                None => finding.help(format!("write `include = [\"{name}\"]`")),
                Some(_) => finding,
            })
        }
        _ => None,
    }
}

fn element(doc: &Doc<'_>, leaf: &Leaf) -> Option<Finding> {
    let Some(Value::Str(name)) = &leaf.value else {
        return None;
    };
    let finding = Finding::new(&INCLUDE_REFUSED, problem(name)?);
    Some(finding.at(doc, leaf.span.clone(), "Cargo stops here"))
}

/// What Cargo has against a name of a file.
fn problem(name: &str) -> Option<String> {
    if name.contains(['*', '?', '[', ']']) {
        return Some(format!("`include` names a pattern: `{name}`"));
    }
    (!name.ends_with(".toml")).then(|| format!("`include` names no `.toml` file: `{name}`"))
}
