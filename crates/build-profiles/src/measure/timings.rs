//! Where the time of one build went: what stands in the page that `cargo build --timings` writes.
//!
//! On stable the page is all there is: `--timings=json` went with Cargo 1.94. Nobody promises its form, so whatever can
//! be missed is missed in silence, and what cannot is named. Tried with the pages of Cargo 1.95 and 1.97.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::evidence::Role;
use crate::measure::class::Class;

/// One build, unit by unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// The units, in the order in which they were started.
    pub units: Vec<TimedUnit>,
    /// Seconds from Cargo's start to the end of the last unit.
    pub wall: f64,
    /// How many units Cargo ran at once (`jobs`), if the page tells.
    pub jobs: Option<usize>,
    /// What is known of who waits for whom.
    pub waits: Waits,
}

/// How much is known of who waits for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// For each unit the last that it waited for, which is all that the page tells. What it waited for before is not
    /// known, so a build replayed by this can come out shorter than any build is.
    #[default]
    Last,
    /// Everything, by Cargo's unit graph.
    All,
}

/// One unit of a build.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimedUnit {
    /// Name of its package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it builds: `lib`, `build script`, `run of the build script`, `bin fd`, `test cli`, `tests of bin fd`.
    pub target: String,
    /// The page's own word for what is done: `run-custom-build`, and in Cargo 1.95 `todo` for everything else.
    pub mode: String,
    /// Seconds from Cargo's start to its own.
    pub start: f64,
    /// Seconds that it took.
    pub duration: f64,
    /// Of these, up to the metadata with which what depends on it can be started; `None`: nothing is started early.
    pub frontend: Option<f64>,
    /// Of these, spent making machine code after that.
    pub codegen: Option<f64>,
    /// Of these, spent in the linker, where that was seen.
    #[serde(default)]
    pub link: Option<f64>,
    /// Units that wait for its end, as places in [`Timings::units`].
    pub unblocks: Vec<usize>,
    /// Units that wait for its metadata.
    pub unblocks_rmeta: Vec<usize>,
    /// Whether a compiler cache could serve it.
    pub class: Class,
    /// Whether its package comes from a registry or from git; `None`: not known.
    #[serde(default)]
    pub third_party: Option<bool>,
    /// Whether it is compiled with debug information; `None`: not known.
    #[serde(default)]
    pub debug: Option<bool>,
    /// The page's own number of it.
    #[serde(skip)]
    pub(crate) number: u64,
}

impl TimedUnit {
    /// When it ended.
    pub fn end(&self) -> f64 {
        self.start + self.duration
    }
}

impl fmt::Display for TimedUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)?;
        match self.target.as_str() {
            "lib" => Ok(()),
            target => write!(f, " ({target})"),
        }
    }
}

/// A page that can't be read, and what is missing in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cargo's page of timings can't be read: {}", self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Reads the page.
pub fn read(page: &str) -> Result<Timings, Unreadable> {
    let listed = constant(page, "UNIT_DATA")?;
    let listed = listed
        .as_array()
        .ok_or_else(|| missing("`UNIT_DATA` is no list"))?;
    let mut units = Vec::new();
    let mut waiting: BTreeMap<u64, [Vec<u64>; 2]> = BTreeMap::new();
    for (place, fields) in listed.iter().enumerate() {
        let unit = unit(fields, place)?;
        // Listed, and never started by a build.
        if unit.target.ends_with(" (doc test)") {
            continue;
        }
        let numbers = |name: &str| {
            let list = fields[name].as_array().into_iter().flatten();
            list.filter_map(Json::as_u64).collect()
        };
        let waits = [numbers("unblocked_units"), numbers("unblocked_rmeta_units")];
        if waiting.insert(unit.number, waits).is_some() {
            return Err(missing(&format!(
                "two units have the number {}",
                unit.number
            )));
        }
        units.push(unit);
    }
    if units.is_empty() {
        return Err(missing("it has no units"));
    }
    units.sort_by(|one, other| {
        let by_start = one.start.total_cmp(&other.start);
        by_start.then(one.number.cmp(&other.number))
    });
    let places: BTreeMap<u64, usize> = units
        .iter()
        .enumerate()
        .map(|(place, unit)| (unit.number, place))
        .collect();
    for unit in &mut units {
        let [whole, metadata] = waiting.remove(&unit.number).unwrap_or_default();
        let placed = |numbers: Vec<u64>| {
            let known = numbers.iter().filter_map(|number| places.get(number));
            known.copied().collect()
        };
        (unit.unblocks, unit.unblocks_rmeta) = (placed(whole), placed(metadata));
    }
    let timings = Timings {
        wall: units.iter().map(TimedUnit::end).fold(0.0, f64::max),
        units,
        jobs: jobs(page),
        waits: Waits::Last,
    };
    match timings.has_a_circle() {
        true => Err(missing("its units wait for one another in a circle")),
        false => Ok(timings),
    }
}

impl Timings {
    /// Whether some units could never start.
    pub(crate) fn has_a_circle(&self) -> bool {
        let mut open = self.waited_for();
        let mut free: Vec<usize> = (0..open.len()).filter(|place| open[*place] == 0).collect();
        let mut started = 0;
        while let Some(place) = free.pop() {
            started += 1;
            let unit = &self.units[place];
            for next in unit.unblocks.iter().chain(&unit.unblocks_rmeta) {
                open[*next] -= 1;
                if open[*next] == 0 {
                    free.push(*next);
                }
            }
        }
        started < self.units.len()
    }

