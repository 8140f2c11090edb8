//! Ladders written as tables, and what they come to.

use super::*;
use crate::evidence::CacheCounts;
use crate::measure::record::{Ladder, Linked, Sample, Scenario, Variant, VariantKind};

/// A ladder over one scenario: a line for each variant, with its seconds in each round, the discarded one first. `-` is a
/// run that failed, `.` none at all.
fn ladder(touched_by: &str, text: &str) -> Ladder {
    let layers: Vec<String> = words("profiles cache runner linker");
    let mut ladder = Ladder {
        scenarios: vec![Scenario {
            name: "clean".to_owned(),
            touched_by: words(touched_by),
            ..Scenario::default()
        }],
        layers: layers.clone(),
        ..Ladder::default()
    };
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, walls) = line.split_once(' ').unwrap_or((line, ""));
        ladder.variants.push(variant(name, &layers));
        for (round, wall) in (0..).zip(walls.split_whitespace()) {
            if wall != "." {
                ladder.samples.push(Sample {
                    round,
                    variant: name.to_owned(),
                    scenario: "clean".to_owned(),
                    wall: wall.parse().unwrap_or_default(),
                    failure: (wall == "-").then(|| "it did not build".to_owned()),
                    ..Sample::default()
                });
            }
        }
    }
    ladder
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn variant(name: &str, layers: &[String]) -> Variant {
    let (kind, layers) = match name.split_at(1) {
        ("+", layer) => {
            let last = layers.iter().position(|other| other == layer).unwrap();
            (VariantKind::Step, layers[..=last].to_vec())
        }
        ("-", layer) => {
            let others = layers.iter().filter(|other| *other != layer);
            (VariantKind::AllBut, others.cloned().collect())
        }
        _ if name == "base-again" => (VariantKind::Again, Vec::new()),
        _ => (VariantKind::Step, Vec::new()),
    };
    Variant {
        name: name.to_owned(),
        kind,
        layers,
    }
}

fn weighed(touched_by: &str, text: &str) -> Weighed {
    let mut analysis = analyse(&ladder(touched_by, text));
    analysis.scenarios.remove(0)
}

/// `layer from to ratio (low to high) p p_holm verdict`
fn told(weighed: &Weighed) -> Vec<String> {
    let p = |p: Option<f64>| p.map_or("none".to_owned(), |p| format!("{p:.4}"));
    let told = |step: &Step| {
        format!(
            "{} {} {} {} {} {} {}",
            step.layer,
            step.from,
            step.to,
            estimate(&step.estimate),
            p(step.p),
            p(step.p_holm),
            step.verdict.name(),
        )
    };
    weighed.steps.iter().map(told).collect()
}

fn estimate(estimate: &Estimate) -> String {
    let Estimate {
        rounds,
        ratio,
        low,
        high,
    } = estimate;
    format!("{ratio:.2} ({low:.2} to {high:.2}) of {rounds}")
}

#[test]
fn a_ladder() {
    let weighed = weighed(
        "profiles cache linker",
        "base       99 10.0 10.1 10.2 10.1 10.0 10.1 10.2 10.1
         base-again 99 10.1 10.0 10.2 10.0 10.1 10.0 10.1 10.2
         +profiles  99  9.0  9.1  9.2  9.1  9.0  9.1  9.2  9.1
         +cache     99  4.0  4.1  4.2  4.1  4.0  4.1  4.2  4.1
         +runner     .    .    .    .    .    .    .    .    .
         +linker    99  4.1  4.0  4.2  4.1  4.0  4.1  4.0  4.2
         -profiles  99  5.0  5.1  5.2  5.1  5.0  5.1  5.2  5.1
         -cache     99  9.0  9.1  9.2  9.1  9.0  9.1  9.2  9.1",
    );
    assert_eq!(
        told(&weighed),
        [
            "profiles base +profiles 0.90 (0.90 to 0.90) of 8 0.0078 0.0234 faster",
            "cache +profiles +cache 0.45 (0.44 to 0.46) of 8 0.0078 0.0234 faster",
            // What has no sample is passed over, and the step is still called by the layer it adds.
            "linker +cache +linker 1.00 (0.98 to 1.02) of 8 1.0000 1.0000 no evidence",
        ]
    );
    let control = weighed.control.unwrap();
    assert_eq!(estimate(&control.estimate), "1.00 (0.99 to 1.01) of 8");
    assert_eq!((control.floor, control.broken), (0.02, false));
    assert_eq!(
        estimate(&weighed.whole.unwrap()),
        "0.41 (0.40 to 0.41) of 8"
    );
    let without: Vec<String> = weighed
        .without
        .iter()
        .map(|without| format!("{} {}", without.layer, estimate(&without.estimate)))
        .collect();
    assert_eq!(
        without,
        [
            "profiles 0.80 (0.78 to 0.82) of 8",
            "cache 0.45 (0.44 to 0.46) of 8",
            // Without the last is the step before it.
            "linker 1.00 (0.98 to 1.02) of 8",
        ]
    );
}

