//! Set or remove one key in one document and disturb nothing else; refuses rather than guesses.
//!
//! Text in, text out. The document is parsed for its spans alone; a change is a set of patches on the bytes, so that
//! order, comments, line breaks, alignment and quotes stay as they are outside the keys that change. Afterwards the
//! result is parsed again, and what it says is held against what it should say: if anything else changed, there is a
//! [`Refusal`] and no text.

mod source;
mod round;
mod home;
mod set;
mod remove;
mod list;
mod meaning;
mod patch;
mod render;
mod text;
mod tree;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::value::{KeyPath, Value};
use meaning::Meaning;

pub use source::{Leaf, ParseError, Source, parse};

/// One change to a document.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Gives a key a value.
    ///
    /// A leaf that is there keeps its place, spacing and comments; a leaf that has the value keeps its spelling. In an
    /// array, the elements that stay keep their bytes and comments. A new leaf goes beside its siblings, in their
    /// spelling; if there are none, into a table of its own, and an override of a package as one line into
    /// `[profile.<name>.package]`.
    Set {
        /// The leaf.
        path: KeyPath,
        /// Its value. A table is written on one line, in the place of a leaf or of such a table.
        value: Value,
        /// Written above the key, if that is new and has a line of its own.
        comment: Option<String>,
    },
    /// Takes away a leaf or a whole table, wherever its pieces stand; nothing happens if it is not there.
    ///
    /// With it goes the comment directly above it, unless the file opens with that comment, and every table that held
    /// nothing else, unless a comment is left in it.
    Remove {
        /// The leaf or table.
        path: KeyPath,
    },
    /// Adds an element at the end of an array, or of an array of tables, or makes an array of it.
    Append {
        /// The array.
        path: KeyPath,
        /// The element, without its decoration.
        element: toml_edit::Value,
    },
    /// Takes one element out of an array or of an array of tables; the others keep their bytes and comments.
    ///
    /// The last element of an array leaves `[]`. That of an array of tables can't go this way: remove the array.
    TakeOut {
        /// The array.
        path: KeyPath,
        /// The element's number, from 0.
        element: usize,
    },
}

impl Edit {
    /// What the edit is about.
    pub fn path(&self) -> &KeyPath {
        match self {
            Self::Set { path, .. }
            | Self::Remove { path }
            | Self::Append { path, .. }
            | Self::TakeOut { path, .. } => path,
        }
    }
}

/// Why a document cannot be edited without a guess. It is for the user to do by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The key that was to change.
    pub path: KeyPath,
    /// A lower-case clause.
    pub reason: String,
    /// The place in the text as it was given, if there is one.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot edit `{}`: {}", self.path, self.reason)
    }
}

impl std::error::Error for Refusal {}

/// Applies all edits or none. Thousands at once take a few parses, not one each.
///
/// Edits of paths of which one leads to the other happen in the order given. Of the others, those that write come before
/// those that remove, so that a table that loses one key and gains another stays where it is.
///
/// Setting twice is setting once. A key that was not there, set and removed again, restores the text byte for byte, if it
/// held a key and ended with no blank line before, if the key's table was not there and empty, and if no section had to be
/// set apart from neighbours that stand without a blank line between them.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Refusal> {
    let Some(first) = edits.first() else {
        return Ok(text.to_owned());
    };
    let before = say(text).map_err(|error| Refusal {
        path: first.path().clone(),
        reason: format!("the file is no valid TOML: {}", error.message),
        span: Some(error.span),
    })?;

    // Of the text as given: on the way it may be left without any.
    let newline = text::newline(text);
    let mut now = Cow::Borrowed(text);
    let mut pending: Vec<&Edit> = edits.iter().collect();
    while !pending.is_empty() {
        let is_given = matches!(now, Cow::Borrowed(_));
        let (next, later) = round::run(&now, newline, &pending).map_err(|refusal| Refusal {
            span: refusal.span.filter(|_| is_given),
            ..refusal
        })?;
        now = Cow::Owned(next);
        pending = later;
    }

    let refuse = |path: &KeyPath, reason: String| Refusal {
        path: path.clone(),
        reason,
        span: None,
    };
    let after = say(&now).map_err(|error| {
        refuse(
            first.path(),
            format!("the file would no longer be TOML: {}", error.message),
        )
    })?;
    match before.after(edits).differs(&after, edits) {
        None => Ok(now.into_owned()),
        Some(differs) => {
            let differs = KeyPath::new(differs);
            let blamed = edits
                .iter()
                .map(Edit::path)
                .find(|path| differs.starts_with(path) || path.starts_with(&differs))
                .unwrap_or(first.path());
            Err(refuse(
                blamed,
                format!("`{differs}` would change its meaning"),
            ))
        }
    }
}

/// Gives a leaf another name, and it keeps its place, its value and its comments.
pub fn rename(text: &str, path: &KeyPath, name: &str) -> Result<String, Refusal> {
    let refuse = |reason: &str| Refusal {
        path: path.clone(),
        reason: reason.to_owned(),
        span: None,
    };
    let source = parse(text).map_err(|_| refuse("the file is no valid TOML"))?;
    let leaf = source.leaf(path).ok_or_else(|| refuse("it is not there"))?;
    let mut to = path.segments().to_vec();
    to.pop();
    to.push(name.to_owned());
    let to = KeyPath::new(to);
    if source.leaf(&to).is_some() {
        return Err(refuse("a key of the new name is there already"));
    }
    let new = toml_edit::Key::new(name).display_repr().into_owned();
    let renamed = [
        &text[..leaf.key_span.start],
        &new,
        &text[leaf.key_span.end..],
    ]
    .concat();
    // All other leaves are as before, and this one is where it was.
    let says = |source: &Source<'_>| -> Vec<(KeyPath, Option<Value>)> {
        let leaves = source.leaves().into_iter();
        leaves.map(|leaf| (leaf.path, leaf.value)).collect()
    };
    let mut expected = says(&source);
    for (other, _) in &mut expected {
        if other == path {
            *other = to.clone();
        }
    }
    match parse(&renamed) {
        Ok(after) if says(&after) == expected => Ok(renamed),
        _ => Err(refuse("the file would change its meaning")),
    }
}

fn say(text: &str) -> Result<Meaning, ParseError> {
    Ok(Meaning::of(tree::document(text)?.as_table()))
}
