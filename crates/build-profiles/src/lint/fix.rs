//! Mends what can be mended for certain: edits, or a key's new name.

use std::collections::BTreeMap;

use super::{Files, Finding};
use crate::diagnostic::FilePath;
use crate::edit::{Edit, Leaf, Source, apply, parse, rename};
use crate::plan::FileChange;
use crate::value::{KeyPath, Value};

/// One step of mending a file.
#[derive(Clone, Debug)]
pub enum Fix {
    /// A key set or removed.
    Edit(Edit),
    /// A key that keeps its place, its value and its comments, and gets this name.
    Rename(KeyPath, String),
}

/// The files as they would be, and the findings that could not be mended without damage.
///
/// A finding is mended whole or not at all. Files of the machine are nobody's to mend but their owner's.
pub fn fixed(files: &Files, findings: &[Finding]) -> (Vec<FileChange>, Vec<Finding>) {
    let mut texts: BTreeMap<&FilePath, String> = files
        .files
        .iter()
        .filter(|file| !file.is_machines())
        .map(|file| (&file.path, file.text.clone()))
        .collect();
    let mut left = Vec::new();
    for finding in findings {
        let mut tried = texts.clone();
        let mends = !finding.fixes.is_empty()
            && finding.fixes.iter().all(|(file, fix)| {
                let Some(text) = tried.get_mut(file) else {
                    return false;
                };
                match step(text, fix) {
                    Some(mended) => {
                        *text = mended;
                        true
                    }
                    None => false,
                }
            });
        if mends {
            texts = tried;
        } else {
            left.push(finding.clone());
        }
    }
    let changes = files.files.iter().filter_map(|file| {
        let after = texts.get(&file.path)?;
        (*after != file.text).then(|| FileChange {
            path: file.path.clone(),
            before: Some(file.text.clone()),
            after: Some(after.clone()),
        })
    });
    (changes.collect(), left)
}

fn step(text: &str, fix: &Fix) -> Option<String> {
    match fix {
        Fix::Edit(edit) => apply(text, std::slice::from_ref(edit)).ok(),
        Fix::Rename(path, name) => rename(text, path, name)
            .ok()
            .or_else(|| renamed_table(text, path, name)),
    }
}

/// A table under another name, wherever it is spelled: in headers, in dotted keys, inline.
fn renamed_table(text: &str, path: &KeyPath, name: &str) -> Option<String> {
    /// More places than anybody spells a table at.
    const MOST: usize = 64;
    let (last, parent) = path.segments().split_last()?;
    let parent = KeyPath::new(parent.iter().cloned());
    let to = parent.join(name);
    let says = |source: &Source<'_>| -> Vec<(KeyPath, Option<Value>)> {
        let leaves = source.leaves().into_iter();
        leaves.map(|leaf| (leaf.path, leaf.value)).collect()
    };
    let mut expected = says(&parse(text).ok()?);
    for (leaf, _) in &mut expected {
        if leaf.starts_with(path) {
            let below = leaf.segments()[path.segments().len()..].iter().cloned();
            *leaf = KeyPath::new(to.segments().iter().cloned().chain(below));
        }
    }
    let key = toml_edit::Key::new(name).display_repr().into_owned();
    let mut now = text.to_owned();
    for _ in 0..MOST {
        let source = parse(&now).ok()?;
        let mut names = source.child_names(&parent).into_iter();
        let Some((_, span)) = names.find(|(one, _)| one == last) else {
            return (says(&source) == expected).then_some(now);
        };
        now.replace_range(span, &key);
    }
    None
}

/// A setting taken from one place to another, with the comments above it and behind it.
pub(super) fn moved(text: &str, leaf: &Leaf, to: KeyPath, value: Value) -> [Edit; 2] {
    let behind = text[leaf.span.end..].lines().next().unwrap_or_default();
    let behind = behind.trim_start_matches([' ', '\t', ',', '}']);
    let behind = behind
        .strip_prefix('#')
        .map(|words| words.trim().to_owned());
    let comments: Vec<String> = leaf.comment.clone().into_iter().chain(behind).collect();
    [
        Edit::Set {
            path: to,
            value,
            comment: (!comments.is_empty()).then(|| comments.join("\n")),
        },
        Edit::Remove {
            path: leaf.path.clone(),
        },
    ]
}
