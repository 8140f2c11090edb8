//! Sets of targets, and the tables that are for them.

use super::{check, policy};
use crate::policy::Target;

#[test]
fn bad_elements() {
    check(
        r##"
[targets]
a = ["x86_64-pc-windows-mscv", "windows-msvc", "linux-musl", "@b", "windows", "toaster", ""]
b = ["cfg(unix", "cfg(linux)", 'cfg(test)', 'cfg(all(unix, windows))']
c = ["x86_64-apple-darwin", "cfg(unix)", "x86_64-apple-darwin", "cfg(unix)", "X86_64-Apple-Darwin", "cfg( unix )"]
d = []
e = 3
f = ["aarch64-apple-darwin", 2]
"g h" = "aarch64-apple-darwin"
[target]
"@a".rustflags = []
"@b".rustflags = []
"@c".rustflags = []
"@d".rustflags = []
"@e".rustflags = []
"@f".linker = "x"
"@g h".rustflags = []
"##,
        r##"
error[unknown_platform] 2:6 `x86_64-pc-windows-mscv` is no triple or `cfg(...)` | "x86_64-pc-windows-mscv": unknown | did you mean `x86_64-pc-windows-msvc`?; for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unknown_platform] 2:32 `windows-msvc` is no triple or `cfg(...)` | "windows-msvc": unknown | write `"aarch64-pc-windows-msvc", "x86_64-pc-windows-msvc"`
error[unknown_platform] 2:48 `linux-musl` is no triple or `cfg(...)` | "linux-musl": unknown | write `"aarch64-unknown-linux-musl", "x86_64-unknown-linux-musl"`
error[unknown_platform] 2:62 `@b` is no triple or `cfg(...)` | "@b": unknown | name the targets themselves
error[unknown_platform] 2:68 `windows` is no triple or `cfg(...)` | "windows": unknown | write `'cfg(windows)'`
error[unknown_platform] 2:79 `toaster` is no triple or `cfg(...)` | "toaster": unknown | for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unknown_platform] 2:90 `` is no triple or `cfg(...)` | "": unknown | for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[unparsable_cfg] 3:7 this `cfg(...)` cannot be parsed | cfg(unix: no closing parenthesis | write it as in Rust source: `cfg(all(unix, target_arch = "x86_64"))`
error[cfg_matches_nothing] 3:23 `cfg(linux)` never matches | linux: not a cfg that rustc sets | write `target_os = "linux"`
error[cfg_never_decides] 3:37 `cfg(test)` never matches in a config | test: the same for every build | use `[profile.test]`; or keep the table in the config, and list it under `[unmanaged]`
error[cfg_matches_nothing] 3:46 `cfg(all(unix, windows))` matches no target of rustc | cfg(all(unix, windows)): never matches | remove it
error[target_named_twice] 4:42 set `c` names `x86_64-apple-darwin` twice | "x86_64-apple-darwin": named before | remove it
error[target_named_twice] 4:65 set `c` names `cfg(unix)` twice | "cfg(unix)": named before | remove it
error[unknown_platform] 4:78 `X86_64-Apple-Darwin` is no triple or `cfg(...)` | "X86_64-Apple-Darwin": unknown | did you mean `x86_64-apple-darwin`?; for a target of your own keep the table in the config, and list it under `[unmanaged]`
error[target_named_twice] 4:101 set `c` names `cfg( unix )` twice | "cfg( unix )": named before | remove it
error[empty_set] 5:5 set `d` takes in nothing | []: nothing is taken in here | name a triple or a `cfg(...)`
error[wrong_type] 6:5 `e` takes an array of strings | 3: this is an integer | write an array of strings
error[wrong_type] 7:30 `f` takes strings only | 2: this is an integer | put it in quotes, or remove it
error[invalid_name] 8:1 `g h` cannot be the name of a set | "g h": letters, digits, `-` and `_` only | rename it
"##,
    );
}

#[test]
fn tables_in_the_place_of_sets() {
    check(
        r##"
[targets.x86_64-pc-windows-msvc]
rustflags = ["-Ctarget-feature=+crt-static"]
[targets.'cfg(unix)']
rustflags = ["-Cforce-frame-pointers=yes"]
"##,
        r##"
error[wrong_type] 1:10 `x86_64-pc-windows-msvc` takes an array of strings | x86_64-pc-windows-msvc: this is a table | write `[target.x86_64-pc-windows-msvc]`
error[wrong_type] 3:10 `cfg(unix)` takes an array of strings | 'cfg(unix)': this is a table | write `[target.'cfg(unix)']`
"##,
    );
}

