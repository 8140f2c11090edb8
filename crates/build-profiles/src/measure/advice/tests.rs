//! Ladders written as tables, and what is advised of them.

use super::*;
use crate::evidence::CacheCounts;
use crate::measure::analysis::analyse;

/// A ladder of these layers. A line for each scenario and variant, with its seconds in round 1; the others scatter a
/// little. `-`: it fails. The first column names the scenario, and after `:` the layers that touch it, where it is named
/// first.
fn ladder(layers: &str, rounds: u32, text: &str) -> Ladder {
    let layers: Vec<String> = layers.split_whitespace().map(str::to_owned).collect();
    let mut ladder = Ladder {
        layers: layers.clone(),
        variants: variants(&layers),
        rounds,
        ..Ladder::default()
    };
    for line in text.lines().map(str::trim) {
        if let Some((name, touched_by)) = line.split_once(':') {
            let touched_by = touched_by.split_whitespace();
            ladder.scenarios.push(Scenario {
                name: name.to_owned(),
                touched_by: touched_by.map(str::to_owned).collect(),
                ..Scenario::default()
            });
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some(variant), Some(wall)) = (words.next(), words.next()) else {
            continue;
        };
        let scenario = ladder.scenarios.last().unwrap().name.clone();
        for round in 0..=rounds {
            ladder.samples.push(sample(&scenario, variant, wall, round));
        }
    }
    ladder
}

fn sample(scenario: &str, variant: &str, wall: &str, round: u32) -> Sample {
    // Half a per cent around it, each variant at another time.
    let turn = (round as usize * 3 + variant.len() * 5) % 7;
    let scatter = 0.995 + turn as f64 * 0.01 / 6.0;
    Sample {
        round,
        variant: variant.to_owned(),
        scenario: scenario.to_owned(),
        wall: wall.parse::<f64>().unwrap_or(0.0) * scatter,
        failure: (wall == "-").then(|| "it failed".to_owned()),
        ..Sample::default()
    }
}

/// The steps of the ladder, the first once more, and all but one.
fn variants(layers: &[String]) -> Vec<Variant> {
    let variant = |name: String, kind, layers: Vec<String>| Variant { name, kind, layers };
    let base = variant("base".to_owned(), VariantKind::Step, Vec::new());
    let again = variant("base-again".to_owned(), VariantKind::Again, Vec::new());
    let steps = (0..layers.len()).map(|last| {
        let name = format!("+{}", layers[last]);
        variant(name, VariantKind::Step, layers[..=last].to_vec())
    });
    let but = layers.iter().take(layers.len() - 1).map(|layer| {
        let others = layers.iter().filter(|other| *other != layer);
        let name = format!("-{layer}");
        variant(name, VariantKind::AllBut, others.cloned().collect())
    });
    [base, again].into_iter().chain(steps).chain(but).collect()
}

const TEN_A_DAY: Habits = Habits {
    builds_per_day: 10.0,
    setup: Duration::ZERO,
};

fn advised(ladder: &Ladder, habits: &Habits) -> Advised {
    advise(ladder, &analyse(ladder), habits)
}

fn said(ladder: &Ladder) -> Vec<String> {
    let advised = advised(ladder, &TEN_A_DAY);
    advised.layers.iter().map(ToString::to_string).collect()
}

/// A cache of 1.2 GB from the step on that brings it.
fn with_cache(mut ladder: Ladder) -> Ladder {
    for sample in &mut ladder.samples {
        if sample.variant == "+cache" {
            sample.cache = Some(CacheCounts {
                size: Some(1_200_000_000),
                ..CacheCounts::default()
            });
        }
    }
    ladder
}

const CACHE: &str = "clean: cache
        base       40
        base-again 40
        +cache     43
     clean-cached: cache
        base       40
        base-again 40
        +cache     16
     edit-hub: cache
        base       5
        base-again 5
        +cache     5.02";

#[test]
fn a_layer_that_is_faster_and_nowhere_slower_is_kept() {
    assert_eq!(
        said(&with_cache(ladder("cache", 8, CACHE))),
        [
            "cache: keep; clean-cached 0.40 (0.40 to 0.40), edit-hub no evidence; \
             costs 1.2 GB of cache, once 3.2 s more for the build that fills the cache (clean 1.08 (1.07 to 1.08))"
        ]
    );
}

