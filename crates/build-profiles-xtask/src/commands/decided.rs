//! A repository, and what is to be done so that its files say what its policy says: where every command begins.

use build_profiles::adopt::adopt;
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::plan::{FileChange, OnUndeclared, Plan, plan};
use build_profiles::policy;
use build_profiles::settings::{Settings, settle};

use super::linted::{Reach, lint};
use crate::cli::ConfigureArgs;
use crate::exit::Exit;
use crate::read::Repository;

/// A repository with what is to be done about it.
pub(super) struct Decided {
    pub(super) repository: Repository,
    pub(super) settings: Settings,
    pub(super) plan: Plan,
}

impl Decided {
    /// All findings, those of reading first.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.repository
            .diagnostics
            .iter()
            .chain(&self.plan.diagnostics)
    }

    /// Adds what the lints find, if nobody has said it yet.
    pub(super) fn lint(&mut self, reach: Reach) {
        let linted = lint(&mut self.repository, reach);
        let found = linted.unsaid(self.diagnostics());
        self.repository.diagnostics.extend(found);
    }

    /// Whether a committed file is not as the policy says; what `Cargo.lock` alone has brought counts if it is to.
    pub(super) fn drifts(&self, strict: bool) -> bool {
        self.plan.drift.iter().any(|drift| strict || !drift.by_lock)
    }

    /// What a check of the committed files comes to.
    pub(super) fn exit(&self, strict: bool) -> Exit {
        match Exit::of(self.diagnostics(), strict) {
            Exit::Clean if self.drifts(strict) => Exit::Findings,
            exit => exit,
        }
    }

    /// Whether nothing may be written.
    pub(super) fn refused(&self, strict: bool) -> bool {
        let limit = if strict { Level::Warning } else { Level::Deny };
        self.diagnostics().any(|finding| finding.level >= limit)
    }
}

/// What is to become of what stands in the files and not in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undeclared {
    /// It is taken into the policy.
    Adopt,
    /// It is a finding, or it goes.
    Leave(OnUndeclared),
}

impl Undeclared {
    pub(super) fn asked(args: &ConfigureArgs) -> Self {
        match (args.mode.adopt, args.prune) {
            (true, _) => Self::Adopt,
            (_, true) => Self::Leave(OnUndeclared::Prune),
            _ => Self::Leave(OnUndeclared::Refuse),
        }
    }
}

/// Settles the policy of a repository and plans.
pub(super) fn decide(mut repository: Repository, undeclared: Undeclared) -> Decided {
    let Some(policy) = repository.policy.clone() else {
        return Decided {
            repository,
            settings: Settings::default(),
            plan: Plan::default(),
        };
    };
    let on_undeclared = match undeclared {
        Undeclared::Leave(on_undeclared) => on_undeclared,
        Undeclared::Adopt => OnUndeclared::Refuse,
    };
    let (settings, findings) = settle(&repository.policy_file, &policy, &repository.workspace);
    let plan = plan(
        &repository.policy_file,
        &policy,
        &settings,
        &repository.workspace,
        on_undeclared,
    );
    if undeclared == Undeclared::Adopt
        && !plan.undeclared.is_empty()
        && findings.iter().all(|finding| finding.level < Level::Error)
    {
        return adopted(repository, &plan);
    }
    repository.diagnostics.extend(findings);
    if repository
        .diagnostics
        .iter()
        .any(|finding| finding.level == Level::Error)
    {
        // A plan of an unusable policy says nothing true; that a file can't be used is true all the same.
        let mut plan = Plan {
            diagnostics: plan.diagnostics,
            ..Plan::default()
        };
        plan.diagnostics
            .retain(|finding| finding.level == Level::Error);
        return Decided {
            repository,
            settings,
            plan,
        };
    }
    Decided {
        repository,
        settings,
        plan,
    }
}

/// The same repository with a policy that names what was undeclared.
fn adopted(mut repository: Repository, undeclared: &Plan) -> Decided {
    let (file, before) = (
        repository.policy_file.clone(),
        repository.policy_text.clone(),
    );
    let after = match adopt(
        &file,
        &before,
        &repository.workspace,
        &undeclared.undeclared,
    ) {
        Ok(after) => after,
        Err(findings) => {
            repository.diagnostics.extend(findings);
            return Decided {
                repository,
                settings: Settings::default(),
                plan: Plan::default(),
            };
        }
    };
    let (policy, findings) = policy::parse(&file, &after);
    repository.diagnostics = findings;
    let policy = policy.unwrap_or_default();
    let (settings, findings) = settle(&file, &policy, &repository.workspace);
    repository.diagnostics.extend(findings);
    let mut plan = plan(
        &file,
        &policy,
        &settings,
        &repository.workspace,
        OnUndeclared::Refuse,
    );
    plan.changes.insert(
        0,
        FileChange {
            path: file,
            before: Some(before),
            after: Some(after.clone()),
        },
    );
    repository.policy_text = after;
    repository.policy = Some(policy);
    Decided {
        repository,
        settings,
        plan,
    }
}
