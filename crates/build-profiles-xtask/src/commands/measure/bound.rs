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
use build_profiles::measure::link::{Link, linkers};
use build_profiles::measure::{timings, waits};
use camino::Utf8PathBuf;

use crate::cli::MeasureArgs;
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Bounded, Progress};
use crate::run::{self, Built, CacheServer, Children, LinkClock, Order, Private, watch};

pub(super) fn run(args: &MeasureArgs) -> Result<Exit> {
    if let [_, second, ..] = &args.profile[..] {
        bail!("one build has one profile\n\nhelp: leave `{second}` to a run of its own");
    }
    let repository = repository(args)?;
    watch::start();
    let (chain, env) = read::chain(&repository);
    let children = Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let progress = Progress::new(&args.common);
    let folder = Private::only(&repository.state, "upper-bound")?;
    let mut server = CacheServer::none(&children, &folder.join("cache"))?;
    server.insist(&chain.forced())?;
    let one = OneBuild {
        args,
        children: &children,
        folder: &folder,
        server: &server,
        progress: &progress,
    };
    let root = repository.root.as_str();
    let linkers = linkers(&chain, &toolchain.triple, &children.steering(), root);
    let (built, links) = one.built(&linkers)?;
    if let Some(said) = &built.build.failure {
        bail!(
            "`{}` failed\n\n{said}\n\nhelp: measure what builds",
            one.command()
        );
    }
    let mut timings = timings::read(&run::timings_page(&one.target())?)?;
    progress.step("unit graph", "who waits for whom, asked of Cargo");
    let notes: Vec<String> = one.waits(&mut timings).err().into_iter().collect();
    learn(
        &mut timings,
        &Known {
            commands: &built.commands,
            local: &chain.local,
            links: links.as_deref().unwrap_or_default(),
        },
    );
    let cores = timings
        .jobs
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let bounds = bounds(&timings, cores, links.err().as_deref());
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
        self.args.profile.first().map_or(default, String::as_str)
    }

    fn target(&self) -> Utf8PathBuf {
        self.folder.join("target")
    }

    /// Builds with a clock before each linker; gives the links, or why they are not known.
    fn built(
        &self,
        linkers: &BTreeMap<String, String>,
    ) -> Result<(Built, Result<Vec<Link>, String>)> {
        let clock = match LinkClock::new(self.children, self.folder, linkers) {
            Ok(clock) => clock,
            Err(why) => return Ok((self.build(None)?, Err(format!("{why:#}")))),
        };
        let built = self.build(Some(&clock))?;
        let is_of_a_link = |said: &String| said.contains("error: linking with");
        if !built.build.failure.as_ref().is_some_and(is_of_a_link) {
            return Ok((built, Ok(clock.links())));
        }
        // A linker that minds how it is called is no fault of the workspace.
        let why = "with a clock before the linker it does not link";
        Ok((self.build(None)?, Err(why.to_owned())))
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
        let completed = match graph {
            Ok(graph) => waits::complete(timings, &graph),
            Err(error) => Err(format!("{error:#}")),
        };
        completed.map_err(|why| {
            format!(
                "who waits for whom is known in part alone, so that more seems possible than is: {why}"
            )
        })
    }
}
