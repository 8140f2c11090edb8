//! Keys of Cargo's config: flags, linkers, wrappers, `build.incremental`.

use super::linker::{asked_by, foreign, is_only, last_asked, whose};
use super::{
    Outcome, Verdict, machine_layer, meant_for, not_tried, of, small_without, some, subjects,
    unproven, verdict,
};
use crate::evidence::{Call, Evidence, Linked, Mark, Taken};
use crate::probe::Claim;
use crate::program::is_sccache;

fn calls(evidence: &Evidence) -> Vec<&Call> {
    subjects(evidence)
        .into_iter()
        .flat_map(|build| &build.calls)
        .collect()
}

/// The calls that the config's target tables reach: with `--target` not those for the host.
fn reached<'e>(calls: &[&'e Call]) -> (Vec<&'e Call>, usize) {
    let cross = calls.iter().any(|call| call.target.is_some());
    let reached: Vec<&Call> = calls
        .iter()
        .filter(|call| !cross || call.target.is_some())
        .copied()
        .collect();
    let left = calls.len() - reached.len();
    (reached, left)
}

pub(super) fn judge_flags(
    claim: &Claim,
    flags: &[String],
    here: bool,
    evidence: &Evidence,
) -> Verdict {
    if !here {
        return not_tried(
            claim,
            format!("for another platform than {}", evidence.triple),
        );
    }
    let calls = calls(evidence);
    let (reached, left) = reached(&calls);
    if reached.is_empty() {
        return not_tried(claim, "nothing was compiled");
    }
    let (with, missing): (Vec<&Call>, Vec<&Call>) =
        reached.iter().partition(|call| call.has_flags(flags));
    let text = flags.join(" ");
    let mut seen = vec![format!(
        "`{text}` on {} command lines of rustc",
        of(with.len(), reached.len())
    )];
    if left > 0 {
        seen.push(format!(
            "{left} more are for build scripts and procedural macros, which flags do not reach because a `--target` is set"
        ));
    }
    if !missing.is_empty() {
        seen.push(format!(
            "not for {}",
            some(missing.iter().map(|call| call.crate_name.as_str()))
        ));
        return verdict(claim, Outcome::Inactive, seen);
    }
    let asked = asked_by(flags);
    if let Some((flag, wanted)) = &asked {
        let products: Vec<&Linked> = subjects(evidence)
            .into_iter()
            .flat_map(|build| &build.linked)
            .filter(|one| left == 0 || is_for_a_target(one, &reached))
            .collect();
        let with = products.iter().filter(|one| is_only(&one.marks, wanted));
        let with = with.count();
        if !products.is_empty() {
            seen.push(format!(
                "{wanted} in {} that were linked",
                of(with, products.len())
            ));
        }
        if let Some(other) = products.iter().find(|one| !is_only(&one.marks, wanted)) {
            seen.push(format!(
                "`{}` is linked by {}",
                other.path,
                whose(&other.marks)
            ));
            let later = reached
                .iter()
                .filter(|call| call.role.is_linked())
                .find_map(|call| last_asked(call).filter(|last| last != flag));
            return match later {
                Some(later) => {
                    seen.push(format!("`{later}` comes later, and the last one counts"));
                    beaten_by_a_flag(claim, &later, seen, evidence)
                }
                None => verdict(claim, Outcome::Inactive, seen).help(format!(
                    "where rustc links with LLD by default, `{flag}` alone changes nothing: `-Clink-arg=-fuse-ld={}` does",
                    wanted.to_lowercase()
                )),
            };
        }
    }
    if let Some((flag, wanted)) = &asked
        && left == 0
        && let Some(other) = foreign(wanted, evidence)
    {
        seen.push(other);
        return verdict(claim, Outcome::Inactive, seen).help(format!(
            "does the compiler in front of the linker take `{flag}`?"
        ));
    }
    let Some(without) = small_without(evidence) else {
        seen.push("the control did not run".to_owned());
        return unproven(claim, seen.join("; "));
    };
    let still = without
        .calls
        .iter()
        .filter(|call| call.has_flags(flags))
        .count();
    if still > 0 {
        seen.push(format!(
            "with an empty `RUSTFLAGS` still on {} command lines: something else adds it",
            of(still, without.calls.len())
        ));
        return unproven(claim, seen.join("; "));
    }
    let mut control = format!(
        "with an empty `RUSTFLAGS`, which drops the config's flags: on {} command lines of a small package",
        of(0, without.calls.len())
    );
    if let (Some((_, wanted)), Some(one)) = (asked, without.linked.first()) {
        control += &format!(", and that is linked by {}", whose(&one.marks));
        if is_only(&one.marks, wanted) {
            return verdict(claim, Outcome::Redundant, seen).control(control);
        }
    }
    verdict(claim, Outcome::Active, seen).control(control)
}

