//! The rounds: every cell once in each, in copies of the workspace, each sample saved before the next round.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use build_profiles::evidence::{CacheCounts, Call};
use build_profiles::measure::graph::Node;
use build_profiles::measure::notes::changes_nothing;
use build_profiles::measure::record::{DISCARDED, Note, Sample, Tests};
use build_profiles::measure::scenario::{Builtin, Place, Preparation, Task};
use build_profiles::measure::schedule::{Cell, Costs, Schedule};
use build_profiles::runner::{Runner, outcome};
use camino::Utf8Path;

use super::stack::Stack;
use crate::read;
use crate::run::{self, CacheServer, Site, Timed, timed};

/// One ladder, while it is measured.
pub(super) struct Session<'a> {
    pub(super) stack: &'a Stack,
    pub(super) schedule: &'a Schedule,
    pub(super) sites: &'a [Site],
    pub(super) profile: &'a str,
    pub(super) leaf: Option<&'a Node>,
    pub(super) hub: Option<&'a Node>,
    /// Variables of caches that `[env]` of the config forces on all of Cargo's children.
    pub(super) forced: &'a BTreeSet<String>,
    /// The servers of caches that stay warm, by copy.
    warm: Vec<Option<CacheServer<'a>>>,
    /// What each cell took last, preparation and all.
    pub(super) costs: Costs,
    /// The compilations of each copy's first build.
    calls: BTreeMap<usize, Vec<Call>>,
    /// Time that the last cell took to make everything ready.
    settled: Duration,
    /// Time spent on what is built and not on building: copies, wiping, counting bytes.
    pub(super) prepared: Duration,
}

