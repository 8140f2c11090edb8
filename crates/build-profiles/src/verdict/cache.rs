//! `[cache]`: the wrapper in front of every rustc, and what the private server counted.

use super::config::same_program;
use super::{
    Outcome, Verdict, machine_layer, not_tried, of, small_without, some, subjects, verdict,
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
    let Some(program) = chosen else {
        let why = "it does not work on this machine, so `configure` left it out";
        return match optional {
            true => not_tried(claim, why),
            false => verdict(claim, Outcome::Inactive, vec![why.to_owned()]),
        };
    };
    let mut case = Case {
        claim,
        evidence,
        program,
        seen: Vec::new(),
    };
    case.in_front()
        .and_then(|()| case.counted())
        .and_then(|cold| case.found_again(everything).map(|()| cold))
        .and_then(|cold| case.flips(cold))
        .unwrap_or_else(|settled| *settled)
}

/// The verdict of a step that settles the case.
type Settled = Box<Verdict>;

/// One cache under judgement. Each step adds what it has seen; a step that settles the case gives the verdict as `Err`.
struct Case<'a> {
    claim: &'a Claim,
    evidence: &'a Evidence,
    program: &'a str,
    seen: Vec<String>,
}

impl<'a> Case<'a> {
    /// The wrapper stands in front of every call of rustc.
    fn in_front(&mut self) -> Result<(), Settled> {
        let calls: Vec<&Call> = subjects(self.evidence)
            .into_iter()
            .flat_map(|build| &build.calls)
            .collect();
        if calls.is_empty() {
            return Err(not_tried(self.claim, "nothing was compiled").into());
        }
        let bare: Vec<&&Call> = calls.iter().filter(|call| !self.wraps(call)).collect();
        self.seen.push(format!(
            "sccache in front of {} calls of rustc",
            of(calls.len() - bare.len(), calls.len())
        ));
        if bare.is_empty() {
            return Ok(());
        }
        let names = some(bare.iter().map(|call| call.crate_name.as_str()));
        Err(self.inactive(format!("not for {names}")).into())
    }

