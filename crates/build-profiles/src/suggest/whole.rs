//! The policy as a whole.

use super::{Drafted, Suggestion, trade};
use crate::key::Home;
use crate::settings::manifest_profiles;
use crate::value::KeyPath;

/// `strict = true`, where the policy has every profile of the manifest already.
pub(super) fn suggested(drafted: &Drafted<'_>) -> Vec<Suggestion> {
    let there = manifest_profiles(&drafted.workspace.files);
    let named: Vec<&str> = (drafted.policy.base.profiles.iter())
        .map(|profile| profile.name.value.as_str())
        .collect();
    let is_whole = there.iter().all(|name| named.contains(&name.as_str()));
    if drafted.policy.strict || there.is_empty() || !is_whole {
        return Vec::new();
    }
    let profiles = match there.len() {
        1 => "the one profile".to_owned(),
        2 => "both profiles".to_owned(),
        many => format!("all {many} profiles"),
    };
    vec![Suggestion {
        settings: vec![(KeyPath::new(["strict"]), true.into())],
        reason: format!(
            "The policy has {profiles} of `Cargo.toml`; with this, another can't come in beside it unsaid."
        ),
        price: trade(Home::Policy, "strict"),
        gain: 0,
    }]
}
