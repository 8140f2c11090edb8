//! The compile cache at work: what its server says, as plain data, and what to think of it.

pub mod daemon;
pub mod log;
pub mod shared;

use std::collections::BTreeMap;

/// The variable that names the port of the server.
pub const PORT: &str = "SCCACHE_SERVER_PORT";
/// The variable that names a socket instead; it wins.
pub const SOCKET: &str = "SCCACHE_SERVER_UDS";
/// The port where nothing is said.
pub const DEFAULT_PORT: u16 = 4226;

/// What a server tells of itself. Counters are those since its start, over all who used it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls of the wrapper, rustc's answers to questions included.
    pub requests: u64,
    /// Compilations that were looked up.
    pub executed: u64,
    /// Compilations found, of all languages.
    pub hits: u64,
    /// Compilations not found.
    pub misses: u64,
    /// Results stored.
    pub writes: u64,
    /// Results that could not be stored.
    pub write_errors: u64,
    /// Look-ups that failed.
    pub read_errors: u64,
    /// Look-ups that took too long.
    pub timeouts: u64,
    /// Compilations that were not looked up because of `SCCACHE_RECACHE`.
    pub forced_recaches: u64,
    /// Compilations that could not be cached, by reason.
    pub not_cached: BTreeMap<String, u64>,
    /// Where it keeps them. May hold a password: to be shown masked.
    pub location: String,
    /// The size of a local cache, in bytes.
    pub size: Option<u64>,
    /// The most that a local cache may hold, in bytes.
    pub max_size: Option<u64>,
    /// The server's version. Old ones do not tell.
    pub version: Option<String>,
}

/// A variable of sccache as a build sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its value.
    pub value: String,
    /// Whether it comes from `[env]` of the Cargo config, not from the shell.
    pub by_config: bool,
}

/// The variables of sccache that a build sees. What the shell exports wins over `[env]`, of which the last value holds.
pub fn seen(
    shell: impl IntoIterator<Item = (String, String)>,
    config_env: &[(String, String)],
) -> BTreeMap<String, Seen> {
    let of = |by_config| {
        move |(name, value): (String, String)| {
            name.starts_with("SCCACHE_")
                .then_some((name, Seen { value, by_config }))
        }
    };
    let mut seen: BTreeMap<String, Seen> =
        config_env.iter().cloned().filter_map(of(true)).collect();
    seen.extend(shell.into_iter().filter_map(of(false)));
    seen
}
