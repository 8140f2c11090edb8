//! Profiles: debug information that nobody reads, link-time optimisation that nobody asked for.

use super::facts::size;
use super::{Drafted, Suggestion, share, trade};
use crate::diagnostic::counted;
use crate::evidence::{Unit, canonical};
use crate::key::Home;
use crate::value::{KeyPath, Value};

/// Fewer compilations than this build in no time, whatever their debug information.
const MANY: usize = 100;
/// Fewer programs than this are linked in no time.
const MANY_PROGRAMS: usize = 10;
/// With this many the linker's work on debug information is felt.
const MOSTLY_LINKING: usize = 20;
/// Fewer optimised compilations than this are no reason to say anything.
const SOME_OPTIMISED: usize = 20;

pub(super) fn suggested(drafted: &Drafted<'_>) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = [
        line_tables(drafted),
        none_of_dependencies(drafted),
        split(drafted),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(without_thin_local_lto(drafted));
    found
}

/// Whether a unit has all the debug information there is.
fn is_full(unit: &Unit) -> bool {
    unit.profile.get("debug").map(String::as_str) == Some("full")
}

/// `profile.dev.debug = "line-tables-only"`, where nobody has decided on debug information.
fn line_tables(drafted: &Drafted<'_>) -> Option<Suggestion> {
    let path = KeyPath::new(["profile", "dev", "debug"]);
    // Tests that have a word of their own would stay as they are, and they are what was counted.
    let have_their_own = drafted.profiles.own("test", "debug").is_some();
    if !drafted.is_free(&path) || !drafted.floor_is(1, 71) || have_their_own {
        return None;
    }
    let facts = drafted.facts;
    // Without a graph nobody knows which packages an override leaves to the profile.
    let others = KeyPath::new(["profile", "dev", "package", "*", "debug"]);
    if facts.units.is_none() && !drafted.is_free(&others) {
        return None;
    }
    let full = facts.counted(false, is_full);
    if full.some < MANY {
        return None;
    }
    let mut reason = match &facts.units {
        Some(_) => format!(
            "{} of {} {} have full debug information",
            full.some, full.all, full.noun
        ),
        None => format!(
            "Full debug information for whatever is built of the {} {}",
            full.all, full.noun
        ),
    };
    let linked = facts.link_steps();
    if linked > 0 {
        let programs = counted(linked, "program");
        let have = if linked == 1 { "has" } else { "have" };
        reason.push_str(&format!(
            ", and {programs} that {have} it in them are linked"
        ));
    }
    reason.push('.');
    if let Some(folder) = facts.debug_folder() {
        let more = if folder.is_whole { "" } else { "more than " };
        reason.push_str(&format!(
            " `target/debug` takes {more}{} here.",
            size(folder.bytes)
        ));
    }
    let mut ci = facts.ci.said.iter();
    if let Some(said) = ci.find(|one| one.variable == "CARGO_PROFILE_DEV_DEBUG")
        && let Some(value) = &said.value
        && !matches!(canonical("debug", value).as_str(), "full" | "limited")
    {
        reason.push_str(&format!(
            " CI does without it already (`CARGO_PROFILE_DEV_DEBUG: {value}` in `{}`).",
            said.file
        ));
    }
    Some(Suggestion {
        settings: vec![(path, "line-tables-only".into())],
        reason,
        price: format!(
            "{} A debugger shows lines and no variables, in code of this workspace too.",
            trade(Home::Profile, "debug")
        ),
        // 70 to 58 CPU seconds.
        gain: share(full.some, full.all, 17),
    })
}

/// `profile.dev.package."*".debug = false`, where most of what is linked is somebody else's.
fn none_of_dependencies(drafted: &Drafted<'_>) -> Option<Suggestion> {
    let path = KeyPath::new(["profile", "dev", "package", "*", "debug"]);
    // Whoever has asked for debug information in so many words may step through dependencies too.
    let is_asked_for = drafted.profiles.own("dev", "debug").is_some();
    if !drafted.is_free(&path) || is_asked_for {
        return None;
    }
    let facts = drafted.facts;
    let theirs = facts.counted(true, is_full);
    let linked = facts.link_steps();
    if theirs.some < MANY || linked < MANY_PROGRAMS {
        return None;
    }
    let with_it = match &facts.units {
        Some(_) => " with full debug information",
        None => "",
    };
    Some(Suggestion {
        settings: vec![(path, false.into())],
        reason: format!(
            "{} of {} {} are third-party{with_it}, and each of {linked} programs is linked with what it uses of them.",
            theirs.some, theirs.all, theirs.noun
        ),
        price: "Backtraces lose file and line inside dependencies, and a debugger can't step into them; code of this workspace keeps both."
            .to_owned(),
        gain: share(theirs.some, theirs.all, 15),
    })
}

