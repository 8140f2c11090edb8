//! One ladder, from its first build to its last round.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use build_profiles::evidence::Chain;
use build_profiles::measure::link::linkers;
use build_profiles::measure::notes;
use build_profiles::measure::record::{
    DISCARDED, Ladder, Measurements, Sample, Scenario, TimeSpent,
};
use build_profiles::measure::scenario::{Builtin, Task};
use build_profiles::measure::schedule::{Fit, Schedule, fit, guess, round_seconds};
use camino::Utf8Path;

use super::one_build::OneBuild;
use super::session::{Ran, Session, is_disk_full, shown};
use super::stack::Stack;
use super::{FOLDER, Plan, Run, sweep};
use crate::render;
use crate::run::{self, CacheServer, Layout, Private, Site};

/// What is said when the user wants no more.
const STOPPED: &str = "stopped; what was measured is kept\n\nhelp: `--resume` goes on with it";

impl Run<'_> {
    /// Measures the ladder that stands at this place; it may have samples already. Says why it was stopped.
    pub(super) fn climb(
        &self,
        plan: &Plan,
        at: usize,
        measurements: &mut Measurements,
        prepared: &mut Duration,
    ) -> Result<Option<String>> {
        sweep(&self.scratch);
        let folder = Private::new(&self.scratch, FOLDER)?;
        let stopped = self.measure_in(&folder, plan, at, measurements, prepared)?;
        if self.args.keep {
            let at = folder.keep();
            self.progress.step("copies", &format!("left in {at}"));
        }
        Ok(stopped)
    }

    fn measure_in(
        &self,
        folder: &Private,
        plan: &Plan,
        at: usize,
        measurements: &mut Measurements,
        prepared: &mut Duration,
    ) -> Result<Option<String>> {
        let next = measurements.ladders[at].go_on();
        let done = next - 1;
        let open = self.args.rounds.saturating_sub(done);
        if open == 0 {
            return Ok(None);
        }
        let profile = plan.ladder.profile.as_str();
        self.progress.step(
            "first build",
            "with Cargo's defaults: how long it takes says how long all will",
        );
        let Some((clean, spent)) = self.first_build(plan, folder)? else {
            return Ok(Some(STOPPED.to_owned()));
        };
        let costs = guess(&plan.schedule, clean);
        let planned = fit(&plan.schedule, &costs, open, 1, self.left());
        let schedule = &planned.schedule;
        if !planned.fits {
            return Ok(Some(self.too_long(&planned)));
        }
        let mut ladder = self.ladder(
            &plan.stack,
            schedule,
            profile,
            plan.ladder.environment.as_deref(),
        )?;
        ladder.rounds = done + planned.rounds;
        match spent {
            Ok(spent) => ladder.time = Some(spent),
            Err(why) => ladder
                .notes
                .push(notes::not_taken_apart(&format!("{why:#}"))),
        }
        self.leave_out(&planned, done, &mut ladder);
        let shown = render::Planned {
            ladder: &ladder,
            schedule,
            time: Some((clean, planned.seconds)),
        };
        self.progress
            .aside(|| render::planned(&self.args.common, &shown));
        ladder.samples.clone_from(&measurements.ladders[at].samples);
        let start = Instant::now();
        self.progress.step(
            "copies",
            &format!(
                "{} of the workspace, in {}",
                schedule.copies.len(),
                folder.path()
            ),
        );
        let copies = schedule.copies.iter().enumerate();
        let sites: Vec<Site> = copies
            // Of one length, whatever the number: a path is part of what is compiled.
            .map(|(number, copy)| {
                self.site(
                    &plan.stack,
                    &copy.parts,
                    &folder.join(&format!("{number:02}")),
                )
            })
            .collect::<Result<_>>()?;
        *prepared += start.elapsed();
        let costs = guess(schedule, clean);
        let mut session = Session::new(&plan.stack, schedule, &sites, profile, &self.forced, costs);
        session.leaf = self.leaf()?;
        session.hub = self.hub()?;
        let mut broken = BTreeSet::new();
        let mut round = DISCARDED;
        let mut stopped = None;
        while stopped.is_none() && round <= ladder.rounds {
            stopped = self.round(
                &mut session,
                round,
                measurements.seed,
                &mut broken,
                &mut ladder,
            )?;
            if round == DISCARDED {
                ladder.notes.extend(session.steps_that_change_nothing());
                self.fit_again(&session, done, &mut broken, &mut ladder);
            }
            measurements.ladders[at].clone_from(&ladder);
            // What can't be saved now is in the report all the same.
            if let Err(error) = self.save(measurements) {
                stopped.get_or_insert(format!("{error:#}"));
            }
            round = match round {
                DISCARDED => next,
                round => round + 1,
            };
        }
        *prepared += session.prepared;
        Ok(stopped)
    }

    /// A build from nothing with Cargo's defaults, in a copy of its own: its seconds, and where they went. `None`: the user
    /// wants no more.
    fn first_build(
        &self,
        plan: &Plan,
        folder: &Private,
    ) -> Result<Option<(f64, Result<TimeSpent>)>> {
        let none = BTreeSet::new();
        let at = folder.join("00");
        let site = self.site(&plan.stack, &none, &at)?;
        let mut server = CacheServer::none(site.children(), &site.beside("warm"))?;
        server.insist(&self.forced)?;
        let profile = plan.ladder.profile.as_str();
        let one = OneBuild {
            profile: (profile != "dev").then_some(profile),
            tests: false,
            children: site.children(),
            folder,
            server: &server,
            progress: &self.progress,
        };
        // Cargo's defaults have the default linker.
        let defaults = Chain::default();
        let linkers = linkers(&defaults, self.triple, &self.children.steering(), "");
        let target = one.target();
        let built = one.run(&linkers, self.chain);
        drop(server);
        run::clear(&at)?;
        run::clear(&target)?;
        if run::interrupted() {
            return Ok(None);
        }
        match built? {
            Ok(built) => Ok(Some(built)),
            Err(said) => bail!(
                "the workspace does not build with Cargo's defaults, so there is nothing to compare with\n\n{said}"
            ),
        }
    }

    /// A copy with these parts.
    fn site(&self, stack: &Stack, parts: &BTreeSet<usize>, at: &Utf8Path) -> Result<Site> {
        let repository = &self.decided.repository;
        let layout = Layout {
            root: &repository.root,
            in_git: repository.workspace.in_git,
            texts: &stack.files(parts)?,
            wrapper: stack.wrapper(parts),
        };
        Site::lay_out(self.children, &layout, at)
    }

    /// Runs every cell once; says why no other round is to be run.
    fn round(
        &self,
        session: &mut Session<'_>,
        round: u32,
        seed: u64,
        broken: &mut BTreeSet<usize>,
        ladder: &mut Ladder,
    ) -> Result<Option<String>> {
        let schedule = session.schedule;
        let order = schedule.round(seed, round);
        let mut failed = Vec::new();
        for (place, index) in order.iter().enumerate() {
            let cell = &schedule.cells[*index];
            if broken.contains(index) {
                continue;
            }
            self.say(session, round, ladder.rounds, &order[place..], broken);
            let error = match session.run(cell, round) {
                Ok(Ran::Interrupted) => return Ok(Some(STOPPED.to_owned())),
                Ok(Ran::Sample(sample)) => {
                    if let Some(also) = cell.also {
                        let scenario = schedule.tasks[also].name().to_owned();
                        ladder.samples.push(Sample {
                            scenario,
                            ..(*sample).clone()
                        });
                    }
                    ladder.samples.push(*sample);
                    continue;
                }
                Err(error) => error,
            };
            let why = format!("{error:#}");
            if is_disk_full(&why) {
                ladder.samples.push(session.failed(cell, round, &error));
                return Ok(Some(format!(
                    "the disk is full; what was measured before is kept\n\n{why}\n\nhelp: make room, or name another disk with `--scratch`; `--resume` goes on"
                )));
            }
            if round == DISCARDED && schedule.variants[cell.variant].parts.is_empty() {
                bail!(
                    "`{}` fails with Cargo's defaults already\n\n{why}",
                    schedule.tasks[cell.task].name()
                );
            }
            session.forget_server(cell.copy);
            ladder.samples.push(session.failed(cell, round, &error));
            failed.push((*index, why));
        }
        for (index, why) in failed {
            let cell = &schedule.cells[index];
            let (scenario, variant) = schedule.name(cell);
            if round == DISCARDED {
                broken.insert(index);
            }
            ladder
                .notes
                .push(notes::came_to_nothing(&scenario, &variant, round, &why));
        }
        Ok(None)
    }

    /// Says what is run, and how much time is left by what each cell took last.
    fn say(
        &self,
        session: &Session<'_>,
        round: u32,
        rounds: u32,
        open: &[usize],
        broken: &BTreeSet<usize>,
    ) {
        let schedule = session.schedule;
        let of = |index: &usize| {
            let name = schedule.name(&schedule.cells[*index]);
            session.costs.get(&name).copied().unwrap_or(0.0)
        };
        let here: f64 = open
            .iter()
            .filter(|index| !broken.contains(index))
            .map(of)
            .sum();
        let later = f64::from(rounds - round) * round_seconds(schedule, &session.costs);
        let (scenario, variant) = match open.first() {
            Some(index) => schedule.name(&schedule.cells[*index]),
            None => return,
        };
        let which = match round {
            DISCARDED => "a round that counts for nothing".to_owned(),
            round => format!("round {round} of {rounds}"),
        };
        self.progress.step(
            &format!("{which}, {scenario}, {variant}"),
            &format!("about {} left", render::time(here + later)),
        );
    }

    /// With what the discarded round has told: leaves out what does not fit after all.
    fn fit_again(
        &self,
        session: &Session<'_>,
        done: u32,
        broken: &mut BTreeSet<usize>,
        ladder: &mut Ladder,
    ) {
        let open = ladder.rounds - done;
        let fitting = fit(session.schedule, &session.costs, open, 0, self.left());
        let has = |task: &str, variant: &str| {
            let cells = fitting.schedule.cells.iter();
            cells
                .map(|cell| fitting.schedule.name(cell))
                .any(|(other, of)| other == task && of == variant)
        };
        for (index, cell) in session.schedule.cells.iter().enumerate() {
            let (task, variant) = session.schedule.name(cell);
            let also = cell.also.map(|also| session.schedule.tasks[also].name());
            if !has(&task, &variant) && !also.is_some_and(|also| has(also, &variant)) {
                broken.insert(index);
            }
        }
        ladder.rounds = done + fitting.rounds;
        self.leave_out(&fitting, done, ladder);
    }

    /// Why nothing is run: the least that could be takes longer than there is time.
    fn too_long(&self, least: &Fit) -> String {
        let scenarios = least.schedule.tasks.iter().map(Task::name);
        let seconds = self.start.elapsed().as_secs_f64() + least.seconds;
        let budget = self.args.time_budget.unwrap_or_default();
        format!(
            "not even one round of `{}` fits into {}: with the one before it that counts for nothing it takes about {}\n\n\
             help: `--time-budget {}m`; or a scenario that takes less; or `--upper-bound`, which takes one build",
            scenarios.collect::<Vec<_>>().join("`, `"),
            render::time(budget.as_secs_f64()),
            render::time(least.seconds),
            (seconds / 60.0 * 1.1).ceil(),
        )
    }

    /// Says what is left out for want of time.
    fn leave_out(&self, fit: &Fit, done: u32, ladder: &mut Ladder) {
        if let Some(budget) = self.args.time_budget {
            let rounds = (done + fit.rounds, self.args.rounds);
            let budget = render::time(budget.as_secs_f64());
            notes::leave_out(&mut ladder.notes, &budget, &fit.left_out, rounds);
        }
    }

    /// Seconds of the budget that are left.
    fn left(&self) -> Option<f64> {
        let budget = self.args.time_budget?;
        Some(budget.saturating_sub(self.start.elapsed()).as_secs_f64())
    }

    /// A ladder with the variants and scenarios of a schedule, and no sample yet.
    pub(super) fn ladder(
        &self,
        stack: &Stack,
        schedule: &Schedule,
        profile: &str,
        environment: Option<&str>,
    ) -> Result<Ladder> {
        let (leaf, hub) = (self.leaf()?, self.hub()?);
        let about = |task: &Task| match task {
            Task::Builtin(Builtin::EditLeaf) => leaf.map(|node| node.name.clone()),
            Task::Builtin(Builtin::EditHub) => hub.map(|node| node.name.clone()),
            _ => None,
        };
        Ok(Ladder {
            profile: profile.to_owned(),
            environment: environment.map(str::to_owned),
            layers: schedule.parts.iter().map(ToString::to_string).collect(),
            scenarios: schedule
                .tasks
                .iter()
                .map(|task| Scenario {
                    name: task.name().to_owned(),
                    command: shown(task, profile, stack.runner(true)),
                    about: about(task),
                    touched_by: schedule.touching(task),
                })
                .collect(),
            variants: schedule.recorded_variants(),
            rounds: self.args.rounds,
            notes: stack.notes.clone(),
            ..Ladder::default()
        })
    }
}
