//! What the policy wants of a key, and why.

use std::ops::Range;

use super::{Overlay, Room, Wanted};
use crate::edit::parse;
use crate::evidence::At;
use crate::policy::{PackageSet, TargetSet, platform};
use crate::settings::{Setting, Via, pattern_for};
use crate::value::{KeyPath, Value};

impl Room<'_> {
    /// The value that the policy wants on this machine.
    pub(super) fn wanted(&self, path: &KeyPath) -> Option<(Value, Wanted)> {
        let settings = self.view.settings;
        let here = self.view.environment;
        let layers = here
            .and_then(|name| settings.environments.get(name))
            .into_iter()
            .chain([&settings.manifest, &settings.portable, &settings.config]);
        let setting = layers.filter_map(|layer| layer.get(path)).next();
        match setting {
            Some(setting) => Some((setting.value.clone(), self.of_setting(path, setting))),
            None => self.of_machine(path),
        }
    }

    /// What a machine of another kind is to have.
    pub(super) fn environments(&self, path: &KeyPath) -> Vec<Overlay> {
        let environments = self.view.settings.environments.iter();
        environments
            .filter_map(|(name, layer)| {
                Some(Overlay {
                    environment: name.clone(),
                    here: self.view.environment == Some(name),
                    wanted: self.of_setting(path, layer.get(path)?),
                })
            })
            .collect()
    }

    /// Why the policy leaves it alone.
    pub(super) fn unmanaged(&self, path: &KeyPath) -> Option<String> {
        let mut entries = self.view.policy.unmanaged.iter();
        let entry = entries.find(|entry| path.starts_with(&entry.path))?;
        Some(entry.reason.clone())
    }

    fn of_setting(&self, path: &KeyPath, setting: &Setting) -> Wanted {
        let origin = &setting.origin;
        let (via, because, reason) = match &origin.via {
            Via::Key => (None, None, origin.reason.clone()),
            Via::Tradeoff(word) => {
                let name = path.segments().get(1).map_or("", String::as_str);
                let mut profiles = self.view.policy.base.profiles.iter();
                let profile = profiles.find(|profile| profile.name.value == name);
                (
                    Some(format!("tradeoff = \"{}\"", word.name())),
                    origin.reason.clone(),
                    profile.and_then(|profile| profile.reason.clone()),
                )
            }
            Via::Set(name) => (
                Some(format!("@{name}")),
                self.by_pattern(name, path),
                origin
                    .reason
                    .clone()
                    .or_else(|| self.set(name)?.reason.clone()),
            ),
            Via::Element { set, at } => (
                Some(format!("@{set}")),
                self.by_element(path, at),
                origin
                    .reason
                    .clone()
                    .or_else(|| self.target_set(set)?.reason.clone()),
            ),
            Via::Table(table) => (Some(format!("[{table}]")), None, origin.reason.clone()),
        };
        Wanted {
            value: setting.value.to_string(),
            at: self.at(&origin.span),
            via,
            because,
            reason,
        }
    }

    /// What is asked of each machine, and stands in no committed file.
    fn of_machine(&self, path: &KeyPath) -> Option<(Value, Wanted)> {
        let policy = self.view.policy;
        let wants = self.view.settings.machine.as_ref()?;
        match path.parts()[..] {
            ["build", "rustc-wrapper"] => {
                let (want, cache) = (wants.cache.as_ref()?, policy.base.cache.as_ref()?);
                let span = cache.tool.as_ref().map_or(&cache.span, |tool| &tool.span);
                let value = Value::from(want.tool.as_str());
                Some((
                    value.clone(),
                    Wanted {
                        value: value.to_string(),
                        at: self.at(span),
                        via: Some("[cache]".to_owned()),
                        because: Some(
                            "each machine is asked for it, and has it in its own file once it has proved it"
                                .to_owned(),
                        ),
                        reason: cache.reason.clone(),
                    },
                ))
            }
            ["target", triple, "linker"] => {
                let line = platform::preference(&policy.base.linkers, triple)?;
                let names = line.candidates.iter().map(|name| name.value.clone());
                let value = Value::Array(names.collect());
                Some((
                    value.clone(),
                    Wanted {
                        value: value.to_string(),
                        at: self.at(&line.platform.span),
                        via: Some("[linker]".to_owned()),
                        because: Some("the first of them that links on the machine".to_owned()),
                        reason: line.reason.clone(),
                    },
                ))
            }
            _ => None,
        }
    }

    fn set(&self, name: &str) -> Option<&PackageSet> {
        let mut sets = self.view.policy.sets.iter();
        sets.find(|set| set.name.value == name)
    }

    /// By what the set has the package of an override.
    fn by_pattern(&self, set: &str, path: &KeyPath) -> Option<String> {
        let package = path.segments().get(3)?;
        let members = &self.view.workspace.members;
        let member = members.iter().find(|member| member.name == *package);
        let folder = member.map(|member| member.path.as_str());
        let pattern = pattern_for(self.set(set)?, package, folder)?;
        let at = self.at(&pattern.span)?;
        let pattern = &pattern.value;
        Some(format!("the set has `{package}` by `{pattern}` ({at})"))
    }

    fn target_set(&self, name: &str) -> Option<&TargetSet> {
        let mut sets = self.view.policy.target_sets.iter();
        sets.find(|set| set.name.value == name)
    }

    /// Where the set has the target of a table.
    fn by_element(&self, path: &KeyPath, element: &Range<usize>) -> Option<String> {
        let target = path.segments().get(1)?;
        let at = self.at(element)?;
        Some(format!("the set has `{target}` ({at})"))
    }

    /// A place in the policy.
    pub(super) fn at(&self, span: &Range<usize>) -> Option<At> {
        let file = self.view.policy_file.as_str();
        Some(At::of(file, self.view.policy_text?, span.start))
    }

    /// A key of the policy as it stands there.
    pub(super) fn in_policy(&self, path: &KeyPath) -> Option<Wanted> {
        let source = parse(self.view.policy_text?).ok()?;
        let leaf = source.leaf(path)?;
        let text = self.view.policy_text?;
        let value = leaf.value.as_ref().map(Value::to_string);
        Some(Wanted {
            value: value.unwrap_or_else(|| text[leaf.span.clone()].to_owned()),
            at: self.at(&leaf.key_span),
            via: None,
            because: None,
            reason: leaf.comment,
        })
    }
}
