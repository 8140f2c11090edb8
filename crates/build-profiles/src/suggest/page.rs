//! Suggestions as comments in a policy: a `##` before what is said, a `#` before what can be taken.
//!
//! ```toml
//! ## 412 of 450 compilations of a test build have full debug information.
//! ## Price: a debugger shows no variables.
//! # debug = "line-tables-only"
//! ```
//!
//! With one `#` and the space behind it off the last line, and one `#` off the others, these are a key and its reason.
//!
//! Invariant: a block stands between blank lines, so that it is nobody else's reason, and taking it takes no other with
//! it.

use std::collections::BTreeMap;

use super::Suggestion;
use crate::edit::parse;
use crate::value::{KeyPath, Value};

/// No line gets longer, if its words are not.
const WIDTH: usize = 100;

/// What stands above all suggestions.
const INTRODUCTION: &str = "Suggestions for this workspace stand behind `##`, each above lines that are switched off. \
     To take one, remove `# ` from those lines and one `#` from its words, which then are the reason.";

/// The policy with the suggestions in it as comments; it means what it meant before. A text that is no TOML stays as it
/// is.
///
/// A suggestion stands at the end of its table, or in a table of its own at the end of the file. Where TOML lets no such
/// lines be added (the table is written on one line), it says in words what to write.
pub fn into_policy(text: &str, suggestions: &[Suggestion]) -> String {
    written(text, suggestions, true).unwrap_or_else(|| text.to_owned())
}

/// The policy with all of the suggestions taken; `None`: one of them cannot be taken by removing signs of comments.
pub(super) fn taken(text: &str, suggestions: &[Suggestion]) -> Option<String> {
    let blocks = placed(text, suggestions)?;
    let mut words = blocks.iter().zip(suggestions);
    if words.any(|(block, one)| block.lines.is_empty() && !one.settings.is_empty()) {
        // What must be done by hand is judged as what it comes to.
        return by_hand(text, suggestions);
    }
    written(text, suggestions, false)
}

/// The policy with the settings in it, wherever the editor puts them.
fn by_hand(text: &str, suggestions: &[Suggestion]) -> Option<String> {
    let settings = suggestions.iter().flat_map(|one| &one.settings);
    let edits: Vec<_> = settings
        .map(|(path, value)| crate::edit::Edit::Set {
            path: path.clone(),
            value: value.clone(),
            comment: None,
        })
        .collect();
    crate::edit::apply(text, &edits).ok()
}

/// A suggestion with its place.
#[derive(Clone, Debug)]
struct Block {
    /// Where in the text.
    at: usize,
    /// Lines of TOML; none where only words are possible.
    lines: Vec<String>,
}

impl Block {
    /// Whether what follows it stands in another table than what stands before it: such blocks come last in their place.
    fn opens_table(&self) -> bool {
        self.lines.first().is_some_and(|line| line.starts_with('['))
    }
}

fn written(text: &str, suggestions: &[Suggestion], commented: bool) -> Option<String> {
    if suggestions.is_empty() {
        return Some(text.to_owned());
    }
    let blocks = placed(text, suggestions)?;
    let mut pieces: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let (says, code) = if commented { ("## ", "# ") } else { ("# ", "") };
    if commented {
        let root = parse(text)
            .ok()?
            .end_of_section(&KeyPath::new::<String>([]))?;
        let words = wrapped(INTRODUCTION).into_iter();
        pieces.entry(root).or_default().push(lines_of(words, says));
    }
    let mut both: Vec<_> = blocks.iter().zip(suggestions).collect();
    both.sort_by_key(|(block, _)| block.opens_table());
    for (block, suggestion) in both {
        let mut words = wrapped(&suggestion.reason);
        words.extend(wrapped(&format!("Price: {}", suggestion.price)));
        if block.lines.is_empty() {
            let settings = suggestion.settings.iter();
            let settings: Vec<_> = settings
                .map(|(path, value)| format!("`{path} = {value}`"))
                .collect();
            words.extend(wrapped(&format!(
                "To be written by hand: {}",
                settings.join(", ")
            )));
        }
        let mut piece = lines_of(words.into_iter(), says);
        piece.push_str(&lines_of(block.lines.iter().cloned(), code));
        pieces.entry(block.at).or_default().push(piece);
    }
    Some(inserted(text, &pieces, parse(text).ok()?.newline()))
}

/// Lines, each behind a mark; an empty one is the mark alone, so that the block stays one.
fn lines_of(lines: impl Iterator<Item = String>, mark: &str) -> String {
    lines
        .map(|line| format!("{}\n", format!("{mark}{line}").trim_end()))
        .collect()
}

