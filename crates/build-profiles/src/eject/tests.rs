//! What goes, what stays, file by file.

use std::collections::BTreeMap;

use super::*;
use crate::facts::Member;
use crate::policy;
use crate::settings::settle;

const POLICY: &str = "build-profiles.toml";
const MAIN: &str = "fn main() -> std::process::ExitCode { build_profiles_xtask::main() }\n";
const MANIFEST: &str =
    "[package]\nname = \"xtask\"\n\n[dependencies]\nbuild-profiles-xtask = \"0.1\"\n";

/// A workspace of files; `xtask/` is a member's folder, and so is `app/`.
fn leave(files: &[(&str, &str)]) -> Ejection {
    let text = |name: &str| {
        let found = files.iter().find(|(file, _)| *file == name);
        found.map(|(_, text)| (*text).to_owned())
    };
    let mut workspace = Workspace {
        in_git: true,
        ..Workspace::default()
    };
    let mut belongings = Belongings {
        policy: text(POLICY).unwrap_or_default(),
        local: text(LOCAL_POLICY),
        machine: text(".cargo/machine.toml"),
        hakari: HAKARI
            .iter()
            .filter_map(|file| Some((FilePath::new(*file), text(file)?)))
            .collect(),
        ..Belongings::default()
    };
    for name in ["app", "xtask"] {
        let prefix = format!("{name}/");
        let Some(manifest) = text(&format!("{name}/Cargo.toml")) else {
            continue;
        };
        let inside = files.iter().filter(|(file, _)| file.starts_with(&prefix));
        let others = inside.filter(|(file, _)| !file.ends_with("Cargo.toml"));
        belongings.packages.push(Package {
            name: name.to_owned(),
            folder: name.to_owned(),
            manifest,
            files: others
                .map(|(file, text)| (FilePath::new(*file), Some((*text).to_owned())))
                .collect(),
        });
        workspace.members.push(Member {
            name: name.to_owned(),
            path: name.to_owned(),
            rust_version: None,
        });
    }
    let shared = files
        .iter()
        .filter(|(file, _)| !file.contains("xtask/") && !file.contains("app/"));
    for (file, text) in shared {
        let file = FilePath::new(*file);
        if file.as_str().ends_with("included.toml") {
            workspace.included.push(file.clone());
        }
        workspace.files.insert(file, (*text).to_owned());
    }
    let file = FilePath::new(POLICY);
    let (policy, findings) = policy::parse(&file, &belongings.policy);
    let policy = policy.unwrap_or_else(|| panic!("{findings:#?}"));
    let (settings, _) = settle(&file, &policy, &workspace);
    eject(&file, &policy, &settings, &workspace, &belongings)
}

/// What becomes of each file besides the policy; `None`: it goes.
fn changes(ejection: &Ejection) -> BTreeMap<&str, Option<&str>> {
    let changes = ejection.changes.iter();
    changes
        .map(|change| (change.path.as_str(), change.after.as_deref()))
        .filter(|(path, _)| *path != POLICY)
        .collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[(&str, Option<&str>)]) {
    let policy = (POLICY, "schema = 1\ntoolchain = \"1.94\"\n");
    let mut all = vec![policy];
    all.extend(files);
    let ejection = leave(&all);
    let expected: BTreeMap<&str, Option<&str>> = expected.iter().copied().collect();
    assert_eq!(changes(&ejection), expected, "{:#?}", ejection.diagnostics);
}

/// The codes of what is said.
fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    let ejection = leave(files);
    ejection.diagnostics.iter().map(|one| one.code).collect()
}

#[test]
fn an_include_in_every_spelling() {
    let machine = "{ path = \"machine.toml\", optional = true }";
    for (before, after) in [
        (format!("include = [{machine}]\n"), None),
        (
            format!("# ours\ninclude = [\"a.toml\", {machine}]\n"),
            Some("# ours\ninclude = [\"a.toml\"]\n"),
        ),
        (
            format!("include = [\r\n    {machine},\r\n    \"a.toml\",\r\n]\r\n"),
            Some("include = [\r\n    \"a.toml\",\r\n]\r\n"),
        ),
        (
            "[net]\nretry = 1\n\n[[include]]\npath = \"a.toml\"\n\n[[include]]\npath = \"./machine.toml\"\noptional = true\n"
                .to_owned(),
            Some("[net]\nretry = 1\n\n[[include]]\npath = \"a.toml\"\n"),
        ),
    ] {
        let config = ".cargo/config.toml";
        check(&[(config, &before)], &[(config, after)]);
    }
}

