//! `cargo xtask test`: which runner, with which arguments, and what its end means.

pub mod arguments;
pub mod junit;
pub mod outcome;
pub mod profile;

use crate::policy::{Policy, Test};

/// Who runs the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// `cargo test`.
    Cargo,
    /// `cargo nextest run`.
    Nextest,
}

/// How a runner ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All tests passed.
    Passed,
    /// At least one failed.
    Failed,
    /// There was none to run.
    NoTests,
    /// Cargo says the same of a test that failed and of a build that failed.
    FailedOrBroken,
    /// Nothing could be run: why, and how to mend it.
    Broken(&'static str, Option<&'static str>),
}

impl Runner {
    /// The policy's runner; cargo where it names none.
    pub fn of(test: &Test) -> Self {
        match &test.runner {
            Some(runner) if runner.value == "nextest" => Self::Nextest,
            _ => Self::Cargo,
        }
    }

    /// What an exit code means; `None`: a signal ended the runner.
    ///
    /// Source: nextest-metadata, `exit_codes.rs`.
    pub fn end(self, code: Option<i32>) -> End {
        match (self, code) {
            (_, Some(0)) => End::Passed,
            (_, None) => End::Broken("the runner was killed", None),
            (Self::Cargo, Some(101)) => End::FailedOrBroken,
            (Self::Cargo, Some(_)) => End::Broken("cargo could not run", None),
            (Self::Nextest, Some(100)) => End::Failed,
            (Self::Nextest, Some(4)) => End::NoTests,
            (Self::Nextest, Some(101)) => End::Broken("the build failed", None),
            (Self::Nextest, Some(92)) => End::Broken(
                "this nextest is older than `.config/nextest.toml` asks for",
                Some("update it: cargo nextest self update"),
            ),
            (Self::Nextest, Some(104)) => End::Broken(
                "a test binary could not be asked for its tests",
                Some(
                    "with `harness = false` it has to understand `--list --format terse`, or say `test = false`",
                ),
            ),
            (Self::Nextest, Some(105)) => End::Broken("a setup script failed", None),
            (Self::Nextest, Some(_)) => End::Broken("nextest could not run", None),
        }
    }
}

/// `[test]` as it holds: of the base, or of an environment laid over it.
pub fn test(policy: &Policy, environment: Option<&str>) -> Test {
    let own = environment
        .and_then(|name| policy.environments.iter().find(|e| e.name.value == name))
        .map(|environment| environment.body.over(&policy.base).test);
    own.unwrap_or_else(|| policy.base.test.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_is_read_as_its_runner_means_it() {
        let reason = |end| match end {
            End::Broken(reason, _) => reason.to_owned(),
            end => format!("{end:?}"),
        };
        let told: Vec<String> = [0, 4, 92, 96, 100, 101, 104, 105]
            .into_iter()
            .map(|code| format!("{code}: {}", reason(Runner::Nextest.end(Some(code)))))
            .collect();
        assert_eq!(
            told.join("\n"),
            "0: Passed\n\
             4: NoTests\n\
             92: this nextest is older than `.config/nextest.toml` asks for\n\
             96: nextest could not run\n\
             100: Failed\n\
             101: the build failed\n\
             104: a test binary could not be asked for its tests\n\
             105: a setup script failed"
        );
        assert_eq!(Runner::Cargo.end(Some(0)), End::Passed);
        assert_eq!(Runner::Cargo.end(Some(101)), End::FailedOrBroken);
        assert_eq!(reason(Runner::Cargo.end(Some(1))), "cargo could not run");
        assert_eq!(reason(Runner::Cargo.end(None)), "the runner was killed");
    }
}
