//! What the arguments for the runner say: what is built, whether the run was narrowed by hand, nextest's profile.

use super::Runner;

/// Options that say what is built, and how; those of Cargo and of nextest alike. With a value or without.
const BUILD: &[(&str, &str, bool)] = &[
    ("--all-features", "", false),
    ("--config", "", true),
    ("--exclude", "", true),
    ("--features", "-F", true),
    ("--frozen", "", false),
    ("--locked", "", false),
    ("--no-default-features", "", false),
    ("--offline", "", false),
    ("--package", "-p", true),
    ("--release", "-r", false),
    ("--target", "", true),
    ("--target-dir", "", true),
    ("--workspace", "--all", false),
    ("-Z", "-Z", true),
];

/// Options of Cargo and nextest that choose targets.
const TARGETS: &[(&str, bool)] = &[
    ("--all-targets", false),
    ("--bench", true),
    ("--benches", false),
    ("--bin", true),
    ("--bins", false),
    ("--doc", false),
    ("--example", true),
    ("--examples", false),
    ("--lib", false),
    ("--test", true),
    ("--tests", false),
];

/// Options of nextest that change how the tests run, and not which.
const HOW: &[(&str, &str, bool)] = &[
    ("--build-jobs", "", true),
    ("--color", "", true),
    ("--fail-fast", "", false),
    ("--failure-output", "", true),
    ("--ff", "", false),
    ("--final-status-level", "", true),
    ("--flaky-result", "", true),
    ("--hide-progress-bar", "", false),
    ("--max-fail", "", true),
    ("--nff", "", false),
    ("--no-capture", "", false),
    ("--no-fail-fast", "", false),
    ("--no-tests", "", true),
    ("--nocapture", "", false),
    ("--retries", "", true),
    ("--show-progress", "", true),
    ("--status-level", "", true),
    ("--success-output", "", true),
    ("--test-threads", "-j", true),
    ("--verbose", "-v", false),
];

/// The arguments, understood as far as that is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What says what is built, for Cargo: the doctests are built alike.
    pub build: Vec<String>,
    /// The packages named.
    pub packages: Vec<String>,
    /// The packages left out.
    pub excluded: Vec<String>,
    /// Whether targets are named.
    pub targets: bool,
    /// Whether something chooses among the tests, or may.
    pub narrowed: bool,
    /// nextest's profile.
    pub profile: Option<String>,
}

impl Given {
    /// Whether the package is tested; `None` where only Cargo knows, since a pattern or a package ID is given.
    pub fn selects(&self, package: &str) -> Option<bool> {
        let is_plain = |spec: &String| !spec.contains(|c| "*?[@:#/".contains(c));
        let is_in = |specs: &[String]| match specs.iter().any(|spec| spec == package) {
            true => Some(true),
            false if specs.iter().all(is_plain) => Some(false),
            false => None,
        };
        match (is_in(&self.excluded)?, self.packages.is_empty()) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => is_in(&self.packages),
        }
    }
}

/// Reads the arguments for a runner; those behind a `--` are for the tests themselves.
pub fn read(runner: Runner, arguments: &[String]) -> Given {
    let mut given = Given::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            given.narrowed |= rest.next().is_some();
            break;
        }
        let (name, joined) = split(argument);
        let mut value = |takes: bool| match (&joined, takes) {
            (_, false) => None,
            (Some(joined), true) => Some(joined.clone()),
            (None, true) => rest.next().cloned(),
        };
        let of = |table: &[(&'static str, &str, bool)]| {
            table
                .iter()
                .find(|(long, short, _)| *long == name || !short.is_empty() && *short == name)
                .map(|(long, _, takes)| (*long, *takes))
        };
        let profile = match runner {
            Runner::Cargo => matches!(name, "--profile").then_some(("--profile", true)),
            Runner::Nextest => (name == "--cargo-profile").then_some(("--profile", true)),
        };
        if let Some((long, takes)) = of(BUILD).or(profile) {
            let value = value(takes);
            match long {
                "--package" => given.packages.extend(value.clone()),
                "--exclude" => given.excluded.extend(value.clone()),
                _ => {}
            }
            given.build.push(long.to_owned());
            given.build.extend(value);
        } else if runner == Runner::Nextest && matches!(name, "--profile" | "-P") {
            given.profile = value(true);
        } else if let Some((_, takes)) = TARGETS.iter().find(|(long, _)| *long == name) {
            value(*takes);
            given.targets = true;
            given.narrowed = true;
        } else if let Some((_, takes)) = of(HOW).filter(|_| runner == Runner::Nextest) {
            value(takes);
        } else {
            given.narrowed = true;
        }
    }
    given
}

