//! Profiles: their names, their values, and what Cargo makes of them.

use crate::Experiment;

pub(crate) static EXPERIMENTS: &[Experiment] = &[];

#[test]
fn profiles() {
    crate::prove(EXPERIMENTS);
}
