//! rustflags: who sets them, and whose are gone then.

use std::collections::BTreeMap;
use std::ops::Range;

use super::said::Knob;
use super::{
    Elsewhere, RUSTFLAGS_MISREAD, RUSTFLAGS_REPLACED, RUSTFLAGS_VARIABLE_DROPPED, Report, Reports,
    SETUP_ACTION_SETS_RUSTFLAGS, Source, actions,
};
use crate::diagnostic::FilePath;
use crate::lint::{Doc, Role};
use crate::policy::platform::is_for;
use crate::program::is_plain_driver;
use crate::value::Value;

const PLAIN: &str = "RUSTFLAGS";
const ENCODED: &str = "CARGO_ENCODED_RUSTFLAGS";
const BUILD: &str = "CARGO_BUILD_RUSTFLAGS";

/// Flags of the config files.
struct Configured<'a> {
    doc: &'a Doc<'a>,
    /// The target's table; `None`: `[build]`.
    table: Option<String>,
    flags: Vec<String>,
    span: Range<usize>,
}

pub(super) fn check(elsewhere: &Elsewhere<'_, '_>, reports: &mut Reports) {
    let configured = configured(elsewhere);
    for (at, source, knob) in elsewhere.knobs() {
        if let Some(why) = misread(knob) {
            let message = format!("`{}` {why}", Source::written(knob));
            let report = elsewhere.report(
                &RUSTFLAGS_MISREAD,
                (at, knob),
                message,
                "split at spaces alone",
            );
            reports.push(report);
        }
        if let Some(report) = dropped(elsewhere, &configured, (at, source, knob)) {
            reports.push(report);
        }
        if let Some(report) = replaced(elsewhere, &configured, (at, source, knob)) {
            reports.push(report);
        }
    }
    for source in &elsewhere.sources {
        set_by_action(elsewhere, &configured, source, reports);
    }
}

fn configured<'a>(elsewhere: &'a Elsewhere<'_, '_>) -> Vec<Configured<'a>> {
    let mut found = Vec::new();
    for doc in elsewhere.subject.configs() {
        for leaf in &doc.leaves {
            let table = match leaf.path.parts()[..] {
                ["build", "rustflags"] => None,
                ["target", table, "rustflags"] => Some(table.to_owned()),
                _ => continue,
            };
            let flags = match &leaf.value {
                Some(Value::Array(flags)) => flags.clone(),
                Some(Value::Str(flags)) => flags.split_whitespace().map(str::to_owned).collect(),
                _ => continue,
            };
            if !flags.is_empty() {
                found.push(Configured {
                    doc,
                    table,
                    flags: units(flags.iter().map(String::as_str)),
                    span: leaf.span.clone(),
                });
            }
        }
    }
    found
}

/// The configured flags that a build for a triple gets, if no variable says otherwise.
fn of_triple<'a>(configured: &'a [Configured<'a>], triple: &str) -> Vec<&'a Configured<'a>> {
    let of_target: Vec<_> = configured
        .iter()
        .filter(|one| {
            one.table
                .as_ref()
                .is_some_and(|table| is_for(table, triple))
        })
        .collect();
    if of_target.is_empty() {
        let build = configured.iter().filter(|one| one.table.is_none());
        return build.collect();
    }
    of_target
}

/// The flags one by one, each in one word: `-C x` and `-Cx`, `--cfg x` and `--cfg=x` are the same.
fn units<'a>(flags: impl Iterator<Item = &'a str>) -> Vec<String> {
    const SHORT: &[&str] = &["-C", "-Z", "-A", "-W", "-D", "-F", "-L", "-l"];
    const LONG: &[&str] = &[
        "--cfg",
        "--check-cfg",
        "--cap-lints",
        "--extern",
        "--remap-path-prefix",
    ];
    const LETTERS: &[(&str, &str)] = &[
        ("--codegen", "-C"),
        ("--allow", "-A"),
        ("--warn", "-W"),
        ("--deny", "-D"),
        ("--forbid", "-F"),
    ];
    let mut units = Vec::new();
    let mut flags = flags.peekable();
    while let Some(flag) = flags.next() {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        let letter = LETTERS.iter().find(|(long, _)| *long == name);
        let unit = match letter {
            Some((_, letter)) if flag.contains('=') => format!("{letter}{value}"),
            Some((_, letter)) => format!("{letter}{}", flags.next().unwrap_or_default()),
            None if SHORT.contains(&flag) => format!("{flag}{}", flags.next().unwrap_or_default()),
            None if LONG.contains(&flag) => format!("{flag}={}", flags.next().unwrap_or_default()),
            None => flag.to_owned(),
        };
        units.push(unit.replace('\u{1f}', " "));
    }
    // `-` and `_` are the same in the name of an option or of a lint.
    for unit in &mut units {
        let name = unit.split('=').next().unwrap_or_default().to_owned();
        if name.starts_with('-') && !name.starts_with("--") && !name.starts_with("-L") {
            *unit = format!("{}{}", name.replace('_', "-"), &unit[name.len()..]);
        }
    }
    units
}