#[test]
fn a_round_that_one_of_both_has_lost_is_none_of_the_pair() {
    let weighed = weighed(
        "profiles cache",
        "base       9 10 10 10 10 10 10 10 10
         base-again 9 10 10 10 10 10 10 10 10
         +profiles  9  5  5  -  5  5  5  5  5
         +cache     9  1  1  1  1  1  1  1  1",
    );
    assert_eq!(
        told(&weighed),
        [
            "profiles base +profiles 0.50 (0.50 to 0.50) of 7 none none too few rounds",
            "cache +profiles +cache 0.20 (0.20 to 0.20) of 7 none none too few rounds",
        ]
    );
    assert_eq!(weighed.whole.unwrap().rounds, 8);
    assert_eq!(weighed.variants[2].rounds, 7);
}

#[test]
fn a_variant_that_never_builds_has_no_step() {
    let weighed = weighed(
        "profiles cache linker",
        "base      9 10 10
         +profiles -  -  -
         +cache    9  5  5
         +linker   9  4  4",
    );
    // The cache is not blamed for what it would do together with the profiles.
    assert_eq!(
        told(&weighed),
        ["linker +cache +linker 0.80 (0.80 to 0.80) of 2 none none too few rounds"]
    );
    assert_eq!(weighed.control, None);
    let names: Vec<&str> = weighed
        .variants
        .iter()
        .map(|figures| figures.variant.as_str())
        .collect();
    assert_eq!(names, ["base", "+cache", "+linker"]);
}

#[test]
fn nothing_that_makes_a_difference() {
    let weighed = weighed("", "base 9 1 1\nbase-again 9 1 1\n+profiles 9 . .");
    assert_eq!(
        (told(&weighed).len(), weighed.whole, weighed.without),
        (0, None, Vec::new())
    );
    assert_eq!(
        estimate(&weighed.control.unwrap().estimate),
        "1.00 (1.00 to 1.00) of 2"
    );
}

#[test]
fn no_samples_at_all() {
    let weighed = weighed("cache", "base\nbase-again\n+cache 5");
    let nothing = Weighed {
        scenario: "clean".to_owned(),
        ..Weighed::default()
    };
    assert_eq!(weighed, nothing);
}

const EIGHT: &str = "9 10 10 10 10 10 10 10 10";

#[test]
fn seven_rounds_are_too_few_and_eight_are_not() {
    let step = |walls: &str| {
        let text = format!("base {EIGHT}\nbase-again {EIGHT}\n+cache {walls}");
        weighed("cache", &text).steps[0].verdict
    };
    assert_eq!(step("9 5 5 5 5 5 5 5"), Verdict::TooFewRounds);
    assert_eq!(step("9 5 5 5 5 5 5 5 5"), Verdict::Faster);
    assert_eq!(step("9 20 20 20 20 20 20 20 20"), Verdict::Slower);
    // Certain, and too little to matter.
    assert_eq!(
        step("9 9.9 9.9 9.9 9.9 9.9 9.9 9.9 9.9"),
        Verdict::NoEvidence
    );
    // Much, and not certain.
    assert_eq!(step("9 5 5 5 12 5 12 12 5"), Verdict::NoEvidence);
}

