//! Where a new key goes: beside those that are like it, in their spelling.

use super::patch::{Block, Owner};
use super::render;
use super::text;
use super::tree::{Entry, Kind, Line, NodeId, ROOT, Tree};
use crate::value::Value;

/// What stands to the right of a new key.
pub(super) enum New<'e> {
    Value(&'e Value),
    /// Rendered already, and never broken over lines.
    Text(String),
}

/// The place of a new key and the text that goes there.
pub(super) struct Home {
    pub(super) place: Place,
    /// How many segments of the path lead to what this makes. Nothing below that can be set before this is done.
    pub(super) claim: usize,
}

pub(super) enum Place {
    /// In an inline table, before its member of this number.
    Member {
        host: NodeId,
        before: usize,
        text: String,
    },
    /// On lines of its own.
    Lines {
        at: usize,
        owner: Owner,
        block: Block,
    },
}

/// How a sibling table is spelled.
#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    Header,
    Dotted,
    Inline,
}

/// A new key on its way to its place.
pub(super) struct Newcomer<'t, 'e> {
    pub(super) tree: &'t Tree<'t>,
    pub(super) path: &'e [String],
    /// The deepest table on the path that is there, and how many segments lead to it.
    pub(super) table: NodeId,
    pub(super) depth: usize,
    pub(super) new: New<'e>,
    pub(super) comment: Option<&'e str>,
}

impl Newcomer<'_, '_> {
    pub(super) fn home(&self) -> Home {
        let node = self.tree.node(self.table);
        if let Some(host) = self.host() {
            return self.member(host);
        }
        let claim = self.depth + 1;
        let place = match self.sibling() {
            _ if self.rest().len() == 1 => match node.kind {
                Kind::Dotted => self.dotted_beside(node.last_key),
                _ if self.table == ROOT => self.top_line(),
                _ if node.header.is_some() => self.line_in_section(self.dotted_text(0)),
                _ => {
                    return Home {
                        place: self.header_before_subtables(),
                        claim: self.depth,
                    };
                }
            },
            Some((Spelling::Dotted, key)) => self.dotted_beside(Some(key)),
            Some((Spelling::Inline, key)) if self.table != ROOT => self.inline_beside(key),
            None if matches!(node.kind, Kind::Dotted) => self.dotted_beside(node.last_key),
            None if node.header.is_some() && is_override_table(&self.path[..self.depth]) => {
                self.line_in_section(self.inline_text(self.depth))
            }
            _ => self.header_after(),
        };
        Home { place, claim }
    }

    fn rest(&self) -> &[String] {
        &self.path[self.depth..]
    }

    /// The inline table that holds the table, if one does.
    fn host(&self) -> Option<NodeId> {
        let node = self.tree.node(self.table);
        match node.kind {
            Kind::Inline => Some(self.table),
            Kind::Dotted => self.tree.entry_at(node.last_key?)?.host,
            _ => None,
        }
    }

    /// The last table beside the new one, with the key that spells it unless a header does.
    fn sibling(&self) -> Option<(Spelling, usize)> {
        let siblings = self.tree.node(self.table).children.values();
        siblings
            .filter_map(|id| {
                let sibling = self.tree.node(*id);
                let header = sibling
                    .headers
                    .filter(|_| matches!(sibling.kind, Kind::Table | Kind::Dotted))
                    .map(|(_, last)| (last, Spelling::Header));
                let key = sibling.last_key.and_then(|key| match sibling.kind {
                    Kind::Dotted => Some((key, Spelling::Dotted)),
                    Kind::Inline => Some((key, Spelling::Inline)),
                    _ => None,
                });
                header.into_iter().chain(key).max_by_key(|(at, _)| *at)
            })
            .max_by_key(|(at, _)| *at)
            .map(|(at, spelling)| (spelling, at))
    }

