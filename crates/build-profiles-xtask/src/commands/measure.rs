//! `measure`: is what is in force worth it?

mod bound;

use anyhow::Result;

use crate::cli::MeasureArgs;
use crate::exit::Exit;

pub(super) fn run(args: &MeasureArgs) -> Result<Exit> {
    bound::run(args)
}
