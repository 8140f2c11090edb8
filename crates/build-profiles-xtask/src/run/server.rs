//! A compiler-cache server of our own, so that the user's is neither asked nor disturbed.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::{Children, output};

/// A port on which the clients that [`Server::apply`] was applied to start an sccache server. Dropping it stops the
/// server.
pub(super) struct Server<'a> {
    children: &'a Children,
    program: Option<String>,
    port: u16,
    folder: Utf8PathBuf,
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
        })
    }

    /// Makes this child talk to our server, whatever the user's shell says about another.
    pub(super) fn apply(&self, command: &mut Command) {
        command
            .env_remove("SCCACHE_SERVER_UDS")
            .env("SCCACHE_SERVER_PORT", self.port.to_string())
            .env("SCCACHE_DIR", &self.folder)
            .env("SCCACHE_IDLE_TIMEOUT", "30");
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
        let Some(program) = self.program.as_ref().filter(|_| self.is_up()) else {
            return;
        };
        let mut stop = self.children.command(program);
        self.apply(stop.arg("--stop-server"));
        // If it does not, it goes when it has been idle for long enough.
        let _stopped = output(&mut stop, Duration::from_secs(5));
        // The answer comes before the end, and the folder is about to be removed.
        let start = Instant::now();
        while self.is_up() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}
