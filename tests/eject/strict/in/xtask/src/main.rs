fn main() -> std::process::ExitCode {
    build_profiles_xtask::main()
}