    /// The runs of build scripts that may compile C: those that stand on `cc`, which calls a compiler cache too where
    /// Cargo does. Where it is not known what a build script stands on, all runs.
    pub(crate) fn runs_that_compile_c(&self) -> BTreeSet<usize> {
        let with = |class: Class| {
            let units = self.units.iter().enumerate();
            units.filter(move |(_, unit)| unit.class == class)
        };
        let runs: BTreeSet<usize> = with(Class::Run).map(|(place, _)| place).collect();
        if self.waits == Waits::Last {
            return runs;
        }
        let cc = self.units.iter().filter(|unit| unit.name == "cc");
        let stands_on_cc: BTreeSet<usize> = cc.flat_map(|unit| &unit.unblocks).copied().collect();
        with(Class::Linked(Role::BuildScript))
            .filter(|(place, _)| stands_on_cc.contains(place))
            .flat_map(|(_, script)| &script.unblocks)
            .filter(|place| runs.contains(place))
            .copied()
            .collect()
    }

    /// For each unit how many it waits for.
    pub(crate) fn waited_for(&self) -> Vec<usize> {
        let mut counts = vec![0; self.units.len()];
        for unit in &self.units {
            for next in unit.unblocks.iter().chain(&unit.unblocks_rmeta) {
                counts[*next] += 1;
            }
        }
        counts
    }
}

fn missing(what: &str) -> Unreadable {
    Unreadable(what.to_owned())
}

/// The value of `const NAME = ...;` in the page's script.
fn constant(page: &str, name: &str) -> Result<Json, Unreadable> {
    let opening = format!("const {name} =");
    let (_, rest) = page
        .split_once(&opening)
        .ok_or_else(|| missing(&format!("it has no `{opening} ...`")))?;
    // What follows the value is script.
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(missing(&format!("`{name}` is not JSON: {error}"))),
        None => Err(missing(&format!("`{name}` is empty"))),
    }
}

/// A unit as the page has it. Its times are needed, and its name; the rest is taken as it comes.
fn unit(fields: &Json, place: usize) -> Result<TimedUnit, Unreadable> {
    let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
    let seconds = |name: &str| {
        let value = fields[name].as_f64().filter(|value| *value >= 0.0);
        value.ok_or_else(|| missing(&format!("unit {place} has no `{name}`")))
    };
    let name = fields["name"]
        .as_str()
        .ok_or_else(|| missing(&format!("unit {place} has no `name`")))?;
    let (duration, mode, target) = (seconds("duration")?, text("mode"), text("target"));
    let (frontend, codegen) = sections(fields, duration);
    let target = target_of(&target, &mode);
    Ok(TimedUnit {
        class: Class::guessed(&target, frontend.is_some()),
        name: name.to_owned(),
        version: text("version"),
        target,
        mode,
        start: seconds("start")?,
        duration,
        frontend,
        codegen,
        number: fields["i"].as_u64().unwrap_or(place as u64),
        ..TimedUnit::default()
    })
}

/// The seconds up to the metadata, and those of making machine code. Older pages have `rmeta_time` in place of sections.
fn sections(fields: &Json, duration: f64) -> (Option<f64>, Option<f64>) {
    let section = |name: &str| {
        let sections = fields["sections"].as_array()?;
        let found = sections.iter().find(|section| section[0] == name)?;
        let (start, end) = (found[1]["start"].as_f64()?, found[1]["end"].as_f64()?);
        Some((start.clamp(0.0, duration), end.clamp(0.0, duration)))
    };
    match (section("frontend"), fields["rmeta_time"].as_f64()) {
        (Some((_, end)), _) => {
            let codegen = section("codegen").map_or(duration - end, |(from, to)| to - from);
            (Some(end), Some(codegen.max(0.0)))
        }
        (None, Some(end)) => {
            let end = end.clamp(0.0, duration);
            (Some(end), Some(duration - end))
        }
        (None, None) => (None, None),
    }
}

/// What a unit builds. A library's own name is its package's, so the page leaves it out; of all others it puts the name
/// in front: ` fd "bin"`, ` build-script (run)`, ` fd "bin" (test)`.
fn target_of(text: &str, mode: &str) -> String {
    let text = text.trim();
    let (what, how) = match text.split_once(" (") {
        Some((what, how)) => (what, how.trim_end_matches(')')),
        None => (text, ""),
    };
    let what = match what.split_once(" \"") {
        Some((name, kind)) => format!("{} {name}", kind.trim_end_matches('"')),
        None => match what {
            "" => "lib".to_owned(),
            "build-script" | "custom-build" if mode == "run-custom-build" => {
                return RUN.to_owned();
            }
            "build-script" | "custom-build" => BUILD_SCRIPT.to_owned(),
            other => other.to_owned(),
        },
    };
    match how {
        "" | "run" => what,
        "test" if is_harness(&what) => what,
        "test" => format!("{TESTS_OF}{what}"),
        how => format!("{what} ({how})"),
    }
}

/// Whether what [`TimedUnit::target`] says is compiled to test something.
pub(crate) fn is_harness(target: &str) -> bool {
    ["test ", "bench ", TESTS_OF]
        .iter()
        .any(|start| target.starts_with(start))
}

/// What [`TimedUnit::target`] says first of the tests that stand in a library or program.
pub(crate) const TESTS_OF: &str = "tests of ";

/// What [`TimedUnit::target`] says of a build script.
pub(crate) const BUILD_SCRIPT: &str = "build script";

/// What [`TimedUnit::target`] says of its run.
pub(crate) const RUN: &str = "run of the build script";

/// `Max concurrency: 3 (jobs=2 ncpu=2)`.
fn jobs(page: &str) -> Option<usize> {
    let (_, rest) = page.split_once("(jobs=")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|jobs| *jobs > 0)
}
