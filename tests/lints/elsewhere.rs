//! The same settings in CI, containers and editors, where they are stronger than the files.
//!
//! There is no runner here, and no container: what a file of CI sets is what our reader has read from it, and Cargo gets
//! it as a runner would give it. What a set-up action sets is written here.

use std::net::TcpListener;
use std::process::Command;

use build_profiles::diagnostic::FilePath;
use build_profiles::lint::{File, Role, lint, variables};

use crate::By::Test;
use crate::{Experiment, Workshop, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "rustflags_replaced",
        by: Test(|bad, good| {
            let (works, said) = with(bad, &[]);
            assert!(works && said.contains("--cfg=ours"), "{said}");
            let said = builds(bad, "rustflags_replaced", bad_of);
            assert!(
                said.contains("-D warnings") && !said.contains("--cfg=ours"),
                "{said}"
            );
            let said = builds(good, "rustflags_replaced", good_of);
            assert!(said.contains("--cfg ours"), "{said}");
            // An empty one is as good as a full one.
            for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
                let (_, said) = with(bad, &[(name, "")]);
                assert!(
                    said.contains("Running") && !said.contains("--cfg=ours"),
                    "{said}"
                );
            }
            // What adds to them is what we advise.
            let (_, said) = with(bad, &[("CARGO_BUILD_RUSTFLAGS", "-Dwarnings")]);
            assert!(said.contains("--cfg=ours -Dwarnings"), "{said}");
        }),
    },
    Experiment {
        lint: "setup_action_sets_rustflags",
        // What the action writes into `$GITHUB_ENV`; with `rustflags: ''` it writes nothing.
        by: Test(|bad, good| {
            let (_, said) = with(bad, &[("RUSTFLAGS", "-D warnings")]);
            assert!(
                said.contains("-D warnings") && !said.contains("--cfg=ours"),
                "{said}"
            );
            let (_, said) = with(good, &[]);
            assert!(said.contains("--cfg=ours"), "{said}");
        }),
    },
    Experiment {
        lint: "rustflags_variable_dropped",
        by: Test(|bad, good| {
            let said = builds(bad, "rustflags_variable_dropped", bad_of);
            assert!(
                said.contains("--cfg=ours") && !said.contains("--cfg=theirs"),
                "{said}"
            );
            let said = builds(good, "rustflags_variable_dropped", good_of);
            assert!(said.contains("--cfg=ours --cfg=theirs"), "{said}");
            // `RUSTFLAGS` takes it away as well.
            let set = [
                ("RUSTFLAGS", "-Dwarnings"),
                ("CARGO_BUILD_RUSTFLAGS", "--cfg=theirs"),
            ];
            let (_, said) = with(good, &set);
            assert!(
                said.contains("-Dwarnings") && !said.contains("--cfg=theirs"),
                "{said}"
            );
        }),
    },
    Experiment {
        lint: "rustflags_misread",
        by: Test(|bad, good| {
            let (works, said) = run(&mut set(bad, "rustflags_misread", bad_of, &["build", "-v"]));
            assert!(
                !works && said.contains("invalid `--cfg` argument"),
                "{said}"
            );
            let said = builds(good, "rustflags_misread", good_of);
            assert!(said.contains("--cfg=two=\"2\""), "{said}");
            for flags in [
                "'--cfg one'",
                "--cfg 'one'",
                "--cfg\tone",
                "-Clink-arg=\"-s\"",
            ] {
                let (works, said) = with(good, &[("RUSTFLAGS", flags)]);
                assert!(!works, "{flags}: {said}");
            }
        }),
    },
    Experiment {
        lint: "variable_means_nothing",
        by: Test(|bad, good| {
            let said = builds(bad, "variable_means_nothing", bad_of);
            assert!(!said.contains("opt-level=1"), "{said}");
            let said = builds(good, "variable_means_nothing", good_of);
            assert!(said.contains("opt-level=1"), "{said}");
            for (name, value) in [
                ("RUST_FLAGS", "--cfg=none"),
                ("CARGO_RUSTFLAGS", "--cfg=none"),
                ("CARGO_RUSTC_WRAPPER", "none"),
                ("CARGO_BUILD_RUSTCWRAPPER", "none"),
                ("CARGO_BUILD_DIR", "none"),
                ("CARGO_PROFILE_DEV_PACKAGE_APP_OPT_LEVEL", "2"),
                ("CARGO_PROFILE_DEBUG_OPT_LEVEL", "2"),
            ] {
                let (works, said) = with(bad, &[(name, value)]);
                let is_used =
                    ["--cfg=none", "`none", "opt-level=2", "none/"].map(|sign| said.contains(sign));
                assert!(works && is_used == [false; 4], "{name}: {said}");
            }
            // Of an override that a config file has, Cargo does read the variable.
            let config = "[profile.dev.package.app]\ndebug = 1\n";
            let before = bad.root.join(".cargo/config.toml");
            let before = std::fs::read_to_string(before).unwrap_or_default();
            bad.write(".cargo/config.toml", config);
            let (works, said) = with(bad, &[("CARGO_PROFILE_DEV_PACKAGE_app_OPT_LEVEL", "2")]);
            assert!(works && said.contains("opt-level=2"), "{said}");
            bad.write(".cargo/config.toml", &before);
            #[cfg(unix)]
            {
                let (_, said) = with(bad, &[("cargo_profile_dev_opt_level", "2")]);
                assert!(!said.contains("opt-level=2"), "{said}");
            }
        }),
    },
    Experiment {
        lint: "variable_refused",
        by: Test(|bad, good| {
            let (works, said) = run(&mut set(bad, "variable_refused", bad_of, &["build"]));
            assert!(
                !works && said.contains("provided string was not `true` or `false`"),
                "{said}"
            );
            builds(good, "variable_refused", good_of);
            for (name, value) in [
                ("CARGO_BUILD_INCREMENTAL", "0"),
                ("CARGO_BUILD_JOBS", "0"),
                ("CARGO_BUILD_JOBS", ""),
                ("CARGO_BUILD_TARGET", ""),
                ("CARGO_TARGET_DIR", ""),
                ("CARGO_TERM_COLOR", "yes"),
                ("CARGO_PROFILE_BENCH_DEBUG_ASSERTIONS", "1"),
                ("CARGO_PROFILE_RELEASE_DEBUG", "line_tables_only"),
                ("CARGO_PROFILE_RELEASE_LTO", "1"),
                ("CARGO_PROFILE_RELEASE_STRIP", "1"),
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "fast"),
                ("CARGO_PROFILE_TEST_CODEGEN_UNITS", "many"),
                ("CARGO_PROFILE_DEV_BUILD_OVERRIDE_INCREMENTAL", "0"),
            ] {
                let (works, said) = with(good, &[(name, value)]);
                assert!(!works, "{name}={value}: {said}");
            }
        }),
    },
    Experiment {
        lint: "incremental_variable_is_off",
        by: Test(|bad, good| {
            let said = builds(bad, "incremental_variable_is_off", bad_of);
            assert!(!said.contains("incremental="), "{said}");
            let said = builds(good, "incremental_variable_is_off", good_of);
            assert!(said.contains("incremental="), "{said}");
            for value in ["", "yes", "on"] {
                let (_, said) = with(good, &[("CARGO_INCREMENTAL", value)]);
                assert!(!said.contains("incremental="), "{value}: {said}");
            }
        }),
    },
    Experiment {
        lint: "incremental_variable_with_cache",
        by: Test(|bad, good| {
            if !has_sccache() {
                return;
            }
            let server = Server::new(bad);
            let name = "incremental_variable_with_cache";
            let (works, said) = run(server.given(&mut set(bad, name, bad_of, &["build"])));
            assert!(
                !works && said.contains("incremental compilation is prohibited"),
                "{said}"
            );
            let (works, said) = run(server.given(&mut set(good, name, good_of, &["build"])));
            assert!(works, "{said}");
        }),
    },
    Experiment {
        lint: "wrapper_replaced",
        // A wrapper that is not there stops Cargo, so that whoever builds has not used it.
        by: Test(|bad, good| {
            let (works, _) = run(&mut bad.cargo(&["build"]));
            assert!(!works);
            let said = builds(bad, "wrapper_replaced", bad_of);
            assert!(said.contains("`env ") || said.contains("/env "), "{said}");
            if cfg!(unix) {
                builds(good, "wrapper_replaced", good_of);
            }
        }),
    },
    Experiment {
        lint: "variable_switches_wrapper_off",
        by: Test(|bad, good| {
            builds(bad, "variable_switches_wrapper_off", bad_of);
            let (works, said) = run(&mut set(
                good,
                "variable_switches_wrapper_off",
                good_of,
                &["build"],
            ));
            assert!(!works && said.contains("ours"), "{said}");
        }),
    },
    Experiment {
        lint: "set_again_elsewhere",
        by: Test(|bad, good| {
            let (_, said) = with(bad, &[]);
            assert!(said.contains("debuginfo=1"), "{said}");
            let said = builds(bad, "set_again_elsewhere", bad_of);
            assert!(!said.contains("debuginfo="), "{said}");
            let said = builds(good, "set_again_elsewhere", good_of);
            assert!(said.contains("debuginfo=1"), "{said}");
        }),
    },
    Experiment {
        lint: "env_replaced_elsewhere",
        by: Test(|bad, good| {
            let script = "fn main() { println!(\"cargo::warning=OURS is {}\", std::env::var(\"OURS\").unwrap()) }\n";
            for (workshop, of, expected) in [
                (bad, bad_of as fn(&str) -> &'static str, "OURS is ci"),
                (good, good_of, "OURS is config"),
            ] {
                workshop.write("build.rs", script);
                let said = builds(workshop, "env_replaced_elsewhere", of);
                assert!(said.contains(expected), "{said}");
            }
        }),
    },
];

