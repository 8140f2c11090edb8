//! Tables, archives, and what is not to be stored.

use std::io::Read as _;

use ignore::gitignore::GitignoreBuilder;
use serde::{Deserialize, Serialize};

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Whose.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// A table of any lines.
pub fn written<T: Serialize>(lines: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer.serialize(line).expect("a flat structure");
    }
    writer.into_inner().expect("a vector takes all")
}

/// The lines of a table.
pub fn read(table: &[u8]) -> Vec<Line> {
    csv::Reader::from_reader(table).deserialize().flatten().collect()
}

/// An archive with one file, opened again.
pub fn archived(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, name, bytes).expect("a vector takes all");
    let archive = builder.into_inner().expect("a vector takes all");
    let mut back = Vec::new();
    for entry in tar::Archive::new(&archive[..]).entries().expect("it is ours") {
        entry.expect("it is ours").read_to_end(&mut back).expect("it is ours");
    }
    back
}

/// Whether a file is to be left out.
pub fn left_out(patterns: &[&str], file: &str) -> bool {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder.add_line(None, pattern).expect("a plain pattern");
    }
    builder.build().expect("plain patterns").matched(file, false).is_ignore()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let lines: Vec<Line> =
        (0..seed % 20).map(|count| Line { name: format!("box {count}"), count }).collect();
    let table = written(&lines);
    assert_eq!(read(&archived("table.csv", &table)), lines);
    table.len() as u64 + u64::from(left_out(&["*.tmp", "!keep.tmp"], "a.tmp"))
}
