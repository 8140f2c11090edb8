//! Profiles: their names, their values, and what Cargo makes of them.

use std::collections::{BTreeMap, BTreeSet};

use super::inherited::{Part, Profiles, Word, same};
use super::{Doc, Family, Finding, Group, LINT, Lint, Role, Subject};
use crate::diagnostic::{Diagnostic, Level, did_you_mean};
use crate::edit::{Edit, Leaf};
use crate::key::{Home, describe, key};
use crate::policy::check::profiles as panics;
use crate::policy::names::BUILT_IN;
use crate::policy::{entry, inherits, names};
use crate::tradeoff::Root;
use crate::value::{KeyPath, Value};

const PROFILES: &str = "https://doc.rust-lang.org/cargo/reference/profiles.html";
const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html#profile";

/// Nobody has more profiles to choose from, and a hostile file must not take hours.
const MANY: usize = 256;

pub(super) static FAMILY: Family = Family {
    lints: &[
        &ALIAS_OF_NO_PROFILE,
        &CONFIG_CHANGES_INHERITS,
        &DEBUG_INFO_STRIPPED,
        &DOC_PROFILE,
        &INCREMENTAL_EVERYWHERE,
        &INHERITS_CYCLE,
        &INHERITS_IN_ROOT_PROFILE,
        &INVALID_NAME,
        &INVALID_VALUE,
        &LTO_WITH_INCREMENTAL,
        &LTO_WITH_RLIB,
        &MISSING_INHERITS,
        &ONE_CODEGEN_UNIT_INCREMENTAL,
        &OVERFLOW_CHECKS_LEFT_ON,
        &PANIC_ABORT_IN_DEV,
        &PANIC_IGNORED,
        &PROFILE_NAME_COLLIDES,
        &PROFILE_ONLY_IN_CONFIG,
        &PROFILE_OVERRIDDEN_BY_MACHINE,
        &RESERVED_PROFILE_NAME,
        &SPLIT_WITHOUT_DEBUG_INFO,
        &THIN_LOCAL_LTO,
        &UNKNOWN_PROFILE,
        &UNSTABLE_KEY,
        &WRONG_TYPE,
    ],
    check,
};

static RESERVED_PROFILE_NAME: Lint = Lint {
    name: "reserved_profile_name",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a profile with a name that Cargo keeps for itself, such as `debug`",
    cargo: "Cargo stops at the name in a manifest, and never reads such a profile in a config file",
    costs: "in a config file the settings are lost without a word",
    instead: "write `[profile.dev]` for `debug`, and rename others",
    source: PROFILES,
    bad: "//- .cargo/config.toml\n[profile.debug]\nopt-level = 2\n",
    good: "//- .cargo/config.toml\n[profile.dev]\nopt-level = 2\n",
    ..LINT
};

static INVALID_NAME: Lint = Lint {
    name: "invalid_name",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a profile whose name has other characters than letters, digits, `-` and `_`",
    cargo: "Cargo stops at the name in a manifest, and no command can ask for such a profile of a config file",
    instead: "rename it",
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.\"ci.fast\"]\ninherits = \"dev\"\n",
    good: "//- Cargo.toml\n[profile.ci_fast-2]\ninherits = \"dev\"\n",
    ..LINT
};

static DOC_PROFILE: Lint = Lint {
    name: "doc_profile",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "a profile `doc`",
    cargo: "no command uses it: `cargo doc` builds with dev, `cargo doc --release` with release",
    instead: "remove it",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.doc]\nopt-level = 2\n",
    good: "//- Cargo.toml\n[profile.docs]\ninherits = \"dev\"\nopt-level = 2\n",
    ..LINT
};

static PROFILE_NAME_COLLIDES: Lint = Lint {
    name: "profile_name_collides",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a custom profile that is called like a key of a built-in one, such as `release-lto`",
    cargo: "a variable that sets a key of the profile is read as one of the built-in profile",
    costs: "such a variable stops every build, of other profiles too",
    instead: "rename it, to `lto-release` for instance",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#environment-variables",
    bad: "//- Cargo.toml\n[profile.release-lto]\ninherits = \"release\"\nlto = true\n",
    good: "//- Cargo.toml\n[profile.lto-release]\ninherits = \"release\"\nlto = true\n",
    ..LINT
};

