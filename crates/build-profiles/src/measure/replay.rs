//! A build, gone through again on paper: with other times, with another number of cores.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::measure::timings::{TimedUnit, Timings};

/// What a unit takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// Seconds to its end.
    pub whole: f64,
    /// Seconds to its metadata, with which a pipelined dependant starts.
    pub metadata: f64,
}

impl Span {
    /// What it took.
    pub fn of(unit: &TimedUnit) -> Self {
        Self {
            whole: unit.duration,
            metadata: unit.frontend.unwrap_or(unit.duration),
        }
    }

    /// The same with so many seconds less at its end.
    pub fn shortened(self, by: f64) -> Self {
        let whole = (self.whole - by).max(0.0);
        Self {
            whole,
            metadata: self.metadata.min(whole),
        }
    }
}

/// Seconds from the first start to the last end, if no more than `cores` units run at once. Of those that could start,
/// the one that started first in the real build does.
///
/// There is a span for each unit.
pub fn replay(timings: &Timings, spans: &[Span], cores: usize) -> f64 {
    let mut open = timings.waited_for();
    let mut ready: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
    ready.extend(
        (0..open.len())
            .filter(|place| open[*place] == 0)
            .map(Reverse),
    );
    let mut events: BinaryHeap<Reverse<Event>> = BinaryHeap::new();
    let (mut now, mut running) = (0.0, 0);
    loop {
        while running < cores.max(1)
            && let Some(Reverse(place)) = ready.pop()
        {
            running += 1;
            let event = |seconds, is_end| {
                Reverse(Event {
                    at: now + seconds,
                    place,
                    is_end,
                })
            };
            events.push(event(spans[place].metadata, false));
            events.push(event(spans[place].whole, true));
        }
        let Some(Reverse(next)) = events.peek() else {
            return now;
        };
        now = next.at;
        // Whoever becomes ready at the same time has the same chance.
        while let Some(Reverse(event)) = events.peek().copied().filter(|next| next.0.at <= now) {
            events.pop();
            running -= usize::from(event.is_end);
            let unit = &timings.units[event.place];
            let waiting = match event.is_end {
                true => &unit.unblocks,
                false => &unit.unblocks_rmeta,
            };
            for next in waiting {
                open[*next] -= 1;
                if open[*next] == 0 {
                    ready.push(Reverse(*next));
                }
            }
        }
    }
}

/// The metadata or the end of a unit.
#[derive(Clone, Copy, Debug)]
struct Event {
    at: f64,
    place: usize,
    is_end: bool,
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_time = self.at.total_cmp(&other.at);
        // A unit's metadata comes before its end, also where both take no time.
        by_time.then((self.is_end, self.place).cmp(&(other.is_end, other.place)))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Event {}

/// The chain of units that no number of cores shortens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// Seconds from its first start to its last end.
    pub seconds: f64,
    /// Its links, in order.
    pub steps: Vec<Step>,
}

/// One unit of the chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The unit, as a place in [`Timings::units`].
    pub unit: usize,
    /// Seconds that the chain spends in it: all that it takes, or only up to its metadata.
    pub seconds: f64,
    /// Whether the next one starts at its metadata.
    pub metadata: bool,
}

/// The longest chain. There is a span for each unit.
pub fn critical_path(timings: &Timings, spans: &[Span]) -> CriticalPath {
    let count = timings.units.len();
    let mut open = timings.waited_for();
    let mut starts = vec![0.0_f64; count];
    let mut before: Vec<Option<(usize, bool)>> = vec![None; count];
    let mut free: Vec<usize> = (0..count).filter(|place| open[*place] == 0).collect();
    while let Some(place) = free.pop() {
        let unit = &timings.units[place];
        let whole = unit.unblocks.iter().map(|next| (*next, false));
        let metadata = unit.unblocks_rmeta.iter().map(|next| (*next, true));
        for (next, early) in whole.chain(metadata) {
            let at = starts[place] + taken(spans[place], early);
            if before[next].is_none() || at > starts[next] {
                (starts[next], before[next]) = (at, Some((place, early)));
            }
            open[next] -= 1;
            if open[next] == 0 {
                free.push(next);
            }
        }
    }
    let end = |place: &usize| starts[*place] + spans[*place].whole;
    let last = (0..count).max_by(|one, other| end(one).total_cmp(&end(other)));
    let Some(last) = last else {
        return CriticalPath::default();
    };
    let mut steps = Vec::new();
    let mut at = Some((last, false));
    while let Some((unit, metadata)) = at {
        steps.push(Step {
            unit,
            seconds: taken(spans[unit], metadata),
            metadata,
        });
        at = before[unit];
    }
    steps.reverse();
    CriticalPath {
        seconds: end(&last),
        steps,
    }
}

fn taken(span: Span, metadata: bool) -> f64 {
    match metadata {
        true => span.metadata,
        false => span.whole,
    }
}
