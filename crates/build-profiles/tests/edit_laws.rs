//! What holds of every edit of every document: on generated documents, on noise, and on the files of real projects.

use std::collections::BTreeMap;

use build_profiles::edit::{Edit, Leaf, apply, parse};
use build_profiles::value::{KeyPath, Value};
use proptest::collection::vec;
use proptest::prelude::*;

fn set(path: &KeyPath, value: Value) -> Edit {
    Edit::Set {
        path: path.clone(),
        value,
        comment: None,
    }
}

fn remove(path: &KeyPath) -> Edit {
    Edit::Remove { path: path.clone() }
}

fn leaf(text: &str, path: &KeyPath) -> Option<Leaf> {
    parse(text).expect("an edited text is TOML").leaf(path)
}

/// Whether `short` is left of `long` after deletions alone.
fn is_subsequence<T: PartialEq>(
    short: impl IntoIterator<Item = T>,
    long: impl IntoIterator<Item = T>,
) -> bool {
    let mut long = long.into_iter();
    short
        .into_iter()
        .all(|item| long.any(|other| other == item))
}

/// Whether the texts differ by deletions of whole lines alone.
fn loses_lines(long: &str, short: &str) -> bool {
    let content = |text: &str| text.trim_start_matches('\u{feff}').to_owned();
    is_subsequence(content(short).lines(), content(long).lines())
}

/// One section of a generated document: profile, spelling, and keys.
#[derive(Clone, Debug)]
struct Section {
    profile: &'static str,
    spelling: usize,
    packages: Vec<(&'static str, i64)>,
    decoration: usize,
}

fn sections() -> impl Strategy<Value = Vec<Section>> {
    let package = (
        prop::sample::select(vec!["a", "\"*\"", "'b@1.2'", "c"]),
        0..4i64,
    );
    let section = (
        prop::sample::select(vec!["dev", "release", "test", "dist"]),
        0..7usize,
        vec(package, 0..4),
        0..6usize,
    );
    let section = section.prop_map(|(profile, spelling, packages, decoration)| {
        let packages: BTreeMap<_, _> = packages.into_iter().collect();
        Section {
            profile,
            spelling,
            packages: packages.into_iter().collect(),
            decoration,
        }
    });
    vec(section, 0..5)
}

fn render(sections: &[Section]) -> String {
    let mut text = String::new();
    let mut seen = Vec::new();
    for section in sections {
        let Section {
            profile,
            spelling,
            packages,
            decoration,
        } = section;
        if seen.contains(profile) {
            continue;
        }
        seen.push(*profile);
        let (above, behind) = match decoration {
            0 => ("", ""),
            1 => ("# why\n", ""),
            2 => ("# apart\n\n", " # behind"),
            3 => ("# apart\n\n# why\n", ""),
            4 => ("\n\n", "   "),
            _ => ("\t", "\t# behind"),
        };
        text.push_str(above);
        match spelling {
            0 => {
                for (name, level) in packages {
                    text.push_str(&format!(
                        "[profile.{profile}.package.{name}]\nopt-level = {level}{behind}\n\n"
                    ));
                }
                if packages.is_empty() {
                    text.push_str(&format!("[profile.{profile}]\n"));
                }
            }
            1 => {
                text.push_str(&format!("[profile.{profile}]{behind}\ndebug   = 1\n"));
                for (name, level) in packages {
                    text.push_str(&format!("package.{name}.opt-level = {level}{behind}\n"));
                }
            }
            2 => {
                text.push_str(&format!("[profile.{profile}.package]\n"));
                for (name, level) in packages {
                    text.push_str(&format!("{name} = {{ opt-level = {level} }}{behind}\n"));
                }
                text.push('\n');
            }
            3 => {
                text.push_str(&format!("[profile.{profile}.package]\n"));
                for (name, level) in packages {
                    text.push_str(&format!(
                        "  {name}.opt-level = {level}\n  {name}.debug = 0\n"
                    ));
                }
                text.push_str("# below\n");
            }
            4 => {
                text.push_str(&format!("[profile.{profile}]\npackage = {{ # open\n"));
                for (name, level) in packages {
                    text.push_str(&format!("  # why\n  {name} = {{ opt-level = {level} }},\n"));
                }
                text.push_str("}\n\n");
            }
            5 => {
                let members: Vec<String> = packages
                    .iter()
                    .map(|(name, level)| format!("{name}.opt-level = {level}"))
                    .collect();
                text.push_str(&format!(
                    "[profile.{profile}]\nlto = 'off'\npackage = {{{}}}{behind}\n",
                    members.join(", ")
                ));
            }
            _ => {
                text.push_str(&format!("[profile.{profile}]{behind}\n"));
                text.push_str("flags = [\n  \"a\", \"b\", # ab\n\n  # c\n  \"c\"\n]\n");
            }
        }
    }
    text
}

fn dress(text: &str, newline: usize, bom: bool, last: bool) -> String {
    let mut text = match newline {
        0 => text.replace('\n', "\r\n"),
        _ => text.to_owned(),
    };
    if !last && text.ends_with('\n') {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    if bom { format!("\u{feff}{text}") } else { text }
}

fn documents() -> impl Strategy<Value = String> {
    (sections(), 0..3usize, any::<bool>(), any::<bool>())
        .prop_map(|(sections, newline, bom, last)| dress(&render(&sections), newline, bom, last))
}

fn paths() -> impl Strategy<Value = KeyPath> {
    let profile = prop::sample::select(vec!["dev", "release", "test", "dist", "new"]);
    let rest: Vec<Vec<&'static str>> = vec![
        vec!["debug"],
        vec!["lto"],
        vec!["flags"],
        vec!["package", "a", "opt-level"],
        vec!["package", "a", "debug"],
        vec!["package", "*", "opt-level"],
        vec!["package", "new", "opt-level"],
        vec!["build-override", "opt-level"],
    ];
    let rest = prop::sample::select(rest);
    let of_profile = (profile, rest).prop_map(|(profile, rest)| {
        KeyPath::new(["profile", profile].iter().chain(&rest).copied())
    });
    let elsewhere = prop::sample::select(vec![
        KeyPath::new(["include"]),
        KeyPath::new(["build", "jobs"]),
        KeyPath::new(["target", "cfg(target_os = \"linux\")", "rustflags"]),
    ]);
    prop_oneof![8 => of_profile, 2 => elsewhere]
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        "[a-z'\"\\\\ ]{0,6}".prop_map(Value::Str),
        any::<String>().prop_map(Value::Str),
        vec(prop::sample::select(vec!["a", "b", "c", "d"]), 0..5)
            .prop_map(|elements| Value::Array(elements.into_iter().map(str::to_owned).collect())),
    ]
}

