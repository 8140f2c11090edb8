//! Lines of a text: where they start and end, which are blank, which are comments.

/// Where the document starts: behind the byte order mark, if there is one.
pub(super) fn content_start(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// The line break that new lines get: the one that most lines of the text have.
pub(super) fn newline(text: &str) -> &'static str {
    let crlf = text.matches("\r\n").count();
    let all = text.matches('\n').count();
    if crlf * 2 > all { "\r\n" } else { "\n" }
}

/// The start of the line that holds the byte at `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at]
        .rfind('\n')
        .map_or_else(|| content_start(text), |newline| newline + 1)
}

/// The byte behind the line that holds `at`, its line break included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The whitespace that the line at `at` starts with.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether nothing but whitespace stands on the line at `at`. The end of the text counts as such a line.
pub(super) fn is_blank(text: &str, at: usize) -> bool {
    text[line_start(text, at)..line_end(text, at)]
        .trim()
        .is_empty()
}

/// Whether the line at `at` is a comment.
pub(super) fn is_comment(text: &str, at: usize) -> bool {
    text[line_start(text, at)..line_end(text, at)]
        .trim_start()
        .starts_with('#')
}

/// The start of the block of comment lines directly above the line that starts at `line`, or `line` if there is none.
/// Lines before `floor` belong to another statement, whatever they look like: a multi-line string may hold a `#`.
pub(super) fn block_above(text: &str, line: usize, floor: usize) -> usize {
    let mut start = line;
    while start > floor {
        let above = line_start(text, start - 1);
        if above < floor || !is_comment(text, above) {
            break;
        }
        start = above;
    }
    start
}

/// The end of the block of comment lines that starts at `line`, or `line` if it is none.
pub(super) fn block_below(text: &str, line: usize) -> usize {
    let mut end = line;
    while end < text.len() && is_comment(text, end) {
        end = line_end(text, end);
    }
    end
}

/// The words of a block of comment lines: `#` and one space stripped. `None` if there are no lines.
pub(super) fn words(block: &str) -> Option<String> {
    let lines: Vec<&str> = block
        .lines()
        .map(|line| {
            let line = line.trim();
            let line = line.strip_prefix('#').unwrap_or(line);
            line.strip_prefix(' ').unwrap_or(line)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Whether a comment in here asks for the last place in the file.
pub(super) fn wants_last_place(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('#'))
        .map(|(_, comment)| comment.to_lowercase())
        .any(|comment| {
            [
                "last line",
                "last table",
                "last section",
                "end of the file",
                "end of this file",
                "vim:",
            ]
            .iter()
            .any(|words| comment.contains(words))
        })
}

/// The first byte from `at` that is no whitespace, line break, comment or comma: what stands between two members of an
/// array or inline table.
pub(super) fn skip_gap(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let found = rest
            .find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | ','))
            .map_or(text.len(), |skipped| at + skipped);
        if !text[found..].starts_with('#') {
            return found;
        }
        at = line_end(text, found);
    }
}
