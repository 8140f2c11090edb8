//! Scripts: which variables they set, for a command, for the rest of the script, or for the steps after it.
//!
//! It is no shell. It knows words, quotes and where a command ends; whatever a shell would have to work out is
//! computed, and has no value here.

use std::ops::Range;

/// More than any script has; what comes after is not looked at.
const MOST: usize = 2000;
const MOST_WORDS: usize = 100;
const DEEPEST: usize = 20;

/// A variable that a script sets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name: String,
    /// `None`: computed.
    pub(super) value: Option<String>,
    /// As written, without the name.
    pub(super) raw: String,
    /// In the script.
    pub(super) span: Range<usize>,
    pub(super) for_whom: ForWhom,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForWhom {
    /// `X=1 cargo build`: the number of the command, and its words.
    Command(usize, Vec<String>),
    /// `export X=1`.
    Rest,
    /// `echo X=1 >> $GITHUB_ENV`.
    Later,
}

/// The variables that a script sets, in order.
pub(super) fn assignments(script: &str) -> Vec<Assignment> {
    let commands = Lexer::new(script).commands();
    let mut found = Vec::new();
    let mut unexported: Vec<(usize, usize)> = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        if found.len() >= MOST {
            break;
        }
        let goes_on = command
            .into
            .as_ref()
            .is_some_and(|file| is_github_env(&file.text))
            || command.is_piped
                && commands.get(index + 1).is_some_and(|next| {
                    next.words
                        .iter()
                        .skip(1)
                        .any(|word| is_github_env(&word.text))
                });
        if goes_on {
            found.extend(command.handed_on(script));
            continue;
        }
        let words = command.without_keywords();
        let split = words
            .iter()
            .position(|word| assigned(script, word).is_none());
        let (set, rest) = words.split_at(split.unwrap_or(words.len()));
        match rest {
            [] => {
                let from = command.words.len() - set.len();
                let more = (from..command.words.len()).map(|at| (index, at));
                unexported.extend(more.take(MOST_WORDS));
                let surplus = unexported.len().saturating_sub(MOST_WORDS);
                unexported.drain(..surplus);
            }
            [first, arguments @ ..] if is_export(&first.text) => {
                for word in arguments {
                    if let Some(name) = assigned(script, word) {
                        found.push(word.assignment(script, name, ForWhom::Rest));
                    } else if let Some((word, name)) =
                        unexported.iter().rev().find_map(|(command, at)| {
                            let earlier = &commands[*command].words[*at];
                            let name = assigned(script, earlier)?;
                            (name == word.text).then_some((earlier, name))
                        })
                    {
                        found.push(word.assignment(script, name, ForWhom::Rest));
                    }
                }
            }
            [first, ..] if first.text.to_ascii_lowercase().starts_with("$env:") => {
                found.extend(of_powershell(script, rest));
            }
            rest => {
                let rest = rest.iter().take(MOST_WORDS);
                let words: Vec<String> = rest.map(|word| word.text.clone()).collect();
                for word in set.iter().take(MOST_WORDS) {
                    let name = assigned(script, word)
                        .expect("the words before the first that sets nothing");
                    found.push(word.assignment(
                        script,
                        name,
                        ForWhom::Command(index, words.clone()),
                    ));
                }
            }
        }
    }
    found.truncate(MOST);
    found
}

fn is_github_env(word: &str) -> bool {
    matches!(
        word,
        "$GITHUB_ENV"
            | "${GITHUB_ENV}"
            | "$env:GITHUB_ENV"
            | "$Env:GITHUB_ENV"
            | "${env:GITHUB_ENV}"
            | "%GITHUB_ENV%"
    )
}

fn is_export(word: &str) -> bool {
    matches!(word, "export" | "declare" | "typeset")
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The name before the `=` of a word, if no quote stands in it.
fn assigned<'a>(script: &'a str, word: &Word) -> Option<&'a str> {
    let (name, _) = script[word.span.clone()].split_once('=')?;
    is_name(name.strip_suffix('+').unwrap_or(name)).then_some(name)
}

/// `$env:NAME = "value"`.
fn of_powershell(script: &str, words: &[Word]) -> Option<Assignment> {
    let first = words.first()?;
    let name = first.text.get("$env:".len()..)?;
    let (name, value) = match (name.split_once('='), words) {
        (Some((name, value)), _) => (name, Some(value.to_owned())),
        (None, [_, equals, value, ..]) if equals.text == "=" => (name, Some(value.text.clone())),
        _ => return None,
    };
    let last = words.last()?;
    let raw = script[first.span.start..last.span.end].to_owned();
    // The first word is computed by its `$`.
    let value = value.filter(|value| !value.contains('$') && words.len() <= 3);
    is_name(name).then(|| Assignment {
        name: name.to_owned(),
        value,
        raw,
        span: first.span.start..last.span.end,
        for_whom: ForWhom::Rest,
    })
}

