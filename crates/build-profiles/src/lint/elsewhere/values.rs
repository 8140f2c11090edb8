//! Names that Cargo does not read, and values that it does not take or takes for something else.

use std::collections::BTreeMap;

use super::said::Knob;
use super::{
    Elsewhere, INCREMENTAL_VARIABLE_IS_OFF, INCREMENTAL_VARIABLE_WITH_CACHE, Report, Reports,
    Source, VARIABLE_MEANS_NOTHING, VARIABLE_REFUSED, actions,
};
use crate::diagnostic::did_you_mean;
use crate::key::{self, Home, Kind, describe};
use crate::lint::Subject;
use crate::lint::known::BUILD;
use crate::policy::platform::PLATFORMS;
use crate::program::is_sccache;

/// More names to look for than anybody has got wrong.
const MOST_SLIPS: usize = 32;

/// The profiles that Cargo loads whatever it builds.
const PROFILES: &[&str] = &["BENCH", "DEV", "RELEASE", "TEST"];

/// Names that are nearly Cargo's, and what was meant.
const SLIPS: &[(&str, &str)] = &[
    ("CARGO_BUILD_DIR", "CARGO_BUILD_BUILD_DIR"),
    ("CARGO_ENCODED_RUST_FLAGS", "CARGO_ENCODED_RUSTFLAGS"),
    ("CARGO_RUSTC_WRAPPER", "RUSTC_WRAPPER"),
    ("CARGO_RUSTFLAGS", "RUSTFLAGS"),
    ("CARGO_TARGET_DIRECTORY", "CARGO_TARGET_DIR"),
    ("RUSTC_FLAGS", "RUSTFLAGS"),
    ("RUSTC_WRAPER", "RUSTC_WRAPPER"),
    ("RUSTDOC_FLAGS", "RUSTDOCFLAGS"),
    ("RUST_FLAGS", "RUSTFLAGS"),
    ("RUST_WRAPPER", "RUSTC_WRAPPER"),
];

pub(super) fn check(elsewhere: &Elsewhere<'_, '_>, reports: &mut Reports) {
    // Whether a variable is read in any of the files: they are searched once for each.
    let mut asked = BTreeMap::new();
    for (at, source, knob) in elsewhere.knobs() {
        let found = [
            means_nothing(elsewhere, (at, source, knob), &mut asked),
            refused(elsewhere, (at, source, knob)),
            is_off(elsewhere, (at, source, knob)),
            with_cache(elsewhere, (at, source, knob)),
        ];
        for report in found.into_iter().flatten() {
            reports.push(report);
        }
    }
}

fn means_nothing(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
    asked: &mut BTreeMap<String, bool>,
) -> Option<Report> {
    let (why, help) = meant(&knob.variable)?;
    if is_of_an_override(elsewhere.subject, &knob.variable) {
        return None;
    }
    // Windows does not tell capitals from small letters.
    let targets = source.targets(knob.scope);
    let is_windows = !targets.is_empty() && targets.iter().all(|one| one.contains("windows"));
    if is_windows && knob.variable != knob.variable.to_ascii_uppercase() {
        return None;
    }
    let is_read = || {
        let mut files = elsewhere.subject.files.files.iter();
        files.any(|file| is_read(&file.text, &knob.variable))
    };
    // Whoever has more of them than this has not slipped.
    let is_new = !asked.contains_key(&knob.variable);
    if is_new && asked.len() >= MOST_SLIPS {
        return None;
    }
    if *asked.entry(knob.variable.clone()).or_insert_with(is_read) {
        return None;
    }
    let message = format!(
        "Cargo does not read `{}`, set {}",
        knob.variable,
        source.place()
    );
    let mut report = elsewhere.report(&VARIABLE_MEANS_NOTHING, (at, knob), message, why);
    report.key.clone_from(&knob.variable);
    report.help = help;
    Some(report)
}

/// Whether a variable is one of a package's profile, and a config file has overrides of that profile: Cargo looks for the
/// variables of those packages, and of no others.
fn is_of_an_override(subject: &Subject<'_>, variable: &str) -> bool {
    let Some((profile, _)) = variable
        .strip_prefix("CARGO_PROFILE_")
        .and_then(|rest| rest.split_once("_PACKAGE_"))
    else {
        return false;
    };
    let profile = profile.to_ascii_lowercase();
    let mut configs = subject.configs();
    configs.any(|doc| !doc.names(&["profile", &profile, "package"]).is_empty())
}

