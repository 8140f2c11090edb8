//! `measure`: is each layer worth it?
//!
//! What is run, in which copy and in which order is decided in the core; here it is done, and every round is saved.

mod bound;
mod climb;
mod one_build;
mod session;
mod stack;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use build_profiles::evidence::Chain;
use build_profiles::machine::policy_hash;
use build_profiles::measure::advice::Habits;
use build_profiles::measure::analysis::analyse;
use build_profiles::measure::budget;
use build_profiles::measure::compare::{Comparison, Limits, compare};
use build_profiles::measure::graph::{self, Node};
use build_profiles::measure::layer::Layer;
use build_profiles::measure::notes;
use build_profiles::measure::record::{
    Ladder, Measurements, Note, SCHEMA, Seconds, Subject, differences,
};
use build_profiles::measure::schedule::{Schedule, schedule};
use build_profiles::measure::wanted::{Asked, Wanted, wanted};
use camino::{Utf8Path, Utf8PathBuf};

use self::stack::{Stack, stronger};
use super::decided::Decided;
use super::verify::{decided, stopped_by_the_files};
use crate::cli::{Format, MeasureArgs};
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Progress};
use crate::run::{self, Children, Toolchain, watch};

/// Where the rounds of the last run are kept, in the state directory.
const KEPT: &str = "measurements.json";

pub(super) fn run(args: &MeasureArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    if matches!(args.common.format, Format::Patch | Format::Github) {
        bail!(
            "`measure` finds nothing on a line of a file, so there is neither a patch nor an annotation\n\n\
             help: cargo xtask measure --format markdown"
        );
    }
    if args.upper_bound {
        return bound::run(args);
    }
    let old = args.compare.as_deref().map(kept_in).transpose()?;
    if let Some(file) = &args.from {
        let mut measurements = kept_in(file)?;
        measurements.analysis = measurements.ladders.iter().map(analyse).collect();
        return say(args, &measurements, old.as_ref(), None);
    }
    let start = Instant::now();
    let (decided, _) = decided(&args.common)?;
    if let Some(exit) = stopped_by_the_files(&args.common, &decided) {
        return Ok(exit);
    }
    watch::start();
    run::heed_interrupts()?;
    let repository = &decided.repository;
    let (chain, env) = read::chain(repository);
    let children = Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let (nodes, outside) = read::members(&children, &repository.root, &repository.boundary)?;
    if let Some(folder) = outside.first() {
        bail!(
            "the workspace is built with `{folder}`, which is outside of it and would not be in a copy\n\n\
             help: measure a checkout of the repository that both are in"
        );
    }
    let run = Run {
        args,
        decided: &decided,
        children: &children,
        chain: &chain,
        triple: &toolchain.triple,
        forced: chain.forced(),
        nodes: &nodes,
        scratch: scratch(args, repository)?,
        progress: Progress::new(&args.common),
        start,
    };
    let mut measurements = run.measurements(&toolchain);
    let mut plans = run.plans(&asked(args, repository)?, &stronger(&children, &chain))?;
    if args.dry_run {
        for plan in &plans {
            render::planned(&args.common, &plan.shown());
        }
        return Ok(Exit::Clean);
    }
    for plan in &mut plans {
        let notes = notes::of_machine(&measurements.machine);
        plan.stack.notes.extend(notes);
    }
    let kept = match args.resume {
        true => Some(run.kept(&measurements)?),
        false => None,
    };
    if let Some(kept) = &kept {
        measurements.started.clone_from(&kept.started);
        measurements.seconds = kept.seconds;
    }
    // What is kept stands until there is more of it.
    let ladders = plans.iter().map(|plan| {
        let mut kept = kept.iter().flat_map(|kept| &kept.ladders);
        let kept = kept.find(|kept| kept.is_like(&plan.ladder));
        kept.unwrap_or(&plan.ladder).clone()
    });
    measurements.ladders = ladders.collect();
    let mut prepared = Duration::ZERO;
    let mut stopped = None;
    for (at, plan) in plans.iter().enumerate() {
        stopped = run.climb(plan, at, &mut measurements, &mut prepared)?;
        if stopped.is_some() {
            break;
        }
    }
    run.progress.done();
    let is_begun = |ladder: &Ladder| !ladder.samples.is_empty();
    measurements.ladders.retain(is_begun);
    if measurements.ladders.is_empty()
        && let Some(why) = stopped
    {
        bail!(why);
    }
    run.finish(&mut measurements, prepared);
    // A disk that is full holds the file back, not the figures.
    let saved = run.save(&measurements);
    let exit = say(args, &measurements, old.as_ref(), Some(&decided))?;
    saved?;
    match stopped {
        Some(why) => bail!(why),
        None => Ok(exit),
    }
}

