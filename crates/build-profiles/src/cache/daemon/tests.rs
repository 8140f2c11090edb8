//! A server and what is wrong with it, one line a finding.

use super::*;
use crate::cache::seen;
use crate::policy::{Policy, parse};

fn healthy() -> Daemon {
    let stats = Stats {
        executed: 9,
        hits: 9,
        location: "Local disk: \"/c\"".to_owned(),
        size: Some(1 << 20),
        max_size: Some(10 << 30),
        version: Some("0.16.0".to_owned()),
        ..Stats::default()
    };
    Daemon {
        address: "127.0.0.1:4226".to_owned(),
        is_up: true,
        said: Some(Ok(stats.clone())),
        client: Some("0.16.0".to_owned()),
        configured: Some(stats),
        folder: Some(("/c".to_owned(), Some(true))),
        storage: None,
        seen: BTreeMap::new(),
    }
}

/// `level[code] message | notes | help` of each finding.
fn told(daemon: &Daemon, policy: Option<&str>) -> String {
    let file = FilePath::new("build-profiles.toml");
    let parsed: Option<Policy> = policy.map(|storage| {
        let text = format!("schema = 1\ncache.tool = \"sccache\"\ncache.storage.{storage}\n");
        parse(&file, &text).0.expect("a policy")
    });
    let storage = parsed.as_ref().and_then(|policy| {
        let cache = policy.base.cache.as_ref()?;
        cache.storage.as_ref()
    });
    let found = judge(daemon, storage.map(|storage| (&file, storage)));
    let lines: Vec<_> = found
        .iter()
        .map(|found| {
            format!(
                "{:?}[{}] {} | {} | {}",
                found.level,
                found.code,
                found.message,
                found.notes.join("; "),
                found.help.join("; ")
            )
        })
        .collect();
    lines.join("\n")
}

fn stats(daemon: &mut Daemon) -> &mut Stats {
    match &mut daemon.said {
        Some(Ok(stats)) => stats,
        _ => panic!("a healthy server"),
    }
}

fn with(shell: &[(&str, &str)], config: &[(&str, &str)]) -> Daemon {
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    Daemon {
        seen: seen(own(shell), &own(config)),
        ..healthy()
    }
}

#[test]
fn a_server_that_is_what_it_should_be() {
    assert_eq!(told(&healthy(), None), "");
    let daemon = with(&[("PATH", "/bin")], &[("SCCACHE_DIR", "/c")]);
    assert_eq!(told(&daemon, Some("dir = '/c'")), "");
}

#[test]
fn no_server() {
    let daemon = Daemon {
        is_up: false,
        said: None,
        ..healthy()
    };
    assert_eq!(
        told(&daemon, None),
        "Note[cache_server_down] no cache server runs on 127.0.0.1:4226 | the next build starts one; until then \
         `sccache --show-stats` shows zeros, which prove nothing | "
    );
}

#[test]
fn another_storage_without_its_password() {
    let mut daemon = healthy();
    stats(&mut daemon).location = "redis, name: redis://:pw@old:6379, prefix: /".to_owned();
    assert_eq!(
        told(&daemon, None),
        "Deny[cache_server_elsewhere] the running cache server uses another storage than the build asks for | it uses: \
         redis, name: redis://:**@old:6379, prefix: /; asked for: Local disk: \"/c\"; a server keeps the environment of \
         whoever started it | stop it, the next build starts the right one: sccache --stop-server"
    );
}

#[test]
fn another_size() {
    let mut daemon = healthy();
    stats(&mut daemon).max_size = Some(300 << 10);
    assert_eq!(
        told(&daemon, None),
        "Warning[cache_server_other_size] the running cache server may hold 300K, the build asks for 10G | a server keeps \
         the environment of whoever started it | stop it, the next build starts the right one: sccache --stop-server"
    );
}

#[test]
fn another_release() {
    let mut daemon = healthy();
    let end = "builds go through the old server, with the old one's faults and keys | stop it, the next build starts the \
               right one: sccache --stop-server";
    stats(&mut daemon).version = Some("0.10.0".to_owned());
    assert_eq!(
        told(&daemon, None),
        format!(
            "Warning[cache_server_other_version] the server on 127.0.0.1:4226 is sccache 0.10.0, the program is 0.16.0 | {end}"
        )
    );
    let words = "sccache: error: failed to get stats: Mismatch of client/server versions?";
    daemon.said = Some(Err(words.to_owned()));
    assert_eq!(
        told(&daemon, None),
        format!(
            "Warning[cache_server_other_version] the server on 127.0.0.1:4226 is of another release of sccache than the \
             program | {end}"
        )
    );
}

#[test]
fn somebody_else_on_the_port() {
    let daemon = Daemon {
        said: Some(Err("no answer".to_owned())),
        ..healthy()
    };
    assert_eq!(
        told(&daemon, None),
        "Deny[cache_server_mute] whoever listens on 127.0.0.1:4226 does not answer as a cache server | no answer; a build \
         that asks it hangs or fails | stop that process, or let `SCCACHE_SERVER_PORT` name another port"
    );
}

