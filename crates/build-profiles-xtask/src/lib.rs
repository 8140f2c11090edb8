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
    let (name, arguments) = cli::started(std::env::args_os());
    render::started_as(name);
    let command = cli::Cli::command().bin_name(name);
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| cli::Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => cli.command.run().into(),
        Err(error) => error.exit(),
    }
}
