//! The config files of a [`Chain`](crate::evidence::Chain), merged as Cargo merges them.
//!
//! Scalars: the strongest file holds. Tables: key by key. Arrays are joined, the weakest first, except those that name a
//! program, of which the strongest holds. An array, a table and anything else don't mix: there Cargo stops.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value as Json;
use toml_edit::{Document, Item, TableLike, Value as Toml};

use crate::evidence::{At, ChainFile, is_replaced, shouted};
use crate::value::Value;

/// All config files as one.
#[derive(Clone, Debug, Default)]
pub struct Config<'c> {
    files: &'c [ChainFile],
    root: BTreeMap<String, Node>,
}

/// A value with the place it comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `true`
    Bool(bool, Origin),
    /// `1`
    Int(i64, Origin),
    /// `"x"`
    Str(String, Origin),
    /// Elements, each with its own place.
    List(Vec<Node>, Origin),
    /// A table; its place is that of the strongest file.
    Table(BTreeMap<String, Node>, Origin),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The key in this file, by its number in the chain.
    File(usize, Range<usize>),
    /// A variable.
    Variable(String),
}

impl<'c> Config<'c> {
    /// Merges the files, the strongest first. What Cargo would stop at is said, and the strongest holds.
    pub fn of(files: &'c [ChainFile]) -> (Self, Vec<String>) {
        let mut stops = Vec::new();
        let mut root = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let Ok(document) = Document::parse(file.text.as_str()) else {
                stops.push(format!("`{}` is no TOML", file.file));
                continue;
            };
            let mut reader = Reader {
                file: index,
                name: &file.file,
                path: Vec::new(),
                stops: &mut stops,
            };
            let mut table = reader.table(document.as_table());
            table.remove("include");
            let mut merger = Merger {
                files,
                path: Vec::new(),
                stops: &mut stops,
            };
            merger.tables(&mut root, table);
        }
        (Self { files, root }, stops)
    }

    /// The value of a key in the files alone.
    ///
    /// Below anything but a table there is none; Cargo stops where it looks there.
    pub fn in_files(&self, path: &[&str]) -> Result<Option<&Node>, String> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(None);
        };
        let mut node = self.root.get(*first);
        for (depth, part) in rest.iter().enumerate() {
            node = match node {
                None => return Ok(None),
                Some(Node::Table(table, _)) => table.get(*part),
                Some(other) => {
                    return Err(format!(
                        "`{}` is {} and no table",
                        path[..=depth].join("."),
                        other.kind()
                    ));
                }
            };
        }
        Ok(node)
    }

    /// The value of a key, with its variable: what `cargo config get` says.
    ///
    /// The variable is read for what it looks like; beside an array of the files it is one more part of it.
    pub fn get(
        &self,
        path: &[&str],
        variables: &BTreeMap<String, String>,
    ) -> Result<Option<Node>, String> {
        let found = self.in_files(path)?;
        let name = shouted("CARGO", path);
        let Some(text) = variables.get(&name) else {
            return Ok(found.cloned());
        };
        let origin = Origin::Variable(name);
        Ok(Some(match (found, literal(text, &origin)) {
            (_, Some(literal)) => literal,
            (Some(Node::List(elements, at)), None) => {
                let kept = if is_replaced(path) {
                    &[]
                } else {
                    &elements[..]
                };
                let words = text.split_whitespace();
                let added = words.map(|word| Node::Str(word.to_owned(), origin.clone()));
                Node::List(kept.iter().cloned().chain(added).collect(), at.clone())
            }
            _ => Node::Str(text.clone(), origin),
        }))
    }

    /// The whole of the files.
    pub fn root(&self) -> &BTreeMap<String, Node> {
        &self.root
    }

    /// Every leaf of the files with its path: what is no table, and empty tables not at all.
    pub fn leaves(&self) -> Vec<(Vec<String>, &Node)> {
        fn walk<'n>(
            table: &'n BTreeMap<String, Node>,
            path: &mut Vec<String>,
            leaves: &mut Vec<(Vec<String>, &'n Node)>,
        ) {
            for (name, node) in table {
                path.push(name.clone());
                match node {
                    Node::Table(table, _) => walk(table, path, leaves),
                    node => leaves.push((path.clone(), node)),
                }
                path.pop();
            }
        }
        let mut leaves = Vec::new();
        walk(&self.root, &mut Vec::new(), &mut leaves);
        leaves
    }

    /// The place of a value; `None`: a variable.
    pub fn at(&self, origin: &Origin) -> Option<At> {
        match origin {
            Origin::File(index, span) => {
                let file = self.files.get(*index)?;
                Some(At::of(&file.file, &file.text, span.start))
            }
            Origin::Variable(_) => None,
        }
    }

    /// Whether it is this machine's and not the repository's.
    pub fn is_own(&self, origin: &Origin) -> bool {
        match origin {
            Origin::File(index, _) => self.files.get(*index).is_some_and(|file| file.own),
            Origin::Variable(_) => true,
        }
    }
}

