//! `[packages]`: named sets, and the selectors of `package.<selector>` that use them.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath, did_you_mean};
use crate::policy::source::{Field, Reader};
use crate::policy::{PackageSet, Selector, Spanned, names};

/// `[packages]`.
pub(super) fn sets(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<PackageSet> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut sets = Vec::new();
    for field in reader.fields(table) {
        names::plain(reader, &field, "a set");
        let Some(patterns) = reader.strings(&field) else {
            continue;
        };
        for one in &patterns {
            pattern(reader, one);
        }
        if patterns.iter().all(|one| one.value.starts_with('!')) {
            let found = Diagnostic::error("empty_set", format!("set `{}` takes in nothing", field.name))
                .with_label(reader.file, reader.value_span(&field), "nothing is taken in here")
                .with_help("name a package, a glob over package names, or a glob with a `/` over member folders");
            reader.diagnostics.push(found);
        }
        sets.push(PackageSet {
            name: Spanned {
                value: field.name.to_owned(),
                span: field.span.clone(),
            },
            patterns,
            reason: field.above,
        });
    }
    sets
}

/// The selector that a key of `package` is; a finding for one that Cargo would refuse.
pub(super) fn selector(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    sets: &[PackageSet],
) -> Selector {
    let name = field.name;
    if name == "*" {
        return Selector::Star;
    }
    let Some(set) = name.strip_prefix('@') else {
        spec(reader, field);
        return Selector::Spec(name.to_owned());
    };
    if set.is_empty() {
        let found = Diagnostic::error("invalid_spec", "`@` names no set")
            .with_label(reader.file, field.span.clone(), "no name")
            .with_help("write `\"@set\"` with a name of `[packages]`");
        reader.diagnostics.push(found);
    } else if !sets.iter().any(|known| known.name.value == set) {
        let known = || sets.iter().map(|known| known.name.value.as_str());
        let found = Diagnostic::error("unknown_set", format!("no set `{set}` in `[packages]`"))
            .with_label(reader.file, field.span.clone(), "unknown set")
            .with_help(match did_you_mean(set, known()) {
                Some(near) => format!("did you mean `\"@{near}\"`?"),
                None => format!("add `{set} = [...]` to `[packages]`"),
            });
        reader.diagnostics.push(found);
    }
    Selector::Set(set.to_owned())
}

/// Whether two specs can mean one package. URLs are compared as they are written.
pub(crate) fn overlap(a: &str, b: &str) -> bool {
    let parts = |spec| match name_and_version(spec) {
        Some((name, version)) => (name, Some(version)),
        None => (spec, None),
    };
    let ((name_a, version_a), (name_b, version_b)) = (parts(a), parts(b));
    // What is no version has been said already.
    let is_spec = |version: Option<&str>| version.is_none_or(is_partial_version);
    if name_a != name_b || !is_spec(version_a) || !is_spec(version_b) {
        return false;
    }
    let numbers = |version: Option<&str>| -> Vec<String> {
        let numbers = version.into_iter().flat_map(|version| version.split('.'));
        numbers.map(str::to_owned).collect()
    };
    let (numbers_a, numbers_b) = (numbers(version_a), numbers(version_b));
    numbers_a.iter().zip(&numbers_b).all(|(a, b)| a == b)
}

