//! `configure`: from the policy to the files that Cargo reads.

use anyhow::Result;
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::layout::machine_path;
use build_profiles::machine::{self, Freshness, Wants};
use build_profiles::plan::FileChange;
use build_profiles::policy::Spanned;
use semver::Version;

use super::decided::{Decided, Undeclared, decide};
use super::linted::Reach;
use super::verify;
use super::written::{take_turn, write_proved};
use crate::cli::ConfigureArgs;
use crate::exit::Exit;
use crate::read;
use crate::render::{self, Report};
use crate::run;

pub(super) fn run(args: &ConfigureArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    let place = read::place(&args.common)?;
    if args.mode.check || args.mode.diff || place.is_broken() {
        let mut decided = decide(
            read::repository(&args.common, place)?,
            Undeclared::asked(args),
        );
        if args.mode.check {
            decided.lint(Reach::Repository);
        }
        return Ok(report(args, &decided, false, &[]));
    }
    let (turn, is_as_before) = take_turn(&args.common, &place)?;
    let place = match is_as_before {
        true => place,
        false => read::place(&args.common)?,
    };
    let mut decided = decide(
        read::repository(&args.common, place)?,
        Undeclared::asked(args),
    );
    if decided.refused(args.common.strict) {
        return Ok(report(args, &decided, false, &[]));
    }
    let findings = machine_layer(args, &mut decided)?;
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Ok(report(args, &decided, false, &findings));
    }
    write_proved(
        &decided.repository,
        &decided.plan.changes,
        &turn,
        args.no_verify,
    )?;
    let exit = report(args, &decided, true, &findings);
    drop(turn);
    match exit {
        Exit::Clean if !args.no_verify && !args.no_machine => verify::after_configure(&args.common),
        exit => Ok(exit),
    }
}

/// Proves what this machine has and adds its own file to the plan. What was passed over comes back as findings.
fn machine_layer(args: &ConfigureArgs, decided: &mut Decided) -> Result<Vec<Diagnostic>> {
    let (Some(policy), false) = (&decided.repository.policy, args.no_machine) else {
        return Ok(Vec::new());
    };
    let (path, before) = (machine_path(policy), decided.repository.machine.clone());
    let Some(wants) = decided.settings.machine.clone() else {
        // What we once wrote here would stay in force, if the policy no longer wants it.
        let ours =
            |text: &String| machine::is_current(text, &Wants::default()) != Freshness::Foreign;
        if let Some(before) = before.filter(ours) {
            decided.plan.changes.push(FileChange {
                path,
                before: Some(before),
                after: None,
            });
        }
        return Ok(Vec::new());
    };
    let wants = decided.repository.local.applied_to(wants);
    if before
        .as_deref()
        .is_some_and(|text| machine::is_current(text, &wants) == Freshness::Foreign)
    {
        return Ok(Vec::new()); // `machine_note` says so.
    }
    let (children, state) = (decided.repository.children(), &decided.repository.state);
    let toolchain = run::toolchain(&children)?;
    if let Some(floor) = policy
        .toolchain
        .as_ref()
        .filter(|floor| toolchain.cargo < floor.value)
    {
        return Ok(vec![older_than_the_floor(
            &decided.repository.policy_file,
            floor,
            &toolchain.cargo,
        )]);
    }
    let mut host = run::host(&children, &toolchain);
    let found = run::look_up(&children, wants.programs());
    run::Bench::new(&children, state, &run::cache_folder(&children)?)
        .prove_all(&wants, &mut host, &found);
    let made = machine::render(&wants, &host);
    if before.as_ref() != Some(&made.text) {
        decided.plan.changes.push(FileChange {
            path,
            before,
            after: Some(made.text),
        });
    }
    Ok(made.diagnostics)
}

fn older_than_the_floor(file: &FilePath, floor: &Spanned<Version>, cargo: &Version) -> Diagnostic {
    Diagnostic::error(
        "cargo_below_the_floor",
        format!("this is Cargo {cargo}, older than the policy's `toolchain`"),
    )
    .with_label(
        file,
        floor.span.clone(),
        "the oldest Cargo that builds this workspace",
    )
    .with_help("use a newer toolchain here: rustup update, or RUSTUP_TOOLCHAIN=stable")
    .with_help("or lower `toolchain`")
}

/// Says whether the machine's own file is there and current. `--check` says it and does not count it.
fn machine_note(decided: &Decided) -> Option<String> {
    let repository = &decided.repository;
    let wants = repository
        .local
        .applied_to(decided.settings.machine.clone()?);
    let file = machine_path(repository.policy.as_ref()?);
    let mend = "run `cargo xtask configure`";
    let Some(text) = &repository.machine else {
        return Some(format!(
            "this checkout has no `{file}`: neither linker nor cache are in force here; {mend}"
        ));
    };
    if let Some(program) = &repository.gone {
        return Some(format!(
            "`{file}` names `{program}`, which is gone, so builds fail here; {mend}"
        ));
    }
    match machine::is_current(text, &wants) {
        Freshness::Current => None,
        Freshness::Stale => Some(format!("`{file}` was written for an older policy; {mend}")),
        // A copy of an environment's file is what it should be: this machine is of that kind.
        Freshness::Foreign
            if repository
                .workspace
                .files
                .values()
                .any(|known| known == text) =>
        {
            None
        }
        Freshness::Foreign => Some(format!(
            "`{file}` was not written by `configure`, so it is left as it is; delete it to have it written"
        )),
    }
}

pub(super) fn report(
    args: &ConfigureArgs,
    decided: &Decided,
    written: bool,
    findings: &[Diagnostic],
) -> Exit {
    let failed = findings.iter().any(|finding| finding.level == Level::Error);
    let exit = match decided.exit(args.common.strict) {
        _ if failed => Exit::Failed,
        Exit::Findings if !decided.refused(args.common.strict) && (args.mode.diff || written) => {
            Exit::Clean
        }
        exit => exit,
    };
    let fresh = written
        && decided
            .plan
            .changes
            .iter()
            .any(|change| change.path.as_str().ends_with("machine.toml"));
    let note = machine_note(decided).filter(|_| !fresh && exit != Exit::Failed && !args.no_machine);
    let command = if args.prune {
        "cargo xtask configure --prune"
    } else {
        "cargo xtask configure"
    };
    render::report(
        &args.common,
        &Report {
            name: "configure",
            repository: &decided.repository,
            plan: &decided.plan,
            written: written && !failed,
            command,
            checks: args.mode.check || args.mode.diff,
            exit,
            machine: findings,
            note,
        },
    );
    exit
}