#[test]
fn a_comment_of_somebody_keeps_a_config() {
    let before = "# Ask Ann.\n\ninclude = [{ path = \"machine.toml\", optional = true }]\n";
    check(
        &[(".cargo/config.toml", before)],
        &[(".cargo/config.toml", Some("# Ask Ann.\n"))],
    );
}

#[test]
fn the_lines_that_configure_writes_go_and_others_stay() {
    check(
        &[
            (
                ".gitignore",
                "/target\r\n/.cargo/machine.toml\r\n/build-profiles.local.toml\r\n.cargo/machine.toml\r\n",
            ),
            (".dockerignore", ".cargo/machine.toml\n"),
            (LOCAL_POLICY, "cache = false\n"),
        ],
        &[
            (".gitignore", Some("/target\r\n.cargo/machine.toml\r\n")),
            (".dockerignore", Some("")),
            (LOCAL_POLICY, None),
        ],
    );
}

#[test]
fn a_header_goes_and_what_somebody_wrote_there_stays() {
    let ours = "# Written by `cargo xtask configure` from build-profiles.toml; change it there.\r\n\
                # Values that hold on every machine and that a machine or an environment may override.\r\n\r\n\
                # Ann: slow disks.\r\n[build]\r\nincremental = false\r\n";
    let portable = ".cargo/portable.toml";
    check(
        &[(portable, ours)],
        &[(
            portable,
            Some("# Ann: slow disks.\r\n[build]\r\nincremental = false\r\n"),
        )],
    );
    check(
        &[(portable, "# Ours.\n[build]\nincremental = false\n")],
        &[],
    );
}

#[test]
fn a_package_goes_with_all_that_leads_to_it() {
    let root = "[workspace]\nmembers = [\"app\", \"./xtask/\"]\ndefault-members = [\"xtask\", \"app\"]\n\n\
                [profile.xtask]\ninherits = \"release\"\n";
    check(
        &[
            ("Cargo.toml", root),
            ("app/Cargo.toml", "[package]\nname = \"app\"\n"),
            (
                "xtask/Cargo.toml",
                "[package]\nname = \"xtask\"\n\n[dependencies]\ntool = { package = \"build-profiles-xtask\", version = \"0.1\" }\n",
            ),
            (
                "xtask/src/main.rs",
                &MAIN.replace("build_profiles_xtask", "tool"),
            ),
            (
                ".cargo/config.toml",
                "include = [\"included.toml\"]\nalias.xt = [\"run\", \"-pxtask\", \"--\"]\n",
            ),
            (
                ".cargo/included.toml",
                "[alias]\nxtask = \"run --manifest-path ./xtask/Cargo.toml --\"\nb = \"build -p xtask\"\n",
            ),
        ],
        &[
            (
                "Cargo.toml",
                Some("[workspace]\nmembers = [\"app\"]\ndefault-members = [\"app\"]\n"),
            ),
            ("xtask/Cargo.toml", None),
            ("xtask/src/main.rs", None),
            (
                ".cargo/config.toml",
                Some("include = [\"included.toml\"]\n"),
            ),
            (
                ".cargo/included.toml",
                Some("[alias]\nb = \"build -p xtask\"\n"),
            ),
        ],
    );
}

