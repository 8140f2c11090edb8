//! Files while they change: what they say on disk, and what they will say.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::{Edit, apply};
use crate::facts::Workspace;
use crate::plan::FileChange;

pub(crate) struct Touched<'w> {
    pub(crate) workspace: &'w Workspace,
    /// As they stand on disk.
    before: BTreeMap<FilePath, String>,
    /// Those that change; `None`: it goes.
    after: BTreeMap<FilePath, Option<String>>,
    diagnostics: Vec<Diagnostic>,
}

impl<'w> Touched<'w> {
    pub(crate) fn new(workspace: &'w Workspace) -> Self {
        Self {
            workspace,
            before: workspace.files.clone(),
            after: BTreeMap::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Takes a file in that is none of the workspace's; one that is not there is not known.
    pub(crate) fn know(&mut self, file: &FilePath, text: Option<&String>) {
        if let Some(text) = text {
            self.before.insert(file.clone(), text.clone());
        }
    }

    /// What a file says by now; `None`: it is not there, or goes.
    pub(crate) fn text(&self, file: &FilePath) -> Option<&str> {
        match self.after.get(file) {
            Some(after) => after.as_deref(),
            None => self.before.get(file).map(String::as_str),
        }
    }

    pub(crate) fn replace(&mut self, file: &FilePath, text: String) {
        self.after.insert(file.clone(), Some(text));
    }

    /// Lets a file go, if it is there.
    pub(crate) fn remove(&mut self, file: &FilePath) {
        if self.before.contains_key(file) {
            self.after.insert(file.clone(), None);
        }
    }

    /// Lets a file go that changed and says nothing any more.
    pub(crate) fn remove_if_emptied(&mut self, file: &FilePath) {
        if let Some(Some(text)) = self.after.get(file)
            && text.trim_start_matches('\u{feff}').trim().is_empty()
        {
            self.remove(file);
        }
    }

    /// Edits a file, or says that it can't be edited: then nothing of all this happens.
    pub(crate) fn edit(&mut self, file: &FilePath, edit: Edit, by_hand: &str) {
        let Some(text) = self.text(file) else {
            return;
        };
        match apply(text, &[edit]) {
            Ok(edited) => self.replace(file, edited),
            Err(refusal) => {
                let span = refusal.span.filter(|_| !self.after.contains_key(file));
                let mut finding = Diagnostic::new(
                    Level::Deny,
                    "cannot_edit",
                    format!(
                        "`{}` of `{file}` can't be edited without damage",
                        refusal.path
                    ),
                )
                .with_note(refusal.reason)
                .with_help(format!("{by_hand} by hand, and run this again"));
                if let Some(span) = span {
                    finding = finding.with_label(file, span, "here");
                }
                self.say(finding);
            }
        }
    }

    pub(crate) fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What changes, and what was said.
    pub(crate) fn finish(self) -> (Vec<FileChange>, Vec<Diagnostic>) {
        let Self { before, after, .. } = self;
        let changes = after.into_iter().map(|(path, after)| FileChange {
            before: before.get(&path).cloned(),
            after,
            path,
        });
        let changes = changes.filter(|change| change.before != change.after);
        (changes.collect(), self.diagnostics)
    }
}
