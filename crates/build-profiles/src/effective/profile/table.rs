//! A table `[profile.<name>]` of one layer, read with the types that Cargo gives its keys, variables over the config.
//!
//! Source: `TomlProfile` and `validate_profile` of Cargo 1.95; `de.rs` of its config for what a variable is read as.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Config, Node, Spec};
use super::{Word, Words};
use crate::evidence::shouted;
use crate::value::Value;

/// A profile, as one layer or several of them say it.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) keys: Words,
    /// There, though it may be empty: an empty override resets `strip`.
    pub(super) build_override: Option<Words>,
    pub(super) packages: Vec<Override>,
}

/// `package.<spec>`.
#[derive(Clone, Debug)]
pub(super) struct Override {
    pub(super) written: String,
    /// `None`: `*`.
    pub(super) spec: Option<Spec>,
    pub(super) words: Words,
}

impl Table {
    pub(super) fn inherits(&self) -> Option<&str> {
        match &self.keys.get("inherits")?.value {
            Value::Str(parent) => Some(parent),
            _ => None,
        }
    }

    pub(super) fn inherit(&mut self, parent: &str) {
        self.keys.entry("inherits".to_owned()).or_insert(Word {
            value: Value::from(parent),
            place: "Cargo".to_owned(),
            at: None,
            own: false,
        });
    }

    /// Lays another layer over this one, key by key.
    pub(super) fn lay(&mut self, over: &Self) {
        self.keys.extend(over.keys.clone());
        if let Some(words) = &over.build_override {
            let own = self.build_override.get_or_insert_default();
            own.extend(words.clone());
        }
        for package in &over.packages {
            self.package(&package.written, package.spec.clone())
                .extend(package.words.clone());
        }
    }

    fn package(&mut self, written: &str, spec: Option<Spec>) -> &mut Words {
        let known = self.packages.iter().position(|one| one.spec == spec);
        let index = known.unwrap_or_else(|| {
            self.packages.push(Override {
                written: written.to_owned(),
                spec,
                words: Words::new(),
            });
            self.packages.len() - 1
        });
        &mut self.packages[index].words
    }

    /// Sets a key, by its path below the profile.
    pub(super) fn set(&mut self, path: &[&str], value: &Value) {
        let word = Word {
            value: value.clone(),
            place: String::new(),
            at: None,
            own: false,
        };
        let (words, key) = match path {
            [key] => (&mut self.keys, key),
            ["build-override", key] => (self.build_override.get_or_insert_default(), key),
            ["package", written, key] => match parse(written) {
                Some(spec) => (self.package(written, spec), key),
                None => return,
            },
            _ => return,
        };
        words.insert((*key).to_owned(), word);
    }
}

/// A key of `package`: `Some(None)` for `*`, `None` for what Cargo refuses.
fn parse(written: &str) -> Option<Option<Spec>> {
    if written == "*" {
        return Some(None);
    }
    Spec::parse(written).map(Some)
}

/// The types of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Units,
    Str,
    OptLevel,
    Debug,
    /// `lto`, `strip`.
    BoolOrStr,
    Flags,
    /// Whatever it is, it is unstable.
    Any,
    BuildOverride,
    Packages,
}

const FIELDS: [(&str, Kind); 18] = [
    ("opt-level", Kind::OptLevel),
    ("lto", Kind::BoolOrStr),
    ("codegen-backend", Kind::Str),
    ("codegen-units", Kind::Units),
    ("debug", Kind::Debug),
    ("split-debuginfo", Kind::Str),
    ("debug-assertions", Kind::Bool),
    ("rpath", Kind::Bool),
    ("panic", Kind::Str),
    ("overflow-checks", Kind::Bool),
    ("incremental", Kind::Bool),
    ("dir-name", Kind::Str),
    ("inherits", Kind::Str),
    ("strip", Kind::BoolOrStr),
    ("rustflags", Kind::Flags),
    ("package", Kind::Packages),
    ("build-override", Kind::BuildOverride),
    ("trim-paths", Kind::Any),
];

/// Reads the tables of one layer: of the manifest, or of the config with its variables.
pub(super) struct Reader<'r> {
    pub(super) config: &'r Config<'r>,
    pub(super) variables: Option<&'r BTreeMap<String, String>>,
    pub(super) stops: Vec<String>,
}

type Nodes = BTreeMap<String, Node>;

