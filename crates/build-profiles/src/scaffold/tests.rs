//! What a scaffold writes, spelling by spelling, and what stands in its way.

use std::collections::BTreeMap;

use semver::Version;

use super::{Ground, Scaffold, scaffold};
use crate::diagnostic::{FilePath, Level};
use crate::facts::{Member, Workspace};

/// The scaffold of a workspace with these files, built by this Cargo; files of the xtask among them.
fn made(cargo: (u64, u64), members: &[(&str, &str)], files: &[(&str, &str)]) -> Scaffold {
    let texts = files
        .iter()
        .map(|(path, text)| (FilePath::new(*path), (*text).to_owned()));
    let texts: BTreeMap<FilePath, String> = texts.collect();
    let members = members.iter().map(|(name, path)| Member {
        name: (*name).to_owned(),
        path: (*path).to_owned(),
        rust_version: None,
    });
    let workspace = Workspace {
        members: members.collect(),
        files: texts.clone(),
        ..Workspace::default()
    };
    let package = [(FilePath::new("xtask/Cargo.toml"), "[package]\n".to_owned())];
    scaffold(
        &workspace,
        &Ground {
            policy: None,
            beside: &texts,
            has_folder: false,
            cargo: &Version::new(cargo.0, cargo.1, 0),
            dependency: "{ version = \"0.1\" }",
            package: &package,
            write: true,
        },
    )
}

fn after<'s>(made: &'s Scaffold, path: &str) -> &'s str {
    let change = made.changes.iter().find(|one| one.path.as_str() == path);
    change
        .and_then(|one| one.after.as_deref())
        .unwrap_or_default()
}

#[test]
fn a_toolchain_that_cannot_compile_us_is_told_the_way_without_an_xtask() {
    let made = made((1, 85), &[], &[("Cargo.toml", "[workspace]\n")]);
    assert!(made.changes.is_empty());
    let [finding] = &made.diagnostics[..] else {
        panic!("{:#?}", made.diagnostics);
    };
    assert_eq!(finding.level, Level::Error);
    assert_eq!(
        format!("[{}]: {}", finding.code, finding.message),
        "[xtask_needs_newer_rust]: an xtask is compiled with this workspace's toolchain, and Rust 1.85.0 can't compile this tool"
    );
    assert_eq!(finding.notes, ["it needs 1.88 or newer"]);
    assert_eq!(
        finding.help,
        ["use the installed `cargo build-profiles` in its place: the commands are the same"]
    );
}

#[test]
fn line_breaks_stay_what_they_are() {
    let made = made(
        (1, 95),
        &[("app", "app")],
        &[
            (
                "Cargo.toml",
                "[workspace]\r\nmembers = [\r\n    \"app\",\r\n]\r\n",
            ),
            (".cargo/config.toml", "[alias]\r\nc = \"check\"\r\n"),
        ],
    );
    assert!(
        after(&made, "Cargo.toml")
            .starts_with("[workspace]\r\nmembers = [\r\n    \"app\",\r\n    \"xtask\",\r\n]\r\n"),
        "{}",
        after(&made, "Cargo.toml")
    );
    for file in ["Cargo.toml", ".cargo/config.toml"] {
        let text = after(&made, file);
        assert_eq!(
            text.matches('\n').count(),
            text.matches("\r\n").count(),
            "{text}"
        );
    }
}

#[test]
fn a_config_of_the_old_name_takes_the_alias() {
    let made = made(
        (1, 95),
        &[],
        &[
            ("Cargo.toml", "[workspace]\n"),
            (".cargo/config", "[alias]\n"),
        ],
    );
    assert!(after(&made, ".cargo/config").contains("xtask = ["));
    assert_eq!(after(&made, ".cargo/config.toml"), "");
}

/// The main file after the call was added; empty if it was not.
fn mounted(main: &str) -> String {
    let made = made(
        (1, 95),
        &[("tasks", "tools/xtask")],
        &[
            ("Cargo.toml", "[workspace]\n"),
            ("tools/xtask/Cargo.toml", "[package]\nname = \"tasks\"\n"),
            ("tools/xtask/src/main.rs", main),
        ],
    );
    let by_hand = made
        .diagnostics
        .iter()
        .any(|one| one.code == "mount_by_hand");
    let text = after(&made, "tools/xtask/src/main.rs").to_owned();
    assert_eq!(by_hand, text.is_empty(), "{text}");
    assert!(
        after(&made, "tools/xtask/Cargo.toml")
            .contains("[dependencies]\nbuild-profiles-xtask = { version = \"0.1\" }\n"),
        "the dependency can be written in any case"
    );
    text
}

#[test]
fn the_call_goes_where_main_begins() {
    let call = "    // `cargo xtask build-profiles` and what follows it is for that tool.\n    build_profiles_xtask::intercept();\n";
    for (head, body) in [
        ("fn main() {\n", "    run();\n}\n"),
        (
            "#[tokio::main]\nasync fn main() -> Result<()> {\n",
            "    run().await\n}\n",
        ),
        (
            "pub fn main(\n) -> Result<(), Box<dyn Error>>\nwhere\n{\n",
            "}\n",
        ),
        (
            "//! Has no fn main() of its own.\nfn main() { // starts\n",
            "}\n",
        ),
    ] {
        let with = mounted(&format!("{head}{body}"));
        let expected = match head.ends_with("{\n") {
            true => format!("{head}{call}{body}"),
            // Whoever comments the brace writes the line.
            false => String::new(),
        };
        assert_eq!(with, expected);
    }
    let crlf = mounted("fn main() {\r\n}\r\n");
    assert_eq!(
        crlf,
        format!("fn main() {{\r\n{}}}\r\n", call.replace('\n', "\r\n"))
    );
}

#[test]
fn where_main_begins_is_not_guessed() {
    for main in [
        "fn main() { run() }\n",
        "#[cfg(unix)]\nfn main() {\n}\n#[cfg(windows)]\nfn main() {\n}\n",
        "macro_rules! m { () => { fn main() {} } }\nm!();\n",
        "",
    ] {
        assert_eq!(mounted(main), "");
    }
}
