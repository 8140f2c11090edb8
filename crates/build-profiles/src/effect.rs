//! What a change of policy and files does to everybody's builds: setting by setting, for whom, why, and at what price.
//!
//! Both sides are settled first, so a trade-off word that becomes three keys is three changes, and one that is written
//! out as the same three keys is none.

use std::collections::{BTreeMap, BTreeSet};

use crate::edit::parse;
use crate::facts::Workspace;
use crate::key::{Home, Key, key};
use crate::layout::{config_path, manifest_path};
use crate::machine::Wants;
use crate::plan::{DocumentKind, nextest, owned, same_value, unmanaged};
use crate::policy::{IfMissing, Policy};
use crate::settings::{Layer, Origin, Setting, Settings, Via};
use crate::value::{KeyPath, Value};

/// One state of a workspace, settled.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What it comes to.
    pub settings: &'a Settings,
    /// The workspace it was settled for.
    pub workspace: &'a Workspace,
}

/// The difference between two sides. It has no `changes` exactly when what holds on both is equal by meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Change by change, those that hold everywhere first.
    pub changes: Vec<Change>,
    /// `[unmanaged]` entries that appear, with their reasons.
    pub newly_unmanaged: Vec<(String, String)>,
}

/// Where a change holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In every build.
    Everywhere,
    /// On machines that have the program.
    Machines,
    /// In this environment.
    Environment(String),
    /// Where tests are run.
    Tests,
}

/// For whom a setting of a profile changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Whatever the key is for: all packages of a profile, all builds of a config key.
    All,
    /// Every package that is no member; how many the lock file names, if there is one.
    ThirdParty(Option<usize>),
    /// These packages.
    Packages(Vec<String>),
    /// Build scripts and proc-macros.
    HostTools,
}

/// One setting that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it holds.
    pub scope: Scope,
    /// The table: `profile.dev`, `build`, `target.x86_64-unknown-linux-gnu`, `linker`, `cache`, `test.nextest.profile.ci`.
    pub table: String,
    /// The key in it.
    pub key: String,
    /// Where the first of its settings stands.
    pub path: KeyPath,
    /// For whom.
    pub audience: Audience,
    /// What it was; `None`: not set.
    pub from: Option<String>,
    /// What it becomes; `None`: not set any more.
    pub to: Option<String>,
    /// What holds where it is not set.
    pub default: Option<String>,
    /// The comment in the policy, or what the trade-off word says for it.
    pub why: Option<String>,
    /// What the key costs and buys.
    pub trade: Option<&'static str>,
}

/// Compares two sides.
pub fn effect(before: Side<'_>, after: Side<'_>) -> Effect {
    let (old, new) = (everywhere(before), everywhere(after));
    let mut changes = layers(&Scope::Everywhere, &old, &new, after);
    changes.extend(wants(before, after));
    let environments: BTreeSet<&String> = before
        .settings
        .environments
        .keys()
        .chain(after.settings.environments.keys())
        .collect();
    let nothing = Layer::new();
    for name in environments {
        let of = |side: Side<'_>| {
            side.settings
                .environments
                .get(name)
                .unwrap_or(&nothing)
                .clone()
        };
        changes.extend(environment(
            name,
            (&of(before), &old),
            (&of(after), &new),
            after,
        ));
    }
    let (old, new) = (tests(before, after), tests(after, before));
    changes.extend(layers(&Scope::Tests, &old, &new, after));
    let known: BTreeSet<&KeyPath> = before
        .policy
        .unmanaged
        .iter()
        .map(|entry| &entry.path)
        .collect();
    let newly_unmanaged = after
        .policy
        .unmanaged
        .iter()
        .filter(|entry| !known.contains(&entry.path));
    let newly_unmanaged = newly_unmanaged
        .map(|entry| (entry.path.to_string(), entry.reason.clone()))
        .collect();
    Effect {
        changes,
        newly_unmanaged,
    }
}

impl Effect {
    /// Whether nothing changes for anybody.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.newly_unmanaged.is_empty()
    }
}

/// What is committed for every build: from which of our files Cargo reads it makes no difference, nor whether the
/// policy names it or leaves it alone.
fn everywhere(side: Side<'_>) -> Layer {
    let Side { settings, .. } = side;
    let mut layer = left_alone(side);
    let ours = [&settings.manifest, &settings.config, &settings.portable];
    layer.extend(
        ours.into_iter()
            .flatten()
            .map(|(path, setting)| (path.clone(), setting.clone())),
    );
    // Flags that had to move to a `cfg(not(...))` mean what they meant under `build`.
    if let Some(name) = &settings.moved_flags
        && let Some(flags) = layer.remove(&KeyPath::new(["target", name, "rustflags"]))
    {
        layer.insert(KeyPath::new(["build", "rustflags"]), flags);
    }
    layer
}