fn edits() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (paths(), values()).prop_map(|(path, value)| set(&path, value)),
        2 => paths().prop_map(|path| remove(&path)),
        1 => paths().prop_map(|path| remove(&KeyPath::new(&path.segments()[..path.segments().len() - 1])))
            .prop_filter("a path", |edit| !edit.path().segments().is_empty()),
        1 => paths().prop_map(|path| Edit::Append { path, element: "\"new\"".into() }),
        1 => (paths(), 0..3usize).prop_map(|(path, element)| Edit::TakeOut { path, element }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// What was set is there, and setting it again changes nothing.
    #[test]
    fn set_is_seen_and_twice_is_once(text in documents(), path in paths(), value in values()) {
        let edits = [set(&path, value.clone())];
        if let Ok(once) = apply(&text, &edits) {
            prop_assert_eq!(leaf(&once, &path).and_then(|leaf| leaf.value), Some(value));
            prop_assert_eq!(apply(&once, &edits), Ok(once));
        }
    }

    /// A table that was set is there, member by member, and setting it again changes nothing.
    #[test]
    fn a_table_is_seen_and_twice_is_once(text in documents(), path in paths(), one in any::<String>(), two in any::<i64>()) {
        let members = vec![("one".to_owned(), Value::Str(one)), ("t wo".to_owned(), Value::Int(two))];
        let edits = [set(&path, Value::Table(members.clone()))];
        let once = apply(&text, &edits).expect("a leaf, or nothing");
        for (name, value) in members {
            prop_assert_eq!(leaf(&once, &path.join(name)).and_then(|leaf| leaf.value), Some(value));
        }
        prop_assert_eq!(apply(&once, &edits), Ok(once));
    }

    /// Only an array with comments is refused.
    #[test]
    fn settings_are_not_refused(text in documents(), path in paths(), value in values()) {
        let array = matches!(&value, Value::Array(_)) && leaf(&text, &path).is_some();
        let refused = apply(&text, &[set(&path, value)]).err();
        prop_assert!(array || refused.is_none(), "{refused:?}");
    }

    /// A value that is there is replaced in its own bytes.
    #[test]
    fn a_scalar_changes_alone(text in documents(), path in paths(), new in any::<bool>()) {
        let Some(old) = leaf(&text, &path) else { return Ok(()) };
        let after = apply(&text, &[set(&path, new.into())]).expect("a scalar");
        prop_assert_eq!(after, format!("{}{new}{}", &text[..old.span.start], &text[old.span.end..]));
    }

    /// A new key adds bytes, and takes none away but a comma's neighbourhood in an inline table.
    #[test]
    fn a_new_key_only_adds(text in documents(), path in paths(), value in values()) {
        if leaf(&text, &path).is_none() {
            let after = apply(&text, &[set(&path, value)]).expect("a new key");
            prop_assert!(is_subsequence(text.chars(), after.chars()), "{after}");
        }
    }

    /// A key that was not there, set and removed, leaves no trace, provided that no table stood empty where it went and
    /// that the text holds a key and ends with no blank line. Where a new section had to be set apart from both of its
    /// neighbours, they stay apart.
    #[test]
    fn set_and_removed_is_as_before(text in documents(), path in paths()) {
        let source = parse(&text).expect("a generated text is TOML");
        let parents = (1..path.segments().len()).map(|n| KeyPath::new(&path.segments()[..n]));
        let empty = parents
            .filter(|parent| source.table_span(parent).is_some())
            .any(|parent| source.child_names(&parent).is_empty());
        let blank = text.ends_with("\n\n") || text.ends_with("\r\n\r\n");
        if source.leaf(&path).is_none() && !empty && !blank && !source.leaves().is_empty() {
            let with = apply(&text, &[set(&path, true.into())]).expect("a new key");
            let without = apply(&with, &[remove(&path)]).expect("the same key");
            let blank = |text: &str| text.lines().filter(|line| line.trim().is_empty()).count();
            if blank(&with) <= blank(&text) + 1 {
                prop_assert_eq!(&without, &text, "{}", with);
            }
            let filled = |text: &str| text.replace("\r\n", "\n").replace("\n\n", "\n").replace("\n\n", "\n");
            prop_assert_eq!(filled(&without), filled(&text), "{}", with);
        }
    }

    /// What is removed is gone; bytes go and none come.
    #[test]
    fn removal_only_takes_away(text in documents(), path in paths(), up in 0..2usize) {
        let keep = path.segments().len() - up;
        let path = KeyPath::new(&path.segments()[..keep.max(1)]);
        if let Ok(after) = apply(&text, &[remove(&path)]) {
            prop_assert!(is_subsequence(after.chars(), text.chars()), "{after}");
            let left = parse(&after).expect("an edited text is TOML").leaves();
            prop_assert!(left.iter().all(|leaf| !leaf.path.starts_with(&path)));
            prop_assert_eq!(apply(&after, &[remove(&path)]), Ok(after));
        }
    }

    /// Many edits at once say what they say one by one.
    #[test]
    fn at_once_is_one_by_one(text in documents(), edits in vec(edits(), 0..8)) {
        let at_once = apply(&text, &edits);
        let one_by_one = edits.iter().try_fold(text, |text, edit| apply(&text, std::slice::from_ref(edit)));
        if let (Ok(a), Ok(b)) = (at_once, one_by_one) {
            let said = |text: &str| -> BTreeMap<KeyPath, Option<Value>> {
                let leaves = parse(text).expect("an edited text is TOML").leaves();
                leaves.into_iter().map(|leaf| (leaf.path, leaf.value)).collect()
            };
            prop_assert_eq!(said(&a), said(&b));
        }
    }

    /// Noise made of what TOML is made of, and plain noise.
    #[test]
    fn nothing_panics(
        noise in "([a-c.=\"'\\[\\]{},# \t\r\n0-9\u{feff}é]|'''|\"\"\"|\\[\\[|= \\[|\n\\[){0,40}",
        string in any::<String>(),
        path in vec("[a-c]", 0..4),
        edits in vec(edits(), 0..3),
    ) {
        let path = KeyPath::new(path);
        for text in [noise, string] {
            let own = [
                set(&path, Value::Array(vec!["x".to_owned()])),
                remove(&path),
                Edit::Append { path: path.clone(), element: "x".into() },
                Edit::TakeOut { path: path.clone(), element: 0 },
            ];
            for edit in own {
                let _ = apply(&text, &[edit]);
            }
            let _ = apply(&text, &edits);
            if let Ok(source) = parse(&text) {
                for leaf in source.leaves() {
                    let _ = apply(&text, &[remove(&leaf.path)]);
                    let _ = apply(&text, &[set(&leaf.path, Value::Array(vec!["x".to_owned()]))]);
                }
            }
        }
    }
}

