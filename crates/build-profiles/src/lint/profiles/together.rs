//! Keys that defeat one another, or cost more than they seem to.

use std::collections::BTreeSet;

use super::libraries::libraries_of;
use super::told;
use crate::diagnostic::Level;
use crate::edit::Edit;
use crate::lint::inherited::{Part, Profiles, Word, same};
use crate::lint::{Finding, Group, LINT, Lint, Role, Subject};
use crate::policy::check::profiles as panics;
use crate::policy::names::BUILT_IN;
use crate::tradeoff::Root;
use crate::value::Value;

pub(super) static SPLIT_WITHOUT_DEBUG_INFO: Lint = Lint {
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

pub(super) static PANIC_IGNORED: Lint = Lint {
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

pub(super) static PANIC_ABORT_IN_DEV: Lint = Lint {
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

pub(super) static LTO_WITH_INCREMENTAL: Lint = Lint {
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

pub(super) static ONE_CODEGEN_UNIT_INCREMENTAL: Lint = Lint {
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

pub(super) static OVERFLOW_CHECKS_LEFT_ON: Lint = Lint {
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

pub(super) static THIN_LOCAL_LTO: Lint = Lint {
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

pub(super) static DEBUG_INFO_STRIPPED: Lint = Lint {
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

/// `panic` where it is ignored, or compiles everything twice.
pub(super) fn panic(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
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
pub(super) fn split(profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
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
pub(super) fn together(
    subject: &Subject<'_>,
    profiles: &Profiles<'_, '_>,
    found: &mut Vec<Finding>,
) {
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