impl<'r> Reader<'r> {
    /// The tables below a path, by name.
    pub(super) fn names(&self, path: &[&str]) -> Vec<(String, &'r Node)> {
        match self.config.in_files(path) {
            Ok(Some(Node::Table(table, _))) => {
                table.iter().map(|(name, at)| (name.clone(), at)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A profile of the manifest.
    pub(super) fn profile(&mut self, name: &str, node: &Node) -> Table {
        let mut table = Table::default();
        match node {
            Node::Table(nodes, _) => self.root(name, Some(nodes), "", &mut table),
            _ => self.stops.push(format!("profile `{name}` is no table")),
        }
        table
    }

    /// A profile of the config; `None`: neither a file nor a variable says anything of it.
    pub(super) fn of_config(&mut self, name: &str) -> Option<Table> {
        let variable = shouted("CARGO", &["profile", name]);
        let nodes = match self.config.in_files(&["profile", name]) {
            Ok(Some(Node::Table(nodes, _))) => Some(nodes),
            Ok(None) => None,
            Ok(Some(_)) => {
                self.stops.push(format!("profile `{name}` is no table"));
                None
            }
            Err(stop) => {
                self.stops.push(stop);
                None
            }
        };
        if nodes.is_none() && !self.is_named(&variable) && !self.is_begun(&variable) {
            return None;
        }
        let mut table = Table::default();
        self.root(name, nodes, &variable, &mut table);
        Some(table)
    }

    /// `CARGO_INCREMENTAL`, else `build.incremental` with its own variable; which is read, and may be wrong, in any case.
    pub(super) fn incremental(&mut self) -> Option<Word> {
        let node = match self.config.in_files(&["build", "incremental"]) {
            Ok(node) => node,
            Err(stop) => {
                self.stops.push(stop);
                None
            }
        };
        let at = "build.incremental";
        let configured = self.scalar(at, Kind::Bool, node, "CARGO_BUILD_INCREMENTAL");
        match self.variables?.get("CARGO_INCREMENTAL") {
            Some(text) => Some(Word {
                value: Value::Bool(text == "1"),
                place: "CARGO_INCREMENTAL in the environment".to_owned(),
                at: None,
                own: true,
            }),
            None => configured,
        }
    }

    fn root(&mut self, name: &str, nodes: Option<&Nodes>, variable: &str, table: &mut Table) {
        let at = format!("profile.{name}");
        self.table(&at, nodes, variable, table);
        let mut stop = |said: String| self.stops.push(format!("`{at}`: {said}"));
        let says = |key: &str| table.keys.get(key).map(|word| &word.value);
        if says("dir-name").is_some() {
            stop("`dir-name` is not allowed".to_owned());
        }
        if says("inherits") == Some(&Value::from("debug")) {
            stop("`inherits = \"debug\"` should be `\"dev\"`".to_owned());
        }
        if let Some(Value::Str(panic)) = says("panic")
            && !matches!(panic.as_str(), "unwind" | "abort" | "immediate-abort")
        {
            stop(format!("there is no `panic = \"{panic}\"`"));
        }
        if let Some(Value::Str(lto)) = says("lto")
            && matches!(lto.as_str(), "true" | "false")
        {
            stop(format!("`lto = \"{lto}\"` is a string and no boolean"));
        }
        let packages = table.packages.iter().map(|one| &one.words);
        for words in packages.chain(&table.build_override) {
            for key in ["panic", "lto", "rpath"] {
                if words.contains_key(key) {
                    stop(format!("`{key}` may not stand in an override"));
                }
            }
        }
    }

    /// Reads one table: what its keys say, with the variables over them.
    fn table(&mut self, at: &str, nodes: Option<&Nodes>, variable: &str, table: &mut Table) {
        let of_manifest = self.variables.is_none();
        let env = |field: &str| match of_manifest {
            true => String::new(),
            false => shouted(variable, &[field]),
        };
        // The keys that are there, in the files or by a variable that begins like them.
        let mut there: BTreeSet<&str> = nodes.into_iter().flatten().map(|(n, _)| &**n).collect();
        for (field, _) in FIELDS.iter().chain(&[("hint-mostly-unused", Kind::Bool)]) {
            let name = env(field);
            if self.is_named(&name) || self.is_begun(&name) {
                there.insert(field);
            }
        }
        for (field, kind) in FIELDS {
            if !there.contains(field) {
                continue;
            }
            let name = env(field);
            let node = nodes.and_then(|nodes| nodes.get(field));
            let at = format!("{at}.{field}");
            match kind {
                Kind::BuildOverride => {
                    let longer = !shadowed(field, &there) && self.is_begun(&name);
                    if node.is_some() || longer || self.is_named(&name) {
                        let words = self.over(&at, node, &name);
                        table.build_override = Some(words);
                    }
                }
                Kind::Packages => self.packages(&at, node, &name, table),
                kind => {
                    if node.is_none() && !self.is_named(&name) {
                        // `CARGO_PROFILE_DEV_LTO_X`: Cargo takes it for a key of `lto`, which is no table.
                        if self.is_begun(&name) && !shadowed(field, &there) {
                            self.stops.push(format!(
                                "a variable that begins with `{name}_` is read as a key of `{at}`"
                            ));
                        }
                        continue;
                    }
                    if let Some(word) = self.scalar(&at, kind, node, &name) {
                        table.keys.insert(field.to_owned(), word);
                    }
                }
            }
        }
    }

    /// The words of an override.
    fn over(&mut self, at: &str, node: Option<&Node>, variable: &str) -> Words {
        let nodes = match node {
            None => None,
            Some(Node::Table(nodes, _)) => Some(nodes),
            Some(_) => {
                self.stops.push(format!("`{at}` is no table"));
                None
            }
        };
        let mut table = Table::default();
        self.table(at, nodes, variable, &mut table);
        if table.build_override.is_some() || !table.packages.is_empty() {
            self.stops.push(format!("`{at}` has an override in it"));
        }
        table.keys
    }

    fn packages(&mut self, at: &str, node: Option<&Node>, variable: &str, table: &mut Table) {
        let nodes = match node {
            None => return,
            Some(Node::Table(nodes, _)) => nodes,
            Some(_) => {
                self.stops.push(format!("`{at}` is no table"));
                return;
            }
        };
        for (written, node) in nodes {
            // The name stands in the variable as it is written, in small letters too.
            let variable = format!("{variable}_{written}");
            let words = self.over(&format!("{at}.{written}"), Some(node), &variable);
            match parse(written) {
                Some(spec) => table.package(written, spec).extend(words),
                None => self
                    .stops
                    .push(format!("`{written}` of `{at}` is no package")),
            }
        }
    }

    /// A value: the variable's if there is one, of the type that the key has.
    fn scalar(
        &mut self,
        at: &str,
        kind: Kind,
        node: Option<&Node>,
        variable: &str,
    ) -> Option<Word> {
        let text = self.variables.and_then(|all| all.get(variable));
        // What decides by itself what a variable looks like takes it in place of the files' value; what asks for a type
        // wants both to be of it.
        let guessed = matches!(
            kind,
            Kind::OptLevel | Kind::Debug | Kind::BoolOrStr | Kind::Any | Kind::Flags
        );
        let from_file = node.filter(|_| text.is_none() || !guessed);
        let mut word = None;
        if let Some(node) = from_file {
            match node.value().filter(|value| takes(kind, value)) {
                Some(value) => {
                    let place = self.config.at(node.origin())?;
                    word = Some(Word {
                        value,
                        place: format!("{}:{}", place.file, place.line),
                        at: Some(place),
                        own: self.config.is_own(node.origin()),
                    });
                }
                None => {
                    self.stops
                        .push(format!("`{at}` does not take {}", node.json()));
                    return None;
                }
            }
        }
        let Some(text) = text else { return word };
        match read(kind, text).filter(|value| takes(kind, value)) {
            Some(value) => Some(Word {
                value,
                place: format!("{variable} in the environment"),
                at: None,
                own: true,
            }),
            None => {
                self.stops
                    .push(format!("`{at}` does not take `{variable}={text}`"));
                word
            }
        }
    }

    fn is_named(&self, variable: &str) -> bool {
        !variable.is_empty() && self.variables.is_some_and(|all| all.contains_key(variable))
    }

    /// Whether a variable begins with this name and goes on.
    fn is_begun(&self, variable: &str) -> bool {
        let before = format!("{variable}_");
        let mut after = self
            .variables
            .filter(|_| !variable.is_empty())
            .into_iter()
            .flat_map(|all| all.range(before.clone()..));
        after
            .next()
            .is_some_and(|(name, _)| name.starts_with(&before))
    }
}

/// Whether another key that is there begins like this one, so that Cargo does not ask for variables below it.
fn shadowed(field: &str, there: &BTreeSet<&str>) -> bool {
    let before = format!("{field}_").replace('-', "_");
    there
        .iter()
        .any(|other| other.replace('-', "_").starts_with(&before))
}

/// What a variable is read as.
fn read(kind: Kind, text: &str) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(text.parse().ok()?),
        Kind::Units => Value::Int(text.parse().ok()?),
        Kind::Str => text.into(),
        Kind::Flags => Value::Array(text.split_whitespace().map(str::to_owned).collect()),
        _ => match (text, text.parse()) {
            ("true", _) => Value::Bool(true),
            ("false", _) => Value::Bool(false),
            (_, Ok(number)) => Value::Int(number),
            _ => text.into(),
        },
    })
}

/// Whether Cargo takes the value; rustc may still refuse it.
fn takes(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Bool, Value::Bool(_))
        | (Kind::Str, Value::Str(_))
        | (Kind::OptLevel, Value::Int(_))
        | (Kind::Debug, Value::Bool(_) | Value::Int(0..=2))
        | (Kind::BoolOrStr, Value::Bool(_) | Value::Str(_))
        | (Kind::Flags, Value::Array(_))
        | (Kind::Any, _) => true,
        (Kind::Units, Value::Int(number)) => u32::try_from(*number).is_ok(),
        (Kind::OptLevel, Value::Str(word)) => matches!(word.as_str(), "s" | "z"),
        (Kind::Debug, Value::Str(word)) => matches!(
            word.as_str(),
            "none" | "limited" | "full" | "line-tables-only" | "line-directives-only"
        ),
        _ => false,
    }
}
