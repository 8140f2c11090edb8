//! The same settings in CI, containers and editors, where they are stronger than the files.

use super::{Family, Finding, Subject};

pub(super) static FAMILY: Family = Family { lints: &[], check };

fn check(_subject: &Subject<'_>, _found: &mut Vec<Finding>) {}
