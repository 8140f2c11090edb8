//! The two-checkout experiment: what a storage carried from one checkout to another, and what kept the rest back.
//!
//! A first checkout is built against an empty part of the storage, which is the control: nothing may be found. Another
//! server then serves a second checkout at another path. What it finds has come through the storage.

use std::collections::{BTreeMap, BTreeSet};

use super::Stats;
use crate::key::{Home, key};
use crate::policy::storage::{Storage, variable};

/// What the experiment has seen.
#[derive(Clone, Debug, Default)]
pub struct SharedEvidence {
    /// The back-end: `redis`, `dir`.
    pub backend: String,
    /// Where the checkout stands that was copied: the git root.
    pub origin: String,
    /// The first checkout, built with nothing to find; `None` if it did not come to that.
    pub first: Option<Build>,
    /// The second, at another path, with another server.
    pub second: Option<Build>,
    /// What ended the experiment before its time.
    pub stopped: Option<Stopped>,
    /// The names of the `CARGO_*` variables that both builds saw: each is part of every key, so other machines must have
    /// the same ones with the same values.
    pub cargo_variables: Vec<String>,
    /// Whether the Cargo config keeps intermediate files in one folder for all checkouts.
    pub fixed_build_dir: bool,
}

/// One checkout, built.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// Where it stood: the git root.
    pub checkout: String,
    /// What the server told afterwards.
    pub stats: Stats,
    /// What was looked up.
    pub units: Vec<Unit>,
    /// How long the build took, in milliseconds.
    pub milliseconds: u64,
}

/// One compilation that was looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// The crate.
    pub name: String,
    /// Whether it was found.
    pub hit: bool,
    /// Its main source file, as rustc was told: for what stands in the workspace, from the workspace's root.
    pub source: Option<String>,
    /// The crates it is compiled against.
    pub externs: Vec<String>,
    /// The arguments that are part of the key.
    pub arguments: Vec<String>,
    /// Its dep-info file.
    pub dep_info: Option<String>,
    /// The variables that it reads with `env!`, with their values.
    pub env_deps: Vec<(String, String)>,
}

impl Unit {
    /// Whether Cargo has asked for it, and not a build script that tries what rustc can do.
    fn is_by_cargo(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument.starts_with("-C metadata="))
    }
}

/// What ended the experiment before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The service can't be reached.
    Unreachable {
        /// Host and port.
        endpoint: String,
        /// What the system says.
        why: String,
    },
    /// No server starts with this storage.
    NoServer {
        /// Its last words.
        words: String,
    },
    /// The storage can be read and not written.
    ReadOnly {
        /// What it says.
        words: String,
    },
    /// The service was there, and went away during a build.
    Lost {
        /// Host and port.
        endpoint: String,
    },
    /// The server died during a build.
    ServerDied {
        /// Its last words.
        words: String,
    },
    /// The storage answers with errors.
    Errors {
        /// Results that could not be stored.
        write: u64,
        /// Look-ups that failed or took too long.
        read: u64,
    },
    /// A build did not end within the limit.
    TooSlow {
        /// The limit.
        seconds: u64,
    },
}

/// What the experiment comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the storage shares.
    pub outcome: Outcome,
    /// Compilations of the second checkout that were looked up.
    pub asked: u64,
    /// Those that were found.
    pub found: u64,
    /// Those that were not, each with what kept it back.
    pub missed: Vec<Missed>,
    /// How many would be found if both checkouts stood at the same path.
    pub at_the_same_path: u64,
    /// How many would be found with a `build.build-dir` that is the same for both; `None` if it is.
    pub with_a_fixed_build_dir: Option<u64>,
    /// Compilations of the second checkout that are never cached, by reason; rustc's answers to questions left out.
    pub not_cached: BTreeMap<String, u64>,
}

/// Whether the storage shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What the first checkout compiled was found by the second.
    Shares,
    /// Nothing was.
    SharesNothing,
    /// What was compiled was not stored.
    DoesNotStore,
    /// The first checkout found something where nothing was to be found: the figures prove nothing.
    NotCold,
    /// No compilation came to the server.
    NotExercised,
    /// The experiment did not come to its end.
    Stopped(Stopped),
}

/// A compilation that was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The crate.
    pub name: String,
    /// What kept it back; empty if nothing that is known did.
    pub reasons: Vec<Reason>,
    /// The least that would lift it.
    pub lift: Option<Lift>,
}

/// What makes a compilation's key another one in another checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The crate stands in the checkout: the folder that rustc runs in and `CARGO_MANIFEST_DIR` are in the key.
    InCheckout,
    /// A build script compiles it, to see what rustc can do.
    BuildScript,
    /// It reads `OUT_DIR` with `env!`.
    OutDir,
    /// It reads another variable that holds the checkout's path.
    Variable(String),
    /// An argument of rustc's holds the checkout's path.
    Argument(String),
    /// It is compiled against crates that were not found themselves.
    Upstream(Vec<String>),
    /// It is compiled against crates that are never cached, so that they differ in every checkout.
    Uncached(Vec<String>),
}

