//! The machine layer from end to end: proved, written, started, and seen in what is built.

use std::fs;
use std::time::Duration;

use build_profiles::facts::Trial;
use build_profiles::machine::{CacheWant, Freshness, Wants, is_current, mark, render};
use build_profiles::policy::IfMissing;

use super::fixture::Fixture;
use super::*;

const CONFIG: &str = "include = [{ path = \"machine.toml\", optional = true }]\n";

fn wants(triple: &str, linkers: &[&str], tool: &str) -> Wants {
    Wants {
        linkers: vec![(
            triple.to_owned(),
            linkers.iter().map(|&l| l.to_owned()).collect(),
        )],
        cache: Some(CacheWant {
            tool: tool.to_owned(),
            everything: true,
            if_missing: IfMissing::Skip,
        }),
        policy_hash: "0123456789abcdef".to_owned(),
    }
}

/// Proves what is wanted, writes `machine.toml` and returns the trials.
fn configure(fixture: &Fixture, wants: &Wants) -> Vec<Trial> {
    let children = fixture.children();
    let mut host = host(&children, &toolchain(&children).expect("rustc answers"));
    let found = look_up(&children, wants.programs());
    Bench::new(&children, &fixture.path("state"), &fixture.path("cache"))
        .prove_all(wants, &mut host, &found);
    let file = render(wants, &host);
    assert_eq!(is_current(&file.text, wants), Freshness::Current);
    fixture.write(".cargo/machine.toml", &file.text);
    host.trials
}

/// Builds a package with a build script in the workspace and says who linked the two.
fn linkers_of_a_build(fixture: &Fixture, target: Option<&str>) -> Vec<String> {
    fixture.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    );
    fixture.write("src/main.rs", "fn main() {}");
    // The build script puts itself where it can be found.
    fixture.write(
        "build.rs",
        "fn main() { std::fs::copy(std::env::current_exe().unwrap(), \"script\").unwrap(); }",
    );
    let folder = fixture.path("built");
    let _none = fs::remove_dir_all(&folder);
    // The way to lose a linker that is asked for by rustflags.
    let children = fixture.children().with("RUSTFLAGS", "-Dwarnings");
    let mut cargo = children.command("cargo");
    cargo.args(["build", "--offline", "--target-dir", folder.as_str()]);
    cargo.args(target.map(|triple| format!("--target={triple}")));
    let built = output(&mut cargo, Duration::from_secs(60)).expect("Cargo starts");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    [
        folder.join(target.unwrap_or("")).join("debug/app"),
        fixture.path("script"),
    ]
    .iter()
    .flat_map(|product| mark::left_in(&fs::read(product).expect("it was built")))
    .map(|mark| mark.linker)
    .collect()
}

#[test]
fn a_proved_linker_links_programs_and_build_scripts() {
    let fixture = Fixture::workspace(CONFIG);
    if cfg!(not(target_os = "linux")) || fixture.tool("ld.mold").is_none() {
        return;
    }
    let toolchain = toolchain(&fixture.children()).expect("rustc answers");
    if toolchain.cargo.minor < 94 {
        return;
    }
    let wants = wants(
        &toolchain.triple,
        &["nonesuch", "mold", "default"],
        "no-cache",
    );
    let trials = configure(&fixture, &wants);
    assert_eq!(trials.len(), 3, "{trials:?}");
    assert_eq!(
        start_check(&fixture.children(), &fixture.path("state")).map_err(|e| e.to_string()),
        Ok(())
    );

    for target in [None, Some(toolchain.triple.as_str())] {
        assert_eq!(
            linkers_of_a_build(&fixture, target),
            ["mold", "mold"],
            "{target:?}"
        );
    }
    // The control.
    fs::remove_file(fixture.path(".cargo/machine.toml")).expect("it was written");
    assert!(!linkers_of_a_build(&fixture, None).contains(&"mold".to_owned()));
}

#[test]
fn a_proved_cache_starts() {
    let fixture = Fixture::workspace(CONFIG);
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    let trials = configure(&fixture, &wants("no-platform", &["mold"], "sccache"));
    assert_eq!(
        trials,
        [Trial {
            name: "sccache".to_owned(),
            outcome: Ok(sccache)
        }]
    );
    assert_eq!(
        start_check(&fixture.children(), &fixture.path("state")).map_err(|e| e.to_string()),
        Ok(())
    );
}

#[test]
fn a_bare_machine_starts_too() {
    let fixture = Fixture::workspace(CONFIG);
    let triple = toolchain(&fixture.children())
        .expect("rustc answers")
        .triple;
    let trials = configure(&fixture, &wants(&triple, &["nonesuch"], "no-cache"));
    assert!(trials.iter().all(|trial| trial.outcome.is_err()));
    let text = fs::read_to_string(fixture.path(".cargo/machine.toml")).expect("it is written");
    assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    assert_eq!(
        start_check(&fixture.children(), &fixture.path("state")).map_err(|e| e.to_string()),
        Ok(())
    );
}
