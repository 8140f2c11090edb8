//! What a perfect cache, a perfect linker or any number of cores would save at most, from one timed build.
//!
//! A bound is no forecast. It says how far it can go at best, so that nobody adopts what cannot help.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::counted;
use crate::measure::class::Class;
use crate::measure::replay::{CriticalPath, Span, critical_path, replay};
use crate::measure::timings::{TimedUnit, Timings};

/// How far the replay of the unchanged build may be off before no figure rests on it.
pub const TOLERANCE: f64 = 0.15;

/// Of its seconds a unit has a processor for more than this share, on a machine that has nothing else to do.
const SERVED: f64 = 0.6;

/// How many of the slowest units are kept.
const SLOWEST: usize = 10;

/// Where the time of one build went, and what could be saved of it at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpperBounds {
    /// How many units run at once.
    pub cores: usize,
    /// Seconds of the build.
    pub wall: f64,
    /// The sum of all units' seconds.
    pub work: f64,
    /// How many units ran at once on average.
    pub parallelism: f64,
    /// Processor seconds of the build, where the system tells.
    #[serde(default)]
    pub cpu: Option<f64>,
    /// The same build, on paper.
    pub replay: Replay,
    /// What no number of cores shortens.
    pub critical_path: CriticalPath,
    /// The slowest units, as places in [`Timings::units`], the slowest first.
    pub slowest: Vec<usize>,
    /// What a cache could serve, and what never.
    pub shares: Vec<Share>,
    /// The linker's share; or why it is not known.
    pub links: Result<LinkShare, String>,
    /// What would be saved at most.
    pub bounds: Vec<Bound>,
}

/// The unchanged build as it goes on paper: if that is not how it went, nothing else on paper can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Seconds from the first unit's start to the last one's end, as it was.
    pub real: f64,
    /// The same, on paper.
    pub seconds: f64,
    /// How far that is off, as a share: 0.02.
    pub off: f64,
    /// Whether the figures are scaled by it: only where it is off by no more than [`TOLERANCE`].
    pub scaled: bool,
}

/// Units of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Whether a cache could serve them.
    pub class: Class,
    /// Whether their packages come from a registry or from git.
    pub third_party: Option<bool>,
    /// How many.
    pub units: usize,
    /// Their seconds.
    pub seconds: f64,
}

/// All links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkShare {
    /// How many.
    pub count: usize,
    /// Their seconds.
    pub seconds: f64,
}

/// What is thought away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Compiling what any cache could serve.
    #[default]
    Cache,
    /// Of these, what comes from a registry or from git.
    CacheOfThirdParty,
    /// Linking.
    Linker,
    /// Debug information.
    DebugInfo,
    /// Waiting for a core.
    Cores,
}

impl What {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cache => "a perfect cache",
            Self::CacheOfThirdParty => "a perfect cache of third-party packages alone",
            Self::Linker => "a perfect linker",
            Self::DebugInfo => "no debug info",
            Self::Cores => "any number of cores",
        }
    }
}

/// One bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// What is thought away.
    pub what: What,
    /// The figures; or why there are none.
    pub figures: Result<Figures, String>,
    /// What they rest on.
    pub rests_on: String,
    /// Whether far less than this can be saved, by what it rests on.
    pub loose: bool,
}

/// The figures of a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Seconds saved at most: neither more than the thing took, nor below what its critical path and the work left for
    /// each core leave.
    pub saved: f64,
    /// Seconds that the build takes at least.
    pub left: f64,
    /// The same as a share of the build: below 1 is faster.
    pub ratio: f64,
    /// Seconds saved if Cargo started the units in the same order; not more than `saved`.
    pub replayed: f64,
}