/// A word, with its quotes taken off.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    is_computed: bool,
    span: Range<usize>,
}

impl Word {
    fn assignment(&self, script: &str, name: &str, for_whom: ForWhom) -> Assignment {
        let value = self.text.split_once('=').map(|(_, value)| value.to_owned());
        let raw = &script[self.span.clone()];
        let is_known = !self.is_computed && !name.ends_with('+');
        Assignment {
            name: name.trim_end_matches('+').to_owned(),
            value: value.filter(|_| is_known),
            raw: raw.split_once('=').map_or(raw, |(_, raw)| raw).to_owned(),
            span: self.span.clone(),
            for_whom,
        }
    }
}

/// Words up to where a command ends.
#[derive(Debug, Default)]
struct Command {
    words: Vec<Word>,
    /// Behind `>` or `>>`.
    into: Option<Word>,
    is_piped: bool,
    /// The lines of `<<EOF`.
    here: Option<Range<usize>>,
}

impl Command {
    /// The words behind `if`, `sudo`, `env` and the like.
    fn without_keywords(&self) -> &[Word] {
        const KEYWORDS: &[&str] = &[
            "!", "if", "then", "else", "elif", "do", "while", "until", "{", "time", "sudo", "exec",
            "command", "env", "&",
        ];
        let mut words = self.words.as_slice();
        while let [first, rest @ ..] = words {
            if !KEYWORDS.contains(&first.text.as_str()) {
                break;
            }
            words = rest;
            if matches!(first.text.as_str(), "sudo" | "env") {
                while let [option, rest @ ..] = words
                    && option.text.starts_with('-')
                {
                    words = match (option.text.as_str(), rest) {
                        ("-u" | "-C" | "-g", [_, rest @ ..]) => rest,
                        _ => rest,
                    };
                }
            }
        }
        words
    }

    /// What goes to `$GITHUB_ENV`.
    fn handed_on(&self, script: &str) -> Vec<Assignment> {
        if let Some(here) = &self.here {
            let mut from = here.start;
            let lines = script[here.clone()]
                .split_inclusive('\n')
                .filter_map(|line| {
                    let at = from + (line.len() - line.trim_start().len());
                    from += line.len();
                    let (name, value) = line.trim().split_once('=')?;
                    let is_plain = is_name(name) && !name.ends_with('<');
                    is_plain.then(|| Assignment {
                        name: name.to_owned(),
                        value: (!value.contains(['$', '`'])).then(|| value.to_owned()),
                        raw: value.to_owned(),
                        span: at..at + line.trim().len(),
                        for_whom: ForWhom::Later,
                    })
                });
            return lines.collect();
        }
        let words = self.without_keywords();
        let said = match words {
            [first, rest @ ..]
                if matches!(first.text.as_str(), "echo" | "printf" | "Write-Output") =>
            {
                rest
            }
            // PowerShell says a string without being told to.
            [first, ..] if script[first.span.clone()].starts_with(['"', '\'']) => words,
            _ => return Vec::new(),
        };
        let options = said
            .iter()
            .take_while(|word| matches!(word.text.as_str(), "-n" | "-e" | "-E" | "--"));
        let said = &said[options.count()..];
        let (Some(first), Some(last)) = (said.first(), said.last()) else {
            return Vec::new();
        };
        let Some((name, value)) = first.text.split_once('=') else {
            return Vec::new();
        };
        if !is_name(name) {
            return Vec::new();
        }
        let words = said[1..].iter().map(|word| word.text.as_str());
        let value = std::iter::once(value)
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ");
        let value = value.strip_suffix("\\n").unwrap_or(&value).to_owned();
        let is_computed = said.iter().any(|word| word.is_computed) || value.contains(['%', '\\']);
        vec![Assignment {
            name: name.to_owned(),
            raw: value.clone(),
            value: (!is_computed).then_some(value),
            span: first.span.start..last.span.end,
            for_whom: ForWhom::Later,
        }]
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    commands: Vec<Command>,
    current: Command,
    /// Words that end the lines of `<<`, for the command of this number; `None` for the current.
    heres: Vec<(String, Option<usize>)>,
    /// Where the open `{` stand, as numbers of commands.
    groups: Vec<usize>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            commands: Vec::new(),
            current: Command::default(),
            heres: Vec::new(),
            groups: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn commands(mut self) -> Vec<Command> {
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            match next {
                '\\' if rest.starts_with("\\\n") => self.at += 2,
                '\\' if rest.starts_with("\\\r\n") => self.at += 3,
                '\n' => {
                    self.at += 1;
                    self.end(false);
                    self.skip_heres();
                }
                ';' | '&' | '(' | ')' => {
                    self.at += 1;
                    self.end(false);
                }
                '|' => {
                    let is_or = rest.starts_with("||");
                    self.at += if is_or { 2 } else { 1 };
                    self.end(!is_or);
                }
                '<' if rest.starts_with("<<") && !rest.starts_with("<<<") => self.here(),
                '>' => {
                    self.at += rest
                        .find(|c| !matches!(c, '>' | '&' | '|'))
                        .unwrap_or(rest.len());
                    self.blanks();
                    let word = self.word();
                    self.current.into = word.or(self.current.into.take());
                }
                '<' => self.at += 1,
                '#' => self.at += rest.find('\n').unwrap_or(rest.len()),
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => {
                    if let Some(word) = self.word() {
                        self.current.words.push(word);
                    }
                }
            }
        }
        self.end(false);
        self.commands
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.find(|c| c != ' ' && c != '\t').unwrap_or(rest.len());
    }

