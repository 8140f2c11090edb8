//! Where findings and values stand, whatever the file looks like; and that no text breaks the parser.

use proptest::prelude::*;
use semver::Version;

use super::{check, file, policy, render};
use crate::policy::{check_tool, parse};
use crate::reference::SAMPLE;

/// Findings of a text as it is, without a `schema` put in front.
fn found(text: &str) -> String {
    let (_, found) = parse(&file(), text);
    let lines: Vec<_> = found.iter().map(|found| render(text, found, 0)).collect();
    lines.join("\n")
}

#[test]
fn an_empty_policy() {
    let missing = "error[missing_schema] 1:1 the policy does not say its `schema` | : first line | add `schema = 1`";
    assert_eq!(found(""), missing);
    assert_eq!(found("\u{feff}"), missing.replace("1:1", "1:2"));
    assert_eq!(found("# only a comment\r\n"), missing);
}

#[test]
fn a_newer_schema_is_not_read_on() {
    assert_eq!(
        found("schema = 2\nfrobnicate = 1"),
        "error[newer_than_tool] 1:10 `schema = 2` is newer than this tool knows | 2: this tool knows up to 1 | update build-profiles"
    );
    assert_eq!(
        found("schema = 0"),
        "error[invalid_value] 1:10 `schema` takes `1` | 0: out of range | write `1`"
    );
}

#[test]
fn bad_toml() {
    assert_eq!(
        found("schema = 1\n[profile.dev\ndebug = 1"),
        "error[invalid_toml] 2:13 the policy is not valid TOML | : unclosed table, expected `]` | mend the syntax; nothing else was looked at"
    );
    assert_eq!(
        found("schema = 1\n[profile.dev]\ndebug = line-tables-only"),
        "error[invalid_toml] 3:9 the policy is not valid TOML | line-tables-only: string values must be quoted, expected literal string | mend the syntax; nothing else was looked at"
    );
}

#[test]
fn another_version_of_the_tool() {
    let text = "schema = 1\ntool = \">=0.2\"";
    let policy = policy(text);
    let own = Version::new(0, 1, 0);
    let found = check_tool(&file(), &policy, &own).expect("too old");
    assert_eq!(
        render(text, &found, 0),
        "error[wrong_tool_version] 2:8 the policy wants build-profiles >=0.2, this is 0.1.0 | \">=0.2\": not this one | update build-profiles: `cargo update -p build-profiles-xtask`, or `cargo install build-profiles-xtask`"
    );
    assert_eq!(check_tool(&file(), &policy, &Version::new(0, 2, 1)), None);
}

#[test]
fn bom_and_crlf_and_wide_characters_move_no_place() {
    let text = "schema = 1\n# é\n[profile.dev]\ndebug = \"é\" # ü\nlto = \"ü\"\n";
    let plain = found(text);
    assert!(
        plain.contains("4:9") && plain.contains("| \"ü\":"),
        "{plain}"
    );
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(found(&crlf), plain);
    assert_eq!(found(&format!("\u{feff}{crlf}")), plain);
}

#[test]
fn the_comment_directly_above_is_the_reason() {
    let policy = policy(
        "schema = 1 # not a reason\n\
         # Of the table.\n\
         [profile.dev]\n\
         # Far away.\n\
         \n\
         #First.\n\
         #   Second.\n\
         debug = 1 # behind\n\
         lto = false\n\
         # Of the override.\r\n\
         package.syn = { opt-level = 1 }\n\
         package.a.debug = 0\n\
         \n\
         # Of the word.\n\
         [profile.test]\n\
         tradeoff = \"run-time\"\n\
         # Of clang.\n\
         [target.aarch64-apple-darwin]\n\
         linker = \"x\"\n",
    );
    let dev = &policy.base.profiles[0];
    let reasons: Vec<_> = dev.settings.iter().map(|e| e.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("First.\n  Second."), Some("Of the table.")]);
    let reason = |index: usize| dev.packages[index].settings[0].reason.as_deref();
    assert_eq!(reason(0), Some("Of the override."));
    assert_eq!(reason(1), None);
    assert_eq!(
        policy.base.profiles[1].reason.as_deref(),
        Some("Of the word.")
    );
    assert_eq!(
        policy.base.targets[0].settings[0].reason.as_deref(),
        Some("Of clang.")
    );
}

