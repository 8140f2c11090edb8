//! What real teams write, and what Cargo ignores.

use proptest::prelude::*;

use super::*;

/// `code start..end label`, or nothing if the expression is fine.
fn check(text: &str, expected: &str) {
    let problem = match Cfg::parse(text) {
        Ok(cfg) => cfg.problem(text),
        Err(problem) => Some(*problem),
    };
    let found = problem
        .map(|p| format!("{} `{}` {}", p.code, &text[p.range], p.label))
        .unwrap_or_default();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn what_real_teams_write_is_fine() {
    for text in [
        "cfg(all())",
        "cfg( all( ) )",
        "cfg(true)",
        "cfg(any(test, not(test)))",
        "cfg(unix)",
        "cfg(clippy)",
        "cfg(tokio_unstable)",
        "cfg(target_os=\"macos\")",
        "cfg(not(target_os = \"freebsd\"))",
        "cfg(all(target_arch = \"arm\", target_os = \"none\"))",
        "cfg(all(target_family= \"unix\",not(target_os = \"macos\")))",
        "cfg(all(target_env = \"musl\", target_pointer_width = \"64\"))",
        "cfg(all(not(target_env = \"msvc\"), any(target_arch = \"x86_64\", target_arch = \"aarch64\")))",
        "cfg(any(target_os = \"linux\", target_os = \"android\"))",
        "cfg(target_feature = \"avx2\")",
        "cfg(target_env = \"\")",
    ] {
        check(text, "");
    }
}

#[test]
fn what_cargo_ignores_is_said() {
    check(
        "cfg(unix",
        "unparsable_cfg `cfg(unix` no closing parenthesis",
    );
    check(
        "cfg(target_os = linux)",
        "unparsable_cfg `linux` expected a `\"` here",
    );
    check(
        "cfg(target-os = \"linux\")",
        "unparsable_cfg `-` expected one of `<key>`, `all`, `any`, `not` here",
    );
    check("cfg()", "unparsable_cfg `` empty expression");
    check(
        "cfg(linux)",
        "cfg_matches_nothing `linux` not a cfg that rustc sets",
    );
    check(
        "cfg(all(unix, windows))",
        "cfg_matches_nothing `cfg(all(unix, windows))` never matches",
    );
    check(
        "cfg(target_os = \"linx\")",
        "cfg_matches_nothing `linx` never matches",
    );
}

#[test]
fn what_cargo_cannot_know_is_said() {
    let label = "the same for every build";
    check("cfg(test)", &format!("cfg_never_decides `test` {label}"));
    check(
        "cfg(feature = \"cargo-clippy\")",
        &format!("cfg_never_decides `feature` {label}"),
    );
    check(
        "cfg(all(windows, not(debug_assertions)))",
        &format!("cfg_never_decides `debug_assertions` {label}"),
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "cfg\\((all|any|not|unix|windows|test|true|feature|target_os|[a-z_]{1,3}|[(),=\" é-])*\\)?") {
        let problem = match Cfg::parse(&text) {
            Ok(cfg) => cfg.problem(&text),
            Err(problem) => Some(*problem),
        };
        if let Some(problem) = problem {
            prop_assert!(problem.range.end <= text.len());
        }
    }
}