/// Whether something was linked for one of the `--target`s: those have folders of their own.
fn is_for_a_target(one: &Linked, reached: &[&Call]) -> bool {
    let targets = reached.iter().filter_map(|call| call.target.as_deref());
    let mut names = targets.map(|target| {
        let name = target.rsplit(['/', '\\']).next().unwrap_or(target);
        name.strip_suffix(".json").unwrap_or(name)
    });
    names.any(|name| one.path.starts_with(&format!("{name}/")))
}

/// A flag that has no effect because of another one, wherever that is asked for.
fn beaten_by_a_flag(claim: &Claim, flag: &str, seen: Vec<String>, evidence: &Evidence) -> Verdict {
    let trace = evidence.traces.get("build.rustflags");
    let place = trace
        .into_iter()
        .flatten()
        .find(|said| said.value.contains(flag))
        .map_or("the flags", |said| &said.place);
    verdict(claim, Outcome::Inactive, seen).help(format!("take `{flag}` out of {place}"))
}

pub(super) fn judge_linker(
    claim: &Claim,
    program: &str,
    here: bool,
    evidence: &Evidence,
) -> Verdict {
    if !here {
        return not_tried(
            claim,
            format!("for another platform than {}", evidence.triple),
        );
    }
    let calls = calls(evidence);
    let (reached, _) = reached(&calls);
    let linked: Vec<&Call> = reached
        .into_iter()
        .filter(|call| call.role.is_linked())
        .collect();
    if linked.is_empty() {
        return not_tried(claim, "nothing was linked");
    }
    let is_it = |call: &Call| {
        call.codegen("linker")
            .is_some_and(|linker| same_program(linker, program))
    };
    let (with, missing): (Vec<&Call>, Vec<&Call>) = linked.iter().partition(|call| is_it(call));
    let mut seen = vec![format!(
        "`-C linker={program}` on {} command lines that link",
        of(with.len(), linked.len())
    )];
    if !missing.is_empty() {
        seen.push(format!(
            "not for {}",
            some(missing.iter().map(|call| call.crate_name.as_str()))
        ));
        return verdict(claim, Outcome::Inactive, seen);
    }
    match small_without(evidence) {
        Some(without) if !without.calls.iter().any(is_it) => {
            let mut control = format!(
                "with another linker put over it: on {} command lines of a small package",
                of(0, without.calls.len())
            );
            let Some((marks, instead)) = relinked(program, evidence) else {
                return verdict(claim, Outcome::Active, seen).control(control);
            };
            seen.push(format!("linked by {}", whose(marks)));
            control += &format!("; linked again without it: {}", whose(instead));
            let verdict = verdict(claim, Outcome::Active, seen).control(control);
            if marks.is_empty() && instead.iter().any(|mark| mark.linker == "LLD") {
                return verdict.help(
                    "for a driver of this name rustc leaves out LLD, which is its default: `-Clink-arg=-fuse-ld=lld` asks for it",
                );
            }
            verdict
        }
        Some(_) => {
            seen.push("with another linker put over it, it is called all the same".to_owned());
            unproven(claim, seen.join("; "))
        }
        None => {
            seen.push("the control did not run".to_owned());
            unproven(claim, seen.join("; "))
        }
    }
}

