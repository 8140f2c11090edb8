//! A new key finds its place.

use super::*;

#[test]
fn below_the_last_key_of_its_table() {
    check(
        "[profile.dev]\ndebug = 1 # why\n# lto = true\n\n[lints]\nx = 1\n",
        &[set("profile.dev.opt-level", 1)],
        "[profile.dev]\ndebug = 1 # why\nopt-level = 1\n# lto = true\n\n[lints]\nx = 1\n",
    );
}

#[test]
fn override_as_header() {
    check(
        "[profile.x.package.a]\nopt-level = 3\n\n# about features\n[features]\n",
        &[set("profile.x.package.b.opt-level", 3)],
        "[profile.x.package.a]\nopt-level = 3\n\n[profile.x.package.b]\nopt-level = 3\n\n# about features\n[features]\n",
    );
}

#[test]
fn override_beside_the_wildcard() {
    check(
        "[profile.x.package.\"*\"]\nopt-level = 3\n",
        &[set("profile.x.package.'foo@1.2'.opt-level", 2)],
        "[profile.x.package.\"*\"]\nopt-level = 3\n\n[profile.x.package.\"foo@1.2\"]\nopt-level = 2\n",
    );
}

#[test]
fn override_as_inline_table() {
    check(
        "[profile.x.package]\na = { opt-level = 3 }\n# c\n\n[lints]\n",
        &[
            set("profile.x.package.b.opt-level", 3),
            set("profile.x.package.b.debug", false),
            set("profile.x.package.a.debug", 0),
        ],
        "[profile.x.package]\na = { opt-level = 3, debug = 0 }\nb = { opt-level = 3, debug = false }\n# c\n\n[lints]\n",
    );
}

#[test]
fn override_as_dotted_key() {
    check(
        "[profile.x.package]\na.opt-level = 3\n",
        &[
            set("profile.x.package.b.opt-level", 3),
            set("profile.x.package.b.debug", false),
        ],
        "[profile.x.package]\na.opt-level = 3\nb.opt-level = 3\nb.debug = false\n",
    );
}

#[test]
fn override_as_dotted_key_in_the_profile() {
    check(
        "[profile.test]\npackage.\"a\".opt-level = 2\ndebug = 0\n",
        &[
            set("profile.test.package.b.opt-level", 2),
            set("profile.test.package.a.debug", 1),
        ],
        "[profile.test]\npackage.\"a\".opt-level = 2\npackage.\"a\".debug = 1\npackage.b.opt-level = 2\ndebug = 0\n",
    );
}

#[test]
fn override_without_siblings() {
    check(
        "[profile.dev]\ndebug = 1\n\n[lints]\n",
        &[
            set("profile.dev.package.b.opt-level", 2),
            set("profile.dev.package.'*'.opt-level", 1),
            set("profile.dev.package.b.debug", 0),
        ],
        "[profile.dev]\ndebug = 1\n\n[profile.dev.package]\nb = { opt-level = 2, debug = 0 }\n\"*\" = { opt-level = 1 }\n\n[lints]\n",
    );
}

#[test]
fn mixed_spellings_follow_the_last() {
    check(
        "[profile.dev.package]\na.opt-level = 3\nb = { opt-level = 3 }\n",
        &[set("profile.dev.package.c.opt-level", 3)],
        "[profile.dev.package]\na.opt-level = 3\nb = { opt-level = 3 }\nc = { opt-level = 3 }\n",
    );
    check(
        "[profile.dev]\npackage.a.opt-level = 3\n[profile.dev.package.b]\nopt-level = 3\n",
        &[set("profile.dev.package.c.opt-level", 3)],
        "[profile.dev]\npackage.a.opt-level = 3\n[profile.dev.package.b]\nopt-level = 3\n\n[profile.dev.package.c]\nopt-level = 3\n",
    );
}

