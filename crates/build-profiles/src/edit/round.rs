//! Many edits on one parse: as many as do not depend on one another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};

use super::home::{New, Newcomer, Place};
use super::list::{self, List};
use super::patch::{self, Block, Blocks, Owner, Patch};
use super::tree::{Entry, Kind, NodeId, ROOT, Tree};
use super::{Edit, Refusal, remove, render, set, source, text};
use crate::value::{KeyPath, Value};

/// Applies what can be applied to this text; the other edits are for the next round. At least one edit is done.
pub(super) fn run<'e>(
    text: &str,
    newline: &'static str,
    edits: &[&'e Edit],
) -> Result<(String, Vec<&'e Edit>), Refusal> {
    let Some(first) = edits.first() else {
        return Ok((text.to_owned(), Vec::new()));
    };
    let refuse = |reason: String| Refusal {
        path: first.path().clone(),
        reason,
        span: None,
    };
    let mut source = source::parse(text)
        .map_err(|error| refuse(format!("the file would no longer be TOML: {error}")))?;
    source.tree.newline = newline;
    let tree = &source.tree;
    let mut round = Round {
        tree,
        patches: Vec::new(),
        blocks: Blocks::default(),
        lists: BTreeMap::new(),
        claimed: Paths::default(),
    };
    let mut later = round.write(edits)?;
    if later.len() == edits.len() {
        later = round.remove(edits)?;
    }
    let patches = round.finish()?;
    let patched = patch::apply(text, patches)
        .ok_or_else(|| refuse("its changes and those of another key overlap".to_owned()))?;
    Ok((patched, later))
}

struct Round<'t> {
    tree: &'t Tree<'t>,
    patches: Vec<Patch>,
    blocks: Blocks,
    lists: BTreeMap<NodeId, (list::Changes, KeyPath)>,
    /// What this round makes or changes.
    claimed: Paths,
}

