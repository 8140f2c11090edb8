//! `[test.nextest]`: the release that knows all its keys, and whether anybody runs it.

use super::push;
use crate::diagnostic::Diagnostic;
use crate::key::Kind;
use crate::key::nextest::release;
use crate::policy::source::Reader;
use crate::policy::{Entry, Nextest, Policy, Test};
use crate::value::Value;

/// The first nextest that knows `nextest-version`.
const OLDEST: (u64, u64) = (9, 55);

pub(super) fn check(reader: &mut Reader<'_>, policy: &Policy) {
    for environment in &policy.environments {
        if let Some(nextest) = environment
            .body
            .test
            .as_ref()
            .and_then(|t| t.nextest.as_ref())
        {
            let found = Diagnostic::error(
                "nextest_in_environment",
                "an environment has no `[test.nextest]`",
            )
            .with_label(
                reader.file,
                nextest.span.clone(),
                "`.config/nextest.toml` is one file for everybody",
            )
            .with_help(format!(
                "write `[test.nextest.profile.{0}]` at the top level, and run it: cargo xtask test -- --profile {0}",
                environment.name.value
            ));
            push(reader, found);
        }
    }
    let Some(test) = &policy.base.test else {
        return;
    };
    let Some(nextest) = &test.nextest else {
        return;
    };
    let environments = policy
        .environments
        .iter()
        .filter_map(|environment| environment.body.test.as_ref());
    let runs = |test: &Test| {
        let runner = test.runner.as_ref();
        runner.is_some_and(|runner| runner.value == "nextest")
    };
    if !std::iter::once(test).chain(environments).any(runs) {
        let (span, label) = match &test.runner {
            Some(runner) => (runner.span.clone(), "does not read `.config/nextest.toml`"),
            None => (nextest.span.clone(), "the runner is cargo"),
        };
        let found = Diagnostic::warning(
            "nextest_is_not_the_runner",
            "`[test.nextest]` configures a runner that `cargo xtask test` does not run",
        )
        .with_label(reader.file, span, label)
        .with_help("write `runner = \"nextest\"` in `[test]`");
        push(reader, found);
    }
    version(reader, nextest);
}

/// The floor must be named, and it must know every key.
fn version(reader: &mut Reader<'_>, nextest: &Nextest) {
    let newest = nextest
        .settings
        .iter()
        .filter_map(|(_, entry)| since(entry).into_iter().max())
        .map(|(since, _)| since)
        .fold(OLDEST, Ord::max);
    let named = nextest
        .settings
        .iter()
        .find(|(path, _)| path.parts() == ["nextest-version"])
        .map(|(_, entry)| entry);
    let Some(named) = named else {
        if !nextest.names_version {
            let found = Diagnostic::error(
                "missing_nextest_version",
                "`[test.nextest]` does not say its `nextest-version`",
            )
            .with_label(reader.file, nextest.span.clone(), "which nextest?")
            .with_note(
                "an older nextest ignores a key that it does not know, with nothing but a warning",
            )
            .with_help(format!(
                "add `nextest-version = \"0.{}.{}\"`",
                newest.0, newest.1
            ));
            push(reader, found);
        }
        return;
    };
    let Kind::Form(form) = &named.key.kind else {
        return;
    };
    let members = form.spelled_out(&named.value.value);
    let of = |name: &str| match members.iter().find(|(member, _)| member == name) {
        Some((_, Value::Str(text))) => release(text),
        _ => None,
    };
    let Some(floor) = of("required") else {
        return;
    };
    if let Some(recommended) = of("recommended").filter(|recommended| *recommended < floor) {
        let found = Diagnostic::error(
            "invalid_value",
            format!("nextest {recommended} is recommended and {floor} is required"),
        )
        .with_label(
            reader.file,
            named.value.span.clone(),
            "nextest refuses to read this",
        )
        .with_help("recommend a newer one, or none");
        push(reader, found);
    }
    for (path, entry) in &nextest.settings {
        for ((minor, patch), member) in since(entry) {
            if (floor.major, floor.minor, floor.patch) >= (0, minor, patch) {
                continue;
            }
            let dot = if member.is_empty() { "" } else { "." };
            let found = Diagnostic::error(
                "newer_than_nextest",
                format!("`{path}{dot}{member}` needs nextest 0.{minor}.{patch}, `nextest-version` is {floor}"),
            )
            .with_label(
                reader.file,
                entry.value.span.clone(),
                format!("since 0.{minor}.{patch}"),
            )
            .with_note("an older nextest ignores a key that it does not know, with nothing but a warning")
            .with_help(format!("remove it, or raise `nextest-version` to `\"0.{newest}\"`", newest = format_args!("{}.{}", newest.0, newest.1)));
            push(reader, found);
        }
    }
}

/// Since when nextest knows the key, and the members of its table.
fn since(entry: &Entry) -> Vec<((u64, u64), &str)> {
    let mut since: Vec<((u64, u64), &str)> = entry
        .key
        .since
        .map(|since| (since, ""))
        .into_iter()
        .collect();
    if let (Kind::Form(form), Value::Table(members)) = (&entry.key.kind, &entry.value.value) {
        since.extend(
            members
                .iter()
                .filter_map(|(name, _)| Some((form.member(name)?.since?, name.as_str()))),
        );
    }
    since
}