/// A variable that does not look like a string. Source: `get_cv_with_env` of Cargo 1.95.
fn literal(text: &str, origin: &Origin) -> Option<Node> {
    match text {
        "true" => Some(Node::Bool(true, origin.clone())),
        "false" => Some(Node::Bool(false, origin.clone())),
        _ => text
            .parse()
            .ok()
            .map(|number| Node::Int(number, origin.clone())),
    }
}

impl Node {
    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Bool(_, origin)
            | Self::Int(_, origin)
            | Self::Str(_, origin)
            | Self::List(_, origin)
            | Self::Table(_, origin) => origin,
        }
    }

    /// What it is, in words.
    fn kind(&self) -> &'static str {
        match self {
            Self::Bool(..) => "a boolean",
            Self::Int(..) => "a number",
            Self::Str(..) => "a string",
            Self::List(..) => "an array",
            Self::Table(..) => "a table",
        }
    }

    /// As Cargo prints it.
    pub fn json(&self) -> Json {
        match self {
            Self::Bool(value, _) => (*value).into(),
            Self::Int(value, _) => (*value).into(),
            Self::Str(value, _) => value.as_str().into(),
            Self::List(elements, _) => elements.iter().map(Self::json).collect(),
            Self::Table(table, _) => table
                .iter()
                .map(|(name, node)| (name.clone(), node.json()))
                .collect(),
        }
    }

    /// As a value of ours; `None`: an array of anything but strings, or a table.
    pub fn value(&self) -> Option<Value> {
        Some(match self {
            Self::Bool(value, _) => Value::Bool(*value),
            Self::Int(value, _) => Value::Int(*value),
            Self::Str(value, _) => Value::Str(value.clone()),
            Self::List(elements, _) => Value::Array(
                elements
                    .iter()
                    .map(|element| match element {
                        Self::Str(text, _) => Some(text.clone()),
                        _ => None,
                    })
                    .collect::<Option<_>>()?,
            ),
            Self::Table(..) => return None,
        })
    }
}

/// From TOML to nodes.
struct Reader<'r> {
    file: usize,
    name: &'r str,
    path: Vec<String>,
    stops: &'r mut Vec<String>,
}

impl Reader<'_> {
    fn table(&mut self, table: &dyn TableLike) -> BTreeMap<String, Node> {
        let mut nodes = BTreeMap::new();
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span);
            self.path.push(name.to_owned());
            if let Some(node) = self.item(item, key.unwrap_or_default()) {
                nodes.insert(name.to_owned(), node);
            }
            self.path.pop();
        }
        nodes
    }

    fn item(&mut self, item: &Item, key: Range<usize>) -> Option<Node> {
        let origin = Origin::File(self.file, key.clone());
        match item {
            Item::None => None,
            Item::Value(value) => self.value(value, key),
            Item::Table(table) => Some(Node::Table(self.table(table), origin)),
            Item::ArrayOfTables(tables) => {
                let tables = tables.iter();
                let tables = tables.map(|table| Node::Table(self.table(table), origin.clone()));
                Some(Node::List(tables.collect(), origin.clone()))
            }
        }
    }

    fn value(&mut self, value: &Toml, key: Range<usize>) -> Option<Node> {
        let origin = Origin::File(self.file, key.clone());
        Some(match value {
            Toml::Boolean(value) => Node::Bool(*value.value(), origin),
            Toml::Integer(value) => Node::Int(*value.value(), origin),
            Toml::String(value) => Node::Str(value.value().clone(), origin),
            Toml::Array(array) => {
                let elements = array.iter();
                let elements = elements.filter_map(|element| {
                    let span = element.span().unwrap_or_else(|| key.clone());
                    self.value(element, span)
                });
                Node::List(elements.collect(), origin)
            }
            Toml::InlineTable(table) => Node::Table(self.table(table), origin),
            Toml::Float(_) | Toml::Datetime(_) => {
                self.stops.push(format!(
                    "`{}` of `{}` is of a type that Cargo's config does not have",
                    self.path.join("."),
                    self.name
                ));
                return None;
            }
        })
    }
}

/// From the strongest to the weakest.
struct Merger<'m> {
    files: &'m [ChainFile],
    path: Vec<String>,
    stops: &'m mut Vec<String>,
}

