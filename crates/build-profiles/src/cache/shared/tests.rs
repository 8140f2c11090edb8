//! Evidence in, judgement out.

use super::*;
use crate::diagnostic::FilePath;
use crate::policy::parse;

fn unit(name: &str, externs: &[&str]) -> Unit {
    Unit {
        name: name.to_owned(),
        externs: externs.iter().map(|&name| name.to_owned()).collect(),
        arguments: vec!["-C metadata=1".to_owned()],
        ..Unit::default()
    }
}

fn hit(name: &str) -> Unit {
    Unit {
        hit: true,
        ..unit(name, &[])
    }
}

/// The second build of the workspace that the reference figures are of: four of nine.
fn second() -> Build {
    let serde_core = Unit {
        env_deps: vec![("OUT_DIR".to_owned(), "/b/target/out".to_owned())],
        ..unit("serde_core", &[])
    };
    let gene = Unit {
        source: Some("/b/gen/src/lib.rs".to_owned()),
        env_deps: vec![("CARGO_MANIFEST_DIR".to_owned(), "/b/gen".to_owned())],
        ..unit("gene", &[])
    };
    let hub = Unit {
        source: Some("hub/src/lib.rs".to_owned()),
        ..unit("hub", &["gene", "serde_json"])
    };
    Build {
        checkout: "/b".to_owned(),
        stats: Stats {
            executed: 9,
            hits: 4,
            misses: 5,
            not_cached: [("crate-type", 6), ("missing input", 2)]
                .map(|(reason, count)| (reason.to_owned(), count))
                .into(),
            ..Stats::default()
        },
        units: vec![
            hit("itoa"),
            hit("ryu"),
            hit("memchr"),
            hit("cfg_if"),
            serde_core,
            unit("serde", &["serde_core", "serde_derive"]),
            unit("serde_json", &["serde_core", "itoa", "ryu", "memchr"]),
            gene,
            hub,
        ],
        milliseconds: 1,
    }
}

fn evidence() -> SharedEvidence {
    let cold = Stats {
        executed: 9,
        misses: 9,
        writes: 9,
        ..Stats::default()
    };
    SharedEvidence {
        backend: "redis".to_owned(),
        first: Some(Build {
            checkout: "/a".to_owned(),
            stats: cold,
            ..Build::default()
        }),
        second: Some(second()),
        ..SharedEvidence::default()
    }
}

