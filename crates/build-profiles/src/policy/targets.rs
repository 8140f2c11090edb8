//! `[targets]`: named sets of targets; and `[target]`, each of whose tables is for one target or for a set.
//!
//! What is in a set of targets does not depend on the workspace. So it is taken apart here, and whoever looks at a policy
//! meets plain targets.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, FilePath, did_you_mean};
use crate::key::Home;
use crate::policy::source::{Field, Reader};
use crate::policy::{Entry, Spanned, Target, TargetSet, body, linker, names, platform};

/// `[targets]`.
pub(super) fn sets(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<TargetSet> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut sets = Vec::new();
    for field in reader.fields(table) {
        // A set that cannot be read is a set all the same: what uses it is not wrong.
        sets.push(TargetSet {
            name: Spanned {
                value: field.name.to_owned(),
                span: field.span.clone(),
            },
            targets: elements(reader, &field),
            reason: field.above,
        });
    }
    sets
}

/// `[target]`: all its tables, those for a set once for each of its targets.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>, sets: &[TargetSet]) -> Vec<Target> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut targets = Vec::new();
    for field in reader.fields(table) {
        let names = match field.name.strip_prefix('@') {
            Some(set) => targets_of(reader, &field, set, sets),
            None => linker::is_platform(reader, field.name, &field.span, false)
                .then(|| Spanned {
                    value: field.name.to_owned(),
                    span: field.span.clone(),
                })
                .into_iter()
                .collect(),
        };
        let settings = body::entries(reader, &field, Home::Target);
        targets.extend(names.into_iter().map(|name| Target {
            name,
            set: field.name.strip_prefix('@').map(str::to_owned),
            settings: settings.clone(),
        }));
    }
    keys_named_twice(reader, &targets);
    targets
}

