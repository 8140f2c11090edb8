//! Compiler wrappers and caches, and incremental compilation, which they do not like.

use super::{Family, Finding, Subject};

pub(super) static FAMILY: Family = Family { lints: &[], check };

fn check(_subject: &Subject<'_>, _found: &mut Vec<Finding>) {}
