//! Laws of suggestions, for every policy: as comments they change nothing, reasons included; taken alone or together,
//! by taking away signs of comments, they make a policy that can be applied.

mod fixture;

use std::collections::BTreeSet;

use build_profiles::diagnostic::{FilePath, Level};
use build_profiles::edit::parse;
use build_profiles::evidence::{Role, Unit};
use build_profiles::facts::Workspace;
use build_profiles::plan::OnUndeclared;
use build_profiles::suggest::{Ask, Facts, Said, Suggestion, TOOLS, into_policy, suggestions};
use build_profiles::value::{KeyPath, Value};
use fixture::{POLICY, decide, workspace, written};
use proptest::prelude::*;
use semver::Version;

/// Pieces of a policy: each a section, spelled in one of the ways that people spell it.
fn sections() -> impl Strategy<Value = Vec<&'static str>> {
    let dev = prop::sample::select(vec![
        "",
        "[profile.dev]\nopt-level = 1\n",
        "# Why dev is as it is.\n[profile.dev]\n# Fast enough.\nopt-level = 1\n# debug = 0 was tried\n",
        "[profile]\ndev = { opt-level = 2 }\n",
        "[profile]\ndev.opt-level = 1\n",
        "[profile.dev]\ndebug = \"full\"\n",
        "[profile.dev]\ntradeoff = \"compile-time\"\n",
    ]);
    let packages = prop::sample::select(vec![
        "",
        "[profile.fast]\ninherits = \"dev\"\nopt-level = 2\n",
        "[profile.release.package.\"*\"]\nopt-level = 2\n",
    ]);
    let others = prop::sample::subsequence(
        vec![
            "# Of the release.\n[profile.release]\nlto = true\n",
            "[cache]\ntool = \"sccache\"\n",
            "[linker]\n# As everywhere.\nmacos = [\"default\"]\n",
            "[test]\ndoctests = false\n",
            "[environment.nightly.profile.dev]\ndebug = false\n",
            "[build]\nrustflags = [\n  \"--cfg=a\", # why\n]\n",
            "[unmanaged]\nprofile.dist = \"owned by dist\"\n",
        ],
        0..=7,
    );
    (dev, packages, others).prop_map(|(dev, packages, others)| {
        let mut sections = vec![dev, packages];
        sections.extend(others);
        sections.retain(|section| !section.is_empty());
        sections
    })
}

