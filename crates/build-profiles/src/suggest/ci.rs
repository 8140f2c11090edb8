//! Variables that CI repeats from file to file, as one environment of the policy.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drafted, Suggestion};
use crate::key::{Home, key, keys};
use crate::value::{KeyPath, Value};

/// One file says it where it belongs; from here on it is repeated.
const REPEATED: usize = 2;
/// What only a few of many files say is for them, and not for CI as a whole: one of so many.
const ONE_OF: usize = 8;

/// The name of the environment.
const NAME: &str = "ci";

/// `[environment.ci]`, of what the files of CI say alike; `beside` is what is suggested for everybody anyway.
///
/// `CARGO_INCREMENTAL` alone is none: one line of a workflow is shorter than a step that copies a file.
pub(super) fn suggested(drafted: &Drafted<'_>, beside: &[Suggestion]) -> Vec<Suggestion> {
    let mut environments = drafted.policy.environments.iter();
    if environments.any(|one| one.name.value == NAME) {
        return Vec::new();
    }
    let ci = &drafted.facts.ci;
    let mut said: BTreeMap<&str, (BTreeSet<Option<&str>>, BTreeSet<&str>)> = BTreeMap::new();
    for one in &ci.said {
        let (values, files) = said.entry(&one.variable).or_default();
        values.insert(one.value.as_deref());
        files.insert(&one.file);
    }
    let mut settings = Vec::new();
    let mut repeated = Vec::new();
    for (variable, (values, files)) in said {
        // Two values are two environments, and nobody knows here which job wants which.
        let one = values.iter().next().copied().flatten();
        let (1, Some(value), true) = (
            values.len(),
            one,
            files.len() >= REPEATED && files.len() * ONE_OF >= ci.files,
        ) else {
            continue;
        };
        if let Some((path, value)) = setting(drafted, variable, value)
            && !is_for_everybody(drafted, beside, &path, &value)
        {
            let of_all = match repeated.is_empty() {
                true => format!(" of its {} files", ci.files),
                false => String::new(),
            };
            repeated.push(format!("`{variable}` in {}{of_all}", files.len()));
            settings.push((path, value));
        }
    }
    let is_of_a_profile = |(path, _): &(KeyPath, Value)| path.parts().contains(&"profile");
    if !settings.iter().any(is_of_a_profile) {
        return Vec::new();
    }
    vec![Suggestion {
        settings,
        reason: format!(
            "CI repeats itself: {}. Here it stands once, and `configure --check` holds it.",
            repeated.join(", "),
        ),
        price: "Each job that wants it copies `.cargo/env/ci.toml` to `.cargo/machine.toml` first; as long as a workflow sets the variable too, the variable wins."
            .to_owned(),
        gain: 2,
    }]
}

/// Whether the base says the same, or would with what is suggested beside it.
fn is_for_everybody(
    drafted: &Drafted<'_>,
    beside: &[Suggestion],
    path: &KeyPath,
    value: &Value,
) -> bool {
    let base = KeyPath::new(path.segments()[2..].iter().cloned());
    let layer = &drafted.settings.manifest;
    let mut suggested = beside.iter().flat_map(|one| &one.settings);
    layer
        .get(&base)
        .is_some_and(|setting| setting.value == *value)
        || suggested.any(|(path, suggested)| *path == base && suggested == value)
}

/// Where the policy says what a variable says, and the value.
fn setting(drafted: &Drafted<'_>, variable: &str, text: &str) -> Option<(KeyPath, Value)> {
    if variable == "CARGO_INCREMENTAL" {
        let value = match text {
            "0" | "false" => false,
            "1" | "true" => true,
            _ => return None,
        };
        let path = KeyPath::new(["environment", NAME, "build", "incremental"]);
        return Some((path, Value::Bool(value)));
    }
    let rest = variable.strip_prefix("CARGO_PROFILE_")?;
    let (name, key_name) = keys(Home::Profile).find_map(|key| {
        let shouted = key.name.to_ascii_uppercase().replace('-', "_");
        let name = rest.strip_suffix(&shouted)?.strip_suffix('_')?;
        Some((name, key.name))
    })?;
    // The variable does not tell `-` from `_`: only a profile that is there is certain.
    let shouted = |profile: &str| profile.to_ascii_uppercase().replace('-', "_");
    let profile = drafted.profiles.names().find(|one| shouted(one) == name)?;
    let key = key(Home::Profile, key_name)?;
    let value = typed(text);
    key.check(&value).ok()?;
    let path = KeyPath::new(["environment", NAME, "profile", profile, key_name]);
    Some((path, value))
}

/// The text of a variable, as TOML would hold it.
fn typed(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| text.into(), Value::Int),
    }
}
