//! What a ladder comes to, held against `[budget]` of the policy.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath, Level, counted};
use crate::measure::analysis::{Analysis, Estimate, Weighed};
use crate::measure::said;
use crate::measure::scenario::Builtin;
use crate::policy::{Budget, Policy};

/// From how many rounds on a ratio is judged: as few as a verdict on a layer takes. The interval of a handful of pairs
/// is narrower than what it stands for; that of a single one is a point.
pub const ROUNDS: usize = 8;

/// The findings of one ladder against the budget, in the order of the policy: nothing of what holds, a denial of what
/// does not, and a note of what was not measured or can't be told.
///
/// The ladder is that of all layers of the policy: of a part of them, `whole` is no answer to the budget of a scenario.
pub fn judge(file: &FilePath, policy: &Policy, analysis: &Analysis) -> Vec<Diagnostic> {
    let Some(budget) = &policy.budget else {
        return Vec::new();
    };
    let bench = Bench { file, analysis };
    let mut lines: Vec<(usize, Option<Diagnostic>)> = Vec::new();
    if let Some(least) = &budget.hit_rate {
        let reason = budget.reasons.get("hit-rate");
        let line = Line {
            name: Builtin::CleanCached.name(),
            limit: least.value,
            span: &least.span,
            reason: reason.map(String::as_str),
        };
        lines.push((least.span.start, bench.hit_rate(&line)));
    }
    for (name, most) in &budget.ratios {
        let line = Line::of_ratio(budget, &name.value, *most, &name.span);
        lines.push((name.span.start, bench.ratio(&line)));
    }
    lines.sort_by_key(|(place, _)| *place);
    lines.into_iter().filter_map(|(_, found)| found).collect()
}

/// One line of the budget.
struct Line<'p> {
    /// The scenario, or `<layer>.<scenario>`.
    name: &'p str,
    limit: f64,
    span: &'p Range<usize>,
    reason: Option<&'p str>,
}

impl<'p> Line<'p> {
    fn of_ratio(budget: &'p Budget, name: &'p str, limit: f64, span: &'p Range<usize>) -> Self {
        let reason = budget.reason_of_ratio(name);
        Self {
            name,
            limit,
            span,
            reason,
        }
    }

    /// Layer and scenario. The name of a command has no dot.
    fn subject(&self) -> (Option<&'p str>, &'p str) {
        match self.name.split_once('.') {
            Some((layer, scenario)) => (Some(layer), scenario),
            None => (None, self.name),
        }
    }
}

/// What the lines are held against.
struct Bench<'a> {
    file: &'a FilePath,
    analysis: &'a Analysis,
}

