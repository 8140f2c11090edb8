//! A scenario as a picture: each variant a row, each sample a dot, in seconds.

use std::fmt::Write as _;

use build_profiles::measure::analysis::{Figures, Weighed};
use build_profiles::measure::record::Sample;
use build_profiles::measure::said;

/// Of the picture's own units.
const WIDTH: f64 = 760.0;
const LABELS: f64 = 150.0;
const ROW: f64 = 30.0;
const TOP: f64 = 8.0;
const AXIS: f64 = 26.0;

/// The picture, as SVG. `samples` are those that count, of this scenario.
pub(super) fn chart(weighed: &Weighed, samples: &[&Sample]) -> String {
    let most = samples.iter().map(|sample| sample.wall).fold(0.0, f64::max);
    if most <= 0.0 || weighed.variants.is_empty() {
        return String::new();
    }
    let unit = step(most);
    let end = (most / unit).ceil() * unit;
    let x = |seconds: f64| LABELS + (WIDTH - LABELS - 30.0) * seconds / end;
    let rows = weighed.variants.len() as f64;
    let height = TOP + rows * ROW + AXIS;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}: seconds of each sample\">",
        escaped(&weighed.scenario)
    );
    let bottom = TOP + rows * ROW;
    let mut tick = 0.0;
    while tick <= end + unit / 2.0 {
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
             <text class=\"tick\" x=\"{0:.1}\" y=\"{1}\">{2}</text>",
            x(tick),
            bottom + 17.0,
            axis_label(tick, unit)
        );
        tick += unit;
    }
    // What equals differ by, around the first.
    if let (Some(control), Some(first)) = (&weighed.control, weighed.variants.first()) {
        let (low, high) = (
            first.wall * (1.0 - control.floor),
            first.wall * (1.0 + control.floor),
        );
        let _ = write!(
            svg,
            "<rect class=\"noise\" x=\"{:.1}\" width=\"{:.1}\" y=\"{TOP}\" height=\"{:.1}\"/>",
            x(low),
            (x(high) - x(low)).max(1.0),
            bottom - TOP
        );
    }
    for (row, figures) in weighed.variants.iter().enumerate() {
        let middle = TOP + (row as f64 + 0.5) * ROW;
        let _ = write!(
            svg,
            "<text class=\"label\" x=\"{}\" y=\"{:.1}\">{}</text>",
            LABELS - 12.0,
            middle + 4.0,
            escaped(&figures.variant)
        );
        if let Some((low, high)) = expected(weighed, figures) {
            let _ = write!(
                svg,
                "<rect class=\"interval\" x=\"{:.1}\" width=\"{:.1}\" y=\"{:.1}\" height=\"12\" rx=\"2\"/>",
                x(low.min(end)),
                (x(high.min(end)) - x(low.min(end))).max(1.5),
                middle - 6.0
            );
        }
        for sample in samples
            .iter()
            .filter(|sample| sample.variant == figures.variant)
        {
            let _ = write!(
                svg,
                "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"3.2\"><title>round {}: {}</title></circle>",
                x(sample.wall),
                sample.round,
                said::time(sample.wall)
            );
        }
        let _ = write!(
            svg,
            "<line class=\"median\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\"/>",
            x(figures.wall),
            middle - 10.0,
            middle + 10.0
        );
    }
    svg + "</svg>"
}

/// Where the median lies by the interval of the ratio: of the step, times what the step before it took.
fn expected(weighed: &Weighed, figures: &Figures) -> Option<(f64, f64)> {
    let of = |name: &str| {
        let mut variants = weighed.variants.iter();
        variants.find(|figures| figures.variant == name)
    };
    let step = weighed
        .steps
        .iter()
        .find(|step| step.to == figures.variant)?;
    let before = of(&step.from)?.wall;
    Some((before * step.estimate.low, before * step.estimate.high))
}

/// The distance of two ticks: 1, 2 or 5 times a power of ten, some five of them.
fn step(most: f64) -> f64 {
    let rough = most / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0].into_iter();
    let fitting = times.map(|times| times * power).find(|unit| *unit >= rough);
    fitting.unwrap_or(rough)
}

fn axis_label(seconds: f64, unit: f64) -> String {
    let digits = match unit {
        unit if unit >= 1.0 => 0,
        unit if unit >= 0.1 => 1,
        _ => 2,
    };
    format!("{seconds:.digits$} s")
}

/// Text, as XML takes it.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        for (most, expected) in [
            (9.0, 2.0),
            (45.8, 10.0),
            (0.11, 0.05),
            (124.0, 50.0),
            (5.0, 1.0),
        ] {
            assert!(
                (step(most) - expected).abs() < 1e-9,
                "{most}: {}",
                step(most)
            );
        }
        assert_eq!(axis_label(0.05, 0.05), "0.05 s");
        assert_eq!(axis_label(10.0, 10.0), "10 s");
    }

    #[test]
    fn names_can_not_break_the_picture() {
        let weighed = Weighed {
            scenario: "<x>&\"".to_owned(),
            variants: vec![Figures {
                variant: "+<b>".to_owned(),
                wall: 1.0,
                ..Figures::default()
            }],
            ..Weighed::default()
        };
        let sample = Sample {
            variant: "+<b>".to_owned(),
            wall: 1.0,
            ..Sample::default()
        };
        let svg = chart(&weighed, &[&sample]);
        assert!(
            svg.contains("aria-label=\"&lt;x&gt;&amp;&quot;: seconds"),
            "{svg}"
        );
        assert!(svg.contains("+&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
        assert_eq!(chart(&weighed, &[]), "");
    }
}
