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
    made_in(cargo, &workspace, &texts)
}

fn made_in(
    cargo: (u64, u64),
    workspace: &Workspace,
    texts: &BTreeMap<FilePath, String>,
) -> Scaffold {
    let package = [(FilePath::new("xtask/Cargo.toml"), "[package]\n".to_owned())];
    let nested = texts
        .iter()
        .filter(|(path, _)| path.as_str().ends_with("/Cargo.toml"))
        .map(|(path, text)| (path.clone(), text.clone()));
    scaffold(
        workspace,
        &Ground {
            policy: None,
            beside: texts,
            nested: &nested.collect(),
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

#[test]
fn the_command_is_the_one_that_the_main_file_makes() {
    for (main, command) in [
        ("fn main() {\n}\n", Some("cargo xtask build-profiles")),
        // By hand: nothing starts it yet.
        ("fn main() { run() }\n", None),
        (
            "// as build_profiles_xtask::intercept()\nfn main() { run() }\n",
            None,
        ),
        (
            "enum Xtask {\n    BuildProfiles(build_profiles_xtask::Command),\n}\n",
            Some("cargo xtask"),
        ),
        (
            "use build_profiles_xtask as tool;\nfn main() {\n    tool::intercept();\n}\n",
            Some("cargo xtask build-profiles"),
        ),
    ] {
        let made = made(
            (1, 95),
            &[("xtask", "xtask")],
            &[
                ("Cargo.toml", "[workspace]\n"),
                ("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n"),
                ("xtask/src/main.rs", main),
            ],
        );
        assert_eq!(made.command, command, "{main}");
    }
}

#[test]
fn a_comment_is_no_dependency() {
    let manifest = "[package]\nname = \"xtask\"\n# build-profiles-xtask: not yet\n";
    let made = made(
        (1, 95),
        &[("xtask", "xtask")],
        &[
            ("Cargo.toml", "[workspace]\n"),
            ("xtask/Cargo.toml", manifest),
            ("xtask/src/main.rs", "fn main() {\n}\n"),
        ],
    );
    let expected =
        format!("{manifest}\n[dependencies]\nbuild-profiles-xtask = {{ version = \"0.1\" }}\n");
    assert_eq!(after(&made, "xtask/Cargo.toml"), expected);
}

#[test]
fn main_is_where_the_manifest_says() {
    let package = "[package]\nname = \"xtask\"\n";
    let two = "[[bin]]\nname = \"other\"\npath = \"other.rs\"\n[[bin]]\nname = \"NAME\"\npath = \"./cli.rs\"\n";
    for (manifest, main) in [
        (
            format!("{package}[[bin]]\nname = \"x\"\npath = \"cli.rs\"\n"),
            "xtask/cli.rs",
        ),
        (
            format!("{package}{}", two.replace("NAME", "xtask")),
            "xtask/cli.rs",
        ),
        (
            format!("{package}default-run = \"x\"\n{}", two.replace("NAME", "x")),
            "xtask/cli.rs",
        ),
        (
            format!("{package}[[bin]]\nname = \"x\"\n"),
            "xtask/src/main.rs",
        ),
        (package.to_owned(), "xtask/src/bin/xtask.rs"),
        (package.to_owned(), "xtask/src/bin/xtask/main.rs"),
    ] {
        let made = made(
            (1, 95),
            &[("xtask", "xtask")],
            &[
                ("Cargo.toml", "[workspace]\n"),
                ("xtask/Cargo.toml", &manifest),
                (main, "fn main() {\n}\n"),
            ],
        );
        assert!(after(&made, main).contains("intercept"), "{manifest}");
    }
}

#[test]
fn a_main_outside_of_the_package_is_for_a_person() {
    for path in ["../main.rs", "/main.rs", "src/../../main.rs"] {
        let manifest = format!("[package]\nname = \"xtask\"\n[[bin]]\npath = \"{path}\"\n");
        let made = made(
            (1, 95),
            &[("xtask", "xtask")],
            &[
                ("Cargo.toml", "[workspace]\n"),
                ("xtask/Cargo.toml", &manifest),
                ("main.rs", "fn main() {\n}\n"),
            ],
        );
        assert_eq!(after(&made, "main.rs"), "");
        assert!(
            made.diagnostics
                .iter()
                .any(|one| one.code == "mount_by_hand")
        );
    }
}

/// The alias that a new xtask gets beside this config; else what stands in the way.
fn alias_beside(cargo: (u64, u64), config: &str) -> Result<String, String> {
    let made = made(
        cargo,
        &[],
        &[
            ("Cargo.toml", "[workspace]\n"),
            (".cargo/config.toml", config),
        ],
    );
    match &made.diagnostics[..] {
        [finding] if finding.level == Level::Error => {
            assert!(made.changes.is_empty(), "nothing is half done");
            Err(format!("{finding:#?}"))
        }
        _ => Ok(after(&made, ".cargo/config.toml").to_owned()),
    }
}

#[test]
fn an_xtask_is_built_for_the_machine_that_runs_it() {
    let elsewhere = "[build]\ntarget = \"thumbv7em-none-eabihf\"\n";
    let several = "[build]\ntarget = [\"wasm32-unknown-unknown\"]\n";
    for config in [elsewhere, several] {
        let alias = alias_beside((1, 91), config).expect("this Cargo can be told");
        assert!(
            alias.contains("    \"--profile=xtask\",\n    \"--target=host-tuple\",\n"),
            "{alias}"
        );
        let refused = alias_beside((1, 90), config).expect_err("this Cargo can't");
        assert!(refused.contains("xtask_for_another_machine"), "{refused}");
    }
    for config in ["", "[build]\ntarget = \"host-tuple\"\n"] {
        for cargo in [(1, 90), (1, 91)] {
            let alias = alias_beside(cargo, config).expect("nothing is in the way");
            assert!(!alias.contains("--target"), "{alias}");
        }
    }
}

#[test]
fn what_stands_in_the_way_of_a_target_is_said_in_full() {
    let made = made(
        (1, 90),
        &[],
        &[
            ("Cargo.toml", "[workspace]\n"),
            (
                ".cargo/config.toml",
                "[build]\ntarget = \"wasm32-wasip1\"\n",
            ),
        ],
    );
    let finding = &made.diagnostics[0];
    assert_eq!(
        format!("[{}]: {}", finding.code, finding.message),
        "[xtask_for_another_machine]: `build.target` of `.cargo/config.toml` would build the xtask for another machine too"
    );
    assert_eq!(finding.labels[0].span, 17..32);
    assert_eq!(
        finding.notes,
        [
            "Cargo 1.91 and newer can be told to build it for the machine that runs it; this is 1.90.0"
        ]
    );
    assert_eq!(
        finding.help,
        ["use the installed `cargo build-profiles` in its place: the commands are the same"]
    );
}

#[test]
fn an_alias_above_the_workspace_is_the_alias() {
    let texts = [
        ("Cargo.toml", "[workspace]\n"),
        (
            "../.cargo/config.toml",
            "[alias]\nxtask = [\"run\", \"-p\", \"tasks\", \"--\"]\n",
        ),
        ("tasks/Cargo.toml", "[package]\nname = \"tasks\"\n"),
        ("tasks/src/main.rs", "fn main() {\n}\n"),
    ];
    let texts = texts.map(|(path, text)| (FilePath::new(path), text.to_owned()));
    let texts = BTreeMap::from(texts);
    let workspace = Workspace {
        members: vec![Member {
            name: "tasks".to_owned(),
            path: "tasks".to_owned(),
            rust_version: None,
        }],
        parents: vec![FilePath::new("../.cargo/config.toml")],
        files: texts.clone(),
        ..Workspace::default()
    };
    let made = made_in((1, 95), &workspace, &texts);
    assert_eq!(
        after(&made, ".cargo/config.toml"),
        "",
        "it is not written twice"
    );
    assert!(after(&made, "../.cargo/config.toml").contains("build.rustc-wrapper"));
    assert!(after(&made, "tasks/src/main.rs").contains("intercept"));
}

/// `workspace.exclude` of a lone package with these manifests below.
fn left_out(below: &[(&str, &str)]) -> String {
    let mut files = vec![("Cargo.toml", "[package]\nname = \"alone\"\n")];
    files.extend(below);
    let made = made((1, 95), &[("alone", "")], &files);
    let root = after(&made, "Cargo.toml");
    assert!(root.contains("[workspace]\n"), "{root}");
    let exclude = root.lines().find(|line| line.starts_with("exclude = "));
    exclude.unwrap_or_default().to_owned()
}

#[test]
fn packages_below_a_package_stay_what_they_are() {
    let package = "[package]\nname = \"p\"\n";
    let root = "[package]\nname = \"p\"\n[workspace]\n";
    assert_eq!(left_out(&[]), "");
    assert_eq!(
        left_out(&[("examples/one/Cargo.toml", package)]),
        "exclude = [\"examples/one\"]"
    );
    assert_eq!(
        left_out(&[
            ("examples/one/Cargo.toml", package),
            ("examples/two/deep/Cargo.toml", package),
            ("macros/Cargo.toml", package),
        ]),
        "exclude = [\"examples\", \"macros\"]",
        "several of a folder are one entry"
    );
    assert_eq!(
        left_out(&[
            ("fuzz/Cargo.toml", root),
            ("fuzz/targets/Cargo.toml", package),
        ]),
        "",
        "a workspace of its own, with what belongs to it"
    );
    assert_eq!(
        left_out(&[
            (
                "member/Cargo.toml",
                "[package]\nname = \"p\"\nworkspace = \"../..\"\n"
            ),
            (
                "virtual/Cargo.toml",
                "[workspace.package]\nversion = \"1.0.0\"\n"
            ),
            ("broken/Cargo.toml", "[package"),
        ]),
        ""
    );
}

#[test]
fn a_workspace_leaves_out_what_it_left_out() {
    let made = made(
        (1, 95),
        &[("alone", "")],
        &[
            ("Cargo.toml", "[package]\nname = \"alone\"\n[workspace]\n"),
            ("examples/one/Cargo.toml", "[package]\nname = \"p\"\n"),
        ],
    );
    let root = after(&made, "Cargo.toml");
    assert!(!root.contains("exclude"), "{root}");
}
