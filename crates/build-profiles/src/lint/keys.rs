//! Keys and tables that Cargo does not know, or not where they stand.

mod names;
mod places;
mod target;
mod gates;
mod include;
mod paths;

use super::{Family, Finding, Subject};

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html";
const PROFILES: &str = "https://doc.rust-lang.org/cargo/reference/profiles.html";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &gates::BUILD_WARNINGS_IGNORED,
        &gates::INCLUDE_TOO_NEW,
        &gates::RUSTDOCFLAGS_OF_CFG,
        &gates::UNSTABLE_ON_STABLE,
        &include::INCLUDE_BELOW_TABLE,
        &include::INCLUDE_REFUSED,
        &names::MISSPELLED_KEY,
        &names::MISSPELLED_TABLE,
        &names::UNKNOWN_SETTING,
        &paths::BACKSLASH_IN_PATH,
        &paths::PATH_NOT_EXPANDED,
        &places::CONFIG_IN_MANIFEST,
        &places::KEY_IN_WRONG_TABLE,
        &places::KEY_WITHOUT_TABLE,
        &places::MANIFEST_IN_CONFIG,
        &target::TARGET_WITHOUT_TRIPLE,
        &target::UNKNOWN_TARGET_KEY,
        &target::UNKNOWN_TARGET_TABLE,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    names::check(subject, found);
    places::check(subject, found);
    target::check(subject, found);
    gates::check(subject, found);
    include::check(subject, found);
    paths::check(subject, found);
}