static MISSING_INHERITS: Lint = Lint {
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

static UNKNOWN_PROFILE: Lint = Lint {
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

static INHERITS_CYCLE: Lint = Lint {
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

static INHERITS_IN_ROOT_PROFILE: Lint = Lint {
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

static INVALID_VALUE: Lint = Lint {
    name: "invalid_value",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a value that a key of a profile does not take, such as `opt-level = \"3\"` or `lto = \"thinn\"`",
    cargo: "Cargo stops at it, or hands it to rustc, which stops; of `split-debuginfo` it is dropped without a word",
    costs: "a build of libraries alone may pass, and a profile in a config file is not looked at until somebody asks for it",
    instead: "write a value that the key takes",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.dev]\nopt-level = \"3\"\n",
    good: "//- Cargo.toml\n[profile.dev]\nopt-level = \"s\"\n[profile.release]\nopt-level = 3\n",
    ..LINT
};

static WRONG_TYPE: Lint = Lint {
    name: "wrong_type",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a value of another type than a key of a profile takes, such as `incremental = \"true\"`",
    cargo: "Cargo stops at it",
    costs: "nothing builds; a profile in a config file is not looked at until somebody asks for it",
    instead: "write a value of the type that the key takes",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.dev]\nincremental = \"true\"\n",
    good: "//- Cargo.toml\n[profile.dev]\nincremental = true\nstrip = true\ndebug = 1\n",
    ..LINT
};

static UNSTABLE_KEY: Lint = Lint {
    name: "unstable_key",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a key of a profile that only a nightly Cargo takes, without a nightly toolchain",
    cargo: "stable Cargo stops at it, or ignores it with a warning",
    instead: "remove it, or pin a nightly toolchain in `rust-toolchain.toml`",
    source: "https://doc.rust-lang.org/cargo/reference/unstable.html",
    bad: "//- rust-toolchain.toml\n[toolchain]\nchannel = \"stable\"\n//- Cargo.toml\n[profile.dev]\ncodegen-backend = \"cranelift\"\n",
    good: "//- Cargo.toml\n[profile.dev]\ncodegen-units = 16\n",
    ..LINT
};

static SPLIT_WITHOUT_DEBUG_INFO: Lint = Lint {
    name: "split_without_debug_info",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "`split-debuginfo` in a profile that has no debug information",
    cargo: "Cargo does not pass it on",
    costs: "nothing but the line, which looks as if it did something",
    instead: "remove it, or set `debug`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#split-debuginfo",
    bad: "//- Cargo.toml\n[profile.release]\nsplit-debuginfo = \"packed\"\n",
    good: "//- Cargo.toml\n[profile.release]\nsplit-debuginfo = \"packed\"\n[profile.profiling]\ninherits = \"release\"\ndebug = true\n",
    ..LINT
};

static PANIC_IGNORED: Lint = Lint {
    name: "panic_ignored",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`panic` in the profile test or bench",
    cargo: "tests and benches always unwind: the harness catches their panics",
    instead: "remove it",
    fixable: true,
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#panic",
    bad: "//- Cargo.toml\n[profile.test]\npanic = \"abort\"\n",
    good: "//- Cargo.toml\n[profile.release]\npanic = \"abort\"\n",
    ..LINT
};

static PANIC_ABORT_IN_DEV: Lint = Lint {
    name: "panic_abort_in_dev",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`panic = \"abort\"` in the profile dev, or in one that inherits from test",
    cargo: "tests unwind all the same, so every dependency is compiled once to abort and once to unwind",
    costs: "a real workspace went from 1632 to 919 compilations without it",
    instead: "set it in `release`, or in a profile that no test is built with",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#panic",
    bad: "members: part\n//- Cargo.toml\n[profile.dev]\npanic = \"abort\"\n",
    good: "members: part\n//- Cargo.toml\n[profile.release]\npanic = \"abort\"\n",
    ..LINT
};

static LTO_WITH_INCREMENTAL: Lint = Lint {
    name: "lto_with_incremental",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "fat link-time optimisation in a profile that compiles incrementally",
    cargo: "Cargo asks rustc for both, and each edit optimises the whole program again; older rustc stopped there",
    costs: "incremental compilation saves only what comes before, and fills `target` for it",
    instead: "write `incremental = false` beside `lto`, or `lto = \"thin\"` or `lto = \"off\"`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#lto",
    bad: "//- Cargo.toml\n[profile.release]\nlto = true\nincremental = true\n",
    good: "//- Cargo.toml\n[profile.release]\nlto = true\n[profile.quick]\ninherits = \"release\"\nlto = \"thin\"\nincremental = true\n",
    ..LINT
};

static ONE_CODEGEN_UNIT_INCREMENTAL: Lint = Lint {
    name: "one_codegen_unit_incremental",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`codegen-units = 1` in a profile that compiles incrementally",
    cargo: "the one unit is the whole crate, so the smallest edit makes rustc generate all of the crate's code again",
    costs: "incremental compilation saves next to nothing, and each crate is compiled on one core",
    instead: "remove `codegen-units`, or write `incremental = false`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#codegen-units",
    bad: "//- Cargo.toml\n[profile.dev]\ncodegen-units = 1\n",
    good: "//- Cargo.toml\n[profile.dev]\ncodegen-units = 16\n[profile.release]\ncodegen-units = 1\n",
    ..LINT
};

static OVERFLOW_CHECKS_LEFT_ON: Lint = Lint {
    name: "overflow_checks_left_on",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "`debug-assertions = false` in a profile like dev, without a word on `overflow-checks`",
    cargo: "`overflow-checks` is a key of its own and stays on",
    costs: "integer arithmetic is as slow as before",
    instead: "write `overflow-checks = false` or `overflow-checks = true` beside it",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#overflow-checks",
    bad: "//- Cargo.toml\n[profile.dev]\ndebug-assertions = false\n",
    good: "//- Cargo.toml\n[profile.dev]\ndebug-assertions = false\noverflow-checks = false\n",
    ..LINT
};

static THIN_LOCAL_LTO: Lint = Lint {
    name: "thin_local_lto",
    level: None,
    group: Group::Profiles,
    finds: "an `opt-level` other than 0 in a profile like dev, without `lto = \"off\"`",
    cargo: "`lto = false`, the default, still means thin LTO between the codegen units of each crate",
    costs: "three projects took 20 to 50 % off the compilation by switching it off, and a workspace of ours 18 %",
    instead: "write `lto = \"off\"` beside `opt-level`, and look whether your tests run as fast",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#lto",
    bad: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\n",
    good: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\nlto = \"off\"\n",
    ..LINT
};

static DEBUG_INFO_STRIPPED: Lint = Lint {
    name: "debug_info_stripped",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "`strip` in a profile that generates debug information",
    cargo: "on Linux rustc generates it for every crate, and the linker throws it away",
    costs: "the time to generate it and the room it takes in `target`",
    instead: "write `debug = false`, or `strip = \"none\"` where the debug information is wanted",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#strip",
    bad: "//- Cargo.toml\n[profile.release]\ndebug = true\nstrip = true\n",
    good: "//- Cargo.toml\n[profile.release]\nstrip = true\n[profile.profiling]\ninherits = \"release\"\ndebug = true\nstrip = false\n",
    ..LINT
};

static LTO_WITH_RLIB: Lint = Lint {
    name: "lto_with_rlib",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a library that is a `cdylib` or `staticlib` and an `rlib` at once, in a workspace that sets `lto` in release",
    cargo: "`cargo build` does no link-time optimisation for a library of which one kind cannot have it",
    costs: "the shared or static library is shipped without what the profile says, and nobody is told",
    instead: "build it with `cargo rustc --crate-type cdylib`, or make the `cdylib` a package of its own",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#lto",
    bad: "members: plugin\n//- Cargo.toml\n[profile.release]\nlto = true\n//- plugin/Cargo.toml\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n",
    good: "members: plugin\n//- Cargo.toml\n[profile.release]\nlto = true\n//- plugin/Cargo.toml\n[lib]\ncrate-type = [\"cdylib\"]\n",
    ..LINT
};

static INCREMENTAL_EVERYWHERE: Lint = Lint {
    name: "incremental_everywhere",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`build.incremental = true` in the repository's config",
    cargo: "it holds over every profile, release too; dev is incremental without it",
    costs: "release code is cut into 256 pieces that are optimised apart",
    instead: "remove it, and write `incremental = true` into the profiles that are to have it",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildincremental",
    bad: "//- .cargo/config.toml\n[build]\nincremental = true\n",
    good: "//- Cargo.toml\n[profile.quick]\ninherits = \"release\"\nincremental = true\n//- .cargo/config.toml\n[build]\njobs = 2\n",
    ..LINT
};

static PROFILE_OVERRIDDEN_BY_MACHINE: Lint = Lint {
    name: "profile_overridden_by_machine",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a key of a profile in a config file of the machine, which the manifest of the repository sets otherwise",
    cargo: "every config file holds over the manifest, key by key",
    costs: "this machine builds something else than all others",
    instead: "remove it there, or give it a profile of its own",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\n//- /home/config.toml\n[profile.dev]\nopt-level = 3\n",
    good: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\n//- /home/config.toml\n[profile.dev]\ndebug = false\n",
    ..LINT
};

static PROFILE_ONLY_IN_CONFIG: Lint = Lint {
    name: "profile_only_in_config",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a custom profile that stands in a config file alone",
    cargo: "it is not there for `cargo install`, and for builds that start outside of the folder",
    costs: "`--profile` with its name stops there",
    instead: "write it into the manifest of the workspace root",
    source: CONFIG,
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[profile.quick]\ninherits = \"release\"\n",
    good: "//- Cargo.toml\n[profile.quick]\ninherits = \"release\"\n//- .cargo/config.toml\n[profile.quick]\ndebug = true\n",
    ..LINT
};

static CONFIG_CHANGES_INHERITS: Lint = Lint {
    name: "config_changes_inherits",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`inherits` in a config file that differs from that of the manifest",
    cargo: "the config file wins, and the profile gets all keys from another one",
    costs: "who reads the manifest is misled, and builds outside of the folder differ",
    instead: "say it once, in the manifest",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.ci]\ninherits = \"dev\"\n//- .cargo/config.toml\n[profile.ci]\ninherits = \"release\"\n",
    good: "//- Cargo.toml\n[profile.ci]\ninherits = \"dev\"\n//- .cargo/config.toml\n[profile.ci]\ninherits = \"dev\"\ndebug = false\n",
    ..LINT
};

static ALIAS_OF_NO_PROFILE: Lint = Lint {
    name: "alias_of_no_profile",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "an alias with `--profile` and a name that no profile has, such as `debug`",
    cargo: "Cargo stops when somebody uses the alias",
    instead: "name a profile that is there: `debug` is the folder of `dev`",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#alias",
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\nquick = \"build --profile debug\"\n",
    good: "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\nquick = \"build --profile dev\"\nci = \"nextest run --profile ci\"\nslow = [\"run\", \"--\", \"--profile\", \"all\"]\n",
    ..LINT
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let profiles = Profiles::of(subject);
    names_of(subject, &profiles, found);
    chains(subject, &profiles, found);
    values(subject, found);
    unstable(subject, found);
    panic(subject, &profiles, found);
    split(&profiles, found);
    together(subject, &profiles, found);
    layers(subject, &profiles, found);
    libraries(subject, &profiles, found);
    aliases(subject, &profiles, found);
}

/// What another check has found, with the weight of the lint.
pub(super) fn told(lint: &'static Lint, diagnostic: Diagnostic) -> Finding {
    debug_assert_eq!(diagnostic.code, lint.name);
    Finding {
        lint,
        diagnostic: Diagnostic {
            level: lint.level.unwrap_or(Level::Note),
            ..diagnostic
        },
        fixes: Vec::new(),
    }
}

/// Whether a file is read for this workspace alone. One above it may mean the profiles and packages of another.
pub(super) fn is_ours(doc: &Doc<'_>) -> bool {
    !doc.file.outside && !doc.file.path.as_str().starts_with("..")
}

fn has_debug_profile(subject: &Subject<'_>) -> bool {
    subject.holds(&Lint {
        since: Some((1, 99)),
        ..LINT
    })
}

fn names_of(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    let has_debug = has_debug_profile(subject);
    let is_inherited = |name| {
        profiles
            .names()
            .any(|child| profiles.parent(child) == Some(name))
    };
    for name in profiles.names() {
        for (doc, span) in profiles.places(name) {
            let Some(refused) = names::refused(name, has_debug, &doc.file.path, span) else {
                let shown = profiles.places(name).iter().find(|(doc, _)| is_ours(doc));
                if shown.is_some_and(|(first, _)| std::ptr::eq(*first, *doc))
                    && let Some(collides) = names::colliding(name, &doc.file.path, span)
                {
                    found.push(told(&PROFILE_NAME_COLLIDES, collides));
                }
                continue;
            };
            found.push(match refused.code {
                "doc_profile" if is_inherited(name) => continue,
                "doc_profile" => {
                    // The row says the same.
                    let notes = Vec::new();
                    let path = KeyPath::new(["profile", name]);
                    told(&DOC_PROFILE, Diagnostic { notes, ..refused })
                        .edit(doc, Edit::Remove { path })
                }
                "invalid_name" => told(&INVALID_NAME, refused),
                _ => told(&RESERVED_PROFILE_NAME, refused),
            });
        }
    }
}

/// What each profile inherits.
fn chains(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
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

/// A key of a profile with its place: whether it stands in an override.
fn key_of(leaf: &Leaf) -> Option<(&str, bool)> {
    match leaf.path.segments() {
        [table, _, key] if table == "profile" => Some((key, false)),
        [table, _, over, key] if table == "profile" && over == "build-override" => {
            Some((key, true))
        }
        [table, _, over, _, key] if table == "profile" && over == "package" => Some((key, true)),
        _ => None,
    }
}

fn is_immediate_abort(name: &str, leaf: &Leaf) -> bool {
    name == "panic" && leaf.value == Some("immediate-abort".into())
}

/// Words that Cargo hands on and rustc takes, though neither says so in its book.
fn is_rustcs_own(name: &str, leaf: &Leaf) -> bool {
    let word = match &leaf.value {
        Some(Value::Str(word)) => word.as_str(),
        _ => return false,
    };
    name == "lto" && matches!(word, "y" | "yes" | "on")
}

/// Values that a key does not take.
fn values(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            let Some((name, is_override)) = key_of(leaf) else {
                continue;
            };
            let Some(key) = key(Home::Profile, name) else {
                continue;
            };
            if key.unstable.is_some()
                || (is_override && !key.overridable)
                || is_immediate_abort(name, leaf)
                || is_rustcs_own(name, leaf)
            {
                continue;
            }
            let file = &doc.file.path;
            let Some(value) = &leaf.value else {
                let takes = describe(&key.kind);
                let wrong = Diagnostic::error("wrong_type", format!("`{name}` takes {takes}"))
                    .with_label(file, leaf.span.clone(), "this is something else")
                    .with_help(format!("write {takes}"));
                found.push(told(&WRONG_TYPE, wrong));
                continue;
            };
            if key.check(value).is_ok() {
                continue;
            }
            let refused = entry::mismatch(file, leaf.span.clone(), name, &key.kind, value);
            let lint = match refused.code {
                "wrong_type" => &WRONG_TYPE,
                _ => &INVALID_VALUE,
            };
            let finding = told(lint, refused);
            let meant = match value {
                Value::Str(text) => {
                    entry::bare(&key.kind, text).filter(|bare| bare.to_string() == *text)
                }
                _ => None,
            };
            found.push(match meant {
                Some(value) => finding.edit(
                    doc,
                    Edit::Set {
                        path: leaf.path.clone(),
                        value,
                        comment: None,
                    },
                ),
                None => finding,
            });
        }
    }
}

