//! Dockerfiles: `ENV`, `ARG`, and what `RUN` sets for a command.

use std::ops::Range;

use super::github::assigned;
use super::said::{Knob, Said, Scope, ScopeId, is_computed};
use super::{shell, targets};

/// More than any Dockerfile has; what comes after is not looked at.
const MOST_STAGES: usize = 100;

/// What a Dockerfile says. `is_mounted`: the repository is there without being copied, as in a development container.
pub(super) fn read(text: &str, is_mounted: bool) -> Said {
    let mut said = Said::of_file();
    said.scopes[0].builds = None;
    said.has_config = is_mounted;
    let mut stages: Vec<(String, ScopeId)> = Vec::new();
    let (mut stage, mut froms) = (None, 0);
    for instruction in instructions(text) {
        let rest = &instruction.text[instruction.word..];
        match (instruction.name(), stage) {
            ("FROM", _) if froms >= MOST_STAGES => return said,
            ("FROM", _) => {
                froms += 1;
                let words: Vec<&str> = rest.split_whitespace().collect();
                let image = words.iter().find(|word| !word.starts_with("--"));
                let below = stages
                    .iter()
                    .rev()
                    .find(|(name, _)| image.is_some_and(|image| image.eq_ignore_ascii_case(name)));
                let is_musl = image.is_some_and(|image| image.contains("alpine"));
                let mut triples = match below {
                    Some((_, scope)) => said.targets(*scope),
                    None if is_musl => vec!["x86_64-unknown-linux-musl"],
                    None => vec![targets::LINUX],
                };
                triples.extend(targets::named(text));
                stage = said.open(Scope {
                    around: Some(below.map_or(0, |(_, scope)| *scope)),
                    targets: Some(triples),
                    builds: Some(is_mounted),
                    is_job: true,
                    ..Scope::default()
                });
                let name = words
                    .iter()
                    .position(|word| word.eq_ignore_ascii_case("as"));
                if let (Some(scope), Some(name)) = (stage, name.and_then(|at| words.get(at + 1))) {
                    stages.push(((*name).to_owned(), scope));
                }
            }
            ("ENV" | "ARG", Some(stage)) => {
                for knob in pairs(&instruction, stage) {
                    said.push(knob);
                }
            }
            ("RUN", Some(stage)) => {
                let builds = targets::builds(rest);
                if builds {
                    said.scopes[stage].builds = Some(true);
                }
                said.has_config |= rest.contains("--mount=type=bind");
                let script = script(rest);
                let from = instruction.start + instruction.text.len() - script.len();
                // An array is no script.
                if !script.starts_with('[') {
                    let Some(scope) = said.open(Scope {
                        around: Some(stage),
                        builds: Some(builds),
                        ..Scope::default()
                    }) else {
                        return said;
                    };
                    let set = shell::assignments(script);
                    assigned(&mut said, set, (scope, scope), |part| {
                        from + part.start..from + part.end
                    });
                }
            }
            ("COPY" | "ADD", _) => {
                let mut words = rest
                    .split_whitespace()
                    .filter(|word| !word.starts_with("--"));
                said.has_config |= words.any(|word| {
                    matches!(word.trim_end_matches('/'), "." | "$PWD") || word.contains(".cargo")
                });
            }
            _ => {}
        }
    }
    said
}

/// One instruction, with the lines it goes on to. Its comments are blanks, so that places stay as they are.
struct Instruction {
    start: usize,
    text: String,
    /// Where the name ends.
    word: usize,
    upper: String,
}

