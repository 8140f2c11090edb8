//! Where a policy can start from: a trade-off, as the few lines of policy that say it.

use crate::edit::{Edit, Refusal, apply, parse};
use crate::value::{KeyPath, Value};

/// A start for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// As it is asked for.
    pub name: &'static str,
    /// What it buys, and at what price.
    pub meaning: &'static str,
    /// Key, value and reason of each line.
    lines: &'static [(&'static str, Word, &'static str)],
}

/// A value of a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    One(&'static str),
    List(&'static [&'static str]),
}

/// All of them, by what people build for.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "fast-dev",
        meaning: "Dev builds that compile fast: less debug information, the fastest linker and the compile cache of each machine that has them.",
        lines: &[
            (
                "profile.dev.tradeoff",
                Word::One("compile-time"),
                "Most builds are dev builds; backtraces keep file and line.",
            ),
            (
                "linker.linux-gnu",
                Word::List(&["wild", "mold", "default"]),
                "The first that works on the machine.",
            ),
            (
                "cache.tool",
                Word::One("sccache"),
                "Where the machine has it.",
            ),
            (
                "cache.scope",
                Word::One("dependencies"),
                "Members stay incremental, so that an edit stays fast.",
            ),
            ("cache.if-missing", Word::One("skip"), ""),
        ],
    },
    Preset {
        name: "fast-tests",
        meaning: "Tests that run fast, for suites that compute: they compile for longer.",
        lines: &[(
            "profile.test.tradeoff",
            Word::One("run-time"),
            "The tests run for longer than they compile.",
        )],
    },
    Preset {
        name: "debugging",
        meaning: "Dev builds for people who live in a debugger: full debug information, nothing optimised away.",
        lines: &[(
            "profile.dev.tradeoff",
            Word::One("debugging"),
            "People step through these builds.",
        )],
    },
    Preset {
        name: "fast-release",
        meaning: "Release builds that run fast, and take their time to compile.",
        lines: &[(
            "profile.release.tradeoff",
            Word::One("run-time"),
            "What is released runs far more often than it is built.",
        )],
    },
    Preset {
        name: "small-release",
        meaning: "Release builds that are small, and run somewhat slower.",
        lines: &[(
            "profile.release.tradeoff",
            Word::One("size"),
            "What is released is downloaded.",
        )],
    },
    Preset {
        name: "ci",
        meaning: "An environment for CI: everything cached, nothing incremental, no debug information.",
        lines: &[
            (
                "environment.ci.profile.dev.debug",
                Word::One("none"),
                "Nobody steps through a CI build.",
            ),
            (
                "environment.ci.cache.tool",
                Word::One("sccache"),
                "Each build starts from nothing but the cache.",
            ),
            ("environment.ci.cache.scope", Word::One("everything"), ""),
            ("environment.ci.cache.if-missing", Word::One("error"), ""),
        ],
    },
];

/// The preset of this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The policy's text with the preset in it. What the text says already stays: a key beside a word wins, and so does
    /// another word.
    pub fn in_policy(&self, text: &str) -> Result<String, Refusal> {
        let source = parse(text).map_err(|error| Refusal {
            path: KeyPath::new([self.name]),
            reason: error.message,
            span: Some(error.span),
        })?;
        let mut edits = Vec::new();
        for (key, word, reason) in self.lines {
            let path = KeyPath::new(key.split('.'));
            if source.leaf(&path).is_none() {
                edits.push(Edit::Set {
                    path,
                    value: match word {
                        Word::One(text) => (*text).into(),
                        Word::List(list) => {
                            Value::Array(list.iter().map(|one| (*one).to_owned()).collect())
                        }
                    },
                    comment: (!reason.is_empty()).then(|| (*reason).to_owned()),
                });
            }
        }
        apply(text, &edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{FilePath, Level};
    use crate::facts::Workspace;
    use crate::plan::{OnUndeclared, plan};
    use crate::policy;
    use crate::settings::settle;

    #[test]
    fn each_preset_and_all_of_them_make_a_policy() {
        let file = FilePath::new("build-profiles.toml");
        let start = "schema = 1\ntoolchain = \"1.94\"\n";
        let each = PRESETS.iter().map(|preset| {
            let text = preset.in_policy(start).expect("a short text can be edited");
            (preset.name, text)
        });
        // Two of them want the same word; the first that is asked for has it.
        let all = PRESETS.iter().fold(start.to_owned(), |text, preset| {
            preset.in_policy(&text).expect("a short text can be edited")
        });
        for (name, text) in each.chain([("all", all)]) {
            let workspace = Workspace::default();
            let (policy, mut findings) = policy::parse(&file, &text);
            let policy = policy.unwrap_or_else(|| panic!("{name} is no policy: {findings:#?}"));
            let (settings, more) = settle(&file, &policy, &workspace);
            findings.extend(more);
            let plan = plan(&file, &policy, &settings, &workspace, OnUndeclared::Refuse);
            findings.extend(plan.diagnostics);
            let worst = findings.iter().map(|finding| finding.level).max();
            assert!(
                worst < Some(Level::Warning),
                "{name}: {findings:#?}\n{text}"
            );
            assert!(!plan.changes.is_empty(), "{name} changes nothing:\n{text}");
        }
    }

    #[test]
    fn what_a_policy_says_stays() {
        let text = "schema = 1\n\n[profile.dev]\ntradeoff = \"debugging\"\ndebug = 1\n";
        let preset = preset("fast-dev").expect("it is in the table");
        let after = preset.in_policy(text).expect("it can be edited");
        assert!(
            after.contains("tradeoff = \"debugging\"\ndebug = 1\n"),
            "{after}"
        );
        assert!(after.contains("[cache]"), "{after}");
        assert_eq!(preset.in_policy(&after).as_deref(), Ok(after.as_str()));
    }
}
