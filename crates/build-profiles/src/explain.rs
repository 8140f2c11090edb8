//! One key, explained: what is wanted and why, what holds, who says what, what it costs, how it is proved.
//!
//! For the person at this machine: what only this machine says, in variables and outside of the repository, is told too
//! and is marked. It works without a policy.

mod topic;
mod wanted;
mod held;
mod chain;
mod machine;
mod table;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::FilePath;
use crate::effective::{Config, Profiles};
use crate::evidence::{At, Chain, Parsed, Said};
use crate::facts::Workspace;
use crate::key::Key;
use crate::machine::Wants;
use crate::policy::Policy;
use crate::settings::Settings;
use crate::value::KeyPath;
use crate::verdict::Verdict;

pub use table::{Row, all};
pub use topic::{Topic, Unknown, topic};

/// What an explanation is made from.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The policy's file.
    pub policy_file: &'a FilePath,
    /// Its text; `None`: there is no policy.
    pub policy_text: Option<&'a str>,
    /// The policy.
    pub policy: &'a Policy,
    /// What it comes to.
    pub settings: &'a Settings,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Every file that Cargo reads.
    pub chain: &'a Chain,
    /// The variables that steer builds.
    pub variables: &'a BTreeMap<String, String>,
    /// The host's target triple.
    pub triple: &'a str,
    /// What is wanted of this machine, with the person's opt-out.
    pub wants: Option<&'a Wants>,
    /// `.cargo/machine.toml`.
    pub machine: Option<&'a str>,
    /// The environment whose file stands in its place.
    pub environment: Option<&'a str>,
    /// What `verify` saw last, and the command that saw it.
    pub seen: Option<(&'a str, &'a [Verdict])>,
}

/// A key, explained.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Explanation {
    /// The key, as TOML writes it.
    pub key: String,
    /// What it is: `key`, `profile`, `package`, `linker`, `cache`, `policy`, or `other` for a key that the policy leaves
    /// to whoever sets it.
    pub topic: &'static str,
    /// What is known of it, whatever anybody sets.
    pub about: Option<About>,
    /// What the policy wants.
    pub wanted: Option<Wanted>,
    /// What it wants on machines of another kind.
    pub environments: Vec<Overlay>,
    /// Why the policy leaves it alone, by its `[unmanaged]`.
    pub unmanaged: Option<String>,
    /// What holds.
    pub effective: Option<Held>,
    /// What would hold for the package without its override.
    pub without: Option<Held>,
    /// Who says what, the strongest first.
    pub chain: Vec<Link>,
    /// The linkers that the policy prefers, by platform.
    pub linkers: Vec<Preference>,
    /// The keys of a table.
    pub table: Vec<Row>,
    /// What else there is to know, as sentences without an end.
    pub notes: Vec<String>,
    /// What `verify` saw last.
    pub seen: Option<Seen>,
}

/// One layer's word on the way to what holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The key that it says: another where a table stands before this one, or is inherited.
    pub key: String,
    /// What it says.
    #[serde(flatten)]
    pub said: Said,
}

/// What is known of a key.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// What it is.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it costs and buys.
    pub trade: &'static str,
    /// What is observed if it is in force.
    pub claim: &'static str,
    /// The release that knows it: `Cargo 1.59`.
    pub since: Option<String>,
    /// The feature that stable Cargo refuses it without.
    pub unstable: Option<&'static str>,
    /// Where this is written.
    pub source: &'static str,
}

/// A value that the policy wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The value, as TOML.
    pub value: String,
    /// Where the policy asks for it.
    pub at: Option<At>,
    /// How, if not by the key itself: `tradeoff = "compile-time"`, the set ...
    pub via: Option<String>,
    /// Why the word stands for this value.
    pub because: Option<String>,
    /// The comment above it.
    pub reason: Option<String>,
}

/// A value that the policy wants on machines of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Overlay {
    /// The environment.
    pub environment: String,
    /// Whether this machine is of this kind.
    pub here: bool,
    /// The value.
    pub wanted: Wanted,
}

/// A value that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The value, as TOML; `None`: unset.
    pub value: Option<String>,
    /// Who decides, in a few words: `by profile ...`, `since ...`.
    pub by: String,
    /// Where.
    pub place: Option<String>,
    /// Whether it is this machine's and not the repository's.
    pub own: bool,
    /// Whether it is what the policy wants; `None`: the policy wants nothing.
    pub as_wanted: Option<bool>,
}

/// The linkers that the policy prefers on one platform.
#[derive(Clone, Debug, Serialize)]
pub struct Preference {
    /// As the policy writes it.
    pub platform: String,
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Where.
    pub at: Option<At>,
    /// The comment above.
    pub reason: Option<String>,
    /// Whether it is this machine's.
    pub here: bool,
}

/// A linker.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// As the policy writes it.
    pub name: String,
    /// What it is; `None`: a linker that we do not know.
    pub meaning: Option<&'static str>,
}

/// What `verify` saw.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// The command.
    pub command: String,
    /// What it came to.
    pub outcome: &'static str,
    /// The value that was wanted then.
    pub wanted: String,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// What was seen without the setting.
    pub control: Option<String>,
}