/// Every file with its twins: CRLF, byte order mark, no final line break.
fn twins(text: &str) -> Vec<String> {
    let mut twins = vec![text.to_owned()];
    if !text.contains('\r') {
        twins.push(text.replace('\n', "\r\n"));
    }
    if !text.starts_with('\u{feff}') {
        twins.push(format!("\u{feff}{text}"));
    }
    twins.push(text.trim_end_matches(['\r', '\n']).to_owned());
    twins
}

/// The TOML files of real projects, if there are any here: `BUILD_PROFILES_CORPUS` names a folder of folders.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the files are data for this test alone"
)]
fn corpus() -> Vec<(String, String)> {
    let beside = || format!("{}/../../../shared/corpus", env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var("BUILD_PROFILES_CORPUS").unwrap_or_else(|_| beside());
    let Ok(projects) = std::fs::read_dir(&folder) else {
        println!("skipped: no folder {folder}; set BUILD_PROFILES_CORPUS");
        return Vec::new();
    };
    let mut files = Vec::new();
    for project in projects.flatten() {
        let entries = std::fs::read_dir(project.path()).into_iter().flatten();
        for file in entries.flatten().map(|entry| entry.path()) {
            if file
                .extension()
                .is_some_and(|extension| extension == "toml")
                && let Ok(text) = std::fs::read_to_string(&file)
            {
                files.push((file.display().to_string(), text));
            }
        }
    }
    files
}

fn is_addressable(leaf: &Leaf) -> bool {
    let numbers = |segment: &String| segment.parse::<usize>().is_ok();
    !leaf.path.segments().iter().any(numbers)
}

/// A value other than the one that is there.
fn another(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let more = elements.iter().cloned().chain(["zzz".to_owned()]);
            Value::Array(more.collect())
        }
        Value::Str(_) => "zzz".into(),
        Value::Bool(old) => Value::Bool(!old),
        Value::Int(old) => Value::Int(old.wrapping_add(1)),
        Value::Table(_) => unreachable!("no leaf is a table"),
    }
}

