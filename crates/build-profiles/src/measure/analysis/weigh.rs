//! The ladder, scenario by scenario: which variants are compared, and what may be said of each comparison.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{far_off, figures};
use super::{Analysis, Control, Estimate, Step, Verdict, Weighed, Without};
use crate::measure::record::{Ladder, Sample, Scenario, Variant, VariantKind};
use crate::measure::schedule::ROUNDS_FOR_A_VERDICT;
use crate::measure::statistics::{holm, log_ratio, median, median_interval, sign_flip};

/// No effect is smaller than this: it is nobody's reason to change a build, and the least that differs between two
/// copies on one disk.
pub const LEAST_FLOOR: f64 = 0.02;

/// At most so many families of steps without any effect have a verdict by chance.
pub const ERROR_RATE: f64 = 0.05;

/// What the samples of a ladder come to.
///
/// Two variants are compared over the rounds in which both have a sample that counts. A step is *faster* or *slower*
/// when three things hold, in eight rounds or more: its p, corrected by Holm for the steps of this scenario, is at most
/// 5 %; its whole interval lies beyond the floor; and the control, the first step against itself, has not shown a
/// difference between equals.
///
/// The floor is 2 %, or half as far as the control's interval reaches if that is more: about one standard error of a
/// median of equals. All of it would count the same chance twice, since the step's own interval has it already, and it
/// finds a tenth less in 81 to 85 of 100 ladders of eight rounds and 3 % noise, where half of it finds it in 92, and none
/// in 93. How far apart the medians of the control came out does nearly as well there; but of reports with eight scenarios
/// without any effect, at 10 % of noise, it has a verdict in 10 of 100, and this in 4.
///
/// Where there is nothing, at most 1 ladder in 80 has a verdict, whatever the noise, and of reports with eight scenarios at
/// most 1 in 20. `tests/measure_simulation.rs` has these rates. It also shows what eight rounds are not enough for:
/// where one sample in twenty is disturbed, they find the tenth in 67 of 100 ladders, twelve rounds in 91.
pub fn analyse(ladder: &Ladder) -> Analysis {
    let scenarios = ladder.scenarios.iter();
    Analysis {
        scenarios: scenarios
            .map(|scenario| Seen::new(ladder, scenario).weigh())
            .collect(),
    }
}

