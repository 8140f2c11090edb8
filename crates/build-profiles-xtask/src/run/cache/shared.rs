//! The two-checkout experiment: two copies of the workspace, two servers of our own, one storage.
//!
//! Nobody's cache is touched: the servers keep to a part of the storage that is theirs alone. All waiting is bounded.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use build_profiles::cache::shared::{
    Build, SharedEvidence, Stopped, apart, endpoint, is_fixed, is_http,
};
use build_profiles::cache::{Stats, log};
use build_profiles::edit::parse;
use build_profiles::policy::Storage;
use build_profiles::secret::masked;
use build_profiles::value::{KeyPath, Value};
use camino::{Utf8Path, Utf8PathBuf};

use super::ask;
use crate::run::private::Private;
use crate::run::server::Server;
use crate::run::{Children, Ended, excerpt, git, output_unless};

/// What is to be tried.
pub(crate) struct Experiment<'a> {
    /// The user's sccache.
    pub(crate) program: &'a str,
    /// The policy's storage; none: a local one.
    pub(crate) storage: Option<&'a Storage>,
    /// What Cargo is to do in each checkout: `build --workspace`.
    pub(crate) arguments: &'a [&'a str],
    /// Files that git does not know and that Cargo reads, from the workspace's root: `.cargo/machine.toml`.
    pub(crate) files: &'a [&'a str],
    /// A folder outside of every workspace, so that no config but the checkout's own is read.
    pub(crate) folder: &'a Utf8Path,
    /// How long each of the two builds may take.
    pub(crate) limit: Duration,
}

/// How long a server may take to find its storage. sccache itself gives up after ten seconds.
const START: Duration = Duration::from_secs(12);
/// How long the service may take to accept a connection.
const REACH: Duration = Duration::from_secs(3);
/// Errors of a remote storage that are enough to know it by: each may have cost half a minute.
const ERRORS: u64 = 2;

/// Builds the workspace at `root` twice, at two paths. What the storage does is evidence; an error is a workspace that
/// can't be copied or built.
pub(crate) fn shared(
    children: &Children,
    root: &Utf8Path,
    experiment: &Experiment<'_>,
) -> Result<SharedEvidence> {
    let folder = Private::new(experiment.folder, "shared")?;
    let name = format!("build-profiles-{}", unique());
    let variables = apart(experiment.storage, &name, folder.join("storage").as_str());
    let backend = experiment
        .storage
        .and_then(|storage| storage.backend.as_ref());
    let mut evidence = SharedEvidence {
        backend: backend
            .map_or("dir", |backend| backend.value.name)
            .to_owned(),
        cargo_variables: cargo_variables(children),
        ..SharedEvidence::default()
    };
    let proxied = is_http(&variables) && has_proxy(children);
    let service = service(&variables).filter(|_| !proxied);
    if let Some(endpoint) = &service
        && let Err(why) = reach(endpoint)
    {
        evidence.stopped = Some(Stopped::Unreachable {
            endpoint: endpoint.clone(),
            why,
        });
        return Ok(evidence);
    }
    let lab = Lab {
        children,
        experiment,
        variables,
        service,
        folder: &folder,
    };
    for checkout in ["one", "other/checkout"].map(|name| folder.join(name)) {
        let at = lab.lay_out(root, &checkout)?;
        evidence.origin = origin(root, &at, &checkout);
        evidence.fixed_build_dir = lab.fixed_build_dir(&at);
        let build = match lab.build(&checkout, &at, evidence.fixed_build_dir)? {
            Ok(build) => build,
            Err(stopped) => {
                evidence.stopped = Some(stopped);
                break;
            }
        };
        if evidence.first.is_none() {
            evidence.first = Some(build);
        } else {
            evidence.second = Some(build);
        }
    }
    Ok(evidence)
}

/// The git root: as far above the workspace as the copy's is.
fn origin(root: &Utf8Path, at: &Utf8Path, checkout: &Utf8Path) -> String {
    let below = at
        .strip_prefix(checkout)
        .map_or(0, |inside| inside.components().count());
    let origin = root.ancestors().nth(below).unwrap_or(root);
    origin.to_string()
}

