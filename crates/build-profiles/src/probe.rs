//! What is to be proved: each setting as a claim, and the controls that take it away.

mod control;
mod ignored;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use control::{Control, controls};
pub use ignored::with_ignored;

use crate::diagnostic::FilePath;
use crate::edit::parse;
use crate::evidence::canonical;
use crate::facts::Workspace;
use crate::layout::{config_path, manifest_path, portable_path};
use crate::machine::Wants;
use crate::plan::configures_cargo;
use crate::policy::{IfMissing, Policy, platform};
use crate::program::is_sccache;
use crate::settings::{Layer, Setting, Settings, Via};
use crate::value::{KeyPath, Value};

/// One setting that is to be seen in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The key, as Cargo's files spell it, or the policy's where Cargo has none.
    pub key: String,
    /// The wanted value, as TOML.
    pub wanted: String,
    /// What it is about.
    pub subject: Subject,
    /// Where it is asked for.
    pub place: Option<Place>,
    /// Why, by the comment above it.
    pub reason: Option<String>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, from the workspace root; absolute if it is outside.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// What a claim is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A key of a profile.
    Profile {
        /// The profile.
        profile: String,
        /// Which of its units.
        scope: Scope,
        /// The key.
        key: String,
        /// The value, in the form in which values are compared.
        value: String,
    },
    /// `inherits` of a profile.
    Inherits {
        /// The profile.
        profile: String,
        /// What it starts from.
        parent: String,
    },
    /// Flags for rustc.
    Flags {
        /// The flags.
        flags: Vec<String>,
        /// Whether the table is one for this host.
        here: bool,
    },
    /// `target.<table>.linker` of the policy.
    Linker {
        /// The program.
        program: String,
        /// Whether the table is one for this host.
        here: bool,
    },
    /// `build.rustc-wrapper` or `build.rustc-workspace-wrapper` of the policy.
    Wrapper {
        /// The program.
        program: String,
        /// Whether it is for members alone.
        workspace: bool,
    },
    /// `build.incremental`.
    Incremental {
        /// The value.
        value: bool,
    },
    /// `[linker]`: what this machine links with.
    MachineLinker {
        /// The candidates, best first.
        candidates: Vec<String>,
        /// What this machine's own file says.
        chosen: Option<String>,
    },
    /// `[cache]`: the compiler cache.
    Cache {
        /// The tool.
        tool: String,
        /// Whether members are meant to be cached.
        everything: bool,
        /// What this machine's own file says.
        chosen: Option<String>,
        /// Whether it may be missing.
        optional: bool,
    },
    /// `test.runner`.
    Runner {
        /// The runner.
        runner: String,
    },
    /// `test.doctests`.
    Doctests {
        /// The value.
        value: bool,
    },
    /// A variable under `[env]` that was meant to configure Cargo, which reads none there.
    Misplaced {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
    /// Written where Cargo does not read it.
    Ignored {
        /// Why it is not read.
        why: String,
        /// What was meant, or what to do.
        help: Option<String>,
    },
    /// It holds on machines of another kind.
    Elsewhere {
        /// The kind of machine that it is for.
        environment: String,
    },
    /// `[cache.storage]`, or the cache's own: what carries results from one checkout to another.
    Storage,
    /// Written and not ours to prove.
    Unseen {
        /// Why there is no witness.
        why: String,
    },
}

/// Which units of a profile a key is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those that no override is for.
    Base,
    /// `package."*"`: packages that are no members.
    Star,
    /// `package.<spec>`.
    Named(String),
    /// `build-override`: what only build scripts and procedural macros need.
    BuildOverride,
}

/// What the claims of one run are made from.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The policy's file.
    pub policy_file: &'a FilePath,
    /// Its text; `None`: the policy was made in memory from what the files say, and places are theirs.
    pub policy_text: Option<&'a str>,
    /// The policy.
    pub policy: &'a Policy,
    /// What it comes to.
    pub settings: &'a Settings,
    /// What is wanted of this machine, with the person's opt-out.
    pub wants: Option<&'a Wants>,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The host's target triple.
    pub triple: &'a str,
    /// `.cargo/machine.toml`.
    pub machine: Option<&'a str>,
    /// The environment whose file stands in its place.
    pub environment: Option<&'a str>,
}