/// How one side runs its tests. What its own policy does not name and the other's does, its file may say all the same.
fn tests(side: Side<'_>, other: Side<'_>) -> Layer {
    let at = |path: &KeyPath| {
        let segments = path.segments().iter().cloned();
        KeyPath::new(
            ["test".to_owned(), "nextest".to_owned()]
                .into_iter()
                .chain(segments),
        )
    };
    let setting = |value: Value, span: std::ops::Range<usize>| Setting {
        value,
        origin: Origin {
            span,
            reason: None,
            via: Via::Key,
            by_lock: false,
        },
    };
    let mut layer: Layer = nextest::said(side.workspace, &other.settings.nextest)
        .into_iter()
        .map(|(path, value)| (at(&path), setting(value, 0..0)))
        .collect();
    let named = side.settings.nextest.iter();
    layer.extend(named.map(|(path, setting)| (at(path), setting.clone())));
    let test = side.policy.base.test.clone().unwrap_or_default();
    let (runner, doctests) = (test.runner.as_ref(), test.doctests.as_ref());
    let runner = setting(
        runner.map_or("cargo", |named| &named.value).into(),
        runner.map_or(0..0, |named| named.span.clone()),
    );
    let doctests = setting(
        doctests.is_none_or(|named| named.value).into(),
        doctests.map_or(0..0, |named| named.span.clone()),
    );
    layer.insert(KeyPath::new(["test", "runner"]), runner);
    layer.insert(KeyPath::new(["test", "doctests"]), doctests);
    layer
}

/// What the files say and the policy does not want to own. Taking it into the policy as it stands changes no build.
fn left_alone(side: Side<'_>) -> Layer {
    let Side {
        policy, workspace, ..
    } = side;
    // The config beats the manifest.
    let documents = [
        (DocumentKind::Manifest, manifest_path()),
        (DocumentKind::Config, config_path(policy)),
    ];
    let mut layer = Layer::new();
    for (kind, file) in documents {
        let Some(Ok(source)) = workspace.files.get(&file).map(|text| parse(text)) else {
            continue;
        };
        for leaf in source.leaves() {
            let foreign = !owned(policy, kind, &leaf.path) || unmanaged(policy, &leaf.path);
            let (true, true, Some(value)) = (foreign, configures_builds(&leaf.path), leaf.value)
            else {
                continue;
            };
            let origin = Origin {
                span: leaf.span,
                reason: leaf.comment,
                via: Via::Key,
                by_lock: false,
            };
            layer.insert(leaf.path, Setting { value, origin });
        }
    }
    layer
}

fn configures_builds(path: &KeyPath) -> bool {
    match path.parts()[..] {
        ["profile", ..] => true,
        ["build", name] => key(Home::Build, name).is_some(),
        ["target", _, name] => key(Home::Target, name).is_some(),
        _ => false,
    }
}

/// The changes of one environment. What it does not set holds there as it does everywhere; its flags join those of
/// every build, so they stand for themselves.
fn environment(
    name: &str,
    (own_old, all_old): (&Layer, &Layer),
    (own_new, all_new): (&Layer, &Layer),
    now: Side<'_>,
) -> Vec<Change> {
    let scope = Scope::Environment(name.to_owned());
    let paths: BTreeSet<&KeyPath> = own_old.keys().chain(own_new.keys()).collect();
    let joins = |path: &KeyPath| path.parts().last() == Some(&"rustflags");
    let effective = |own: &Layer, all: &Layer| -> Layer {
        let of = |path: &KeyPath| {
            own.get(path)
                .or_else(|| all.get(path).filter(|_| !joins(path)))
                .cloned()
        };
        paths
            .iter()
            .filter_map(|path| Some(((*path).clone(), of(path)?)))
            .collect()
    };
    let (old, new) = (effective(own_old, all_old), effective(own_new, all_new));
    let mut changes = layers(&scope, &old, &new, now);
    // Every build changes and this one is kept from it: without a word one would think that it follows.
    for path in paths {
        let kept = same(path, old.get(path), new.get(path))
            && !same(path, own_old.get(path), own_new.get(path));
        if kept && !same(path, all_old.get(path), all_new.get(path)) {
            push(
                &mut changes,
                change(scope.clone(), path, new.get(path), new.get(path), now),
            );
        }
    }
    changes
}

