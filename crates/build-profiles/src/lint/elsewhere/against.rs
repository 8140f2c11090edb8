//! What is set elsewhere to another value than in the files.

use super::said::Knob;
use super::{
    ENV_REPLACED_ELSEWHERE, Elsewhere, Report, Reports, SET_AGAIN_ELSEWHERE, Source,
    WRAPPER_REPLACED, WRAPPER_SWITCHED_OFF, actions,
};
use crate::edit::Leaf;
use crate::key::{Home, key};
use crate::lint::Doc;
use crate::program::stem;
use crate::value::Value;

pub(super) fn check(elsewhere: &Elsewhere<'_, '_>, reports: &mut Reports) {
    for (at, source, knob) in elsewhere.knobs() {
        if !source.said.has_config {
            continue;
        }
        let found = [
            wrapper(elsewhere, (at, source, knob)),
            set_again(elsewhere, (at, source, knob)),
            env(elsewhere, (at, source, knob)),
        ];
        for report in found.into_iter().flatten() {
            reports.push(report);
        }
    }
    for source in &elsewhere.sources {
        by_action(elsewhere, source, reports);
    }
}

fn wrapper(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let key = match knob.variable.as_str() {
        "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => "rustc-wrapper",
        "RUSTC_WORKSPACE_WRAPPER" | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER" => {
            "rustc-workspace-wrapper"
        }
        _ => return None,
    };
    let value = knob.value.as_deref()?;
    let configured = elsewhere.subject.configured(&["build", key]);
    let policy = elsewhere.subject.policy.filter(|_| key == "rustc-wrapper");
    let cache = policy.and_then(|policy| policy.base.cache.as_ref()?.tool.as_ref());
    let wrapper = match (&configured, cache) {
        (Some((_, leaf)), _) => match &leaf.value {
            Some(Value::Str(wrapper)) => wrapper.clone(),
            _ => return None,
        },
        (None, Some(tool)) => tool.value.clone(),
        (None, None) => return None,
    };
    if wrapper.is_empty() || stem(&wrapper) == stem(value) {
        return None;
    }
    let (written, place) = (Source::written(knob), source.place());
    let mut report = if value.is_empty() {
        let message = format!("`{written}` {place} switches the wrapper `{wrapper}` off");
        elsewhere.report(
            &WRAPPER_SWITCHED_OFF,
            (at, knob),
            message,
            "no wrapper from here on",
        )
    } else {
        let message = format!("`{written}` {place} replaces the wrapper `{wrapper}`");
        elsewhere.report(
            &WRAPPER_REPLACED,
            (at, knob),
            message,
            "this one wraps rustc",
        )
    };
    match configured {
        Some((doc, leaf)) => report.others.push(place_of(doc, leaf, "not used there")),
        None => report
            .notes
            .push(format!("the policy wants the cache `{wrapper}`")),
    }
    Some(report)
}

fn place_of(
    doc: &Doc<'_>,
    leaf: &Leaf,
    text: &str,
) -> (crate::diagnostic::FilePath, std::ops::Range<usize>, String) {
    (doc.file.path.clone(), leaf.span.clone(), text.to_owned())
}

fn set_again(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let value = knob.value.as_deref()?;
    let (doc, leaf) = said_in_files(elsewhere, (source, knob), value)?;
    let file = doc
        .file
        .path
        .as_str()
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let said = leaf
        .value
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let message = format!(
        "`{}` {}, where `{file}` says `{} = {said}`",
        Source::written(knob),
        source.place(),
        leaf.path
    );
    let mut report = elsewhere.report(&SET_AGAIN_ELSEWHERE, (at, knob), message, "this holds");
    report.others.push(place_of(doc, leaf, "not used there"));
    Some(report)
}

/// What the files say of what a variable sets, if it is something else.
fn said_in_files<'a>(
    elsewhere: &'a Elsewhere<'_, '_>,
    (source, knob): (&Source<'_>, &Knob),
    value: &str,
) -> Option<(&'a Doc<'a>, &'a Leaf)> {
    let subject = elsewhere.subject;
    let of_file = |path: &[&str]| subject.configured(path);
    match knob.variable.as_str() {
        "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET_DIR" => {
            let found = of_file(&["build", "target-dir"])?;
            (found.1.value != Some(value.into())).then_some(found)
        }
        "CARGO_INCREMENTAL" | "CARGO_BUILD_INCREMENTAL" => {
            let on = Some(Value::Bool(matches!(value, "1" | "true")));
            let found = of_file(&["build", "incremental"])?;
            (found.1.value != on).then_some(found)
        }
        name => {
            if let Some(triple) = name
                .strip_prefix("CARGO_TARGET_")
                .and_then(|rest| rest.strip_suffix("_LINKER"))
            {
                return subject.configs().find_map(|doc| {
                    let leaf = doc.leaves.iter().find(|leaf| {
                        matches!(leaf.path.parts()[..], ["target", name, "linker"] if as_variable(name) == triple)
                    })?;
                    (leaf.value != Some(value.into())).then_some((doc, leaf))
                });
            }
            if source.said.has_folder(knob.scope) {
                return None;
            }
            of_profile(elsewhere, name, value)
        }
    }
}

