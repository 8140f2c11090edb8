//! The top level: the policy's own words, TOML itself, `[unmanaged]`.

use super::check;

#[test]
fn unknown_keys() {
    check(
        r##"
rustflags = ["x"]
profil = 1
opt-level = 3
frobnicate = true
tradeoff = "size"
"##,
        r##"
error[unknown_key] 1:1 unknown key `rustflags` | rustflags: unknown | move `rustflags` to `[build]` or `[target.<triple or cfg>]`
error[unknown_key] 2:1 unknown key `profil` | profil: unknown | did you mean `profile`?
error[unknown_key] 3:1 unknown key `opt-level` | opt-level: unknown | move `opt-level` to `[profile.<name>]`
error[unknown_key] 4:1 unknown key `frobnicate` | frobnicate: unknown | use one of `config`, `expansions`, `schema`, `strict`, `tool`, `toolchain`, `budget`, `build`, `cache`, `environment`, `linker`, `lint`, `measure`, `packages`, `profile`, `target`, `targets`, `test`, `unmanaged`
error[unknown_key] 5:1 unknown key `tradeoff` | tradeoff: unknown | use one of `config`, `expansions`, `schema`, `strict`, `tool`, `toolchain`, `budget`, `build`, `cache`, `environment`, `linker`, `lint`, `measure`, `packages`, `profile`, `target`, `targets`, `test`, `unmanaged`
"##,
    );
}

#[test]
fn types() {
    check(
        r##"
toolchain = 1.94
strict = 1
expansions = "1"
profile = 1
packages = []
cache = "sccache"
[[target]]
"##,
        r##"
error[invalid_toolchain] 1:13 a Cargo version is a string | 1.94: a number | put it in quotes
error[wrong_type] 2:10 `strict` takes `true` or `false` | 1: this is an integer | write `true` or `false`
error[wrong_type] 3:14 `expansions` takes `1` | "1": this is a string | write `1` without quotes
error[wrong_type] 4:11 `profile` takes a table | 1: this is an integer | write a table
error[wrong_type] 5:12 `packages` takes a table | []: this is an array | write a table
error[wrong_type] 6:9 `cache` takes a table | "sccache": this is a string | write a table
error[wrong_type] 7:3 `target` takes a table | target: this is an array of tables | write a table
"##,
    );
}

#[test]
fn versions() {
    check(
        r##"
toolchain = "stable"
tool = "xx"
expansions = 2
"##,
        r##"
error[invalid_toolchain] 1:13 `stable` is not a Cargo version | "stable": the oldest Cargo that builds this workspace | write it as `"1.94"` or `"1.94.1"`
error[invalid_tool] 2:8 `xx` is not a version requirement | "xx": unexpected character after wildcard in version req | write it as `">=0.1"`
error[newer_than_tool] 3:14 `expansions = 2` is newer than this tool knows | 2: this tool knows up to 1 | update build-profiles
"##,
    );
}

#[test]
fn config_paths() {
    check(
        r##"
config = "../.cargo/config.toml"
[environment.x]
config = "x"
"##,
        r##"
error[unknown_key] 3:1 an environment has no `config` | config: unknown | set `config` at the top level, for all environments
"##,
    );
}

#[test]
fn absolute_config_path() {
    check(
        r##"
config = "/home/me/.cargo/config.toml"
"##,
        r##"
error[invalid_config_path] 1:10 `/home/me/.cargo/config.toml` cannot be the config | "/home/me/.cargo/config.toml": absolute | write it relative to the workspace root, as `"../.cargo/config.toml"`
"##,
    );
}

#[test]
fn config_path_with_backslashes() {
    check(
        r##"
config = '..\.cargo\config.toml'
"##,
        r##"
error[invalid_config_path] 1:10 `..\.cargo\config.toml` cannot be the config | '..\.cargo\config.toml': backslash | write `"../.cargo/config.toml"`
"##,
    );
}

#[test]
fn config_path_of_another_file() {
    check(
        r##"
config = "ci/cargo.toml"
"##,
        r##"
error[invalid_config_path] 1:10 `ci/cargo.toml` cannot be the config | "ci/cargo.toml": Cargo does not read it | name a `.cargo/config.toml`
"##,
    );
}

#[test]
fn config_path_with_dots_inside() {
    check(
        r##"
config = "a/../.cargo/config.toml"
"##,
        r##"
error[invalid_config_path] 1:10 `a/../.cargo/config.toml` cannot be the config | "a/../.cargo/config.toml": not the shortest way | write `..` at the start only, and no `.`
"##,
    );
}

#[test]
fn unmanaged() {
    check(
        r##"
[unmanaged]
"profile.dist" = "owned by dist"
profile.dev = ""
profil.x = "y"
alias.x = "y"
target.x86_64-unknown-linux-musl.rustflags = "z"
target.'cfg(unix)' = 1
[profile.dev]
debug = 1
"##,
        r##"
error[managed_and_unmanaged] 3:1 `profile.dev` is managed and left alone | profile.dev: left alone | remove one of them
error[missing_reason] 3:15 `profile.dev` is left alone without a reason | "": empty | say who owns it, or why it stays
error[unknown_unmanaged] 4:1 `profil` is nothing that this tool could manage | profil: left alone in any case | did you mean `profile`?
error[unknown_unmanaged] 5:1 `alias` is nothing that this tool could manage | alias: left alone in any case | remove it, or begin with one of `build`, `env`, `include`, `profile`, `target`
error[wrong_type] 7:22 `cfg(unix)` takes a string | 1: this is an integer | write a string
"##,
    );
}

#[test]
fn unmanaged_keys_that_are_set() {
    check(
        r##"
[build]
rustflags = ["--cfg", "a"]
[unmanaged]
build = "ours"
profile.release.debug = "theirs"
[profile.release]
strip = true
[environment.ci.profile.release]
debug = 1
"##,
        r##"
error[managed_and_unmanaged] 4:1 `build.rustflags` is managed and left alone | build: left alone | remove one of them
error[managed_and_unmanaged] 5:1 `profile.release.debug` is managed and left alone | profile.release.debug: left alone | remove one of them
"##,
    );
}

#[test]
fn one_run_shows_everything() {
    check(
        r##"
profil = 1
[profile.dev]
opt_level = 1
[linker]
linux-gnu = "mld"
[cache]
tool = 1
"##,
        r##"
error[unknown_key] 1:1 unknown key `profil` | profil: unknown | did you mean `profile`?
error[unknown_key] 3:1 unknown key `opt_level` in `[profile.<name>]` | opt_level: unknown | did you mean `opt-level`?
warning[no_machine_layer] 5:1 `[linker]` has no effect with this `toolchain` | linux-gnu: chosen per machine | set `toolchain = "1.94"` if nobody builds with an older Cargo, else use `[environment.<name>]`
error[unknown_linker] 5:13 unknown linker `mld` | "mld": unknown | did you mean `"lld"`?
warning[no_machine_layer] 6:2 `[cache]` has no effect with this `toolchain` | cache: chosen per machine | set `toolchain = "1.94"` if nobody builds with an older Cargo, else use `[environment.<name>]`
error[wrong_type] 7:8 `tool` takes `"sccache"` | 1: this is an integer | write `"sccache"`
"##,
    );
}

#[test]
fn numbers_where_a_version_belongs() {
    check(
        r##"
toolchain = 1.90
"##,
        r##"
error[invalid_toolchain] 1:13 a Cargo version is a string | 1.90: a number | put it in quotes
"##,
    );
}
