//! rustflags: dropped, misread, or stronger than was meant.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn flags() {
    crate::prove(EXPERIMENTS);
}
