//! Faults of a test run: a runner that is not there, tests that are hidden, lost or masked, reports of another run.

use crate::house::{House, Said, has_tools, program};
use crate::table::{WHOLE, faults};
use crate::{Expect::*, Fault};

faults! {
    ci f46_runner_missing Fault {
        id: "F46",
        what: "nextest is missing",
        how: "a PATH without `cargo-nextest`",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.forget("cargo-nextest");
        },
        expect: &[Verdict("test.runner", "not_tried", &["cargo-nextest is not installed on this machine"])],
        exit: 0,
    };
    ci f46_runner_too_old Fault {
        id: "F46",
        what: "nextest is too old",
        how: "`nextest-version = \"99.0.0\"`",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            nextest(house, "nextest-version = \"99.0.0\"\n");
        },
        expect: &[Verdict("test.runner", "inactive", &[
            "this nextest is older than `.config/nextest.toml` asks for",
            "99.0.0",
            "help: update it: cargo nextest self update",
        ])],
        exit: 1,
    };
    ci f46_harness_without_a_list Fault {
        id: "F46",
        what: "a test binary can't be asked for its tests, and nextest runs none of any",
        how: "`harness = false`, and a `main` that takes no arguments",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("app/Cargo.toml", "\n[[test]]\nname = \"own\"\nharness = false\n");
            house.write("app/tests/own.rs", "fn main() { assert_eq!(std::env::args().count(), 1) }\n");
        },
        expect: &[Verdict("test.runner", "inactive", &[
            "a test binary could not be asked for its tests",
            "app::own",
            "help: with `harness = false` it has to understand `--list --format terse`, or say `test = false`",
        ])],
        exit: 1,
    };
    ci f47_report_of_an_earlier_run Fault {
        id: "F47",
        what: "an old JUnit report is taken for a new one",
        how: "a script `cargo-nextest` that runs nothing and names an old report's run; that report in the store",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            old_report(house);
            let real = program("cargo-nextest").expect("it was looked for");
            house.script("cargo-nextest", &format!(
                "[ \"$2\" != run ] || {{ echo \" Nextest run ID {OLD} with nextest profile: default\" >&2; exit 0; }}\nexec {} \"$@\"",
                real.display()
            ));
        },
        expect: &[Verdict("test.runner", "unproven", &["there is no report of the run"])],
        exit: 3,
    };
    ci f48_filter_that_hides_tests Fault {
        id: "F48",
        what: "a filter hides tests, and the run is green",
        how: "`default-filter` in `.config/nextest.toml`",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("lib1/src/lib.rs", "#[test]\nfn slow() {}\n");
            nextest(house, "[profile.default]\ndefault-filter = \"not test(slow)\"\n");
        },
        expect: &[
            Verdict("test.runner", "inactive", &["a filter hides 1 of 2 tests", "slow", "help: take the filter out"]),
            Verdict("test.doctests", "not_tried", &["there are no doctests"]),
        ],
        exit: 1,
    };
    ci f48_profile_that_hides_tests Fault {
        id: "F48",
        what: "a filter hides tests, and the run is green",
        how: "`NEXTEST_PROFILE` in the shell, and a `default-filter` in that profile",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("lib1/src/lib.rs", "#[test]\nfn slow() {}\n");
            nextest(house, "[profile.fast]\ndefault-filter = \"not test(slow)\"\njunit.path = \"fast.xml\"\n");
            house.set("NEXTEST_PROFILE", "fast");
        },
        expect: &[Verdict("test.runner", "inactive", &[
            "a filter hides 1 of 2 tests",
            "slow",
            "help: unset `NEXTEST_PROFILE`, which is `fast` here",
        ])],
        exit: 1,
    };
    ci f49_doctest_that_fails Fault {
        id: "F49",
        what: "nextest runs no doctests, and one that fails is not seen",
        how: "a doctest that panics",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("lib1/src/lib.rs", "/// ```\n/// panic!(\"broken\");\n/// ```\npub fn broken() {}\n");
        },
        expect: &[
            Verdict("test.doctests", "active", &["1 doctests of 2 libraries ran after the runner", "1 of them failed"]),
            Finding("doctests_fail", &["a doctest fails: `lib1/src/lib.rs - broken (line 2)`", "help: see why: cargo test --doc"]),
        ],
        exit: 1,
    };
    ci f49_test_that_fails Fault {
        id: "F49",
        what: "a test fails",
        how: "a test that panics",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("lib1/src/lib.rs", "#[test]\nfn broken() { panic!() }\n");
        },
        expect: &[
            Verdict("test.runner", "active", &["1 failed: `lib1 broken`"]),
            Finding("tests_fail", &["a test fails: `lib1 broken`", "help: see why: cargo xtask test"]),
        ],
        exit: 1,
    };
    soak f49_doctests_that_cannot_be_run Fault {
        id: "F49",
        what: "nextest runs no doctests, and one that fails is not seen",
        how: "`RUSTDOCFLAGS=--no-such-flag` in the shell",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append("lib1/src/lib.rs", "/// ```\n/// lib1::go();\n/// ```\npub fn fine() {}\n");
            house.set("RUSTDOCFLAGS", "--no-such-flag");
        },
        expect: &[
            Verdict("test.doctests", "unproven", &["the doctests could not be run", "no-such-flag"]),
            Finding("doctests_fail", &["the doctests could not be run", "no-such-flag"]),
        ],
        exit: 1,
    };
    ci f50_flaky_test Fault {
        id: "F50",
        what: "retries mask a flaky test",
        how: "a test that fails once, with `retries = 1`",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            house.append(
                "lib1/src/lib.rs",
                "#[test]\nfn flaky() {\n    let mark = std::path::Path::new(\"../../mark\");\n    \
                 let second = mark.exists();\n    std::fs::write(mark, \"\").unwrap();\n    assert!(second);\n}\n",
            );
            nextest(house, "[profile.default]\nretries = 1\n");
        },
        expect: &[
            Verdict("test.runner", "active", &["passed only when tried again", "flaky"]),
            Finding("flaky_tests", &["passed only when tried again: `lib1 flaky`"]),
        ],
        exit: 0,
    };
    ci f51_no_test_selected Fault {
        id: "F51",
        what: "no test is selected, and the run is green",
        how: "`default-filter = \"none()\"`",
        run: WHOLE,
        tools: &["cargo-nextest"],
        inject: |house| {
            under_nextest(house);
            nextest(house, "[profile.default]\ndefault-filter = \"none()\"\n");
        },
        expect: &[Verdict("test.runner", "inactive", &["it does not know `app::bin/app runs`", "no test ran"])],
        exit: 1,
    };
}

