//! A cache of its own for each rung that has one.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::scrub;

/// A running server. It is stopped when this is dropped; should this program be killed, it goes when it has been idle.
#[derive(Debug)]
pub(crate) struct Server {
    program: String,
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Server {
    /// With an empty cache.
    pub(crate) fn start_empty(program: &str, folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).context("failed to empty a cache")?;
        }
        Self::start(program, folder)
    }

    pub(crate) fn start(program: &str, folder: &Path) -> Result<Self> {
        const LIMIT: Duration = Duration::from_secs(20);
        fs::create_dir_all(folder).context("failed to make a folder for a cache")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut command = scrub::command(program);
        apply(&mut command, folder, port);
        let child = command
            .env("SCCACHE_START_SERVER", "1")
            .env("SCCACHE_NO_DAEMON", "1")
            // Longer than a round of the others takes.
            .env("SCCACHE_IDLE_TIMEOUT", "3600")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("failed to start `{program}`"))?;
        // From here on dropping it stops it.
        let mut server = Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            port,
            child,
        };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("`{program}` started no server: {status}");
            }
            ensure!(start.elapsed() < LIMIT, "`{program}` started no server");
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Makes a child talk to this server.
    pub(crate) fn apply(&self, command: &mut Command) {
        apply(command, &self.folder, self.port);
    }

    /// Sets its counters to 0.
    pub(crate) fn zero(&self) -> Result<()> {
        self.ask(&["--zero-stats"]).map(drop)
    }

    /// What it counted since.
    pub(crate) fn stats(&mut self) -> Result<Value> {
        // Whoever finds no server starts another, which knows of nothing before.
        if let Some(status) = self.child.try_wait()? {
            bail!("the cache went away during a build: {status}");
        }
        let told = self.ask(&["--show-stats", "--stats-format=json"])?;
        serde_json::from_str(&told).context("its statistics are not JSON")
    }

    fn ask(&self, words: &[&str]) -> Result<String> {
        let mut command = scrub::command(&self.program);
        self.apply(&mut command);
        let output = command
            .args(words)
            .output()
            .with_context(|| format!("failed to start `{}`", self.program))?;
        ensure!(
            output.status.success(),
            "`{} {}` failed: {}",
            self.program,
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Also stops one that a build has started in its place.
        if self.ask(&["--stop-server"]).is_err() {
            // It has ended already, or does not listen.
            let _ended = self.child.kill();
        }
        let _status = self.child.wait();
    }
}

fn apply(command: &mut Command, folder: &Path, port: u16) {
    // Any of a person's own would lead to another storage.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("SCCACHE_"))
        {
            command.env_remove(&name);
        }
    }
    command
        .env("SCCACHE_DIR", folder)
        .env("SCCACHE_SERVER_PORT", port.to_string())
        .env("SCCACHE_CONF", folder.with_extension("no-such-file"));
}