/// What would be saved at most. `no_links` says why the links are not known; otherwise each linked unit says its own.
pub fn bounds(timings: &Timings, cores: usize, no_links: Option<&str>) -> UpperBounds {
    let spans: Vec<Span> = timings.units.iter().map(Span::of).collect();
    let first = timings.units.iter().map(|unit| unit.start);
    let real = (timings.wall - first.fold(timings.wall, f64::min)).max(0.0);
    let seconds = replay(timings, &spans, cores);
    let off = match real > 0.0 {
        true => (seconds / real - 1.0).abs(),
        false => 0.0,
    };
    let paper = Paper {
        timings,
        cores,
        replay: Replay {
            real,
            seconds,
            off,
            scaled: off <= TOLERANCE,
        },
        spans,
    };
    let work = work(&paper.spans);
    let links = links(timings, no_links);
    let mut slowest: Vec<usize> = (0..timings.units.len()).collect();
    slowest.sort_by(|one, other| {
        let seconds = |place: &usize| timings.units[*place].duration;
        seconds(other).total_cmp(&seconds(one))
    });
    slowest.truncate(SLOWEST);
    UpperBounds {
        cores,
        wall: timings.wall,
        work,
        parallelism: match real > 0.0 {
            true => work / real,
            false => 0.0,
        },
        replay: paper.replay,
        critical_path: critical_path(timings, &paper.spans),
        slowest,
        shares: shares(timings),
        bounds: vec![
            paper.cache(),
            paper.cache_of_third_party(),
            paper.linker(&links),
            paper.debug_info(),
            paper.cores(),
        ],
        links,
        cpu: None,
    }
}

impl UpperBounds {
    /// Whether the units have waited for a processor, or for a disk, much of their time: then their seconds are not those
    /// of another day.
    pub fn is_starved(&self) -> bool {
        self.cpu.is_some_and(|cpu| cpu < SERVED * self.work)
    }
}

/// The build on paper.
struct Paper<'a> {
    timings: &'a Timings,
    cores: usize,
    replay: Replay,
    spans: Vec<Span>,
}

impl Paper<'_> {
    fn cache(&self) -> Bound {
        let is_served =
            |unit: &TimedUnit| matches!(unit.class, Class::Cacheable | Class::Incremental);
        let price = match self.count(|unit| unit.class == Class::Incremental) {
            0 => String::new(),
            all => format!(
                "; for {all} of them only with incremental compilation switched off, so that an edit compiles all of such a library"
            ),
        };
        let rests_on = format!(
            "{} come from the cache in no time{price}",
            libraries(self.count(is_served))
        );
        self.served(What::Cache, rests_on, is_served)
    }

    fn cache_of_third_party(&self) -> Bound {
        let is_served =
            |unit: &TimedUnit| unit.class == Class::Cacheable && unit.third_party == Some(true);
        let rests_on = format!(
            "{} from registries and git come from the cache in no time; packages in local folders are compiled as they were",
            libraries(self.count(is_served))
        );
        let bound = self.served(What::CacheOfThirdParty, rests_on, is_served);
        match self.count(|unit| unit.third_party.is_none()) {
            0 => bound,
            unknown => bound.unknown(format!(
                "of {} it is not known where they come from",
                counted(unknown, "unit")
            )),
        }
    }

    /// The bound of a cache that serves these libraries, and what build scripts compile in C.
    fn served(
        &self,
        what: What,
        mut rests_on: String,
        is_served: impl Fn(&TimedUnit) -> bool,
    ) -> Bound {
        let in_c = self.timings.runs_that_compile_c();
        match in_c.len() {
            0 => {}
            1 => rests_on += "; the run of 1 build script that may compile C takes no time either",
            all => {
                rests_on += &format!(
                    "; the runs of {all} build scripts that may compile C take no time either"
                );
            }
        }
        self.bound(what, rests_on, |place, unit, span| {
            match is_served(unit) || in_c.contains(&place) {
                true => Span::default(),
                false => span,
            }
        })
    }

    fn linker(&self, links: &Result<LinkShare, String>) -> Bound {
        let (count, seconds) = match links {
            Ok(links) => (links.count, links.seconds),
            Err(_) => (0, 0.0),
        };
        let bound = self.bound(
            What::Linker,
            match count {
                0 => "nothing is linked".to_owned(),
                1 => format!("1 link takes no time; it took {seconds:.1} s"),
                _ => format!("{count} links take no time; they took {seconds:.1} s together"),
            },
            |_, unit, span| span.shortened(unit.link.unwrap_or(0.0)),
        );
        match links {
            Ok(_) => bound,
            Err(why) => bound.unknown(why.clone()),
        }
    }

    fn debug_info(&self) -> Bound {
        let has = |unit: &TimedUnit| unit.debug == Some(true);
        let bound = self.bound(
            What::DebugInfo,
            match self.count(has) {
                0 => "no unit has debug info".to_owned(),
                count => format!(
                    "neither machine code nor links take any time in {} with debug info; without it they do take time",
                    counted(count, "unit")
                ),
            },
            |_, unit, span| match has(unit) {
                true => span.shortened(unit.frontend.map_or(unit.duration, |end| unit.duration - end)),
                false => span,
            },
        );
        let is_compiled = |unit: &TimedUnit| unit.class != Class::Run;
        let unknown = self.count(|unit| is_compiled(unit) && unit.debug.is_none());
        let bound = Bound {
            loose: true,
            ..bound
        };
        match unknown {
            0 => bound,
            unknown => bound.unknown(format!(
                "of {} the call of rustc was not seen",
                counted(unknown, "unit")
            )),
        }
    }

    fn cores(&self) -> Bound {
        let floor = critical_path(self.timings, &self.spans).seconds;
        let saved = self.scaled(self.replay.seconds - floor);
        Bound {
            what: What::Cores,
            figures: Ok(self.figures(saved, saved)),
            rests_on: "no unit waits for a core, and each takes as long as it took here; the critical path is left"
                .to_owned(),
            loose: false,
        }
    }

    /// The bound with other spans.
    fn bound(
        &self,
        what: What,
        rests_on: String,
        changed: impl Fn(usize, &TimedUnit, Span) -> Span,
    ) -> Bound {
        let units = self.timings.units.iter().zip(&self.spans).enumerate();
        let spans = units.map(|(place, (unit, span))| changed(place, unit, *span));
        let spans: Vec<Span> = spans.collect();
        let removed = work(&self.spans) - work(&spans);
        let each = work(&spans) / self.cores.max(1) as f64;
        let floor = each.max(critical_path(self.timings, &spans).seconds);
        let saved = self.scaled(removed.min(self.replay.seconds - floor));
        // A list of units can take longer with less to do, since another one starts first (Graham 1969).
        let left = replay(self.timings, &spans, self.cores);
        let replayed = self.scaled(self.replay.seconds - left).min(saved);
        Bound {
            what,
            figures: Ok(self.figures(saved, replayed)),
            rests_on,
            loose: false,
        }
    }

    /// Seconds on paper as seconds of the clock.
    fn scaled(&self, seconds: f64) -> f64 {
        let factor = match self.replay.scaled && self.replay.seconds > 0.0 {
            true => self.replay.real / self.replay.seconds,
            false => 1.0,
        };
        (seconds * factor).clamp(0.0, self.replay.real)
    }

    fn figures(&self, saved: f64, replayed: f64) -> Figures {
        let left = self.timings.wall - saved;
        Figures {
            saved,
            left,
            ratio: match self.timings.wall > 0.0 {
                true => left / self.timings.wall,
                false => 1.0,
            },
            replayed,
        }
    }

    fn count(&self, wanted: impl Fn(&TimedUnit) -> bool) -> usize {
        self.timings
            .units
            .iter()
            .filter(|unit| wanted(unit))
            .count()
    }
}

