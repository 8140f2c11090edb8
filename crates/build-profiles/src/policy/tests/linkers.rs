//! `[linker]` and `[target]`: platforms, linkers, cfgs.

use super::check;

#[test]
fn unknown_platforms() {
    check(
        r##"
[linker]
linux = "mold"
windows = "rust-lld"
x86_64-linux-gnu = "mold"
my-target = "mold"
unix = "mold"
"##,
        r##"
error[unknown_platform] 2:1 `linux` is no platform, triple or `cfg(...)` | linux: unknown | did you mean `linux-gnu` or `linux-musl`?
error[unknown_platform] 3:1 `windows` is no platform, triple or `cfg(...)` | windows: unknown | did you mean `windows-gnu` or `windows-msvc`?
error[unknown_platform] 4:1 `x86_64-linux-gnu` is no platform, triple or `cfg(...)` | x86_64-linux-gnu: unknown | did you mean `x86_64-unknown-linux-gnu`?; for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unknown_platform] 5:1 `my-target` is no platform, triple or `cfg(...)` | my-target: unknown | for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unknown_platform] 6:1 `unix` is no platform, triple or `cfg(...)` | unix: unknown | write `'cfg(unix)'`
"##,
    );
}

#[test]
fn unknown_targets() {
    check(
        r##"
[target.linux-gnu]
linker = "x"
[target.X86_64-unknown-linux-gnu]
[target.unix]
[target.x86_64-underhill-linux-musl]
"##,
        r##"
error[unknown_platform] 1:9 `linux-gnu` is no triple or `cfg(...)` | linux-gnu: unknown | write `aarch64-unknown-linux-gnu` or `x86_64-unknown-linux-gnu`
error[unknown_platform] 3:9 `X86_64-unknown-linux-gnu` is no triple or `cfg(...)` | X86_64-unknown-linux-gnu: unknown | did you mean `x86_64-unknown-linux-gnu`?; for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unknown_platform] 4:9 `unix` is no triple or `cfg(...)` | unix: unknown | write `'cfg(unix)'`
error[unknown_platform] 5:9 `x86_64-underhill-linux-musl` is no triple or `cfg(...)` | x86_64-underhill-linux-musl: unknown | did you mean `x86_64-unikraft-linux-musl`?; for a target of your own keep the table in the config, and list it under `[unmanaged]`
"##,
    );
}

#[test]
fn candidates() {
    check(
        r##"
toolchain = "1.94"
[linker]
linux-gnu = ["gold", "mld", "rust-lld", "default", "mold", "default"]
macos = ["mold"]
windows-msvc = ["rust-lld.exe", "lld"]
windows-gnu = ["lld"]
freebsd = []
'cfg(target_os = "macos")' = "lld-link"
"##,
        r##"
error[deprecated_linker] 3:14 the gold linker is deprecated | "gold": deprecated by its authors | use one of `"default"`, `"lld"`, `"mold"`, `"wild"`
error[unknown_linker] 3:22 unknown linker `mld` | "mld": unknown | did you mean `"lld"`?
error[linker_for_other_platform] 3:29 `rust-lld` does not link for `linux-gnu` | "rust-lld": for other platforms | use one of `"default"`, `"lld"`, `"mold"`, `"wild"`
error[unreachable_linker] 3:52 `mold` is never tried | "mold": after `default`, which always works | put `"default"` last
error[unreachable_linker] 3:60 `default` is named twice | "default": tried before | remove it
error[linker_for_other_platform] 4:10 `mold` does not link for `macos` | "mold": for other platforms | use one of `"default"`, `"lld"`
error[unknown_linker] 5:17 unknown linker `rust-lld.exe` | "rust-lld.exe": unknown | did you mean `"rust-lld"`?
error[linker_for_other_platform] 5:33 `lld` does not link for `windows-msvc` | "lld": for other platforms | use one of `"default"`, `"lld-link"`, `"rust-lld"`
error[linker_for_other_platform] 6:16 `lld` does not link for `windows-gnu` | "lld": for other platforms | use one of `"default"`
error[empty_linker_list] 7:11 no linker for `freebsd` | []: empty | name a linker, or remove the line
error[linker_for_other_platform] 8:30 `lld-link` does not link for `cfg(target_os = "macos")` | "lld-link": for other platforms | use one of `"default"`, `"lld"`
"##,
    );
}

#[test]
fn two_lines_for_one_target() {
    check(
        r##"
toolchain = "1.94"
[linker]
'cfg(unix)' = "mold"
'cfg(target_os = "linux")' = ["mold"]
linux-gnu = "mold"
"##,
        r##"
error[ambiguous_linker] 4:1 two lines of `[linker]` are about `aarch64-unknown-linux-gnu` | 'cfg(target_os = "linux")': matches it | use short names or triples
"##,
    );
}

