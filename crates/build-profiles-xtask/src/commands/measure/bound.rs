//! `measure --upper-bound`: where the time of one clean build goes, and what could be saved of it at most.
//!
//! Nothing needs to be adopted for it: the workspace is built as its files say, but without a compiler cache, and what a
//! cache would do is worked out from the times of the units.

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::measure::link::linkers;

use super::one_build::OneBuild;
use crate::cli::MeasureArgs;
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Bounded, Progress};
use crate::run::{self, CacheServer, Children, Private, watch};

pub(super) fn run(args: &MeasureArgs) -> Result<Exit> {
    if let [_, second, ..] = &args.profile[..] {
        bail!("one build has one profile\n\nhelp: leave `{second}` to a run of its own");
    }
    let repository = repository(args)?;
    watch::start();
    run::heed_interrupts()?;
    let (chain, env) = read::chain(&repository);
    let children = Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let progress = Progress::new(&args.common);
    let folder = Private::only(&repository.state, "upper-bound")?;
    let mut server = CacheServer::none(&children, &folder.join("cache"))?;
    server.insist(&chain.forced())?;
    let one = OneBuild {
        profile: args.profile.first().map(String::as_str),
        tests: args.tests,
        children: &children,
        folder: &folder,
        server: &server,
        progress: &progress,
    };
    let root = repository.root.as_str();
    let linkers = linkers(&chain, &toolchain.triple, &children.steering(), root);
    let spent = match one.run(&linkers, &chain)? {
        Ok((_, spent)) => spent?,
        Err(said) => bail!(
            "`{}` failed\n\n{said}\n\nhelp: measure what builds",
            one.command()
        ),
    };
    progress.done();
    render::bounded(
        &args.common,
        &Bounded {
            workspace: &repository.root,
            command: &one.command(),
            profile: one.profile(),
            toolchain: &toolchain,
            timings: &spent.timings,
            bounds: &spent.bounds,
            notes: &spent.notes,
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
