//! Profiles: keys, values, names, chains of `inherits`, overrides.

use super::check;

#[test]
fn misspelt_keys() {
    check(
        r##"
[profile.dev]
opt_level = 1
Debug = 1
codegen-unit = 1
foo = 1
"##,
        r##"
error[unknown_key] 2:1 unknown key `opt_level` in `[profile.<name>]` | opt_level: unknown | did you mean `opt-level`?
error[unknown_key] 3:1 unknown key `Debug` in `[profile.<name>]` | Debug: unknown | did you mean `debug`?
error[unknown_key] 4:1 unknown key `codegen-unit` in `[profile.<name>]` | codegen-unit: unknown | did you mean `codegen-units`?
error[unknown_key] 5:1 unknown key `foo` in `[profile.<name>]` | foo: unknown | use one of `codegen-units`, `debug`, `debug-assertions`, `incremental`, `inherits`, `lto`, `opt-level`, `overflow-checks`, `panic`, `rpath`, `split-debuginfo`, `strip`, `build-override`, `package`, `tradeoff`
"##,
    );
}

#[test]
fn keys_of_other_tables() {
    check(
        r##"
[profile.dev]
linker = "x"
rustc-wrapper = "x"
dir-name = "x"
"##,
        r##"
error[unknown_key] 2:1 unknown key `linker` in `[profile.<name>]` | linker: unknown | move `linker` to `[target.<triple or cfg>]`
error[unknown_key] 3:1 unknown key `rustc-wrapper` in `[profile.<name>]` | rustc-wrapper: unknown | move `rustc-wrapper` to `[build]`
error[unknown_key] 4:1 `dir-name` is reserved by Cargo | dir-name: rejected by Cargo | remove it: the folder is named after the profile
"##,
    );
}

#[test]
fn values_of_a_wrong_type() {
    check(
        r##"
[profile.dev]
codegen-units = "1"
incremental = { x = 1 }
strip = 1.5
opt-level = "3"
debug = "true"
overflow-checks = "yes"
build-override = 1
[profile.test.package]
syn = 1
"##,
        r##"
error[wrong_type] 2:17 `codegen-units` takes a whole number from 1 on | "1": this is a string | write `1` without quotes
error[wrong_type] 3:15 `incremental` takes `true` or `false` | { x = 1 }: this is an inline table | write `true` or `false`
error[wrong_type] 4:9 `strip` takes `true`, `false`, `"none"`, `"debuginfo"` or `"symbols"` | 1.5: this is a float | write `true`, `false`, `"none"`, `"debuginfo"` or `"symbols"`
error[invalid_value] 5:13 `opt-level` takes `0`, `1`, `2`, `3`, `"s"` or `"z"` | "3": not one of them | write `3` without quotes
error[invalid_value] 6:9 `debug` takes `true`, `false`, `0`, `1`, `2`, `"none"`, `"line-directives-only"`, `"line-tables-only"`, `"limited"` or `"full"` | "true": not one of them | write `true` without quotes
error[wrong_type] 7:19 `overflow-checks` takes `true` or `false` | "yes": this is a string | write `true`
error[wrong_type] 8:18 `build-override` takes a table | 1: this is an integer | write a table
error[wrong_type] 10:7 `syn` takes a table | 1: this is an integer | write a table
"##,
    );
}

#[test]
fn values_that_no_key_takes() {
    check(
        r##"
[profile.dev]
lto = "thinn"
opt-level = 4
strip = "all"
codegen-units = 0
panic = "immediate-abort"
debug = "line_tables_only"
rpath = "yes"
tradeoff = "compile_time"
[profile.release]
tradeoff = "speed"
"##,
        r##"
error[invalid_value] 2:7 `lto` takes `true`, `false`, `"fat"`, `"thin"`, `"off"`, `"n"`, `"no"` or `"none"` | "thinn": not one of them | did you mean `"thin"`?
error[invalid_value] 3:13 `opt-level` takes `0`, `1`, `2`, `3`, `"s"` or `"z"` | 4: out of range | write `0`, `1`, `2`, `3`, `"s"` or `"z"`
error[invalid_value] 4:9 `strip` takes `true`, `false`, `"none"`, `"debuginfo"` or `"symbols"` | "all": not one of them | write `true`, `false`, `"none"`, `"debuginfo"` or `"symbols"`
error[invalid_value] 5:17 `codegen-units` takes a whole number from 1 on | 0: out of range | write a whole number from 1 on
error[invalid_value] 6:9 `panic` takes `"unwind"` or `"abort"` | "immediate-abort": not one of them | write `"unwind"` or `"abort"`
error[invalid_value] 7:9 `debug` takes `true`, `false`, `0`, `1`, `2`, `"none"`, `"line-directives-only"`, `"line-tables-only"`, `"limited"` or `"full"` | "line_tables_only": not one of them | did you mean `"line-tables-only"`?
error[wrong_type] 8:9 `rpath` takes `true` or `false` | "yes": this is a string | write `true`
error[unknown_tradeoff] 9:12 no trade-off `compile_time` | "compile_time": unknown word | did you mean `"compile-time"`?
error[unknown_tradeoff] 11:12 no trade-off `speed` | "speed": unknown word | use one of `"compile-time"`, `"run-time"`, `"debugging"`, `"size"`
"##,
    );
}

