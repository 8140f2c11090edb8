//! The real sccache, and programs that only look like it.

use std::time::Duration;

use super::*;
use crate::run::fixture::{Fixture, files_in};

fn wrap(fixture: &Fixture, program: &str, limit: Duration) -> Result<(), String> {
    let children = fixture
        .children()
        // A user's settings and a server of theirs: not to be touched.
        .with("SCCACHE_DIR", fixture.path("users").as_str())
        .with("SCCACHE_SERVER_PORT", "9")
        .with("SCCACHE_REDIS_ENDPOINT", "tcp://127.0.0.1:9")
        .with("CARGO_INCREMENTAL", "1");
    let bench =
        Bench::new(&children, &fixture.path("state"), &fixture.path("cache")).with_limit(limit);
    let outcome = bench.wrap(program).map_err(|error| format!("{error:#}"));
    assert!(
        files_in(&fixture.path("state")).is_empty(),
        "the bench is not swept"
    );
    for cache in ["users", "caches"] {
        assert!(!fixture.path(cache).exists(), "the user's cache is touched");
    }
    outcome
}

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn sccache_is_proved() {
    let fixture = Fixture::new();
    if let Some(sccache) = fixture.tool("sccache") {
        assert_eq!(wrap(&fixture, &sccache, LIMIT), Ok(()));
    }
}

#[test]
fn no_server_survives() {
    let fixture = Fixture::new();
    let Some(sccache) = fixture.tool("sccache") else {
        return;
    };
    let children = fixture.children();
    let server = Server::new(&children, Some(&sccache), &fixture.path("cache")).expect("a port");
    assert!(!server.is_up());
    let mut start = children.command(&sccache);
    start
        .arg("--start-server")
        .env("SCCACHE_CONF", fixture.path("none"));
    server.apply(&mut start);
    output(&mut start, LIMIT).expect("it starts");
    assert!(server.is_up());
    let address = server.address();
    drop(server);
    std::net::TcpStream::connect(address).expect_err("the server is gone");
}

#[test]
fn an_impostor_is_passed_over() {
    let fixture = Fixture::new();
    let program = fixture.script("fake/sccache", "exec \"$@\"");
    assert_eq!(
        wrap(&fixture, program.as_str(), LIMIT),
        Err("it compiles, but has started no server as sccache does".to_owned())
    );
    let stats = "{\"stats\":{\"compile_requests\":1,\"requests_executed\":1}}";
    let liar = format!("[ \"$1\" = rustc ] && exec \"$@\"; echo '{stats}'");
    let program = fixture.script("fake/liar", &liar);
    assert_eq!(
        wrap(&fixture, program.as_str(), LIMIT),
        Err("it compiles, but has started no server as sccache does".to_owned())
    );
    let program = fixture.script("fake/idler", "exit 0");
    assert_eq!(
        wrap(&fixture, program.as_str(), LIMIT),
        Err("it compiles, but nothing comes of it".to_owned())
    );
}

#[test]
fn a_wrapper_that_dies_or_hangs_is_passed_over() {
    let fixture = Fixture::new();
    let dies = fixture.script("fake/dies", "echo 'sccache: error: no room' >&2; exit 2");
    assert_eq!(
        wrap(&fixture, dies.as_str(), LIMIT),
        Err("it does not compile: sccache: error: no room".to_owned())
    );
    let hangs = fixture.script("fake/hangs", "sleep 300");
    let reason = wrap(&fixture, hangs.as_str(), Duration::from_millis(500)).expect_err("it hangs");
    assert!(
        reason.ends_with("gave no answer within 0.5 seconds"),
        "{reason}"
    );
    wrap(&fixture, "/nowhere/sccache", LIMIT).expect_err("it is not there");
}