fn bad_of(name: &str) -> &'static str {
    lint(name).expect("it is there").bad
}

fn good_of(name: &str) -> &'static str {
    lint(name).expect("it is there").good
}

/// Cargo with what the files of an example set.
fn set(
    workshop: &Workshop,
    name: &str,
    example: fn(&str) -> &'static str,
    arguments: &[&str],
) -> Command {
    let mut cargo = workshop.cargo(arguments);
    for file in example(name).split("//- ").skip(1) {
        let (path, text) = file.split_once('\n').expect("a path is a line");
        let role = match path {
            ".envrc" => Role::Envrc,
            path if path.starts_with(".github/workflows/") => Role::Workflow,
            _ => continue,
        };
        let file = File {
            path: FilePath::new(path),
            text: text.to_owned(),
            role,
            outside: false,
            ignored: false,
        };
        for (name, value) in variables(&file) {
            cargo.env(name, value.expect("the examples compute nothing"));
        }
    }
    cargo
}

/// Cargo with some variables, from nothing on, so that all is said of how rustc is called.
fn with(workshop: &Workshop, variables: &[(&str, &str)]) -> (bool, String) {
    let _none = std::fs::remove_dir_all(workshop.root.join("target"));
    run(workshop
        .cargo(&["build", "-v"])
        .envs(variables.iter().copied()))
}

