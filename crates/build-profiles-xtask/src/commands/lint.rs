//! `lint`: settings that Cargo ignores, or that defeat one another.

use anyhow::{Result, bail};
use build_profiles::diagnostic::Diagnostic;
use build_profiles::lint::fixed;
use build_profiles::plan::FileChange;

use super::linted::{Linted, Reach, lint};
use super::written::{take_turn, write_proved};
use crate::cli::{Format, LintArgs};
use crate::exit::Exit;
use crate::read::{self, Place, Repository};
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
    let found = read::place_at_least(&args.common)?;
    if !args.fix {
        let (repository, linted) = look(args, found)?;
        let changes = match args.diff {
            true => fixed(&linted.files, &linted.findings).0,
            false => Vec::new(),
        };
        return Ok(report(args, &repository, &linted, &changes));
    }
    let (turn, is_as_before) = take_turn(&args.common, &found.0)?;
    let found = match is_as_before {
        true => found,
        false => read::place_at_least(&args.common)?,
    };
    let (repository, linted) = look(args, found)?;
    let (changes, _) = fixed(&linted.files, &linted.findings);
    if changes.is_empty() {
        return Ok(report(args, &repository, &linted, &changes));
    }
    write_proved(&repository, &changes, &turn, args.no_verify)?;
    drop(turn);
    // What is left is said of the files as they are now.
    let (repository, linted) = look(args, read::place_at_least(&args.common)?)?;
    Ok(report(args, &repository, &linted, &changes))
}

/// The repository at a place, and what the lints say of it.
fn look(
    args: &LintArgs,
    (place, silent): (Place, Option<Diagnostic>),
) -> Result<(Repository, Linted)> {
    let repository = read::repository(&args.common, place)?;
    let mut repository = repository.with_or_without_policy(&args.common);
    repository.diagnostics.extend(silent);
    let linted = lint(&mut repository, Reach::Machine);
    Ok((repository, linted))
}

fn report(
    args: &LintArgs,
    repository: &Repository,
    linted: &Linted,
    changes: &[FileChange],
) -> Exit {
    let said = repository.diagnostics.iter().chain(&linted.diagnostics);
    let found = linted.findings.iter().map(|finding| &finding.diagnostic);
    let exit = Exit::of(said.chain(found), args.common.strict);
    render::linted(
        &args.common,
        &LintReport {
            repository,
            read: linted
                .files
                .files
                .iter()
                .filter(|one| !one.is_machines())
                .count(),
            findings: &linted.findings,
            others: &linted.diagnostics,
            changes,
            written: args.fix,
            exit,
        },
    );
    exit
}
