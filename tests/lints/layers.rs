//! Which files Cargo reads, and which of two holds.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn layers() {
    crate::prove(EXPERIMENTS);
}