    fn member(&self, host: NodeId) -> Home {
        let members = self.tree.members(host);
        let behind = match self.tree.node(self.table).kind {
            Kind::Dotted => self.tree.node(self.table).last_key,
            _ => None,
        };
        let before = behind
            .and_then(|name| members.iter().position(|member| member.name.start == name))
            .map_or(members.len(), |member| member + 1);
        let prefix = behind
            .and_then(|name| self.tree.entry_at(name))
            .map_or(String::new(), |entry| self.prefix(entry));
        let dotted =
            matches!(self.sibling(), Some((Spelling::Dotted, _))) || self.rest().len() == 1;
        let (key, value) = if dotted {
            (render::dotted(self.rest()), self.value_text())
        } else {
            self.inline_text(self.depth)
        };
        Home {
            place: Place::Member {
                host,
                before,
                text: format!("{prefix}{key} = {value}"),
            },
            claim: self.depth + 1,
        }
    }

    fn value_text(&self) -> String {
        match &self.new {
            New::Value(value) => render::value(value),
            New::Text(text) => text.clone(),
        }
    }

    /// The key behind the first `skip` segments of the rest, dotted, and its value.
    fn dotted_text(&self, skip: usize) -> (String, String) {
        (render::dotted(&self.rest()[skip..]), self.value_text())
    }

    /// The segment at `depth` as the key of an inline table with all that follows.
    fn inline_text(&self, depth: usize) -> (String, String) {
        let mut value = self.value_text();
        for segment in self.path[depth + 1..].iter().rev() {
            value = format!("{{ {} = {value} }}", render::key(segment));
        }
        (render::key(&self.path[depth]), value)
    }

    /// The part of an entry's key that leads to the table, as it is written there, with the dot behind it.
    fn prefix(&self, entry: &Entry) -> String {
        let segments = self.depth.saturating_sub(self.tree.depth(entry.base));
        let written = &self.tree.text[entry.start..entry.name.end];
        let keys = toml_edit::Key::parse(written).unwrap_or_default();
        keys.iter()
            .take(segments)
            .map(|key| format!("{}.", key.display_repr().trim()))
            .collect()
    }

    fn dotted_beside(&self, key: Option<usize>) -> Place {
        self.beside(key, |prefix| {
            let (key, value) = self.dotted_text(0);
            (format!("{prefix}{key}"), value)
        })
    }

    fn inline_beside(&self, key: usize) -> Place {
        self.beside(Some(key), |prefix| {
            let (key, value) = self.inline_text(self.depth);
            (format!("{prefix}{key}"), value)
        })
    }

    /// A line below that of the given key.
    fn beside(&self, key: Option<usize>, text: impl Fn(&str) -> (String, String)) -> Place {
        let entry = key.and_then(|key| self.tree.entry_at(key));
        let line = entry.and_then(|entry| self.tree.line_at(entry.start));
        match (entry, line) {
            (Some(entry), Some(line)) => self.line_below(line, text(&self.prefix(entry))),
            _ => self.header_after(),
        }
    }

    /// A line below the last key of the table's own section.
    fn line_in_section(&self, text: (String, String)) -> Place {
        let header = self.tree.node(self.table).header.as_ref();
        match header.and_then(|header| self.tree.line_at(header.start)) {
            Some(header) => self.line_below(self.tree.section_last(header), text),
            None => self.header_after(),
        }
    }

    fn line_below(&self, line: usize, (key, value): (String, String)) -> Place {
        let above = &self.tree.lines()[line];
        let indent = text::indent(self.tree.text, above.start);
        let equals = self.equals(above);
        Place::Lines {
            at: text::line_end(self.tree.text, above.end),
            owner: self.owner(false),
            block: Block {
                lines: self.key_lines(indent, &key, equals, &value, self.comment),
                apart_above: false,
                apart_below: false,
            },
        }
    }

    fn owner(&self, opens_section: bool) -> Owner {
        Owner {
            table: self.table,
            opens_section,
        }
    }