/// Explains a topic.
pub fn explain(topic: &Topic, view: &View<'_>) -> Explanation {
    let room = Room::new(view, topic.profile().as_slice());
    let mut explanation = Explanation {
        key: topic.to_string(),
        topic: topic.name(),
        about: topic.key().map(|key| about(key, None)),
        ..Explanation::default()
    };
    match topic {
        Topic::Profile(name) => room.profile(name, &mut explanation),
        Topic::Package(profile, spec) => room.package(profile, spec, &mut explanation),
        Topic::Linker => room.linker(&mut explanation),
        Topic::Cache => room.cache(&mut explanation),
        Topic::Key(path, key) => room.key(path, key, &mut explanation),
        Topic::Policy(path, key) => room.of_policy(path, key, &mut explanation),
        Topic::Other(path) => room.other(path, &mut explanation),
    }
    explanation.notes.extend(
        room.stops
            .iter()
            .map(|stop| format!("Cargo stops here: {stop}")),
    );
    explanation
}

/// The files, parsed and merged once.
struct Room<'a> {
    view: &'a View<'a>,
    parsed: Parsed<'a>,
    config: Config<'a>,
    profiles: Profiles,
    stops: Vec<String>,
}

impl<'a> Room<'a> {
    fn new(view: &'a View<'a>, profiles: &[&str]) -> Self {
        let (config, clashes) = Config::of(&view.chain.configs);
        let manifest = view.chain.manifest.as_ref();
        let profiles = Profiles::of(manifest, &config, view.variables, profiles);
        let mut stops = view.chain.stops.clone();
        stops.extend(clashes);
        stops.extend(profiles.stops().iter().cloned());
        Self {
            view,
            parsed: view.chain.parsed(view.triple, view.variables),
            config,
            profiles,
            stops,
        }
    }

    /// A key of Cargo's that the policy can set.
    fn key(&self, path: &KeyPath, key: &'static Key, explanation: &mut Explanation) {
        let wanted = self.wanted(path);
        explanation.about = Some(about(key, wanted.as_ref().map(|(value, _)| value)));
        explanation.wanted = wanted.map(|(_, wanted)| wanted);
        explanation.environments = self.environments(path);
        explanation.unmanaged = self.unmanaged(path);
        self.hold(path, explanation);
        explanation.seen = self.seen(&path.to_string());
        if let ["target", table, _] = path.parts()[..]
            && !table.starts_with("cfg(")
            && table != self.view.triple
        {
            let note = format!(
                "this machine is {}: it holds for builds with `--target {table}`",
                self.view.triple
            );
            explanation.notes.push(note);
        }
        self.unwanted(explanation);
    }

    /// That the policy says nothing of it.
    fn unwanted(&self, explanation: &mut Explanation) {
        let says = explanation.wanted.is_some()
            || explanation.unmanaged.is_some()
            || !explanation.environments.is_empty()
            || !explanation.linkers.is_empty()
            || explanation.topic == "cache" && self.view.policy.base.cache.is_some();
        if self.view.policy_text.is_none() || says {
            return;
        }
        let winner = explanation.chain.iter().find(|link| link.said.wins);
        let decides = winner
            .filter(|link| link.key != explanation.key)
            .and_then(|link| self.wanted(&KeyPath::parse(&link.key)?).zip(Some(link)));
        explanation.notes.push(match decides {
            Some(((_, wanted), link)) => {
                let at = wanted.at.map(|at| format!(" ({at})"));
                format!(
                    "the policy says nothing of it; of `{}`, which decides, it wants {}{}",
                    link.key,
                    wanted.value,
                    at.unwrap_or_default()
                )
            }
            None => "the policy says nothing of it".to_owned(),
        });
    }

    /// A key of Cargo's that the policy leaves alone.
    fn other(&self, path: &KeyPath, explanation: &mut Explanation) {
        explanation.unmanaged = self.unmanaged(path);
        self.hold(path, explanation);
        let note = match path.parts()[..] {
            ["env", name] if crate::plan::configures_cargo(name) => {
                "Cargo hands `[env]` to rustc, build scripts and programs, and reads none of it itself"
            }
            _ => "the policy has no such key: whoever sets it keeps it",
        };
        explanation.notes.push(note.to_owned());
    }

    /// What `verify` saw of a key.
    fn seen(&self, key: &str) -> Option<Seen> {
        let (command, verdicts) = self.view.seen?;
        let verdict = verdicts.iter().find(|verdict| verdict.claim.key == key)?;
        Some(Seen {
            command: command.to_owned(),
            outcome: verdict.outcome.name(),
            wanted: verdict.claim.wanted.clone(),
            evidence: verdict.evidence.clone(),
            control: verdict.control.clone(),
        })
    }
}

/// The row of a key, for a reader.
fn about(key: &'static Key, value: Option<&crate::value::Value>) -> About {
    let since = value.map_or(key.since, |value| key.value_since(value));
    let program = if key.home.is_nextest() {
        "nextest 0."
    } else {
        "Cargo "
    };
    About {
        meaning: key.meaning,
        default: key.default,
        trade: key.trade,
        claim: key.claim,
        since: since.map(|(major, minor)| format!("{program}{major}.{minor}")),
        unstable: key.unstable,
        source: key.source,
    }
}
