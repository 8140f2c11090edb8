//! A document to look things up in: what stands where, and what the comment above it says.

use std::fmt;
use std::ops::Range;

use super::text;
use super::tree::{self, Kind, NodeId, ROOT, Tree};
use crate::value::{KeyPath, Value};

/// A parsed document. Spans count bytes from the start of the text, a byte order mark included.
pub struct Source<'a> {
    pub(super) tree: Tree<'a>,
}

/// One leaf of a document.
///
/// Scalars and arrays are leaves. Tables, inline tables and arrays of tables are walked; the elements of an array of
/// tables stand in the path by their number (`bin.0.name`). An empty table has no leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The path from the root, however it is spelled.
    pub path: KeyPath,
    /// The value; `None`: of a kind that no setting of ours has (float, date, mixed array).
    pub value: Option<Value>,
    /// The last segment of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub span: Range<usize>,
    /// The comment lines directly above the key (no blank line between), `#` and one space stripped, joined by line
    /// breaks. A member of an inline table without a comment of its own has that of the key that holds the table.
    pub comment: Option<String>,
}

/// A text that is no TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, without the place.
    pub message: String,
    /// The place; empty if the parser names none.
    pub span: Range<usize>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

impl From<toml_edit::TomlError> for ParseError {
    fn from(error: toml_edit::TomlError) -> Self {
        Self {
            message: error.message().to_owned(),
            span: error.span().unwrap_or_default(),
        }
    }
}

/// Parses a document, with or without a byte order mark.
pub fn parse(text: &str) -> Result<Source<'_>, ParseError> {
    let document = tree::document(text)?;
    Ok(Source {
        tree: Tree::new(text, &document),
    })
}

impl Source<'_> {
    /// Every leaf, in file order.
    pub fn leaves(&self) -> Vec<Leaf> {
        self.tree
            .entries()
            .iter()
            .filter_map(|entry| self.leaf_of(entry.node))
            .collect()
    }

    /// The leaf at this path.
    pub fn leaf(&self, path: &KeyPath) -> Option<Leaf> {
        self.leaf_of(self.tree.find(path.segments())?)
    }

    /// Where the elements of the array at this path stand; none if it is no array.
    pub fn element_spans(&self, path: &KeyPath) -> Vec<Range<usize>> {
        let leaf = self
            .tree
            .find(path.segments())
            .map(|id| &self.tree.node(id).kind);
        let elements = match leaf {
            Some(Kind::Leaf(leaf)) => leaf.elements.as_deref().unwrap_or_default(),
            _ => &[],
        };
        elements
            .iter()
            .map(|element| element.span.clone())
            .collect()
    }

    /// Where the table at this path is named first: its header, else its key.
    pub fn table_span(&self, path: &KeyPath) -> Option<Range<usize>> {
        let id = self.tree.find(path.segments())?;
        let node = self.tree.node(id);
        if id == ROOT || matches!(node.kind, Kind::Leaf(_)) {
            return None;
        }
        Some(node.header.clone().unwrap_or_else(|| node.key.clone()))
    }

    /// The names directly below a table, in file order, each with the key that names it first. Empty tables count.
    /// Below anything but a table, inline or not, there are none.
    pub fn child_names(&self, path: &KeyPath) -> Vec<(String, Range<usize>)> {
        match self.tree.find(path.segments()) {
            Some(id) if !matches!(self.tree.node(id).kind, Kind::Tables) => self
                .tree
                .children(id)
                .into_iter()
                .map(|child| self.tree.node(child))
                .map(|child| (child.name.clone(), child.key.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The comment above a leaf, as in [`Leaf::comment`], or above the header or the key of a table. A table that is
    /// spelled only through its sub-tables or dotted keys has none.
    pub fn comment_above(&self, path: &KeyPath) -> Option<String> {
        self.comment_of(self.tree.find(path.segments())?)
    }

    /// Where further lines go that belong below the header of this table, or before the first header for the empty path.
    /// `None`: it has no header of its own.
    pub(crate) fn end_of_section(&self, path: &KeyPath) -> Option<usize> {
        if path.segments().is_empty() {
            return Some(match self.tree.root_lines().checked_sub(1) {
                Some(last) => self.tree.section_end(last),
                None => text::content_start(self.tree.text),
            });
        }
        let header = self
            .tree
            .node(self.tree.find(path.segments())?)
            .header
            .clone()?;
        let line = self.tree.line_at(header.start)?;
        Some(self.tree.section_end(self.tree.section_last(line)))
    }

    /// Where a further section goes that belongs behind all others.
    pub(crate) fn end_of_sections(&self) -> usize {
        self.tree.text_end()
    }

    /// The line break that most lines have.
    pub(crate) fn newline(&self) -> &'static str {
        self.tree.newline
    }

    fn leaf_of(&self, id: NodeId) -> Option<Leaf> {
        let Kind::Leaf(leaf) = &self.tree.node(id).kind else {
            return None;
        };
        let entry = self.tree.entry(id)?;
        Some(Leaf {
            path: self.tree.path(id),
            value: leaf.value.clone(),
            key_span: entry.name.clone(),
            span: entry.value.clone(),
            comment: self.comment_of(id),
        })
    }

    fn comment_of(&self, id: NodeId) -> Option<String> {
        let tree = &self.tree;
        let start = match (&tree.node(id).header, tree.entry(id)) {
            (Some(header), _) => header.start,
            (None, Some(entry)) => match entry.host {
                None => entry.start,
                Some(host) => {
                    // A comment on the line of the bracket or of the member before is not above this one.
                    let line = text::line_start(tree.text, entry.start);
                    let before = tree.member_before(entry).map(|member| member.value.end);
                    let floor = before.unwrap_or(tree.entry(host)?.value.start);
                    let floor = text::line_end(tree.text, floor);
                    let own = (line >= floor)
                        .then(|| &tree.text[text::block_above(tree.text, line, floor)..line])
                        .and_then(text::words);
                    return own.or_else(|| self.comment_of(host));
                }
            },
            (None, None) => return None,
        };
        let line = tree.line_at(start)?;
        text::words(&tree.text[tree.block_above(line)..text::line_start(tree.text, start)])
    }
}
