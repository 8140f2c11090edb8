//! Keys of profiles: what Cargo resolves them to, and what reaches rustc.

use std::collections::{BTreeMap, BTreeSet};

use super::{Outcome, Verdict, not_tried, of, some, verdict};
use crate::evidence::{Build, BuildKind, Call, Evidence, GraphSeen, Role, Taken, Unit, canonical};
use crate::probe::{Claim, Scope, Subject};
use crate::settings::split_spec;

pub(super) fn judge(claim: &Claim, claims: &[Claim], evidence: &Evidence) -> Verdict {
    let Subject::Profile {
        profile,
        scope,
        key,
        value,
    } = &claim.subject
    else {
        unreachable!("called for claims about profiles alone")
    };
    let put_aside = claims.iter().any(|other| {
        matches!(other.subject, Subject::Incremental { value: by_build } if by_build.to_string() != *value)
    });
    if key == "incremental" && put_aside && *scope != Scope::BuildOverride {
        return not_tried(
            claim,
            "`build.incremental` is for every profile, and the policy sets it otherwise here",
        );
    }
    // The tests of a workspace are built with dev's overrides, and dev-dependencies are built for nothing else.
    let mut looked = vec![profile.as_str()];
    if profile == "dev" && matches!(scope, Scope::Star | Scope::Named(_)) {
        looked.push("test");
    }
    let rules = Rules::of(claims, profile, key);
    let mut reason = None;
    for profile in looked {
        let with = match units(evidence, profile, None) {
            Ok((_, units)) => units,
            Err(why) => {
                reason = Some(why);
                continue;
            }
        };
        let governed: Vec<&Unit> = with
            .iter()
            .filter(|unit| rules.governs(scope, key, unit))
            .collect();
        if !governed.is_empty() {
            return judge_units(claim, profile, &governed, with, &rules, evidence);
        }
    }
    not_tried(
        claim,
        reason.unwrap_or_else(|| match scope {
            Scope::Named(spec) => format!(
                "no unit of `{spec}` is built here: not for this platform, with these features"
            ),
            _ => "no unit is built that it is for: each has an override of its own".to_owned(),
        }),
    )
}