/// Keys that need a nightly Cargo, where there is none.
fn unstable(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // A toolchain of another name may well be a nightly one.
    let is_pinned = subject.texts(Role::Toolchain).next().is_some();
    if subject.is_nightly() || (is_pinned && !subject.is_stable()) {
        return;
    }
    let mut gates: BTreeSet<&str> = BTreeSet::new();
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            match (leaf.path.segments(), &leaf.value) {
                ([key], Some(Value::Array(names))) if key == "cargo-features" => {
                    gates.extend(names.iter().map(String::as_str));
                }
                ([table, gate, ..], _) if table == "unstable" => {
                    gates.insert(gate);
                }
                _ => {}
            }
        }
    }
    for doc in subject.profile_docs() {
        for leaf in &doc.leaves {
            let Some((name, _)) = key_of(leaf) else {
                continue;
            };
            let (what, gate) = if is_immediate_abort(name, leaf) {
                ("panic = \"immediate-abort\"", "panic-immediate-abort")
            } else if let Some(gate) = key(Home::Profile, name).and_then(|key| key.unstable) {
                (name, gate)
            } else {
                continue;
            };
            // In a config file it may be for those who ask for it, with a nightly Cargo; a hint is but a warning.
            let stops = doc.file.role == Role::Manifest && name != "hint-mostly-unused";
            if gates.contains(gate) || !(stops || is_pinned) {
                continue;
            }
            let unstable = entry::unstable(what, gate, &doc.file.path, &leaf.key_span);
            found.push(told(&UNSTABLE_KEY, unstable));
        }
    }
}