impl View<'_> {
    /// The line of the policy that these bytes stand in.
    fn place(&self, span: &Range<usize>) -> Option<Place> {
        Some(Place {
            file: self.policy_file.to_string(),
            line: line(self.policy_text?, span.start),
        })
    }
}

/// Every setting of the policy, as a claim; and what was meant to configure Cargo and does not.
pub fn claims(view: &View<'_>) -> Vec<Claim> {
    let settings = view.settings;
    let mut claims = Vec::new();
    if view.policy_text.is_none() {
        claims.extend(of_files(view));
        claims.extend(misplaced(view));
        return claims;
    }
    let in_force = view
        .environment
        .and_then(|name| settings.environments.get(name));
    for layer in [&settings.manifest, &settings.portable, &settings.config] {
        for (path, setting) in layer {
            // An environment's file beats the manifest and `portable.toml`.
            if in_force.is_none_or(|layer| !layer.contains_key(path)) {
                claims.push(claim(view, path, setting));
            }
        }
    }
    for (path, setting) in in_force.into_iter().flatten() {
        claims.push(claim(view, path, setting));
    }
    if in_force.is_none() {
        claims.extend(of_machine(view));
    }
    claims.extend(of_tests(view));
    for (name, layer) in &settings.environments {
        if view.environment != Some(name) {
            claims.extend(of_other_environment(view, name, layer));
        }
    }
    claims.extend(misplaced(view));
    claims
}

fn claim(view: &View<'_>, path: &KeyPath, setting: &Setting) -> Claim {
    let Setting { value, origin } = setting;
    Claim {
        key: path.to_string(),
        wanted: value.to_string(),
        subject: subject(view, path, value),
        place: view.place(&origin.span),
        // What a word stands for is its own reason, and no comment of the policy's.
        reason: origin
            .reason
            .clone()
            .filter(|_| !matches!(origin.via, Via::Tradeoff(_))),
    }
}

fn subject(view: &View<'_>, path: &KeyPath, value: &Value) -> Subject {
    let words = |value: &Value| match value {
        Value::Array(flags) => flags.clone(),
        Value::Str(flags) => flags.split_whitespace().map(str::to_owned).collect(),
        other => vec![other.to_string()],
    };
    let program = plain(value);
    match path.parts()[..] {
        ["profile", profile, "inherits"] => Subject::Inherits {
            profile: profile.to_owned(),
            parent: program,
        },
        ["profile", profile, key] => in_profile(profile, Scope::Base, key, value),
        ["profile", profile, "build-override", key] => {
            in_profile(profile, Scope::BuildOverride, key, value)
        }
        ["profile", profile, "package", "*", key] => in_profile(profile, Scope::Star, key, value),
        ["profile", profile, "package", spec, key] => {
            in_profile(profile, Scope::Named(spec.to_owned()), key, value)
        }
        ["build", "rustflags"] => Subject::Flags {
            flags: words(value),
            here: true,
        },
        ["target", table, "rustflags"] => Subject::Flags {
            flags: words(value),
            here: platform::is_for(table, view.triple),
        },
        ["target", table, "linker"] => Subject::Linker {
            program,
            here: platform::is_for(table, view.triple),
        },
        // A cache by any way it is asked for is held against its own counters.
        ["build", "rustc-wrapper"] if is_sccache(&program) => Subject::Cache {
            tool: "sccache".to_owned(),
            everything: false,
            chosen: Some(program),
            optional: false,
        },
        ["build", "rustc-wrapper"] => Subject::Wrapper {
            program,
            workspace: false,
        },
        ["build", "rustc-workspace-wrapper"] => Subject::Wrapper {
            program,
            workspace: true,
        },
        ["build", "incremental"] => Subject::Incremental {
            value: *value == Value::Bool(true),
        },
        ["env", name] if name.starts_with("SCCACHE_") => Subject::Storage,
        _ => Subject::Unseen {
            why: "nothing in a build shows this key".to_owned(),
        },
    }
}