/// What would lift a miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lift {
    /// A `build.build-dir` that is the same in every checkout.
    FixedBuildDir,
    /// The same path for every checkout: a container, a bind mount.
    SamePath,
}

/// Weighs the evidence.
pub fn judge_shared(evidence: &SharedEvidence) -> Judgement {
    let mut second = evidence.second.clone().unwrap_or_default();
    // Both copies were built with the flags of the one checkout; a checkout of its own would have flags of its own.
    let mut borrowed = 0;
    for unit in second.units.iter_mut().filter(|unit| unit.hit) {
        if names_origin(unit, &evidence.origin) {
            unit.hit = false;
            borrowed += 1;
        }
    }
    second.stats.hits = second.stats.hits.saturating_sub(borrowed);
    second.stats.misses += borrowed;
    let stats = &second.stats;
    let missed = missed(&second, &evidence.origin);
    let lifted = |lift: Lift| {
        let lifted = missed
            .iter()
            .filter(|one| one.lift.is_some_and(|needed| needed <= lift));
        stats.hits + lifted.count() as u64
    };
    Judgement {
        outcome: match outcome(evidence) {
            Outcome::Shares if stats.hits == 0 => Outcome::SharesNothing,
            outcome => outcome,
        },
        asked: stats.hits + stats.misses,
        found: stats.hits,
        at_the_same_path: lifted(Lift::SamePath),
        with_a_fixed_build_dir: (!evidence.fixed_build_dir).then(|| lifted(Lift::FixedBuildDir)),
        missed,
        not_cached: stats
            .not_cached
            .iter()
            .filter(|(reason, _)| !QUESTIONS.contains(&reason.as_str()))
            .map(|(reason, count)| (reason.clone(), *count))
            .collect(),
    }
}

/// Why sccache does not cache what Cargo asks rustc for its own sake.
static QUESTIONS: &[&str] = &["-", "missing input", "missing output_dir"];

fn outcome(evidence: &SharedEvidence) -> Outcome {
    if let Some(stopped) = &evidence.stopped {
        return Outcome::Stopped(stopped.clone());
    }
    let (Some(first), Some(second)) = (&evidence.first, &evidence.second) else {
        return Outcome::NotExercised;
    };
    let (first, second) = (&first.stats, &second.stats);
    if first.executed == 0 || second.executed == 0 {
        Outcome::NotExercised
    } else if first.hits > 0 {
        Outcome::NotCold
    } else if first.writes == 0 {
        Outcome::DoesNotStore
    } else if second.hits == 0 {
        Outcome::SharesNothing
    } else {
        Outcome::Shares
    }
}

/// Whether what rustc is told holds the path of the checkout that was copied.
fn names_origin(unit: &Unit, origin: &str) -> bool {
    unit.arguments
        .iter()
        .any(|argument| holds(argument, origin))
}

/// Whether a text holds a path, and not just one that begins like it.
fn holds(text: &str, path: &str) -> bool {
    let goes_on = |rest: &str| {
        let next = rest.chars().next();
        next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '-' | '_' | '.'))
    };
    let found = text.match_indices(path);
    !path.is_empty()
        && found
            .into_iter()
            .any(|(at, path)| !goes_on(&text[at + path.len()..]))
}

fn missed(build: &Build, origin: &str) -> Vec<Missed> {
    let names = |wanted: &dyn Fn(&&Unit) -> bool| -> BTreeSet<&str> {
        let by_cargo = build.units.iter().filter(|unit| unit.is_by_cargo());
        by_cargo
            .filter(wanted)
            .map(|unit| unit.name.as_str())
            .collect()
    };
    let looked_up = names(&|_| true);
    let names = names(&|unit| !unit.hit);
    let misses = build.units.iter().filter(|unit| !unit.hit);
    let mut lifts: BTreeMap<&str, Lift> = BTreeMap::new();
    let mut missed: Vec<Missed> = Vec::new();
    // Cargo compiles a crate after what it depends on, so the reasons of those are known.
    for unit in misses {
        let reasons = reasons(unit, [&build.checkout, origin], &looked_up, &names);
        let lift = lift(&reasons, &lifts);
        if let Some(lift) = lift.filter(|_| unit.is_by_cargo()) {
            let known = lifts.entry(&unit.name).or_insert(lift);
            *known = lift.max(*known);
        }
        missed.push(Missed {
            name: unit.name.clone(),
            reasons,
            lift,
        });
    }
    missed
}

