//! Processor time and memory, where the system tells them without unsafe code: Linux, in `/proc`.

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

/// Bytes of memory that a process and all its descendants have now; what several share is counted for each. `None`: it
/// is gone, or this is another system.
pub(super) fn memory(process: u32) -> Option<u64> {
    #[cfg(unix)]
    let page = rustix::param::page_size() as u64;
    #[cfg(not(unix))]
    let page = 4096;
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let resident: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(
        resident * page
            + children(process)
                .into_iter()
                .filter_map(memory)
                .sum::<u64>(),
    )
}

/// The children of a process, whichever of its threads has started them. Source: proc_pid_task(5), `children`.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let started = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    started
        .flat_map(|numbers| {
            let numbers = numbers.split_whitespace();
            numbers
                .filter_map(|number| number.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}
