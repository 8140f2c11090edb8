//! Target tables that are for nobody, or for more than was meant.

use crate::By::{Cargo, Test};
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "cfg_matches_nothing",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("--cfg=on_linux")],
            &[Works, Has("--cfg=on_linux")],
        ),
    },
    Experiment {
        lint: "cfg_never_decides",
        by: Cargo(
            &["check", "-v", "--release"],
            &[Works, Lacks("warning"), Has("--cfg=slow")],
            &[Works, Lacks("--cfg=slow")],
        ),
    },
    Experiment {
        lint: "conflicting_target_flags",
        by: Cargo(&["check"], &[Fails, Has("not this processor")], &[Works]),
    },
    Experiment {
        lint: "target_is_host",
        by: Test(|bad, good| {
            for (workshop, of_build_script) in [(bad, false), (good, true)] {
                let (works, said) = crate::run(&mut workshop.cargo(&["build", "-v"]));
                assert!(works, "{said}");
                for (name, has_flags) in [("build_script_build", of_build_script), ("app", true)] {
                    let name = format!("--crate-name {name} ");
                    let line = said.lines().find(|line| line.contains(&name));
                    let flags = line.is_some_and(|line| line.contains("--cfg=everywhere"));
                    assert_eq!(flags, has_flags, "{name}: {said}");
                }
            }
        }),
    },
    Experiment {
        lint: "two_cfgs_match",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("several matching instances of `target.'cfg(..)'.linker`"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "unknown_platform",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("--cfg=on_linux")],
            &[Works, Has("--cfg=on_linux")],
        ),
    },
    Experiment {
        lint: "unparsable_cfg",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("--cfg=on_linux")],
            &[Works, Has("--cfg=on_linux")],
        ),
    },
];

#[test]
fn targets() {
    crate::prove(EXPERIMENTS);
}