fn reasons(
    unit: &Unit,
    [checkout, origin]: [&str; 2],
    looked_up: &BTreeSet<&str>,
    missed: &BTreeSet<&str>,
) -> Vec<Reason> {
    if !unit.is_by_cargo() {
        return vec![Reason::BuildScript];
    }
    let mut reasons = Vec::new();
    let argument = unit
        .arguments
        .iter()
        .find(|argument| argument.contains(checkout) || holds(argument, origin));
    reasons.extend(argument.cloned().map(Reason::Argument));
    for (name, value) in &unit.env_deps {
        match name.as_str() {
            "OUT_DIR" => reasons.push(Reason::OutDir),
            _ if value.contains(checkout) => reasons.push(Reason::Variable(name.clone())),
            _ => {}
        }
    }
    let source = unit.source.as_deref();
    if source.is_some_and(|file| !is_absolute(file) || file.contains(checkout)) {
        reasons.push(Reason::InCheckout);
    }
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        let mut names: Vec<_> = unit
            .externs
            .iter()
            .filter(|name| **name != unit.name && wanted(name))
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    };
    let upstream = of(&|name| missed.contains(name));
    let uncached = of(&|name| !looked_up.contains(name));
    if !upstream.is_empty() {
        reasons.push(Reason::Upstream(upstream));
    } else if reasons.is_empty() && !uncached.is_empty() {
        reasons.push(Reason::Uncached(uncached));
    }
    reasons
}

/// The least that lifts all of these; `None` if something is not understood.
fn lift(reasons: &[Reason], known: &BTreeMap<&str, Lift>) -> Option<Lift> {
    let each = reasons.iter().map(|reason| match reason {
        Reason::OutDir => Some(Lift::FixedBuildDir),
        Reason::Upstream(names) => names
            .iter()
            .map(|name| known.get(name.as_str()).copied())
            .try_fold(Lift::FixedBuildDir, |most, lift| Some(most.max(lift?))),
        // What it does with its folder is its own affair.
        Reason::BuildScript => None,
        Reason::InCheckout | Reason::Variable(_) | Reason::Argument(_) | Reason::Uncached(_) => {
            Some(Lift::SamePath)
        }
    });
    each.collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':')
}

/// The variables of a server that keeps to a part of the policy's storage where nobody else looks. Without a storage, or
/// with a local one, it is `folder`; `name` must be new each time.
pub fn apart(storage: Option<&Storage>, name: &str, folder: &str) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = storage
        .map(Storage::variables)
        .unwrap_or_default()
        .into_iter()
        .map(|variable| (variable.name, variable.value))
        .collect();
    let shared = storage.filter(|storage| storage.is_shared());
    let Some(backend) = shared.and_then(|storage| storage.backend.as_ref()) else {
        variables.insert("SCCACHE_DIR".to_owned(), folder.to_owned());
        return variables;
    };
    let backend = backend.value;
    let of = |name: &str| key(Home::Storage(backend.table), name).and_then(variable);
    if let Some(own) = of(backend.apart) {
        // Below the team's own prefix: credentials may reach no further.
        let separator = if backend.apart == "version" { "-" } else { "/" };
        let value = match variables.get(&own) {
            Some(value) => format!("{}{separator}{name}", value.trim_end_matches('/')),
            None => name.to_owned(),
        };
        variables.insert(own, value);
    }
    variables.extend(of("rw-mode").map(|name| (name, "READ_WRITE".to_owned())));
    // What is left there goes by itself, where the service can do that.
    variables.extend(of("expiration").map(|name| (name, "3600".to_owned())));
    variables
}

/// Host and port of the service that these variables name; `None` for a local storage, a socket, or where sccache works
/// it out.
pub fn endpoint(variables: &BTreeMap<String, String>) -> Option<(String, u16)> {
    let (_, url, port) = named(variables)?;
    let url = url.split(',').next()?.trim();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let port = match scheme {
        "http" => 80,
        "https" => 443,
        scheme if scheme.contains("unix") => return None,
        _ => port,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    // A colon in brackets is a part of an IPv6 address.
    match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => Some((unbracketed(host), port.parse().ok()?)),
        _ if host.is_empty() => None,
        _ => Some((unbracketed(host), port)),
    }
}

/// Whether that service is spoken to by HTTP, and so perhaps not but through a proxy.
pub fn is_http(variables: &BTreeMap<String, String>) -> bool {
    let raw = |name: &str| name.contains("REDIS") || name.contains("MEMCACHED");
    named(variables).is_some_and(|(name, ..)| !raw(name))
}

/// The variable that names the service, its value, and the service's own port.
fn named(variables: &BTreeMap<String, String>) -> Option<(&'static str, &str, u16)> {
    let names = [
        ("SCCACHE_ENDPOINT", 443),
        ("SCCACHE_REDIS_ENDPOINT", 6379),
        ("SCCACHE_REDIS_CLUSTER_ENDPOINTS", 6379),
        ("SCCACHE_MEMCACHED_ENDPOINT", 11211),
        ("SCCACHE_WEBDAV_ENDPOINT", 443),
        ("SCCACHE_OSS_ENDPOINT", 443),
        ("SCCACHE_COS_ENDPOINT", 443),
    ];
    names
        .into_iter()
        .find_map(|(name, port)| Some((name, variables.get(name)?.as_str(), port)))
}

fn unbracketed(host: &str) -> String {
    host.trim_matches(['[', ']']).to_owned()
}

/// Whether a `build.build-dir` names one folder for all checkouts.
pub fn is_fixed(build_dir: &str) -> bool {
    let absolute = is_absolute(build_dir) || build_dir.starts_with("{cargo-cache-home}");
    absolute && !build_dir.contains("{workspace-")
}

#[cfg(test)]
mod tests;
