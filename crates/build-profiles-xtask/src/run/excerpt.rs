//! What a tool said, cut down to what a person needs.

/// How compilers end; the reason stands above.
const SUMMARIES: [&str; 4] = [
    "error: aborting due to",
    "For more information about this error",
    "collect2: error: ld returned",
    "clang: error: linker command failed",
];

/// The last line of `stderr` that says why: for a note on one line.
pub(super) fn last_word(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.lines()
        .map(|line| line.trim().trim_start_matches("= note: ").trim_start())
        .rfind(|line| {
            !line.is_empty()
                && *line != "|"
                && !SUMMARIES.iter().any(|summary| line.starts_with(summary))
        })
        .map_or_else(
            || "it failed without a word".to_owned(),
            |line| cut(line, 200),
        )
}

/// The first complaint in `stderr`, with what belongs to it: a few lines.
pub(super) fn complaint(stderr: &[u8]) -> String {
    const LINES: usize = 12;
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let first = lines
        .iter()
        .position(|line| line.starts_with("error"))
        .unwrap_or(lines.len().saturating_sub(LINES));
    lines[first..]
        .iter()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .map(|line| cut(line, 200))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a compiler said of a build that failed, from its first error on, without Cargo's own progress.
pub(crate) fn failure(stderr: &str) -> String {
    const LINES: usize = 40;
    let progress = |line: &&str| {
        [
            "Running `",
            "Compiling ",
            "Fresh ",
            "Finished ",
            "Dirty ",
            "Timing report saved to ",
        ]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
    };
    let lines: Vec<&str> = stderr
        .lines()
        .skip_while(|line| !line.starts_with("error"))
        // Under `-vv` Cargo repeats the whole command.
        .filter(|line| !progress(line) && !line.starts_with("  process didn't exit successfully"))
        .filter(|line| *line != "Caused by:")
        .take(LINES)
        .collect();
    let said: Vec<String> = lines.iter().map(|line| cut(line, 300)).collect();
    match said.is_empty() {
        true => complaint(stderr.as_bytes()),
        false => said.join("\n").trim_end().to_owned(),
    }
}

fn cut(line: &str, max: usize) -> String {
    match line.char_indices().nth(max) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_failed_link_is_found() {
        let stderr = "error: linking with `mold-driver` failed: exit status: 1\n  |\n  \
                      = note:  \"mold-driver\" \"-m64\"\n  \
                      = note: mold: fatal: cannot open /x: No such file\n          \
                      clang: error: linker command failed with exit code 1 (use -v)\n          \n\n\
                      error: aborting due to 1 previous error\n\n";
        assert_eq!(
            last_word(stderr.as_bytes()),
            "mold: fatal: cannot open /x: No such file"
        );
        assert_eq!(last_word(b"\n"), "it failed without a word");
        assert_eq!(last_word("ä".repeat(300).as_bytes()).chars().count(), 203);
    }

    #[test]
    fn a_complaint_starts_at_the_error() {
        let stderr = "   Compiling start-check v0.0.0\n\
                      error: could not execute process `/nope/sccache rustc -vV` (never executed)\n\n\
                      Caused by:\n  No such file or directory (os error 2)\n";
        assert_eq!(
            complaint(stderr.as_bytes()),
            "error: could not execute process `/nope/sccache rustc -vV` (never executed)\n\
             Caused by:\n  No such file or directory (os error 2)"
        );
        assert_eq!(complaint(b"dead\n"), "dead");
        assert_eq!(complaint(b""), "");
    }
}
