//! The few statistics that a verdict on times takes: small, exact where they can be, and without chance: the same samples
//! give the same figures.
//!
//! Times are compared as logarithms of ratios of two samples of one round. Drift of the machine, which makes a whole
//! round slower, is then no difference, and half the time is as far from 1 as twice the time.

mod interval;
mod sign_flip;

pub use interval::median_interval;
pub use sign_flip::sign_flip;

/// How much longer `to` took than `from`, as a logarithm: exactly the opposite of the way back.
pub fn log_ratio(from: f64, to: f64) -> f64 {
    to.ln() - from.ln()
}

/// The value in the middle, or the mean of the two; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[sorted.len() / 2 - 1], upper))
}

/// The median of the distances from the median, as it is: not scaled to a standard deviation.
pub fn median_distance(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median(&distances)
}

/// So many median distances from the median a value is far off: ten standard deviations where values are normal. It is
/// hyperfine's limit.
pub const FAR_OFF: f64 = 14.826;

/// From so many values on one can be far off. In eight equals of 3 % noise one is called so in 2 of 1,000 cases; in
/// three it would be in 14 of 1,000, and at 10 % noise more often still.
const FEWEST_FOR_FAR_OFF: usize = 5;

/// A median distance below this share of the median counts as so much: what is less than 15 % off is never called far off.
/// Where most values are equal, as a coarse clock makes them, or luck where there are eight, any other would else be
/// infinitely far off.
const LEAST_DISTANCE: f64 = 0.01;

/// How far each value is from the median, in median distances; 0 throughout where they are too few to tell.
pub fn modified_z_scores(values: &[f64]) -> Vec<f64> {
    let (Some(middle), Some(distance)) = (median(values), median_distance(values)) else {
        return Vec::new();
    };
    let distance = distance.max(middle.abs() * LEAST_DISTANCE);
    let score = |value: &f64| match values.len() >= FEWEST_FOR_FAR_OFF && distance > 0.0 {
        true => (value - middle) / distance,
        false => 0.0,
    };
    values.iter().map(score).collect()
}

/// Corrects the p of several tests, so that at a limit of 5 % at most 5 % of all families have one below it by chance,
/// however the tests hang together. Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
pub fn holm(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|one, other| ps[*one].total_cmp(&ps[*other]));
    let mut corrected = vec![0.0; ps.len()];
    let mut so_far = 0.0_f64;
    for (place, index) in order.into_iter().enumerate() {
        let left = (ps.len() - place) as f64;
        so_far = so_far.max((left * ps[index]).min(1.0));
        corrected[index] = so_far;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Close enough to what another program has printed.
    pub(super) fn assert_close(found: &[f64], expected: &[f64]) {
        let close = |(one, other): (&f64, &f64)| (one - other).abs() < 1e-9;
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(close),
            "{found:?} is not {expected:?}"
        );
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[5.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        // The example of the Wikipedia's article on the median absolute deviation.
        let example = [1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0];
        assert_eq!(median_distance(&example), Some(1.0));
        assert_eq!(median_distance(&[]), None);
    }

    #[test]
    fn there_and_back_are_opposite() {
        for (one, other) in [(1.0, 3.0), (0.1, 0.7), (123.456, 7.9)] {
            assert_eq!(log_ratio(one, other), -log_ratio(other, one));
        }
        assert_close(&[log_ratio(2.0, 1.0).exp()], &[0.5]);
    }

    #[test]
    fn holm_as_r_does_it() {
        // p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm"): the sequence never falls.
        assert_close(&holm(&[0.01, 0.02, 0.03, 0.04]), &[0.04, 0.06, 0.06, 0.06]);
        // Four steps and eight rounds: the least p passes, the next that there is does not.
        let least = 2.0 / 256.0;
        assert_close(&holm(&[0.9, least, 0.3, 0.7]), &[1.0, 0.03125, 0.9, 1.0]);
        assert!(holm(&[2.0 * least, 0.9, 0.9, 0.9])[0] > 0.05);
        assert!(holm(&[0.2]) == [0.2] && holm(&[]).is_empty());
    }

    #[test]
    fn scores_count_in_median_distances() {
        let values = [10.0, 10.5, 9.5, 11.0, 9.0, 30.0];
        // Median 10.25; distances 0.25, 0.25, 0.75, 0.75, 1.25, 19.75; their median 0.75.
        let scores = modified_z_scores(&values);
        assert_close(&scores[4..], &[-1.25 / 0.75, 19.75 / 0.75]);
        assert!(scores[5] > FAR_OFF && scores[4].abs() < FAR_OFF);
    }

    #[test]
    fn where_most_are_equal_the_rest_is_not_infinitely_far() {
        let scores = modified_z_scores(&[1.0, 1.0, 1.0, 1.0, 1.01, 1.2]);
        assert_close(&scores, &[0.0, 0.0, 0.0, 0.0, 1.0, 20.0]);
        assert_eq!(modified_z_scores(&[0.0; 6]), [0.0; 6]);
        assert_eq!(modified_z_scores(&[]), Vec::<f64>::new());
    }

    #[test]
    fn of_four_none_is_far_off() {
        assert_eq!(modified_z_scores(&[1.0, 1.0, 1.0, 9.0]), [0.0; 4]);
    }
}
