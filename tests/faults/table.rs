//! The faults of files and environment that are tests. Those of `ci` run with every change, those of `soak` when they are
//! asked for.

use crate::house::{House, TRIPLE, free_port, program};
use crate::{Expect::*, Fault};

/// Quick or whole.
pub(crate) const QUICK: &[&str] = &["--quick"];
pub(crate) const WHOLE: &[&str] = &[];

macro_rules! faults {
    ($($place:ident $name:ident $fault:expr;)*) => {
        $(faults!(@test $place $name $fault);)*
        /// Each fault with where it runs, in the order of their numbers.
        pub(crate) const FAULTS: &[(&str, $crate::Fault)] = &[$((stringify!($place), $fault)),*];
    };
    (@test ci $name:ident $fault:expr) => {
        #[test]
        fn $name() {
            $crate::check(&$fault);
        }
    };
    (@test soak $name:ident $fault:expr) => {
        #[test]
        #[ignore = "CI has no time for it"]
        fn $name() {
            $crate::check(&$fault);
        }
    };
}

pub(crate) use faults;

faults! {
    ci sane_workspace_has_no_finding Fault {
        id: "none",
        what: "a workspace in which everything is in force",
        how: "nothing",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |_| {},
        expect: &[
            Verdict("build.rustc-wrapper", "active", &["100 % of the"]),
            Verdict("build.incremental", "active", &[]),
            Verdict("target.x86_64-unknown-linux-gnu.linker", "active", &["clang"]),
            Verdict("target.x86_64-unknown-linux-gnu.rustflags", "active", &["mold"]),
            Verdict("profile.dev.debug", "active", &[]),
            Verdict("profile.dev.package.lib1.opt-level", "active", &[]),
        ],
        exit: 0,
    };
    ci f01_wrapper_under_env Fault {
        id: "F1",
        what: "the wrapper stands under `[env]`, where Cargo reads nothing for itself",
        how: "`[env] RUSTC_WRAPPER`",
        run: QUICK,
        tools: &["sccache"],
        inject: |house| house.write(".cargo/config.toml", "[env]\nRUSTC_WRAPPER = \"sccache\"\n"),
        expect: &[Verdict("env.RUSTC_WRAPPER", "inactive", &[
            "at .cargo/config.toml:2",
            "0 of 3 calls of rustc",
            "help: write `rustc-wrapper = \"sccache\"` under `[build]`, and take `RUSTC_WRAPPER` out of `[env]`",
        ])],
        exit: 1,
    };
    ci f02_wrapper_emptied_by_the_environment Fault {
        id: "F2",
        what: "an empty variable switches the wrapper off",
        how: "`RUSTC_WRAPPER=` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("RUSTC_WRAPPER", ""),
        expect: &[
            Verdict("build.rustc-wrapper", "inactive", &[
                "0 of 3 calls",
                "> RUSTC_WRAPPER in the environment",
                "help: unset `RUSTC_WRAPPER`",
            ]),
            Environment("`RUSTC_WRAPPER=` is in the environment: it switches the wrapper off"),
        ],
        exit: 1,
    };
    soak f02_wrapper_emptied_by_the_config_variable Fault {
        id: "F2",
        what: "an empty variable switches the wrapper off",
        how: "`CARGO_BUILD_RUSTC_WRAPPER=` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_BUILD_RUSTC_WRAPPER", ""),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &[
            "> CARGO_BUILD_RUSTC_WRAPPER in the environment",
            "help: unset `CARGO_BUILD_RUSTC_WRAPPER`",
        ])],
        exit: 1,
    };
    ci f02_wrapper_by_the_environment_alone Fault {
        id: "F2",
        what: "a variable asks for the wrapper that the config asks for too",
        how: "`RUSTC_WRAPPER=sccache` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("RUSTC_WRAPPER", "sccache"),
        expect: &[
            Verdict("build.rustc-wrapper", "redundant", &["it is called all the same: a variable of the environment"]),
            Environment("`RUSTC_WRAPPER=sccache` is in the environment: it is the wrapper, whatever the config says"),
        ],
        exit: 0,
    };
    ci f03_warm_target_directory Fault {
        id: "F3",
        what: "everything is fresh in the target directory, so the wrapper is asked for nothing",
        how: "`cargo build` before the wrapper is set",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let config = std::fs::read_to_string(house.root.join(".cargo/config.toml")).expect("just written");
            house.write(".cargo/config.toml", &config.replace("rustc-wrapper = \"sccache\"\n", ""));
            build(house);
            house.write(".cargo/config.toml", &config);
        },
        expect: &[Verdict("build.rustc-wrapper", "active", &["9 of 9 calls of rustc", "with the cache empty 0 of"])],
        exit: 0,
    };
    ci f04_impostor_of_the_wrapper Fault {
        id: "F4",
        what: "a program of that name which only starts what it is given",
        how: "a script `sccache` that does `exec \"$@\"`, first on PATH",
        run: QUICK,
        tools: &["clang", "mold"],
        inject: |house| { house.script("sccache", "exec \"$@\""); },
        expect: &[Verdict("build.rustc-wrapper", "inactive", &[
            "3 of 3 calls of rustc",
            "its server does not tell what it did",
            "help: is `sccache` really sccache?",
        ])],
        exit: 1,
    };
    ci f05_wrapper_of_members_alone Fault {
        id: "F5",
        what: "the cache is the wrapper of members, so dependencies are never cached",
        how: "`build.rustc-workspace-wrapper` in place of `build.rustc-wrapper`",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.replace(".cargo/config.toml", "rustc-wrapper", "rustc-workspace-wrapper"),
        expect: &[Verdict("build.rustc-workspace-wrapper", "inactive", &[
            "dep1",
            "help: write `rustc-wrapper = \"sccache\"` under `[build]`",
        ])],
        exit: 1,
    };
    ci f06_incremental_by_the_environment Fault {
        id: "F6",
        what: "a variable switches incremental compilation on, which keeps members out of the cache",
        how: "`CARGO_BUILD_INCREMENTAL=true` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_BUILD_INCREMENTAL", "true"),
        expect: &[Verdict("build.incremental", "inactive", &[
            "> CARGO_BUILD_INCREMENTAL in the environment",
            "help: unset `CARGO_BUILD_INCREMENTAL`",
        ])],
        exit: 1,
    };
    ci f07_incremental_that_sccache_refuses Fault {
        id: "F7",
        what: "sccache refuses to work, and nothing builds",
        how: "`CARGO_INCREMENTAL=1` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_INCREMENTAL", "1"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &[
            "sccache refuses to work while `CARGO_INCREMENTAL=1` is in the environment",
            "help: unset `CARGO_INCREMENTAL`",
        ])],
        exit: 1,
    };
    ci f11_port_of_another_server Fault {
        id: "F11",
        what: "`[env]` sends every build to another server, and a shell asks the usual one",
        how: "`[env] SCCACHE_SERVER_PORT`, with `force`",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let port = free_port();
            house.append(".cargo/config.toml", &format!("\n[env]\nSCCACHE_SERVER_PORT = {{ value = \"{port}\", force = true }}\n"));
        },
        expect: &[Verdict("build.rustc-wrapper", "active", &["1 of 3 compilations from the cache"])],
        exit: 0,
    };
    ci f12_server_that_dies Fault {
        id: "F12",
        what: "the server dies, and its counters with it",
        how: "the build script stops the server that compiles it",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.write(
            "app/build.rs",
            "fn main() { std::process::Command::new(\"sccache\").arg(\"--stop-server\").output().unwrap(); }\n",
        ),
        expect: &[Verdict("build.rustc-wrapper", "unproven", &["it went away meanwhile"])],
        exit: 3,
    };
    ci f14_cache_that_is_only_read Fault {
        id: "F14",
        what: "the cache is only read, so the next build finds nothing",
        how: "`SCCACHE_LOCAL_RW_MODE=READ_ONLY` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("SCCACHE_LOCAL_RW_MODE", "READ_ONLY"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &[
            "could not be written",
            "help: unset `SCCACHE_LOCAL_RW_MODE`",
        ])],
        exit: 1,
    };
    ci f15_cache_that_is_too_small Fault {
        id: "F15",
        what: "the cache is too small for what is compiled",
        how: "`SCCACHE_CACHE_SIZE=1K` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("SCCACHE_CACHE_SIZE", "1K"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &["`SCCACHE_CACHE_SIZE`"])],
        exit: 1,
    };
    ci f16_cache_that_is_not_asked Fault {
        id: "F16",
        what: "a variable keeps every compilation from the cache",
        how: "`SCCACHE_NO_CACHE=1` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("SCCACHE_NO_CACHE", "1"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &["help: unset `SCCACHE_NO_CACHE`"])],
        exit: 1,
    };
    soak f16_cache_that_is_always_refilled Fault {
        id: "F16",
        what: "a variable keeps every compilation from the cache",
        how: "`SCCACHE_RECACHE=1` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("SCCACHE_RECACHE", "1"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &["help: unset `SCCACHE_RECACHE`"])],
        exit: 1,
    };
    ci f20_variable_in_the_key Fault {
        id: "F20",
        what: "a stray `CARGO_*` variable changes the key of every unit",
        how: "`CARGO_TERM_COLOR=always` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_TERM_COLOR", "always"),
        expect: &[Environment("`CARGO_TERM_COLOR=always` is in the environment: it is part of the cache's key")],
        exit: 0,
    };
    soak f21_target_directory_in_the_key Fault {
        id: "F21",
        what: "a target directory by a variable changes the key of every unit",
        how: "`CARGO_TARGET_DIR` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let folder = house.folder("elsewhere").display().to_string();
            house.set("CARGO_TARGET_DIR", &folder);
        },
        expect: &[Environment("is part of the cache's key for every unit")],
        exit: 0,
    };
    ci f26_debug_information_lost_in_the_cache Fault {
        id: "F26",
        what: "the cache does not give `.dwo` files back",
        how: "`split-debuginfo = \"unpacked\"` under a cache",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.replace("Cargo.toml", "[profile.dev]\n", "[profile.dev]\nsplit-debuginfo = \"unpacked\"\n"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &["`.dwo`", "split-debuginfo"])],
        exit: 1,
    };
    ci f26_debug_information_refused_by_the_policy Fault {
        id: "F26",
        what: "the cache does not give `.dwo` files back",
        how: "the same in a policy",
        run: QUICK,
        tools: &[],
        inject: |house| house.write(
            "build-profiles.toml",
            "schema = 1\n\n[profile.dev]\nsplit-debuginfo = \"unpacked\"\n\n[cache]\ntool = \"sccache\"\n",
        ),
        expect: &[Finding("unpacked_debuginfo_under_cache", &[])],
        exit: 2,
    };
    ci f27_flags_replaced_by_an_empty_variable Fault {
        id: "F27",
        what: "`RUSTFLAGS`, even an empty one, replaces the configured flags",
        how: "`RUSTFLAGS=` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("RUSTFLAGS", ""),
        expect: &[
            Verdict("target.x86_64-unknown-linux-gnu.rustflags", "inactive", &[
                "0 of 3 command lines",
                "> RUSTFLAGS in the environment",
                "help: unset `RUSTFLAGS`",
            ]),
            Environment("`RUSTFLAGS=` is in the environment: it replaces every configured flag"),
        ],
        exit: 1,
    };
    soak f28_flags_replaced_by_encoded_ones Fault {
        id: "F28",
        what: "`CARGO_ENCODED_RUSTFLAGS` replaces the configured flags",
        how: "`CARGO_ENCODED_RUSTFLAGS=-Cdebuginfo=0` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_ENCODED_RUSTFLAGS", "-Cdebuginfo=0"),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.rustflags", "inactive", &[
            "> CARGO_ENCODED_RUSTFLAGS in the environment",
            "help: unset `CARGO_ENCODED_RUSTFLAGS`",
        ])],
        exit: 1,
    };
    ci f29_flags_of_two_levels Fault {
        id: "F29",
        what: "flags of a target table replace those of `[build]`",
        how: "`build.rustflags` beside `target.<triple>.rustflags`",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.replace(".cargo/config.toml", "[build]\n", "[build]\nrustflags = [\"--cfg\", \"ours\"]\n"),
        expect: &[
            Verdict("build.rustflags", "inactive", &[
                "0 of 3 command lines",
                "> .cargo/config.toml:8",
                "flags of different levels are not joined",
            ]),
            Verdict("target.x86_64-unknown-linux-gnu.rustflags", "active", &[]),
        ],
        exit: 1,
    };
    ci f30_triple_misspelled Fault {
        id: "F30",
        what: "a target table of a misspelled triple is for nobody",
        how: "`[target.x86_64-unknown-linux-gun]`",
        run: QUICK,
        tools: &["sccache"],
        inject: |house| house.replace(".cargo/config.toml", TRIPLE, "x86_64-unknown-linux-gun"),
        expect: &[
            Verdict("target.x86_64-unknown-linux-gun.rustflags", "inactive", &["no target", "help: did you mean `x86_64-unknown-linux-gnu`?"]),
            Verdict("target.x86_64-unknown-linux-gun.linker", "inactive", &["no target", "help: did you mean `x86_64-unknown-linux-gnu`?"]),
        ],
        exit: 1,
    };
    ci f31_driver_that_drops_lld Fault {
        id: "F31",
        what: "a linker of that name makes rustc drop LLD, its default",
        how: "`linker = \"clang\"` and no `-fuse-ld`",
        run: QUICK,
        tools: &["sccache", "clang"],
        inject: |house| house.replace(".cargo/config.toml", "rustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n", ""),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.linker", "active", &[
            "a linker that leaves no mark (GNU ld)",
            "LLD",
        ])],
        exit: 0,
    };
    soak f32_compiler_that_rejects_the_linker Fault {
        id: "F32",
        what: "the C compiler rejects `-fuse-ld=lld`, and rustc silently does without; a linker of the policy's is called its own way",
        how: "`[linker]` of LLD, configured, then a script `cc` that takes no `-fuse-ld`",
        run: QUICK,
        tools: &["ld.lld"],
        inject: |house| {
            house.write(".cargo/config.toml", "");
            house.write(".gitignore", "target\n.cargo/machine.toml\nbuild-profiles.local.toml\n");
            house.write("build-profiles.toml", "schema = 1\ntoolchain = \"1.94\"\n\n[linker]\nlinux-gnu = [\"lld\", \"default\"]\n");
            house.configure();
            let real = program("cc").expect("rustc needs one").display().to_string();
            house.script("cc", &format!(
                "for word; do case $word in -fuse-ld=*) echo \"cc: error: unrecognized command line option '$word'\" >&2; exit 1;; esac; done\nexec {real} \"$@\""
            ));
        },
        expect: &[Verdict("linker.linux-gnu", "active", &["LLD", "linked again without", "a linker that leaves no mark (GNU ld)"])],
        exit: 0,
    };
    ci f33_recipe_that_has_no_effect Fault {
        id: "F33",
        what: "an old recipe for mold, which LLD as the default overrides",
        how: "`-Clink-arg=-B/usr/libexec/mold`",
        run: QUICK,
        tools: &["sccache", "mold"],
        inject: |house| {
            house.replace(".cargo/config.toml", "linker = \"clang\"\n", "");
            house.replace(".cargo/config.toml", "-fuse-ld=mold", "-B/usr/libexec/mold");
        },
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.rustflags", "inactive", &[
            "mold in 0 of",
            "LLD",
        ])],
        exit: 1,
    };
    ci f34_later_flag_that_wins Fault {
        id: "F34",
        what: "of several `-fuse-ld` the last one counts",
        how: "`-fuse-ld=mold` for the triple, `-fuse-ld=gold` under `cfg(unix)`",
        run: QUICK,
        tools: &["sccache", "clang", "mold", "ld.gold"],
        inject: |house| house.append(".cargo/config.toml", "\n[target.'cfg(unix)']\nrustflags = [\"-Clink-arg=-fuse-ld=gold\"]\n"),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.rustflags", "inactive", &[
            "mold in 0 of",
            "gold",
            "`-fuse-ld=gold` comes later",
            ".cargo/config.toml:10",
        ])],
        exit: 1,
    };
    ci f35_linker_removed_behind_a_warm_target_directory Fault {
        id: "F35",
        what: "the linker is gone and nobody notices while everything is fresh",
        how: "`cargo build`, then the linker's script is deleted",
        run: QUICK,
        tools: &["sccache"],
        inject: |house| {
            let driver = house.script("driver", "exec cc \"$@\"");
            let config = format!("[target.{TRIPLE}]\nlinker = \"{}\"\n", driver.display());
            house.write(".cargo/config.toml", &config);
            build(house);
            std::fs::remove_file(driver).expect("just written");
        },
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.linker", "inactive", &["driver` not found"])],
        exit: 1,
    };
    soak f36_target_that_leaves_the_host_out Fault {
        id: "F36",
        what: "with a `--target` flags do not reach build scripts and procedural macros",
        how: "`build.target` is the host's triple",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.replace(".cargo/config.toml", "[build]\n", "[build]\ntarget = \"x86_64-unknown-linux-gnu\"\n"),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.rustflags", "active", &[
            "more are for build scripts and procedural macros",
        ])],
        exit: 0,
    };
    ci f37_linker_missing Fault {
        id: "F37",
        what: "the linker is not there",
        how: "`linker = \"clang-99\"`",
        run: QUICK,
        tools: &["sccache", "mold"],
        inject: |house| house.replace(".cargo/config.toml", "\"clang\"", "\"clang-99\""),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.linker", "inactive", &[
            "linker `clang-99` not found",
            "help: install it, or name another",
        ])],
        exit: 1,
    };
    soak f37_linker_unknown_to_the_driver Fault {
        id: "F37",
        what: "the linker is not there",
        how: "`-fuse-ld=no-such-linker`",
        run: QUICK,
        tools: &["sccache", "clang"],
        inject: |house| house.replace(".cargo/config.toml", "-fuse-ld=mold", "-fuse-ld=no-such-linker"),
        expect: &[Verdict("target.x86_64-unknown-linux-gnu.rustflags", "inactive", &["no-such-linker"])],
        exit: 1,
    };
    ci f38_override_of_no_package Fault {
        id: "F38",
        what: "an override names no package, and in a config file not even a warning says so",
        how: "`[profile.dev.package.nope]` in `.cargo/config.toml`",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.append(".cargo/config.toml", "\n[profile.dev.package.libl]\nopt-level = 3\n"),
        expect: &[Verdict("profile.dev.package.libl.opt-level", "inactive", &[
            "has no package `libl`",
            "help: did you mean `lib1`?",
        ])],
        exit: 1,
    };
    ci f39_profile_of_a_member Fault {
        id: "F39",
        what: "a profile in a member's manifest, which Cargo does not read",
        how: "`[profile.dev] opt-level = 2` in `app/Cargo.toml`",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.append("app/Cargo.toml", "\n[profile.dev]\nopt-level = 2\n"),
        expect: &[Verdict("profile.dev.opt-level", "inactive", &[
            "at app/Cargo.toml:",
            "root manifest",
        ])],
        exit: 1,
    };
    ci f40_key_misspelled Fault {
        id: "F40",
        what: "a misspelled key or table, which Cargo ignores",
        how: "`debgu`, `build.rustc-wraper`, `[buidl]`",
        run: QUICK,
        tools: &[],
        inject: |house| {
            house.replace("Cargo.toml", "debug = ", "debgu = ");
            house.write(".cargo/config.toml", "[build]\nrustc-wraper = \"sccache\"\n\n[buidl]\nincremental = false\n");
        },
        expect: &[
            Verdict("profile.dev.debgu", "inactive", &["no such key", "help: did you mean `debug`?"]),
            Verdict("build.rustc-wraper", "inactive", &["no such key", "help: did you mean `rustc-wrapper`?"]),
            Verdict("buidl.incremental", "inactive", &["no such key", "help: did you mean `build`?"]),
        ],
        exit: 1,
    };
    ci f41_profile_by_the_environment Fault {
        id: "F41",
        what: "a variable beats the manifest",
        how: "`CARGO_PROFILE_DEV_DEBUG=0` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.set("CARGO_PROFILE_DEV_DEBUG", "0"),
        expect: &[
            Verdict("profile.dev.debug", "inactive", &[
                "> CARGO_PROFILE_DEV_DEBUG in the environment = 0",
                "help: unset `CARGO_PROFILE_DEV_DEBUG`",
            ]),
            Environment("it beats the manifest"),
        ],
        exit: 1,
    };
    soak f42_override_that_beats_build_override Fault {
        id: "F42",
        what: "`package.\"*\"` holds for the build scripts of dependencies too, and beats `build-override`",
        how: "both keys, and a dependency with a build script",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            house.append("Cargo.toml", "\n[profile.dev.package.\"*\"]\nopt-level = 1\n\n[profile.dev.build-override]\nopt-level = 2\n");
            house.write("../dep1/build.rs", "fn main() {}\n");
        },
        expect: &[Verdict("profile.dev.build-override.opt-level", "active", &["not for `dep1`", "beats `build-override`"])],
        exit: 0,
    };
    soak f43_config_that_is_not_read_from_elsewhere Fault {
        id: "F43",
        what: "Cargo reads the config of the folder it is started in, not of `--manifest-path`",
        how: "`verify --manifest-path` from another folder, while the config there says otherwise",
        run: &["--quick", "--manifest-path", "../work/Cargo.toml"],
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            house.write("../elsewhere/.cargo/config.toml", "[build]\nrustc-wrapper = \"\"\n");
            house.from = Some("elsewhere");
        },
        expect: &[Verdict("build.rustc-wrapper", "active", &[])],
        exit: 0,
    };
    ci f44_config_shadowed_by_its_old_name Fault {
        id: "F44",
        what: "`.cargo/config` is read in place of `.cargo/config.toml`",
        how: "both files",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| house.write(".cargo/config", "[net]\nretry = 2\n"),
        expect: &[Verdict("build.rustc-wrapper", "inactive", &[
            "- .cargo/config.toml:2",
            "`.cargo/config`",
        ])],
        exit: 1,
    };
    ci f45_flags_lost_to_a_config_above Fault {
        id: "F45",
        what: "a config above the workspace, or in CARGO_HOME, takes a setting away",
        how: "`target.<triple>.rustflags` in the home's config",
        run: QUICK,
        tools: &["sccache"],
        inject: |house| {
            house.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"ours\"]\n");
            house.write("../user/.cargo/config.toml", "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"--cfg\", \"theirs\"]\n");
        },
        expect: &[Verdict("build.rustflags", "inactive", &[
            "user/.cargo/config.toml:2",
            "flags of different levels are not joined",
        ])],
        exit: 1,
    };
    soak f53_target_directory_restored Fault {
        id: "F53",
        what: "a restored target directory leaves nothing for the cache to do",
        how: "verify's own target directory is full when it starts",
        run: WHOLE,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let mut cargo = house.command("cargo");
            cargo.args(["build", "--offline", "--target-dir", "target/build-profiles/verify/target"]);
            assert!(cargo.env("RUSTC_WRAPPER", "").output().expect("cargo can be run").status.success());
        },
        expect: &[Verdict("build.rustc-wrapper", "active", &["9 of 9 calls of rustc", "with the cache empty 0 of"])],
        exit: 0,
    };
    soak f55_toolchain_of_the_environment Fault {
        id: "F55",
        what: "a variable chooses another toolchain",
        how: "`RUSTUP_TOOLCHAIN` in the shell",
        run: QUICK,
        tools: &["sccache", "clang", "mold", "rustup"],
        inject: |house| house.set("RUSTUP_TOOLCHAIN", "stable"),
        expect: &[Environment("`RUSTUP_TOOLCHAIN=stable` is in the environment")],
        exit: 0,
    };
}

/// `cargo build` as whoever works here would do it, without a cache of theirs.
fn build(house: &House) {
    let output = house
        .command("cargo")
        .args(["build", "--offline"])
        .env("RUSTC_WRAPPER", "")
        .output();
    let output = output.expect("cargo can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
