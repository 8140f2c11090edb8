//! The ratios of both sides, beside one another.

use std::collections::BTreeMap;

use build_profiles::measure::statistics::median_interval;

use super::kept::{Kept, Run};
use super::measured::{Estimate, Measured};
use super::variant::{Scenario, VARIANTS};
use crate::Outcome;
use crate::sample::Spread;

/// A step's name, and the variants before and after it.
const STEPS: [(&str, &str, &str); 5] = [
    ("control", "base", "base-again"),
    ("profiles", "base", "+profiles"),
    ("cache", "+profiles", "+cache"),
    ("linker", "+cache", "+linker"),
    ("whole", "base", "+linker"),
];

/// The interval of fewer is the least and the greatest of them, and holds the true ratio too seldom to be held to it.
const ROUNDS_FOR_AN_INTERVAL: u64 = 5;

/// How the two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Overlap,
    Apart,
    TooFewRounds,
    Missing,
}

impl Comparison {
    fn of(hand: Option<Estimate>, measured: Option<Estimate>) -> Self {
        let (Some(hand), Some(measured)) = (hand, measured) else {
            return Self::Missing;
        };
        if hand.rounds.min(measured.rounds) < ROUNDS_FOR_AN_INTERVAL {
            return Self::TooFewRounds;
        }
        match hand.low <= measured.high && measured.low <= hand.high {
            true => Self::Overlap,
            false => Self::Apart,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Overlap => "yes",
            Self::Apart => "no",
            Self::TooFewRounds => "too few rounds",
            Self::Missing => "missing",
        }
    }
}

/// Prints the scenarios of the session. What is missing or of too few rounds does not hold either: nobody knows.
pub(crate) fn print(kept: &Kept, measured: Option<&Measured>) -> Outcome {
    let session = &kept.session;
    println!(
        "commit {}, {}, {}, seed {}",
        session.commit, session.rustc, session.hyperfine, session.seed
    );
    let mut outcome = Outcome::Holds;
    for scenario in session.scenarios.iter().copied() {
        println!("\n`{}`, by hand:\n", scenario.name());
        print_seconds(kept, scenario);
        println!("\n`{}`, against the step before:\n", scenario.name());
        println!("| step | rounds | by hand | 95 % | rounds | measure | 95 % | apart | overlap |");
        println!("|---|---:|---:|---|---:|---:|---|---:|---|");
        for (step, from, to) in STEPS {
            let hand = estimate(runs(kept, scenario, from), runs(kept, scenario, to));
            let Some(measured) = measured else {
                println!("| {step} | {} | | | | | |", cells(hand));
                continue;
            };
            let other = measured.estimate(scenario.name(), step);
            let comparison = Comparison::of(hand, other);
            println!(
                "| {step} | {} | {} | {} | {} |",
                cells(hand),
                cells(other),
                apart(hand, other),
                comparison.name()
            );
            if comparison != Comparison::Overlap {
                outcome = Outcome::Broken;
            }
        }
    }
    outcome
}

fn print_seconds(kept: &Kept, scenario: Scenario) {
    println!("| variant | rounds | seconds: min | median | max | hits | misses |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for variant in &VARIANTS {
        let runs = runs(kept, scenario, variant.name);
        let seconds = Spread::of(runs.values().map(|run| run.seconds));
        let counts = || runs.values().filter_map(|run| run.cache);
        let (hits, misses) = match counts().next() {
            Some(_) => (
                counts().map(|counts| counts.hits).sum::<u64>().to_string(),
                counts()
                    .map(|counts| counts.misses)
                    .sum::<u64>()
                    .to_string(),
            ),
            None => Default::default(),
        };
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {hits} | {misses} |",
            variant.name,
            runs.len(),
            seconds.min,
            seconds.median,
            seconds.max,
        );
    }
}

fn cells(estimate: Option<Estimate>) -> String {
    match estimate {
        Some(estimate) => format!(
            "{} | {:.3} | {:.3} to {:.3}",
            estimate.rounds, estimate.ratio, estimate.low, estimate.high
        ),
        None => "| | ".to_owned(),
    }
}