/// What this linker made, and what came of it without the setting.
fn relinked<'e>(program: &str, evidence: &'e Evidence) -> Option<(&'e [Mark], &'e [Mark])> {
    let relink = evidence.relink.as_ref()?;
    let without = relink.without.strip_prefix("-C linker=")?;
    let product = subjects(evidence)
        .into_iter()
        .flat_map(|build| &build.linked)
        .find(|one| !one.role.is_for_the_build())?;
    let instead = relink.marks.as_ref().ok()?;
    same_program(without, program).then_some((&product.marks, instead))
}

pub(super) fn judge_wrapper(
    claim: &Claim,
    program: &str,
    workspace: bool,
    evidence: &Evidence,
) -> Verdict {
    let calls = calls(evidence);
    if calls.is_empty() {
        return not_tried(claim, "nothing was compiled");
    }
    let is_it = |call: &&&Call| {
        call.wrappers
            .iter()
            .any(|wrapper| same_program(wrapper, program))
    };
    let with = calls.iter().filter(is_it).count();
    let mut seen = vec![format!(
        "`{program}` in front of {} calls of rustc",
        of(with, calls.len())
    )];
    if workspace && is_sccache(program) {
        let left = calls.iter().filter(|call| !is_it(call));
        let left = some(left.map(|call| call.crate_name.as_str()));
        seen.push("a wrapper of members alone: dependencies are never cached".to_owned());
        seen.extend((!left.is_empty()).then(|| format!("not for {left}")));
        return verdict(claim, Outcome::Inactive, seen).help(format!(
            "write `rustc-wrapper = {}` under `[build]` in its place",
            claim.wanted
        ));
    }
    if with == 0 || !workspace && with < calls.len() {
        return verdict(claim, Outcome::Inactive, seen);
    }
    match small_without(evidence) {
        Some(without) => {
            let still = without.calls.iter().collect::<Vec<_>>();
            let still = still.iter().filter(is_it).count();
            if still == 0 {
                return verdict(claim, Outcome::Active, seen).control(format!(
                    "with an empty `{}`: in front of {} calls of a small package",
                    claim.key,
                    of(0, without.calls.len())
                ));
            }
            verdict(claim, Outcome::Redundant, seen).control(
                "with an empty `build.rustc-wrapper` it is called all the same: a variable of the environment asks for it",
            )
        }
        None => unproven(
            claim,
            format!("{}; the control did not run", seen.join("; ")),
        ),
    }
}

/// The same program, by its path or by its name on PATH.
pub(super) fn same_program(called: &str, wanted: &str) -> bool {
    let name = |path: &str| {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
        name.strip_suffix(".exe")
            .map_or(name.clone(), str::to_owned)
    };
    if wanted.contains(['/', '\\']) {
        let (called, wanted) = (called.replace('\\', "/"), wanted.replace('\\', "/"));
        let wanted = wanted.trim_start_matches("./");
        // A relative one is made absolute by Cargo.
        return called == wanted
            || !wanted.starts_with('/') && called.ends_with(&format!("/{wanted}"));
    }
    name(called) == name(wanted)
}

