//! A page with pictures: self-contained, without a script, in the light and in the dark.
//!
//! Every figure bears the place where it stands in the JSON, as `data-figure`, and its value, as `data-value`: a test
//! holds the page against the file.

mod chart;

use build_profiles::diagnostic::counted;
use std::collections::BTreeMap;

use build_profiles::measure::advice::Advised;
use build_profiles::measure::analysis::{Analysis, Control, Estimate, Figures, Weighed};
use build_profiles::measure::record::{DISCARDED, Ladder, Sample, Scenario, TimeSpent};
use build_profiles::measure::said;
use build_profiles::measure::scenario::Builtin;
use handlebars::Handlebars;
use serde_json::{Value, json};

use super::table::lines;
use super::{Measured, name, remarks};
use chart::chart;

/// The whole page.
pub(super) fn page(measured: &Measured<'_>) -> String {
    let templates = Handlebars::new();
    templates
        .render_template(include_str!("page/page.html.hbs"), &view(measured))
        .expect("the template and its data are ours")
}

fn view(measured: &Measured<'_>) -> Value {
    let ladders: Vec<Value> = measured
        .ladders()
        .enumerate()
        .map(|(index, (ladder, analysis, advised))| {
            of_ladder(measured, index, ladder, analysis, &advised)
        })
        .collect();
    let variables = measured.measurements.variables.iter();
    json!({
        "css": include_str!("page/page.css"),
        "workspace": measured.measurements.subject.workspace,
        "headline": measured.headline(),
        "subject": measured.subject(),
        "machine": measured.machine(),
        "when": measured.when(),
        "variables": variables.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
        "tool": measured.measurements.tool,
        "ladders": ladders,
    })
}

fn of_ladder(
    measured: &Measured<'_>,
    index: usize,
    ladder: &Ladder,
    analysis: &Analysis,
    advised: &Advised,
) -> Value {
    let advice = advised.layers.iter().map(|one| {
        let text = one.to_string();
        let rest = text.strip_prefix(&format!("{}: ", one.layer));
        let even = one.break_even.iter();
        json!({
            "layer": one.layer,
            "says": rest.unwrap_or(&text),
            "notes": one.notes(),
            "even": even.filter_map(|even| even.sentence(&measured.habits)).collect::<Vec<_>>(),
        })
    });
    let scenarios = ladder.scenarios.iter().zip(&analysis.scenarios);
    let remarks = remarks(ladder, analysis);
    json!({
        "name": name(ladder),
        "rounds": counted(ladder.rounds_done().min(ladder.rounds), "round"),
        "advice": advice.collect::<Vec<_>>(),
        "scenarios": scenarios
            .map(|(scenario, weighed)| of_scenario(index, ladder, scenario, weighed))
            .collect::<Vec<_>>(),
        "time": ladder.time.as_ref().map(|time| of_time(index, time)),
        "remarks": remarks.iter().map(|(code, text)| json!({ "code": code, "text": text })).collect::<Vec<_>>(),
        "samples": ladder.samples.iter().map(of_sample).collect::<Vec<_>>(),
    })
}

/// A number with the place where it stands, as shown.
fn figure(place: &str, value: f64, shown: String) -> Value {
    json!({ "place": place, "value": value, "shown": shown })
}

fn of_scenario(index: usize, ladder: &Ladder, scenario: &Scenario, weighed: &Weighed) -> Value {
    let samples: Vec<&Sample> = ladder
        .samples
        .iter()
        .filter(|sample| sample.counts() && sample.scenario == scenario.name)
        .collect();
    let at = |variant: &str, what: &str| format!("{index}.{}.{variant}.{what}", scenario.name);
    let rows = lines(ladder, weighed).into_iter().zip(&weighed.variants).map(|(line, figures)| {
        let estimate = estimate(weighed, figures);
        let interval = estimate.filter(|one| one.has_interval());
        let p = weighed.steps.iter().find(|step| step.to == figures.variant).and_then(|step| step.p_holm);
        let of = |what: &str, value: Option<f64>, shown: &dyn Fn(f64) -> String| {
            value.map(|value| figure(&at(&figures.variant, what), value, shown(value)))
        };
        json!({
            "variant": figures.variant,
            "wall": of("wall", Some(figures.wall), &said::seconds),
            "ratio": of("ratio", estimate.map(|one| one.ratio), &said::ratio),
            "low": of("low", interval.map(|one| one.low), &said::ratio),
            "high": of("high", interval.map(|one| one.high), &said::ratio),
            "p": of("p_holm", p, &said::probability),
            "says": line.says,
            "verdict": line.verdict.map_or("none", |verdict| match verdict {
                build_profiles::measure::analysis::Verdict::Faster => "faster",
                build_profiles::measure::analysis::Verdict::Slower => "slower",
                _ => "none",
            }),
            "cpu": of("cpu", figures.cpu, &said::seconds),
            "units": figures.units,
            "target": of("target", figures.target.map(|bytes| bytes as f64), &|bytes| said::bytes(bytes as u64)),
            "linked": of("linked", figures.linked.map(|bytes| bytes as f64), &|bytes| said::bytes(bytes as u64)),
            "memory": of("memory", figures.memory.map(|bytes| bytes as f64), &|bytes| said::bytes(bytes as u64)),
            "cache": of("cache_size", figures.cache_size.map(|bytes| bytes as f64), &|bytes| said::bytes(bytes as u64)),
            "hits": of("hit_rate", figures.hit_rate, &said::share),
        })
    });
    let builtin = Builtin::named(&scenario.name);
    let control = weighed.control.filter(Control::tells_noise);
    json!({
        "name": scenario.name,
        "meaning": builtin.map_or("a command of the workspace's own", Builtin::meaning),
        "command": scenario.command,
        "about": scenario.about,
        "chart": chart(weighed, &samples),
        "rows": rows.collect::<Vec<_>>(),
        "whole": weighed.whole.as_ref().map(said::estimate),
        "floor": control.map(|control| said::share(control.floor)),
        "cache": cache(weighed, &samples),
    })
}