#[test]
fn a_raw_linker_for_the_same_target() {
    check(
        r##"
toolchain = "1.94"
linker.linux-gnu = ["mold", "default"]
[target.x86_64-unknown-linux-gnu]
linker = "tools/link.sh"
[target.'cfg(unix)']
linker = "tools/link.sh"
"##,
        r##"
error[linker_named_twice] 2:8 two linkers for `x86_64-unknown-linux-gnu` | linux-gnu: chosen per machine | keep one of them
"##,
    );
}

#[test]
fn gcc_and_clang_switch_lld_off() {
    check(
        r##"
[target.x86_64-unknown-linux-gnu]
linker = "clang"
[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
"##,
        r##"
warning[driver_switches_lld_off] 2:10 `linker = "clang"` switches rustc's default LLD off | "clang": links with GNU ld | remove it, or add `-Clink-arg=-fuse-ld=lld` to the target's `rustflags`
"##,
    );
}

#[test]
fn clang_with_a_linker_of_its_own_is_fine() {
    check(
        r##"
[target.x86_64-unknown-linux-gnu]
linker = "clang"
rustflags = ["-Clink-arg=-fuse-ld=lld"]
"##,
        r##"

"##,
    );
}

#[test]
fn the_search_path_does_not_select_mold() {
    check(
        r##"
[target.'cfg(target_os = "linux")']
rustflags = ["-C", "link-arg=-B/usr/libexec/mold"]
"##,
        r##"
warning[mold_by_search_path] 2:13 `-B` does not select mold any more | ["-C", "link-arg=-B/usr/libexec/mold"]: links with LLD | list `"mold"` under `[linker]`, or write `-Clink-arg=-fuse-ld=mold`
"##,
    );
}

#[test]
fn the_search_path_selects_mold_for_gcc_itself() {
    check(
        r##"
[target.x86_64-unknown-linux-gnu]
linker = "gcc"
rustflags = ["-Clink-arg=-B/usr/libexec/mold", "-Clinker-features=-lld"]
"##,
        r##"

"##,
    );
}

#[test]
fn cfgs_that_cargo_ignores() {
    check(
        r##"
[target.'cfg(linux)']
rustflags = ["--cfg=a"]
[target.'cfg(target_os = linux)']
[target.'cfg(unix']
[target.'cfg(all(windows, debug_assertions))']
[target."cfg(feature = \"x\")"]
[target.'cfg(target_os = "linx")']
[target.'cfg(all(unix, windows))']
"##,
        r##"
error[cfg_matches_nothing] 1:14 `cfg(linux)` never matches | linux: not a cfg that rustc sets | write `target_os = "linux"`
error[unparsable_cfg] 3:26 this `cfg(...)` cannot be parsed | linux: expected a `"` here | write it as in Rust source: `cfg(all(unix, target_arch = "x86_64"))`
error[unparsable_cfg] 4:10 this `cfg(...)` cannot be parsed | cfg(unix: no closing parenthesis | write it as in Rust source: `cfg(all(unix, target_arch = "x86_64"))`
error[cfg_never_decides] 5:27 `cfg(debug_assertions)` matches in release builds too | debug_assertions: the same for every build | set a profile's keys instead: no config table can tell profiles apart; or keep the table in the config, and list it under `[unmanaged]`
error[cfg_never_decides] 6:9 `cfg(feature = ...)` never matches in a config | "cfg(feature = \"x\")": the same for every build | remove it, or set the flags in a build script of the package; or keep the table in the config, and list it under `[unmanaged]`
error[cfg_matches_nothing] 7:27 no target of rustc has `target_os = "linx"` | linx: never matches | did you mean `linux`?
error[cfg_matches_nothing] 8:10 `cfg(all(unix, windows))` matches no target of rustc | cfg(all(unix, windows)): never matches | remove it
"##,
    );
}

#[test]
fn cfg_true_is_new() {
    check(
        r##"
toolchain = "1.87"
[target.'cfg(true)']
rustflags = ["--cfg=a"]
"##,
        r##"
error[newer_than_toolchain] 2:9 `cfg(true)` needs Cargo 1.88, the policy's `toolchain` is 1.87 | 'cfg(true)': since 1.88 | write `cfg(all())` or `cfg(any())`, or raise `toolchain` to `"1.88"`
"##,
    );
}

#[test]
fn keys_of_a_target_that_we_do_not_own() {
    check(
        r##"
[target.x86_64-unknown-linux-gnu]
runner = "qemu"
rustdocflags = []
ssl.rustc-link-lib = ["ssl"]
linkr = "x"
"##,
        r##"
error[not_owned] 2:1 Cargo knows `runner`, this tool does not own it | runner: never touched | leave it in the Cargo config
error[not_owned] 3:1 Cargo knows `rustdocflags`, this tool does not own it | rustdocflags: never touched | leave it in the Cargo config
error[not_owned] 4:1 Cargo takes the table `ssl` for a `links` override, this tool does not own it | ssl: never touched | leave it in the Cargo config
error[unknown_key] 5:1 unknown key `linkr` in `[target.<triple or cfg>]` | linkr: unknown | did you mean `linker`?
"##,
    );
}
