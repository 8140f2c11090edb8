//! What the base and each environment may hold: profiles, linkers, cache, tests, raw config keys.

use crate::diagnostic::Diagnostic;
use crate::key::Home;
use crate::policy::entry::{self, Place};
use crate::policy::source::{Field, Reader};
use crate::policy::{
    Body, Cache, CacheScope, Entry, IfMissing, PackageSet, Spanned, TargetSet, Test, linker,
    nextest, profile, storage, targets,
};
use crate::value::Value;

/// The sets that a body can use.
#[derive(Clone, Copy)]
pub(super) struct Sets<'p> {
    /// Those of `[packages]`.
    pub(super) packages: &'p [PackageSet],
    /// Those of `[targets]`.
    pub(super) targets: &'p [TargetSet],
}

/// Reads a field of the base or of an environment; `false` if no body has such a field.
pub(super) fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    sets: Sets<'_>,
    body: &mut Body,
) -> bool {
    match field.name {
        "profile" => body.profiles = profile::read(reader, field, sets.packages),
        "linker" => body.linkers = linker::read(reader, field),
        "cache" => body.cache = cache(reader, field),
        "test" => body.test = test(reader, field),
        "build" => body.build = entries(reader, field, Home::Build),
        "target" => body.targets = targets::read(reader, field, sets.targets),
        _ => return false,
    }
    true
}

/// `[cache]`.
fn cache(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Cache> {
    let table = reader.table(field)?;
    let fields = reader.fields(table);
    let first = fields.first();
    let mut cache = Cache {
        span: field.span.clone(),
        reason: field.above.clone().or_else(|| first?.above.clone()),
        ..Cache::default()
    };
    for field in &fields {
        if field.name == "storage" {
            cache.storage = storage::read(reader, field);
            continue;
        }
        let Some(entry) = entry::read(reader, field, Home::Cache, Place::Table, None) else {
            // Said already; a tool that cannot be is a tool all the same.
            if field.name == "tool" {
                let value = field.item.as_str().unwrap_or_default().to_owned();
                let span = reader.value_span(field);
                cache.tool = Some(Spanned { value, span });
            }
            continue;
        };
        let Value::Str(word) = entry.value.value else {
            continue;
        };
        let span = entry.value.span;
        match (entry.key.name, word.as_str()) {
            ("tool", _) => cache.tool = Some(Spanned { value: word, span }),
            ("scope", "everything") => {
                cache.scope = Some(Spanned {
                    value: CacheScope::Everything,
                    span,
                });
            }
            ("scope", _) => {
                cache.scope = Some(Spanned {
                    value: CacheScope::Dependencies,
                    span,
                });
            }
            ("if-missing", word) => {
                let value = match word {
                    "skip" => IfMissing::Skip,
                    "error" => IfMissing::Error,
                    _ => IfMissing::Warn,
                };
                cache.if_missing = Some(Spanned { value, span });
            }
            _ => {}
        }
    }
    Some(cache)
}

/// `[test]`.
fn test(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Test> {
    let table = reader.table(field)?;
    let mut test = Test::default();
    for field in reader.fields(table) {
        if field.name == "nextest" {
            test.nextest = nextest::read(reader, &field);
            continue;
        }
        let Some(entry) = entry::read(reader, &field, Home::Test, Place::Table, None) else {
            continue;
        };
        let span = entry.value.span;
        match entry.value.value {
            Value::Str(value) => test.runner = Some(Spanned { value, span }),
            Value::Bool(value) => test.doctests = Some(Spanned { value, span }),
            Value::Int(_) | Value::Array(_) | Value::Table(_) => {}
        }
    }
    Some(test)
}

/// The raw keys of `[build]`, or of one table of `[target]`.
pub(super) fn entries(reader: &mut Reader<'_>, field: &Field<'_>, home: Home) -> Vec<Entry> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let above = field.above.as_deref();
    let mut entries = Vec::new();
    for field in reader.fields(table) {
        if home == Home::Target
            && field.item.is_table_like()
            && crate::key::key(home, field.name).is_none()
        {
            let found = Diagnostic::error(
                "not_owned",
                format!(
                    "Cargo takes the table `{}` for a `links` override, this tool does not own it",
                    field.name
                ),
            )
            .with_label(reader.file, field.span.clone(), "never touched")
            .with_help("leave it in the Cargo config");
            reader.diagnostics.push(found);
            continue;
        }
        entries.extend(entry::read(reader, &field, home, Place::Table, above));
    }
    entries
}
