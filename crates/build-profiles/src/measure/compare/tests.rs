//! Pairs of measurements, and what may be said of them.

use super::*;
use crate::evidence::CacheCounts;
use crate::measure::record::{Ladder, Machine, Sample, Scenario, Subject, Variant, VariantKind};

const LIMITS: Limits = Limits {
    percent: 5.0,
    seconds: 1.0,
};

/// A measurement with one ladder and one scenario: seconds of the control, and of the one layer, round by round.
fn measured(again: &[f64], cached: &[f64]) -> Measurements {
    let variant = |name: &str, kind, layers: &[&str]| Variant {
        name: name.to_owned(),
        kind,
        layers: layers.iter().map(ToString::to_string).collect(),
    };
    let samples = |name: &'static str, walls: &[f64]| -> Vec<Sample> {
        let of = |(round, wall): (u32, &f64)| Sample {
            round,
            variant: name.to_owned(),
            scenario: "clean-cached".to_owned(),
            wall: *wall,
            ..Sample::default()
        };
        (1..).zip(walls).map(of).collect()
    };
    let base = vec![100.0; again.len()];
    let ladder = Ladder {
        profile: "dev".to_owned(),
        layers: vec!["cache".to_owned()],
        scenarios: vec![Scenario {
            name: "clean-cached".to_owned(),
            command: "cargo build".to_owned(),
            touched_by: vec!["cache".to_owned()],
            ..Scenario::default()
        }],
        variants: vec![
            variant("base", VariantKind::Step, &[]),
            variant("base-again", VariantKind::Again, &[]),
            variant("+cache", VariantKind::Step, &["cache"]),
        ],
        samples: [
            samples("base", &base),
            samples("base-again", again),
            samples("+cache", cached),
        ]
        .concat(),
        ..Ladder::default()
    };
    Measurements {
        schema: 1,
        tool: "0.1.0".to_owned(),
        subject: Subject {
            workspace: "shop".to_owned(),
            ..Subject::default()
        },
        machine: Machine {
            triple: "x86_64-unknown-linux-gnu".to_owned(),
            cpu: Some("Fast 3000".to_owned()),
            cores: 8,
            memory: Some(32_000_000_000),
            file_system: Some("ext4".to_owned()),
            load: Some(0.5),
        },
        tools: [("rustc".to_owned(), "1.94.0".to_owned())].into(),
        ladders: vec![ladder],
        ..Measurements::default()
    }
}

/// Eight rounds of about so many seconds, on a quiet machine.
fn about(seconds: f64) -> Measurements {
    let near = [0.99, 1.01, 1.0, 1.0, 0.995, 1.005, 1.01, 0.99];
    measured(
        &near.map(|near| 100.0 * near),
        &near.map(|near| seconds * near),
    )
}

fn row(old: &Measurements, new: &Measurements) -> Row {
    let mut comparison = compare(old, new, LIMITS);
    assert_eq!(comparison.apart, [], "they can be compared");
    assert_eq!(comparison.rows.len(), 1);
    comparison.rows.remove(0)
}

fn change(old: &Measurements, new: &Measurements) -> Change {
    row(old, new).change
}

fn why(old: &Measurements, new: &Measurements) -> String {
    match change(old, new) {
        Change::CannotTell { why } => why,
        change => panic!("{change:?}"),
    }
}

