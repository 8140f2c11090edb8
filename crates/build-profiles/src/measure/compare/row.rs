//! One scenario of two measurements, and what may be said of it.

use super::comparable::is_same;
use super::{Change, Figure, Limits, Moved, Row, Took};
use crate::measure::analysis::{Control, Figures, LEAST_FLOOR, Seen, Weighed, analyse};
use crate::measure::record::{Ladder, Measurements, Scenario};
use crate::measure::statistics::{median, median_distance, median_interval};

/// A median of fewer samples says nothing of how far it could lie elsewhere.
const FEWEST: usize = 3;

/// The median distance of fewer is often nearly nothing.
const FEWEST_FOR_SCATTER: usize = 5;

/// A standard deviation of normal values, in median distances.
const NORMAL: f64 = 1.4826;

/// All scenarios of both, in the order of the newer; those that only the older has come last.
pub(super) fn rows(old: &Measurements, new: &Measurements, limits: Limits) -> Vec<Row> {
    let (before, now) = (scenarios(old), scenarios(new));
    let is_in = |side: &[One], one: &One| side.iter().any(|other| other.is_same(one));
    let mut rows: Vec<Row> = now
        .iter()
        .map(|one| match before.iter().find(|other| other.is_same(one)) {
            Some(other) => row(other, one, limits),
            None => alone(one, "it was not measured before"),
        })
        .collect();
    let gone = before.iter().filter(|one| !is_in(&now, one));
    rows.extend(gone.map(|one| alone(one, "it is not measured any more")));
    rows
}

/// One scenario of one ladder.
struct One<'a> {
    ladder: &'a Ladder,
    scenario: &'a Scenario,
    control: Option<Control>,
    figures: Option<Figures>,
    /// What all layers take.
    took: Option<Took>,
    /// What Cargo's defaults take.
    defaults: Option<f64>,
}

fn scenarios(measurements: &Measurements) -> Vec<One<'_>> {
    let ladders = measurements.ladders.iter();
    ladders.flat_map(of_ladder).collect()
}

fn of_ladder(ladder: &Ladder) -> impl Iterator<Item = One<'_>> {
    let pairs = ladder.scenarios.iter().zip(analyse(ladder).scenarios);
    pairs.map(move |(scenario, weighed)| One::new(ladder, scenario, weighed))
}

impl<'a> One<'a> {
    fn new(ladder: &'a Ladder, scenario: &'a Scenario, weighed: Weighed) -> Self {
        let seen = Seen::new(ladder, scenario);
        let all = seen.all_layers();
        let mut figures = weighed.variants.into_iter();
        Self {
            ladder,
            scenario,
            control: weighed.control,
            figures: all.and_then(|all| figures.find(|figures| figures.variant == all.name)),
            took: all.and_then(|all| Took::of(&all.name, &seen.walls(all))),
            defaults: seen.no_layers().and_then(|none| median(&seen.walls(none))),
        }
    }

    fn is_same(&self, other: &One) -> bool {
        is_same(self.ladder, other.ladder) && self.scenario.name == other.scenario.name
    }

    /// What its median can differ by without a reason.
    fn noise(&self) -> f64 {
        let control = self.control.map_or(LEAST_FLOOR, |control| {
            control.floor.max((control.estimate.ratio - 1.0).abs())
        });
        let scatter = self.took.as_ref().map_or(0.0, |took| took.scatter);
        control.max(scatter)
    }
}

impl Took {
    fn of(variant: &str, walls: &[f64]) -> Option<Self> {
        let (low, high) = median_interval(walls)?;
        let wall = median(walls)?;
        let deviation = NORMAL * median_distance(walls)?;
        let reach = (high - low) / 2.0;
        let scatter = match walls.len() {
            0..FEWEST_FOR_SCATTER => deviation.max(reach),
            _ => deviation,
        };
        Some(Self {
            variant: variant.to_owned(),
            rounds: walls.len(),
            wall,
            low,
            high,
            scatter: scatter / wall,
        })
    }
}

