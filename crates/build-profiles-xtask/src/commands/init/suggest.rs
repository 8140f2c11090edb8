//! What would help a workspace: sees what there is to judge by, and asks the core. Nothing is built and nothing written.

use anyhow::Result;
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::evidence::{Unit, units};
use build_profiles::layout::nextest_path;
use build_profiles::probe::Control;
use build_profiles::suggest::{self, Ask, Ci, Facts, Packages, Programs, Suggestion, TOOLS};

use crate::read::{self, Repository};
use crate::run::{self, Toolchain};

/// What would help this workspace, given the policy as it is drafted so far, and what could not be judged.
pub(super) fn suggested(
    repository: &Repository,
    toolchain: &Toolchain,
    drafted: &str,
) -> Result<(Vec<Suggestion>, Vec<Diagnostic>)> {
    let (facts, findings) = seen(repository, toolchain)?;
    let found = suggest::suggestions(&Ask {
        file: &repository.policy_file,
        text: drafted,
        workspace: &repository.workspace,
        facts: &facts,
    });
    Ok((found, findings))
}

/// Everything that a suggestion may be judged by.
fn seen(repository: &Repository, toolchain: &Toolchain) -> Result<(Facts, Vec<Diagnostic>)> {
    let children = repository.children();
    let mut findings = Vec::new();
    let units = match compilations(repository) {
        Ok(units) => Some(units),
        Err(error) => {
            findings.push(not_judged(&error));
            None
        }
    };
    let programs = match &units {
        Some(_) => Programs::default(),
        None => read::programs(repository).unwrap_or_default(),
    };
    let (files, _) = read::lintable(repository, false);
    let (elsewhere, _) = read::elsewhere(&repository.root, &repository.boundary);
    let found = run::look_up(&children, TOOLS.iter().copied());
    let tools = found
        .into_iter()
        // A shim that leads nowhere stands on the PATH too.
        .filter(|(name, program)| run::version(&children, name, program).is_some())
        .map(|(name, _)| name)
        .collect();
    let facts = Facts {
        units,
        packages: files.packages.as_deref().map(Packages::of),
        programs,
        target: repository
            .state
            .parent()
            .map(read::target_folders)
            .unwrap_or_default(),
        tools,
        triple: toolchain.triple.clone(),
        rustc: Some(toolchain.rustc.clone()),
        nextest_config: repository.root.join(nextest_path().as_str()).exists(),
        ci: Ci::of(&elsewhere),
    };
    Ok((facts, findings))
}

/// The compilations of a test build, by Cargo's own account.
fn compilations(repository: &Repository) -> Result<Vec<Unit>> {
    let control = Control {
        profile: "test".to_owned(),
        without: None,
        config: std::collections::BTreeMap::new(),
    };
    let graph = run::unit_graph(&repository.children(), &repository.state, &control)?;
    let members = repository.workspace.members.iter();
    Ok(units(
        &graph,
        &members.map(|member| member.name.as_str()).collect(),
    ))
}

fn not_judged(error: &anyhow::Error) -> Diagnostic {
    Diagnostic::new(
        Level::Note,
        "compilations_not_known",
        "Cargo does not say what a test build compiles",
    )
    .with_note(format!("{error:#}"))
    .with_note("suggestions are judged by the lock file and the manifests instead")
    .with_help("`cargo fetch` brings what is missing, a lock file too")
}
