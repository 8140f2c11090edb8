//! A value that is there becomes another one, and nothing around it moves.

use super::*;

#[test]
fn only_the_value_changes() {
    check(
        "# licence\n[profile.dev]\n# why\n  debug   = true # inline why\nopt-level=1\n",
        &[
            set("profile.dev.debug", 1),
            set("profile.dev.opt-level", "s"),
        ],
        "# licence\n[profile.dev]\n# why\n  debug   = 1 # inline why\nopt-level=\"s\"\n",
    );
}

#[test]
fn an_equal_value_keeps_its_spelling() {
    let text = "a = 0x10\nb = '''x'''\nc = [ 'y',  'z' ]\n";
    check(
        text,
        &[set("a", 16), set("b", "x"), set("c", array(&["y", "z"]))],
        text,
    );
}

#[test]
fn the_five_spellings_of_an_override() {
    check(
        concat!(
            "[profile.a.package.x]\nopt-level = 1\n",
            "[profile.b.package.\"*\"]\nopt-level = 1\n",
            "[profile.c.package]\nx = { opt-level = 1, debug = 0 }\n",
            "[profile.d.package]\nx.opt-level = 1\n",
            "[profile.e]\npackage.x.opt-level = 1 # e\n",
        ),
        &[
            set("profile.a.package.x.opt-level", 2),
            set("profile.b.package.'*'.opt-level", 2),
            set("profile.c.package.x.opt-level", 2),
            set("profile.d.package.x.opt-level", 2),
            set("profile.e.package.x.opt-level", 2),
        ],
        concat!(
            "[profile.a.package.x]\nopt-level = 2\n",
            "[profile.b.package.\"*\"]\nopt-level = 2\n",
            "[profile.c.package]\nx = { opt-level = 2, debug = 0 }\n",
            "[profile.d.package]\nx.opt-level = 2\n",
            "[profile.e]\npackage.x.opt-level = 2 # e\n",
        ),
    );
}

#[test]
fn literal_strings_stay_literal() {
    check(
        "a = 'x'\nb = 'y'\nc = \"z\"\nd = [\n  'p',\n]\n",
        &[
            set("a", "n"),
            set("b", "it's"),
            set("c", "C:\\x"),
            set("d", array(&["q"])),
        ],
        "a = 'n'\nb = \"it's\"\nc = 'C:\\x'\nd = [\n  'q',\n]\n",
    );
}

#[test]
fn another_kind_of_value() {
    check(
        "[build]\nrustflags = \"-a -b\" # why\nx = \"\"\"\nlong\n\"\"\" # y\nf = 1.5\n",
        &[
            set("build.rustflags", array(&["-a", "-b"])),
            set("build.x", true),
            set("build.f", "s"),
        ],
        "[build]\nrustflags = [\"-a\", \"-b\"] # why\nx = true # y\nf = \"s\"\n",
    );
}

#[test]
fn a_comment_for_a_new_key_is_not_written_above_an_old_one() {
    check("a = 1\n", &[set_why("a", 2, "why")], "a = 2\n");
}

#[test]
fn edits_of_one_key_happen_in_order() {
    check("a = 1\n", &[set("a", 2), set("a", 3)], "a = 3\n");
    check(
        "z = 1\na = 1\n",
        &[remove("a"), set("a", 3)],
        "z = 1\na = 3\n",
    );
    check("b = 1\n", &[set("a", 3), remove("a")], "b = 1\n");
}

#[test]
fn a_table_that_loses_one_key_and_gains_another_stays() {
    check(
        "# about dev\n[profile.dev]\n# about debug\ndebug = 1\n\n[lints]\n",
        &[remove("profile.dev.debug"), set("profile.dev.lto", "off")],
        "# about dev\n[profile.dev]\nlto = \"off\"\n\n[lints]\n",
    );
}
