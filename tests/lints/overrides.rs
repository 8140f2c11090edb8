//! Overrides of packages and of build scripts.

use crate::By::{Cargo, Test};
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};
use crate::profiles::sees;

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "build_override_beaten",
        by: Test(|bad, good| {
            for (workshop, level) in [(bad, "opt-level=3"), (good, "opt-level=1")] {
                workshop.write("build.rs", "fn main() { helper::go() }\n");
                let said = sees(workshop, &["build", "-v"], true, "--crate-name helper");
                let line = |words: &str| {
                    let line = said.lines().find(|line| line.contains(words));
                    line.unwrap_or_else(|| panic!("no `{words}`:\n{said}"))
                };
                // The member's own build script has what `build-override` says.
                let script = line("--crate-name build_script_build");
                assert!(script.contains("opt-level=1"), "{said}");
                // The member itself has the helper too, maybe compiled otherwise and before: it is the script's that counts.
                let (_, hash) = script.split_once("/libhelper-").expect("it needs it");
                let (hash, _) = hash.split_once(".rlib").expect("it links it");
                let helper = line(&format!("extra-filename=-{hash}"));
                assert!(helper.contains(level), "{said}");
            }
        }),
    },
    Experiment {
        lint: "incremental_of_dependency",
        by: Test(|_, _| {
            // A registry in a folder, since the locked packages of the examples stand beside the workspace.
            const VENDORED: &str = "//- Cargo.toml\n[dependencies.serde]\nversion = \"1\"\n\n[profile.dev.package.serde]\nopt-level = 1\nincremental = true\n//- .cargo/config.toml\n[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"vendor\"\n//- vendor/serde/Cargo.toml\n[package]\nname = \"serde\"\nversion = \"1.0.200\"\n//- vendor/serde/src/lib.rs\n//- vendor/serde/.cargo-checksum.json\n{\"files\":{}}\n";
            let workshop = crate::Workshop::new(VENDORED);
            let said = sees(&workshop, &["build", "-v"], true, "--crate-name serde");
            for (name, is_incremental) in [("serde", false), ("app", true)] {
                let name = format!("--crate-name {name} ");
                let line = said.lines().find(|line| line.contains(&name));
                let line = line.expect("it has been seen");
                assert_eq!(line.contains("-C incremental="), is_incremental, "{line}");
            }
        }),
    },
    Experiment {
        lint: "invalid_spec",
        by: Cargo(
            &["check"],
            &[Fails, Has("invalid character `*` in package name")],
            &[Works],
        ),
    },
    Experiment {
        lint: "not_in_override",
        by: Test(|bad, good| {
            let refused = "`lto` may not be specified in a `package` profile";
            sees(bad, &["check"], false, refused);
            sees(good, &["check"], true, "");
            for (key, works, said) in [
                ("panic = \"abort\"", false, "may not be specified"),
                ("rpath = true", false, "may not be specified"),
                ("package = { x = { debug = 1 } }", false, "cannot be nested"),
                ("build-override = { debug = 1 }", false, "cannot be nested"),
                ("inherits = \"release\"", true, "Finished"),
                ("dir-name = \"x\"", true, "Finished"),
            ] {
                for over in ["package.app", "build-override"] {
                    let example = format!("//- Cargo.toml\n[profile.dev.{over}]\n{key}\n");
                    let workshop = crate::Workshop::new(&example);
                    let said = sees(&workshop, &["check"], works, said);
                    assert!(!works || !said.contains("warning"), "{said}");
                }
            }
        }),
    },
    Experiment {
        lint: "overlapping_overrides",
        by: Cargo(
            &["check"],
            &[
                Fails,
                Has("multiple package overrides in profile `dev` match package `syn"),
            ],
            &[Works],
        ),
    },
    Experiment {
        lint: "override_resets_strip",
        by: Test(|bad, good| {
            for (workshop, strips) in [(bad, false), (good, true)] {
                let arguments = ["build", "-v", "--release", "-p", "tool"];
                let said = sees(workshop, &arguments, true, "--crate-type bin");
                let line = said.lines().find(|line| line.contains("--crate-type bin"));
                let line = line.expect("it has been seen");
                assert_eq!(line.contains("strip=symbols"), strips, "{line}");
            }
            // A dependency's override does nothing to the program.
            let said = sees(good, &["build", "-v", "--release"], true, "");
            let line = said.lines().find(|line| {
                line.contains("--crate-name app") && line.contains("--crate-type bin")
            });
            assert!(
                line.expect("it is built").contains("strip=symbols"),
                "{said}"
            );
        }),
    },
    Experiment {
        lint: "unknown_package",
        by: Cargo(
            &["build", "-v"],
            // Cargo says nothing of it.
            &[Works, Lacks("opt-level=2"), Lacks("did not match")],
            &[Works, Has("opt-level=2")],
        ),
    },
];

#[test]
fn overrides() {
    crate::prove(EXPERIMENTS);
}
