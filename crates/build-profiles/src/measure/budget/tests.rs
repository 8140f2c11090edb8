//! A budget and a measurement in, exact findings out.

use super::judge;
use crate::codes::CODES;
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::measure::analysis::{Analysis, Control, Estimate, Figures, Step, Weighed};
use crate::policy::parse;

/// A ratio with its interval, of so many rounds.
fn estimate(rounds: usize, ratio: f64, low: f64, high: f64) -> Estimate {
    Estimate {
        rounds,
        ratio,
        low,
        high,
    }
}

/// A step that ends in the variant `+<layer>`.
fn step(layer: &str, estimate: Estimate) -> Step {
    Step {
        layer: layer.to_owned(),
        to: format!("+{layer}"),
        estimate,
        ..Step::default()
    }
}

/// The figures of a variant with a hit rate.
fn variant(name: &str, hit_rate: Option<f64>) -> Figures {
    Figures {
        variant: name.to_owned(),
        rounds: 8,
        hit_rate,
        ..Figures::default()
    }
}

/// Twice as fast by profiles and cache.
fn cached() -> Weighed {
    Weighed {
        scenario: "clean-cached".to_owned(),
        variants: vec![
            variant("base", None),
            variant("+profiles", None),
            variant("+cache", Some(0.947)),
            variant("-cache", Some(0.1)),
        ],
        steps: vec![
            step("profiles", estimate(8, 0.83, 0.81, 0.86)),
            step("cache", estimate(8, 0.62, 0.58, 0.66)),
        ],
        whole: Some(estimate(8, 0.515, 0.48, 0.55)),
        ..Weighed::default()
    }
}

/// Slower by the cache.
fn edited() -> Weighed {
    Weighed {
        scenario: "edit-hub".to_owned(),
        steps: vec![
            step("profiles", estimate(8, 0.98, 0.95, 1.02)),
            step("cache", estimate(8, 2.1, 1.9, 2.4)),
        ],
        whole: Some(estimate(8, 2.05, 1.85, 2.3)),
        ..Weighed::default()
    }
}

/// A scenario in which no layer makes a difference.
fn idle() -> Weighed {
    Weighed {
        scenario: "no-op".to_owned(),
        ..Weighed::default()
    }
}

/// Holds what was measured against the lines of a budget; the findings as text, without `build-profiles.toml`.
#[track_caller]
fn check(budget: &str, scenarios: &[Weighed], expected: &str) {
    let text = format!("schema = 1\n{budget}");
    let file = FilePath::new("build-profiles.toml");
    let (policy, found) = parse(&file, &text);
    assert_eq!(found, []);
    let analysis = Analysis {
        scenarios: scenarios.to_vec(),
    };
    let found = judge(&file, &policy.expect("a policy"), &analysis);
    let told: Vec<_> = found.iter().map(|found| tell(&text, found)).collect();
    assert_eq!(told.join("\n"), expected.trim());
}

fn tell(text: &str, found: &Diagnostic) -> String {
    assert!(CODES.iter().any(|(code, _)| *code == found.code));
    let level = match found.level {
        Level::Note => "note",
        Level::Deny => "deny",
        other => panic!("a budget is judged by denials and notes, not by {other:?}"),
    };
    let label = &found.labels[0];
    let mut told = format!(
        "{level}[{}] {}\n  {}: {}",
        found.code,
        found.message,
        &text[label.span.clone()],
        label.text
    );
    for note in &found.notes {
        told.push_str(&format!("\n  = note: {note}"));
    }
    for help in &found.help {
        told.push_str(&format!("\n  = help: {help}"));
    }
    told
}

#[test]
fn what_holds_is_not_mentioned() {
    let budget = "budget = { hit-rate = 94.7, ratio = { clean-cached = 0.55, edit-hub = 2.3, \"cache.edit-hub\" = 3 } }";
    check(budget, &[cached(), edited()], "");
    check("budget = {}", &[cached()], "");
    check("", &[cached()], "");
}

