//! Linkers: switched off, misnamed, or no linker at all.

use std::fs;

use crate::By::{Cargo, Test};
use crate::Seen::{Fails, Has, Works};
use crate::workshop::{Workshop, has_tools};
use crate::{Experiment, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "driver_switches_lld_off",
        by: Test(|bad, good| {
            if has_tools(&["clang", "ld.lld"]) {
                assert_eq!(mark(bad), "", "GNU ld leaves no mark");
                assert!(mark(good).contains("LLD"));
            }
        }),
    },
    Experiment {
        lint: "mold_by_search_path",
        by: Test(|bad, good| {
            assert!(mark(bad).contains("LLD"));
            if has_tools(&["mold"]) {
                assert!(mark(good).contains("mold"));
            }
        }),
    },
    Experiment {
        lint: "linker_is_no_driver",
        by: Cargo(&["build"], &[Fails, Has("ld.lld")], &[Works]),
    },
    Experiment {
        lint: "program_with_arguments",
        by: Test(|bad, good| {
            let (works, said) = run(&mut bad.cargo(&["build"]));
            assert!(
                !works && said.contains("linker `clang -fuse-ld=mold` not found"),
                "{said}"
            );
            if has_tools(&["clang", "mold"]) {
                assert!(mark(good).contains("mold"));
            }
        }),
    },
    Experiment {
        lint: "program_not_expanded",
        by: Cargo(&["build"], &[Fails, Has("$HOME/bin/wrap")], &[Works]),
    },
    Experiment {
        lint: "empty_linker",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("couldn't extract file stem from specified linker"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "deprecated_linker",
        by: Test(|bad, good| {
            if has_tools(&["ld.gold", "ld.lld"]) {
                let warns = |workshop: &Workshop| {
                    let (works, said) = run(&mut workshop.cargo(&["build"]));
                    assert!(works, "{said}");
                    said.contains("the gold linker is deprecated")
                };
                assert!(warns(bad) && !warns(good));
            }
        }),
    },
    Experiment {
        lint: "system_lld",
        by: Test(|bad, good| {
            if has_tools(&["clang", "ld.lld"]) {
                let (system, own) = (mark(bad), mark(good));
                assert!(system.contains("LLD") && own.contains("LLD"));
                assert_ne!(system, own);
            }
        }),
    },
    Experiment {
        lint: "path_of_one_machine",
        by: Cargo(
            &["build"],
            &[Fails, Has("linker `/home/ann/bin/link` not found")],
            &[Works],
        ),
    },
];

/// What the linker of the program says of itself; empty for GNU ld.
fn mark(workshop: &Workshop) -> String {
    let (works, said) = run(&mut workshop.cargo(&["build"]));
    assert!(works, "{said}");
    let program = fs::read(workshop.root.join("target/debug/app")).expect("it was linked");
    let texts = program.split(|byte| *byte == 0);
    let mut texts = texts.filter_map(|text| std::str::from_utf8(text).ok());
    let is_mark = |text: &&str| text.starts_with("Linker: ") || text.starts_with("mold ");
    texts.find(is_mark).unwrap_or_default().to_owned()
}

#[test]
fn linkers() {
    // The marks are those of ELF, and LLD is the default of this target alone.
    if cfg!(all(
        target_arch = "x86_64",
        target_os = "linux",
        target_env = "gnu"
    )) {
        crate::prove(EXPERIMENTS);
    }
}
