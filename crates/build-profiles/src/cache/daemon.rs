//! The user's own cache server: whether it is the one that the build is meant to use.

use std::collections::BTreeMap;

use super::{PORT, SOCKET, Seen, Stats};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::policy::storage::{BACKENDS, Storage, key_of};
use crate::secret::masked;

/// The server on the user's port, looked at and not disturbed.
#[derive(Clone, Debug, Default)]
pub struct Daemon {
    /// Where clients look for it: `127.0.0.1:4226`, or a socket's path.
    pub address: String,
    /// Whether somebody listens there.
    pub is_up: bool,
    /// What it says, or why it says nothing; `None` if nobody listens.
    pub said: Option<Result<Stats, String>>,
    /// The version of the program that the build calls.
    pub client: Option<String>,
    /// What a server that is started now would use: location and size alone. Releases before 0.8 can't be asked.
    pub configured: Option<Stats>,
    /// The folder of a local cache, and whether it can be written; `None` where that can't be told.
    pub folder: Option<(String, Option<bool>)>,
    /// Where a remote storage is that no proxy stands before, and why it can't be reached, if so.
    pub storage: Option<(String, Result<(), String>)>,
    /// The variables of sccache that a build sees.
    pub seen: BTreeMap<String, Seen>,
}

/// Compares the server with what the build's environment and the policy want of it. Each finding names one cause and the
/// one thing to do.
pub fn judge(daemon: &Daemon, policy: Option<(&FilePath, &Storage)>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some((file, storage)) = policy {
        overridden(daemon, file, storage, &mut found);
    }
    stray(daemon, policy, &mut found);
    port(daemon, &mut found);
    folder(daemon, &mut found);
    unreachable(daemon, &mut found);
    match &daemon.said {
        // A program that can't even tell its version asks nobody: what is known is its own.
        None | Some(Err(_)) if daemon.client.is_none() => {}
        None => found.push(
            Diagnostic::new(
                Level::Note,
                "cache_server_down",
                format!("no cache server runs on {}", daemon.address),
            )
            .with_note("the next build starts one; until then `sccache --show-stats` shows zeros, which prove nothing"),
        ),
        Some(Err(words)) => found.push(silent(daemon, words)),
        Some(Ok(stats)) => running(daemon, stats, &mut found),
    }
    found
}

/// A server that answers.
fn running(daemon: &Daemon, stats: &Stats, found: &mut Vec<Diagnostic>) {
    if let (Some(server), Some(client)) = (&stats.version, &daemon.client)
        && server != client
    {
        found.push(other_version(&format!(
            "the server on {} is sccache {server}, the program is {client}",
            daemon.address
        )));
    }
    if let Some(configured) = &daemon.configured {
        if configured.location != stats.location && !configured.location.is_empty() {
            found.push(
                Diagnostic::new(
                    Level::Deny,
                    "cache_server_elsewhere",
                    "the running cache server uses another storage than the build asks for",
                )
                .with_note(format!("it uses: {}", masked(&stats.location)))
                .with_note(format!("asked for: {}", masked(&configured.location)))
                .with_note("a server keeps the environment of whoever started it")
                .with_help("stop it, the next build starts the right one: sccache --stop-server"),
            );
        } else if let (Some(is), Some(wanted)) = (stats.max_size, configured.max_size)
            && is != wanted
        {
            found.push(
                Diagnostic::warning(
                    "cache_server_other_size",
                    format!(
                        "the running cache server may hold {}, the build asks for {}",
                        bytes(is),
                        bytes(wanted)
                    ),
                )
                .with_note("a server keeps the environment of whoever started it")
                .with_help("stop it, the next build starts the right one: sccache --stop-server"),
            );
        }
    }
    if stats.write_errors > 0 {
        let (level, what) = match stats.writes {
            0 => (Level::Deny, "nothing of what was compiled"),
            _ => (Level::Warning, "not all of what was compiled"),
        };
        let mut finding = Diagnostic::new(
            level,
            "cache_does_not_store",
            format!("the running cache server has stored {what}"),
        )
        .with_note(format!(
            "{} results could not be stored, {} were",
            stats.write_errors, stats.writes
        ));
        finding = match (stats.size, stats.max_size) {
            (Some(size), Some(max)) if size.saturating_mul(10) >= max.saturating_mul(9) => finding
                .with_note(format!("it holds {} of {}", bytes(size), bytes(max)))
                .with_help("let it hold more: `size` in `[cache.storage]`"),
            (Some(_), _) => finding.with_help(
                "let it write to its folder, or name another: `dir` in `[cache.storage]`",
            ),
            _ => finding.with_help(
                "see that the service can be reached and that the credentials may write",
            ),
        };
        found.push(finding);
    }
}

/// Somebody listens and says nothing of use.
fn silent(daemon: &Daemon, words: &str) -> Diagnostic {
    if words.contains("ismatch of client/server versions") {
        return other_version(&format!(
            "the server on {} is of another release of sccache than the program",
            daemon.address
        ));
    }
    Diagnostic::new(
        Level::Deny,
        "cache_server_mute",
        format!(
            "whoever listens on {} does not answer as a cache server",
            daemon.address
        ),
    )
    .with_note(masked(words))
    .with_note("a build that asks it hangs or fails")
    .with_help(format!(
        "stop that process, or let `{PORT}` name another port"
    ))
}

fn other_version(message: &str) -> Diagnostic {
    Diagnostic::warning("cache_server_other_version", message)
        .with_note("builds go through the old server, with the old one's faults and keys")
        .with_help("stop it, the next build starts the right one: sccache --stop-server")
}

