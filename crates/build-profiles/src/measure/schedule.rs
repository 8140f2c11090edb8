//! What is run, in which copy, in which order, and how much of it fits into the time there is.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::layer::{Layer, Part};
use crate::measure::record::{self, VariantKind};
use crate::measure::scenario::{Builtin, Task, touching};

/// A set of parts that is compared with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name in every sample.
    pub name: String,
    /// What it is for.
    pub kind: VariantKind,
    /// The parts in it.
    pub parts: BTreeSet<usize>,
}

/// A copy of the sources, with its own files, target directories and cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The parts that its files have.
    pub parts: BTreeSet<usize>,
    /// Whether it is there to be compared with one that is equal.
    pub again: bool,
}

/// One scenario in one variant: what is timed once in each round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The scenario.
    pub task: usize,
    /// The variant.
    pub variant: usize,
    /// Where it is run.
    pub copy: usize,
    /// Whether the policy's runner runs the tests.
    pub with_runner: bool,
    /// A scenario that the same run is a sample of: without a cache a clean build is as clean the second time.
    pub also: Option<usize>,
}

/// Everything that a round consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The parts, in the ladder's order.
    pub parts: Vec<Part>,
    /// The scenarios, in the order of reports.
    pub tasks: Vec<Task>,
    /// The variants, the ladder's first.
    pub variants: Vec<Variant>,
    /// The copies.
    pub copies: Vec<Copy>,
    /// What is timed.
    pub cells: Vec<Cell>,
}

/// Lays out the ladder over these parts; with `all_but`, every set of all parts but one as well.
///
/// Variants that differ in nothing that can touch a scenario are run once, in the first of them.
pub fn schedule(parts: Vec<Part>, tasks: Vec<Task>, all_but: bool) -> Schedule {
    let variants = variants(&parts, all_but);
    let mut schedule = Schedule {
        parts,
        tasks,
        variants,
        ..Schedule::default()
    };
    let clean = Task::Builtin(Builtin::Clean);
    let cached = Task::Builtin(Builtin::CleanCached);
    let index_of = |task: &Task| schedule.tasks.iter().position(|other| other == task);
    let (clean, cached) = (index_of(&clean), index_of(&cached));
    let cache = Part::Layer(Layer::Cache);
    for index in 0..schedule.tasks.len() {
        let mut seen: Vec<BTreeSet<usize>> = Vec::new();
        for variant in 0..schedule.variants.len() {
            let is_again = schedule.variants[variant].kind == VariantKind::Again;
            let set = touching(
                &schedule.tasks[index],
                &schedule.parts,
                &schedule.variants[variant].parts,
            );
            if !is_again {
                if seen.contains(&set) {
                    continue;
                }
                seen.push(set.clone());
            }
            let has = |part: &Part| set.iter().any(|index| schedule.parts[*index] == *part);
            let has_cache = has(&cache);
            let with_runner = has(&Part::Layer(Layer::Runner));
            // Where there is no cache, the sample of `clean` is one of this, too.
            if Some(index) == cached && clean.is_some() && !has_cache {
                continue;
            }
            let in_files = |index: &usize| schedule.parts[*index].is_in_files();
            let copy = Copy {
                parts: set.iter().copied().filter(in_files).collect(),
                again: is_again,
            };
            let at = schedule.copies.iter().position(|other| *other == copy);
            let at = at.unwrap_or_else(|| {
                schedule.copies.push(copy);
                schedule.copies.len() - 1
            });
            schedule.cells.push(Cell {
                task: index,
                variant,
                copy: at,
                with_runner,
                also: cached.filter(|_| Some(index) == clean && !has_cache),
            });
        }
    }
    schedule
}

