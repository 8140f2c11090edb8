//! The grammar of `cfg(...)` as Cargo has it: what it cannot parse is for it the name of a target that nobody builds for.

/// Whether Cargo parses the expression; nested deeper than anybody writes, it is held for one that it does.
pub(super) fn is_well_formed(text: &str) -> bool {
    let Some(inner) = text
        .strip_prefix("cfg(")
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return false;
    };
    let mut reader = Reader {
        rest: inner,
        depth: 0,
    };
    match reader.expression() {
        Some(()) => reader.rest.trim_start().is_empty(),
        None => reader.depth > DEEPEST,
    }
}

const DEEPEST: usize = 200;

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn expression(&mut self) -> Option<()> {
        let word = self.word()?;
        match word.as_str() {
            "all" | "any" | "not" => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return None;
                }
                self.sign('(')?;
                if word == "not" {
                    self.expression()?;
                    self.sign(')')?;
                } else {
                    while self.sign(')').is_none() {
                        self.expression()?;
                        if self.sign(',').is_none() {
                            self.sign(')')?;
                            break;
                        }
                    }
                }
                self.depth -= 1;
                Some(())
            }
            _ => match self.sign('=') {
                Some(()) => self.string(),
                None => Some(()),
            },
        }
    }

    /// An identifier; a raw one keeps its `r#`, so that `r#all` is no operator.
    fn word(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let name = &rest[raw..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = name.find(|c| !is_part(c)).unwrap_or(name.len());
        if length == 0 || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (word, rest) = rest.split_at(raw + length);
        self.rest = rest;
        Some(word.to_owned())
    }

    fn string(&mut self) -> Option<()> {
        let rest = self.rest.trim_start().strip_prefix('"')?;
        let (_, rest) = rest.split_once('"')?;
        self.rest = rest;
        Some(())
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(sign)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each was tried with Cargo 1.95.
    #[test]
    fn what_cargo_parses() {
        for fine in [
            "cfg(unix)",
            "cfg( unix )",
            "cfg(any(unix,))",
            "cfg(all())",
            "cfg(r#unix)",
            "cfg(target_has_atomic)",
            "cfg(target_os = \"linux\" )",
            "cfg(not(target_object_format = \"macho\"))",
            "cfg(all(unix, not(target_os=\"macos\")))",
        ] {
            assert!(is_well_formed(fine), "{fine}");
        }
        for wrong in [
            "cfg()",
            "cfg(unix,)",
            "cfg(unix",
            "cfg (unix)",
            "cfg(not())",
            "cfg(not(unix, linux))",
            "cfg(all(unix linux))",
            "cfg(target_os = linux)",
            "cfg(target_os == \"linux\")",
            "cfg(target-os = \"linux\")",
            "cfg(not(version(\"1.0\")))",
        ] {
            assert!(!is_well_formed(wrong), "{wrong}");
        }
        let deep = format!("cfg({}unix{})", "not(".repeat(100_000), ")".repeat(100_000));
        assert!(is_well_formed(&deep));
    }
}
