//! Sections of the text: a header, the lines below it, and whose the comments between are.

use super::Tree;
use crate::edit::text;

impl Tree<'_> {
    /// The index of the line that starts at `start`.
    pub(in crate::edit) fn line_at(&self, start: usize) -> Option<usize> {
        self.lines
            .binary_search_by_key(&start, |line| line.start)
            .ok()
    }

    /// The last line of the section that the header at `header` opens: the header itself if it holds no keys.
    pub(in crate::edit) fn section_last(&self, header: usize) -> usize {
        let mut last = header;
        while self.lines.get(last + 1).is_some_and(|line| !line.is_header) {
            last += 1;
        }
        last
    }

    /// How many lines stand before the first header.
    pub(in crate::edit) fn root_lines(&self) -> usize {
        self.lines
            .iter()
            .position(|line| line.is_header)
            .unwrap_or(self.lines.len())
    }

    /// Where the text between the line before and this one starts.
    pub(in crate::edit) fn floor(&self, line: usize) -> usize {
        match line.checked_sub(1) {
            Some(before) => text::line_end(self.text, self.lines[before].end),
            None => text::content_start(self.text),
        }
    }

    /// The start of the comment directly above a line, or of the line itself.
    pub(in crate::edit) fn block_above(&self, line: usize) -> usize {
        let start = text::line_start(self.text, self.lines[line].start);
        text::block_above(self.text, start, self.floor(line))
    }

    /// Where a section ends whose last line is `last`.
    ///
    /// A comment belongs to what follows it, unless it stands directly below the section's last line and nothing
    /// directly below it. At the end of the text, where nothing follows, all of it belongs to the section: it may be
    /// keys that are switched off.
    pub(in crate::edit) fn section_end(&self, last: usize) -> usize {
        if last + 1 == self.lines.len() {
            return self.text_end();
        }
        let end = text::line_end(self.text, self.lines[last].end);
        let block = text::block_below(self.text, end);
        if text::is_blank(self.text, block) {
            block
        } else {
            end
        }
    }

    /// Where a new section goes that belongs behind all others: at the end of the text. A last section that says it
    /// must stay the last (a script appends to it) does.
    pub(in crate::edit) fn text_end(&self) -> usize {
        let end = self.text.len();
        let Some(last) = self.lines.last() else {
            return end;
        };
        let below = text::line_end(self.text, last.end);
        if text::wants_last_place(&self.text[below..]) {
            return below;
        }
        match self.lines.iter().rposition(|line| line.is_header) {
            Some(header) if text::wants_last_place(&self.text[self.block_above(header)..]) => {
                self.block_above(header)
            }
            _ => end,
        }
    }
}
