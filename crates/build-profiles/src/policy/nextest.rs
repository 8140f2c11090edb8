//! `[test.nextest]`: keys of `.config/nextest.toml`, as nextest spells them.
//!
//! nextest itself only warns about a key that it does not know; so the strictness is here.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::key::nextest::{Form, duration};
use crate::key::{Home, takes};
use crate::policy::entry::{self, Place};
use crate::policy::source::{Field, Reader};
use crate::policy::{Entry, Nextest};
use crate::value::{KeyPath, Value};

/// `[test.nextest]`: its keys and its profiles.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Nextest> {
    let table = reader.table(field)?;
    let mut nextest = Nextest {
        span: field.span.clone(),
        names_version: false,
        settings: Vec::new(),
    };
    let above = field.above.as_deref();
    for field in reader.fields(table) {
        if field.name == "profile" {
            profiles(reader, &field, &mut nextest.settings);
            continue;
        }
        nextest.names_version |= field.name == "nextest-version";
        let entry = entry::read(reader, &field, Home::Nextest, Place::Table, above);
        let path = KeyPath::new([field.name]);
        nextest
            .settings
            .extend(entry.map(|entry: Entry| (path, entry)));
    }
    Some(nextest)
}

/// `profile`: all of nextest's profiles.
fn profiles(reader: &mut Reader<'_>, field: &Field<'_>, settings: &mut Vec<(KeyPath, Entry)>) {
    let Some(table) = reader.table(field) else {
        return;
    };
    for field in reader.fields(table) {
        if !field.item.is_table_like()
            && crate::key::key(Home::NextestProfile, field.name).is_some()
        {
            let found = Diagnostic::error(
                "unknown_key",
                format!("`{}` belongs to one profile of nextest", field.name),
            )
            .with_label(reader.file, field.span.clone(), "not in `profile` itself")
            .with_help(format!("write `default.{} = ...`", field.name));
            reader.diagnostics.push(found);
            continue;
        }
        let Some(table) = reader.table(&field) else {
            continue;
        };
        if !is_named(reader, &field) {
            continue;
        }
        let path = KeyPath::new(["profile", field.name]);
        let above = field.above.as_deref();
        for field in reader.fields(table) {
            if field.name == "junit" {
                junit(reader, &field, &path.join("junit"), settings);
                continue;
            }
            let entry = entry::read(reader, &field, Home::NextestProfile, Place::Table, above);
            settings.extend(entry.map(|entry| (path.join(field.name), entry)));
        }
    }
}

/// `junit` of a profile.
fn junit(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    path: &KeyPath,
    settings: &mut Vec<(KeyPath, Entry)>,
) {
    let Some(table) = reader.table(field) else {
        return;
    };
    let above = field.above.as_deref();
    for field in reader.fields(table) {
        let entry = entry::read(reader, &field, Home::NextestJunit, Place::Table, above);
        settings.extend(entry.map(|entry| (path.join(field.name), entry)));
    }
}

/// Looks at the name of a profile of nextest; `false` if there can be none.
fn is_named(reader: &mut Reader<'_>, field: &Field<'_>) -> bool {
    let name = field.name;
    let mut letters = name.chars();
    let first = letters
        .next()
        .is_some_and(|letter| letter.is_alphabetic() || letter == '_');
    let rest = letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'));
    let label = if !first || !rest {
        "a letter, then letters, digits, `-` and `_`"
    } else if name.starts_with("default-") && name != "default-miri" {
        "nextest keeps `default-` for itself"
    } else {
        return true;
    };
    let found = Diagnostic::error(
        "invalid_name",
        format!(
            "`{}` cannot be the name of a profile of nextest",
            name.escape_debug()
        ),
    )
    .with_label(reader.file, field.span.clone(), label)
    .with_help("rename it");
    reader.diagnostics.push(found);
    false
}