/// The changes between two layers, with the packages of one change together.
fn layers(scope: &Scope, before: &Layer, after: &Layer, now: Side<'_>) -> Vec<Change> {
    let paths: BTreeSet<&KeyPath> = before.keys().chain(after.keys()).collect();
    let mut changes: Vec<Change> = Vec::new();
    for path in paths {
        let (from, to) = (before.get(path), after.get(path));
        if !same(path, from, to) {
            push(&mut changes, change(scope.clone(), path, from, to, now));
        }
    }
    changes
}

fn same(path: &KeyPath, one: Option<&Setting>, other: Option<&Setting>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same_value(path, &one.value, &other.value),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn push(changes: &mut Vec<Change>, change: Change) {
    match changes.iter_mut().find(|known| joins(known, &change)) {
        Some(known) => join(known, change),
        None => changes.push(change),
    }
}

fn change(
    scope: Scope,
    path: &KeyPath,
    from: Option<&Setting>,
    to: Option<&Setting>,
    now: Side<'_>,
) -> Change {
    let parts = path.parts();
    let (table, name, audience) = match parts[..] {
        ["profile", profile, name] => (KeyPath::new(["profile", profile]), name, Audience::All),
        ["profile", profile, "build-override", name] => (
            KeyPath::new(["profile", profile]),
            name,
            Audience::HostTools,
        ),
        ["profile", profile, "package", "*", name] => (
            KeyPath::new(["profile", profile]),
            name,
            Audience::ThirdParty(third_party(now.workspace)),
        ),
        ["profile", profile, "package", spec, name] => (
            KeyPath::new(["profile", profile]),
            name,
            Audience::Packages(vec![spec.to_owned()]),
        ),
        [ref table @ .., name] => (KeyPath::new(table.iter().copied()), name, Audience::All),
        [] => (KeyPath::new([""; 0]), "", Audience::All),
    };
    let row = row(&parts, name);
    let text = |setting: Option<&Setting>| setting.map(|setting| setting.value.to_string());
    Change {
        scope,
        table: table.to_string(),
        key: name.to_owned(),
        path: path.clone(),
        from: text(from),
        to: text(to),
        default: default(&parts, row, &audience, now),
        audience,
        why: to.and_then(why),
        trade: row.map(|row| row.trade),
    }
}

fn row(parts: &[&str], name: &str) -> Option<&'static Key> {
    let home = match *parts.first()? {
        "test" => return nextest::row(parts),
        "profile" => Home::Profile,
        "target" => Home::Target,
        _ => Home::Build,
    };
    key(home, name)
}

/// What holds where a key is not set: what the table above it says, and only for the last one Cargo's own default.
fn default(
    parts: &[&str],
    row: Option<&Key>,
    audience: &Audience,
    now: Side<'_>,
) -> Option<String> {
    match (parts, audience) {
        (["target", _, "rustflags"], _) => Some("what `build.rustflags` says".to_owned()),
        (["test", "nextest", "profile", profile, ..], _) if *profile != "default" => {
            Some("what `test.nextest.profile.default` says".to_owned())
        }
        (["profile", profile, ..], Audience::ThirdParty(_) | Audience::Packages(_)) => {
            Some(format!("what `profile.{profile}` says"))
        }
        (["profile", "test", ..], Audience::All) => Some("what `profile.dev` says".to_owned()),
        (["profile", "bench", ..], Audience::All) => Some("what `profile.release` says".to_owned()),
        (["profile", profile, ..], Audience::All) if !matches!(*profile, "dev" | "release") => {
            let inherits =
                everywhere(now).remove(&KeyPath::new(["profile", profile, "inherits"]))?;
            let Value::Str(inherits) = inherits.value else {
                return None;
            };
            Some(format!("what `profile.{inherits}` says"))
        }
        _ => row.map(|row| row.default.to_owned()),
    }
}

fn why(setting: &Setting) -> Option<String> {
    match (&setting.origin.reason, &setting.origin.via) {
        (Some(reason), Via::Tradeoff(word)) => Some(format!("{}: {reason}", word.name())),
        (Some(reason), _) => Some(reason.clone()),
        (None, Via::Set(name) | Via::Element { set: name, .. }) => {
            Some(format!("in the set @{name}"))
        }
        (None, _) => None,
    }
}

