//! The report as one JSON object. Its schema is documented in docs/json.md; a change that breaks readers raises `schema`.

use std::borrow::Cow;

use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::plan::{Drift, DriftKind, FileChange};
use build_profiles::secret;
use build_profiles::settings::Via;
use serde::Serialize;

use super::{Report, diff, position};
use crate::read::Repository;

/// The version of the object's shape.
pub(super) const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    command: &'static str,
    exit: u8,
    written: bool,
    workspace: &'a str,
    policy: &'a str,
    files: Vec<File<'a>>,
    drift: Vec<JsonDrift<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct File<'a> {
    path: &'a str,
    status: &'static str,
    before: Option<Cow<'a, str>>,
    after: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct JsonDrift<'a> {
    file: &'a str,
    key: &'a str,
    kind: &'static str,
    present: Option<&'a str>,
    wanted: Option<&'a str>,
    line: Option<usize>,
    policy_line: Option<usize>,
    via: Option<String>,
    reason: Option<&'a str>,
    by_lock: bool,
}

#[derive(Serialize)]
pub(super) struct JsonDiagnostic<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    start: usize,
    end: usize,
    text: &'a str,
}

pub(super) fn report(report: &Report<'_>) -> String {
    let repository = report.repository;
    let json = Json {
        schema: SCHEMA,
        command: report.name,
        exit: report.exit.code(),
        written: report.written && !report.plan.changes.is_empty(),
        workspace: repository.root.as_str(),
        policy: repository.policy_file.as_str(),
        files: diff::committed(report).map(json_file).collect(),
        drift: report
            .plan
            .drift
            .iter()
            .map(|drift| json_drift(report, drift))
            .collect(),
        diagnostics: report
            .diagnostics()
            .into_iter()
            .map(|finding| json_diagnostic(report.repository, finding))
            .collect(),
        note: report.note.as_deref(),
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}

pub(super) fn json_file(change: &FileChange) -> File<'_> {
    File {
        path: change.path.as_str(),
        status: match (&change.before, &change.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        },
        before: change.before.as_deref().map(secret::masked),
        after: change.after.as_deref().map(secret::masked),
    }
}

fn json_drift<'a>(report: &'a Report<'_>, drift: &'a Drift) -> JsonDrift<'a> {
    let repository = report.repository;
    let line = |text: &str, offset| position(text, offset).0;
    JsonDrift {
        file: drift.file.as_str(),
        key: &drift.key,
        kind: match drift.kind {
            DriftKind::Missing => "missing",
            DriftKind::Different => "different",
            DriftKind::Misplaced => "misplaced",
            DriftKind::Stale => "stale",
            DriftKind::Undeclared => "undeclared",
        },
        present: drift.present.as_ref().map(|(text, _)| text.as_str()),
        wanted: drift.wanted.as_deref(),
        line: drift.present.as_ref().and_then(|(_, span)| {
            Some(line(
                repository.workspace.files.get(&drift.file)?,
                span.start,
            ))
        }),
        policy_line: drift
            .origin
            .as_ref()
            .map(|origin| line(&repository.policy_text, origin.span.start)),
        via: drift.origin.as_ref().map(|origin| via(&origin.via)),
        reason: drift
            .origin
            .as_ref()
            .and_then(|origin| origin.reason.as_deref()),
        by_lock: drift.by_lock,
    }
}

/// How a setting came about, in one word or two.
pub(super) fn via(via: &Via) -> String {
    match via {
        Via::Key => "key".to_owned(),
        Via::Tradeoff(word) => format!("tradeoff {}", word.name()),
        Via::Set(name) | Via::Element { set: name, .. } => format!("set @{name}"),
        Via::Table(table) => format!("table [{table}]"),
    }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Deny => "deny",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

pub(super) fn json_diagnostic<'a>(
    repository: &Repository,
    finding: &'a Diagnostic,
) -> JsonDiagnostic<'a> {
    let sources = repository.sources();
    JsonDiagnostic {
        code: finding.code,
        level: level(finding.level),
        message: &finding.message,
        labels: finding
            .labels
            .iter()
            .map(|label| {
                let (line, column) = sources
                    .get(&label.file)
                    .map_or((0, 0), |source| position(source, label.span.start));
                JsonLabel {
                    file: label.file.as_str(),
                    line,
                    column,
                    start: label.span.start,
                    end: label.span.end,
                    text: &label.text,
                }
            })
            .collect(),
        notes: &finding.notes,
        help: &finding.help,
    }
}