fn judge_units(
    claim: &Claim,
    profile: &str,
    governed: &[&Unit],
    all: &[Unit],
    rules: &Rules<'_>,
    evidence: &Evidence,
) -> Verdict {
    let Subject::Profile {
        scope, key, value, ..
    } = &claim.subject
    else {
        unreachable!("called for claims about profiles alone")
    };
    let resolved = |unit: &Unit| unit.profile.get(key).cloned().unwrap_or_default();
    let right: Vec<&&Unit> = governed
        .iter()
        .filter(|unit| resolved(unit) == *value)
        .collect();
    let mut seen = vec![format!(
        "`{key} = {}` in {} units that Cargo plans for profile `{profile}`",
        claim.wanted,
        of(right.len(), governed.len())
    )];
    let others = all
        .iter()
        .filter(|unit| *scope == Scope::Base && !unit.for_the_build && rules.overrides(unit))
        .filter(|unit| resolved(unit) != *value)
        .count();
    if others > 0 {
        seen.push(format!(
            "{others} others have an override of their own, which wins"
        ));
    }
    if *scope == Scope::BuildOverride {
        seen.extend(overridden(governed, all));
    }
    let wrong: Vec<&&Unit> = governed
        .iter()
        .filter(|unit| resolved(unit) != *value)
        .collect();
    if let Some(first) = wrong.first() {
        let names = some(wrong.iter().map(|unit| unit.package.as_str()));
        seen.push(match &*resolved(first) {
            "" => "Cargo's unit graph has no such key".to_owned(),
            other => format!("Cargo resolves it to `{other}` for {names}"),
        });
        return verdict(claim, Outcome::Inactive, seen);
    }
    let lines = command_lines(evidence, profile, key, value, governed, all);
    match &lines {
        Lines::None => {}
        Lines::Wrong { flag, crates } => {
            seen.push(format!(
                "rustc was called with `{flag}` for {}: a flag beats the profile",
                some(crates.iter().map(String::as_str))
            ));
            let mut verdict = verdict(claim, Outcome::Inactive, seen);
            verdict.trace = evidence
                .traces
                .get("build.rustflags")
                .cloned()
                .unwrap_or_default();
            let place = verdict
                .trace
                .iter()
                .find(|said| said.wins)
                .map_or_else(|| "the flags".to_owned(), |said| said.place.clone());
            return verdict.help(format!("take `{flag}` out of {place}"));
        }
        Lines::Right { calls, text } => {
            seen.push(format!(
                "{text} on {calls} of {calls} command lines of rustc"
            ));
        }
    }
    let taken = match scope {
        Scope::Base | Scope::BuildOverride => Taken::Base,
        Scope::Star => Taken::Star,
        Scope::Named(_) => Taken::Named,
    };
    let (graph, without) = match units(evidence, profile, Some(taken)) {
        Ok(found) => found,
        Err(why) => {
            seen.push(format!("the control could not be asked: {why}"));
            return verdict(claim, Outcome::Unproven, seen);
        }
    };
    let governed: Vec<&Unit> = without
        .iter()
        .filter(|unit| rules.governs(scope, key, unit))
        .collect();
    let flipped = governed
        .iter()
        .filter(|unit| resolved(unit) != *value)
        .count();
    let instead = graph
        .instead
        .get(&claim.key)
        .map_or("another value", String::as_str);
    if flipped > 0 {
        let other = governed
            .iter()
            .map(|unit| resolved(unit))
            .find(|other| other != value)
            .unwrap_or_default();
        return verdict(claim, Outcome::Active, seen).control(format!(
            "with `{instead}` in its place: `{other}` in {} units",
            of(flipped, governed.len())
        ));
    }
    let same = canonical(key, instead.trim_matches('"')) == *value;
    if same {
        return verdict(claim, Outcome::Redundant, seen)
            .control(format!("without it Cargo takes `{instead}` all the same"));
    }
    seen.push(format!(
        "with `{instead}` in its place nothing changes: something else decides"
    ));
    verdict(claim, Outcome::Unproven, seen)
}

/// What is for the build and still not of `build-override`.
fn overridden(governed: &[&Unit], all: &[Unit]) -> Option<String> {
    let names: BTreeSet<&str> = all
        .iter()
        .filter(|unit| unit.for_the_build && !governed.contains(unit))
        .map(|unit| unit.package.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "not for {}: an override of packages, which also holds for their build scripts, beats `build-override`",
            some(names)
        )
    })
}

pub(super) fn judge_inherits(claim: &Claim, profile: &str, evidence: &Evidence) -> Verdict {
    match units(evidence, profile, None) {
        Ok((_, units)) => not_tried(
            claim,
            format!(
                "Cargo plans {} units with profile `{profile}`; what it inherits is seen in its keys, not by itself",
                units.len()
            ),
        ),
        Err(why) => not_tried(claim, why),
    }
}

/// The compilations of a profile, with and without.
fn units<'e>(
    evidence: &'e Evidence,
    profile: &str,
    without: Option<Taken>,
) -> Result<(&'e GraphSeen, &'e [Unit]), String> {
    let graph = evidence
        .graphs
        .iter()
        .find(|graph| graph.profile == profile && graph.without == without)
        .ok_or_else(|| "Cargo was not asked for its unit graph".to_owned())?;
    match &graph.units {
        Ok(units) => Ok((graph, units)),
        Err(why) => Err(no_graph(why)),
    }
}

/// Why Cargo gave no unit graph, in a line, with what would help.
pub(super) fn no_graph(why: &str) -> String {
    const OFFLINE: [&str; 4] = [
        "no matching package named",
        "unable to update",
        "failed to get `",
        "attempting to make an HTTP request",
    ];
    if OFFLINE.iter().any(|sign| why.contains(sign)) {
        return "Cargo gives no unit graph, for not every dependency is on this machine: `cargo fetch` brings them".to_owned();
    }
    if why.contains("--locked") {
        return "Cargo gives no unit graph, for `Cargo.lock` is missing or out of date: `cargo generate-lockfile` or `cargo update --workspace` writes it".to_owned();
    }
    let line = why
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    format!(
        "Cargo gives no unit graph: {}",
        line.trim().trim_start_matches("error: ")
    )
}

