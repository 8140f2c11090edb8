//! Says what is there and not declared, with the three ways out. Nothing a person wrote is lost by default, and nothing
//! undeclared stays unseen.

use super::{OnUndeclared, Plan};
use crate::diagnostic::{Diagnostic, Level};
use crate::facts::Workspace;
use crate::plan::configures_cargo;
use crate::policy::Policy;

/// Labels shown of one table; the rest is counted.
const SHOWN: usize = 6;

pub(super) fn report(
    policy: &Policy,
    workspace: &Workspace,
    on_undeclared: OnUndeclared,
    plan: &mut Plan,
) {
    let prunable = |file| !workspace.included.contains(file);
    let mut findings = Vec::new();
    let mut rest = plan.undeclared.as_slice();
    while let Some(first) = rest.first() {
        let table = |path: &crate::value::KeyPath| {
            path.segments().iter().take(2).cloned().collect::<Vec<_>>()
        };
        let same = |other: &super::Undeclared| {
            other.file == first.file && table(&other.path) == table(&first.path)
        };
        let count = rest.iter().take_while(|other| same(other)).count();
        let (group, others) = rest.split_at(count);
        rest = others;
        if on_undeclared == OnUndeclared::Prune && prunable(&first.file) {
            continue;
        }
        let misplaced =
            matches!(first.path.parts()[..], ["env", name, ..] if configures_cargo(name));
        let what = match group {
            [one] => format!("`{}`", one.path),
            many => format!("{} settings of `{}`", many.len(), table_name(&first.path)),
        };
        let verb = if group.len() == 1 { "stands" } else { "stand" };
        let mut finding = if misplaced {
            Diagnostic::new(Level::Deny, "env_configures_nothing", format!("{what} under `[env]` configures nothing: Cargo never reads it there"))
                .with_note("`[env]` reaches rustc, build scripts and what `cargo run` starts, never Cargo itself (rust-lang/cargo#16977)")
        } else {
            Diagnostic::new(
                Level::Deny,
                "undeclared",
                format!("{what} {verb} in `{}` and not in the policy", first.file),
            )
        };
        for one in group.iter().take(SHOWN) {
            finding = finding.with_label(&one.file, one.span.clone(), "");
        }
        if group.len() > SHOWN {
            finding = finding.with_note(format!("and {} more", group.len() - SHOWN));
        }
        findings.push(help(policy, finding, first));
    }
    plan.diagnostics.extend(findings);
}

fn help(policy: &Policy, finding: Diagnostic, first: &super::Undeclared) -> Diagnostic {
    let command = "cargo xtask configure";
    let finding = match first.path.parts()[..] {
        ["env", "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER"] if policy.base.cache.is_none() => {
            finding
                .with_help("say what was meant in the policy: `[cache]` with `tool = \"sccache\"`")
        }
        ["env", "RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS"] => finding
            .with_help("say what was meant in the policy: `[build]` with `rustflags = [...]`"),
        ["env", name] => match name.strip_prefix("CARGO_PROFILE_") {
            Some(_) => finding
                .with_help("say what was meant in the policy: the key under `[profile.<name>]`"),
            None => finding,
        },
        _ => finding.with_help(format!("take it into the policy: {command} --adopt")),
    };
    finding
        .with_help(format!("or delete it: {command} --prune"))
        .with_help(format!(
            "or leave it alone: `{} = \"why\"` under `[unmanaged]`",
            first.path
        ))
}

fn table_name(path: &crate::value::KeyPath) -> String {
    crate::value::KeyPath::new(path.segments().iter().take(2).cloned()).to_string()
}
