//! Laws of the statistics of `measure`, over any samples.

use build_profiles::measure::analysis::Estimate;
use build_profiles::measure::statistics::{
    holm, log_ratio, median, median_interval, modified_z_scores, sign_flip,
};
use proptest::prelude::*;

type Rounds = Vec<(f64, f64)>;

/// Seconds of two variants, round by round.
fn rounds() -> impl Strategy<Value = Rounds> {
    prop::collection::vec((0.01..1000.0, 0.01..1000.0), 1..24)
}

fn ratios(rounds: &[(f64, f64)]) -> Vec<f64> {
    rounds
        .iter()
        .map(|(from, to)| log_ratio(*from, *to))
        .collect()
}

fn estimate(rounds: &[(f64, f64)]) -> Estimate {
    Estimate::of(&ratios(rounds)).expect("there is a round")
}

fn p(rounds: &[(f64, f64)]) -> f64 {
    sign_flip(&ratios(rounds))
}

fn close(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() < 1e-9
}

fn equal(one: &Estimate, other: &Estimate) -> bool {
    close(one.ratio, other.ratio) && close(one.low, other.low) && close(one.high, other.high)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(rounds in rounds()) {
        let same: Rounds = rounds.iter().map(|(one, _)| (*one, *one)).collect();
        let Estimate { ratio, low, high, .. } = estimate(&same);
        prop_assert_eq!((ratio, low, high), (1.0, 1.0, 1.0));
        prop_assert_eq!(p(&same), 1.0);
    }

    #[test]
    fn the_other_way_round_is_the_inverse(rounds in rounds()) {
        let back: Rounds = rounds.iter().map(|(from, to)| (*to, *from)).collect();
        let (there, back_again) = (estimate(&rounds), estimate(&back));
        let inverse = Estimate {
            ratio: 1.0 / back_again.ratio,
            low: 1.0 / back_again.high,
            high: 1.0 / back_again.low,
            ..back_again
        };
        prop_assert!(equal(&there, &inverse), "{there:?} {inverse:?}");
        prop_assert_eq!(p(&rounds), p(&back));
    }

    #[test]
    fn drift_between_rounds_changes_nothing(drifting in prop::collection::vec((0.01..1000.0, 0.01..1000.0, 0.2..5.0), 1..24)) {
        let still: Rounds = drifting.iter().map(|(from, to, _)| (*from, *to)).collect();
        let moved: Rounds = drifting.iter().map(|(from, to, drift)| (from * drift, to * drift)).collect();
        prop_assert!(equal(&estimate(&still), &estimate(&moved)));
        prop_assert_eq!(p(&still), p(&moved));
    }

    #[test]
    fn the_order_of_the_rounds_changes_nothing((one, other) in rounds().prop_flat_map(|rounds| (Just(rounds.clone()), Just(rounds).prop_shuffle()))) {
        prop_assert_eq!(estimate(&one), estimate(&other));
        prop_assert_eq!(p(&one), p(&other));
    }

    #[test]
    fn the_interval_holds_the_median_and_lies_within_the_values(rounds in rounds()) {
        let ratios = ratios(&rounds);
        let (low, high) = median_interval(&ratios).expect("there is a round");
        let middle = median(&ratios).expect("there is a round");
        prop_assert!(low <= middle && middle <= high, "{low} {middle} {high}");
        prop_assert!(ratios.iter().any(|ratio| *ratio <= low) && ratios.iter().any(|ratio| *ratio >= high));
    }

    #[test]
    fn p_is_a_share_of_all_ways(rounds in rounds()) {
        let p = p(&rounds);
        let ways = 2.0_f64.powi(i32::try_from(rounds.len()).expect("there are few"));
        prop_assert!((2.0 / ways..=1.0).contains(&p), "{p}");
        prop_assert_eq!((p * ways).fract(), 0.0);
        let is_one_sided = rounds.iter().all(|(from, to)| from < to) || rounds.iter().all(|(from, to)| from > to);
        prop_assert_eq!(p == 2.0 / ways, is_one_sided, "{} of {}", p, ways);
    }

    #[test]
    fn holm_makes_no_p_less_and_keeps_their_order(ps in prop::collection::vec(0.0..=1.0, 0..8)) {
        let corrected = holm(&ps);
        for (one, with) in ps.iter().zip(&corrected) {
            prop_assert!(one <= with && *with <= 1.0);
            for (other, with_other) in ps.iter().zip(&corrected) {
                prop_assert!(one > other || with <= with_other);
            }
        }
    }

    #[test]
    fn scores_are_numbers(values in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..1e6], 0..16)) {
        let scores = modified_z_scores(&values);
        prop_assert_eq!(scores.len(), values.len());
        prop_assert!(scores.iter().all(|score| score.is_finite()));
    }
}