#[test]
fn over_the_budget_is_what_is_over_it_with_its_whole_interval() {
    check(
        r#"
[budget]
hit-rate = 95
[budget.ratio]
# Nobody waits twice as long for an edit
# of the hub.
edit-hub = 1.1
"cache.edit-hub" = 1.05
clean-cached = 0.479
"cache.clean-cached" = 0.5
"#,
        &[cached(), edited()],
        r#"
deny[over_budget] the cache serves 94.7 per cent of `clean-cached`, under the budget of 95
  95: 94.7 per cent, 8 rounds
  = help: see what is not served, and why: cargo xtask verify
  = help: or lower the budget
deny[over_budget] `edit-hub` takes 2.05 times as long as under Cargo's defaults, over the budget of 1.1
  edit-hub: 2.05 (1.85 to 2.30), 8 rounds
  = note: why the budget is there: Nobody waits twice as long for an edit of the hub.
  = note: layer by layer: `profiles` 0.98 (0.95 to 1.02), `cache` 2.10 (1.90 to 2.40)
  = help: do without `cache`, which makes it slower
  = help: or raise the budget
deny[over_budget] with `cache` `edit-hub` takes 2.10 times as long as without it, over the budget of 1.05
  "cache.edit-hub": 2.10 (1.90 to 2.40), 8 rounds
  = help: do without `cache`, which makes it slower
  = help: or raise the budget
deny[over_budget] `clean-cached` takes 0.52 times as long as under Cargo's defaults, over the budget of 0.479
  clean-cached: 0.52 (0.480 to 0.55), 8 rounds
  = note: layer by layer: `profiles` 0.83 (0.81 to 0.86), `cache` 0.62 (0.58 to 0.66)
  = help: see what has changed since it held: cargo xtask measure --compare
  = help: or raise the budget
deny[over_budget] with `cache` `clean-cached` takes 0.62 times as long as without it, over the budget of 0.5
  "cache.clean-cached": 0.62 (0.58 to 0.66), 8 rounds
  = help: see what has changed since it held: cargo xtask measure --compare
  = help: or raise the budget
"#,
    );
}

#[test]
fn a_budget_within_the_interval_is_undecided() {
    check(
        "budget.ratio = { clean-cached = 0.5, edit-hub = 2.2 }",
        &[cached(), edited()],
        r#"
note[budget_undecided] it can't be told whether `clean-cached` is within the budget of 0.5
  clean-cached: 0.52 (0.48 to 0.55), 8 rounds
  = note: the budget is within the interval
  = help: measure more rounds, which makes the interval narrower
note[budget_undecided] it can't be told whether `edit-hub` is within the budget of 2.2
  edit-hub: 2.05 (1.85 to 2.30), 8 rounds
  = note: the budget is within the interval
  = help: measure more rounds, which makes the interval narrower
"#,
    );
}

/// The interval of one pair is a point, and would be over or under every budget.
#[test]
fn few_rounds_decide_nothing() {
    let mut one = cached();
    one.whole = Some(estimate(1, 0.9, 0.9, 0.9));
    let mut seven = edited();
    seven.whole = Some(estimate(7, 0.9, 0.8, 0.95));
    check(
        "budget.ratio = { clean-cached = 0.5, edit-hub = 1 }",
        &[one, seven],
        r#"
note[budget_undecided] it can't be told whether `clean-cached` is within the budget of 0.5
  clean-cached: 0.90, 1 round
  = note: below 8 rounds there is no verdict
  = help: measure 8 rounds
note[budget_undecided] it can't be told whether `edit-hub` is within the budget of 1
  edit-hub: 0.90 (0.80 to 0.95), 7 rounds
  = note: below 8 rounds there is no verdict
  = help: measure 8 rounds
"#,
    );
}