#[test]
fn a_table_that_only_its_subtables_name_gets_a_header_before_them() {
    check(
        "[package]\nname = \"x\"\n\n# why\n[profile.dev.package.a]\nopt-level = 3\n",
        &[set("profile.dev.debug", 1), set("profile.dev.lto", "off")],
        "[package]\nname = \"x\"\n\n[profile.dev]\ndebug = 1\nlto = \"off\"\n\n# why\n[profile.dev.package.a]\nopt-level = 3\n",
    );
    check(
        "# licence\n[profile.dev.package.a]\nopt-level = 3\n",
        &[set("profile.dev.debug", 1)],
        "# licence\n\n[profile.dev]\ndebug = 1\n\n[profile.dev.package.a]\nopt-level = 3\n",
    );
}

#[test]
fn a_profile_goes_behind_the_last_profile_with_its_overrides() {
    check(
        "[profile]\n\n[package]\nname = \"x\"\n\n[profile.dev]\n[profile.dev.package]\na = { opt-level = 3 }\n\n[lints]\n",
        &[set_why(
            "profile.dist.inherits",
            "release",
            "For the shop.\n\nNot for tests.",
        )],
        "[profile]\n\n[package]\nname = \"x\"\n\n[profile.dev]\n[profile.dev.package]\na = { opt-level = 3 }\n\n[profile.dist]\n# For the shop.\n#\n# Not for tests.\ninherits = \"release\"\n\n[lints]\n",
    );
}

#[test]
fn the_first_profile_goes_to_the_end() {
    check(
        "[package]\nname = \"x\"\n",
        &[
            set("profile.dev.debug", 1),
            set("profile.release.lto", true),
        ],
        "[package]\nname = \"x\"\n\n[profile.dev]\ndebug = 1\n\n[profile.release]\nlto = true\n",
    );
    check(
        "",
        &[set("profile.dev.debug", 1)],
        "[profile.dev]\ndebug = 1\n",
    );
}

#[test]
fn an_empty_header_is_used() {
    check(
        "[build]\n# target = \"x\"\n\n[net]\n",
        &[set_why("build.jobs", 1, "why")],
        "[build]\n# why\njobs = 1\n# target = \"x\"\n\n[net]\n",
    );
}

#[test]
fn comments_at_the_end_stay_with_what_stands_before_them() {
    check(
        "[net]\nretry = 1\n\n# offline = true\n",
        &[set("build.jobs", 1)],
        "[net]\nretry = 1\n\n# offline = true\n\n[build]\njobs = 1\n",
    );
}

#[test]
fn what_must_be_last_stays_last() {
    check(
        "[net]\nretry = 1\n\n# CI appends flags: this must be the last line\n",
        &[set("build.jobs", 1)],
        "[net]\nretry = 1\n\n[build]\njobs = 1\n\n# CI appends flags: this must be the last line\n",
    );
    check(
        "[net]\nretry = 1\n\n# must be the last table: CI appends to it\n[env]\nA = \"b\"\n",
        &[set("build.jobs", 1)],
        "[net]\nretry = 1\n\n[build]\njobs = 1\n\n# must be the last table: CI appends to it\n[env]\nA = \"b\"\n",
    );
}

#[test]
fn keys_are_quoted_as_needed() {
    check(
        "[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\n",
        &[
            set("target.'cfg(target_os = \"linux\")'.linker", "C:\\x\\y"),
            set("target.'cfg(unix)'.rustflags", array(&["--cfg", "a"])),
        ],
        "[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\n\n[target.'cfg(target_os = \"linux\")']\nlinker = 'C:\\x\\y'\n\n[target.\"cfg(unix)\"]\nrustflags = [\"--cfg\", \"a\"]\n",
    );
}

