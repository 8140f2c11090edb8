//! What a runner says of its tests, where nobody asked it for a report.

/// How many tests ran, and those that failed, by the names that the runner gives them.
pub type Outcome = (usize, Vec<String>);

/// What `cargo test` printed on stdout. Its harness says no binary beside the test.
pub fn of_cargo(stdout: &str) -> Outcome {
    let counts = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("test result: "))
        .flat_map(|counts| counts.split([';', '.']));
    let ran = counts
        .filter_map(|part| {
            let (count, what) = part.trim().split_once(' ')?;
            matches!(what, "passed" | "failed").then(|| count.parse::<usize>().ok())?
        })
        .sum();
    let failed = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .map(|name| name.trim_end_matches(" - should panic").to_owned());
    (ran, sorted(failed))
}

/// What `cargo nextest run` printed on stderr.
pub fn of_nextest(stderr: &str) -> Outcome {
    let ran = stderr.lines().find_map(|line| {
        let (_, summary) = line
            .trim_start()
            .strip_prefix("Summary [")?
            .split_once(']')?;
        summary
            .split_whitespace()
            .next()?
            .split('/')
            .next()?
            .parse()
            .ok()
    });
    // Each is named when it ends and once more at the end: `FAIL [   0.004s] (1/3) member::binary test`.
    let failed = stderr.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = ["FAIL", "TIMEOUT", "SIGABRT", "SIGSEGV", "LEAK-FAIL"]
            .into_iter()
            .find_map(|word| line.strip_prefix(word)?.trim_start().strip_prefix('['))?;
        let (_, names) = rest.split_once(']')?;
        let names = names.trim_start();
        let names = match names.strip_prefix('(') {
            Some(numbered) => numbered.split_once(')')?.1,
            None => names,
        };
        Some(names.trim().to_owned())
    });
    (ran.unwrap_or(0), sorted(failed))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harness_of_cargo_is_read() {
        let stdout = "\nrunning 3 tests\ntest a::fine ... ok\ntest a::bad ... FAILED\ntest left ... ignored\n\nfailures:\n\n\
                      test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
                      running 2 tests\ntest b ... ok\ntest c - should panic ... FAILED\n\n\
                      test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(
            of_cargo(stdout),
            (4, vec!["a::bad".to_owned(), "c".to_owned()])
        );
        assert_eq!(of_cargo(""), (0, Vec::new()));
    }

    #[test]
    fn nextest_is_read() {
        let stderr = "────────────\n Nextest run ID 1 with nextest profile: default\n    Starting 3 tests across 2 binaries\n        \
                      PASS [   0.004s] (1/3) one a::fine\n        FAIL [   0.005s] (2/3) one::it a::bad\n  stdout ───\n\n     \
                      TIMEOUT [  60.004s] two slow\n────────────\n     Summary [   0.012s] 3 tests run: 1 passed, 2 failed, 0 skipped\n        \
                      FAIL [   0.005s] (2/3) one::it a::bad\nerror: test run failed\n";
        assert_eq!(
            of_nextest(stderr),
            (3, vec!["one::it a::bad".to_owned(), "two slow".to_owned()])
        );
        let stopped = "     Summary [   0.012s] 2/3 tests run: 2 passed\n";
        assert_eq!(of_nextest(stopped), (2, Vec::new()));
    }
}
