//! From what `toml_edit` parsed to the tree: one walk, then what lines and dotted keys add.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value as TomlValue};

use super::{Element, Entry, Kind, LeafValue, Line, Node, NodeId, ROOT, Tree};
use crate::edit::text;
use crate::value::Value;

impl<'a> Tree<'a> {
    pub(in crate::edit) fn new(text: &'a str, document: &Document<&str>) -> Self {
        let mut tree = Tree {
            text,
            newline: text::newline(text),
            nodes: Vec::new(),
            entries: Vec::new(),
            lines: Vec::new(),
        };
        tree.add_node(ROOT, "", 0..0, Kind::Table);
        tree.walk(document.as_table(), ROOT, ROOT, None);
        tree.entries.sort_by_key(|entry| entry.name.start);
        tree.find_starts();
        for id in 0..tree.entries.len() {
            tree.note_entry(id);
        }
        for id in 0..tree.nodes.len() {
            tree.note_header(id);
        }
        tree.lines.sort_by_key(|line| line.start);
        tree
    }

    fn add_node(&mut self, parent: NodeId, name: &str, key: Range<usize>, kind: Kind) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node {
            name: name.to_owned(),
            parent,
            key,
            kind,
            children: BTreeMap::new(),
            header: None,
            headers: None,
            last_key: None,
        });
        if id != ROOT {
            self.nodes[parent].children.insert(name.to_owned(), id);
        }
        id
    }

    fn walk(&mut self, table: &dyn TableLike, node: NodeId, base: NodeId, host: Option<NodeId>) {
        for (name, item) in table.iter() {
            let Some(key) = table.key(name).and_then(|key| key.span()) else {
                continue;
            };
            match item {
                Item::None => {}
                Item::Value(TomlValue::InlineTable(inline)) if inline.is_dotted() => {
                    let id = self.add_node(node, name, key, Kind::Dotted);
                    self.walk(inline, id, base, host);
                }
                Item::Value(value) => {
                    let Some(span) = value.span() else { continue };
                    let kind = match value {
                        TomlValue::InlineTable(_) => Kind::Inline,
                        other => Kind::Leaf(Box::new(LeafValue::new(other))),
                    };
                    let id = self.add_node(node, name, key.clone(), kind);
                    self.entries.push(Entry {
                        node: id,
                        base,
                        host,
                        start: key.start,
                        name: key,
                        value: span,
                    });
                    if let TomlValue::InlineTable(inline) = value {
                        self.walk(inline, id, id, Some(id));
                    }
                }
                Item::Table(table) if table.is_dotted() => {
                    let id = self.add_node(node, name, key, Kind::Dotted);
                    self.walk(table, id, base, host);
                }
                Item::Table(table) => {
                    let id = self.add_node(node, name, key, Kind::Table);
                    if !table.is_implicit() {
                        self.nodes[id].header = table.span();
                    }
                    self.walk(table, id, id, None);
                }
                Item::ArrayOfTables(tables) => {
                    let array = self.add_node(node, name, key.clone(), Kind::Tables);
                    for (index, table) in tables.iter().enumerate() {
                        let name = index.to_string();
                        let span = table.span();
                        let key = span.clone().unwrap_or_else(|| key.clone());
                        let id = self.add_node(array, &name, key, Kind::Table);
                        self.nodes[id].header = span;
                        self.walk(table, id, id, None);
                    }
                }
            }
        }
    }

    /// Dotted prefixes have no span of their own: on a line the key starts with the line, in an inline table behind the
    /// member before.
    fn find_starts(&mut self) {
        let mut ends: HashMap<NodeId, usize> = HashMap::new();
        for entry in &mut self.entries {
            entry.start = match entry.host {
                None => {
                    let line = text::line_start(self.text, entry.name.start);
                    line + text::indent(self.text, line).len()
                }
                Some(host) => {
                    let end = ends.get(&host).copied().unwrap_or(entry.name.start);
                    text::skip_gap(self.text, end).min(entry.name.start)
                }
            };
            if let Some(host) = entry.host {
                ends.insert(host, entry.value.end);
            }
            ends.insert(entry.node, entry.value.start + 1);
        }
    }

    fn note_entry(&mut self, id: usize) {
        let Entry {
            node,
            base,
            ref name,
            ref value,
            start,
            host,
        } = self.entries[id];
        let (name, end) = (name.start, value.end);
        if host.is_none() {
            self.lines.push(Line {
                start,
                end,
                node,
                is_header: false,
            });
        }
        let mut at = node;
        while at != base && at != ROOT {
            self.nodes[at].last_key = self.nodes[at].last_key.max(Some(name));
            at = self.nodes[at].parent;
        }
    }

    fn note_header(&mut self, id: NodeId) {
        let Some(header) = self.nodes[id].header.clone() else {
            return;
        };
        self.lines.push(Line {
            start: header.start,
            end: header.end,
            node: id,
            is_header: true,
        });
        let mut at = id;
        loop {
            let headers = &mut self.nodes[at].headers;
            *headers = Some(
                headers.map_or((header.start, header.start), |(first, last)| {
                    (first.min(header.start), last.max(header.start))
                }),
            );
            if at == ROOT {
                break;
            }
            at = self.nodes[at].parent;
        }
    }
}

impl LeafValue {
    fn new(value: &TomlValue) -> Self {
        Self {
            value: Value::from_toml(value),
            elements: value.as_array().map(|array| {
                array
                    .iter()
                    .filter_map(|element| {
                        Some(Element {
                            span: element.span()?,
                            string: element.as_str().map(str::to_owned),
                        })
                    })
                    .collect()
            }),
        }
    }
}