/// One pattern of a set.
fn pattern(reader: &mut Reader<'_>, pattern: &Spanned<String>) {
    let glob = pattern.value.strip_prefix('!').unwrap_or(&pattern.value);
    let taken = pattern.value.len() - glob.len();
    let found = if glob.is_empty() {
        Diagnostic::error("invalid_glob", "this pattern is empty")
            .with_label(reader.file, pattern.span.clone(), "matches nothing")
            .with_help("remove it")
    } else if glob.contains('\\') {
        Diagnostic::error(
            "invalid_glob",
            "a pattern has forward slashes on every system",
        )
        .with_label(reader.file, pattern.span.clone(), "backslash")
        .with_help(format!("write `\"{}\"`", pattern.value.replace('\\', "/")))
    } else if glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
        Diagnostic::error("outside_workspace", "a pattern stays inside the workspace")
            .with_label(reader.file, pattern.span.clone(), "leads outside")
            .with_help("write it relative to the workspace root, or name the package")
    } else if glob.ends_with('/') || glob.split('/').any(|part| part == ".") {
        let clean: Vec<_> = glob
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        Diagnostic::error(
            "invalid_glob",
            "a member folder is written without `./` and final `/`",
        )
        .with_label(reader.file, pattern.span.clone(), "matches nothing")
        .with_help(format!("write `\"{}\"`", clean.join("/")))
    } else if let Err(error) = glob::Pattern::new(glob) {
        let at = glob
            .char_indices()
            .nth(error.pos)
            .map_or(glob.len(), |(at, _)| at)
            + taken;
        let span = reader.inside(&pattern.span, &pattern.value, at..pattern.value.len());
        Diagnostic::error("invalid_glob", format!("`{glob}` is not a glob"))
            .with_label(reader.file, span, error.msg)
            .with_help("`*` and `?` match within a name, `**` is a path part of its own, `[ab]` is one character of several")
    } else {
        return;
    };
    reader.diagnostics.push(found);
}

/// A package ID spec, as Cargo reads it.
fn spec(reader: &mut Reader<'_>, field: &Field<'_>) {
    if let Some(found) = invalid_spec(field.name, reader.file, &field.span) {
        let found = match found.help.first() {
            Some(_) => found,
            None if field.name.contains(['*', '?', '[']) => found
                .with_help("name a set of `[packages]` with this glob, and use it as `\"@set\"`"),
            None => found.with_help("write `name`, `name@1.2`, `\"*\"` or `\"@set\"`"),
        };
        reader.diagnostics.push(found);
    }
}

/// The finding about a package ID spec that Cargo refuses, with help if that is the same in a policy and in a manifest.
pub(crate) fn invalid_spec(name: &str, file: &FilePath, span: &Range<usize>) -> Option<Diagnostic> {
    if name.contains("://") {
        return None;
    }
    let (package, version) = match name_and_version(name) {
        Some((package, version)) => (package, Some(version)),
        None => (name, None),
    };
    let fits = |(index, c): (usize, char)| match index {
        0 => c.is_alphabetic() || c == '_',
        _ => c.is_alphanumeric() || matches!(c, '-' | '_'),
    };
    let bad = package.char_indices().find(|at| !fits(*at));
    let error = |message, label| {
        Diagnostic::error("invalid_spec", message).with_label(file, span.clone(), label)
    };
    if package.is_empty() {
        Some(error(format!("`{name}` names no package"), "no name"))
    } else if let Some((index, bad)) = bad {
        let place = if index == 0 { "at the start of" } else { "in" };
        Some(error(
            format!("`{name}` is not a package: Cargo takes no `{bad}` {place} a name"),
            "not a package name",
        ))
    } else if let Some(version) = version.filter(|version| !is_partial_version(version)) {
        let found = error(format!("`{version}` is not a version"), "after the `@`");
        Some(found.with_help(format!(
            "write `{package}`, `{package}@1` or `{package}@1.2.3`"
        )))
    } else {
        None
    }
}

/// `syn@1.2` and `syn:1.2` in two parts.
fn name_and_version(spec: &str) -> Option<(&str, &str)> {
    if spec.contains("://") {
        return None;
    }
    spec.split_once(['@', ':'])
}

/// `1`, `1.2`, or a whole version.
fn is_partial_version(version: &str) -> bool {
    let numbers = || version.split('.');
    semver::Version::parse(version).is_ok()
        || (numbers().count() < 3 && numbers().all(|number| number.parse::<u64>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn specs_overlap_where_one_package_can_match_both() {
        for (a, b) in [("syn", "syn@1"), ("syn@1", "syn:1"), ("syn@1", "syn@1.0.3")] {
            assert!(overlap(a, b) && overlap(b, a), "{a} {b}");
        }
        for (a, b) in [("syn", "syn2"), ("syn@1", "syn@2"), ("syn@1.1", "syn@1.10")] {
            assert!(!overlap(a, b) && !overlap(b, a), "{a} {b}");
        }
    }
}