impl Merger<'_> {
    fn tables(&mut self, strong: &mut BTreeMap<String, Node>, weak: BTreeMap<String, Node>) {
        for (name, node) in weak {
            match strong.get_mut(&name) {
                None => {
                    strong.insert(name, node);
                }
                Some(there) => {
                    self.path.push(name);
                    self.nodes(there, node);
                    self.path.pop();
                }
            }
        }
    }

    fn nodes(&mut self, strong: &mut Node, weak: Node) {
        match (strong, weak) {
            (Node::Table(strong, _), Node::Table(weak, _)) => self.tables(strong, weak),
            (Node::List(strong, _), Node::List(weak, _)) => {
                let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
                if !is_replaced(&path) {
                    strong.splice(0..0, weak);
                }
            }
            (strong @ (Node::Table(..) | Node::List(..)), weak)
            | (strong, weak @ (Node::Table(..) | Node::List(..))) => {
                let file = |node: &Node| match node.origin() {
                    Origin::File(index, _) => self.files[*index].file.clone(),
                    Origin::Variable(name) => name.clone(),
                };
                self.stops.push(format!(
                    "`{}` is {} in `{}` and {} in `{}`",
                    self.path.join("."),
                    strong.kind(),
                    file(strong),
                    weak.kind(),
                    file(&weak),
                ));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[&str]) -> Vec<ChainFile> {
        let file = |(index, text): (usize, &&str)| ChainFile {
            file: format!("{index}.toml"),
            text: (*text).to_owned(),
            ..ChainFile::default()
        };
        texts.iter().enumerate().map(file).collect()
    }

    fn get(texts: &[&str], path: &[&str], variables: &[(&str, &str)]) -> String {
        let files = files(texts);
        let variables = variables.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (config, stops) = Config::of(&files);
        if let Some(stop) = stops.first() {
            return stop.clone();
        }
        match config.get(path, &variables.collect()) {
            Ok(None) => "unset".to_owned(),
            Ok(Some(node)) => node.json().to_string(),
            Err(stop) => stop,
        }
    }

    #[test]
    fn layers_are_merged_by_kind() {
        let near = "[a]\nx = 1\nlist = [\"near\"]\n[target.t]\nrunner = [\"near\"]";
        let far = "a = { x = true, y = \"far\", list = [\"far\", 1] }\ntarget.t.runner = [\"far\"]";
        let texts = [near, far];
        assert_eq!(get(&texts, &["a", "x"], &[]), "1");
        assert_eq!(get(&texts, &["a", "y"], &[]), "\"far\"");
        assert_eq!(get(&texts, &["a", "list"], &[]), "[\"far\",1,\"near\"]");
        assert_eq!(get(&texts, &["target", "t", "runner"], &[]), "[\"near\"]");
        assert_eq!(get(&texts, &["a", "z"], &[]), "unset");
    }

    #[test]
    fn kinds_do_not_mix() {
        let check = |near, far, expected| assert_eq!(get(&[near, far], &["a"], &[]), expected);
        check(
            "a = [1]",
            "a = 1",
            "`a` is an array in `0.toml` and a number in `1.toml`",
        );
        check(
            "a.b = 1",
            "a = \"x\"",
            "`a` is a table in `0.toml` and a string in `1.toml`",
        );
        check(
            "a = 1.5",
            "",
            "`a` of `0.toml` is of a type that Cargo's config does not have",
        );
        assert_eq!(
            get(&["a = 1"], &["a", "b"], &[]),
            "`a` is a number and no table"
        );
    }

    #[test]
    fn a_variable_is_read_for_what_it_looks_like() {
        let texts = ["[build]\nflags = [\"a\"]\njobs = 1\n[target.t]\nrunner = [\"a\"]"];
        let check = |path: &[&str], variable, value, expected| {
            assert_eq!(get(&texts, path, &[(variable, value)]), expected);
        };
        let flags = ["build", "flags"];
        check(&flags, "CARGO_BUILD_FLAGS", "b  c", "[\"a\",\"b\",\"c\"]");
        check(&flags, "CARGO_BUILD_FLAGS", "true", "true");
        check(&["build", "jobs"], "CARGO_BUILD_JOBS", "-2", "-2");
        check(&["build", "jobs"], "CARGO_BUILD_JOBS", "", "\"\"");
        check(&["build", "x"], "CARGO_BUILD_X", "y", "\"y\"");
        let runner = ["target", "t", "runner"];
        check(&runner, "CARGO_TARGET_T_RUNNER", "b", "[\"b\"]");
    }
}
