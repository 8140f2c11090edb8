//! What the lints found.

mod json;
#[cfg(feature = "markdown")]
mod markdown;
mod sarif;

use build_profiles::diagnostic::{Diagnostic, Level, counted};
use build_profiles::lint::Finding;
use build_profiles::plan::FileChange;

use super::{advice, colored, data, diff, github, snippet};
use crate::cli::{CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;

/// What a run of `lint` came to.
pub(crate) struct LintReport<'a> {
    /// What was read.
    pub(crate) repository: &'a Repository,
    /// How many files of the repository were looked at.
    pub(crate) read: usize,
    /// What was found, in the order of files and lines.
    pub(crate) findings: &'a [Finding],
    /// What could not be read, and levels whose time is over.
    pub(crate) others: &'a [Diagnostic],
    /// What `--fix` has written, or would write.
    pub(crate) changes: &'a [FileChange],
    /// Whether it has.
    pub(crate) written: bool,
    /// What the run comes to.
    pub(crate) exit: Exit,
}

impl LintReport<'_> {
    /// Everything there is to say; what keeps files from being read comes first.
    fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let found = self.findings.iter().map(|finding| &finding.diagnostic);
        let read = self.repository.diagnostics.iter();
        read.chain(self.others).chain(found)
    }

    /// `2 denied, 1 warning, 3 notes`.
    fn summary(&self) -> String {
        let count = |wanted: &[Level]| {
            let all = self.diagnostics().map(|one| one.level);
            all.filter(|level| wanted.contains(level)).count()
        };
        let some = |n: usize, one: &str, many: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        let parts: Vec<String> = [
            some(count(&[Level::Error]), "error", "errors"),
            some(count(&[Level::Deny]), "denied", "denied"),
            some(count(&[Level::Warning]), "warning", "warnings"),
            some(count(&[Level::Note]), "note", "notes"),
        ]
        .into_iter()
        .flatten()
        .collect();
        match parts.is_empty() {
            true => "nothing found".to_owned(),
            false => parts.join(", "),
        }
    }
}

/// Says it in the format that was asked for.
pub(crate) fn linted(args: &CommonArgs, report: &LintReport<'_>) {
    match args.format {
        Format::Human => human(args, report),
        Format::Patch => {
            data(&diff::patch_of(report.repository, report.changes.iter()));
            findings(args, report);
        }
        Format::Json => data(&(json::report(report) + "\n")),
        Format::Github => {
            let mut text = String::new();
            for finding in report.diagnostics() {
                github::one(&mut text, report.repository, finding);
            }
            data(&text);
        }
        Format::Sarif => data(&(sarif::report(report) + "\n")),
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&markdown::report(report)),
        #[cfg(not(feature = "markdown"))]
        Format::Markdown => {} // Refused by `can_say`.
    }
}

fn human(args: &CommonArgs, report: &LintReport<'_>) {
    let color = colored(args.color, &std::io::stdout());
    for change in report.changes {
        data(&diff::unified(change, color));
    }
    findings(args, report);
    if args.quiet {
        return;
    }
    eprintln!("{} in {}", report.summary(), counted(report.read, "file"));
    match report.changes.len() {
        0 => {
            let fixable = report.findings.iter().filter(|one| !one.fixes.is_empty());
            match fixable.count() {
                0 => {}
                n => eprintln!(
                    "help: {n} of them can be mended: {}",
                    advice("cargo xtask lint --fix")
                ),
            }
        }
        n => {
            let files = counted(n, "file");
            match report.written {
                true => eprintln!("wrote {files}"),
                false => eprintln!("help: write {files}: {}", advice("cargo xtask lint --fix")),
            }
        }
    }
}

fn findings(args: &CommonArgs, report: &LintReport<'_>) {
    let color = colored(args.color, &std::io::stderr());
    let sources = report.repository.sources();
    for finding in report.diagnostics() {
        if finding.level > Level::Note || !args.quiet {
            eprintln!("{}\n", snippet::draw(finding, &sources, color));
        }
    }
}
