//! A note for a pull request or a job summary: one line first, the rest folded.

use build_profiles::diagnostic::{Diagnostic, Level, counted};
use build_profiles::plan::FileChange;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::{Report, diff, json::via, position};
use crate::exit::Exit;
use crate::read::Repository;

/// GitHub refuses a comment of more than 65,536 characters; a diff is cut well before.
const DIFF_LIMIT: usize = 20_000;
/// Rows of a table that a person still reads.
const ROW_LIMIT: usize = 100;

pub(super) fn report(report: &Report<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let repository = report.repository;
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
    let findings = findings(repository, &report.diagnostics());
    let whole = diff::patch(report);
    let patch = cut(whole.trim_end(), DIFF_LIMIT);
    let cut = patch.len() < whole.trim_end().len();
    let counts = diff::committed(report)
        .map(counts)
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let data = json!({
        "clean": report.exit == Exit::Clean && report.plan.drift.is_empty(),
        "failed": report.exit == Exit::Failed,
        "settings": counted(report.plan.drift.len(), "setting"),
        "more": report.plan.drift.len().saturating_sub(ROW_LIMIT),
        "files": counted(diff::committed(report).count(), "file"),
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

/// The note of a workspace that leaves the tool.
pub(super) fn ejected(report: &super::EjectReport<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let (summary, whole) = super::eject::parts(report);
    let patch = cut(whole.trim_end(), DIFF_LIMIT);
    let data = json!({
        "summary": summary,
        "findings": findings(report.repository, &report.diagnostics),
        "cut": patch.len() < whole.trim_end().len(),
        "fence": fence(&patch),
        "patch": patch,
    });
    templates
        .render_template(include_str!("eject.md.hbs"), &data)
        .expect("the template stands in this repository and is rendered by tests")
}

pub(super) fn findings(repository: &Repository, findings: &[&Diagnostic]) -> Vec<Value> {
    let sources = repository.sources();
    findings
        .iter()
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
                "help": finding.help.iter().map(|help| super::advice(help)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Lines added and removed.
fn counts(change: &FileChange) -> (usize, usize) {
    let (before, after) = (
        change.before.as_deref().unwrap_or_default(),
        change.after.as_deref().unwrap_or_default(),
    );
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| {
        diff.iter_all_changes()
            .filter(|change| change.tag() == tag)
            .count()
    };
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// How much of a note is shown: rows of each table and list, characters of a cell, bytes of the diff.
struct Size {
    rows: usize,
    cell: usize,
    diff: usize,
}

/// The sizes, each tried if the note would be too long in the one before. The last fits whatever is in it.
const SIZES: [Size; 4] = [
    Size {
        rows: ROW_LIMIT,
        cell: 400,
        diff: DIFF_LIMIT,
    },
    Size {
        rows: 50,
        cell: 200,
        diff: 8_000,
    },
    Size {
        rows: 20,
        cell: 100,
        diff: 0,
    },
    Size {
        rows: 5,
        cell: 40,
        diff: 0,
    },
];
/// What is left of GitHub's limit once others have added a line of their own.
pub(super) const NOTE_LIMIT: usize = 60_000;

/// The note of a review.
pub(super) fn review(view: &super::review::View) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    templates.register_helper("prose", Box::new(say_prose));
    let whole = serde_json::to_value(view).expect("strings, numbers and lists are always JSON");
    let mut note = String::new();
    for size in SIZES {
        note = templates
            .render_template(include_str!("review.md.hbs"), &sized(whole.clone(), &size))
            .expect("the template stands in this repository and is rendered by tests");
        if note.len() <= NOTE_LIMIT {
            break;
        }
    }
    note
}

/// The data of a note, cut down to a size.
fn sized(mut data: Value, size: &Size) -> Value {
    let whole = data["patch"].take();
    let whole = whole.as_str().unwrap_or_default().trim_end();
    shorten(&mut data, size.cell);
    let mut left = size.rows;
    let (mut prices, mut crowds) = (false, false);
    for scope in data["scopes"].as_array_mut().into_iter().flatten() {
        scope["more"] = keep(&mut scope["changes"], left).into();
        let changes = scope["changes"].as_array_mut();
        left -= changes.as_ref().map_or(0, |changes| changes.len());
        for change in changes.into_iter().flatten() {
            let text = |field: &str| change[field].as_str().unwrap_or_default();
            let unset = unset(text("default"), text("table"));
            let crowd = crowd(&change["packages"], size.rows);
            crowds |= crowd.is_some();
            change["unset"] = unset.into();
            change["crowd"] = crowd.into();
            prices |= !change["trade"].is_null();
        }
    }
    data["prices"] = prices.into();
    data["crowds"] = crowds.into();
    // A table without rows says nothing; what it had is counted.
    let scopes = data["scopes"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap_or_default();
    let (shown, hidden): (Vec<Value>, Vec<Value>) = scopes.into_iter().partition(|scope| {
        scope["changes"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    });
    data["hidden"] = hidden
        .iter()
        .filter_map(|scope| scope["more"].as_u64())
        .sum::<u64>()
        .into();
    data["scopes"] = shown.into();
    for list in ["units", "unmanaged", "findings", "drift"] {
        data[format!("more_{list}")] = keep(&mut data[list], size.rows).into();
    }
    let patch = cut(whole, size.diff);
    data["cut"] = (patch.len() < whole.len()).into();
    data["one_older"] = (data["older_findings"] == 1).into();
    data["fence"] = fence(&patch).into();
    data["patch"] = patch.into();
    data
}

/// What holds where nothing is set, if that is said in a few words: "`2` (full), by default".
fn unset(default: &str, table: &str) -> String {
    if let Some(place) = default
        .strip_prefix("what ")
        .and_then(|rest| rest.strip_suffix(" says"))
    {
        return format!("as {place}");
    }
    let sentence = default
        .split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    let value = match (sentence.split_once(" in dev, "), table) {
        (Some((dev, _)), "profile.dev") => dev,
        (Some((_, rest)), "profile.release") => rest.split(" in release").next().unwrap_or(rest),
        (Some(_), _) => "",
        (None, _) => sentence,
    };
    // Some defaults are a story.
    if value.starts_with('`') && value.len() <= 40 {
        format!("{value}, by default")
    } else {
        "not set".to_owned()
    }
}

/// The packages of a change that are too many for its row.
fn crowd(packages: &Value, most: usize) -> Option<String> {
    let packages = packages.as_array().filter(|packages| packages.len() > 2)?;
    let mut shown: Vec<String> = packages
        .iter()
        .take(most)
        .filter_map(Value::as_str)
        .map(|name| format!("`{name}`"))
        .collect();
    if packages.len() > most {
        shown.push(format!("{} more", packages.len() - most));
    }
    Some(shown.join(", "))
}

/// Keeps the first rows of a list; says how many that leaves out.
fn keep(list: &mut Value, rows: usize) -> usize {
    let Some(list) = list.as_array_mut() else {
        return 0;
    };
    let more = list.len().saturating_sub(rows);
    list.truncate(rows);
    more
}

/// Cuts each text; what a key costs and buys is ours and short.
pub(super) fn shorten(data: &mut Value, limit: usize) {
    match data {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(limit) {
                text.truncate(end);
                text.push('…');
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, limit)),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(name, _)| *name != "trade")
            .for_each(|(_, field)| shorten(field, limit)),
        _ => {}
    }
}

/// A text that leaves room for the rest of a comment, cut at the end of a line.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..text[..end].rfind('\n').unwrap_or(0)].to_owned()
}

/// A fence that is longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// `{{prose text}}`: a sentence, in which what stands between backticks is code.
pub(super) fn say_prose(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = helper
        .param(0)
        .and_then(|text| text.value().as_str())
        .unwrap_or_default();
    out.write(&prose(text))?;
    Ok(())
}

fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2)
        || pieces.iter().skip(1).step_by(2).any(|code| code.is_empty())
    {
        return escape(text); // Not meant as code.
    }
    let said = pieces.iter().enumerate().map(|(at, piece)| {
        if at % 2 == 1 {
            format!("<code>{}</code>", escape(piece))
        } else {
            escape(piece)
        }
    });
    said.collect()
}

/// Names and values come from files that anybody may write: nothing in them is Markdown or HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            // Within a word it marks nothing, and within an address a backslash would be taken for a part of it.
            '_' if before.is_alphanumeric()
                && chars.peek().is_some_and(|next| next.is_alphanumeric()) =>
            {
                escaped.push(c)
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\r' => escaped.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // GitHub looks for people and issues after it has undone a backslash; a space without width stops it.
            '@' | '#' => {
                escaped.push(c);
                escaped.push_str("&#8203;");
            }
            // Marks that turn the direction of writing could make a line say something else than it does.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{prose, unset};

    #[test]
    fn code_is_code_and_nothing_else_is() {
        assert_eq!(prose("see `a|b`, <b>"), "see <code>a\\|b</code>, &lt;b&gt;");
        assert_eq!(prose("one ` alone, *x*"), "one \\` alone, \\*x\\*");
        assert_eq!(
            prose("https://example.com/a_b _c_"),
            "https://example.com/a_b \\_c\\_"
        );
        assert_eq!(prose("``` `"), "\\`\\`\\` \\`");
    }

    #[test]
    fn a_default_is_said_where_it_is_a_value() {
        let debug = "`2` (full) in dev, `0` in release. Build scripts get none.";
        assert_eq!(unset(debug, "profile.dev"), "`2` (full), by default");
        assert_eq!(unset(debug, "profile.release"), "`0`, by default");
        assert_eq!(unset(debug, "profile.dist"), "not set");
        assert_eq!(unset("`false`.", "profile.dev"), "`false`, by default");
        assert_eq!(
            unset("what `profile.dev` says", "profile.test"),
            "as `profile.dev`"
        );
        assert_eq!(unset("None: it must be there.", "build"), "not set");
        assert_eq!(unset("", "linker"), "not set");
    }
}
