//! Runs one child to its end and says what it cost, with all that it started and waited for.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// What a child cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time, of its children too.
    pub(crate) cpu: Duration,
    /// The largest resident set of any one process among them, in bytes.
    pub(crate) peak: u64,
}

/// Runs a child that has to succeed, its output thrown away.
pub(crate) fn cost(command: &mut Command) -> Result<Cost> {
    run(command, Stdio::null())
}

/// Runs a child that has to succeed, and gives its standard output as well.
pub(crate) fn cost_and_output(command: &mut Command) -> Result<(Cost, String)> {
    let mut stdout = tempfile::tempfile().context("failed to make a temporary file")?;
    let cost = run(command, stdout.try_clone()?.into())?;
    Ok((cost, rewound(&mut stdout)?))
}

fn run(command: &mut Command, stdout: Stdio) -> Result<Cost> {
    // A file and no pipe: nobody has to read while the clock runs.
    let mut stderr = tempfile::tempfile().context("failed to make a temporary file")?;
    command
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr.try_clone()?);
    let start = Instant::now();
    let child = command
        .spawn()
        .with_context(|| format!("failed to start {command:?}"))?;
    let used = child
        .wait4()
        .with_context(|| format!("failed to wait for {command:?}"))?;
    let wall = start.elapsed();
    if !used.status.success() {
        bail!(
            "{command:?} failed with {}:\n{}",
            used.status,
            rewound(&mut stderr)?
        );
    }
    Ok(Cost {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        peak: used.rusage.maxrss,
    })
}

fn rewound(file: &mut File) -> Result<String> {
    let mut text = String::new();
    file.rewind()
        .and_then(|()| file.read_to_string(&mut text))
        .context("failed to read a child's output")?;
    Ok(text)
}
