//! What rots if nobody looks: the code map, links, headings, first lines, lints, and what the README promises.
//!
//! Each check takes the repository as data and gives what is wrong with it, so that each can be shown to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The repository: every text file by its path, with forward slashes.
type Files = BTreeMap<String, String>;

type Check = fn(&Files) -> Vec<String>;

const CHECKS: &[(&str, Check)] = &[
    ("the code map is the code", code_map),
    ("every source file says what it is for", purpose_lines),
    ("the changelog has the current version", changelog),
    ("links lead somewhere", links),
    ("every case has a command line", cases),
    ("no file names somebody's home", homes),
    ("CI runs the README's commands", readme_commands),
    ("the README shows what the tool says", readme_samples),
    ("every exception from a lint has a reason", lints),
];

#[test]
fn repository_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Files::new();
    read(&root, "", &mut files);
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        let readme = with_samples(&files);
        fs::write(root.join("README.md"), &readme).expect("the README can be written");
        files.insert("README.md".to_owned(), readme);
    }
    let mut wrong = Vec::new();
    for (name, check) in CHECKS {
        wrong.extend(
            check(&files)
                .into_iter()
                .map(|what| format!("{name}: {what}")),
        );
    }
    assert!(
        wrong.is_empty(),
        "{} things are not tidy:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Reads all of a folder that is ours: nothing built, nothing hidden but `.cargo`, `.ci` and `.github`.
fn read(root: &Path, folder: &str, files: &mut Files) {
    let entries = fs::read_dir(root.join(folder)).expect("the repository can be listed");
    for entry in entries {
        let entry = entry.expect("the repository can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        let hidden = name.starts_with('.')
            && !matches!(name.as_str(), ".cargo" | ".ci" | ".github" | ".gitignore");
        let made = matches!(
            name.as_str(),
            "target" | "corpus" | "artifacts" | "machine.toml" | "Cargo.lock"
        );
        if hidden || made && !path.starts_with("tests/") {
            continue;
        }
        if entry
            .file_type()
            .expect("the repository can be listed")
            .is_dir()
        {
            read(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(path, text);
        }
    }
}

/// The code map names every source file, or a folder of which it names no file; a folder's line is for its `mod.rs` too.
/// All that it names is there.
fn code_map(files: &Files) -> Vec<String> {
    let text = &files["ARCHITECTURE.md"];
    let mut wrong = Vec::new();
    if text.lines().count() >= 200 {
        wrong.push("ARCHITECTURE.md has 200 lines or more".to_owned());
    }
    let Some(map) = text
        .split_once("## Code map")
        .and_then(|(_, rest)| rest.split("```").nth(1))
    else {
        return vec!["ARCHITECTURE.md has no code map".to_owned()];
    };
    let mut named = BTreeSet::new();
    let mut above: Vec<String> = Vec::new();
    for line in map.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let name = line.split_whitespace().next().unwrap_or_default();
        above.truncate(depth);
        let path = above.concat() + name;
        above.push(name.to_owned());
        if !named.insert(path.clone()) {
            wrong.push(format!("`{path}` is named twice"));
        }
        let there = match path.strip_suffix('/') {
            Some(_) => files.keys().any(|file| file.starts_with(&path)),
            None => files.contains_key(&path),
        };
        if !there {
            wrong.push(format!("`{path}` is named and not there"));
        }
    }
    let leaf = |folder: &String| {
        folder.ends_with('/')
            && !named
                .iter()
                .any(|other| other != folder && other.starts_with(folder))
    };
    for file in
        sources(files).filter(|file| !file.ends_with("/tests.rs") && !file.contains("/src/tests/"))
    {
        let in_tests = file
            .rsplit_once("/tests/")
            .is_some_and(|(before, _)| before.contains("/src/"));
        let folder = file.strip_suffix("mod.rs").unwrap_or(file);
        if !in_tests
            && !named.contains(file)
            && !named.contains(folder)
            && !named
                .iter()
                .any(|folder| leaf(folder) && file.starts_with(folder.as_str()))
        {
            wrong.push(format!("`{file}` is not named"));
        }
    }
    wrong
}

/// Sources, without the fixtures of cases.
fn sources(files: &Files) -> impl Iterator<Item = &String> {
    files
        .keys()
        .filter(|file| file.ends_with(".rs") && !file.contains("/in/") && !file.contains("/out/"))
}

fn purpose_lines(files: &Files) -> Vec<String> {
    sources(files)
        .filter(|file| !files[*file].starts_with("//! "))
        .map(|file| format!("`{file}` does not open with `//!`"))
        .collect()
}

fn changelog(files: &Files) -> Vec<String> {
    let version = files["Cargo.toml"]
        .lines()
        .find_map(|line| line.strip_prefix("version = "))
        .unwrap_or_default()
        .trim_matches('"');
    let heading = format!("## [{version}]");
    match files["CHANGELOG.md"]
        .lines()
        .filter(|line| line.starts_with(&heading))
        .count()
    {
        1 => Vec::new(),
        count => vec![format!("{count} headings `{heading}`, wanted one")],
    }
}

/// Links from one Markdown file to another file, or to a heading.
fn links(files: &Files) -> Vec<String> {
    let mut wrong = Vec::new();
    for (file, text) in files
        .iter()
        .filter(|(file, _)| file.ends_with(".md") && !file.contains("/in/"))
    {
        for link in targets(&prose(text)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                file.clone()
            } else {
                join(file, path)
            };
            let folder = format!("{}/", target.trim_end_matches('/'));
            match files.get(&target) {
                Some(text) if !anchor.is_empty() && !anchors(text).contains(anchor) => {
                    wrong.push(format!("`{file}`: no heading for `{link}`"))
                }
                None if !files.keys().any(|other| other.starts_with(&folder)) => {
                    wrong.push(format!("`{file}`: `{link}` leads nowhere"))
                }
                _ => {}
            }
        }
    }
    wrong
}

/// The text without fenced blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// What `](...)` and `[...]: ...` lead to.
fn targets(prose: &str) -> Vec<String> {
    let inline = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let defined = prose
        .lines()
        .filter(|line| line.starts_with('['))
        .filter_map(|line| line.split_once("]: "))
        .map(|(_, target)| target);
    inline
        .chain(defined)
        .map(|target| target.trim().trim_matches(['<', '>']).to_owned())
        .collect()
}

/// A path as a file's link means it.
fn join(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors that GitHub gives to the headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase());
    headings
        .map(|heading| {
            heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

/// Whether the test that bears the command's name takes the case by its own.
fn is_snapshot(files: &Files, case: &str) -> bool {
    let named = case.rsplit_once('/').and_then(|(command, case)| {
        let test = files.get(&format!("{command}.rs"))?;
        Some(test.contains(&format!("\"{case}\"")) || test.contains(&format!("\"{case}/")))
    });
    named.unwrap_or(false)
}

/// `tests/<command>/<case>/cmd`, or the case is a snapshot of `tests/<command>.rs`.
fn cases(files: &Files) -> Vec<String> {
    let folders: BTreeSet<String> = files
        .keys()
        // A test in several files is no case.
        .filter(|file| !file.ends_with(".rs") || file.contains("/in/"))
        .filter_map(|file| {
            let mut parts = file.strip_prefix("tests/")?.split('/');
            let (command, case, _) = (parts.next()?, parts.next()?, parts.next()?);
            Some(format!("tests/{command}/{case}"))
        })
        .collect();
    let mut wrong: Vec<String> = folders
        .iter()
        .filter(|case| !files.contains_key(&format!("{case}/cmd")) && !is_snapshot(files, case))
        .map(|case| format!("`{case}` has no `cmd`, so it is never run"))
        .collect();
    if folders.is_empty() {
        wrong.push("there is no case".to_owned());
    }
    wrong
}

/// Homes that nobody has, for tests.
const INVENTED: &[&str] = &[
    "a",
    "A B",
    "ann",
    "config.toml",
    "linuxbrew",
    "me",
    "name",
    "runner",
    "user",
    "you",
];

fn homes(files: &Files) -> Vec<String> {
    let roots = ["/home", "/Users", "\\Users", "\\\\Users"]
        .map(|root| format!("{root}{}", root.chars().next().unwrap_or('/')));
    let of_root = format!("/{}/", "root");
    let mut wrong = Vec::new();
    for (file, text) in files {
        for (number, line) in text.lines().enumerate() {
            let somebody = roots.iter().any(|root| {
                line.split(root.as_str()).skip(1).any(|rest| {
                    let name: String = rest
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_'))
                        .collect();
                    let name = name.trim();
                    !name.is_empty()
                        && !INVENTED
                            .iter()
                            .any(|known| name == *known || name.starts_with(&format!("{known} ")))
                })
            });
            let starts_path = line.match_indices(&of_root).any(|(at, _)| {
                !line[..at].ends_with(|c: char| {
                    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ']')
                })
            });
            if somebody || starts_path {
                wrong.push(format!("`{file}`, line {}", number + 1));
            }
        }
    }
    wrong
}

/// The commands that the README begins with are the ones that CI runs.
fn readme_commands(files: &Files) -> Vec<String> {
    let Some(block) = files["README.md"]
        .split_once("## Two commands")
        .and_then(|(_, rest)| rest.split("```").nth(1))
    else {
        return vec!["the README has no `## Two commands`".to_owned()];
    };
    let commands: Vec<&str> = block
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    let mut wrong = Vec::new();
    for runner in [".ci/run", ".github/workflows/ci.yml"] {
        let runs = |command: &&&str| {
            files
                .get(runner)
                .is_some_and(|text| text.lines().any(|line| line.trim().ends_with(**command)))
        };
        wrong.extend(
            commands
                .iter()
                .filter(|command| !runs(command))
                .map(|command| format!("`{runner}` does not run `{command}`")),
        );
    }
    if commands.is_empty() {
        wrong.push("the README begins with no command".to_owned());
    }
    wrong
}

fn readme_samples(files: &Files) -> Vec<String> {
    if files["README.md"] == with_samples(files) {
        return Vec::new();
    }
    vec!["its samples are not what the cases say; write them: SNAPSHOTS=overwrite cargo test -p xtask --test tidy".to_owned()]
}

/// The README with what the cases hold between `<!-- begin ...: part -->` and `<!-- end -->`.
fn with_samples(files: &Files) -> String {
    let text = |file: &str| files.get(file).map_or("", String::as_str).trim();
    let (diff, note) = text("tests/configure/readme/stdout")
        .split_once("<!-- build-profiles: review -->")
        .unwrap_or_default();
    let bare = text("tests/configure/bare_machine/stderr");
    let findings = bare
        .find("note[")
        .map_or("", |start| &bare[start..])
        .split("\nwrote ")
        .next()
        .unwrap_or_default()
        .trim();
    let verdict = text("tests/verify/founding_story/stdout");
    let verdict = verdict.split("\n::").next().unwrap_or_default();
    let finding = text("tests/lint/founding_mistake/stderr");
    let finding = finding.split("\n\n").next().unwrap_or_default();
    let drafted = text("tests/init/readme/stdout").lines().skip(3);
    let drafted: Vec<&str> = drafted.map(|line| &line[1..]).collect();
    let report = text("docs/founding/report.md");
    let kept_or_dropped = report.split("\n\n").nth(1).unwrap_or_default();
    let samples = [
        ("worth", kept_or_dropped.to_owned()),
        ("drafted", format!("```toml\n{}\n```", drafted.join("\n"))),
        ("finding", format!("```text\n{finding}\n```")),
        (
            "explanation",
            format!("```text\n{}\n```", text("tests/explain/readme/stdout")),
        ),
        (
            "policy",
            format!(
                "```toml\n{}\n```",
                text("tests/configure/readme/in/build-profiles.toml")
            ),
        ),
        ("diff", format!("```diff\n{}\n```", diff.trim())),
        ("note", note.trim().to_owned()),
        ("notes", format!("```text\n{findings}\n```")),
        ("verdict", format!("```text\n{verdict}\n```")),
    ];
    let mut readme = files["README.md"].clone();
    for (part, sample) in samples {
        let Some(start) = readme
            .find(&format!(": {part} -->\n"))
            .map(|at| at + part.len() + 7)
        else {
            continue;
        };
        let Some(end) = readme[start..].find("<!-- end -->").map(|at| start + at) else {
            continue;
        };
        readme.replace_range(start..end, &format!("\n{sample}\n\n"));
    }
    readme
}

/// Packages take the workspace's lints, and exceptions name their reason.
fn lints(files: &Files) -> Vec<String> {
    let mut wrong = Vec::new();
    if !files["Cargo.toml"].contains("allow_attributes_without_reason") {
        wrong.push("the workspace does not ask for reasons".to_owned());
    }
    let members = files
        .iter()
        .filter(|(file, _)| file.ends_with("/Cargo.toml") && !file.starts_with("tests/"));
    for (file, text) in members.filter(|(_, text)| !text.contains("\n[workspace]")) {
        if !text.contains("[lints]\nworkspace = true") {
            wrong.push(format!("`{file}` does not take the workspace's lints"));
        }
    }
    let attributes = |word: &str| [format!("#[{word}("), format!("#![{word}(")];
    for file in sources(files) {
        for attribute in attributes("expect").into_iter().chain(attributes("allow")) {
            for rest in files[file].split(&attribute).skip(1) {
                let body = rest.split(")]").next().unwrap_or_default();
                if !body.contains("reason = ") {
                    wrong.push(format!("`{file}`: `{attribute}{body})]` has no reason"));
                }
                // An `expect` that some test binaries fulfil and others don't can't be written.
                if attribute.contains("allow") && !body.starts_with("dead_code") {
                    wrong.push(format!(
                        "`{file}`: `{attribute}{body})]` should be an `expect`"
                    ));
                }
            }
        }
    }
    wrong
}

/// A repository in which one thing is wrong.
fn with(changes: &[(&str, &str)]) -> Files {
    let tidy = [
        (
            "ARCHITECTURE.md",
            "# A\n\n## Code map\n\n```text\nsrc/\n  main.rs  starts\n  room/    a room\n```\n",
        ),
        ("CHANGELOG.md", "## [1.2.0]\n\n## [1.1.0]\n"),
        (
            "Cargo.toml",
            "version = \"1.2.0\"\nallow_attributes_without_reason = \"warn\"\n",
        ),
        (
            "README.md",
            "# R\n\n## Two commands\n\n```console\n$ cargo b\n```\n\n[map](ARCHITECTURE.md#code-map) [src](src/)\n",
        ),
        (".ci/run", "cargo b\n"),
        (".github/workflows/ci.yml", "      - run: cargo b\n"),
        ("src/main.rs", "//! Starts.\n"),
        ("src/room/a.rs", "//! A.\n"),
        ("tests/c/case/cmd", "c\n"),
        ("x/Cargo.toml", "[lints]\nworkspace = true\n"),
    ];
    tidy.iter()
        .chain(changes)
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect()
}

fn check(check: Check, changes: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(check(&with(&[])), Vec::<String>::new(), "a tidy repository");
    assert_eq!(check(&with(changes)), expected);
}

#[test]
fn a_map_that_lies() {
    check(
        code_map,
        &[("src/new.rs", "//! N.\n"), ("src/room/b.rs", "//! B.\n")],
        &["`src/new.rs` is not named"],
    );
    let map =
        |entry: &str| format!("## Code map\n```text\nsrc/\n  main.rs\n  room/\n  {entry}\n```\n");
    check(code_map, &[("src/room/tests.rs", "//! T.\n")], &[]);
    let inner = [
        ("ARCHITECTURE.md", &*map("room/a.rs")),
        ("src/room/mod.rs", "//! M.\n"),
    ];
    check(code_map, &inner, &[]);
    check(
        code_map,
        &[("ARCHITECTURE.md", &map("gone.rs"))],
        &["`src/gone.rs` is named and not there"],
    );
    check(
        code_map,
        &[("ARCHITECTURE.md", &map("main.rs"))],
        &["`src/main.rs` is named twice"],
    );
    check(
        code_map,
        &[(
            "ARCHITECTURE.md",
            &(map("room/tests.rs") + &"\n".repeat(200)),
        )],
        &[
            "ARCHITECTURE.md has 200 lines or more",
            "`src/room/tests.rs` is named and not there",
            "`src/room/a.rs` is not named",
        ],
    );
}

#[test]
fn a_source_without_purpose() {
    check(
        purpose_lines,
        &[("src/room/a.rs", "use std;\n")],
        &["`src/room/a.rs` does not open with `//!`"],
    );
}

#[test]
fn a_changelog_that_lags() {
    check(
        changelog,
        &[("Cargo.toml", "version = \"1.3.0\"\n")],
        &["0 headings `## [1.3.0]`, wanted one"],
    );
}

#[test]
fn a_link_to_nowhere() {
    check(
        links,
        &[(
            "docs/a.md",
            "[b](b.md) [up](../README.md)\n```\n[no](link)\n```\n",
        )],
        &["`docs/a.md`: `b.md` leads nowhere"],
    );
    check(
        links,
        &[("docs/a.md", "[b](../README.md#three-commands)\n")],
        &["`docs/a.md`: no heading for `../README.md#three-commands`"],
    );
}

#[test]
fn a_case_that_is_never_run() {
    check(
        cases,
        &[("tests/c/other/in/Cargo.toml", "")],
        &["`tests/c/other` has no `cmd`, so it is never run"],
    );
}

#[test]
fn a_home() {
    let (home, root) = (
        format!("see /{}/jane/x\n", "home"),
        format!("a /{}/x\n", "root"),
    );
    check(homes, &[("docs/a.md", &home)], &["`docs/a.md`, line 1"]);
    check(homes, &[("docs/a.md", &root)], &["`docs/a.md`, line 1"]);
    check(
        homes,
        &[(
            "docs/a.md",
            &format!("/{0}/a/x [ROOT]/{0}/ /{0}/\n", "home"),
        )],
        &[],
    );
}

#[test]
fn a_command_that_ci_does_not_run() {
    check(
        readme_commands,
        &[(".ci/run", "cargo c\n")],
        &["`.ci/run` does not run `cargo b`"],
    );
}

#[test]
fn a_sample_of_yesterday() {
    let readme = "<!-- begin x: policy -->\n\n```toml\nold\n```\n\n<!-- end -->\n";
    let changes = [
        ("README.md", readme),
        ("tests/configure/readme/in/build-profiles.toml", "new\n"),
    ];
    assert_eq!(readme_samples(&with(&changes)).len(), 1);
    let mended = with_samples(&with(&changes));
    assert_eq!(mended, readme.replace("old", "new"));
    assert_eq!(
        readme_samples(&with(&[changes[1], ("README.md", &mended)])),
        Vec::<String>::new()
    );
}

#[test]
fn an_exception_without_reason() {
    let attribute = |word: &str, rest: &str| format!("//! A.\n#[{word}({rest})]\n");
    check(
        lints,
        &[("src/room/a.rs", &attribute("expect", "x"))],
        &[&*format!(
            "`src/room/a.rs`: `#[{}(x)]` has no reason",
            "expect"
        )],
    );
    check(
        lints,
        &[("src/room/a.rs", &attribute("allow", "x, reason = \"y\""))],
        &[&*format!(
            "`src/room/a.rs`: `#[{}(x, reason = \"y\")]` should be an `expect`",
            "allow"
        )],
    );
    check(
        lints,
        &[("x/Cargo.toml", "[package]\n")],
        &["`x/Cargo.toml` does not take the workspace's lints"],
    );
}