#[test]
fn sets_that_are_not_there_and_sets_that_nobody_uses() {
    check(
        r##"
[packages]
codecs = ["zstd*"]
[targets]
windows = ["x86_64-pc-windows-msvc"]
in-ci-alone = ["x86_64-unknown-linux-musl"]
nobody = ["x86_64-apple-darwin"]
[profile.dev.package]
"@codecs".debug = 0
[target]
"@window".linker = "x"
"@codecs".linker = "x"
"@".linker = "x"
"@windows" = 1
[linker]
"@windows" = ["rust-lld"]
[environment.ci.target."@in-ci-alone"]
linker = "musl-gcc"
[environment.ci.targets]
x = []
"##,
        r##"
warning[unused_set] 6:1 no table of `[target]` is for the set `nobody` | nobody: unused | use it as `[target."@nobody"]`, or remove it
error[unknown_set] 10:1 no set `window` in `[targets]` | "@window": unknown set | did you mean `"@windows"`?
error[unknown_set] 11:1 no set `codecs` in `[targets]` | "@codecs": unknown set | add `codecs = [...]` to `[targets]`
error[unknown_set] 12:1 `@` names no set | "@": unknown set | write `"@set"` with a name of `[targets]`
error[wrong_type] 13:14 `@windows` takes a table | 1: this is an integer | write a table
error[unknown_platform] 15:1 `@windows` is no platform, triple or `cfg(...)` | "@windows": unknown | name a platform, a triple or a `cfg(...)`
error[unknown_key] 18:17 an environment has no `targets` | targets: unknown | set `targets` at the top level, for all environments
"##,
    );
}

#[test]
fn keys_of_a_set_are_those_of_a_target() {
    check(
        r##"
[targets]
windows = ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc"]
[target."@windows"]
linkr = "x"
runner = "wine"
rustflags = ["-C lto"]
zstd = { rustc-link-lib = ["zstd"] }
"##,
        r##"
error[unknown_key] 4:1 unknown key `linkr` in `[target.<triple or cfg>]` | linkr: unknown | did you mean `linker`?
error[not_owned] 5:1 Cargo knows `runner`, this tool does not own it | runner: never touched | leave it in the Cargo config
error[flag_with_space] 6:14 `-C lto` is one flag with a space in it | "-C lto": two words, one string | write `"-C", "lto"`
error[lto_in_rustflags] 6:14 `lto` does not work in rustflags | "-C lto": rustc refuses this | set `lto` in a profile
error[not_owned] 7:1 Cargo takes the table `zstd` for a `links` override, this tool does not own it | zstd: never touched | leave it in the Cargo config
"##,
    );
}

#[test]
fn one_key_twice_for_one_target() {
    check(
        r##"
[targets]
windows = ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc"]
desktop = ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc", "x86_64-apple-darwin"]
[target."@windows"]
linker = "lld-link"
rustflags = ["-Ctarget-feature=+crt-static"]
[target."@desktop"]
rustflags = ["-Ctarget-feature=+crt-static"]
[target.i686-pc-windows-msvc]
linker = "rust-lld"
[target.x86_64-apple-darwin]
linker = "x"
[environment.ci.target."@windows"]
linker = "rust-lld"
[environment.ci.target.i686-pc-windows-msvc]
linker = "rust-lld"
"##,
        r##"
error[target_key_named_twice] 8:13 `rustflags` is set twice for `x86_64-pc-windows-msvc`, `i686-pc-windows-msvc` | ["-Ctarget-feature=+crt-static"]: by the set `@desktop` | keep one of them, or take `x86_64-pc-windows-msvc`, `i686-pc-windows-msvc` out of `desktop`
error[target_key_named_twice] 10:10 `linker` is set twice for `i686-pc-windows-msvc` | "rust-lld": by the target itself | keep one of them, or take `i686-pc-windows-msvc` out of `windows`
error[target_key_named_twice] 16:10 `linker` is set twice for `i686-pc-windows-msvc` | "rust-lld": by the target itself | keep one of them, or take `i686-pc-windows-msvc` out of `windows`
"##,
    );
}