#[test]
fn with_too_few_rounds_there_are_figures_alone() {
    let ladder = ladder("cache", 3, CACHE);
    let advised = advised(&ladder, &TEN_A_DAY);
    assert_eq!(advised.layers[0].counsel, Counsel::TooFewRounds);
    assert_eq!(advised.layers[0].break_even, []);
    assert_eq!(advised.whole, []);
    assert_eq!(
        advised.layers[0].to_string(),
        "cache: too few rounds; clean 1.08 (1.07 to 1.08) of 3 rounds, clean-cached 0.40 (0.40 to 0.40) of 3 rounds, \
         edit-hub 1.01 (1.00 to 1.01) of 3 rounds"
    );
}

#[test]
fn faster_here_and_slower_there_is_for_the_user_to_decide() {
    let trade = CACHE.replace("+cache     5.02", "+cache     14");
    let ladder = ladder("cache", 8, &trade);
    let layer = &advised(&ladder, &TEN_A_DAY).layers[0];
    assert_eq!(
        layer.to_string(),
        "cache: a trade; faster: clean-cached 0.40 (0.40 to 0.40); slower: edit-hub 2.81 (2.78 to 2.81); \
         one clean-cached saves what 2.6 of edit-hub cost; \
         costs once 3.2 s more for the build that fills the cache (clean 1.08 (1.07 to 1.08))"
    );
    let dearer = trade.replace("+cache     14", "+cache     53");
    let layer = &advised(&self::ladder("cache", 8, &dearer), &TEN_A_DAY).layers[0];
    assert_eq!(
        layer.exchange(),
        ["one edit-hub costs what 2 of clean-cached save"]
    );
}

#[test]
fn a_layer_that_is_slower_and_nowhere_faster_is_dropped() {
    let ladder = ladder(
        "runner",
        8,
        "test-run: runner
            base       10
            base-again 10
            +runner    14",
    );
    assert_eq!(
        said(&ladder),
        ["runner: drop; test-run 1.40 (1.40 to 1.40)"]
    );
    let advised = advised(&ladder, &TEN_A_DAY);
    let even = &advised.layers[0].break_even;
    assert_eq!(even.len(), 1);
    assert_eq!(
        even[0].sentence(&TEN_A_DAY).as_deref(),
        Some("test-run: never, each takes 4.0 s more")
    );
    assert_eq!(advised.whole[0].pays, Pays::Never);
}

#[test]
fn the_price_of_filling_a_cache_speaks_against_it_only_beside_what_it_is_for() {
    let clean = "clean: cache
            base       40
            base-again 40
            +cache     43";
    assert_eq!(
        said(&ladder("cache", 8, clean)),
        [
            "cache: no evidence; costs once 3.2 s more for the build that fills the cache (clean 1.08 (1.07 to 1.08))"
        ]
    );
    let useless = CACHE.replace("+cache     16", "+cache     40.1");
    let ladder = ladder("cache", 8, &useless);
    assert_eq!(
        advised(&ladder, &TEN_A_DAY).layers[0].counsel,
        Counsel::Drop
    );
}

#[test]
fn what_fails_with_a_layer_alone_is_to_be_mended_first() {
    let ladder = ladder(
        "cache runner linker",
        8,
        "clean-cached: cache linker
            base       40
            base-again 40
            +cache     16
            +linker    15
         test-run: runner
            base       10
            base-again 10
            +runner    -",
    );
    assert_eq!(
        said(&ladder)[1..],
        [
            "runner: mend first; test-run fails with it, and not without",
            "linker: keep; clean-cached 0.93 (0.93 to 0.95)",
        ]
    );
}

#[test]
fn a_layer_above_one_that_fails_is_not_blamed() {
    let ladder = ladder(
        "cache linker",
        8,
        "clean-cached: cache linker
            base       40
            base-again 40
            +cache     -
            +linker    -",
    );
    assert_eq!(
        said(&ladder),
        [
            "cache: mend first; clean-cached fails with it, and not without",
            "linker: not measured; clean-cached not measured",
        ]
    );
}

#[test]
fn without_a_control_that_holds_there_is_no_evidence() {
    let broken = CACHE.replace("base-again 40", "base-again 44");
    let said_of_broken = said(&ladder("cache", 8, &broken));
    assert_eq!(
        said_of_broken,
        [
            "cache: no evidence; clean no evidence, since its control shows a difference between equals, \
             clean-cached no evidence, since its control shows a difference between equals, edit-hub 1.01 (1.00 to 1.01)"
        ]
    );
    let missing = CACHE.replace("base-again", "nobody");
    let said = said(&ladder("cache", 8, &missing));
    assert!(
        said[0].contains("clean-cached no evidence, for want of a control"),
        "{said:?}"
    );
}

