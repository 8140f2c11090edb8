//! A cache server of our own for whole builds: started before them, counted, and gone after them.
//!
//! The user's server is neither asked nor told anything. Ours is a child in the foreground, so that it goes when we do.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use build_profiles::evidence::{CacheCounts, Call};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::limit::Wait;
use super::server::Server;
use super::{Children, cpu, excerpt, output, private};

/// Variables of these names choose a storage. Others (`SCCACHE_RECACHE`, `SCCACHE_CACHE_SIZE`) are
/// part of what is to be seen.
const STORAGE: [&str; 14] = [
    "SCCACHE_BUCKET",
    "SCCACHE_REGION",
    "SCCACHE_ENDPOINT",
    "SCCACHE_S3_",
    "SCCACHE_REDIS",
    "SCCACHE_MEMCACHED",
    "SCCACHE_GCS_",
    "SCCACHE_GHA_",
    "SCCACHE_AZURE_",
    "SCCACHE_WEBDAV_",
    "SCCACHE_OSS_",
    "SCCACHE_COS_",
    "SCCACHE_MULTILEVEL_",
    "SCCACHE_STARTUP_NOTIFY",
];

/// A server of our own for whole builds; or only its port, where no cache is asked for.
pub(crate) struct CacheServer<'a> {
    server: RefCell<Server<'a>>,
    folder: Utf8PathBuf,
    over: Option<Utf8PathBuf>,
    read: RefCell<Read>,
}

/// What has been read of the server so far: counters are those since it started.
#[derive(Default)]
struct Read {
    counts: CacheCounts,
    log: usize,
}

impl<'a> CacheServer<'a> {
    /// A port on which nobody listens, and a folder for entries. A cache that is called all the same, because something
    /// that we did not see asks for it, fills this folder and not the user's.
    pub(crate) fn none(children: &'a Children, folder: &Utf8Path) -> Result<Self> {
        Self::with_program(children, folder, None)
    }

    /// The same for `program`, which [`CacheServer::start`] starts.
    pub(crate) fn of(children: &'a Children, folder: &Utf8Path, program: &str) -> Result<Self> {
        Self::with_program(children, folder, Some(program))
    }

    /// The same, which says no more than what went wrong, so that builds can be timed beside it.
    pub(crate) fn terse(mut self) -> Self {
        self.server = RefCell::new(self.server.into_inner().terse());
        self
    }

    fn with_program(
        children: &'a Children,
        folder: &Utf8Path,
        program: Option<&str>,
    ) -> Result<Self> {
        let names = children.var_names().filter_map(|name| name.to_str());
        let mut variables: Vec<(String, Option<String>)> = names
            .filter(|name| STORAGE.iter().any(|storage| name.starts_with(storage)))
            .map(|name| (name.to_owned(), None))
            .collect();
        // What a person has configured there is a storage too.
        let conf = folder.with_extension("no-such-file").into_string();
        variables.push(("SCCACHE_CONF".to_owned(), Some(conf)));
        let server = Server::new(children, program, folder)?.with_variables(variables);
        Ok(Self {
            server: RefCell::new(server),
            folder: folder.to_owned(),
            over: None,
            read: RefCell::default(),
        })
    }

