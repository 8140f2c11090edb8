//! `verify --shared`: what the storage carried from one checkout to another, in words.

use super::{Outcome, Verdict, of, some, verdict};
use crate::cache::shared::{
    Judgement, Lift, Missed, Outcome as Shared, Reason, SharedEvidence, Stopped, judge_shared,
};
use crate::probe::Claim;

/// Judges the claim that a storage is shared.
pub fn shared(claim: &Claim, evidence: &SharedEvidence) -> Verdict {
    let judgement = judge_shared(evidence);
    let hits = format!(
        "a second checkout at another path found {} compilations in `{}`",
        of(count(judgement.found), count(judgement.asked)),
        evidence.backend
    );
    match &judgement.outcome {
        Shared::Shares => {
            let mut seen = vec![hits];
            seen.extend(misses(&judgement));
            let verdict = verdict(claim, Outcome::Active, seen)
                .control("the first checkout, built before it, found none of them");
            match lift(&judgement) {
                Some(help) => verdict.help(help),
                None => verdict,
            }
        }
        Shared::SharesNothing => {
            let mut seen = vec![hits];
            seen.extend(misses(&judgement));
            let verdict = verdict(claim, Outcome::Inactive, seen);
            match lift(&judgement) {
                Some(help) => verdict.help(help),
                None => verdict,
            }
        }
        Shared::DoesNotStore => verdict(
            claim,
            Outcome::Inactive,
            vec!["what the first checkout compiled was not stored".to_owned()],
        ),
        Shared::NotCold => verdict(
            claim,
            Outcome::Unproven,
            vec!["the first checkout found something where nothing was to be found".to_owned()],
        ),
        Shared::NotExercised => {
            let mut seen = vec!["no compilation could be looked up in the cache".to_owned()];
            seen.extend(refused(&judgement));
            let verdict = verdict(claim, Outcome::Unproven, seen);
            match judgement.not_cached.contains_key("incremental") {
                true => verdict.help("say `incremental = false` under `[build]` of the policy"),
                false => verdict,
            }
        }
        Shared::Stopped(stopped) => ended(claim, stopped),
    }
}

fn count(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn ended(claim: &Claim, stopped: &Stopped) -> Verdict {
    let (outcome, why, help) = match stopped {
        Stopped::Unreachable { endpoint, why } => (
            Outcome::Inactive,
            format!("{endpoint} can't be reached: {why}"),
            "is the storage up, and is this machine let in?",
        ),
        Stopped::NoServer { words } => (
            Outcome::Inactive,
            format!("sccache's server does not start with this storage: {words}"),
            "are the credentials in the environment, and right?",
        ),
        Stopped::ReadOnly { words } => (
            Outcome::Inactive,
            format!("the storage can be read and not written: {words}"),
            "give these credentials the right to write, or say `rw-mode = \"READ_ONLY\"`",
        ),
        Stopped::Lost { endpoint } => (
            Outcome::Inactive,
            format!(
                "{endpoint} went away during a build, which then waits for it at every compilation"
            ),
            "is the storage up?",
        ),
        Stopped::ServerDied { words } => (
            Outcome::Unproven,
            format!("sccache's server died during a build: {words}"),
            "does `sccache --start-server` work?",
        ),
        Stopped::Errors { write, read } => (
            Outcome::Inactive,
            format!(
                "the storage answers with errors: {write} results not stored, {read} look-ups failed"
            ),
            "is there room in it, and may these credentials write?",
        ),
        Stopped::TooSlow { seconds } => (
            Outcome::Unproven,
            format!("a build did not end within {seconds} seconds"),
            "is the storage far away, or slow?",
        ),
    };
    verdict(claim, outcome, vec![why]).help(help)
}

/// Each miss, with what kept it back.
fn misses(judgement: &Judgement) -> Vec<String> {
    const SHOWN: usize = 12;
    let line = |missed: &Missed| {
        let reasons: Vec<String> = missed.reasons.iter().map(reason).collect();
        match reasons.is_empty() {
            true => format!("`{}` missed, for no reason that was found", missed.name),
            false => format!("`{}` missed: {}", missed.name, reasons.join(", ")),
        }
    };
    let mut lines: Vec<String> = judgement.missed.iter().take(SHOWN).map(line).collect();
    let more = judgement.missed.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.extend(refused(judgement));
    lines
}

/// What is never cached, by sccache's reason.
fn refused(judgement: &Judgement) -> Option<String> {
    let refused: u64 = judgement.not_cached.values().sum();
    let reasons: Vec<String> = judgement
        .not_cached
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    (refused > 0).then(|| format!("{refused} are never cached: {}", reasons.join(", ")))
}

fn reason(reason: &Reason) -> String {
    let names = |names: &[String]| some(names.iter().map(String::as_str));
    match reason {
        Reason::InCheckout => {
            "its sources stand in the checkout, whose path is in the key".to_owned()
        }
        Reason::BuildScript => "a build script compiles it, to see what rustc can do".to_owned(),
        Reason::OutDir => "it reads `OUT_DIR`".to_owned(),
        Reason::Variable(name) => format!("it reads `{name}`, which holds the checkout's path"),
        Reason::Argument(argument) => format!("`{argument}` holds the checkout's path"),
        Reason::Upstream(crates) => {
            format!("it is compiled against {}, which missed", names(crates))
        }
        Reason::Uncached(crates) => {
            format!("it is compiled against {}, never cached", names(crates))
        }
    }
}

/// What would lift most.
fn lift(judgement: &Judgement) -> Option<String> {
    let flag = |missed: &Missed| {
        missed.reasons.iter().find_map(|reason| match reason {
            Reason::Argument(argument) => Some(argument.clone()),
            _ => None,
        })
    };
    if judgement.found == 0
        && let Some(flag) = judgement.missed.first().and_then(flag)
    {
        return Some(format!(
            "take `{flag}` out: it makes every key this checkout's own"
        ));
    }
    let asked = count(judgement.asked);
    let fixed = judgement
        .with_a_fixed_build_dir
        .filter(|found| *found > judgement.found);
    let same = (judgement.at_the_same_path > judgement.found.max(fixed.unwrap_or(0)))
        .then_some(judgement.at_the_same_path);
    let needs = |lift| {
        judgement
            .missed
            .iter()
            .any(|missed| missed.lift == Some(lift))
    };
    match (fixed, same) {
        (Some(fixed), same) if needs(Lift::FixedBuildDir) => {
            let more = same.map_or_else(String::new, |same| {
                format!(
                    "; the same path for every checkout {}",
                    of(count(same), asked)
                )
            });
            Some(format!(
                "a `build.build-dir` that is the same for every checkout would find {}{more}",
                of(count(fixed), asked)
            ))
        }
        (_, Some(same)) => Some(format!(
            "the same path for every checkout (a container, a bind mount) would find {}",
            of(count(same), asked)
        )),
        _ => None,
    }
}
