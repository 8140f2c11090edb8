//! YAML as a tree with byte spans, as much of it as a CI file needs. An alias is a leaf: what it stands for is read
//! where it stands, once, so that nobody can blow it up.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// More than any CI file has; what is larger is not looked at.
const MOST_NODES: usize = 60_000;
const DEEPEST: usize = 60;

/// The first document of a file.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// Why there is no tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is no YAML, or none that this parser knows.
    Unknown,
    /// More of it, or deeper, than anybody writes.
    TooLarge,
}

/// A node by its number.
pub(super) type Id = usize;

pub(super) struct Node {
    pub(super) kind: Kind,
    /// Of a scalar its text with the quotes; of the others from the first to the last.
    pub(super) span: Range<usize>,
}

pub(super) enum Kind {
    Scalar(Scalar),
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
    /// `*name`: stands for what was said elsewhere.
    Alias,
}

pub(super) struct Scalar {
    pub(super) value: String,
    /// Whether every character of the value stands as itself, in this order, with nothing but white space added: not
    /// so in quotes with escapes.
    pub(super) is_verbatim: bool,
    /// Whether it is in quotes, or a block: then it is a string whatever it looks like.
    pub(super) is_quoted: bool,
}

impl Tree {
    pub(super) fn read(text: &str) -> Result<Self, Unread> {
        let offsets = Offsets::of(text);
        let mut tree = Self { nodes: Vec::new() };
        // The open lists and maps, each with the children so far.
        let mut open: Vec<(Id, Vec<Id>)> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|_| Unread::Unknown)?;
            let ends = offsets
                .at(span.start.index())
                .zip(offsets.at(span.end.index()));
            let (start, end) = ends.ok_or(Unread::Unknown)?;
            let span = start..end.max(start);
            let node = match event {
                Event::DocumentEnd => break,
                Event::SequenceStart(..) => Node::new(Kind::List(Vec::new()), span),
                Event::MappingStart(..) => Node::new(Kind::Map(Vec::new()), span),
                Event::SequenceEnd | Event::MappingEnd => {
                    tree.close(open.pop().ok_or(Unread::Unknown)?, span.end);
                    continue;
                }
                Event::Scalar(value, style, ..) => {
                    let span = trimmed(text, span, style);
                    let (escapes, quoted) = match style {
                        ScalarStyle::Plain => (false, false),
                        ScalarStyle::SingleQuoted => (value.contains('\''), true),
                        ScalarStyle::DoubleQuoted => (text[span.clone()].contains('\\'), true),
                        ScalarStyle::Literal | ScalarStyle::Folded => (false, true),
                    };
                    let scalar = Scalar {
                        value: value.into_owned(),
                        is_verbatim: !escapes,
                        is_quoted: quoted,
                    };
                    Node::new(Kind::Scalar(scalar), span)
                }
                Event::Alias(_) => Node::new(Kind::Alias, span),
                _ => continue,
            };
            if tree.nodes.len() >= MOST_NODES || open.len() >= DEEPEST {
                return Err(Unread::TooLarge);
            }
            let id = tree.nodes.len();
            if let Some((_, children)) = open.last_mut() {
                children.push(id);
            }
            if matches!(node.kind, Kind::List(_) | Kind::Map(_)) {
                open.push((id, Vec::new()));
            }
            tree.nodes.push(node);
        }
        if tree.nodes.is_empty() || !open.is_empty() {
            return Err(Unread::Unknown);
        }
        Ok(tree)
    }

    fn close(&mut self, (id, children): (Id, Vec<Id>), end: usize) {
        // The end of a block is where the next thing begins; that of its last child is nearer.
        let last = children
            .last()
            .map_or(end, |last| self.nodes[*last].span.end);
        let node = &mut self.nodes[id];
        node.span.end = last.max(node.span.start);
        match &mut node.kind {
            Kind::List(list) => *list = children,
            Kind::Map(map) => {
                *map = children
                    .chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect();
            }
            Kind::Scalar(_) | Kind::Alias => {}
        }
    }

    /// The outermost node.
    pub(super) fn root(&self) -> Id {
        0
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// The scalar at a node.
    pub(super) fn scalar(&self, id: Id) -> Option<&Scalar> {
        match &self.nodes[id].kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The string at a node.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        self.scalar(id).map(|scalar| scalar.value.as_str())
    }

    /// The pairs of a map, those alone whose key is a string; of all else none.
    pub(super) fn pairs(&self, id: Id) -> impl Iterator<Item = (&str, Id, Id)> {
        let pairs = match &self.nodes[id].kind {
            Kind::Map(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs
            .iter()
            .filter_map(|(key, value)| Some((self.text(*key)?, *key, *value)))
    }

    /// The elements of a list; of all else none.
    pub(super) fn list(&self, id: Id) -> &[Id] {
        match &self.nodes[id].kind {
            Kind::List(list) => list,
            _ => &[],
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, id: Id, key: &str) -> Option<Id> {
        let mut pairs = self.pairs(id);
        pairs
            .find(|(name, ..)| *name == key)
            .map(|(_, _, value)| value)
    }
}

impl Node {
    fn new(kind: Kind, span: Range<usize>) -> Self {
        Self { kind, span }
    }
}

/// The parser counts characters.
enum Offsets {
    /// Each is one byte.
    Ascii(usize),
    Of(Vec<u32>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let starts = text.char_indices().map(|(index, _)| at(index));
        Self::Of(starts.chain([at(text.len())]).collect())
    }

    fn at(&self, index: usize) -> Option<usize> {
        match self {
            Self::Ascii(length) => (index <= *length).then_some(index),
            Self::Of(starts) => starts.get(index).map(|at| *at as usize),
        }
    }
}

/// The parser's span of a scalar begins with its anchor and ends behind the white space and the comment that follow.
fn trimmed(text: &str, span: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let whole = &text[span.clone()];
    let end = |from: usize, end: usize| span.start + from..span.start + end;
    match style {
        ScalarStyle::DoubleQuoted => {
            let Some(from) = whole.find('"') else {
                return span;
            };
            let mut escaped = false;
            for (at, byte) in whole.bytes().enumerate().skip(from + 1) {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => return end(from, at + 1),
                    _ => {}
                }
            }
            span
        }
        ScalarStyle::SingleQuoted => {
            let Some(from) = whole.find('\'') else {
                return span;
            };
            let mut quotes = whole.bytes().enumerate().skip(from + 1).peekable();
            while let Some((at, byte)) = quotes.next() {
                if byte != b'\'' {
                    continue;
                }
                if quotes.next_if(|(_, next)| *next == b'\'').is_none() {
                    return end(from, at + 1);
                }
            }
            span
        }
        ScalarStyle::Plain => {
            let mut from = 0;
            while whole[from..].starts_with(['&', '!']) {
                let word = whole[from..].find(char::is_whitespace);
                let after = word.map_or(whole.len(), |word| from + word);
                from = after + (whole.len() - after - whole[after..].trim_start().len());
            }
            end(from, from.max(whole.trim_end().len()))
        }
        ScalarStyle::Literal | ScalarStyle::Folded => end(0, whole.trim_end().len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(text: &str) -> Vec<(String, String)> {
        let tree = Tree::read(text).expect("it is YAML");
        let nodes = tree.nodes.iter();
        nodes
            .filter_map(|node| match &node.kind {
                Kind::Scalar(scalar) => {
                    Some((scalar.value.clone(), text[node.span.clone()].to_owned()))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn spans_are_bytes_and_end_with_the_scalar() {
        let text = "\u{feff}é: \"ü \\\" x\" # 🎉\r\n'it''s': &a plain # no\r\nb: !!str 🎉 z\r\n";
        let expected = [
            ("é", "é"),
            ("ü \" x", "\"ü \\\" x\""),
            ("it's", "'it''s'"),
            ("plain", "plain"),
            ("b", "b"),
            ("🎉 z", "🎉 z"),
        ];
        let expected = expected.map(|(value, text)| (value.to_owned(), text.to_owned()));
        assert_eq!(scalars(text), expected);
    }

    #[test]
    fn a_block_is_where_its_words_are() {
        let text = "run: |\n  one\n\n  two\nnext: >-\n  a\n  b\n";
        let found = scalars(text);
        assert_eq!(found[1], ("one\n\ntwo\n".into(), "one\n\n  two".into()));
        assert_eq!(found[3], ("a b".into(), "a\n  b".into()));
    }

    #[test]
    fn what_nobody_writes_is_not_read() {
        for text in [
            "[".repeat(100_000),
            "- ".repeat(100_000),
            "- a\n".repeat(100_000),
            "a: [".to_owned(),
            String::new(),
        ] {
            assert!(Tree::read(&text).is_err());
        }
        // Ten levels of ten would be ten thousand million: here they are leaves.
        let mut bomb = "a0: &a0 x\n".to_owned();
        for level in 1..10 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            bomb += &format!("a{level}: &a{level} [{below}]\n");
        }
        let tree = Tree::read(&bomb).expect("it is YAML");
        assert!(tree.nodes.len() < 200);
    }
}