    /// Starts the server with an empty cache.
    pub(crate) fn start(&self) -> Result<()> {
        const LIMIT: Duration = Duration::from_secs(20);
        let _wait = Wait::begin();
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("failed to create {}", self.folder))?;
        let is_up = self.server.borrow_mut().start(&self.log_file(), LIMIT)?;
        ensure!(is_up, "it started no server");
        Ok(())
    }

    /// Puts our server over what `[env]` of the config forces on every child of Cargo.
    pub(crate) fn insist(&mut self, forced: &BTreeSet<String>) -> Result<()> {
        let variables = self.server.borrow().variables();
        let lines: String = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .filter(|(name, _)| forced.contains(name))
            .map(|(name, value)| {
                let value = build_profiles::value::Value::from(value.as_str());
                format!("{name} = {{ value = {value}, force = true }}\n")
            })
            .collect();
        if !lines.is_empty() {
            let file = self.folder.with_extension("toml");
            fs::write(&file, format!("[env]\n{lines}"))
                .with_context(|| format!("failed to write {file}"))?;
            self.over = Some(file);
        }
        Ok(())
    }

    /// Takes note of a cache that was called although no server was started for it.
    pub(super) fn saw(&self, calls: &[Call]) {
        let mut wrappers = calls.iter().flat_map(|call| &call.wrappers);
        let cache = |wrapper: &&String| Utf8Path::new(wrapper).file_stem() == Some("sccache");
        if let Some(wrapper) = wrappers.find(cache) {
            self.server.borrow_mut().was_called(wrapper);
        }
    }

    /// A config file to put over the workspace's, if there is anything to insist on.
    pub(super) fn over(&self) -> Option<&Utf8Path> {
        self.over.as_deref()
    }

    /// Makes this child talk to our server, whatever the user's shell says about another.
    pub(crate) fn apply(&self, command: &mut Command) {
        self.server.borrow().apply(command);
    }

    /// What it did since it was asked last.
    pub(crate) fn counts(&self) -> Result<CacheCounts> {
        let client = self.server.borrow().client();
        let mut client = client.context("no server was started")?;
        // Whoever called the wrapper after its end has started another one, which knows of nothing before.
        ensure!(self.server.borrow_mut().lives(), "it went away meanwhile");
        // Some versions start a server to say that it has done nothing.
        ensure!(self.server.borrow().is_up(), "the server is gone");
        client.args(["--show-stats", "--stats-format=json"]);
        let told = output(&mut client, Duration::from_secs(30))?;
        ensure!(
            told.status.success(),
            "{}",
            excerpt::last_word(&told.stderr)
        );
        let told: Value =
            serde_json::from_slice(&told.stdout).context("its statistics are not JSON")?;
        let now = parse(&told);
        let mut read = self.read.borrow_mut();
        let log = fs::read_to_string(self.log_file()).unwrap_or_default();
        let mut since = since(&read.counts, &now);
        since.entries = Some(private::count(&self.folder, |_| true));
        since.missed_crates = missed(log.get(read.log..).unwrap_or_default());
        *read = Read {
            counts: now,
            log: log.len(),
        };
        Ok(since)
    }

    /// Its process, if one was started.
    pub(crate) fn process(&self) -> Option<u32> {
        self.server.borrow().process()
    }

    /// Processor seconds it has spent, compilers included.
    pub(super) fn cpu(&self) -> Option<f64> {
        cpu::of(self.server.borrow().process()?)
    }

    fn log_file(&self) -> Utf8PathBuf {
        self.folder.with_extension("log")
    }
}