impl Round<'_> {
    /// Does the edits that write, and gives back those that wait.
    fn write<'e>(&mut self, edits: &[&'e Edit]) -> Result<Vec<&'e Edit>, Refusal> {
        let mut waiting = Paths::default();
        let mut later = Vec::new();
        for edit in edits.iter().copied() {
            let path = edit.path().segments();
            let waits = matches!(edit, Edit::Remove { .. } | Edit::TakeOut { .. })
                || waiting.are_related(path)
                || !self.write_one(edit).map_err(|(reason, span)| Refusal {
                    path: edit.path().clone(),
                    reason,
                    span,
                })?;
            if waits {
                waiting.insert(path);
                later.push(edit);
            }
        }
        Ok(later)
    }

    /// Whether the edit could be done in this round.
    fn write_one(&mut self, edit: &Edit) -> Result<bool, (String, Option<Range<usize>>)> {
        let tree = self.tree;
        let path = edit.path().segments();
        let (table, depth) = tree.descend(path);
        let node = tree.node(table);
        let span = || (table != ROOT).then(|| node.key.clone());
        let refuse = |reason: &str| Err((reason.to_owned(), span()));
        if path.is_empty() {
            return refuse("an empty path names no key");
        }
        if tree.in_tables(table) || matches!(node.kind, Kind::Tables) && depth < path.len() {
            return refuse("the path leads through an array of tables");
        }
        if depth < path.len() {
            return match node.kind {
                Kind::Leaf(_) => refuse("the path leads through a key that is no table"),
                _ => Ok(self.add(edit, table, depth)),
            };
        }
        if self.claimed.are_related(path) {
            return Ok(false);
        }
        let patches = match (edit, &node.kind, tree.entry(table)) {
            (Edit::Set { value, .. }, Kind::Leaf(leaf), Some(entry)) => {
                set::value(tree, entry, leaf, value)
            }
            (
                Edit::Set {
                    value: value @ Value::Table(_),
                    ..
                },
                Kind::Inline,
                Some(entry),
            ) => Ok(set::table(tree, entry, value)),
            (Edit::Append { element, .. }, Kind::Leaf(leaf), Some(entry)) => match &leaf.elements {
                Some(old) => set::append(tree, entry, old, render::toml(element)),
                None => return refuse("it is no array"),
            },
            (Edit::Append { element, .. }, Kind::Tables, _) => {
                return match self.append_table(table, edit.path(), element) {
                    Some(done) => Ok(done),
                    None => refuse("it is an array of tables, and the new element is none"),
                };
            }
            (_, Kind::Tables, _) => return refuse("it is an array of tables"),
            _ => return refuse("it is a table"),
        };
        self.patches
            .extend(patches.map_err(|reason| (reason, span()))?);
        self.claimed.insert(path);
        Ok(true)
    }

    fn add(&mut self, edit: &Edit, table: NodeId, depth: usize) -> bool {
        let path = edit.path().segments();
        let (new, comment) = match edit {
            Edit::Set { value, comment, .. } => (New::Value(value), comment.as_deref()),
            Edit::Append { element, .. } => {
                (New::Text(format!("[{}]", render::toml(element))), None)
            }
            Edit::Remove { .. } | Edit::TakeOut { .. } => return false,
        };
        let newcomer = Newcomer {
            tree: self.tree,
            path,
            table,
            depth,
            new,
            comment,
        };
        let home = newcomer.home();
        let claim = &path[..home.claim];
        if self.claimed.are_related(claim) {
            return false;
        }
        match home.place {
            Place::Lines { at, owner, block } => {
                if !self.blocks.is_free(at, owner) {
                    return false;
                }
                self.blocks.push(at, owner, block);
            }
            Place::Member { host, before, text } => {
                let (changes, _) = self
                    .lists
                    .entry(host)
                    .or_insert_with(|| (list::Changes::default(), edit.path().clone()));
                changes.insert.push((before, text));
            }
        }
        self.claimed.insert(claim);
        true
    }

    /// One more `[[path]]`. `None`: the element is no table.
    fn append_table(
        &mut self,
        array: NodeId,
        path: &KeyPath,
        element: &toml_edit::Value,
    ) -> Option<bool> {
        let tree = self.tree;
        let table = element.as_inline_table()?;
        let (_, last) = tree.node(array).headers?;
        let header = tree.line_at(last)?;
        let at = tree.section_end(tree.section_last(header));
        let owner = Owner {
            table: array,
            opens_section: true,
        };
        if !self.blocks.is_free(at, owner) {
            return Some(false);
        }
        let indent = text::indent(tree.text, last);
        let mut lines = vec![format!("{indent}[[{}]]", render::dotted(path.segments()))];
        lines.extend(table.iter().map(|(name, value)| {
            format!("{indent}{} = {}", render::key(name), render::toml(value))
        }));
        let block = Block {
            lines,
            apart_above: true,
            apart_below: true,
        };
        self.blocks.push(at, owner, block);
        self.claimed.insert(path.segments());
        Some(true)
    }

    /// Does the removals, and gives back the edits that wait.
    fn remove<'e>(&mut self, edits: &[&'e Edit]) -> Result<Vec<&'e Edit>, Refusal> {
        let tree = self.tree;
        let mut waiting = Paths::default();
        let mut later = Vec::new();
        let mut nodes = Vec::new();
        for edit in edits.iter().copied() {
            let path = edit.path().segments();
            let takes = matches!(edit, Edit::Remove { .. } | Edit::TakeOut { .. });
            if !takes || waiting.are_related(path) {
                waiting.insert(path);
                later.push(edit);
                continue;
            }
            let refuse = |reason: &str| Refusal {
                path: edit.path().clone(),
                reason: reason.to_owned(),
                span: None,
            };
            if let Edit::TakeOut { element, .. } = edit {
                // The numbers of the other elements change with it.
                waiting.insert(path);
                let taken = take_out(tree, path, *element).map_err(|reason| refuse(&reason))?;
                match taken {
                    Taken::Table(node) => nodes.push(node),
                    Taken::Member(patches) => self.patches.extend(patches),
                }
                continue;
            }
            if path.is_empty() {
                return Err(refuse("an empty path names no key"));
            }
            if let Some(node) = tree.find(path) {
                if tree.in_tables(node) {
                    return Err(refuse("the path leads through an array of tables"));
                }
                nodes.push(node);
            }
        }
        let patches = remove::patches(tree, &nodes).map_err(|(table, reason)| {
            let table_path = tree.path(table);
            let mut paths = edits.iter().map(|edit| edit.path());
            Refusal {
                path: paths
                    .find(|path| path.starts_with(&table_path))
                    .unwrap_or(&table_path)
                    .clone(),
                reason,
                span: Some(tree.node(table).key.clone()),
            }
        })?;
        self.patches.extend(patches);
        Ok(later)
    }

    fn finish(self) -> Result<Vec<Patch>, Refusal> {
        let Self {
            tree,
            mut patches,
            blocks,
            lists,
            ..
        } = self;
        for (host, (changes, path)) in lists {
            let Some(entry) = tree.entry(host) else {
                continue;
            };
            let spans: Vec<Range<usize>> = tree
                .members(host)
                .into_iter()
                .map(|member: &Entry| member.start..member.value.end)
                .collect();
            let list = List::new(tree.text, entry.value.clone(), &spans);
            let new = list.patches(&changes, tree.newline);
            patches.extend(new.map_err(|reason| Refusal {
                path,
                reason,
                span: Some(entry.value.clone()),
            })?);
        }
        patches.extend(blocks.patches(tree.text, tree.newline));
        Ok(patches)
    }
}

/// What taking an element out comes to.
enum Taken {
    /// The node of one `[[path]]` that goes.
    Table(NodeId),
    /// Patches within the brackets of an array.
    Member(Vec<Patch>),
}

fn take_out(tree: &Tree<'_>, path: &[String], element: usize) -> Result<Taken, String> {
    let none = || "it has no such element".to_owned();
    let node = tree.find(path).ok_or_else(none)?;
    if tree.in_tables(node) {
        return Err("the path leads through an array of tables".to_owned());
    }
    match (&tree.node(node).kind, tree.entry(node)) {
        (Kind::Tables, _) => {
            let child = tree.node(node).children.get(&element.to_string());
            child.copied().map(Taken::Table).ok_or_else(none)
        }
        (Kind::Leaf(leaf), Some(entry)) => match &leaf.elements {
            Some(elements) if element < elements.len() => {
                set::take_out(tree, entry, elements, element).map(Taken::Member)
            }
            Some(_) => Err(none()),
            None => Err("it is no array".to_owned()),
        },
        _ => Err("it is no array".to_owned()),
    }
}

/// A set of paths that knows whether one of them leads to another path, or that to one of them.
#[derive(Default)]
struct Paths(BTreeSet<Vec<String>>);

impl Paths {
    fn insert(&mut self, path: &[String]) {
        self.0.insert(path.to_vec());
    }

    fn are_related(&self, path: &[String]) -> bool {
        (0..path.len()).any(|depth| self.0.contains(&path[..depth]))
            || self
                .0
                .range::<[String], _>((Bound::Included(path), Bound::Unbounded))
                .next()
                .is_some_and(|next| next.starts_with(path))
    }
}
