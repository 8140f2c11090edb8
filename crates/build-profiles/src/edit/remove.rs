//! A key or a table goes, with what is said about it and with the tables that held nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::list::{Changes, List};
use super::patch::Patch;
use super::text;
use super::tree::{NodeId, Tree};

/// The patches that take these nodes away, with everything below them.
pub(super) fn patches(tree: &Tree<'_>, nodes: &[NodeId]) -> Result<Vec<Patch>, (NodeId, String)> {
    let mut going = Going {
        tree,
        lines: BTreeSet::new(),
        members: BTreeMap::new(),
    };
    let mut sections = BTreeSet::new();
    for node in nodes {
        for below in tree.subtree(*node) {
            if let Some(header) = &tree.node(below).header
                && let Some(line) = tree.line_at(header.start)
            {
                going.lines.insert(line);
                sections.insert(line);
            }
            going.take_entry(below);
        }
    }
    going.take_empty_tables();

    let mut ranges: Vec<Range<usize>> = sections
        .iter()
        .map(|header| tree.block_above(*header)..tree.section_end(tree.section_last(*header)))
        .collect();
    ranges.extend(going.lines.iter().map(|line| going.range(*line)));
    for range in &mut ranges {
        range.start = going.behind_licence(range.start, range.end);
    }
    let ranges = merge(ranges).into_iter();
    let mut ranges = merge(
        ranges
            .map(|range| with_blank_line(tree.text, range))
            .collect(),
    );
    if let Some(last) = ranges.last_mut() {
        take_final_break_along(tree.text, last);
    }
    let mut patches: Vec<Patch> = ranges.iter().cloned().map(Patch::delete).collect();
    for (host, members) in &going.members {
        let Some(entry) = tree.entry(*host) else {
            continue;
        };
        let in_range = |range: &Range<usize>| range.contains(&entry.start);
        if !ranges.iter().any(in_range) && !going.is_member_going(*host) {
            let spans: Vec<Range<usize>> = tree
                .members(*host)
                .iter()
                .map(|member| member.start..member.value.end)
                .collect();
            let changes = Changes {
                drop: members.clone(),
                ..Changes::default()
            };
            let list = List::new(tree.text, entry.value.clone(), &spans);
            let new = list.patches(&changes, tree.newline);
            patches.extend(new.map_err(|reason| (*host, reason))?);
        }
    }
    Ok(patches)
}

struct Going<'t> {
    tree: &'t Tree<'t>,
    lines: BTreeSet<usize>,
    /// Members of inline tables, by their number.
    members: BTreeMap<NodeId, BTreeSet<usize>>,
}

impl Going<'_> {
    fn take_entry(&mut self, node: NodeId) {
        let Some(entry) = self.tree.entry(node) else {
            return;
        };
        match entry.host {
            None => self.lines.extend(self.tree.line_at(entry.start)),
            Some(host) => {
                let members = self.tree.members(host);
                let number = members.iter().position(|member| member.node == node);
                self.members.entry(host).or_default().extend(number);
            }
        }
    }

    fn is_member_going(&self, node: NodeId) -> bool {
        let Some((entry, host)) = self.tree.entry(node).and_then(|e| Some((e, e.host?))) else {
            return false;
        };
        let gone = self.members.get(&host).is_some_and(|numbers| {
            let members = self.tree.members(host);
            numbers.iter().any(|n| members[*n].node == entry.node)
        });
        gone || self.is_member_going(host)
    }

    /// Tables that the removal leaves empty go too, from the inside out.
    fn take_empty_tables(&mut self) {
        let mut hosts: Vec<NodeId> = self.members.keys().copied().collect();
        while let Some(host) = hosts.pop() {
            let all = self.tree.members(host).len();
            let going = self.members.get(&host).map_or(0, BTreeSet::len);
            if going == all && !self.has_comment_of_its_own(host) {
                self.take_entry(host);
                hosts.extend(self.tree.entry(host).and_then(|entry| entry.host));
            }
        }
        let headers: BTreeSet<usize> = self
            .lines
            .iter()
            .filter_map(|line| {
                (0..=*line)
                    .rev()
                    .find(|header| self.tree.lines()[*header].is_header)
            })
            .collect();
        for header in headers {
            if self.is_left_empty(header) {
                self.lines.insert(header);
            }
        }
    }

    /// A comment inside an inline table that is about none of its members.
    fn has_comment_of_its_own(&self, host: NodeId) -> bool {
        let Some(entry) = self.tree.entry(host) else {
            return false;
        };
        let text = self.tree.text;
        let members = self.tree.members(host);
        let first = members
            .first()
            .map_or(entry.value.end, |member| member.start);
        let last = members
            .last()
            .map_or(entry.value.start, |member| member.value.end);
        let opening = &text[entry.value.start..text::line_end(text, entry.value.start).min(first)];
        let closing = &text[text::line_end(text, last).min(entry.value.end)..entry.value.end];
        opening.contains('#') || closing.contains('#')
    }

    /// Whether nothing is left below a header, not even a comment.
    fn is_left_empty(&self, header: usize) -> bool {
        let tree = self.tree;
        let last = tree.section_last(header);
        if last == header || tree.in_tables(tree.lines()[header].node) {
            return false;
        }
        if !(header + 1..=last).all(|line| self.lines.contains(&line)) {
            return false;
        }
        let mut at = text::line_end(tree.text, tree.lines()[header].end);
        for line in header + 1..=last {
            let range = self.range(line);
            if tree.text[at..range.start.max(at)].contains('#') {
                return false;
            }
            at = range.end;
        }
        let end = tree.section_end(last).max(at);
        !tree.text[at..end].contains('#')
    }

    /// A line with the comment directly above it.
    fn range(&self, line: usize) -> Range<usize> {
        let end = text::line_end(self.tree.text, self.tree.lines()[line].end);
        self.behind_licence(self.tree.block_above(line), end)..end
    }

    /// A comment that the file opens with stays.
    fn behind_licence(&self, start: usize, end: usize) -> usize {
        if start == text::content_start(self.tree.text) {
            text::block_below(self.tree.text, start).min(end)
        } else {
            start
        }
    }
}

fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Of the blank lines above and below what goes, one is enough, and none where the text ends.
fn with_blank_line(text: &str, range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    let first = text::content_start(text);
    let blank_above = start > first && text::is_blank(text, start - 1);
    let blank_below = end == text.len() || text::is_blank(text, end);
    if blank_above && blank_below {
        start = text::line_start(text, start - 1);
    } else if start == first && end < text.len() && blank_below {
        end = text::line_end(text, end);
    }
    start..end
}

/// If the last line of a text without a final line break goes, the text stays one.
fn take_final_break_along(text: &str, range: &mut Range<usize>) {
    let above = &text[text::content_start(text)..range.start];
    if range.end == text.len() && !text.ends_with('\n') && above.ends_with('\n') {
        range.start -= if above.ends_with("\r\n") { 2 } else { 1 };
    }
}
