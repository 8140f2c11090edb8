//! Compiler wrappers and caches, and incremental compilation, which they do not like.

use super::flags::tables;
use super::{Doc, Family, Finding, Group, LINT, Lint, Role, Subject};
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::policy::CacheScope;
use crate::policy::flags::codegen;
use crate::program::{cache, is_sccache};
use crate::value::Value;

const SCCACHE: &str = "https://github.com/mozilla/sccache/blob/main/docs/Rust.md";
const WRAPPER: &str = "https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &INCREMENTAL,
        &FOR_EVERYBODY,
        &OFF,
        &WORKSPACE_WRAPPER,
        &UNPACKED,
        &NATIVE,
        &CRATE_TYPE,
    ],
    check,
};

static INCREMENTAL: Lint = Lint {
    name: "incremental_under_cache",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "sccache, and members that are compiled incrementally",
    cargo: "Cargo compiles members incrementally in dev, and sccache passes incremental units through: members never hit",
    costs: "a clean build compiles every member anew, however warm the cache is",
    instead: "write `incremental = false` under `[build]` where clean builds count; leave it for people who edit, and take it for granted that dependencies alone are cached",
    source: SCCACHE,
    bad: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\nincremental = false\n",
    ..LINT
};

static FOR_EVERYBODY: Lint = Lint {
    name: "cache_for_everybody",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "a compile cache as `rustc-wrapper` in a file of the repository",
    cargo: "Cargo stops if the wrapper is missing",
    costs: "a machine without it cannot build the workspace",
    instead: "leave it to each machine: its own config in `CARGO_HOME`, an optional `include`, or `[cache]` in a policy, which asks each machine first",
    source: WRAPPER,
    bad: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"tools/wrap.sh\"\n",
    ..LINT
};

static OFF: Lint = Lint {
    name: "wrapper_switched_off",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "an empty `rustc-wrapper` over one that names a program",
    cargo: "an empty string means no wrapper, and the nearest file wins",
    costs: "the wrapper that the other file names is never called",
    instead: "remove one of the two",
    source: WRAPPER,
    bad: "//- .cargo/config.toml\ninclude = [\"shared.toml\"]\n\n[build]\nrustc-wrapper = \"\"\n//- .cargo/shared.toml\n[build]\nrustc-wrapper = \"tools/wrap.sh\"\n//- .cargo/tools/wrap.sh\nnever started\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"\"\n",
    ..LINT
};

static WORKSPACE_WRAPPER: Lint = Lint {
    name: "workspace_wrapper_as_cache",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "a compile cache as `rustc-workspace-wrapper`",
    cargo: "Cargo calls it for members alone, and clippy takes its place",
    costs: "dependencies, which a cache helps most, are compiled without it",
    instead: "write `rustc-wrapper`",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper",
    bad: "locked: dep@1.0.0\n//- .cargo/config.toml\n[build]\nincremental = false\nrustc-workspace-wrapper = \"sccache\"\n",
    good: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-workspace-wrapper = \"tools/clippy-like.sh\"\n",
    ..LINT
};

static UNPACKED: Lint = Lint {
    name: "unpacked_debuginfo_under_cache",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "`split-debuginfo = \"unpacked\"` under sccache",
    cargo: "sccache does not restore the `.dwo` files that rustc writes on Linux",
    costs: "a warm build has no debug information for what was found: tried, 21 `.dwo` files after a cold build, 2 after a warm one",
    instead: "write `split-debuginfo = \"off\"` or `\"packed\"`, or `debug = false`",
    source: SCCACHE,
    bad: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n//- Cargo.toml\n[profile.dev]\nsplit-debuginfo = \"unpacked\"\n",
    good: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n//- Cargo.toml\n[profile.dev]\nsplit-debuginfo = \"packed\"\n",
    ..LINT
};

