use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
enum Xtask {
    /// A command of our own.
    Codegen,
    #[command(flatten)]
    BuildProfiles(build_profiles_xtask::Command),
}

fn main() -> ExitCode {
    match Xtask::parse() {
        Xtask::Codegen => ExitCode::SUCCESS,
        Xtask::BuildProfiles(command) => command.run().into(),
    }
}
