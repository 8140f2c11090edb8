//! rustflags: dropped, misread, or stronger than was meant.

use super::{Family, Finding, Subject};

pub(super) static FAMILY: Family = Family { lints: &[], check };

fn check(_subject: &Subject<'_>, _found: &mut Vec<Finding>) {}
