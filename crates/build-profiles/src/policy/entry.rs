//! One key with its value: known here, of the right type, old enough for the toolchain.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath, did_you_mean};
use crate::key::{self, Home, KEYS, Key, Kind, LEFT_TO_CARGO, takes};
use crate::policy::source::{Field, Reader};
use crate::policy::storage::{self, BACKENDS};
use crate::policy::tables::TABLES;
use crate::policy::{Entry, Spanned, flags, nextest};
use crate::value::Value;

/// Where in a home a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In its table itself.
    Table,
    /// In `package.<selector>` or `build-override` of a profile.
    Override,
}

/// The entry of a field, and what is wrong with it.
///
/// `fallback` is the reason of the table the field stands in, for a key without a comment of its own.
pub(super) fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    home: Home,
    place: Place,
    fallback: Option<&str>,
) -> Option<Entry> {
    let Some(key) = key::key(home, field.name) else {
        unknown(reader, field, home, place);
        return None;
    };
    if !belongs(reader, field, key, place) {
        return None;
    }
    let value = value(reader, field, key)?;
    Some(Entry {
        key,
        value,
        reason: field.above.clone().or_else(|| fallback.map(str::to_owned)),
    })
}

/// The value of a known key.
pub(super) fn value(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    key: &'static Key,
) -> Option<Spanned<Value>> {
    let span = reader.value_span(field);
    if let (Kind::Form(form), true) = (&key.kind, field.item.is_table_like()) {
        let value = nextest::table(reader, field, form)?;
        return Some(Spanned { value, span });
    }
    let value = field.item.as_value().and_then(Value::from_toml);
    let Some(value) = value else {
        if key.kind == Kind::Flags {
            reader.strings(field);
            return None;
        }
        reader.wrong_type(field, &key::describe(&key.kind));
        return None;
    };
    if key.check(&value).is_err() {
        refused(reader, field, key, &value);
        return None;
    }
    if key.kind == Kind::Flags {
        flags::read(reader, field, &value);
    }
    newer(reader, key, &value, &span);
    Some(Spanned { value, span })
}

/// Whether a known key may stand here.
fn belongs(reader: &mut Reader<'_>, field: &Field<'_>, key: &Key, place: Place) -> bool {
    let found = if let Some(gate) = key.unstable {
        unstable(key.name, gate, reader.file, &field.span).with_help(format!(
            "remove `{}`, or keep it in the manifest and list it under `[unmanaged]`",
            key.name
        ))
    } else if place == Place::Override && !key.overridable {
        let found = not_in_override(key.name, reader.file, &field.span);
        match key.name {
            "inherits" => found.with_note("Cargo ignores it in an override without a word"),
            name => found.with_note(format!(
                "Cargo stops with: `{name}` may not be specified in a `package` profile"
            )),
        }
        .with_help(format!("set `{}` in the profile", key.name))
    } else {
        return true;
    };
    reader.diagnostics.push(found);
    false
}

/// The finding about what stable Cargo does not have.
pub(crate) fn unstable(what: &str, gate: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "unstable_key",
        format!("`{what}` is unstable: stable Cargo refuses or ignores it"),
    )
    .with_label(file, span.clone(), "needs a nightly toolchain")
    .with_note(format!("its feature gate is `{gate}`"))
}

/// The finding about a key in an override that belongs to the profile.
pub(crate) fn not_in_override(name: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "not_in_override",
        format!("`{name}` cannot be set for single packages"),
    )
    .with_label(file, span.clone(), "belongs to the profile itself")
}

/// A finding: the key does not take the value.
fn refused(reader: &mut Reader<'_>, field: &Field<'_>, key: &Key, value: &Value) {
    let span = reader.value_span(field);
    let mut found = mismatch(reader.file, span, key.name, &key.kind, value);
    if (key.home, key.name) == (Home::Profile, "panic") && *value == "immediate-abort".into() {
        found = found.with_note("`\"immediate-abort\"` is unstable");
    }
    if (key.home, key.name) == (Home::Cache, "tool") {
        found =
            found.with_note("sccache is the only cache whose hits can be proved: it counts them");
    }
    reader.diagnostics.push(found);
}

