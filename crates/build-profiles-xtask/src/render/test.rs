//! What a run of the tests came to, after all that the runner itself has said.

use build_profiles::diagnostic::counted;
use build_profiles::runner::End;

use super::advice;
use crate::cli::CommonArgs;
use crate::exit::Exit;

/// Flaky tests that are named; the rest is counted.
const SHOWN: usize = 20;

/// What a run of the tests came to.
#[derive(Debug)]
pub(crate) struct Tested {
    /// How the runner ended.
    pub(crate) tests: End,
    /// How the doctests ended, if they were run.
    pub(crate) doctests: Option<End>,
    /// Why they were not.
    pub(crate) without_doctests: Option<&'static str>,
    /// Tests that failed and then passed.
    pub(crate) flaky: Vec<String>,
    /// How many of how many tests a `default-filter` hides.
    pub(crate) hidden: Option<(usize, usize)>,
    /// How many settings of nextest were not as the policy says.
    pub(crate) drift: usize,
}

impl Default for Tested {
    fn default() -> Self {
        Self {
            tests: End::Passed,
            doctests: None,
            without_doctests: None,
            flaky: Vec::new(),
            hidden: None,
            drift: 0,
        }
    }
}

impl Tested {
    /// The worse of both.
    pub(crate) fn exit(&self, strict: bool) -> Exit {
        let of = |end: &End| match end {
            End::Passed => Exit::Clean,
            End::Failed | End::NoTests => Exit::Findings,
            End::FailedOrBroken | End::Broken(..) => Exit::Failed,
        };
        let warned = strict && (!self.flaky.is_empty() || self.drift > 0);
        let warned = if warned { Exit::Findings } else { Exit::Clean };
        let ends = [Some(&self.tests), self.doctests.as_ref()];
        ends.into_iter().flatten().map(of).fold(warned, Exit::max)
    }
}

/// Says it, on stderr: stdout is the runner's.
pub(crate) fn tested(args: &CommonArgs, tested: &Tested) {
    if tested.drift > 0 {
        let what = counted(tested.drift, "setting");
        let verb = if tested.drift == 1 { "is" } else { "are" };
        eprintln!("warning: {what} of `.config/nextest.toml` {verb} not as the policy says");
        eprintln!("{}", advice("help: write them: cargo xtask configure"));
    }
    if !tested.flaky.is_empty() {
        let what = counted(tested.flaky.len(), "test");
        eprintln!("warning: {what} failed first and passed on a retry:");
        for name in tested.flaky.iter().take(SHOWN) {
            eprintln!("  {name}");
        }
        if tested.flaky.len() > SHOWN {
            eprintln!("  and {} more", tested.flaky.len() - SHOWN);
        }
    }
    if let Some((hidden, all)) = tested.hidden.filter(|_| !args.quiet) {
        let verb = if hidden == 1 { "is" } else { "are" };
        eprintln!(
            "note: {hidden} of {} {verb} hidden by `default-filter`",
            counted(all, "test")
        );
    }
    say(args, "tests", &tested.tests);
    match (&tested.doctests, tested.without_doctests) {
        (Some(end), _) => say(args, "doctests", end),
        (None, Some(why)) if !args.quiet => eprintln!("doctests: {why}"),
        (None, _) => {}
    }
}

fn say(args: &CommonArgs, what: &str, end: &End) {
    match end {
        End::Passed if args.quiet => {}
        End::Passed => eprintln!("{what}: passed"),
        End::Failed | End::FailedOrBroken => eprintln!("{what}: failed"),
        End::NoTests => eprintln!("{what}: failed: there was none to run"),
        End::Broken(why, help) => {
            eprintln!("{what}: not run: {why}");
            if let Some(help) = help {
                eprintln!("help: {help}");
            }
        }
    }
}
