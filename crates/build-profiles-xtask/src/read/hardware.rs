//! The machine, as far as it matters for times. What the system does not say stays unknown.

use std::fs;
use std::num::NonZero;
use std::thread;

use build_profiles::measure::record::Machine;
use camino::Utf8Path;

/// This machine; `folder` is where it will be built.
pub(crate) fn hardware(triple: &str, folder: &Utf8Path) -> Machine {
    Machine {
        triple: triple.to_owned(),
        cpu: field("/proc/cpuinfo", &["model name", "Model", "Hardware"]),
        cores: thread::available_parallelism().map_or(1, NonZero::get),
        memory: field("/proc/meminfo", &["MemTotal"]).and_then(|total| {
            let kilobytes: u64 = total.split_whitespace().next()?.parse().ok()?;
            Some(kilobytes * 1024)
        }),
        file_system: file_system(
            &fs::read_to_string("/proc/self/mounts").unwrap_or_default(),
            folder,
        ),
        load: load(),
    }
}

/// The one-minute load average.
pub(crate) fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The value of the first of these fields: `name : value`.
fn field(file: &str, names: &[&str]) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    names.iter().find_map(|name| {
        let line = text.lines().find(|line| {
            line.split_once(':')
                .is_some_and(|(field, _)| field.trim() == *name)
        })?;
        let (_, value) = line.split_once(':')?;
        Some(value.trim().to_owned())
    })
}

/// The type of the file system that a folder is on: that of the longest mount point above it. Source: proc_pid_mounts(5).
fn file_system(mounts: &str, folder: &Utf8Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        // What would end a word is written in octal.
        let point = words.next()?.replace("\\040", " ");
        Some((point, words.next()?.to_owned()))
    });
    let above = mounts.filter(|(point, _)| folder.starts_with(point));
    // Of two on the same point the later one hides the other.
    let nearest = above.reduce(|best, next| match next.0.len() >= best.0.len() {
        true => next,
        false => best,
    });
    nearest.map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_point_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /mnt/my\\040disk xfs rw 0 0\nx /tmp zfs rw 0 0\n";
        let check = |folder: &str, expected: &str| {
            assert_eq!(
                file_system(mounts, Utf8Path::new(folder)).as_deref(),
                Some(expected)
            );
        };
        check("/home/me", "ext4");
        check("/tmp/x", "zfs");
        check("/tmpfile", "ext4");
        check("/mnt/my disk/x", "xfs");
        assert_eq!(file_system("", Utf8Path::new("/")), None);
    }
}
