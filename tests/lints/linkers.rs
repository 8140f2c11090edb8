//! Linkers: switched off, misnamed, or no linker at all.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn linkers() {
    crate::prove(EXPERIMENTS);
}
