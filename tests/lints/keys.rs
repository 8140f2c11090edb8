//! Keys and tables that Cargo does not know, or not where they stand.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn keys() {
    crate::prove(EXPERIMENTS);
}