fn told(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn slower_and_faster() {
    let row = row(&about(40.0), &about(50.0));
    assert_eq!(row.change, Change::Regression);
    assert_eq!(
        (row.ratio, row.seconds, row.noise),
        (Some(1.25), Some(10.0), Some(0.02))
    );
    let took = row.new.unwrap();
    assert_eq!(
        (took.variant.as_str(), took.rounds, took.wall),
        ("+cache", 8, 50.0)
    );
    assert_eq!(change(&about(50.0), &about(40.0)), Change::Improvement);
    assert_eq!(change(&about(50.0), &about(50.0)), Change::Same);
}

#[test]
fn a_regression_is_over_all_three_limits() {
    // 4 % is within the limit, for all its two seconds.
    assert_eq!(change(&about(50.0), &about(52.0)), Change::Same);
    // 20 %, and half a second.
    assert_eq!(change(&about(2.5), &about(3.0)), Change::Same);
    // 10 %, where samples scatter by 1.4826 * 7.5 / 100.5.
    let noisy = [90.0, 110.0, 95.0, 106.0, 90.0, 110.0, 95.0, 106.0];
    let scattered = measured(&[100.0; 8], &noisy);
    let slower = measured(&[100.0; 8], &noisy.map(|seconds| seconds * 1.1));
    assert_eq!(
        why(&scattered, &slower),
        "slower by 10.0 %, and twice the noise is 22.1 %"
    );
    assert_eq!(
        why(&slower, &scattered),
        "faster by 10.0 %, and twice the noise is 22.1 %"
    );
    let far_slower = measured(&[100.0; 8], &noisy.map(|seconds| seconds * 1.4));
    assert_eq!(change(&scattered, &far_slower), Change::Regression);
}

#[test]
fn equals_that_differ_are_noise() {
    let mut off = about(40.0);
    for sample in &mut off.ladders[0].samples {
        if sample.variant == "base-again" {
            sample.wall *= 1.2;
        }
    }
    assert_eq!(
        why(&off, &about(50.0)),
        "slower by 25.0 %, and twice the noise is 40.0 %"
    );
}

#[test]
fn without_a_control_the_intervals_are_left() {
    let without = |seconds| {
        let mut measured = about(seconds);
        measured.ladders[0]
            .samples
            .retain(|sample| sample.variant != "base-again");
        measured
    };
    let row = row(&without(40.0), &without(50.0));
    assert_eq!((row.noise, row.change), (Some(0.02), Change::Regression));
}

#[test]
fn another_machine_says_nothing() {
    let check = |alter: fn(&mut Machine), expected: &[&str]| {
        let (old, mut new) = (about(40.0), about(80.0));
        alter(&mut new.machine);
        let comparison = compare(&old, &new, LIMITS);
        assert_eq!(told(&comparison.apart), expected);
        assert_eq!(comparison.rows.is_empty(), !expected.is_empty());
        assert_eq!(comparison.has_regression(), expected.is_empty());
        assert_eq!(comparison.has_unknown(), !expected.is_empty());
    };
    check(|_| (), &[]);
    check(
        |machine| machine.cpu = Some("Slow 3".to_owned()),
        &["processor: `Fast 3000`, now `Slow 3`"],
    );
    check(
        |machine| machine.cpu = None,
        &["processor: `Fast 3000`, now not known"],
    );
    check(|machine| machine.cores = 4, &["cores: `8`, now `4`"]);
    check(|machine| machine.memory = Some(33_500_000_000), &[]);
    check(
        |machine| machine.memory = Some(16_000_000_000),
        &["memory: `32000000000 bytes`, now `16000000000 bytes`"],
    );
    check(
        |machine| {
            machine.triple = "aarch64-apple-darwin".to_owned();
            machine.memory = None;
        },
        &[
            "host: `x86_64-unknown-linux-gnu`, now `aarch64-apple-darwin`",
            "memory: `32000000000 bytes`, now not known",
        ],
    );
}

#[test]
fn a_machine_that_nobody_knows_is_not_the_same() {
    let (mut old, mut new) = (about(40.0), about(40.0));
    old.machine.cpu = None;
    new.machine.cpu = None;
    assert_eq!(
        told(&compare(&old, &new, LIMITS).apart),
        ["processor: not known, now not known"]
    );
}

#[test]
fn another_workspace_or_another_file() {
    let (old, mut new) = (about(40.0), about(40.0));
    new.subject.workspace = "bank".to_owned();
    new.schema = 2;
    assert_eq!(
        told(&compare(&old, &new, LIMITS).apart),
        [
            "version of the file: `1`, now `2`",
            "workspace: `shop`, now `bank`"
        ]
    );
}

#[test]
fn what_differs_is_said_beside() {
    let (mut old, mut new) = (about(40.0), about(50.0));
    old.tools.insert("sccache".to_owned(), "0.10.0".to_owned());
    new.tools.insert("rustc".to_owned(), "1.95.0".to_owned());
    new.variables
        .insert("RUSTFLAGS".to_owned(), "-Copt-level=1".to_owned());
    new.subject.policy_hash = "1234".to_owned();
    new.ladders[0].layers.push("linker".to_owned());
    new.machine.load = Some(6.25);
    let comparison = compare(&old, &new, LIMITS);
    assert_eq!(
        told(&comparison.beside),
        [
            "rustc: `1.94.0`, now `1.95.0`",
            "sccache: `0.10.0`, now not known",
            "policy: ``, now `1234`",
            "layers of `dev`: `cache`, now `cache, linker`",
            "variable RUSTFLAGS: not known, now `-Copt-level=1`",
            "load before the first build: `0.5`, now `6.2`",
        ]
    );
    assert!(comparison.has_regression());
    assert_eq!(compare(&old, &old, LIMITS).beside, []);
}

#[test]
fn what_is_not_the_same_scenario() {
    let (old, mut new) = (about(40.0), about(50.0));
    new.ladders[0].scenarios[0].command = "cargo build --workspace".to_owned();
    assert_eq!(
        why(&old, &new),
        "`cargo build` was run, now `cargo build --workspace`"
    );
    let mut new = about(50.0);
    new.ladders[0].scenarios[0].about = Some("core".to_owned());
    assert_eq!(why(&old, &new), "it was about nothing, now `core`");
}

#[test]
fn what_only_one_of_them_has() {
    let (old, mut new) = (about(40.0), about(50.0));
    new.ladders[0].environment = Some("ci".to_owned());
    let rows = compare(&old, &new, LIMITS).rows;
    let reasons: Vec<(Option<&str>, &Change)> = rows
        .iter()
        .map(|row| (row.environment.as_deref(), &row.change))
        .collect();
    let because = |why: &str| Change::CannotTell {
        why: why.to_owned(),
    };
    assert_eq!(
        reasons,
        [
            (Some("ci"), &because("it was not measured before")),
            (None, &because("it is not measured any more")),
        ]
    );
}

#[test]
fn too_little_to_tell() {
    let few = measured(&[100.0; 2], &[40.0; 2]);
    assert_eq!(
        why(&few, &about(80.0)),
        "it takes 3 rounds of both, and there are 2"
    );
    let mut failed = about(40.0);
    for sample in &mut failed.ladders[0].samples {
        if sample.variant == "+cache" {
            sample.failure = Some("it did not build".to_owned());
        }
    }
    // What the layers below it take is nobody's answer.
    assert_eq!(
        why(&about(40.0), &failed),
        "no run with all layers came to something now"
    );
    assert_eq!(
        why(&failed, &about(40.0)),
        "no run with all layers came to something before"
    );
}

#[test]
fn steadier_figures_that_have_moved() {
    let with = |units, hits, target| {
        let mut measured = about(40.0);
        for sample in &mut measured.ladders[0].samples {
            sample.units = Some(units);
            sample.target = Some(target);
            sample.cache = Some(CacheCounts {
                executed: 1000,
                hits,
                ..CacheCounts::default()
            });
        }
        measured
    };
    let moved = row(&with(120, 900, 10_000), &with(121, 905, 10_050)).moved;
    let expected = |figure, old, new| Moved { figure, old, new };
    assert_eq!(moved, [expected(Figure::Units, 120.0, 121.0)]);
    let moved = row(&with(120, 900, 10_000), &with(120, 500, 20_000)).moved;
    assert_eq!(
        moved,
        [
            expected(Figure::HitRate, 0.9, 0.5),
            expected(Figure::Target, 10_000.0, 20_000.0)
        ]
    );
}

#[test]
fn it_is_kept_as_json() {
    let comparison = compare(&about(40.0), &about(50.0), LIMITS);
    let text = serde_json::to_string(&comparison).unwrap();
    assert!(
        text.contains(r#""change":{"verdict":"regression"}"#),
        "{text}"
    );
    assert_eq!(
        serde_json::from_str::<Comparison>(&text).unwrap(),
        comparison
    );
}
