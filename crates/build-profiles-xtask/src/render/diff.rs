//! The difference, as text: unified, with the files' own line numbers.

use std::borrow::Cow;
use std::fmt::Write as _;

use build_profiles::plan::FileChange;
use build_profiles::secret;
use similar::TextDiff;

use super::Report;
use crate::read::Repository;

/// A unified diff of one file; coloured line by line if asked for.
pub(super) fn unified(change: &FileChange, colored: bool) -> String {
    let text = named(change, change.path.as_str());
    if colored { color(&text) } else { text }
}

/// Both texts without what must not be printed.
fn masked(change: &FileChange) -> (Cow<'_, str>, Cow<'_, str>) {
    (
        secret::masked(change.before.as_deref().unwrap_or_default()),
        secret::masked(change.after.as_deref().unwrap_or_default()),
    )
}

fn named(change: &FileChange, path: &str) -> String {
    let (before, after) = masked(change);
    let name = |side: &str, there: bool| {
        if there {
            format!("{side}/{path}")
        } else {
            "/dev/null".to_owned()
        }
    };
    let diff = TextDiff::from_lines(&*before, &*after);
    diff.unified_diff()
        .context_radius(3)
        .header(
            &name("a", change.before.is_some()),
            &name("b", change.after.is_some()),
        )
        .to_string()
}

/// A unified diff of one file, or of those hunks alone that touch a table whose header begins with `only`.
pub(super) fn within_tables(change: &FileChange, only: Option<&str>) -> String {
    let Some(only) = only else {
        return named(change, change.path.as_str());
    };
    let (before, after) = masked(change);
    let inside = |text: &str| -> Vec<bool> {
        let mut within = false;
        text.lines()
            .map(|line| {
                within = if line.trim_start().starts_with('[') {
                    line.trim_start().starts_with(only)
                } else {
                    within
                };
                within
            })
            .collect()
    };
    let (old, new) = (inside(&before), inside(&after));
    let diff = TextDiff::from_lines(&*before, &*after);
    let mut unified = diff.unified_diff();
    let mut text = String::new();
    for hunk in unified.context_radius(3).iter_hunks() {
        let touches = |lines: &[bool], range: std::ops::Range<usize>| {
            lines.get(range).is_some_and(|lines| lines.contains(&true))
        };
        let changed = hunk
            .ops()
            .iter()
            .filter(|op| op.tag() != similar::DiffTag::Equal);
        if changed
            .into_iter()
            .any(|op| touches(&old, op.old_range()) || touches(&new, op.new_range()))
        {
            let _ = write!(text, "{hunk}");
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("--- a/{0}\n+++ b/{0}\n{text}", change.path)
    }
}

/// All changes as one patch for `git apply`, from the root of the git checkout.
pub(super) fn patch(report: &Report<'_>) -> String {
    patch_of(report.repository, committed(report))
}

/// These changes as one patch.
pub(super) fn patch_of<'c>(
    repository: &Repository,
    changes: impl Iterator<Item = &'c FileChange>,
) -> String {
    let mut text = String::new();
    for change in changes {
        let path = repository.below_git_root(&change.path);
        let _ = writeln!(text, "diff --git a/{path} b/{path}");
        match (&change.before, &change.after) {
            (None, _) => text.push_str("new file mode 100644\n"),
            (_, None) => text.push_str("deleted file mode 100644\n"),
            _ => {}
        }
        text.push_str(&named(change, &path));
    }
    text
}

/// The changes to files that git knows: all but the machine's own.
pub(super) fn committed<'a>(report: &'a Report<'_>) -> impl Iterator<Item = &'a FileChange> {
    report
        .plan
        .changes
        .iter()
        .filter(|change| !change.path.as_str().ends_with("machine.toml"))
}

fn color(text: &str) -> String {
    let mut colored = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let code = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => "1",
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => {
                colored.push_str(line);
                continue;
            }
        };
        let body = line.trim_end_matches(['\r', '\n']);
        let _ = write!(colored, "\x1b[{code}m{body}\x1b[0m{}", &line[body.len()..]);
    }
    colored
}
