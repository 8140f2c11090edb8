//! VS Code: the variables that rust-analyzer and the terminals give to Cargo.

use super::github::pairs;
use super::said::Said;
use super::targets;
use super::yaml::{Tree, Unread};

/// Settings that are maps of variables.
const MAPS: &[&str] = &[
    "rust-analyzer.cargo.extraEnv",
    "rust-analyzer.check.extraEnv",
    "rust-analyzer.checkOnSave.extraEnv",
    "rust-analyzer.runnables.extraEnv",
    "rust-analyzer.server.extraEnv",
    "terminal.integrated.env.linux",
    "terminal.integrated.env.osx",
    "terminal.integrated.env.windows",
];

/// `.vscode/settings.json`.
pub(super) fn read(text: &str) -> Result<Said, Unread> {
    let tree = Tree::read(&plain(text))?;
    let mut said = Said::of_file();
    said.scopes[0].targets = Some(targets::common());
    let root = tree.root();
    for (name, _, value) in tree.pairs(root) {
        if !MAPS.contains(&name) {
            continue;
        }
        // `runnables.extraEnv` may be a list, each with an `env` of its own.
        let lists = tree.list(value).iter();
        let own = lists.filter_map(|one| tree.get(*one, "env"));
        for map in std::iter::once(value).chain(own) {
            for mut knob in pairs(&tree, map, 0) {
                // `null` takes a variable away.
                if tree.get(map, &knob.variable).is_some_and(|value| {
                    tree.scalar(value)
                        .is_some_and(|one| !one.is_quoted && one.value == "null")
                }) {
                    continue;
                }
                knob.value = knob.value.filter(|value| !value.contains("${"));
                said.push(knob);
            }
        }
    }
    Ok(said)
}

/// YAML contains JSON, but for comments and tabs: they become blanks, so that places stay as they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let blank = |part: &str| {
        part.chars()
            .flat_map(|c| {
                let (c, times) = if c == '\n' {
                    ('\n', 1)
                } else {
                    (' ', c.len_utf8())
                };
                std::iter::repeat_n(c, times)
            })
            .collect::<String>()
    };
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '"' => {
                let mut escaped = false;
                let end = rest.bytes().skip(1).position(|byte| {
                    let is_end = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    is_end
                });
                end.map_or(rest.len(), |end| end + 2)
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            c => c.len_utf8(),
        };
        let part = &rest[..length];
        match next {
            '/' | '\t' => plain += &blank(part),
            _ => plain += part,
        }
        rest = &rest[length..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_tabs_and_commas_at_the_end_are_no_hindrance() {
        let text = "{\n\t// é \"x\"\n\t\"rust-analyzer.cargo.extraEnv\": {\n\t\t\"A\": \"http://x\", /* \"B\": 1, */\n\t\t\"C\": null,\n\t},\n\t\"rust-analyzer.runnables.extraEnv\": [{ \"mask\": \"a\", \"env\": { \"D\": 1 } }],\n}\n";
        let said = read(text).expect("it is JSON");
        let found: Vec<_> = said
            .knobs
            .iter()
            .map(|knob| (knob.value.as_deref(), &text[knob.span.clone()]))
            .collect();
        assert_eq!(
            found,
            [
                (Some("http://x"), "\"A\": \"http://x\""),
                (Some("1"), "\"D\": 1")
            ]
        );
    }
}