/// Sccache's statistics; a field that a version lacks is 0.
fn parse(told: &Value) -> CacheCounts {
    let stats = &told["stats"];
    let number = |name: &str| stats[name].as_u64().unwrap_or(0);
    // What build scripts compile in C goes through the cache too, and is no unit of Cargo's.
    let sum = |name: &str, rust: bool| -> u64 {
        let by_language = stats[name]["counts"].as_object();
        by_language
            .into_iter()
            .flat_map(|counts| counts.iter())
            .filter(|(language, _)| (*language == "Rust") == rust)
            .filter_map(|(_, count)| count.as_u64())
            .sum()
    };
    let errors = sum("cache_errors", true);
    let others: u64 = ["cache_hits", "cache_misses", "cache_errors"]
        .iter()
        .map(|name| sum(name, false))
        .sum();
    CacheCounts {
        executed: number("requests_executed").saturating_sub(others),
        hits: sum("cache_hits", true),
        misses: sum("cache_misses", true),
        writes: number("cache_writes"),
        write_errors: number("cache_write_errors"),
        errors: errors + number("cache_timeouts") + number("cache_read_errors"),
        recached: number("forced_recaches"),
        compile_fails: number("compile_fails"),
        refused: stats["not_cached"]
            .as_object()
            .into_iter()
            .flat_map(|reasons| reasons.iter())
            .filter_map(|(reason, count)| Some((reason.clone(), count.as_u64()?)))
            .collect(),
        entries: None,
        missed_crates: Vec::new(),
        location: told["cache_location"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        size: told["cache_size"].as_u64(),
        max_size: told["max_cache_size"].as_u64(),
    }
}

fn since(before: &CacheCounts, now: &CacheCounts) -> CacheCounts {
    let mut refused = now.refused.clone();
    for (reason, count) in &mut refused {
        *count = count.saturating_sub(before.refused.get(reason).copied().unwrap_or(0));
    }
    refused.retain(|_, count| *count > 0);
    CacheCounts {
        executed: now.executed.saturating_sub(before.executed),
        hits: now.hits.saturating_sub(before.hits),
        misses: now.misses.saturating_sub(before.misses),
        writes: now.writes.saturating_sub(before.writes),
        write_errors: now.write_errors.saturating_sub(before.write_errors),
        errors: now.errors.saturating_sub(before.errors),
        recached: now.recached.saturating_sub(before.recached),
        compile_fails: now.compile_fails.saturating_sub(before.compile_fails),
        refused,
        ..now.clone()
    }
}

/// Crates that missed: `[serde]: Cache miss ...` of the server's debug log.
fn missed(log: &str) -> Vec<String> {
    log.lines()
        .filter(|line| line.contains("]: Cache miss"))
        .filter_map(|line| {
            let (before, _) = line.split_once("]: Cache miss")?;
            Some(before.rsplit_once('[')?.1.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::run::fixture::Fixture;

    #[test]
    fn a_panic_leaves_no_server() {
        let fixture = Fixture::workspace("");
        let Some(program) = fixture.tool("sccache") else {
            return;
        };
        let children = fixture.children();
        let port = std::cell::Cell::new(0);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let server = CacheServer::of(&children, &fixture.path("cache"), &program)
                .expect("a port is free");
            server.start().expect("sccache starts");
            port.set(server.server.borrow().address().port());
            assert!(
                !server.server.borrow().is_up(),
                "a panic while a server runs"
            );
        }));
        assert!(ended.is_err());
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port.get())).is_err());
    }

    /// A wrapper that finds no server starts one of its own, on our port.
    #[test]
    fn what_was_started_in_its_place_is_stopped() {
        let fixture = Fixture::workspace("");
        let Some(program) = fixture.tool("sccache") else {
            return;
        };
        let children = fixture.children();
        let server =
            CacheServer::of(&children, &fixture.path("cache"), &program).expect("a port is free");
        server.start().expect("sccache starts");
        for option in ["--stop-server", "--start-server"] {
            let mut sccache = children.command(&program);
            server.apply(sccache.arg(option));
            output(&mut sccache, Duration::from_secs(60)).expect("sccache runs");
        }
        assert!(server.server.borrow().is_up());
        let error = server.counts().expect_err("it is not ours");
        assert_eq!(error.to_string(), "it went away meanwhile");
        let port = server.server.borrow().address().port();
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn only_what_is_forced_is_put_over_the_config() {
        let fixture = Fixture::workspace("");
        let children = fixture.children();
        let mut server =
            CacheServer::none(&children, &fixture.path("cache")).expect("a port is free");
        server.insist(&BTreeSet::new()).expect("nothing to write");
        assert_eq!(server.over(), None);
        let forced = ["SCCACHE_SERVER_PORT", "OTHER"].map(str::to_owned);
        server.insist(&forced.into()).expect("the folder is ours");
        let text = fs::read_to_string(server.over().expect("just written")).expect("readable");
        let port = server.server.borrow().address().port();
        assert_eq!(
            text,
            format!("[env]\nSCCACHE_SERVER_PORT = {{ value = \"{port}\", force = true }}\n")
        );
    }
}
