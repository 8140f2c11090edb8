//! What the samples of a ladder come to: [`analyse`].

mod figures;
#[cfg(test)]
mod tests;
mod weigh;

use serde::{Deserialize, Serialize};
pub(crate) use weigh::Seen;
pub use weigh::{ERROR_RATE, LEAST_FLOOR, analyse};

/// One ladder, weighed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Each scenario, in the order of the ladder.
    pub scenarios: Vec<Weighed>,
}

/// One scenario, weighed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weighed {
    /// Its name.
    pub scenario: String,
    /// What each variant took, in the order of the ladder; one without a sample that counts is not among them.
    pub variants: Vec<Figures>,
    /// What differs between equals; `None` where the control was not run.
    pub control: Option<Control>,
    /// Each layer of the ladder that can make a difference, against the step before it, if there is a round with both.
    pub steps: Vec<Step>,
    /// All layers together against none; `None` where none can make a difference, or no round has both.
    pub whole: Option<Estimate>,
    /// All layers together against all but one: what is lost without it.
    pub without: Vec<Without>,
    /// Samples that are far off the others of their variant: kept, and to be looked at.
    pub far_off: Vec<FarOff>,
}

/// What one variant took, over all rounds that count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The variant.
    pub variant: String,
    /// Samples that count.
    pub rounds: usize,
    /// Seconds by the clock: the median.
    pub wall: f64,
    /// The least.
    pub wall_min: f64,
    /// The median of the distances from the median.
    pub wall_mad: f64,
    /// Processor seconds: the median.
    pub cpu: Option<f64>,
    /// Bytes of memory: the median.
    pub memory: Option<u64>,
    /// Units compiled: the median.
    pub units: Option<usize>,
    /// Bytes in the target directory: the median.
    pub target: Option<u64>,
    /// Bytes linked: the median.
    pub linked: Option<u64>,
    /// Bytes in the cache after the last sample.
    pub cache_size: Option<u64>,
    /// Of the cacheable compilations of all samples, the share served from the cache: 0 to 1.
    pub hit_rate: Option<f64>,
}

/// A ratio of times, from the ratios of pairs that ran in the same round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many pairs.
    pub rounds: usize,
    /// The median of the ratios; below 1 is faster.
    pub ratio: f64,
    /// The 95 % interval of the median, by bootstrap (see [`median_interval`]): its lower end.
    ///
    /// [`median_interval`]: crate::measure::statistics::median_interval
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Estimate {
    /// Whether there is an interval to be told: of one pair both ends are the ratio.
    pub fn has_interval(&self) -> bool {
        self.rounds > 1
    }
}

/// The first step of the ladder against itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// The ratio; it has to be 1.
    pub estimate: Estimate,
    /// An effect that is not larger is none: half as far as the interval reaches, as a share, 0.02 at least.
    pub floor: f64,
    /// The probability of a ratio as far from 1 if there is nothing; `None` with too few rounds for a verdict.
    pub p: Option<f64>,
    /// Whether it came out with an effect of 2 % or more: then no verdict of this scenario can be trusted, and none is
    /// given.
    pub broken: bool,
}

impl Control {
    /// Whether it tells what is noise: the interval of a handful of pairs says too little of that.
    pub fn tells_noise(&self) -> bool {
        self.p.is_some()
    }
}

/// A layer, added to those before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The layer.
    pub layer: String,
    /// The variant before it.
    pub from: String,
    /// The variant with it.
    pub to: String,
    /// The ratio.
    pub estimate: Estimate,
    /// The exact two-sided p of the sign-flip test; `None` with too few rounds for a verdict.
    pub p: Option<f64>,
    /// The same, corrected for all steps of this ladder by Holm.
    pub p_holm: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
}

/// What may be said of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Faster, beyond the noise and beyond chance.
    Faster,
    /// Slower, beyond the noise and beyond chance.
    Slower,
    /// Neither can be said.
    NoEvidence,
    /// Fewer rounds than a verdict takes: figures alone.
    #[default]
    TooFewRounds,
}

impl Verdict {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::NoEvidence => "no evidence",
            Self::TooFewRounds => "too few rounds",
        }
    }
}

/// All layers against all but one. Figures without a verdict: these comparisons are not of the ladder's family.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Without {
    /// The layer.
    pub layer: String,
    /// With it against without it: below 1, it makes the whole faster.
    pub estimate: Estimate,
}

/// A sample that is far off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FarOff {
    /// The variant.
    pub variant: String,
    /// The round.
    pub round: u32,
    /// Seconds by the clock.
    pub wall: f64,
    /// How far: distances from the median, in those of the median distance (the modified z-score).
    pub score: f64,
}