/// `profile.dev.split-debuginfo = "unpacked"`, where full debug information is wanted and many programs are linked.
fn split(drafted: &Drafted<'_>) -> Option<Suggestion> {
    let path = KeyPath::new(["profile", "dev", "split-debuginfo"]);
    let facts = drafted.facts;
    let is_wanted = drafted.profiles.own("dev", "debug").is_some_and(|word| {
        [Value::Bool(true), Value::Int(2), "full".into()].contains(&word.value)
    });
    // A compile cache does not restore the files that it writes, and Apple's platforms have it already.
    let caches = drafted.policy.base.cache.is_some()
        || facts.tools.contains("sccache")
        || !facts.ci.sccache.is_empty();
    let linked = facts.link_steps();
    if !drafted.is_free(&path)
        || !is_wanted
        || caches
        || !facts.triple.contains("-linux-")
        || linked < MOSTLY_LINKING
    {
        return None;
    }
    Some(Suggestion {
        settings: vec![(path, "unpacked".into())],
        reason: format!(
            "Full debug information is wanted here, and the linker copies it into each of {linked} programs of a test build."
        ),
        price: format!(
            "{} A program that is copied to another machine leaves its debug information behind.",
            trade(Home::Profile, "split-debuginfo")
        ),
        gain: 5,
    })
}

/// `lto = "off"` in each profile like dev that optimises and says nothing of link-time optimisation.
fn without_thin_local_lto(drafted: &Drafted<'_>) -> Vec<Suggestion> {
    let profiles = &drafted.profiles;
    let names = profiles.names().filter(|name| {
        profiles
            .line(name)
            .is_ok_and(|line| line.last() == Some(&"dev"))
    });
    names.filter_map(|name| of_profile(drafted, name)).collect()
}

fn of_profile(drafted: &Drafted<'_>, name: &str) -> Option<Suggestion> {
    let profiles = &drafted.profiles;
    let path = KeyPath::new(["profile", name, "lto"]);
    let is = |key: &str, value: &str| profiles.of_profile(name, key).as_deref() == Some(value);
    let has_lto = profiles
        .of_profile(name, "lto")
        .is_some_and(|lto| lto != "false");
    if has_lto || is("codegen-units", "1") || !drafted.is_free(&path) {
        return None;
    }
    let level = profiles
        .own(name, "opt-level")
        .filter(|_| !is("opt-level", "0"));
    let facts = drafted.facts;
    // The graph is that of a test build: of a profile beside dev and test it says nothing.
    let is_built = name == "test" || (name == "dev" && profiles.own("test", "opt-level").is_none());
    let optimised = is_built
        .then_some(facts.units.as_ref())
        .flatten()
        .map(|units| {
            let is_one = |unit: &&Unit| {
                let of = |key: &str| unit.profile.get(key).map(String::as_str);
                of("opt-level") != Some("0") && of("lto") == Some("false") && !unit.for_the_build
            };
            (units.iter().filter(is_one).count(), units.len())
        });
    let (said, gain) = match (level, optimised) {
        (_, Some((some, _))) if some < SOME_OPTIMISED => return None,
        (Some(level), Some((some, all))) => (
            format!(
                "`opt-level = {}` in `{name}`: {some} of {all} compilations of a test build are optimised",
                level.value
            ),
            share(some, all, 17),
        ),
        // An override optimises some packages, and the profile's own word on LTO is for them too.
        (None, Some((some, all))) if name == "dev" => (
            format!(
                "{some} of {all} compilations of a test build are optimised, by overrides of `dev`"
            ),
            share(some, all, 17),
        ),
        (Some(level), None) => (
            format!(
                "`opt-level = {}` in `{name}`: what it compiles is optimised",
                level.value
            ),
            8,
        ),
        (None, _) => return None,
    };
    Some(Suggestion {
        settings: vec![(path, "off".into())],
        reason: format!(
            "{said}, and without a word on `lto` that comes with thin LTO between the codegen units of each crate."
        ),
        price: format!(
            "{} Code that is hot across codegen units may run slower: look whether your tests do.",
            trade(Home::Profile, "lto")
        ),
        gain,
    })
}
