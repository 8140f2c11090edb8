//! Two runs at once take turns.

use std::fs;

use build_profiles_xtask::write::{WriteError, take_turn};

use crate::house::{House, wait_for};

#[test]
fn the_second_waits_and_both_succeed() {
    let house = House::new();
    let target = house.root().join("target");
    let mut first = house.child("hold").spawn().expect("it can be started");
    wait_for(&target.join("hold-holds"));
    let mut second = house.child("keep").spawn().expect("it can be started");
    wait_for(&target.join("keep-waits"));
    assert!(
        second.try_wait().expect("it is ours").is_none(),
        "it went ahead"
    );
    assert_eq!(house.seen(), House::new().seen());

    fs::write(target.join("go"), "").expect("it is ours");
    assert!(first.wait().expect("it is ours").success());
    assert!(second.wait().expect("it is ours").success());
    assert_eq!(house.seen(), House::seen_after());
    house.assert_no_journal();
}

#[test]
fn many_at_once_do_not_disturb_one_another() {
    let house = House::new();
    let runs: Vec<_> = (0..8)
        .map(|_| house.child("keep").spawn().expect("it can be started"))
        .collect();
    for mut run in runs {
        assert!(run.wait().expect("it is ours").success());
    }
    assert_eq!(house.seen(), House::seen_after());
    house.assert_no_journal();
}

#[test]
fn a_plan_made_before_the_other_wrote_is_refused() {
    let house = House::new();
    let plan = house.plan();
    let other = house.child("keep").status().expect("it can be started");
    assert!(other.success());
    let error = house.turn().write(&plan).expect_err("the files are new");
    assert!(matches!(error, WriteError::Changed(_)));
    assert_eq!(house.seen(), House::seen_after());
}

#[test]
fn a_shared_target_directory_keeps_workspaces_apart() {
    let (one, other) = (House::new(), House::new());
    let shared = one.state();
    let mind = || panic!("the other workspace is no concern");
    let turn = take_turn(&shared, &one.root(), &one.root(), mind).expect("it is free");
    let written = turn.write(&one.plan()).expect("nothing is in the way");

    let turn = take_turn(&shared, &other.root(), &other.root(), mind).expect("it is free");
    turn.recover().expect("there is nothing to recover");
    turn.write(&other.plan())
        .expect("nothing is in the way")
        .keep()
        .expect("nor here");
    written.keep().expect("the other did not touch it");
    assert_eq!(one.seen(), House::seen_after());
    assert_eq!(other.seen(), House::seen_after());
}