    /// The server has counted the first build, and is well.
    fn counted(&mut self) -> Result<&'a CacheCounts, Settled> {
        let cache = self.evidence.cache.as_ref();
        let cold = match cache.map(|cache| (&cache.cold, cache.started)) {
            Some((Some(Ok(counts)), _)) => counts,
            Some((Some(Err(why)), true)) => {
                return Err(self.unproven(format!(
                    "its server was there and does not answer any more: {why}"
                )));
            }
            Some((Some(Err(why)), false)) => {
                let why = format!("its server does not tell what it did: {why}");
                return Err(self.inactive(why).help(impostor(self.program)).into());
            }
            Some((None, _)) | None => return Err(self.unproven("its server was not asked")),
        };
        let compiled = self.first().map_or(0, |build| build.calls.len());
        let counted = count(cold.compilations());
        if counted == 0 {
            let why = format!("its server counted none of {compiled} compilations");
            return Err(self.inactive(why).help(impostor(self.program)).into());
        }
        if counted < compiled {
            return Err(self.unproven(format!(
                "its server counted {} compilations: it went away meanwhile, or another one answered",
                of(counted, compiled)
            )));
        }
        if cold.writes > 0 && cold.entries == Some(0) {
            let why = format!(
                "its server says that it has written {} results, and nothing is in its folder",
                cold.writes
            );
            return Err(self.inactive(why).help(impostor(self.program)).into());
        }
        self.unless(unhealthy(cold, self.evidence))?;
        Ok(cold)
    }

    /// A second build of the same sources finds everything that can be cached.
    fn found_again(&mut self, everything: bool) -> Result<(), Settled> {
        let warm = match self
            .evidence
            .cache
            .as_ref()
            .and_then(|cache| cache.warm.as_ref())
        {
            Some(Ok(warm)) => warm,
            Some(Err(why)) => {
                return Err(self.unproven(format!("the second build has no count: {why}")));
            }
            None => return Err(self.unproven("the second build did not run")),
        };
        let (first, again) = (self.first(), self.again());
        let build = again.or(first);
        let calls = build.map_or(&[][..], |build| &build.calls);
        let counted = count(warm.compilations());
        if counted < calls.len() {
            return Err(self.unproven(format!(
                "of the second build its server counted {} compilations: it went away meanwhile, or another one answered",
                of(counted, calls.len())
            )));
        }
        self.seen.push(hits(warm, calls));
        self.seen.extend(refusals(warm, build));
        self.seen.extend(times(first, again));
        self.unless(unhealthy(warm, self.evidence))?;
        self.unless(members_refused(everything, build, self.evidence))?;
        self.unless(debug_lost(first, again))?;
        if warm.asked() == 0 {
            return Err(self.unproven("nothing in this build can be cached"));
        }
        if warm.hits == 0 {
            let why = "a second build of the same sources finds nothing in the cache";
            return Err(self.inactive(why).into());
        }
        if warm.hits == warm.asked() {
            return Ok(());
        }
        let names = some(warm.missed_crates.iter().map(String::as_str));
        let missed = warm.asked().saturating_sub(warm.hits);
        self.seen
            .push(format!("{missed} missed although nothing changed: {names}"));
        match warm.size.zip(warm.max_size) {
            Some((size, max)) if size + size / 10 > max => {
                let why = format!("the cache is full: {size} of {max} bytes");
                Err(self.inactive(why).help(MORE_ROOM).into())
            }
            _ => Err(self.unproven("nothing tells why")),
        }
    }

    /// Without the setting nothing of it is seen.
    fn flips(&mut self, cold: &CacheCounts) -> Result<Verdict, Settled> {
        let mut control = format!(
            "with the cache empty {} were hits",
            of(count(cold.hits), count(cold.asked()))
        );
        if let Some(without) = small_without(self.evidence) {
            if without.calls.iter().any(|call| self.wraps(call)) {
                return Ok(self.verdict(Outcome::Redundant).control(
                    "with an empty `build.rustc-wrapper` it is called all the same: a variable of the environment asks for it",
                ));
            }
            control += &format!(
                "; with an empty `build.rustc-wrapper` it stands in front of {} calls",
                of(0, without.calls.len())
            );
        }
        // The same crate twice in one build is a hit in a cold cache too.
        if cold.hits >= cold.asked() {
            return Err(
                self.unproven("the cache was not empty at the start, so hits prove nothing")
            );
        }
        Ok(self.verdict(Outcome::Active).control(control))
    }

    fn wraps(&self, call: &Call) -> bool {
        let mut wrappers = call.wrappers.iter();
        wrappers.any(|wrapper| same_program(wrapper, self.program))
    }

    /// The build with an empty cache.
    fn first(&self) -> Option<&'a Build> {
        let subject = self.evidence.cache.as_ref()?.subject?;
        let mut builds = self.evidence.builds.iter();
        builds.find(|build| build.what == subject)
    }

    /// The same build again.
    fn again(&self) -> Option<&'a Build> {
        let again = match self.evidence.cache.as_ref()?.subject? {
            BuildKind::Workspace => BuildKind::WorkspaceAgain,
            BuildKind::Small => BuildKind::SmallAgain,
            _ => return None,
        };
        let mut builds = self.evidence.builds.iter();
        builds.find(|build| build.what == again)
    }

    /// Goes on unless something is wrong: why, and what to change.
    fn unless(&mut self, wrong: Option<(String, String)>) -> Result<(), Settled> {
        match wrong {
            Some((why, help)) => Err(self.inactive(why).help(help).into()),
            None => Ok(()),
        }
    }

    fn verdict(&mut self, outcome: Outcome) -> Verdict {
        verdict(self.claim, outcome, std::mem::take(&mut self.seen))
    }

    fn inactive(&mut self, why: impl Into<String>) -> Verdict {
        self.seen.push(why.into());
        self.verdict(Outcome::Inactive)
    }

    fn unproven(&mut self, why: impl Into<String>) -> Settled {
        self.seen.push(why.into());
        Box::new(self.verdict(Outcome::Unproven))
    }
}

fn count(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
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
        .filter(|call| {
            call.role
                .is_cacheable(call.codegen("incremental").is_some())
        })
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
