//! An advisory lock between two runs of the tool, released by the system when its holder dies.

use std::fs::File;
use std::io;

use camino::Utf8Path;

/// Opens the lock file and waits for it; `on_wait` is called before a wait.
#[cfg(unix)]
pub(super) fn lock(path: &Utf8Path, on_wait: impl FnOnce()) -> io::Result<File> {
    use std::thread;
    use std::time::Duration;

    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    // A child that its holder is just starting has a copy of the file until it runs its program: that is no run to wait
    // for, and nothing to say.
    for _ in 0..20 {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // As Cargo does: where the file system has no locks (some network mounts), go on without.
            Ok(()) | Err(Errno::NOSYS | Errno::NOTSUP) => return Ok(file),
            Err(Errno::WOULDBLOCK | Errno::INTR) => thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(error.into()),
        }
    }
    on_wait();
    rustix::io::retry_on_intr(|| flock(&file, FlockOperation::LockExclusive))?;
    Ok(file)
}

/// Opens the lock file for itself alone, and tries until it may; `on_wait` is called before a wait.
#[cfg(windows)]
pub(super) fn lock(path: &Utf8Path, on_wait: impl FnOnce()) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const ERROR_SHARING_VIOLATION: i32 = 32;
    let mut on_wait = Some(on_wait);
    loop {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .share_mode(0)
            .open(path);
        match file {
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {
                if let Some(on_wait) = on_wait.take() {
                    on_wait();
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            file => return file,
        }
    }
}
