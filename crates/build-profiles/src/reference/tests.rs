//! The reference is current, complete, and its sample is a valid policy.

use super::*;
use crate::diagnostic::FilePath;
use crate::key::KEYS;
use crate::policy::parse;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test of a generated file reads that file, and writes it on demand"
)]
fn the_file_is_current() {
    let path = format!("{DOCS}/policy.md");
    if std::env::var("SNAPSHOTS").is_ok_and(|bless| bless == "overwrite") {
        std::fs::write(&path, policy_reference()).expect("docs/ can be written");
    }
    // The packaged crate has no docs.
    let Ok(found) = std::fs::read_to_string(&path) else {
        return;
    };
    assert!(
        found.replace("\r\n", "\n") == policy_reference(),
        "docs/policy.md is stale: run `SNAPSHOTS=overwrite cargo test -p build-profiles reference`"
    );
}

#[test]
fn the_sample_has_no_finding() {
    let (policy, found) = parse(&FilePath::new("build-profiles.toml"), SAMPLE);
    assert!(policy.is_some() && found.is_empty(), "{found:?}");
}

#[test]
fn every_table_key_and_word_has_its_place() {
    let text = policy_reference();
    for key in KEYS {
        assert!(
            text.contains(&format!("### `{}`\n\n{}", key.name, key.meaning)),
            "{}",
            key.name
        );
    }
    for table in TABLES {
        assert!(
            text.contains(&format!("## `[{}", table.name)),
            "{}",
            table.name
        );
    }
    for word in Tradeoff::ALL {
        assert!(
            text.contains(&format!("### `{}`", word.name())),
            "{}",
            word.name()
        );
    }
}