fn as_variable(name: &str) -> String {
    name.to_ascii_uppercase().replace(['-', '.'], "_")
}

/// What the files say of a profile's key, if it is not the value.
fn of_profile<'a>(
    elsewhere: &'a Elsewhere<'_, '_>,
    variable: &str,
    value: &str,
) -> Option<(&'a Doc<'a>, &'a Leaf)> {
    let rest = variable.strip_prefix("CARGO_PROFILE_")?;
    elsewhere
        .subject
        .profile_docs()
        .find_map(|doc| {
            let leaf = doc.leaves.iter().find(|leaf| match leaf.path.parts()[..] {
                ["profile", profile, key] => {
                    format!("{}_{}", as_variable(profile), as_variable(key)) == rest
                }
                ["profile", profile, "build-override", key] => {
                    format!(
                        "{}_BUILD_OVERRIDE_{}",
                        as_variable(profile),
                        as_variable(key)
                    ) == rest
                }
                _ => false,
            })?;
            let row = key(Home::Profile, leaf.path.segments().last()?)?;
            Some((doc, leaf, row))
        })
        .filter(|(_, leaf, row)| {
            let value = match value {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                text => text.parse().map_or_else(|_| text.into(), Value::Int),
            };
            leaf.value
                .as_ref()
                .is_some_and(|said| !row.same(said, &value))
        })
        .map(|(doc, leaf, _)| (doc, leaf))
}

/// `CARGO_PROFILE_DEV_DEBUG=0` by a set-up action.
fn by_action(elsewhere: &Elsewhere<'_, '_>, source: &Source<'_>, reports: &mut Reports) {
    const VARIABLE: &str = "CARGO_PROFILE_DEV_DEBUG";
    let Some(file) = source.file else { return };
    for action in &source.said.actions {
        let Some(value) = actions::given(source.said, action, VARIABLE) else {
            continue;
        };
        let job = source.said.job(action.scope).unwrap_or(action.scope);
        if !source.builds(job) || source.said.has_folder(job) {
            continue;
        }
        let Some((doc, leaf)) = of_profile(elsewhere, VARIABLE, value) else {
            continue;
        };
        let said = leaf
            .value
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        reports.push(Report {
            lint: &SET_AGAIN_ELSEWHERE,
            key: VARIABLE.to_owned(),
            message: format!(
                "`{}` sets `{VARIABLE}={value}`, where the files say `{} = {said}`",
                action.name, leaf.path
            ),
            places: vec![(
                file.path.clone(),
                action.span.clone(),
                "sets it for the steps after it".to_owned(),
            )],
            others: vec![place_of(doc, leaf, "not used there")],
            notes: Vec::new(),
            help: Some(format!(
                "set `{VARIABLE}` under `env` of the workflow: the action leaves alone what is set"
            )),
        });
    }
}

/// A variable that `[env]` gives a value only where it has none.
fn env(
    elsewhere: &Elsewhere<'_, '_>,
    (at, source, knob): (usize, &Source<'_>, &Knob),
) -> Option<Report> {
    let value = knob.value.as_deref()?;
    let name = knob.variable.as_str();
    let subject = elsewhere.subject;
    let found = subject
        .configured(&["env", name])
        .or_else(|| subject.configured(&["env", name, "value"]));
    let (doc, leaf) = found?;
    let is = |option: &str| {
        let option = subject.configured(&["env", name, option]);
        option.is_some_and(|(_, leaf)| leaf.value == Some(Value::Bool(true)))
    };
    let Some(Value::Str(said)) = &leaf.value else {
        return None;
    };
    if said == value || is("force") || is("relative") || crate::plan::configures_cargo(name) {
        return None;
    }
    let message = format!(
        "`{}` {}, which `[env]` does not replace",
        Source::written(knob),
        source.place()
    );
    let mut report = elsewhere.report(&ENV_REPLACED_ELSEWHERE, (at, knob), message, "this holds");
    report.others.push(place_of(
        doc,
        leaf,
        "has no `force`, so it is not used there",
    ));
    Some(report)
}