#[test]
fn nothing_is_told_where_equals_differ() {
    let mut noisy = edited();
    noisy.control = Some(Control {
        estimate: estimate(8, 1.2, 1.1, 1.3),
        broken: true,
        ..Control::default()
    });
    check(
        "budget.ratio.edit-hub = 1.1",
        &[noisy],
        r#"
note[budget_undecided] it can't be told whether `edit-hub` is within the budget of 1.1
  edit-hub: 2.05 (1.85 to 2.30), 8 rounds
  = note: on this machine equal builds differ: the control is 1.20 (1.10 to 1.30), and has to be 1
  = help: measure again while nothing else runs
"#,
    );
}

#[test]
fn what_was_not_measured_is_said() {
    let mut uncounted = cached();
    uncounted.variants[2].hit_rate = None;
    let budget = r#"
[measure.commands]
docs = "cargo doc"
[budget]
hit-rate = 90
[budget.ratio]
docs = 1
no-op = 1
"linker.clean-cached" = 0.9
"runner.test-run" = 0.9
"#;
    let rest = r#"
note[budget_not_measured] `docs` was not measured
  docs: not judged
  = help: name it on the command line, or in `scenarios` of `[measure]`
note[budget_not_measured] `no-op` has no ratio of the whole policy
  no-op: not judged
  = note: no layer of the policy can make a difference to it, or no round has a build with all of them and one with none
  = help: remove the line, unless a build has failed
note[budget_not_measured] the ladder of `clean-cached` has no step `linker`
  "linker.clean-cached": not judged
  = note: a layer is a step where the policy has it and where it can make a difference; and the builds on both sides of it have to succeed
  = help: remove the line, unless a build has failed
note[budget_not_measured] `test-run` was not measured
  "runner.test-run": not judged
  = help: name it on the command line, or in `scenarios` of `[measure]`
"#;
    let no_rate = r#"
note[budget_not_measured] `clean-cached` has no hit rate
  90: not judged
  = note: no compilation was counted: the ladder has no cache, or its server is silent
  = help: see whether the cache is in force: cargo xtask verify
"#;
    check(
        budget,
        &[uncounted, idle()],
        &format!("{}{rest}", no_rate.trim_end()),
    );
    check(
        "budget.hit-rate = 90",
        &[idle()],
        r#"
note[budget_not_measured] `clean-cached` was not measured
  90: not judged
  = help: name it on the command line, or in `scenarios` of `[measure]`
"#,
    );
    let mut empty = edited();
    empty.whole = Some(Estimate::default());
    check(
        "budget.ratio.edit-hub = 1",
        &[empty],
        r#"
note[budget_not_measured] `edit-hub` has no ratio of the whole policy
  edit-hub: not judged
  = note: no layer of the policy can make a difference to it, or no round has a build with all of them and one with none
  = help: remove the line, unless a build has failed
"#,
    );
}

/// A reader who sees 0.50 over 0.5 believes that the tool can't count.
#[test]
fn a_figure_near_its_budget_is_told_apart_from_it() {
    let mut near = cached();
    near.whole = Some(estimate(8, 0.5004, 0.500_01, 0.52));
    near.variants[2].hit_rate = Some(0.9469);
    check(
        "budget = { hit-rate = 94.7, ratio.clean-cached = 0.5 }",
        &[near],
        r#"
deny[over_budget] the cache serves 94.69 per cent of `clean-cached`, under the budget of 94.7
  94.7: 94.69 per cent, 8 rounds
  = help: see what is not served, and why: cargo xtask verify
  = help: or lower the budget
deny[over_budget] `clean-cached` takes 0.5004 times as long as under Cargo's defaults, over the budget of 0.5
  clean-cached: 0.5004 (0.50001 to 0.52), 8 rounds
  = note: layer by layer: `profiles` 0.83 (0.81 to 0.86), `cache` 0.62 (0.58 to 0.66)
  = help: see what has changed since it held: cargo xtask measure --compare
  = help: or raise the budget
"#,
    );
}
