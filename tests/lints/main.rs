//! What a real Cargo does with the examples of each lint: the claim is seen on the bad one, and gone on the good one.
//!
//! One file a family. A lint whose claim Cargo cannot show on this machine says why, in place of an experiment.

mod workshop;
mod env;
mod keys;
mod targets;
mod flags;
mod linkers;
mod wrappers;
mod profiles;
mod overrides;
mod layers;
mod elsewhere;

use build_profiles::lint::{lint, lints};

use workshop::{Workshop, run};

/// How the claim of one lint is seen.
pub(crate) struct Experiment {
    /// The lint.
    pub(crate) lint: &'static str,
    /// What shows it.
    pub(crate) by: By,
}

pub(crate) enum By {
    /// Cargo, run with these arguments, says this of the bad example and that of the good one.
    Cargo(&'static [&'static str], &'static [Seen], &'static [Seen]),
    /// A test of its own, on the two workspaces.
    Test(fn(bad: &Workshop, good: &Workshop)),
    /// Nothing that this machine has, and the reason.
    Nothing(&'static str),
}

/// What is to be seen of a run: in what Cargo says on both streams, with `-v` rustc's command lines among it.
#[derive(Debug)]
pub(crate) enum Seen {
    Works,
    Fails,
    Has(&'static str),
    Lacks(&'static str),
}

impl Seen {
    fn holds(&self, works: bool, said: &str) -> bool {
        match self {
            Self::Works => works,
            Self::Fails => !works,
            Self::Has(text) => said.contains(text),
            Self::Lacks(text) => !said.contains(text),
        }
    }
}

static FAMILIES: &[&[Experiment]] = &[
    env::EXPERIMENTS,
    keys::EXPERIMENTS,
    targets::EXPERIMENTS,
    flags::EXPERIMENTS,
    linkers::EXPERIMENTS,
    wrappers::EXPERIMENTS,
    profiles::EXPERIMENTS,
    overrides::EXPERIMENTS,
    layers::EXPERIMENTS,
    elsewhere::EXPERIMENTS,
];

#[test]
fn each_lint_has_an_experiment_or_says_why_not() {
    let shown: Vec<&str> = FAMILIES
        .iter()
        .flat_map(|f| f.iter())
        .map(|e| e.lint)
        .collect();
    let missing: Vec<&str> = lints()
        .iter()
        .map(|lint| lint.name)
        .filter(|name| !shown.contains(name))
        .collect();
    assert!(missing.is_empty(), "no experiment shows {missing:?}");
    for name in shown {
        assert!(lint(name).is_some(), "`{name}` is no lint");
    }
}

/// Runs the experiments of a family, and tells of all that came out otherwise.
pub(crate) fn prove(experiments: &[Experiment]) {
    let mut wrong = Vec::new();
    for experiment in experiments {
        let lint = lint(experiment.lint).expect("held against the table by another test");
        match &experiment.by {
            By::Nothing(reason) => assert!(!reason.is_empty()),
            By::Test(test) => test(&Workshop::new(lint.bad), &Workshop::new(lint.good)),
            By::Cargo(arguments, of_bad, of_good) => {
                for (name, example, expected) in
                    [("bad", lint.bad, of_bad), ("good", lint.good, of_good)]
                {
                    let workshop = Workshop::new(example);
                    let (works, said) = run(&mut workshop.cargo(arguments));
                    for seen in *expected {
                        if !seen.holds(works, &said) {
                            wrong.push(format!("{}, {name}: not {seen:?}:\n{said}", lint.name));
                        }
                    }
                }
                if lint.fixable {
                    // What was seen of the mistake is not to be seen of what the tool makes of it.
                    let workshop = Workshop::new(lint.bad);
                    let fixed = workshop.fix();
                    let (works, said) = run(&mut workshop.cargo(arguments));
                    if of_bad.iter().all(|seen| seen.holds(works, &said)) {
                        wrong.push(format!("{}, mended:\n{fixed}\n{said}", lint.name));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
