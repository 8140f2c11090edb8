//! Real linkers, and programs that only look like one.

use std::time::Duration;

use build_profiles::facts::Trial;
use build_profiles::machine::{Attempt, Found, Proof, ways};

use super::*;
use crate::run::fixture::{Fixture, files_in};
use crate::run::{look_up, toolchain};

/// Tries a linker with the programs found, in a place of its own.
fn prove(fixture: &Fixture, linker: &str, found: &Found) -> Trial {
    let children = fixture.children();
    let triple = toolchain(&children).expect("rustc answers").triple;
    let attempt = Attempt {
        name: linker.to_owned(),
        how: ways(linker, &triple, found).map(Proof::Link),
    };
    let bench = Bench::new(
        &children,
        &fixture.path("state"),
        &fixture.path("it's a cache"),
    )
    .with_limit(Duration::from_secs(30));
    let trial = bench.prove(&attempt);
    assert!(
        files_in(&fixture.path("state")).is_empty(),
        "the bench is not swept"
    );
    trial
}

fn real(fixture: &Fixture) -> Found {
    look_up(&fixture.children(), build_profiles::machine::PROGRAMS)
}

#[test]
fn mold_and_lld_are_proved() {
    for (linker, program) in [("mold", "ld.mold"), ("lld", "ld.lld")] {
        let fixture = Fixture::new();
        if cfg!(not(target_os = "linux")) || fixture.tool(program).is_none() {
            continue;
        }
        let trial = prove(&fixture, linker, &real(&fixture));
        let driver = trial.outcome.expect("it links");
        assert!(
            driver.starts_with(fixture.path("it's a cache").join(linker).as_str()),
            "{driver}"
        );
        assert!(is_executable(Utf8Path::new(&driver)));

        // From an editor, say, that knows no PATH of a shell.
        let editor = fixture.children().with("PATH", "/nowhere");
        let mut asked = editor.command(&driver);
        let answer = output(
            asked.args(["-Wl,--version", "-nostdlib"]),
            Duration::from_secs(30),
        );
        let answer = String::from_utf8(answer.expect("it starts").stdout).expect("UTF-8");
        assert!(answer.to_lowercase().contains(linker), "{answer}");

        // Once more: the driver is as it was, and so is its time.
        let modified = || {
            fs::metadata(&driver)
                .and_then(|file| file.modified())
                .expect("it is there")
        };
        let before = modified();
        assert_eq!(
            prove(&fixture, linker, &real(&fixture)).outcome,
            Ok(driver.clone())
        );
        assert_eq!(modified(), before);
        assert_eq!(files_in(&fixture.path("it's a cache")).len(), 1);
    }
}

#[test]
fn clang_calls_mold_where_cc_cannot() {
    let fixture = Fixture::new();
    let (true, Some(clang), Some(mold)) = (
        cfg!(target_os = "linux"),
        fixture.tool("clang"),
        fixture.tool("mold"),
    ) else {
        return;
    };
    // As GCC before 12.1 has it.
    let cc = fixture.script(
        "old/cc",
        "echo \"cc: unrecognized option '-fuse-ld=mold'\" >&2; exit 1",
    );
    let mut found = real(&fixture);
    found.insert("cc".to_owned(), cc.into_string());
    let driver = prove(&fixture, "mold", &found)
        .outcome
        .expect("clang links");
    let script = fs::read_to_string(driver).expect("it is there");
    assert!(
        script.ends_with(&format!("exec '{clang}' \"$@\" --ld-path='{mold}'\n")),
        "{script}"
    );
    assert_eq!(
        files_in(&fixture.path("it's a cache")).len(),
        1,
        "the driver that failed is left"
    );
}

/// What `fake` is passed over for where it is found as `ld.<linker>`; without Clang, so that there is one way only.
fn passed_over(linker: &str, fake: &str) -> String {
    let fixture = Fixture::new();
    let fake = fixture.script(&format!("fake/ld.{linker}"), fake);
    let mut found = real(&fixture);
    found.remove("clang");
    found.insert(linker.to_owned(), fake.to_string());
    found.insert(format!("ld.{linker}"), fake.into_string());
    let reason = prove(&fixture, linker, &found)
        .outcome
        .expect_err("it is a fake");
    assert!(
        files_in(&fixture.path("it's a cache")).is_empty(),
        "the driver that failed is left"
    );
    reason
}

#[test]
fn a_linker_that_does_not_link_is_passed_over() {
    // Nor does the real one, or the toolchain's own LLD, link in its place.
    for linker in ["mold", "lld"] {
        if cfg!(target_os = "linux") {
            assert_eq!(
                passed_over(linker, "echo 'ld: fatal: not today' >&2; exit 1"),
                "it does not link: ld: fatal: not today"
            );
        }
    }
}

#[test]
fn a_linker_that_is_another_is_passed_over() {
    let fixture = Fixture::new();
    if cfg!(target_os = "linux") && fixture.tool("ld.lld").is_some() {
        assert_eq!(
            passed_over("mold", "exec ld.lld \"$@\""),
            "it links, but what it links bears the mark of LLD"
        );
        assert_eq!(
            passed_over("mold", "exec ld.bfd \"$@\""),
            "it links, but without leaving the mark of mold"
        );
    }
}

#[test]
fn a_linker_that_hangs_is_passed_over() {
    let fixture = Fixture::new();
    let children = fixture.children();
    let hangs = fixture.script("fake/hangs", "sleep 300");
    let way = Recipe::Direct {
        program: hangs.into_string(),
    };
    let bench = Bench::new(&children, &fixture.path("state"), &fixture.path("cache"))
        .with_limit(Duration::from_secs(2));
    let reason = bench.link_by_any("mold", &[way]).expect_err("it hangs");
    assert!(
        reason.ends_with("gave no answer within 2 seconds"),
        "{reason}"
    );
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_a_reason() {
    let fixture = Fixture::new();
    let (true, Some(_)) = (cfg!(target_os = "linux"), fixture.tool("ld.mold")) else {
        return;
    };
    fixture.write("it's a cache", "a file");
    let reason = prove(&fixture, "mold", &real(&fixture))
        .outcome
        .expect_err("no folder");
    assert!(reason.starts_with("failed to create "), "{reason}");
}
