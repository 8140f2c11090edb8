//! GitHub's workflow commands: annotations on the lines of a pull request.
//! Source: GitHub docs, "Workflow commands for GitHub Actions".

use std::fmt::Write as _;

use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::plan::Plan;

use super::{Report, position};
use crate::read::Repository;

pub(super) fn report(report: &Report<'_>) -> String {
    findings(report.repository, report.plan, report.machine)
}

/// An annotation for each finding and each drift.
pub(super) fn findings(repository: &Repository, plan: &Plan, machine: &[Diagnostic]) -> String {
    let mut text = String::new();
    let sources = repository.sources();
    let found = repository.diagnostics.iter();
    for finding in found.chain(&plan.diagnostics).chain(machine) {
        one(&mut text, repository, finding);
    }
    for drift in &plan.drift {
        let command = if drift.by_lock { "warning" } else { "error" };
        let message = match (&drift.present, &drift.wanted) {
            (Some((present, _)), Some(wanted)) => {
                format!("`{}` is {present}, the policy wants {wanted}", drift.key)
            }
            (None, Some(wanted)) => {
                format!("`{}` is missing, the policy wants {wanted}", drift.key)
            }
            (_, None) => format!("`{}` does not belong here", drift.key),
        };
        let place = match &drift.present {
            Some((_, span)) => sources.get(&drift.file).map(|source| {
                (
                    repository.below_git_root(&drift.file),
                    position(source, span.start),
                )
            }),
            None => drift.origin.as_ref().map(|origin| {
                (
                    repository.below_git_root(&repository.policy_file),
                    position(&repository.policy_text, origin.span.start),
                )
            }),
        };
        annotate(
            &mut text,
            command,
            place,
            "drift",
            &format!("{message}\nwrite it: cargo xtask configure"),
        );
    }
    text
}

/// An annotation for one finding.
pub(super) fn one(text: &mut String, repository: &Repository, finding: &Diagnostic) {
    let sources = repository.sources();
    let command = match finding.level {
        Level::Error | Level::Deny => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut message = finding.message.clone();
    for line in finding.notes.iter().chain(&finding.help) {
        let _ = write!(message, "\n{line}");
    }
    let place = finding.labels.first().and_then(|label| {
        let source = sources.get(&label.file)?;
        Some((
            repository.below_git_root(&label.file),
            position(source, label.span.start),
        ))
    });
    annotate(text, command, place, finding.code, &message);
}

pub(in crate::render) fn annotate(
    text: &mut String,
    command: &str,
    place: Option<(String, (usize, usize))>,
    title: &str,
    message: &str,
) {
    let place = match place {
        Some((file, (line, column))) => {
            format!("file={},line={line},col={column},", property(&file))
        }
        None => String::new(),
    };
    let _ = writeln!(
        text,
        "::{command} {place}title={}::{}",
        property(title),
        data(message)
    );
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
