//! Byte patches on the original text, and the new lines that go between its lines.

use std::collections::BTreeMap;
use std::ops::Range;

use super::text;
use super::tree::NodeId;

/// Replaces a range of the original text.
#[derive(Debug)]
pub(super) struct Patch {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Patch {
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self {
            range: at..at,
            text: text.into(),
        }
    }

    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }

    pub(super) fn delete(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }
}

/// Applies patches; those at the same place in the order given. `None` if two of them overlap.
pub(super) fn apply(text: &str, mut patches: Vec<Patch>) -> Option<String> {
    patches.sort_by_key(|patch| patch.range.start);
    let mut patched = String::with_capacity(text.len() + 64 * patches.len());
    let mut at = 0;
    for Patch { range, text: new } in patches {
        patched.push_str(text.get(at..range.start)?);
        patched.push_str(&new);
        at = range.end;
    }
    patched.push_str(text.get(at..)?);
    Some(patched)
}

/// New lines that stand together.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) lines: Vec<String>,
    /// Whether a blank line keeps it apart from what stands before.
    pub(super) apart_above: bool,
    /// Whether a blank line keeps it apart from what follows.
    pub(super) apart_below: bool,
}

/// Blocks by the start of the line before which they go, each place with the table and the form it was chosen for.
#[derive(Debug, Default)]
pub(super) struct Blocks(BTreeMap<usize, (Owner, Vec<Block>)>);

/// What new lines at one place have in common: those of another table, or headers between keys, would end up in the
/// wrong section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) table: NodeId,
    pub(super) opens_section: bool,
}

impl Blocks {
    /// Whether the place is free for this owner.
    pub(super) fn is_free(&self, at: usize, owner: Owner) -> bool {
        self.0.get(&at).is_none_or(|(other, _)| *other == owner)
    }

    pub(super) fn push(&mut self, at: usize, owner: Owner, block: Block) {
        let (_, blocks) = self.0.entry(at).or_insert((owner, Vec::new()));
        blocks.push(block);
    }

    pub(super) fn patches(self, text: &str, newline: &str) -> Vec<Patch> {
        self.0
            .into_iter()
            .map(|(at, (_, blocks))| Patch::insert(at, render(text, at, newline, blocks)))
            .collect()
    }
}

fn render(text: &str, at: usize, newline: &str, blocks: Vec<Block>) -> String {
    let start = text::content_start(text);
    let after_break = at == start || text[..at].ends_with('\n');
    let above = if at > start && after_break {
        at - 1
    } else {
        at
    };
    let mut blank_above = at == start || text::is_blank(text, above);
    let mut lines = Vec::new();
    let mut apart_below = false;
    for block in blocks {
        if block.apart_above && !blank_above {
            lines.push(String::new());
        }
        lines.extend(block.lines);
        blank_above = false;
        apart_below = block.apart_below;
    }
    if apart_below && at < text.len() && !text::is_blank(text, at) {
        lines.push(String::new());
    }
    let mut rendered = String::new();
    for line in lines {
        // A text without a final line break stays one.
        if after_break {
            rendered.push_str(&line);
            rendered.push_str(newline);
        } else {
            rendered.push_str(newline);
            rendered.push_str(&line);
        }
    }
    rendered
}
