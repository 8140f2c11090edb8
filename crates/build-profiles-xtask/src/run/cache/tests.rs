//! The real sccache, on ports and in folders of the test's own.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use build_profiles::cache::daemon::{Daemon, judge};

use super::*;
use crate::run::fixture::Fixture;
use crate::run::server::{Server, free_port};
use crate::run::{Children, cache};

const LIMIT: Duration = Duration::from_secs(60);

/// The user's shell, with a server of theirs on this port and a local cache in this folder.
fn shell(fixture: &Fixture, port: u16, folder: &str) -> Children {
    fixture
        .children()
        .with("SCCACHE_CONF", fixture.path("none").as_str())
        .with("SCCACHE_SERVER_PORT", &port.to_string())
        .with("SCCACHE_DIR", fixture.path(folder).as_str())
}

fn look(children: &Children, sccache: &str) -> Daemon {
    cache::daemon(children, sccache, &[]).expect("it can be looked at")
}

fn codes(daemon: &Daemon) -> Vec<&'static str> {
    judge(daemon, None).iter().map(|found| found.code).collect()
}

#[test]
fn a_server_that_is_not_there_is_not_started() {
    let fixture = Fixture::new();
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    let port = free_port().expect("a port");
    let daemon = look(&shell(&fixture, port, "cache"), &sccache);
    assert!(!daemon.is_up && daemon.said.is_none());
    assert_eq!(codes(&daemon), ["cache_server_down"]);
    std::net::TcpStream::connect(("127.0.0.1", port)).expect_err("no server was started");
    assert!(!fixture.path("cache").exists(), "nothing was written");
    assert_eq!(
        daemon.folder,
        Some((fixture.path("cache").into(), Some(true)))
    );
}

#[test]
fn a_server_of_another_folder_and_size_is_told_apart() {
    let fixture = Fixture::new();
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    let children = fixture
        .children()
        .with("SCCACHE_CONF", fixture.path("none").as_str());
    let server = Server::new(&children, Some(&sccache), &fixture.path("old")).expect("a port");
    let mut start = children.command(&sccache);
    server.apply(start.arg("--start-server"));
    output(&mut start, LIMIT).expect("it starts");
    let port = server.address().port();
    assert_eq!(
        codes(&look(&shell(&fixture, port, "old"), &sccache)),
        [""; 0]
    );
    let elsewhere = look(&shell(&fixture, port, "new"), &sccache);
    assert_eq!(codes(&elsewhere), ["cache_server_elsewhere"]);
    let smaller = shell(&fixture, port, "old").with("SCCACHE_CACHE_SIZE", "1G");
    assert_eq!(
        codes(&look(&smaller, &sccache)),
        ["cache_server_other_size"]
    );
    // The port may stand in the config alone, where only builds find it.
    let by_config = [("SCCACHE_SERVER_PORT".to_owned(), port.to_string())];
    let plain = shell(&fixture, port, "old").without("SCCACHE_SERVER_PORT");
    let found = cache::daemon(&plain, &sccache, &by_config).expect("it can be looked at");
    assert!(found.is_up);
    assert_eq!(codes(&found), ["cache_server_of_cargo_alone"]);
    assert!(server.is_up(), "it was not disturbed");
}

#[test]
fn a_mute_process_on_the_port_does_not_hang_us() {
    let fixture = Fixture::new();
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("it has one").port();
    let start = std::time::Instant::now();
    let daemon = look(&shell(&fixture, port, "cache"), &sccache);
    assert!(start.elapsed() < LIMIT);
    assert_eq!(codes(&daemon), ["cache_server_mute"]);
    let socket = fixture.path("s");
    let listener = UnixListener::bind(&socket).expect("a short path");
    let by_socket = shell(&fixture, port, "cache").with("SCCACHE_SERVER_UDS", socket.as_str());
    drop(listener);
    assert_eq!(codes(&look(&by_socket, &sccache)), ["cache_server_down"]);
}

#[test]
fn a_folder_below_a_file_cannot_be_written() {
    let fixture = Fixture::new();
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    fixture.write("file", "");
    let port = free_port().expect("a port");
    let daemon = look(&shell(&fixture, port, "file/cache"), &sccache);
    assert_eq!(
        codes(&daemon),
        ["cache_folder_not_writable", "cache_server_down"]
    );
}

#[test]
fn statistics_of_every_release_are_read() {
    let old: Value = serde_json::from_str(
        r#"{"stats":{"compile_requests":7,"cache_hits":{"counts":{"Rust":2,"C/C++":1}},"not_cached":{"crate-type":2}},
            "cache_location":"x","cache_size":null}"#,
    )
    .expect("JSON");
    let read = stats(&old);
    assert_eq!((read.requests, read.hits, read.misses), (7, 3, 0));
    assert_eq!(read.not_cached["crate-type"], 2);
    assert_eq!((read.size, read.version), (None, None));
}