    /// Ends a command.
    fn end(&mut self, is_piped: bool) {
        let mut command = std::mem::take(&mut self.current);
        command.is_piped = is_piped;
        let index = self.commands.len();
        for (_, of) in &mut self.heres {
            of.get_or_insert(index);
        }
        match command.words.first().map(|word| word.text.as_str()) {
            Some("{") if self.groups.len() < DEEPEST => self.groups.push(index),
            Some("}") => {
                if let (Some(from), Some(into)) = (self.groups.pop(), &command.into) {
                    for one in &mut self.commands[from..] {
                        one.into.get_or_insert_with(|| into.clone());
                    }
                }
            }
            // Nothing was said; but what a `<<` belongs to keeps its number.
            None if command.here.is_none() && command.into.is_none() && self.heres.is_empty() => {
                return;
            }
            _ => {}
        }
        self.commands.push(command);
    }

    /// `<<EOF`, `<<-'EOF'`.
    fn here(&mut self) {
        self.at += 2;
        if self.rest().starts_with(['-', '~']) {
            self.at += 1;
        }
        self.blanks();
        if let Some(word) = self.word() {
            self.heres.push((word.text, None));
        }
    }

    fn skip_heres(&mut self) {
        for (end, of) in std::mem::take(&mut self.heres) {
            let start = self.at;
            let mut stop = self.text.len();
            while self.at < self.text.len() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
                let at = self.at;
                self.at += line.len();
                if line.trim() == end {
                    stop = at;
                    break;
                }
            }
            if let Some(command) = of.and_then(|of| self.commands.get_mut(of)) {
                command.here = Some(start..stop);
            }
        }
    }

    /// The word that begins here.
    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut word = Word {
            text: String::new(),
            is_computed: false,
            span: start..start,
        };
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            match next {
                '\'' => {
                    let end = rest[1..].find('\'').map_or(rest.len(), |end| end + 1);
                    let inside = &rest[1.min(rest.len())..end];
                    word.is_computed |= inside.contains("${{");
                    word.text += inside;
                    self.at += (end + 1).min(rest.len());
                }
                '"' => self.quoted(&mut word),
                '\\' => {
                    let mut next = rest[1..].chars();
                    match next.next() {
                        Some('\n') | None => break,
                        Some('\r') if next.next() == Some('\n') => break,
                        Some(c) => {
                            word.text.push(c);
                            self.at += 1 + c.len_utf8();
                        }
                    }
                }
                '$' | '`' => self.computed(&mut word),
                ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                c if c.is_whitespace() => break,
                c => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        word.span.end = self.at;
        (self.at > start).then_some(word)
    }

    /// From a double quote to the next.
    fn quoted(&mut self, word: &mut Word) {
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    let escaped = self.rest()[1..].chars().next();
                    match escaped {
                        Some(c @ ('"' | '\\' | '$' | '`')) => word.text.push(c),
                        Some('\n') | None => {}
                        Some(c) => word.text.extend(['\\', c]),
                    }
                    self.at += 1 + escaped.map_or(0, char::len_utf8);
                }
                '$' | '`' => self.computed(word),
                c => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// `$NAME`, `${NAME}`, `$(command)`, `` `command` ``, `${{ expression }}`: kept as it is written.
    fn computed(&mut self, word: &mut Word) {
        let rest = self.rest();
        let length = if rest.starts_with("${{") {
            rest.find("}}").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("${") {
            rest.find('}').map_or(rest.len(), |end| end + 1)
        } else if rest.starts_with("$(") {
            balanced(rest)
        } else if let Some(inside) = rest.strip_prefix('`') {
            inside.find('`').map_or(rest.len(), |end| end + 2)
        } else {
            let name = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':');
            1 + rest[1..].find(name).unwrap_or(rest.len() - 1)
        };
        word.is_computed |= length > 1;
        word.text += &rest[..length];
        self.at += length;
    }
}