fn variants(parts: &[Part], all_but: bool) -> Vec<Variant> {
    let step = |name: String, parts: BTreeSet<usize>| Variant {
        name,
        kind: VariantKind::Step,
        parts,
    };
    let mut variants = vec![
        step("base".to_owned(), BTreeSet::new()),
        Variant {
            name: "base-again".to_owned(),
            kind: VariantKind::Again,
            parts: BTreeSet::new(),
        },
    ];
    for (index, part) in parts.iter().enumerate() {
        variants.push(step(format!("+{part}"), (0..=index).collect()));
    }
    // Without the last is the step before it.
    let others = parts.len().saturating_sub(1);
    for (index, part) in parts.iter().enumerate().take(others).filter(|_| all_but) {
        variants.push(Variant {
            name: format!("-{part}"),
            kind: VariantKind::AllBut,
            parts: (0..parts.len()).filter(|other| *other != index).collect(),
        });
    }
    variants
}

impl Schedule {
    /// The cells of a round, in the order in which they are run: scenario by scenario, so that what is compared lies close
    /// together, and within each in an order drawn anew.
    pub fn round(&self, seed: u64, round: u32) -> Vec<usize> {
        let mut state = seed ^ (u64::from(round) << 32);
        let mut order = Vec::new();
        for task in 0..self.tasks.len() {
            let of_task = (0..self.cells.len()).filter(|cell| self.cells[*cell].task == task);
            let mut some: Vec<usize> = of_task.collect();
            for last in (1..some.len()).rev() {
                let other = usize::try_from(draw(&mut state) % (last as u64 + 1)).unwrap_or(0);
                some.swap(last, other);
            }
            order.extend(some);
        }
        order
    }

    /// The same without a scenario, and without the copies that only it needed.
    #[must_use]
    pub fn without_task(&self, task: usize) -> Self {
        let mut tasks = self.tasks.clone();
        tasks.remove(task);
        schedule(self.parts.clone(), tasks, self.has_all_but())
    }

    /// The same without the sets of all parts but one.
    #[must_use]
    pub fn without_all_but(&self) -> Self {
        schedule(self.parts.clone(), self.tasks.clone(), false)
    }

    fn has_all_but(&self) -> bool {
        self.variants
            .iter()
            .any(|variant| variant.kind == VariantKind::AllBut)
    }

    /// A cell's name, the same in schedules that differ in what else they have: scenario and variant.
    pub fn name(&self, cell: &Cell) -> (String, String) {
        (
            self.tasks[cell.task].name().to_owned(),
            self.variants[cell.variant].name.clone(),
        )
    }

    /// The variants as they are kept.
    pub fn recorded_variants(&self) -> Vec<record::Variant> {
        let layers = |variant: &Variant| {
            let parts = variant.parts.iter();
            parts.map(|index| self.parts[*index].to_string()).collect()
        };
        self.variants
            .iter()
            .map(|variant| record::Variant {
                name: variant.name.clone(),
                kind: variant.kind,
                layers: layers(variant),
            })
            .collect()
    }

    /// The parts that can make a difference to a scenario, as they are kept.
    pub fn touching(&self, task: &Task) -> Vec<String> {
        let parts = self.parts.iter().filter(|part| task.is_touched_by(part));
        parts.map(ToString::to_string).collect()
    }
}

/// A draw of SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// From so many rounds on there are verdicts: with fewer, Holm over four steps can't be passed, whatever the samples say.
pub const ROUNDS_FOR_A_VERDICT: u32 = 8;

/// What each cell takes, preparation and all, in seconds.
pub type Costs = BTreeMap<(String, String), f64>;

/// What fits into the time there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// What is left of the schedule.
    pub schedule: Schedule,
    /// How many rounds of it.
    pub rounds: u32,
    /// What was left out for want of time, in words.
    pub left_out: Vec<String>,
    /// Seconds that it takes, with the discarded round if that is still to be run.
    pub seconds: f64,
    /// Whether that is no more than there is: one round is the least.
    pub fits: bool,
}

