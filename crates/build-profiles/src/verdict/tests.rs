//! Hand-made evidence, and what it comes to. One workspace in which everything is in force is spoiled in one place.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::evidence::{
    CacheCounts, CacheSeen, Call, DocRun, GraphSeen, Linked, Mark, Relink, Role, Taken, TestRun,
    TestsSeen, Unit,
};
use crate::probe::Scope;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";
const DRIVER: &str = "/cache/mold-driver-1";

fn subjects_of_all_kinds() -> Vec<(&'static str, Subject)> {
    let text = str::to_owned;
    let in_profile = |scope, key: &str, value: &str| Subject::Profile {
        profile: text("dev"),
        scope,
        key: text(key),
        value: text(value),
    };
    vec![
        (
            "profile.dev.debug",
            in_profile(Scope::Base, "debug", "none"),
        ),
        (
            "profile.dev.package.lib1.opt-level",
            in_profile(Scope::Named(text("lib1")), "opt-level", "1"),
        ),
        (
            "target.unix.rustflags",
            Subject::Flags {
                flags: vec![text("--cfg"), text("ours")],
                here: true,
            },
        ),
        (
            "target.host.rustflags",
            Subject::Flags {
                flags: vec![text("-Clink-arg=-fuse-ld=mold")],
                here: true,
            },
        ),
        (
            "target.host.linker",
            Subject::Linker {
                program: text(DRIVER),
                here: true,
            },
        ),
        (
            "linker.linux-gnu",
            Subject::MachineLinker {
                candidates: vec![text("mold"), text("default")],
                chosen: Some(text(DRIVER)),
            },
        ),
        (
            "build.rustc-wrapper",
            Subject::Cache {
                tool: text("sccache"),
                everything: false,
                chosen: Some(text("sccache")),
                optional: false,
            },
        ),
        ("build.incremental", Subject::Incremental { value: false }),
    ]
}

fn claims() -> Vec<Claim> {
    let claim = |(key, subject): (&str, Subject)| Claim {
        key: key.to_owned(),
        wanted: "1".to_owned(),
        subject,
        place: None,
        reason: None,
    };
    subjects_of_all_kinds().into_iter().map(claim).collect()
}