#[test]
fn a_key_of_the_root() {
    check(
        "# licence\n\n# about build\n[build]\njobs = 1\n",
        &[append("include", "{ path = \"m.toml\", optional = true }")],
        "# licence\n\ninclude = [{ path = \"m.toml\", optional = true }]\n\n# about build\n[build]\njobs = 1\n",
    );
    check(
        "# about build\n[build]\njobs = 1\n",
        &[append("include", "\"m.toml\"")],
        "include = [\"m.toml\"]\n\n# about build\n[build]\njobs = 1\n",
    );
    check(
        "[build]\njobs = 1\n",
        &[set_why("paths", array(&["a"]), "why")],
        "# why\npaths = [\"a\"]\n\n[build]\njobs = 1\n",
    );
    check(
        "# top\ncargo-features = [\"x\"]\n\n[build]\njobs = 1\n",
        &[
            append("include", "\"m.toml\""),
            append("include", "\"n.toml\""),
        ],
        "# top\ncargo-features = [\"x\"]\ninclude = [\"m.toml\", \"n.toml\"]\n\n[build]\njobs = 1\n",
    );
    check(
        "# only this\n",
        &[append("include", "\"m.toml\"")],
        "# only this\n\ninclude = [\"m.toml\"]\n",
    );
}

#[test]
fn dotted_keys_at_the_root() {
    check(
        "profile.dev.debug = 1\n\n[package]\nname = \"x\"\n",
        &[
            set("profile.dev.lto", "off"),
            set("profile.release.lto", true),
        ],
        "profile.dev.debug = 1\nprofile.dev.lto = \"off\"\nprofile.release.lto = true\n\n[package]\nname = \"x\"\n",
    );
}

#[test]
fn into_inline_tables() {
    check(
        "[profile]\ndev = { debug = 1 }\nrelease = {lto = true}\nempty = {}\n",
        &[
            set("profile.dev.package.a.opt-level", 1),
            set("profile.release.strip", true),
            set("profile.empty.strip", true),
            set("profile.empty.lto", true),
            set("profile.dist.inherits", "release"),
        ],
        "[profile]\ndev = { debug = 1, package = { a = { opt-level = 1 } } }\nrelease = {lto = true, strip = true}\nempty = { strip = true, lto = true }\ndist = { inherits = \"release\" }\n",
    );
    check(
        "a = { b.c = 1, d = 2 }\n",
        &[set("a.b.e", 1), set("a.f.g", 1)],
        "a = { b.c = 1, b.e = 1, d = 2, f.g = 1 }\n",
    );
}

#[test]
fn into_inline_tables_on_several_lines() {
    check(
        "a = { # what\n\tb = 1, # one\n\tc = 2, # two\n}\n",
        &[set("a.d", 3), set("a.e", 4)],
        "a = { # what\n\tb = 1, # one\n\tc = 2, # two\n\td = 3,\n\te = 4,\n}\n",
    );
    check(
        "a = {\n  b = 1 # one\n}\n",
        &[set("a.d", 3)],
        "a = {\n  b = 1, # one\n  d = 3\n}\n",
    );
}

#[test]
fn in_the_style_of_the_line_above() {
    check(
        "[profile.dev]\n\tdebug=1\n[a]\nb   = 1\nccc = 2\n",
        &[set("profile.dev.lto", true), set("a.d", 3)],
        "[profile.dev]\n\tdebug=1\n\tlto=true\n[a]\nb   = 1\nccc = 2\nd = 3\n",
    );
}

#[test]
fn long_arrays_get_a_line_for_each_element() {
    let flags = array(&[
        "--cfg=tokio_unstable",
        "-Clink-arg=-fuse-ld=lld",
        "-Cforce-frame-pointers=yes",
    ]);
    check(
        "[net]\n",
        &[set("build.rustflags", flags)],
        "[net]\n\n[build]\nrustflags = [\n    \"--cfg=tokio_unstable\",\n    \"-Clink-arg=-fuse-ld=lld\",\n    \"-Cforce-frame-pointers=yes\",\n]\n",
    );
}

#[test]
fn strings_stay_on_one_line() {
    check(
        "a = 1\n",
        &[set("b", "x\r\ny\"\\\u{1b}")],
        "a = 1\nb = \"x\\r\\ny\\\"\\\\\\u001B\"\n",
    );
}
