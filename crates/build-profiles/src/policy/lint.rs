//! `[lint]`: what the policy makes of a lint.

use crate::diagnostic::{Diagnostic, Level, did_you_mean};
use crate::lint::{Allowed, lint, lints};
use crate::policy::source::{Field, Reader};

/// The words for a level, with what they mean.
pub(crate) static LEVELS: &[(&str, Option<Level>)] = &[
    ("allow", None),
    ("warn", Some(Level::Warning)),
    ("deny", Some(Level::Deny)),
];

/// `[lint]`: names, each with a level, or with a table of a level and its last day.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Allowed> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut levels = Vec::new();
    for field in reader.fields(table) {
        levels.extend(one(reader, &field));
    }
    levels
}

fn one(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Allowed> {
    let Some(lint) = lint(field.name) else {
        let names = lints().iter().map(|lint| lint.name);
        let found = Diagnostic::error("unknown_lint", format!("there is no lint `{}`", field.name))
            .with_label(reader.file, field.span.clone(), "unknown")
            .with_help(match did_you_mean(field.name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it; docs/lints.md lists them all".to_owned(),
            });
        reader.diagnostics.push(found);
        return None;
    };
    let mut allowed = Allowed {
        lint,
        span: field.span.clone(),
        level: lint.level,
        until: None,
        reason: field.above.clone(),
    };
    let Some(table) = field.item.as_table_like() else {
        allowed.level = level(reader, field)?;
        return Some(allowed);
    };
    let mut has_level = false;
    for inner in reader.fields(table) {
        match inner.name {
            "level" => {
                allowed.level = level(reader, &inner)?;
                has_level = true;
            }
            "until" => allowed.until = until(reader, &inner),
            other => {
                let found = Diagnostic::error("unknown_key", format!("a lint has no `{other}`"))
                    .with_label(reader.file, inner.span.clone(), "unknown")
                    .with_help(match did_you_mean(other, ["level", "until"]) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "use `level` and `until`; a reason is a comment above".to_owned(),
                    });
                reader.diagnostics.push(found);
            }
        }
    }
    if !has_level {
        let found = Diagnostic::error(
            "incomplete_value",
            format!("`{}` has no `level`", field.name),
        )
        .with_label(reader.file, field.span.clone(), "allow, warn or deny?")
        .with_help("add `level = \"allow\"`");
        reader.diagnostics.push(found);
        return None;
    }
    Some(allowed)
}

fn level(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Option<Level>> {
    let word = reader.string(field)?;
    let known = LEVELS.iter().find(|(name, _)| *name == word.value);
    if known.is_none() {
        let near = did_you_mean(&word.value, LEVELS.iter().map(|(name, _)| *name));
        let found = Diagnostic::error(
            "invalid_value",
            format!("`{}` is no level of a lint", word.value),
        )
        .with_label(reader.file, word.span, "unknown")
        .with_help(match near {
            Some(near) => format!("did you mean `\"{near}\"`?"),
            None => "write `\"allow\"`, `\"warn\"` or `\"deny\"`".to_owned(),
        });
        reader.diagnostics.push(found);
    }
    known.map(|(_, level)| *level)
}

/// A day, as a string or as TOML's own date.
fn until(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<(String, std::ops::Range<usize>)> {
    let span = reader.value_span(field);
    let text = match field.item.as_datetime() {
        Some(date) => date.to_string(),
        None => reader.string(field)?.value,
    };
    if is_day(&text) {
        return Some((text, span));
    }
    let found = Diagnostic::error("invalid_value", format!("`{text}` is no day"))
        .with_label(reader.file, span, "the last day on which this level holds")
        .with_help("write it as `\"2027-01-31\"`");
    reader.diagnostics.push(found);
    None
}

/// `2027-01-31`: what is written so can be compared as text.
fn is_day(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('-').collect();
    let [year, month, day] = numbers[..] else {
        return false;
    };
    let number = |text: &str, digits: usize, most: u32| {
        text.len() == digits && text.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n))
    };
    number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31)
}
