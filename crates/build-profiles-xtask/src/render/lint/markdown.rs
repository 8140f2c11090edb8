//! The findings as a note: what counts first, the rest folded.

use build_profiles::diagnostic::{Diagnostic, Level};
use handlebars::Handlebars;
use serde_json::{Value, json};

use super::LintReport;
use crate::render::markdown::escape;
use crate::render::{advice, position};

/// Rows of a table that a person still reads.
const MOST: usize = 100;

pub(super) fn report(report: &LintReport<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let sources = report.repository.sources();
    let row = |one: &Diagnostic| -> Value {
        let place = one.labels.first().map(|label| {
            let source = sources.get(&label.file).copied().unwrap_or_default();
            let file = report.repository.below_git_root(&label.file);
            format!("{file}:{}", position(source, label.span.start).0)
        });
        json!({
            "place": place.unwrap_or_default(),
            "code": one.code,
            "level": match one.level {
                Level::Error => "error",
                Level::Deny => "denied",
                Level::Warning => "warning",
                Level::Note => "note",
            },
            "message": one.message,
            "why": one.notes.join("; "),
            "help": one.help.iter().map(|help| advice(help)).collect::<Vec<_>>().join("; "),
        })
    };
    let (counting, notes): (Vec<_>, Vec<_>) = report
        .diagnostics()
        .partition(|one| one.level > Level::Note);
    let rows = |found: &[&Diagnostic]| -> Vec<Value> {
        found.iter().take(MOST).map(|one| row(one)).collect()
    };
    let data = json!({
        "summary": report.summary(),
        "files": report.read,
        "counting": rows(&counting),
        "more": counting.len().saturating_sub(MOST),
        "notes": rows(&notes),
        "notes_count": notes.len(),
        "command": advice("cargo xtask lint"),
    });
    templates
        .render_template(include_str!("../lint.md.hbs"), &data)
        .expect("the template and its data are ours")
}