/// What both builds have in common.
struct Lab<'a> {
    children: &'a Children,
    experiment: &'a Experiment<'a>,
    variables: BTreeMap<String, String>,
    service: Option<String>,
    folder: &'a Private,
}

impl Lab<'_> {
    /// A copy of the workspace; says where its root is.
    fn lay_out(&self, root: &Utf8Path, checkout: &Utf8Path) -> Result<Utf8PathBuf> {
        let at = git::copy_present(root, checkout)
            .context("failed to copy the workspace, which must be in a git checkout")?;
        for file in ["Cargo.lock"].iter().chain(self.experiment.files) {
            if !at.join(file).exists() {
                git::copy(&root.join(file), &at.join(file))?;
            }
        }
        Ok(at)
    }

    /// Whether intermediate files of both checkouts go to the same folder.
    fn fixed_build_dir(&self, at: &Utf8Path) -> bool {
        let exported = self.children.var("CARGO_BUILD_BUILD_DIR");
        if let Some(build_dir) = exported.and_then(|value| value.to_str()) {
            return is_fixed(build_dir);
        }
        let files = [
            ".cargo/config.toml",
            ".cargo/portable.toml",
            ".cargo/machine.toml",
        ];
        files.iter().any(|file| {
            let text = fs::read_to_string(at.join(file)).unwrap_or_default();
            let leaf = parse(&text)
                .ok()
                .and_then(|source| source.leaf(&KeyPath::new(["build", "build-dir"])));
            matches!(leaf.and_then(|leaf| leaf.value), Some(Value::Str(dir)) if is_fixed(&dir))
        })
    }

    /// Builds one checkout with a server of its own.
    fn build(
        &self,
        checkout: &Utf8Path,
        at: &Utf8Path,
        fixed_build_dir: bool,
    ) -> Result<Result<Build, Stopped>> {
        let children = self.children.in_folder(at);
        let storage = self.folder.join("storage");
        let mut server = Server::new(&children, Some(self.experiment.program), &storage)?
            .with_variables(self.server_variables());
        let log = self.folder.join("log");
        if !server.start(&log, START)? {
            // It was there before: the cause is not what the server was told.
            if let Some(lost) = self.lost() {
                return Ok(Err(lost));
            }
            let words = last_words(&log);
            return Ok(Err(Stopped::NoServer { words }));
        }
        if let Some(words) = read_only(&log) {
            return Ok(Err(Stopped::ReadOnly { words }));
        }
        let mut cargo = self.cargo(&children, at, fixed_build_dir);
        server.apply(&mut cargo);
        let mut watch = Watch::new(self);
        let start = Instant::now();
        let ended = output_unless(&mut cargo, self.experiment.limit, || {
            watch.look(&mut server)
        })?;
        let milliseconds = start.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let output = match ended {
            Ended::Done(output) => output,
            Ended::Stopped(stopped) => return Ok(Err(stopped)),
            Ended::Late => {
                let seconds = self.experiment.limit.as_secs();
                return Ok(Err(Stopped::TooSlow { seconds }));
            }
        };
        if !output.status.success() {
            // A service that has just died fails the build, too.
            if let Some(stopped) = watch.look_now(&mut server) {
                return Ok(Err(stopped));
            }
            bail!(
                "a copy of the workspace does not build:\n{}",
                excerpt::complaint(&output.stderr)
            );
        }
        let stats = match self.settled(&mut server, &mut watch)? {
            Ok(stats) => stats,
            Err(stopped) => return Ok(Err(stopped)),
        };
        drop(server);
        let text = fs::read(&log).with_context(|| format!("failed to read {log}"))?;
        let mut units = log::units(&String::from_utf8_lossy(&text));
        for unit in units.iter_mut().filter(|unit| !unit.hit) {
            let file = unit.dep_info.as_ref().map(|file| at.join(file));
            let text = file.and_then(|file| fs::read_to_string(file).ok());
            unit.env_deps = log::env_deps(&text.unwrap_or_default());
        }
        if fixed_build_dir {
            // The second checkout must ask for what the first has left here.
            let _removed = fs::remove_dir_all(self.build_dir());
        }
        Ok(Ok(Build {
            checkout: checkout.to_string(),
            stats,
            units,
            milliseconds,
        }))
    }

    /// Whether the service has gone since it was reached.
    fn lost(&self) -> Option<Stopped> {
        let endpoint = self.service.clone()?;
        reach(&endpoint)
            .is_err()
            .then_some(Stopped::Lost { endpoint })
    }

    fn build_dir(&self) -> Utf8PathBuf {
        self.folder.join("build")
    }

    /// Cargo, as a person would call it there. No `CARGO_*` is added: each is part of the key.
    fn cargo(&self, children: &Children, at: &Utf8Path, fixed_build_dir: bool) -> Command {
        let mut cargo = children.command("cargo");
        let (name, rest) = self
            .experiment
            .arguments
            .split_first()
            .unwrap_or((&"build", &[]));
        cargo
            .arg(name)
            .arg("--target-dir")
            .arg(at.join("target"))
            .arg("--config")
            .arg(format!(
                "build.rustc-wrapper={}",
                Value::from(self.experiment.program)
            ));
        if fixed_build_dir {
            let build_dir = Value::from(self.build_dir().as_str());
            cargo
                .arg("--config")
                .arg(format!("build.build-dir={build_dir}"));
        }
        cargo.args(rest);
        cargo
    }

    /// The storage and its credentials, and nothing else of the user's: another storage in the shell or in the user's
    /// file would win over ours without a word.
    fn server_variables(&self) -> Vec<(String, Option<String>)> {
        let backend = self
            .experiment
            .storage
            .and_then(|storage| storage.backend.as_ref());
        let credentials = backend.map_or(&[][..], |backend| backend.value.credentials);
        let ours = ["SCCACHE_SERVER_PORT", "SCCACHE_DIR"];
        let mut variables: Vec<(String, Option<String>)> = self
            .children
            .var_names()
            .filter_map(|name| name.to_str())
            .filter(|name| name.starts_with("SCCACHE_"))
            .filter(|name| !credentials.contains(name) && !ours.contains(name))
            .map(|name| (name.to_owned(), None))
            .collect();
        let set = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        variables.push(set(
            "SCCACHE_CONF",
            self.folder.join("no-such-file").as_str(),
        ));
        variables.extend(self.variables.iter().map(|(name, value)| set(name, value)));
        variables
    }

    /// The statistics, once everything that was compiled has been stored or refused.
    fn settled(
        &self,
        server: &mut Server<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<Result<Stats, Stopped>> {
        let start = Instant::now();
        loop {
            let stats = match self.stats(server) {
                Ok(stats) => stats,
                Err(error) => match watch.look_now(server) {
                    Some(stopped) => return Ok(Err(stopped)),
                    None => return Err(error.context("failed to ask our own cache server")),
                },
            };
            let stored = stats.writes + stats.write_errors >= stats.misses;
            if stored || start.elapsed() > Duration::from_secs(10) {
                return Ok(Ok(stats));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn stats(&self, server: &Server<'_>) -> Result<Stats> {
        let mut client = server.client().context("no server was started")?;
        ask(&mut client, Duration::from_secs(5))
    }
}

/// Sees to it that a storage that dies does not cost a minute for each compilation.
struct Watch<'a> {
    lab: &'a Lab<'a>,
    looked: Instant,
    asked: Instant,
    failures: u32,
}

impl<'a> Watch<'a> {
    fn new(lab: &'a Lab<'a>) -> Self {
        let now = Instant::now();
        Self {
            lab,
            looked: now,
            asked: now,
            failures: 0,
        }
    }

    /// A reason to stop, looked for about once a second.
    fn look(&mut self, server: &mut Server<'_>) -> Option<Stopped> {
        if self.looked.elapsed() < Duration::from_secs(1) {
            return None;
        }
        self.looked = Instant::now();
        if !server.lives() {
            return Some(self.died());
        }
        let endpoint = self.lab.service.as_ref()?;
        match reach(endpoint) {
            Ok(()) => self.failures = 0,
            Err(_) => self.failures += 1,
        }
        if self.failures >= 2 {
            return Some(Stopped::Lost {
                endpoint: endpoint.clone(),
            });
        }
        if self.asked.elapsed() < Duration::from_secs(5) {
            return None;
        }
        self.asked = Instant::now();
        let stats = self.lab.stats(server).ok()?;
        let (write, read) = (stats.write_errors, stats.read_errors + stats.timeouts);
        (write + read >= ERRORS).then_some(Stopped::Errors { write, read })
    }

    /// A reason why what has just failed has failed.
    fn look_now(&mut self, server: &mut Server<'_>) -> Option<Stopped> {
        if !server.lives() {
            return Some(self.died());
        }
        self.lab.lost()
    }

    fn died(&self) -> Stopped {
        Stopped::ServerDied {
            words: last_words(&self.lab.folder.join("log")),
        }
    }
}

/// Host and port of the service that these variables name.
pub(super) fn service(variables: &BTreeMap<String, String>) -> Option<String> {
    endpoint(variables).map(|(host, port)| format!("{}:{port}", bracketed(&host)))
}

/// Whether HTTP takes a way that a plain connection does not.
fn has_proxy(children: &Children) -> bool {
    let names = ["http_proxy", "https_proxy", "all_proxy"];
    names
        .iter()
        .any(|name| children.var(name).is_some() || children.var(&name.to_uppercase()).is_some())
}

/// Connects to a service and hangs up, in bounded time: the system's resolver may take its own.
pub(super) fn reach(endpoint: &str) -> Result<(), String> {
    let (done, outcome) = mpsc::channel();
    let wanted = endpoint.to_owned();
    thread::spawn(move || done.send(connect(&wanted)));
    outcome
        .recv_timeout(REACH)
        .unwrap_or_else(|_| Err(format!("no answer within {} seconds", REACH.as_secs())))
}

fn connect(endpoint: &str) -> Result<(), String> {
    let addresses = endpoint
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    let mut last = "the name stands for no address".to_owned();
    for address in addresses.collect::<Vec<SocketAddr>>() {
        match TcpStream::connect_timeout(&address, REACH) {
            Ok(_) => return Ok(()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

/// The end of a server's log that says why it ended.
fn last_words(log: &Utf8Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["error", "ERROR", "WARN", "failed"]
                .iter()
                .any(|word| line.contains(word))
                && !line.contains("config file")
        })
        .collect();
    match lines.last() {
        Some(line) => masked(line).into_owned(),
        None => format!(
            "its storage gave no answer within {} seconds; wrong or missing credentials look the same",
            START.as_secs()
        ),
    }
}

/// Why a server that is up will store nothing, if it says so.
fn read_only(log: &Utf8Path) -> Option<String> {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.contains("server has setup with ReadOnly").then(|| {
        let mut lines = text.lines().map(str::trim);
        let check = lines.find(|line| line.starts_with("storage write check failed"));
        // The error of the service stands below that of the library.
        let source = lines.skip_while(|line| *line != "Source:").nth(1);
        let words = check.and(source).or(check);
        masked(words.unwrap_or("it is read-only")).into_owned()
    })
}

/// The names of the `CARGO_*` variables that a build sees.
fn cargo_variables(children: &Children) -> Vec<String> {
    let names = children.var_names().filter_map(|name| name.to_str());
    names
        .filter(|name| name.starts_with("CARGO_"))
        .map(str::to_owned)
        .collect()
}

/// Another name each time, on every machine.
fn unique() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    format!("{nanos:x}-{:x}", std::process::id())
}

#[cfg(all(test, unix))]
mod tests;