/// How a cell ended.
pub(super) enum Ran {
    Sample(Box<Sample>),
    /// The user wants no more.
    Interrupted,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        stack: &'a Stack,
        schedule: &'a Schedule,
        sites: &'a [Site],
        profile: &'a str,
        forced: &'a BTreeSet<String>,
        costs: Costs,
    ) -> Self {
        Self {
            stack,
            schedule,
            sites,
            profile,
            leaf: None,
            hub: None,
            forced,
            warm: sites.iter().map(|_| None).collect(),
            costs,
            calls: BTreeMap::new(),
            settled: Duration::ZERO,
            prepared: Duration::ZERO,
        }
    }

    /// Runs a cell. An `Err` is a sample that came to nothing.
    pub(super) fn run(&mut self, cell: &Cell, round: u32) -> Result<Ran> {
        let start = Instant::now();
        self.settled = Duration::ZERO;
        let ran = self.sample(cell, round);
        let mut cost = start.elapsed().as_secs_f64();
        if round == DISCARDED
            && let Ok(Ran::Sample(sample)) = &ran
        {
            // What was built for the first time here has little to do with what is to come.
            cost -= (self.settled.as_secs_f64() - sample.wall).max(0.0);
            let filled = sample
                .cache
                .as_ref()
                .is_some_and(|counts| counts.misses > counts.hits);
            if filled && !self.schedule.tasks[cell.task].recipe().empty_cache {
                cost /= 2.0;
            }
        }
        self.costs.insert(self.schedule.name(cell), cost);
        ran
    }

    fn sample(&mut self, cell: &Cell, round: u32) -> Result<Ran> {
        let schedule = self.schedule;
        let task = &schedule.tasks[cell.task];
        let site = &self.sites[cell.copy];
        let recipe = task.recipe();
        let has_cache = self.stack.has_cache(&schedule.copies[cell.copy].parts);
        let cold;
        let server = if recipe.empty_cache && has_cache {
            run::clear(&site.beside("cold"))?;
            cold = self.server(site, "cold", true)?;
            &cold
        } else {
            self.warm_up(cell.copy, has_cache)?;
            self.warm[cell.copy]
                .as_ref()
                .context("it was just started")?
        };
        let mut prepared = Duration::ZERO;
        for preparation in &recipe.before {
            let start = Instant::now();
            match preparation {
                Preparation::Wipe => site.wipe(recipe.place)?,
                Preparation::EditLeaf => edit(site, self.leaf, u64::from(round) * 2)?,
                Preparation::EditHub => edit(site, self.hub, u64::from(round) * 2 + 1)?,
                Preparation::Settle => {
                    let args = self.arguments(task, Phase::Settle);
                    match timed(
                        &mut site.cargo(&args, recipe.place, server),
                        server.process(),
                    )? {
                        None => return Ok(Ran::Interrupted),
                        Some(settled) => {
                            self.settled += start.elapsed();
                            succeeded(&settled.output)?;
                        }
                    }
                    continue;
                }
            }
            prepared += start.elapsed();
        }
        if has_cache {
            server
                .counts()
                .context("the compiler cache died before the build")?;
        }
        let runner = self.stack.runner(cell.with_runner);
        let mut command = self.command(task, site, recipe.place, runner, round, server)?;
        let load = read::load();
        let Some(timed) = timed(&mut command, server.process())? else {
            return Ok(Ran::Interrupted);
        };
        let tests = match task {
            Task::Builtin(Builtin::TestRun) => Some(tests(runner, &timed.output)),
            _ => None,
        };
        // Tests that fail took their time all the same.
        if tests.as_ref().is_none_or(|tests| tests.failed.is_empty()) {
            succeeded(&timed.output)?;
        }
        let cache = match has_cache {
            true => Some(
                server
                    .counts()
                    .context("the compiler cache died during the build")?,
            ),
            false => None,
        };
        let start = Instant::now();
        let sample = self.fill(cell, round, &timed, cache, tests, load);
        self.prepared += prepared + start.elapsed();
        if round == DISCARDED && recipe.place == Place::Build {
            let calls = run::calls(&timed.output);
            if !calls.is_empty() {
                self.calls.entry(cell.copy).or_insert(calls);
            }
        }
        Ok(Ran::Sample(Box::new(sample)))
    }

    fn fill(
        &self,
        cell: &Cell,
        round: u32,
        timed: &Timed,
        cache: Option<CacheCounts>,
        tests: Option<Tests>,
        load: Option<f64>,
    ) -> Sample {
        let (scenario, variant) = self.schedule.name(cell);
        let task = &self.schedule.tasks[cell.task];
        let builds = !matches!(task, Task::Builtin(Builtin::TestRun) | Task::Command { .. });
        let made = builds.then(|| run::made(&timed.output));
        let place = task.recipe().place;
        Sample {
            round,
            variant,
            scenario,
            wall: timed.wall,
            cpu: timed.cpu,
            memory: timed.memory,
            units: made.map(|(units, _)| units),
            linked: made.map(|(_, linked)| linked),
            cache: cache.map(|counts| CacheCounts {
                // Where it was is nobody's business, and another place each time.
                location: String::new(),
                ..counts
            }),
            target: Some(self.sites[cell.copy].size(place)),
            tests,
            load,
            asleep: timed.asleep,
            failure: None,
        }
    }

    /// A sample that came to nothing.
    pub(super) fn failed(&self, cell: &Cell, round: u32, why: &anyhow::Error) -> Sample {
        let (scenario, variant) = self.schedule.name(cell);
        Sample {
            round,
            variant,
            scenario,
            failure: Some(format!("{why:#}")),
            load: read::load(),
            ..Sample::default()
        }
    }

    /// A server that has died is forgotten; the next build gets another, on the same cache.
    pub(super) fn forget_server(&mut self, copy: usize) {
        self.warm[copy] = None;
    }

    fn warm_up(&mut self, copy: usize, has_cache: bool) -> Result<()> {
        if self.warm[copy].is_none() {
            self.warm[copy] = Some(self.server(&self.sites[copy], "warm", has_cache)?);
        }
        Ok(())
    }

    /// A cache server for one copy; or only a port on which nobody listens, should something call a cache all the same.
    fn server(&self, site: &'a Site, folder: &str, has_cache: bool) -> Result<CacheServer<'a>> {
        let folder = site.beside(folder);
        let program = self.stack.cache.as_deref().filter(|_| has_cache);
        let mut server = match program {
            Some(program) => CacheServer::of(site.children(), &folder, program)?.terse(),
            None => CacheServer::none(site.children(), &folder)?,
        };
        server.insist(self.forced)?;
        if program.is_some() {
            server
                .start()
                .context("the compiler cache does not start")?;
        }
        Ok(server)
    }

    fn command(
        &self,
        task: &Task,
        site: &Site,
        place: Place,
        runner: Runner,
        round: u32,
        server: &CacheServer<'_>,
    ) -> Result<Command> {
        if let Task::Command { words, .. } = task {
            return site
                .other(words, place, server)
                .context("the command has no words");
        }
        let mut args = self.arguments(task, Phase::Timed(runner));
        if place == Place::Build && round == DISCARDED {
            // Not `-vv`: it takes `--cap-lints=allow` from third-party crates, and with it every key of the cache.
            args.push("-v".to_owned());
        }
        Ok(site.cargo(&args, place, server))
    }

    fn arguments(&self, task: &Task, phase: Phase) -> Vec<String> {
        arguments(task, self.profile, phase)
    }

    /// Steps whose builds are the same to the letter: whatever their figures say, it is noise.
    pub(super) fn steps_that_change_nothing(&self) -> Vec<Note> {
        let copy_of = |parts: BTreeSet<usize>| {
            let copies = self.schedule.copies.iter();
            let at = copies
                .enumerate()
                .find(|(_, copy)| copy.parts == parts && !copy.again)?
                .0;
            let folder = self.sites[at].beside("");
            let calls = self.calls.get(&at)?.iter();
            let calls = calls.map(|call| without_folder(call, &folder));
            Some(calls.collect::<Vec<_>>())
        };
        let parts = self.schedule.parts.iter().enumerate();
        let in_files = parts.filter(|(_, part)| part.is_in_files());
        let mut before = BTreeSet::new();
        let mut notes = Vec::new();
        for (index, part) in in_files {
            let mut after = before.clone();
            after.insert(index);
            if let (Some(one), Some(other)) = (copy_of(before), copy_of(after.clone()))
                && one == other
            {
                let command = shown(&Task::Builtin(Builtin::Clean), self.profile, Runner::Cargo);
                notes.push(changes_nothing(&part.to_string(), &command));
            }
            before = after;
        }
        notes
    }
}

