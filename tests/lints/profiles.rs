//! Profiles: their names, their values, and what Cargo makes of them.

use crate::By::{Cargo, Test};
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};
use crate::workshop::{Workshop, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "alias_of_no_profile",
        by: Cargo(
            &["quick"],
            &[Fails, Has("profile name `debug` is reserved")],
            &[Works],
        ),
    },
    Experiment {
        lint: "config_changes_inherits",
        by: Cargo(
            &["build", "-v", "--profile", "ci"],
            &[Works, Has("opt-level=3")],
            &[Works, Lacks("opt-level=3")],
        ),
    },
    Experiment {
        lint: "debug_info_stripped",
        by: Cargo(
            &["build", "-v", "--release"],
            &[Works, Has("-C debuginfo=2"), Has("-C strip=symbols")],
            &[Works, Lacks("-C debuginfo="), Has("-C strip=symbols")],
        ),
    },
    Experiment {
        lint: "doc_profile",
        by: Cargo(
            &["check"],
            &[Works, Has("profile `doc` is deprecated and has no effect")],
            &[Works, Lacks("no effect")],
        ),
    },
    Experiment {
        lint: "incremental_everywhere",
        by: Cargo(
            &["build", "-v", "--release"],
            &[Works, Has("-C incremental=")],
            &[Works, Lacks("-C incremental=")],
        ),
    },
    Experiment {
        lint: "inherits_cycle",
        by: Cargo(
            &["build", "--profile", "slim"],
            &[Fails, Has("profile inheritance loop detected")],
            &[Works],
        ),
    },
    Experiment {
        lint: "inherits_in_root_profile",
        by: Cargo(
            &["build"],
            &[
                Fails,
                Has("`inherits` must not be specified in root profile `dev`"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "invalid_name",
        by: Cargo(
            &["check"],
            &[Fails, Has("invalid character `.` in profile name")],
            &[Works],
        ),
    },
    Experiment {
        lint: "invalid_value",
        by: Test(|bad, good| {
            sees(bad, &["check"], false, "but found the string: \"3\"");
            sees(good, &["check"], true, "");
            // What Cargo lets pass, rustc refuses, or nobody looks at.
            for (value, works, said) in [
                ("lto = \"thinn\"", false, "incorrect value `thinn`"),
                ("strip = \"all\"", false, "incorrect value `all`"),
                (
                    "opt-level = 4",
                    false,
                    "optimization level needs to be between 0-3",
                ),
                (
                    "codegen-units = 0",
                    false,
                    "must be a positive non-zero integer",
                ),
                ("split-debuginfo = \"foo\"", true, "-C debuginfo=2"),
            ] {
                let example = format!("//- Cargo.toml\n[profile.dev]\n{value}\n");
                let said = sees(&Workshop::new(&example), &["build", "-v"], works, said);
                assert!(!said.contains("split-debuginfo=foo"), "{said}");
            }
            // In no book, but rustc takes it.
            let yes = Workshop::new("//- Cargo.toml\n[profile.dev]\nlto = \"yes\"\n");
            sees(&yes, &["build", "-v"], true, "-C lto=yes");
            // A build of libraries alone passes.
            let example = "//- Cargo.toml\n[profile.dev]\nlto = \"thinn\"\n//- build.rs\n";
            let workshop = Workshop::new(example);
            std::fs::remove_file(workshop.root.join("build.rs")).expect("it was written");
            sees(&workshop, &["build", "--lib"], true, "");
        }),
    },
    Experiment {
        lint: "lto_with_incremental",
        by: Test(|bad, good| {
            let said = sees(bad, &["build", "-v", "--release"], true, "-C lto");
            assert!(said.contains("-C incremental="), "{said}");
            let said = sees(good, &["build", "-v", "--release"], true, "-C lto");
            assert!(!said.contains("-C incremental="), "{said}");
            // The edit of one function: all modules are optimised again.
            bad.write("src/lib.rs", "pub fn go() { println!(\"edited\") }\n");
            let mut cargo = bad.cargo(&["build", "--release"]);
            let (works, said) = run(cargo.env("RUSTC_LOG", "rustc_codegen_llvm::back::lto=info"));
            assert!(works && said.contains("going for a fat lto"), "{said}");
        }),
    },
    Experiment {
        lint: "lto_with_rlib",
        by: Test(|bad, good| {
            for (workshop, has_lto) in [(bad, false), (good, true)] {
                let arguments = ["build", "-v", "--release", "-p", "plugin"];
                let said = sees(workshop, &arguments, true, "--crate-name plugin");
                let line = said
                    .lines()
                    .find(|line| line.contains("--crate-name plugin"));
                let line = line.expect("it has been seen");
                assert_eq!(line.contains("-C lto"), has_lto, "{line}");
            }
            let arguments = [
                "rustc",
                "-v",
                "--release",
                "-p",
                "plugin",
                "--crate-type=cdylib",
            ];
            sees(bad, &arguments, true, "-C lto");
        }),
    },
    Experiment {
        lint: "missing_inherits",
        by: Test(|bad, good| {
            let said = sees(bad, &["build", "-v", "--release"], true, "");
            assert!(!said.contains("-C lto"), "{said}");
            let missing = "profile `relase` is missing an `inherits` directive";
            sees(bad, &["build", "--profile", "relase"], false, missing);
            sees(good, &["build", "-v", "--profile", "dist"], true, "-C lto");
        }),
    },
    Experiment {
        lint: "one_codegen_unit_incremental",
        by: Test(|bad, good| {
            // Of the objects that rustc keeps for the next time one is the whole crate, or they are many.
            let code: String = (0..8)
                .map(|n| format!("pub mod m{n} {{ pub fn go() {{ println!(\"{n}\") }} }}\n"))
                .collect();
            let kept = |workshop: &Workshop| {
                workshop.write("src/lib.rs", &format!("pub fn go() {{}}\n{code}"));
                sees(workshop, &["build", "--lib"], true, "");
                let objects = files_below(&workshop.root.join("target/debug/incremental"));
                objects.iter().filter(|name| name.ends_with(".o")).count()
            };
            // The build script is a crate of its own, and a whole one.
            std::fs::remove_file(bad.root.join("build.rs")).expect("it was written");
            std::fs::remove_file(good.root.join("build.rs")).expect("it was written");
            assert_eq!(kept(bad), 1);
            assert!(kept(good) > 4);
        }),
    },
    Experiment {
        lint: "overflow_checks_left_on",
        by: Cargo(
            &["build", "-v"],
            &[Works, Has("-C overflow-checks=on")],
            &[Works, Lacks("-C overflow-checks=on")],
        ),
    },
    Experiment {
        lint: "panic_abort_in_dev",
        by: Test(|bad, good| {
            for (workshop, times) in [(bad, 2), (good, 1)] {
                workshop.write("src/main.rs", "fn main() { part::go(); app::go() }\n");
                let manifest = workshop.root.join("Cargo.toml");
                let text = std::fs::read_to_string(&manifest).expect("it was written");
                let with = "[dependencies]\npart = { path = \"part\" }\n";
                workshop.write("Cargo.toml", &text.replace("[dependencies]\n", with));
                let said = sees(workshop, &["build", "-v", "--all-targets"], true, "");
                let lines = said
                    .lines()
                    .filter(|line| line.contains("--crate-name part"));
                assert_eq!(lines.count(), times, "{said}");
            }
        }),
    },
    Experiment {
        lint: "panic_ignored",
        by: Cargo(
            &["test", "-v", "--no-run"],
            &[
                Works,
                Has("`panic` setting is ignored for `test` profile"),
                Lacks("-C panic=abort"),
            ],
            &[Works, Lacks("is ignored")],
        ),
    },
    Experiment {
        lint: "profile_name_collides",
        by: Test(|bad, good| {
            for (workshop, variable, works) in [
                (bad, "CARGO_PROFILE_RELEASE_LTO_OPT_LEVEL", false),
                (good, "CARGO_PROFILE_LTO_RELEASE_OPT_LEVEL", true),
            ] {
                let (passes, said) = run(workshop.cargo(&["check"]).env(variable, "2"));
                assert_eq!(passes, works, "{said}");
            }
        }),
    },
    Experiment {
        lint: "profile_only_in_config",
        by: Test(|bad, good| {
            for (workshop, works) in [(bad, false), (good, true)] {
                sees(workshop, &["check", "--profile", "quick"], true, "");
                let manifest = workshop.root.join("Cargo.toml");
                let mut cargo = workshop.cargo(&["check", "--profile", "quick"]);
                cargo.arg("--manifest-path").arg(manifest);
                let above = workshop.root.parent().expect("it stands in a sandbox");
                let (passes, said) = run(cargo.current_dir(above));
                assert_eq!(passes, works, "{said}");
                assert_eq!(said.contains("is not defined"), !works, "{said}");
            }
        }),
    },
    Experiment {
        lint: "profile_overridden_by_machine",
        by: Cargo(
            &["build", "-v"],
            &[Works, Has("opt-level=3"), Lacks("opt-level=1")],
            &[Works, Has("opt-level=1")],
        ),
    },
    Experiment {
        lint: "reserved_profile_name",
        by: Cargo(
            &["build", "-v"],
            &[Works, Lacks("opt-level=2"), Lacks("reserved")],
            &[Works, Has("opt-level=2")],
        ),
    },
    Experiment {
        lint: "split_without_debug_info",
        by: Test(|bad, good| {
            let said = sees(bad, &["build", "-v", "--release"], true, "");
            assert!(!said.contains("split-debuginfo"), "{said}");
            let arguments = ["build", "-v", "--profile", "profiling"];
            sees(good, &arguments, true, "-C split-debuginfo=packed");
        }),
    },
    Experiment {
        lint: "thin_local_lto",
        by: Test(|bad, good| {
            for (workshop, thin) in [(bad, true), (good, false)] {
                let code = "pub fn go() {}\npub mod m { pub fn go() { println!(\"m\") } }\n";
                workshop.write("src/lib.rs", code);
                let mut cargo = workshop.cargo(&["build"]);
                cargo.env("RUSTC_LOG", "rustc_codegen_llvm::back::lto=info");
                let (works, said) = run(&mut cargo);
                assert!(works, "{said}");
                assert_eq!(said.contains("thin LTO"), thin, "{said}");
            }
        }),
    },
    Experiment {
        lint: "unknown_profile",
        by: Cargo(
            &["check", "--profile", "dist"],
            &[
                Fails,
                Has("profile `dist` inherits from `relase`, but that profile is not defined"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "unstable_key",
        by: Cargo(
            &["check"],
            &[Fails, Has("feature `codegen-backend` is required")],
            &[Works],
        ),
    },
    Experiment {
        lint: "wrong_type",
        by: Cargo(
            &["check"],
            &[
                Fails,
                Has("invalid type: string \"true\", expected a boolean"),
            ],
            &[Works],
        ),
    },
];

/// Runs Cargo, and finds the words in what it says.
pub(crate) fn sees(workshop: &Workshop, arguments: &[&str], works: bool, words: &str) -> String {
    let (passes, said) = run(&mut workshop.cargo(arguments));
    assert_eq!(passes, works, "{said}");
    assert!(said.contains(words), "not `{words}`:\n{said}");
    said
}

/// The names of all files below a folder.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        if entry.path().is_dir() {
            names.extend(files_below(&entry.path()));
        } else {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names
}

#[test]
fn profiles() {
    crate::prove(EXPERIMENTS);
}
