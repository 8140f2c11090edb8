//! The storage of the compile cache: what it lacks, whom it locks out, and what defeats it.

use crate::diagnostic::{Diagnostic, Level};
use crate::policy::source::Reader;
use crate::policy::storage::{BACKENDS, Backend};
use crate::policy::{Environment, Storage};

use super::{Subject, push};

pub(super) fn check(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    let cache = subject.body.cache.as_ref();
    let Some(storage) = cache.and_then(|cache| cache.storage.as_ref()) else {
        return;
    };
    incomplete(reader, storage);
    match subject.environment {
        None => everybody(reader, storage),
        Some(environment) => outranked(reader, subject, environment),
    }
    if storage.is_shared() {
        linker(reader, subject, storage);
    }
}

/// No back-end, or one that sccache can't use.
fn incomplete(reader: &mut Reader<'_>, storage: &Storage) {
    let found = match &storage.backend {
        None => {
            let names: Vec<_> = BACKENDS
                .iter()
                .map(|backend| format!("`{}`", backend.name))
                .collect();
            Diagnostic::error("incomplete_storage", "`[cache.storage]` names no storage")
                .with_label(reader.file, storage.span.clone(), "which?")
                .with_help(format!("name one of {}", names.join(", ")))
        }
        Some(backend) => {
            let [first, ..] = storage.lacks() else {
                return;
            };
            Diagnostic::error(
                "incomplete_storage",
                format!("`{}` does not say its `{first}`", backend.value.name),
            )
            .with_label(reader.file, backend.span.clone(), "where?")
            .with_note("sccache would use a local folder instead, without a word")
            .with_help(format!("add `{first} = \"...\"`"))
        }
    };
    push(reader, found);
}

/// What every machine with sccache will depend on.
fn everybody(reader: &mut Reader<'_>, storage: &Storage) {
    let Some(backend) = &storage.backend else {
        return;
    };
    let found = match backend.value.name {
        "gha" => Diagnostic::error(
            "storage_outside_of_its_jobs",
            "the cache of GitHub Actions is not there on anybody's machine",
        )
        .with_label(reader.file, backend.span.clone(), "for every machine with sccache")
        .with_note("there the cache server does not start, and every build fails")
        .with_help("move it to `[environment.<name>.cache.storage]`"),
        "dir" => return,
        name => Diagnostic::new(
            Level::Note,
            "remote_storage_for_everybody",
            format!("whoever has sccache can build only where `{name}` can be reached"),
        )
        .with_label(reader.file, backend.span.clone(), "for every machine with sccache")
        .with_note("if the service does not answer when the cache server starts, the build fails after ten seconds; if it goes away later, each compilation waits for it")
        .with_help("if that is not meant, move it to the `[environment.<name>.cache.storage]` whose machines can reach it; a person opts out in `build-profiles.local.toml`"),
    };
    push(reader, found);
}

/// Two back-ends that Cargo joins: the base's variables are still there in the environment.
fn outranked(reader: &mut Reader<'_>, subject: &Subject<'_>, environment: &Environment) {
    let of =
        |cache: &Option<crate::policy::Cache>| cache.as_ref()?.storage.as_ref()?.backend.clone();
    let (Some(base), Some(own)) = (of(&subject.policy.base.cache), of(&environment.body.cache))
    else {
        return;
    };
    let rank = |one: &Backend| BACKENDS.iter().position(|other| other == one);
    if rank(own.value) <= rank(base.value) {
        return;
    }
    let name = &environment.name.value;
    let found = Diagnostic::error(
        "storage_outranked",
        format!("`{name}` would use `{}` and not `{}`", base.value.name, own.value.name),
    )
    .with_label(reader.file, own.span.clone(), "passed over")
    .with_label(reader.file, base.span.clone(), "holds in the environment too")
    .with_note(format!(
        "of two storages sccache takes `{}` without a word, and Cargo's `[env]` cannot take a variable away",
        base.value.name
    ))
    .with_help("move the storage of the base to an environment of its own, or use one storage for both");
    push(reader, found);
}

/// The linker's path and flags are on rustc's command line, and so in the key.
fn linker(reader: &mut Reader<'_>, subject: &Subject<'_>, storage: &Storage) {
    if subject.environment.is_some() {
        return;
    }
    let chosen = subject.body.linkers.iter().find(|line| {
        line.candidates
            .iter()
            .any(|candidate| candidate.value != "default")
    });
    let Some(line) = chosen else { return };
    let found = Diagnostic::warning(
        "linker_under_shared_cache",
        "machines that link differently share nothing",
    )
    .with_label(
        reader.file,
        line.platform.span.clone(),
        "chosen on each machine",
    )
    .with_label(reader.file, storage.span.clone(), "shared by machines")
    .with_note("the linker's path is on rustc's command line, and so in the cache's key")
    .with_help("keep the storage or the linker in an environment whose machines are alike, or write `\"default\"`");
    push(reader, found);
}
