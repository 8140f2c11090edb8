//! A child's environment: this process may run under `cargo run`, which hands on a toolchain and variables of its own.

use std::process::Command;

/// A command that sees none of the variables with which Cargo or rustc could be steered from outside.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(steers) {
            command.env_remove(&name);
        }
    }
    command
}

fn steers(name: &str) -> bool {
    let kept = ["CARGO_HOME", "CARGO_HTTP_CAINFO"];
    let named = [
        "CARGO",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTUP_TOOLCHAIN",
        "RUSTC_WORKSPACE_WRAPPER",
        "CI",
    ];
    named.contains(&name) || (name.starts_with("CARGO_") && !kept.contains(&name))
}
