//! `[unmanaged]`: seen, named, left alone.

use std::ops::Range;

use toml_edit::Key;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::policy::Unmanaged;
use crate::policy::source::{Field, Reader};
use crate::value::KeyPath;

/// The tables that hold something the policy could own.
static TABLES: &[&str] = &["build", "env", "include", "profile", "target"];

/// `[unmanaged]`: dotted keys, or strings that hold them, each with its reason.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Unmanaged> {
    let mut entries = Vec::new();
    if let Some(table) = reader.table(field) {
        for field in reader.fields(table) {
            let path = if TABLES.contains(&field.name) {
                KeyPath::new([field.name])
            } else {
                dotted(field.name)
            };
            if first(reader, &field, &path) {
                let span = field.span.clone();
                descend(reader, &field, path, span, &mut entries);
            }
        }
    }
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

/// Collects what stands below a key.
fn descend(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    path: KeyPath,
    span: Range<usize>,
    entries: &mut Vec<Unmanaged>,
) {
    if let Some(table) = field.item.as_table_like() {
        for field in reader.fields(table) {
            let span = span.start.min(field.span.start)..field.span.end;
            // Keys of one header or line make one span; those of another line stand alone.
            let span = if reader.one_line(&span) {
                span
            } else {
                field.span.clone()
            };
            descend(reader, &field, path.join(field.name), span, entries);
        }
        return;
    }
    let Some(reason) = reader.string(field) else {
        return;
    };
    if reason.value.trim().is_empty() {
        let found = Diagnostic::error(
            "missing_reason",
            format!("`{path}` is left alone without a reason"),
        )
        .with_label(reader.file, reason.span, "empty")
        .with_help("say who owns it, or why it stays");
        reader.diagnostics.push(found);
    }
    entries.push(Unmanaged {
        path,
        reason: reason.value,
        span,
    });
}

/// Whether the path begins with a table that can hold something of ours.
fn first(reader: &mut Reader<'_>, field: &Field<'_>, path: &KeyPath) -> bool {
    let first = path
        .segments()
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    if TABLES.contains(&first) {
        return true;
    }
    let tables: Vec<_> = TABLES.iter().map(|table| format!("`{table}`")).collect();
    let found = Diagnostic::error(
        "unknown_unmanaged",
        format!("`{first}` is nothing that this tool could manage"),
    )
    .with_label(reader.file, field.span.clone(), "left alone in any case")
    .with_help(match did_you_mean(first, TABLES.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("remove it, or begin with one of {}", tables.join(", ")),
    });
    reader.diagnostics.push(found);
    false
}

/// The path that a quoted key holds: `"profile.dist"`.
fn dotted(text: &str) -> KeyPath {
    match Key::parse(text) {
        Ok(keys) => KeyPath::new(keys.iter().map(|key| key.get())),
        Err(_) => KeyPath::new([text]),
    }
}
