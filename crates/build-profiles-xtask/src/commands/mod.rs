//! The commands, one file each. Each reads as prose: read, decide, act, say.

mod configure;
mod lint;
mod linted;
mod written;
mod decided;
mod eject;
mod explain;
mod init;
mod review;
mod measure;
mod schema;
mod verify;
mod test;

pub(crate) use verify::Mode;

use crate::cli::Command;
use crate::exit::Exit;
use crate::render;

impl Command {
    /// Runs the command. Whatever stops it is said on stderr.
    pub fn run(self) -> Exit {
        let outcome = match self {
            Self::Configure(args) => match &args.base {
                Some(base) => review::run(&args, base),
                None => configure::run(&args),
            },
            Self::Verify(args) => verify::run(&args),
            Self::Measure(args) => measure::run(&args),
            Self::Lint(args) => lint::run(&args),
            Self::Init(args) => init::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Test(args) => test::run(&args),
            Self::Eject(args) => eject::run(&args),
            Self::Schema => schema::run(),
        };
        outcome.unwrap_or_else(|error| {
            render::error(&error);
            Exit::Failed
        })
    }
}
