//! `[profile.<name>]`.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::key::{Home, key};
use crate::policy::entry::{self, Place};
use crate::policy::source::{Field, Reader};
use crate::policy::{
    Entry, PackageOverride, PackageSet, Profile, Spanned, Tradeoff, names, packages,
};

/// `[profile]`: all profiles.
pub(super) fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    sets: &[PackageSet],
) -> Vec<Profile> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut profiles = Vec::new();
    for field in reader.fields(table) {
        if !field.item.is_table_like() && key(Home::Profile, field.name).is_some() {
            let found = Diagnostic::error(
                "unknown_key",
                format!("`{}` belongs to one profile", field.name),
            )
            .with_label(reader.file, field.span.clone(), "not in `[profile]` itself")
            .with_help(format!("write `dev.{} = ...`", field.name));
            reader.diagnostics.push(found);
            continue;
        }
        if names::profile(reader, &field) {
            profiles.extend(one(reader, &field, sets));
        }
    }
    profiles
}

/// One profile.
fn one(reader: &mut Reader<'_>, field: &Field<'_>, sets: &[PackageSet]) -> Option<Profile> {
    let table = reader.table(field)?;
    let mut profile = Profile {
        name: Spanned {
            value: field.name.to_owned(),
            span: field.span.clone(),
        },
        tradeoff: None,
        inherits: None,
        settings: Vec::new(),
        build_override: None,
        packages: Vec::new(),
        reason: field.above.clone(),
    };
    let above = field.above.as_deref();
    for field in reader.fields(table) {
        match field.name {
            "tradeoff" => {
                profile.tradeoff = tradeoff(reader, &field);
                profile.reason = field.above.or(profile.reason);
            }
            "inherits" => profile.inherits = reader.string(&field),
            "build-override" => profile.build_override = overrides(reader, &field),
            "package" => profile.packages = package(reader, &field, sets),
            _ => profile.settings.extend(entry::read(
                reader,
                &field,
                Home::Profile,
                Place::Table,
                above,
            )),
        }
    }
    Some(profile)
}

/// `tradeoff = "<word>"`.
fn tradeoff(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Spanned<Tradeoff>> {
    let text = reader.string(field)?;
    let word = Tradeoff::parse(&text.value);
    if word.is_none() {
        let words: Vec<_> = Tradeoff::ALL
            .iter()
            .map(|word| format!("`\"{}\"`", word.name()))
            .collect();
        let near = did_you_mean(
            &text.value.replace('_', "-"),
            Tradeoff::ALL.iter().map(|word| word.name()),
        );
        let found = Diagnostic::error("unknown_tradeoff", format!("no trade-off `{}`", text.value))
            .with_label(reader.file, text.span.clone(), "unknown word")
            .with_help(match near {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!("use one of {}", words.join(", ")),
            });
        reader.diagnostics.push(found);
    }
    Some(Spanned {
        value: word?,
        span: text.span,
    })
}

/// `package`: all overrides.
fn package(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    sets: &[PackageSet],
) -> Vec<PackageOverride> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut packages = Vec::new();
    for field in reader.fields(table) {
        let selector = packages::selector(reader, &field, sets);
        if let Some(settings) = overrides(reader, &field) {
            packages.push(PackageOverride {
                selector: Spanned {
                    value: selector,
                    span: field.span,
                },
                settings,
            });
        }
    }
    packages
}

/// The keys of an override.
fn overrides(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Entry>> {
    let table = reader.table(field)?;
    let above = field.above.as_deref();
    Some(
        reader
            .fields(table)
            .iter()
            .filter_map(|field| entry::read(reader, field, Home::Profile, Place::Override, above))
            .collect(),
    )
}
