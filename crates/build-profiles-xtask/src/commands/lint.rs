//! `lint`: settings that Cargo ignores, or that defeat one another.

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::lint::fixed;
use build_profiles::plan::FileChange;

use super::linted::{Linted, Reach, lint};
use super::written::{take_turn, write_proved};
use crate::cli::{Format, LintArgs};
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, LintReport};

pub(super) fn run(args: &LintArgs) -> Result<Exit> {
    if args.common.format != Format::Sarif {
        render::can_say(args.common.format)?;
    }
    if args.common.format == Format::Patch && !args.fix && !args.diff {
        bail!(
            "`lint` alone changes nothing, so there is no patch\n\n\
             help: what `--fix` would write: cargo xtask lint --diff --format patch"
        );
    }
    let (place, silent) = read::place_at_least(&args.common)?;
    if !args.fix {
        let mut repository = without_policy(read::repository(&args.common, place)?);
        repository.diagnostics.extend(silent);
        let linted = lint(&mut repository, Reach::Machine);
        let changes = match args.diff {
            true => fixed(&linted.files, &linted.findings).0,
            false => Vec::new(),
        };
        return Ok(report(args, &repository, &linted, &changes));
    }
    let turn = take_turn(&args.common, &place)?;
    let mut repository = without_policy(read::repository(&args.common, place)?);
    repository.diagnostics.extend(silent);
    let linted = lint(&mut repository, Reach::Machine);
    let (changes, _) = fixed(&linted.files, &linted.findings);
    if changes.is_empty() {
        return Ok(report(args, &repository, &linted, &changes));
    }
    write_proved(&repository, &changes, &turn, args.no_verify)?;
    drop(turn);
    // What is left is said of the files as they are now.
    let (place, silent) = read::place_at_least(&args.common)?;
    let mut repository = without_policy(read::repository(&args.common, place)?);
    repository.diagnostics.extend(silent);
    let linted = lint(&mut repository, Reach::Machine);
    Ok(report(args, &repository, &linted, &changes))
}

/// A workspace without a policy is as good as another.
fn without_policy(mut repository: Repository) -> Repository {
    let is_wanted = |finding: &Diagnostic| finding.code != "no_policy";
    repository.diagnostics.retain(is_wanted);
    repository
}

fn report(
    args: &LintArgs,
    repository: &Repository,
    linted: &Linted,
    changes: &[FileChange],
) -> Exit {
    let said = repository.diagnostics.iter().chain(&linted.diagnostics);
    let found = linted.findings.iter().map(|finding| &finding.diagnostic);
    let worst = said.chain(found).map(|one| one.level).max();
    let exit = match worst {
        Some(Level::Error) => Exit::Failed,
        Some(Level::Deny) => Exit::Findings,
        Some(Level::Warning) if args.common.strict => Exit::Findings,
        _ => Exit::Clean,
    };
    render::linted(
        &args.common,
        &LintReport {
            repository,
            read: linted.files.files.iter().filter(|one| !one.outside).count(),
            findings: &linted.findings,
            others: &linted.diagnostics,
            changes,
            written: args.fix,
            exit,
        },
    );
    exit
}