/// The targets of one set; a finding for each that is none or was named before.
fn elements(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Spanned<String>> {
    if field.item.is_table_like() {
        let found = table_among_sets(reader.file, field);
        reader.diagnostics.push(found);
        return Vec::new();
    }
    names::plain(reader, field, "a set");
    if field.item.as_array().is_some_and(|array| array.is_empty()) {
        let found = Diagnostic::error(
            "empty_set",
            format!("set `{}` takes in nothing", field.name),
        )
        .with_label(
            reader.file,
            reader.value_span(field),
            "nothing is taken in here",
        )
        .with_help("name a triple or a `cfg(...)`");
        reader.diagnostics.push(found);
    }
    let mut known: Vec<Spanned<String>> = Vec::new();
    for element in reader.strings(field).unwrap_or_default() {
        if known
            .iter()
            .any(|other| spelled_alike(&other.value, &element.value))
        {
            let found = Diagnostic::error(
                "target_named_twice",
                format!("set `{}` names `{}` twice", field.name, element.value),
            )
            .with_label(reader.file, element.span, "named before")
            .with_help("remove it");
            reader.diagnostics.push(found);
        } else if is_target(reader, &element) {
            known.push(element);
        }
    }
    known
}

/// Whether two elements are one target. To Cargo two spellings of a cfg are two tables, both of which hold: flags would be
/// passed twice, and two linkers stop it.
fn spelled_alike(one: &str, other: &str) -> bool {
    let is_cfg = one.starts_with("cfg(") && other.starts_with("cfg(");
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    one == other || is_cfg && plain(one) == plain(other)
}

/// `[targets.<triple>]`, where `[target.<triple>]` was meant.
fn table_among_sets(file: &FilePath, field: &Field<'_>) -> Diagnostic {
    let name = field.name;
    Diagnostic::error("wrong_type", format!("`{name}` takes an array of strings"))
        .with_label(file, field.span.clone(), "this is a table")
        .with_note("`[targets]` names sets; the keys of a target stand in `[target]`")
        .with_help(match name.starts_with("cfg(") {
            true => format!("write `[target.'{name}']`"),
            false => format!("write `[target.{name}]`"),
        })
}

/// Whether an element is a triple or a cfg; a finding if not.
fn is_target(reader: &mut Reader<'_>, element: &Spanned<String>) -> bool {
    let name = element.value.as_str();
    let (note, help) = if let Some(platform) = platform::platform(name) {
        let triples: Vec<_> = platform
            .triples
            .iter()
            .map(|triple| format!("\"{triple}\""))
            .collect();
        (
            "short names are for `[linker]`; Cargo knows triples and cfgs only",
            format!("write `{}`", triples.join(", ")),
        )
    } else if name.starts_with('@') {
        (
            "a set holds no other set",
            "name the targets themselves".to_owned(),
        )
    } else {
        return linker::is_platform(reader, name, &element.span, false);
    };
    let found = Diagnostic::error(
        "unknown_platform",
        format!("`{name}` is no triple or `cfg(...)`"),
    )
    .with_label(reader.file, element.span.clone(), "unknown")
    .with_note(note)
    .with_help(help);
    reader.diagnostics.push(found);
    false
}

/// The targets of the set that `"@set"` names; a finding if there is none.
fn targets_of(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    name: &str,
    sets: &[TargetSet],
) -> Vec<Spanned<String>> {
    if let Some(set) = sets.iter().find(|set| set.name.value == name) {
        return set.targets.clone();
    }
    let known = sets.iter().map(|set| set.name.value.as_str());
    let (message, help) = match did_you_mean(name, known) {
        _ if name.is_empty() => (
            "`@` names no set".to_owned(),
            "write `\"@set\"` with a name of `[targets]`".to_owned(),
        ),
        Some(near) => (
            format!("no set `{name}` in `[targets]`"),
            format!("did you mean `\"@{near}\"`?"),
        ),
        None => (
            format!("no set `{name}` in `[targets]`"),
            format!("add `{name} = [...]` to `[targets]`"),
        ),
    };
    let found = Diagnostic::error("unknown_set", message)
        .with_label(reader.file, field.span.clone(), "unknown set")
        .with_help(help);
    reader.diagnostics.push(found);
    Vec::new()
}

/// Two tables that give one target the same key: nothing says which of them holds.
fn keys_named_twice(reader: &mut Reader<'_>, targets: &[Target]) {
    // Two sets may share many targets, which is one mistake: of these two entries.
    let mut pairs: BTreeMap<(usize, usize), (Said<'_>, Said<'_>, Vec<String>)> = BTreeMap::new();
    let mut said: BTreeMap<(&str, &str), Said<'_>> = BTreeMap::new();
    for target in targets {
        for entry in &target.settings {
            let at = (target.name.value.as_str(), entry.key.name);
            let Some(first) = said.get(&at).copied() else {
                said.insert(at, (target, entry));
                continue;
            };
            let pair = (first.1.value.span.start, entry.value.span.start);
            let (_, _, shared) = pairs
                .entry(pair)
                .or_insert_with(|| (first, (target, entry), Vec::new()));
            shared.push(format!("`{}`", target.name.value));
        }
    }
    for (first, second, shared) in pairs.into_values() {
        let found = named_twice(reader.file, first, second, &shared.join(", "));
        reader.diagnostics.push(found);
    }
}

/// The finding about two entries that are for the same targets.
fn named_twice(file: &FilePath, first: Said<'_>, second: Said<'_>, targets: &str) -> Diagnostic {
    let key = second.1.key.name;
    let set = second.0.set.as_ref().or(first.0.set.as_ref());
    Diagnostic::error(
        "target_key_named_twice",
        format!("`{key}` is set twice for {targets}"),
    )
    .with_label(file, second.1.value.span.clone(), by(second.0))
    .with_label(file, first.1.value.span.clone(), by(first.0))
    .with_note("keys of several tables for one target are joined, values are not")
    .with_help(match set {
        Some(set) => format!("keep one of them, or take {targets} out of `{set}`"),
        None => "keep one of them".to_owned(),
    })
}

/// A key, and the table it is said in.
type Said<'t> = (&'t Target, &'t Entry);

/// Where a key comes from.
fn by(target: &Target) -> String {
    match &target.set {
        Some(set) => format!("by the set `@{set}`"),
        None => "by the target itself".to_owned(),
    }
}
