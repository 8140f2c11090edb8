//! The words: everything a person or a program reads of us is made here.
//!
//! stdout is data (a diff, a JSON object, a note), stderr is talk (findings, progress, the summary).
#![expect(clippy::print_stderr, reason = "this is the one room that prints")]

// Where the time of one build went; as JSON, a note.
mod bound;
// Unified, with the files' own line numbers.
mod diff;
// What leaving comes to.
mod eject;
// A key, explained: for a person, as JSON, as Markdown.
mod explain;
// Annotations on the lines.
mod github;
// For a person at a terminal.
mod human;
// What was written, and what comes next.
mod init;
// One JSON object: docs/json.md.
mod json;
// What the lints found; as JSON, SARIF, a note.
mod lint;
// A note for a pull request; its template stands beside it.
#[cfg(feature = "markdown")]
mod markdown;
// What a measurement will run, before it does.
mod planned;
mod measure;
// What a long run is doing.
mod progress;
// The note of a pull request, and its template.
mod review;
// The files of a scaffold; their templates, and the action's script, stand beside it.
mod scaffold;
// A diagnostic as rustc and Cargo draw it.
mod snippet;
// The table of verdicts; as JSON, annotations, a note.
mod verify;
// What a run of the tests came to.
mod test;

use std::io::{IsTerminal, Write as _};
use std::sync::OnceLock;

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::plan::Plan;

use crate::cli::{Color, CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;
use crate::write::Recovery;

pub(crate) use bound::{Bounded, bounded};
pub(crate) use eject::{EjectReport, ejected};
pub(crate) use explain::{explained, explained_all};
pub(crate) use init::{Started, started};
pub(crate) use lint::{LintReport, linted};
pub(crate) use measure::{Measured, measured, report_of, reported};
pub(crate) use planned::{Planned, planned, time};
pub(crate) use progress::Progress;
pub(crate) use review::{Review, Units, review};
pub(crate) use scaffold::{WorkflowFacts, github, package};
pub(crate) use test::{Tested, tested};
pub(crate) use verify::{Verified, receipt, verified, verified_briefly};

/// What a run of `configure` came to.
pub(crate) struct Report<'a> {
    /// The command that was run.
    pub(crate) name: &'static str,
    /// What was read.
    pub(crate) repository: &'a Repository,
    /// What was planned.
    pub(crate) plan: &'a Plan,
    /// Whether the changes were written.
    pub(crate) written: bool,
    /// Whether nothing was meant to be written.
    pub(crate) checks: bool,
    /// The command that writes them.
    pub(crate) command: &'a str,
    /// What the run comes to.
    pub(crate) exit: Exit,
    /// Findings about this machine: what was passed over and why.
    pub(crate) machine: &'a [Diagnostic],
    /// What is to be said of the machine's own file.
    pub(crate) note: Option<String>,
}

impl Report<'_> {
    fn diagnostics(&self) -> Vec<&Diagnostic> {
        let read = self.repository.diagnostics.iter();
        read.chain(&self.plan.diagnostics)
            .chain(self.machine)
            .collect()
    }
}

/// Refuses a format that a command or this build can't say, before anything is done.
pub(crate) fn can_say(format: Format) -> Result<()> {
    if format == Format::Markdown && !cfg!(feature = "markdown") {
        bail!(
            "this xtask was built without notes in Markdown\n\n\
             help: give its dependency `build-profiles-xtask` the feature: features = [\"markdown\"]"
        );
    }
    if format == Format::Sarif {
        bail!("SARIF is for what a lint has found\n\nhelp: cargo xtask lint --format sarif");
    }
    Ok(())
}

/// Says the report in the format that was asked for.
pub(crate) fn report(args: &CommonArgs, report: &Report<'_>) {
    match args.format {
        Format::Human => human::report(args, report),
        Format::Patch => {
            data(&diff::patch(report));
            human::findings(args, report);
        }
        Format::Json => data(&(json::report(report) + "\n")),
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&markdown::report(report)),
        #[cfg(not(feature = "markdown"))]
        Format::Markdown => {} // Refused by `can_say`.
        Format::Github => data(&github::report(report)),
        Format::Sarif => {} // Refused by `can_say`.
    }
}

/// Says findings alone.
pub(crate) fn findings(args: &CommonArgs, repository: &Repository, findings: &[&Diagnostic]) {
    let color = colored(args.color, &std::io::stderr());
    let sources = repository.sources();
    for finding in findings {
        eprintln!("{}\n", snippet::draw(finding, &sources, color));
    }
}

/// How the user starts us, for advice: `cargo xtask`, or `cargo build-profiles` for the installed binary.
static STARTED_AS: OnceLock<&'static str> = OnceLock::new();

/// Remembers how we were started.
pub(crate) fn started_as(name: &'static str) {
    let _set_once = STARTED_AS.set(name);
}

/// Advice with the command as the user knows it. What is said of `cargo xtask build-profiles` is said of that alone.
fn advice(text: &str) -> String {
    advice_of(text, STARTED_AS.get().unwrap_or(&"cargo xtask"))
}

fn advice_of(text: &str, started_as: &str) -> String {
    const MOUNTED: &str = "cargo xtask build-profiles";
    let parts = text.split(MOUNTED);
    let parts: Vec<String> = parts
        .map(|part| part.replace("cargo xtask", started_as))
        .collect();
    parts.join(MOUNTED)
}

/// Prints data. Nobody reading on (`| head`) is no error; a full disk is.
pub(crate) fn data(text: &str) {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("error: failed to write to stdout: {error}");
            std::process::exit(i32::from(Exit::Failed.code()));
        }
        _ => {}
    }
}

/// Says what stopped a command: what was tried, and what the world answered.
pub(crate) fn error(error: &anyhow::Error) {
    let mut causes = error.chain().map(ToString::to_string);
    eprintln!("error: {}", advice(&causes.next().unwrap_or_default()));
    for cause in causes {
        eprintln!("  caused by: {}", cause.trim_end().replace('\n', "\n    "));
    }
}

/// Says that another run has the turn.
pub(crate) fn waiting(args: &CommonArgs) {
    if !args.quiet {
        eprintln!("waiting: another `configure` runs in this workspace");
    }
}

/// Says what became of an interrupted run.
pub(crate) fn recovered(args: &CommonArgs, recovery: &Recovery) {
    if args.quiet {
        return;
    }
    let list = |files: &[FilePath]| {
        files
            .iter()
            .map(|file| format!("`{file}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match recovery {
        Recovery::Nothing => {}
        Recovery::Completed(files) => {
            eprintln!("note: an interrupted run was completed: {}", list(files))
        }
        Recovery::Undone(undone) => {
            if !undone.restored.is_empty() {
                eprintln!(
                    "note: an interrupted run was undone: {}",
                    list(&undone.restored)
                );
            }
            for left in &undone.left_alone {
                eprintln!("warning: {left}");
            }
        }
    }
}

/// Whether `stream` gets colours.
fn colored(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
        }
    }
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::advice_of;

    #[test]
    fn what_is_said_of_a_mounted_tool_is_not_said_of_another() {
        let text = "run `cargo xtask lint`, or `cargo xtask build-profiles lint`";
        for (started_as, expected) in [
            ("cargo xtask", text),
            (
                "cargo build-profiles",
                "run `cargo build-profiles lint`, or `cargo xtask build-profiles lint`",
            ),
            (
                "cargo xtask build-profiles",
                "run `cargo xtask build-profiles lint`, or `cargo xtask build-profiles lint`",
            ),
        ] {
            assert_eq!(advice_of(text, started_as), expected);
        }
    }
}
