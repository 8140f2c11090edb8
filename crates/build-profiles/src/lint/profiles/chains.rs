//! What inherits from what.

use super::names::has_debug_profile;
use super::{MANY, is_ours, told};
use crate::diagnostic::{Level, did_you_mean};
use crate::lint::inherited::{Part, Profiles};
use crate::lint::{Finding, Group, LINT, Lint, Subject};
use crate::policy::names::BUILT_IN;
use crate::policy::{inherits, names};

pub(super) static MISSING_INHERITS: Lint = Lint {
    name: "missing_inherits",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a profile that is none of Cargo's own and does not say what it inherits",
    cargo: "Cargo stops at it in a manifest; in a config file it does not look at it until somebody asks for the profile",
    costs: "a slip in the name of a built-in profile loses all that is set in it, without a word",
    instead: "correct the name, or add `inherits = \"release\"` or `inherits = \"dev\"`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#custom-profiles",
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[profile.relase]\nlto = true\n",
    good: "//- Cargo.toml\n[profile.dist]\ninherits = \"release\"\n//- .cargo/config.toml\n[profile.dist]\nlto = true\n",
    ..LINT
};

pub(super) static UNKNOWN_PROFILE: Lint = Lint {
    name: "unknown_profile",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "`inherits` with the name of a profile that is not there",
    cargo: "Cargo stops; for a profile in a config file it does so when somebody asks for the profile",
    instead: "name a profile that is there",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#custom-profiles",
    bad: "//- Cargo.toml\n[profile.dist]\ninherits = \"relase\"\n",
    good: "//- Cargo.toml\n[profile.dist]\ninherits = \"slim\"\n//- .cargo/config.toml\n[profile.slim]\ninherits = \"release\"\n",
    ..LINT
};

pub(super) static INHERITS_CYCLE: Lint = Lint {
    name: "inherits_cycle",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "profiles that inherit from each other in a circle",
    cargo: "Cargo stops; for profiles in a config file it does so when somebody asks for one of them",
    instead: "let one of them inherit `dev` or `release`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#custom-profiles",
    bad: "//- Cargo.toml\n[profile.slim]\ninherits = \"dist\"\n[profile.dist]\ninherits = \"slim\"\n",
    good: "//- Cargo.toml\n[profile.slim]\ninherits = \"dist\"\n[profile.dist]\ninherits = \"release\"\n",
    ..LINT
};

pub(super) static INHERITS_IN_ROOT_PROFILE: Lint = Lint {
    name: "inherits_in_root_profile",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "`inherits` in the profile dev or release",
    cargo: "Cargo stops",
    costs: "nothing builds",
    instead: "remove `inherits`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#custom-profiles",
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[profile.dev]\ninherits = \"release\"\n",
    good: "//- Cargo.toml\n//- .cargo/config.toml\n[profile.test]\ninherits = \"release\"\n",
    ..LINT
};

/// What each profile inherits.
pub(super) fn chains(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    // Without the manifest nobody knows which profiles there are.
    let Some(manifest) = subject.manifest() else {
        return;
    };
    let has_debug = has_debug_profile(subject);
    let is_there = |name: &str| profiles.has(name) || name == "doc" || name == "debug" && has_debug;
    for name in profiles.names() {
        let Some((doc, span)) = profiles.places(name).first() else {
            continue;
        };
        if names::refused(name, has_debug, &manifest.file.path, span).is_some() {
            continue;
        }
        let is_built_in = BUILT_IN.contains(&name) || name == "debug";
        let Some(word) = profiles.own(name, Part::Own, "inherits") else {
            let ours = profiles.places(name).iter().any(|(doc, _)| is_ours(doc));
            let is_slip = did_you_mean(name, BUILT_IN).is_some();
            let variable = name.to_uppercase().replace('-', "_");
            let variable = format!("CARGO_PROFILE_{variable}_INHERITS");
            let is_set = subject.files.variables.contains_key(&variable);
            if !is_built_in && !is_set && (ours || is_slip) {
                let missing = inherits::missing(name, &doc.file.path, span);
                found.push(told(&MISSING_INHERITS, missing));
            }
            continue;
        };
        let (file, at) = (&word.doc.file.path, &word.leaf.span);
        let Some(parent) = word.text() else {
            continue;
        };
        if matches!(name, "dev" | "release") {
            let in_root = inherits::in_root(name, file, at);
            found.push(told(&INHERITS_IN_ROOT_PROFILE, in_root));
            continue;
        }
        let chain = profiles.chain(name);
        if chain.last().and_then(|last| profiles.parent(last)) == Some(name) {
            let path = [&chain[..], &[name]].concat().join(" -> ");
            let cycle = inherits::cycle(name, &path, file, at);
            found.push(told(&INHERITS_CYCLE, cycle));
        } else if !is_there(parent)
            && (is_ours(word.doc) || did_you_mean(parent, BUILT_IN).is_some())
        {
            let known = profiles.names().take(MANY).chain(BUILT_IN);
            let unknown = inherits::unknown(parent, known, file, at);
            found.push(told(&UNKNOWN_PROFILE, unknown));
        }
    }
}