/// A compilation, wherever its copy stood.
fn without_folder(call: &Call, folder: &Utf8Path) -> Call {
    let mut call = call.clone();
    for arg in &mut call.args {
        *arg = arg.replace(folder.as_str(), "");
    }
    call
}

/// Which of a scenario's commands.
#[derive(Clone, Copy)]
enum Phase {
    /// The one that makes everything ready.
    Settle,
    /// The one that is timed, by this runner.
    Timed(Runner),
}

fn arguments(task: &Task, profile: &str, phase: Phase) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    // `cargo test` without one takes `test`, which is `dev` where nothing else is said.
    let test_profile = match profile {
        "dev" => Vec::new(),
        profile => vec!["--profile", profile],
    };
    let mut args: Vec<String> = match (task, phase) {
        (Task::Builtin(Builtin::TestRun), Phase::Timed(Runner::Nextest)) => {
            let mut args = vec![
                "nextest",
                "run",
                "--workspace",
                "--tests",
                "--no-fail-fast",
                "--no-tests=pass",
            ];
            if profile != "dev" {
                args.extend(["--cargo-profile", profile]);
            }
            return words(&args);
        }
        (Task::Builtin(Builtin::TestRun), Phase::Timed(Runner::Cargo)) => {
            let mut args = vec!["test", "--workspace", "--tests", "--no-fail-fast"];
            args.extend(test_profile);
            return words(&args);
        }
        (Task::Builtin(Builtin::TestRun | Builtin::TestBuild), _) => {
            let mut args = vec!["test", "--workspace", "--tests", "--no-run"];
            args.extend(test_profile);
            words(&args)
        }
        (Task::Builtin(Builtin::Check), _) => {
            words(&["check", "--workspace", "--profile", profile])
        }
        _ => words(&["build", "--workspace", "--profile", profile]),
    };
    args.push("--message-format=json-render-diagnostics".to_owned());
    args
}

/// A scenario's command as a person would type it.
pub(super) fn shown(task: &Task, profile: &str, runner: Runner) -> String {
    let words = match task {
        Task::Command { words, .. } => return words.join(" "),
        task => arguments(task, profile, Phase::Timed(runner)),
    };
    let words = words
        .iter()
        .filter(|word| !word.starts_with("--message-format"));
    words.fold("cargo".to_owned(), |shown, word| shown + " " + word)
}

fn edit(site: &Site, node: Option<&Node>, number: u64) -> Result<()> {
    let node = node.context("no member can be edited")?;
    let root = node.root.as_deref().context("the member has no source")?;
    site.edit(root, node.exports, number)
}

fn succeeded(output: &Output) -> Result<()> {
    if !output.status.success() {
        bail!("{}", run::failure(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(())
}

fn tests(runner: Runner, output: &Output) -> Tests {
    let (ran, failed) = match runner {
        Runner::Cargo => outcome::of_cargo(&String::from_utf8_lossy(&output.stdout)),
        Runner::Nextest => outcome::of_nextest(&String::from_utf8_lossy(&output.stderr)),
    };
    Tests { ran, failed }
}

/// Whether nothing more can be written: then no build will succeed any more.
pub(super) fn is_disk_full(why: &str) -> bool {
    [
        "No space left on device",
        "os error 28",
        "Disk quota exceeded",
        "os error 122",
    ]
    .iter()
    .any(|words| why.contains(words))
}