#[track_caller]
fn done(name: &str, text: &str, edits: &[Edit]) -> String {
    match apply(text, edits) {
        Ok(text) => text,
        Err(refusal) => panic!("{name}: {refusal}"),
    }
}

/// All values change and change back: the bytes are the old ones, but for values that were spelled in a way of their own.
#[test]
fn values_of_real_files_go_there_and_back() {
    for (name, text) in corpus() {
        for text in twins(&text) {
            let Ok(source) = parse(&text) else { continue };
            let leaves: Vec<(KeyPath, Value)> = source
                .leaves()
                .into_iter()
                .filter(is_addressable)
                .filter(|leaf| {
                    let span = text[leaf.span.clone()].chars();
                    let plain = |value: &Value| value.to_string().chars().eq(span.clone());
                    // A longer array may get lines for its elements, and keeps them.
                    let line = text[..leaf.span.end].rfind('\n').map_or(0, |at| at + 1);
                    let short = leaf.span.start > line && leaf.span.end - line < 70;
                    short && leaf.value.as_ref().is_some_and(plain)
                })
                .filter_map(|leaf| Some((leaf.path, leaf.value?)))
                .collect();
            let there: Vec<Edit> = leaves
                .iter()
                .map(|(path, value)| set(path, another(value)))
                .collect();
            let back: Vec<Edit> = leaves
                .iter()
                .map(|(path, value)| set(path, value.clone()))
                .collect();
            let changed = done(&name, &text, &there);
            let back = done(&name, &changed, &back);
            let differs = text.lines().zip(back.lines()).find(|(a, b)| a != b);
            assert!(back == text, "{name}: {differs:?}");
        }
    }
}

/// A new key adds lines, and none goes.
#[test]
fn new_keys_find_a_place_in_real_files() {
    let paths = [
        KeyPath::new(["profile", "dev", "package", "zzz", "opt-level"]),
        KeyPath::new(["profile", "dev", "zzz"]),
        KeyPath::new(["profile", "zzz", "inherits"]),
        KeyPath::new(["target", "cfg(zzz)", "rustflags"]),
        KeyPath::new(["build", "zzz"]),
        KeyPath::new(["zzz"]),
    ];
    for (name, text) in corpus() {
        for (twin, text) in twins(&text).into_iter().enumerate() {
            if parse(&text).is_err() {
                continue;
            }
            for path in paths.iter().filter(|_| twin == 0) {
                let with = done(&name, &text, &[set(path, 3.into())]);
                assert!(loses_lines(&with, &text), "{name}: {path}\n{with}");
            }
            let all: Vec<Edit> = paths.iter().map(|path| set(path, 3.into())).collect();
            assert!(loses_lines(&done(&name, &text, &all), &text), "{name}");
        }
    }
}

/// A removal only takes away, or says which comment it would orphan.
#[test]
fn keys_of_real_files_can_be_removed() {
    for (name, text) in corpus() {
        for (twin, text) in twins(&text).into_iter().enumerate() {
            let Ok(source) = parse(&text) else { continue };
            let leaves = source.leaves();
            // A few for each twin, as all take minutes.
            let addressable = leaves.iter().filter(|leaf| is_addressable(leaf));
            for leaf in addressable.skip(twin).step_by(leaves.len() / 3 + 1) {
                match apply(&text, &[remove(&leaf.path)]) {
                    Ok(after) => {
                        let only_less = is_subsequence(after.bytes(), text.bytes());
                        assert!(only_less, "{name}: {}", leaf.path);
                    }
                    Err(refusal) => {
                        assert!(
                            refusal.reason.starts_with("the comment"),
                            "{name}: {refusal}"
                        );
                    }
                }
            }
        }
    }
}
