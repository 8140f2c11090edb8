//! What happens between the write and the decision, and what files keep through all of it.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::house::House;

#[test]
fn kept_the_files_are_new_to_the_byte() {
    let house = House::new();
    let turn = house.turn();
    let written = turn.write(&house.plan()).expect("nothing is in the way");
    house.assert_each_old_or_new();
    written.keep().expect("nothing is in the way");
    assert_eq!(house.seen(), House::seen_after());
    house.assert_no_journal();

    let manifest = house.text("Cargo.toml").expect("it is there");
    assert!(manifest.starts_with("\u{feff}[workspace]\r\n# neu"));
    assert_eq!(house.text("old.toml"), None);
}

#[test]
fn rolled_back_they_are_old_down_to_their_times() {
    let house = House::new();
    let (old, long_ago) = (
        house.seen(),
        SystemTime::UNIX_EPOCH + Duration::from_secs(1),
    );
    let manifest = house.root().join("Cargo.toml");
    let file = fs::File::options()
        .append(true)
        .open(&manifest)
        .expect("it is there");
    file.set_modified(long_ago).expect("it is ours");

    let turn = house.turn();
    let written = turn.write(&house.plan()).expect("nothing is in the way");
    let undone = written.roll_back().expect("nothing is in the way");
    assert_eq!(house.seen(), old);
    assert_eq!((undone.restored.len(), undone.left_alone.len()), (7, 0));
    let modified = fs::metadata(&manifest).and_then(|it| it.modified());
    assert_eq!(modified.expect("it is there"), long_ago);
    house.assert_no_journal();
}

#[test]
fn undecided_they_are_rolled_back() {
    let house = House::new();
    let old = house.seen();
    drop(
        house
            .turn()
            .write(&house.plan())
            .expect("nothing is in the way"),
    );
    assert_eq!(house.seen(), old);
    house.assert_no_journal();
}

#[test]
fn edited_during_the_trial_a_file_is_left_alone() {
    let house = House::new();
    let turn = house.turn();
    let written = turn.write(&house.plan()).expect("nothing is in the way");
    house.put(".cargo/env/ci.toml", "edited");
    let undone = written.roll_back().expect("nothing is in the way");
    assert_eq!(house.text(".cargo/env/ci.toml").as_deref(), Some("edited"));
    let [left] = &*undone.left_alone else {
        panic!("{undone:?}");
    };
    assert_eq!(
        left.to_string(),
        "`.cargo/env/ci.toml` is left as it is, since it or its old text was changed meanwhile",
    );
    fs::remove_dir_all(house.root().join(".cargo/env")).expect("it is there");
    assert_eq!(house.seen(), House::new().seen());
}

#[test]
fn cleaned_away_during_the_trial_the_journal_is_not_missed() {
    let house = House::new();
    let old = house.seen();
    let turn = house.turn();
    let written = turn.write(&house.plan()).expect("nothing is in the way");
    fs::remove_dir_all(house.root().join("target")).expect("it is there");
    let error = written.keep().expect_err("it cannot be kept for certain");
    assert!(error.to_string().starts_with("failed to close the journal"));
    assert_eq!(house.seen(), old);
}

#[test]
fn folders_of_others_are_not_removed() {
    let house = House::new();
    let turn = house.turn();
    let written = turn.write(&house.plan()).expect("nothing is in the way");
    house.put(".config/mine.toml", "");
    written.roll_back().expect("nothing is in the way");
    assert_eq!(house.text(".config/mine.toml").as_deref(), Some(""));
    assert!(!house.root().join(".config/deep").exists());
}

#[test]
fn nothing_to_change_touches_nothing() {
    let house = House::new();
    let plan = house.change("same.toml", Some("same\n"));
    let modified = || {
        let metadata = fs::metadata(house.root().join("same.toml")).expect("it is there");
        metadata.modified().expect("this system has times")
    };
    let before = modified();
    let turn = house.turn();
    turn.write(&plan)
        .expect("nothing is in the way")
        .keep()
        .expect("nothing is done");
    assert_eq!(modified(), before);
    house.assert_no_journal();
}

#[test]
fn twice_is_once() {
    let house = House::new();
    for _ in 0..2 {
        let turn = house.turn();
        let written = turn.write(&house.plan()).expect("nothing is in the way");
        written.keep().expect("nothing is in the way");
        assert_eq!(house.seen(), House::seen_after());
    }
}

#[test]
fn leftovers_of_a_run_whose_journal_was_cleaned_away_are_replaced() {
    let house = House::new();
    house.put(".Cargo.toml.build-profiles-new", "half of a te");
    house.put(".Cargo.toml.build-profiles-old", "long ago");
    let turn = house.turn();
    turn.write(&house.plan())
        .expect("nothing is in the way")
        .keep()
        .expect("nor here");
    assert_eq!(house.seen(), House::seen_after());
}

#[cfg(unix)]
#[test]
fn permissions_are_kept() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

    for mode in [0o640, 0o755, 0o600, 0o644] {
        let house = House::new();
        let manifest = house.root().join("Cargo.toml");
        fs::set_permissions(&manifest, fs::Permissions::from_mode(mode)).expect("it is ours");
        // Only root may give files away.
        let owner = chown(&manifest, Some(1), Some(1)).map_or_else(
            |_| fs::metadata(&manifest).expect("it is there").uid(),
            |()| 1,
        );
        let turn = house.turn();
        turn.write(&house.plan())
            .expect("nothing is in the way")
            .keep()
            .expect("nor here");
        let metadata = fs::metadata(&manifest).expect("it is there");
        assert_eq!(metadata.mode() & 0o7777, mode);
        assert_eq!(metadata.uid(), owner);
    }
}
