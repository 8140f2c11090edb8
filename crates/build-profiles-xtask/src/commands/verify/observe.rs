//! The experiments, in order. What each of them means is for [`build_profiles::verdict`] to say.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::thread;

use anyhow::{Result, bail};
use build_profiles::evidence::{
    BuildKind, CacheSeen, Call, Chain, Command, Evidence, Graph, GraphSeen, Relink, Role,
    TestsSeen, Tool, units,
};
use build_profiles::machine::{mark, start};
use build_profiles::probe::{Claim, Subject, View, controls};
use build_profiles::value::KeyPath;
use build_profiles::verdict::trace_key;
use camino::Utf8Path;

use crate::read::{self, Repository};
use crate::render::Progress;
use crate::run::{self, Built, CacheServer, Children, Order, Private, Small, Suite, Toolchain};

/// Everything the experiments need; what they see is collected in `evidence`.
pub(super) struct Observer<'a> {
    pub(super) quick: bool,
    pub(super) repository: &'a Repository,
    pub(super) children: &'a Children,
    pub(super) toolchain: &'a Toolchain,
    pub(super) chain: &'a Chain,
    pub(super) view: &'a View<'a>,
    pub(super) claims: &'a [Claim],
    pub(super) progress: &'a Progress,
    /// Libraries whose doctests Cargo would run.
    pub(super) documented: usize,
    pub(super) evidence: Evidence,
}