/// Why Cargo does not read a variable that looks like one of its own, and what to write.
fn meant(name: &str) -> Option<(&'static str, Option<String>)> {
    let write = |name: &str| Some(format!("write `{name}`"));
    if let Some((_, meant)) = SLIPS.iter().find(|(slip, _)| *slip == name) {
        return Some(("not the name of a variable of Cargo", write(meant)));
    }
    let upper = name.to_ascii_uppercase().replace('-', "_");
    if upper != name {
        let is_ours = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_"]
            .iter()
            .any(|prefix| upper.starts_with(prefix))
            || matches!(
                upper.as_str(),
                "CARGO_INCREMENTAL" | "RUSTFLAGS" | "RUSTC_WRAPPER"
            );
        let is_read = is_ours && crate::plan::configures_cargo(&upper);
        return is_read.then(|| ("capitals and underscores alone", write(&upper)));
    }
    if let Some(rest) = name.strip_prefix("CARGO_BUILD_") {
        let solid = |name: &str| name.replace('_', "");
        let mut keys = BUILD.iter().map(|key| as_variable(key));
        let near = keys.find(|key| *key != rest && solid(key) == solid(rest))?;
        return Some((
            "not a key of `[build]`",
            write(&format!("CARGO_BUILD_{near}")),
        ));
    }
    if let Some(rest) = name.strip_prefix("CARGO_TARGET_") {
        return of_target(rest);
    }
    let rest = name.strip_prefix("CARGO_PROFILE_")?;
    if let Some(key) = rest.strip_prefix("DEBUG_") {
        let is_key = key_of(key).is_some() || key == "INCREMENTAL";
        return is_key.then(|| {
            (
                "the profile is called `dev`",
                write(&format!("CARGO_PROFILE_DEV_{key}")),
            )
        });
    }
    let (profile, key) = PROFILES
        .iter()
        .find_map(|profile| Some((profile, rest.strip_prefix(profile)?.strip_prefix('_')?)))?;
    if key.starts_with("PACKAGE_") {
        let help = format!(
            "write `[profile.{}.package.<name>]` in the manifest, or `--config`",
            profile.to_ascii_lowercase()
        );
        return Some(("a package's profile has no variable", Some(help)));
    }
    let key = key.strip_prefix("BUILD_OVERRIDE_").unwrap_or(key);
    if key_of(key).is_some() || matches!(key, "INHERITS" | "BUILD_OVERRIDE") {
        return None;
    }
    let names: Vec<String> = key::keys(Home::Profile)
        .map(|key| as_variable(key.name))
        .collect();
    let solid = key.replace('_', "");
    let same = names
        .iter()
        .find(|name| name.replace('_', "") == solid)
        .map(String::as_str);
    let near = same.or_else(|| did_you_mean(key, names.iter().map(String::as_str)))?;
    Some(("not a key of a profile", write(&name.replace(key, near))))
}

/// `CARGO_TARGET_X86_64_LINUX_GNU_LINKER`: what C compilers call the triple, without the vendor.
fn of_target(rest: &str) -> Option<(&'static str, Option<String>)> {
    let (triple, key) = ["_LINKER", "_RUNNER", "_RUSTFLAGS"]
        .iter()
        .find_map(|key| Some((rest.strip_suffix(key)?, key)))?;
    let all = PLATFORMS.iter().flat_map(|platform| platform.triples);
    let meant = all.copied().find(|one| {
        let mut parts = one.splitn(3, '-');
        let (arch, _, system) = (parts.next(), parts.next(), parts.next());
        arch.zip(system)
            .is_some_and(|(arch, system)| as_variable(&format!("{arch}-{system}")) == triple)
    })?;
    let help = format!("write `CARGO_TARGET_{}{key}`", as_variable(meant));
    Some(("not a triple of rustc: the vendor is missing", Some(help)))
}

fn as_variable(name: &str) -> String {
    name.to_ascii_uppercase().replace(['-', '.'], "_")
}

/// The key of a profile that a part of a variable's name stands for.
fn key_of(part: &str) -> Option<&'static key::Key> {
    key::keys(Home::Profile).find(|key| as_variable(key.name) == part)
}

/// Whether a text uses a variable: then it may be of use to somebody.
fn is_read(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let is_whole = !after.starts_with(is_part);
        let is_used = [
            "$",
            "${",
            "env.",
            "env:",
            "%",
            "ENV[\"",
            "environ[\"",
            "env(\"",
            "env['",
        ]
        .iter()
        .any(|sign| before.ends_with(sign));
        let sign = before.len().checked_sub("$env:".len());
        let sign = sign.and_then(|from| before.get(from..)).unwrap_or_default();
        let is_set = sign.eq_ignore_ascii_case("$env:") && after.trim_start().starts_with('=');
        is_whole && is_used && !is_set
    })
}

fn refused(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let value = knob.value.as_deref()?;
    let takes = takes(&knob.variable, value)?;
    let message = format!(
        "Cargo refuses `{}` {}",
        Source::written(knob),
        source.place()
    );
    let mut report = elsewhere.report(
        &VARIABLE_REFUSED,
        (at, knob),
        message,
        &format!("takes {takes}"),
    );
    report.help = Some(match (value, takes.contains("`true`")) {
        ("0" | "no" | "off" | "False" | "FALSE", true) => "write `false`".to_owned(),
        ("1" | "yes" | "on" | "True" | "TRUE", true) => "write `true`".to_owned(),
        ("", _) => "remove it, or give it a value".to_owned(),
        _ => format!("write {takes}"),
    });
    Some(report)
}

