//! What the policy makes of a lint: allow, warn, deny, for a reason and for a time.

use std::ops::Range;

use super::{Finding, Lint};
use crate::diagnostic::{Diagnostic, FilePath, Level};

/// `[lint]` of the policy: the level of one lint.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The lint.
    pub lint: &'static Lint,
    /// Where the policy names it.
    pub span: Range<usize>,
    /// `None`: allow.
    pub level: Option<Level>,
    /// The last day on which that holds, `2026-12-31`; then the lint's own level is back.
    pub until: Option<(String, Range<usize>)>,
    /// The comment above it.
    pub reason: Option<String>,
}

/// The day on which it is asked, `2026-11-22`; `None` where the answer must not depend on it.
pub type Today<'a> = Option<&'a str>;

/// The findings with the levels that hold here, without those that are allowed; and a warning for each level whose time
/// is over.
pub fn leveled(
    findings: Vec<Finding>,
    policy_file: &FilePath,
    levels: &[Allowed],
    today: Today<'_>,
) -> (Vec<Finding>, Vec<Diagnostic>) {
    let over = |one: &Allowed| match (&one.until, today) {
        (Some((until, _)), Some(today)) => until.as_str() < today,
        _ => false,
    };
    let kept = findings.into_iter().filter_map(|mut finding| {
        let said = levels
            .iter()
            .find(|one| one.lint == finding.lint && !over(one));
        let level = said.map_or(finding.lint.level, |one| one.level)?;
        // What Cargo stops at is no matter of taste.
        finding.diagnostic.level = level;
        Some(finding)
    });
    let passed = levels.iter().filter(|one| over(one)).map(|one| {
        let (until, span) = one.until.clone().unwrap_or_default();
        Diagnostic::warning(
            "lint_level_expired",
            format!("the level of `{}` held until {until}", one.lint.name),
        )
        .with_label(policy_file, span, "this day has passed")
        .with_note("the lint has its own level again")
        .with_help("mend what it finds, or give it another day")
    });
    (kept.collect(), passed.collect())
}