impl Bound {
    fn unknown(self, why: String) -> Self {
        Self {
            figures: Err(why),
            ..self
        }
    }
}

fn work(spans: &[Span]) -> f64 {
    spans.iter().map(|span| span.whole).sum()
}

fn shares(timings: &Timings) -> Vec<Share> {
    let mut shares: BTreeMap<(Class, Reverse<Option<bool>>), Share> = BTreeMap::new();
    for unit in &timings.units {
        let share = shares.entry((unit.class, Reverse(unit.third_party)));
        let share = share.or_insert_with(|| Share {
            class: unit.class,
            third_party: unit.third_party,
            ..Share::default()
        });
        share.units += 1;
        share.seconds += unit.duration;
    }
    shares.into_values().collect()
}

/// The linker's share, which is known only if every link was seen.
fn links(timings: &Timings, unknown: Option<&str>) -> Result<LinkShare, String> {
    if let Some(why) = unknown {
        return Err(why.to_owned());
    }
    let linked = timings.units.iter();
    let linked = linked.filter(|unit| matches!(unit.class, Class::Linked(_)));
    let mut share = LinkShare::default();
    let mut unseen = Vec::new();
    for unit in linked {
        match unit.link {
            Some(seconds) => {
                share.count += 1;
                share.seconds += seconds;
            }
            None => unseen.push(unit),
        }
    }
    match unseen.first() {
        None => Ok(share),
        Some(first) => Err(format!(
            "{} of {} links did not go through the linker that the config names, that of {first} among them",
            unseen.len(),
            unseen.len() + share.count
        )),
    }
}

fn libraries(count: usize) -> String {
    match count {
        1 => "1 library".to_owned(),
        count => format!("{count} libraries"),
    }
}
