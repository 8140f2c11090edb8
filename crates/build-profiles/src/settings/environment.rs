//! Environments: named overlays, each settled into the one config file that a machine of that kind copies.

use std::collections::BTreeMap;
use std::ops::Range;

use super::packages::ResolvedSet;
use super::{Context, Layer, Origin, Setting, Settings, Via, from_entry, profiles, targets};
use crate::policy::{Body, Cache, CacheScope, Storage, platform};
use crate::value::{KeyPath, Value};

/// Settles every environment of the policy into `settings.environments`.
pub(crate) fn settle(
    cx: &mut Context<'_>,
    sets: &BTreeMap<String, ResolvedSet>,
    settings: &mut Settings,
) {
    let policy = cx.policy;
    for environment in &policy.environments {
        let mut layer = Layer::new();
        let body = &environment.body;
        profiles::settle(cx, sets, body, &mut layer, None);
        for entry in &body.build {
            layer.insert(KeyPath::new(["build", entry.key.name]), from_entry(entry));
        }
        targets(body, &mut layer);
        linkers(body, &mut layer);
        if let Some(cache) = &body.cache {
            cached(cache, policy.base.cache.as_ref(), &mut layer);
            storage(Some(cache), &mut layer);
        }
        settings
            .environments
            .insert(environment.name.value.clone(), layer);
    }
}

/// A committed file can't hold a path of one machine's driver script, so an environment asks for its linker by flags.
fn linkers(body: &Body, layer: &mut Layer) {
    for preference in &body.linkers {
        let Some(linker) = preference
            .candidates
            .iter()
            .find(|candidate| candidate.value != "default")
        else {
            continue;
        };
        let (program, flag) = match linker.value.as_str() {
            // gcc takes no `-fuse-ld=wild`; clang takes any linker by path or name.
            "wild" => (Some("clang"), Some("-Clink-arg=--ld-path=wild")),
            "mold" => (None, Some("-Clink-arg=-fuse-ld=mold")),
            "lld" => (None, Some("-Clink-arg=-fuse-ld=lld")),
            program => (Some(program), None),
        };
        let named = preference.platform.value.as_str();
        let tables = platform::platform(named)
            .map_or_else(|| vec![named], |platform| platform.triples.to_vec());
        for table in tables {
            let at = KeyPath::new(["target", table]);
            let origin = table_origin(&linker.span, preference.reason.as_deref(), "linker");
            if let Some(program) = program {
                layer.insert(
                    at.join("linker"),
                    Setting {
                        value: program.into(),
                        origin: origin.clone(),
                    },
                );
            }
            if let Some(flag) = flag {
                let path = at.join("rustflags");
                let mut flags = match layer.get(&path).map(|setting| &setting.value) {
                    Some(Value::Array(flags)) => flags.clone(),
                    Some(Value::Str(flags)) => {
                        flags.split_whitespace().map(str::to_owned).collect()
                    }
                    _ => Vec::new(),
                };
                flags.push(flag.to_owned());
                layer.insert(
                    path,
                    Setting {
                        value: Value::Array(flags),
                        origin,
                    },
                );
            }
        }
    }
}

fn cached(cache: &Cache, base: Option<&Cache>, layer: &mut Layer) {
    let tool = cache
        .tool
        .as_ref()
        .or_else(|| base.and_then(|base| base.tool.as_ref()));
    let scope = cache
        .scope
        .as_ref()
        .or_else(|| base.and_then(|base| base.scope.as_ref()));
    let span = tool.map_or_else(|| cache.span.clone(), |tool| tool.span.clone());
    let origin = table_origin(&span, cache.reason.as_deref(), "cache");
    let value = tool.map_or("sccache", |tool| &tool.value).into();
    layer.insert(
        KeyPath::new(["build", "rustc-wrapper"]),
        Setting { value, origin },
    );
    if let Some(scope) = scope.filter(|scope| scope.value == CacheScope::Everything) {
        let origin = table_origin(&scope.span, cache.reason.as_deref(), "cache");
        layer.insert(
            KeyPath::new(["build", "incremental"]),
            Setting {
                value: false.into(),
                origin,
            },
        );
    }
}

/// The variables of a cache's storage. `[env]` reaches sccache, which Cargo starts, and an exported variable still wins.
pub(super) fn storage(cache: Option<&Cache>, layer: &mut Layer) {
    let storage = cache.and_then(|cache| cache.storage.as_ref());
    for variable in storage.map(Storage::variables).unwrap_or_default() {
        let origin = table_origin(&variable.span, variable.reason.as_deref(), "cache.storage");
        layer.insert(
            KeyPath::new(["env", &variable.name]),
            Setting {
                value: variable.value.as_str().into(),
                origin,
            },
        );
    }
}

fn table_origin(span: &Range<usize>, reason: Option<&str>, table: &'static str) -> Origin {
    Origin {
        span: span.clone(),
        reason: reason.map(str::to_owned),
        via: Via::Table(table),
        by_lock: false,
    }
}
