//! Target tables that are for nobody, or for more than was meant.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn targets() {
    crate::prove(EXPERIMENTS);
}
