//! An array becomes another one, and the elements that stay keep their lines and comments.

use super::*;

#[test]
fn on_one_line() {
    let cases: [(&str, &[&str], &str); 8] = [
        ("[ 'a', \"b\" ]", &["a", "c"], "[ 'a', \"c\" ]"),
        ("['a', \"b\"]", &["a"], "['a']"),
        ("['a', \"b\"]", &["b"], "[\"b\"]"),
        ("['a', \"b\"]", &["n", "a", "b"], "[\"n\", 'a', \"b\"]"),
        (
            "[ 'a', \"b\" ]",
            &["a", "n", "b", "m"],
            "[ 'a', \"n\", \"b\", \"m\" ]",
        ),
        ("['a', 'b',]", &["a", "b", "c"], "['a', 'b', \"c\",]"),
        ("['a', 'b']", &[], "[]"),
        ("[ ]", &["a"], "[\"a\"]"),
    ];
    for (before, new, after) in cases {
        check(
            &format!("x = {before} # c\n"),
            &[set("x", array(new))],
            &format!("x = {after} # c\n"),
        );
    }
}

const FLAGS: &str = r#"[build]
rustflags = [ # all of them
    # The linker.
    "-C", "link-arg=-fuse-ld=lld", # fast

    "--cfg", # tokio
    "tokio_unstable",
    # "-Zthreads=8",
] # end
"#;

#[test]
fn elements_that_stay_keep_their_comments() {
    check(
        FLAGS,
        &[set(
            "build.rustflags",
            array(&[
                "-C",
                "link-arg=-fuse-ld=lld",
                "--cfg",
                "other",
                "-Dwarnings",
            ]),
        )],
        &FLAGS.replace(
            "    \"tokio_unstable\",\n",
            "    \"other\",\n    \"-Dwarnings\",\n",
        ),
    );
}

#[test]
fn elements_that_go_take_their_comments_along() {
    check(
        FLAGS,
        &[set("build.rustflags", array(&["--cfg", "tokio_unstable"]))],
        &FLAGS.replace(
            "    # The linker.\n    \"-C\", \"link-arg=-fuse-ld=lld\", # fast\n",
            "",
        ),
    );
    check(
        FLAGS,
        &[set("build.rustflags", array(&[]))],
        "[build]\nrustflags = [ # all of them\n    # \"-Zthreads=8\",\n] # end\n",
    );
}

#[test]
fn new_elements_get_a_line_between_old_ones() {
    check(
        "x = [\n  \"a\", \"b\", # ab\n  \"c\" # c\n]\n",
        &[set("x", array(&["n", "a", "b", "o", "c", "p"]))],
        "x = [\n  \"n\",\n  \"a\", \"b\", # ab\n  \"o\",\n  \"c\", # c\n  \"p\"\n]\n",
    );
    check(
        "x = [\n\t\"a\", \"b\",\n]\n",
        &[set("x", array(&["a", "n", "b"]))],
        "x = [\n\t\"a\",\n\t\"n\",\n\t\"b\",\n]\n",
    );
}

#[test]
fn the_first_on_its_line_goes() {
    check(
        "x = [\n  \"a\", \"b\",\n  \"c\",\n]\n",
        &[set("x", array(&["b", "c"]))],
        "x = [\n  \"b\",\n  \"c\",\n]\n",
    );
    check(
        "x = [\"a\",\n     \"b\"]\n",
        &[set("x", array(&["b"]))],
        "x = [\n     \"b\"]\n",
    );
}

#[test]
fn the_last_goes() {
    check(
        "x = [\n  \"a\",\n\n  \"b\"\n]\n",
        &[set("x", array(&["a"]))],
        "x = [\n  \"a\"\n]\n",
    );
}

#[test]
fn a_comment_tells_about_the_old_element() {
    check(
        "x = [\n  \"a\", # about a\n  \"b\",\n]\n",
        &[set("x", array(&["n", "b"]))],
        "x = [\n  \"n\",\n  \"b\",\n]\n",
    );
}

#[test]
fn an_array_that_no_longer_fits_on_its_line_is_broken() {
    check(
        "x = [\"aaaaaaaaaaaaaaaaaaaaaaaaa\"]\n",
        &[set(
            "x",
            array(&[
                "aaaaaaaaaaaaaaaaaaaaaaaaa",
                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                "cccccccccccccccccccccccc",
            ]),
        )],
        "x = [\n    \"aaaaaaaaaaaaaaaaaaaaaaaaa\",\n    \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\n    \"cccccccccccccccccccccccc\",\n]\n",
    );
}

#[test]
fn in_an_inline_table() {
    check(
        "[target]\nx = { rustflags = [\"a\"], linker = \"l\" }\n",
        &[
            set("target.x.rustflags", array(&["b", "c"])),
            set("target.x.runner", "r"),
        ],
        "[target]\nx = { rustflags = [\"b\", \"c\"], linker = \"l\", runner = \"r\" }\n",
    );
}

#[test]
fn one_more_element() {
    check(
        "include = [\"a.toml\"]\n",
        &[append("include", "{ path = \"m.toml\", optional = true }")],
        "include = [\"a.toml\", { path = \"m.toml\", optional = true }]\n",
    );
    check(
        "include = [\n    \"a.toml\", # a\n    # b\n]\n",
        &[
            append("include", "\"m.toml\""),
            append("include", "\"n.toml\""),
        ],
        "include = [\n    \"a.toml\", # a\n    \"m.toml\",\n    \"n.toml\",\n    # b\n]\n",
    );
    check(
        "[build]\njobs = 1\n\n[[include]]\npath = \"a.toml\"\n\n[env]\nA = \"b\"\n",
        &[append("include", "{ path = \"m.toml\", optional = true }")],
        "[build]\njobs = 1\n\n[[include]]\npath = \"a.toml\"\n\n[[include]]\npath = \"m.toml\"\noptional = true\n\n[env]\nA = \"b\"\n",
    );
}

#[test]
fn an_element_is_taken_out() {
    let both = "x = [{ a = 1 }, \"b\"] # why\n\n[y]\n";
    check(both, &[take_out("x", 0)], "x = [\"b\"] # why\n\n[y]\n");
    check(both, &[take_out("x", 1)], "x = [{ a = 1 }] # why\n\n[y]\n");
    let all = [take_out("x", 0), take_out("x", 0)];
    check(both, &all, "x = [] # why\n\n[y]\n");
    check(
        "t.x = [\n    # one\n    \"a\",\n    # two\n    \"b\", # also\n]\n",
        &[take_out("t.x", 1)],
        "t.x = [\n    # one\n    \"a\",\n]\n",
    );
}

#[test]
fn a_table_is_taken_out_of_an_array_of_tables() {
    let three = "[[x]]\na = 1\n\n# two\n[[x]]\na = 2\n\n[[x]]\na = 3\n\n[y]\nb = 1\n";
    check(
        three,
        &[take_out("x", 1)],
        "[[x]]\na = 1\n\n[[x]]\na = 3\n\n[y]\nb = 1\n",
    );
    check(
        three,
        &[take_out("x", 2), take_out("x", 1), remove("y")],
        "[[x]]\na = 1\n",
    );
}
