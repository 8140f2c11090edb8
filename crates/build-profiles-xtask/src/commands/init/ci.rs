//! `init --ci`: a job that checks every pull request.

use anyhow::Result;
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::eject::LIBRARY;
use build_profiles::layout::{environment_path, machine_path};
use build_profiles::plan::FileChange;
use build_profiles::scaffold::{BEHIND_CALL, command, is_missing};

use super::scaffold::xtask_files;
use crate::cli::InitArgs;
use crate::read::{self, Repository};
use crate::render::{self, WorkflowFacts};
use crate::run::git::default_branch;

/// The workflow, from the git root.
const WORKFLOW: &str = ".github/workflows/build-profiles.yml";

/// The environment that a job takes for its own.
const ENVIRONMENT: &str = "ci";

/// The file, and what there is to say of it.
///
/// `made`: what starts the tool in an xtask that this run makes or mounts.
pub(super) fn workflow(
    args: &InitArgs,
    repository: &Repository,
    made: Option<&'static str>,
) -> Result<(Option<FileChange>, Option<Diagnostic>)> {
    let (command, finding) = match (is_missing(&repository.workspace), made) {
        (true, Some(made)) => (made, None),
        (true, None) => return Ok((None, Some(without_xtask()))),
        (false, made) => of_existing_xtask(args, repository, made)?,
    };
    let depth = repository.below_git_root(&FilePath::new("x"));
    let folder = depth.strip_suffix("/x").unwrap_or_default();
    let parts = folder.split('/').filter(|part| !part.is_empty());
    let path = FilePath::new("../".repeat(parts.count()) + WORKFLOW);
    let before = read::texts(&repository.root, std::slice::from_ref(&path))?;
    if before.contains_key(&path) {
        return Ok((None, Some(is_there(&path))));
    }
    let branch = default_branch(&repository.root)?;
    let branch = branch
        .as_deref()
        .and_then(|name| name.strip_prefix("origin/"));
    let policy = repository.policy.clone().unwrap_or_default();
    let mut environments = policy.environments.iter();
    let has_environment = environments.any(|one| one.name.value == ENVIRONMENT);
    let environment = environment_path(&policy, ENVIRONMENT);
    let text = render::github(&WorkflowFacts {
        branch: branch.unwrap_or("main"),
        folder,
        command,
        environment: match has_environment {
            true => environment.as_str(),
            false => "",
        },
        machine: machine_path(&policy).as_str(),
    })?;
    let change = FileChange {
        path,
        before: None,
        after: Some(text),
    };
    Ok((Some(change), finding))
}

/// How the tool is started in an xtask that is there, and what its notes lack.
fn of_existing_xtask(
    args: &InitArgs,
    repository: &Repository,
    made: Option<&'static str>,
) -> Result<(&'static str, Option<Diagnostic>)> {
    let files = xtask_files(repository)?;
    let says = |words: &str| files.values().any(|text| text.contains(words));
    let started = || files.values().find_map(|text| command(text));
    let command = made.or_else(started).unwrap_or(BEHIND_CALL);
    let is_new = args.write && !says(LIBRARY);
    let lacks = Diagnostic::warning(
        "note_without_markdown",
        "the xtask has no notes in Markdown, which the CI job asks it for",
    )
    .with_help(format!(
        "give its dependency `{LIBRARY}` the feature: features = [\"markdown\"]"
    ));
    Ok((command, (!is_new && !says("markdown")).then_some(lacks)))
}

fn without_xtask() -> Diagnostic {
    Diagnostic::error(
        "ci_without_xtask",
        "a CI job starts the tool as `cargo xtask`, and there is no xtask here",
    )
    .with_help("make both: add `--xtask`")
}

fn is_there(path: &FilePath) -> Diagnostic {
    Diagnostic::new(
        Level::Note,
        "workflow_exists",
        format!("there is a `{path}` already"),
    )
    .with_note("it is left as it is")
    .with_help("move it away to have it written anew")
}
