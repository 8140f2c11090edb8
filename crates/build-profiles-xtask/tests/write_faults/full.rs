//! The disk fills up, at every point where it can.

use std::fs;
use std::process::{Command, Output};

use crate::house::{House, skip};

/// Asserts that a run either did everything or said what failed and left no trace; tells which.
fn all_or_nothing(house: &House, output: &Output, disk: &str) -> bool {
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        assert_eq!(house.seen(), House::seen_after(), "{disk}");
    } else {
        assert_eq!(output.status.code(), Some(2), "{disk}: {stderr}");
        assert!(stderr.contains("failed to "), "{disk}: {stderr}");
        assert_eq!(house.seen(), House::new().seen(), "{disk}: {stderr}");
        house.assert_no_journal();
    }
    output.status.success()
}

/// Runs a child by way of `sh`, which prepares its surroundings.
fn through(mut shell: Command, script: &str, house: &House) -> Command {
    let child = house.child("keep");
    shell.args(["-c", script, "sh"]);
    shell.arg(child.get_program()).args(child.get_args());
    shell.envs(
        child
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    shell
}

/// No privilege needed: a limit on the size of a file, which fails the write that goes beyond it.
#[test]
fn by_a_limit_on_files() {
    let mut outcomes = Vec::new();
    for blocks in 0..24 {
        let house = House::new();
        fs::create_dir_all(house.state()).expect("it is new");
        // Ignored, the signal leaves the failed write to the program.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let output = through(Command::new("sh"), &script, &house).output();
        let output = output.expect("there is a shell");
        outcomes.push(all_or_nothing(&house, &output, &format!("{blocks} blocks")));
    }
    assert!(
        outcomes.contains(&false) && outcomes.contains(&true),
        "{outcomes:?}"
    );
}

/// A small file system in memory, in a mount namespace of its own: room and inodes run out, one page after the other.
#[cfg(target_os = "linux")]
#[test]
fn by_a_small_disk() {
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount"]);
        unshare
    };
    let probe = unshare()
        .args(["sh", "-c", "mount -t tmpfs tmpfs /tmp"])
        .output();
    if !probe.is_ok_and(|it| it.status.success()) {
        return skip("a small disk needs `unshare` and the right to mount in it");
    }
    let pages = (12..48).map(|pages| format!("size={}k", 4 * pages));
    let inodes = (19..48).map(|inodes| format!("size=1m,nr_inodes={inodes}"));
    for disks in [pages.collect::<Vec<_>>(), inodes.collect()] {
        let mut outcomes = Vec::new();
        for disk in disks {
            let house = House::new();
            fs::create_dir_all(house.state()).expect("it is new");
            // The mount hides the house, so it is carried in and out again.
            let script = format!(
                "cd \"$WRITE_ROOT/..\" && mkdir out && mount -t tmpfs -o {disk} tmpfs ws 2>&1 || exit 3
                 cp -a saved/. ws/ || exit 4
                 \"$@\"; code=$?
                 cp -a ws/. out/ && exit $code"
            );
            let (ws, saved) = (house.root(), house.around().join("saved"));
            fs::rename(&ws, &saved).expect("both are in one folder");
            fs::create_dir(&ws).expect("it has moved");
            let mut shell = unshare();
            shell.arg("sh");
            let output = through(shell, &script, &house)
                .output()
                .expect("there is a shell");
            fs::remove_dir(&ws).expect("nothing was written below the mount");
            fs::rename(house.around().join("out"), &ws).expect("it was carried out");
            if output.status.code() != Some(4) {
                outcomes.push(all_or_nothing(&house, &output, &disk));
            }
        }
        assert!(
            outcomes.contains(&false) && outcomes.contains(&true),
            "{outcomes:?}"
        );
    }
}
