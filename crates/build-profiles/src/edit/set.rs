//! A value that is there becomes another one; an array, element by element.

use std::ops::Range;

use super::list::{Changes, List};
use super::patch::Patch;
use super::render;
use super::text;
use super::tree::{Element, Entry, LeafValue, Tree};
use crate::value::Value;

/// The patches that give an existing leaf this value.
pub(super) fn value(
    tree: &Tree<'_>,
    entry: &Entry,
    leaf: &LeafValue,
    value: &Value,
) -> Result<Vec<Patch>, String> {
    if leaf.value.as_ref() == Some(value) {
        return Ok(Vec::new());
    }
    match (&leaf.elements, value) {
        (Some(old), Value::Array(new)) => array(tree, entry, old, new),
        (_, Value::Array(new)) => Ok(vec![Patch::replace(
            entry.value.clone(),
            fresh_array(tree, entry, new),
        )]),
        _ => {
            let old = &tree.text[entry.value.clone()];
            Ok(vec![Patch::replace(
                entry.value.clone(),
                match value {
                    Value::Str(new) => like(old, new),
                    _ => render::value(value),
                },
            )])
        }
    }
}

/// The patches that make an inline table another one.
pub(super) fn table(tree: &Tree<'_>, entry: &Entry, value: &Value) -> Vec<Patch> {
    let new = render::value(value);
    match tree.text[entry.value.clone()] == new {
        true => Vec::new(),
        false => vec![Patch::replace(entry.value.clone(), new)],
    }
}

/// The patches that put one more element at the end of an array.
pub(super) fn append(
    tree: &Tree<'_>,
    entry: &Entry,
    old: &[Element],
    element: String,
) -> Result<Vec<Patch>, String> {
    let changes = Changes {
        insert: vec![(old.len(), element)],
        ..Changes::default()
    };
    list(tree, entry, old).patches(&changes, tree.newline)
}

/// The patches that take one element out of an array.
pub(super) fn take_out(
    tree: &Tree<'_>,
    entry: &Entry,
    old: &[Element],
    element: usize,
) -> Result<Vec<Patch>, String> {
    let changes = Changes {
        drop: [element].into(),
        ..Changes::default()
    };
    list(tree, entry, old).patches(&changes, tree.newline)
}

fn array(
    tree: &Tree<'_>,
    entry: &Entry,
    old: &[Element],
    new: &[String],
) -> Result<Vec<Patch>, String> {
    let on_one_line = !tree.text[entry.value.clone()].contains('\n');
    let fits = |end: &str| {
        let line = text::line_start(tree.text, entry.start);
        !render::is_long(&format!("{}{end}", &tree.text[line..entry.value.start]))
    };
    let becomes_long = || {
        fits(&tree.text[entry.value.clone()]) && !fits(&render::array(new)) && entry.host.is_none()
    };
    if on_one_line && becomes_long() {
        let fresh = fresh_array(tree, entry, new);
        return Ok(vec![Patch::replace(entry.value.clone(), fresh)]);
    }
    let list = list(tree, entry, old);
    list.patches(&changes(tree.text, &list, old, new), tree.newline)
}

fn list<'a>(tree: &Tree<'a>, entry: &Entry, old: &[Element]) -> List<'a> {
    let spans: Vec<Range<usize>> = old.iter().map(|element| element.span.clone()).collect();
    List::new(tree.text, entry.value.clone(), &spans)
}

/// An array that was none before: on one line if it fits there, or must be because an inline table holds it.
fn fresh_array(tree: &Tree<'_>, entry: &Entry, new: &[String]) -> String {
    let line = text::line_start(tree.text, entry.start);
    let on_one_line = render::array(new);
    let whole = format!("{}{on_one_line}", &tree.text[line..entry.value.start]);
    if entry.host.is_some() || new.len() < 2 || !render::is_long(&whole) {
        return on_one_line;
    }
    let newline = tree.newline;
    let indent = text::indent(tree.text, line);
    let inner = tree.array_indent();
    let elements: String = new
        .iter()
        .map(|element| format!("{newline}{indent}{inner}{},", render::string(element)))
        .collect();
    format!("[{elements}{newline}{indent}]")
}

/// The string, in the quotes of the old one if they can hold it.
fn like(old: &str, new: &str) -> String {
    let literal = old.starts_with('\'') && !old.starts_with("'''");
    if literal && !new.contains(|c: char| c == '\'' || c.is_control()) {
        format!("'{new}'")
    } else {
        render::string(new)
    }
}

/// What becomes of the elements: those in both stay. In the gaps between, new ones take the place of old ones, except
/// where a comment tells about the old one; what is left over goes, or comes at the gap's end.
fn changes(text: &str, list: &List<'_>, old: &[Element], new: &[String]) -> Changes {
    let mut changes = Changes::default();
    let (mut from_old, mut from_new) = (0, 0);
    let ends = [(old.len(), new.len())];
    for (kept_old, kept_new) in common(old, new).into_iter().chain(ends) {
        let mut coming = new[from_new..kept_new].iter();
        for (going, was) in old.iter().enumerate().take(kept_old).skip(from_old) {
            let replacement = list.is_plain(going).then(|| coming.next()).flatten();
            match replacement {
                Some(new) => {
                    let new = like(&text[was.span.clone()], new);
                    changes.replace.insert(going, new);
                }
                None => {
                    changes.drop.insert(going);
                }
            }
        }
        changes
            .insert
            .extend(coming.map(|new| (kept_old, render::string(new))));
        (from_old, from_new) = (kept_old + 1, kept_new + 1);
    }
    changes
}

/// The longest common subsequence, as pairs of positions.
fn common(old: &[Element], new: &[String]) -> Vec<(usize, usize)> {
    let same = |i: usize, j: usize| old[i].string.as_ref() == Some(&new[j]);
    let short = old.len().min(new.len());
    let prefix = (0..short).take_while(|n| same(*n, *n)).count();
    let suffix = (0..short - prefix)
        .take_while(|n| same(old.len() - 1 - n, new.len() - 1 - n))
        .count();
    let (rows, columns) = (old.len() - prefix - suffix, new.len() - prefix - suffix);
    let mut pairs: Vec<(usize, usize)> = (0..prefix).map(|n| (n, n)).collect();
    // Longest from each position on.
    let mut longest = vec![vec![0usize; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            longest[i][j] = if same(prefix + i, prefix + j) {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows && j < columns {
        if same(prefix + i, prefix + j) {
            pairs.push((prefix + i, prefix + j));
            i += 1;
            j += 1;
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs.extend((0..suffix).map(|n| (old.len() - suffix + n, new.len() - suffix + n)));
    pairs
}
