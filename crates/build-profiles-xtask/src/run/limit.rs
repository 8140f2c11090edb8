//! A child's output, within a time limit.

use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::timed::interrupted;
use super::watch::Watched;

/// How long we have waited for programs. Several at once are waited for once.
static WAITED: Mutex<Waited> = Mutex::new(Waited {
    open: 0,
    since: None,
    all: Duration::ZERO,
});

struct Waited {
    open: usize,
    since: Option<Instant>,
    all: Duration,
}

/// How long this process has waited for the programs that it ran.
pub(crate) fn waited() -> Duration {
    WAITED.lock().map_or(Duration::ZERO, |waited| waited.all)
}

/// Waiting that ends when this is dropped.
pub(super) struct Wait;

impl Wait {
    pub(super) fn begin() -> Self {
        if let Ok(mut waited) = WAITED.lock() {
            waited.open += 1;
            waited.since.get_or_insert_with(Instant::now);
        }
        Self
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Ok(mut waited) = WAITED.lock() {
            waited.open -= 1;
            if waited.open == 0 {
                let spell = waited.since.take().map(|since| since.elapsed());
                waited.all += spell.unwrap_or_default();
            }
        }
    }
}

/// Runs `command` to its end and returns what it said; after `limit` it is killed, with all that it has started, and so it is
/// when the user interrupts a command that heeds that.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<Output> {
    match output_unless(command, limit, || interrupted().then_some(()))? {
        Ended::Done(output) => Ok(output),
        Ended::Stopped(()) => bail!("`{}` was interrupted", shown(command)),
        Ended::Late => bail!(
            "`{}` gave no answer within {} seconds",
            shown(command),
            limit.as_secs_f32()
        ),
    }
}

/// How a child has ended.
pub(crate) enum Ended<T> {
    /// By itself.
    Done(Output),
    /// Killed, for this reason.
    Stopped(T),
    /// Killed at its limit.
    Late,
}

/// Runs `command` to its end, unless `stop`, which is asked again and again, has a reason to kill it, with all that it
/// has started.
pub(crate) fn output_unless<T>(
    command: &mut Command,
    limit: Duration,
    mut stop: impl FnMut() -> Option<T>,
) -> Result<Ended<T>> {
    const PAUSE: Duration = Duration::from_millis(500);
    output_watched(command, limit, PAUSE, |_| stop())
}

/// The same, asked every `pause`; `stop` is told the number of the child.
pub(super) fn output_watched<T>(
    command: &mut Command,
    limit: Duration,
    pause: Duration,
    mut stop: impl FnMut(u32) -> Option<T>,
) -> Result<Ended<T>> {
    let _wait = Wait::begin();
    let shown = shown(command);
    own_group(command);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to run `{shown}`"))?;
    let id = child.id();
    let _watched = Watched::group(id);
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    let start = Instant::now();
    let ended = loop {
        let left = limit.saturating_sub(start.elapsed());
        if let Ok(output) = outcome.recv_timeout(left.min(pause)) {
            return output
                .map(Ended::Done)
                .with_context(|| format!("failed to run `{shown}`"));
        }
        if start.elapsed() >= limit {
            break Ended::Late;
        }
        if let Some(reason) = stop(id) {
            break Ended::Stopped(reason);
        }
    };
    kill_group(id);
    // The killed child is waited for, so that its files can be removed.
    let _late = outcome.recv_timeout(Duration::from_secs(2));
    Ok(ended)
}

/// The command as a person would type it, without a folder and without an end.
fn shown(command: &Command) -> String {
    const LONG: usize = 80;
    let program = command.get_program().to_string_lossy();
    let mut shown = program
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned();
    for arg in command.get_args() {
        if shown.chars().count() > LONG {
            return shown + " ...";
        }
        shown = shown + " " + &arg.to_string_lossy();
    }
    shown
}

#[cfg(unix)]
pub(super) fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
pub(super) fn own_group(_command: &mut Command) {}

/// Kills a child that [`own_group`] was applied to. Nothing can be done about a failure.
pub(super) fn kill_group(id: u32) {
    let mut kill;
    if cfg!(windows) {
        kill = Command::new("taskkill");
        kill.args(["/T", "/F", "/PID", &id.to_string()]);
    } else {
        // `std` kills processes but not groups, and calling libc takes unsafe code.
        kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -s KILL -- \"-$0\"", &id.to_string()]);
    }
    let _killed = kill
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<Output> {
        output(Command::new("/bin/sh").args(["-c", script]), limit)
    }

    #[test]
    fn what_a_child_says_is_kept() {
        let output = sh("echo out; echo err >&2; exit 3", Duration::from_secs(20)).expect("runs");
        assert_eq!(output.stdout, b"out\n");
        assert_eq!(output.stderr, b"err\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn a_child_that_hangs_is_killed_with_its_own_children() {
        // The grandchild holds the pipe, so that its end is the end of the output.
        let script = "(sleep 1; echo late >&2) & sleep 300";
        let limit = Duration::from_millis(200);
        let error = sh(script, limit).expect_err("hangs").to_string();
        assert_eq!(
            error,
            format!("`sh -c {script}` gave no answer within 0.2 seconds")
        );
        // With a group killed by hand, nothing is said after its death.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stderr(Stdio::piped());
        own_group(&mut command);
        let child = command.spawn().expect("a shell starts");
        kill_group(child.id());
        assert_eq!(child.wait_with_output().expect("it ended").stderr, b"");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = output(
            Command::new("/nowhere/rustc").arg("-vV"),
            Duration::from_secs(1),
        );
        assert_eq!(
            error.expect_err("missing").to_string(),
            "failed to run `rustc -vV`"
        );
    }
}