/// What a variable takes, if it does not take the value.
fn takes(name: &str, value: &str) -> Option<String> {
    let is_bool = matches!(value, "true" | "false");
    let text = |is_right: bool, takes: &str| (!is_right).then(|| takes.to_owned());
    match name {
        "CARGO_BUILD_INCREMENTAL" => return text(is_bool, "`true` or `false`"),
        "CARGO_BUILD_JOBS" => {
            let is_number = value.parse::<i32>().is_ok_and(|jobs| jobs != 0);
            return text(
                is_number || value == "default",
                "a number that is not 0, or `default`",
            );
        }
        "CARGO_TERM_COLOR" => {
            let is_word = matches!(value, "auto" | "always" | "never");
            return text(is_word, "`auto`, `always` or `never`");
        }
        "CARGO_TARGET_DIR" => return text(!value.is_empty(), "a path"),
        "CARGO_BUILD_TARGET" => return text(!value.is_empty(), "a target"),
        _ => {}
    }
    let rest = name.strip_prefix("CARGO_PROFILE_")?;
    let key = PROFILES
        .iter()
        .find_map(|profile| rest.strip_prefix(profile)?.strip_prefix('_'))?;
    let key = key_of(key.strip_prefix("BUILD_OVERRIDE_").unwrap_or(key))?;
    if key.unstable.is_some() {
        return None;
    }
    let is_int = value.parse::<i64>().is_ok();
    let is_right = match (key.name, &key.kind) {
        // Cargo hands on whatever word it does not know, and rustc refuses it later, or not.
        ("lto" | "strip", _) => !is_int,
        ("opt-level", _) => is_int || matches!(value, "s" | "z"),
        ("codegen-units", _) => value.parse::<u32>().is_ok(),
        ("debug", _) => {
            is_bool
                || matches!(value, "0" | "1" | "2" | "none" | "limited" | "full")
                || matches!(value, "line-tables-only" | "line-directives-only")
        }
        ("panic", _) => matches!(value, "unwind" | "abort" | "immediate-abort"),
        (_, Kind::Bool) => is_bool,
        _ => true,
    };
    let takes = describe(&key.kind).replace("`\"", "`").replace("\"`", "`");
    (!is_right).then_some(takes)
}

fn is_off(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let value = knob
        .value
        .as_deref()
        .filter(|_| knob.variable == "CARGO_INCREMENTAL")?;
    let lower = value.to_ascii_lowercase();
    if !matches!(
        lower.as_str(),
        "" | "true" | "yes" | "on" | "y" | "t" | "enable" | "enabled"
    ) {
        return None;
    }
    let message = format!(
        "`{}` {} switches incremental compilation off",
        Source::written(knob),
        source.place()
    );
    Some(elsewhere.report(
        &INCREMENTAL_VARIABLE_IS_OFF,
        (at, knob),
        message,
        "not `1`, so it means off",
    ))
}

/// `CARGO_INCREMENTAL=1` and sccache, both where the lower of the two is.
fn with_cache(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    const WRAPPERS: &[&str] = &["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"];
    let said = &source.said;
    if knob.variable != "CARGO_INCREMENTAL" || knob.value.as_deref() != Some("1") {
        return None;
    }
    if actions::ends_incremental(said) {
        return None;
    }
    let seen = |scope| {
        WRAPPERS
            .iter()
            .find_map(|name| said.seen(scope, name, usize::MAX))
    };
    let is_cache = |wrapper: &&Knob| wrapper.value.as_deref().is_some_and(is_sccache);
    let around = seen(knob.scope);
    // A wrapper further in, that sees this one.
    let mut within = said.knobs.iter().filter(|wrapper| {
        WRAPPERS.contains(&wrapper.variable.as_str())
            && said.is_within(wrapper.scope, knob.scope)
            && said
                .seen(wrapper.scope, "CARGO_INCREMENTAL", usize::MAX)
                .is_some_and(|seen| std::ptr::eq(seen, knob))
    });
    let wrapper = around.filter(is_cache).or_else(|| within.find(is_cache));
    let configured = elsewhere.subject.wrapper().filter(|(_, leaf)| {
        let program = leaf
            .value
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        is_sccache(program.trim_matches(['"', '\''])) && around.is_none() && said.has_config
    });
    let message = format!(
        "`CARGO_INCREMENTAL=1` {} where sccache wraps rustc",
        source.place()
    );
    let mut report = elsewhere.report(
        &INCREMENTAL_VARIABLE_WITH_CACHE,
        (at, knob),
        message,
        "sccache refuses this",
    );
    match (wrapper, configured, source.file) {
        (Some(wrapper), _, Some(file)) => {
            let place = (
                file.path.clone(),
                wrapper.span.clone(),
                "the wrapper".to_owned(),
            );
            report.others.push(place);
        }
        (Some(_), _, None) => {}
        (None, Some((doc, leaf)), _) => {
            let place = (
                doc.file.path.clone(),
                leaf.span.clone(),
                "the wrapper".to_owned(),
            );
            report.others.push(place);
        }
        (None, None, _) => return None,
    }
    Some(report)
}