fn in_profile(profile: &str, scope: Scope, key: &str, value: &Value) -> Subject {
    match key {
        "rustflags" | "trim-paths" | "hint-mostly-unused" => Subject::Unseen {
            why: "an unstable key, which stable Cargo refuses or ignores".to_owned(),
        },
        _ => Subject::Profile {
            profile: profile.to_owned(),
            scope,
            key: key.to_owned(),
            value: canonical(key, &plain(value)),
        },
    }
}

/// The claim of `verify --shared`: that what one checkout compiled is found by another.
pub fn shared_claim(view: &View<'_>) -> Claim {
    let cache = view.policy.base.cache.as_ref();
    let backend = cache
        .and_then(|cache| cache.storage.as_ref())
        .and_then(|storage| storage.backend.as_ref());
    Claim {
        key: "cache.storage".to_owned(),
        wanted: Value::from(backend.map_or("dir", |backend| backend.value.name)).to_string(),
        subject: Subject::Storage,
        place: backend.and_then(|backend| view.place(&backend.span)),
        reason: None,
    }
}

/// A value without TOML's quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What the files say, where no policy does.
fn of_files(view: &View<'_>) -> Vec<Claim> {
    let config = config_path(view.policy);
    let files = [manifest_path(), config.sibling("config"), config];
    let (mut claims, mut known) = (Vec::new(), BTreeSet::new());
    for file in files.iter().chain(&view.workspace.included) {
        let Some(text) = view.workspace.files.get(file) else {
            continue;
        };
        let Ok(source) = parse(text) else { continue };
        for leaf in source.leaves() {
            let ours = match leaf.path.parts()[..] {
                ["profile", ..] => true,
                [
                    "build",
                    "rustflags" | "rustc-wrapper" | "rustc-workspace-wrapper" | "incremental",
                ] => *file != manifest_path(),
                ["target", _, "rustflags" | "linker"] => *file != manifest_path(),
                _ => false,
            };
            if let (true, Some(value)) = (ours, &leaf.value)
                && known.insert(leaf.path.clone())
            {
                claims.push(Claim {
                    key: leaf.path.to_string(),
                    wanted: value.to_string(),
                    subject: subject(view, &leaf.path, value),
                    place: Some(Place {
                        file: file.to_string(),
                        line: line(text, leaf.key_span.start),
                    }),
                    reason: leaf.comment,
                });
            }
        }
    }
    claims
}

/// The linker and the cache, which each machine is asked for.
fn of_machine(view: &View<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let Some(wants) = view.wants else {
        return claims;
    };
    let says = |path: &[&str]| {
        let source = parse(view.machine?).ok()?;
        let leaf = source.leaf(&KeyPath::new(path.iter().copied()))?;
        Some(plain(&leaf.value?))
    };
    let linkers = &view.policy.base.linkers;
    if let Some(line) = platform::preference(linkers, view.triple) {
        let wanted = wants
            .linkers
            .iter()
            .find(|(triple, _)| triple == view.triple);
        let candidates = wanted.map(|(_, names)| names.clone()).unwrap_or_default();
        claims.push(Claim {
            key: format!("linker.{}", line.platform.value),
            wanted: Value::Array(candidates.clone()).to_string(),
            subject: Subject::MachineLinker {
                candidates,
                chosen: says(&["target", view.triple, "linker"]),
            },
            place: view.place(&line.platform.span),
            reason: line.reason.clone(),
        });
    }
    for other in linkers {
        if !platform::triples(&other.platform.value).contains(&view.triple) {
            let names = other.candidates.iter().map(|name| name.value.clone());
            claims.push(Claim {
                key: format!("linker.{}", other.platform.value),
                wanted: Value::Array(names.collect()).to_string(),
                subject: Subject::Unseen {
                    why: format!("for another platform than {}", view.triple),
                },
                place: view.place(&other.platform.span),
                reason: other.reason.clone(),
            });
        }
    }
    if let (Some(want), Some(cache)) = (&wants.cache, &view.policy.base.cache) {
        let span = cache.tool.as_ref().map_or(&cache.span, |tool| &tool.span);
        claims.push(Claim {
            key: "cache.tool".to_owned(),
            wanted: Value::from(want.tool.as_str()).to_string(),
            subject: Subject::Cache {
                tool: want.tool.clone(),
                everything: want.everything,
                chosen: says(&["build", "rustc-wrapper"]),
                optional: want.if_missing != IfMissing::Error,
            },
            place: view.place(span),
            reason: cache.reason.clone(),
        });
        if let Some(scope) = cache.scope.as_ref().filter(|_| want.everything) {
            claims.push(Claim {
                key: "cache.scope".to_owned(),
                wanted: "\"everything\"".to_owned(),
                subject: Subject::Incremental { value: false },
                place: view.place(&scope.span),
                reason: cache.reason.clone(),
            });
        }
    }
    claims
}

