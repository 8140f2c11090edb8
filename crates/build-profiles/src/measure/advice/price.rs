//! What a layer costs beside the time of builds: bytes and memory. Figures without a verdict.

use super::{Bench, step};
use crate::measure::analysis::Figures;
use crate::measure::layer::Layer;

/// A target directory that grows by no more than this share has not grown. Two builds of the same do not have it equal
/// to the byte.
const LEAST_BYTES: f64 = 0.01;

/// The same of memory, which is looked at a few times a second and not when it is highest.
const LEAST_MEMORY: f64 = 0.1;

/// What a layer costs beside time; `None` where it costs nothing, or nobody knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Price {
    /// Bytes of the cache that it has brought.
    pub cache: Option<u64>,
    /// Bytes that the target directory has more, where that is most.
    pub target: Option<Moved>,
    /// Bytes of memory that a build takes more at its highest, where that is most.
    pub memory: Option<Moved>,
}

/// A figure that a layer has raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// In which scenario.
    pub scenario: String,
    /// In the step before.
    pub from: u64,
    /// With the layer.
    pub to: u64,
}

impl Moved {
    /// How much more.
    pub fn more(&self) -> u64 {
        self.to - self.from
    }

    fn is_over(&self, share: f64) -> bool {
        self.to as f64 > self.from as f64 * (1.0 + share)
    }
}

impl Bench<'_> {
    pub(super) fn price(&self, layer: &str) -> Price {
        let steps = self.figures(layer);
        let raised = |figure: fn(&Figures) -> Option<u64>, least: f64| {
            // Of equals the first.
            let moved = steps.iter().rev().filter_map(|(scenario, from, to)| {
                Some(Moved {
                    scenario: (*scenario).to_owned(),
                    from: figure(from)?,
                    to: figure(to)?,
                })
            });
            moved
                .filter(|moved| moved.is_over(least))
                .max_by_key(Moved::more)
        };
        let brings_cache = layer == Layer::Cache.name();
        let sizes = steps.iter().filter_map(|(_, _, to)| to.cache_size);
        Price {
            cache: sizes.max().filter(|size| brings_cache && *size > 0),
            target: raised(|figures| figures.target, LEAST_BYTES),
            memory: raised(|figures| figures.memory, LEAST_MEMORY),
        }
    }

    /// Of each scenario, the figures before and with a layer.
    fn figures(&self, layer: &str) -> Vec<(&str, &Figures, &Figures)> {
        let scenarios = self.analysis.scenarios.iter();
        scenarios
            .filter_map(|weighed| {
                let step = step(weighed, layer)?;
                let of = |variant: &str| {
                    let mut variants = weighed.variants.iter();
                    variants.find(|figures| figures.variant == variant)
                };
                Some((weighed.scenario.as_str(), of(&step.from)?, of(&step.to)?))
            })
            .collect()
    }
}