/// The samples of one scenario.
pub(crate) struct Seen<'a> {
    ladder: &'a Ladder,
    scenario: &'a Scenario,
    /// Of each variant, by round: those that count.
    samples: BTreeMap<&'a str, BTreeMap<u32, &'a Sample>>,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(ladder: &'a Ladder, scenario: &'a Scenario) -> Self {
        let mut samples: BTreeMap<&str, BTreeMap<u32, &Sample>> = BTreeMap::new();
        for sample in &ladder.samples {
            if sample.scenario == scenario.name && sample.counts() && is_a_time(sample.wall) {
                let of_variant = samples.entry(&sample.variant).or_default();
                of_variant.insert(sample.round, sample);
            }
        }
        Self {
            ladder,
            scenario,
            samples,
        }
    }

    fn weigh(&self) -> Weighed {
        let control = self.control();
        let mut weighed = Weighed {
            scenario: self.scenario.name.clone(),
            control,
            steps: self.steps(control.as_ref()),
            whole: self.whole(),
            without: self.without(),
            ..Weighed::default()
        };
        for variant in &self.ladder.variants {
            let samples = self.of(variant);
            weighed.variants.extend(figures(&variant.name, &samples));
            weighed.far_off.extend(far_off(&variant.name, &samples));
        }
        weighed
    }

    /// The samples of a variant that count, in the order of the rounds.
    fn of(&self, variant: &Variant) -> Vec<&'a Sample> {
        let samples = self.samples.get(variant.name.as_str());
        samples
            .into_iter()
            .flatten()
            .map(|(_, sample)| *sample)
            .collect()
    }

    /// Those of the variant's layers that can make a difference here.
    fn touching(&self, variant: &'a Variant) -> BTreeSet<&'a str> {
        let touched_by = &self.scenario.touched_by;
        let layers = variant
            .layers
            .iter()
            .filter(|layer| touched_by.contains(layer));
        layers.map(String::as_str).collect()
    }

    /// The variant whose samples stand for these layers: variants that differ in nothing that can make a difference are
    /// run once, in the first of them.
    fn standing_for(&self, layers: &BTreeSet<&str>) -> Option<&'a Variant> {
        let mut variants = self.ladder.variants.iter();
        variants
            .find(|variant| variant.kind != VariantKind::Again && self.touching(variant) == *layers)
    }

    /// The steps of the ladder that differ here, from no layer to all.
    fn ladder_steps(&self) -> Vec<&'a Variant> {
        let steps = self.ladder.variants.iter();
        let mut steps: Vec<&Variant> = steps
            .filter(|variant| variant.kind == VariantKind::Step)
            .collect();
        steps.dedup_by_key(|step| self.touching(step));
        steps
    }

    /// All layers together, as far as they make a difference.
    pub(crate) fn all_layers(&self) -> Option<&'a Variant> {
        self.ladder_steps().pop()
    }

    /// No layer at all.
    pub(crate) fn no_layers(&self) -> Option<&'a Variant> {
        self.ladder_steps().first().copied()
    }

    fn control(&self) -> Option<Control> {
        let mut variants = self.ladder.variants.iter();
        let again = variants.find(|variant| variant.kind == VariantKind::Again)?;
        let first = self.no_layers()?;
        let ratios = self.ratios(first, again);
        let estimate = Estimate::of(&ratios)?;
        let p = p(&ratios);
        Some(Control {
            estimate,
            floor: ((estimate.high - estimate.low) / 4.0).max(LEAST_FLOOR),
            p,
            broken: p.is_some_and(|p| p <= ERROR_RATE) && estimate.side(LEAST_FLOOR).is_some(),
        })
    }

    fn steps(&self, control: Option<&Control>) -> Vec<Step> {
        let mut steps = Vec::new();
        for pair in self.ladder_steps().windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let before = self.touching(from);
            let ratios = self.ratios(from, to);
            let added = self
                .touching(to)
                .into_iter()
                .find(|layer| !before.contains(layer));
            if let (Some(layer), Some(estimate)) = (added, Estimate::of(&ratios)) {
                steps.push(Step {
                    layer: layer.to_owned(),
                    from: from.name.clone(),
                    to: to.name.clone(),
                    estimate,
                    p: p(&ratios),
                    ..Step::default()
                });
            }
        }
        correct(&mut steps);
        for step in &mut steps {
            step.verdict = verdict(step, control);
        }
        steps
    }

    fn whole(&self) -> Option<Estimate> {
        let steps = self.ladder_steps();
        let (first, last) = (steps.first()?, steps.last()?);
        match steps.len() {
            1 => None,
            _ => Estimate::of(&self.ratios(first, last)),
        }
    }

    fn without(&self) -> Vec<Without> {
        let Some(all) = self.all_layers() else {
            return Vec::new();
        };
        let layers = self.touching(all);
        let of = |layer: &&str| {
            let others = layers.iter().copied().filter(|other| other != layer);
            let without = self.standing_for(&others.collect())?;
            Some(Without {
                layer: (*layer).to_owned(),
                estimate: Estimate::of(&self.ratios(without, all))?,
            })
        };
        let in_order = self.ladder.layers.iter().map(String::as_str);
        in_order
            .filter(|layer| layers.contains(layer))
            .filter_map(|layer| of(&layer))
            .collect()
    }

    /// How much longer the second took, round by round, as logarithms.
    fn ratios(&self, from: &Variant, to: &Variant) -> Vec<f64> {
        let (Some(from), Some(to)) = (
            self.samples.get(from.name.as_str()),
            self.samples.get(to.name.as_str()),
        ) else {
            return Vec::new();
        };
        let pairs = from
            .iter()
            .filter_map(|(round, from)| Some((from, to.get(round)?)));
        pairs
            .map(|(from, to)| log_ratio(from.wall, to.wall))
            .collect()
    }

    /// The seconds of a variant, round by round.
    pub(crate) fn walls(&self, variant: &Variant) -> Vec<f64> {
        let samples = self.of(variant);
        samples.iter().map(|sample| sample.wall).collect()
    }
}

/// What takes no time at all can't be divided by. The file may have been edited by hand.
fn is_a_time(wall: f64) -> bool {
    wall.is_finite() && wall > 0.0
}

/// The p of a verdict, if there are rounds enough for one.
fn p(ratios: &[f64]) -> Option<f64> {
    (ratios.len() >= ROUNDS_FOR_A_VERDICT as usize).then(|| sign_flip(ratios))
}

/// Corrects the p of these steps for one another.
fn correct(steps: &mut [Step]) {
    let tested: Vec<f64> = steps.iter().filter_map(|step| step.p).collect();
    let with_p = steps.iter_mut().filter(|step| step.p.is_some());
    for (step, corrected) in with_p.zip(holm(&tested)) {
        step.p_holm = Some(corrected);
    }
}

fn verdict(step: &Step, control: Option<&Control>) -> Verdict {
    let Some(p) = step.p_holm else {
        return Verdict::TooFewRounds;
    };
    // Without a control nobody knows what equals differ by; with a broken one, they differ.
    let floor = control.filter(|control| !control.broken && control.p.is_some());
    match floor.and_then(|control| step.estimate.side(control.floor)) {
        Some(side) if p <= ERROR_RATE => side,
        _ => Verdict::NoEvidence,
    }
}

impl Estimate {
    /// The median of these ratios, which are logarithms; `None` of nothing.
    pub fn of(ratios: &[f64]) -> Option<Self> {
        let (low, high) = median_interval(ratios)?;
        Some(Self {
            rounds: ratios.len(),
            ratio: median(ratios)?.exp(),
            low: low.exp(),
            high: high.exp(),
        })
    }

    /// On which side of 1 the whole interval lies, beyond the floor.
    fn side(&self, floor: f64) -> Option<Verdict> {
        if self.high < 1.0 - floor {
            Some(Verdict::Faster)
        } else if self.low > 1.0 + floor {
            Some(Verdict::Slower)
        } else {
            None
        }
    }
}
