//! One clean build, taken apart: which unit took how long, who waited for whom, what was linked.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use anyhow::Result;
use build_profiles::evidence::{BuildKind, Chain};
use build_profiles::measure::bound::{UpperBounds, bounds};
use build_profiles::measure::class::{Known, learn};
use build_profiles::measure::link::Link;
use build_profiles::measure::record::TimeSpent;
use build_profiles::measure::{timings, waits};
use camino::Utf8PathBuf;

use crate::render::Progress;
use crate::run::{self, Built, CacheServer, Children, LinkClock, Order, Private};

/// One clean build.
pub(super) struct OneBuild<'a, 's> {
    /// With another profile than Cargo's default.
    pub(super) profile: Option<&'a str>,
    /// Whether the tests are built.
    pub(super) tests: bool,
    pub(super) children: &'a Children,
    pub(super) folder: &'a Private,
    pub(super) server: &'a CacheServer<'s>,
    pub(super) progress: &'a Progress,
}

impl OneBuild<'_, '_> {
    /// Builds from nothing; gives its seconds and where they went, or what the compiler said.
    pub(super) fn run(
        &self,
        linkers: &BTreeMap<String, String>,
        chain: &Chain,
    ) -> Result<Result<(f64, Result<TimeSpent>), String>> {
        let (built, links) = self.built(linkers)?;
        if let Some(said) = built.build.failure {
            return Ok(Err(said));
        }
        let spent = self.spent(&built, links, chain);
        Ok(Ok((built.build.seconds, spent)))
    }

    fn spent(
        &self,
        built: &Built,
        links: Result<Vec<Link>, String>,
        chain: &Chain,
    ) -> Result<TimeSpent> {
        let mut timings = timings::read(&run::timings_page(&self.target())?)?;
        self.progress
            .step("unit graph", "who waits for whom, asked of Cargo");
        let notes: Vec<String> = self.waits(&mut timings).err().into_iter().collect();
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
        let bounds = UpperBounds {
            cpu: built.build.cpu_seconds,
            ..bounds(&timings, cores, links.err().as_deref())
        };
        Ok(TimeSpent {
            timings,
            bounds,
            notes,
        })
    }

    /// What is built, as Cargo is told.
    fn words(&self) -> Vec<&str> {
        let mut words = match self.tests {
            true => vec!["test", "--workspace", "--no-run"],
            false => vec!["build", "--workspace"],
        };
        if let Some(profile) = self.profile {
            words.extend(["--profile", profile]);
        }
        words
    }

    /// The command, to repeat it.
    pub(super) fn command(&self) -> String {
        format!("cargo {} --locked --offline", self.words().join(" "))
    }

    pub(super) fn profile(&self) -> &str {
        let default = match self.tests {
            true => "test",
            false => "dev",
        };
        self.profile.unwrap_or(default)
    }

    pub(super) fn target(&self) -> Utf8PathBuf {
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
                what: match self.tests {
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
