//! What we say about the user's text: a code, a level, labels that point, help that mends.
//!
//! Diagnostics are collected, never thrown: one run shows everything that is wrong.

use std::fmt;
use std::ops::Range;

/// A file as the plan names it: relative to the workspace root, with forward slashes.
///
/// Invariant: no `..`, except the leading ones of the policy's own `config = "../.cargo/config.toml"`, which the read
/// door holds against the git root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(String);

impl FilePath {
    /// The path as written; callers pass literals or paths checked by the policy.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The path, with forward slashes on every system.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder this file stands in, without a trailing slash; empty for the workspace root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// A file beside this one.
    pub fn sibling(&self, name: &str) -> Self {
        match self.parent() {
            "" => Self::new(name),
            parent => Self(format!("{parent}/{name}")),
        }
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; changes no exit code.
    Note,
    /// Probably not what was meant; counts with `--strict`.
    Warning,
    /// A finding (exit code 1): the files and the policy disagree, and we will not decide it for the user.
    Deny,
    /// The input cannot be used (exit code 2).
    Error,
}

/// A place in a file, with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FilePath,
    /// Byte range in the file's text, BOM included.
    pub span: Range<usize>,
    /// A lower-case fragment; may be empty.
    pub text: String,
}

/// One finding about the user's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// snake_case, stable, like rustc's lint names.
    pub code: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// Title: lower-case, without a period.
    pub message: String,
    /// The first is where the finding is; the others are what it collides with.
    pub labels: Vec<Label>,
    /// Facts: what Cargo does with it, why it matters.
    pub notes: Vec<String>,
    /// Imperative: what to do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A finding without place or help; add them with the `with_` methods.
    ///
    /// The code stands in [`CODES`](crate::codes::CODES).
    pub fn new(level: Level, code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(
            crate::codes::is_known(code),
            "`{code}` is not in the table of codes"
        );
        Self {
            code,
            level,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// [`Diagnostic::new`] with [`Level::Error`].
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Error, code, message)
    }

    /// [`Diagnostic::new`] with [`Level::Warning`].
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, message)
    }

    /// Points at a place.
    #[must_use]
    pub fn with_label(
        mut self,
        file: &FilePath,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        self.labels.push(Label {
            file: file.clone(),
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a way to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// A number with its noun: `1 build`, `72 builds`.
pub fn counted(number: impl fmt::Display, noun: &str) -> String {
    let number = number.to_string();
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// The candidate nearest to what was written, if one is near enough to be what was meant.
pub fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = written.chars().count().max(3) / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_noun() {
        let said = [0, 1, 2, 11].map(|number| counted(number, "more place"));
        let right = [
            "0 more places",
            "1 more place",
            "2 more places",
            "11 more places",
        ];
        assert_eq!(said, right);
    }
}
