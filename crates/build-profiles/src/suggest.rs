//! What could help this workspace: lines that its policy could have, each with its reason and its price.
//!
//! Judged from the workspace's own numbers, never from a list that is the same for everybody. What the policy says
//! already is not said again and not contradicted; what cannot be held to help is not said at all.

mod ci;
mod facts;
mod machine;
mod page;
mod profiles;
mod runner;
mod whole;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::effective::Profiles;
use crate::facts::Workspace;
use crate::key::{Home, key};
use crate::plan::{OnUndeclared, plan};
use crate::policy::{self, Policy};
use crate::settings::{Settings, settle};
use crate::value::{KeyPath, Value};

pub use facts::{Ci, Facts, Folder, Packages, Programs, Said, TOOLS};
pub use page::into_policy;

/// Lines that a policy could have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The keys, by their paths in the policy, with their values.
    pub settings: Vec<(KeyPath, Value)>,
    /// Why this workspace: with its own numbers.
    pub reason: String,
    /// What it costs.
    pub price: String,
    /// What to expect of it, in per cent of the compilation of a clean test build: measured on another workspace, scaled
    /// by the share of this one that it is about. It orders suggestions and is not to be shown.
    pub gain: usize,
}

/// What there is to judge by.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The policy's file.
    pub file: &'a FilePath,
    /// The policy as it is drafted so far.
    pub text: &'a str,
    /// The workspace that it is for.
    pub workspace: &'a Workspace,
    /// What was seen of it.
    pub facts: &'a Facts,
}

/// What would help, the most promising first. None for a policy that cannot be used.
///
/// Each can be taken alone and all can be taken together: the policy is then still one that can be applied.
pub fn suggestions(ask: &Ask<'_>) -> Vec<Suggestion> {
    let (Some(policy), _) = policy::parse(ask.file, ask.text) else {
        return Vec::new();
    };
    let (settings, _) = settle(ask.file, &policy, ask.workspace);
    let keys = settings.manifest.iter();
    let drafted = Drafted {
        profiles: Profiles::of_keys(keys.map(|(path, setting)| (path, &setting.value))),
        policy: &policy,
        settings: &settings,
        workspace: ask.workspace,
        facts: ask.facts,
    };
    let mut found: Vec<Suggestion> = profiles::suggested(&drafted);
    found.extend(ci::suggested(&drafted, &found));
    found.extend(machine::suggested(&drafted));
    found.extend(runner::suggested(&drafted));
    found.extend(whole::suggested(&drafted));
    found.sort_by_key(|one| std::cmp::Reverse(one.gain));
    usable(ask, found)
}

/// Those that the policy can take without a new finding, alone and beside those before.
fn usable(ask: &Ask<'_>, found: Vec<Suggestion>) -> Vec<Suggestion> {
    let before = findings(ask, ask.text);
    let is_fine = |all: &[Suggestion]| {
        page::taken(ask.text, all).is_some_and(|text| findings(ask, &text) <= before)
    };
    let mut kept: Vec<Suggestion> = Vec::new();
    for one in found {
        let alone = is_fine(std::slice::from_ref(&one));
        kept.push(one);
        if !alone || !is_fine(&kept) {
            kept.pop();
        }
    }
    kept
}

/// How much there is to say against a policy.
fn findings(ask: &Ask<'_>, text: &str) -> usize {
    let (policy, mut findings) = policy::parse(ask.file, text);
    if let Some(policy) = policy {
        let (settings, more) = settle(ask.file, &policy, ask.workspace);
        findings.extend(more);
        let refuse = OnUndeclared::Refuse;
        findings.extend(plan(ask.file, &policy, &settings, ask.workspace, refuse).diagnostics);
    }
    let counts = |finding: &&Diagnostic| finding.level >= Level::Warning;
    findings.iter().filter(counts).count()
}

/// The policy as drafted, with what was seen: all that a candidate is judged by.
struct Drafted<'a> {
    policy: &'a Policy,
    settings: &'a Settings,
    /// What the profiles of the policy come to.
    profiles: Profiles,
    workspace: &'a Workspace,
    facts: &'a Facts,
}

impl Drafted<'_> {
    /// Whether nobody has a word on this key: neither the policy, nor a trade-off word of it, nor somebody else to whom it
    /// is left.
    fn is_free(&self, path: &KeyPath) -> bool {
        let layers = [
            &self.settings.manifest,
            &self.settings.config,
            &self.settings.portable,
        ];
        let mut left_alone = self.policy.unmanaged.iter().map(|one| &one.path);
        !layers.iter().any(|layer| layer.contains_key(path))
            && !left_alone.any(|left| path.starts_with(left) || left.starts_with(path))
    }

    /// Whether every Cargo that builds this workspace knows what is stable since this version.
    fn floor_is(&self, major: u64, minor: u64) -> bool {
        let floor = self.policy.toolchain.as_ref();
        floor.is_some_and(|floor| (floor.value.major, floor.value.minor) >= (major, minor))
    }
}

/// What the table of keys says a key costs and buys.
fn trade(home: Home, name: &str) -> String {
    key(home, name).map_or_else(String::new, |key| key.trade.to_owned())
}

/// The share that `part` is of `all`, times `most`.
fn share(part: usize, all: usize, most: usize) -> usize {
    (part * most).checked_div(all).unwrap_or_default()
}
