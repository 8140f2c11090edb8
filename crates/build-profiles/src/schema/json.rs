//! JSON, as much of it as a schema needs: written, never read.

use std::fmt;

/// A JSON value. Objects keep the order of their fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Bool(bool),
    Int(i64),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object of these fields.
    pub(super) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let owned = |(name, value): (&str, Self)| (name.to_owned(), value);
        Self::Object(fields.into_iter().map(owned).collect())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::String(v) => write_string(f, v),
            Self::Array(items) => {
                let items = items.iter().map(|item| (None, item));
                write_all(f, depth, ['[', ']'], items)
            }
            Self::Object(fields) => {
                let items = fields
                    .iter()
                    .map(|(name, item)| (Some(name.as_str()), item));
                write_all(f, depth, ['{', '}'], items)
            }
        }
    }
}

/// Indented by two spaces.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn write_all<'a>(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Json)>,
) -> fmt::Result {
    let last = items.len();
    write!(f, "{open}")?;
    for (index, (name, item)) in items.enumerate() {
        write!(f, "\n{:1$}", "", (depth + 1) * 2)?;
        if let Some(name) = name {
            write_string(f, name)?;
            f.write_str(": ")?;
        }
        item.write(f, depth + 1)?;
        f.write_str(if index + 1 < last { "," } else { "\n" })?;
    }
    let indent = if last == 0 { 0 } else { depth * 2 };
    write!(f, "{:indent$}{close}", "")
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn written_as_json_wants_it() {
        let value = Json::object([
            ("a\"", Json::Array(vec![Json::Int(1), Json::Bool(false)])),
            ("b", Json::String("x\\\n\u{1}é".to_owned())),
            ("c", Json::object([])),
        ]);
        assert_eq!(
            value.to_string(),
            "{\n  \"a\\\"\": [\n    1,\n    false\n  ],\n  \"b\": \"x\\\\\\n\\u0001é\",\n  \"c\": {}\n}"
        );
    }
}
