//! Two tables that are for one target.

use std::collections::{BTreeMap, BTreeSet};

use cfg_expr::targets::get_builtin_target_by_triple;

use super::TARGET;
use super::grammar::is_well_formed;
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::policy::cfg::Cfg;
use crate::policy::flags::{codegen, split};
use crate::policy::platform::PLATFORMS;

pub(super) static CONFLICTING_TARGET_FLAGS: Lint = Lint {
    name: "conflicting_target_flags",
    level: Some(Level::Warning),
    group: Group::Targets,
    finds: "a `-C` option with one value in the table of a triple and another in that of a `cfg(...)` which matches it",
    cargo: "Cargo joins the flags of all tables that match, those of the triple first, and rustc takes the last: that of the `cfg(...)`",
    costs: "the value of the more exact table is lost",
    instead: "set the option in one of the tables, or keep the triple out of the `cfg(...)` with `not(...)`",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Ctarget-cpu=x86-64-v2\"]\n\n[target.'cfg(unix)']\nrustflags = [\"-Ctarget-cpu=x86-64\"]\n//- src/lib.rs\n#[cfg(not(target_feature = \"sse4.2\"))]\ncompile_error!(\"not this processor\");\npub fn go() {}\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Ctarget-cpu=x86-64-v2\"]\n\n[target.'cfg(windows)']\nrustflags = [\"-Ctarget-cpu=x86-64\"]\n//- src/lib.rs\n#[cfg(not(target_feature = \"sse4.2\"))]\ncompile_error!(\"not this processor\");\npub fn go() {}\n",
    ..LINT
};

pub(super) static TWO_CFGS_MATCH: Lint = Lint {
    name: "two_cfgs_match",
    level: Some(Level::Deny),
    group: Group::Targets,
    finds: "two `[target.'cfg(...)']` tables with `linker`, or with `runner`, that match one target",
    cargo: "Cargo stops when it builds for such a target, unless a `[target.<triple>]` table says it",
    costs: "nothing builds there",
    instead: "let the expressions exclude one another, or set it for the triple",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.'cfg(unix)']\nlinker = \"cc\"\n\n[target.'cfg(target_os = \"linux\")']\nlinker = \"cc\"\n",
    good: "//- .cargo/config.toml\n[target.'cfg(windows)']\nlinker = \"lld-link\"\n\n[target.'cfg(target_os = \"linux\")']\nlinker = \"cc\"\n",
    ..LINT
};

/// Targets for which people build, beside those of the platforms.
const COMMON: [&str; 16] = [
    "aarch64-apple-ios",
    "aarch64-linux-android",
    "armv7-unknown-linux-gnueabihf",
    "i686-pc-windows-gnu",
    "i686-pc-windows-msvc",
    "i686-unknown-linux-gnu",
    "riscv32imac-unknown-none-elf",
    "riscv64gc-unknown-linux-gnu",
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv7m-none-eabi",
    "wasm32-unknown-emscripten",
    "wasm32-unknown-unknown",
    "wasm32-wasip1",
    "x86_64-unknown-uefi",
];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for key in ["linker", "runner"] {
        two_cfgs(subject, key, found);
    }
    flags(subject, found);
}

/// One word of a target table.
struct Said<'s> {
    doc: &'s Doc<'s>,
    leaf: &'s Leaf,
    table: &'s str,
    /// `None`: the table is a triple's.
    cfg: Option<Cfg>,
}

/// What the target tables say of a key, the strongest word of each table.
fn said<'s>(subject: &'s Subject<'_>, key: &str) -> Vec<Said<'s>> {
    let mut tables = BTreeSet::new();
    let mut all = Vec::new();
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            let [target, table, name] = leaf.path.segments() else {
                continue;
            };
            if target != "target" || name != key || !tables.insert(table) {
                continue;
            }
            let cfg = match table.starts_with("cfg(") {
                false => None,
                // What Cargo cannot parse is no expression to it.
                true if !is_well_formed(table) => continue,
                true => match Cfg::parse(table) {
                    Ok(cfg) => Some(cfg),
                    Err(_) => continue,
                },
            };
            all.push(Said {
                doc,
                leaf,
                table,
                cfg,
            });
        }
    }
    all
}

fn two_cfgs(subject: &Subject<'_>, key: &str, found: &mut Vec<Finding>) {
    let said = said(subject, key);
    let platforms = PLATFORMS.iter().flat_map(|platform| platform.triples);
    let mut pairs = BTreeSet::new();
    for triple in platforms.chain(&COMMON) {
        let Some(target) = get_builtin_target_by_triple(triple) else {
            continue;
        };
        if said.iter().any(|one| one.table == *triple) {
            continue;
        }
        let matches = |one: &&Said<'_>| {
            let cfg = one.cfg.as_ref();
            cfg.is_some_and(|cfg| cfg.matches(target) == Some(true))
        };
        let mut both = said.iter().filter(matches);
        let (Some(first), Some(second)) = (both.next(), both.next()) else {
            continue;
        };
        if !pairs.insert((first.table, second.table)) {
            continue;
        }
        let message = format!(
            "`{}` and `{}` both set `{key}` for `{triple}`",
            first.table, second.table
        );
        found.push(
            Finding::new(&TWO_CFGS_MATCH, message)
                .at(second.doc, second.leaf.key_span.clone(), "matches")
                .at(first.doc, first.leaf.key_span.clone(), "matches too"),
        );
    }
}

fn flags(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let said = said(subject, "rustflags");
    let (triples, cfgs): (Vec<_>, Vec<_>) = said.iter().partition(|one| one.cfg.is_none());
    for one in triples {
        let Some(target) = get_builtin_target_by_triple(one.table) else {
            continue;
        };
        let own = options(one.leaf);
        if own.is_empty() {
            continue;
        }
        for other in &cfgs {
            let cfg = other.cfg.as_ref();
            if cfg.is_none_or(|cfg| cfg.matches(target) != Some(true)) {
                continue;
            }
            let theirs = options(other.leaf);
            for (option, value) in &own {
                let Some(wins) = theirs.get(option).filter(|wins| *wins != value) else {
                    continue;
                };
                let message = format!(
                    "`-C{option}` is `{value}` for `{}` and `{wins}` for `{}`, which matches it",
                    one.table, other.table
                );
                found.push(
                    Finding::new(&CONFLICTING_TARGET_FLAGS, message)
                        .at(one.doc, one.leaf.span.clone(), "comes first, and loses")
                        .at(other.doc, other.leaf.span.clone(), "comes last, and wins"),
                );
            }
        }
    }
}

/// The `-C` options of which the last value holds.
fn options(leaf: &Leaf) -> BTreeMap<String, String> {
    /// Options that add up.
    const LISTS: [&str; 9] = [
        "link-arg",
        "link-args",
        "linker-features",
        "link-self-contained",
        "llvm-args",
        "metadata",
        "passes",
        "remark",
        "target-feature",
    ];
    let flags = leaf.value.as_ref().map(split).unwrap_or_default();
    codegen(&flags)
        .into_iter()
        .filter(|option| !LISTS.contains(&option.name.as_str()))
        .map(|option| (option.name, option.value.to_owned()))
        .collect()
}
