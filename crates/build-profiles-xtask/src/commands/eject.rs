//! `eject`: the way out. Plain files stay, which say what they said; what only this tool needs goes.

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::eject::{self, Ejection};
use build_profiles::plan::OnUndeclared;

use super::decided::{Decided, Undeclared, decide};
use super::written::{is_readable, take_turn, write_proved_if};
use crate::cli::EjectArgs;
use crate::exit::Exit;
use crate::read::{self, Place};
use crate::render::{self, EjectReport};
use crate::run;

pub(super) fn run(args: &EjectArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    if args.dry_run {
        let (decided, ejection) = look(args, read::place(&args.common)?)?;
        return Ok(report(args, &decided, &ejection, false));
    }
    // An interrupted run may have left a workspace that Cargo can't read.
    let (place, silent) = read::place_at_least(&args.common)?;
    if place.is_broken() {
        let (decided, ejection) = look(args, place)?;
        return Ok(report(args, &decided, &ejection, false));
    }
    let (turn, is_as_before) = take_turn(&args.common, &place)?;
    let place = match is_as_before && silent.is_none() {
        true => place,
        false => read::place(&args.common)?,
    };
    let (decided, ejection) = look(args, place)?;
    if ejection.changes.is_empty() || refused(args, &decided, &ejection) {
        return Ok(report(args, &decided, &ejection, false));
    }
    let is_read = || is_readable(&args.common);
    write_proved_if(
        &decided.repository,
        &ejection.changes,
        &turn,
        args.no_verify,
        // Cargo takes the folder of a glob for a package until it is gone.
        &|| if ejection.by_glob { Ok(()) } else { is_read() },
    )?;
    drop(turn);
    let exit = report(args, &decided, &ejection, true);
    if let Err(error) = is_read() {
        bail!("{error:#}\n\nhelp: bring the files back with git");
    }
    Ok(exit)
}

/// The repository at a place, and what is to be done to leave it.
fn look(args: &EjectArgs, place: Place) -> Result<(Decided, Ejection)> {
    let repository = read::repository(&args.common, place)?;
    let mut repository = repository.with_or_without_policy(&args.common);
    let belongings = read::belongings(&repository)?;
    for (file, text) in belongings.texts() {
        repository.remember(&file, text);
    }
    let decided = decide(repository, Undeclared::Leave(OnUndeclared::Refuse));
    let repository = &decided.repository;
    let unusable = decided.diagnostics().any(|one| one.level == Level::Error);
    let kept = blocks(args, &decided);
    let (Some(policy), false) = (&repository.policy, unusable) else {
        let ejection = Ejection {
            diagnostics: kept,
            ..Ejection::default()
        };
        return Ok((decided, ejection));
    };
    let (file, workspace) = (&repository.policy_file, &repository.workspace);
    let mut ejection = eject::eject(file, policy, &decided.settings, workspace, &belongings);
    let mut lost = Vec::new();
    for file in &ejection.handwritten {
        if !workspace.in_git || !run::git::is_committed(&repository.root, file.as_str())? {
            lost.push(file.clone());
        }
    }
    let findings = [
        eject::drift(file, &decided.plan, args.force),
        eject::not_in_git(&lost, workspace.in_git, args.force),
    ];
    let findings = kept.into_iter().chain(findings.into_iter().flatten());
    ejection.diagnostics.splice(0..0, findings);
    Ok((decided, ejection))
}

/// What keeps `configure` from comparing or writing the files, so that nobody knows whether they say what the policy
/// says. What is undeclared keeps nobody: it stands in the files, and they stay.
fn blocks(args: &EjectArgs, decided: &Decided) -> Vec<Diagnostic> {
    let limit = match args.force {
        true => Level::Error,
        false => Level::Deny,
    };
    let findings = decided.plan.diagnostics.iter();
    let findings = findings.filter(|one| one.level >= limit && one.code != "undeclared");
    findings.cloned().collect()
}

/// Whether nothing may be written.
fn refused(args: &EjectArgs, decided: &Decided, ejection: &Ejection) -> bool {
    let limit = match args.common.strict {
        true => Level::Warning,
        false => Level::Deny,
    };
    let read = decided.repository.diagnostics.iter();
    let mut findings = read.chain(&ejection.diagnostics);
    findings.any(|finding| finding.level >= limit)
}

fn report(args: &EjectArgs, decided: &Decided, ejection: &Ejection, written: bool) -> Exit {
    let found = || {
        decided
            .repository
            .diagnostics
            .iter()
            .chain(&ejection.diagnostics)
    };
    let exit = Exit::of(found(), args.common.strict);
    let refused = refused(args, decided, ejection);
    render::ejected(
        &args.common,
        &EjectReport {
            repository: &decided.repository,
            // What will end and what will stay is of no use to whoever can't go yet.
            diagnostics: found()
                .filter(|one| !refused || one.level > Level::Note)
                .collect(),
            changes: if refused { &[] } else { &ejection.changes },
            written,
            refused,
            exit,
        },
    );
    exit
}
