//! What one variant took: medians over its samples, and those that are far off.

use super::{FarOff, Figures};
use crate::measure::record::Sample;
use crate::measure::statistics::{FAR_OFF, median, median_distance, modified_z_scores};

/// The figures of a variant; `None` without a sample.
pub(super) fn figures(variant: &str, samples: &[&Sample]) -> Option<Figures> {
    let walls: Vec<f64> = samples.iter().map(|sample| sample.wall).collect();
    let caches = || samples.iter().filter_map(|sample| sample.cache.as_ref());
    let asked: u64 = caches().map(|cache| cache.asked()).sum();
    let hits: u64 = caches().map(|cache| cache.hits).sum();
    Some(Figures {
        variant: variant.to_owned(),
        rounds: samples.len(),
        wall: median(&walls)?,
        wall_min: walls.iter().copied().reduce(f64::min)?,
        wall_mad: median_distance(&walls)?,
        cpu: of(samples, |sample| sample.cpu),
        memory: whole(samples, |sample| sample.memory),
        units: of(samples, |sample| Some(sample.units? as f64)).map(|units| units.round() as usize),
        target: whole(samples, |sample| sample.target),
        linked: whole(samples, |sample| Some(sample.linked?.bytes)),
        cache_size: caches().filter_map(|cache| cache.size).next_back(),
        // Build scripts that try the compiler are asked for, too, and what they get is no less served.
        hit_rate: (asked > 0).then(|| (hits as f64 / asked as f64).min(1.0)),
    })
}

/// The median of a figure over the samples that have it.
fn of(samples: &[&Sample], figure: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = samples.iter().filter_map(|sample| figure(sample)).collect();
    median(&values)
}

/// The same for what is counted in bytes.
fn whole(samples: &[&Sample], figure: impl Fn(&Sample) -> Option<u64>) -> Option<u64> {
    of(samples, |sample| Some(figure(sample)? as f64)).map(|bytes| bytes.round() as u64)
}

/// The samples of a variant that are far off the others.
pub(super) fn far_off(variant: &str, samples: &[&Sample]) -> Vec<FarOff> {
    let walls: Vec<f64> = samples.iter().map(|sample| sample.wall).collect();
    let scores = modified_z_scores(&walls);
    let scored = samples.iter().zip(scores);
    scored
        .filter(|(_, score)| score.abs() > FAR_OFF)
        .map(|(sample, score)| FarOff {
            variant: variant.to_owned(),
            round: sample.round,
            wall: sample.wall,
            score,
        })
        .collect()
}
