//! What a source knows about its leaves and tables.

use super::super::parse;
use super::*;

const TEXT: &str = "\u{feff}# the file

# top
# of it
a.'b c' = 1 # behind
n = { x = 1.5, y = [\"s\"] }
# many
m = { # open
  # one
  x = 1,
  y = 2, # two
  z = 3,
}

##  header
[t.u]
s = '''
# no'''
k = [1]

[e]
[[l]]
i = true
[[l]]
i = false
[t.u.v]
";

#[test]
fn leaves_in_file_order() {
    let source = parse(TEXT).expect("valid");
    let leaves: Vec<String> = source
        .leaves()
        .into_iter()
        .map(|leaf| {
            assert_eq!(source.leaf(&leaf.path).as_ref(), Some(&leaf));
            let value = leaf.value.map_or("?".to_owned(), |value| value.to_string());
            assert!(!TEXT[leaf.span].is_empty());
            let key = &TEXT[leaf.key_span];
            let comment = leaf.comment.unwrap_or_default();
            format!("{} [{key}] {value} ({comment})", leaf.path)
        })
        .collect();
    assert_eq!(
        leaves,
        [
            "a.\"b c\" ['b c'] 1 (top\nof it)",
            "n.x [x] ? ()",
            "n.y [y] [\"s\"] ()",
            "m.x [x] 1 (one)",
            "m.y [y] 2 (many)",
            "m.z [z] 3 (many)",
            "t.u.s [s] \"# no\" ()",
            "t.u.k [k] ? ()",
            "l.0.i [i] true ()",
            "l.1.i [i] false ()",
        ]
    );
}

#[test]
fn tables() {
    let source = parse(TEXT).expect("valid");
    let span = |dotted: &str| source.table_span(&path(dotted)).map(|span| &TEXT[span]);
    assert_eq!(span("a"), Some("a"));
    assert_eq!(span("n"), Some("n"));
    assert_eq!(span("t"), Some("t"));
    assert_eq!(span("t.u"), Some("[t.u]"));
    assert_eq!(span("l"), Some("l"));
    assert_eq!(span("t.u.s"), None);
    assert_eq!(span("zzz"), None);

    let names = |path: &KeyPath| -> Vec<String> {
        let names = source.child_names(path).into_iter();
        names
            .map(|(name, span)| format!("{name} {}", &TEXT[span]))
            .collect()
    };
    assert_eq!(
        names(&KeyPath::new::<String>([])),
        ["a a", "n n", "m m", "t t", "e e", "l l"]
    );
    assert_eq!(names(&path("t.u")), ["s s", "k k", "v v"]);
    assert_eq!(names(&path("l")), [""; 0]);

    assert_eq!(
        source.comment_above(&path("t.u")).as_deref(),
        Some("#  header")
    );
    assert_eq!(source.comment_above(&path("m")).as_deref(), Some("many"));
    assert_eq!(source.comment_above(&path("t.u.k")), None);
    assert_eq!(source.comment_above(&path("t")), None);
}

#[test]
fn no_toml() {
    let error = parse("a = 1\nb = 2\rc = 1\n").err().expect("a lone CR");
    assert_eq!(error.span.start, 12);
    assert!(error.message.contains("carriage return"), "{error}");
}
