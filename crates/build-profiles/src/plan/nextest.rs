//! `.config/nextest.toml`: only the keys that `[test.nextest]` names are looked at. A key is one setting, whether it stands
//! there in its short form or as a table, and however that table is spelled.

use std::ops::Range;

use super::{Drift, DriftKind, Plan};
use crate::edit::{Edit, Source, parse};
use crate::facts::Workspace;
use crate::key::nextest::{Form, key_at};
use crate::key::{Key, Kind};
use crate::layout::nextest_path;
use crate::settings::{Layer, Setting, Settings};
use crate::value::{KeyPath, Value};

/// Compares the file; gives the edits that would make it say what the policy says.
pub(super) fn compare(settings: &Settings, workspace: &Workspace, plan: &mut Plan) -> Vec<Edit> {
    let text = text(workspace);
    let Ok(source) = parse(text) else {
        return Vec::new();
    }; // Reported by `config_files`.
    let mut wanted: Vec<(&KeyPath, &Setting)> = settings.nextest.iter().collect();
    wanted.sort_by_key(|(path, setting)| (path.segments().len() > 1, setting.origin.span.start));
    let mut edits = Vec::new();
    for (path, setting) in wanted {
        let Some(key) = key_at(&path.parts()) else {
            continue;
        };
        let present = present(&source, path);
        let value = present.as_ref().and_then(|present| present.value.as_ref());
        if value.is_some_and(|value| key.same(value, &setting.value)) {
            continue;
        }
        plan.drift.push(Drift {
            file: nextest_path(),
            kind: match present {
                None => DriftKind::Missing,
                Some(_) => DriftKind::Different,
            },
            key: path.to_string(),
            present: present
                .as_ref()
                .map(|present| (present.shown(text), present.span.clone())),
            wanted: Some(setting.value.to_string()),
            origin: Some(setting.origin.clone()),
            by_lock: false,
        });
        match (&key.kind, present.filter(|present| present.leaf.is_none())) {
            (Kind::Form(form), Some(present)) => {
                edits.extend(members(form, path, &present, &setting.value));
            }
            _ => edits.push(set(path.clone(), &setting.value)),
        }
    }
    edits
}

/// What the file says for these keys.
pub(crate) fn said(workspace: &Workspace, paths: &Layer) -> Vec<(KeyPath, Value)> {
    let Ok(source) = parse(text(workspace)) else {
        return Vec::new();
    };
    let value = |path: &KeyPath| present(&source, path)?.value;
    paths
        .keys()
        .filter_map(|path| Some((path.clone(), value(path)?)))
        .collect()
}

fn text(workspace: &Workspace) -> &str {
    workspace
        .files
        .get(&nextest_path())
        .map_or("", String::as_str)
}

/// A key as it stands in the file.
struct Present {
    /// `None`: no value of ours.
    value: Option<Value>,
    /// Key and value of a leaf, else the name of the table.
    span: Range<usize>,
    /// The value of a leaf.
    leaf: Option<Range<usize>>,
}

impl Present {
    /// The value as it stands there.
    fn shown(&self, text: &str) -> String {
        match (&self.leaf, &self.value) {
            (Some(leaf), _) => text[leaf.clone()].to_owned(),
            (None, Some(value)) => value.to_string(),
            (None, None) => "a table".to_owned(),
        }
    }
}

fn present(source: &Source<'_>, path: &KeyPath) -> Option<Present> {
    if let Some(leaf) = source.leaf(path) {
        return Some(Present {
            value: leaf.value,
            span: leaf.key_span.start..leaf.span.end,
            leaf: Some(leaf.span),
        });
    }
    let span = source.table_span(path)?;
    let depth = path.segments().len();
    let members: Option<Vec<(String, Value)>> = source
        .leaves()
        .into_iter()
        .filter(|leaf| leaf.path.starts_with(path))
        .map(|leaf| match &leaf.path.segments()[depth..] {
            [name] => Some((name.clone(), leaf.value?)),
            _ => None,
        })
        .collect();
    Some(Present {
        value: members.map(Value::Table),
        span,
        leaf: None,
    })
}

/// The edits of a table that stays one, member by member, in the spelling that it has.
fn members(form: &Form, path: &KeyPath, present: &Present, wanted: &Value) -> Vec<Edit> {
    let there = match &present.value {
        Some(Value::Table(members)) => members.as_slice(),
        _ => &[],
    };
    let wanted = form.spelled_out(wanted);
    let same = |name: &str, value: &Value| {
        let known = there.iter().find(|(member, _)| member == name);
        let member = form.member(name);
        known
            .zip(member)
            .is_some_and(|((_, known), member)| member.same(known, value))
    };
    let set_members = wanted
        .iter()
        .filter(|(name, value)| !same(name, value))
        .map(|(name, value)| set(path.join(name), value));
    let gone = there
        .iter()
        .filter(|(name, _)| wanted.iter().all(|(member, _)| member != name))
        .map(|(name, _)| Edit::Remove {
            path: path.join(name),
        });
    set_members.chain(gone).collect()
}

fn set(path: KeyPath, value: &Value) -> Edit {
    Edit::Set {
        path,
        value: value.clone(),
        comment: None,
    }
}

/// The row of a key of the policy's `[test]` or below.
pub(crate) fn row(path: &[&str]) -> Option<&'static Key> {
    match path {
        ["test", "nextest", rest @ ..] => key_at(rest),
        ["test", name] => crate::key::key(crate::key::Home::Test, name),
        _ => None,
    }
}