/// A guess of what each cell takes, by what one clean build takes. Only until the discarded round has told.
pub fn guess(schedule: &Schedule, clean: f64) -> Costs {
    let cost = |cell: &Cell| {
        let has_cache = schedule.copies[cell.copy]
            .parts
            .iter()
            .any(|part| schedule.parts[*part] == Part::Layer(Layer::Cache));
        let share = match &schedule.tasks[cell.task] {
            Task::Builtin(Builtin::CleanCached) if has_cache => 0.4,
            Task::Builtin(Builtin::Clean) if has_cache => 1.2,
            Task::Builtin(Builtin::Clean | Builtin::CleanCached) | Task::Command { .. } => 1.0,
            Task::Builtin(Builtin::NoOp) => 0.02,
            Task::Builtin(Builtin::Check) => 0.7,
            Task::Builtin(Builtin::EditLeaf) => 0.1,
            Task::Builtin(Builtin::EditHub) => 0.25,
            Task::Builtin(Builtin::TestBuild) => 1.2,
            Task::Builtin(Builtin::TestRun) => 0.3,
        };
        0.5 + share * clean
    };
    let cells = schedule.cells.iter();
    cells
        .map(|cell| (schedule.name(cell), cost(cell)))
        .collect()
}

/// The seconds of one round.
pub fn round_seconds(schedule: &Schedule, costs: &Costs) -> f64 {
    let cells = schedule.cells.iter();
    cells
        .filter_map(|cell| {
            let (task, variant) = schedule.name(cell);
            // Once `clean` is left out, what stood for both is run for the other.
            let stood_for_both = (Builtin::Clean.name().to_owned(), variant.clone());
            let own = costs.get(&(task, variant));
            own.or_else(|| costs.get(&stood_for_both))
        })
        .sum()
}

