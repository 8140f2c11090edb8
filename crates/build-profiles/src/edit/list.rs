//! The members of an array or inline table: some go, some come, and those that stay keep their bytes and comments.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::patch::Patch;
use super::text;

/// A bracketed list in the text.
pub(super) struct List<'a> {
    text: &'a str,
    /// Behind the opening bracket, and behind a comment on its line.
    open: usize,
    /// The closing bracket.
    close: usize,
    segments: Vec<Segment>,
    /// What stands inside the brackets of a list on one line: nothing or a space.
    pad: &'static str,
}

/// A member with what belongs to it: what stands before it, its comma, and the comment behind that on the same line.
struct Segment {
    start: usize,
    member: Range<usize>,
    comma: Option<usize>,
    end: usize,
}

/// What is to happen to the members, by their number.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) drop: BTreeSet<usize>,
    pub(super) replace: BTreeMap<usize, String>,
    /// The number of the member that the new one goes before.
    pub(super) insert: Vec<(usize, String)>,
}

enum Place<'c> {
    Old(usize),
    New { before: usize, text: &'c str },
}

impl Place<'_> {
    fn old(&self) -> Option<usize> {
        match self {
            Place::Old(member) => Some(*member),
            Place::New { .. } => None,
        }
    }
}

impl<'a> List<'a> {
    /// `span` includes the brackets.
    pub(super) fn new(text: &'a str, span: Range<usize>, members: &[Range<usize>]) -> Self {
        let close = span.end - 1;
        let open = end_of_comment(text, span.start + 1, close).unwrap_or(span.start + 1);
        let mut start = open;
        let segments = members
            .iter()
            .map(|member| {
                let comma = comma_after(text, member.end, close);
                let end = comma.map_or(member.end, |comma| comma + 1);
                let end = end_of_comment(text, end, close).unwrap_or(end);
                let segment = Segment {
                    start,
                    member: member.clone(),
                    comma,
                    end,
                };
                start = end;
                segment
            })
            .collect();
        let pad = if text[span].starts_with('{') { " " } else { "" };
        Self {
            text,
            open,
            close,
            segments,
            pad,
        }
    }

    /// Whether a member can change without making a comment untrue.
    pub(super) fn is_plain(&self, member: usize) -> bool {
        let line_end = (member..self.segments.len())
            .find(|n| *n + 1 == self.segments.len() || self.lead(n + 1).contains('\n'))
            .unwrap_or(member);
        !self.lead(member).contains('#') && !self.has_comment_behind(line_end)
    }

    pub(super) fn patches(&self, changes: &Changes, newline: &str) -> Result<Vec<Patch>, String> {
        let mut patches = Vec::new();
        let places = self.places(changes);
        for member in &changes.drop {
            self.may_drop(*member, &changes.drop)?;
        }
        let several_lines = (0..self.segments.len()).any(|n| self.lead(n).contains('\n'))
            || self.tail().contains('\n');
        let own_line = format!("{newline}{}", self.indent());
        let trailing = match self.segments.last() {
            Some(last) => last.comma.is_some(),
            None => several_lines,
        };

        let mut behind_new = false;
        for (n, place) in places.iter().enumerate() {
            let (first, last) = (n == 0, n + 1 == places.len());
            let wants_comma = !last || trailing;
            match place {
                Place::New { before, text } => {
                    let at = before
                        .checked_sub(1)
                        .map_or(self.open, |before| self.segments[before].end);
                    let lead = match (several_lines, first) {
                        (true, _) => own_line.as_str(),
                        (false, true) => self.first_lead(),
                        (false, false) => " ",
                    };
                    let comma = if wants_comma { "," } else { "" };
                    patches.push(Patch::insert(at, format!("{lead}{text}{comma}")));
                    behind_new = true;
                }
                Place::Old(member) => {
                    let segment = &self.segments[*member];
                    let lead = self.lead(*member);
                    let new_lead = if several_lines {
                        let carried = || self.dropped_break(*member, &changes.drop);
                        match lead.contains('\n') {
                            true => None,
                            false if behind_new => Some(own_line.as_str()),
                            false => carried(),
                        }
                    } else {
                        match (first, *member) {
                            (true, 0) => None,
                            (true, _) => Some(self.lead(0)),
                            (false, 0) => Some(" "),
                            (false, _) => None,
                        }
                    };
                    if let Some(new) = new_lead {
                        patches.push(Patch::replace(segment.start..segment.member.start, new));
                    }
                    if let Some(new) = changes.replace.get(member) {
                        patches.push(Patch::replace(segment.member.clone(), new.as_str()));
                    }
                    match segment.comma {
                        None if wants_comma => patches.push(Patch::insert(segment.member.end, ",")),
                        Some(comma) if !wants_comma => {
                            patches.push(Patch::delete(comma..comma + 1))
                        }
                        _ => {}
                    }
                    behind_new = false;
                }
            }
        }
        let last_kept = places.iter().filter_map(Place::old).next_back();
        for member in &changes.drop {
            let follows = last_kept.is_some_and(|kept| kept > *member);
            patches.push(Patch::delete(self.drop_range(*member, follows)));
        }
        if self.tail().trim().is_empty() {
            if places.is_empty() && self.open_is_bare() {
                patches.push(Patch::delete(self.tail_range()));
            } else if self.segments.is_empty() && !several_lines {
                patches.push(Patch::replace(self.tail_range(), self.pad));
            }
        }
        Ok(patches)
    }