/// Says what was measured, held against the policy's budget and against what was measured before.
fn say(
    args: &MeasureArgs,
    measurements: &Measurements,
    old: Option<&Measurements>,
    decided: Option<&Decided>,
) -> Result<Exit> {
    let limits = Limits {
        percent: args.slower_percent,
        seconds: args.slower_seconds,
    };
    let comparison = old.map(|old| compare(old, measurements, limits));
    // Of a part of the layers, or of another profile, the budget says nothing.
    let is_asked = args.layer.is_empty() && args.profile.is_empty() && args.environment.is_empty();
    let findings = match decided.map(|decided| &decided.repository) {
        Some(repository) if is_asked => {
            let policy = repository.policy.as_ref();
            let of = |analysis| {
                policy.map(|policy| budget::judge(&repository.policy_file, policy, analysis))
            };
            let judged = measurements.analysis.iter().filter_map(of);
            judged.flatten().collect()
        }
        _ => Vec::new(),
    };
    let is_broken = measurements.analysis.iter().any(|analysis| {
        let controls = analysis
            .scenarios
            .iter()
            .filter_map(|weighed| weighed.control);
        controls.into_iter().any(|control| control.broken)
    });
    let exit = match Exit::of(findings.iter(), args.common.strict) {
        Exit::Clean if comparison.as_ref().is_some_and(Comparison::has_regression) => {
            Exit::Findings
        }
        Exit::Clean if is_broken || comparison.as_ref().is_some_and(Comparison::has_unknown) => {
            Exit::Unproven
        }
        exit => exit,
    };
    let measured = render::Measured {
        measurements,
        comparison: comparison.as_ref(),
        repository: decided.map(|decided| &decided.repository),
        findings: &findings,
        habits: Habits {
            builds_per_day: args.builds_per_day,
            setup: args.setup.unwrap_or_default(),
        },
        exit,
    };
    render::measured(&args.common, &measured)?;
    if let Some(folder) = &args.report {
        let files = render::report_of(&measured)?;
        for (name, text) in &files {
            crate::write::receipt(folder, name, text)?;
        }
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        render::reported(&args.common, folder, &names);
    }
    Ok(exit)
}

/// What was measured before.
fn kept_in(file: &Utf8Path) -> Result<Measurements> {
    read::measurements(file)?.with_context(|| format!("there is no `{file}`"))
}

/// What is asked for: by the command line, else by the policy.
fn asked(args: &MeasureArgs, repository: &Repository) -> Result<Wanted> {
    let policy = repository.policy.as_ref();
    let measure = policy.and_then(|policy| policy.measure.as_ref());
    let asked = Asked {
        order: measure.map_or(Layer::ALL.to_vec(), |measure| measure.layers()),
        scenarios: measure
            .iter()
            .flat_map(|measure| &measure.scenarios)
            .map(|name| name.value.as_str())
            .collect(),
        commands: measure
            .iter()
            .flat_map(|measure| &measure.commands)
            .map(|command| (command.name.value.as_str(), command.words.as_slice()))
            .collect(),
    };
    wanted(&asked, &args.layer, &args.scenario).map_err(|wrong| anyhow::anyhow!(wrong.join("\n")))
}

/// Where the copies go.
fn scratch(args: &MeasureArgs, repository: &Repository) -> Result<Utf8PathBuf> {
    let Some(folder) = &args.scratch else {
        return run::temporary();
    };
    let folder = folder
        .canonicalize_utf8()
        .with_context(|| format!("failed to find `{folder}`"))?;
    if folder.starts_with(&repository.boundary) {
        bail!(
            "`{folder}` is inside of the repository: its Cargo config would hold in every copy\n\n\
             help: name a folder outside of it"
        );
    }
    Ok(folder)
}

/// Everything that one run needs.
struct Run<'a> {
    args: &'a MeasureArgs,
    decided: &'a Decided,
    children: &'a Children,
    chain: &'a Chain,
    /// The host's target triple.
    triple: &'a str,
    /// Variables of caches that `[env]` of the config forces on all of Cargo's children.
    forced: BTreeSet<String>,
    nodes: &'a [Node],
    scratch: Utf8PathBuf,
    progress: Progress,
    start: Instant,
}

/// One ladder that is to be measured.
struct Plan {
    stack: Stack,
    schedule: Schedule,
    ladder: Ladder,
}

impl Plan {
    fn shown(&self) -> render::Planned<'_> {
        render::Planned {
            ladder: &self.ladder,
            schedule: &self.schedule,
            time: None,
        }
    }
}

impl<'a> Run<'a> {
    /// A ladder for each profile in each environment.
    fn plans(&self, wanted: &Wanted, notes: &[Note]) -> Result<Vec<Plan>> {
        let profiles = match self.args.profile.is_empty() {
            true => vec!["dev".to_owned()],
            false => self.args.profile.clone(),
        };
        let named = self.args.environment.iter();
        let environments: Vec<Option<&str>> = match self.args.environment.is_empty() {
            true => vec![None],
            false => named.map(|name| Some(name.as_str())).collect(),
        };
        let mut plans = Vec::new();
        for environment in environments {
            let has_hub = self.hub()?.is_some();
            for profile in &profiles {
                let mut stack = Stack::of(
                    self.decided,
                    environment,
                    wanted,
                    self.children,
                    self.chain,
                    has_hub,
                )?;
                stack.notes.extend(notes.iter().cloned());
                let all_but = !self.args.ladder_only;
                let schedule = schedule(stack.parts.clone(), stack.tasks.clone(), all_but);
                let ladder = self.ladder(&stack, &schedule, profile, environment)?;
                plans.push(Plan {
                    stack,
                    schedule,
                    ladder,
                });
            }
        }
        Ok(plans)
    }