pub(super) fn judge_incremental(claim: &Claim, value: bool, evidence: &Evidence) -> Verdict {
    let graph = |without: Option<Taken>| {
        evidence
            .graphs
            .iter()
            .find(|graph| graph.profile == "dev" && graph.without == without)
            .and_then(|graph| graph.units.as_ref().ok())
    };
    let Some(units) = graph(None) else {
        return not_tried(claim, "Cargo gives no unit graph");
    };
    let count = |units: &[crate::evidence::Unit]| {
        let local: Vec<_> = units.iter().filter(|unit| unit.local).collect();
        let wanted = value.to_string();
        let right = local
            .iter()
            .filter(|unit| unit.profile.get("incremental") == Some(&wanted))
            .count();
        (right, local.len())
    };
    let (right, all) = count(units);
    let mut seen = vec![format!(
        "`incremental = {value}` in {} units of local packages",
        of(right, all)
    )];
    if right < all {
        let mut verdict = verdict(claim, Outcome::Inactive, seen);
        if let Some((why, mend)) = machine_layer(evidence).filter(|_| claim.key == "cache.scope") {
            verdict.evidence.push(why);
            verdict.help = Some(mend);
        }
        return verdict;
    }
    let on_lines = calls(evidence)
        .iter()
        .filter(|call| call.codegen("incremental").is_some())
        .count();
    let real = subjects(evidence).iter().any(|build| build.what.is_real());
    if real && !value && on_lines > 0 {
        seen.push(format!(
            "and `-C incremental` on {on_lines} command lines of rustc all the same"
        ));
        return verdict(claim, Outcome::Inactive, seen);
    }
    match graph(Some(Taken::Base)).map(|units| count(units)) {
        Some((still, all)) if still < all => verdict(claim, Outcome::Active, seen).control(
            format!("with `{}` put over it: in {} units", !value, of(still, all)),
        ),
        Some(_) => {
            seen.push(format!("with `{}` put over it nothing changes", !value));
            unproven(claim, seen.join("; "))
        }
        None => unproven(claim, "the control could not be asked"),
    }
}

/// What Cargo does not read; where it warns of it, in its own words.
pub(super) fn judge_ignored(
    claim: &Claim,
    why: &str,
    help: Option<&str>,
    evidence: &Evidence,
) -> Verdict {
    let mut seen = vec![why.to_owned()];
    let warned = evidence
        .builds
        .iter()
        .flat_map(|build| &build.warnings)
        .find(|warning| warning.contains(&claim.key));
    seen.extend(warned.map(|warning| format!("Cargo warns: {warning}")));
    let verdict = verdict(claim, Outcome::Inactive, seen);
    match help {
        Some(help) => verdict.help(help),
        None => verdict.help("take it out"),
    }
}

/// A variable under `[env]` that was meant to configure Cargo: the build is asked whether it does.
pub(super) fn judge_misplaced(
    claim: &Claim,
    name: &str,
    value: &str,
    evidence: &Evidence,
) -> Verdict {
    let calls = calls(evidence);
    let key = meant_for(name);
    let (seen, in_force) = match key {
        Some(("build.rustc-wrapper" | "build.rustc-workspace-wrapper", _)) => {
            let with = calls
                .iter()
                .filter(|call| {
                    call.wrappers
                        .iter()
                        .any(|wrapper| same_program(wrapper, value))
                })
                .count();
            (
                format!(
                    "`{value}` in front of {} calls of rustc",
                    of(with, calls.len())
                ),
                with > 0,
            )
        }
        Some(("build.rustflags", _)) => {
            let flags: Vec<String> = value
                .split(['\u{1f}', ' '])
                .filter(|flag| !flag.is_empty())
                .map(str::to_owned)
                .collect();
            let with = calls.iter().filter(|call| call.has_flags(&flags)).count();
            (
                format!(
                    "`{value}` on {} command lines of rustc",
                    of(with, calls.len())
                ),
                with > 0,
            )
        }
        _ => {
            return Verdict {
                help: Some(format!("take `{name}` out of `[env]`: what Cargo is to know stands in a table of its own")),
                ..verdict(
                    claim,
                    Outcome::Inactive,
                    vec!["Cargo hands `[env]` to rustc, build scripts and programs, and reads none of it itself".to_owned()],
                )
            };
        }
    };
    let mut seen = vec![seen];
    if calls.is_empty() {
        return not_tried(claim, "nothing was compiled");
    }
    if in_force {
        seen.push("some other setting asks for it: this line does nothing".to_owned());
    } else {
        seen.push(
            "Cargo hands `[env]` to rustc, build scripts and programs, and reads none of it itself"
                .to_owned(),
        );
    }
    let (table, setting) = key
        .and_then(|(key, _)| key.split_once('.'))
        .unwrap_or(("build", name));
    verdict(claim, Outcome::Inactive, seen).help(format!(
        "write `{setting} = {}` under `[{table}]`, and take `{name}` out of `[env]`",
        claim.wanted
    ))
}