impl Bench<'_> {
    fn hit_rate(&self, line: &Line<'_>) -> Option<Diagnostic> {
        let Some(weighed) = self.weighed(line.name) else {
            return Some(self.no_scenario(line, line.name));
        };
        let Some((rate, rounds)) = hit_rate_of_all_layers(weighed) else {
            let found = self
                .not_measured(line, format!("`{}` has no hit rate", line.name))
                .with_note(
                    "no compilation was counted: the ladder has no cache, or its server is silent",
                )
                .with_help("see whether the cache is in force: cargo xtask verify");
            return Some(found);
        };
        // A hair less is what dividing and multiplying in binary leaves of an equal share.
        let rate = rate * 100.0;
        (rate < line.limit - 1e-9).then(|| {
            let shown = apart(rate, line.limit, 1);
            let message = format!(
                "the cache serves {shown} per cent of `{}`, under the budget of {}",
                line.name, line.limit
            );
            self.over(
                line,
                message,
                format!("{shown} per cent, {}", counted(rounds, "round")),
            )
            .with_help("see what is not served, and why: cargo xtask verify")
            .with_help("or lower the budget")
        })
    }

    fn ratio(&self, line: &Line<'_>) -> Option<Diagnostic> {
        let (layer, scenario) = line.subject();
        let Some(weighed) = self.weighed(scenario) else {
            return Some(self.no_scenario(line, scenario));
        };
        let estimate = match layer {
            Some(layer) => step(weighed, layer),
            None => weighed.whole,
        };
        match (estimate.filter(|estimate| estimate.rounds > 0), layer) {
            (Some(estimate), _) => self.weigh(line, weighed, &estimate),
            (None, Some(layer)) => Some(self.no_step(line, layer, scenario)),
            (None, None) => Some(self.no_ratio(line)),
        }
    }

    /// Over the budget is what is over it with the whole interval.
    fn weigh(&self, line: &Line<'_>, weighed: &Weighed, is: &Estimate) -> Option<Diagnostic> {
        let broken = weighed.control.filter(|control| control.broken);
        if is.rounds < ROUNDS {
            let found = self
                .undecided(line, is)
                .with_note(format!("below {ROUNDS} rounds there is no verdict"))
                .with_help(format!("measure {ROUNDS} rounds"));
            return Some(found);
        }
        if let Some(control) = broken {
            let found = self
                .undecided(line, is)
                .with_note(format!(
                    "on this machine equal builds differ: the control is {}, and has to be 1",
                    interval(&control.estimate, 1.0)
                ))
                .with_help("measure again while nothing else runs");
            return Some(found);
        }
        if is.low > line.limit {
            return Some(self.over_ratio(line, weighed, is));
        }
        (is.high > line.limit).then(|| {
            self.undecided(line, is)
                .with_note("the budget is within the interval")
                .with_help("measure more rounds, which makes the interval narrower")
        })
    }

    fn over_ratio(&self, line: &Line<'_>, weighed: &Weighed, is: &Estimate) -> Diagnostic {
        let (layer, scenario) = line.subject();
        let ratio = apart(is.ratio, line.limit, 2);
        let message = match layer {
            Some(layer) => format!(
                "with `{layer}` `{scenario}` takes {ratio} times as long as without it, over the budget of {}",
                line.limit
            ),
            None => format!(
                "`{scenario}` takes {ratio} times as long as under Cargo's defaults, over the budget of {}",
                line.limit
            ),
        };
        let mut found = self.over(line, message, figure(is, line.limit));
        if layer.is_none() && weighed.steps.len() > 1 {
            found = found.with_note(format!("layer by layer: {}", steps(weighed)));
        }
        match slowest(weighed, layer) {
            Some(slow) => found
                .with_help(format!("do without `{slow}`, which makes it slower"))
                .with_help("or raise the budget"),
            None => found
                .with_help("see what has changed since it held: cargo xtask measure --compare")
                .with_help("or raise the budget"),
        }
    }

    fn weighed(&self, scenario: &str) -> Option<&Weighed> {
        let mut scenarios = self.analysis.scenarios.iter();
        scenarios.find(|weighed| weighed.scenario == scenario)
    }

    fn over(&self, line: &Line<'_>, message: String, figure: String) -> Diagnostic {
        let found = Diagnostic::new(Level::Deny, "over_budget", message).with_label(
            self.file,
            line.span.clone(),
            figure,
        );
        match line.reason {
            Some(reason) => found.with_note(format!(
                "why the budget is there: {}",
                reason.replace('\n', " ")
            )),
            None => found,
        }
    }

    fn undecided(&self, line: &Line<'_>, is: &Estimate) -> Diagnostic {
        let message = format!(
            "it can't be told whether `{}` is within the budget of {}",
            line.name, line.limit
        );
        Diagnostic::new(Level::Note, "budget_undecided", message).with_label(
            self.file,
            line.span.clone(),
            figure(is, line.limit),
        )
    }

    fn not_measured(&self, line: &Line<'_>, message: String) -> Diagnostic {
        Diagnostic::new(Level::Note, "budget_not_measured", message).with_label(
            self.file,
            line.span.clone(),
            "not judged",
        )
    }

    fn no_scenario(&self, line: &Line<'_>, scenario: &str) -> Diagnostic {
        self.not_measured(line, format!("`{scenario}` was not measured"))
            .with_help("name it on the command line, or in `scenarios` of `[measure]`")
    }

    fn no_step(&self, line: &Line<'_>, layer: &str, scenario: &str) -> Diagnostic {
        let message = format!("the ladder of `{scenario}` has no step `{layer}`");
        self.not_measured(line, message)
            .with_note("a layer is a step where the policy has it and where it can make a difference; and the builds on both sides of it have to succeed")
            .with_help("remove the line, unless a build has failed")
    }

    fn no_ratio(&self, line: &Line<'_>) -> Diagnostic {
        let message = format!("`{}` has no ratio of the whole policy", line.name);
        self.not_measured(line, message)
            .with_note("no layer of the policy can make a difference to it, or no round has a build with all of them and one with none")
            .with_help("remove the line, unless a build has failed")
    }
}

/// The ratio of a layer's step.
fn step(weighed: &Weighed, layer: &str) -> Option<Estimate> {
    let mut steps = weighed.steps.iter();
    let step = steps.find(|step| step.layer == layer);
    step.map(|step| step.estimate)
}

/// The share of hits, and in how many rounds, at the top of the ladder.
fn hit_rate_of_all_layers(weighed: &Weighed) -> Option<(f64, usize)> {
    let top = weighed.steps.last()?;
    let mut variants = weighed.variants.iter();
    let figures = variants.find(|figures| figures.variant == top.to)?;
    Some((figures.hit_rate?, figures.rounds))
}

/// The layer that costs most, of those that certainly cost; or this one, if it does.
fn slowest<'w>(weighed: &'w Weighed, layer: Option<&str>) -> Option<&'w str> {
    weighed
        .steps
        .iter()
        .filter(|step| layer.is_none_or(|layer| step.layer == layer))
        .filter(|step| step.estimate.low > 1.0)
        .max_by(|a, b| a.estimate.ratio.total_cmp(&b.estimate.ratio))
        .map(|step| step.layer.as_str())
}

/// Every step with its ratio.
fn steps(weighed: &Weighed) -> String {
    let steps = weighed.steps.iter();
    let steps: Vec<_> = steps
        .map(|step| format!("`{}` {}", step.layer, interval(&step.estimate, 1.0)))
        .collect();
    steps.join(", ")
}

/// A ratio with its interval and the number of rounds.
fn figure(is: &Estimate, limit: f64) -> String {
    let rounds = counted(is.rounds, "round");
    format!("{}, {rounds}", interval(is, limit))
}

/// A ratio with its interval.
fn interval(is: &Estimate, limit: f64) -> String {
    said::estimate_as(is, |figure| apart(figure, limit, 2))
}

/// A figure with so many decimals, and with more where it would else look equal to a limit that it is not equal to.
fn apart(figure: f64, limit: f64, decimals: usize) -> String {
    let shown = |decimals: usize| format!("{figure:.decimals$}");
    let limit_shown = |decimals: usize| format!("{limit:.decimals$}");
    let clear = (decimals..=6).find(|decimals| shown(*decimals) != limit_shown(*decimals));
    shown(match clear {
        Some(clear) if figure != limit => clear,
        _ => decimals,
    })
}

#[cfg(test)]
mod tests;
