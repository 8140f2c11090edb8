//! A note for a pull request: what to do first, the figures below it, the rest folded.

use build_profiles::diagnostic::counted;
use build_profiles::measure::advice::Advised;
use build_profiles::measure::analysis::Analysis;
use build_profiles::measure::record::Ladder;
use build_profiles::measure::said;
use handlebars::Handlebars;
use serde_json::{Value, json};

use super::table::{Line, lines};
use super::{Measured, advice, change, name, place, remarks};
use crate::render::markdown::{NOTE_LIMIT, escape, findings, say_prose, shorten};

/// How many remarks are shown, and how many characters of each: a build that fails can have much to say. The second is
/// for what would else be too long for a comment.
const SIZES: [(usize, usize); 3] = [(50, 800), (20, 200), (5, 80)];

pub(super) fn note(measured: &Measured<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    templates.register_helper("prose", Box::new(say_prose));
    let mut note = String::new();
    for size in SIZES {
        note = templates
            .render_template(include_str!("../measure.md.hbs"), &view(measured, size))
            .expect("the template and its data are ours");
        if note.len() <= NOTE_LIMIT {
            break;
        }
    }
    note
}

fn view(measured: &Measured<'_>, (count, length): (usize, usize)) -> Value {
    let over: Vec<_> = measured.findings.iter().collect();
    let ladders: Vec<Value> = measured
        .ladders()
        .map(|(ladder, analysis, advised)| {
            let mut ladder = of_ladder(measured, ladder, analysis, &advised);
            if let Some(remarks) = ladder["remarks"].as_array_mut() {
                let more = remarks.len().saturating_sub(count);
                remarks.truncate(count);
                ladder["more"] = more.into();
            }
            shorten(&mut ladder["remarks"], length);
            ladder
        })
        .collect();
    let environment = measured.measurements.variables.iter();
    json!({
        "headline": advice(&measured.headline()),
        "workspace": measured.measurements.subject.workspace,
        "is_one": ladders.len() == 1,
        "ladders": ladders,
        "findings": measured.repository.map(|repository| findings(repository, &over)),
        "comparison": compared(measured),
        "subject": measured.subject(),
        "machine": measured.machine(),
        "when": measured.when(),
        "variables": environment.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
    })
}

fn of_ladder(
    measured: &Measured<'_>,
    ladder: &Ladder,
    analysis: &Analysis,
    advised: &Advised,
) -> Value {
    let habits = &measured.habits;
    let layers = advised.layers.iter().map(|one| {
        let text = one.to_string();
        let rest = text.strip_prefix(&format!("{}: ", one.layer));
        json!({
            "layer": one.layer,
            "says": rest.unwrap_or(&text),
            "notes": one.notes(),
        })
    });
    let alone = advised.layers.iter().flat_map(|one| {
        let even = one.break_even.iter();
        even.filter_map(|even| Some(format!("{}, {}", one.layer, even.sentence(habits)?)))
    });
    let whole = advised.whole.iter().filter(|_| ladder.layers.len() > 1);
    let whole = whole.filter_map(|even| Some(format!("all layers, {}", even.sentence(habits)?)));
    let scenarios = ladder.scenarios.iter().zip(&analysis.scenarios);
    let remarks = remarks(ladder, analysis);
    json!({
        "name": name(ladder),
        "rounds": counted(ladder.rounds, "round"),
        "layers": layers.collect::<Vec<_>>(),
        "paid": alone.chain(whole).collect::<Vec<_>>(),
        "scenarios": scenarios.map(|(scenario, weighed)| json!({
            "name": scenario.name,
            "command": scenario.command,
            "about": scenario.about,
            "lines": lines(ladder, weighed).iter().map(line).collect::<Vec<_>>(),
            "whole": weighed.whole.as_ref().map(said::estimate),
        })).collect::<Vec<_>>(),
        "remarks": remarks.into_iter().map(|(_, text)| text).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    json!({
        "variant": line.variant,
        "seconds": line.seconds,
        "ratio": line.ratio,
        "p": line.p,
        "says": line.says,
    })
}

fn compared(measured: &Measured<'_>) -> Option<Value> {
    let comparison = measured.comparison?;
    let rows = comparison
        .rows
        .iter()
        .map(|row| json!({ "scenario": place(row, comparison), "says": change(row) }));
    let all = |of: &[build_profiles::measure::compare::Difference]| -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    };
    Some(json!({
        "rows": rows.collect::<Vec<_>>(),
        "apart": all(&comparison.apart),
        "beside": all(&comparison.beside),
    }))
}
