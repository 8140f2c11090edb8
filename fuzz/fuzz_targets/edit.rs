//! Any text: an edit gives a text that says what it should, or a refusal, and never panics.
//!
//! Real manifests make good seeds: `cargo +nightly fuzz run edit <folder of TOML files>`.

#![no_main]

use build_profiles::edit::{Edit, apply, parse};
use build_profiles::value::{KeyPath, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let array = |elements: &[&str]| {
        Value::Array(elements.iter().map(|element| (*element).to_owned()).collect())
    };
    let values = [true.into(), "a\\b\"\n'".into(), array(&[]), array(&["a", "new"])];
    let mut paths = vec![
        KeyPath::new(["profile", "dev", "package", "new", "opt-level"]),
        KeyPath::new(["a", "new", "b"]),
        KeyPath::new(["new"]),
    ];
    if let Ok(source) = parse(text) {
        for leaf in source.leaves().into_iter().take(8) {
            assert!(text.get(leaf.span.clone()).is_some() && text.get(leaf.key_span).is_some());
            assert!(source.leaf(&leaf.path).is_some_and(|same| same.span == leaf.span));
            let parent = &leaf.path.segments()[..leaf.path.segments().len() - 1];
            if !parent.is_empty() {
                let parent = KeyPath::new(parent);
                assert!(source.table_span(&parent).is_some());
                source.child_names(&parent);
                source.comment_above(&parent);
                paths.push(parent.join("new"));
                paths.push(parent.join("new").join("new"));
                paths.push(parent);
            }
            paths.push(leaf.path);
        }
    }
    let mut all = Vec::new();
    for (n, path) in paths.into_iter().enumerate() {
        let value = values[n % values.len()].clone();
        let set = Edit::Set {
            path: path.clone(),
            value: value.clone(),
            comment: Some("why".to_owned()),
        };
        if let Ok(once) = apply(text, std::slice::from_ref(&set)) {
            let leaf = parse(&once).ok().and_then(|source| source.leaf(&path));
            assert_eq!(leaf.and_then(|leaf| leaf.value), Some(value));
            assert_eq!(apply(&once, std::slice::from_ref(&set)), Ok(once));
        }
        let remove = Edit::Remove { path: path.clone() };
        if let Ok(once) = apply(text, std::slice::from_ref(&remove)) {
            let source = parse(&once).expect("an edited text is TOML");
            assert!(source.leaf(&path).is_none());
        }
        let append = Edit::Append {
            path,
            element: "new".into(),
        };
        let _ = apply(text, std::slice::from_ref(&append));
        all.extend(match n % 3 {
            0 => [set, remove],
            1 => [append, set],
            _ => [remove, append],
        });
    }
    let _ = apply(text, &all);
});