fn unit(name: &str, role: Role, opt_level: &str, debug: &str, incremental: &str) -> Unit {
    let profile = [
        ("opt-level", opt_level),
        ("debug", debug),
        ("incremental", incremental),
    ];
    Unit {
        package: name.to_owned(),
        version: "0.1.0".to_owned(),
        crate_name: name.to_owned(),
        role,
        member: true,
        local: true,
        for_the_build: role == Role::BuildScript,
        profile: profile
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn graph(without: Option<Taken>, units: Vec<Unit>) -> GraphSeen {
    GraphSeen {
        profile: "dev".to_owned(),
        without,
        instead: BTreeMap::new(),
        units: Ok(units),
    }
}

fn call(name: &str, role: Role, configured: bool) -> Call {
    let mut args = match (configured, name) {
        (true, "lib1") => vec!["-C", "opt-level=1"],
        _ => vec![],
    };
    let linker = format!("linker={DRIVER}");
    if configured {
        args.extend(["--cfg", "ours", "-Clink-arg=-fuse-ld=mold", "-C", &linker]);
    }
    Call {
        package: name.to_owned(),
        version: "0.1.0".to_owned(),
        crate_name: name.to_owned(),
        role,
        wrappers: configured
            .then(|| "sccache".to_owned())
            .into_iter()
            .collect(),
        target: None,
        args: args.into_iter().map(str::to_owned).collect(),
    }
}

fn mark(linker: &str) -> Vec<Mark> {
    vec![Mark {
        linker: linker.to_owned(),
        version: None,
    }]
}

fn build(what: BuildKind, configured: bool) -> Build {
    let linker = if configured { "mold" } else { "LLD" };
    let linked = |path: &str, role| Linked {
        path: path.to_owned(),
        role,
        marks: mark(linker),
    };
    Build {
        what,
        profile: "dev".to_owned(),
        command: "cargo build".to_owned(),
        calls: vec![
            call("lib1", Role::Library, configured),
            call("app", Role::Program, configured),
            call("build_script_build", Role::BuildScript, configured),
        ],
        linked: vec![
            linked("debug/app", Role::Program),
            linked("debug/build/app/build-script-build", Role::BuildScript),
        ],
        debug_objects: 0,
        compiled: 3,
        warnings: Vec::new(),
        failure: None,
        seconds: 1.0,
        cpu_seconds: None,
    }
}

fn counts(hits: u64) -> CacheCounts {
    CacheCounts {
        executed: 1,
        hits,
        misses: 1 - hits,
        writes: 1 - hits,
        entries: Some(1),
        refused: BTreeMap::from([("crate-type".to_owned(), 2), ("-".to_owned(), 3)]),
        ..CacheCounts::default()
    }
}

/// Everything is in force, and every control shows it.
fn sane() -> Evidence {
    let with = |lib1: &str, debug: &str, incremental: &str| {
        vec![
            unit("lib1", Role::Library, lib1, debug, incremental),
            unit("app", Role::Program, "0", debug, incremental),
            unit(
                "build_script_build",
                Role::BuildScript,
                "0",
                "none",
                incremental,
            ),
        ]
    };
    Evidence {
        triple: TRIPLE.to_owned(),
        graphs: vec![
            graph(None, with("1", "none", "false")),
            graph(Some(Taken::Base), with("1", "full", "true")),
            graph(Some(Taken::Named), with("0", "none", "false")),
        ],
        builds: vec![
            build(BuildKind::Small, true),
            build(BuildKind::SmallWithout, false),
            build(BuildKind::Workspace, true),
            build(BuildKind::WorkspaceAgain, true),
        ],
        relink: Some(Relink {
            crate_name: "app".to_owned(),
            without: format!("-C linker={DRIVER}"),
            marks: Ok(mark("LLD")),
        }),
        cache: Some(CacheSeen {
            program: "sccache".to_owned(),
            started: true,
            subject: Some(BuildKind::Workspace),
            cold: Some(Ok(counts(0))),
            warm: Some(Ok(counts(1))),
        }),
        ..Evidence::default()
    }
}

/// Nothing that was seen without a setting.
fn without_controls(mut evidence: Evidence) -> Evidence {
    let first = |what| {
        matches!(
            what,
            BuildKind::Small | BuildKind::Workspace | BuildKind::Tests
        )
    };
    evidence.builds.retain(|build| first(build.what));
    evidence.graphs.retain(|graph| graph.without.is_none());
    evidence.relink = None;
    if let Some(cache) = &mut evidence.cache {
        cache.warm = None;
    }
    evidence
}

fn outcomes(evidence: &Evidence) -> Vec<String> {
    judge(&claims(), evidence)
        .iter()
        .map(|verdict| format!("{} {}", verdict.claim.key, verdict.outcome.name()))
        .collect()
}

/// Spoils the sane evidence; what of it is not active any more, with what is said.
fn check(spoil: impl FnOnce(&mut Evidence), expected: &[(&str, Outcome, &str)]) {
    let mut evidence = sane();
    spoil(&mut evidence);
    let verdicts = judge(&claims(), &evidence);
    let told: Vec<_> = verdicts
        .iter()
        .filter(|verdict| verdict.outcome != Outcome::Active)
        .collect();
    let keys: Vec<_> = told
        .iter()
        .map(|verdict| (verdict.claim.key.as_str(), verdict.outcome))
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|(key, outcome, _)| (*key, *outcome))
        .collect();
    assert_eq!(keys, wanted, "{told:#?}");
    for (verdict, (_, _, piece)) in told.iter().zip(expected) {
        let text = verdict.evidence.join("; ");
        assert!(text.contains(piece), "no `{piece}` in `{text}`");
    }
}

fn of_kind(evidence: &mut Evidence, what: BuildKind) -> &mut Build {
    let found = evidence.builds.iter_mut().find(|build| build.what == what);
    found.expect("the sane evidence has it")
}

fn cold(evidence: &mut Evidence) -> &mut CacheCounts {
    match evidence.cache.as_mut().map(|cache| &mut cache.cold) {
        Some(Some(Ok(counts))) => counts,
        other => panic!("{other:?}"),
    }
}

fn warm(evidence: &mut Evidence) -> &mut CacheCounts {
    match evidence.cache.as_mut().map(|cache| &mut cache.warm) {
        Some(Some(Ok(counts))) => counts,
        other => panic!("{other:?}"),
    }
}

use Outcome::{Inactive, Unproven};

const CACHE: &str = "build.rustc-wrapper";

#[test]
fn in_a_sane_workspace_everything_is_active() {
    check(|_| {}, &[]);
}

#[test]
fn one_call_without_the_wrapper_is_enough() {
    check(
        |evidence| {
            of_kind(evidence, BuildKind::Workspace).calls[1]
                .wrappers
                .clear()
        },
        &[(CACHE, Inactive, "not for `app`")],
    );
}

#[test]
fn counters_of_less_than_was_compiled_prove_nothing() {
    check(
        |evidence| cold(evidence).refused.clear(),
        &[(CACHE, Unproven, "it went away meanwhile")],
    );
    check(
        |evidence| warm(evidence).refused.clear(),
        &[(CACHE, Unproven, "it went away meanwhile")],
    );
    check(
        |evidence| *cold(evidence) = CacheCounts::default(),
        &[(CACHE, Inactive, "counted none of 3")],
    );
}

#[test]
fn results_that_are_nowhere_were_not_written() {
    check(
        |evidence| cold(evidence).entries = Some(0),
        &[(CACHE, Inactive, "nothing is in its folder")],
    );
    check(
        |evidence| {
            let counts = cold(evidence);
            (counts.writes, counts.write_errors) = (0, 1);
        },
        &[(CACHE, Inactive, "could not be written")],
    );
}

#[test]
fn a_server_that_is_gone_is_told_from_none() {
    let error = || Some(Err("it went away meanwhile".to_owned()));
    check(
        |evidence| {
            evidence.cache.as_mut().expect("there").cold = error();
        },
        &[(CACHE, Unproven, "does not answer any more")],
    );
    check(
        |evidence| {
            let cache = evidence.cache.as_mut().expect("there");
            (cache.started, cache.cold) = (false, error());
        },
        &[(CACHE, Inactive, "does not tell what it did")],
    );
}

#[test]
fn debug_information_that_does_not_come_back_is_missed() {
    check(
        |evidence| of_kind(evidence, BuildKind::Workspace).debug_objects = 4,
        &[(
            CACHE,
            Inactive,
            "0 `.dwo` files, where the first build left 4",
        )],
    );
}

#[test]
fn the_mark_in_the_product_beats_the_command_line() {
    check(
        |evidence| of_kind(evidence, BuildKind::Workspace).linked[0].marks = mark("LLD"),
        &[
            ("target.host.rustflags", Inactive, "mold in 1 of 2"),
            ("linker.linux-gnu", Inactive, "LLD"),
        ],
    );
}

#[test]
fn two_marks_are_none() {
    check(
        |evidence| {
            let marks = &mut of_kind(evidence, BuildKind::Workspace).linked[0].marks;
            marks.extend(mark("LLD"));
        },
        &[
            ("target.host.rustflags", Inactive, "mold and LLD"),
            ("linker.linux-gnu", Inactive, "mold and LLD"),
        ],
    );
}

#[test]
fn a_mark_that_the_small_package_lacks_was_brought_along() {
    check(
        |evidence| of_kind(evidence, BuildKind::Small).linked[0].marks.clear(),
        &[
            (
                "target.host.rustflags",
                Inactive,
                "a package of a few lines",
            ),
            ("linker.linux-gnu", Inactive, "a package of a few lines"),
        ],
    );
}

#[test]
fn the_last_linker_that_is_asked_for_counts() {
    let mut evidence = sane();
    let build = of_kind(&mut evidence, BuildKind::Workspace);
    for call in &mut build.calls {
        call.args.push("-Clink-arg=-fuse-ld=gold".to_owned());
    }
    for linked in &mut build.linked {
        linked.marks = mark("gold");
    }
    evidence.traces.insert(
        "build.rustflags".to_owned(),
        vec![Said {
            place: "config.toml:9".to_owned(),
            value: "[\"-Clink-arg=-fuse-ld=gold\"]".to_owned(),
            wins: true,
            ..Said::default()
        }],
    );
    let verdicts = judge(&claims(), &evidence);
    let flags = verdicts
        .iter()
        .find(|verdict| verdict.claim.key == "target.host.rustflags")
        .expect("it was claimed");
    assert_eq!(flags.outcome, Inactive);
    assert_eq!(
        flags.help.as_deref(),
        Some("take `-fuse-ld=gold` out of config.toml:9")
    );
}

#[test]
fn a_unit_with_another_value_is_enough() {
    check(
        |evidence| {
            if let Ok(units) = &mut evidence.graphs[0].units {
                units[1]
                    .profile
                    .insert("debug".to_owned(), "full".to_owned());
            }
        },
        &[(
            "profile.dev.debug",
            Inactive,
            "Cargo resolves it to `full` for `app`",
        )],
    );
}

/// *Active* is two observations that differ; without the second one nothing is.
#[test]
fn without_a_control_nothing_is_active() {
    let outcomes = outcomes(&without_controls(sane()));
    assert!(
        outcomes.iter().all(|outcome| !outcome.ends_with(" active")),
        "{outcomes:#?}"
    );
}

/// Evidence with something of it missing, doubled, or of another kind.
fn spoiled() -> impl Strategy<Value = Evidence> {
    let numbers = proptest::collection::vec((0u64..12, 0u64..4), 0..12);
    numbers.prop_map(|changes| {
        let mut evidence = sane();
        for (what, which) in changes {
            let at = which as usize;
            match what {
                0 => cold_or_warm(&mut evidence, at).hits = which,
                1 => cold_or_warm(&mut evidence, at).executed = which,
                2 => cold_or_warm(&mut evidence, at).misses = which,
                3 => cold_or_warm(&mut evidence, at).refused.clear(),
                4 => drop(evidence.graphs.drain(..at.min(evidence.graphs.len()))),
                5 => drop(evidence.builds.drain(..at.min(evidence.builds.len()))),
                6 => evidence.builds.iter_mut().for_each(|build| {
                    build.linked.truncate(at);
                }),
                7 => evidence.builds.iter_mut().for_each(|build| {
                    build.calls.truncate(at);
                }),
                8 => evidence.relink = None,
                9 => evidence.cache = None,
                10 => evidence.machine_layer = MachineLayer::Missing,
                _ => evidence.builds.reverse(),
            }
        }
        evidence
    })
}

fn cold_or_warm(evidence: &mut Evidence, at: usize) -> &mut CacheCounts {
    let cache = evidence.cache.get_or_insert_default();
    let counts = match at % 2 {
        0 => &mut cache.cold,
        _ => &mut cache.warm,
    };
    match counts.get_or_insert_with(|| Ok(CacheCounts::default())) {
        Ok(counts) => counts,
        Err(why) => panic!("{why}"),
    }
}

proptest! {
    #[test]
    fn no_evidence_without_a_control_is_active(evidence in spoiled()) {
        for outcome in outcomes(&without_controls(evidence)) {
            prop_assert!(!outcome.ends_with(" active"), "{}", outcome);
        }
    }

    /// What is in the report is all that a verdict rests on.
    #[test]
    fn verdicts_survive_the_report(evidence in spoiled()) {
        let verdicts = judge(&claims(), &evidence);
        let text = serde_json::to_string(&(&evidence, &verdicts)).expect("plain data");
        let (again, told): (Evidence, Vec<Verdict>) = serde_json::from_str(&text).expect("as written");
        let claims: Vec<Claim> = told.iter().map(|verdict| verdict.claim.clone()).collect();
        prop_assert_eq!(judge(&claims, &again), told);
    }
}

#[test]
fn failing_tests_are_findings_and_no_verdict() {
    let text = str::to_owned;
    let evidence = Evidence {
        tests: Some(TestsSeen {
            run: Some(TestRun {
                failed: vec![text("lib1 a"), text("lib1 b")],
                flaky: vec![text("lib1 c")],
                ..TestRun::default()
            }),
            doctests: Some(DocRun {
                failed: vec![text("src/lib.rs - d (line 2)")],
                ..DocRun::default()
            }),
            ..TestsSeen::default()
        }),
        ..Evidence::default()
    };
    let said = |evidence: &Evidence| -> Vec<String> {
        let found = super::findings(evidence);
        found
            .iter()
            .map(|found| format!("{:?}[{}] {}", found.level, found.code, found.message))
            .collect()
    };
    assert_eq!(
        said(&evidence),
        [
            "Deny[tests_fail] 2 tests fail: `lib1 a`, `lib1 b`",
            "Warning[flaky_tests] passed only when tried again: `lib1 c`",
            "Deny[doctests_fail] a doctest fails: `src/lib.rs - d (line 2)`",
        ]
    );
    let broken = Evidence {
        tests: Some(TestsSeen {
            doctests: Some(DocRun::default()),
            ..TestsSeen::default()
        }),
        ..Evidence::default()
    };
    assert_eq!(
        said(&broken),
        ["Deny[doctests_fail] the doctests could not be run"]
    );
    assert_eq!(said(&Evidence::default()), [""; 0]);
}
