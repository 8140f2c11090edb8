//! `measure --upper-bound`: where the time of one clean build goes, and what could be saved of it at most.
//!
//! Nothing needs to be adopted for it: the workspace is built as its files say, but without a compiler cache, and what a
//! cache would do is worked out from the times of the units.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::evidence::BuildKind;
use build_profiles::measure::bound::bounds;
use build_profiles::measure::class::{Known, learn};
use build_profiles::measure::link::linkers;
use build_profiles::measure::{timings, waits};

use crate::cli::{Format, MeasureArgs};
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Bounded, Progress};
use crate::run::{self, Built, CacheServer, Children, LinkClock, Order, Private, watch};

pub(super) fn run(args: &MeasureArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    if matches!(args.common.format, Format::Patch | Format::Github) {
        bail!(
            "`measure` finds nothing on a line of a file, so there is neither a patch nor an annotation\n\n\
             help: cargo xtask measure --upper-bound --format markdown"
        );
    }
    let repository = repository(args)?;
    watch::start();
    let (chain, env) = read::chain(&repository);
    let children = Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let progress = Progress::new(&args.common);
    let folder = Private::only(&repository.state, "upper-bound")?;
    let root = repository.root.as_str();
    let linkers = linkers(&chain, &toolchain.triple, &children.steering(), root);
    let mut server = CacheServer::none(&children, &folder.join("cache"))?;
    server.insist(&chain.forced())?;
    let one = OneBuild {
        args,
        children: &children,
        folder: &folder,
        server: &server,
        progress: &progress,
    };
    let mut clock = LinkClock::new(&children, &folder, &linkers);
    let mut built = one.build(clock.as_ref().ok())?;
    if clock.is_ok() && built.failure().is_some_and(is_of_a_link) {
        // A linker that minds how it is called is no fault of the workspace.
        clock = Err(anyhow::anyhow!(
            "with a clock before the linker it does not link"
        ));
        built = one.build(None)?;
    }
    if let Some(said) = built.failure() {
        bail!(
            "`{}` failed\n\n{said}\n\nhelp: measure what builds",
            one.command()
        );
    }
    let mut timings = timings::read(&run::timings_page(&one.target())?)?;
    let mut notes = Vec::new();
    progress.step("unit graph", "who waits for whom, asked of Cargo");
    if let Err(why) = one.waits(&mut timings) {
        notes.push(format!(
            "who waits for whom is known in part alone, so that more seems possible than is: {why}"
        ));
    }
    let links = clock.as_ref().map(LinkClock::links).unwrap_or_default();
    learn(
        &mut timings,
        &Known {
            commands: &built.commands,
            local: &chain.local,
            links: &links,
        },
    );
    let cores = timings
        .jobs
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let no_links = clock.err().map(|why| format!("{why:#}"));
    let bounds = bounds(&timings, cores, no_links.as_deref());
    progress.done();
    render::bounded(
        &args.common,
        &Bounded {
            workspace: &repository.root,
            command: &one.command(),
            profile: one.profile(),
            toolchain: &toolchain,
            timings: &timings,
            bounds: &bounds,
            notes: &notes,
        },
    );
    Ok(Exit::Clean)
}

/// The workspace. Its policy is not asked, and not needed.
fn repository(args: &MeasureArgs) -> Result<Repository> {
    let place = read::place(&args.common)?;
    let repository = read::repository(&args.common, place)?.with_or_without_policy(&args.common);
    let errors: Vec<&Diagnostic> = repository
        .diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .collect();
    if !errors.is_empty() {
        render::findings(&args.common, &repository, &errors);
        bail!("nothing was measured: the input can't be used");
    }
    Ok(repository)
}

/// One clean build.
struct OneBuild<'a, 's> {
    args: &'a MeasureArgs,
    children: &'a Children,
    folder: &'a Private,
    server: &'a CacheServer<'s>,
    progress: &'a Progress,
}

impl OneBuild<'_, '_> {
    /// What is built, as Cargo is told.
    fn words(&self) -> Vec<&str> {
        let mut words = match self.args.tests {
            true => vec!["test", "--workspace", "--no-run"],
            false => vec!["build", "--workspace"],
        };
        if let Some(profile) = self.args.profile.first() {
            words.extend(["--profile", profile.as_str()]);
        }
        words
    }

    /// The command, to repeat it.
    fn command(&self) -> String {
        format!("cargo {} --locked --offline", self.words().join(" "))
    }

    fn profile(&self) -> &str {
        let default = match self.args.tests {
            true => "test",
            false => "dev",
        };
        self.args
            .profile
            .first()
            .map(String::as_str)
            .unwrap_or(default)
    }

    fn target(&self) -> camino::Utf8PathBuf {
        self.folder.join("target")
    }

    /// Builds from nothing.
    fn build(&self, clock: Option<&LinkClock>) -> Result<Built> {
        let target = self.target();
        run::clear(&target)?;
        self.progress.step(
            "build",
            "the workspace, from nothing and without a compiler cache (as long as a clean build takes)",
        );
        let mut args: Vec<String> = self.words().into_iter().map(str::to_owned).collect();
        args.push("--timings".to_owned());
        run::build(
            self.children,
            &Order {
                what: match self.args.tests {
                    true => BuildKind::Tests,
                    false => BuildKind::Workspace,
                },
                profile: self.profile(),
                args,
                config: clock.map_or_else(Vec::new, |clock| clock.config().to_vec()),
                // Empty ones switch off what the config names.
                variables: vec![("RUSTC_WRAPPER", ""), ("RUSTC_WORKSPACE_WRAPPER", "")],
                target_dir: &target,
            },
            self.server,
        )
    }

    /// Completes who waits for whom; or says why not.
    fn waits(&self, timings: &mut timings::Timings) -> Result<(), String> {
        let none = BTreeMap::new();
        let graph = run::unit_graph_of(self.children, self.folder.path(), &self.words(), &none);
        waits::complete(timings, &graph.map_err(|error| format!("{error:#}"))?)
    }
}

/// Whether a build failed where something was linked.
fn is_of_a_link(said: &str) -> bool {
    said.contains("error: linking with")
}