#[test]
fn a_program_that_is_gone_tells_nothing_of_the_server() {
    for said in [None, Some(Err("no such file".to_owned()))] {
        let daemon = Daemon {
            said,
            client: None,
            configured: None,
            ..healthy()
        };
        assert_eq!(told(&daemon, None), "");
    }
}

#[test]
fn a_storage_that_is_not_there() {
    let mut daemon = Daemon {
        storage: Some(("cache:6379".to_owned(), Ok(()))),
        ..healthy()
    };
    assert_eq!(told(&daemon, None), "");
    daemon.storage = Some(("cache:6379".to_owned(), Err("refused".to_owned())));
    assert_eq!(
        told(&daemon, None),
        "Deny[cache_storage_unreachable] the cache's storage at cache:6379 can't be reached | refused; a cache server \
         that starts now waits ten seconds for it, and then the build fails | is the storage up, and is this machine let in?"
    );
}

#[test]
fn a_server_that_cannot_store() {
    let mut daemon = healthy();
    stats(&mut daemon).write_errors = 9;
    daemon.folder = Some(("/c".to_owned(), Some(false)));
    assert_eq!(
        told(&daemon, None),
        "Deny[cache_folder_not_writable] the cache's folder `/c` cannot be written | builds go on without a word, and \
         never hit | make it writable, or name another: `dir` in `[cache.storage]`\n\
         Deny[cache_does_not_store] the running cache server has stored nothing of what was compiled | 9 results could \
         not be stored, 0 were | let it write to its folder, or name another: `dir` in `[cache.storage]`"
    );
    daemon.folder = None;
    let stats = stats(&mut daemon);
    (stats.writes, stats.size, stats.max_size) = (5, Some(290 << 10), Some(300 << 10));
    let full = told(&daemon, None);
    assert!(
        full.ends_with(
            "Warning[cache_does_not_store] the running cache server has stored not all of what was compiled | 9 results \
             could not be stored, 5 were; it holds 290K of 300K | let it hold more: `size` in `[cache.storage]`"
        ),
        "{full}"
    );
}

#[test]
fn variables_that_nobody_remembers() {
    let daemon = with(
        &[
            ("SCCACHE_LOCAL_RW_MODE", "READ_ONLY"),
            ("SCCACHE_NO_CACHE", ""),
        ],
        &[("SCCACHE_RECACHE", "1"), ("SCCACHE_SERVER_PORT", "4300")],
    );
    assert_eq!(
        told(&daemon, None),
        "Deny[stray_cache_variable] `SCCACHE_LOCAL_RW_MODE` is set: nothing is stored |  | unset it: unset \
         SCCACHE_LOCAL_RW_MODE\n\
         Deny[stray_cache_variable] `SCCACHE_NO_CACHE` is set: nothing is looked up and nothing stored |  | unset it: \
         unset SCCACHE_NO_CACHE\n\
         Deny[stray_cache_variable] `SCCACHE_RECACHE` in `[env]` is set: nothing is looked up, everything is compiled and \
         stored again |  | take it out of the Cargo config: `env.SCCACHE_RECACHE`\n\
         Note[cache_server_of_cargo_alone] `[env]` sends builds to the cache server on 127.0.0.1:4226 | `sccache \
         --show-stats` typed in a shell asks another one | ask for it by name: SCCACHE_SERVER_PORT=4300 sccache \
         --show-stats"
    );
    let declared = with(&[("SCCACHE_REDIS_RW_MODE", "READ_ONLY")], &[]);
    let told = told(
        &declared,
        Some("redis = { endpoint = 'redis://c', rw-mode = 'READ_ONLY' }"),
    );
    assert!(!told.contains("stray"), "{told}");
}

#[test]
fn a_shell_that_says_otherwise() {
    let daemon = with(
        &[
            ("SCCACHE_REDIS_ENDPOINT", "redis://:pw@old"),
            ("SCCACHE_BUCKET", "b"),
            ("SCCACHE_WEBDAV_ENDPOINT", "passed over itself"),
            ("SCCACHE_S3_KEY_PREFIX", "without a bucket it is nothing"),
        ],
        &[("SCCACHE_REDIS_ENDPOINT", "redis://new")],
    );
    assert_eq!(
        told(
            &daemon,
            Some("redis = { endpoint = 'redis://new', db = 1 }")
        ),
        "Deny[storage_overridden] the shell sets `SCCACHE_REDIS_ENDPOINT` to `redis://:**@old` | an exported variable wins \
         over `[env]` of the Cargo config | unset it: unset SCCACHE_REDIS_ENDPOINT\n\
         Deny[storage_overridden] no build sees `SCCACHE_REDIS_DB` |  | run `cargo xtask configure`\n\
         Deny[storage_overridden] `SCCACHE_BUCKET` makes sccache use `s3` and not `redis` | its value: b | unset it: unset \
         SCCACHE_BUCKET"
    );
}
