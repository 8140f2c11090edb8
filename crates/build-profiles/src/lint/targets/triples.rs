//! Triples that rustc does not have, and the one that needs not be named.

use std::ops::Range;

use super::TARGET;
use crate::diagnostic::Level;
use crate::lint::known;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::{KeyPath, Value};

pub(super) static TARGET_IS_HOST: Lint = Lint {
    name: "target_is_host",
    level: Some(Level::Note),
    group: Group::Targets,
    finds: "`build.target` that names the platform on which people build",
    cargo: "Cargo then tells build scripts and procedural macros from what they are for, as when it compiles for another machine",
    costs: "they get no rustflags and full debug info, what both sides need is compiled twice, and programs stand in `target/<triple>`",
    instead: "remove it, unless it is there to keep rustflags away from build scripts",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildtarget",
    bad: "//- .cargo/config.toml\n[build]\ntarget = \"x86_64-unknown-linux-gnu\"\nrustflags = [\"--cfg=everywhere\"]\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=everywhere\"]\n",
    ..LINT
};

pub(super) static UNKNOWN_PLATFORM: Lint = Lint {
    name: "unknown_platform",
    level: Some(Level::Deny),
    group: Group::Targets,
    finds: "a `[target.<name>]` table whose name is nearly a triple, or a word for many: `x86_64-linux-gnu`, `linux`, `*`",
    cargo: "Cargo reads over a table for a target that it does not build, without a word",
    costs: "the settings are for nobody",
    instead: "write a triple of `rustc --print=target-list`, or `cfg(...)`",
    fixable: true,
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.x86_64_unknown_linux_gnu]\nrustflags = [\"--cfg=on_linux\"]\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"--cfg=on_linux\"]\n\n[target.x86_64-my_kernel]\nlinker = \"my-linker\"\n",
    ..LINT
};

/// A table that is no `cfg(...)`.
pub(super) fn check(
    doc: &Doc<'_>,
    table: &str,
    span: &Range<usize>,
    has_own_targets: bool,
    found: &mut Vec<Finding>,
) {
    let path = KeyPath::new(["target", table]);
    // `[target] linker` is another mistake.
    if doc.source.leaf(&path).is_some() {
        return;
    }
    let os = |name: &str| format!("cfg(target_os = \"{name}\")");
    let meant = match table {
        "unix" | "windows" => format!("cfg({table})"),
        "linux" | "macos" | "freebsd" | "android" | "ios" => os(table),
        "darwin" | "osx" | "mac" => os("macos"),
        "*" | "all" => "cfg(all())".to_owned(),
        _ => {
            let near = match has_own_targets {
                true => known::respelled(table),
                false => known::triple(table),
            };
            match near {
                Some(near) => near.to_owned(),
                None => return,
            }
        }
    };
    let message = format!("`{table}` is no triple or `cfg(...)`");
    let finding = Finding::new(&UNKNOWN_PLATFORM, message).at(doc, span.clone(), "unknown");
    let finding = match meant.starts_with("cfg(") {
        true => finding.help(format!("write `'{meant}'`")),
        false => finding.help(format!("did you mean `{meant}`?")),
    };
    let is_there = doc
        .names(&["target"])
        .iter()
        .any(|(name, _)| *name == meant);
    found.push(match is_there {
        true => finding,
        false => finding.rename(doc, &path, &meant),
    });
}

/// `build.target` of the machine on which it is built.
pub(super) fn host(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    const HOSTS: [&str; 7] = [
        "aarch64-apple-darwin",
        "aarch64-pc-windows-msvc",
        "aarch64-unknown-linux-gnu",
        "host-tuple",
        "x86_64-apple-darwin",
        "x86_64-pc-windows-msvc",
        "x86_64-unknown-linux-gnu",
    ];
    let Some((doc, leaf)) = subject.configured(&["build", "target"]) else {
        return;
    };
    let target = match &leaf.value {
        Some(Value::Str(target)) => target,
        Some(Value::Array(targets)) if targets.len() == 1 => &targets[0],
        _ => return,
    };
    if HOSTS.contains(&target.as_str()) {
        let message = format!("`build.target` is `{target}`, on which people build");
        let at = leaf.span.clone();
        found.push(Finding::new(&TARGET_IS_HOST, message).at(doc, at, "the host, for most"));
    }
}
