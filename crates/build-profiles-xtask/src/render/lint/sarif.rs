//! The findings for code scanning. Source: SARIF 2.1.0 (OASIS), whose schema a test holds this against.

use std::collections::BTreeMap;

use build_profiles::diagnostic::{Diagnostic, FilePath, Label, Level};
use build_profiles::lint::{self, Lint};
use serde_json::{Value, json};

use super::LintReport;
use crate::read::Repository;
use crate::render::{advice, position};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn report(report: &LintReport<'_>) -> String {
    let mut rules: Vec<&str> = report.diagnostics().map(|one| one.code).collect();
    rules.sort_unstable();
    rules.dedup();
    let sources = report.repository.sources();
    let results: Vec<Value> = report
        .diagnostics()
        .map(|one| result(report.repository, &sources, &rules, one))
        .collect();
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "build-profiles",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": "build-profiles/lint/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the checkout." } } },
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&sarif).expect("strings, numbers and lists are always JSON")
}

fn rule(code: &str) -> Value {
    let Some(lint) = lint::lint(code) else {
        return json!({ "id": code });
    };
    let Lint {
        finds,
        cargo,
        costs,
        instead,
        source,
        ..
    } = lint;
    let sentence = |text: &str| {
        let mut letters = text.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        format!("{first}{}.", letters.as_str())
    };
    let facts: Vec<String> = [finds, cargo, costs]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| sentence(text))
        .collect();
    json!({
        "id": code,
        "shortDescription": { "text": sentence(finds) },
        "fullDescription": { "text": facts.join(" ") },
        "help": { "text": sentence(instead) },
        "helpUri": source,
        "defaultConfiguration": {
            "enabled": lint.level.is_some(),
            "level": level(lint.level.unwrap_or(Level::Note)),
        },
    })
}

fn result(
    repository: &Repository,
    sources: &BTreeMap<&FilePath, &str>,
    rules: &[&str],
    one: &Diagnostic,
) -> Value {
    let location = |label: &Label| {
        let source = sources.get(&label.file).copied().unwrap_or_default();
        let (line, column) = position(source, label.span.start);
        let (end_line, end_column) = position(source, label.span.end);
        let path = repository.below_git_root(&label.file);
        // What is not of the checkout has no place in it, but a place of its own.
        let artifact = if path.starts_with('/') || path.contains(':') {
            json!({ "uri": uri(&format!("file:///{}", path.trim_start_matches('/'))) })
        } else {
            json!({ "uri": uri(&path), "uriBaseId": "%SRCROOT%" })
        };
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": artifact,
                "region": {
                    "startLine": line, "startColumn": column,
                    "endLine": end_line, "endColumn": end_column,
                },
            },
        });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": label.text });
        }
        location
    };
    let mut places = one.labels.iter().map(location);
    let first: Vec<Value> = places.next().into_iter().collect();
    let help = one.help.iter().map(|help| advice(help));
    let said: Vec<String> = std::iter::once(one.message.clone())
        .chain(one.notes.iter().cloned())
        .chain(help)
        .collect();
    json!({
        "ruleId": one.code,
        "ruleIndex": rules.iter().position(|code| *code == one.code).unwrap_or_default(),
        "level": level(one.level),
        "message": { "text": said.join("\n") },
        "locations": first,
        "relatedLocations": places.collect::<Vec<_>>(),
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Deny => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A path as the reference of a URI (RFC 3986): what is not allowed there is written as `%XX`.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'/'
            | b'.'
            | b'-'
            | b'_'
            | b'~'
            | b':'
            | b'@'
            | b'+' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}