/// The flags of a variable; `None`: it is computed.
fn value_of(knob: &Knob) -> Option<Vec<String>> {
    let value = knob.value.as_deref()?;
    Some(if knob.variable == ENCODED {
        units(value.split('\u{1f}').filter(|flag| !flag.is_empty()))
    } else {
        units(value.split_whitespace())
    })
}

/// Whether a flag may come out of a value that is computed: only what its file says can, unless it is asked of somebody
/// else.
fn may_hold(knob: &Knob, text: &str, flag: &str) -> bool {
    let mut rest = knob.raw.as_str();
    while let Some((_, after)) = rest.split_once("${{") {
        let (expression, behind) = after.split_once("}}").unwrap_or((after, ""));
        if !is_of_this_file(expression) {
            return true;
        }
        rest = behind;
    }
    let mut plain = knob.raw.as_str();
    while let Some((_, after)) = plain.split_once('$') {
        let is_expression = after.starts_with("{{");
        let own = after.trim_start_matches('{').trim_start_matches("env:");
        if !is_expression && !own.starts_with(knob.variable.as_str()) {
            return true;
        }
        plain = after;
    }
    if knob.raw.contains('`') {
        return true;
    }
    if units(knob.raw.split_whitespace())
        .iter()
        .any(|own| own == flag)
    {
        return true;
    }
    let word = flag
        .strip_prefix("--cfg=")
        .or_else(|| flag.strip_prefix("-C"))
        .unwrap_or(flag);
    let argument = ["link-arg=", "link-args=", "target-feature="];
    let word = argument
        .iter()
        .find_map(|name| word.strip_prefix(name))
        .unwrap_or(word);
    text.contains(word.split('"').next().unwrap_or(word))
}

/// Whether an expression of GitHub asks nobody but the file it stands in: `matrix.flags`.
fn is_of_this_file(expression: &str) -> bool {
    const ROOTS: &[&str] = &["matrix", "runner", "github", "env", "strategy"];
    let mut outside = expression.split('\'').step_by(2);
    outside.all(|part| {
        let part = part.replace("true", "").replace("false", "");
        let words = part.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        words
            .filter(|word| word.starts_with(|c: char| c.is_alphabetic()))
            .all(|word| {
                let root = word.split('.').next().unwrap_or_default();
                ROOTS.contains(&root)
                    || matches!(word, "contains" | "startsWith" | "endsWith" | "format")
            })
    })
}

/// The configured flags that are gone where a variable is set, each with those of its flags that are.
fn lost<'a>(
    configured: &'a [Configured<'a>],
    triples: &[&'static str],
    keeps: impl Fn(&str) -> bool,
) -> Vec<(&'a Configured<'a>, Vec<String>, &'static str)> {
    let mut found: BTreeMap<(usize, usize), (&Configured<'_>, Vec<String>, &'static str)> =
        BTreeMap::new();
    for triple in triples {
        for one in of_triple(configured, triple) {
            let gone: Vec<String> = one
                .flags
                .iter()
                .filter(|flag| !keeps(flag))
                .cloned()
                .collect();
            if !gone.is_empty() {
                let key = (std::ptr::from_ref(one).addr(), one.span.start);
                found.entry(key).or_insert((one, gone, triple));
            }
        }
    }
    found.into_values().collect()
}

/// The triple of `CARGO_TARGET_<TRIPLE>_RUSTFLAGS`, in lower case with underscores.
fn triple_of(variable: &str) -> Option<&str> {
    variable
        .strip_prefix("CARGO_TARGET_")?
        .strip_suffix("_RUSTFLAGS")
}

