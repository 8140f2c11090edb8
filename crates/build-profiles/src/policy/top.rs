//! The policy's own words at its top level.

use semver::{Version, VersionReq};

use crate::diagnostic::Diagnostic;
use crate::key::{Home, key};
use crate::policy::source::{Field, Reader};
use crate::policy::{Policy, Spanned, entry};
use crate::tradeoff::EXPANSIONS;
use crate::value::Value;

/// `schema = 1`; `false` if the file cannot be read on because it is newer than this tool.
pub(super) fn schema(reader: &mut Reader<'_>, fields: &[Field<'_>]) -> bool {
    let Some(field) = fields.iter().find(|field| field.name == "schema") else {
        let found = Diagnostic::error("missing_schema", "the policy does not say its `schema`")
            .with_label(reader.file, reader.place(None), "first line")
            .with_help("add `schema = 1`");
        reader.diagnostics.push(found);
        return true;
    };
    if let Some(found) = too_new(reader, field, super::SCHEMA) {
        reader.diagnostics.push(found);
        return false;
    }
    known(reader, field);
    true
}

/// `toolchain = "1.94"`.
pub(super) fn toolchain(reader: &mut Reader<'_>, fields: &[Field<'_>]) -> Option<Spanned<Version>> {
    let field = fields.iter().find(|field| field.name == "toolchain")?;
    if field.item.is_float() {
        let found = Diagnostic::error("invalid_toolchain", "a Cargo version is a string")
            .with_label(reader.file, reader.value_span(field), "a number")
            .with_note("as a number `1.90` would be `1.9`")
            .with_help("put it in quotes");
        reader.diagnostics.push(found);
        return None;
    }
    let text = reader.string(field)?;
    let version = version(&text.value);
    if version.is_none() {
        let found = Diagnostic::error(
            "invalid_toolchain",
            format!("`{}` is not a Cargo version", text.value),
        )
        .with_label(
            reader.file,
            text.span.clone(),
            "the oldest Cargo that builds this workspace",
        )
        .with_help("write it as `\"1.94\"` or `\"1.94.1\"`");
        reader.diagnostics.push(found);
    }
    Some(Spanned {
        value: version?,
        span: text.span,
    })
}

/// `expansions`, `tool`, `strict`, `config`; `false` if the field is none of them.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>, policy: &mut Policy) -> bool {
    match field.name {
        "schema" | "toolchain" => {}
        "expansions" => {
            if let Some(found) = too_new(reader, field, EXPANSIONS) {
                reader.diagnostics.push(found);
            } else if let Some(Value::Int(edition)) = known(reader, field) {
                policy.expansions = edition;
            }
        }
        "tool" => policy.tool = tool(reader, field),
        "strict" => policy.strict = known(reader, field) == Some(Value::Bool(true)),
        "config" => policy.config = config(reader, field),
        _ => return false,
    }
    true
}

/// The version of a toolchain floor: two or three numbers.
fn version(text: &str) -> Option<Version> {
    match text.split('.').count() {
        2 => Version::parse(&format!("{text}.0")).ok(),
        _ => Version::parse(text).ok(),
    }
    .filter(|version| version.major == 1)
}

/// A finding if a number is higher than this release knows.
fn too_new(reader: &Reader<'_>, field: &Field<'_>, newest: i64) -> Option<Diagnostic> {
    let number = field.item.as_integer().filter(|number| *number > newest)?;
    Some(
        Diagnostic::error(
            "newer_than_tool",
            format!("`{} = {number}` is newer than this tool knows", field.name),
        )
        .with_label(
            reader.file,
            reader.value_span(field),
            format!("this tool knows up to {newest}"),
        )
        .with_help("update build-profiles"),
    )
}

/// The value of a word in the key table.
fn known(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Value> {
    let key = key(Home::Policy, field.name)?;
    Some(entry::value(reader, field, key)?.value)
}

fn tool(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Spanned<VersionReq>> {
    let text = reader.string(field)?;
    match VersionReq::parse(&text.value) {
        Ok(value) => Some(Spanned {
            value,
            span: text.span,
        }),
        Err(error) => {
            let found = Diagnostic::error(
                "invalid_tool",
                format!("`{}` is not a version requirement", text.value),
            )
            .with_label(reader.file, text.span, error.to_string())
            .with_help("write it as `\">=0.1\"`");
            reader.diagnostics.push(found);
            None
        }
    }
}

/// A config file between the workspace and the root of its git repository.
fn config(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Spanned<String>> {
    let text = reader.string(field)?;
    let path = text.value.as_str();
    let mut parts = path.split('/').skip_while(|part| *part == "..").peekable();
    let last = path.rsplit('/').next().unwrap_or_default();
    let (label, help) = if path.contains('\\') {
        (
            "backslash",
            format!("write `\"{}\"`", path.replace('\\', "/")),
        )
    } else if path.starts_with('/') || path.contains(':') || path.starts_with('~') {
        (
            "absolute",
            "write it relative to the workspace root, as `\"../.cargo/config.toml\"`".to_owned(),
        )
    } else if parts.any(|part| matches!(part, "" | "." | "..")) {
        (
            "not the shortest way",
            "write `..` at the start only, and no `.`".to_owned(),
        )
    } else if !matches!(last, "config.toml" | "config") {
        (
            "Cargo does not read it",
            "name a `.cargo/config.toml`".to_owned(),
        )
    } else if !path.ends_with(".cargo/config.toml") && !path.ends_with(".cargo/config") {
        (
            "not in a folder `.cargo`",
            "name a `.cargo/config.toml`".to_owned(),
        )
    } else {
        return Some(text);
    };
    let found = Diagnostic::error(
        "invalid_config_path",
        format!("`{path}` cannot be the config"),
    )
    .with_label(reader.file, text.span, label)
    .with_help(help);
    reader.diagnostics.push(found);
    None
}
