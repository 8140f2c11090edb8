//! The policy made whole: words, sets, inherits and environments followed.
//!
//! `Settings` is the waist of the tool. The half that writes files and the half that proves builds both start here and
//! never talk to each other.

pub(crate) mod flags;
mod environment;
mod measure;
mod packages;
pub(crate) use packages::{
    GLOB, is_named, matches_pattern, named, no_such_package, pattern_for, split_spec,
};
mod profiles;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use semver::Version;

use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::facts::Workspace;
use crate::machine::{CacheWant, Wants, policy_hash};
use crate::policy::{Body, CacheScope, Entry, IfMissing, Policy, platform};
use crate::tradeoff::Tradeoff;
use crate::value::{KeyPath, Value};

/// The first Cargo whose config takes `include` with `optional`. Older ones stop at it or ignore it.
/// Source: Cargo changelog, 1.94.
pub const INCLUDE_SINCE: Version = Version::new(1, 94, 0);

/// What the whole policy comes to, for one workspace.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// For the root `Cargo.toml`.
    pub manifest: Layer,
    /// For `.cargo/config.toml`.
    pub config: Layer,
    /// For `.cargo/portable.toml`: scalars that the machine or an environment may set too. They can't stand in
    /// `config.toml`, since the including file beats the included.
    pub portable: Layer,
    /// For `.cargo/env/<name>.toml`.
    pub environments: BTreeMap<String, Layer>,
    /// For `.config/nextest.toml`.
    pub nextest: Layer,
    /// Whether `config.toml` includes a machine layer.
    pub includes_machine: bool,
    /// What is wanted of each machine; `None` where the policy wants nothing of it or its floor is below 1.94.
    pub machine: Option<Wants>,
    /// Each set used in a profile of the base: by it, an override whose package is gone is known as stale.
    pub(crate) set_uses: Vec<SetUse>,
    /// The `cfg(not(...))` that `build.rustflags` moved to.
    pub(crate) moved_flags: Option<String>,
}

/// What one file should say, by key.
pub type Layer = BTreeMap<KeyPath, Setting>;

/// One wanted value and why it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where in the policy it comes from.
    pub origin: Origin,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The bytes of the policy that ask for it.
    pub span: Range<usize>,
    /// The comment above them.
    pub reason: Option<String>,
    /// How the policy comes to ask for it.
    pub via: Via,
    /// Whether it is there only because `Cargo.lock` names a package: its drift is nobody's edit.
    pub by_lock: bool,
}

/// How the policy comes to ask for a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// The key stands in the policy.
    Key,
    /// A trade-off word stands for it.
    Tradeoff(Tradeoff),
    /// The package is in a set.
    Set(String),
    /// The target is in a set.
    Element {
        /// The name of the set.
        set: String,
        /// The bytes of the policy that are the element.
        at: Range<usize>,
    },
    /// It follows from another table of the policy, which is named.
    Table(&'static str),
}