#[test]
fn keys_that_stable_refuses() {
    check(
        r##"
[profile.dev]
rustflags = []
codegen-backend = "cranelift"
package.syn.hint-mostly-unused = true
"##,
        r##"
error[unstable_key] 2:1 `rustflags` is unstable: stable Cargo refuses or ignores it | rustflags: needs a nightly toolchain | remove `rustflags`, or keep it in the manifest and list it under `[unmanaged]`
error[unstable_key] 3:1 `codegen-backend` is unstable: stable Cargo refuses or ignores it | codegen-backend: needs a nightly toolchain | remove `codegen-backend`, or keep it in the manifest and list it under `[unmanaged]`
error[unstable_key] 4:13 `hint-mostly-unused` is unstable: stable Cargo refuses or ignores it | hint-mostly-unused: needs a nightly toolchain | remove `hint-mostly-unused`, or keep it in the manifest and list it under `[unmanaged]`
"##,
    );
}

#[test]
fn keys_that_no_override_takes() {
    check(
        r##"
[profile.dev.package.syn]
lto = true
panic = "abort"
rpath = true
inherits = "x"
tradeoff = "size"
[profile.dev.build-override]
package.syn.debug = 1
"##,
        r##"
error[not_in_override] 2:1 `lto` cannot be set for single packages | lto: belongs to the profile itself | set `lto` in the profile
error[not_in_override] 3:1 `panic` cannot be set for single packages | panic: belongs to the profile itself | set `panic` in the profile
error[not_in_override] 4:1 `rpath` cannot be set for single packages | rpath: belongs to the profile itself | set `rpath` in the profile
error[not_in_override] 5:1 `inherits` cannot be set for single packages | inherits: belongs to the profile itself | set `inherits` in the profile
error[not_in_override] 6:1 `tradeoff` cannot be set for single packages | tradeoff: belongs to the profile itself | set `tradeoff` in the profile
error[not_in_override] 8:1 `package` cannot be set for single packages | package: belongs to the profile itself | set `package` in the profile
"##,
    );
}

#[test]
fn values_newer_than_the_toolchain() {
    check(
        r##"
toolchain = "1.58"
[profile.dev]
debug = "line-tables-only"
strip = true
[profile.release]
debug = "full"
"##,
        r##"
error[newer_than_toolchain] 3:9 `debug = "line-tables-only"` needs Cargo 1.71, the policy's `toolchain` is 1.58 | "line-tables-only": since 1.71 | write `1`, or raise `toolchain` to `"1.71"`
error[newer_than_toolchain] 4:9 `strip` needs Cargo 1.59, the policy's `toolchain` is 1.58 | true: since 1.59 | remove it, or raise `toolchain` to `"1.59"`
error[newer_than_toolchain] 6:9 `debug = "full"` needs Cargo 1.71, the policy's `toolchain` is 1.58 | "full": since 1.71 | write `2`, or raise `toolchain` to `"1.71"`
"##,
    );
}

#[test]
fn reserved_and_impossible_names() {
    check(
        r##"
[profile.debug]
[profile.doc]
[profile.Cargo-x]
[profile.build]
[profile."x y"]
[profile."é"]
inherits = "dev"
"##,
        r##"
error[reserved_profile_name] 1:10 profile name `debug` is reserved | debug: reserved by Cargo | write `[profile.dev]`
error[doc_profile] 2:10 the profile `doc` has no effect | doc: deprecated by Cargo, and never used | remove it
error[reserved_profile_name] 3:10 profile name `Cargo-x` is reserved | Cargo-x: reserved by Cargo | rename it
error[reserved_profile_name] 4:10 profile name `build` is reserved | build: reserved by Cargo | rename it
error[invalid_name] 5:10 `x y` cannot be the name of a profile | "x y": letters, digits, `-` and `_` only | rename it
"##,
    );
}

