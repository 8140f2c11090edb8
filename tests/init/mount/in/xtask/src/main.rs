//! Chores.

use std::process::ExitCode;

/// Starts a chore.
fn main() -> ExitCode {
    let mut args = pico_args::Arguments::from_env();
    ExitCode::SUCCESS
}