/// Whom which override of a key is for.
struct Rules<'c> {
    star: bool,
    specs: Vec<&'c str>,
}

impl<'c> Rules<'c> {
    /// Overrides come along with what a profile inherits.
    fn of(claims: &'c [Claim], profile: &str, key: &str) -> Self {
        let mut rules = Self {
            star: false,
            specs: Vec::new(),
        };
        let line = ancestry(claims, profile);
        for claim in claims {
            match &claim.subject {
                Subject::Profile {
                    profile,
                    scope,
                    key: k,
                    ..
                } if k == key && line.contains(profile) => match scope {
                    Scope::Star => rules.star = true,
                    Scope::Named(spec) => rules.specs.push(spec),
                    Scope::Base | Scope::BuildOverride => {}
                },
                _ => {}
            }
        }
        rules
    }

    /// Whether this scope is what decides the key for a unit. Source: Cargo book, Profiles, Overrides and precedence.
    fn governs(&self, scope: &Scope, key: &str, unit: &Unit) -> bool {
        // What Cargo leaves alone whatever the profile says.
        let takes_it = match key {
            "incremental" => unit.local,
            "panic" => !matches!(unit.role, Role::Test | Role::ProcMacro) && !unit.for_the_build,
            _ => true,
        };
        takes_it
            && match scope {
                Scope::Named(spec) => names(spec, unit),
                Scope::Star => !unit.member && !self.is_named(unit),
                _ if self.overrides(unit) => false,
                Scope::Base => !unit.for_the_build,
                Scope::BuildOverride => unit.for_the_build,
            }
    }

    /// Whether an override is for the unit's package.
    fn overrides(&self, unit: &Unit) -> bool {
        self.is_named(unit) || self.star && !unit.member
    }

    fn is_named(&self, unit: &Unit) -> bool {
        self.specs.iter().any(|spec| names(spec, unit))
    }
}

/// A profile and all that it inherits from, by the claims.
fn ancestry(claims: &[Claim], profile: &str) -> Vec<String> {
    let mut line = vec![profile.to_owned()];
    loop {
        let last = line.last().map_or("", String::as_str);
        let parent = match last {
            "test" => Some("dev"),
            "bench" => Some("release"),
            _ => claims.iter().find_map(|claim| match &claim.subject {
                Subject::Inherits { profile, parent } if profile == last => Some(parent.as_str()),
                _ => None,
            }),
        };
        match parent.map(str::to_owned) {
            Some(parent) if !line.contains(&parent) => line.push(parent),
            _ => return line,
        }
    }
}

/// Whether a package ID spec names the package of a unit.
fn names(spec: &str, unit: &Unit) -> bool {
    let spec = spec.rsplit_once(['#', '/']).map_or(spec, |(_, end)| end);
    let (name, version) = split_spec(spec);
    name == unit.package
        && version.is_none_or(|wanted| {
            unit.version == wanted || unit.version.starts_with(&format!("{wanted}."))
        })
}

/// What rustc's command lines say of a key.
enum Lines {
    /// No build of this profile ran, or its lines do not show this key.
    None,
    Right {
        calls: usize,
        text: String,
    },
    Wrong {
        flag: String,
        crates: Vec<String>,
    },
}

