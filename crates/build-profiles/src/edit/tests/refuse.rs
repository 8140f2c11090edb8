//! What cannot be done without a guess is not done.

use super::*;

#[track_caller]
fn refused(text: &str, edits: &[Edit], reason: &str) {
    let refusal = apply(text, edits).expect_err("a refusal");
    assert!(refusal.reason.contains(reason), "{refusal}");
}

#[test]
fn no_toml() {
    refused("a = 1\r", &[set("a", 2)], "the file is no valid TOML");
}

#[test]
fn paths_through_what_is_no_table() {
    refused("a = 1\n", &[set("a.b", 2)], "no table");
    refused("a = [1]\n", &[set("a.b", 2)], "no table");
    refused("[[a]]\nb = 1\n", &[set("a.b", 2)], "array of tables");
    refused("[[a]]\nb = 1\n", &[set("a.0.b", 2)], "array of tables");
    refused("[[a]]\nb = 1\n", &[remove("a.0.b")], "array of tables");
}

#[test]
fn what_is_a_table_is_no_leaf() {
    for text in ["[a]\n", "a = {}\n", "a.b = 1\n", "[a.b]\n"] {
        refused(text, &[set("a", 2)], "it is a table");
        refused(text, &[append("a", "2")], "it is a table");
    }
    refused("[[a]]\n", &[set("a", 2)], "it is an array of tables");
    refused("[[a]]\n", &[append("a", "2")], "the new element is none");
    refused("a = 1\n", &[append("a", "2")], "it is no array");
    refused("a = 1\n", &[take_out("a", 0)], "it is no array");
    refused("[a]\n", &[take_out("a", 0)], "it is no array");
    refused("a = [1]\n", &[take_out("a", 1)], "no such element");
    refused("[[a]]\n", &[take_out("a", 1)], "no such element");
    refused("a = 1\n", &[take_out("b", 0)], "no such element");
}

#[test]
fn the_empty_path() {
    let nowhere = || KeyPath::new::<String>([]);
    let edit = Edit::Set {
        path: nowhere(),
        value: true.into(),
        comment: None,
    };
    refused("a = 1\n", &[edit], "an empty path");
    refused(
        "a = 1\n",
        &[Edit::Remove { path: nowhere() }],
        "an empty path",
    );
}

#[test]
fn a_comment_whose_subject_is_unclear() {
    let text = "x = [\n  # both\n  \"a\",\n  \"b\",\n]\n";
    refused(text, &[set("x", array(&["b"]))], "the comment above \"a\"");
    let text = "x = [\n  \"a\", \"b\", # both\n]\n";
    refused(text, &[set("x", array(&["a"]))], "the comment behind \"b\"");
}

#[test]
fn a_comment_in_an_inline_table_whose_subject_is_unclear() {
    let text = "x = {\n  # both\n  a = 1,\n  b = 2,\n}\n";
    let refusal = apply(text, &[remove("y"), remove("x.a")]).expect_err("a refusal");
    assert_eq!(refusal.path, path("x.a"));
    assert!(
        refusal.reason.contains("the comment above a = 1"),
        "{refusal}"
    );
}

#[test]
fn all_or_nothing() {
    let refusal = apply("a = 1\nb = 2\n", &[set("a", 2), set("b.c", 1)]).expect_err("a refusal");
    assert_eq!(refusal.path, path("b.c"));
    assert_eq!(refusal.span, Some(6..7));
    assert_eq!(
        refusal.to_string(),
        "cannot edit `b.c`: the path leads through a key that is no table"
    );
}
