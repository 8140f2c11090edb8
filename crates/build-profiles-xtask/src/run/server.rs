//! A compiler-cache server of our own, so that the user's is neither asked nor disturbed.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::limit::{kill_group, own_group};
use super::watch::Watched;
use super::{Children, output};

/// A port on which the clients that [`Server::apply`] was applied to start an sccache server. Dropping it stops the
/// server.
pub(super) struct Server<'a> {
    children: &'a Children,
    program: Option<String>,
    port: u16,
    folder: Utf8PathBuf,
    variables: Vec<(String, Option<String>)>,
    /// How much it says, in sccache's own terms.
    log: &'static str,
    child: Option<(Child, Watched)>,
}

impl<'a> Server<'a> {
    /// A server that keeps its cache in `folder`. `program` is asked to stop it; without one it stops by itself after a
    /// while.
    pub(super) fn new(
        children: &'a Children,
        program: Option<&str>,
        folder: &Utf8Path,
    ) -> Result<Self> {
        Ok(Self {
            children,
            program: program.map(str::to_owned),
            // Not a Unix socket: the path of one must be short, and old sccache would go to the user's server instead.
            port: free_port()?,
            folder: folder.to_owned(),
            variables: Vec::new(),
            log: "sccache=debug",
            child: None,
        })
    }

    /// The same server with these variables set, or taken away.
    pub(super) fn with_variables(mut self, variables: Vec<(String, Option<String>)>) -> Self {
        self.variables = variables;
        self
    }

    /// The same server, which says only what went wrong: what it writes otherwise takes time of the builds.
    pub(super) fn terse(mut self) -> Self {
        self.log = "sccache=error";
        self
    }

    /// Starts the server as a child of ours, which can be killed: one that waits for its storage listens to nobody.
    /// What it says goes to `log`. Says whether it is up within `limit`; if not, it is gone.
    pub(super) fn start(&mut self, log: &Utf8Path, limit: Duration) -> Result<bool> {
        let mut command = self.client().context("nobody to start")?;
        let file = File::create(log).with_context(|| format!("failed to create {log}"))?;
        command
            .env("SCCACHE_START_SERVER", "1")
            .env("SCCACHE_NO_DAEMON", "1")
            .env("SCCACHE_LOG", self.log)
            // A long link between two compilations must not end it.
            .env("SCCACHE_IDLE_TIMEOUT", "0")
            .env_remove("SCCACHE_ERROR_LOG")
            .stdout(Stdio::null())
            .stderr(file);
        own_group(&mut command);
        let child = command.spawn();
        let child = child.with_context(|| {
            let program = command.get_program().to_string_lossy();
            format!("failed to run `{program}`")
        })?;
        let watched = Watched::group(child.id());
        self.child = Some((child, watched));
        let start = Instant::now();
        while start.elapsed() < limit && self.lives() {
            if self.is_up() {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(50));
        }
        self.kill();
        Ok(false)
    }

    /// Whether the child that was started is still there.
    pub(super) fn lives(&mut self) -> bool {
        if let Some((child, _)) = &mut self.child
            && !matches!(child.try_wait(), Ok(None))
        {
            self.child = None;
        }
        self.child.is_some()
    }

    /// Kills the child, with what it has started. Until it is waited for its number is nobody else's, even if it has
    /// ended.
    fn kill(&mut self) {
        if let Some((mut child, _watched)) = self.child.take() {
            kill_group(child.id());
            let _reaped = child.wait();
        }
    }

    /// Asks whoever listens on our port to stop.
    fn stop(&self) {
        let Some(mut stop) = self.client().filter(|_| self.is_up()) else {
            return;
        };
        stop.arg("--stop-server");
        // If it does not, it goes when it has been idle for long enough.
        let _stopped = output(&mut stop, Duration::from_secs(5));
        // The answer comes before the end, and the folder is about to be removed.
        let start = Instant::now();
        while self.is_up() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Takes note of a program that was called although none was known: what it has started is to be stopped.
    pub(super) fn was_called(&mut self, program: &str) {
        self.program.get_or_insert_with(|| program.to_owned());
    }

    /// The number of the child that was started.
    pub(super) fn process(&self) -> Option<u32> {
        self.child.as_ref().map(|(child, _)| child.id())
    }

    /// What tells sccache which server is ours: set, or taken away.
    pub(super) fn variables(&self) -> BTreeMap<String, Option<String>> {
        let ours = [
            ("SCCACHE_SERVER_UDS", None),
            ("SCCACHE_SERVER_PORT", Some(self.port.to_string())),
            ("SCCACHE_DIR", Some(self.folder.to_string())),
            ("SCCACHE_IDLE_TIMEOUT", Some("30".to_owned())),
        ];
        let ours = ours.map(|(name, value)| (name.to_owned(), value));
        let mut variables = BTreeMap::from(ours);
        variables.extend(self.variables.iter().cloned());
        variables
    }

    /// The program, to ask the server something; `None`: nobody knows which that is.
    pub(super) fn client(&self) -> Option<Command> {
        let mut client = self.children.command(self.program.as_ref()?);
        self.apply(&mut client);
        Some(client)
    }

    /// Makes this child talk to our server, whatever the user's shell says about another.
    pub(super) fn apply(&self, command: &mut Command) {
        for (name, value) in self.variables() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    /// Whether somebody listens on our port.
    pub(super) fn is_up(&self) -> bool {
        TcpStream::connect_timeout(&self.address(), Duration::from_secs(1)).is_ok()
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }
}

/// A port on which nobody listens.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    Ok(address
        .context("failed to find a free port on the loopback interface")?
        .port())
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.stop();
        self.kill();
    }
}