/// What `[test]` asks for.
fn of_tests(view: &View<'_>) -> Vec<Claim> {
    let Some(test) = &view.policy.base.test else {
        return Vec::new();
    };
    let runner = test.runner.as_ref().map(|runner| Claim {
        key: "test.runner".to_owned(),
        wanted: Value::from(runner.value.as_str()).to_string(),
        subject: Subject::Runner {
            runner: runner.value.clone(),
        },
        place: view.place(&runner.span),
        reason: None,
    });
    let doctests = test.doctests.as_ref().map(|doctests| Claim {
        key: "test.doctests".to_owned(),
        wanted: doctests.value.to_string(),
        subject: Subject::Doctests {
            value: doctests.value,
        },
        place: view.place(&doctests.span),
        reason: None,
    });
    let keys = view.settings.nextest.iter().map(|(path, setting)| Claim {
        key: format!("test.nextest.{path}"),
        wanted: setting.value.to_string(),
        subject: Subject::Unseen {
            why: "stands in `.config/nextest.toml` as the policy says; nextest tells nobody what it took".to_owned(),
        },
        place: view.place(&setting.origin.span),
        reason: setting.origin.reason.clone(),
    });
    runner.into_iter().chain(doctests).chain(keys).collect()
}

/// What an environment that is not in force here asks for.
fn of_other_environment(view: &View<'_>, name: &str, layer: &Layer) -> Vec<Claim> {
    layer
        .iter()
        .map(|(path, setting)| Claim {
            key: format!("environment.{name}.{path}"),
            subject: Subject::Elsewhere {
                environment: name.to_owned(),
            },
            ..claim(view, path, setting)
        })
        .collect()
}

/// Variables under `[env]` that were meant to configure Cargo.
fn misplaced(view: &View<'_>) -> Vec<Claim> {
    let config = config_path(view.policy);
    let beside = [
        config.clone(),
        config.sibling("config"),
        portable_path(view.policy),
    ];
    let files = beside
        .iter()
        .chain(&view.workspace.included)
        .chain(&view.workspace.parents);
    let mut claims = Vec::new();
    for file in files {
        let Some(text) = view.workspace.files.get(file) else {
            continue;
        };
        let Ok(source) = parse(text) else { continue };
        for leaf in source.leaves() {
            let (name, value) = match (&leaf.path.parts()[..], &leaf.value) {
                (["env", name] | ["env", name, "value"], Some(value)) => (*name, plain(value)),
                _ => continue,
            };
            if configures_cargo(name) && !value.is_empty() {
                claims.push(Claim {
                    key: format!("env.{name}"),
                    wanted: Value::from(value.as_str()).to_string(),
                    subject: Subject::Misplaced {
                        name: name.to_owned(),
                        value,
                    },
                    place: Some(Place {
                        file: file.to_string(),
                        line: line(text, leaf.key_span.start),
                    }),
                    reason: leaf.comment,
                });
            }
        }
    }
    claims
}

/// The line, from 1, of a byte.
pub(crate) fn line(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
