//! The compile cache, environments, and what holds in them.

use super::check;

#[test]
fn its_own_keys() {
    check(
        r##"
toolchain = "1.94"
[cache]
tool = "ccache"
scope = "all"
if-missing = "ignore"
dir = "x"
"##,
        r##"
error[invalid_value] 3:8 `tool` takes `"sccache"` | "ccache": not one of them | did you mean `"sccache"`?
error[invalid_value] 4:9 `scope` takes `"dependencies"` or `"everything"` | "all": not one of them | write `"dependencies"` or `"everything"`
error[invalid_value] 5:14 `if-missing` takes `"skip"`, `"warn"` or `"error"` | "ignore": not one of them | write `"skip"`, `"warn"` or `"error"`
error[unknown_key] 6:1 unknown key `dir` in `[cache]` | dir: unknown | move `dir` to `[cache.storage]`
"##,
    );
}

#[test]
fn a_tool_must_be_named() {
    check(
        r##"
toolchain = "1.94"
[cache]
"##,
        r##"
error[missing_cache_tool] 2:2 `[cache]` does not say its `tool` | cache: which cache? | add `tool = "sccache"`
"##,
    );
}

#[test]
fn below_1_94_there_is_no_machine_layer() {
    check(
        r##"
toolchain = "1.93"
cache.tool = "sccache"
linker.linux-gnu = ["mold", "default"]
linker.macos = "default"
[environment.ci]
linker.linux-gnu = "mold"
"##,
        r##"
warning[no_machine_layer] 2:1 `[cache]` has no effect with this `toolchain` | cache: chosen per machine | set `toolchain = "1.94"` if nobody builds with an older Cargo, else use `[environment.<name>]`
warning[no_machine_layer] 3:8 `[linker]` has no effect with this `toolchain` | linux-gnu: chosen per machine | set `toolchain = "1.94"` if nobody builds with an older Cargo, else use `[environment.<name>]`
"##,
    );
}

#[test]
fn a_raw_wrapper_is_for_everybody() {
    check(
        r##"
[build]
rustc-wrapper = "/usr/bin/sccache"
[environment.ci.build]
rustc-wrapper = "sccache"
"##,
        r##"
warning[cache_for_everybody] 2:17 without `sccache` nobody can build this workspace | "/usr/bin/sccache": committed for every machine | write `[cache]` with `tool = "sccache"`, which asks each machine first
"##,
    );
}

#[test]
fn a_raw_wrapper_of_the_repository_is_fine() {
    check(
        r##"
[build]
rustc-wrapper = "tools/wrap.sh"
"##,
        r##"

"##,
    );
}

#[test]
fn two_wrappers() {
    check(
        r##"
toolchain = "1.94"
[cache]
tool = "sccache"
[build]
rustc-wrapper = "tools/wrap.sh"
"##,
        r##"
error[wrapper_named_twice] 5:17 the cache and `rustc-wrapper` want the same key | "tools/wrap.sh": a wrapper | keep one of them
"##,
    );
}

#[test]
fn everything_incremental_and_everything_cached() {
    check(
        r##"
toolchain = "1.94"
[cache]
tool = "sccache"
scope = "everything"
[build]
incremental = true
"##,
        r##"
error[incremental_under_cache] 6:15 what is compiled incrementally cannot be cached | true: everything incremental | remove `incremental`, or write `scope = "dependencies"`
"##,
    );
}

#[test]
fn unpacked_debuginfo_is_lost() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
[profile.dev]
split-debuginfo = "unpacked"
[profile.release]
split-debuginfo = "unpacked"
[profile.bench]
debug = true
split-debuginfo = "unpacked"
"##,
        r##"
error[unpacked_debuginfo_under_cache] 4:19 the cache loses the debug information of `dev` on Linux | "unpacked": written to `.dwo` files | write `split-debuginfo = "off"` or `"packed"`, or `debug = false`
error[unpacked_debuginfo_under_cache] 9:19 the cache loses the debug information of `bench` on Linux | "unpacked": written to `.dwo` files | write `split-debuginfo = "off"` or `"packed"`, or `debug = false`
"##,
    );
}

/// The word switches the dependencies' debug information off, and members are not cached.
#[test]
fn incremental_members_are_not_cached_and_lose_nothing() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
[profile.dev]
tradeoff = "compile-time"
split-debuginfo = "unpacked"
"##,
        r##"

"##,
    );
}

#[test]
fn an_environment_needs_its_cache() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
[environment.a.cache]
[environment.b.cache]
if-missing = "skip"
[environment.c.cache]
if-missing = "error"
"##,
        r##"
error[cache_may_be_missing] 3:16 environment `a` cannot do without its cache | cache: `if-missing` is not `"error"` here | write `if-missing = "error"` in `[environment.a.cache]`
error[cache_may_be_missing] 5:14 environment `b` cannot do without its cache | "skip": `if-missing` is not `"error"` here | write `if-missing = "error"` in `[environment.b.cache]`
"##,
    );
}

#[test]
fn an_environment_names_one_linker() {
    check(
        r##"
[environment.ci.linker]
linux-gnu = ["mold", "default"]
macos = "lld"
windows-msvc = "default"
"##,
        r##"
error[choice_in_environment] 2:14 environment `ci` leaves the linker open | "mold", "default": more than one | name the one linker that is there
"##,
    );
}

#[test]
fn native_code_in_a_cache() {
    check(
        r##"
[build]
rustflags = ["-Ctarget-cpu=native"]
[environment.ci.cache]
tool = "sccache"
if-missing = "error"
"##,
        r##"
warning[native_cpu_under_cache] 2:13 the cache of `ci` may serve code for another CPU | ["-Ctarget-cpu=native"]: `native` differs from machine to machine | name a CPU, as `-Ctarget-cpu=x86-64-v3`
"##,
    );
}

#[test]
fn names_of_environments() {
    check(
        r##"
[environment.ci]
[environment.CI]
[environment.nul]
[environment."a b"]
[environment.x]
packages.x = []
cashe.tool = "sccache"
foo = 1
"##,
        r##"
error[invalid_name] 2:14 environments `ci` and `CI` are one file on Windows and macOS | CI: differs in case alone | rename one
error[invalid_name] 3:14 `nul` cannot be the name of an environment | nul: a device on Windows, never a file | rename it
error[invalid_name] 4:14 `a b` cannot be the name of an environment | "a b": letters, digits, `-` and `_` only | rename it
error[unknown_key] 6:1 an environment has no `packages` | packages: unknown | set `packages` at the top level, for all environments
error[unknown_key] 7:1 an environment has no `cashe` | cashe: unknown | did you mean `cache`?
error[unknown_key] 8:1 an environment has no `foo` | foo: unknown | use one of `build`, `cache`, `linker`, `profile`, `target`, `test`
"##,
    );
}