/// The text with pieces put in, a blank line before each and behind each.
fn inserted(text: &str, pieces: &BTreeMap<usize, Vec<String>>, newline: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (at, pieces) in pieces {
        out.push_str(&text[from..*at]);
        from = *at;
        let is_empty = out.trim_start_matches('\u{feff}').is_empty();
        if !is_empty && !out.ends_with('\n') {
            out.push_str(newline);
        }
        let last = out.trim_end_matches('\n').trim_end_matches('\r').len();
        let has_blank_line = out[last..].matches('\n').count() > 1;
        if !is_empty && !has_blank_line {
            out.push_str(newline);
        }
        out.push_str(&pieces.join("\n").replace('\n', newline));
        let next = text[from..].split('\n').next().unwrap_or_default();
        if from < text.len() && !next.trim().is_empty() {
            out.push_str(newline);
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Words on lines that are not too long.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Each suggestion with its place: the first of the possible ones that TOML takes, alone and beside those before.
fn placed(text: &str, suggestions: &[Suggestion]) -> Option<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    for one in suggestions {
        let before: Vec<(KeyPath, Value)> = (suggestions.iter())
            .zip(&blocks)
            .filter(|(_, block)| !block.lines.is_empty())
            .flat_map(|(other, _)| other.settings.clone())
            .collect();
        let is_shared = suggestions
            .iter()
            .filter(|other| {
                tables(other)
                    .iter()
                    .any(|table| tables(one).contains(table))
            })
            .count()
            > 1;
        let fits = |block: &Block| {
            let together: Vec<_> = before.iter().chain(&one.settings).cloned().collect();
            let mut all: Vec<&Block> = blocks.iter().collect();
            all.push(block);
            says(text, &[block], &one.settings) && says(text, &all, &together)
        };
        let block = possible(text, one, is_shared)?.into_iter().find(fits);
        blocks.push(match block {
            Some(block) => block,
            None => in_words(text, one)?,
        });
    }
    Some(blocks)
}

/// The tables that a suggestion's keys stand in.
fn tables(one: &Suggestion) -> Vec<&[String]> {
    let paths = one.settings.iter().map(|(path, _)| path.segments());
    let mut tables: Vec<_> = paths.map(|path| &path[..path.len() - 1]).collect();
    tables.dedup();
    tables
}

/// The places where a suggestion could stand, the best first.
fn possible(text: &str, one: &Suggestion, is_shared: bool) -> Option<Vec<Block>> {
    let source = parse(text).ok()?;
    let shared = shared_prefix(&tables(one));
    // Below a header that is there, the nearest first.
    let below = |len: usize| {
        let header = KeyPath::new(shared[..len].iter().cloned());
        Some(Block {
            at: source.end_of_section(&header)?,
            lines: one.settings.iter().map(|entry| line(entry, len)).collect(),
        })
    };
    let mut found: Vec<Block> = (1..=shared.len()).rev().filter_map(below).collect();
    let mut lines = Vec::new();
    for table in tables(one) {
        let settings = one.settings.iter();
        let within =
            settings.filter(|(path, _)| path.segments()[..path.segments().len() - 1] == *table);
        if !table.is_empty() {
            lines.push(format!("[{}]", KeyPath::new(table.iter().cloned())));
        }
        lines.extend(within.map(|entry| line(entry, table.len())));
    }
    let with_header = Block {
        at: source.end_of_sections(),
        lines,
    };
    let dotted = below(0);
    // Two that need a new table can't both open it.
    if is_shared || shared.is_empty() {
        found.extend(dotted);
        found.push(with_header);
    } else {
        found.push(with_header);
        found.extend(dotted);
    }
    Some(found)
}

/// Without lines of its own: at the end of the nearest table that is there.
fn in_words(text: &str, one: &Suggestion) -> Option<Block> {
    let source = parse(text).ok()?;
    let shared = shared_prefix(&tables(one));
    let mut ends = (0..=shared.len())
        .rev()
        .filter_map(|len| source.end_of_section(&KeyPath::new(shared[..len].iter().cloned())));
    Some(Block {
        at: ends.next()?,
        lines: Vec::new(),
    })
}

/// What all of these paths begin with.
fn shared_prefix(tables: &[&[String]]) -> Vec<String> {
    let Some((first, others)) = tables.split_first() else {
        return Vec::new();
    };
    let is_shared = |(index, segment): &(usize, &String)| {
        others
            .iter()
            .all(|other| other.get(*index) == Some(*segment))
    };
    let shared = first.iter().enumerate().take_while(is_shared);
    shared.map(|(_, segment)| segment.clone()).collect()
}

/// A key below a header of so many segments.
fn line((path, value): &(KeyPath, Value), header: usize) -> String {
    let key = KeyPath::new(path.segments()[header..].iter().cloned());
    format!("{key} = {value}")
}

/// Whether the text with these blocks says all that it says without them, and these settings, and nothing else.
fn says(text: &str, blocks: &[&Block], settings: &[(KeyPath, Value)]) -> bool {
    let mut pieces: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut blocks = blocks.to_vec();
    blocks.retain(|block| !block.lines.is_empty());
    blocks.sort_by_key(|block| block.opens_table());
    for block in blocks {
        let piece = lines_of(block.lines.iter().cloned(), "");
        pieces.entry(block.at).or_default().push(piece);
    }
    let leaves = |text: &str| {
        let source = parse(text).ok()?;
        let leaves = source.leaves().into_iter();
        let mut leaves: Vec<_> = leaves.map(|leaf| (leaf.path, leaf.value)).collect();
        leaves.sort();
        Some(leaves)
    };
    let after = leaves(&inserted(text, &pieces, "\n"));
    let wanted = leaves(text).map(|mut before| {
        let settings = settings.iter().cloned();
        before.extend(settings.map(|(path, value)| (path, Some(value))));
        before.sort();
        before
    });
    after.is_some() && after == wanted
}
