//! The same settings in CI, containers and editors, where they are stronger than the files.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn elsewhere() {
    crate::prove(EXPERIMENTS);
}
