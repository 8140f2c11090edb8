//! The compile cache: what it would lose, what would lock it out, and where it would not be.

use crate::diagnostic::{Diagnostic, Level};
use crate::policy::source::Reader;
use crate::policy::{Cache, CacheScope, Entry, IfMissing, flags, inherits};
use crate::program;
use crate::tradeoff::Scope;
use crate::value::Value;

use super::{Subject, push};

pub(super) fn check(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    machine_layer(reader, subject);
    let Some(cache) = &subject.body.cache else {
        raw_cache(reader, subject);
        return;
    };
    if cache.tool.is_none() {
        let found = Diagnostic::error("missing_cache_tool", "`[cache]` does not say its `tool`")
            .with_label(reader.file, cache.span.clone(), "which cache?")
            .with_help("add `tool = \"sccache\"`");
        push(reader, found);
    }
    wrapper(reader, subject, cache);
    incremental(reader, subject, cache);
    unpacked(reader, subject, cache);
    environment(reader, subject, cache);
    native_cpu(reader, subject, cache);
}

/// A linker or a cache without a toolchain that has `include`.
fn machine_layer(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    let floor = subject.policy.toolchain.as_ref();
    let has_layer = floor.is_some_and(|floor| (floor.value.major, floor.value.minor) >= (1, 94));
    let linker = subject.body.linkers.iter().find(|line| {
        line.candidates
            .iter()
            .any(|candidate| candidate.value != "default")
    });
    let cache = subject
        .body
        .cache
        .as_ref()
        .map(|cache| ("[cache]", cache.span.clone()));
    let linker = linker.map(|line| ("[linker]", line.platform.span.clone()));
    if has_layer || subject.environment.is_some() {
        return;
    }
    for (table, span) in [linker, cache].into_iter().flatten() {
        let found = Diagnostic::warning(
            "no_machine_layer",
            format!("`{table}` has no effect with this `toolchain`"),
        )
        .with_label(reader.file, span, "chosen per machine")
        .with_note("a machine's own file needs Cargo's `include`, stable since 1.94: Cargo 1.85 to 1.92 stop at it")
        .with_help("set `toolchain = \"1.94\"` if nobody builds with an older Cargo, else use `[environment.<name>]`");
        push(reader, found);
    }
}

/// `rustc-wrapper = "sccache"` for everybody.
fn raw_cache(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    if subject.environment.is_some() {
        return;
    }
    for entry in wrappers(subject) {
        let Value::Str(program) = &entry.value.value else {
            continue;
        };
        let Some(stem) = program::cache(program) else {
            continue;
        };
        let found = Diagnostic::warning(
            "cache_for_everybody",
            format!("without `{stem}` nobody can build this workspace"),
        )
        .with_label(
            reader.file,
            entry.value.span.clone(),
            "committed for every machine",
        )
        .with_note("Cargo stops if the wrapper is missing");
        let found = match stem {
            "sccache" => found.with_help(
                "write `[cache]` with `tool = \"sccache\"`, which asks each machine first",
            ),
            _ => found
                .with_help("move it to the `[environment.<name>.build]` whose machines have it"),
        };
        push(reader, found);
    }
}

/// A cache and a raw wrapper: one key, two values.
fn wrapper(reader: &mut Reader<'_>, subject: &Subject<'_>, cache: &Cache) {
    for entry in wrappers(subject) {
        let found = Diagnostic::error(
            "wrapper_named_twice",
            "the cache and `rustc-wrapper` want the same key",
        )
        .with_label(reader.file, entry.value.span.clone(), "a wrapper")
        .with_label(reader.file, cache.span.clone(), "another")
        .with_note("both become `build.rustc-wrapper`")
        .with_help("keep one of them");
        push(reader, found);
    }
}

/// `build.incremental = true` under a cache that wants everything.
fn incremental(reader: &mut Reader<'_>, subject: &Subject<'_>, cache: &Cache) {
    let (Some(scope), Some(entry)) = (
        cache
            .scope
            .as_ref()
            .filter(|scope| scope.value == CacheScope::Everything),
        build(subject, "incremental").find(|entry| entry.value.value == Value::Bool(true)),
    ) else {
        return;
    };
    let found = Diagnostic::error(
        "incremental_under_cache",
        "what is compiled incrementally cannot be cached",
    )
    .with_label(
        reader.file,
        entry.value.span.clone(),
        "everything incremental",
    )
    .with_label(reader.file, scope.span.clone(), "everything cached")
    .with_note("sccache passes incremental units through: members would never hit")
    .with_help("remove `incremental`, or write `scope = \"dependencies\"`");
    push(reader, found);
}