/// `panic` where it is ignored, or compiles everything twice.
fn panic(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    for name in profiles.names() {
        let Some(word) = profiles.own(name, Part::Own, "panic") else {
            continue;
        };
        let (file, span) = (&word.doc.file.path, &word.leaf.span);
        if matches!(name, "test" | "bench") {
            let path = word.leaf.path.clone();
            let ignored = panics::panic_ignored(name, file, span);
            found.push(told(&PANIC_IGNORED, ignored).edit(word.doc, Edit::Remove { path }));
        } else if word.text() == Some("abort")
            && (name == "dev" || profiles.chain(name).contains(&"test"))
            && !is_for_bare_metal(subject)
        {
            let abort = panics::panic_abort_in_dev(name, file, span);
            found.push(told(&PANIC_ABORT_IN_DEV, abort));
        }
    }
}

/// Whether the workspace is for a target without unwinding: there nothing is tested as Cargo tests, and a program
/// without `panic = "abort"` does not link.
fn is_for_bare_metal(subject: &Subject<'_>) -> bool {
    let target = subject.configured(&["build", "target"]).is_some();
    let unstable = subject.configured(&["unstable", "build-std"]).is_some();
    let mut toolchains = subject.texts(Role::Toolchain);
    target || unstable || toolchains.any(|file| file.text.contains("-none"))
}

