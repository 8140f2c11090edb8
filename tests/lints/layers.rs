//! Which files Cargo reads, and which of two holds.

use crate::By::{Cargo, Nothing, Test};
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};
use crate::workshop::{Workshop, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "config_of_member",
        by: Test(|bad, good| {
            for (workshop, from_root) in [(bad, false), (good, true)] {
                let mut cargo = workshop.cargo(&["check", "-v", "-p", "one"]);
                let (works, said) = run(&mut cargo);
                assert!(works, "{said}");
                assert_eq!(said.contains("--cfg=of_one"), from_root, "{said}");
                let folder = workshop.root.join("crates/one");
                let mut cargo = workshop.cargo(&["check", "-v", "--target-dir", "other"]);
                let (works, said) = run(cargo.current_dir(folder));
                assert!(works && said.contains("--cfg=of_one"), "{said}");
            }
        }),
    },
    Experiment {
        lint: "config_outside_of_repository",
        by: Nothing("the example stands outside of the workspace; see the test below"),
    },
    Experiment {
        lint: "deprecated_config_name",
        by: Cargo(
            &["check"],
            &[Works, Has("is deprecated in favor of `config.toml`")],
            &[Works, Lacks("deprecated")],
        ),
    },
    Experiment {
        lint: "legacy_config",
        by: Cargo(
            &["check", "-v"],
            &[
                Works,
                Has("Using `"),
                Has("/work/one/"),
                Lacks("/work/two/"),
            ],
            &[Works, Has("/work/two/")],
        ),
    },
    Experiment {
        lint: "misnamed_config",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("/work/out/")],
            &[Works, Has("/work/out/")],
        ),
    },
    Experiment {
        lint: "profile_of_member",
        by: Cargo(
            &["check", "-v", "-p", "one"],
            &[
                Works,
                Has("profiles for the non root package will be ignored"),
                Lacks("opt-level=1"),
            ],
            &[Works, Has("opt-level=1")],
        ),
    },
    Experiment {
        lint: "values_of_two_kinds",
        by: Cargo(
            &["check", "-v"],
            &[Fails, Has("failed to merge key `rustflags`")],
            &[Works, Has("--cfg=one"), Has("--cfg=two")],
        ),
    },
];

#[test]
fn layers() {
    crate::prove(EXPERIMENTS);
}

#[test]
fn a_config_above_the_repository_is_stronger_than_the_manifest() {
    let workshop = Workshop::new("//- Cargo.toml\n[profile.dev]\nopt-level = 1\n");
    workshop.write("../.cargo/config.toml", "[profile.dev]\nopt-level = 2\n");
    let (works, said) = run(&mut workshop.cargo(&["check", "-v"]));
    assert!(works && said.contains("opt-level=2"), "{said}");
}