    /// The equals sign as the line above has it, unless it is aligned there.
    fn equals(&self, above: &Line) -> &'static str {
        let entry = self.tree.entry(above.node).filter(|_| !above.is_header);
        match entry.map(|entry| &self.tree.text[entry.name.end..entry.value.start]) {
            Some("=") => "=",
            _ => " = ",
        }
    }

    fn key_lines(
        &self,
        indent: &str,
        key: &str,
        equals: &str,
        value: &str,
        comment: Option<&str>,
    ) -> Vec<String> {
        let mut lines: Vec<String> = comment
            .map(render::comment)
            .unwrap_or_default()
            .into_iter()
            .map(|line| format!("{indent}{line}"))
            .collect();
        let line = format!("{indent}{key}{equals}{value}");
        match &self.new {
            New::Value(Value::Array(elements))
                if value.starts_with('[') && render::is_long(&line) && elements.len() > 1 =>
            {
                let inner = format!("{indent}{}", self.tree.array_indent());
                lines.push(format!("{indent}{key}{equals}["));
                lines.extend(
                    elements
                        .iter()
                        .map(|element| format!("{inner}{},", render::string(element))),
                );
                lines.push(format!("{indent}]"));
            }
            _ => lines.push(line),
        }
        lines
    }

    /// A key of the root: below the last one, else before the first header but behind what the file opens with.
    fn top_line(&self) -> Place {
        let tree = self.tree;
        if let Some(last) = tree.root_lines().checked_sub(1) {
            return self.line_below(last, self.dotted_text(0));
        }
        let (key, value) = self.dotted_text(0);
        let lines = self.key_lines("", &key, " = ", &value, self.comment);
        let at = match tree.lines().first() {
            // Nothing but comments.
            None => tree.text.len(),
            // A comment that stands directly on the first header tells about its table, whatever else it tells.
            Some(_) => tree.block_above(0),
        };
        Place::Lines {
            at,
            owner: self.owner(false),
            block: Block {
                lines,
                apart_above: true,
                apart_below: true,
            },
        }
    }

    /// The table has sub-tables and no header of its own: it gets one before theirs.
    fn header_before_subtables(&self) -> Place {
        let first = self.tree.node(self.table).headers;
        let line = first.and_then(|(first, _)| self.tree.line_at(first));
        let Some(line) = line else {
            return self.header_after();
        };
        let header = text::line_start(self.tree.text, self.tree.lines()[line].start);
        let at = match self.tree.block_above(line) {
            block if block == text::content_start(self.tree.text) => header,
            block => block,
        };
        let (section, key) = self.path.split_at(self.depth);
        self.section(
            at,
            line,
            section,
            (render::dotted(key), self.value_text()),
            true,
        )
    }

    /// A new section behind all that belongs to the table.
    fn header_after(&self) -> Place {
        let tree = self.tree;
        let last_header = tree.node(self.table).headers.map(|(_, last)| last);
        let anchor = last_header.and_then(|last| tree.line_at(last));
        let (at, anchor) = match anchor {
            Some(header) if self.table != ROOT => {
                (tree.section_end(tree.section_last(header)), header)
            }
            _ => (tree.text_end(), anchor.unwrap_or(usize::MAX)),
        };
        let (section, key) = self.section_path();
        self.section(at, anchor, section, key, at < tree.text.len())
    }

    /// Package overrides share one table, a line each; any other key gets a table of its own.
    fn section_path(&self) -> (&[String], (String, String)) {
        let package = self.path.len().saturating_sub(2);
        if is_override_table(&self.path[..package])
            && !matches!(self.sibling(), Some((Spelling::Header, _)) if self.depth == package)
        {
            return (&self.path[..package], self.inline_text(package));
        }
        let (section, key) = self.path.split_at(self.path.len() - 1);
        (section, (render::dotted(key), self.value_text()))
    }

    fn section(
        &self,
        at: usize,
        anchor: usize,
        section: &[String],
        (key, value): (String, String),
        apart_below: bool,
    ) -> Place {
        let tree = self.tree;
        let (outer, inner) = match tree.lines().get(anchor) {
            Some(header) => (
                text::indent(tree.text, header.start),
                text::indent(tree.text, tree.lines()[tree.section_last(anchor)].start),
            ),
            None => ("", ""),
        };
        // Above the key, not above the header: there it would tell about the whole table.
        let mut lines = vec![format!("{outer}[{}]", render::dotted(section))];
        lines.extend(self.key_lines(inner, &key, " = ", &value, self.comment));
        Place::Lines {
            at,
            owner: self.owner(true),
            block: Block {
                lines,
                apart_above: true,
                apart_below,
            },
        }
    }
}

/// `profile.<name>.package`, whose tables are so many and so short that each gets one line.
fn is_override_table(path: &[String]) -> bool {
    matches!(path, [profile, _, package] if profile == "profile" && package == "package")
}
