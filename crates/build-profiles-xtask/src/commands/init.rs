//! `init`: writes down, as a policy, what a workspace says already. No other file changes, unless an xtask is asked for.

mod ci;
mod scaffold;
mod suggest;

use anyhow::Result;
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::draft::{Ask, draft};
use build_profiles::lint::Lint;
use build_profiles::plan::FileChange;
use build_profiles::preset::preset;
use build_profiles::scaffold::{is_missing, unmanaged};
use build_profiles::suggest::into_policy;

use super::linted::{Reach, lint};
use super::written::{is_readable, take_turn, write_proved_if};
use crate::cli::InitArgs;
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Started};
use crate::run::{self, Toolchain};

pub(super) fn run(args: &InitArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    let place = read::place(&args.common)?;
    if args.dry_run || place.is_broken() {
        let (repository, start) = begin(args, read::repository(&args.common, place)?)?;
        return Ok(report(args, &repository, &start, false));
    }
    let (turn, is_as_before) = take_turn(&args.common, &place)?;
    let place = match is_as_before {
        true => place,
        false => read::place(&args.common)?,
    };
    let (repository, start) = begin(args, read::repository(&args.common, place)?)?;
    if start.exit(args) == Exit::Clean {
        let is_read = || is_readable(&args.common);
        write_proved_if(&repository, &start.changes, &turn, false, &is_read)?;
    }
    drop(turn);
    Ok(report(args, &repository, &start, true))
}

/// What there is to write, and to say.
#[derive(Default)]
struct Start {
    changes: Vec<FileChange>,
    findings: Vec<Diagnostic>,
    /// What starts this tool afterwards; `None`: what started it now.
    command: Option<&'static str>,
}

impl Start {
    fn exit(&self, args: &InitArgs) -> Exit {
        Exit::of(self.findings.iter(), args.common.strict)
    }

    /// Adds changes; a file that changes twice changes once.
    fn add(&mut self, changes: Vec<FileChange>) {
        for change in changes {
            match self
                .changes
                .iter_mut()
                .find(|known| known.path == change.path)
            {
                Some(known) => known.after = change.after,
                None => self.changes.push(change),
            }
        }
    }
}

/// The repository with its new policy.
fn begin(args: &InitArgs, mut repository: Repository) -> Result<(Repository, Start)> {
    repository
        .diagnostics
        .retain(|finding| finding.code != "no_policy");
    let findings = std::mem::take(&mut repository.diagnostics);
    let mut start = Start {
        findings,
        ..Start::default()
    };
    let file = repository.policy_file.clone();
    let for_a_new_one = args.suggest || !args.preset.is_empty();
    let beside_it = args.xtask || args.ci.is_some();
    if repository.has_policy && (for_a_new_one || !beside_it) {
        start.findings = vec![policy_exists(&file)];
        return Ok((repository, start));
    }
    if start.exit(args) != Exit::Clean {
        return Ok((repository, start));
    }
    let toolchain = run::toolchain(&repository.children())?;
    if !repository.has_policy {
        repository.read_lock()?;
        if let Some(text) = drafted(args, &toolchain, &mut repository, &mut start.findings)? {
            start.changes.push(FileChange {
                path: file.clone(),
                before: None,
                after: Some(text),
            });
        }
    }
    if args.xtask && start.exit(args) == Exit::Clean {
        let policy = repository.policy_text.clone();
        let policy = Some((&file, policy.as_str()));
        let made = scaffold::scaffolded(args, &mut repository, &toolchain.cargo, policy)?;
        start.findings.extend(made.diagnostics);
        start.add(made.changes);
        start.command = made.command;
    }
    if args.ci.is_some() && start.exit(args) == Exit::Clean {
        let (change, finding) = ci::workflow(args, &repository, start.command)?;
        start.changes.extend(change);
        start.findings.extend(finding);
    }
    if start.exit(args) != Exit::Clean {
        start.changes.clear();
    }
    Ok((repository, start))
}

/// The policy's text, which holds: neither plan nor lints keep a check from passing. `None`: the findings say why not.
fn drafted(
    args: &InitArgs,
    toolchain: &Toolchain,
    repository: &mut Repository,
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<String>> {
    let beside = read::beside(&repository.root)?;
    let file = repository.policy_file.clone();
    let unmanaged = (args.xtask && is_missing(&repository.workspace)).then(unmanaged);
    let of = |repository: &Repository, denied: &[(&'static Lint, usize)]| {
        let ask = Ask {
            file: &file,
            beside: &beside,
            cargo: &toolchain.cargo,
            denied,
            unmanaged: unmanaged.as_slice(),
        };
        draft(&ask, &repository.workspace)
    };
    let mut made = of(repository, &[]);
    if let Ok(first) = &made {
        repository.assume_policy(&first.text);
        let denied = denied_in(repository);
        if !denied.is_empty() {
            made = of(repository, &denied);
        }
    }
    let made = match made {
        Ok(made) => made,
        Err(reasons) => {
            findings.extend(reasons);
            return Ok(None);
        }
    };
    findings.extend(made.notes);
    let mut text = with_presets(args, made.text)?;
    repository.assume_policy(&text);
    if args.suggest {
        let (suggestions, not_judged) = suggest::suggested(repository, toolchain, &text)?;
        findings.extend(not_judged);
        findings.extend(costly(repository));
        text = into_policy(&text, &suggestions);
        repository.assume_policy(&text);
    }
    Ok(Some(text))
}

/// The lints that would keep `configure --check` from passing, with how much they find.
fn denied_in(repository: &mut Repository) -> Vec<(&'static Lint, usize)> {
    let mut denied: Vec<(&'static Lint, usize)> = Vec::new();
    for finding in lint(repository, Reach::Repository).findings {
        if finding.diagnostic.level < Level::Deny {
            continue;
        }
        match denied
            .iter_mut()
            .find(|(lint, _)| lint.name == finding.lint.name)
        {
            Some((_, count)) => *count += 1,
            None => denied.push((finding.lint, 1)),
        }
    }
    denied
}

/// What is set here and costs more than it buys: nothing that a line could be suggested for, since it would have to go.
fn costly(repository: &mut Repository) -> Vec<Diagnostic> {
    let found = lint(repository, Reach::Repository).findings.into_iter();
    found
        .map(|finding| finding.diagnostic)
        .filter(|finding| finding.level >= Level::Warning)
        .collect()
}

fn with_presets(args: &InitArgs, text: String) -> Result<String> {
    let presets = args.preset.iter().filter_map(|name| preset(name));
    let mut text = text;
    for preset in presets {
        text = preset
            .in_policy(&text)
            .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    }
    Ok(text)
}

fn policy_exists(file: &FilePath) -> Diagnostic {
    Diagnostic::error(
        "policy_exists",
        format!("there is a policy already: `{file}`"),
    )
    .with_note("it is left as it is")
    .with_help("what the files say and it does not: cargo xtask configure --adopt")
    .with_help("what would help here, in a file of its own: cargo xtask init --suggest --policy suggested.toml")
    .with_help("to begin anew, move it away first")
}

fn report(args: &InitArgs, repository: &Repository, start: &Start, writes: bool) -> Exit {
    let exit = start.exit(args);
    render::started(
        &args.common,
        &Started {
            repository,
            changes: &start.changes,
            findings: &start.findings,
            written: writes && exit == Exit::Clean,
            preset: !args.preset.is_empty(),
            command: start.command,
            exit,
        },
    );
    exit
}
