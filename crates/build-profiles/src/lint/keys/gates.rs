//! What another Cargo would read: a newer one, or a nightly.

use super::CONFIG;
use crate::diagnostic::Level;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Role, Subject};
use crate::value::KeyPath;

const UNSTABLE: &str = "https://doc.rust-lang.org/cargo/reference/unstable.html";

pub(super) static BUILD_WARNINGS_IGNORED: Lint = Lint {
    name: "build_warnings_ignored",
    level: Some(Level::Warning),
    group: Group::Keys,
    until: Some((1, 97)),
    finds: "`build.warnings` where Cargo is older than 1.97",
    cargo: "a stable Cargo before 1.97 reads over it without a word",
    costs: "warnings are neither denied nor allowed",
    instead: "set `[lints]` in the manifest, or pin a toolchain from 1.97 on",
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[build]\nwarnings = \"deny\"\n//- src/lib.rs\npub fn go() { let unused = 1; }\n",
    good: "//- Cargo.toml\n[lints.rust]\nwarnings = \"deny\"\n//- src/lib.rs\npub fn go() { let unused = 1; }\n",
    ..LINT
};

pub(super) static INCLUDE_TOO_NEW: Lint = Lint {
    name: "include_too_new",
    level: Some(Level::Deny),
    group: Group::Keys,
    until: Some((1, 94)),
    finds: "`include` in a config file, and a pinned toolchain before 1.94",
    cargo: "a stable Cargo knows `include` since 1.94: some before it read over it without a word, some stop at it",
    costs: "what the included file says is lost",
    instead: "pin a toolchain from 1.94 on, or write the settings into the config itself",
    source: CONFIG,
    bad: "//- .cargo/config.toml\ninclude = [\"more.toml\"]\n//- .cargo/more.toml\n[build]\njobs = 2\n//- rust-toolchain.toml\n[toolchain]\nchannel = \"1.85\"\n",
    good: "//- .cargo/config.toml\ninclude = [\"more.toml\"]\n//- .cargo/more.toml\n[build]\njobs = 2\n//- rust-toolchain.toml\n[toolchain]\nchannel = \"1.95.0\"\n",
    ..LINT
};

pub(super) static RUSTDOCFLAGS_OF_CFG: Lint = Lint {
    name: "rustdocflags_of_cfg",
    level: Some(Level::Warning),
    group: Group::Keys,
    until: Some((1, 96)),
    finds: "`rustdocflags` in a `[target.'cfg(...)']` table where Cargo is older than 1.96",
    cargo: "before 1.96 Cargo warns of an unused key and reads on",
    costs: "rustdoc gets none of these flags",
    instead: "write them under `[target.<triple>]` or under `[build]`",
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[target.'cfg(unix)']\nrustdocflags = [\"--cfg=unix_docs\"]\n",
    good: "//- .cargo/config.toml\n[build]\nrustdocflags = [\"--cfg=unix_docs\"]\n",
    ..LINT
};

pub(super) static UNSTABLE_ON_STABLE: Lint = Lint {
    name: "unstable_on_stable",
    level: Some(Level::Warning),
    group: Group::Keys,
    finds: "`[unstable]`, `[host]` or another key that only a nightly Cargo reads, in a workspace that pins a stable toolchain",
    cargo: "a stable Cargo reads over it, mostly without a word",
    costs: "the setting is lost for everybody who builds with the pinned toolchain",
    instead: "remove it, or pin a nightly",
    source: UNSTABLE,
    bad: "//- .cargo/config.toml\n[unstable]\nno-such-feature = true\n\n[host]\nlinker = \"no-such-linker\"\n//- rust-toolchain\nstable\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"cc\"\n//- rust-toolchain\nstable\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        if subject.is_stable() {
            unstable(subject, doc, found);
        }
        for leaf in &doc.leaves {
            let (lint, message) = match leaf.path.parts()[..] {
                ["build", "warnings"] if !subject.is_nightly() => (
                    &BUILD_WARNINGS_IGNORED,
                    "`build.warnings` does nothing before Cargo 1.97".to_owned(),
                ),
                ["target", table, "rustdocflags"] if table.starts_with("cfg(") => (
                    &RUSTDOCFLAGS_OF_CFG,
                    format!("`rustdocflags` of `{table}` reach nobody before Cargo 1.96"),
                ),
                _ => continue,
            };
            found.push(Finding::new(lint, message).at(doc, leaf.key_span.clone(), "not read"));
        }
        let include = doc
            .names(&[])
            .into_iter()
            .find(|(name, _)| name == "include");
        if let Some((_, span)) = include.filter(|_| subject.is_stable()) {
            let message = "`include` needs Cargo 1.94, the workspace pins an older one";
            let finding = Finding::new(&INCLUDE_TOO_NEW, message).at(doc, span, "not read");
            found.push(pinned(subject, finding));
        }
    }
}

fn unstable(subject: &Subject<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    const KEYS: [&[&str]; 6] = [
        &["unstable"],
        &["host"],
        &["target-applies-to-host"],
        &["build", "analysis"],
        &["build", "sbom"],
        &["resolver", "feature-unification"],
    ];
    for key in KEYS {
        let (name, table) = key.split_last().expect("no path is empty");
        let mut names = doc.names(table).into_iter();
        if let Some((_, span)) = names.find(|(other, _)| other == name) {
            let path = KeyPath::new(key.iter().copied());
            // An empty table loses nothing.
            if !doc.leaves.iter().any(|leaf| leaf.path.starts_with(&path)) {
                continue;
            }
            let message = format!("`{path}` is read by a nightly Cargo alone");
            let finding = Finding::new(&UNSTABLE_ON_STABLE, message).at(doc, span, "not read");
            found.push(pinned(subject, finding));
        }
    }
}

/// With the place where the toolchain is pinned.
fn pinned(subject: &Subject<'_>, mut finding: Finding) -> Finding {
    let Some(file) = subject.texts(Role::Toolchain).next() else {
        return finding;
    };
    let start = match file.text.find("channel") {
        Some(start) => start,
        None => file.text.len() - file.text.trim_start().len(),
    };
    let length = file.text[start..]
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end()
        .len();
    finding.diagnostic =
        finding
            .diagnostic
            .with_label(&file.path, start..start + length, "pinned here");
    finding
}