/// The table of a value that has a short form too.
pub(super) fn table(reader: &mut Reader<'_>, field: &Field<'_>, form: &Form) -> Option<Value> {
    let findings = reader.diagnostics.len();
    let table = reader.table(field)?;
    let members = reader.fields(table);
    let mut read: Vec<(String, Value)> = Vec::new();
    for inner in &members {
        let Some(member) = form.member(inner.name) else {
            unknown(reader, field, inner, form);
            continue;
        };
        let value = inner.item.as_value().and_then(Value::from_toml);
        match value {
            None => reader.wrong_type(inner, &crate::key::describe(&member.kind)),
            Some(value) if !takes(&member.kind, &value) => {
                let found = entry::mismatch(
                    reader.file,
                    reader.value_span(inner),
                    member.name,
                    &member.kind,
                    &value,
                );
                reader.diagnostics.push(found);
            }
            Some(value) => read.push((inner.name.to_owned(), value)),
        }
    }
    for member in form.members.iter().filter(|member| member.required) {
        if members.iter().all(|inner| inner.name != member.name) {
            incomplete(reader, field, member.name, "");
        }
    }
    read.sort_by_key(|(name, _)| {
        let place = |member: &crate::key::nextest::Member| member.name == name;
        form.members.iter().position(place)
    });
    if field.name == "retries" && reader.diagnostics.len() == findings {
        backoff(reader, field, &members, &read);
    }
    (reader.diagnostics.len() == findings).then_some(Value::Table(read))
}

/// What nextest demands of `retries` with a wait between.
fn backoff(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    members: &[Field<'_>],
    read: &[(String, Value)],
) {
    let value = |name: &str| {
        read.iter()
            .find(|(member, _)| member == name)
            .map(|(_, value)| value)
    };
    let time = |name: &str| match value(name) {
        Some(Value::Str(text)) => duration(text),
        _ => None,
    };
    let exponential = value("backoff") == Some(&"exponential".into());
    let wait = time("delay").filter(|wait| !wait.is_zero());
    let mut refuse = |name: &str, label: &str, help: &str| {
        if let Some(member) = members.iter().find(|member| member.name == name) {
            let span = reader.value_span(member);
            let found = Diagnostic::error(
                "invalid_value",
                format!("nextest refuses this `{name}` of `retries`"),
            )
            .with_label(reader.file, span, label)
            .with_help(help);
            reader.diagnostics.push(found);
        }
    };
    if exponential && value("count") == Some(&0.into()) {
        refuse("count", "nothing to wait for", "write `retries = 0`");
    }
    if exponential && time("delay").is_some() && wait.is_none() {
        refuse("delay", "0 does not grow", "write a longer `delay`");
    }
    if !exponential {
        refuse(
            "max-delay",
            "a fixed delay never grows",
            "write `backoff = \"exponential\"`, or remove it",
        );
    } else if time("max-delay")
        .zip(wait)
        .is_some_and(|(most, wait)| most < wait)
    {
        refuse(
            "max-delay",
            "less than `delay`",
            "write a longer `max-delay`, or remove it",
        );
    }
    if !exponential && wait.is_none() && value("jitter") == Some(&true.into()) {
        refuse(
            "jitter",
            "there is no `delay` to vary",
            "add a `delay`, or remove it",
        );
    }
    if exponential && time("delay").is_none() {
        incomplete(reader, field, "delay", " with `backoff = \"exponential\"`");
    }
}

/// A finding: a table without a member that it needs.
fn incomplete(reader: &mut Reader<'_>, field: &Field<'_>, member: &str, when: &str) {
    let found = Diagnostic::error(
        "incomplete_value",
        format!("`{}` does not say its `{member}`{when}", field.name),
    )
    .with_label(
        reader.file,
        reader.value_span(field),
        format!("without `{member}`"),
    )
    .with_help(format!("add `{member} = ...`"));
    reader.diagnostics.push(found);
}

/// A finding: no such member.
fn unknown(reader: &mut Reader<'_>, field: &Field<'_>, inner: &Field<'_>, form: &Form) {
    let names = || form.members.iter().map(|member| member.name);
    let kebab = inner.name.replace('_', "-").to_lowercase();
    let found = Diagnostic::error(
        "unknown_key",
        format!("unknown key `{}` in `{}`", inner.name, field.name),
    )
    .with_label(reader.file, inner.span.clone(), "unknown")
    .with_help(match did_you_mean(&kebab, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<_> = names().map(|name| format!("`{name}`")).collect();
            format!("use one of {}", names.join(", "))
        }
    });
    reader.diagnostics.push(found);
}
