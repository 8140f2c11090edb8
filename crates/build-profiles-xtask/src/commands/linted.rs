//! The lints on a repository: for `lint`, `configure --check` and `verify`.

use build_profiles::diagnostic::Diagnostic;
use build_profiles::lint::{Files, Finding, Subject, leveled, run, run_under};

use crate::read::{self, Repository, today};
use crate::run::toolchain;

/// How far the lints look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The repository alone: the answer is the same on every machine and every day.
    Repository,
    /// This machine too: its own config files, its environment, its day.
    Machine,
}

/// What was looked at, and what was found.
pub(super) struct Linted {
    pub(super) files: Files,
    pub(super) findings: Vec<Finding>,
    /// What could not be read, and levels whose time is over.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads and looks. [`Linted::unsaid`] leaves out what others have said already.
pub(super) fn lint(repository: &mut Repository, reach: Reach) -> Linted {
    let machine = reach == Reach::Machine;
    let (mut files, mut diagnostics) = read::lintable(repository, machine);
    let (elsewhere, unread) = read::elsewhere(&repository.root, &repository.boundary);
    files.files.extend(elsewhere);
    diagnostics.extend(unread);
    if machine {
        let children = repository.children();
        files.variables = children.read_by_tools();
    }
    for file in &files.files {
        repository.remember(&file.path, &file.text);
    }
    let policy = repository.policy.as_ref();
    // A Cargo that does not answer is nothing that a lint is about.
    let cargo = || {
        let toolchain = toolchain(&repository.children()).ok()?;
        Some((toolchain.cargo.major, toolchain.cargo.minor))
    };
    let subject = Subject::new(&files, policy);
    diagnostics.extend(subject.too_large());
    let found = match machine {
        true => run_under(&subject, cargo),
        false => run(&subject),
    };
    let levels = policy
        .map(|policy| policy.lints.as_slice())
        .unwrap_or_default();
    let today = machine.then(today);
    let (findings, passed) = leveled(found, &repository.policy_file, levels, today.as_deref());
    diagnostics.extend(passed);
    Linted {
        files,
        findings,
        diagnostics,
    }
}

impl Linted {
    /// All of it as diagnostics, without what others have said already in the same words.
    pub(super) fn unsaid<'d>(&self, said: impl Iterator<Item = &'d Diagnostic>) -> Vec<Diagnostic> {
        let said: Vec<(&str, &str)> = said.map(|one| (one.code, one.message.as_str())).collect();
        let found = self.findings.iter().map(|finding| &finding.diagnostic);
        self.diagnostics
            .iter()
            .chain(found)
            .filter(|one| !said.contains(&(one.code, one.message.as_str())))
            .cloned()
            .collect()
    }
}
