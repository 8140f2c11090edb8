//! What stands in the way is said before anything changes.

use std::fs;

use build_profiles_xtask::write::WriteError;

use crate::house::House;

/// Runs the whole plan as it was made before `happens`, and expects a refusal that changes nothing.
fn refused(happens: impl FnOnce(&House)) -> WriteError {
    let house = House::new();
    let plan = house.plan();
    happens(&house);
    let meanwhile = house.seen();
    let error = house
        .turn()
        .write(&plan)
        .expect_err("something is in the way");
    assert_eq!(house.seen(), meanwhile);
    house.assert_no_journal();
    error
}

fn message(error: WriteError) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

#[test]
fn a_file_changed_since_it_was_read() {
    let error = refused(|house| house.put("Cargo.toml", "edited"));
    assert!(matches!(&error, WriteError::Changed(path) if path.as_str() == "Cargo.toml"));
    assert_eq!(
        message(error),
        "`Cargo.toml` changed since it was read; run again"
    );
}

#[test]
fn a_file_that_is_no_text_any_more() {
    let bytes = b"\xff\xfe";
    let error = refused(|house| {
        fs::write(house.root().join("Cargo.toml"), bytes).expect("it is ours");
    });
    assert!(matches!(error, WriteError::Changed(_)));
}

#[test]
fn a_file_deleted_since() {
    let error = refused(|house| {
        fs::remove_file(house.root().join("old.toml")).expect("it was there");
    });
    assert!(matches!(&error, WriteError::Changed(path) if path.as_str() == "old.toml"));
}

#[test]
fn a_file_created_since() {
    let error = refused(|house| {
        fs::create_dir(house.root().join(".cargo/env")).expect("it is new");
        house.put(".cargo/env/ci.toml", "by hand");
    });
    assert!(matches!(&error, WriteError::Changed(path) if path.as_str() == ".cargo/env/ci.toml"));
}

#[test]
fn a_folder_in_the_place_of_a_file() {
    let error = refused(|house| {
        fs::create_dir_all(house.root().join(".cargo/env/ci.toml")).expect("it is new");
    });
    assert_eq!(message(error), "`.cargo/env/ci.toml` is not a file");
}

#[test]
fn a_file_in_the_place_of_a_folder() {
    let error = refused(|house| house.put(".cargo/env", ""));
    let message = message(error);
    assert!(
        message.starts_with("failed to write `.cargo/env/ci.toml`: failed to create "),
        "{message}",
    );
}

#[test]
fn a_read_only_file() {
    for path in ["Cargo.toml", "old.toml"] {
        let error = refused(|house| {
            let path = house.root().join(path);
            let mut permissions = fs::metadata(&path).expect("it is there").permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&path, permissions).expect("it is ours");
        });
        assert_eq!(
            message(error),
            format!("failed to write `{path}`: it is read-only")
        );
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    for (folder, path) in [(".cargo", ".cargo/env/ci.toml"), (".", "Cargo.toml")] {
        let house = House::new();
        fs::create_dir_all(house.state()).expect("it is new");
        let old = house.seen();
        let Some(exe) = exe_for_nobody(&house) else {
            return;
        };
        let read_only = house.root().join(folder);
        let mode = |mode| fs::set_permissions(&read_only, fs::Permissions::from_mode(mode));
        mode(0o555).expect("it is ours");

        let original = house.child("keep");
        let mut child = Command::new(&exe[0]);
        child.args(&exe[1..]).args(original.get_args());
        child.envs(
            original
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
        let output = child.output().expect("it can be started");
        mode(0o755).expect("it is ours");

        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        let says = |text: &str| assert!(stderr.contains(text), "{stderr}");
        says(&format!("failed to write `{path}`: failed to create "));
        says("Permission denied");
        assert_eq!(house.seen(), old);
        house.assert_no_journal();
    }
}

/// How to start this binary as somebody whom permissions stop. Root is not, so for root the house changes hands.
#[cfg(unix)]
fn exe_for_nobody(house: &House) -> Option<Vec<String>> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    use std::process::Command;

    const NOBODY: u32 = 65_534;
    let exe = std::env::current_exe().expect("tests run from a file");
    if fs::metadata(house.around()).expect("it is there").uid() != 0 {
        return Some(vec![exe.display().to_string()]);
    }
    let setpriv = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let mut probe = Command::new(setpriv[0]);
    if !probe
        .args(&setpriv[1..])
        .arg("true")
        .status()
        .is_ok_and(|it| it.success())
    {
        crate::house::skip("a read-only folder stops nobody: this is root, without setpriv");
        return None;
    }
    let copy = house.around().join("exe");
    fs::copy(exe, &copy).expect("there is room");
    fs::set_permissions(house.around(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let given = Command::new("chown")
        .args(["-R", "-h", "65534:65534"])
        .arg(house.root())
        .status();
    assert!(
        given.is_ok_and(|it| it.success()),
        "root may give files away"
    );
    chown(&copy, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
    Some(
        setpriv
            .iter()
            .map(|it| (*it).to_owned())
            .chain([copy.into_string()])
            .collect(),
    )
}

#[test]
fn a_journal_that_cannot_be_written() {
    let (house, plan) = (House::new(), House::new().plan());
    let (turn, old) = (house.turn(), house.seen());
    let lock = fs::read_dir(house.state())
        .expect("a turn was taken")
        .next();
    let lock = lock.expect("there is a lock").expect("readable").path();
    fs::create_dir(lock.with_extension("draft")).expect("it is new");
    let error = message(turn.write(&plan).expect_err("a folder is in the way"));
    assert!(error.starts_with("failed to write the journal"), "{error}");
    assert_eq!(house.seen(), old);
}
