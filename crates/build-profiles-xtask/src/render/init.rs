//! What `init` has written, and what comes next.

use build_profiles::diagnostic::Diagnostic;
use build_profiles::plan::{FileChange, Plan};

use super::{Report, advice, colored, data, diff, human};
use crate::cli::{CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;

/// What a run of `init` came to.
pub(crate) struct Started<'a> {
    /// The repository, with its new policy.
    pub(crate) repository: &'a Repository,
    /// What is written.
    pub(crate) changes: &'a [FileChange],
    /// What there is to say of it.
    pub(crate) findings: &'a [Diagnostic],
    /// Whether it was written.
    pub(crate) written: bool,
    /// Whether the policy says more than the files do.
    pub(crate) preset: bool,
    /// What starts this tool afterwards; `None`: what started it now.
    pub(crate) command: Option<&'static str>,
    /// What the run comes to.
    pub(crate) exit: Exit,
}

/// Says it.
pub(crate) fn started(args: &CommonArgs, started: &Started<'_>) {
    let plan = Plan {
        changes: started.changes.to_vec(),
        ..Plan::default()
    };
    let report = Report {
        name: "init",
        repository: started.repository,
        plan: &plan,
        written: started.written,
        checks: !started.written,
        command: "cargo xtask init",
        exit: started.exit,
        machine: started.findings,
        note: None,
    };
    if args.format != Format::Human {
        super::report(args, &report);
        return;
    }
    let color = colored(args.color, &std::io::stdout());
    for change in started.changes {
        data(&diff::unified(change, color));
    }
    human::findings(args, &report);
    if !args.quiet {
        summary(started);
    }
}

fn summary(started: &Started<'_>) {
    if started.exit != Exit::Clean {
        eprintln!("nothing was written: see above");
        return;
    }
    let names: Vec<&str> = started
        .changes
        .iter()
        .map(|change| change.path.as_str())
        .collect();
    match (started.written, &names[..]) {
        (_, []) => {
            eprintln!("nothing to write");
            return;
        }
        (true, names) => eprintln!("wrote {}; no other file has changed", names.join(", ")),
        (false, names) => eprintln!(
            "nothing was written; `init` without `--dry-run` writes {}",
            names.join(", ")
        ),
    }
    let next = match started.preset {
        true => {
            "next: `cargo xtask configure --diff` shows what it changes, `cargo xtask configure` writes it"
        }
        false => "next: read it, change what should be otherwise, and run `cargo xtask configure`",
    };
    match started.command {
        Some(command) => eprintln!("{}", next.replace("cargo xtask", command)),
        None => eprintln!("{}", advice(next)),
    }
}
