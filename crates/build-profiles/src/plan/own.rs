//! What the policy owns: which keys of which file it may set and may miss.

use super::DocumentKind;
use crate::policy::{Body, Policy, platform};
use crate::value::KeyPath;

/// Whether `path` of a file of this kind is the policy's to own.
///
/// The policy owns what it names: each profile it names, whole; the cache's and the flags' keys where it has an entry for
/// them. What was meant to configure Cargo and stands under `[env]`, where Cargo never reads it, is always owned: that
/// is the mistake this tool was founded on.
pub(crate) fn owned(policy: &Policy, kind: DocumentKind, path: &KeyPath) -> bool {
    match (kind, &path.parts()[..]) {
        (DocumentKind::Generated, _) => true,
        (_, ["profile", name, ..]) => policy.strict || names_profile(policy, name),
        (DocumentKind::Manifest, _) => false,
        (_, ["env", name, ..]) => {
            configures_cargo(name)
                || name.starts_with("SCCACHE_") && bodies(policy).any(|body| body.cache.is_some())
        }
        (_, ["build", "rustflags"] | ["target", _, "rustflags"]) => {
            policy.strict || bodies(policy).any(has_flags)
        }
        (_, ["build", key]) => owns_build(policy, key),
        (_, ["target", name, "linker"]) => policy.strict || owns_linker(policy, name),
        _ => false,
    }
}

/// Whether the policy leaves `path` alone by name.
pub(crate) fn unmanaged(policy: &Policy, path: &KeyPath) -> bool {
    policy
        .unmanaged
        .iter()
        .any(|entry| path.starts_with(&entry.path))
}

/// Whether the base names this profile. An environment's profiles live in its own file.
pub(super) fn names_profile(policy: &Policy, name: &str) -> bool {
    policy
        .base
        .profiles
        .iter()
        .any(|profile| profile.name.value == name)
}

fn bodies(policy: &Policy) -> impl Iterator<Item = &Body> {
    std::iter::once(&policy.base).chain(
        policy
            .environments
            .iter()
            .map(|environment| &environment.body),
    )
}

fn has_flags(body: &Body) -> bool {
    let targets = body.targets.iter().flat_map(|target| &target.settings);
    body.build
        .iter()
        .chain(targets)
        .any(|entry| entry.key.name == "rustflags")
}

fn owns_build(policy: &Policy, key: &str) -> bool {
    let named = bodies(policy).any(|body| body.build.iter().any(|entry| entry.key.name == key));
    let cached = matches!(
        key,
        "rustc-wrapper" | "rustc-workspace-wrapper" | "incremental"
    );
    named || cached && (policy.strict || bodies(policy).any(|body| body.cache.is_some()))
}

fn owns_linker(policy: &Policy, name: &str) -> bool {
    bodies(policy).any(|body| {
        body.targets.iter().any(|target| target.name.value == name)
            || body.linkers.iter().any(|preference| {
                preference.platform.value == name
                    || platform::triples(&preference.platform.value).contains(&name)
            })
    })
}

/// Whether a variable of this name configures Cargo, so that under `[env]`, which reaches Cargo's children alone, it
/// is silently without effect (rust-lang/cargo#16977).
pub fn configures_cargo(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "CARGO_ENCODED_RUSTDOCFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "CARGO_LOG",
        "CARGO_TARGET_DIR",
        "RUSTC",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
    ];
    const PREFIXES: &[&str] = &[
        "CARGO_ALIAS_",
        "CARGO_BUILD_",
        "CARGO_CACHE_",
        "CARGO_HTTP_",
        "CARGO_INSTALL_",
        "CARGO_NET_",
        "CARGO_PROFILE_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
        "CARGO_TERM_",
        "CARGO_UNSTABLE_",
    ];
    const TARGET_SUFFIXES: &[&str] = &["_LINKER", "_RUNNER", "_RUSTFLAGS", "_RUSTDOCFLAGS"];
    NAMES.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || name.starts_with("CARGO_TARGET_")
            && TARGET_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}
