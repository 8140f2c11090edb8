//! One run of a program, timed: by the clock, by the processor, by memory.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, bail};

use super::cpu;
use super::limit::{Ended, output_watched};

/// What a run took, and what it said.
pub(crate) struct Timed {
    /// What it said, and how it ended.
    pub(crate) output: Output,
    /// Seconds by the clock.
    pub(crate) wall: f64,
    /// Processor seconds of the child and all that it waited for.
    pub(crate) cpu: Option<f64>,
    /// Bytes of memory at most, as far as it was looked at.
    pub(crate) memory: Option<u64>,
    /// Seconds that the machine slept meanwhile. The clock that times stood still; the calendar's did not.
    pub(crate) asleep: Option<f64>,
}

/// Longer than any build takes; what hangs is ended all the same.
const LIMIT: Duration = Duration::from_secs(6 * 60 * 60);
/// How often its memory is looked at: a look takes well under a millisecond.
const PAUSE: Duration = Duration::from_millis(200);
/// The two clocks are set apart by less than this.
const APART: f64 = 2.0;

/// Runs a command to its end and times it; `server` is a process that works for it. `None`: the user has interrupted us.
pub(crate) fn timed(command: &mut Command, server: Option<u32>) -> Result<Option<Timed>> {
    let mut most = None;
    let spent_before = (cpu::of_children(), server.and_then(cpu::of));
    let calendar = SystemTime::now();
    let start = Instant::now();
    let ended = output_watched(command, LIMIT, PAUSE, |child| {
        let of_server = server.and_then(cpu::memory).unwrap_or(0);
        most = most.max(cpu::memory(child).map(|bytes| bytes + of_server));
        interrupted().then_some(())
    })?;
    let wall = start.elapsed().as_secs_f64();
    let output = match ended {
        Ended::Done(output) => output,
        Ended::Stopped(()) => return Ok(None),
        Ended::Late => bail!("it did not end within {} hours", LIMIT.as_secs() / 3600),
    };
    // A Ctrl-C of the terminal is for us, but a child may have its own way of hearing of it.
    if interrupted() {
        return Ok(None);
    }
    let by_calendar = calendar.elapsed().map_or(wall, |past| past.as_secs_f64());
    let spent = |before: Option<f64>, after: Option<f64>| Some(after? - before?);
    let own = spent(spent_before.0, cpu::of_children());
    let servers = spent(spent_before.1, server.and_then(cpu::of)).unwrap_or(0.0);
    Ok(Some(Timed {
        output,
        wall,
        cpu: own.map(|own| own + servers),
        memory: most,
        asleep: (by_calendar - wall > APART).then_some(by_calendar - wall),
    }))
}

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on the first interrupt is only taken note of; the second ends us.
pub(crate) fn heed_interrupts() -> Result<()> {
    let flag = INTERRUPTED.get_or_init(Arc::default);
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(flag))?;
        signal_hook::flag::register(signal, Arc::clone(flag))?;
    }
    #[cfg(not(unix))]
    let _unheeded = flag;
    Ok(())
}

/// Whether the user has interrupted us.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED
        .get()
        .is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Whether a process of this number is there; where nobody can tell, it may be.
pub(crate) fn is_alive(process: u32) -> bool {
    !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{process}")).exists()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// What children have spent is one sum for all of a process, and other tests start children at the same time; so this
    /// one runs in a process of its own.
    #[test]
    fn work_of_grandchildren_is_counted() {
        const ALONE: &str = "BUILD_PROFILES_ALONE";
        if std::env::var_os(ALONE).is_none() {
            let name = "run::timed::tests::work_of_grandchildren_is_counted";
            let tests = std::env::current_exe().expect("this is a test");
            let mut alone = Command::new(tests);
            alone.args(["--exact", name]).env(ALONE, "1");
            let output = alone.output().expect("it runs");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("1 passed"), "{said}");
            return;
        }
        let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("/bin/sh -c '{work}'; sleep 0.3")]);
        let timed = timed(&mut shell, None)
            .expect("a shell runs")
            .expect("nobody interrupts");
        assert!(timed.output.status.success());
        let cpu = timed.cpu.expect("Linux tells");
        assert!(cpu > 0.0 && cpu < timed.wall, "{cpu} of {}", timed.wall);
        assert!(timed.memory > Some(100_000), "{:?}", timed.memory);
        assert_eq!(timed.asleep, None);
    }
}