/// What the policy says, and the shell says otherwise.
fn overridden(daemon: &Daemon, file: &FilePath, storage: &Storage, found: &mut Vec<Diagnostic>) {
    let Some(backend) = &storage.backend else {
        return;
    };
    for variable in storage.variables() {
        let label = |finding: Diagnostic| {
            finding.with_label(file, variable.span.clone(), "what the policy says")
        };
        match daemon.seen.get(&variable.name) {
            Some(seen) if seen.value == variable.value => {}
            Some(seen) => {
                let whence = if seen.by_config {
                    "the Cargo config"
                } else {
                    "the shell"
                };
                let help = if seen.by_config {
                    "run `cargo xtask configure`".to_owned()
                } else {
                    format!("unset it: unset {}", variable.name)
                };
                found.push(
                    label(Diagnostic::new(
                        Level::Deny,
                        "storage_overridden",
                        format!(
                            "{whence} sets `{}` to `{}`",
                            variable.name,
                            masked(&seen.value)
                        ),
                    ))
                    .with_note("an exported variable wins over `[env]` of the Cargo config")
                    .with_help(help),
                );
            }
            None => found.push(
                label(Diagnostic::new(
                    Level::Deny,
                    "storage_overridden",
                    format!("no build sees `{}`", variable.name),
                ))
                .with_help("run `cargo xtask configure`"),
            ),
        }
    }
    // Another back-end that sccache would rather take.
    let rank = |name: &str| BACKENDS.iter().position(|one| one.name == name);
    for (name, seen) in &daemon.seen {
        let other = key_of(name).map(|key| key.home.table());
        let other = BACKENDS.iter().find(|one| Some(one.table) == other);
        let Some(other) = other.filter(|one| rank(one.name) < rank(backend.value.name)) else {
            continue;
        };
        // Only what a back-end can't do without makes sccache take it.
        if !other.is_chosen_by(name) {
            continue;
        }
        found.push(
            Diagnostic::new(
                Level::Deny,
                "storage_overridden",
                format!(
                    "`{name}` makes sccache use `{}` and not `{}`",
                    other.name, backend.value.name
                ),
            )
            .with_label(file, backend.span.clone(), "passed over")
            .with_note(format!("its value: {}", masked(&seen.value)))
            .with_help(format!("unset it: unset {name}")),
        );
    }
}

/// Variables that switch the cache off, or half of it.
fn stray(daemon: &Daemon, policy: Option<(&FilePath, &Storage)>, found: &mut Vec<Diagnostic>) {
    let declared: Vec<String> = policy
        .map(|(_, storage)| storage.variables())
        .unwrap_or_default()
        .into_iter()
        .map(|variable| variable.name)
        .collect();
    for (name, seen) in &daemon.seen {
        let what = match name.as_str() {
            "SCCACHE_NO_CACHE" => "nothing is looked up and nothing stored",
            "SCCACHE_RECACHE" => "nothing is looked up, everything is compiled and stored again",
            name if name.ends_with("_RW_MODE")
                && seen.value.eq_ignore_ascii_case("READ_ONLY")
                && !declared.iter().any(|declared| declared == name) =>
            {
                "nothing is stored"
            }
            _ => continue,
        };
        let whence = if seen.by_config { " in `[env]`" } else { "" };
        let help = match seen.by_config {
            true => format!("take it out of the Cargo config: `env.{name}`"),
            false => format!("unset it: unset {name}"),
        };
        found.push(
            Diagnostic::new(
                Level::Deny,
                "stray_cache_variable",
                format!("`{name}`{whence} is set: {what}"),
            )
            .with_help(help),
        );
    }
}

/// A server that only Cargo's children find.
fn port(daemon: &Daemon, found: &mut Vec<Diagnostic>) {
    let by_config = |name: &&str| daemon.seen.get(*name).is_some_and(|seen| seen.by_config);
    let Some(name) = [SOCKET, PORT].into_iter().find(by_config) else {
        return;
    };
    found.push(
        Diagnostic::new(
            Level::Note,
            "cache_server_of_cargo_alone",
            format!(
                "`[env]` sends builds to the cache server on {}",
                daemon.address
            ),
        )
        .with_note("`sccache --show-stats` typed in a shell asks another one")
        .with_help(format!(
            "ask for it by name: {name}={} sccache --show-stats",
            daemon.seen[name].value
        )),
    );
}

/// A local folder that takes nothing.
fn folder(daemon: &Daemon, found: &mut Vec<Diagnostic>) {
    let Some((path, Some(false))) = &daemon.folder else {
        return;
    };
    found.push(
        Diagnostic::new(
            Level::Deny,
            "cache_folder_not_writable",
            format!("the cache's folder `{path}` cannot be written"),
        )
        .with_note("builds go on without a word, and never hit")
        .with_help("make it writable, or name another: `dir` in `[cache.storage]`"),
    );
}

/// A remote storage that is not there.
fn unreachable(daemon: &Daemon, found: &mut Vec<Diagnostic>) {
    let Some((endpoint, Err(why))) = &daemon.storage else {
        return;
    };
    found.push(
        Diagnostic::new(
            Level::Deny,
            "cache_storage_unreachable",
            format!("the cache's storage at {endpoint} can't be reached"),
        )
        .with_note(why)
        .with_note(
            "a cache server that starts now waits ten seconds for it, and then the build fails",
        )
        .with_help("is the storage up, and is this machine let in?"),
    );
}

/// As sccache takes it: `10G`.
fn bytes(count: u64) -> String {
    for (unit, name) in [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")] {
        if count >= unit && count.is_multiple_of(unit) {
            return format!("{}{name}", count / unit);
        }
    }
    format!("{count} bytes")
}

#[cfg(test)]
mod tests;