fn alone(one: &One, why: &str) -> Row {
    Row {
        profile: one.ladder.profile.clone(),
        environment: one.ladder.environment.clone(),
        scenario: one.scenario.name.clone(),
        change: cannot_tell(why),
        ..Row::default()
    }
}

fn cannot_tell(why: impl Into<String>) -> Change {
    Change::CannotTell { why: why.into() }
}

fn row(old: &One, new: &One, limits: Limits) -> Row {
    let mut row = Row {
        old: old.took.clone(),
        new: new.took.clone(),
        ..alone(new, "")
    };
    if let Some(why) = another(old.scenario, new.scenario) {
        row.change = cannot_tell(why);
        return row;
    }
    if let (Some(old), Some(new)) = (&old.figures, &new.figures) {
        row.moved = moved(old, new);
    }
    let (Some(before), Some(now)) = (&old.took, &new.took) else {
        let when = if old.took.is_none() { "before" } else { "now" };
        row.change = cannot_tell(format!("no run with all layers came to something {when}"));
        return row;
    };
    let noise = old.noise().max(new.noise());
    row.ratio = Some(now.wall / before.wall);
    row.defaults = new
        .defaults
        .zip(old.defaults)
        .map(|(now, before)| now / before);
    row.seconds = Some(now.wall - before.wall);
    row.noise = Some(noise);
    row.change = change(before, now, noise, limits);
    row
}

/// Why the two are not one scenario, for all that they are called the same.
fn another(old: &Scenario, new: &Scenario) -> Option<String> {
    if old.command != new.command {
        let commands = (&old.command, &new.command);
        return Some(format!("`{}` was run, now `{}`", commands.0, commands.1));
    }
    let about = |scenario: &Scenario| match &scenario.about {
        Some(about) => format!("`{about}`"),
        None => "nothing".to_owned(),
    };
    (old.about != new.about).then(|| format!("it was about {}, now {}", about(old), about(new)))
}

/// The slower of the two against the faster, so that what is a regression one way is an improvement the other.
fn change(old: &Took, new: &Took, noise: f64, limits: Limits) -> Change {
    let rounds = old.rounds.min(new.rounds);
    if rounds < FEWEST {
        return cannot_tell(format!(
            "it takes {FEWEST} rounds of both, and there are {rounds}"
        ));
    }
    let (less, more) = (old.wall.min(new.wall), old.wall.max(new.wall));
    let excess = more / less - 1.0;
    if excess * 100.0 <= limits.percent || more - less <= limits.seconds {
        return Change::Same;
    }
    let is_slower = new.wall > old.wall;
    if excess <= 2.0 * noise {
        let word = if is_slower { "slower" } else { "faster" };
        let (percent, twice) = (excess * 100.0, 200.0 * noise);
        return cannot_tell(format!(
            "{word} by {percent:.1} %, and twice the noise is {twice:.1} %"
        ));
    }
    match is_slower {
        true => Change::Regression,
        false => Change::Improvement,
    }
}

/// The steadier figures that differ by more than they do from build to build.
fn moved(old: &Figures, new: &Figures) -> Vec<Moved> {
    let figures = [
        Figure::Units,
        Figure::HitRate,
        Figure::Target,
        Figure::Linked,
    ];
    let told = figures.into_iter().filter_map(|figure| {
        let (old, new) = (figure.of(old)?, figure.of(new)?);
        let apart = (old - new).abs();
        let has_moved = match figure {
            Figure::Units => apart > 0.0,
            Figure::HitRate => apart >= 0.01,
            Figure::Target | Figure::Linked => apart >= 0.01 * old.max(new) && apart > 0.0,
        };
        has_moved.then_some(Moved { figure, old, new })
    });
    told.collect()
}

impl Figure {
    fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Units => figures.units.map(|units| units as f64),
            Self::HitRate => figures.hit_rate,
            Self::Target => figures.target.map(|bytes| bytes as f64),
            Self::Linked => figures.linked.map(|bytes| bytes as f64),
        }
    }
}