/// `split-debuginfo` where there is nothing to split.
fn split(profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    let is_none = |value: &Value| same("debug", value, &"none".into());
    // Profiles that have debug information somewhere, and all that they inherit from.
    let mut with_debug: BTreeSet<&str> = BTreeSet::new();
    let overridden: BTreeSet<&str> = profiles
        .names()
        .filter(|name| {
            profiles.overrides(name).any(|(_, key, word)| {
                key == "debug" && !word.leaf.value.as_ref().is_some_and(is_none)
            })
        })
        .collect();
    for name in profiles.names().chain(BUILT_IN) {
        let chain = profiles.chain(name);
        let has_debug = !profiles.value(name, "debug").as_ref().is_some_and(is_none);
        if has_debug || chain.iter().any(|name| overridden.contains(name)) {
            with_debug.extend(chain);
        }
    }
    for name in profiles.names() {
        let Some(word) = profiles.own(name, Part::Own, "split-debuginfo") else {
            continue;
        };
        if with_debug.contains(name) || word.text().is_none_or(|how| how == "off") {
            continue;
        }
        let message = format!("`{}` in `{name}` has nothing to split", word.written());
        let mut finding = Finding::new(&SPLIT_WITHOUT_DEBUG_INFO, message).at(
            word.doc,
            word.leaf.key_span.clone(),
            "not passed on",
        );
        if let Some(debug) = profiles.word(name, Part::Own, "debug") {
            let span = debug.leaf.span.clone();
            finding = finding.at(debug.doc, span, "no debug information");
        }
        found.push(finding);
    }
}

