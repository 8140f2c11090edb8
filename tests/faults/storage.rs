//! Faults of the cache's server and of its storage: the user's own server, looked at and left alone; a storage that is
//! not there, goes away, or carries nothing from one checkout to another.

use crate::house::{House, Said, package, program};
use crate::table::{QUICK, faults};
use crate::{Expect::*, Fault};

/// Two checkouts against the storage.
const SHARED: &[&str] = &["--shared"];
const TOOLS: &[&str] = &["sccache", "redis-server", "redis-cli", "git"];

faults! {
    ci f08_server_with_another_storage Fault {
        id: "F8",
        what: "an old server keeps its entries elsewhere, and builds ask that one",
        how: "a server with another `SCCACHE_DIR` than the shell's",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let [old, new] = ["old", "new"].map(|name| house.folder(name).display().to_string());
            house.start_server(&old);
            house.set("SCCACHE_DIR", &new);
        },
        expect: &[Finding("cache_server_elsewhere", &[
            "it uses: Local disk: \"/",
            "/old\"",
            "/new\"",
            "help: stop it, the next build starts the right one: sccache --stop-server",
        ])],
        exit: 1,
    };
    ci f09_server_of_another_version Fault {
        id: "F9",
        what: "an old server is of another version, and builds ask that one",
        how: "a script `sccache` whose `--version` is not the server's",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let folder = house.folder("cache").display().to_string();
            house.start_server(&folder);
            house.set("SCCACHE_DIR", &folder);
            let real = program("sccache").expect("it was looked for").display().to_string();
            house.script("sccache", &format!("[ \"$1\" != --version ] || exec echo sccache 0.10.0\nexec {real} \"$@\""));
        },
        expect: &[Finding("cache_server_other_version", &[
            "the program is 0.10.0",
            "builds go through the old server",
            "help: stop it",
        ])],
        exit: 0,
    };
    ci f10_no_server Fault {
        id: "F10",
        what: "no server runs, and its zeros look sane",
        how: "nothing is started",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |_| {},
        expect: &[Finding("cache_server_down", &[]), Verdict("build.rustc-wrapper", "active", &[])],
        exit: 0,
    };
    ci f13_folder_that_cannot_be_written Fault {
        id: "F13",
        what: "the cache's folder can't be written, and every build compiles anew",
        how: "`SCCACHE_DIR` below a file",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let folder = house.root.join("Cargo.toml/cache").display().to_string();
            house.set("SCCACHE_DIR", &folder);
        },
        expect: &[Finding("cache_folder_not_writable", &[
            "Cargo.toml/cache` cannot be written",
            "help: make it writable",
        ])],
        exit: 1,
    };
    ci f17_storage_down_at_the_start Fault {
        id: "F17",
        what: "the remote storage is down at the start",
        how: "a Redis that is gone",
        run: SHARED,
        tools: TOOLS,
        inject: |house| {
            on_redis(house);
            house.end_redis();
        },
        expect: &[Verdict("cache.storage", "inactive", &[
            "can't be reached: Connection refused",
            "help: is the storage up, and is this machine let in?",
        ])],
        exit: 1,
    };
    ci f17_storage_down_for_every_build Fault {
        id: "F17",
        what: "the remote storage is down at the start",
        how: "the same, without two checkouts",
        run: QUICK,
        tools: TOOLS,
        inject: |house| {
            on_redis(house);
            house.end_redis();
        },
        expect: &[Finding("cache_storage_unreachable", &[
            "the cache's storage at 127.0.0.1:",
            "Connection refused",
            "a cache server that starts now waits ten seconds for it, and then the build fails",
        ])],
        exit: 1,
    };
    ci f18_storage_that_dies_meanwhile Fault {
        id: "F18",
        what: "the remote storage dies meanwhile",
        how: "a build script that shuts the Redis down",
        run: SHARED,
        tools: TOOLS,
        inject: |house| {
            let port = on_redis(house);
            house.write("lib1/build.rs", &format!(
                "fn main() {{ std::process::Command::new(\"redis-cli\").args([\"-p\", \"{port}\", \"shutdown\", \"nosave\"]).status().unwrap(); }}\n"
            ));
        },
        expect: &[Verdict("cache.storage", "inactive", &["went away during a build"])],
        exit: 1,
    };
    ci f19_storage_of_one_shell Fault {
        id: "F19",
        what: "a variable for the storage stands in one shell, and the server was started from another",
        how: "`SCCACHE_REDIS_ENDPOINT` in the shell, a server without it",
        run: QUICK,
        tools: &["sccache", "clang", "mold"],
        inject: |house| {
            let folder = house.folder("cache").display().to_string();
            house.start_server(&folder);
            house.set("SCCACHE_REDIS_ENDPOINT", "redis://127.0.0.1:1");
        },
        expect: &[Finding("cache_server_elsewhere", &[
            "it uses: Local disk",
            "asked for: redis",
            "a server keeps the environment of whoever started it",
        ])],
        exit: 1,
    };
    ci f22_other_checkout Fault {
        id: "F22",
        what: "another checkout finds little in the cache",
        how: "two checkouts at two paths, on one Redis; a package elsewhere reads `OUT_DIR`",
        run: SHARED,
        tools: TOOLS,
        inject: |house| {
            on_redis(house);
            with_packages_elsewhere(house);
        },
        expect: &[Verdict("cache.storage", "active", &[
            "a second checkout at another path found 1 of 3 compilations in `redis`",
            "`dep1` missed: it reads `OUT_DIR`",
            "`lib1` missed: its sources stand in the checkout, whose path is in the key",
            "are never cached:",
            "control: the first checkout, built before it, found none of them",
            "help: a `build.build-dir` that is the same for every checkout would find 2 of 3; \
             the same path for every checkout 3 of 3",
        ])],
        exit: 0,
    };
    soak f22_incremental_in_both_checkouts Fault {
        id: "F22",
        what: "another checkout finds little in the cache",
        how: "incremental compilation left on",
        run: SHARED,
        tools: TOOLS,
        inject: |house| {
            on_redis(house);
            house.replace("build-profiles.toml", "incremental = false", "incremental = true");
            house.configure();
        },
        expect: &[Verdict("cache.storage", "unproven", &[
            "no compilation could be looked up",
            "incremental",
            "help: say `incremental = false`",
        ])],
        exit: 3,
    };
    ci f23_flag_with_the_path_of_the_checkout Fault {
        id: "F23",
        what: "a flag with the checkout's path makes every key its own",
        how: "`--remap-path-prefix` of the checkout in the shell's `RUSTFLAGS`",
        run: SHARED,
        tools: TOOLS,
        inject: |house| {
            on_redis(house);
            with_packages_elsewhere(house);
            let flag = format!("--remap-path-prefix={}=/src", house.root.display());
            house.set("RUSTFLAGS", &flag);
        },
        expect: &[Verdict("cache.storage", "inactive", &[
            "found 0 of 3 compilations",
            "`dep2` missed: `--remap-path-prefix=/",
            "holds the checkout's path",
            "help: take `--remap-path-prefix=/",
        ])],
        exit: 1,
    };
    ci f24_code_for_one_cpu Fault {
        id: "F24",
        what: "`target-cpu=native` in a cache that machines share",
        how: "both in a policy",
        run: QUICK,
        tools: &[],
        inject: |house| house.write(
            "build-profiles.toml",
            "schema = 1\n\n[cache]\ntool = \"sccache\"\n\n[cache.storage.redis]\nendpoint = \"redis://127.0.0.1:1\"\n\n\
             [build]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
        ),
        expect: &[Finding("native_cpu_under_cache", &[])],
        exit: 2,
    };
}