impl Instruction {
    fn name(&self) -> &str {
        &self.upper
    }
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let (mut at, mut goes_on) = (0, false);
    let mut here: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if let (Some(end), Some(last)) = (&here, found.last_mut()) {
            if trimmed == end {
                here = None;
            }
            last.text += line;
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            if let (true, Some(last)) = (goes_on, found.last_mut()) {
                last.text.extend(std::iter::repeat_n(' ', line.len()));
            }
            continue;
        }
        match found.last_mut() {
            Some(last) if goes_on => last.text += line,
            _ => {
                let indent = line.len() - line.trim_start().len();
                let name = trimmed.split_whitespace().next().unwrap_or_default();
                found.push(Instruction {
                    start,
                    text: line.to_owned(),
                    word: indent + name.len(),
                    upper: name.to_ascii_uppercase(),
                });
            }
        }
        goes_on = trimmed.ends_with('\\');
        let is_run = found.last().is_some_and(|last| last.upper == "RUN");
        if let (true, Some((_, word))) = (is_run && !goes_on, trimmed.split_once("<<")) {
            let word = word.trim_start_matches('-').trim_matches(['"', '\'']);
            let word = word
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next();
            here = word.filter(|word| !word.is_empty()).map(str::to_owned);
        }
    }
    found
}

/// What `RUN` runs: behind its options, or between the lines of `<<EOF`.
fn script(rest: &str) -> &str {
    let mut script = rest;
    loop {
        script = script.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
        if !script.starts_with("--") {
            break;
        }
        let end = script.find(char::is_whitespace);
        script = &script[end.unwrap_or(script.len())..];
    }
    if script.starts_with("<<") {
        script = script.split_once('\n').map_or("", |(_, body)| body);
    }
    script
}

/// `ENV A=1 B="2 3"`, `ENV A 1 2`, `ARG A=1`. An argument without a value is set by whoever builds, or not.
fn pairs(instruction: &Instruction, scope: ScopeId) -> Vec<Knob> {
    let rest = &instruction.text[instruction.word..];
    let from = instruction.start + instruction.word;
    let knob = |name: &str, value: Option<String>, raw: &str, part: Range<usize>| Knob {
        variable: name.to_owned(),
        value: value.filter(|value| !is_computed(value)),
        raw: raw.to_owned(),
        span: from + part.start..from + part.end,
        scope,
        is_handed_on: false,
    };
    let first = rest.split_whitespace().next().unwrap_or_default();
    if instruction.upper == "ENV" && !first.contains('=') {
        let blank = rest.len() - rest.trim_start().len();
        let value = rest.trim()[first.len()..].trim();
        let one = knob(
            first,
            Some(value.to_owned()),
            value,
            blank..rest.trim_end().len(),
        );
        return vec![one];
    }
    // The words are a shell's: let it think that they are exported.
    const EXPORT: &str = "export";
    let script = format!("{EXPORT}{rest}");
    let set = shell::assignments(&script).into_iter();
    set.map(|one| {
        let part = one.span.start - EXPORT.len()..one.span.end - EXPORT.len();
        knob(&one.name, one.value, &one.raw, part)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_stages_set() {
        let text = "# syntax\nARG A=0\nFROM rust:alpine AS base\nENV B=1 \\\n  # no\n  C=\"2 3\"\nENV D 4 5\nARG E\nARG F=6\n\
                    FROM base\nCOPY . .\nRUN --mount=type=cache,target=/x \\\n  G=7 cargo build \\\n# no\n  && H=$X cargo t\n\
                    RUN <<EOF\nexport I=8\nEOF\nRUN [\"J=9\", \"x\"]\n";
        let said = read(text, false);
        let found: Vec<_> = said
            .knobs
            .iter()
            .map(|knob| (knob.value.as_deref(), &text[knob.span.clone()]))
            .collect();
        let expected = [
            (Some("1"), "B=1"),
            (Some("2 3"), "C=\"2 3\""),
            (Some("4 5"), "D 4 5"),
            (Some("6"), "F=6"),
            (Some("7"), "G=7"),
            (None, "H=$X"),
            (Some("8"), "I=8"),
        ];
        assert_eq!(found, expected);
        assert!(said.has_config);
        // The second stage stands on the first.
        let last = said.knobs.last().expect("one").scope;
        assert_eq!(
            said.seen(last, "B", 0)
                .and_then(|knob| knob.value.as_deref()),
            Some("1")
        );
        assert!(said.targets(last).contains(&"x86_64-unknown-linux-musl"));
    }
}
