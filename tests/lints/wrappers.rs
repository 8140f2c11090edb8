//! Compiler wrappers and caches, and incremental compilation, which they do not like.

use std::path::Path;

use crate::By::{Nothing, Test};
use crate::workshop::{Sccache, Workshop};
use crate::{Experiment, run};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "incremental_under_cache",
        by: Test(|bad, good| {
            let Some(server) = Sccache::start() else {
                return;
            };
            assert!(passed_through(&server, bad, "incremental") > 0);
            assert_eq!(passed_through(&server, good, "incremental"), 0);
        }),
    },
    Experiment {
        lint: "cache_for_everybody",
        by: Test(|bad, good| {
            script(good, "tools/wrap.sh");
            // A PATH with the compilers alone, as on a machine that has no cache.
            for (workshop, builds) in [(bad, false), (good, true)] {
                let (works, said) = run(workshop.cargo(&["build"]).env("PATH", compilers()));
                assert_eq!(works, builds, "{said}");
                assert_eq!(said.contains("sccache"), !builds, "{said}");
            }
        }),
    },
    Experiment {
        lint: "wrapper_switched_off",
        by: Test(|bad, good| {
            let build = |workshop: &Workshop| run(&mut workshop.cargo(&["build", "-v"]));
            let (works, said) = build(bad);
            assert!(works && !said.contains("wrap.sh"), "{said}");
            // Without the empty string the other file's wrapper would have been started.
            bad.write(".cargo/config.toml", "include = [\"shared.toml\"]\n");
            let (works, said) = build(bad);
            assert!(!works && said.contains("wrap.sh"), "{said}");
            assert!(build(good).0);
        }),
    },
    Experiment {
        lint: "workspace_wrapper_as_cache",
        by: Test(|bad, _| {
            let Some(server) = Sccache::start() else {
                return;
            };
            let (works, said) = run(server.speaks(&mut bad.cargo(&["build", "-v"])));
            assert!(works, "{said}");
            let wrapped = |name: &str| {
                let name = format!("--crate-name {name} ");
                let mut calls = said.lines().filter(|line| line.contains(&name));
                calls.any(|line| line.contains("sccache"))
            };
            assert!(wrapped("app") && !wrapped("dep"), "{said}");
        }),
    },
    Experiment {
        lint: "unpacked_debuginfo_under_cache",
        by: Test(|bad, good| {
            let Some(server) = Sccache::start() else {
                return;
            };
            let objects = |workshop: &Workshop| {
                let (works, said) = run(server.speaks(&mut workshop.cargo(&["build", "--lib"])));
                assert!(works, "{said}");
                let target = workshop.root.join("target");
                let found = count(&target, "dwo");
                std::fs::remove_dir_all(target).expect("it is ours");
                found
            };
            let (cold, warm) = (objects(bad), objects(bad));
            assert!(cold > 0 && warm < cold, "{cold} cold, {warm} warm");
            assert_eq!((objects(good), objects(good)), (0, 0));
        }),
    },
    Experiment {
        lint: "native_cpu_under_cache",
        by: Nothing("it takes two machines with different CPUs"),
    },
    Experiment {
        lint: "crate_type_never_cached",
        by: Test(|bad, good| {
            let Some(server) = Sccache::start() else {
                return;
            };
            // In the good example there is no `rlib` that others could wait for.
            let compiled = |workshop: &Workshop| {
                let (works, said) =
                    run(server.speaks(&mut workshop.cargo(&["build", "-p", "a", "-v"])));
                assert!(works, "{said}");
                let line = said.lines().find(|line| line.contains("--crate-name a "));
                let line = line.expect("it was compiled").to_owned();
                (line.contains("--crate-type rlib"), server.counted())
            };
            let (has_rlib, counted) = compiled(bad);
            assert!(has_rlib, "others can link it");
            assert!(
                counted["stats"]["not_cached"]["crate-type"].as_u64() > Some(0),
                "{counted}"
            );
            assert!(!compiled(good).0);
        }),
    },
];

/// How many calls sccache did not cache for this reason in a build.
fn passed_through(server: &Sccache, workshop: &Workshop, reason: &str) -> u64 {
    let _zeroed = server.counted();
    let (works, said) = run(server.speaks(&mut workshop.cargo(&["build"])));
    assert!(works, "{said}");
    server.counted()["stats"]["not_cached"][reason]
        .as_u64()
        .unwrap_or(0)
}

/// The folders of cargo, rustc and the C compiler.
fn compilers() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| {
        ["cargo", "rustc", "cc"]
            .iter()
            .any(|name| folder.join(name).is_file())
            && !folder.join("sccache").exists()
    });
    let folders = std::env::join_paths(folders).expect("they come from a PATH");
    folders.to_string_lossy().into_owned()
}

/// A wrapper that does nothing of its own.
fn script(workshop: &Workshop, path: &str) {
    workshop.write(path, "#!/bin/sh\nexec \"$@\"\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(workshop.root.join(path), mode).expect("it is ours");
    }
}

/// Files with this extension, below a folder.
fn count(folder: &Path, extension: &str) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found += count(&path, extension);
        } else if path.extension().is_some_and(|one| one == extension) {
            found += 1;
        }
    }
    found
}

#[test]
#[cfg(target_os = "linux")]
fn wrappers() {
    crate::prove(EXPERIMENTS);
}
