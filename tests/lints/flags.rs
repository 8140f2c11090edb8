//! rustflags: dropped, misread, or stronger than was meant.

use crate::By::{Cargo, Test};
use crate::Seen::{Fails, Has, Lacks, Works};
use crate::{Experiment, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "flags_at_two_levels",
        by: Cargo(
            &["build", "-v"],
            &[Works, Lacks("tokio_unstable"), Has("force-frame-pointers")],
            &[Works, Has("tokio_unstable"), Has("force-frame-pointers")],
        ),
    },
    Experiment {
        lint: "flag_with_space",
        by: Cargo(&["build"], &[Fails, Has("debuginfo")], &[Works]),
    },
    Experiment {
        lint: "lto_in_rustflags",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("options `-C embed-bitcode=no` and `-C lto` are incompatible"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "profile_key_in_rustflags",
        // The profile `dev`, which nobody has asked for one codegen unit.
        by: Cargo(
            &["build", "-v"],
            &[Works, Has("-Ccodegen-units=1")],
            &[Works, Lacks("codegen-units")],
        ),
    },
    Experiment {
        lint: "unstable_flag_on_stable",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("the option `Z` is only accepted on the nightly compiler"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "cfg_not_for_doctests",
        by: Test(|bad, good| {
            let doctest = "//! ```\n//! #[cfg(not(tokio_unstable))]\n//! panic!(\"no such cfg\");\n//! ```\n\npub fn go() {}\n";
            for (workshop, sees) in [(bad, false), (good, true)] {
                workshop.write("src/lib.rs", doctest);
                let (passes, said) = run(&mut workshop.cargo(&["test", "--doc"]));
                assert_eq!(passes, sees, "{said}");
            }
        }),
    },
];

#[test]
fn flags() {
    crate::prove(EXPERIMENTS);
}
