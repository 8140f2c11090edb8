//! `build-profiles.local.toml`: a person's opt-out on one machine. It takes away, and adds nothing.

use crate::diagnostic::{Diagnostic, FilePath, did_you_mean};
use crate::edit::parse as parse_toml;
use crate::machine::Wants;
use crate::value::Value;

/// Its name, in the workspace root; git ignores it.
pub const LOCAL_POLICY: &str = "build-profiles.local.toml";

/// What a person does without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// `linker = false`: the default linker on this machine.
    pub without_linker: bool,
    /// `cache = false`: no compiler cache on this machine.
    pub without_cache: bool,
}

impl Local {
    /// The wants without what this person does without.
    pub fn applied_to(self, mut wants: Wants) -> Wants {
        if self.without_linker {
            wants.linkers.clear();
            wants.policy_hash.push_str(" without linker");
        }
        if self.without_cache {
            wants.cache = None;
            wants.policy_hash.push_str(" without cache");
        }
        wants
    }
}

/// Reads the file's text.
pub fn parse(file: &FilePath, text: &str) -> (Local, Vec<Diagnostic>) {
    let mut local = Local::default();
    let mut findings = Vec::new();
    let source = match parse_toml(text) {
        Ok(source) => source,
        Err(error) => {
            let finding = Diagnostic::error("invalid_toml", format!("`{file}` is not valid TOML"))
                .with_label(file, error.span, error.message);
            return (local, vec![finding.with_help("mend it or delete it")]);
        }
    };
    for leaf in source.leaves() {
        let without = match leaf.path.parts()[..] {
            ["linker"] => &mut local.without_linker,
            ["cache"] => &mut local.without_cache,
            _ => {
                let finding =
                    Diagnostic::error("unknown_key", format!("unknown key `{}`", leaf.path))
                        .with_label(file, leaf.key_span.clone(), "not a key of this file");
                let near = did_you_mean(&leaf.path.to_string(), ["linker", "cache"]);
                findings.push(match near {
                    Some(near) => finding.with_help(format!("did you mean `{near}`?")),
                    None => {
                        finding.with_help("`linker = false` and `cache = false` are all it can say")
                    }
                });
                continue;
            }
        };
        match leaf.value {
            Some(Value::Bool(on)) => *without = !on,
            _ => findings.push(
                Diagnostic::error(
                    "wrong_type",
                    format!("`{}` takes `true` or `false`", leaf.path),
                )
                .with_label(file, leaf.span.clone(), "neither")
                .with_help(format!("write `{} = false`", leaf.path)),
            ),
        }
    }
    (local, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let (local, findings) = parse(&FilePath::new(LOCAL_POLICY), text);
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(
            format!("{} {} {codes:?}", local.without_linker, local.without_cache),
            expected
        );
    }

    #[test]
    fn takes_away() {
        check("", "false false []");
        check("linker = false\n", "true false []");
        check("cache = false\nlinker = true\n", "false true []");
    }

    #[test]
    fn says_what_it_does_not_understand() {
        check(
            "linkr = false\ncache = 1\n",
            r#"false false ["unknown_key", "wrong_type"]"#,
        );
        check("linker = \n", r#"false false ["invalid_toml"]"#);
    }
}
