//! The document with its bytes: every table, key and value, and where each is spelled.
//!
//! A table may be spelled in many places: as a header, in the headers of its sub-tables, in dotted keys, as an inline
//! table. `toml_edit` merges them; here each node also knows the last place that names it, since that is where a
//! newcomer goes.

mod grow;
mod sections;

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, TomlError};

use super::text;
use crate::value::{KeyPath, Value};

pub(super) type NodeId = usize;
pub(super) const ROOT: NodeId = 0;

pub(super) struct Tree<'a> {
    pub(super) text: &'a str,
    /// The line break of new lines.
    pub(super) newline: &'static str,
    nodes: Vec<Node>,
    /// By position.
    entries: Vec<Entry>,
    /// By position: the statements, one a line (or more, if a value has several lines).
    lines: Vec<Line>,
}

pub(super) struct Node {
    pub(super) name: String,
    pub(super) parent: NodeId,
    /// Its key where the document names it first.
    pub(super) key: Range<usize>,
    pub(super) kind: Kind,
    pub(super) children: BTreeMap<String, NodeId>,
    /// Its own `[header]`, brackets included.
    pub(super) header: Option<Range<usize>>,
    /// Where the first and the last header of this table and of all below it start.
    pub(super) headers: Option<(usize, usize)>,
    /// The last key that spells this node: its own, or a dotted one that leads through it.
    pub(super) last_key: Option<usize>,
}

pub(super) enum Kind {
    /// By its own header, or by those of its sub-tables; the root, too.
    Table,
    /// By dotted keys (and perhaps by headers of its sub-tables).
    Dotted,
    /// `{ .. }`
    Inline,
    /// `[[..]]`; its children are named `0`, `1`, ...
    Tables,
    Leaf(Box<LeafValue>),
}

pub(super) struct LeafValue {
    pub(super) value: Option<Value>,
    /// The elements, if it is an array.
    pub(super) elements: Option<Vec<Element>>,
}

pub(super) struct Element {
    pub(super) span: Range<usize>,
    /// `None`: not a string.
    pub(super) string: Option<String>,
}

/// One `key = value`, on a line of its own or inside an inline table.
pub(super) struct Entry {
    pub(super) node: NodeId,
    /// The table to which the key as written is relative.
    pub(super) base: NodeId,
    /// The inline table that it is a member of.
    pub(super) host: Option<NodeId>,
    /// The start of the key as written, dotted prefix included.
    pub(super) start: usize,
    /// The key's last segment. Its start identifies the entry.
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// A statement: a header, or a `key = value` outside inline tables.
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) node: NodeId,
    pub(super) is_header: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The deepest node on `path` that exists, and how many segments lead to it.
    pub(super) fn descend(&self, path: &[String]) -> (NodeId, usize) {
        let mut at = ROOT;
        for (depth, segment) in path.iter().enumerate() {
            match self.nodes[at].children.get(segment) {
                Some(child) => at = *child,
                None => return (at, depth),
            }
        }
        (at, path.len())
    }

    pub(super) fn find(&self, path: &[String]) -> Option<NodeId> {
        let (node, depth) = self.descend(path);
        (depth == path.len()).then_some(node)
    }

    /// Whether an array of tables stands above this node.
    pub(super) fn in_tables(&self, mut id: NodeId) -> bool {
        while id != ROOT {
            id = self.nodes[id].parent;
            if matches!(self.nodes[id].kind, Kind::Tables) {
                return true;
            }
        }
        false
    }

    pub(super) fn path(&self, mut id: NodeId) -> KeyPath {
        let mut segments = Vec::new();
        while id != ROOT {
            segments.push(self.nodes[id].name.clone());
            id = self.nodes[id].parent;
        }
        segments.reverse();
        KeyPath::new(segments)
    }

    pub(super) fn depth(&self, mut id: NodeId) -> usize {
        let mut depth = 0;
        while id != ROOT {
            depth += 1;
            id = self.nodes[id].parent;
        }
        depth
    }

    /// The children in file order.
    pub(super) fn children(&self, id: NodeId) -> Vec<NodeId> {
        let mut children: Vec<NodeId> = self.nodes[id].children.values().copied().collect();
        children.sort_by_key(|child| self.nodes[*child].key.start);
        children
    }

    /// This node and everything below it.
    pub(super) fn subtree(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = vec![id];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            found.extend(self.nodes[at].children.values());
            next += 1;
        }
        found
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry whose last key segment starts at `name`.
    pub(super) fn entry_at(&self, name: usize) -> Option<&Entry> {
        self.entries
            .binary_search_by_key(&name, |entry| entry.name.start)
            .ok()
            .map(|id| &self.entries[id])
    }

    /// The entry that gives this node its value.
    pub(super) fn entry(&self, id: NodeId) -> Option<&Entry> {
        let node = &self.nodes[id];
        matches!(node.kind, Kind::Leaf(_) | Kind::Inline)
            .then(|| self.entry_at(node.key.start))
            .flatten()
    }

    /// The members of an inline table, in file order.
    pub(super) fn members(&self, host: NodeId) -> Vec<&Entry> {
        let Some(entry) = self.entry(host) else {
            return Vec::new();
        };
        let first = self
            .entries
            .partition_point(|other| other.name.start < entry.value.start);
        self.entries[first..]
            .iter()
            .take_while(|other| other.name.start < entry.value.end)
            .filter(|other| other.host == Some(host))
            .collect()
    }

    /// The member that stands before this one in the same inline table.
    pub(super) fn member_before(&self, entry: &Entry) -> Option<&Entry> {
        let this = self
            .entries
            .partition_point(|other| other.name.start < entry.name.start);
        self.entries[..this]
            .iter()
            .rev()
            .take_while(|other| Some(other.node) != entry.host)
            .find(|other| other.host == entry.host)
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The indentation that this document gives the elements of an array on several lines.
    pub(super) fn array_indent(&self) -> &'a str {
        self.nodes
            .iter()
            .filter_map(|node| match &node.kind {
                Kind::Leaf(leaf) => leaf.elements.as_ref()?.first(),
                _ => None,
            })
            .filter(|first| {
                let line = text::line_start(self.text, first.span.start);
                self.text[line..first.span.start].trim().is_empty()
            })
            .map(|first| text::indent(self.text, first.span.start))
            .find(|indent| !indent.is_empty())
            .unwrap_or("    ")
    }
}

/// Parses for reading: with spans, never to be printed.
pub(super) fn document(text: &str) -> Result<Document<&str>, TomlError> {
    Document::parse(text)
}
