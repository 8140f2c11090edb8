//! This repository's own xtask: exactly what another workspace would write.

fn main() -> std::process::ExitCode {
    build_profiles_xtask::main()
}