impl Observer<'_> {
    /// Runs every experiment of this mode.
    pub(super) fn observe(mut self) -> Result<(Evidence, Option<String>)> {
        self.evidence.variables = self.children.steering();
        self.tools();
        self.graphs();
        self.traces();
        let folder = Private::new(&self.repository.state, "verify")?;
        let program = self.cache_program();
        let entries = folder.join("cache");
        let mut server = match &program {
            Some(program) => CacheServer::of(self.children, &entries, program)?,
            None => CacheServer::none(self.children, &entries)?,
        };
        server.insist(&self.chain.forced())?;
        let mut cache = None;
        if let Some(program) = &program {
            let mut seen = CacheSeen {
                program: program.clone(),
                ..CacheSeen::default()
            };
            match server.start() {
                Ok(()) => seen.started = true,
                Err(error) => seen.cold = Some(Err(words(error))),
            }
            cache = Some(seen);
        }
        self.small(&server, &mut cache)?;
        if !self.quick && !self.failed() {
            // Not in `folder`, whose name is another each time: a path is part of the cache's keys, and a build that
            // fails is looked for where the command says.
            let target = self.repository.state.join("verify/target");
            run::clear(&target)?;
            self.workspace(&server, &mut cache, &folder, &target)?;
            // As large as the user's own: nobody wants it twice.
            run::clear(&target)?;
        }
        self.evidence.cache = cache;
        drop(server);
        Ok((self.evidence, program))
    }

    /// A step that takes long: how long it took last, or what it can be compared with.
    fn slow_step(&self, name: &str, what: &str, last: Option<&f64>) {
        let time = match last {
            Some(seconds) => format!("{seconds:.0} s last time"),
            None => "as long as a clean build takes".to_owned(),
        };
        self.progress.step(name, &format!("{what} ({time})"));
    }

    fn failed(&self) -> bool {
        self.evidence
            .builds
            .iter()
            .any(|build| build.failure.is_some())
    }

    /// The versions of the tools that the policy needs.
    fn tools(&mut self) {
        self.progress
            .step("tools", "rustc, cargo, and what the policy names");
        let mut wanted: BTreeSet<&str> = BTreeSet::from(["rustc", "cargo"]);
        for claim in self.claims {
            match &claim.subject {
                Subject::MachineLinker { candidates, .. } => {
                    wanted.extend(
                        candidates
                            .iter()
                            .map(String::as_str)
                            .filter(|name| *name != "default"),
                    );
                }
                Subject::Cache { .. } => {
                    wanted.insert("sccache");
                }
                Subject::Runner { runner } if runner == "nextest" => {
                    wanted.insert("cargo-nextest");
                }
                _ => {}
            }
        }
        let found = run::look_up(self.children, wanted.iter().copied());
        for name in wanted {
            let program = found.get(name).cloned();
            let version = program
                .as_ref()
                .and_then(|program| run::version(self.children, name, program));
            self.evidence
                .tools
                .insert(name.to_owned(), Tool { program, version });
        }
    }

    /// The resolved profile of every unit, with the settings and without them.
    fn graphs(&mut self) {
        let controls = controls(self.view, self.claims);
        let members: BTreeSet<&str> = self
            .repository
            .workspace
            .members
            .iter()
            .map(|member| member.name.as_str())
            .collect();
        if !controls.is_empty() {
            let text = format!("{} questions to Cargo, nothing is built", controls.len());
            self.progress.step("unit graph", &text);
        }
        // Cargo answers each of them on one core.
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let (children, state) = (self.children, &self.repository.state);
        for some in controls.chunks(cores) {
            let asked: Vec<Result<Graph>> = thread::scope(|scope| {
                let threads: Vec<_> = some
                    .iter()
                    .map(|control| scope.spawn(|| run::unit_graph(children, state, control)))
                    .collect();
                let answer = |thread: thread::ScopedJoinHandle<'_, Result<Graph>>| {
                    thread
                        .join()
                        .unwrap_or_else(|_| bail!("the question to Cargo broke off"))
                };
                threads.into_iter().map(answer).collect()
            });
            for (control, graph) in some.iter().zip(asked) {
                self.evidence.graphs.push(GraphSeen {
                    profile: control.profile.clone(),
                    without: control.without,
                    instead: control.config.clone(),
                    units: graph.map(|graph| units(&graph, &members)).map_err(words),
                });
            }
        }
    }

    /// For each claim, who says what.
    fn traces(&mut self) {
        let triple = &self.toolchain.triple;
        let also = [
            "build.rustc-wrapper".to_owned(),
            "build.incremental".to_owned(),
            "build.rustflags".to_owned(),
        ];
        let keys: BTreeSet<String> = self
            .claims
            .iter()
            .map(|claim| trace_key(claim, &self.evidence))
            .chain(also)
            .collect();
        let chain = self.chain.parsed(triple, &self.evidence.variables);
        let said = keys.into_iter().map(|key| {
            let said = chain.said(&path_of(&key));
            (key, said)
        });
        self.evidence.traces = said.filter(|(_, said)| !said.is_empty()).collect();
    }

    /// The program that would be called as a compiler cache: what the strongest layer names.
    fn cache_program(&self) -> Option<String> {
        let said = self.evidence.traces.get("build.rustc-wrapper")?;
        // The mistake of `[env]` is no call, and must not start a server that would be asked for nothing.
        let winner = said.iter().find(|said| said.wins)?;
        let program = winner.value.trim_matches(['"', '\'']);
        let name = Utf8Path::new(program).file_stem()?;
        if name != "sccache" {
            return None;
        }
        if program.contains(['/', '\\']) {
            return Some(self.repository.root.join(program).into_string());
        }
        run::look_up(self.children, [program]).remove(program)
    }

    /// A package of a few lines: as it is, without the settings, and once more.
    fn small(&mut self, server: &CacheServer<'_>, cache: &mut Option<CacheSeen>) -> Result<()> {
        self.progress.step(
            "small package",
            "three builds of a few lines: wrapper, linker, flags, with and without",
        );
        let manifest = self
            .chain
            .manifest
            .as_ref()
            .map_or("", |file| file.text.as_str());
        let small = Small::new(&self.repository.state, manifest)?;
        let library_alone = self.evidence.variables.contains_key("CARGO_BUILD_TARGET")
            || self
                .chain
                .configs
                .iter()
                .any(|config| start::has_build_target(&config.text));
        let build = |what, config: &[String], variables: &[(&str, &str)]| {
            small.build(
                self.children,
                server,
                what,
                config,
                variables,
                library_alone,
            )
        };
        let first = build(BuildKind::Small, &[], &[])?;
        if first.build.failure.is_some() {
            self.evidence.builds.push(first.build);
            return Ok(());
        }
        let relink = relink(self.children, &first, small.path(), small.folder());
        let counts = || server.counts().map_err(words);
        let quick = self.quick;
        if let Some(seen) = cache.as_mut().filter(|seen| seen.cold.is_none()) {
            let cold = counts();
            if quick {
                seen.subject = Some(BuildKind::Small);
                seen.cold = Some(cold);
                let again = build(BuildKind::SmallAgain, &[], &[])?;
                seen.warm = Some(counts());
                self.evidence.builds.push(again.build);
            }
        }
        let mut config = vec![
            "build.rustc-wrapper=''".to_owned(),
            "build.rustc-workspace-wrapper=''".to_owned(),
        ];
        if cfg!(unix) {
            config.push(format!("target.{}.linker='cc'", self.toolchain.triple));
        }
        let without = build(BuildKind::SmallWithout, &config, &[("RUSTFLAGS", "")])?;
        self.evidence.builds.push(first.build);
        if without.build.failure.is_none() {
            self.evidence.builds.push(without.build);
        }
        self.evidence.relink = relink;
        Ok(())
    }

    /// The workspace: once with an empty cache, its tests, and once more.
    fn workspace(
        &mut self,
        server: &CacheServer<'_>,
        cache: &mut Option<CacheSeen>,
        folder: &Private,
        target: &Utf8Path,
    ) -> Result<()> {
        // What the small package did is not to be counted.
        let _small = server.counts();
        let order = |what, profile, args: &[&str]| Order {
            what,
            profile,
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            config: Vec::new(),
            variables: Vec::new(),
            target_dir: target,
        };
        let last = read::last_seconds(&self.repository.state);
        let last = |build| last.get(&build);
        self.slow_step(
            "build",
            "the workspace, from nothing",
            last(BuildKind::Workspace),
        );
        let first = run::build(
            self.children,
            &order(BuildKind::Workspace, "dev", &["build", "--workspace"]),
            server,
        )?;
        let failed = first.build.failure.is_some();
        if !failed
            && let Some(relink) = relink(self.children, &first, &self.repository.root, folder)
        {
            self.evidence.relink = Some(relink);
        }
        self.evidence.builds.push(first.build);
        if failed {
            return Ok(());
        }
        let counts = || server.counts().map_err(words);
        if let Some(seen) = cache.as_mut().filter(|seen| seen.cold.is_none()) {
            seen.subject = Some(BuildKind::Workspace);
            seen.cold = Some(counts());
        }
        self.slow_step("tests", "compiled, not run", last(BuildKind::Tests));
        let tests = run::build(
            self.children,
            &order(
                BuildKind::Tests,
                "test",
                &["test", "--workspace", "--no-run"],
            ),
            server,
        )?;
        let failed = tests.build.failure.is_some();
        self.evidence.builds.push(tests.build);
        if failed {
            return Ok(());
        }
        self.suite(server, folder, target)?;
        if let Some(seen) = cache
            .as_mut()
            .filter(|seen| matches!(seen.cold, Some(Ok(_))))
        {
            let _tests = server.counts();
            run::clear(target)?;
            self.slow_step(
                "build again",
                "the workspace, from nothing and a warm cache",
                last(BuildKind::WorkspaceAgain),
            );
            let again = run::build(
                self.children,
                &order(BuildKind::WorkspaceAgain, "dev", &["build", "--workspace"]),
                server,
            )?;
            seen.warm = Some(counts());
            self.evidence.builds.push(again.build);
        }
        Ok(())
    }
}

