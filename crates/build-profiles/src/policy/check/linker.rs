//! Linkers: raw ones that switch rustc's default off, and two that want the same place.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::policy::source::Reader;
use crate::policy::{Body, Entry, flags, platform};
use crate::program::is_plain_driver;
use crate::value::Value;

use super::{Subject, push};

/// The target whose default linker is LLD, since Rust 1.90.
const WITH_LLD: &str = "x86_64-unknown-linux-gnu";

pub(super) fn check(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    twice(reader, subject.body);
    switches_lld_off(reader, subject.body);
    mold_by_search_path(reader, subject.body);
    if let Some(environment) = subject.environment {
        for line in &environment.body.linkers {
            if line.candidates.len() < 2 {
                continue;
            }
            let found = Diagnostic::error(
                "choice_in_environment",
                format!(
                    "environment `{}` leaves the linker open",
                    environment.name.value
                ),
            )
            .with_label(reader.file, span_of(&line.candidates), "more than one")
            .with_note("its file is committed: nothing is tried on the machine that reads it")
            .with_help("name the one linker that is there");
            push(reader, found);
        }
    }
}

/// A raw linker and a preferred one for one triple.
fn twice(reader: &mut Reader<'_>, body: &Body) {
    for line in &body.linkers {
        let triples = platform::triples(&line.platform.value);
        if line
            .candidates
            .iter()
            .all(|candidate| candidate.value == "default")
        {
            continue;
        }
        for target in &body.targets {
            let raw = target
                .settings
                .iter()
                .find(|entry| entry.key.name == "linker");
            let (Some(raw), true) = (raw, triples.contains(&target.name.value.as_str())) else {
                continue;
            };
            let found = Diagnostic::error(
                "linker_named_twice",
                format!("two linkers for `{}`", target.name.value),
            )
            .with_label(reader.file, line.platform.span.clone(), "chosen per machine")
            .with_label(reader.file, raw.value.span.clone(), "the same for everybody")
            .with_note("`.cargo/config.toml` wins over the files it includes: the machine's linker would never be used")
            .with_help("keep one of them");
            push(reader, found);
        }
    }
    for (index, line) in body.linkers.iter().enumerate() {
        for other in &body.linkers[..index] {
            let exactness =
                |line: &super::super::LinkerPreference| platform::exactness(&line.platform.value);
            let triples = platform::triples(&other.platform.value);
            let common = platform::triples(&line.platform.value)
                .into_iter()
                .filter(|triple| triples.contains(triple))
                .min_by_key(|triple| !platform::is_common(triple));
            let (Some(common), true) = (common, exactness(line) == exactness(other)) else {
                continue;
            };
            let found = Diagnostic::error(
                "ambiguous_linker",
                format!("two lines of `[linker]` are about `{common}`"),
            )
            .with_label(reader.file, line.platform.span.clone(), "matches it")
            .with_label(reader.file, other.platform.span.clone(), "matches it too")
            .with_note("a triple wins over a short name, a short name over a cfg; among cfgs nothing decides")
            .with_help("use short names or triples");
            push(reader, found);
        }
    }
}

/// `linker = "clang"` without a word about which linker clang is to use.
fn switches_lld_off(reader: &mut Reader<'_>, body: &Body) {
    if flags::choose_linker(&flags_of(body)) {
        return;
    }
    for entry in linkers_of(body) {
        let Value::Str(program) = &entry.value.value else {
            continue;
        };
        if !is_plain_driver(program) {
            continue;
        }
        let found = Diagnostic::warning(
            "driver_switches_lld_off",
            format!("`linker = \"{program}\"` switches rustc's default LLD off"),
        )
        .with_label(reader.file, entry.value.span.clone(), "links with GNU ld")
        .with_note(format!(
            "since Rust 1.90 LLD is the default on {WITH_LLD}, but not for a linker called gcc or clang"
        ))
        .with_help("remove it, or add `-Clink-arg=-fuse-ld=lld` to the target's `rustflags`");
        push(reader, found);
    }
}

/// `-Clink-arg=-B/usr/libexec/mold`: the recipe from before GCC 12.
fn mold_by_search_path(reader: &mut Reader<'_>, body: &Body) {
    let all = flags_of(body);
    let driver = |entry: &&Entry| matches!(&entry.value.value, Value::Str(program) if is_plain_driver(program));
    if flags::choose_linker(&all) || linkers_of(body).any(|entry| driver(&entry)) {
        return;
    }
    for entry in flag_entries(body) {
        let flags = flags::split(&entry.value.value);
        let recipe = flags::codegen(&flags).iter().any(|option| {
            matches!(&*option.name, "link-arg" | "link-args")
                && option
                    .value
                    .split(' ')
                    .any(|arg| arg.starts_with("-B") && arg.contains("mold"))
        });
        if !recipe {
            continue;
        }
        let found = Diagnostic::warning(
            "mold_by_search_path",
            "`-B` does not select mold any more",
        )
        .with_label(reader.file, entry.value.span.clone(), "links with LLD")
        .with_note(format!(
            "since Rust 1.90 rustc asks for LLD on {WITH_LLD}, which the search path does not change"
        ))
        .with_help("list `\"mold\"` under `[linker]`, or write `-Clink-arg=-fuse-ld=mold`");
        push(reader, found);
    }
}

/// The raw linkers of the target with LLD.
fn linkers_of(body: &Body) -> impl Iterator<Item = &Entry> {
    body.targets
        .iter()
        .filter(|target| platform::surely(&target.name.value, WITH_LLD))
        .flat_map(|target| &target.settings)
        .filter(|entry| entry.key.name == "linker")
}

/// The entries whose flags Cargo would use for the target with LLD: those of target tables, else those of `[build]`.
fn flag_entries(body: &Body) -> Vec<&Entry> {
    let flags = |entry: &&Entry| entry.key.name == "rustflags";
    let of_targets: Vec<_> = body
        .targets
        .iter()
        .filter(|target| platform::triples(&target.name.value).contains(&WITH_LLD))
        .flat_map(|target| &target.settings)
        .filter(flags)
        .collect();
    body.build.iter().filter(flags).chain(of_targets).collect()
}

fn flags_of(body: &Body) -> Vec<&str> {
    flag_entries(body)
        .into_iter()
        .flat_map(|entry| flags::split(&entry.value.value))
        .collect()
}

/// From the first candidate to the last.
fn span_of(candidates: &[super::super::Spanned<String>]) -> Range<usize> {
    let start = candidates.first().map_or(0, |first| first.span.start);
    start..candidates.last().map_or(start, |last| last.span.end)
}
