//! Laws of suggestions, for every policy: as comments they change nothing, reasons included; taken alone or together,
//! by taking away signs of comments, they make a policy that can be applied.

mod fixture;

use build_profiles::diagnostic::{FilePath, Level};
use build_profiles::facts::Workspace;
use build_profiles::plan::OnUndeclared;
use build_profiles::suggest::{Ask, Facts, Suggestion, TOOLS, into_policy, suggestions};
use build_profiles::value::{KeyPath, Value};
use fixture::suggested::{hold, large, leaves, meaning};
use fixture::{POLICY, decide, workspace, written};
use proptest::prelude::*;

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

fn facts() -> impl Strategy<Value = Facts> {
    let tools = prop::sample::subsequence(TOOLS.to_vec(), 0..=TOOLS.len());
    (any::<bool>(), any::<bool>(), tools)
        .prop_map(|(optimised, ci, tools)| large(optimised, ci, &tools))
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