#[test]
fn equals_that_differ_take_all_verdicts() {
    let with_control = |again: &str| {
        let text = format!("base {EIGHT}\n{again}\n+cache 9 5 5 5 5 5 5 5 5");
        let weighed = weighed("cache", &text);
        (
            weighed.control.map(|control| control.broken),
            weighed.steps[0].verdict,
        )
    };
    assert_eq!(
        with_control("base-again 9 11 11 11 11 11 11 11 11"),
        (Some(true), Verdict::NoEvidence)
    );
    // One in a hundred is less than anybody asks about.
    assert_eq!(
        with_control("base-again 9 10.1 10.1 10.1 10.1 10.1 10.1 10.1 10.1"),
        (Some(false), Verdict::Faster)
    );
    // What equals differ by is not known from so few.
    assert_eq!(
        with_control("base-again 9 10 10 10"),
        (Some(false), Verdict::NoEvidence)
    );
    assert_eq!(with_control(""), (None, Verdict::NoEvidence));
}

#[test]
fn a_control_that_scatters_raises_the_floor() {
    let text = format!(
        "base {EIGHT}
         base-again 9 8 12 8 12 9 11 9 11
         +cache 9 8.8 8.8 8.8 8.8 8.8 8.8 8.8 8.8
         +linker 9 5 5 5 5 5 5 5 5"
    );
    let weighed = weighed("cache linker", &text);
    let floor = weighed.control.unwrap().floor;
    assert!((0.05..0.15).contains(&floor), "{floor}");
    let verdicts: Vec<Verdict> = weighed.steps.iter().map(|step| step.verdict).collect();
    assert_eq!(verdicts, [Verdict::Faster, Verdict::Faster]);
    assert!(weighed.steps[0].estimate.high < 1.0 - floor);
}

#[test]
fn a_sample_far_off_is_kept_and_named() {
    let weighed = weighed("", "base 99 10 10.1 10.2 60 10.1 10.2 10");
    let [far_off] = &weighed.far_off[..] else {
        panic!("{:?}", weighed.far_off);
    };
    assert_eq!(
        (far_off.variant.as_str(), far_off.round, far_off.wall),
        ("base", 4, 60.0)
    );
    assert!(far_off.score > 400.0);
    assert_eq!(weighed.variants[0].rounds, 7);
    assert_eq!(weighed.variants[0].wall, 10.1);
}

#[test]
fn steadier_figures() {
    let mut ladder = ladder("cache", "base 9 4 2 3 1\n+cache 9 . . . 1");
    let rate = |hits, executed, compile_fails| CacheCounts {
        hits,
        executed,
        compile_fails,
        size: Some(executed * 100),
        ..CacheCounts::default()
    };
    for sample in &mut ladder.samples {
        let by_round = u64::from(sample.round);
        sample.cpu = Some(sample.wall * 2.0);
        sample.units = (sample.round != 3).then_some(sample.round as usize * 10);
        sample.target = Some(1000 * by_round);
        sample.linked = Some(Linked {
            count: 1,
            bytes: by_round,
        });
        sample.cache = Some(rate(9, 11 + by_round, by_round));
    }
    let mut weighed = analyse(&ladder).scenarios.remove(0);
    assert_eq!(
        weighed.variants.remove(0),
        Figures {
            variant: "base".to_owned(),
            rounds: 4,
            wall: 2.5,
            wall_min: 1.0,
            wall_mad: 1.0,
            cpu: Some(5.0),
            memory: None,
            // The third has none: 10, 20 and 40 are left.
            units: Some(20),
            target: Some(2500),
            linked: Some(3),
            cache_size: Some(1500),
            // What the compiler refused is nothing that a cache could serve.
            hit_rate: Some(9.0 / 11.0),
        }
    );
}

#[test]
fn a_time_that_is_none_counts_for_nothing() {
    let weighed = weighed("cache", "base 9 10 10 0 10\n+cache 9 5 -5 5 5");
    assert_eq!(
        estimate(&weighed.steps[0].estimate),
        "0.50 (0.50 to 0.50) of 2"
    );
}