static NATIVE: Lint = Lint {
    name: "native_cpu_under_cache",
    level: Some(Level::Warning),
    group: Group::Wrappers,
    finds: "`target-cpu=native` under sccache",
    cargo: "the cache's key holds the word `native`, not the CPU that it stands for",
    costs: "served to an older CPU such code dies with an illegal instruction (axiom-crypto/openvm-eth#624)",
    instead: "name a CPU, as `-Ctarget-cpu=x86-64-v3`",
    source: "https://github.com/mozilla/sccache/issues/2140",
    bad: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\nrustflags = [\"-Ctarget-cpu=native\"]\n",
    good: "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\nrustflags = [\"-Ctarget-cpu=x86-64-v3\"]\n",
    ..LINT
};

static CRATE_TYPE: Lint = Lint {
    name: "crate_type_never_cached",
    level: Some(Level::Note),
    group: Group::Wrappers,
    finds: "a library that is built as `cdylib` or `dylib` too, under sccache",
    cargo: "Cargo builds all crate types with one call of rustc, and sccache passes a call that links through",
    costs: "the library is compiled anew by every clean build, and whatever depends on it waits",
    instead: "move the `cdylib` into a package of its own that depends on the library",
    source: SCCACHE,
    bad: "members: a=crates/a\n//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n//- crates/a/Cargo.toml\n[package]\nname = \"a\"\nversion = \"0.1.0\"\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n",
    good: "members: a=crates/a\n//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n//- crates/a/Cargo.toml\n[package]\nname = \"a\"\nversion = \"0.1.0\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n",
    ..LINT
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    workspace_wrapper(subject, found);
    let Some((doc, leaf, program)) = wrapper(subject) else {
        return;
    };
    if program.is_empty() {
        switched_off(subject, doc, leaf, found);
        return;
    }
    if let (Some(cache), false) = (cache(program), doc.file.is_machines()) {
        let message = format!("without `{cache}` nobody can build this workspace");
        found.push(Finding::new(&FOR_EVERYBODY, message).at(
            doc,
            leaf.span.clone(),
            "committed for every machine",
        ));
    }
    if !is_sccache(program) {
        return;
    }
    incremental(subject, doc, leaf, found);
    unpacked(subject, doc, leaf, found);
    native(subject, doc, leaf, found);
    crate_types(subject, doc, leaf, found);
}

/// The strongest word on `build.rustc-wrapper`.
fn wrapper<'s, 'a>(subject: &'s Subject<'a>) -> Option<(&'s Doc<'a>, &'s Leaf, &'s str)> {
    let (doc, leaf) = subject.wrapper()?;
    match &leaf.value {
        Some(Value::Str(program)) => Some((doc, leaf, program)),
        _ => None,
    }
}

fn switched_off(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, found: &mut Vec<Finding>) {
    let below = subject
        .configs()
        .filter_map(|doc| Some((doc, doc.leaf(&["build", "rustc-wrapper"])?)))
        .find(|(_, leaf)| matches!(&leaf.value, Some(Value::Str(program)) if !program.is_empty()));
    // To switch off what a machine has set for itself is what an empty string is for.
    if let Some((other, below)) = below.filter(|(other, _)| !other.file.is_machines()) {
        found.push(
            Finding::new(&OFF, "an empty `rustc-wrapper` switches a wrapper off")
                .at(doc, leaf.span.clone(), "this one wins")
                .at(other, below.span.clone(), "never called"),
        );
    }
}

fn workspace_wrapper(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let word = subject.configured(&["build", "rustc-workspace-wrapper"]);
    let Some((doc, leaf)) = word else { return };
    if let Some(Value::Str(program)) = &leaf.value
        && let Some(cache) = cache(program)
    {
        let message = format!("`{cache}` as `rustc-workspace-wrapper` caches no dependency");
        found.push(Finding::new(&WORKSPACE_WRAPPER, message).at(
            doc,
            leaf.key_span.clone(),
            "for members alone",
        ));
    }
}

fn incremental(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, found: &mut Vec<Finding>) {
    let wanted = subject.policy.and_then(|policy| policy.base.cache.as_ref());
    let scope = wanted.map(|cache| {
        cache
            .scope
            .as_ref()
            .map_or(CacheScope::Dependencies, |scope| scope.value)
    });
    if scope == Some(CacheScope::Dependencies) {
        return; // The policy has weighed it.
    }
    let build = subject.configured(&["build", "incremental"]);
    let dev = subject.profiled(&["profile", "dev", "incremental"]);
    let word = build.or(dev);
    let message = "sccache caches no member that is compiled incrementally";
    match word {
        Some((_, word)) if word.value == Some(Value::Bool(false)) => {}
        Some((other, word)) => found.push(
            Finding::new(&INCREMENTAL, message)
                .at(doc, leaf.span.clone(), "passes incremental units through")
                .at(other, word.span.clone(), "incremental"),
        ),
        None => found.push(
            Finding::new(&INCREMENTAL, message)
                .at(doc, leaf.span.clone(), "passes incremental units through")
                .note("nothing sets `incremental` here, and the profile `dev` has it on"),
        ),
    }
}

fn unpacked(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, found: &mut Vec<Finding>) {
    for other in subject.profile_docs() {
        for split in &other.leaves {
            let ["profile", name, "split-debuginfo"] = split.path.parts()[..] else {
                continue;
            };
            let debug = subject.profiled(&["profile", name, "debug"]);
            let without = debug.is_some_and(|(_, debug)| {
                matches!(&debug.value, Some(Value::Bool(false) | Value::Int(0)))
                    || debug.value == Some("none".into())
            }) || debug.is_none() && matches!(name, "release" | "bench");
            if split.value != Some("unpacked".into()) || without {
                continue;
            }
            let message = format!("the cache loses the debug information of `{name}` on Linux");
            found.push(
                Finding::new(&UNPACKED, message)
                    .at(other, split.span.clone(), "written to `.dwo` files")
                    .at(doc, leaf.span.clone(), "does not restore them"),
            );
        }
    }
}

fn native(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, found: &mut Vec<Finding>) {
    for table in tables(subject) {
        for option in codegen(&table.flags) {
            if (&*option.name, option.value) == ("target-cpu", "native") {
                let span = table.span(option.flags.0, option.flags.1);
                found.push(
                    Finding::new(&NATIVE, "the cache may serve code for another CPU")
                        .at(table.doc, span, "`native` differs from machine to machine")
                        .at(
                            doc,
                            leaf.span.clone(),
                            "its key holds the word `native` only",
                        ),
                );
            }
        }
    }
}

fn crate_types(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, found: &mut Vec<Finding>) {
    let manifests = subject.docs(Role::Member).chain(subject.manifest());
    for manifest in manifests {
        let Some(types) = manifest.leaf(&["lib", "crate-type"]) else {
            continue;
        };
        let Some(Value::Array(names)) = &types.value else {
            continue;
        };
        let is = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&name.as_str()));
        if is(&["cdylib", "dylib"]) && is(&["lib", "rlib"]) {
            found.push(
                Finding::new(&CRATE_TYPE, "this library is never cached")
                    .at(
                        manifest,
                        types.span.clone(),
                        "linked by the same call of rustc",
                    )
                    .at(doc, leaf.span.clone(), "passes it through"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn a_profile_may_switch_incremental_off() {
        let config = "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"/usr/bin/sccache\"\n";
        assert_eq!(
            found(config),
            [
                "cache_for_everybody: without `sccache` nobody can build this workspace",
                "incremental_under_cache: sccache caches no member that is compiled incrementally",
            ]
        );
        let off = format!("{config}//- Cargo.toml\n[profile]\ndev = {{ incremental = false }}\n");
        assert_eq!(found(&off).len(), 1);
    }

    #[test]
    fn what_a_machine_has_set_for_itself_may_be_switched_off() {
        let files = "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"\"\n//- /home/ann/.cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\n";
        assert!(found(files).is_empty());
    }

    #[test]
    fn release_has_no_debug_information_to_lose() {
        let files = |more: &str| {
            format!(
                "//- .cargo/config.toml\n[build]\nincremental = false\nrustc-wrapper = \"sccache\"\n//- Cargo.toml\n[profile.release]\nsplit-debuginfo = \"unpacked\"\n{more}"
            )
        };
        let lost = |files: String| {
            let mut found = found(&files).into_iter();
            found.any(|one| one.starts_with("unpacked_debuginfo"))
        };
        assert!(!lost(files("")) && lost(files("debug = 1\n")));
    }
}
