//! The process is killed at every step; then each file is old or new, and the next run mends it.

use std::collections::BTreeSet;

use build_profiles_xtask::write::{Recovery, STEPS};

use crate::house::House;

/// Runs a child that is to be killed; `false`: it came to its end without reaching that step so often.
fn kill(house: &House, what: &str, step: &str, nth: usize) -> bool {
    let output = house
        .child(what)
        .env("BUILD_PROFILES_FAILPOINT", format!("{step}:{nth}"))
        .output()
        .expect("a test binary can be started");
    #[cfg(unix)]
    if !output.status.success() {
        use std::os::unix::process::ExitStatusExt as _;

        const SIGABRT: i32 = 6;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(SIGABRT), "{stderr}");
    }
    !output.status.success()
}

/// After a kill at `step`: recovers in this process, and then a run without a kill does the whole job.
fn assert_mended(house: &House, step: &str) {
    house.assert_each_old_or_new();
    let recovery = house.turn().recover().expect("it can be recovered");
    let kept = matches!(step, "kept" | "forgotten" | "emptied");
    let wanted = if kept {
        House::seen_after()
    } else {
        House::new().seen()
    };
    assert_eq!(house.seen(), wanted, "after {step}: {recovery:?}");
    match recovery {
        Recovery::Nothing => {}
        Recovery::Completed(_) => assert!(kept),
        Recovery::Undone(undone) => {
            assert!(!kept);
            assert_eq!(undone.left_alone, []);
        }
    }

    let run = house.child("keep").status().expect("it can be started");
    assert!(run.success(), "the run after a kill at {step}");
    assert_eq!(house.seen(), House::seen_after(), "after {step}");
    house.assert_no_journal();
}

#[test]
fn at_any_step_of_a_run() {
    let mut reached = BTreeSet::new();
    for what in ["keep", "roll-back"] {
        for step in STEPS {
            for nth in 1.. {
                let house = House::new();
                if !kill(&house, what, step, nth) {
                    break;
                }
                reached.insert(*step);
                assert_mended(&house, step);
            }
        }
    }
    assert_eq!(reached, STEPS.iter().copied().collect());
}

#[test]
fn at_any_step_of_the_recovery_too() {
    for (step, nth) in [
        ("half-staged", 2),
        ("folder-made", 1),
        ("backed-up", 4),
        ("swapped", 1),
        ("swapped", 3),
        ("written", 1),
        ("kept", 1),
        ("forgotten", 3),
        ("emptied", 2),
    ] {
        for second in ["restored", "tidied", "undone", "forgotten", "emptied"] {
            for second_nth in 1.. {
                let house = House::new();
                assert!(kill(&house, "keep", step, nth), "{step}:{nth}");
                if !kill(&house, "recover", second, second_nth) {
                    break;
                }
                assert_mended(&house, step);
            }
        }
    }
}

#[test]
fn after_which_an_edited_file_is_left_alone() {
    let house = House::new();
    assert!(kill(&house, "keep", "written", 1));
    house.put("Cargo.toml", "edited");
    let Recovery::Undone(undone) = house.turn().recover().expect("it can be recovered") else {
        panic!("the run was not kept");
    };
    assert_eq!(house.text("Cargo.toml").as_deref(), Some("edited"));
    let [left] = &*undone.left_alone else {
        panic!("{undone:?}");
    };
    assert_eq!(left.path.as_str(), "Cargo.toml");
    let old = left.old.as_ref().expect("its old text is kept");
    let old = std::fs::read_to_string(old).expect("it is there");
    assert_eq!(old, House::new().text("Cargo.toml").expect("it is there"));
    assert_eq!(undone.restored.len(), 6);
}

#[test]
fn after_which_a_file_edited_before_its_turn_leaves_no_trace_either() {
    let house = House::new();
    assert!(kill(&house, "keep", "backed-up", 1));
    // As editors do: the name goes to a new file, and our second name keeps the old one.
    house.put("edited", "edited");
    let manifest = house.root().join("Cargo.toml");
    std::fs::rename(house.root().join("edited"), manifest).expect("both are there");
    let Recovery::Undone(undone) = house.turn().recover().expect("it can be recovered") else {
        panic!("the run was not kept");
    };
    assert_eq!(undone.restored, []);
    let left = undone
        .left_alone
        .iter()
        .map(|left| (left.path.as_str(), &left.old));
    assert_eq!(left.collect::<Vec<_>>(), [("Cargo.toml", &None)]);
    let untouched = House::new();
    untouched.put("Cargo.toml", "edited");
    assert_eq!(house.seen(), untouched.seen());
}

#[test]
fn and_whoever_does_not_recover_may_not_write() {
    let house = House::new();
    assert!(kill(&house, "keep", "written", 1));
    let turn = house.turn();
    let error = turn.write(&house.plan()).expect_err("a journal stands");
    assert_eq!(
        error.to_string(),
        "an interrupted run has not been recovered"
    );
    house.assert_each_old_or_new();
}
