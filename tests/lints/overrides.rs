//! Overrides of packages and of build scripts.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn overrides() {
    crate::prove(EXPERIMENTS);
}
