//! `cfg(...)` expressions of the policy: parsed, and held against what Cargo can know when it reads them.
//!
//! Cargo evaluates them with what `rustc --print=cfg` says, once, without a profile or a package. It ignores an
//! expression that it cannot parse or that never matches, without a word: so we say it.

use std::ops::Range;

use cfg_expr::targets::{ALL_BUILTINS, TargetInfo};
use cfg_expr::{Expression, Predicate, TargetPredicate};

use crate::diagnostic::did_you_mean;

/// A parsed `cfg(...)`.
#[derive(Clone, Debug)]
pub(crate) struct Cfg(Expression);

/// Why an expression is not what was meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Byte range within the expression.
    pub(crate) range: Range<usize>,
    pub(crate) label: String,
    pub(crate) note: Option<&'static str>,
    pub(crate) help: String,
    /// What a policy could do besides: follows the help.
    pub(crate) or: &'static str,
    /// Whether no target of anybody's own could make it right.
    pub(crate) is_sure: bool,
}

/// More than any expression has; the parser counts nested ones in a byte.
const MOST_PARENTHESES: usize = 200;

impl Cfg {
    /// The expression, `cfg(` and `)` included.
    pub(crate) fn parse(text: &str) -> Result<Self, Box<Problem>> {
        let all = 0..text.len();
        if text.matches('(').count() > MOST_PARENTHESES {
            return Err(unparsable(all, "too many parentheses".to_owned()));
        }
        if !text.ends_with(')') {
            return Err(unparsable(all, "no closing parenthesis".to_owned()));
        }
        Expression::parse(text).map(Self).map_err(|error| {
            let clamp = |at: usize| (at + "cfg(".len()).min(text.len());
            let range = clamp(error.span.start)..clamp(error.span.end);
            unparsable(range, error.reason.to_string())
        })
    }

    /// Whether it matches a target; `None` where that depends on flags.
    pub(crate) fn matches(&self, target: &TargetInfo) -> Option<bool> {
        self.evaluate(target, |_| Some(false))
    }

    /// Whether it says `true` or `false`, which Cargo knows since 1.88.
    pub(super) fn has_literal(&self) -> bool {
        let mut predicates = self.0.predicates();
        predicates.any(|p| matches!(p, Predicate::Flag("true" | "false")))
    }

    /// What is wrong with it although it can be parsed.
    pub(crate) fn problem(&self, text: &str) -> Option<Problem> {
        self.misplaced(text)
            .or_else(|| self.bare_word(text))
            .or_else(|| self.unknown_value(text))
            .or_else(|| self.matches_nothing(text))
    }

    /// Evaluates with an answer for what no target decides.
    fn evaluate(
        &self,
        target: &TargetInfo,
        other: impl Fn(&Predicate<'_>) -> Option<bool>,
    ) -> Option<bool> {
        self.0.eval(|predicate| match predicate {
            Predicate::Target(target_predicate) => Some(target_predicate.matches(target)),
            Predicate::Flag("true") => Some(true),
            Predicate::Flag("false") => Some(false),
            Predicate::DebugAssertions
            | Predicate::Test
            | Predicate::ProcMacro
            | Predicate::Feature(_) => other(predicate),
            Predicate::TargetFeature(_) | Predicate::Flag(_) | Predicate::KeyValue { .. } => None,
        })
    }

    /// A predicate that Cargo answers the same way for every build, and that decides something.
    fn misplaced(&self, text: &str) -> Option<Problem> {
        let name = |predicate: &Predicate<'_>| match predicate {
            Predicate::DebugAssertions => "debug_assertions",
            Predicate::Test => "test",
            Predicate::ProcMacro => "proc_macro",
            Predicate::Feature(_) => "feature",
            _ => "",
        };
        let wrong = self
            .0
            .predicates()
            .map(|predicate| name(&predicate))
            .filter(|name| !name.is_empty())
            .find(|wrong| {
                // `any(test, not(test))` is a spelling of "everywhere": the predicate decides nothing there.
                let with = |answer| {
                    move |p: &Predicate<'_>| Some(if name(p) == *wrong { answer } else { false })
                };
                ALL_BUILTINS.iter().any(|target| {
                    self.evaluate(target, with(true)) != self.evaluate(target, with(false))
                })
            })?;
        let (message, note, help) = match wrong {
            "debug_assertions" => (
                "`cfg(debug_assertions)` matches in release builds too",
                "Cargo asks rustc for its cfgs once, without a profile, where `debug_assertions` is always on",
                "set a profile's keys instead: no config table can tell profiles apart",
            ),
            "feature" => (
                "`cfg(feature = ...)` never matches in a config",
                "Cargo reads its config before it knows any package's features",
                "remove it, or set the flags in a build script of the package",
            ),
            "test" => (
                "`cfg(test)` never matches in a config",
                "Cargo asks rustc for its cfgs once, outside of any test build",
                "use `[profile.test]`",
            ),
            _ => (
                "`cfg(proc_macro)` never matches in a config",
                "Cargo asks rustc for its cfgs once, outside of any procedural macro",
                "use `build-override` of a profile",
            ),
        };
        Some(Problem {
            code: "cfg_never_decides",
            message: message.to_owned(),
            range: word(text, wrong),
            label: "the same for every build".to_owned(),
            note: Some(note),
            help: help.to_owned(),
            or: "; or keep the table in the config, and list it under `[unmanaged]`",
            is_sure: true,
        })
    }