/// `.dwo` files, which no hit restores.
fn unpacked(reader: &mut Reader<'_>, subject: &Subject<'_>, cache: &Cache) {
    let everything = cache
        .scope
        .as_ref()
        .is_some_and(|scope| scope.value == CacheScope::Everything);
    for profile in &subject.body.profiles {
        let name = profile.name.value.as_str();
        if inherits::root(subject.body, name).is_none() {
            continue;
        }
        let Some(split) = profile.settings.iter().find(|entry| {
            entry.key.name == "split-debuginfo" && entry.value.value == "unpacked".into()
        }) else {
            continue;
        };
        let has_debug = |scope| !subject.is(name, scope, "debug", &"none".into());
        let members = everything || !subject.is(name, Scope::Profile, "incremental", &true.into());
        if !(has_debug(Scope::Star) || (members && has_debug(Scope::Profile))) {
            continue;
        }
        let found = Diagnostic::error(
            "unpacked_debuginfo_under_cache",
            format!("the cache loses the debug information of `{name}` on Linux"),
        )
        .with_label(
            reader.file,
            split.value.span.clone(),
            "written to `.dwo` files",
        )
        .with_label(reader.file, cache.span.clone(), "does not restore them")
        .with_note("tried: 21 `.dwo` files after a cold build, 2 after a warm one")
        .with_help("write `split-debuginfo = \"off\"` or `\"packed\"`, or `debug = false`");
        push(reader, found);
    }
}

/// What only an environment has to keep.
fn environment(reader: &mut Reader<'_>, subject: &Subject<'_>, cache: &Cache) {
    let Some(environment) = subject.environment else {
        return;
    };
    let name = &environment.name.value;
    let missing = cache.if_missing.as_ref();
    if missing.map(|word| word.value) != Some(IfMissing::Error) {
        // The word may stand in the base: then the environment's own table is what lacks it.
        let own = environment
            .body
            .cache
            .as_ref()
            .and_then(|own| own.if_missing.as_ref());
        let span = own.map_or(&cache.span, |own| &own.span).clone();
        let found = Diagnostic::error(
            "cache_may_be_missing",
            format!("environment `{name}` cannot do without its cache"),
        )
        .with_label(reader.file, span, "`if-missing` is not `\"error\"` here")
        .with_note("its file is committed: Cargo stops where the cache is not installed")
        .with_help(format!(
            "write `if-missing = \"error\"` in `[environment.{name}.cache]`"
        ));
        push(reader, found);
    }
}

/// Code for the CPU of whoever compiled it first.
fn native_cpu(reader: &mut Reader<'_>, subject: &Subject<'_>, cache: &Cache) {
    let shared = cache.storage.as_ref().filter(|storage| storage.is_shared());
    let (name, level) = match (subject.environment, shared) {
        (Some(environment), None) => (format!("of `{}`", environment.name.value), Level::Warning),
        (_, Some(_)) => ("that machines share".to_owned(), Level::Error),
        (None, None) => return,
    };
    let keyed = shared.map_or(&cache.span, |storage| &storage.span);
    let targets = subject
        .body
        .targets
        .iter()
        .flat_map(|target| &target.settings);
    for entry in subject.body.build.iter().chain(targets) {
        let flags = flags::split(&entry.value.value);
        let native = entry.key.name == "rustflags"
            && flags::codegen(&flags)
                .iter()
                .any(|option| (&*option.name, option.value) == ("target-cpu", "native"));
        if !native {
            continue;
        }
        let found = Diagnostic::new(
            level,
            "native_cpu_under_cache",
            format!("the cache {name} may serve code for another CPU"),
        )
        .with_label(
            reader.file,
            entry.value.span.clone(),
            "`native` differs from machine to machine",
        )
        .with_label(
            reader.file,
            keyed.clone(),
            "its key holds the word `native` only",
        )
        .with_note(
            "served to an older CPU such code dies with an illegal instruction (axiom-crypto/openvm-eth#624)",
        )
        .with_help("name a CPU, as `-Ctarget-cpu=x86-64-v3`");
        push(reader, found);
    }
}

fn wrappers<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Entry> {
    build(subject, "rustc-wrapper")
}

/// The entries of `[build]` of this name: none or one.
fn build<'a>(subject: &'a Subject<'_>, name: &'static str) -> impl Iterator<Item = &'a Entry> {
    subject
        .body
        .build
        .iter()
        .filter(move |entry| entry.key.name == name)
}
