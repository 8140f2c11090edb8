//! `[budget]`: what a measurement must hold.
//!
//! Ratios and a hit rate, never seconds: those are of one machine on one day, and a policy is read on many.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::measure::layer::{Layer, Part};
use crate::measure::scenario::{Builtin, Task};
use crate::policy::measure::{is_scenario, listed, unknown_layer};
use crate::policy::source::{Field, Reader};
use crate::policy::{Budget, Command, Spanned};

/// The keys, with what each is, sorted by name.
pub(crate) static KEYS: &[(&str, &str)] = &[
    (
        "hit-rate",
        "At least: of the compilations of `clean-cached` that the cache can take, the share that it serves, in per cent.",
    ),
    (
        "ratio",
        "At most: a scenario's time under the whole policy, as a ratio of its time under Cargo's defaults; or, under `\"<layer>.<scenario>\"`, with that layer as a ratio of the time with those before it on the ladder.",
    ),
];

/// Words for what no budget holds.
static OF_A_CLOCK: &[&str] = &[
    "cpu", "duration", "minutes", "ms", "seconds", "time", "wall",
];

/// From here on a ratio was probably meant in per cent: nobody means to allow ten times as long.
const HARDLY_A_RATIO: f64 = 10.0;

/// `[budget]`. `commands` are those of `[measure]`: their names are scenarios too.
pub(super) fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    commands: &[Command],
) -> Option<Budget> {
    let table = reader.table(field)?;
    let mut budget = Budget::default();
    for inner in reader.fields(table) {
        match inner.name {
            "hit-rate" => {
                budget.hit_rate = hit_rate(reader, &inner);
                let reason = inner.above.or_else(|| field.above.clone());
                budget.keep_reason("hit-rate".to_owned(), reason);
            }
            "ratio" => ratios(reader, &inner, commands, &mut budget),
            _ => unknown(reader, &inner, commands),
        }
    }
    Some(budget)
}

impl Budget {
    /// The comment above the line of a ratio.
    pub fn reason_of_ratio(&self, name: &str) -> Option<&str> {
        self.reasons
            .get(&format!("ratio.{name}"))
            .map(String::as_str)
    }

    fn keep_reason(&mut self, of: String, reason: Option<String>) {
        self.reasons.extend(reason.map(|reason| (of, reason)));
    }
}

/// `hit-rate = 90`.
fn hit_rate(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Spanned<f64>> {
    let span = reader.value_span(field);
    let value = number(reader, field)?;
    if !(0.0..=100.0).contains(&value) {
        let found = Diagnostic::error("invalid_value", "`hit-rate` takes a number from 0 to 100")
            .with_label(reader.file, span, "out of range")
            .with_help("write it in per cent, as `90`");
        reader.diagnostics.push(found);
        return None;
    }
    if value > 0.0 && value <= 1.0 {
        let found = Diagnostic::warning(
            "unlikely_budget",
            format!("`hit-rate = {value}` lets nearly every compilation miss the cache"),
        )
        .with_label(reader.file, span.clone(), "in per cent")
        .with_help(format!("write `{}`", rounded(value * 100.0)));
        reader.diagnostics.push(found);
    }
    Some(Spanned { value, span })
}

/// `[budget.ratio]`.
fn ratios(reader: &mut Reader<'_>, field: &Field<'_>, commands: &[Command], budget: &mut Budget) {
    let Some(table) = reader.table(field) else {
        return;
    };
    for inner in reader.fields(table) {
        if inner.item.is_table_like() {
            unquoted(reader, &inner);
            continue;
        }
        let is_known = is_subject(reader, &inner, commands);
        if let (Some(most), true) = (ratio(reader, &inner), is_known) {
            let reason = inner.above.or_else(|| field.above.clone());
            budget.keep_reason(format!("ratio.{}", inner.name), reason);
            let name = Spanned {
                value: inner.name.to_owned(),
                span: inner.span,
            };
            budget.ratios.push((name, most));
        }
    }
}

/// Whether the key of a ratio is `<scenario>` or `<layer>.<scenario>`; findings if not.
fn is_subject(reader: &mut Reader<'_>, field: &Field<'_>, commands: &[Command]) -> bool {
    let part = |reader: &Reader<'_>, range: Range<usize>| Spanned {
        value: field.name[range.clone()].to_owned(),
        span: reader.inside(&field.span, field.name, range),
    };
    let all = 0..field.name.len();
    let Some(dot) = field.name.find('.') else {
        if Layer::named(field.name).is_some() && !is_command(commands, field.name) {
            layer_alone(reader, field);
            return false;
        }
        let name = part(reader, all);
        return is_scenario(reader, &name, commands);
    };
    let (first, second) = (part(reader, 0..dot), part(reader, dot + 1..all.end));
    let is_turned = Layer::named(&second.value).is_some()
        && (Builtin::named(&first.value).is_some() || is_command(commands, &first.value));
    if is_turned {
        let found = Diagnostic::error(
            "unknown_layer",
            format!("there is no layer `{}`", first.value),
        )
        .with_label(reader.file, first.span, "a scenario")
        .with_help(format!(
            "write the layer first: `\"{}.{}\"`",
            second.value, first.value
        ));
        reader.diagnostics.push(found);
        return false;
    }
    let is_layer = Layer::named(&first.value).is_some();
    if !is_layer {
        unknown_layer(reader, &first);
    }
    let is_scenario = is_scenario(reader, &second, commands);
    if let (Some(layer), true) = (Layer::named(&first.value), is_scenario) {
        without_effect(reader, field, layer, &second.value);
    }
    is_scenario && is_layer
}