/// Why a kind does not take the value, and what was probably meant.
pub(crate) fn mismatch(
    file: &FilePath,
    span: Range<usize>,
    name: &str,
    kind: &Kind,
    value: &Value,
) -> Diagnostic {
    let accepted = format!("takes {}", key::describe(kind));
    let kind = match kind {
        Kind::Form(form) => &form.short,
        kind => kind,
    };
    let right_type = matches!(
        (kind, value),
        (Kind::Word(_), Value::Str(_))
            | (Kind::Int(..), Value::Int(_))
            | (Kind::Mixed { int: Some(_), .. }, Value::Int(_))
            | (Kind::Mixed { .. }, Value::Str(_))
            | (Kind::Count { .. }, Value::Int(_) | Value::Str(_))
            | (Kind::Text | Kind::Duration | Kind::Release, Value::Str(_))
    );
    let code = if right_type {
        "invalid_value"
    } else {
        "wrong_type"
    };
    let mut found = Diagnostic::error(code, format!("`{name}` {accepted}")).with_label(
        file,
        span,
        match (kind, value) {
            (Kind::Text, Value::Str(_)) => "empty".to_owned(),
            (Kind::Duration, Value::Str(_)) => "no duration".to_owned(),
            (Kind::Release, Value::Str(_)) => "no release".to_owned(),
            (_, Value::Str(_)) if right_type => "not one of them".to_owned(),
            (_, Value::Int(_)) if right_type => "out of range".to_owned(),
            _ => format!("this is {}", type_of(value)),
        },
    );
    let seconds = format!("{}s", value.to_string().trim_matches('"'));
    if *kind == Kind::Duration && takes(kind, &seconds.as_str().into()) {
        found = found.with_help(format!("a number needs its unit: `\"{seconds}\"`"));
    } else if let Value::Str(text) = value {
        if let Some(bare) = bare(kind, text) {
            let how = if bare.to_string() == *text {
                " without quotes"
            } else {
                ""
            };
            found = found.with_help(format!("write `{bare}`{how}"));
        } else if let Some(word) =
            did_you_mean(&text.replace('_', "-"), words(kind).iter().copied())
        {
            found = found.with_help(format!("did you mean `\"{word}\"`?"));
        }
    }
    if found.help.is_empty() {
        found = found.with_help(accepted.replacen("takes", "write", 1));
    }
    found
}

/// The value that was meant by its text in quotes.
pub(crate) fn bare(kind: &Kind, text: &str) -> Option<Value> {
    let bare = match text {
        "true" | "yes" | "y" | "on" => Value::Bool(true),
        "false" | "no" | "n" | "off" => Value::Bool(false),
        number => Value::Int(number.parse().ok()?),
    };
    takes(kind, &bare).then_some(bare)
}

/// A finding: the toolchain floor does not know the key or the value.
fn newer(reader: &mut Reader<'_>, key: &Key, value: &Value, span: &std::ops::Range<usize>) {
    let (Some(floor), Some((major, minor))) = (&reader.toolchain, key.value_since(value)) else {
        return;
    };
    if key.home.is_nextest() {
        return; // Of nextest's releases, not of Cargo's.
    }
    if (floor.major, floor.minor) >= (major, minor) {
        return;
    }
    let what = match key.since {
        Some(since) if since == (major, minor) => format!("`{}`", key.name),
        _ => format!("`{} = {}`", key.name, value.to_string().trim()),
    };
    let found = Diagnostic::error(
        "newer_than_toolchain",
        format!(
            "{what} needs Cargo {major}.{minor}, the policy's `toolchain` is {}.{}",
            floor.major, floor.minor
        ),
    )
    .with_label(reader.file, span.clone(), format!("since {major}.{minor}"))
    .with_help(match (key.name, value) {
        ("debug", Value::Str(word)) => {
            let number = match word.as_str() {
                "none" => 0,
                "full" => 2,
                _ => 1,
            };
            format!("write `{number}`, or raise `toolchain` to `\"{major}.{minor}\"`")
        }
        _ => format!("remove it, or raise `toolchain` to `\"{major}.{minor}\"`"),
    });
    reader.diagnostics.push(found);
}