#[test]
fn each_miss_has_its_reason_and_what_would_lift_it() {
    let judgement = judge_shared(&evidence());
    assert_eq!(judgement.outcome, Outcome::Shares);
    assert_eq!((judgement.asked, judgement.found), (9, 4));
    let missed: Vec<_> = judgement
        .missed
        .iter()
        .map(|one| (one.name.as_str(), one.reasons.clone(), one.lift))
        .collect();
    let upstream =
        |names: &[&str]| Reason::Upstream(names.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(
        missed,
        [
            (
                "serde_core",
                vec![Reason::OutDir],
                Some(Lift::FixedBuildDir)
            ),
            (
                "serde",
                vec![upstream(&["serde_core"])],
                Some(Lift::FixedBuildDir)
            ),
            (
                "serde_json",
                vec![upstream(&["serde_core"])],
                Some(Lift::FixedBuildDir)
            ),
            (
                "gene",
                vec![
                    Reason::Variable("CARGO_MANIFEST_DIR".to_owned()),
                    Reason::InCheckout
                ],
                Some(Lift::SamePath)
            ),
            (
                "hub",
                vec![Reason::InCheckout, upstream(&["gene", "serde_json"])],
                Some(Lift::SamePath)
            ),
        ]
    );
    // As tried: 7 of 9 with a fixed build directory, 9 of 9 at the same path.
    assert_eq!(judgement.with_a_fixed_build_dir, Some(7));
    assert_eq!(judgement.at_the_same_path, 9);
    assert_eq!(judgement.not_cached, [("crate-type".to_owned(), 6)].into());
}

#[test]
fn what_is_not_understood_is_not_promised() {
    let mut evidence = evidence();
    let second = evidence.second.as_mut().expect("it was built");
    second.stats = Stats {
        executed: 3,
        misses: 3,
        ..Stats::default()
    };
    let remapped = Unit {
        arguments: ["-C metadata=1", "--remap-path-prefix=/b=/src"]
            .map(str::to_owned)
            .to_vec(),
        ..unit("remapped", &[])
    };
    second.units = vec![
        unit("odd", &[]),
        unit("above", &["odd"]),
        remapped,
        unit("user", &["mac"]),
    ];
    // Of the same name as a crate that another is compiled against.
    let probe = Unit {
        arguments: Vec::new(),
        source: Some("src/probe.rs".to_owned()),
        ..unit("mac", &[])
    };
    second.units.push(probe);
    evidence.fixed_build_dir = true;
    let judgement = judge_shared(&evidence);
    assert_eq!(judgement.outcome, Outcome::SharesNothing);
    assert_eq!(judgement.missed[0].reasons, []);
    assert_eq!(judgement.missed[0].lift, None);
    assert_eq!(judgement.missed[1].lift, None);
    assert_eq!(
        judgement.missed[2].reasons,
        [Reason::Argument("--remap-path-prefix=/b=/src".to_owned())]
    );
    assert_eq!(
        judgement.missed[3].reasons,
        [Reason::Uncached(vec!["mac".to_owned()])]
    );
    assert_eq!(judgement.missed[4].reasons, [Reason::BuildScript]);
    assert_eq!(judgement.missed[4].lift, None);
    assert_eq!(judgement.at_the_same_path, 2);
    assert_eq!(judgement.with_a_fixed_build_dir, None);
}

#[test]
fn a_figure_without_a_control_proves_nothing() {
    let outcome = |change: &dyn Fn(&mut SharedEvidence)| {
        let mut evidence = evidence();
        change(&mut evidence);
        judge_shared(&evidence).outcome
    };
    let first = |change: fn(&mut Stats)| {
        outcome(&|evidence| change(&mut evidence.first.as_mut().expect("built").stats))
    };
    assert_eq!(first(|stats| stats.hits = 1), Outcome::NotCold);
    assert_eq!(first(|stats| stats.writes = 0), Outcome::DoesNotStore);
    assert_eq!(first(|stats| stats.executed = 0), Outcome::NotExercised);
    assert_eq!(
        outcome(&|evidence| evidence.second = None),
        Outcome::NotExercised
    );
    let slow = Stopped::TooSlow { seconds: 9 };
    assert_eq!(
        outcome(&|evidence| evidence.stopped = Some(slow.clone())),
        Outcome::Stopped(slow.clone())
    );
}

/// The variables of the experiment, for a storage as the policy writes it.
fn apart_of(storage: &str) -> String {
    let text = format!(
        "schema = 1\n[environment.ci.cache]\ntool = \"sccache\"\nif-missing = \"error\"\nstorage.{storage}\n"
    );
    let (policy, found) = parse(&FilePath::new("p"), &text);
    assert_eq!(found, []);
    let environment = policy.expect("a policy").environments.remove(0);
    let storage = environment.body.cache.and_then(|cache| cache.storage);
    let variables = apart(storage.as_ref(), "new", "/private");
    let lines: Vec<_> = variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    lines.join(" ")
}

#[test]
fn nobody_elses_entries_are_touched() {
    for (storage, expected) in [
        ("dir = '/team'", "SCCACHE_DIR=/private"),
        ("size = '1G'", "SCCACHE_CACHE_SIZE=1G SCCACHE_DIR=/private"),
        (
            "redis = { endpoint = 'redis://c', key-prefix = '/team/', rw-mode = 'READ_ONLY' }",
            "SCCACHE_REDIS_ENDPOINT=redis://c SCCACHE_REDIS_EXPIRATION=3600 SCCACHE_REDIS_KEY_PREFIX=/team/new \
             SCCACHE_REDIS_RW_MODE=READ_WRITE",
        ),
        (
            "s3 = { bucket = 'b' }",
            "SCCACHE_BUCKET=b SCCACHE_S3_KEY_PREFIX=new SCCACHE_S3_RW_MODE=READ_WRITE",
        ),
        (
            "gha = { version = '1' }",
            "SCCACHE_GHA_ENABLED=on SCCACHE_GHA_RW_MODE=READ_WRITE SCCACHE_GHA_VERSION=1-new",
        ),
    ] {
        assert_eq!(apart_of(storage), expected);
    }
    assert_eq!(
        apart(None, "new", "/private"),
        [("SCCACHE_DIR".to_owned(), "/private".to_owned())].into()
    );
}

#[test]
fn the_service_to_be_reached() {
    let of = |name: &str, url: &str| endpoint(&[(name.to_owned(), url.to_owned())].into());
    for (name, url, host, port) in [
        ("SCCACHE_REDIS_ENDPOINT", "redis://c", "c", 6379),
        ("SCCACHE_REDIS_ENDPOINT", "c:7000", "c", 7000),
        (
            "SCCACHE_REDIS_CLUSTER_ENDPOINTS",
            "rediss://me@a:1,redis://b:2",
            "a",
            1,
        ),
        ("SCCACHE_WEBDAV_ENDPOINT", "http://c/x:y", "c", 80),
        ("SCCACHE_ENDPOINT", "https://[::1]:9000/", "::1", 9000),
        ("SCCACHE_ENDPOINT", "[::1]", "::1", 443),
    ] {
        assert_eq!(of(name, url), Some((host.to_owned(), port)), "{url}");
    }
    assert_eq!(
        of("SCCACHE_REDIS_ENDPOINT", "redis+unix:///run/r.sock"),
        None
    );
    assert_eq!(of("SCCACHE_DIR", "/c"), None);
}

#[test]
fn build_directories_that_all_checkouts_share() {
    assert!(is_fixed("/var/build") && is_fixed("C:\\build") && is_fixed("{cargo-cache-home}/b"));
    for own in ["build", "{workspace-root}/b", "/b/{workspace-path-hash}"] {
        assert!(!is_fixed(own), "{own}");
    }
}

#[test]
fn a_flag_with_the_path_of_the_copied_checkout_makes_every_hit_a_miss() {
    let mut evidence = evidence();
    evidence.origin = "/home/me/app".to_owned();
    let second = evidence.second.as_mut().expect("it has one");
    for unit in &mut second.units {
        unit.arguments
            .push("--remap-path-prefix=/home/me/app=/src".to_owned());
    }
    let judgement = judge_shared(&evidence);
    assert_eq!(judgement.outcome, Outcome::SharesNothing);
    assert_eq!((judgement.asked, judgement.found), (9, 0));
    assert!(
        judgement
            .missed
            .iter()
            .all(|missed| missed.reasons.contains(&Reason::Argument(
                "--remap-path-prefix=/home/me/app=/src".to_owned()
            )))
    );
    // Another folder that only begins like it.
    evidence.origin = "/home/me/ap".to_owned();
    assert_eq!(judge_shared(&evidence).found, 4);
}
