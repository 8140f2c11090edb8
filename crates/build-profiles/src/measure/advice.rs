//! Keep a layer or drop it, at what price, and when it has paid for itself: [`advise`].
//!
//! Advice rests on verdicts alone. Where there is none, the figures are said and nothing is advised; a layer that is
//! faster here and slower there is a trade, and whoever waits for builds decides.

mod break_even;
mod price;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

pub use break_even::{BreakEven, Cost, Pays, pays};
pub use price::{Moved, Price};

use crate::measure::analysis::{Analysis, Estimate, Step, Verdict, Weighed};
use crate::measure::layer::Layer;
use crate::measure::record::{Ladder, Sample, Scenario, Variant, VariantKind};
use crate::measure::scenario::Builtin;

/// How the workspace is worked on, for the day on which a layer has paid for itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habits {
    /// How often a day it is built.
    pub builds_per_day: f64,
    /// What setting it up has cost a person.
    pub setup: Duration,
}

/// What is advised of one ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Advised {
    /// Layer by layer, in the order of the ladder.
    pub layers: Vec<Advice>,
    /// When all layers together have paid for themselves, for each scenario of which that can be said.
    pub whole: Vec<BreakEven>,
}

/// What is advised of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The layer.
    pub layer: String,
    /// In one word.
    pub counsel: Counsel,
    /// Each scenario to which it can make a difference, in the order of the ladder.
    pub found: Vec<Found>,
    /// What it costs beside time.
    pub price: Price,
    /// When it has paid for itself, for each scenario with a verdict.
    pub break_even: Vec<BreakEven>,
}

/// What to do with a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counsel {
    /// Faster somewhere, slower nowhere.
    Keep,
    /// Slower somewhere, faster nowhere.
    Drop,
    /// Faster here and slower there: the user decides.
    Trade,
    /// Something fails with it that works without.
    Mend,
    /// Nothing that stands out from noise and chance.
    NoEvidence,
    /// Figures, and no verdict.
    TooFewRounds,
    /// No scenario that it can make a difference to came to a figure.
    NotMeasured,
}

impl Counsel {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::Trade => "a trade",
            Self::Mend => "mend first",
            Self::NoEvidence => "no evidence",
            Self::TooFewRounds => "too few rounds",
            Self::NotMeasured => "not measured",
        }
    }

    fn of(found: &[Found]) -> Self {
        let any = |is: fn(&Is) -> bool| found.iter().any(|found| is(&found.is));
        let no_evidence = any(|is| matches!(is, Is::NoEvidence { .. }));
        if any(|is| matches!(is, Is::Fails)) {
            return Self::Mend;
        }
        match (
            any(|is| matches!(is, Is::Faster(_))),
            any(|is| matches!(is, Is::Slower(_))),
        ) {
            (true, false) => Self::Keep,
            (false, true) => Self::Drop,
            (true, true) => Self::Trade,
            // The price of filling a cache speaks against it only if builds were run that a filled one could serve.
            (false, false) if any(|is| matches!(is, Is::Once(_))) && no_evidence => Self::Drop,
            (false, false) if any(|is| matches!(is, Is::Once(_))) || no_evidence => {
                Self::NoEvidence
            }
            (false, false) if any(|is| matches!(is, Is::TooFewRounds(_))) => Self::TooFewRounds,
            (false, false) => Self::NotMeasured,
        }
    }
}

/// What a layer does to one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The scenario.
    pub scenario: String,
    /// What.
    pub is: Is,
}

/// What a layer does to a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Is {
    /// Faster.
    Faster(Effect),
    /// Slower, every time.
    Slower(Effect),
    /// Slower as long as the cache is empty, and then no more.
    Once(Effect),
    /// Neither can be said.
    NoEvidence {
        /// The figure.
        estimate: Estimate,
        /// Whether that is for want of a control that can be trusted.
        control: Mistrust,
    },
    /// A figure, and no verdict.
    TooFewRounds(Estimate),
    /// It works without the layer, and not with it.
    Fails,
    /// There is no round with a figure of both.
    NotMeasured,
}

/// Why the control holds verdicts back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistrust {
    /// It does not.
    None,
    /// It was not run.
    Missing,
    /// It came out with a difference between equals.
    Broken,
}

/// A difference with a verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The ratio against the step before.
    pub estimate: Estimate,
    /// The median of the step before, in seconds.
    pub before: f64,
    /// The same ratio where all other layers are there, if it does not bear the verdict out.
    pub beside: Option<Estimate>,
}

impl Effect {
    /// Seconds saved of each run, by the paired ratio; below 0 where it is slower.
    pub fn saved(&self) -> f64 {
        self.before * (1.0 - self.estimate.ratio)
    }
}