/// By how much the ratio of `measure` is larger.
fn apart(hand: Option<Estimate>, measured: Option<Estimate>) -> String {
    match (hand, measured) {
        (Some(hand), Some(measured)) => {
            format!("{:+.1} %", (measured.ratio / hand.ratio - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}

/// The runs of a cell; those without a cache stand for both scenarios.
fn runs<'a>(kept: &'a Kept, scenario: Scenario, name: &str) -> &'a BTreeMap<u32, Run> {
    static NONE: BTreeMap<u32, Run> = BTreeMap::new();
    let variant = VARIANTS.iter().find(|variant| variant.name == name);
    let scenario = match variant.is_some_and(|variant| scenario.is_run(variant)) {
        true => scenario,
        false => Scenario::Clean,
    };
    let mut cells = kept.runs.iter();
    let cell = cells.find(|((of, other), _)| *of == scenario.name() && *other == name);
    cell.map_or(&NONE, |(_, runs)| runs)
}

/// The median of the ratios of the rounds that both have; `None` if there is no such round.
fn estimate(from: &BTreeMap<u32, Run>, to: &BTreeMap<u32, Run>) -> Option<Estimate> {
    let pairs = from
        .iter()
        .filter_map(|(round, from)| Some((from.seconds, to.get(round)?.seconds)));
    let logs: Vec<f64> = pairs.map(|(from, to)| (to / from).ln()).collect();
    let (low, high) = median_interval(&logs)?;
    Some(Estimate {
        rounds: logs.len() as u64,
        ratio: Spread::of(logs.iter().copied()).median.exp(),
        low: low.exp(),
        high: high.exp(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::kept::{Runs, Session};
    use super::*;

    fn of(seconds: &[(u32, f64)]) -> BTreeMap<u32, Run> {
        let runs = seconds.iter();
        runs.map(|(round, seconds)| {
            let run = Run {
                seconds: *seconds,
                cache: None,
            };
            (*round, run)
        })
        .collect()
    }

    #[test]
    fn rounds_that_one_side_lacks_are_no_pairs() {
        let from = of(&[(1, 10.0), (2, 20.0), (4, 8.0)]);
        let to = of(&[(1, 5.0), (3, 1.0), (4, 8.0), (2, 5.0)]);
        let estimate = estimate(&from, &to).expect("three pairs");
        assert_eq!(estimate.rounds, 3);
        for (found, wanted) in [
            (estimate.ratio, 0.5),
            (estimate.low, 0.25),
            (estimate.high, 1.0),
        ] {
            assert!((found - wanted).abs() < 1e-12, "{found}");
        }
        assert_eq!(super::estimate(&from, &of(&[(3, 1.0)])), None);
    }

    #[test]
    fn only_intervals_that_overlap_agree() {
        let of = |rounds: u64, low: f64, high: f64| {
            Some(Estimate {
                rounds,
                ratio: f64::midpoint(low, high),
                low,
                high,
            })
        };
        for (one, other, wanted) in [
            (of(8, 0.4, 0.5), of(8, 0.5, 0.6), Comparison::Overlap),
            (of(8, 0.4, 0.9), of(5, 0.5, 0.6), Comparison::Overlap),
            (of(8, 0.4, 0.49), of(8, 0.5, 0.6), Comparison::Apart),
            (of(8, 0.4, 0.9), of(4, 0.5, 0.6), Comparison::TooFewRounds),
            (of(8, 0.4, 0.9), None, Comparison::Missing),
        ] {
            assert_eq!(Comparison::of(one, other), wanted);
            assert_eq!(Comparison::of(other, one), wanted);
        }
        assert_eq!(apart(of(8, 0.5, 0.5), of(8, 0.6, 0.6)), "+20.0 %");
    }

    #[test]
    fn without_a_cache_the_clean_build_is_the_cached_one() {
        let kept = Kept {
            session: Session {
                commit: String::new(),
                seed: 1,
                rounds: 1,
                scenarios: Scenario::ALL.to_vec(),
                hyperfine: String::new(),
                rustc: String::new(),
            },
            runs: Runs::from([
                (("clean", "base"), of(&[(1, 10.0)])),
                (("clean", "+cache"), of(&[(1, 12.0)])),
                (("clean-cached", "+cache"), of(&[(1, 3.0)])),
            ]),
        };
        let seconds = |scenario, name| {
            let mut runs = runs(&kept, scenario, name).values();
            runs.next().map(|run| run.seconds)
        };
        assert_eq!(seconds(Scenario::CleanCached, "base"), Some(10.0));
        assert_eq!(seconds(Scenario::CleanCached, "+cache"), Some(3.0));
        assert_eq!(seconds(Scenario::Clean, "+cache"), Some(12.0));
        assert_eq!(seconds(Scenario::Clean, "+linker"), None);
    }
}