/// What looks at targets looks at those of a set, and says a finding once.
#[test]
fn a_set_is_looked_at_as_its_targets_are() {
    check(
        r##"
toolchain = "1.94"
[targets]
linux = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]
[linker]
linux-gnu = ["mold", "default"]
[target."@linux"]
linker = "clang"
rustflags = ["-Ctarget-cpu=native"]
[cache]
tool = "sccache"
storage.redis = { endpoint = "redis://cache.internal:6379" }
[unmanaged]
target.aarch64-unknown-linux-gnu = "theirs"
"##,
        r##"
error[linker_named_twice] 5:1 two linkers for `x86_64-unknown-linux-gnu` | linux-gnu: chosen per machine | keep one of them
warning[linker_under_shared_cache] 5:1 machines that link differently share nothing | linux-gnu: chosen on each machine | keep the storage or the linker in an environment whose machines are alike, or write `"default"`
warning[driver_switches_lld_off] 7:10 `linker = "clang"` switches rustc's default LLD off | "clang": links with GNU ld | remove it, or add `-Clink-arg=-fuse-ld=lld` to the target's `rustflags`
error[native_cpu_under_cache] 8:13 the cache that machines share may serve code for another CPU | ["-Ctarget-cpu=native"]: `native` differs from machine to machine | name a CPU, as `-Ctarget-cpu=x86-64-v3`
note[remote_storage_for_everybody] 11:9 whoever has sccache can build only where `redis` can be reached | redis: for every machine with sccache | if that is not meant, move it to the `[environment.<name>.cache.storage]` whose machines can reach it; a person opts out in `build-profiles.local.toml`
error[managed_and_unmanaged] 13:1 `target.aarch64-unknown-linux-gnu.linker` is managed and left alone | target.aarch64-unknown-linux-gnu: left alone | remove one of them
"##,
    );
}

/// Each table as `set/target: key = value`.
fn told(targets: &[Target]) -> Vec<String> {
    let tables = targets.iter().flat_map(|target| {
        let set = target.set.as_deref().unwrap_or("-");
        let entries = target.settings.iter();
        entries.map(move |entry| {
            let (key, value) = (entry.key.name, &entry.value.value);
            format!("{set}/{}: {key} = {value}", target.name.value)
        })
    });
    tables.collect()
}

#[test]
fn a_set_is_one_table_for_each_target_in_its_order() {
    let text = "schema = 1\n\
                [target.'@musl']\nrustflags = [\"-Ctarget-feature=-crt-static\"]\n\
                [target.x86_64-unknown-linux-musl]\nlinker = \"musl-gcc\"\n\
                [targets]\n# Plugins.\nmusl = [\"x86_64-unknown-linux-musl\", 'cfg(target_os = \"wasi\")', \"aarch64-unknown-linux-musl\"]\n\
                [environment.ci.target.x86_64-unknown-linux-musl]\nrustflags = [\"--cfg\", \"ci\"]\n\
                [environment.ci.target.'@musl']\nlinker = \"cc\"";
    let policy = policy(text);
    assert_eq!(policy.target_sets[0].reason.as_deref(), Some("Plugins."));
    let flags = r#"rustflags = ["-Ctarget-feature=-crt-static"]"#;
    assert_eq!(
        told(&policy.base.targets),
        [
            format!("musl/x86_64-unknown-linux-musl: {flags}"),
            format!("musl/cfg(target_os = \"wasi\"): {flags}"),
            format!("musl/aarch64-unknown-linux-musl: {flags}"),
            "-/x86_64-unknown-linux-musl: linker = \"musl-gcc\"".to_owned(),
        ]
    );
    for target in &policy.base.targets[..3] {
        let element = &text[target.name.span.clone()];
        assert_eq!(element[1..element.len() - 1], target.name.value);
        let value = &text[target.settings[0].value.span.clone()];
        assert_eq!(value, "[\"-Ctarget-feature=-crt-static\"]");
    }
    // An environment wins, whichever of the two is for a set.
    let ci = policy.environments[0].body.over(&policy.base);
    assert_eq!(
        told(&ci.targets),
        [
            format!("musl/cfg(target_os = \"wasi\"): {flags}"),
            format!("musl/aarch64-unknown-linux-musl: {flags}"),
            "-/x86_64-unknown-linux-musl: rustflags = [\"--cfg\", \"ci\"]".to_owned(),
            "musl/x86_64-unknown-linux-musl: linker = \"cc\"".to_owned(),
            "musl/cfg(target_os = \"wasi\"): linker = \"cc\"".to_owned(),
            "musl/aarch64-unknown-linux-musl: linker = \"cc\"".to_owned(),
        ]
    );
}