/// A finding: a step that no ladder has.
fn without_effect(reader: &mut Reader<'_>, field: &Field<'_>, layer: Layer, scenario: &str) {
    let part = Part::Layer(layer);
    let task = |name: &str| match Builtin::named(name) {
        Some(builtin) => Task::Builtin(builtin),
        None => Task::Command {
            name: name.to_owned(),
            words: Vec::new(),
        },
    };
    if task(scenario).is_touched_by(&part) {
        return;
    }
    let touched = Builtin::ALL
        .iter()
        .find(|other| Task::Builtin(**other).is_touched_by(&part));
    let found = Diagnostic::warning(
        "never_measured",
        format!(
            "`{}` makes no difference to `{scenario}`, so this is never measured",
            layer.name()
        ),
    )
    .with_label(reader.file, field.span.clone(), "holds nothing");
    let found = match touched {
        Some(other) => found.with_help(format!(
            "remove it, or name another scenario, as `\"{}.{}\"`",
            layer.name(),
            other.name()
        )),
        None => found.with_help("remove it"),
    };
    reader.diagnostics.push(found);
}

/// A ratio: finite and above 0.
fn ratio(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<f64> {
    let span = reader.value_span(field);
    let value = number(reader, field)?;
    if !value.is_finite() || value <= 0.0 {
        let found = Diagnostic::error(
            "invalid_value",
            format!("`{}` takes a finite number above 0", field.name),
        )
        .with_label(reader.file, span, "out of range")
        .with_help("write a ratio: `0.5` is half the time, `1.1` a tenth more");
        reader.diagnostics.push(found);
        return None;
    }
    if value >= HARDLY_A_RATIO {
        let found = Diagnostic::warning(
            "unlikely_budget",
            format!("`{} = {value}` allows {value} times the time", field.name),
        )
        .with_label(reader.file, span, "a ratio, not per cent")
        .with_help(format!("write `{}`", rounded(value / 100.0)));
        reader.diagnostics.push(found);
    }
    Some(value)
}

/// The number that a field holds; otherwise a finding.
fn number(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<f64> {
    let item = field.item;
    let value = item
        .as_float()
        .or_else(|| item.as_integer().map(|whole| whole as f64));
    if value.is_none() {
        reader.wrong_type(field, "a number");
    }
    value
}

/// Without the last digits that come of reckoning in binary.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn is_command(commands: &[Command], name: &str) -> bool {
    commands.iter().any(|command| command.name.value == name)
}

/// A finding: `cache.clean-cached`, which to TOML is a table.
fn unquoted(reader: &mut Reader<'_>, field: &Field<'_>) {
    let inner = field.item.as_table_like().and_then(|table| {
        let (name, _) = table.iter().next()?;
        Some(name.to_owned())
    });
    let scenario = inner.unwrap_or_else(|| Builtin::CleanCached.name().to_owned());
    let found = Diagnostic::error("wrong_type", format!("`{}` takes a number", field.name))
        .with_label(reader.file, field.span.clone(), "to TOML this is a table")
        .with_help(format!(
            "put layer and scenario in quotes: `\"{}.{scenario}\" = ...`",
            field.name
        ));
    reader.diagnostics.push(found);
}

/// A finding: a layer without the scenario that it is measured in.
fn layer_alone(reader: &mut Reader<'_>, field: &Field<'_>) {
    let found = Diagnostic::error(
        "unknown_scenario",
        format!("`{}` is a layer, not a scenario", field.name),
    )
    .with_label(reader.file, field.span.clone(), "in which scenario?")
    .with_help(format!(
        "name the scenario too, as `\"{}.{}\"`",
        field.name,
        Builtin::CleanCached.name()
    ));
    reader.diagnostics.push(found);
}

/// A finding: no such key.
fn unknown(reader: &mut Reader<'_>, field: &Field<'_>, commands: &[Command]) {
    let name = field.name;
    let keys = || KEYS.iter().map(|(name, _)| *name);
    let kebab = name.replace('_', "-").to_lowercase();
    let (layer, scenario) = match name.split_once('.') {
        Some((layer, scenario)) => (Layer::named(layer), scenario),
        None => (None, name),
    };
    let is_ratio = (layer.is_some() || scenario == name)
        && (Builtin::named(scenario).is_some() || is_command(commands, scenario));
    let error = |message: String, label: &str| {
        Diagnostic::error("unknown_key", message).with_label(reader.file, field.span.clone(), label)
    };
    let found = if is_ratio {
        error(format!("unknown key `{name}` in `[budget]`"), "a ratio?")
            .with_help(format!("move `{name}` to `[budget.ratio]`"))
    } else if OF_A_CLOCK.contains(&kebab.as_str()) {
        error(format!("a budget has no `{name}`"), "another machine's")
            .with_note("seconds are those of one machine on one day; the policy is read on many")
            .with_help("write a ratio, which holds on each of them: `clean-cached = 0.5` in `[budget.ratio]` is at most half of the time under Cargo's defaults")
    } else {
        let found = error(format!("unknown key `{name}` in `[budget]`"), "unknown");
        match did_you_mean(&kebab, keys()) {
            Some(near) => found.with_help(format!("did you mean `{near}`?")),
            None => found.with_help(format!("use one of {}", listed(keys()))),
        }
    };
    reader.diagnostics.push(found);
}
