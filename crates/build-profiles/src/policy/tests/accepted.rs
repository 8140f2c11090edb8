//! What a policy may say, in every spelling TOML has.

use super::policy;
use crate::policy::{CacheScope, IfMissing, Selector, root};
use crate::reference::SAMPLE;
use crate::tradeoff::{Root, Tradeoff};
use crate::value::Value;

#[test]
fn the_sample_is_read_whole() {
    let policy = policy(SAMPLE);
    assert_eq!(policy.expansions, 1);
    assert_eq!(policy.toolchain.expect("toolchain").value.minor, 94);
    assert_eq!(policy.sets[0].patterns.len(), 3);
    let dev = &policy.base.profiles[0];
    assert_eq!(dev.name.value, "dev");
    assert_eq!(
        dev.tradeoff.as_ref().expect("a word").value,
        Tradeoff::CompileTime
    );
    assert_eq!(
        dev.settings[0].reason.as_deref(),
        Some("Backtraces keep file and line; nobody steps through dev builds.")
    );
    assert_eq!(dev.packages[0].selector.value, Selector::Star);
    assert_eq!(
        dev.packages[1].selector.value,
        Selector::Set("codecs".to_owned())
    );
    assert_eq!(policy.base.linkers[0].candidates.len(), 3);
    let cache = policy.base.cache.expect("a cache");
    assert_eq!(cache.if_missing.expect("a word").value, IfMissing::Warn);
    let ci = &policy.environments[0];
    assert_eq!(ci.name.value, "ci");
    let scope = ci.body.cache.as_ref().and_then(|cache| cache.scope.clone());
    assert_eq!(scope.expect("a word").value, CacheScope::Everything);
    assert_eq!(policy.unmanaged[0].path.to_string(), "profile.dist");
}

/// Every spelling gives the same two overrides.
#[test]
fn tables_are_read_in_every_spelling() {
    for text in [
        "[profile.dev.package.\"*\"]\nopt-level = 1\n[profile.dev.package.syn]\nopt-level = 3",
        "[profile.dev.package]\n\"*\" = { opt-level = 1 }\nsyn = { opt-level = 3 }",
        "[profile.dev.package]\n\"*\".opt-level = 1\nsyn.opt-level = 3",
        "[profile.dev]\npackage.\"*\".opt-level = 1\npackage.syn.opt-level = 3",
        "[profile]\ndev.package.\"*\".opt-level = 1\ndev.package.syn = { opt-level = 3 }",
        "profile.dev.package.'*'.opt-level = 1\nprofile.dev.package.syn.opt-level = 3",
        "profile = { dev = { package = { \"*\" = { opt-level = 1 }, syn.opt-level = 3 } } }",
    ] {
        let policy = policy(&format!("schema = 1\n{text}"));
        let dev = &policy.base.profiles[0];
        let found: Vec<_> = dev
            .packages
            .iter()
            .map(|p| (p.selector.value.clone(), p.settings[0].value.value.clone()))
            .collect();
        let syn = Selector::Spec("syn".to_owned());
        assert_eq!(
            found,
            [(Selector::Star, Value::Int(1)), (syn, Value::Int(3))],
            "{text}"
        );
    }
}

/// What an environment says wins key by key; its cache and linkers are its own.
#[test]
fn an_environment_lies_over_the_base() {
    let policy = policy(
        "schema = 1\n\
         toolchain = \"1.94\"\n\
         cache = { tool = \"sccache\", scope = \"everything\" }\n\
         linker.linux-gnu = [\"mold\", \"default\"]\n\
         build.rustflags = [\"--cfg=a\"]\n\
         profile.dev = { debug = 1, lto = \"off\", package.syn.debug = 0 }\n\
         environment.ci.profile.dev = { debug = 0, package.syn.opt-level = 1 }\n\
         environment.ci.profile.fast.inherits = \"test\"\n\
         environment.ci.build.rustflags = []\n\
         environment.ci.cache.if-missing = \"error\"\n",
    );
    let merged = policy.environments[0].body.over(&policy.base);
    let dev = &merged.profiles[0];
    let settings: Vec<_> = dev
        .settings
        .iter()
        .map(|entry| format!("{} = {}", entry.key.name, entry.value.value))
        .collect();
    assert_eq!(settings, ["debug = 0", "lto = \"off\""]);
    assert_eq!(dev.packages[0].settings.len(), 2);
    assert_eq!(merged.profiles[1].name.value, "fast");
    assert_eq!(merged.build[0].value.value, Value::Array(Vec::new()));
    assert!(merged.linkers.is_empty());
    let cache = merged.cache.expect("the environment names it");
    assert_eq!(cache.tool.expect("of the base").value, "sccache");
}

#[test]
fn chains_end_in_a_built_in_profile_or_nowhere() {
    let policy = policy(
        "schema = 1\n\
         profile.a.inherits = \"b\"\n\
         profile.b.inherits = \"bench\"\n\
         profile.c.inherits = \"of-the-manifest\"\n\
         profile.test.inherits = \"release\"\n",
    );
    let root = |name| root(&policy.base, name);
    assert_eq!(root("a"), Some(Root::Release));
    assert_eq!(root("bench"), Some(Root::Release));
    assert_eq!(root("test"), Some(Root::Release));
    assert_eq!(root("dev"), Some(Root::Dev));
    assert_eq!(root("c"), None);
}