#[test]
fn debug_is_a_profile_from_1_99_on() {
    check(
        r##"
toolchain = "1.99"
[profile.debug]
opt-level = 0
[profile.x]
inherits = "debug"
"##,
        r##"

"##,
    );
}

#[test]
fn names_that_an_environment_variable_reads_as_a_key() {
    check(
        r##"
[profile.release-lto]
inherits = "release"
[profile.release-fast]
inherits = "release"
"##,
        r##"
warning[profile_name_collides] 1:10 profile `release-lto` reads like `lto` of `release` in the environment | release-lto: a built-in profile, a dash, and a key | rename it, to `lto-release` for instance
"##,
    );
}

#[test]
fn inherits_missing_forbidden_unknown() {
    check(
        r##"
[profile.c]
[profile.release]
inherits = "dev"
[profile.d]
inherits = "relase"
[profile.e]
inherits = "debug"
[profile.test]
inherits = "release"
"##,
        r##"
error[missing_inherits] 1:10 profile `c` does not say what it inherits | c: a custom profile | add `inherits = "release"` or `inherits = "dev"`
error[inherits_in_root_profile] 3:12 `release` inherits from nothing | "dev": a root profile | remove `inherits`
error[unknown_profile] 5:12 no profile `relase` | "relase": not defined | did you mean `"release"`?
error[unknown_profile] 7:12 no profile `debug` | "debug": not defined | did you mean `"dev"`?
"##,
    );
}

/// The two in the circle are found, the one that leads to it is not to blame.
#[test]
fn inherits_in_a_circle() {
    check(
        r##"
[profile.a]
inherits = "b"
[profile.b]
inherits = "a"
[profile.x]
inherits = "a"
"##,
        r##"
error[inherits_cycle] 2:12 profile `a` inherits from itself | "b": a -> b -> a | let one of them inherit `dev` or `release`
error[inherits_cycle] 4:12 profile `b` inherits from itself | "a": b -> a -> b | let one of them inherit `dev` or `release`
"##,
    );
}

#[test]
fn a_custom_profile_of_an_environment_may_rest_on_the_base() {
    check(
        r##"
[profile.ci]
inherits = "test"
[environment.a.profile.ci]
debug = 0
[environment.b.profile.other]
debug = 0
"##,
        r##"
error[missing_inherits] 5:24 profile `other` does not say what it inherits | other: a custom profile | add `inherits = "release"` or `inherits = "dev"`
"##,
    );
}

#[test]
fn a_key_without_a_profile() {
    check(
        r##"
[profile]
opt-level = 1
dev = 1
"##,
        r##"
error[unknown_key] 2:1 `opt-level` belongs to one profile | opt-level: not in `[profile]` itself | write `dev.opt-level = ...`
error[wrong_type] 3:7 `dev` takes a table | 1: this is an integer | write a table
"##,
    );
}

#[test]
fn panic_where_it_does_not_do_what_it_says() {
    check(
        r##"
[profile.dev]
panic = "abort"
[profile.bench]
panic = "abort"
[profile.my-test]
inherits = "test"
panic = "abort"
[profile.dev-like]
inherits = "dev"
panic = "abort"
[profile.release]
panic = "abort"
"##,
        r##"
warning[panic_abort_in_dev] 2:9 with `panic = "abort"` in `dev` builds and tests share no dependency | "abort": tests unwind | set it in `release`, or in a profile that no test is built with
warning[panic_ignored] 4:9 Cargo ignores `panic` in the profile `bench` | "abort": no effect | remove it
warning[panic_abort_in_dev] 7:9 with `panic = "abort"` in `my-test` builds and tests share no dependency | "abort": tests unwind | set it in `release`, or in a profile that no test is built with
"##,
    );
}

#[test]
fn overrides_that_overlap() {
    check(
        r##"
[profile.dev.package]
syn.debug = 1
"syn@1".debug = 0
"syn@2".debug = 0
[profile.test.package]
"syn:1.0".debug = 1
"##,
        r##"
error[overlapping_overrides] 3:1 `syn@1` and `syn` can be one package | "syn@1": one override | give each a version that no other has, or keep one
error[overlapping_overrides] 4:1 `syn@2` and `syn` can be one package | "syn@2": one override | give each a version that no other has, or keep one
error[overlapping_overrides] 6:1 `syn:1.0` and `syn` can be one package | "syn:1.0": one override | give each a version that no other has, or keep one
"##,
    );
}
