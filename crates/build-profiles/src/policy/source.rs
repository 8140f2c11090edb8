//! The policy file as TOML with places: fields, their spans, and the comments above them.

use std::ops::Range;

use toml_edit::{Item, Key, TableLike};

use crate::diagnostic::{Diagnostic, FilePath};
use crate::policy::Spanned;

/// What all parts of the parser share: where they are, and what they found.
pub(super) struct Reader<'a> {
    /// The policy file.
    pub(super) file: &'a FilePath,
    /// Its text without the BOM: what toml_edit's spans count in.
    text: &'a str,
    /// Bytes of the BOM.
    bom: usize,
    /// The oldest toolchain, read before everything else.
    pub(super) toolchain: Option<semver::Version>,
    /// What was found so far.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A key and what it stands for.
pub(super) struct Field<'t> {
    /// The key, unquoted.
    pub(super) name: &'t str,
    /// The key in the file.
    pub(super) span: Range<usize>,
    /// What it stands for.
    pub(super) item: &'t Item,
    /// The comment directly above the key, or above the header of its table.
    pub(super) above: Option<String>,
}

impl<'a> Reader<'a> {
    /// A reader of the file; the text as it is on disk.
    pub(super) fn new(file: &'a FilePath, text: &'a str) -> Self {
        let without_bom = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            file,
            text: without_bom,
            bom: text.len() - without_bom.len(),
            toolchain: None,
            diagnostics: Vec::new(),
        }
    }

    /// The text that toml_edit is to parse.
    pub(super) fn toml(&self) -> &'a str {
        self.text
    }

    /// A span of toml_edit, in the file.
    ///
    /// Invariant: within the file, on character boundaries.
    pub(super) fn place(&self, span: Option<Range<usize>>) -> Range<usize> {
        let span = span.unwrap_or(0..0);
        let end = self.text.len().min(span.end);
        let mut start = span.start.min(end);
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = end;
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start + self.bom..end + self.bom
    }

    /// A range of a quoted key's or string's content, in the file; the whole span where escapes make the two differ.
    pub(super) fn inside(
        &self,
        span: &Range<usize>,
        content: &str,
        range: Range<usize>,
    ) -> Range<usize> {
        let raw = self
            .text
            .get(span.start - self.bom..span.end - self.bom)
            .unwrap_or_default();
        for quotes in [0, 1] {
            let inner = raw.get(quotes..raw.len().saturating_sub(quotes));
            if inner == Some(content) && content.get(range.clone()).is_some() {
                let start = span.start + quotes;
                return start + range.start..start + range.end;
            }
        }
        span.clone()
    }

    /// The fields of a table, in the order of the file.
    pub(super) fn fields<'t>(&self, table: &'t dyn TableLike) -> Vec<Field<'t>> {
        let mut fields: Vec<_> = table
            .iter()
            .filter_map(|(name, _)| table.get_key_value(name))
            .map(|(key, item)| Field {
                name: key.get(),
                span: self.place(key.span()),
                item,
                above: self.above(key, item),
            })
            .collect();
        fields.sort_by_key(|field| field.span.start);
        fields
    }

    /// The table a field holds; otherwise a finding.
    pub(super) fn table<'t>(&mut self, field: &Field<'t>) -> Option<&'t dyn TableLike> {
        let table = field.item.as_table_like();
        if table.is_none() {
            self.wrong_type(field, "a table");
        }
        table
    }

    /// The string a field holds; otherwise a finding.
    pub(super) fn string(&mut self, field: &Field<'_>) -> Option<Spanned<String>> {
        let text = field.item.as_str();
        if text.is_none() {
            self.wrong_type(field, "a string");
        }
        Some(Spanned {
            value: text?.to_owned(),
            span: self.place(field.item.span()),
        })
    }

    /// The strings of an array, or one string; otherwise a finding for each that is none.
    pub(super) fn strings(&mut self, field: &Field<'_>) -> Option<Vec<Spanned<String>>> {
        if field.item.is_str() {
            return self.string(field).map(|one| vec![one]);
        }
        let Some(array) = field.item.as_array() else {
            self.wrong_type(field, "an array of strings");
            return None;
        };
        let mut strings = Vec::new();
        for value in array {
            let span = self.place(value.span());
            match value.as_str() {
                Some(text) => strings.push(Spanned {
                    value: text.to_owned(),
                    span,
                }),
                None => self.diagnostics.push(
                    Diagnostic::error("wrong_type", format!("`{}` takes strings only", field.name))
                        .with_label(
                            self.file,
                            span,
                            format!("this is {}", kind(value.type_name())),
                        )
                        .with_help("put it in quotes, or remove it"),
                ),
            }
        }
        Some(strings)
    }

    /// A finding: the field holds something of another type than it should.
    pub(super) fn wrong_type(&mut self, field: &Field<'_>, wanted: &str) {
        self.diagnostics.push(
            Diagnostic::error("wrong_type", format!("`{}` takes {wanted}", field.name))
                .with_label(
                    self.file,
                    self.value_span(field),
                    format!("this is {}", kind(field.item.type_name())),
                )
                .with_help(format!("write {wanted}")),
        );
    }

    /// Where a field's value stands; for a table the key, since its body may be all over the file.
    pub(super) fn value_span(&self, field: &Field<'_>) -> Range<usize> {
        match field.item {
            Item::Value(value) if !is_dotted(value) => self.place(value.span()),
            _ => field.span.clone(),
        }
    }

    /// Whether a span of the file lies on one line.
    pub(super) fn one_line(&self, span: &Range<usize>) -> bool {
        self.text
            .get(span.start - self.bom..span.end - self.bom)
            .is_some_and(|text| !text.contains('\n'))
    }

    /// The comment lines directly above a field, `#` and one space taken off.
    fn above(&self, key: &Key, item: &Item) -> Option<String> {
        let prefix = match item {
            Item::Value(value) if !is_dotted(value) => key.leaf_decor().prefix(),
            Item::Table(table) if !table.is_dotted() && !table.is_implicit() => {
                table.decor().prefix()
            }
            _ => None,
        }?;
        let span = prefix.span()?;
        let before = self.text.get(span.clone())?;
        let (mut lines, _) = before.rsplit_once('\n')?;
        // In an inline table the first line is the end of the line before: a comment on it belongs to that.
        if !self.text[..span.start].ends_with('\n') && span.start > 0 {
            (_, lines) = lines.split_once('\n')?;
        }
        let mut comment: Vec<_> = lines
            .rsplit('\n')
            .map_while(|line| line.trim().strip_prefix('#'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        comment.reverse();
        (!comment.is_empty()).then(|| comment.join("\n"))
    }
}

/// Whether the value is the inline table that dotted keys make inside another inline table.
fn is_dotted(value: &toml_edit::Value) -> bool {
    value
        .as_inline_table()
        .is_some_and(|table| table.is_dotted())
}

/// TOML's type names with an article.
fn kind(name: &str) -> String {
    match name.chars().next() {
        Some('a' | 'i') => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