/// Packages that get the same change are told together.
fn joins(known: &Change, other: &Change) -> bool {
    let both = matches!(
        (&known.audience, &other.audience),
        (Audience::Packages(_), Audience::Packages(_))
    );
    both && (
        &known.scope,
        &known.table,
        &known.key,
        &known.from,
        &known.to,
        &known.why,
    ) == (
        &other.scope,
        &other.table,
        &other.key,
        &other.from,
        &other.to,
        &other.why,
    )
}

fn join(known: &mut Change, other: Change) {
    if let (Audience::Packages(known), Audience::Packages(other)) =
        (&mut known.audience, other.audience)
    {
        known.extend(other);
    }
}

/// How many packages of the lock file are no members.
fn third_party(workspace: &Workspace) -> Option<usize> {
    let locked = workspace.locked.as_ref()?;
    let is_member = |name: &str| workspace.members.iter().any(|member| member.name == name);
    Some(
        locked
            .iter()
            .filter(|package| !is_member(&package.name))
            .count(),
    )
}

/// What machines are asked for.
fn wants(before: Side<'_>, after: Side<'_>) -> Vec<Change> {
    let change = |table: &str,
                  key: String,
                  from: Option<String>,
                  to: Option<String>,
                  why: Option<String>| Change {
        scope: Scope::Machines,
        path: KeyPath::new([table, key.as_str()]),
        table: table.to_owned(),
        key,
        audience: Audience::All,
        from,
        to,
        default: None,
        why,
        trade: None,
    };
    let linkers = |side: Side<'_>| -> BTreeMap<String, String> {
        let wanted = side
            .settings
            .machine
            .iter()
            .flat_map(|wants| &wants.linkers);
        wanted
            .map(|(triple, linkers)| (triple.clone(), linkers.join(", ")))
            .collect()
    };
    let (old, new) = (linkers(before), linkers(after));
    let triples: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes: Vec<Change> = Vec::new();
    for triple in triples {
        let (from, to) = (old.get(triple), new.get(triple));
        if from == to {
            continue;
        }
        let line = crate::policy::platform::preference(&after.policy.base.linkers, triple);
        let why = line.and_then(|line| line.reason.clone());
        changes.push(change(
            "linker",
            triple.clone(),
            from.cloned(),
            to.cloned(),
            why,
        ));
    }
    by_platform(&mut changes);
    let cached = |tell: fn(&Wants) -> Option<String>| {
        let tell = |side: Side<'_>| side.settings.machine.as_ref().and_then(tell);
        (tell(before), tell(after))
    };
    let why = after
        .policy
        .base
        .cache
        .as_ref()
        .and_then(|cache| cache.reason.clone());
    let (from, to) = cached(cache_in_words);
    if from != to {
        changes.push(change("cache", "tool".to_owned(), from, to, why.clone()));
    }
    // A cache that comes or goes says all with that.
    if let (Some(from), Some(to)) = cached(if_missing)
        && from != to
    {
        changes.push(change(
            "cache",
            "if-missing".to_owned(),
            Some(from),
            Some(to),
            why,
        ));
    }
    changes
}

/// Triples that a short name stands for and that change alike are told by that name.
fn by_platform(changes: &mut Vec<Change>) {
    for platform in crate::policy::platform::PLATFORMS {
        let alike = |one: &Change, other: &Change| {
            (&one.from, &one.to, &one.why) == (&other.from, &other.to, &other.why)
        };
        let of = |triple: &&str| {
            changes
                .iter()
                .find(|change| change.key == **triple)
                .cloned()
        };
        let members: Vec<Change> = platform.triples.iter().filter_map(of).collect();
        let whole = members.len() == platform.triples.len()
            && members.iter().all(|member| alike(member, &members[0]));
        if let (true, [first, ..]) = (whole, members.as_slice()) {
            let mut change = first.clone();
            change.key = platform.name.to_owned();
            changes.retain(|change| !platform.triples.contains(&change.key.as_str()));
            changes.push(change);
        }
    }
}

fn cache_in_words(wants: &Wants) -> Option<String> {
    let cache = wants.cache.as_ref()?;
    let scope = if cache.everything {
        "everything"
    } else {
        "dependencies"
    };
    Some(format!("{} for {scope}", cache.tool))
}

fn if_missing(wants: &Wants) -> Option<String> {
    let word = match wants.cache.as_ref()?.if_missing {
        IfMissing::Skip => "skip",
        IfMissing::Warn => "warn",
        IfMissing::Error => "error",
    };
    Some(word.to_owned())
}
