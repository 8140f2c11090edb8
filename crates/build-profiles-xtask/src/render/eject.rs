//! What leaving comes to.

use build_profiles::diagnostic::{Diagnostic, Level, counted};
use build_profiles::local::LOCAL_POLICY;
use build_profiles::plan::FileChange;
use serde::Serialize;

use super::json::{File, JsonDiagnostic, SCHEMA, json_diagnostic, json_file};
use super::{advice, colored, data, diff, github, snippet};
use crate::cli::{CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;

/// What a run of `eject` came to.
pub(crate) struct EjectReport<'a> {
    /// What was read.
    pub(crate) repository: &'a Repository,
    /// Everything that there is to say.
    pub(crate) diagnostics: Vec<&'a Diagnostic>,
    /// What was written, or would be.
    pub(crate) changes: &'a [FileChange],
    /// Whether it was.
    pub(crate) written: bool,
    /// Whether a finding keeps it from being written.
    pub(crate) refused: bool,
    /// What the run comes to.
    pub(crate) exit: Exit,
}

impl EjectReport<'_> {
    /// The changes to files that git knows: neither the machine's layer nor a person's opt-out.
    fn committed(&self) -> impl Iterator<Item = &FileChange> {
        self.changes.iter().filter(|change| !is_own(change))
    }

    /// `2 files changed, 3 removed; of this machine alone, 1 removed: ...`, without the tense.
    fn counts(&self) -> String {
        let removed = |change: &&FileChange| change.after.is_none();
        let gone = self.committed().filter(removed).count();
        let changed = self.committed().count() - gone;
        let mut text = match (changed, gone) {
            (0, gone) => format!("{} removed", counted(gone, "file")),
            (changed, 0) => format!("{} changed", counted(changed, "file")),
            (changed, gone) => format!("{} changed, {gone} removed", counted(changed, "file")),
        };
        let own = self.changes.iter().filter(|change| is_own(change));
        let own: Vec<String> = own.map(|change| format!("`{}`", change.path)).collect();
        if !own.is_empty() {
            text += &format!("; of this machine's own files, removed: {}", own.join(", "));
        }
        text
    }

    fn summary(&self) -> String {
        match () {
            () if self.exit == Exit::Failed => {
                "nothing was written: the input can't be used".to_owned()
            }
            () if self.refused => "nothing was written: see the findings above".to_owned(),
            () if self.changes.is_empty() => format!(
                "nothing to eject: there is no `{}` here",
                self.repository.policy_file
            ),
            () if self.written => self.counts(),
            () => format!("this would come of it: {}", self.counts()),
        }
    }
}

fn is_own(change: &FileChange) -> bool {
    let path = change.path.as_str();
    path.ends_with("machine.toml") || path == LOCAL_POLICY
}

/// Says it in the format that was asked for.
pub(crate) fn ejected(args: &CommonArgs, report: &EjectReport<'_>) {
    match args.format {
        Format::Human => {
            let color = colored(args.color, &std::io::stdout());
            for change in report.committed() {
                data(&diff::unified(change, color));
            }
            findings(args, report);
            if !args.quiet {
                eprintln!("{}", report.summary());
                if !report.written && !report.refused && !report.changes.is_empty() {
                    eprintln!("{}", advice("help: do it: cargo xtask eject"));
                }
            }
        }
        Format::Patch => {
            data(&diff::patch_of(report.repository, report.committed()));
            findings(args, report);
        }
        Format::Json => data(&(json(report) + "\n")),
        Format::Github => {
            let mut text = String::new();
            for finding in &report.diagnostics {
                github::one(&mut text, report.repository, finding);
            }
            data(&text);
        }
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&super::markdown::ejected(report)),
        #[cfg(not(feature = "markdown"))]
        Format::Markdown => {} // Refused by `can_say`.
        Format::Sarif => {} // Refused by `can_say`.
    }
}

fn findings(args: &CommonArgs, report: &EjectReport<'_>) {
    let color = colored(args.color, &std::io::stderr());
    let sources = report.repository.sources();
    for finding in &report.diagnostics {
        if finding.level > Level::Note || !args.quiet {
            eprintln!("{}\n", snippet::draw(finding, &sources, color));
        }
    }
}

/// The parts of a note: its first line, and the whole of the changes as a patch.
#[cfg(feature = "markdown")]
pub(super) fn parts(report: &EjectReport<'_>) -> (String, String) {
    let patch = diff::patch_of(report.repository, report.committed());
    (report.summary(), patch)
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    command: &'static str,
    exit: u8,
    written: bool,
    workspace: &'a str,
    policy: Option<&'a str>,
    files: Vec<File<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

fn json(report: &EjectReport<'_>) -> String {
    let repository = report.repository;
    let diagnostics = report.diagnostics.iter();
    let json = Json {
        schema: SCHEMA,
        command: "eject",
        exit: report.exit.code(),
        written: report.written,
        workspace: repository.root.as_str(),
        policy: repository
            .has_policy
            .then(|| repository.policy_file.as_str()),
        files: report.committed().map(json_file).collect(),
        diagnostics: diagnostics
            .map(|one| json_diagnostic(repository, one))
            .collect(),
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}
