//! Target tables that are for nobody, or for more than was meant.

mod cfgs;
mod grammar;
mod triples;
mod two;

use super::{Family, Finding, Subject};
use crate::value::Value;

const TARGET: &str = "https://doc.rust-lang.org/cargo/reference/config.html#target";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &cfgs::CFG_MATCHES_NOTHING,
        &cfgs::CFG_NEVER_DECIDES,
        &cfgs::UNPARSABLE_CFG,
        &triples::TARGET_IS_HOST,
        &triples::UNKNOWN_PLATFORM,
        &two::CONFLICTING_TARGET_FLAGS,
        &two::TWO_CFGS_MATCH,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let has_own = has_own_targets(subject);
    for doc in subject.configs() {
        for (table, span) in doc.names(&["target"]) {
            if table.trim_start().to_lowercase().starts_with("cfg") && table.contains('(') {
                cfgs::check(subject, doc, &table, &span, has_own, found);
            } else {
                triples::check(doc, &table, &span, has_own, found);
            }
        }
    }
    triples::host(subject, found);
    two::check(subject, found);
}

/// Whether somebody builds here for a target that rustc does not have: a description of one is named, or the standard
/// library is built for it.
fn has_own_targets(subject: &Subject<'_>) -> bool {
    let names_one = |value: &Value| match value {
        Value::Str(text) => text.contains(".json"),
        Value::Array(texts) => texts.iter().any(|text| text.contains(".json")),
        _ => false,
    };
    subject.configs().any(|doc| {
        doc.leaves.iter().any(|leaf| match leaf.path.parts()[..] {
            ["unstable", "build-std", ..] => true,
            ["build", "target"] | ["alias", _] => leaf.value.as_ref().is_some_and(names_one),
            _ => false,
        })
    })
}
