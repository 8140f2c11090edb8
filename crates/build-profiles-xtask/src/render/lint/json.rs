//! The findings as one JSON object: docs/json.md.

use build_profiles::diagnostic::Diagnostic;
use build_profiles::lint::Finding;
use serde::Serialize;

use super::LintReport;
use crate::read::Repository;
use crate::render::json::{JsonDiagnostic, json_diagnostic};

/// The version of the object's shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    command: &'static str,
    exit: u8,
    workspace: &'a str,
    policy: Option<&'a str>,
    files: usize,
    summary: String,
    findings: Vec<JsonFinding<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    changed: Vec<&'a str>,
    written: bool,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    #[serde(flatten)]
    diagnostic: JsonDiagnostic<'a>,
    fixable: bool,
    since: Option<String>,
    until: Option<String>,
    source: &'static str,
}

pub(super) fn report(report: &LintReport<'_>) -> String {
    let repository = report.repository;
    let others = repository.diagnostics.iter().chain(report.others);
    let plain = |one| json_diagnostic(repository, one);
    let json = Json {
        schema: SCHEMA,
        command: "lint",
        exit: report.exit.code(),
        workspace: repository.root.as_str(),
        policy: repository
            .has_policy
            .then(|| repository.policy_file.as_str()),
        files: report.read,
        summary: report.summary(),
        findings: report
            .findings
            .iter()
            .map(|one| finding(repository, one))
            .collect(),
        diagnostics: others.map(plain).collect::<Vec<_>>(),
        changed: report
            .changes
            .iter()
            .map(|change| change.path.as_str())
            .collect(),
        written: report.written && !report.changes.is_empty(),
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}

fn finding<'a>(repository: &Repository, finding: &'a Finding) -> JsonFinding<'a> {
    let version =
        |version: Option<(u64, u64)>| version.map(|(major, minor)| format!("{major}.{minor}"));
    let diagnostic: &Diagnostic = &finding.diagnostic;
    JsonFinding {
        diagnostic: json_diagnostic(repository, diagnostic),
        fixable: !finding.fixes.is_empty(),
        since: version(finding.lint.since),
        until: version(finding.lint.until),
        source: finding.lint.source,
    }
}
