//! The policy's own words: the linker and the cache that each machine is asked for, and keys that are no key of Cargo's.

use super::{About, Candidate, Explanation, Held, Overlay, Preference, Room, about};
use crate::edit::parse;
use crate::key::{Home, Key, key};
use crate::layout::{machine_path, nextest_path};
use crate::policy::platform;
use crate::value::{KeyPath, Value};

impl Room<'_> {
    pub(super) fn linker(&self, explanation: &mut Explanation) {
        let view = self.view;
        explanation.about = key(Home::Target, "linker").map(|key| About {
            meaning: "What the workspace is linked with: for each platform the linkers it prefers, of which a machine takes the first that has linked a program there.",
            trade: "Every edit ends with a link. A linker of a machine's own is part of a shared cache's key for everything that is linked.",
            ..about(key, None)
        });
        let lines = &view.policy.base.linkers;
        let here = platform::preference(lines, view.triple);
        let lines = lines.iter().map(|line| Preference {
            platform: line.platform.value.clone(),
            candidates: line
                .candidates
                .iter()
                .map(|name| Candidate {
                    name: name.value.clone(),
                    meaning: platform::linker(&name.value).map(|linker| linker.meaning),
                })
                .collect(),
            at: self.at(&line.platform.span),
            reason: line.reason.clone(),
            here: here.is_some_and(|here| std::ptr::eq(here, line)),
        });
        explanation.linkers = lines.collect();
        let path = KeyPath::new(["target", view.triple, "linker"]);
        explanation.environments = self.environments(&path);
        self.hold(&path, explanation);
        explanation.effective.get_or_insert_with(|| Held {
            value: None,
            by: "since nobody says anything: rustc's own choice".to_owned(),
            place: None,
            own: false,
            as_wanted: None,
        });
        self.machine_layer(&["target", view.triple, "linker"], explanation);
        let known = here.map(|line| format!("linker.{}", line.platform.value));
        explanation.seen = known.and_then(|key| self.seen(&key));
        let asked = view.settings.machine.as_ref();
        let asked = asked.is_some_and(|wants| !wants.linkers.is_empty());
        if asked && view.wants.is_some_and(|wants| wants.linkers.is_empty()) {
            explanation.notes.push(OPTED_OUT.to_owned());
        }
        self.unwanted(explanation);
    }

    pub(super) fn cache(&self, explanation: &mut Explanation) {
        explanation.about = key(Home::Cache, "tool").map(|key| about(key, None));
        let path = KeyPath::new(["build", "rustc-wrapper"]);
        explanation.wanted = self.wanted(&path).map(|(_, wanted)| wanted);
        explanation.environments = self.environments(&path);
        self.hold(&path, explanation);
        explanation.effective.get_or_insert_with(|| Held {
            value: None,
            by: "since nobody says anything: there is no cache".to_owned(),
            place: None,
            own: false,
            as_wanted: explanation.wanted.as_ref().map(|_| false),
        });
        for name in ["scope", "if-missing"] {
            let said = self.in_policy(&KeyPath::new(["cache", name]));
            if let (Some(said), Some(key)) = (said, key(Home::Cache, name)) {
                explanation
                    .notes
                    .push(format!("{name} = {}: {}", said.value, lower(key.meaning)));
            }
        }
        self.machine_layer(&["build", "rustc-wrapper"], explanation);
        explanation.seen = self.seen("cache.tool");
        let asked = self.view.settings.machine.as_ref();
        let asked = asked.is_some_and(|wants| wants.cache.is_some());
        if asked && self.view.wants.is_some_and(|wants| wants.cache.is_none()) {
            explanation.notes.push(OPTED_OUT.to_owned());
        }
        self.unwanted(explanation);
    }

    /// What this machine's own file has to say.
    fn machine_layer(&self, path: &[&str], explanation: &mut Explanation) {
        let view = self.view;
        if view.wants.is_none() && view.machine.is_none() {
            return;
        }
        let file = machine_path(view.policy);
        let source = view.machine.and_then(|text| parse(text).ok());
        let says = source
            .as_ref()
            .and_then(|source| source.leaf(&KeyPath::new(path.iter().copied())));
        explanation.notes.push(match (view.environment, says) {
            (Some(name), _) => format!("this machine is of the kind `{name}`: its file stands in place of `{file}`"),
            (None, Some(leaf)) => format!(
                "`{file}` holds {}, proved on this machine",
                leaf.value.as_ref().map_or_else(String::new, Value::to_string)
            ),
            (None, None) if view.machine.is_some() => {
                format!("`{file}` says nothing of it: nothing that was asked for worked here, or nothing need be done")
            }
            (None, None) => {
                format!("there is no `{file}`: `cargo xtask configure` tries what this machine has")
            }
        });
    }

    /// A key that is no key of Cargo's.
    pub(super) fn of_policy(
        &self,
        path: &KeyPath,
        key: &'static Key,
        explanation: &mut Explanation,
    ) {
        explanation.wanted = self.in_policy(path);
        let parts = path.parts();
        for environment in &self.view.policy.environments {
            let name = environment.name.value.as_str();
            if parts[0] == "environment" {
                break;
            }
            let path = KeyPath::new(["environment", name].into_iter().chain(parts.clone()));
            if let Some(wanted) = self.in_policy(&path) {
                explanation.environments.push(Overlay {
                    environment: name.to_owned(),
                    here: self.view.environment == Some(name),
                    wanted,
                });
            }
        }
        if key.home.is_nextest()
            && let ["test", "nextest", rest @ ..] = &parts[..]
        {
            let file = nextest_path();
            let text = self.view.workspace.files.get(&file);
            let source = text.and_then(|text| parse(text).ok());
            let path = KeyPath::new(rest.iter().copied());
            let leaf = source.as_ref().and_then(|source| source.leaf(&path));
            if let (Some(leaf), Some(text)) = (leaf, text) {
                let at = crate::evidence::At::of(file.as_str(), text, leaf.key_span.start);
                explanation.effective = Some(Held {
                    value: leaf.value.as_ref().map(Value::to_string),
                    by: "by nextest's own file".to_owned(),
                    place: Some(at.to_string()),
                    own: false,
                    as_wanted: None,
                });
            }
        }
        explanation.seen = self.seen(&path.to_string());
        self.unwanted(explanation);
    }
}

const OPTED_OUT: &str = "`build-profiles.local.toml` does without it on this machine";

/// A sentence as the end of one.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}
