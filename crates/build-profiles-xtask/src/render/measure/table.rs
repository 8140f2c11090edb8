//! A scenario as a table of text: each variant, what it took, and what may be said of it.

use build_profiles::measure::analysis::{Control, Figures, Step, Verdict, Weighed, Without};
use build_profiles::measure::record::{Ladder, VariantKind};
use build_profiles::measure::said;

/// A variant.
pub(super) struct Line {
    /// Its name.
    pub(super) variant: String,
    /// The median, in seconds.
    pub(super) seconds: String,
    /// The ratio with its interval; empty for the first.
    pub(super) ratio: String,
    /// The probability, corrected; empty where there is none.
    pub(super) p: String,
    /// What may be said.
    pub(super) says: String,
    /// The verdict, where it is a step.
    pub(super) verdict: Option<Verdict>,
}

/// The rows of a scenario, in the order of the ladder.
pub(super) fn lines(ladder: &Ladder, weighed: &Weighed) -> Vec<Line> {
    let figures = weighed.variants.iter();
    figures
        .map(|figures| line(ladder, weighed, figures))
        .collect()
}

fn line(ladder: &Ladder, weighed: &Weighed, figures: &Figures) -> Line {
    let mut variants = ladder.variants.iter();
    let Some(variant) = variants.find(|variant| variant.name == figures.variant) else {
        return bare(figures);
    };
    let line = match variant.kind {
        VariantKind::Step => {
            let mut steps = weighed.steps.iter();
            let step = steps.find(|step| step.to == variant.name);
            step.map(|step| of_step(figures, step))
        }
        VariantKind::Again => weighed
            .control
            .as_ref()
            .map(|control| of_control(figures, control)),
        VariantKind::AllBut => {
            let mut without = weighed.without.iter();
            let without = without.find(|without| !variant.layers.contains(&without.layer));
            without.map(|without| of_without(figures, without))
        }
    };
    line.unwrap_or_else(|| bare(figures))
}

fn bare(figures: &Figures) -> Line {
    Line {
        variant: figures.variant.clone(),
        seconds: said::seconds(figures.wall),
        ratio: String::new(),
        p: String::new(),
        says: String::new(),
        verdict: None,
    }
}

fn of_step(figures: &Figures, step: &Step) -> Line {
    Line {
        ratio: said::estimate(&step.estimate),
        p: step.p_holm.map(said::probability).unwrap_or_default(),
        says: step.verdict.name().to_owned(),
        verdict: Some(step.verdict),
        ..bare(figures)
    }
}

fn of_without(figures: &Figures, without: &Without) -> Line {
    Line {
        ratio: said::estimate(&without.estimate),
        says: format!("all layers against all but {}", without.layer),
        ..bare(figures)
    }
}

fn of_control(figures: &Figures, control: &Control) -> Line {
    let says = match control.broken {
        false if !control.tells_noise() => "control".to_owned(),
        true => "control: equals differ, so that there are no verdicts".to_owned(),
        false => format!("control: up to {} is noise", said::share(control.floor)),
    };
    Line {
        ratio: said::estimate(&control.estimate),
        p: control.p.map(said::probability).unwrap_or_default(),
        says,
        ..bare(figures)
    }
}