/// What Cargo says where that builds.
fn builds(workshop: &Workshop, name: &str, example: fn(&str) -> &'static str) -> String {
    // Nothing that was built before is passed over, and nothing of it is seen again.
    let arguments = ["build", "-v", "--target-dir", "target/of-the-file"];
    let (works, said) = run(&mut set(workshop, name, example, &arguments));
    assert!(works, "{said}");
    said
}

/// sccache's server, for one test, on a port of its own.
struct Server<'a> {
    workshop: &'a Workshop,
    port: String,
}

impl<'a> Server<'a> {
    fn new(workshop: &'a Workshop) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = free.local_addr().expect("it is bound").port().to_string();
        Self { workshop, port }
    }

    fn given<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("SCCACHE_SERVER_PORT", &self.port)
            .env("SCCACHE_DIR", self.workshop.root.join("../cache"))
            .env("SCCACHE_IDLE_TIMEOUT", "60")
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _stopped = self
            .given(Command::new("sccache").arg("--stop-server"))
            .output();
    }
}

/// Whether sccache is there. That it is not is said, and is a failure where all tools are required.
#[expect(clippy::print_stdout, reason = "a skip is said")]
fn has_sccache() -> bool {
    let is_there = Command::new("sccache").arg("--version").output().is_ok();
    if !is_there {
        assert!(
            std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
            "sccache is required and not on PATH"
        );
        println!("skipped: sccache is not on PATH");
    }
    is_there
}

#[test]
fn elsewhere() {
    crate::prove(EXPERIMENTS);
}
