//! Processor time, where the system tells it without unsafe code: Linux, in `/proc`.

use std::fs;

/// Ticks of a second in `/proc/<pid>/stat`: `USER_HZ`, which is 100 on every architecture that Rust runs Linux on.
const HZ: f64 = 100.0;

/// Seconds spent by children of ours that have ended.
pub(super) fn of_children() -> Option<f64> {
    times("self").map(|times| times[2] + times[3])
}

/// Seconds spent by a process and by children of it that have ended.
pub(super) fn of(process: u32) -> Option<f64> {
    times(&process.to_string()).map(|times| times.iter().sum())
}

/// `utime`, `stime`, `cutime`, `cstime`. Source: proc_pid_stat(5).
fn times(process: &str) -> Option<[f64; 4]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let mut times = [0.0; 4];
    for (time, field) in times.iter_mut().zip(fields.get(11..15)?) {
        *time = field.parse::<f64>().ok()? / HZ;
    }
    Some(times)
}
