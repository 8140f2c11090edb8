//! What goes wrong in the middle of a measurement: each is told, and nothing that was measured is lost.

use std::process::Command;

use crate::house::{House, Said, has_tools};

#[test]
fn a_build_that_fails_in_one_variant_only() {
    let house = House::new();
    house.write(
        "mid/src/lib.rs",
        "#[cfg(not(debug_assertions))]\ncompile_error!(\"not without assertions\");\npub fn go() { hub::go() }\n",
    );
    house.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"hub\", \"mid\"]\n\n[profile.dev]\ndebug-assertions = false\n",
    );
    let said = house.measure(&["--rounds=1", "--scenario=clean,edit-leaf"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let notes = said.notes();
    let told = |scenario: &str| {
        notes.iter().any(|note| {
            note.starts_with(&format!(
                "fails_in_one_variant: `{scenario}` fails in `+profiles`, from the start, so it is not measured: error: not without assertions"
            ))
        })
    };
    assert!(told("clean") && told("edit-leaf"), "{notes:#?}");
    assert!(said.sample(1, "clean", "base")["failure"].is_null());
    assert!(said.sample(1, "edit-leaf", "base-again")["failure"].is_null());
    house.assert_nothing_left();
}

#[test]
fn a_build_that_fails_with_the_defaults() {
    let house = House::new();
    house.write(
        "mid/src/lib.rs",
        "#[cfg(debug_assertions)]\ncompile_error!(\"not with assertions\");\npub fn go() { hub::go() }\n",
    );
    let said = house.measure(&["--rounds=1", "--scenario=clean"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.contains(
            "the workspace does not build with Cargo's defaults, so there is nothing to compare with\n\nerror: not with assertions"
        ),
        "{}",
        said.stderr
    );
    house.assert_nothing_left();
}

/// Two tests that meet in one process, and wait in vain for one another in two.
#[test]
fn a_test_that_fails_with_one_runner_only() {
    if !has_tools(&["cargo-nextest"]) {
        return;
    }
    let house = House::new();
    house.write(
        "build-profiles.toml",
        "schema = 1\n[profile.dev]\ndebug = \"line-tables-only\"\n[test]\nrunner = \"nextest\"\n",
    );
    house.write(
        "hub/src/lib.rs",
        "pub fn go() {}\n#[cfg(test)]\nmod tests {\n    use std::sync::atomic::{AtomicU32, Ordering};\n    static HERE: AtomicU32 = AtomicU32::new(0);\n\
         fn meet() {\n        HERE.fetch_add(1, Ordering::SeqCst);\n        for _ in 0..100 {\n            if HERE.load(Ordering::SeqCst) == 2 { return }\n            \
         std::thread::sleep(std::time::Duration::from_millis(20));\n        }\n        panic!(\"nobody came\");\n    }\n\
         #[test]\n    fn one() { meet() }\n    #[test]\n    fn two() { meet() }\n}\n",
    );
    let said = house.measure_with(
        &[("RUST_TEST_THREADS", "2")],
        &["--rounds=1", "--layer=runner", "--scenario=test-run"],
    );
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let notes = said.notes();
    for test in ["one", "two"] {
        let expected = format!(
            "fails_with_one_runner: the test `tests::{test}` fails with nextest (2 of 2 runs) and passes with Cargo's runner: \
             each test has a process of its own there"
        );
        assert!(notes.contains(&expected), "{notes:#?}");
    }
}

#[test]
fn a_cache_that_dies_in_the_middle() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let house = House::new();
    house.write(
        ".cargo/config.toml",
        "[build]\nrustc-wrapper = \"sccache\"\nincremental = false\n",
    );
    let run = house.start(&[
        "--rounds=2",
        "--layer=cache",
        "--scenario=clean-cached",
        "--format=json",
    ]);
    house.wait_for_a_round();
    house.close_gate("cached");
    house.wait_at_gate();
    house.kill_cache_servers();
    house.open_gate();
    let said = run.finish();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let samples = said.json["ladders"][0]["samples"]
        .as_array()
        .expect("a list")
        .clone();
    let of_cache = || {
        samples
            .iter()
            .filter(|sample| sample["variant"] == "+cache")
    };
    let failed = of_cache().filter(|sample| !sample["failure"].is_null());
    assert_eq!(failed.count(), 1, "{samples:#?}");
    // The next round has a server of its own, on the same cache.
    let good = of_cache().rfind(|sample| sample["failure"].is_null());
    assert!(good.expect("another round ran")["cache"]["hits"].as_u64() >= Some(1));
    let notes = said.notes();
    assert!(
        notes.iter().any(|note| note
            .starts_with("cache_died_meanwhile: `clean-cached` fails in `+cache`, in round")),
        "{notes:#?}"
    );
    house.assert_nothing_left();
}

#[test]
fn a_disk_that_is_full_in_the_middle() {
    let house = House::new();
    let mut unshare = Command::new("unshare");
    unshare.args([
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        "mount -t tmpfs -o size=1m none /mnt",
    ]);
    if !unshare.output().is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
            "no mount of one's own"
        );
        println!("skipped: no mount of one's own");
        return;
    }
    let run = house.start_on_a_small_disk(64, &["--rounds=2", "--scenario=clean", "--format=json"]);
    house.wait_for_a_round();
    house.touch("fill");
    let said = run.finish();
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(
        said.stderr
            .contains("the disk is full; what was measured before is kept"),
        "{}",
        said.stderr
    );
    assert!(
        said.sample(0, "clean", "base")["wall"].as_f64() > Some(0.0),
        "nothing is lost"
    );
    house.assert_nothing_left();
}