/// A policy whose cache is kept in a Redis of the test's own, in a git checkout; says on which port.
fn on_redis(house: &mut House) -> u16 {
    let port = house.start_redis();
    house.write(".cargo/config.toml", "");
    house.write(
        "build-profiles.toml",
        &format!(
            "schema = 1\ntoolchain = \"1.94\"\n\n[cache]\ntool = \"sccache\"\n\n[cache.storage.redis]\nendpoint = \"redis://127.0.0.1:{port}\"\n\n[build]\nincremental = false\n"
        ),
    );
    // What a workspace depends on by a path stands in its checkout.
    house.write("../.gitignore", "/bin\n/redis\n/user\ntarget\n");
    let mut git = house.command("git");
    let made = git.args(["init", "--quiet"]).arg(house.folder("")).status();
    assert!(made.expect("git can be run").success());
    house.configure();
    port
}

/// Two packages that are in no checkout, as those of a registry are.
fn with_packages_elsewhere(house: &House) {
    let folder = house.folder("").display().to_string();
    house.write(
        "../.gitignore",
        "/bin\n/dep1\n/dep2\n/redis\n/user\ntarget\n",
    );
    house.replace(
        "app/Cargo.toml",
        "dep1 = { path = \"../../dep1\" }",
        &format!("dep1 = {{ path = \"{folder}/dep1\" }}\ndep2 = {{ path = \"{folder}/dep2\" }}"),
    );
    house.write("../dep1/build.rs", "fn main() {}\n");
    house.append(
        "../dep1/src/lib.rs",
        "pub const OUT: &str = env!(\"OUT_DIR\");\n",
    );
    house.write("../dep2/Cargo.toml", &package("dep2", ""));
    house.write("../dep2/src/lib.rs", "pub fn go() {}\n");
    house.replace("Cargo.lock", " \"dep1\",\n", " \"dep1\",\n \"dep2\",\n");
    house.append(
        "Cargo.lock",
        "\n[[package]]\nname = \"dep2\"\nversion = \"0.1.0\"\n",
    );
}

/// The policy is refused before anything is written or built.
#[test]
fn code_for_one_cpu_is_not_written() {
    let house = House::new();
    house.write(
        "build-profiles.toml",
        "schema = 1\n\n[cache]\ntool = \"sccache\"\n\n[cache.storage.redis]\nendpoint = \"redis://127.0.0.1:1\"\n\n\
         [build]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
    );
    let said = Said::of(
        house
            .tool(&["configure", "--no-verify"])
            .output()
            .expect("the tool can be run"),
    );
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(
        said.stderr.contains("[native_cpu_under_cache]"),
        "{}",
        said.stderr
    );
    assert!(!house.root.join(".cargo/machine.toml").exists());
}
