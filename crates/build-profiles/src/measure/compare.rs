//! Two measurements, an older and a newer one: what has become slower, and whether that can be told at all.

mod comparable;
mod row;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::measure::record::Measurements;

/// What is too little to be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// A regression takes more than so many per cent.
    pub percent: f64,
    /// And more than so many seconds.
    pub seconds: f64,
}

/// Two measurements, compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was too little.
    pub limits: Limits,
    /// Why the two can't be compared: another machine, another workspace. Empty: they can.
    pub apart: Vec<Difference>,
    /// What else differs and may be the reason for what has changed: versions, the policy, variables.
    pub beside: Vec<Difference>,
    /// One for each scenario of each ladder of either; none where the two can't be compared.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// Whether something has become slower.
    pub fn has_regression(&self) -> bool {
        self.rows.iter().any(|row| row.change == Change::Regression)
    }

    /// Whether something can't be told.
    pub fn has_unknown(&self) -> bool {
        let unknown = |row: &Row| matches!(row.change, Change::CannotTell { .. });
        !self.apart.is_empty() || self.rows.iter().any(unknown)
    }
}

/// Something that is not the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What: `processor`, `rustc`.
    pub what: String,
    /// As it was; `None`: not known, or not there.
    pub old: Option<String>,
    /// As it is.
    pub new: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |side: &Option<String>| match side {
            Some(side) => format!("`{side}`"),
            None => "not known".to_owned(),
        };
        write!(
            f,
            "{}: {}, now {}",
            self.what,
            word(&self.old),
            word(&self.new)
        )
    }
}

/// One scenario, with all layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The profile.
    pub profile: String,
    /// The environment.
    pub environment: Option<String>,
    /// The scenario.
    pub scenario: String,
    /// What it took; `None`: no sample that counts.
    pub old: Option<Took>,
    /// What it takes.
    pub new: Option<Took>,
    /// The later median as a share of the older: above 1 is slower.
    pub ratio: Option<f64>,
    /// The later median less the older.
    pub seconds: Option<f64>,
    /// The same of Cargo's defaults. If they have moved as much, it is the machine or the sources, and not the policy.
    pub defaults: Option<f64>,
    /// What the medians can differ by without a reason, as a share; a change is over twice as much.
    ///
    /// It is the largest of what both sides say of this: how far equals came out apart, the floor of the control, and how
    /// far single samples scatter. How far the interval of the median reaches is less, and grows less with every round,
    /// as if two sessions were one. A machine that is slower as a whole is not in it: see `defaults`.
    pub noise: Option<f64>,
    /// Steadier figures that have moved.
    pub moved: Vec<Moved>,
    /// What may be said.
    pub change: Change,
}

/// The seconds by the clock of one variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// The variant that has all layers.
    pub variant: String,
    /// How many samples.
    pub rounds: usize,
    /// Their median.
    pub wall: f64,
    /// Its 95 % interval: the lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How far single samples lie from the median, as a share of it: a standard deviation, told by the median distance;
    /// with fewer than five half the width of the interval, if that is more.
    pub scatter: f64,
}

/// A figure that depends less on the moment than time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Units compiled; any other number is told.
    Units,
    /// The share served from the cache, 0 to 1; told from one hundredth on.
    HitRate,
    /// Bytes in the target directory; told from one per cent on.
    Target,
    /// Bytes linked; told from one per cent on.
    Linked,
}

impl Figure {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Units => "units compiled",
            Self::HitRate => "hit rate",
            Self::Target => "bytes in the target directory",
            Self::Linked => "bytes linked",
        }
    }
}

/// A figure that has moved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Which.
    pub figure: Figure,
    /// What it was.
    pub old: f64,
    /// What it is.
    pub new: f64,
}

/// What may be said of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Change {
    /// Slower, over both limits and over twice the noise.
    Regression,
    /// Faster, by as much.
    Improvement,
    /// Within a limit.
    Same,
    /// Neither.
    CannotTell {
        /// For want of what.
        why: String,
    },
}

impl Default for Change {
    fn default() -> Self {
        Self::CannotTell { why: String::new() }
    }
}

/// Compares scenario by scenario what the whole stack takes, if the two can be compared at all.
pub fn compare(old: &Measurements, new: &Measurements, limits: Limits) -> Comparison {
    let apart = comparable::apart(old, new);
    let rows = match apart.is_empty() {
        true => row::rows(old, new, limits),
        false => Vec::new(),
    };
    Comparison {
        limits,
        apart,
        beside: comparable::beside(old, new),
        rows,
    }
}
