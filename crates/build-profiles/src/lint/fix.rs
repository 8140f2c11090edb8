//! Mends what can be mended for certain: edits, or a key's new name.

use std::collections::BTreeMap;

use super::{Files, Finding};
use crate::diagnostic::FilePath;
use crate::edit::{Edit, Leaf, apply, rename};
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
        .filter(|file| !file.outside)
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
        Fix::Rename(path, name) => rename(text, path, name).ok(),
    }
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
