//! New keys and values as TOML 1.0 text, on one line.

use std::fmt::Write as _;

use toml_edit::{Key, Value as TomlValue};

use crate::value::Value;

/// A key segment, quoted if it must be.
pub(super) fn key(segment: &str) -> String {
    Key::new(segment).display_repr().into_owned()
}

/// Key segments, dotted.
pub(super) fn dotted(segments: &[String]) -> String {
    let keys: Vec<String> = segments.iter().map(|segment| key(segment)).collect();
    keys.join(".")
}

pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Str(v) => string(v),
        Value::Array(v) => array(v),
        Value::Bool(_) | Value::Int(_) => value.to_string(),
        Value::Table(_) => toml(&value.to_toml()),
    }
}

pub(super) fn array(elements: &[String]) -> String {
    let elements: Vec<String> = elements.iter().map(|element| string(element)).collect();
    format!("[{}]", elements.join(", "))
}

/// `toml_edit` writes a string with line breaks on several lines, where the break would be the file's and no longer the
/// string's. Such a string is escaped instead.
pub(super) fn string(v: &str) -> String {
    if !v.contains(['\n', '\r']) {
        return TomlValue::from(v).to_string();
    }
    let mut quoted = String::from("\"");
    for c in v.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Any value; its own decoration is dropped, the spelling of its scalars is kept.
pub(super) fn toml(v: &TomlValue) -> String {
    match v {
        TomlValue::String(v) => string(v.value()),
        TomlValue::Array(v) => {
            let elements: Vec<String> = v.iter().map(toml).collect();
            format!("[{}]", elements.join(", "))
        }
        TomlValue::InlineTable(v) if v.is_empty() => "{}".to_owned(),
        TomlValue::InlineTable(v) => {
            let members: Vec<String> = v
                .iter()
                .map(|(name, value)| format!("{} = {}", key(name), toml(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        scalar => {
            let mut scalar = scalar.clone();
            scalar.decor_mut().clear();
            scalar.to_string()
        }
    }
}

/// Whether formatters would break the array on this line.
pub(super) fn is_long(line: &str) -> bool {
    line.chars().count() > 80
}

/// Comment lines. Control characters, which no comment may hold, become spaces.
pub(super) fn comment(words: &str) -> Vec<String> {
    words
        .lines()
        .map(|line| {
            let line: String = line
                .chars()
                .map(|c| if c.is_control() && c != '\t' { ' ' } else { c })
                .collect();
            format!("# {line}").trim_end().to_owned()
        })
        .collect()
}