/// What is to be thought of the layers of a ladder.
pub fn advise(ladder: &Ladder, analysis: &Analysis, habits: &Habits) -> Advised {
    let bench = Bench { ladder, analysis };
    let layers: Vec<Advice> = ladder
        .layers
        .iter()
        .map(|layer| bench.advice(layer, habits))
        .collect();
    Advised {
        whole: bench.whole(habits),
        layers,
    }
}

/// What advice is taken from.
struct Bench<'a> {
    ladder: &'a Ladder,
    analysis: &'a Analysis,
}

impl<'a> Bench<'a> {
    fn advice(&self, layer: &str, habits: &Habits) -> Advice {
        let scenarios = self.ladder.scenarios.iter();
        let found: Vec<Found> = scenarios
            .filter(|scenario| scenario.touched_by.iter().any(|other| other == layer))
            .map(|scenario| self.found(layer, scenario))
            .collect();
        Advice {
            layer: layer.to_owned(),
            counsel: Counsel::of(&found),
            price: self.price(layer),
            break_even: self.break_even(layer, &found, habits),
            found,
        }
    }

    fn found(&self, layer: &str, scenario: &Scenario) -> Found {
        let weighed = self.weighed(&scenario.name);
        let step = weighed.and_then(|weighed| Some((weighed, step(weighed, layer)?)));
        let is = match step {
            Some((weighed, step)) => is(layer, weighed, step),
            None if self.fails(layer, scenario) => Is::Fails,
            None => Is::NotMeasured,
        };
        Found {
            scenario: scenario.name.clone(),
            is,
        }
    }

    fn weighed(&self, scenario: &str) -> Option<&'a Weighed> {
        let mut scenarios = self.analysis.scenarios.iter();
        scenarios.find(|weighed| weighed.scenario == scenario)
    }

    /// Whether the scenario comes to nothing with this layer, and comes to something in the step before it.
    fn fails(&self, layer: &str, scenario: &Scenario) -> bool {
        let touching = |variant: &&Variant| {
            let layers = variant.layers.iter();
            layers
                .filter(|layer| scenario.touched_by.contains(layer))
                .count()
        };
        let variants = self.ladder.variants.iter();
        let mut steps: Vec<&Variant> = variants
            .filter(|variant| variant.kind == VariantKind::Step)
            .collect();
        steps.dedup_by_key(|step| touching(step));
        let Some(with) = steps
            .iter()
            .position(|step| step.layers.iter().any(|other| other == layer))
        else {
            return false;
        };
        let samples_of = |step: usize| -> Vec<&Sample> {
            let samples = self.ladder.samples.iter();
            samples
                .filter(|sample| {
                    sample.scenario == scenario.name && sample.variant == steps[step].name
                })
                .collect()
        };
        let failed = |samples: &[&Sample]| samples.iter().all(|sample| sample.failure.is_some());
        let (before, with) = match with.checked_sub(1) {
            Some(before) => (samples_of(before), samples_of(with)),
            None => return false,
        };
        !with.is_empty() && failed(&with) && !failed(&before)
    }
}

fn step<'a>(weighed: &'a Weighed, layer: &str) -> Option<&'a Step> {
    weighed.steps.iter().find(|step| step.layer == layer)
}

fn is(layer: &str, weighed: &Weighed, step: &Step) -> Is {
    let estimate = step.estimate;
    let effect = Effect {
        estimate,
        before: wall(weighed, &step.from),
        beside: beside(weighed, step),
    };
    match step.verdict {
        Verdict::Faster => Is::Faster(effect),
        Verdict::Slower if is_filling(layer, &weighed.scenario) => Is::Once(effect),
        Verdict::Slower => Is::Slower(effect),
        Verdict::NoEvidence => Is::NoEvidence {
            estimate,
            control: match &weighed.control {
                None => Mistrust::Missing,
                Some(control) if control.broken => Mistrust::Broken,
                Some(_) => Mistrust::None,
            },
        },
        Verdict::TooFewRounds => Is::TooFewRounds(estimate),
    }
}

/// Whether this is the build that fills the cache: what it costs more is paid once for each cache.
fn is_filling(layer: &str, scenario: &str) -> bool {
    layer == Layer::Cache.name() && scenario == Builtin::Clean.name()
}

/// The median of a variant. A step has samples of both its variants.
fn wall(weighed: &Weighed, variant: &str) -> f64 {
    let mut variants = weighed.variants.iter();
    let figures = variants.find(|figures| figures.variant == variant);
    figures.map_or(0.0, |figures| figures.wall)
}

/// What all-but-one says of the same layer, where that is not what the ladder says.
fn beside(weighed: &Weighed, step: &Step) -> Option<Estimate> {
    let mut without = weighed.without.iter();
    let beside = without
        .find(|without| without.layer == step.layer)?
        .estimate;
    let agrees = match step.verdict {
        Verdict::Faster => beside.high < 1.0,
        Verdict::Slower => beside.low > 1.0,
        Verdict::NoEvidence | Verdict::TooFewRounds => true,
    };
    (!agrees).then_some(beside)
}
