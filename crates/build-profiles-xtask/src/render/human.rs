//! For a person at a terminal: the diff on stdout, findings and a summary on stderr.

use build_profiles::diagnostic::{Level, counted};
use build_profiles::plan::DriftKind;

use super::{Report, advice, colored, data, diff, position, snippet};
use crate::cli::CommonArgs;
use crate::exit::Exit;

/// Diff, findings, summary.
pub(super) fn report(args: &CommonArgs, report: &Report<'_>) {
    let color = colored(args.color, &std::io::stdout());
    for change in diff::committed(report) {
        data(&diff::unified(change, color));
    }
    findings(args, report);
    if args.verbose {
        origins(report);
    }
    if !args.quiet {
        summary(report);
    }
}

/// Findings alone.
pub(super) fn findings(args: &CommonArgs, report: &Report<'_>) {
    let color = colored(args.color, &std::io::stderr());
    let sources = report.repository.sources();
    for finding in report.diagnostics() {
        if finding.level > Level::Note || !args.quiet {
            eprintln!("{}\n", snippet::draw(finding, &sources, color));
        }
    }
}

/// Where each wanted value comes from.
fn origins(report: &Report<'_>) {
    let repository = report.repository;
    for drift in &report.plan.drift {
        let Some(origin) = &drift.origin else {
            continue;
        };
        let (line, _) = position(&repository.policy_text, origin.span.start);
        let reason = origin
            .reason
            .as_deref()
            .map(|reason| format!(" ({})", reason.replace('\n', " ")))
            .unwrap_or_default();
        eprintln!("{}: {}:{line}{reason}", drift.key, repository.policy_file);
    }
}

fn summary(report: &Report<'_>) {
    let plan = report.plan;
    let committed = diff::committed(report).count();
    let machine = plan.changes.len() - committed;
    if let Some(note) = &report.note {
        eprintln!("note: {}", advice(note));
    }
    let write = advice(&format!("help: write them: {}", report.command));
    match report.exit {
        Exit::Failed if report.checks => eprintln!("the input can't be used"),
        Exit::Failed => eprintln!("nothing was written: the input can't be used"),
        Exit::Findings if refused(report) && report.checks => eprintln!("see the findings above"),
        Exit::Findings if refused(report) => {
            eprintln!("nothing was written: see the findings above")
        }
        _ if report.written && committed == 0 && machine == 0 => {
            eprintln!("nothing to write: the files are as the policy says")
        }
        _ if report.written && committed == 0 => eprintln!(
            "nothing to write in the committed files; wrote the machine layer of this machine"
        ),
        _ if report.written => eprintln!("wrote {}", counted(plan.changes.len(), "file")),
        _ if plan.drift.is_empty() && committed == 0 => {
            eprintln!("the committed files are as the policy says")
        }
        _ => {
            let by_lock = plan.drift.iter().filter(|drift| drift.by_lock).count();
            let pruned = plan
                .drift
                .iter()
                .filter(|drift| drift.kind == DriftKind::Undeclared)
                .count();
            let where_ = format!(
                "{} in {}",
                counted(plan.drift.len(), "setting"),
                counted(committed, "file")
            );
            if by_lock == plan.drift.len() && by_lock > 0 {
                eprintln!(
                    "warning: {where_} drift by a change of `Cargo.lock` alone; they count with `--strict`"
                );
            } else {
                eprintln!("{where_} not as the policy says");
                if by_lock > 0 {
                    eprintln!(
                        "note: {by_lock} of them by a change of `Cargo.lock` alone; they count with `--strict`"
                    );
                }
                if pruned > 0 {
                    eprintln!("note: `--prune` deletes {pruned} that the policy does not name");
                }
            }
            eprintln!("{write}");
        }
    }
}

/// Whether a finding keeps the files from being written.
fn refused(report: &Report<'_>) -> bool {
    report
        .diagnostics()
        .iter()
        .any(|finding| finding.level == Level::Deny)
}
