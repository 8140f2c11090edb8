//! `[cache]`: the wrapper in front of every rustc, and what the private server counted.

use super::config::same_program;
use super::{
    Outcome, Verdict, machine_layer, not_tried, of, small_without, some, subjects, unproven,
    verdict,
};
use crate::evidence::{Build, BuildKind, CacheCounts, Call, Evidence, Role};
use crate::probe::Claim;

pub(super) fn judge(
    claim: &Claim,
    chosen: Option<&str>,
    optional: bool,
    everything: bool,
    evidence: &Evidence,
) -> Verdict {
    let by_machine = claim.key == "cache.tool";
    if let Some((why, mend)) = machine_layer(evidence).filter(|_| by_machine) {
        return verdict(claim, Outcome::Inactive, vec![why]).help(mend);
    }
    let Some(chosen) = chosen else {
        let why = "it does not work on this machine, so `configure` left it out";
        return match optional {
            true => not_tried(claim, why),
            false => verdict(claim, Outcome::Inactive, vec![why.to_owned()]),
        };
    };
    let calls: Vec<&Call> = subjects(evidence)
        .into_iter()
        .flat_map(|build| &build.calls)
        .collect();
    if calls.is_empty() {
        return not_tried(claim, "nothing was compiled");
    }
    let is_wrapped = |call: &Call| {
        call.wrappers
            .iter()
            .any(|wrapper| same_program(wrapper, chosen))
    };
    let wrapped = calls.iter().filter(|call| is_wrapped(call)).count();
    let mut seen = vec![format!(
        "sccache in front of {} calls of rustc",
        of(wrapped, calls.len())
    )];
    if wrapped < calls.len() {
        let bare = calls.iter().filter(|call| !is_wrapped(call));
        seen.push(format!(
            "not for {}",
            some(bare.map(|call| call.crate_name.as_str()))
        ));
        return verdict(claim, Outcome::Inactive, seen);
    }
    let Some(cache) = &evidence.cache else {
        seen.push("its server was not asked".to_owned());
        return unproven(claim, seen.join("; "));
    };
    let cold = match &cache.cold {
        Some(Ok(counts)) => counts,
        Some(Err(why)) if cache.started => {
            seen.push(format!(
                "its server was there and does not answer any more: {why}"
            ));
            return unproven(claim, seen.join("; "));
        }
        Some(Err(why)) => {
            seen.push(format!("its server does not tell what it did: {why}"));
            return verdict(claim, Outcome::Inactive, seen).help(impostor(chosen));
        }
        None => {
            seen.push("its server was not asked".to_owned());
            return unproven(claim, seen.join("; "));
        }
    };
    let build = evidence
        .builds
        .iter()
        .find(|build| Some(build.what) == cache.subject);
    let compiled = build.map_or(0, |build| build.calls.len());
    if cold.compilations() == 0 {
        seen.push(format!(
            "its server counted none of {compiled} compilations"
        ));
        return verdict(claim, Outcome::Inactive, seen).help(impostor(chosen));
    }
    if (cold.compilations() as usize) < compiled {
        seen.push(format!(
            "its server counted {} compilations: it went away meanwhile, or another one answered",
            of(cold.compilations() as usize, compiled)
        ));
        return unproven(claim, seen.join("; "));
    }
    if cold.writes > 0 && cold.entries == Some(0) {
        seen.push(format!(
            "its server says that it has written {} results, and nothing is in its folder",
            cold.writes
        ));
        return verdict(claim, Outcome::Inactive, seen).help(impostor(chosen));
    }
    if let Some((why, help)) = unhealthy(cold, evidence) {
        seen.push(why);
        return verdict(claim, Outcome::Inactive, seen).help(help);
    }
    let warm = match &cache.warm {
        Some(Ok(warm)) => warm,
        Some(Err(why)) => {
            seen.push(format!("the second build has no count: {why}"));
            return unproven(claim, seen.join("; "));
        }
        None => {
            seen.push("the second build did not run".to_owned());
            return unproven(claim, seen.join("; "));
        }
    };
    let again = evidence.builds.iter().find(|build| {
        matches!(
            (cache.subject, build.what),
            (Some(BuildKind::Workspace), BuildKind::WorkspaceAgain)
                | (Some(BuildKind::Small), BuildKind::SmallAgain)
        )
    });
    let all = again.map_or(compiled, |build| build.calls.len());
    if (warm.compilations() as usize) < all {
        seen.push(format!(
            "of the second build its server counted {} compilations: it went away meanwhile, or another one answered",
            of(warm.compilations() as usize, all)
        ));
        return unproven(claim, seen.join("; "));
    }
    seen.push(hits(
        warm,
        again.or(build).map_or(&[], |build| &build.calls),
    ));
    if let Some(refused) = refusals(warm, again.or(build)) {
        seen.push(refused);
    }
    seen.extend(times(build, again));
    if let Some((why, help)) = unhealthy(warm, evidence) {
        seen.push(why);
        return verdict(claim, Outcome::Inactive, seen).help(help);
    }
    if let Some((why, help)) = members_refused(everything, again.or(build), evidence) {
        seen.push(why);
        return verdict(claim, Outcome::Inactive, seen).help(help);
    }
    if let Some((why, help)) = debug_lost(build, again) {
        seen.push(why);
        return verdict(claim, Outcome::Inactive, seen).help(help);
    }
    if warm.asked() == 0 {
        seen.push("nothing in this build can be cached".to_owned());
        return unproven(claim, seen.join("; "));
    }
    if warm.hits == 0 {
        seen.push("a second build of the same sources finds nothing in the cache".to_owned());
        return verdict(claim, Outcome::Inactive, seen);
    }
    if warm.hits < warm.asked() {
        let names = some(warm.missed_crates.iter().map(String::as_str));
        seen.push(format!(
            "{} missed although nothing changed: {names}",
            warm.asked() - warm.hits
        ));
        if warm
            .size
            .zip(warm.max_size)
            .is_some_and(|(size, max)| size + size / 10 > max)
        {
            seen.push(format!(
                "the cache is full: {} of {} bytes",
                warm.size.unwrap_or(0),
                warm.max_size.unwrap_or(0)
            ));
            return verdict(claim, Outcome::Inactive, seen).help(MORE_ROOM);
        }
        return unproven(claim, seen.join("; "));
    }
    let cold_hits = of(cold.hits as usize, cold.asked() as usize);
    let mut control = format!("with the cache empty {cold_hits} were hits");
    if let Some(without) = small_without(evidence).filter(|build| !build.calls.is_empty()) {
        let still = without.calls.iter().filter(|call| is_wrapped(call)).count();
        if still > 0 {
            return verdict(claim, Outcome::Redundant, seen).control(
                "with an empty `build.rustc-wrapper` it is called all the same: a variable of the environment asks for it",
            );
        }
        control += &format!(
            "; with an empty `build.rustc-wrapper` it stands in front of {} calls",
            of(0, without.calls.len())
        );
    }
    // The same crate twice in one build is a hit in a cold cache too.
    if cold.hits >= cold.asked() {
        seen.push("the cache was not empty at the start, so hits prove nothing".to_owned());
        return unproven(claim, seen.join("; "));
    }
    verdict(claim, Outcome::Active, seen).control(control)
}

