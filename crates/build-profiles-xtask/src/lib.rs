//! Declarative build profiles for a Cargo workspace: the acting half.
//!
//! An xtask of a few lines mounts it whole:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     build_profiles_xtask::main()
//! }
//! ```
//!
//! An xtask that has commands of its own flattens [`Command`] into them:
//!
//! ```
//! #[derive(clap::Parser)]
//! enum Xtask {
//!     /// A command of the xtask's own.
//!     Codegen,
//!     #[command(flatten)]
//!     BuildProfiles(build_profiles_xtask::Command),
//! }
//! ```

mod cli;
mod commands;
mod exit;
mod read;
mod render;
mod run;
// Public for its fault tests alone, which kill a process at every step.
#[doc(hidden)]
pub mod write;

pub use cli::Command;
pub use exit::Exit;

use clap::{CommandFactory, FromArgMatches};

/// Parses the command line, runs it, and gives its exit code.
pub fn main() -> std::process::ExitCode {
    outcome().into()
}

/// Runs what follows `cargo xtask build-profiles`, and ends the process with its exit code; for any other command line it
/// does nothing.
///
/// For an xtask with commands of its own, whatever parses them: called first in `main`, it gets in no other command's way.
pub fn intercept() {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == "build-profiles")
    {
        std::process::exit(outcome().code().into());
    }
}

fn outcome() -> Exit {
    let (name, arguments) = cli::started(std::env::args_os());
    render::started_as(name);
    let command = cli::Cli::command().bin_name(name);
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| cli::Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => cli.command.run(),
        Err(error) => error.exit(),
    }
}
