//! One text, some edits, the text expected: a folder of examples.

mod change;
mod array;
mod add;
mod remove;
mod refuse;
mod look;

use super::{Edit, apply};
use crate::value::{KeyPath, Value};

/// A path from its dotted form; `'..'` holds a segment with dots.
fn path(dotted: &str) -> KeyPath {
    KeyPath::new(
        toml_edit::Key::parse(dotted)
            .expect("the test's own path")
            .iter()
            .map(|key| key.get().to_owned()),
    )
}

fn set(dotted: &str, value: impl Into<Value>) -> Edit {
    Edit::Set {
        path: path(dotted),
        value: value.into(),
        comment: None,
    }
}

fn set_why(dotted: &str, value: impl Into<Value>, why: &str) -> Edit {
    Edit::Set {
        path: path(dotted),
        value: value.into(),
        comment: Some(why.to_owned()),
    }
}

fn array(elements: &[&str]) -> Value {
    Value::Array(
        elements
            .iter()
            .map(|element| (*element).to_owned())
            .collect(),
    )
}

fn remove(dotted: &str) -> Edit {
    Edit::Remove { path: path(dotted) }
}

fn append(dotted: &str, element: &str) -> Edit {
    Edit::Append {
        path: path(dotted),
        element: element.parse().expect("the test's own element"),
    }
}

fn take_out(dotted: &str, element: usize) -> Edit {
    Edit::TakeOut {
        path: path(dotted),
        element,
    }
}

/// Holds the result against the expectation; then the same again with CRLF, with a byte order mark, and without a final
/// line break.
#[track_caller]
fn check(before: &str, edits: &[Edit], expected: &str) {
    let result = |text: &str| match apply(text, edits) {
        Ok(text) => text,
        Err(refusal) => panic!("{refusal}\n{text}"),
    };
    let after = result(before);
    assert!(
        after == expected,
        "--- expected\n{expected}\n--- is\n{after}\n---"
    );

    if before.contains('\n') && !before.contains('\r') {
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(result(&crlf(before)), crlf(expected), "with CRLF");
    }
    if !before.starts_with('\u{feff}') {
        let bom = |text: &str| format!("\u{feff}{text}");
        assert_eq!(
            result(&bom(before)),
            bom(expected),
            "with a byte order mark"
        );
    }
    let no_final_break = |text: &str| text.trim_end_matches('\n').to_owned();
    let (one, same) = (before.ends_with('\n'), before.ends_with("\n\n"));
    if one && !same && before.len() > 1 && !expected.is_empty() {
        let result = result(&no_final_break(before));
        assert_eq!(
            result,
            no_final_break(expected),
            "without a final line break"
        );
    }
}