fn impostor(program: &str) -> String {
    format!("is `{program}` really sccache? `{program} --version` tells")
}

const MORE_ROOM: &str = "give it more room: `SCCACHE_CACHE_SIZE`";

/// Where the entries are: `Local disk: "/var/cache"` without what sccache calls it.
fn place(counts: &CacheCounts) -> &str {
    let place = counts.location.strip_prefix("Local disk: ");
    place.unwrap_or(&counts.location).trim_matches('"')
}

/// What the counters say is wrong.
fn unhealthy(counts: &CacheCounts, evidence: &Evidence) -> Option<(String, String)> {
    let set = |name: &str| evidence.variables.contains_key(name);
    if counts.recached > 0 || counts.asked() > 0 && counts.hits + counts.misses == 0 {
        let name = if set("SCCACHE_RECACHE") {
            "SCCACHE_RECACHE"
        } else {
            "SCCACHE_NO_CACHE"
        };
        return Some((
            format!(
                "{} compilations were told not to ask the cache",
                counts.executed
            ),
            format!("unset `{name}`"),
        ));
    }
    if counts.write_errors > 0 && counts.writes == 0 {
        let help = if set("SCCACHE_LOCAL_RW_MODE") {
            "unset `SCCACHE_LOCAL_RW_MODE`".to_owned()
        } else if set("SCCACHE_CACHE_SIZE") {
            MORE_ROOM.to_owned()
        } else {
            format!("make {} writable", place(counts))
        };
        return Some((
            format!(
                "{} of {} results could not be written: the next build will find nothing",
                counts.write_errors, counts.misses
            ),
            help,
        ));
    }
    if counts.write_errors > 0 {
        return Some((
            format!("{} results could not be written", counts.write_errors),
            if set("SCCACHE_CACHE_SIZE") {
                MORE_ROOM.to_owned()
            } else {
                format!("is there room in {}?", place(counts))
            },
        ));
    }
    None
}