/// The length of `$( ... )`, with the parentheses within.
fn balanced(text: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name=value for`, with `?` for what is computed.
    fn check(script: &str, expected: &[&str]) {
        let found: Vec<String> = assignments(script)
            .iter()
            .map(|one| {
                let value = one.value.as_deref().unwrap_or("?");
                let written = &script[one.span.clone()];
                assert!(written.contains(&one.name), "{written}");
                let whom = match &one.for_whom {
                    ForWhom::Command(_, words) => words.join(" "),
                    ForWhom::Rest => "rest".to_owned(),
                    ForWhom::Later => "later".to_owned(),
                };
                format!("{}={value} {whom}", one.name)
            })
            .collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn variables_of_commands() {
        check("A=1 cargo build --release", &["A=1 cargo build --release"]);
        check("A='x y' B=\"z\" cargo t", &["A=x y cargo t", "B=z cargo t"]);
        check("if A=1 cargo t; then :; fi", &["A=1 cargo t"]);
        check(
            "env -i A=1 cargo t && sudo -E B=2 make",
            &["A=1 cargo t", "B=2 make"],
        );
        check("A=1", &[]);
        check("cargo t A=1", &[]);
        check("\"A=1\" cargo t", &[]);
        check("# A=1 cargo t\ncargo t # B=1 cargo", &[]);
        check("A=1 \\\n  cargo \\\r\n  t", &["A=1 cargo t"]);
        check("x | A=1 cargo t", &["A=1 cargo t"]);
    }

    #[test]
    fn variables_of_the_rest() {
        check("export A=1 B=\"2 3\"", &["A=1 rest", "B=2 3 rest"]);
        check("A=1; export A", &["A=1 rest"]);
        check("export A", &[]);
        check("declare -x A=1", &["A=1 rest"]);
        check("$env:A = \"1 2\"\n$env:B='3'", &["A=1 2 rest", "B=3 rest"]);
        check("$env:A = \"$x\"", &["A=? rest"]);
    }

    #[test]
    fn variables_for_later() {
        check("echo \"A=1 2\" >> $GITHUB_ENV", &["A=1 2 later"]);
        check("echo A=1 2 >>\"${GITHUB_ENV}\"", &["A=1 2 later"]);
        check("printf 'A=1\\n' >> \"$GITHUB_ENV\"", &["A=1 later"]);
        check("printf 'A=%s\\n' x >> \"$GITHUB_ENV\"", &["A=? later"]);
        check("echo A=1 | tee -a $GITHUB_ENV", &["A=1 later"]);
        check("\"A=1\" | Out-File -Append $env:GITHUB_ENV", &["A=1 later"]);
        check("echo A=1 >> $GITHUB_OUTPUT", &[]);
        check(
            "{ echo A=1\n echo B=2; } >> $GITHUB_ENV",
            &["A=1 later", "B=2 later"],
        );
        check(
            "cat >> $GITHUB_ENV <<EOF\nA=1\n  B=$x\nEOF\nC=1 cargo t",
            &["A=1 later", "B=? later", "C=1 cargo t"],
        );
        check(
            "cat <<-'EOF' > x\nA=1 cargo t\nEOF\nB=2 cargo t",
            &["B=2 cargo t"],
        );
    }

    #[test]
    fn what_is_computed_has_no_value() {
        for value in [
            "$X",
            "\"a ${X:-b}\"",
            "$(a \"b c\")",
            "`a b`",
            "${{ a && 'b c' }}",
            "\"${{ a }} x\"",
            "'${{ a }}'",
        ] {
            check(&format!("A={value} cargo t"), &["A=? cargo t"]);
        }
        check(
            "A='$X' B=\\$X C=\"\\\"x\\\"\" c",
            &["A=$X c", "B=$X c", "C=\"x\" c"],
        );
        check("A+=x c", &["A=? c"]);
    }

    #[test]
    fn hostile_scripts_end() {
        for text in [
            "$(", "\"", "'", "`", "${{", "<<", "{\n", "A=1 x;", "\\", "|", "a <<E\n", "}>x\n",
        ] {
            let _ = assignments(&text.repeat(200_000 / text.len()));
        }
    }
}