#[test]
fn cargo_hakari_is_told_wherever_it_keeps_its_settings() {
    for file in HAKARI {
        let without = "[traversal-excludes]\nworkspace-members = [\"fuzz\"]\n";
        let with = without.replace("\"fuzz\"", "\"fuzz\", \"xtask\"");
        check(
            &[
                (
                    "Cargo.toml",
                    "[workspace]\nmembers = [\"app\", \"xtask\"]\n",
                ),
                ("app/Cargo.toml", "[package]\nname = \"app\"\n"),
                (
                    "xtask/Cargo.toml",
                    "[package]\nname = \"xtask\"\n[dependencies]\nbuild-profiles-xtask = \"0.1\"\n",
                ),
                ("xtask/src/main.rs", MAIN),
                (file, &with),
            ],
            &[
                ("Cargo.toml", Some("[workspace]\nmembers = [\"app\"]\n")),
                (file, Some(without)),
                ("xtask/Cargo.toml", None),
                ("xtask/src/main.rs", None),
            ],
        );
    }
}

#[test]
fn a_profile_that_others_need_stays() {
    let mounted = |root, config| {
        let ejection = leave(&[
            (POLICY, "schema = 1\n"),
            ("Cargo.toml", root),
            ("xtask/Cargo.toml", MANIFEST),
            ("xtask/src/main.rs", MAIN),
            (".cargo/config.toml", config),
        ]);
        changes(&ejection)
            .get("Cargo.toml")
            .copied()
            .flatten()
            .map(str::to_owned)
    };
    let root = "[workspace]\nmembers = [\"xtask\"]\n\n[profile.xtask]\ninherits = \"dev\"\n";
    let inherited = format!("{root}\n[profile.more]\ninherits = \"xtask\"\n");
    let has_profile = |text: Option<String>| text.is_some_and(|it| it.contains("profile.xtask"));
    assert!(!has_profile(mounted(root, "alias.x = \"run -p xtask\"\n")));
    assert!(has_profile(mounted(&inherited, "")));
    assert!(has_profile(mounted(
        root,
        "alias.x = \"build --profile xtask\"\n"
    )));
}

#[test]
fn what_keeps_a_package() {
    let root = (
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"xtask\"]\n",
    );
    let policy = (POLICY, "schema = 1\n");
    let manifest = ("xtask/Cargo.toml", MANIFEST);
    let main = ("xtask/src/main.rs", MAIN);
    let stays = vec!["xtask_stays"];
    assert_eq!(
        codes(&[policy, root, manifest, main]),
        ["lock_file_follows"]
    );
    for more in [
        "[features]\nmore = []\n",
        "[dev-dependencies]\nserde = \"1\"\n",
        "[target.'cfg(unix)'.dependencies]\nserde = \"1\"\n",
        "[[test]]\nname = \"cli\"\n",
    ] {
        let manifest = format!("{MANIFEST}\n{more}");
        let files = [policy, root, ("xtask/Cargo.toml", &*manifest), main];
        assert_eq!(codes(&files), stays, "{more}");
    }
    let used = "[package]\nname = \"app\"\n\n[build-dependencies]\nx = { package = \"xtask\", path = \"../xtask\" }\n";
    assert_eq!(
        codes(&[policy, root, manifest, main, ("app/Cargo.toml", used)]),
        stays
    );
    assert_eq!(
        codes(&[policy, root, manifest, main, ("xtask/src/more.rs", "")]),
        stays
    );
    assert_eq!(codes(&[policy, root, manifest]), stays);
}

#[test]
fn a_package_that_mounts_nothing_is_none_of_our_business() {
    let files = [
        (POLICY, "schema = 1\n"),
        ("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n"),
        ("xtask/src/main.rs", "fn main() {}\n"),
        (".cargo/config.toml", "alias.xtask = \"run -p xtask --\"\n"),
    ];
    assert!(codes(&files).is_empty());
    assert!(changes(&leave(&files)).is_empty());
}

#[test]
fn cargo_can_read_the_workspace_after_each_change() {
    let ejection = leave(&[
        (POLICY, "schema = 1\n"),
        ("Cargo.toml", "[workspace]\nmembers = [\"xtask\"]\n"),
        ("xtask/Cargo.toml", MANIFEST),
        ("xtask/src/main.rs", MAIN),
        ("zz", ""),
    ]);
    let order: Vec<&str> = ejection.changes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        order,
        [
            "Cargo.toml",
            POLICY,
            "xtask/Cargo.toml",
            "xtask/src/main.rs"
        ]
    );
}