/// As much of the schedule as fits into `budget` seconds, with `discarded` rounds that count for nothing: eight rounds of
/// fewer scenarios before fewer rounds, since figures without a verdict decide nothing.
pub fn fit(
    schedule: &Schedule,
    costs: &Costs,
    rounds: u32,
    discarded: u32,
    budget: Option<f64>,
) -> Fit {
    let mut schedule = schedule.clone();
    let mut left_out = Vec::new();
    let seconds = |schedule: &Schedule, rounds: u32| {
        f64::from(discarded + rounds) * round_seconds(schedule, costs)
    };
    if let Some(budget) = budget {
        let wanted = rounds.min(ROUNDS_FOR_A_VERDICT);
        if seconds(&schedule, wanted) > budget && schedule.has_all_but() {
            schedule = schedule.without_all_but();
            left_out.push("all layers but one".to_owned());
        }
        while seconds(&schedule, wanted) > budget && schedule.tasks.len() > 1 {
            let least = (0..schedule.tasks.len())
                .min_by_key(|task| schedule.tasks[*task].weight())
                .unwrap_or_default();
            left_out.push(schedule.tasks[least].name().to_owned());
            schedule = schedule.without_task(least);
        }
    }
    let fits = |rounds: u32| budget.is_none_or(|budget| seconds(&schedule, rounds) <= budget);
    let fitting = (1..=rounds).rev().find(|rounds| fits(*rounds));
    let rounds = fitting.unwrap_or(1);
    Fit {
        seconds: seconds(&schedule, rounds),
        fits: fitting.is_some(),
        rounds,
        schedule,
        left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part> {
        Layer::ALL.into_iter().map(Part::Layer).collect()
    }

    fn tasks(builtins: &[Builtin]) -> Vec<Task> {
        builtins.iter().copied().map(Task::Builtin).collect()
    }

    fn cells(schedule: &Schedule) -> Vec<String> {
        let cells = schedule.cells.iter();
        cells
            .map(|cell| {
                let (task, variant) = schedule.name(cell);
                let also = match cell.also {
                    Some(_) => "*",
                    None => "",
                };
                format!("{task} {variant} in {}{also}", cell.copy)
            })
            .collect()
    }

    #[test]
    fn what_a_layer_can_not_touch_is_not_run() {
        let schedule = schedule(
            parts(),
            tasks(&[Builtin::CleanCached, Builtin::TestRun]),
            false,
        );
        assert_eq!(
            cells(&schedule),
            [
                "clean-cached base in 0",
                "clean-cached base-again in 1",
                "clean-cached +profiles in 2",
                "clean-cached +cache in 3",
                "clean-cached +linker in 4",
                "test-run base in 0",
                "test-run base-again in 1",
                "test-run +profiles in 2",
                // Built once, run twice.
                "test-run +runner in 2",
            ]
        );
        assert_eq!(schedule.copies.len(), 5);
    }

    #[test]
    fn without_a_cache_a_clean_build_is_both() {
        let schedule = schedule(
            parts(),
            tasks(&[Builtin::Clean, Builtin::CleanCached]),
            false,
        );
        assert_eq!(
            cells(&schedule),
            [
                "clean base in 0*",
                "clean base-again in 1*",
                "clean +profiles in 2*",
                "clean +cache in 3",
                "clean +linker in 4",
                "clean-cached +cache in 3",
                "clean-cached +linker in 4",
            ]
        );
    }

    #[test]
    fn all_but_one_needs_no_copy_that_is_there() {
        let schedule = schedule(parts(), tasks(&[Builtin::EditHub]), true);
        assert_eq!(
            cells(&schedule)[5..],
            ["edit-hub -profiles in 5", "edit-hub -cache in 6"]
        );
    }

    #[test]
    fn a_round_is_a_permutation_and_the_next_is_another() {
        let schedule = schedule(parts(), tasks(&Builtin::ALL), true);
        let (one, two) = (schedule.round(7, 1), schedule.round(7, 2));
        assert_ne!(one, two);
        assert_eq!(one, schedule.round(7, 1));
        let task_of = |order: &[usize]| -> Vec<usize> {
            order
                .iter()
                .map(|cell| schedule.cells[*cell].task)
                .collect()
        };
        assert!(task_of(&one).is_sorted(), "scenario by scenario");
        let mut sorted = one.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..schedule.cells.len()).collect::<Vec<_>>());
    }

    #[test]
    fn every_place_in_a_round_is_drawn_about_equally_often() {
        let schedule = schedule(parts(), tasks(&[Builtin::EditHub]), false);
        let mut first = vec![0; schedule.cells.len()];
        for round in 0..5000 {
            first[schedule.round(1, round)[0]] += 1;
        }
        assert!(
            first.iter().all(|count| (900..1100).contains(count)),
            "{first:?}"
        );
    }

    #[test]
    fn verdicts_on_few_scenarios_go_before_figures_on_many() {
        let schedule = schedule(
            parts(),
            tasks(&[
                Builtin::Clean,
                Builtin::CleanCached,
                Builtin::NoOp,
                Builtin::EditHub,
            ]),
            true,
        );
        let costs = guess(&schedule, 10.0);
        let all = fit(&schedule, &costs, 8, 1, None);
        assert_eq!((all.rounds, all.left_out.len(), all.fits), (8, 0, true));
        let some = fit(&schedule, &costs, 8, 0, Some(8.0 * 60.0));
        assert_eq!((some.rounds, some.fits), (8, true));
        assert_eq!(some.left_out, ["all layers but one", "no-op", "clean"]);
        assert!(some.seconds <= 8.0 * 60.0);
        let few = fit(&schedule, &costs, 8, 0, Some(100.0));
        assert_eq!(few.schedule.tasks, tasks(&[Builtin::CleanCached]));
        assert_eq!((few.rounds, few.fits), (2, true));
        let fewer = fit(&schedule, &costs, 8, 1, Some(100.0));
        assert_eq!((fewer.rounds, fewer.fits), (1, true), "one is discarded");
        assert_eq!(fewer.seconds, few.seconds);
        let none = fit(&schedule, &costs, 8, 1, Some(0.99 * few.seconds));
        assert_eq!((none.rounds, none.fits), (1, false));
    }
}
