//! The few statistics that a table needs.

use std::time::Duration;

/// Smallest, middle and largest of some samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of no samples, all are NaN: a table shows that as such.
    pub(crate) fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
        Self {
            min: at(0),
            median: f64::midpoint(at(low), at(high)),
            max: at(sorted.len().saturating_sub(1)),
        }
    }

    pub(crate) fn of_seconds<'a>(samples: impl IntoIterator<Item = &'a Duration>) -> Self {
        Self::of(samples.into_iter().map(Duration::as_secs_f64))
    }
}

/// How one side compares with the other in the same round.
pub(crate) fn ratios(side: &[Duration], base: &[Duration]) -> Spread {
    Spread::of(
        side.iter()
            .zip(base)
            .map(|(side, base)| side.as_secs_f64() / base.as_secs_f64()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_and_even() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]).median, 2.0);
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert!(Spread::of([]).median.is_nan());
    }

    #[test]
    fn ratios_are_paired_by_round() {
        let seconds = |values: [u64; 3]| values.map(Duration::from_secs);
        let spread = ratios(&seconds([2, 40, 9]), &seconds([1, 10, 3]));
        assert_eq!((spread.min, spread.median, spread.max), (2.0, 3.0, 4.0));
    }
}