/// A policy that has nextest run the tests, and nothing that takes longer.
fn under_nextest(house: &House) {
    policy(house, "");
}

/// The same with more of it.
fn policy(house: &House, more: &str) {
    house.write(".cargo/config.toml", "");
    house.write(
        "build-profiles.toml",
        &format!("schema = 1\n\n[test]\nrunner = \"nextest\"\ndoctests = true\n{more}"),
    );
    house.configure();
}

/// Puts a line into nextest's file.
fn nextest(house: &House, text: &str) {
    house.append(".config/nextest.toml", text);
}

/// The run that the old report tells of.
const OLD: &str = "2f8e5c60-0000-4000-8000-000000000000";

/// A green report of an earlier run, where nextest would write its own.
fn old_report(house: &House) {
    let report = format!(
        "<?xml version=\"1.0\"?>\n<testsuites name=\"nextest-run\" tests=\"1\" failures=\"0\" errors=\"0\" \
         uuid=\"{OLD}\"><testsuite name=\"app\" tests=\"1\"><testcase name=\"runs\" classname=\"app\"/>\
         </testsuite></testsuites>\n"
    );
    house.write("target/nextest/default/junit.xml", &report);
    house.append(
        ".config/nextest.toml",
        "[store]\ndir = \"target/nextest\"\n\n[profile.default.junit]\npath = \"junit.xml\"\n",
    );
}

/// Where the workspace has nextest write elsewhere, the proof has a report of its own, and the user's stays as it was.
#[test]
#[ignore = "CI has no time for it"]
fn a_report_of_the_users_own_is_left_alone() {
    if !has_tools(&["cargo-nextest"]) {
        return;
    }
    let house = House::new();
    under_nextest(&house);
    old_report(&house);
    let path = house.root.join("target/nextest/default/junit.xml");
    let before = std::fs::read_to_string(&path).expect("just written");
    let said = house.verify(WHOLE);
    assert_eq!(said.outcome("test.runner"), "active", "{}", said.all());
    let text = said.text("test.runner");
    assert!(text.contains("ran 1 tests, by its own report"), "{text}");
    assert!(!text.contains(OLD), "{text}");
    let after = std::fs::read_to_string(&path).expect("nobody deletes it");
    assert!(before == after, "the user's report was written over");
}

/// `test` does not take Cargo in place of a runner that is not there, or that is too old.
#[test]
fn without_its_runner_no_test_is_run() {
    if !has_tools(&["cargo-nextest"]) {
        return;
    }
    let says = |house: &House, pieces: &[&str]| {
        let said = Said::of(house.tool(&["test"]).output().expect("the tool can be run"));
        assert_eq!(said.code, Some(2), "{}{}", said.stdout, said.stderr);
        for piece in pieces {
            assert!(
                said.stderr.contains(piece),
                "no `{piece}`:\n{}",
                said.stderr
            );
        }
    };
    let mut house = House::new();
    policy(&house, "\n[test.nextest]\nnextest-version = \"99.0.0\"\n");
    says(
        &house,
        &[
            "older than the policy's `nextest-version`, 99.0.0",
            "help: update it: cargo nextest self update",
        ],
    );
    house.forget("cargo-nextest");
    says(
        &house,
        &[
            "there is no `cargo nextest` here",
            "help: install it: cargo install --locked cargo-nextest",
        ],
    );
}
