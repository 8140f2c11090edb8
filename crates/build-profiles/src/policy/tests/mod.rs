//! The parser from outside: a policy in, findings out.

mod accepted;
mod cache;
mod flags;
mod linkers;
mod lints;
mod measure;
mod nextest;
mod packages;
mod places;
mod profiles;
mod storage;
mod targets;
mod top;

use crate::codes::CODES;
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::policy::{Policy, check_inherits, parse};

/// Parses, and compares the findings, one line each: `level[code] line:column message | label | help`.
///
/// `schema = 1` is put in front, on a line 0, so that line 1 is the first of the text.
#[track_caller]
fn check(text: &str, expected: &str) {
    let text = format!("schema = 1\n{}", text.trim_start_matches('\n'));
    let (policy, mut found) = parse(&file(), &text);
    if let Some(policy) = policy {
        found.extend(check_inherits(&file(), &policy, &[]));
    }
    let lines: Vec<_> = found.iter().map(|found| render(&text, found, 1)).collect();
    assert_eq!(lines.join("\n"), expected.trim());
}

/// The policy of a text without findings.
#[track_caller]
fn policy(text: &str) -> Policy {
    let (policy, found) = parse(&file(), text);
    let lines: Vec<_> = found.iter().map(|found| render(text, found, 0)).collect();
    assert_eq!(lines.join("\n"), "");
    policy.expect("a policy without findings")
}

fn file() -> FilePath {
    FilePath::new("build-profiles.toml")
}

fn render(text: &str, found: &Diagnostic, skipped: usize) -> String {
    let level = match found.level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Deny => "deny",
        Level::Error => "error",
    };
    let label = found.labels.first().expect("every finding has a place");
    let before = &text[..label.span.start];
    let line = before.matches('\n').count() + 1 - skipped;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let marked = &text[label.span.clone()];
    assert!(
        CODES.iter().any(|(code, _)| *code == found.code),
        "`{}` is not in the table of codes",
        found.code
    );
    assert!(!found.help.is_empty(), "`{}` says no way out", found.code);
    format!(
        "{level}[{}] {line}:{column} {} | {marked}: {} | {}",
        found.code,
        found.message,
        label.text,
        found.help.join("; ")
    )
}
