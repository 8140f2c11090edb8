//! Keys and tables below `[target]` that are none of a target's.

use super::CONFIG;
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::lint::known::{self, Meant};
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::KeyPath;

const TARGET: &str = "https://doc.rust-lang.org/cargo/reference/config.html#target";

pub(super) static TARGET_WITHOUT_TRIPLE: Lint = Lint {
    name: "target_without_triple",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "`linker`, `runner` or `rustflags` directly under `[target]`, for no triple",
    cargo: "Cargo takes the key for a target, expects a table and stops at every build",
    costs: "nothing builds",
    instead: "name the target: `[target.<triple>]` or `[target.'cfg(...)']`",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target]\nrustflags = [\"-Cdebuginfo=0\"]\n",
    good: "//- .cargo/config.toml\n[target.'cfg(all())']\nrustflags = [\"-Cdebuginfo=0\"]\n",
    ..LINT
};

pub(super) static UNKNOWN_TARGET_KEY: Lint = Lint {
    name: "unknown_target_key",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a key of a target table other than `linker`, `runner`, `rustflags` and `rustdocflags`",
    cargo: "Cargo stops once it builds for that target, and says nothing before; in a `cfg(...)` table it warns and reads on",
    costs: "it goes well until somebody builds for that target",
    instead: "remove it; keys of `[build]` and of profiles are for all targets",
    fixable: true,
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrust-flags = [\"-Cdebuginfo=0\"]\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cdebuginfo=0\"]\n",
    ..LINT
};

pub(super) static UNKNOWN_TARGET_TABLE: Lint = Lint {
    name: "unknown_target_table",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a table below a target that was meant for Cargo: `[target.<triple>.env]`, `[target.<triple>.profile.dev]`",
    cargo: "Cargo takes it for what the build script of a package with such a `links` would say, without a word; in a `cfg(...)` table it warns and reads on",
    costs: "everything in the table is lost",
    instead: "write the table at the top: it cannot be for one target alone",
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu.env]\nGREETING = \"hello\"\n",
    good: "//- .cargo/config.toml\n[env]\nGREETING = \"hello\"\n\n[target.x86_64-unknown-linux-gnu.foo]\nrustc-link-lib = [\"foo\"]\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            match leaf.path.parts()[..] {
                ["target", key] => {
                    let message = format!("`target.{key}` is for no target");
                    let finding = Finding::new(&TARGET_WITHOUT_TRIPLE, message);
                    found.push(finding.at(doc, leaf.key_span.clone(), "Cargo expects a table"));
                }
                ["target", target, key] if !known::TARGET.contains(&key) => {
                    found.push(unknown(doc, leaf, target, key));
                }
                _ => {}
            }
        }
        for (target, _) in doc.names(&["target"]) {
            let target = KeyPath::new(["target", target.as_str()]);
            for (name, span) in doc.source.child_names(&target) {
                let path = target.join(name.as_str());
                if doc.source.leaf(&path).is_some() || !is_for_cargo(doc, &path, &name) {
                    continue;
                }
                let message = format!("a target has no table `{name}`");
                let finding = Finding::new(&UNKNOWN_TARGET_TABLE, message);
                let finding = finding.at(doc, span, "not what Cargo takes it for");
                found.push(match meant(&name) {
                    Some(meant) => finding.help(format!("did you mean `{}`?", meant.word())),
                    None => finding,
                });
            }
        }
    }
}

fn unknown(doc: &Doc<'_>, leaf: &Leaf, target: &str, key: &str) -> Finding {
    let message = format!("a target has no key `{key}`");
    let label = match target.starts_with("cfg(") {
        true => "not read",
        false => "Cargo stops here when it builds for this target",
    };
    let finding = Finding::new(&UNKNOWN_TARGET_KEY, message).at(doc, leaf.key_span.clone(), label);
    match meant(key) {
        Some(meant @ Meant::Surely(word)) => finding
            .help(format!("did you mean `{}`?", meant.word()))
            .rename(doc, &leaf.path, word),
        Some(meant) => finding.help(format!("did you mean `{}`?", meant.word())),
        None => finding,
    }
}

fn meant(key: &str) -> Option<Meant> {
    known::meant(key, &["linker", "runner", "rustdocflags", "rustflags"])
}

/// Whether a table below a target was meant for Cargo, and is no word of a package that links a library.
fn is_for_cargo(doc: &Doc<'_>, path: &KeyPath, name: &str) -> bool {
    /// Tables of a config that are no name of a library.
    const TABLES: [&str; 7] = [
        "alias", "build", "env", "net", "profile", "term", "unstable",
    ];
    let links = doc.source.child_names(path).iter().any(|(key, _)| {
        [
            "rustc-link",
            "rustc-flags",
            "rustc-cfg",
            "rustc-env",
            "rustc-cdylib",
        ]
        .iter()
        .any(|start| key.starts_with(start))
    });
    !links && (TABLES.contains(&name) || meant(name).is_some())
}