/// A policy of such sections, in any order, with or without blank lines, CRLF, a byte order mark and a last line break.
fn policy() -> impl Strategy<Value = String> {
    let style = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (sections().prop_shuffle(), style, any::<bool>()).prop_map(
        |(sections, (crlf, bom, blank, last), comment)| {
            let mut text =
                "schema = 1\n# The oldest that anybody has.\ntoolchain = \"1.94\"\n".to_owned();
            for section in sections {
                if blank {
                    text.push('\n');
                }
                text.push_str(section);
            }
            if comment {
                text.push_str("# The last word.\n");
            }
            if !last {
                text.pop();
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            if bom {
                text.insert(0, '\u{feff}');
            }
            text
        },
    )
}

fn unit(role: Role, local: bool, level: &str) -> Unit {
    let profile = [("debug", "full"), ("opt-level", level), ("lto", "false")];
    Unit {
        package: "one".to_owned(),
        version: "1.0.0".to_owned(),
        crate_name: "one".to_owned(),
        role,
        member: local,
        local,
        for_the_build: false,
        profile: profile
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn facts() -> impl Strategy<Value = Facts> {
    let tools = prop::sample::subsequence(TOOLS.to_vec(), 0..=TOOLS.len());
    (any::<bool>(), any::<bool>(), tools).prop_map(|(optimised, ci, tools)| {
        let level = if optimised { "1" } else { "0" };
        let theirs = (0..300).map(|_| unit(Role::Library, false, level));
        let ours = (0..120).map(|_| unit(Role::Test, true, level));
        let mut facts = Facts {
            units: Some(theirs.chain(ours).collect()),
            tools: tools.into_iter().map(str::to_owned).collect(),
            triple: "x86_64-unknown-linux-gnu".to_owned(),
            rustc: Some(Version::new(1, 94, 0)),
            ..Facts::default()
        };
        if ci {
            facts.ci.files = 2;
            for (file, variable) in [
                ("a.yml", "CARGO_PROFILE_DEV_DEBUG"),
                ("b.yml", "CARGO_PROFILE_DEV_DEBUG"),
                ("a.yml", "CARGO_INCREMENTAL"),
                ("b.yml", "CARGO_INCREMENTAL"),
            ] {
                facts.ci.said.push(Said {
                    file: file.to_owned(),
                    variable: variable.to_owned(),
                    value: Some("0".to_owned()),
                });
            }
        }
        facts
    })
}

/// The workspace in which this policy has been applied; `None` for a policy that can't be.
fn applied(policy: &str) -> Option<Workspace> {
    let mut workspace = workspace(
        "members: app=crates/app\nlocked: app@0.1.0 serde@1.0.200\n//- Cargo.toml\n[workspace]\nmembers = [\"crates/*\"]\n",
    );
    workspace
        .files
        .insert(FilePath::new(POLICY), policy.to_owned());
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    let denied = outcome
        .diagnostics
        .iter()
        .any(|one| one.level >= Level::Deny);
    (!denied).then(|| written(&workspace, &outcome.plan))
}

/// Everything that a policy says: its leaves with their reasons, and the settings with theirs.
fn meaning(workspace: &Workspace, text: &str) -> (Vec<String>, Vec<String>) {
    let mut workspace = workspace.clone();
    workspace
        .files
        .insert(FilePath::new(POLICY), text.to_owned());
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    let settings = &outcome.settings;
    let layers = [&settings.manifest, &settings.config, &settings.portable];
    let layers = layers.into_iter().chain(settings.environments.values());
    let settings = layers
        .flatten()
        .map(|(path, one)| format!("{path} {} {:?}", one.value, one.origin.reason))
        .chain([format!("{:?}", settings.machine)])
        .collect();
    let source = parse(text).expect("it is TOML");
    let mut leaves: Vec<String> = (source.leaves().iter())
        .map(|leaf| format!("{} {:?} {:?}", leaf.path, leaf.value, leaf.comment))
        .collect();
    // Above the headers too.
    for (name, _) in source.child_names(&KeyPath::new(["profile"])) {
        let table = KeyPath::new(["profile".to_owned(), name]);
        leaves.push(format!("{table} {:?}", source.comment_above(&table)));
    }
    (leaves, settings)
}

/// How far a person goes in taking a suggestion.
#[derive(Clone, Copy)]
enum Taking {
    /// The words become comments like any other.
    Words,
    /// Only the lines that are switched off.
    Lines,
}

/// The blocks of suggestions in a text: ranges of lines. The first is their introduction.
fn blocks(text: &str) -> Vec<std::ops::Range<usize>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = (at..lines.len())
            .find(|line| !lines[*line].starts_with('#'))
            .unwrap_or(lines.len());
        if lines[at].starts_with("## ") {
            found.push(at..end);
        }
        at = end.max(at + 1);
    }
    found
}

/// The text with some blocks taken, as a person with an editor does it.
fn taken(text: &str, blocks: &[std::ops::Range<usize>], how: Taking) -> String {
    let taken = |number: usize, line: &str| {
        if !blocks.iter().any(|block| block.contains(&number)) {
            return line.to_owned();
        }
        match (line.strip_prefix("##"), line.strip_prefix("# "), how) {
            (Some(words), _, Taking::Words) => format!("#{words}"),
            (None, Some(line), _) => line.to_owned(),
            _ => line.to_owned(),
        }
    };
    let lines = text.split_inclusive('\n').enumerate();
    lines.map(|(number, line)| taken(number, line)).collect()
}

type Leaves = BTreeSet<(KeyPath, Option<Value>)>;

fn leaves(text: &str) -> Leaves {
    let source = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let leaves = source.leaves().into_iter();
    leaves.map(|leaf| (leaf.path, leaf.value)).collect()
}

fn settings_of(one: &Suggestion) -> Leaves {
    let settings = one.settings.iter().cloned();
    settings.map(|(path, value)| (path, Some(value))).collect()
}

/// What taking blocks adds; nothing is ever lost.
fn added(before: &Leaves, after: &str) -> Leaves {
    let after = leaves(after);
    assert!(before.is_subset(&after), "something was lost");
    after.difference(before).cloned().collect()
}

/// Holds the laws for these suggestions in this policy, and says how many can be taken by their comments.
fn hold(text: &str, all: &[Suggestion], is_fine: &dyn Fn(&str)) -> usize {
    let before = leaves(text);
    let commented = into_policy(text, all);
    assert_eq!(leaves(&commented), before);
    if text.contains("\r\n") {
        assert!(!commented.replace("\r\n", "").contains('\n'), "{commented}");
    }
    let blocks = blocks(&commented);
    assert_eq!(blocks.len(), if all.is_empty() { 0 } else { all.len() + 1 });
    let mut by_comments = 0;
    for how in [Taking::Words, Taking::Lines] {
        let mut together = Leaves::new();
        for block in &blocks {
            let one = taken(&commented, std::slice::from_ref(block), how);
            let added = added(&before, &one);
            if added.is_empty() {
                continue;
            }
            assert!(
                all.iter()
                    .any(|suggestion| settings_of(suggestion) == added),
                "{added:?} is no suggestion in\n{commented}"
            );
            is_fine(&one);
            by_comments += 1;
            together.extend(added);
        }
        let everything = taken(&commented, &blocks, how);
        assert_eq!(added(&before, &everything), together, "{commented}");
        is_fine(&everything);
    }
    by_comments / 2
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_suggested_can_be_taken(text in policy(), facts in facts()) {
        let Some(workspace) = applied(&text) else { return Ok(()) };
        let file = FilePath::new(POLICY);
        let all = suggestions(&Ask { file: &file, text: &text, workspace: &workspace, facts: &facts });
        let before = decide(&workspace, OnUndeclared::Refuse).diagnostics.len();
        hold(&text, &all, &|text| {
            let mut workspace = workspace.clone();
            workspace.files.insert(file.clone(), text.to_owned());
            let outcome = decide(&workspace, OnUndeclared::Refuse);
            let denied = outcome.diagnostics.iter().find(|one| one.level >= Level::Deny);
            assert!(denied.is_none(), "{denied:?}\n{text}");
            assert!(outcome.diagnostics.len() <= before + 1, "{:?}\n{text}", outcome.diagnostics);
        });
        prop_assert_eq!(meaning(&workspace, &into_policy(&text, &all)), meaning(&workspace, &text));
    }

    /// Any keys at all, also two in a table that is not there, and keys of tables on one line.
    #[test]
    fn whatever_is_suggested_stands_by_itself(
        text in policy(),
        paths in prop::collection::btree_set(prop::sample::select(vec![
            "strict", "tool", "profile.dev.debug", "profile.dev.strip", "profile.dev.package.\"*\".debug",
            "profile.test.lto", "profile.test.debug", "profile.release.package.\"*\".debug", "linker.linux-gnu",
            "cache.scope", "cache.storage.dir", "test.runner", "environment.ci.build.incremental",
            "environment.ci.profile.dev.strip", "profile.release.package.serde.debug",
        ]), 0..8),
    ) {
        let before = leaves(&text);
        let is_new = |path: &KeyPath| before.iter().all(|(other, _)| other != path);
        let all: Vec<Suggestion> = paths
            .into_iter()
            .filter_map(KeyPath::parse)
            .filter(is_new)
            .map(|path| Suggestion {
                settings: vec![(path, Value::Bool(true))],
                reason: "For once. ".repeat(20),
                price: "None.".to_owned(),
                gain: 0,
            })
            .collect();
        let by_comments = hold(&text, &all, &|_| {});
        // Only what stands on one line has to be written by hand.
        if !text.contains("dev = {") {
            prop_assert_eq!(by_comments, all.len(), "{}", into_policy(&text, &all));
        }
    }
}
