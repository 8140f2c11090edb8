//! `cargo build-profiles`: the same commands, installed, for a workspace that has no xtask.

fn main() -> std::process::ExitCode {
    build_profiles_xtask::main()
}
