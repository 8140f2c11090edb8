//! Symbolic links are written through, as far as the boundary.

use std::fs;

use build_profiles::plan::FileChange;
use build_profiles_xtask::write::{Written, take_turn};

use crate::house::House;

fn written(house: &House, plan: &[FileChange]) {
    let turn = house.turn();
    let written = turn.write(plan).expect("nothing is in the way");
    written.keep().expect("nothing is in the way");
}

fn refused(house: &House, plan: &[FileChange]) -> String {
    let (turn, old) = (house.turn(), house.seen());
    let error = turn.write(plan).expect_err("it leads too far");
    assert_eq!(house.seen(), old);
    format!("{:#}", anyhow::Error::from(error))
}

#[test]
fn the_link_stays_and_its_target_changes() {
    let house = House::new();
    house.link(".cargo/config.toml", "link-to-link");
    written(&house, &house.change("link-to-link", Some("new")));
    assert_eq!(house.text("linked/config.toml").as_deref(), Some("new"));
    for link in ["link-to-link", ".cargo/config.toml"] {
        assert!(house.root().join(link).is_symlink(), "{link}");
    }
}

#[test]
fn a_linked_folder_is_written_through() {
    let house = House::new();
    house.link("linked", "folder");
    written(&house, &house.change("folder/new/file.toml", Some("new")));
    assert_eq!(house.text("linked/new/file.toml").as_deref(), Some("new"));
}

#[test]
fn a_dangling_link_gets_its_target() {
    let house = House::new();
    house.link("linked/not/yet.toml", "dangling.toml");
    let (plan, old) = (house.change("dangling.toml", Some("new")), house.seen());
    let turn = house.turn();
    let undone = turn.write(&plan).map(Written::roll_back);
    undone.expect("nothing is in the way").expect("nor here");
    assert_eq!(house.seen(), old);
    drop(turn);

    written(&house, &plan);
    assert_eq!(house.text("linked/not/yet.toml").as_deref(), Some("new"));
    assert!(house.root().join("dangling.toml").is_symlink());
}

#[test]
fn a_removed_link_leaves_its_target() {
    let house = House::new();
    house.link("config.toml", ".cargo/config");
    // As when the name without extension is given up and the file behind both names changes.
    let mut plan = house.change(".cargo/config.toml", Some("new"));
    plan.extend(house.change(".cargo/config", None));
    plan.reverse();
    let (turn, old) = (house.turn(), house.seen());
    let undone = turn.write(&plan).map(Written::roll_back);
    undone.expect("nothing is in the way").expect("nor here");
    assert_eq!(house.seen(), old);
    drop(turn);

    written(&house, &plan);
    assert!(!house.root().join(".cargo/config").is_symlink());
    assert_eq!(house.text("linked/config.toml").as_deref(), Some("new"));
}

#[test]
fn a_link_out_of_the_workspace_is_refused() {
    let house = House::new();
    fs::write(house.around().join("outside.toml"), "mine").expect("it is ours");
    house.link("../outside.toml", "out.toml");
    assert_eq!(
        refused(&house, &house.change("out.toml", Some("new"))),
        "`out.toml` is a symbolic link to `../outside.toml`, outside of the workspace",
    );
    house.link("../nowhere.toml", "out-and-dangling.toml");
    assert_eq!(
        refused(&house, &house.change("out-and-dangling.toml", Some("new"))),
        "`out-and-dangling.toml` is a symbolic link to `../nowhere.toml`, outside of the workspace",
    );
    house.link("..", "up");
    assert_eq!(
        refused(&house, &house.change("up/outside.toml", Some("new"))),
        "`up` is a symbolic link to `..`, outside of the workspace",
    );
}

#[test]
fn a_link_to_a_file_that_changes_too_is_refused() {
    let house = House::new();
    house.link("Cargo.toml", "twin.toml");
    let mut plan = house.change("Cargo.toml", Some("one"));
    plan.extend(house.change("twin.toml", Some("two")));
    let message = refused(&house, &plan);
    assert_eq!(message, "`Cargo.toml` and `twin.toml` are the same file");
}

#[test]
fn a_circle_of_links_is_refused() {
    let house = House::new();
    house.link("two", "one");
    house.link("one", "two");
    let message = refused(&house, &house.change("one", Some("new")));
    assert_eq!(
        message,
        "`one` leads through too many symbolic links: probably a circle"
    );
}

#[test]
fn a_path_above_the_workspace_needs_a_wider_boundary() {
    let house = House::new();
    let plan = house.change("../.cargo/config.toml", Some("new"));
    let message = refused(&house, &plan);
    let target = house.around().join(".cargo/config.toml");
    assert_eq!(
        message,
        format!("`../.cargo/config.toml` is `{target}`, outside of the workspace"),
    );

    let (root, around) = (house.root(), house.around());
    let turn = take_turn(&house.state(), &root, &around, || ()).expect("it is free");
    turn.write(&plan)
        .expect("nothing is in the way")
        .keep()
        .expect("nor here");
    assert_eq!(fs::read_to_string(target).expect("it is there"), "new");
}

#[test]
fn a_folder_that_is_emptied_goes_unless_a_link_leads_to_it() {
    let house = House::new();
    let mut plan = house.change("old/deep/old.toml", None);
    plan.extend(house.change("old/src/old.toml", None));
    written(&house, &plan);
    assert!(!house.root().join("old").exists());

    fs::create_dir(house.root().join("real")).expect("it is new");
    house.put("real/file.toml", "going");
    house.link("real", "link");
    written(&house, &house.change("link/file.toml", None));
    assert!(house.root().join("link").is_dir());
}

#[test]
fn a_folder_with_something_else_in_it_stays() {
    let house = House::new();
    house.put("old/src/mine", "");
    let mut plan = house.change("old/deep/old.toml", None);
    plan.extend(house.change("old/src/old.toml", None));
    written(&house, &plan);
    assert!(!house.root().join("old/deep").exists());
    assert_eq!(house.text("old/src/mine").as_deref(), Some(""));
}
