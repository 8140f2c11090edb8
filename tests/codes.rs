//! Every diagnostic is shown by a test: its code stands in a snapshot or in a test's source.

use std::fs;
use std::path::Path;

use build_profiles::codes::CODES;

#[test]
fn every_code_is_shown_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut shown = String::new();
    read(&root.join("tests"), &mut shown);
    for entry in fs::read_dir(root.join("crates"))
        .into_iter()
        .flatten()
        .flatten()
    {
        read(&entry.path(), &mut shown);
    }
    let missing: Vec<&str> = CODES
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| {
            !shown.contains(&format!("[{code}]")) && !shown.contains(&format!("(\"{code}\""))
        })
        .collect();
    assert!(missing.is_empty(), "no test shows {missing:?}");
}

/// Adds the text of every test and snapshot below a folder: what has `test` in its path, this file excepted.
fn read(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, text);
        } else if path.to_string_lossy().contains("test") && !path.ends_with("tests/codes.rs") {
            text.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
