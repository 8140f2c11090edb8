//! What a machine may have: faster linkers, a compile cache.

use super::{Drafted, Suggestion, trade};
use crate::evidence::{Role, Unit};
use crate::key::Home;
use crate::policy::flags::asks_for_linker;
use crate::policy::platform::{PLATFORMS, preference};
use crate::value::{KeyPath, Value};

/// Fewer link steps than this leave nothing for another linker to save.
const MANY_LINKS: usize = 20;
/// Where LLD links already, there have to be more.
const MANY_LINKS_OF_LLD: usize = 100;
/// Fewer third-party compilations than this are built before a cache has answered.
const MANY_CACHEABLE: usize = 150;

pub(super) fn suggested(drafted: &Drafted<'_>) -> Vec<Suggestion> {
    // Without Cargo's `include` there is no file of a machine, in which any of this could stand.
    if !drafted.floor_is(1, 94) {
        return Vec::new();
    }
    [linker(drafted), cache(drafted)]
        .into_iter()
        .flatten()
        .collect()
}

/// `[linker]`, with what is installed here.
fn linker(drafted: &Drafted<'_>) -> Option<Suggestion> {
    let facts = drafted.facts;
    let platform = PLATFORMS
        .iter()
        .find(|platform| platform.triples.contains(&facts.triple.as_str()))?;
    if !matches!(platform.name, "linux-gnu" | "linux-musl" | "freebsd")
        || preference(&drafted.policy.base.linkers, &facts.triple).is_some()
        || has_linker(drafted)
    {
        return None;
    }
    let has_lld = facts.triple == "x86_64-unknown-linux-gnu"
        && (facts.rustc.as_ref()).is_some_and(|rustc| (rustc.major, rustc.minor) >= (1, 90));
    // From LLD to LLD there is no way to go.
    let faster: &[&str] = if has_lld {
        &["wild", "mold"]
    } else {
        &["wild", "mold", "lld"]
    };
    let is_here = |name: &&&str| {
        let program = if **name == "lld" { "ld.lld" } else { **name };
        facts.tools.contains(program)
    };
    let here: Vec<&str> = faster.iter().filter(is_here).copied().collect();
    let links = facts.links();
    let enough = if has_lld {
        MANY_LINKS_OF_LLD
    } else {
        MANY_LINKS
    };
    if here.is_empty() || links < enough {
        return None;
    }
    let names = here.join(", ");
    let left = if has_lld {
        "rustc links with its own LLD here since 1.90, so what is left to gain is the difference to that: small, and felt where one program is linked again after each edit."
    } else {
        "rustc links with the system's own linker here."
    };
    let candidates = here.iter().chain(&["default"]);
    let candidates = candidates.map(|name| (*name).to_owned()).collect();
    Some(Suggestion {
        settings: vec![(
            KeyPath::new(["linker", platform.name]),
            Value::Array(candidates),
        )],
        reason: format!("{links} link steps in a test build; installed here: {names}. {left}"),
        price: "A machine without it links as before, so two machines may make different programs; the first build after the change links everything again."
            .to_owned(),
        gain: if has_lld { 1 } else { 10 },
    })
}

/// Whether somebody has chosen a linker already, by the config or by flags.
fn has_linker(drafted: &Drafted<'_>) -> bool {
    let mut settings = drafted.settings.config.iter();
    let left_alone = drafted.policy.unmanaged.iter();
    settings.any(
        |(path, setting)| match (&path.parts()[..], &setting.value) {
            (["target", _, "linker"], _) => true,
            (_, Value::Array(flags)) => flags.iter().any(|flag| asks_for_linker(flag)),
            (_, Value::Str(flags)) => asks_for_linker(flags),
            _ => false,
        },
    ) || left_alone.map(|one| one.path.parts()).any(|path| {
        path.first() == Some(&"target") && !matches!(path.last(), Some(&"runner" | &"rustdocflags"))
    })
}

/// `[cache]`, where third-party compilations are many and the tool is known here.
fn cache(drafted: &Drafted<'_>) -> Option<Suggestion> {
    let facts = drafted.facts;
    let is_free = ["rustc-wrapper", "rustc-workspace-wrapper"]
        .iter()
        .all(|key| drafted.is_free(&KeyPath::new(["build", key])));
    let by_ci = facts.ci.sccache.len();
    let is_installed = facts.tools.contains("sccache");
    if drafted.policy.base.cache.is_some() || !is_free || !(is_installed || by_ci > 0) {
        return None;
    }
    // Only what rustc alone makes goes into the cache, and of that only what is not incremental.
    let is_cacheable = |unit: &Unit| unit.role == Role::Library;
    let theirs = facts.counted(true, is_cacheable);
    if theirs.some < MANY_CACHEABLE {
        return None;
    }
    let known = match (is_installed, by_ci) {
        (true, 0) => "sccache is installed here".to_owned(),
        (true, _) => "sccache is installed here, and CI uses it".to_owned(),
        (false, _) => "CI uses sccache".to_owned(),
    };
    let what = match &facts.units {
        Some(_) => "are third-party libraries, which a cache can serve",
        None => "are third-party",
    };
    let path = |key: &str| KeyPath::new(["cache", key]);
    Some(Suggestion {
        settings: vec![
            (path("tool"), "sccache".into()),
            (path("scope"), "dependencies".into()),
            (path("if-missing"), "skip".into()),
        ],
        reason: format!(
            "{} of {} {} {what}: after a branch switch, in a second checkout or after `cargo clean` they need not be compiled again. {known}. Scope `dependencies`, since members are incremental, and switching that off makes every edit slower.",
            theirs.some, theirs.all, theirs.noun
        ),
        price: format!(
            "{} A build that finds everything in `target` gains nothing, and the first one takes longer.",
            trade(Home::Cache, "tool")
        ),
        gain: 6,
    })
}