/// The ratio of a variant: against the step before it, or against the first, or with a layer against without it.
fn estimate<'w>(weighed: &'w Weighed, figures: &Figures) -> Option<&'w Estimate> {
    if figures.variant == "base-again" {
        return weighed.control.as_ref().map(|control| &control.estimate);
    }
    let mut steps = weighed.steps.iter();
    if let Some(step) = steps.find(|step| step.to == figures.variant) {
        return Some(&step.estimate);
    }
    let layer = figures.variant.strip_prefix('-')?;
    let mut without = weighed.without.iter();
    Some(&without.find(|without| without.layer == layer)?.estimate)
}

/// What the cache did in all samples of a variant together: served, missed, and refused by reason.
fn cache(weighed: &Weighed, samples: &[&Sample]) -> Vec<Value> {
    let variants = weighed.variants.iter().filter_map(|figures| {
        let of = samples.iter().filter(|sample| sample.variant == figures.variant);
        let counts: Vec<_> = of.filter_map(|sample| sample.cache.as_ref()).collect();
        if counts.is_empty() {
            return None;
        }
        let hits: u64 = counts.iter().map(|counts| counts.hits).sum();
        let misses: u64 = counts.iter().map(|counts| counts.misses).sum();
        let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
        for (reason, count) in counts.iter().flat_map(|counts| counts.refusals()) {
            *refused.entry(reason).or_default() += count;
        }
        let all = hits + misses + refused.values().sum::<u64>();
        if all == 0 {
            return None;
        }
        let all = all as f64;
        let percent = |count: u64| format!("{:.2}", count as f64 * 100.0 / all);
        Some(json!({
            "variant": figures.variant,
            "hits": hits,
            "misses": misses,
            "refused": refused.iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect::<Vec<_>>(),
            "hits_share": percent(hits),
            "misses_share": percent(misses),
            "refused_share": percent(refused.values().sum()),
        }))
    });
    variants.collect()
}

fn of_time(index: usize, time: &TimeSpent) -> Value {
    let (bounds, units) = (&time.bounds, &time.timings.units);
    let longest = bounds
        .slowest
        .first()
        .map_or(1.0, |place| units[*place].duration)
        .max(0.001);
    let slowest = bounds
        .slowest
        .iter()
        .filter_map(|place| units.get(*place))
        .map(|unit| {
            json!({
                "unit": unit.to_string(),
                "seconds": said::seconds(unit.duration),
                "share": format!("{:.1}", unit.duration * 100.0 / longest),
                "class": unit.class.never().unwrap_or("a cache could serve it"),
                "cacheable": unit.class.never().is_none(),
            })
        });
    let shares = bounds.shares.iter().map(|share| {
        json!({
            "what": share.class.plural(),
            "whose": match share.third_party {
                Some(true) => "third-party",
                Some(false) => "of the workspace",
                None => "",
            },
            "units": share.units,
            "seconds": said::seconds(share.seconds),
            "share": format!("{:.1}", share.seconds * 100.0 / bounds.work.max(0.001)),
            "cacheable": share.class.never().is_none(),
            "never": share.class.never().unwrap_or("yes"),
        })
    });
    let most = bounds.bounds.iter().map(|bound| {
        let figures = bound.figures.as_ref();
        json!({
            "what": bound.what.name(),
            "saved": figures.map(|figures| said::seconds(figures.saved)).unwrap_or_default(),
            "left": figures.map(|figures| said::seconds(figures.left)).unwrap_or_default(),
            "rests_on": figures.map_or_else(|why| why.clone(), |_| bound.rests_on.clone()),
            "loose": bound.loose,
        })
    });
    json!({
        "wall": figure(&format!("{index}.time.wall"), bounds.wall, said::seconds(bounds.wall)),
        "work": figure(&format!("{index}.time.work"), bounds.work, said::seconds(bounds.work)),
        "critical": figure(
            &format!("{index}.time.critical_path"),
            bounds.critical_path.seconds,
            said::seconds(bounds.critical_path.seconds),
        ),
        "cores": bounds.cores,
        "parallelism": format!("{:.1}", bounds.parallelism),
        "path": bounds.critical_path.steps.iter().filter_map(|step| units.get(step.unit)).map(ToString::to_string).collect::<Vec<_>>(),
        "links": match &bounds.links {
            Ok(links) => format!("{} took {} together", counted(links.count, "link"), said::time(links.seconds)),
            Err(why) => format!("the linker's share is not known: {why}"),
        },
        "slowest": slowest.collect::<Vec<_>>(),
        "shares": shares.collect::<Vec<_>>(),
        "bounds": most.collect::<Vec<_>>(),
        "notes": time.notes,
    })
}

fn of_sample(sample: &Sample) -> Value {
    json!({
        "round": match sample.round {
            DISCARDED => "discarded".to_owned(),
            round => round.to_string(),
        },
        "scenario": sample.scenario,
        "variant": sample.variant,
        "wall": said::seconds(sample.wall),
        "cpu": sample.cpu.map(said::seconds),
        "units": sample.units,
        "hits": sample.cache.as_ref().map(|cache| format!("{} of {}", cache.hits, cache.hits + cache.misses)),
        "load": sample.load.map(|load| format!("{load:.2}")),
        "failure": sample.failure,
    })
}