/// `--name=value` and `-pvalue` as name and value.
fn split(argument: &str) -> (&str, Option<String>) {
    if let Some((name, value)) = argument
        .split_once('=')
        .filter(|_| argument.starts_with("--"))
    {
        return (name, Some(value.to_owned()));
    }
    match argument.char_indices().nth(2) {
        Some((end, _)) if argument.starts_with('-') && !argument.starts_with("--") => {
            let value = argument[end..].trim_start_matches('=');
            (&argument[..end], Some(value.to_owned()))
        }
        _ => (argument, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, arguments: &str, expected: &str) {
        let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        let given = read(runner, &arguments);
        let mut told = vec![given.build.join(" ")];
        told.extend(given.packages.iter().map(|package| format!("of {package}")));
        told.extend(given.targets.then(|| "targets".to_owned()));
        told.extend(given.narrowed.then(|| "narrowed".to_owned()));
        told.extend(given.profile.map(|profile| format!("profile {profile}")));
        assert_eq!(told.join("; "), expected, "{arguments:?}");
    }

    #[test]
    fn what_is_built_is_for_the_doctests_too() {
        use Runner::{Cargo, Nextest};
        check(Nextest, "", "");
        check(
            Nextest,
            "--release -p app",
            "--release --package app; of app",
        );
        check(
            Nextest,
            "-papp --features=a,b",
            "--package app --features a,b; of app",
        );
        check(
            Nextest,
            "-Fa --cargo-profile ci",
            "--features a --profile ci",
        );
        check(Nextest, "--profile ci --no-fail-fast -j4", "; profile ci");
        check(Nextest, "-P ci --retries 2", "; profile ci");
        check(Cargo, "--profile ci", "--profile ci");
        check(Cargo, "--all -Zx", "--workspace -Z x");
        check(Cargo, "--no-fail-fast", "; narrowed");
    }

    #[test]
    fn a_package_is_selected_by_its_name() {
        let selects = |arguments: &str| {
            let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
            read(Runner::Cargo, &arguments).selects("app")
        };
        assert_eq!(selects(""), Some(true));
        assert_eq!(selects("-p app"), Some(true));
        assert_eq!(selects("-p lib1"), Some(false));
        assert_eq!(selects("-p lib1 --package=app"), Some(true));
        assert_eq!(selects("-p a*"), None);
        assert_eq!(selects("-p app@1.0.0"), None);
        assert_eq!(selects("--workspace --exclude app"), Some(false));
        assert_eq!(selects("--exclude lib1"), Some(true));
        assert_eq!(selects("--exclude l*"), None);
    }

    #[test]
    fn what_chooses_among_the_tests_is_seen() {
        use Runner::{Cargo, Nextest};
        check(Nextest, "-E test(x)", "; narrowed");
        check(Nextest, "parser", "; narrowed");
        check(Nextest, "--test cli", "; targets; narrowed");
        check(Nextest, "--lib", "; targets; narrowed");
        check(Nextest, "--retries 2 -- --ignored", "; narrowed");
        check(Cargo, "--bin=app -- --nocapture", "; targets; narrowed");
        check(Cargo, "--", "");
    }
}