    fn places<'c>(&self, changes: &'c Changes) -> Vec<Place<'c>> {
        let mut places = Vec::new();
        for member in 0..=self.segments.len() {
            let new = changes
                .insert
                .iter()
                .filter(|(before, _)| *before == member);
            places.extend(new.map(|(before, text)| Place::New {
                before: *before,
                text,
            }));
            if member < self.segments.len() && !changes.drop.contains(&member) {
                places.push(Place::Old(member));
            }
        }
        places
    }

    fn lead(&self, member: usize) -> &'a str {
        let segment = &self.segments[member];
        &self.text[segment.start..segment.member.start]
    }

    fn first_lead(&self) -> &'a str {
        if self.segments.is_empty() {
            self.pad
        } else {
            self.lead(0)
        }
    }

    fn tail_range(&self) -> Range<usize> {
        self.segments.last().map_or(self.open, |last| last.end)..self.close
    }

    fn tail(&self) -> &'a str {
        &self.text[self.tail_range()]
    }

    fn open_is_bare(&self) -> bool {
        self.text[..self.open].ends_with(['[', '{'])
    }

    fn has_comment_behind(&self, member: usize) -> bool {
        let segment = &self.segments[member];
        self.text[segment.member.end..segment.end].contains('#')
    }

    /// The indentation of a new line: that of the first member or comment that has a line of its own.
    fn indent(&self) -> &'a str {
        let own = |lead: &'a str| {
            let (_, line) = lead.rsplit_once('\n')?;
            Some(line)
        };
        let tail = self.tail();
        (0..self.segments.len())
            .find_map(|n| own(self.lead(n)))
            .or_else(|| {
                let comment = tail
                    .lines()
                    .find(|line| line.trim_start().starts_with('#'))?;
                Some(&comment[..comment.len() - comment.trim_start().len()])
            })
            .unwrap_or("    ")
    }

    /// Where the comment lines directly above a member start, with the line break before them.
    fn attached(&self, member: usize) -> usize {
        let segment = &self.segments[member];
        let mut start = segment.member.start;
        while let Some(line) = self.text[segment.start..start].rfind('\n') {
            let piece = self.text[segment.start + line + 1..start].trim();
            if start < segment.member.start && !piece.starts_with('#') {
                break;
            }
            let carriage_return = self.text[segment.start..segment.start + line].ends_with('\r');
            start = segment.start + line - usize::from(carriage_return);
        }
        if start == segment.member.start {
            segment.start
        } else {
            start
        }
    }

    /// The bytes that go with a member. What keeps groups apart stays, unless nothing follows.
    fn drop_range(&self, member: usize, follows: bool) -> Range<usize> {
        let segment = &self.segments[member];
        let attached = self.attached(member);
        let detached_is_blank = self.text[segment.start..attached].trim().is_empty();
        let start = if detached_is_blank && !follows {
            segment.start
        } else {
            attached
        };
        start..segment.end
    }

    /// If the members before this one on its line went, their line break is now this one's.
    fn dropped_break(&self, member: usize, drop: &BTreeSet<usize>) -> Option<&'a str> {
        let mut n = member;
        while n > 0 && drop.contains(&(n - 1)) {
            n -= 1;
            if let Some(line) = self.lead(n).rfind('\n') {
                let start = self.lead(n)[..line].trim_end_matches('\r').len();
                return Some(&self.lead(n)[start..]);
            }
        }
        None
    }

    fn may_drop(&self, member: usize, drop: &BTreeSet<usize>) -> Result<(), String> {
        let segment = &self.segments[member];
        let attached = &self.text[self.attached(member)..segment.member.start];
        let next = member + 1;
        if attached.contains('#')
            && next < self.segments.len()
            && !drop.contains(&next)
            && !self.lead(next).contains('#')
            && !has_blank_line(self.lead(next))
        {
            return Err(format!(
                "the comment above {} may be about what follows as well",
                &self.text[segment.member.clone()]
            ));
        }
        if self.has_comment_behind(member) {
            let mut n = member;
            while n > 0 && !self.lead(n).contains('\n') {
                n -= 1;
                if !drop.contains(&n) {
                    return Err(format!(
                        "the comment behind {} is about {} as well",
                        &self.text[segment.member.clone()],
                        &self.text[self.segments[n].member.clone()]
                    ));
                }
            }
        }
        Ok(())
    }
}

fn has_blank_line(lead: &str) -> bool {
    let breaks = lead.split('\n').filter(|line| line.trim().is_empty());
    breaks.count() > 2
}

/// The comma between a member's end and the next member or the closing bracket.
fn comma_after(text: &str, mut at: usize, close: usize) -> Option<usize> {
    while at < close {
        let next = text[at..close].trim_start();
        at = close - next.len();
        if next.starts_with('#') {
            at = text::line_end(text, at);
        } else {
            return next.starts_with(',').then_some(at);
        }
    }
    None
}

/// The end of a comment that starts on the line at `at`, before its line break.
fn end_of_comment(text: &str, at: usize, close: usize) -> Option<usize> {
    let line = &text[at..text::line_end(text, at).min(close)];
    let comment = line.trim_start_matches([' ', '\t']);
    comment
        .starts_with('#')
        .then(|| at + line.trim_end_matches(['\n', '\r']).len())
}