    /// The member whose edit concerns nobody else: the policy's, else the plainest case of the graph.
    fn leaf(&self) -> Result<Option<&'a Node>> {
        let measure = self.measure();
        match measure.and_then(|measure| measure.leaf.as_ref()) {
            Some(name) => self.member(&name.value).map(Some),
            None => Ok(graph::leaf(self.nodes)),
        }
    }

    /// The member whose edit concerns the most others.
    fn hub(&self) -> Result<Option<&'a Node>> {
        let measure = self.measure();
        match measure.and_then(|measure| measure.hub.as_ref()) {
            Some(name) => self.member(&name.value).map(Some),
            None => Ok(graph::hub(self.nodes)),
        }
    }

    fn measure(&self) -> Option<&'a build_profiles::policy::Measure> {
        self.decided.repository.policy.as_ref()?.measure.as_ref()
    }

    fn member(&self, name: &str) -> Result<&'a Node> {
        let mut nodes = self.nodes.iter();
        let node = nodes.find(|node| node.name == name);
        node.with_context(|| format!("Cargo knows no member `{name}`"))
    }

    /// What is known before the first build.
    fn measurements(&self, toolchain: &Toolchain) -> Measurements {
        let repository = &self.decided.repository;
        let commit = run::git::commit(&repository.root, "HEAD").ok().flatten();
        let text = match repository.has_policy {
            true => repository.policy_text.clone(),
            false => format!("{:?}", repository.workspace.files),
        };
        let mut tools = BTreeMap::from([
            ("cargo".to_owned(), toolchain.cargo.to_string()),
            ("rustc".to_owned(), toolchain.rustc.to_string()),
        ]);
        let names = ["sccache", "mold", "wild", "ld.lld", "cargo-nextest"];
        for name in names {
            let found = run::look_up(self.children, [name]).remove(name);
            let version = found.and_then(|program| run::version(self.children, name, &program));
            tools.extend(version.map(|version| (name.to_owned(), version)));
        }
        Measurements {
            schema: SCHEMA,
            command: "measure".to_owned(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            started: read::now(),
            subject: Subject {
                workspace: repository.root.file_name().unwrap_or_default().to_owned(),
                dirty: commit.is_some() && !run::git::is_clean(&repository.root).unwrap_or(false),
                commit,
                policy_hash: policy_hash(&text),
                members: self.nodes.len(),
            },
            machine: read::hardware(&toolchain.triple, &self.scratch),
            tools,
            variables: self.children.steering(),
            seed: SystemTime::UNIX_EPOCH
                .elapsed()
                .map_or(1, |since| since.as_secs()),
            ..Measurements::default()
        }
    }

    /// What the run that was stopped has measured, if it was one of the same.
    fn kept(&self, now: &Measurements) -> Result<Measurements> {
        let file = self.decided.repository.state.join(KEPT);
        let Some(kept) = read::measurements(&file)? else {
            bail!("there is nothing to go on with: `{file}` is not there");
        };
        let differences = differences(&kept, now);
        if !differences.is_empty() {
            bail!(
                "what was begun can't be gone on with: {}\n\nhelp: leave `--resume` out to begin anew",
                differences.join("; ")
            );
        }
        Ok(kept)
    }

    /// What the samples come to, and what all of it took, with the run that this one has gone on with.
    fn finish(&self, measurements: &mut Measurements, prepared: Duration) {
        for ladder in &mut measurements.ladders {
            let notes = notes::of_samples(ladder);
            // One that was kept has been told of its samples before.
            ladder.notes.retain(|note| !notes.contains(note));
            ladder.notes.extend(notes);
        }
        measurements.analysis = measurements.ladders.iter().map(analyse).collect();
        let all = self.start.elapsed();
        let before = measurements.seconds;
        measurements.seconds = Seconds {
            all: before.all + all.as_secs_f64(),
            prepared: before.prepared + prepared.as_secs_f64(),
            own: before.own + all.saturating_sub(run::waited() + prepared).as_secs_f64(),
        };
    }

    /// Keeps what there is where the build keeps its own things.
    fn save(&self, measurements: &Measurements) -> Result<()> {
        let text = serde_json::to_string_pretty(measurements)?;
        crate::write::receipt(&self.decided.repository.state, KEPT, &(text + "\n"))
    }
}

/// Removes the folders of runs that were killed: nobody else would.
fn sweep(scratch: &Utf8Path) {
    for entry in scratch.read_dir_utf8().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.strip_prefix(FOLDER).and_then(|rest| {
            rest.strip_prefix('-')?
                .split('-')
                .next()?
                .parse::<u32>()
                .ok()
        });
        if process.is_some_and(|process| !run::is_alive(process)) {
            // What can't be removed is another user's.
            let _removed = run::clear(entry.path());
        }
    }
}

/// What the folders of copies are called, before the number of the process.
const FOLDER: &str = "build-profiles-measure";
