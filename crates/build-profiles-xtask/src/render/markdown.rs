//! A note for a pull request or a job summary: one line first, the rest folded.

use build_profiles::diagnostic::Level;
use build_profiles::plan::FileChange;
use handlebars::Handlebars;
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use super::{Report, diff, json::via, position};
use crate::exit::Exit;

/// GitHub refuses a comment of more than 65,536 characters; a diff is cut well before.
const DIFF_LIMIT: usize = 20_000;
/// Rows of a table that a person still reads.
const ROW_LIMIT: usize = 100;

pub(super) fn report(report: &Report<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let repository = report.repository;
    let sources = report.sources();
    let rows: Vec<_> = report
        .plan
        .drift
        .iter()
        .take(ROW_LIMIT)
        .map(|drift| {
            let origin = drift.origin.as_ref();
            json!({
                "file": drift.file.as_str(),
                "key": drift.key,
                "present": drift.present.as_ref().map_or("", |(text, _)| text),
                "wanted": drift.wanted.as_deref().unwrap_or(""),
                "why": origin.map(|origin| match &origin.reason {
                    Some(reason) => reason.replace('\n', " "),
                    None => format!("{}:{} ({})", repository.policy_file, position(&repository.policy_text, origin.span.start).0, via(&origin.via)),
                }),
            })
        })
        .collect();
    let findings: Vec<_> = report
        .diagnostics()
        .into_iter()
        .map(|finding| {
            let place = finding.labels.first().and_then(|label| {
                let (line, _) = position(sources.get(&label.file)?, label.span.start);
                Some(format!("{}:{line}", label.file))
            });
            json!({
                "level": match finding.level { Level::Error | Level::Deny => "error", Level::Warning => "warning", Level::Note => "note" },
                "code": finding.code,
                "message": finding.message,
                "place": place,
                "notes": finding.notes,
                "help": finding.help,
            })
        })
        .collect();
    let mut patch = diff::patch(report);
    let cut = patch.len() > DIFF_LIMIT;
    if cut {
        let end = patch[..=DIFF_LIMIT].rfind('\n').unwrap_or(0);
        patch.truncate(end);
    }
    let counts = diff::committed(report).map(counts).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let data = json!({
        "clean": report.exit == Exit::Clean && report.plan.drift.is_empty(),
        "failed": report.exit == Exit::Failed,
        "settings": report.plan.drift.len(),
        "more": report.plan.drift.len().saturating_sub(ROW_LIMIT),
        "files": diff::committed(report).count(),
        "added": counts.0,
        "removed": counts.1,
        "rows": rows,
        "findings": findings,
        "patch": patch,
        "fence": fence(&patch),
        "cut": cut,
    });
    templates
        .render_template(include_str!("configure.md.hbs"), &data)
        .expect("the template stands in this repository and is rendered by tests")
}

/// Lines added and removed.
fn counts(change: &FileChange) -> (usize, usize) {
    let (before, after) = (change.before.as_deref().unwrap_or_default(), change.after.as_deref().unwrap_or_default());
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// A fence that is longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Names and values come from files that anybody may write: nothing in them is Markdown or HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\r' => escaped.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '@' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
