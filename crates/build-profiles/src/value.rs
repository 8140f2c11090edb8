//! A TOML value as policy, manifest and config hold it, and the dotted path that leads to it.

use std::fmt;

use toml_edit::Value as TomlValue;

/// A value of a setting. In a file every setting is a leaf; only some of nextest's keys take a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true`, `false`
    Bool(bool),
    /// `3`
    Int(i64),
    /// `"thin"`
    Str(String),
    /// `["--cfg", "tokio_unstable"]`; Cargo's arrays that we own hold strings only.
    Array(Vec<String>),
    /// `{ period = "60s", terminate-after = 2 }`; nextest's alone.
    Table(Vec<(String, Value)>),
}

impl Value {
    /// The value in TOML, unless it is of a kind that no setting of ours has (float, date, table, mixed array).
    pub fn from_toml(value: &TomlValue) -> Option<Self> {
        match value {
            TomlValue::Boolean(v) => Some(Self::Bool(*v.value())),
            TomlValue::Integer(v) => Some(Self::Int(*v.value())),
            TomlValue::String(v) => Some(Self::Str(v.value().clone())),
            TomlValue::Array(v) => v
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Self::Array),
            TomlValue::Float(_) | TomlValue::Datetime(_) | TomlValue::InlineTable(_) => None,
        }
    }

    /// The value in TOML, undecorated. Strings with backslashes become literal strings.
    pub fn to_toml(&self) -> TomlValue {
        match self {
            Self::Bool(v) => (*v).into(),
            Self::Int(v) => (*v).into(),
            Self::Str(v) => v.as_str().into(),
            Self::Array(v) => TomlValue::Array(v.iter().map(String::as_str).collect()),
            Self::Table(v) => TomlValue::InlineTable(
                v.iter()
                    .map(|(name, value)| (name.as_str(), value.to_toml()))
                    .collect(),
            ),
        }
    }
}

/// As it would stand in a TOML file.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_toml())
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Str(v.to_owned())
    }
}

impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Self::Bool(v)
    }
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}

/// The dotted path of a key: `profile.dev.package."*".debug`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// A path from its segments, unquoted.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// The path that TOML would read: `profile.dev.package."*".debug`. `None`: it is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let keys = toml_edit::Key::parse(text).ok()?;
        Some(Self(keys.iter().map(|key| key.get().to_owned()).collect()))
    }

    /// The segments, unquoted.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The segments, to match on.
    pub fn parts(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// This path with one more segment.
    #[must_use]
    pub fn join(&self, segment: impl Into<String>) -> Self {
        let mut path = self.clone();
        path.0.push(segment.into());
        path
    }

    /// Whether this path is `prefix` or lies below it.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

/// Quoted as TOML wants it.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write!(f, "{}", toml_edit::Key::new(segment).display_repr())?;
        }
        Ok(())
    }
}
