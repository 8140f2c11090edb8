//! `measure` on real builds, with real tools, and with what goes wrong in the middle of them.
//!
//! A build script of the fixture waits at a gate, so that a test can do its mischief at a point that it knows, whatever
//! the machine is busy with. A suspended machine can't be had here: a sample that is far off for another reason stands
//! for it, and the clock that tells the two apart is the system's.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "a skip is said, and a figure")]

mod faults;
mod house;

use house::{House, has_tools};

/// Hits with the cache and none without; as many units as an edit concerns; a tree that nobody has touched.
#[test]
fn a_ladder_has_a_sample_for_every_step() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let house = House::new();
    house.write(
        ".cargo/config.toml",
        "[build]\nrustc-wrapper = \"sccache\"\nincremental = false\n",
    );
    let before = house.files();
    let said = house.measure(&[
        "--rounds=1",
        "--layer=profiles,cache",
        "--scenario=clean,clean-cached,no-op,edit-leaf,edit-hub,test-build,test-run",
    ]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(house.files(), before, "the tree is as it was");
    house.assert_nothing_left();
    let units = |scenario: &str, variant: &str| said.sample(1, scenario, variant)["units"].as_u64();
    for variant in ["base", "base-again", "+profiles", "+cache"] {
        assert_eq!(units("no-op", variant), Some(0), "{variant}");
        assert_eq!(units("edit-leaf", variant), Some(1), "{variant}");
        // The hub and the two that stand on it; its build script is run again, and not built.
        assert_eq!(units("edit-hub", variant), Some(3), "{variant}");
    }
    let cached = said.sample(1, "clean-cached", "+cache");
    assert!(cached["cache"]["hits"].as_u64() >= Some(2), "{cached}");
    assert_eq!(cached["cache"]["misses"], 0, "all has been seen: {cached}");
    let cold = said.sample(1, "clean", "+cache");
    assert_eq!(
        cold["cache"]["hits"], 0,
        "it is emptied for every `clean`: {cold}"
    );
    assert!(said.sample(1, "clean", "+profiles")["cache"].is_null());
    let tests = said.sample(1, "test-run", "base");
    assert_eq!(tests["tests"]["ran"], 3, "{tests}");
    assert!(
        said.sample(0, "clean", "base")["wall"].as_f64() > Some(0.0),
        "the discarded round is kept"
    );
    let seconds = &said.json["seconds"];
    assert!(
        seconds["own"].as_f64() < seconds["all"].as_f64(),
        "{seconds}"
    );
    println!("its own share: {seconds}");
    assert!(said.json["ladders"][0]["time"]["timings"]["units"].is_array());
}

/// The founding mistake: a wrapper under `[env]` is called by nobody, and is no layer.
#[test]
fn a_wrapper_that_nobody_calls_is_no_layer() {
    if !has_tools(&["sccache"]) {
        return;
    }
    let house = House::new();
    house.write(".cargo/config.toml", "[env]\nRUSTC_WRAPPER = \"sccache\"\n");
    let said = house.measure(&["--rounds=1", "--scenario=clean-cached", "--ladder-only"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(
        said.notes()[0],
        "layer_not_measured: `cache` is not measured: nothing configures a compiler cache"
    );
    assert_eq!(
        said.json["ladders"][0]["layers"],
        serde_json::json!(["profiles"])
    );
}

/// A layer that changes nothing that is built.
#[test]
fn a_step_without_effect_is_told() {
    let house = House::new();
    house.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"hub\", \"mid\"]\n\n[profile.release]\ndebug = 1\n",
    );
    let said = house.measure(&["--rounds=1", "--scenario=clean"]);
    let told = said.notes();
    let told = told
        .iter()
        .find(|note| note.starts_with("step_changes_nothing"));
    assert_eq!(
        told.map(String::as_str),
        Some(
            "step_changes_nothing: with `profiles` rustc is called exactly as without it: what `cargo build --workspace \
             --profile dev` builds does not depend on it"
        ),
        "{}",
        said.stderr
    );
}

/// Git lists a submodule by its name alone, and the build needs what is in it.
#[test]
fn a_member_in_a_submodule_is_copied_too() {
    let house = House::new();
    house.commit_in("hub");
    house.commit();
    let said = house.measure(&["--rounds=1", "--scenario=no-op", "--ladder-only"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(said.sample(1, "no-op", "base")["units"], 0);
    assert_eq!(said.json["subject"]["dirty"], false);
    house.assert_nothing_left();
}

/// Nothing fits: what would is said, and nothing is run.
#[test]
fn a_budget_without_room_for_one_round_is_refused() {
    let house = House::new();
    let said = house.measure(&["--time-budget=1ms", "--scenario=clean,no-op,edit-hub"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    let expected = [
        "error: not even one round of `edit-hub` fits into 0.0 s: with the one before it that counts for nothing it takes about ",
        "help: `--time-budget 1m`; or a scenario that takes less; or `--upper-bound`, which takes one build",
    ];
    for text in expected {
        assert!(said.stderr.contains(text), "{}", said.stderr);
    }
    assert!(
        !said.stderr.contains("counts for nothing, edit-hub"),
        "nothing is run"
    );
    house.assert_nothing_left();
}
