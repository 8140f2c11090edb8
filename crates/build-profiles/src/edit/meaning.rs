//! What a document says, however it is spelled: the proof that an edit changed what it should, and nothing else.

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike, Value as TomlValue};

use super::Edit;

/// Every leaf by its path. Arrays of tables count as arrays here, as `[[x]]` and `x = [{}]` say the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning(BTreeMap<Vec<String>, Said>);

#[derive(Clone, Debug, PartialEq)]
enum Said {
    Scalar(String),
    Array(Vec<Said>),
    Table(BTreeMap<String, Said>),
    /// A table without keys, as a leaf: whether it is there is a part of the meaning.
    Empty,
}

impl Meaning {
    pub(super) fn of(root: &dyn TableLike) -> Self {
        let mut leaves = BTreeMap::new();
        flatten(root, &mut Vec::new(), &mut leaves);
        Self(leaves)
    }

    /// What the document should say after these edits.
    pub(super) fn after(&self, edits: &[Edit]) -> Self {
        let mut leaves = self.0.clone();
        for edit in edits {
            let path = edit.path().segments();
            match edit {
                Edit::Set { value, .. } => {
                    forget_empty_above(&mut leaves, path);
                    match value.to_toml() {
                        TomlValue::InlineTable(table) => {
                            forget(&mut leaves, path);
                            flatten(&table, &mut path.to_vec(), &mut leaves);
                        }
                        value => {
                            leaves.insert(path.to_vec(), said(&value));
                        }
                    }
                }
                Edit::Append { element, .. } => {
                    forget_empty_above(&mut leaves, path);
                    let element = said(element);
                    match leaves.get_mut(path) {
                        Some(Said::Array(elements)) => elements.push(element),
                        _ => {
                            leaves.insert(path.to_vec(), Said::Array(vec![element]));
                        }
                    }
                }
                Edit::TakeOut { element, .. } => {
                    if let Some(Said::Array(elements)) = leaves.get_mut(path)
                        && *element < elements.len()
                    {
                        elements.remove(*element);
                    }
                }
                Edit::Remove { .. } => forget(&mut leaves, path),
            }
        }
        Self(leaves)
    }

    /// A path at which the two say different things. Whether a table that a removal left empty is still there does not
    /// count.
    pub(super) fn differs(&self, other: &Self, edits: &[Edit]) -> Option<Vec<String>> {
        let (mut a, mut b) = (self.0.clone(), other.0.clone());
        for edit in edits {
            if let Edit::Remove { path } = edit {
                forget_empty_above(&mut a, path.segments());
                forget_empty_above(&mut b, path.segments());
            }
        }
        let changed = a.iter().find(|(path, said)| b.get(*path) != Some(said));
        let added = || b.iter().find(|(path, _)| !a.contains_key(*path));
        changed.or_else(added).map(|(path, _)| path.clone())
    }
}

/// What stands at the path and below it.
fn forget(leaves: &mut BTreeMap<Vec<String>, Said>, path: &[String]) {
    let below: Vec<_> = leaves
        .range(path.to_vec()..)
        .map(|(key, _)| key)
        .take_while(|key| key.starts_with(path))
        .cloned()
        .collect();
    for key in below {
        leaves.remove(&key);
    }
}

fn forget_empty_above(leaves: &mut BTreeMap<Vec<String>, Said>, path: &[String]) {
    for depth in 0..path.len() {
        if leaves.get(&path[..depth]) == Some(&Said::Empty) {
            leaves.remove(&path[..depth]);
        }
    }
}

fn flatten(
    table: &dyn TableLike,
    path: &mut Vec<String>,
    leaves: &mut BTreeMap<Vec<String>, Said>,
) {
    if table.is_empty() && !path.is_empty() {
        leaves.insert(path.clone(), Said::Empty);
    }
    for (name, item) in table.iter() {
        path.push(name.to_owned());
        match item {
            Item::None => {}
            Item::Value(TomlValue::InlineTable(table)) => flatten(table, path, leaves),
            Item::Value(value) => {
                leaves.insert(path.clone(), said(value));
            }
            Item::Table(table) => flatten(table, path, leaves),
            Item::ArrayOfTables(tables) => {
                let tables = tables.iter().map(|table| said_table(table)).collect();
                leaves.insert(path.clone(), Said::Array(tables));
            }
        }
        path.pop();
    }
}

fn said(value: &TomlValue) -> Said {
    match value {
        TomlValue::String(v) => Said::Scalar(format!("string {}", v.value())),
        TomlValue::Integer(v) => Said::Scalar(format!("integer {}", v.value())),
        TomlValue::Float(v) => Said::Scalar(format!("float {:x}", v.value().to_bits())),
        TomlValue::Boolean(v) => Said::Scalar(format!("boolean {}", v.value())),
        TomlValue::Datetime(v) => Said::Scalar(format!("date {}", v.value())),
        TomlValue::Array(v) => Said::Array(v.iter().map(said).collect()),
        TomlValue::InlineTable(v) => said_table(v),
    }
}

fn said_table(table: &dyn TableLike) -> Said {
    Said::Table(
        table
            .iter()
            .filter_map(|(name, item)| Some((name.to_owned(), said_item(item)?)))
            .collect(),
    )
}

fn said_item(item: &Item) -> Option<Said> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(said(value)),
        Item::Table(table) => Some(said_table(table)),
        Item::ArrayOfTables(tables) => Some(Said::Array(
            tables.iter().map(|table| said_table(table)).collect(),
        )),
    }
}