    /// `cfg(linux)`: the name of a platform without its key.
    fn bare_word(&self, text: &str) -> Option<Problem> {
        let (bare, key) = self.0.predicates().find_map(|predicate| match predicate {
            Predicate::Flag(word) if !matches!(word, "true" | "false") => {
                Some((word.to_owned(), key_of(word)?))
            }
            _ => None,
        })?;
        Some(Problem {
            code: "cfg_matches_nothing",
            message: format!("`cfg({bare})` never matches"),
            range: word(text, &bare),
            label: "not a cfg that rustc sets".to_owned(),
            note: None,
            help: format!("write `{key} = \"{bare}\"`"),
            or: "",
            is_sure: true,
        })
    }

    /// `target_os = "linx"`: a value that no target has.
    fn unknown_value(&self, text: &str) -> Option<Problem> {
        let (key, value) = self.0.predicates().find_map(|predicate| match &predicate {
            Predicate::Target(wanted) => {
                let (key, value) = text_of(wanted)?;
                let known =
                    value.is_empty() || ALL_BUILTINS.iter().any(|target| wanted.matches(target));
                (!known).then(|| (key, value.to_owned()))
            }
            _ => None,
        })?;
        let near = did_you_mean(&value, values(key));
        let is_sure = near.is_some();
        Some(Problem {
            code: "cfg_matches_nothing",
            message: format!("no target of rustc has `{key} = \"{value}\"`"),
            range: word(text, &value),
            label: "never matches".to_owned(),
            note: None,
            help: near.map_or_else(
                || "remove it".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            or: match is_sure {
                true => "",
                false => {
                    "; for a target of your own keep the table in the config, and list it under `[unmanaged]`"
                }
            },
            is_sure,
        })
    }

    /// `all(unix, windows)`.
    fn matches_nothing(&self, text: &str) -> Option<Problem> {
        let nothing = !self.0.predicates().any(|p| p == Predicate::Flag("false"))
            && ALL_BUILTINS
                .iter()
                .all(|target| self.matches(target) == Some(false));
        nothing.then(|| Problem {
            code: "cfg_matches_nothing",
            message: format!("`{text}` matches no target of rustc"),
            range: 0..text.len(),
            label: "never matches".to_owned(),
            note: None,
            help: "remove it".to_owned(),
            or: "",
            is_sure: false,
        })
    }
}

fn unparsable(range: Range<usize>, label: String) -> Box<Problem> {
    Box::new(Problem {
        code: "unparsable_cfg",
        message: "this `cfg(...)` cannot be parsed".to_owned(),
        range,
        label,
        note: Some("Cargo ignores such a table without a word"),
        help: "write it as in Rust source: `cfg(all(unix, target_arch = \"x86_64\"))`".to_owned(),
        or: "",
        is_sure: true,
    })
}

/// The key whose value a bare word is: `linux` is a `target_os`.
fn key_of(bare: &str) -> Option<&'static str> {
    [
        "target_os",
        "target_arch",
        "target_env",
        "target_family",
        "target_vendor",
    ]
    .into_iter()
    .find(|key| values(key).any(|value| value == bare))
}

/// The values that rustc's targets have for a key.
fn values(key: &str) -> impl Iterator<Item = &'static str> {
    ALL_BUILTINS.iter().flat_map(move |target| {
        let one = match key {
            "target_os" => target.os.as_ref().map(|v| v.as_str()),
            "target_arch" => Some(target.arch.as_str()),
            "target_env" => target.env.as_ref().map(|v| v.as_str()),
            "target_vendor" => target.vendor.as_ref().map(|v| v.as_str()),
            _ => None,
        };
        let families = if key == "target_family" {
            &*target.families
        } else {
            &[]
        };
        one.into_iter().chain(families.iter().map(|f| f.as_str()))
    })
}

/// The key and value of a predicate whose values are known.
fn text_of(predicate: &TargetPredicate) -> Option<(&'static str, &str)> {
    match predicate {
        TargetPredicate::Os(v) => Some(("target_os", v.as_str())),
        TargetPredicate::Arch(v) => Some(("target_arch", v.as_str())),
        TargetPredicate::Env(v) => Some(("target_env", v.as_str())),
        TargetPredicate::Family(v) => Some(("target_family", v.as_str())),
        TargetPredicate::Vendor(v) => Some(("target_vendor", v.as_str())),
        _ => None,
    }
}

/// Where a word first stands in a text; all of the text if it does not.
fn word(text: &str, word: &str) -> Range<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at..at + word.len())
        .find(|range| !text[..range.start].ends_with(part) && !text[range.end..].starts_with(part))
        .unwrap_or(0..text.len())
}

#[cfg(test)]
mod tests;