/// Keys of one profile, own or inherited, that defeat one another.
///
/// Each pair is shown once, for the profile in which it comes about: one of its words stands there.
fn together(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    let has_static_library =
        libraries_of(subject).any(|(_, _, kinds)| kinds.contains(&"staticlib"));
    for name in profiles.names() {
        let word = |key| profiles.word(name, Part::Own, key);
        let comes_about = |words: &[Option<Word<'_, '_>>]| {
            words.iter().flatten().any(|word| word.profile() == name)
        };
        let also = |finding: Finding, word: Option<Word<'_, '_>>, text: &str| match word {
            Some(word) => finding.at(word.doc, word.leaf.span.clone(), text),
            None => finding,
        };
        let incremental = profiles.incremental.or_else(|| word("incremental"));
        let is_incremental = profiles.is_incremental(name);
        let by_default = match incremental {
            None => " by default",
            Some(_) => "",
        };
        if let Some(lto) = word("lto")
            && is_incremental
            && profiles.is(name, "lto", "fat")
            && comes_about(&[Some(lto), incremental])
        {
            let message = format!(
                "`{}` in `{name}`, which compiles incrementally{by_default}",
                lto.written()
            );
            let at = lto.leaf.span.clone();
            let finding = Finding::new(&LTO_WITH_INCREMENTAL, message);
            let finding = finding.at(lto.doc, at, "optimises the whole program at each edit");
            found.push(also(finding, incremental, "incremental"));
        }
        if let Some(units) = word("codegen-units")
            && is_incremental
            && units.leaf.value == Some(Value::Int(1))
            && comes_about(&[Some(units), incremental])
        {
            let message = format!(
                "`codegen-units = 1` in `{name}`, which compiles incrementally{by_default}"
            );
            let at = units.leaf.span.clone();
            let finding = Finding::new(&ONE_CODEGEN_UNIT_INCREMENTAL, message);
            let finding = finding.at(units.doc, at, "nothing of the crate's code is kept");
            found.push(also(finding, incremental, "incremental"));
        }
        let is_dev = profiles.root(name) == Some(Root::Dev);
        if let Some(assertions) = profiles.own(name, Part::Own, "debug-assertions")
            && is_dev
            && assertions.leaf.value == Some(Value::Bool(false))
            && word("overflow-checks").is_none()
        {
            let message =
                format!("`debug-assertions = false` in `{name}` leaves overflow checks on");
            let at = assertions.leaf.span.clone();
            found.push(Finding::new(&OVERFLOW_CHECKS_LEFT_ON, message).at(
                assertions.doc,
                at,
                "not `overflow-checks`",
            ));
        }
        if let Some(level) = word("opt-level")
            && is_dev
            && level.leaf.value != Some(Value::Int(0))
            && profiles.is(name, "lto", false)
            && word("codegen-units").is_none_or(|units| units.leaf.value != Some(Value::Int(1)))
            && comes_about(&[Some(level), word("lto")])
        {
            let message = format!(
                "`{}` in `{name}` comes with thin local LTO",
                level.written()
            );
            let at = level.leaf.span.clone();
            let finding = Finding::new(&THIN_LOCAL_LTO, message);
            let finding = finding.at(level.doc, at, "optimised across codegen units too");
            found.push(also(finding, word("lto"), "does not switch it off"));
        }
        let splits = word("split-debuginfo").is_some_and(|split| split.text() != Some("off"));
        if let Some(strip) = word("strip")
            && !splits
            && !has_static_library
            && (profiles.is(name, "strip", "symbols") || profiles.is(name, "strip", "debuginfo"))
            && profiles.root(name).is_some()
            && !profiles.is(name, "debug", "none")
            && comes_about(&[Some(strip), word("debug")])
        {
            let debug = word("debug");
            let what = debug.map_or("debug information".to_owned(), |debug| {
                format!("`{}`", debug.written())
            });
            let message = format!("`{}` in `{name}` throws away {what}", strip.written());
            let at = strip.leaf.span.clone();
            let finding = Finding::new(&DEBUG_INFO_STRIPPED, message);
            let finding = finding.at(strip.doc, at, "thrown away");
            found.push(also(finding, debug, "generated"));
        }
    }
}

/// Profiles in config files, over and beside those of the manifest.
fn layers(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    if let Some(word) = profiles.incremental
        && is_ours(word.doc)
        && word.leaf.value == Some(Value::Bool(true))
        && profiles.own("release", Part::Own, "incremental").is_none()
    {
        found.push(
            Finding::new(
                &INCREMENTAL_EVERYWHERE,
                "`build.incremental = true` makes release builds incremental too",
            )
            .at(word.doc, word.leaf.span.clone(), "holds over every profile"),
        );
    }
    let Some(manifest) = subject.manifest() else {
        return;
    };
    let of_manifest: BTreeMap<&KeyPath, &Leaf> = manifest
        .leaves
        .iter()
        .map(|leaf| (&leaf.path, leaf))
        .collect();
    for name in profiles.names() {
        for word in profiles.all(name) {
            let (doc, leaf) = (word.doc, word.leaf);
            let Some(other) = of_manifest.get(&leaf.path) else {
                continue;
            };
            let key = leaf.path.segments().last().map_or("", String::as_str);
            let differs = match (&leaf.value, &other.value) {
                (Some(one), Some(other)) => !same(key, one, other),
                _ => false,
            };
            if !differs {
                continue;
            }
            let place = manifest.place(other.span.start);
            if doc.file.outside {
                let message = format!("`{}` is not what {place} says", leaf.path);
                found.push(
                    Finding::new(&PROFILE_OVERRIDDEN_BY_MACHINE, message)
                        .at(doc, leaf.span.clone(), "what holds on this machine")
                        .at(manifest, other.span.clone(), "what the repository says"),
                );
            } else if key == "inherits" {
                let message = format!("`{name}` inherits from another profile than {place} says");
                found.push(
                    Finding::new(&CONFIG_CHANGES_INHERITS, message)
                        .at(doc, leaf.span.clone(), "what holds in this folder")
                        .at(manifest, other.span.clone(), "what holds elsewhere"),
                );
            }
        }
        let places = profiles.places(name);
        let in_manifest = places.iter().any(|(doc, _)| std::ptr::eq(*doc, manifest));
        if let Some((doc, span)) = places.iter().find(|(doc, _)| is_ours(doc))
            && !in_manifest
            && !BUILT_IN.contains(&name)
            && profiles.own(name, Part::Own, "inherits").is_some()
        {
            let message = format!("the profile `{name}` stands in {} alone", doc.file.path);
            found.push(Finding::new(&PROFILE_ONLY_IN_CONFIG, message).at(
                doc,
                span.clone(),
                "not in the manifest",
            ));
        }
    }
}

/// The kinds that the libraries of the workspace are made as, where a manifest says so.
fn libraries_of<'s, 'a>(
    subject: &'s Subject<'a>,
) -> impl Iterator<Item = (&'s Doc<'a>, &'s Leaf, Vec<&'s str>)> {
    let docs = subject
        .docs(Role::Manifest)
        .chain(subject.docs(Role::Member));
    docs.flat_map(|doc| doc.leaves.iter().map(move |leaf| (doc, leaf)))
        .filter_map(|(doc, leaf)| match (leaf.path.segments(), &leaf.value) {
            ([table, key], Some(Value::Array(kinds)))
                if table == "lib" && matches!(key.as_str(), "crate-type" | "crate_type") =>
            {
                Some((doc, leaf, kinds.iter().map(String::as_str).collect()))
            }
            _ => None,
        })
}

