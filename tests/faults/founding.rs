//! The story this project comes from: a wrapper under `[env]`, which `cargo xtask` hands to whatever it starts, so that
//! a cargo started from there calls it, and nobody's `cargo build` does.

use std::process::Command;

use crate::house::{House, Said, has_tools, package};

/// The fixture with an xtask of its own, started by a real `cargo run`. It hands over to the tool, with the environment
/// that Cargo gave it.
fn with_an_xtask(config: &str) -> House {
    let house = House::new();
    house.write(
        ".cargo/config.toml",
        &format!("[alias]\nxtask = \"run --quiet --offline --package xtask --\"\n\n{config}"),
    );
    house.replace("Cargo.toml", "\"mac\"", "\"mac\", \"xtask\"");
    house.append(
        "Cargo.lock",
        "\n[[package]]\nname = \"xtask\"\nversion = \"0.1.0\"\n",
    );
    house.write("xtask/Cargo.toml", &package("xtask", ""));
    house.write(
        "xtask/src/main.rs",
        &format!(
            "use std::os::unix::process::CommandExt;\n\n\
             fn main() {{\n    panic!(\"{{}}\", std::process::Command::new({:?}).args(std::env::args_os().skip(1)).exec());\n}}\n",
            env!("CARGO_BIN_EXE_xtask")
        ),
    );
    // The installed one is the same program under another name.
    std::os::unix::fs::symlink(
        env!("CARGO_BIN_EXE_xtask"),
        house.folder("bin").join("cargo-build-profiles"),
    )
    .expect("the sandbox is ours");
    house
}

/// `verify --quick` by both of its names.
fn by_both_names(house: &House) -> [(&'static str, Said); 2] {
    ["xtask", "build-profiles"].map(|name| {
        let mut cargo: Command = house.command("cargo");
        cargo.args([name, "verify", "--quick", "--format", "json"]);
        (name, Said::of(cargo.output().expect("cargo can be run")))
    })
}

#[test]
fn a_wrapper_under_env_is_inactive_and_the_cause_is_named() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let house = with_an_xtask("[env]\nRUSTC_WRAPPER = \"sccache\"\n");
    for (name, said) in by_both_names(&house) {
        let key = "env.RUSTC_WRAPPER";
        assert_eq!(said.outcome(key), "inactive", "{name}: {}", said.all());
        let text = said.text(key);
        for piece in [
            "at .cargo/config.toml:5",
            "`sccache` in front of 0 of 3 calls of rustc",
            "Cargo hands `[env]` to rustc, build scripts and programs, and reads none of it itself",
            "help: write `rustc-wrapper = \"sccache\"` under `[build]`, and take `RUSTC_WRAPPER` out of `[env]`",
        ] {
            assert!(
                text.contains(piece),
                "{name} does not say `{piece}`:\n{text}"
            );
        }
        assert_eq!(said.code, Some(1), "{name}");
    }
}

#[test]
fn under_build_it_is_active() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let house = with_an_xtask("[build]\nrustc-wrapper = \"sccache\"\n");
    for (name, said) in by_both_names(&house) {
        let key = "build.rustc-wrapper";
        assert_eq!(said.outcome(key), "active", "{name}: {}", said.all());
        assert_eq!(said.code, Some(0), "{name}: {}", said.all());
    }
}

/// What is told about the setting does not hang on how the same thing was asked for: an exported variable is a wrapper.
#[test]
fn a_variable_of_the_shell_is_told_from_one_under_env() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let mut house = with_an_xtask(
        "[build]\nrustc-wrapper = \"no-such-wrapper\"\n\n[env]\nRUSTC_WRAPPER = \"sccache\"\n",
    );
    house.set("RUSTC_WRAPPER", "sccache-of-the-shell");
    house.script("sccache-of-the-shell", "exec \"$@\"");
    for (name, said) in by_both_names(&house) {
        let text = said.text("build.rustc-wrapper");
        assert_eq!(
            said.outcome("build.rustc-wrapper"),
            "inactive",
            "{name}: {}",
            said.all()
        );
        assert!(
            text.contains("> RUSTC_WRAPPER in the environment = sccache-of-the-shell"),
            "{name}: {text}"
        );
        assert_eq!(said.outcome("env.RUSTC_WRAPPER"), "inactive", "{name}");
    }
}
