//! `[target.'cfg(...)']` tables that match nothing, everything, or cannot be parsed.

use std::ops::Range;

use super::TARGET;
use super::grammar::is_well_formed;
use crate::diagnostic::Level;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::policy::cfg::{Cfg, Problem};
use crate::policy::flags::split;

pub(super) static CFG_MATCHES_NOTHING: Lint = Lint {
    name: "cfg_matches_nothing",
    level: Some(Level::Deny),
    group: Group::Targets,
    finds: "a `[target.'cfg(...)']` table that no target of rustc matches: `cfg(linux)`, `cfg(target_os = \"linx\")`, `cfg(all(unix, windows))`",
    cargo: "Cargo reads over a table that does not match, without a word",
    costs: "the settings are for nobody",
    instead: "write what `rustc --print=cfg` says of the target",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.'cfg(linux)']\nrustflags = [\"--cfg=on_linux\"]\n",
    good: "//- .cargo/config.toml\n[target.'cfg(target_os = \"linux\")']\nrustflags = [\"--cfg=on_linux\"]\n",
    ..LINT
};

pub(super) static CFG_NEVER_DECIDES: Lint = Lint {
    name: "cfg_never_decides",
    level: Some(Level::Deny),
    group: Group::Targets,
    finds: "a `[target.'cfg(...)']` table that asks for `debug_assertions`, `test`, `proc_macro` or a `feature`",
    cargo: "Cargo asks rustc for its cfgs once, before it knows a profile or a package: the answer is the same for every build",
    costs: "the settings are for release builds too, or for nobody",
    instead: "set the keys of a profile",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.'cfg(debug_assertions)']\nrustflags = [\"--cfg=slow\"]\n",
    good: "//- .cargo/config.toml\n[target.'cfg(not(any(unix, windows)))']\nrustflags = [\"--cfg=slow\"]\n",
    ..LINT
};

pub(super) static UNPARSABLE_CFG: Lint = Lint {
    name: "unparsable_cfg",
    level: Some(Level::Deny),
    group: Group::Targets,
    finds: "a `[target.'cfg(...)']` table that Cargo cannot parse: `cfg(target_os = linux)`, `cfg(unix`",
    cargo: "Cargo takes it for the name of a target that nobody builds for, without a word",
    costs: "the settings are for nobody",
    instead: "write it as in Rust source: `cfg(all(unix, target_arch = \"x86_64\"))`",
    source: TARGET,
    bad: "//- .cargo/config.toml\n[target.'cfg(target_os = linux)']\nrustflags = [\"--cfg=on_linux\"]\n",
    good: "//- .cargo/config.toml\n[target.'cfg(any(r#unix, target_has_atomic, target_os = \"linux\",))']\nrustflags = [\"--cfg=on_linux\"]\n",
    ..LINT
};

pub(super) fn check(
    subject: &Subject<'_>,
    doc: &Doc<'_>,
    table: &str,
    span: &Range<usize>,
    has_own_targets: bool,
    found: &mut Vec<Finding>,
) {
    let parsed = Cfg::parse(table);
    let problem = match (parsed, is_well_formed(table)) {
        (Err(problem), false) => *problem,
        (Ok(_), false) => Problem {
            code: UNPARSABLE_CFG.name,
            message: "this `cfg(...)` cannot be parsed".to_owned(),
            range: 0..table.len(),
            label: "Cargo takes one expression".to_owned(),
            note: None,
            help: UNPARSABLE_CFG.instead.to_owned(),
            or: "",
            is_sure: true,
        },
        // Of what Cargo parses and we do not, we know nothing.
        (Err(_), true) => return,
        (Ok(cfg), true) => match cfg.problem(table) {
            Some(problem) => problem,
            None => return,
        },
    };
    // `cfg(any())` is how a table is switched off.
    let may_be_right = subject.is_nightly() || has_own_targets || table == "cfg(any())";
    if !problem.is_sure && may_be_right || is_set_by_flags(subject, &problem, table) {
        return;
    }
    if table.contains("cargo-clippy") {
        found.extend(clippy(subject, doc, span, problem));
        return;
    }
    let lint = match problem.code {
        "cfg_never_decides" => &CFG_NEVER_DECIDES,
        "unparsable_cfg" => &UNPARSABLE_CFG,
        _ => &CFG_MATCHES_NOTHING,
    };
    let at = within(doc, span, table, problem.range);
    found.push(
        Finding::new(lint, problem.message)
            .at(doc, at, problem.label)
            .help(problem.help),
    );
}

/// `cfg(feature = "cargo-clippy")`, which older toolchains knew under `cargo clippy`.
fn clippy(
    subject: &Subject<'_>,
    doc: &Doc<'_>,
    span: &Range<usize>,
    problem: Problem,
) -> Option<Finding> {
    const TRIED: (u64, u64) = (1, 95);
    (!subject.is_nightly() && subject.is_at_least(TRIED)).then(|| {
        Finding::new(&CFG_NEVER_DECIDES, problem.message)
            .at(doc, span.clone(), "not under `cargo clippy` either")
            .help("write the levels of lints under `[workspace.lints.clippy]` of the root manifest")
    })
}

/// Whether the word that nobody has is set by the flags of this very workspace: `--cfg linux`.
fn is_set_by_flags(subject: &Subject<'_>, problem: &Problem, table: &str) -> bool {
    let Some(word) = table.get(problem.range.clone()) else {
        return false;
    };
    if problem.code != CFG_MATCHES_NOTHING.name {
        return false;
    }
    subject.configs().flat_map(|doc| &doc.leaves).any(|leaf| {
        let is_flags = leaf
            .path
            .segments()
            .last()
            .is_some_and(|key| key == "rustflags");
        let flags = leaf
            .value
            .as_ref()
            .filter(|_| is_flags)
            .map(split)
            .unwrap_or_default();
        flags.iter().any(|flag| {
            flag.strip_prefix("--cfg=")
                .unwrap_or(flag)
                .trim_start_matches("--cfg ")
                == word
        })
    })
}

/// A range of the table's name as a place in the file.
fn within(doc: &Doc<'_>, span: &Range<usize>, table: &str, range: Range<usize>) -> Range<usize> {
    let raw = doc.file.text.get(span.clone()).unwrap_or_default();
    let inner = raw.get(1..raw.len().saturating_sub(1));
    if inner == Some(table) && table.get(range.clone()).is_some() {
        span.start + 1 + range.start..span.start + 1 + range.end
    } else {
        span.clone()
    }
}
