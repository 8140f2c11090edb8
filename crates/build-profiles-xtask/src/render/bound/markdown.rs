//! The bounds as a note: what could be saved first, where the time goes folded.

use handlebars::Handlebars;
use serde_json::{Value, json};

use super::{Bounded, left, seconds, share};
use crate::render::markdown::escape;

pub(super) fn report(bounded: &Bounded<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let bounds = bounded.bounds;
    let rows = |rows: Vec<(f64, String)>| -> Vec<Value> {
        let row = |(seconds, what)| json!({ "seconds": format!("{seconds:.1}"), "what": what });
        rows.into_iter().map(row).collect()
    };
    let of_bounds: Vec<Value> = bounds
        .bounds
        .iter()
        .map(|bound| {
            json!({
                "what": bound.what.name(),
                "saved": seconds(bound, |figures| figures.saved),
                "replayed": seconds(bound, |figures| figures.replayed),
                "left": left(bound),
                "rests_on": bound.rests_on,
            })
        })
        .collect();
    let shares: Vec<Value> = bounds
        .shares
        .iter()
        .map(|one| {
            json!({
                "seconds": format!("{:.1}", one.seconds),
                "what": share(one),
                "never": one.class.never().unwrap_or("yes"),
            })
        })
        .collect();
    let data = json!({
        "headline": bounded.headline(),
        "work": bounded.work(),
        "links": bounded.links(),
        "bounds": of_bounds,
        "shares": shares,
        "critical": rows(bounded.critical_path()),
        "slowest": rows(bounded.slowest()),
        "limits": bounded.limits(),
        "command": bounded.command,
    });
    templates
        .render_template(include_str!("../bound.md.hbs"), &data)
        .expect("the template and its data are ours")
}
