//! Which files Cargo reads, and which of two holds.

mod clash;
mod members;
mod names;

use super::{Family, File, Finding, Subject};

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &clash::VALUES_OF_TWO_KINDS,
        &members::CONFIG_OF_MEMBER,
        &members::PROFILE_OF_MEMBER,
        &names::CONFIG_OUTSIDE_OF_REPOSITORY,
        &names::DEPRECATED_CONFIG_NAME,
        &names::LEGACY_CONFIG,
        &names::MISNAMED_CONFIG,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    names::check(subject, found);
    members::check(subject, found);
    clash::check(subject, found);
}

impl Finding {
    /// Points at a file as a whole: at the first line that says something.
    fn of_file(mut self, file: &File, text: &str) -> Self {
        let mut start = 0;
        let mut span = 0..0;
        for line in file.text.split_inclusive('\n') {
            let words = line.trim_start_matches('\u{feff}').trim();
            if !words.is_empty() && !words.starts_with('#') {
                let from = start + line.find(words).unwrap_or(0);
                span = from..from + words.len();
                break;
            }
            start += line.len();
        }
        self.diagnostic = self.diagnostic.with_label(&file.path, span, text);
        self
    }
}