fn as_variable(triple: &str) -> String {
    triple.to_ascii_uppercase().replace(['-', '.'], "_")
}

fn replaced(
    elsewhere: &Elsewhere<'_, '_>,
    configured: &[Configured<'_>],
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    if !source.said.has_config || configured.is_empty() {
        return None;
    }
    let triples = with_build_target(elsewhere, source.targets(knob.scope));
    let value = value_of(knob);
    let keeps = |flag: &str| match &value {
        Some(flags) => flags.iter().any(|own| own == flag),
        None => may_hold(knob, source.text(), flag),
    };
    let lost = match triple_of(&knob.variable) {
        Some(triple) => {
            // It adds to the flags of its target, and drops those of `build` where there are none.
            let adds_nothing = value.as_ref().is_some_and(Vec::is_empty);
            let is_over_build = of_triple(configured, "")
                .iter()
                .all(|one| one.table.is_none());
            let own: Vec<&str> = triples
                .into_iter()
                .filter(|one| as_variable(one) == triple)
                .filter(|one| {
                    of_triple(configured, one)
                        .iter()
                        .all(|one| one.table.is_none())
                })
                .collect();
            if adds_nothing || !is_over_build {
                return None;
            }
            lost(configured, &own, keeps)
        }
        None if matches!(knob.variable.as_str(), PLAIN | ENCODED) => {
            lost(configured, &triples, keeps)
        }
        None => return None,
    };
    if lost.is_empty() {
        return None;
    }
    // One that stands within another of the same name takes away nothing that is left, and one that adds to another
    // says nothing new.
    let said = &source.said;
    let mut around = said.around(knob.scope).skip(1);
    let is_within = around.any(|scope| {
        let mut knobs = said.knobs.iter();
        knobs.any(|other| {
            other.scope == scope && other.variable == knob.variable && !other.is_handed_on
        })
    });
    let adds = ["$", "${", "env."]
        .iter()
        .any(|sign| knob.raw.contains(&format!("{sign}{}", knob.variable)));
    let is_known = |other: &Knob| other.variable == knob.variable && other.value.is_some();
    if is_within || adds && said.knobs.iter().any(is_known) {
        return None;
    }
    let written = Source::written(knob);
    let message = if triple_of(&knob.variable).is_some() {
        format!(
            "`{written}` {} drops `build.rustflags` for its target",
            source.place()
        )
    } else {
        format!(
            "`{written}` {} replaces the configured rustflags",
            source.place()
        )
    };
    let mut report = elsewhere.report(&RUSTFLAGS_REPLACED, (at, knob), message, "set here");
    tell(elsewhere, &mut report, &lost);
    let of_build = lost.iter().all(|(one, ..)| one.table.is_none());
    report.help = Some(if triple_of(&knob.variable).is_some() {
        format!(
            "set `{BUILD}`, which adds to `build.rustflags`, or move those to `[target.'cfg(all())']`, to which a target's variable adds"
        )
    } else if of_build {
        format!(
            "set `{BUILD}` instead, which adds to `build.rustflags`; or write the configured flags into `{}` too",
            knob.variable
        )
    } else {
        let triple = lost.first().map_or("", |(_, _, triple)| triple);
        format!(
            "set `CARGO_TARGET_{}_RUSTFLAGS` instead, which adds to the flags of that target; or write the configured flags into `{}` too",
            as_variable(triple),
            knob.variable
        )
    });
    if value.as_ref().is_some_and(Vec::is_empty) {
        report.help = Some("remove it: an empty one counts as set".to_owned());
    }
    let denies = value
        .is_some_and(|flags| flags.iter().all(|flag| flag == "-Dwarnings") && !flags.is_empty());
    if denies {
        report.help = Some("refuse warnings by `cargo clippy -- -D warnings` or under `[workspace.lints]`, which touch no flags".to_owned());
    }
    Some(report)
}

/// What is gone: the places, and the linker if it is among it.
fn tell(
    elsewhere: &Elsewhere<'_, '_>,
    report: &mut Report,
    lost: &[(&Configured<'_>, Vec<String>, &'static str)],
) {
    for (one, gone, _) in lost.iter().take(super::SHOWN) {
        let shown: Vec<String> = gone
            .iter()
            .take(3)
            .map(|flag| format!("`{flag}`"))
            .collect();
        let more = gone.len().saturating_sub(shown.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let label = format!("not passed: {}{more}", shown.join(", "));
        let place: (FilePath, Range<usize>, String) =
            (one.doc.file.path.clone(), one.span.clone(), label);
        report.others.push(place);
    }
    let chosen = lost.iter().find_map(|(_, gone, triple)| {
        let linker = |flag: &&String| flag.contains("-fuse-ld") || flag.contains("--ld-path");
        Some((gone.iter().find(linker)?, *triple))
    });
    if let Some((flag, triple)) = chosen {
        let driver = elsewhere.subject.configs().find_map(|doc| {
            doc.leaves
                .iter()
                .find_map(|leaf| match (&leaf.path.parts()[..], &leaf.value) {
                    (["target", table, "linker"], Some(Value::Str(program)))
                        if is_for(table, triple) =>
                    {
                        Some(program.clone())
                    }
                    _ => None,
                })
        });
        report.notes.push(match driver {
            Some(driver) if is_plain_driver(&driver) && triple.contains("linux") => {
                format!("without `{flag}` the linker `{driver}`, which stays, links with GNU ld")
            }
            _ => format!("without `{flag}` rustc's default linker links"),
        });
    }
}

/// The triples, and those that the config builds for unless told otherwise.
fn with_build_target(
    elsewhere: &Elsewhere<'_, '_>,
    mut triples: Vec<&'static str>,
) -> Vec<&'static str> {
    if let Some((_, leaf)) = elsewhere.subject.configured(&["build", "target"]) {
        let text = leaf
            .value
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        triples.extend(super::targets::named(&text));
    }
    triples
}

fn dropped(
    elsewhere: &Elsewhere<'_, '_>,
    configured: &[Configured<'_>],
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let stronger: &[&str] = match knob.variable.as_str() {
        PLAIN => &[ENCODED],
        BUILD => &[ENCODED, PLAIN],
        name if triple_of(name).is_some() => &[ENCODED, PLAIN],
        _ => return None,
    };
    if knob
        .value
        .as_deref()
        .is_some_and(|value| value.trim().is_empty())
    {
        return None;
    }
    let written = Source::written(knob);
    let own = value_of(knob);
    let by = stronger
        .iter()
        .find_map(|name| source.said.seen(knob.scope, name, knob.span.start));
    let by_action = || {
        let (job, at) = (source.said.job(knob.scope), knob.span.start);
        source.said.actions.iter().find(|action| {
            let comes_before = match job {
                Some(job) => {
                    source.said.job(action.scope) == Some(job)
                        && (knob.scope == job || action.span.start < at)
                }
                None => true,
            };
            comes_before && actions::given(source.said, action, PLAIN).is_some()
        })
    };
    if let (None, false, Some(action), Some(file)) =
        (by, knob.variable == PLAIN, by_action(), source.file)
    {
        let message = format!(
            "`{written}` {} is dropped, since `{}` sets `RUSTFLAGS`",
            source.place(),
            action.name
        );
        let mut report = elsewhere.report(
            &RUSTFLAGS_VARIABLE_DROPPED,
            (at, knob),
            message,
            "reaches no build",
        );
        let place = (
            file.path.clone(),
            action.span.clone(),
            "sets `RUSTFLAGS` for the steps after it".to_owned(),
        );
        report.others.push(place);
        report.help = Some("write `rustflags: ''` under `with` of the action".to_owned());
        return Some(report);
    }
    // Whoever computes one out of the other knows what he does.
    let related = |by: &Knob| by.raw.contains(&knob.variable) || knob.raw.contains(&by.variable);
    if let Some(by) = by.filter(|by| !related(by)) {
        let kept = value_of(by)
            .zip(own)
            .is_some_and(|(by, own)| own.iter().all(|flag| by.contains(flag)));
        if kept {
            return None;
        }
        let message = format!(
            "`{written}` {} is dropped, since `{}` is set too",
            source.place(),
            by.variable
        );
        let mut report = elsewhere.report(
            &RUSTFLAGS_VARIABLE_DROPPED,
            (at, knob),
            message,
            "reaches no build",
        );
        if let Some(file) = source.file {
            report.others.push((
                file.path.clone(),
                by.span.clone(),
                "taken instead".to_owned(),
            ));
        }
        report.help = Some(format!("write its flags into `{}`", by.variable));
        return Some(report);
    }
    if knob.variable != BUILD || !source.said.has_config {
        return None;
    }
    let targets = with_build_target(elsewhere, source.targets(knob.scope));
    let (triple, table) = targets.into_iter().find_map(|triple| {
        let one = *of_triple(configured, triple)
            .iter()
            .find(|one| one.table.is_some())?;
        let has_all = own
            .as_ref()
            .is_some_and(|own| own.iter().all(|flag| one.flags.contains(flag)));
        (!has_all).then_some((triple, one))
    })?;
    let message = format!(
        "`{written}` {} is dropped for `{triple}`, which has rustflags of its own",
        source.place()
    );
    let mut report = elsewhere.report(
        &RUSTFLAGS_VARIABLE_DROPPED,
        (at, knob),
        message,
        "reaches no build for it",
    );
    report.others.push((
        table.doc.file.path.clone(),
        table.span.clone(),
        "taken instead".to_owned(),
    ));
    report.help = Some(format!(
        "set `CARGO_TARGET_{}_RUSTFLAGS`, which adds to the flags of the target",
        as_variable(triple)
    ));
    Some(report)
}

fn set_by_action(
    elsewhere: &Elsewhere<'_, '_>,
    configured: &[Configured<'_>],
    source: &Source<'_>,
    reports: &mut Reports,
) {
    let Some(file) = source.file else { return };
    for action in &source.said.actions {
        let Some(value) = actions::given(source.said, action, PLAIN) else {
            continue;
        };
        // Whoever uses an action of this repository may have set the variable before.
        let is_set_before = file.role == Role::Action
            && elsewhere.sources.iter().any(|other| {
                other.file.is_some_and(|file| file.role == Role::Workflow)
                    && other.said.knobs.iter().any(|knob| knob.variable == PLAIN)
            });
        let job = source.said.job(action.scope).unwrap_or(action.scope);
        if is_set_before || !source.builds(job) {
            continue;
        }
        let triples = with_build_target(elsewhere, source.targets(action.scope));
        let flags = units(value.split_whitespace());
        let lost = lost(configured, &triples, |flag| {
            flags.iter().any(|own| own == flag)
        });
        if lost.is_empty() {
            continue;
        }
        let mut report = Report {
            lint: &SETUP_ACTION_SETS_RUSTFLAGS,
            key: action.name.clone(),
            message: format!(
                "`{}` sets `RUSTFLAGS={value}`, which replaces the configured rustflags",
                action.name
            ),
            places: vec![(
                file.path.clone(),
                action.span.clone(),
                "sets it for the steps after it".to_owned(),
            )],
            others: Vec::new(),
            notes: Vec::new(),
            help: None,
        };
        tell(elsewhere, &mut report, &lost);
        reports.push(report);
    }
}

/// What Cargo does not do with a value: a clause without its subject.
fn misread(knob: &Knob) -> Option<&'static str> {
    let is_plain = matches!(knob.variable.as_str(), PLAIN | "RUSTDOCFLAGS");
    let is_list = knob.variable == BUILD || triple_of(&knob.variable).is_some();
    if !is_plain && !is_list {
        return None;
    }
    let value = knob.value.as_deref()?;
    // Cargo reads `["a", "b"]` of a list as TOML, if it is told to.
    if is_list && value.trim_start().starts_with('[') {
        return None;
    }
    let words = || {
        value
            .split(' ')
            .map(str::trim)
            .filter(|word| !word.is_empty())
    };
    if is_plain && words().any(|word| word.contains(['\n', '\t', '\r'])) {
        return Some("has a line break or a tab between flags, which does not part them");
    }
    let quoted = |word: &str| {
        let odd = |quote: char| word.matches(quote).count() % 2 == 1;
        let of_codegen = word.starts_with("-C") && word.contains("=\"");
        word.starts_with(['"', '\'']) || odd('"') || odd('\'') || of_codegen
    };
    value
        .split_whitespace()
        .any(quoted)
        .then_some("has quotes, which nobody takes off")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_the_same_in_every_spelling() {
        let of = |text: &str| units(text.split(' '));
        assert_eq!(of("-C target-cpu=x"), of("--codegen=target_cpu=x"));
        assert_eq!(of("--cfg a -D warnings"), of("--cfg=a -Dwarnings"));
        assert_eq!(of("-A dead_code"), of("-Adead-code"));
        assert_ne!(of("-Clink-arg=a_b"), of("-Clink-arg=a-b"));
    }
}