/// Libraries that link-time optimisation passes over.
fn libraries(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    // Of another profile nobody knows whether the library is ever built with it.
    let Some(lto) = profiles.word("release", Part::Own, "lto") else {
        return;
    };
    if !profiles.is("release", "lto", "fat") && !profiles.is("release", "lto", "thin") {
        return;
    }
    for (doc, leaf, kinds) in libraries_of(subject) {
        let linked = kinds
            .iter()
            .find(|kind| matches!(**kind, "cdylib" | "staticlib"));
        let not = kinds
            .iter()
            .find(|kind| matches!(**kind, "lib" | "rlib" | "dylib"));
        if let (Some(linked), Some(not)) = (linked, not) {
            let message = format!("no LTO for this `{linked}`, since it is `{not}` too");
            found.push(
                Finding::new(&LTO_WITH_RLIB, message)
                    .at(doc, leaf.span.clone(), "made as both at once")
                    .at(lto.doc, lto.leaf.span.clone(), "not for this library"),
            );
        }
    }
}

/// `--profile` in aliases.
fn aliases(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    const TAKE_PROFILES: [&str; 13] = [
        "b", "bench", "build", "c", "check", "clippy", "d", "doc", "install", "r", "run", "t",
        "test",
    ];
    if subject.manifest().is_none() {
        return;
    }
    let has_debug = has_debug_profile(subject);
    for doc in subject.configs().filter(|doc| is_ours(doc)) {
        for leaf in &doc.leaves {
            let words: Vec<&str> = match (leaf.path.segments(), &leaf.value) {
                ([table, _], Some(Value::Str(line))) if table == "alias" => {
                    line.split_whitespace().collect()
                }
                ([table, _], Some(Value::Array(words))) if table == "alias" => {
                    words.iter().map(String::as_str).collect()
                }
                _ => continue,
            };
            let ours = words.split(|word| *word == "--").next().unwrap_or_default();
            // Another workspace, or a config of its own, has profiles of its own.
            let elsewhere = |word: &&str| {
                ["--manifest-path", "--config", "--path", "-C", "--git"]
                    .iter()
                    .any(|flag| word.starts_with(flag))
            };
            if !ours
                .first()
                .is_some_and(|first| TAKE_PROFILES.contains(first))
                || ours.iter().any(elsewhere)
            {
                continue;
            }
            let after = ours.windows(2).find(|pair| pair[0] == "--profile");
            let joined = ours.iter().find_map(|word| word.strip_prefix("--profile="));
            let Some(name) = after.map(|pair| pair[1]).or(joined) else {
                continue;
            };
            if profiles.has(name) || (name == "debug" && has_debug) {
                continue;
            }
            let near = match name {
                "debug" => Some("dev"),
                name => did_you_mean(name, profiles.names().take(MANY).chain(BUILT_IN)),
            };
            let message = format!(
                "`{}` asks for the profile `{name}`, which is not there",
                leaf.path
            );
            let finding = Finding::new(&ALIAS_OF_NO_PROFILE, message);
            let finding = finding.at(doc, leaf.span.clone(), "Cargo stops here");
            found.push(match near {
                Some(near) => finding.help(format!("did you mean `--profile {near}`?")),
                None => finding,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    /// What this family says.
    fn check(fixture: &str, expected: &[&str]) {
        let mut all = found(fixture);
        all.retain(|one| {
            let mut lints = super::FAMILY.lints.iter();
            lints.any(|lint| one.starts_with(&format!("{}:", lint.name)))
        });
        assert_eq!(all, expected, "{fixture}");
    }

    #[test]
    fn a_profile_is_what_all_files_make_of_it() {
        check(
            "//- Cargo.toml\n[profile.release]\nlto = true\n//- .cargo/config.toml\n[profile]\nrelease = { incremental = true }\n",
            &["lto_with_incremental: `lto = true` in `release`, which compiles incrementally"],
        );
        // The nearest word on each key holds.
        check(
            "//- Cargo.toml\n[profile]\nrelease.lto = true\nquick = { inherits = \"release\", lto = \"off\", incremental = true }\nslow.inherits = \"quick\"\nslow.lto = \"fat\"\n",
            &["lto_with_incremental: `lto = \"fat\"` in `slow`, which compiles incrementally"],
        );
        check(
            "//- Cargo.toml\n[profile.dev]\ncodegen-units = 1\n//- .cargo/config.toml\n[build]\nincremental = false\n",
            &[],
        );
    }

    #[test]
    fn names_are_held_against_cargos_own() {
        check(
            "//- Cargo.toml\n[profile.Debug]\n[profile.cargo-fast]\ninherits = \"dev\"\n[profile.Release]\ninherits = \"release\"\n[profile.\"\u{e4}rger\"]\ninherits = \"dev\"\n",
            &[
                "reserved_profile_name: profile name `Debug` is reserved",
                "reserved_profile_name: profile name `cargo-fast` is reserved",
            ],
        );
        // From 1.99 on there is a profile `debug`.
        check(
            "//- rust-toolchain.toml\n[toolchain]\nchannel = \"1.99\"\n//- Cargo.toml\n[profile.debug]\nopt-level = 0\n[profile.ci]\ninherits = \"debug\"\n",
            &[],
        );
        check("//- Cargo.toml\n[profile]\n", &[]);
        check("//- .cargo/config.toml\n[profile]\nopt-level = 2\n", &[]);
    }

    #[test]
    fn what_may_be_defined_elsewhere_is_not_missing() {
        // Without a manifest, by another workspace below the folder, by a variable.
        check("//- .cargo/config.toml\n[profile.dist]\nlto = true\n", &[]);
        check(
            "//- Cargo.toml\n//- /home/config.toml\n[profile.dist]\nlto = true\n",
            &[],
        );
        check(
            "variable: CARGO_PROFILE_DIST_INHERITS=release\n//- Cargo.toml\n//- .cargo/config.toml\n[profile.dist]\nlto = true\n",
            &[],
        );
        // A slip is one wherever it stands.
        check(
            "//- Cargo.toml\n//- /home/config.toml\n[profile.relaese]\nlto = true\n",
            &["missing_inherits: profile `relaese` does not say what it inherits"],
        );
        check(
            "//- Cargo.toml\n[profile.ci]\ninherits = \"debug\"\n[profile.cd]\ninherits = \"cd\"\n",
            &[
                "unknown_profile: no profile `debug`",
                "inherits_cycle: profile `cd` inherits from itself",
            ],
        );
    }

    #[test]
    fn values_are_held_against_what_cargo_and_rustc_take() {
        check(
            "//- Cargo.toml\n[profile.dev]\nlto = \"yes\"\ndebug = \"line-tables-only\"\nstrip = \"none\"\nopt-level = \"z\"\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.dev]\ndebug = 1.0\n[profile.dev.package.\"*\"]\ncodegen-units = 0\n[profile.dev.build-override]\nsplit-debuginfo = \"unpack\"\n",
            &[
                "wrong_type: `debug` takes `true`, `false`, `0`, `1`, `2`, `\"none\"`, `\"line-directives-only\"`, `\"line-tables-only\"`, `\"limited\"` or `\"full\"`",
                "invalid_value: `codegen-units` takes a whole number from 1 on",
                "invalid_value: `split-debuginfo` takes `\"off\"`, `\"packed\"` or `\"unpacked\"`",
            ],
        );
    }

    #[test]
    fn unstable_keys_are_right_with_a_nightly() {
        for toolchain in ["nightly-2026-01-01", "esp"] {
            check(
                &format!(
                    "//- rust-toolchain\n{toolchain}\n//- Cargo.toml\n[profile.dev]\ncodegen-backend = \"cranelift\"\n[profile.release]\npanic = \"immediate-abort\"\n"
                ),
                &[],
            );
        }
        check(
            "//- Cargo.toml\ncargo-features = [\"profile-rustflags\"]\n[profile.dev]\nrustflags = [\"-Zthreads=8\"]\nhint-mostly-unused = true\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\npanic = \"immediate-abort\"\n//- .cargo/config.toml\n[profile.dev]\nrustflags = [\"-Zthreads=8\"]\n",
            &[
                "unstable_key: `panic = \"immediate-abort\"` is unstable: stable Cargo refuses or ignores it",
            ],
        );
    }

    #[test]
    fn firmware_may_abort() {
        for beside in [
            "//- .cargo/config.toml\n[build]\ntarget = \"thumbv7em-none-eabi\"\n",
            "//- rust-toolchain.toml\n[toolchain]\ntargets = [\"riscv32imc-unknown-none-elf\"]\n",
        ] {
            check(
                &format!("//- Cargo.toml\n[profile.dev]\npanic = \"abort\"\n{beside}"),
                &[],
            );
        }
        check(
            "//- Cargo.toml\n[profile.ci]\ninherits = \"test\"\npanic = \"abort\"\n[profile.bench]\npanic = \"abort\"\n",
            &[
                "panic_abort_in_dev: with `panic = \"abort\"` in `ci` builds and tests share no dependency",
                "panic_ignored: Cargo ignores `panic` in the profile `bench`",
            ],
        );
    }

    #[test]
    fn debug_information_that_somebody_uses_is_left_alone() {
        check(
            "//- Cargo.toml\n[profile.release]\ndebug = true\nstrip = true\nsplit-debuginfo = \"packed\"\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\ndebug = true\nstrip = true\n[lib]\ncrate-type = [\"staticlib\"]\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\nsplit-debuginfo = \"packed\"\n[profile.release.package.app]\ndebug = 1\n",
            &[],
        );
    }

    #[test]
    fn aliases_of_other_tools_and_workspaces_are_left_alone() {
        check(
            "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\na = \"run --manifest-path x/Cargo.toml --profile x\"\nb = \"llvm-cov --profile x\"\nc = \"run -p xtask -- --profile x\"\nd = \"test --profile=tset\"\n",
            &["alias_of_no_profile: `alias.d` asks for the profile `tset`, which is not there"],
        );
    }

    #[test]
    fn a_long_or_closed_chain_ends() {
        let mut text = "//- Cargo.toml\n".to_owned();
        for n in 0..3000 {
            text += &format!("[profile.p{n}]\ninherits = \"p{}\"\nlto = true\n", n + 1);
        }
        found(&text);
    }
}
