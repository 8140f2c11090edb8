//! From a place in the value of a scalar to the place in the file.

use std::ops::Range;

use super::yaml::{Node, Scalar};

/// Where the characters of a scalar stand.
pub(super) struct Places {
    whole: Range<usize>,
    /// Of each character that is not white space, its place in the value and its bytes in the file. Empty where they
    /// are not the same characters.
    places: Vec<(usize, Range<usize>)>,
}

impl Places {
    pub(super) fn of(text: &str, node: &Node, scalar: &Scalar) -> Self {
        let mut whole = node.span.clone();
        let written = &text[whole.clone()];
        let inside = if written.len() > 1 && written.starts_with(['"', '\'']) && scalar.is_quoted {
            whole.start + 1..whole.end - 1
        } else {
            whole.clone()
        };
        let value = scalar.value.char_indices();
        let mut value = value.filter(|(_, c)| !c.is_whitespace());
        let file = text[inside.clone()].char_indices();
        let file = file.filter(|(_, c)| !c.is_whitespace());
        let mut places = Vec::new();
        let mut same = scalar.is_verbatim;
        for (at, c) in file {
            let other = value.next();
            same &= other.is_some_and(|(_, other)| other == c);
            let start = inside.start + at;
            places.push((other.map_or(0, |(at, _)| at), start..start + c.len_utf8()));
        }
        if !same || value.next().is_some() {
            places.clear();
        }
        // A block of many lines is no place to point at.
        if let Some(line) = written.find('\n') {
            whole.end = whole.start + written[..line].trim_end().len();
        }
        Self { whole, places }
    }

    /// Where a part of the value stands.
    pub(super) fn place(&self, part: &Range<usize>) -> Range<usize> {
        let before = |at: usize| self.places.partition_point(|(value, _)| *value < at);
        match &self.places[before(part.start)..before(part.end).max(before(part.start))] {
            [] => self.whole.clone(),
            [first, .., last] => first.1.start..last.1.end,
            [one] => one.1.clone(),
        }
    }
}
