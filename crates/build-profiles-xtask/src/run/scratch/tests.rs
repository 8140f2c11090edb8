//! Configs under which Cargo starts, and the ways to break one.

use super::*;
use crate::run::fixture::{Fixture, files_in, skipped};
use crate::run::toolchain;

/// What the check says of a config in which `TRIPLE` is the host's.
fn check(config: &str) -> Result<(), String> {
    let fixture = Fixture::workspace("");
    let triple = toolchain(&fixture.children())
        .expect("rustc answers")
        .triple;
    fixture.write(".cargo/config.toml", &config.replace("TRIPLE", &triple));
    check_in(&fixture, &fixture.children())
}

fn check_in(fixture: &Fixture, children: &Children) -> Result<(), String> {
    let outcome = start_check(children, &fixture.path("state"));
    assert!(
        files_in(&fixture.path("state")).is_empty(),
        "the check leaves something"
    );
    assert!(
        !fixture.path("target").exists(),
        "the workspace is built in"
    );
    outcome.map_err(|error| format!("{error:#}"))
}

const ALIAS: &str =
    "[alias]\nxtask = \"run --profile xtask --config build.rustc-wrapper='' --package xtask --\"\n";

#[test]
fn a_config_under_which_cargo_starts_is_accepted() {
    assert_eq!(check(""), Ok(()));
    assert_eq!(check(ALIAS), Ok(()));
    // Whatever a workspace denies by its flags, the check does not trip over.
    let flags = "[build]\nrustflags = [\"-Dwarnings\", \"-Dmissing_docs\", \"-Dunused\", \"-Dunused_crate_dependencies\"]\n";
    assert_eq!(check(flags), Ok(()));
}

#[test]
fn each_way_to_break_a_config_is_seen() {
    for (config, complaint) in [
        (
            "[target.TRIPLE]\nlinker = \"/nowhere/mold-driver\"\n",
            "linker `/nowhere/mold-driver` not found",
        ),
        (
            "[target.TRIPLE]\nrustflags = [\"-Clink-arg=-fuse-ld=nope\"]\n",
            "linking with",
        ),
        ("[build]\nrustflags = [\"-Clto\"]\n", "embed-bitcode=no"),
        ("[profile.dev]\ncodegen-units = 0\n", "codegen units"),
        ("[build]\nrustc-wrapper = \"/bin/false\"\n", "/bin/false"),
        (
            "[build]\nrustc-wrapper = \"/nowhere/sccache\"\n",
            "could not execute process `/nowhere/sccache",
        ),
        ("[build\n", "Cargo"),
    ] {
        let said = check(config).expect_err(config);
        assert!(said.contains(complaint), "{config}: {said}");
        assert!(
            said.starts_with("`cargo build` does not start: error: "),
            "{said}"
        );
        assert!(said.lines().count() <= 12, "{said}");
    }
}

#[test]
fn an_alias_that_does_not_start_is_seen() {
    let said = check("[alias]\nxtask = \"run --profile tasks -p xtask --\"\n")
        .expect_err("no such profile");
    assert_eq!(
        said,
        "`cargo xtask` does not start: error: profile `tasks` is not defined"
    );
    let broken = "run --profile xtask --config build.rustc-wrapper='/nowhere/sccache' -p xtask --";
    check(&format!("[alias]\nxtask = \"{broken}\"\n")).expect_err("the alias alone is broken");
}

#[test]
fn a_profile_that_rustc_refuses_is_seen() {
    let fixture = Fixture::workspace("");
    fixture.write(
        "Cargo.toml",
        "[workspace]\n\n[profile.dev]\ncodegen-units = 0\n",
    );
    check_in(&fixture, &fixture.children()).expect_err("the profile comes along");
}

#[test]
fn the_shell_is_part_of_what_starts() {
    let fixture = Fixture::workspace(ALIAS);
    let children = fixture.children().with("RUSTC_WRAPPER", "/nowhere/sccache");
    check_in(&fixture, &children).expect_err("the shell breaks it");
    assert_eq!(
        check_in(
            &fixture,
            &fixture.children().with("RUSTFLAGS", "-Dwarnings")
        ),
        Ok(())
    );
}

#[test]
fn another_build_target_need_not_link() {
    let fixture = Fixture::workspace("");
    let children = fixture.children();
    for target in ["wasm32-unknown-unknown", "x86_64-pc-windows-gnu"] {
        let mut rustc = children.command("rustc");
        rustc.args(["--print=target-libdir", "--target", target]);
        let answer = output(&mut rustc, Duration::from_secs(60)).expect("rustc answers");
        let libraries = String::from_utf8(answer.stdout).expect("a path");
        if !Utf8Path::new(libraries.trim()).is_dir() {
            skipped(&format!("the target {target} is not installed"));
        } else {
            fixture.write(
                ".cargo/config.toml",
                &format!(
                    "[build]\ntarget = \"{target}\"\n[target.{target}]\nlinker = \"/nowhere/ld\"\n"
                ),
            );
            assert_eq!(check_in(&fixture, &children), Ok(()));
        }
    }
}

#[test]
fn a_cache_starts_and_its_server_stops() {
    let fixture = Fixture::workspace("");
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    // Leaves a trace of each call, with the port of the server that it talks to.
    let log = fixture.path("log");
    let wrapper = fixture.script(
        "wrapper",
        &format!("echo \"$SCCACHE_SERVER_PORT $1\" >>'{log}'; \
             [ \"$1\" = --stop-server ] || [ \"$SCCACHE_NO_CACHE\" ] || exit 9; exec '{sccache}' \"$@\""),
    );
    fixture.write(
        ".cargo/config.toml",
        &format!("include = [{{ path = \"machine.toml\", optional = true }}]\n{ALIAS}"),
    );
    fixture.write(
        ".cargo/machine.toml",
        &format!("[build]\nrustc-wrapper = \"{wrapper}\"\n"),
    );
    // Cargo before 1.94 knows no `include` with a table.
    if toolchain(&fixture.children())
        .expect("rustc answers")
        .cargo
        .minor
        < 94
    {
        return;
    }
    let children = fixture
        .children()
        .with("SCCACHE_DIR", fixture.path("users").as_str());
    assert_eq!(check_in(&fixture, &children), Ok(()));
    for cache in ["users", "caches"] {
        assert!(!fixture.path(cache).exists(), "the user's cache is touched");
    }
    let log = fs::read_to_string(log).expect("the wrapper was called");
    let (port, last) = log
        .lines()
        .last()
        .and_then(|line| line.split_once(' '))
        .expect("a call");
    assert_eq!(last, "--stop-server", "{log}");
    std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect_err("the server is gone");
}