fn command_lines(
    evidence: &Evidence,
    profile: &str,
    key: &str,
    value: &str,
    governed: &[&Unit],
    all: &[Unit],
) -> Lines {
    let builds: Vec<&Build> = evidence
        .builds
        .iter()
        .filter(|build| {
            matches!(build.what, BuildKind::Workspace | BuildKind::Tests)
                && build.profile == profile
        })
        .collect();
    // What Cargo plans for a crate: a build script's dependency may be planned a second time, with another profile.
    let mut planned: BTreeMap<Identity<'_>, BTreeSet<&str>> = BTreeMap::new();
    for unit in all {
        let value = unit.profile.get(key).map_or("", String::as_str);
        planned.entry(identity_of(unit)).or_default().insert(value);
    }
    let ours: BTreeSet<Identity<'_>> = governed.iter().map(|unit| identity_of(unit)).collect();
    let (mut right, mut wrong) = (0, BTreeMap::<String, Vec<String>>::new());
    for call in builds.iter().flat_map(|build| &build.calls) {
        let identity = identity_of_call(call);
        if !ours.contains(&identity) {
            continue;
        }
        let Some(taken) = effective(call, key) else {
            continue;
        };
        if taken == value {
            right += 1;
        } else if !planned[&identity].contains(taken.as_str()) {
            wrong
                .entry(flag(key, &taken))
                .or_default()
                .push(call.crate_name.clone());
        }
    }
    if let Some((flag, crates)) = wrong.pop_first() {
        return Lines::Wrong { flag, crates };
    }
    if right == 0 {
        return Lines::None;
    }
    Lines::Right {
        calls: right,
        text: format!("`{}`", flag(key, value)),
    }
}

type Identity<'u> = (&'u str, &'u str, &'u str, Role);

fn identity_of(unit: &Unit) -> Identity<'_> {
    (&unit.package, &unit.version, &unit.crate_name, unit.role)
}

fn identity_of_call(call: &Call) -> Identity<'_> {
    (&call.package, &call.version, &call.crate_name, call.role)
}

/// The flag that rustc would see for a value.
fn flag(key: &str, value: &str) -> String {
    match (key, value) {
        ("debug", "none") => "no -C debuginfo".to_owned(),
        ("debug", "full") => "-C debuginfo=2".to_owned(),
        ("debug", "limited") => "-C debuginfo=1".to_owned(),
        ("debug", word) => format!("-C debuginfo={word}"),
        ("opt-level", "0") => "no -C opt-level".to_owned(),
        ("strip", "none") => "no -C strip".to_owned(),
        ("panic", "unwind") => "no -C panic".to_owned(),
        ("lto", "false") | ("rpath", "false") | ("incremental", "false") => format!("no -C {key}"),
        ("lto", "fat") => "-C lto".to_owned(),
        ("rpath", "true") => "-C rpath".to_owned(),
        ("incremental", "true") => "-C incremental=...".to_owned(),
        (_, "default") => format!("no -C {key}"),
        ("debug-assertions" | "overflow-checks", value) => {
            format!("-C {key}={}", if value == "true" { "on" } else { "off" })
        }
        _ => format!("-C {key}={value}"),
    }
}

/// The value of a profile key that a command line comes to; `None` where the line does not show it. What Cargo leaves
/// out is rustc's default. Source: Cargo, `build_base_args`; rustc book, Codegen options.
fn effective(call: &Call, key: &str) -> Option<String> {
    let option = if key == "debug" { "debuginfo" } else { key };
    let said = call.codegen(option).map(|value| canonical(key, value));
    let or = |default: &str| Some(said.clone().unwrap_or_else(|| default.to_owned()));
    let unoptimised = || call.codegen("opt-level").is_none_or(|level| level == "0");
    match key {
        "opt-level" => or("0"),
        "debug" | "strip" => or("none"),
        "panic" => or("unwind"),
        "codegen-units" => or("default"),
        "rpath" => or("false"),
        "incremental" => Some(said.is_some().to_string()),
        "debug-assertions" => or(&unoptimised().to_string()),
        "overflow-checks" => match said {
            Some(said) => Some(said),
            None => effective(call, "debug-assertions"),
        },
        // Without debug information Cargo leaves it out.
        "split-debuginfo" => match call.codegen("debuginfo") {
            None | Some("0" | "none") => None,
            Some(_) => or("default"),
        },
        // A library of a build with LTO is made so that the last step can do it.
        "lto" => match said {
            None if call.role == Role::Library => None,
            // What the build itself runs, and what is linked dynamically with `std`, takes no part in LTO.
            None if call.role.is_for_the_build() || call.codegen("prefer-dynamic").is_some() => {
                None
            }
            _ => or("false"),
        },
        _ => None,
    }
}