impl Observer<'_> {
    /// The tests, as the policy wants them run.
    fn suite(
        &mut self,
        server: &CacheServer<'_>,
        folder: &Private,
        target: &Utf8Path,
    ) -> Result<()> {
        let wants =
            |wanted: fn(&Subject) -> bool| self.claims.iter().any(|claim| wanted(&claim.subject));
        let nextest =
            wants(|subject| matches!(subject, Subject::Runner { runner } if runner == "nextest"));
        let nextest = nextest
            && self
                .evidence
                .tools
                .get("cargo-nextest")
                .is_some_and(|tool| tool.version.is_some());
        let doctests = wants(|subject| matches!(subject, Subject::Doctests { value: true }));
        if !nextest && !doctests {
            return Ok(());
        }
        let suite = Suite {
            children: self.children,
            server,
            target_dir: target,
            root: &self.repository.root,
            folder: folder.path(),
        };
        let mut seen = TestsSeen::default();
        if nextest {
            self.progress
                .step("list of tests", "by nextest and by Cargo");
            match suite.by_nextest()? {
                Ok(listed) => {
                    seen.by_cargo = Some(suite.by_cargo(&listed.binaries).map_err(words));
                    seen.by_runner = Some(Ok(listed.tests));
                    seen.hidden = listed.hidden;
                    self.progress.step("test run", "by nextest");
                    seen.run = Some(suite.run()?);
                }
                Err((code, said)) => {
                    seen.runner_code = code;
                    seen.by_runner = Some(Err(said));
                }
            }
        }
        if doctests {
            self.progress.step("doctests", "by Cargo");
            seen.doctests = Some(suite.doctests(self.documented)?);
        }
        self.evidence.tests = Some(seen);
        Ok(())
    }
}

/// A program of this build, linked again without its linker, into a folder of ours; `None`: nothing was linked with one.
/// `root` is where rustc ran.
fn relink(children: &Children, built: &Built, root: &Utf8Path, folder: &Private) -> Option<Relink> {
    let calls = built
        .commands
        .iter()
        .filter_map(|command| Some((command, Call::of(command)?)));
    // Rustc runs in the package's own folder where that is not the workspace's.
    let is_ours = |command: &Command| {
        let mut variables = command.variables.iter();
        variables.any(|(name, _)| name == "CARGO_PRIMARY_PACKAGE")
    };
    let linked: Vec<(&Command, Call)> = calls
        .filter(|(command, call)| call.codegen("linker").is_some() && is_ours(command))
        .collect();
    let by_role = |wanted: &[Role]| linked.iter().find(|(_, call)| wanted.contains(&call.role));
    let (command, call) = by_role(&[Role::Program])
        .or_else(|| by_role(&[Role::Dynamic, Role::BuildScript, Role::ProcMacro]))?;
    let product = run::relink(children, command, root, &folder.join("relink"));
    Some(Relink {
        without: format!("-C linker={}", call.codegen("linker").unwrap_or_default()),
        crate_name: call.crate_name.clone(),
        marks: product
            .map(|product| mark::left_in(&product))
            .map_err(words),
    })
}

/// An error with its causes, in a line.
fn words(error: anyhow::Error) -> String {
    format!("{error:#}")
}

/// A key as a path: `profile.dev.package."*".debug`.
fn path_of(key: &str) -> KeyPath {
    KeyPath::parse(key).unwrap_or_else(|| KeyPath::new(key.split('.')))
}