#[test]
fn a_layer_that_no_scenario_is_touched_by_is_not_measured() {
    let ladder = ladder("cache runner", 8, CACHE);
    assert_eq!(
        said(&ladder)[1],
        "runner: not measured; no scenario that it can make a difference to was run"
    );
}

#[test]
fn what_helps_only_where_the_other_layers_are_missing_is_said() {
    let ladder = ladder(
        "profiles cache",
        8,
        "clean-cached: profiles cache
            base       40
            base-again 40
            +profiles  35
            +cache     10
            -profiles  9.95",
    );
    let advised = advised(&ladder, &TEN_A_DAY);
    assert_eq!(advised.layers[0].counsel, Counsel::Keep);
    assert_eq!(
        advised.layers[0].notes(),
        [
            "clean-cached is faster with it as long as the layers after it are missing; beside all of them it is 1.00 (1.00 \
             to 1.00), a figure without a verdict"
        ]
    );
    assert_eq!(advised.layers[1].notes(), Vec::<String>::new());
}

#[test]
fn bytes_that_a_layer_adds_are_its_price() {
    let mut ladder = ladder("cache", 8, CACHE);
    for sample in &mut ladder.samples {
        let with = sample.variant == "+cache";
        sample.target = Some(if with { 1_100_000_000 } else { 1_000_000_000 });
        // Memory is looked at now and then: a twentieth more is none.
        sample.memory = Some(if with { 2_100_000_000 } else { 2_000_000_000 });
    }
    let price = &advised(&ladder, &TEN_A_DAY).layers[0].price;
    assert_eq!(
        *price,
        Price {
            target: Some(Moved {
                scenario: "clean".to_owned(),
                from: 1_000_000_000,
                to: 1_100_000_000,
            }),
            ..Price::default()
        }
    );
}

/// "~3 hours debugging -> 2.5min saved per build -> breakeven at ~72 builds".
#[test]
fn the_sum_of_the_founding_story() {
    let story = Estimate {
        rounds: 8,
        ratio: 0.25,
        low: 0.24,
        high: 0.26,
    };
    let habits = Habits {
        builds_per_day: 72.0,
        setup: Duration::from_secs(3 * 3600),
    };
    // Three quarters of 200 seconds are two and a half minutes.
    let pays = pays(habits.setup.as_secs_f64(), 200.0, &story, &habits);
    let expected = Pays::After {
        builds: 72,
        earliest: 72,
        latest: Some(73),
        days: 1.0,
    };
    assert_eq!(pays, expected);
}

#[test]
fn a_person_and_the_first_build_are_paid_back_by_every_build() {
    let habits = Habits {
        setup: Duration::from_secs(3600),
        ..TEN_A_DAY
    };
    let advised = advised(&ladder("cache", 8, CACHE), &habits);
    let sentences = |evens: &[BreakEven]| -> Vec<String> {
        let said = evens.iter().filter_map(|even| even.sentence(&habits));
        said.collect()
    };
    let expected = [
        "clean-cached: paid back after 151 builds (150 to 151), in 15.1 days at 10 a day: 1 h of a person and 3.2 s for filling the cache",
    ];
    // Where there is no verdict, nothing is ever paid back.
    assert_eq!(sentences(&advised.layers[0].break_even), expected);
    assert_eq!(sentences(&advised.whole)[1..], expected);
    assert_eq!(advised.whole[0].pays, Pays::Never);
}

#[test]
fn what_costs_nothing_is_not_paid_back() {
    let even = |seconds: f64, high: f64| {
        let share = Estimate {
            rounds: 8,
            ratio: 0.5,
            low: 0.4,
            high,
        };
        pays(seconds, 10.0, &share, &TEN_A_DAY)
    };
    assert_eq!(even(0.0, 0.6), Pays::AtOnce);
    assert_eq!(
        even(20.0, 1.1),
        Pays::After {
            builds: 4,
            earliest: 4,
            latest: None,
            days: 0.4
        }
    );
}

#[test]
fn a_cache_whose_filling_was_not_measured_is_said_so() {
    let cached = CACHE
        .split_once("clean-cached")
        .map(|(_, rest)| format!("clean-cached{rest}"));
    let habits = Habits {
        setup: Duration::from_secs(60),
        ..TEN_A_DAY
    };
    let advised = advised(&ladder("cache", 8, &cached.unwrap()), &habits);
    assert_eq!(
        advised.layers[0].break_even[0].sentence(&habits).as_deref(),
        Some(
            "clean-cached: paid back after 3 builds, on the first day at 10 a day: 60 s of a person (filling the cache, which was not measured, is not in it)"
        )
    );
}
