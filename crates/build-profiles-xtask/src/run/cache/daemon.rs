//! The user's own cache server, looked at: never started, never stopped, never waited for.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use build_profiles::cache::daemon::Daemon;
use build_profiles::cache::shared::is_http;
use build_profiles::cache::{DEFAULT_PORT, PORT, SOCKET, Stats, seen};
use camino::Utf8Path;
use semver::Version;

use super::ask;
use super::shared::{reach, service};
use crate::run::server::free_port;
use crate::run::{Children, output};

/// How long a server may take to answer. One that is at work answers in milliseconds.
const LIMIT: Duration = Duration::from_secs(5);

/// Looks at the server that builds would use: those that Cargo starts in the folder of `children`, with `config_env` as
/// the config's `[env]`. `program` is their sccache.
pub(crate) fn daemon(
    children: &Children,
    program: &str,
    config_env: &[(String, String)],
) -> Result<Daemon> {
    let shell = children.var_names().filter_map(|name| {
        let name = name.to_str()?;
        Some((name.to_owned(), children.var(name)?.to_str()?.to_owned()))
    });
    let seen = seen(shell, config_env);
    let value = |name: &str| seen.get(name).map(|seen| seen.value.as_str());
    let client = || {
        let mut command = children.command(program);
        command.envs(seen.iter().map(|(name, seen)| (name, &seen.value)));
        command
    };
    let version = version(client());
    let socket = value(SOCKET).filter(|path| !path.is_empty());
    let port = value(PORT)
        .and_then(|port| port.parse().ok())
        .unwrap_or(DEFAULT_PORT);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let is_up = match socket {
        Some(path) => listens(path),
        None => TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok(),
    };
    // Only once somebody listens: old releases start a server to ask it.
    let said = is_up.then(|| ask(&mut client(), LIMIT).map_err(|error| format!("{error:#}")));
    let configured = configured(client(), version.as_ref());
    let folder = match value("SCCACHE_DIR") {
        Some(folder) => Some(folder.to_owned()),
        None => configured
            .as_ref()
            .and_then(|stats| local_folder(&stats.location)),
    };
    let is_local = configured
        .as_ref()
        .is_none_or(|stats| local_folder(&stats.location).is_some());
    let values: BTreeMap<String, String> = seen
        .iter()
        .map(|(name, seen)| (name.clone(), seen.value.clone()))
        .collect();
    Ok(Daemon {
        address: socket.map_or_else(|| address.to_string(), str::to_owned),
        is_up,
        said,
        client: version.map(|version| version.to_string()),
        configured,
        folder: folder.filter(|_| is_local).map(|folder| {
            let writable = writable(children, Utf8Path::new(&folder));
            (folder, writable)
        }),
        // What is spoken to by HTTP may be there for sccache alone, through a proxy.
        storage: service(&values)
            .filter(|_| !is_http(&values))
            .map(|service| {
                let reached = reach(&service);
                (service, reached)
            }),
        seen,
    })
}

/// What `sccache --version` says.
fn version(mut client: Command) -> Option<Version> {
    let said = output(client.arg("--version"), LIMIT).ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    Version::parse(text.split_whitespace().nth(1)?).ok()
}

/// What a server would use that is started now: on a port without a server the client tells its own configuration.
fn configured(mut client: Command, version: Option<&Version>) -> Option<Stats> {
    version.filter(|version| **version >= Version::new(0, 8, 0))?;
    let port = free_port().ok()?;
    client.env_remove(SOCKET).env(PORT, port.to_string());
    ask(&mut client, LIMIT).ok()
}

/// The folder of `Local disk: "/home/me/.cache/sccache"`.
fn local_folder(location: &str) -> Option<String> {
    let quoted = location.strip_prefix("Local disk: \"")?.strip_suffix('"')?;
    Some(quoted.replace("\\\\", "\\"))
}

/// Whether the folder, or the nearest one above it that exists, can be written. Nothing is written to find out.
fn writable(children: &Children, folder: &Utf8Path) -> Option<bool> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    if !there.is_dir() {
        return Some(false);
    }
    if !cfg!(unix) {
        let readonly = there.metadata().ok()?.permissions().readonly();
        return readonly.then_some(false);
    }
    // The mode bits alone do not tell: owner, groups, read-only mounts.
    let mut test = children.command("/bin/sh");
    test.args(["-c", "test -w \"$0\" && test -x \"$0\"", there.as_str()]);
    Some(output(&mut test, LIMIT).ok()?.status.success())
}

/// Whether somebody listens on a Unix socket; `\x00name` is one without a file.
#[cfg(unix)]
fn listens(path: &str) -> bool {
    use std::os::unix::net::UnixStream;
    #[cfg(target_os = "linux")]
    if let Some(name) = path.strip_prefix("\\x00") {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;
        return SocketAddr::from_abstract_name(name)
            .and_then(|address| UnixStream::connect_addr(&address))
            .is_ok();
    }
    UnixStream::connect(path).is_ok()
}

#[cfg(not(unix))]
fn listens(_path: &str) -> bool {
    false
}