/// A finding: no such key here. Says where it belongs, if anywhere.
fn unknown(reader: &mut Reader<'_>, field: &Field<'_>, home: Home, place: Place) {
    let name = field.name;
    let found = |code, message: String, label: &str| {
        Diagnostic::error(code, message).with_label(reader.file, field.span.clone(), label)
    };
    let table = home.table();
    let found = if LEFT_TO_CARGO.contains(&(home, name)) && home.is_nextest() {
        found(
            "not_owned",
            format!("nextest knows `{name}`, this tool does not own it"),
            "never touched",
        )
        .with_help("leave it in `.config/nextest.toml`")
    } else if LEFT_TO_CARGO.contains(&(home, name)) {
        found(
            "not_owned",
            format!("Cargo knows `{name}`, this tool does not own it"),
            "never touched",
        )
        .with_help("leave it in the Cargo config")
    } else if matches!(
        (home, place, name),
        (
            Home::Profile,
            Place::Override,
            "package" | "build-override" | "tradeoff"
        )
    ) {
        not_in_override(name, reader.file, &field.span)
            .with_help(format!("set `{name}` in the profile"))
    } else if (home, name) == (Home::Profile, "dir-name") {
        found(
            "unknown_key",
            "`dir-name` is reserved by Cargo".to_owned(),
            "rejected by Cargo",
        )
        .with_help("remove it: the folder is named after the profile")
    } else {
        let found = found(
            "unknown_key",
            match table {
                "" => format!("unknown key `{name}`"),
                table => format!("unknown key `{name}` in `[{table}]`"),
            },
            "unknown",
        );
        match suggest(home, place, name) {
            Some(help) => found.with_help(help),
            None => found.with_help(format!(
                "use one of {}",
                names(home, place)
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        }
    };
    reader.diagnostics.push(found);
}

/// A finding: nothing of that name at the top level.
pub(super) fn unknown_at_top(reader: &mut Reader<'_>, field: &Field<'_>) {
    unknown(reader, field, Home::Policy, Place::Table);
}

/// What was probably meant by a name that is unknown here.
pub(super) fn suggest(home: Home, place: Place, name: &str) -> Option<String> {
    let elsewhere: Vec<_> = KEYS
        .iter()
        .filter(|key| key.name == name && key.home != home)
        .filter(|key| key.home != Home::Policy && key.unstable.is_none())
        .map(|key| format!("`[{}]`", key.home.table()))
        .collect();
    if !elsewhere.is_empty() {
        return Some(format!("move `{name}` to {}", elsewhere.join(" or ")));
    }
    let kebab = name.replace('_', "-").to_lowercase();
    did_you_mean(&kebab, names(home, place)).map(|near| format!("did you mean `{near}`?"))
}

/// The names that may stand in a place.
fn names(home: Home, place: Place) -> impl Iterator<Item = &'static str> {
    let words: &[&str] = match (home, place) {
        (Home::Profile, Place::Table) => &["build-override", "package", "tradeoff"],
        (Home::Cache, _) => &["storage"],
        (Home::Test, _) => &["nextest"],
        (Home::Nextest, _) => &["profile"],
        (Home::NextestProfile, _) => &["junit"],
        _ => &[],
    };
    let storages = BACKENDS.iter().filter(move |backend| {
        home == Home::Storage(storage::TABLE) && backend.table != storage::TABLE
    });
    let tables = TABLES.iter().filter(move |_| home == Home::Policy);
    key::keys(home)
        .filter(move |key| key.unstable.is_none() && (place == Place::Table || key.overridable))
        .map(|key| key.name)
        .chain(words.iter().copied())
        .chain(tables.map(|table| table.name))
        .chain(storages.map(|backend| backend.name))
}

/// The words a kind takes.
fn words(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Word(words) | Kind::Mixed { words, .. } | Kind::Count { words, .. } => words,
        _ => &[],
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Str(_) => "a string",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}