#[test]
fn an_unmanaged_key_is_marked_whole() {
    let text = "schema = 1\n[unmanaged]\nprofile.dist = \"a\"\n\"build.rustflags\" = \"b\"\n[unmanaged.target.x]\nlinker = \"c\"";
    let policy = policy(text);
    let marked: Vec<_> = policy
        .unmanaged
        .iter()
        .map(|entry| (entry.path.to_string(), &text[entry.span.clone()]))
        .collect();
    assert_eq!(
        marked,
        [
            ("profile.dist".to_owned(), "profile.dist"),
            ("build.rustflags".to_owned(), "\"build.rustflags\""),
            ("target.x.linker".to_owned(), "linker"),
        ]
    );
}

#[test]
fn a_real_name_of_a_reserved_kind_is_taken() {
    check("[profile.Release]\ninherits = \"release\"", "");
}

/// Every span lies within the text, on character boundaries, and every finding has a place and a way out.
fn places_hold(text: &str) -> Result<(), TestCaseError> {
    let (_, found) = parse(&file(), text);
    for found in &found {
        for label in &found.labels {
            prop_assert!(
                text.get(label.span.clone()).is_some(),
                "{:?} in {text:?}",
                label.span
            );
        }
        prop_assert!(!found.labels.is_empty() && !found.help.is_empty());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        places_hold(&text)?;
    }

    #[test]
    fn any_toml_is_read(
        lines in prop::collection::vec(line(), 0..12),
        bom in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let mut text = lines.join(if crlf { "\r\n" } else { "\n" });
        if bom {
            text.insert(0, '\u{feff}');
        }
        places_hold(&text)?;
    }

    /// Whatever is done to the sample, the parser stands.
    #[test]
    fn any_change_of_the_sample_is_read(at in 0..SAMPLE.len(), with in ".{0,3}", drop in 0..20_usize) {
        let end = (at + drop).min(SAMPLE.len());
        if let (Some(before), Some(after)) = (SAMPLE.get(..at), SAMPLE.get(end..)) {
            places_hold(&format!("{before}{with}{after}"))?;
        }
    }
}

/// A line that looks like one of a policy.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "schema",
        "expansions",
        "toolchain",
        "tool",
        "strict",
        "config",
        "profile",
        "dev",
        "test",
        "package",
        "\"*\"",
        "\"@set\"",
        "targets",
        "set",
        "syn",
        "'syn@1'",
        "opt-level",
        "opt_level",
        "debug",
        "lto",
        "tradeoff",
        "inherits",
        "build-override",
        "linker",
        "linux-gnu",
        "'cfg(unix)'",
        "\"cfg(é)\"",
        "'cfg(test)'",
        "cache",
        "scope",
        "if-missing",
        "environment",
        "ci",
        "build",
        "rustflags",
        "target",
        "unmanaged",
        "packages",
        "x86_64-unknown-linux-gnu",
        "rustc-wrapper",
        "incremental",
        "split-debuginfo",
        "panic",
        "\"profile.x\"",
        "measure",
        "commands",
        "order",
        "scenarios",
        "clean",
        "budget",
        "hit-rate",
        "ratio",
        "\"cache.clean\"",
        "\"clean.cache\"",
        "\"cach\\u00e9.\"",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "2",
        "true",
        "\"1.94\"",
        "\"dev\"",
        "\"é\"",
        "\"a/[é\"",
        "[\"cfg(unix)\", \"cfg( unix )\", \"@set\", \"macos\", \"cfg(é\"]",
        "[]",
        "[\"!é[\"]",
        "[\"-C lto\", \"-C\"]",
        "[1, \"mold\", \"default\", \"mold\"]",
        "{}",
        "{ opt-level = 1 }",
        "{ x.y = 1 }",
        "\"unpacked\"",
        "\"-C\\topt-level=1  é\"",
        "'''\n# é'''",
        "1.5",
        "1979-05-27",
        "\"abort\"",
        "\"sccache\"",
        "\"everything\"",
        "[\"cache\", \"clean\", \"é.\"]",
        "\"x=1 'é' &&\"",
        "inf",
    ]);
    let path = prop::collection::vec(name, 1..5).prop_map(|names| names.join("."));
    prop_oneof![
        path.clone().prop_map(|path| format!("[{path}]")),
        path.clone().prop_map(|path| format!("[[{path}]]")),
        (path, value).prop_map(|(path, value)| format!("{path} = {value}")),
        "# .{0,8}",
        Just(String::new()),
    ]
}
