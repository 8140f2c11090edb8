//! The findings, and the verdicts that count, as annotations on the lines that ask for them.

use build_profiles::diagnostic::FilePath;
use build_profiles::verdict::Outcome;

use super::Verified;
use crate::render::github::{self, annotate};

/// An error for what is not in force, a warning for what could not be told.
pub(super) fn report(verified: &Verified<'_>) -> String {
    let mut text = String::new();
    for finding in verified.findings {
        github::one(&mut text, verified.repository, finding);
    }
    for verdict in verified.verdicts {
        let level = match verdict.outcome {
            Outcome::Inactive => "error",
            Outcome::Unproven => "warning",
            _ => continue,
        };
        let claim = &verdict.claim;
        let place = claim.place.as_ref().map(|place| {
            let file = FilePath::new(place.file.clone());
            (verified.repository.below_git_root(&file), (place.line, 1))
        });
        let mut message = verdict.evidence.join("; ");
        if let Some(help) = &verdict.help {
            message += &format!("\nhelp: {}", crate::render::advice(help));
        }
        let title = format!("{} is {}", claim.key, verdict.outcome.name());
        annotate(&mut text, level, place, &title, &message);
    }
    for stray in verified.stray() {
        annotate(&mut text, "notice", None, "environment", &stray);
    }
    annotate(&mut text, "notice", None, "verify", &verified.summary());
    text
}