/// What the first build left beside its artifacts and the second, from the cache, did not.
fn debug_lost(build: Option<&Build>, again: Option<&Build>) -> Option<(String, String)> {
    let (first, second) = (build?.debug_objects, again?.debug_objects);
    (second < first).then(|| {
        (
            format!(
                "the debug information of what comes from the cache is lost: {second} `.dwo` files, where the first build left {first}"
            ),
            "write `split-debuginfo = \"off\"` or `\"packed\"`".to_owned(),
        )
    })
}

/// `340 of 359 compilations from the cache, 94.7 % of all, 100 % of the cacheable`.
fn hits(warm: &CacheCounts, calls: &[Call]) -> String {
    let percent = |part: u64, whole: u64| match whole {
        0 => "none".to_owned(),
        _ if part == whole => "100 %".to_owned(),
        _ => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    };
    // Build scripts call the wrapper too, for what is no unit of Cargo's; they are served as the units are.
    let cacheable = calls
        .iter()
        .filter(|call| call.role == Role::Library && call.codegen("incremental").is_none())
        .count() as u64;
    let by_build_scripts = warm.asked().saturating_sub(cacheable);
    let hits = warm.hits.saturating_sub(by_build_scripts);
    let (all, cacheable) = (calls.len() as u64, warm.asked() - by_build_scripts);
    let mut text = format!(
        "built again from nothing: {hits} of {all} compilations from the cache, {} of all, {} of the {cacheable} that can be cached",
        percent(hits, all),
        percent(hits, cacheable),
    );
    if by_build_scripts > 0 {
        text += &format!("; {by_build_scripts} more for build scripts that try the compiler");
    }
    text
}

/// `19 refused: 12 proc-macro, 7 bin`, with the crates for which sccache has but one word.
fn refusals(warm: &CacheCounts, build: Option<&Build>) -> Option<String> {
    let refused: u64 = warm.refusals().map(|(_, count)| count).sum();
    if refused == 0 {
        return None;
    }
    let calls = build.map(|build| &build.calls[..]).unwrap_or_default();
    let mut reasons: Vec<String> = Vec::new();
    for (reason, count) in warm.refusals() {
        if reason != "crate-type" {
            let crates = if reason == "incremental" {
                let names = calls.iter().filter(|call| {
                    call.codegen("incremental").is_some() && call.role == Role::Library
                });
                match some(names.map(|call| call.crate_name.as_str())) {
                    names if names.is_empty() => String::new(),
                    names => format!(" ({names})"),
                }
            } else {
                String::new()
            };
            reasons.push(format!("{count} {reason}{crates}"));
            continue;
        }
        let by_role: Vec<String> = [
            Role::Program,
            Role::Test,
            Role::Dynamic,
            Role::BuildScript,
            Role::ProcMacro,
        ]
        .iter()
        .filter_map(|role| {
            let linked = calls.iter().filter(|call| call.role == *role).count();
            (linked > 0).then(|| format!("{linked} {}", role.plural()))
        })
        .collect();
        reasons.push(format!("{count} that are linked ({})", by_role.join(", ")));
    }
    Some(format!("{refused} refused: {}", reasons.join(", ")))
}

fn times(cold: Option<&Build>, warm: Option<&Build>) -> Option<String> {
    let (cold, warm) = cold.zip(warm)?;
    if !cold.what.is_real() {
        return None;
    }
    Some(match cold.cpu_seconds.zip(warm.cpu_seconds) {
        Some((cold, warm)) => format!(
            "cold {cold:.0} s, warm {warm:.0} s of processor time, n = 1: no verdict on worth"
        ),
        None => format!(
            "cold {:.0} s, warm {:.0} s by the clock, n = 1: no verdict on worth",
            cold.seconds, warm.seconds
        ),
    })
}

/// Where members are meant to be cached and incremental compilation keeps them out.
fn members_refused(
    everything: bool,
    build: Option<&Build>,
    evidence: &Evidence,
) -> Option<(String, String)> {
    let build = build.filter(|build| everything && build.what.is_real())?;
    let names: Vec<&str> = build
        .calls
        .iter()
        .filter(|call| call.role == Role::Library && call.codegen("incremental").is_some())
        .map(|call| call.crate_name.as_str())
        .collect();
    let winner = evidence
        .traces
        .get("build.incremental")
        .and_then(|said| said.iter().find(|said| said.wins))
        .map_or_else(
            || "`incremental = true`".to_owned(),
            |said| said.place.clone(),
        );
    (!names.is_empty()).then(|| {
        (
            format!(
                "members are compiled incrementally, which keeps them out: {}",
                some(names)
            ),
            format!("take {winner} away"),
        )
    })
}
