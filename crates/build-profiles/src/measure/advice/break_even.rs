//! When a layer has paid for itself: what setting it up costs, against what each build saves.
//!
//! Said by evidence alone: nothing without a verdict ever pays.

use super::{Bench, Effect, Found, Habits, Is, is_filling, step, wall};
use crate::measure::analysis::{Estimate, LEAST_FLOOR, Verdict, Weighed};
use crate::measure::layer::Layer;
use crate::measure::scenario::Builtin;

/// When something has paid for itself, if all builds are of one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// The scenario.
    pub scenario: String,
    /// What is to be paid back.
    pub cost: Cost,
    /// Seconds that each build saves; below 0 where it takes longer.
    pub saved: f64,
    /// When.
    pub pays: Pays,
}

/// What a layer has cost before it saves anything, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// A person's.
    pub person: f64,
    /// The machine's: what a build that fills the cache takes longer than one without; `None` where that was not
    /// measured.
    pub machine: Option<f64>,
}

impl Cost {
    /// All that is known.
    pub fn seconds(&self) -> f64 {
        self.person + self.machine.unwrap_or(0.0)
    }
}

/// When something has paid for itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pays {
    /// With the first build: it costs nothing.
    AtOnce,
    /// After so many builds.
    After {
        /// By the ratio.
        builds: u64,
        /// By the interval's better end.
        earliest: u64,
        /// By its worse end; `None`: never.
        latest: Option<u64>,
        /// Days, by the habits.
        days: f64,
    },
    /// It costs more than it saves.
    Never,
}

/// When a cost is paid back by builds that each took `before` seconds and now take a share of them.
pub fn pays(cost: f64, before: f64, share: &Estimate, habits: &Habits) -> Pays {
    let builds = |share: f64| {
        let exact = cost / (before * (1.0 - share));
        // The last digit of a division makes no build.
        (share < 1.0).then(|| (exact - 1e-6).ceil().max(1.0) as u64)
    };
    match builds(share.ratio).filter(|_| before > 0.0) {
        None => Pays::Never,
        Some(_) if cost <= 0.0 => Pays::AtOnce,
        Some(middle) => Pays::After {
            builds: middle,
            earliest: builds(share.low).unwrap_or(middle),
            latest: builds(share.high),
            days: middle as f64 / habits.builds_per_day,
        },
    }
}

impl Bench<'_> {
    pub(super) fn break_even(
        &self,
        layer: &str,
        found: &[Found],
        habits: &Habits,
    ) -> Vec<BreakEven> {
        let machine = match layer == Layer::Cache.name() {
            true => self.filling(|clean| {
                let step = step(clean, layer)?;
                Some((wall(clean, &step.from), step.estimate))
            }),
            false => Some(0.0),
        };
        let even = |found: &Found| match &found.is {
            Is::Faster(effect) | Is::Slower(effect) => Some(self.even(
                &found.scenario,
                // Where the build that fills the cache is the faster one, nothing is paid for filling it.
                match is_filling(layer, &found.scenario) {
                    true => Some(0.0),
                    false => machine,
                },
                effect,
                habits,
            )),
            _ => None,
        };
        found.iter().filter_map(even).collect()
    }

    /// All layers together. There is no verdict on them: they count as faster where one of the steps is, and the whole
    /// interval lies beyond the floor; as slower accordingly.
    pub(super) fn whole(&self, habits: &Habits) -> Vec<BreakEven> {
        let has_cache = self
            .ladder
            .layers
            .iter()
            .any(|layer| layer == Layer::Cache.name());
        let machine = match has_cache {
            true => self.filling(|clean| {
                Some((wall(clean, &clean.variants.first()?.variant), clean.whole?))
            }),
            false => Some(0.0),
        };
        let scenarios = self.analysis.scenarios.iter();
        scenarios
            .filter_map(|weighed| {
                let effect = Effect {
                    estimate: weighed.whole.filter(|whole| is_evident(weighed, whole))?,
                    before: wall(weighed, &weighed.variants.first()?.variant),
                    beside: None,
                };
                let machine = match weighed.scenario == Builtin::Clean.name() {
                    true => Some(0.0),
                    false => machine,
                };
                Some(self.even(&weighed.scenario, machine, &effect, habits))
            })
            .collect()
    }

    fn even(
        &self,
        scenario: &str,
        machine: Option<f64>,
        effect: &Effect,
        habits: &Habits,
    ) -> BreakEven {
        let cost = Cost {
            person: habits.setup.as_secs_f64(),
            machine,
        };
        BreakEven {
            scenario: scenario.to_owned(),
            pays: pays(cost.seconds(), effect.before, &effect.estimate, habits),
            saved: effect.saved(),
            cost,
        }
    }

    /// What a build that fills the cache takes longer than the one it is held against; `None` where it was not measured.
    fn filling(&self, of: impl Fn(&Weighed) -> Option<(f64, Estimate)>) -> Option<f64> {
        let clean = self.weighed(Builtin::Clean.name())?;
        let (before, estimate) = of(clean)?;
        Some((before * (estimate.ratio - 1.0)).max(0.0))
    }
}

fn is_evident(weighed: &Weighed, whole: &Estimate) -> bool {
    let floor = weighed
        .control
        .map_or(LEAST_FLOOR, |control| control.floor.max(LEAST_FLOOR));
    let has = |verdict: Verdict| weighed.steps.iter().any(|step| step.verdict == verdict);
    has(Verdict::Faster) && whole.high < 1.0 - floor
        || has(Verdict::Slower) && whole.low > 1.0 + floor
}
