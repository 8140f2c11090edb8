//! Compiler wrappers and caches, and incremental compilation, which they do not like.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn wrappers() {
    crate::prove(EXPERIMENTS);
}