#[test]
fn an_interrupt_keeps_what_is_there_and_another_run_goes_on() {
    let house = House::new();
    house.commit();
    let options = ["--rounds=3", "--scenario=edit-hub", "--format=json"];
    let run = house.start(&options);
    house.wait_for_a_round();
    house.close_gate("any");
    house.wait_at_gate();
    run.signal("INT");
    let said = run.finish();
    house.open_gate();
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr
            .contains("stopped; what was measured is kept\n\nhelp: `--resume` goes on with it"),
        "{}",
        said.stderr
    );
    house.assert_nothing_left();
    let before = said.rounds("base");
    // One that is interrupted before it has anything of its own loses nothing of that.
    house.close_gate("any");
    let run = house.start(&[
        "--resume",
        "--rounds=3",
        "--scenario=edit-hub",
        "--format=json",
    ]);
    house.wait_at_gate();
    run.signal("INT");
    let again = run.finish();
    house.open_gate();
    assert_eq!(again.code, Some(2));
    assert_eq!(again.rounds("base"), before, "{}", again.stderr);
    let said = house.measure(&["--rounds=3", "--scenario=edit-hub", "--resume"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    for variant in ["base", "base-again", "+profiles"] {
        let rounds = said.rounds(variant);
        let (begun, whole) = rounds.split_at(rounds.len() - 3);
        assert_eq!(whole, [1, 2, 3], "{rounds:?} after {before:?}");
        assert!(begun.iter().all(|round| *round == 0), "{rounds:?}");
    }
    // With all rounds there is nothing to run.
    let shown = house.measure(&["--rounds=3", "--scenario=edit-hub", "--resume"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(!shown.stderr.contains("first build"), "{}", shown.stderr);
    assert_eq!(shown.json["analysis"], said.json["analysis"]);
    assert_eq!(shown.json["ladders"], said.json["ladders"]);
    // It is one measurement, whatever number of runs it took.
    assert_eq!(shown.json["started"], again.json["started"]);
    let all = |said: &Said| said.json["seconds"]["all"].as_f64();
    assert!(all(&again) < all(&said) && all(&said) < all(&shown));
    // What was measured of another commit is another measurement.
    house.write("hub/src/lib.rs", "pub fn go() { /* otherwise */ }\n");
    house.commit();
    let refused = house.measure(&["--rounds=3", "--scenario=edit-hub", "--resume"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused
            .stderr
            .contains("what was begun can't be gone on with: the commit was "),
        "{}",
        refused.stderr
    );
}

#[test]
fn an_interrupted_upper_bound_leaves_nothing() {
    let house = House::new();
    house.close_gate("any");
    let run = house.start_upper_bound();
    house.wait_at_gate();
    assert!(house.has_target(), "it builds there");
    run.signal("INT");
    let said = run.finish();
    house.open_gate();
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("` was interrupted"), "{}", said.stderr);
    house.assert_nothing_left();
    assert!(!house.has_target());
}

#[test]
fn a_kill_leaves_nothing_running_and_the_next_run_sweeps() {
    let house = House::new();
    let run = house.start(&["--rounds=1", "--scenario=clean"]);
    house.close_gate("any");
    house.wait_at_gate();
    run.signal("KILL");
    let said = run.finish();
    assert_eq!(said.code, None);
    house.assert_nothing_runs();
    assert!(
        !house.left_in_scratch().is_empty(),
        "nobody could remove them"
    );
    house.open_gate();
    let said = house.measure(&["--rounds=1", "--scenario=no-op"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    house.assert_nothing_left();
}

/// Kept, and flagged.
#[test]
fn a_sample_that_is_far_off() {
    let house = House::new();
    let run = house.start(&["--rounds=8", "--scenario=edit-hub", "--format=json"]);
    house.wait_for_a_round();
    house.touch("slow");
    let said = run.finish();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let far_off = said.json["analysis"][0]["scenarios"][0]["far_off"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(
        far_off
            .iter()
            .any(|sample| sample["wall"].as_f64() > Some(4.0)),
        "{far_off:?}"
    );
    assert_eq!(said.rounds("base").len(), 9, "none is lost");
}
