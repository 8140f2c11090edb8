//! `[build]` and rustflags.

use super::check;

#[test]
fn words_in_one_string() {
    check(
        r##"
[build]
rustflags = ["-C opt-level=3", "-D warnings", "--cfg tokio_unstable", "--cfg=a", "-Clink-arg=-Wl,-z now"]
"##,
        r##"
error[flag_with_space] 2:14 `-C opt-level=3` is one flag with a space in it | "-C opt-level=3": two words, one string | write `"-C", "opt-level=3"`
warning[profile_key_in_rustflags] 2:14 `opt-level` in rustflags beats every profile | "-C opt-level=3": for all packages of all profiles | set `opt-level` in the profiles that want it
error[flag_with_space] 2:32 `-D warnings` is one flag with a space in it | "-D warnings": two words, one string | write `"-D", "warnings"`
error[flag_with_space] 2:47 `--cfg tokio_unstable` is one flag with a space in it | "--cfg tokio_unstable": two words, one string | write `"--cfg", "tokio_unstable"`
"##,
    );
}

#[test]
fn profile_keys() {
    check(
        r##"
[build]
rustflags = ["-C", "debuginfo=0", "-Copt-level=3", "-Clto=thin", "-g", "-Ctarget-cpu=native"]
[target.'cfg(unix)']
rustflags = "--cfg x -C codegen-units=1"
"##,
        r##"
warning[profile_key_in_rustflags] 2:14 `debuginfo` in rustflags beats every profile | "-C", "debuginfo=0": for all packages of all profiles | set `debug` in the profiles that want it
warning[profile_key_in_rustflags] 2:35 `opt-level` in rustflags beats every profile | "-Copt-level=3": for all packages of all profiles | set `opt-level` in the profiles that want it
error[lto_in_rustflags] 2:52 `lto` does not work in rustflags | "-Clto=thin": rustc refuses this | set `lto` in a profile
warning[profile_key_in_rustflags] 2:66 `debuginfo` in rustflags beats every profile | "-g": for all packages of all profiles | set `debug` in the profiles that want it
warning[profile_key_in_rustflags] 4:22 `codegen-units` in rustflags beats every profile | -C codegen-units=1: for all packages of all profiles | set `codegen-units` in the profiles that want it
"##,
    );
}

#[test]
fn a_string_is_taken() {
    check(
        r##"
[build]
rustflags = "--cfg tokio_unstable"
"##,
        r##"

"##,
    );
}

#[test]
fn keys_that_we_do_not_own() {
    check(
        r##"
[build]
jobs = 2
target = "x"
warnings = "deny"
rustc_wrapper = "x"
linker = "clang"
opt-level = 1
"##,
        r##"
error[not_owned] 2:1 Cargo knows `jobs`, this tool does not own it | jobs: never touched | leave it in the Cargo config
error[not_owned] 3:1 Cargo knows `target`, this tool does not own it | target: never touched | leave it in the Cargo config
error[not_owned] 4:1 Cargo knows `warnings`, this tool does not own it | warnings: never touched | leave it in the Cargo config
error[unknown_key] 5:1 unknown key `rustc_wrapper` in `[build]` | rustc_wrapper: unknown | did you mean `rustc-wrapper`?
error[unknown_key] 6:1 unknown key `linker` in `[build]` | linker: unknown | move `linker` to `[target.<triple or cfg>]`
error[unknown_key] 7:1 unknown key `opt-level` in `[build]` | opt-level: unknown | move `opt-level` to `[profile.<name>]`
"##,
    );
}

#[test]
fn types() {
    check(
        r##"
[build]
rustflags = ["a", 1]
incremental = 1
rustc-wrapper = ["x"]
"##,
        r##"
error[wrong_type] 2:19 `rustflags` takes strings only | 1: this is an integer | put it in quotes, or remove it
error[wrong_type] 3:15 `incremental` takes `true` or `false` | 1: this is an integer | write `true` or `false`
error[wrong_type] 4:17 `rustc-wrapper` takes a string | ["x"]: this is an array | write a string
"##,
    );
}
