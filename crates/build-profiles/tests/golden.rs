//! Golden plans: one policy on hosts and toolchains that are not here. `Host` and the floor are data, so what Windows,
//! macOS and other Cargos would get is computed and read on any machine.
//!
//! `SNAPSHOTS=overwrite cargo test -p build-profiles --test golden` writes what it says.
#![expect(clippy::disallowed_types, reason = "a test reads files")]

mod fixture;

use std::fmt::Write as _;
use std::path::Path;

use build_profiles::facts::{Host, Trial};
use build_profiles::machine;
use build_profiles::plan::OnUndeclared;
use fixture::{decide, told, workspace};
use snapbox::{Assert, Data};

const FIXTURE: &str = r#"members: app=crates/app codec-a=crates/codec-a codec-b=crates/codec-b
locked: app@0.1.0 codec-a@0.1.0 codec-b@0.1.0 image@0.25.0 serde@1.0.200 zstd-sys@2.0.0 zstd-safe@7.0.0
//- build-profiles.toml
schema = 1
expansions = 1
toolchain = "FLOOR"

[packages]
codecs = ["crates/codec-*", "zstd*", "image"]

[profile.dev]
tradeoff = "compile-time"
# Backtraces keep file:line; nobody steps through dev builds.
debug = "line-tables-only"

[profile.dev.package]
"@codecs" = { opt-level = 3 }

[profile.test]
tradeoff = "run-time"

[profile.release]
strip = true

[profile.dist]
inherits = "release"
tradeoff = "run-time"

[linker]
linux-gnu = ["wild", "mold", "default"]
windows-msvc = ["rust-lld", "default"]

[cache]
tool = "sccache"
scope = "dependencies"
if-missing = "warn"

[build]
rustflags = ["--cfg", "tokio_unstable"]

[test]
runner = "nextest"

[test.nextest]
nextest-version = "0.9.131"
profile.ci = { fail-fast = false, junit.path = "junit.xml" }

[environment.ci.cache]
scope = "everything"
if-missing = "error"

[environment.ci.linker]
linux-gnu = ["mold"]

[environment.ci.profile.dev]
debug = "none"
//- Cargo.toml
[workspace]
members = ["crates/*"]
//- .cargo/config.toml
[alias]
xtask = "run --package xtask --"
"#;

fn host(triple: &str, linker: (&str, Result<&str, &str>), cache: Result<&str, &str>) -> Host {
    let trial = |name: &str, outcome: Result<&str, &str>| Trial {
        name: name.to_owned(),
        outcome: outcome.map(str::to_owned).map_err(str::to_owned),
    };
    Host {
        triple: triple.to_owned(),
        machine: "golden".to_owned(),
        trials: vec![
            trial("wild", Err("`wild` is not on PATH")),
            trial(linker.0, linker.1),
            trial("sccache", cache),
        ],
    }
}

#[test]
fn plans() {
    let hosts = [
        (
            "linux",
            host(
                "x86_64-unknown-linux-gnu",
                ("mold", Ok("/home/a/.cache/build-profiles/mold-driver")),
                Ok("/usr/bin/sccache"),
            ),
        ),
        (
            "macos",
            host(
                "aarch64-apple-darwin",
                ("mold", Err("not tried")),
                Ok("/opt/homebrew/bin/sccache"),
            ),
        ),
        (
            "windows",
            host(
                "x86_64-pc-windows-msvc",
                ("rust-lld", Ok("rust-lld")),
                Ok(r"C:\Users\A B\sccache.exe"),
            ),
        ),
        (
            "bare",
            host(
                "x86_64-unknown-linux-gnu",
                ("mold", Err("`mold` is not on PATH")),
                Err("`sccache` is not on PATH"),
            ),
        ),
    ];
    for floor in ["1.88", "1.94", "1.97", "1.99"] {
        let workspace = workspace(&FIXTURE.replace("FLOOR", floor));
        let outcome = decide(&workspace, OnUndeclared::Refuse);
        let mut text = told(&outcome, &workspace);
        for (name, host) in &hosts {
            let Some(wants) = &outcome.settings.machine else {
                continue;
            };
            let made = machine::render(wants, host);
            let _ = writeln!(text, "== .cargo/machine.toml on {name}\n{}", made.text);
            for finding in made.diagnostics {
                let _ = writeln!(
                    text,
                    "{:?}[{}] {}",
                    finding.level, finding.code, finding.message
                );
            }
        }
        let golden =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/cargo-{floor}.txt"));
        Assert::new()
            .action_env("SNAPSHOTS")
            .eq(text, Data::read_from(&golden, None).raw());
    }
}
