//! A key goes, and what only existed for it.

use super::*;

#[test]
fn with_its_comments() {
    check(
        "[a]\n# x\n\n# y\n# z\nb = 1 # w\nc = 2\n",
        &[remove("a.b")],
        "[a]\n# x\n\nc = 2\n",
    );
}

#[test]
fn but_not_with_the_comment_that_the_file_opens_with() {
    check(
        "# licence\na = 1\nb = 2\n",
        &[remove("a")],
        "# licence\nb = 2\n",
    );
    check(
        "# licence\n[a]\nx = 1\n\n[b]\n",
        &[remove("a")],
        "# licence\n\n[b]\n",
    );
    check("# licence\n", &[remove("a")], "# licence\n");
}

#[test]
fn nothing_is_there() {
    check("a = 1\n", &[remove("b"), remove("c.d")], "a = 1\n");
}

#[test]
fn of_the_blank_lines_around_it_one_stays() {
    check(
        "[x]\na = 1\n\nb = 2\n\nc = 3\n",
        &[remove("x.b")],
        "[x]\na = 1\n\nc = 3\n",
    );
    check("a = 1\n\n[b]\n", &[remove("a")], "[b]\n");
    check("[b]\n\n[c]\nd = 1\n", &[remove("c")], "[b]\n");
}

#[test]
fn a_string_may_look_like_a_comment() {
    check(
        "a = '''\n# no'''\nb = 1\n",
        &[remove("b")],
        "a = '''\n# no'''\n",
    );
}

#[test]
fn members_of_inline_tables() {
    let cases = [
        ("{ x = 1, y = 2, z = 3 }", "a.x", "{ y = 2, z = 3 }"),
        ("{ x = 1, y = 2, z = 3 }", "a.y", "{ x = 1, z = 3 }"),
        ("{ x = 1, y = 2, z = 3 }", "a.z", "{ x = 1, y = 2 }"),
        ("{x = 1, y.v = 2, y.w = 3}", "a.y", "{x = 1}"),
        ("{x = 1, y.v = 2, y.w = 3}", "a.y.v", "{x = 1, y.w = 3}"),
        ("{ x = { y = { z = 1 } }, w = 2 }", "a.x.y.z", "{ w = 2 }"),
        (
            "{\n  x = 1, # x\n  # y\n  y = 2,\n}",
            "a.y",
            "{\n  x = 1, # x\n}",
        ),
        (
            "{\n  x = 1, # x\n  # y\n  y = 2\n}",
            "a.x",
            "{\n  # y\n  y = 2\n}",
        ),
    ];
    for (before, path, after) in cases {
        check(
            &format!("a = {before} # c\n"),
            &[remove(path)],
            &format!("a = {after} # c\n"),
        );
    }
}

#[test]
fn with_the_tables_that_held_nothing_else() {
    check(
        "[profile.dev.package]\nimage = { opt-level = 3 }\nzstd.opt-level = 3\n",
        &[remove("profile.dev.package.image.opt-level")],
        "[profile.dev.package]\nzstd.opt-level = 3\n",
    );
    check(
        "[profile.dev.package]\nimage = { opt-level = 3 }\nzstd.opt-level = 3\n\n[lints]\n",
        &[
            remove("profile.dev.package.image.opt-level"),
            remove("profile.dev.package.zstd.opt-level"),
        ],
        "[lints]\n",
    );
    check(
        "[lints]\n\n# images\n[profile.dev.package.image]\n# fast\nopt-level = 3\n\n[profile.dev]\ndebug = 1\n",
        &[
            remove("profile.dev.package.image.opt-level"),
            remove("profile.dev.debug"),
        ],
        "[lints]\n",
    );
}

#[test]
fn but_not_with_a_table_that_has_something_to_say() {
    check(
        "[net]\noffline = true\n# retry = 1\n",
        &[remove("net.offline")],
        "[net]\n# retry = 1\n",
    );
    check(
        "[net]\n# about what follows\n\noffline = true\n\n[x]\n",
        &[remove("net.offline")],
        "[net]\n# about what follows\n\n[x]\n",
    );
}

#[test]
fn a_whole_table_wherever_its_pieces_stand() {
    check(
        concat!(
            "[profile]\ndev.debug = 1\nrelease.lto = true\n\n",
            "[package]\nname = \"x\"\n\n",
            "# a\n[profile.dev.package.a]\n# b\n\nopt-level = 3\n# off = 1\n\n",
            "# about lints\n[lints]\nx = 1\n\n",
            "[profile.dev.package]\nb.opt-level = 1\n",
        ),
        &[remove("profile.dev")],
        concat!(
            "[profile]\nrelease.lto = true\n\n",
            "[package]\nname = \"x\"\n\n",
            "# about lints\n[lints]\nx = 1\n",
        ),
    );
}

#[test]
fn an_array_of_tables() {
    check(
        "[a]\n\n[[b]]\nx = 1\n\n[[b]]\nx = 2\n\n[c]\n",
        &[remove("b")],
        "[a]\n\n[c]\n",
    );
}

#[test]
fn inside_and_outside_at_once() {
    check(
        "a = { b = { c = 1, d = 2 }, e = 3 }\nf = 1\n",
        &[
            remove("a.b.c"),
            remove("a.b"),
            remove("a.e"),
            remove("a.b.d"),
        ],
        "f = 1\n",
    );
}

#[test]
fn what_was_set_can_be_removed_again() {
    for text in [
        "[profile.dev]\ndebug = 1\n",
        "[profile.dev]\ndebug = 1\n\n# about lints\n[lints]\nx = 1\n",
        "[profile.dev]\ndebug = 1\n\n[profile.dev.package]\na = { debug = 1 }\n",
        "[profile.dev.package.a]\ndebug = 1\n",
        "[package]\nname = \"x\"\n",
        "[profile]\ndev = { debug = 1 }\n",
    ] {
        for path in [
            "profile.dev.package.b.opt-level",
            "profile.dev.lto",
            "profile.dist.lto",
            "build.jobs",
            "include",
        ] {
            check(text, &[set(path, 1), remove(path)], text);
        }
    }
}