/// A set used in a profile, with what it gives each of its packages.
#[derive(Clone, Debug)]
pub(crate) struct SetUse {
    pub(crate) profile: String,
    pub(crate) set: String,
    pub(crate) settings: Vec<(&'static str, Value)>,
}

/// Whether `path` is an override that a set asked for while its package was there; says whether `Cargo.lock` alone took it
/// away. The policy still names the set and its value, so nothing that a person wrote is lost with it.
pub(crate) fn stale_override(
    policy: &Policy,
    settings: &Settings,
    workspace: &Workspace,
    path: &KeyPath,
    value: Option<&Value>,
) -> Option<bool> {
    let ["profile", profile, "package", spec, name] = path.parts()[..] else {
        return None;
    };
    let value = value?;
    let known = workspace.members.iter().any(|member| member.name == spec)
        || workspace
            .locked
            .iter()
            .flatten()
            .any(|package| package.name == spec);
    settings
        .set_uses
        .iter()
        .filter(|used| used.profile == profile)
        .find_map(|used| {
            let named = policy
                .sets
                .iter()
                .any(|set| set.name.value == used.set && packages::names(set, spec));
            let same = used.settings.iter().any(|(key, wanted)| {
                *key == name
                    && crate::key::key(crate::key::Home::Profile, name)
                        .is_some_and(|key| key.same(wanted, value))
            });
            (same && !known).then_some(named)
        })
}

/// Everything a part of the settling needs to see; findings are collected here.
pub(crate) struct Context<'a> {
    pub(crate) file: &'a FilePath,
    pub(crate) policy: &'a Policy,
    pub(crate) workspace: &'a Workspace,
    /// The profiles of the manifest: name and what they inherit.
    pub(crate) manifest_profiles: &'a BTreeMap<String, Option<String>>,
    /// `profile.<name>.package.<spec>` pairs that the manifest already has.
    pub(crate) manifest_overrides: &'a [(String, String)],
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Follows every word, set and environment of the policy. Findings that only the workspace can show (a package that is
/// not there, a set that matches nothing) come back beside what could be settled.
pub fn settle(
    file: &FilePath,
    policy: &Policy,
    workspace: &Workspace,
) -> (Settings, Vec<Diagnostic>) {
    let (manifest_profiles, manifest_overrides) = profiles::of_manifest(workspace);
    let mut cx = Context {
        file,
        policy,
        workspace,
        manifest_profiles: &manifest_profiles,
        manifest_overrides: &manifest_overrides,
        diagnostics: Vec::new(),
    };
    let mut settings = Settings::default();
    let sets = packages::resolve_sets(&mut cx);
    profiles::settle(
        &mut cx,
        &sets,
        &policy.base,
        &mut settings.manifest,
        Some(&mut settings.set_uses),
    );
    for entry in &policy.base.build {
        settings
            .config
            .insert(KeyPath::new(["build", entry.key.name]), from_entry(entry));
    }
    targets(&policy.base, &mut settings.config);
    if let Some(nextest) = policy.base.test.as_ref().and_then(|t| t.nextest.as_ref()) {
        let named = nextest.settings.iter();
        settings.nextest = named
            .map(|(path, entry)| (path.clone(), from_entry(entry)))
            .collect();
    }
    environment::storage(policy.base.cache.as_ref(), &mut settings.config);
    environment::settle(&mut cx, &sets, &mut settings);
    flags::one_level(&mut cx, &mut settings);
    measure::check(&mut cx);

    let includes = policy
        .toolchain
        .as_ref()
        .is_some_and(|floor| floor.value >= INCLUDE_SINCE);
    let wants_machine = !policy.base.linkers.is_empty() || policy.base.cache.is_some();
    settings.includes_machine = includes && (wants_machine || !policy.environments.is_empty());
    if wants_machine && includes {
        settings.machine = Some(wants(policy));
    }
    if settings.includes_machine {
        old_rust_versions(&mut cx);
        move_shared_scalars(policy, &mut settings);
    }
    (settings, cx.diagnostics)
}

/// The profiles of the root manifest.
pub fn manifest_profiles(files: &BTreeMap<FilePath, String>) -> Vec<String> {
    let text = files
        .get(&crate::layout::manifest_path())
        .map_or("", String::as_str);
    let Ok(source) = crate::edit::parse(text) else {
        return Vec::new();
    };
    source
        .child_names(&KeyPath::new(["profile"]))
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// A setting that stands in the policy as a key.
pub(crate) fn from_entry(entry: &Entry) -> Setting {
    Setting {
        value: entry.value.value.clone(),
        origin: Origin {
            span: entry.value.span.clone(),
            reason: entry.reason.clone(),
            via: Via::Key,
            by_lock: false,
        },
    }
}

/// The keys of all target tables.
fn targets(body: &Body, layer: &mut Layer) {
    for target in &body.targets {
        for entry in &target.settings {
            let path = KeyPath::new(["target", &target.name.value, entry.key.name]);
            let mut setting = from_entry(entry);
            if let Some(set) = &target.set {
                setting.origin.via = Via::Element {
                    set: set.clone(),
                    at: target.name.span.clone(),
                };
            }
            layer.insert(path, setting);
        }
    }
}

/// What the policy wants of a machine.
fn wants(policy: &Policy) -> Wants {
    let lines = &policy.base.linkers;
    let triples: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| platform::triples(&line.platform.value))
        .collect();
    let linkers: Vec<(String, Vec<String>)> = triples
        .into_iter()
        .filter_map(|triple| {
            let line = platform::preference(lines, triple)?;
            Some((
                triple.to_owned(),
                line.candidates
                    .iter()
                    .map(|candidate| candidate.value.clone())
                    .collect(),
            ))
        })
        .collect();
    let cache = policy.base.cache.as_ref().map(|cache| CacheWant {
        tool: cache
            .tool
            .as_ref()
            .map_or("sccache", |tool| &tool.value)
            .to_owned(),
        everything: cache
            .scope
            .as_ref()
            .is_some_and(|scope| scope.value == CacheScope::Everything),
        if_missing: cache
            .if_missing
            .as_ref()
            .map_or(IfMissing::Warn, |missing| missing.value),
    });
    let policy_hash = policy_hash(&format!("{linkers:?} {cache:?}"));
    Wants {
        linkers,
        cache,
        policy_hash,
    }
}

/// A job that builds with the oldest supported toolchain could run no cargo at all in a workspace with an `include`.
fn old_rust_versions(cx: &mut Context<'_>) {
    let oldest = cx
        .workspace
        .members
        .iter()
        .filter_map(|member| {
            member
                .rust_version
                .as_ref()
                .map(|version| (version, &member.name))
        })
        .min();
    let (Some((version, member)), Some(floor)) = (oldest, &cx.policy.toolchain) else {
        return;
    };
    if *version < Version::new(1, 93, 0) {
        cx.diagnostics.push(
            Diagnostic::new(
                Level::Note,
                "include_below_rust_version",
                format!("`{member}` declares rust-version {}.{}, which can't read the `include` of this workspace", version.major, version.minor),
            )
            .with_label(cx.file, floor.span.clone(), "the `include` is written because of this floor")
            .with_note("Cargo 1.85 to 1.92 stop at `include` with a table on every command, 1.93 ignores it")
            .with_help("build with the oldest supported toolchain in a checkout without `.cargo/config.toml`, or lower `toolchain`"),
        );
    }
}

/// Moves each committed scalar that a machine or an environment may set too out of `config.toml`.
fn move_shared_scalars(policy: &Policy, settings: &mut Settings) {
    let by_machine = |path: &KeyPath| match path.parts()[..] {
        ["build", "rustc-wrapper" | "incremental"] => policy.base.cache.is_some(),
        ["target", name, "linker"] => policy
            .base
            .linkers
            .iter()
            .any(|preference| platform::triples(&preference.platform.value).contains(&name)),
        _ => false,
    };
    let shared: Vec<KeyPath> = settings
        .config
        .iter()
        .filter(|(path, setting)| {
            !matches!(setting.value, Value::Array(_))
                && (by_machine(path)
                    || settings
                        .environments
                        .values()
                        .any(|layer| layer.contains_key(path)))
        })
        .map(|(path, _)| path.clone())
        .collect();
    for path in shared {
        if let Some(setting) = settings.config.remove(&path) {
            settings.portable.insert(path, setting);
        }
    }
}
