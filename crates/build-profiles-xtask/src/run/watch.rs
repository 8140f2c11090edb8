//! Nothing that we started outlives us: not after Ctrl-C, a panic, or a kill that no program can catch.
//!
//! A small shell holds the other end of a pipe. When we are gone, whatever the reason, the pipe ends, and it kills the
//! process groups it was told of. A `Drop` would not run, and a signal handler can't answer SIGKILL.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Reads `+group` and `-group`; at the end of its input it kills what is left.
#[cfg(unix)]
const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups=
while read -r line; do
    case $line in
        +*) groups="$groups ${line#+}" ;;
        -*) kept=
            for group in $groups; do [ "$group" = "${line#-}" ] || kept="$kept $group"; done
            groups=$kept ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"#;

static WATCH: OnceLock<Option<Mutex<Child>>> = OnceLock::new();

/// Starts watching. Without a shell, or on a system without process groups, nothing is watched.
pub(crate) fn start() {
    WATCH.get_or_init(spawn);
}

#[cfg(unix)]
fn spawn() -> Option<Mutex<Child>> {
    use std::os::unix::process::CommandExt;
    Command::new("/bin/sh")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // The terminal's Ctrl-C is for us.
        .process_group(0)
        .spawn()
        .ok()
        .map(Mutex::new)
}

#[cfg(not(unix))]
fn spawn() -> Option<Mutex<Child>> {
    None
}

/// A process group that goes when we do. Dropping it says that it has ended.
pub(super) struct Watched(u32);

impl Watched {
    /// Watches the group that this process leads.
    pub(super) fn group(leader: u32) -> Self {
        tell(&format!("+{leader}\n"));
        Self(leader)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        tell(&format!("-{}\n", self.0));
    }
}

fn tell(line: &str) {
    let Some(Some(watch)) = WATCH.get() else {
        return;
    };
    if let Ok(mut child) = watch.lock()
        && let Some(stdin) = &mut child.stdin
    {
        // If the shell is gone there is nobody to tell.
        let _told = stdin.write_all(line.as_bytes());
    }
}
