//! `[env]`: what of it reaches whom.

use crate::By::Cargo;
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "env_configures_nothing",
        by: crate::By::Test(|bad, good| {
            let Some(server) = crate::workshop::Sccache::start() else {
                return;
            };
            let wrapped = |workshop: &crate::workshop::Workshop| {
                let _ = std::fs::remove_dir_all(workshop.root.join("target"));
                let (works, said) =
                    crate::run(server.speaks(&mut workshop.cargo(&["build", "-v"])));
                assert!(works, "{said}");
                said.contains("sccache ")
            };
            assert!(!wrapped(bad));
            assert!(wrapped(good));
            let said = bad.fix();
            assert!(wrapped(bad), "{said}");
        }),
    },
    Experiment {
        lint: "env_not_expanded",
        by: Cargo(
            &["build", "-vv"],
            &[Works, Has("SQLITE_LIB='$HOME/sqlite'")],
            &[Works, Has("/work/vendor/sqlite")],
        ),
    },
    Experiment {
        lint: "env_refused",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("is not supported in the `[env]` configuration table"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "env_set_by_cargo",
        by: Cargo(
            &["build", "-vv"],
            &[
                Works,
                Has("CARGO_PKG_VERSION=0.1.0"),
                Lacks("CARGO_PKG_VERSION=1.2.3"),
            ],
            &[Works, Has("CARGO_WORKSPACE_DIR=")],
        ),
    },
    Experiment {
        lint: "env_unknown_option",
        // The shell of the test has a `TERM` of its own, which holds unless `force` is understood.
        by: crate::By::Test(|bad, good| {
            for (workshop, term) in [(bad, "TERM=dumb"), (good, "TERM=dumb")] {
                let mut cargo = workshop.cargo(&["build", "-vv"]);
                let (works, said) = crate::run(cargo.env("TERM", "ours"));
                assert!(works, "{said}");
                assert_eq!(said.contains(term), std::ptr::eq(workshop, good), "{said}");
            }
        }),
    },
];

#[test]
fn env() {
    crate::prove(EXPERIMENTS);
}
