//! The plan, case by case: one fixture, what it comes to.
#![expect(
    clippy::disallowed_types,
    reason = "an inline snapshot carries its place"
)]

mod fixture;

use build_profiles::plan::OnUndeclared;
use fixture::{decide, told, workspace, written};
use snapbox::{IntoData, assert_data_eq, str};

#[track_caller]
fn check(fixture: &str, expected: impl IntoData) {
    let workspace = workspace(fixture);
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    assert_data_eq!(told(&outcome, &workspace), expected.raw());
    if outcome
        .diagnostics
        .iter()
        .all(|finding| finding.level < build_profiles::diagnostic::Level::Deny)
    {
        let next = written(&workspace, &outcome.plan);
        let again = decide(&next, OnUndeclared::Refuse);
        assert!(
            again.plan.changes.is_empty(),
            "twice is not once: {}",
            told(&again, &next)
        );
        assert!(again.plan.drift.is_empty(), "{:#?}", again.plan.drift);
    }
}

#[track_caller]
fn check_prune(fixture: &str, expected: impl IntoData) {
    let workspace = workspace(fixture);
    let outcome = decide(&workspace, OnUndeclared::Prune);
    assert_data_eq!(told(&outcome, &workspace), expected.raw());
}

#[test]
fn what_is_equal_by_meaning_is_left_alone() {
    check(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
debug = 2
[profile.release]
strip = "symbols"
lto = "fat"
[build]
rustflags = ["--cfg", "x"]
//- Cargo.toml
[workspace]
[profile.dev]
debug = "full" # as it is
[profile.release]
strip = true
lto = true
//- .cargo/config.toml
[build]
rustflags = "--cfg x"
"#,
        str![""],
    );
}

#[test]
fn one_key_changes_one_line() {
    check(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
debug = 1
opt-level = 1
//- Cargo.toml
[workspace]

# Why dev is as it is.
[profile.dev]
debug = 2 # for the debugger
opt-level = 1
"#,
        str![[r#"
== Cargo.toml
[workspace]

# Why dev is as it is.
[profile.dev]
debug = 1 # for the debugger
opt-level = 1


"#]],
    );
}

#[test]
fn what_is_missing_is_written() {
    check(
        r#"//- build-profiles.toml
schema = 1
[profile.fast]
inherits = "dev"
opt-level = 1
[profile.dev.build-override]
opt-level = 1
[build]
rustflags = ["--cfg", "tokio_unstable"]
//- Cargo.toml
[workspace]
members = ["a"]
"#,
        str![[r#"
== .cargo/config.toml
[build]
rustflags = ["--cfg", "tokio_unstable"]

== Cargo.toml
[workspace]
members = ["a"]

[profile.fast]
inherits = "dev"
opt-level = 1

[profile.dev.build-override]
opt-level = 1


"#]],
    );
}

#[test]
fn what_is_undeclared_is_refused() {
    check(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
opt-level = 1
//- Cargo.toml
[workspace]
[profile.dev]
opt-level = 0
debug = 1
incremental = false
[profile.bench]
debug = true
"#,
        str![[r#"
== Cargo.toml
[workspace]
[profile.dev]
opt-level = 1
debug = 1
incremental = false
[profile.bench]
debug = true

Note[unnamed_profile] Cargo.toml:6 not in the policy, so left alone: profile `bench`
Deny[undeclared] Cargo.toml:4 2 settings of `profile.dev` stand in `Cargo.toml` and not in the policy

"#]],
    );
}

#[test]
fn prune_deletes_what_is_undeclared() {
    check_prune(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
opt-level = 1
//- Cargo.toml
[workspace]
[profile.dev]
opt-level = 0
# for the debugger
debug = 1
incremental = false

[profile.bench]
debug = true
"#,
        str![[r#"
== Cargo.toml
[workspace]
[profile.dev]
opt-level = 1

[profile.bench]
debug = true

Note[unnamed_profile] Cargo.toml:8 not in the policy, so left alone: profile `bench`

"#]],
    );
}

#[test]
fn what_is_unmanaged_is_left_alone() {
    check(
        r#"//- build-profiles.toml
schema = 1
strict = true
[profile.dev]
opt-level = 1
[unmanaged]
profile.dist = "owned by dist"
profile.dev.debug = "under trial"
profile.gone = "not there"
//- Cargo.toml
[workspace]
[profile.dev]
opt-level = 1
debug = 1
[profile.dist]
inherits = "release"
"#,
        str![[r#"
Warning[unmanaged_is_not_there] build-profiles.toml:8 `profile.gone` is nowhere in the manifest or the config

"#]],
    );
}

#[test]
fn the_founding_mistake_is_refused() {
    check(
        r#"//- build-profiles.toml
schema = 1
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[env]
RUSTC_WRAPPER = "sccache"
CARGO_WORKSPACE_DIR = { value = "", relative = true }
"#,
        str![[r#"
Deny[env_configures_nothing] .cargo/config.toml:2 `env.RUSTC_WRAPPER` under `[env]` configures nothing: Cargo never reads it there

"#]],
    );
}

#[test]
fn a_profile_in_the_config_moves_to_the_manifest() {
    check(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
debug = 1
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[profile.dev]
debug = 1

[alias]
x = "run"
"#,
        str![[r#"
== .cargo/config.toml
[alias]
x = "run"

== Cargo.toml
[workspace]

[profile.dev]
debug = 1


"#]],
    );
}

#[test]
fn flags_of_build_move_once_an_environment_has_flags_of_a_target() {
    check(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"
[build]
rustflags = ["--cfg", "tokio_unstable"]
[target.'cfg(windows)']
rustflags = ["-Ctarget-feature=+crt-static"]
[environment.ci.linker]
x86_64-unknown-linux-gnu = ["mold"]
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[build]
rustflags = ["--cfg", "tokio_unstable"]

[target.'cfg(windows)']
rustflags = ["-Ctarget-feature=+crt-static"]
"#,
        str![[r#"
== .cargo/config.toml
include = [{ path = "machine.toml", optional = true }]

[target.'cfg(windows)']
rustflags = ["-Ctarget-feature=+crt-static"]

[target."cfg(not(windows))"]
rustflags = ["--cfg", "tokio_unstable"]

== .cargo/env/ci.toml
# Written by `cargo xtask configure` from [environment.ci] of build-profiles.toml; change it there.
# A machine of this kind copies it: cp .cargo/env/ci.toml .cargo/machine.toml

[target.x86_64-unknown-linux-gnu]
rustflags = ["-Clink-arg=-fuse-ld=mold"]

== .gitignore
/.cargo/machine.toml
/build-profiles.local.toml


"#]],
    );
}

/// A config that says what the policy says, with these flags of one target beside those of all.
fn two_levels(of_target: &str) -> String {
    format!(
        r#"//- build-profiles.toml
schema = 1
[build]
rustflags = ["--cfg", "tokio_unstable"]
[target.x86_64-unknown-linux-musl]
rustflags = {of_target}
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[build]
rustflags = ["--cfg", "tokio_unstable"]

[target.x86_64-unknown-linux-musl]
rustflags = {of_target}
"#
    )
}

#[test]
fn a_target_that_repeats_the_flags_of_all_loses_none() {
    let repeated = r#"["-Ctarget-feature=+crt-static", "--cfg=tokio_unstable"]"#;
    check(&two_levels(repeated), str![""]);
}

#[test]
fn flags_at_two_levels_that_stand_as_written_stay() {
    check(
        &two_levels(r#"["-Ctarget-feature=+crt-static"]"#),
        str![[r#"
Warning[flags_at_two_levels] build-profiles.toml:3 `build.rustflags` does not reach builds for `x86_64-unknown-linux-musl`

"#]],
    );
}

#[test]
fn a_set_becomes_one_override_a_package() {
    check(
        r#"members: app=crates/app codec-a=crates/codec-a codec-b=crates/codec-b
locked: app@0.1.0 image@0.25.0 zstd-sys@2.0.0 serde@1.0.0
//- build-profiles.toml
schema = 1
[packages]
codecs = ["crates/codec-*", "zstd*", "image", "!codec-b"]
[profile.dev]
strip = "debuginfo"
[profile.dev.package]
"@codecs" = { opt-level = 3 }
//- Cargo.toml
[workspace]
"#,
        str![[r#"
== Cargo.toml
[workspace]

[profile.dev]
strip = "debuginfo"

[profile.dev.package]
codec-a = { opt-level = 3, strip = "debuginfo" }
image = { opt-level = 3, strip = "debuginfo" }
zstd-sys = { opt-level = 3, strip = "debuginfo" }


"#]],
    );
}

#[test]
fn a_set_of_targets_becomes_one_table_a_target() {
    check(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"
[targets]
windows = ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc", 'cfg(target_os = "wasi")']
[target."@windows"]
rustflags = ["-Ctarget-feature=+crt-static"]
[target.i686-pc-windows-msvc]
linker = "rust-lld"
[environment.ci.target."@windows"]
linker = "lld-link"
rustflags = ["--cfg", "ci"]
//- Cargo.toml
[workspace]
//- .cargo/config.toml
# The old one.
[target.i686-pc-windows-msvc] # 32 bits
rustflags = ["-Ctarget-feature=+crt-static"]
runner = "wine"
"#,
        str![[r#"
== .cargo/config.toml
include = [{ path = "portable.toml", optional = false }, { path = "machine.toml", optional = true }]

# The old one.
[target.i686-pc-windows-msvc] # 32 bits
rustflags = ["-Ctarget-feature=+crt-static"]
runner = "wine"

[target.x86_64-pc-windows-msvc]
rustflags = ["-Ctarget-feature=+crt-static"]

[target.'cfg(target_os = "wasi")']
rustflags = ["-Ctarget-feature=+crt-static"]

== .cargo/env/ci.toml
# Written by `cargo xtask configure` from [environment.ci] of build-profiles.toml; change it there.
# A machine of this kind copies it: cp .cargo/env/ci.toml .cargo/machine.toml

[target.x86_64-pc-windows-msvc]
linker = "lld-link"
rustflags = ["--cfg", "ci"]

[target.i686-pc-windows-msvc]
linker = "lld-link"
rustflags = ["--cfg", "ci"]

[target.'cfg(target_os = "wasi")']
linker = "lld-link"
rustflags = ["--cfg", "ci"]

== .cargo/portable.toml
# Written by `cargo xtask configure` from build-profiles.toml; change it there.
# Values that hold on every machine and that a machine or an environment may override.

[target.i686-pc-windows-msvc]
linker = "rust-lld"

== .gitignore
/.cargo/machine.toml
/build-profiles.local.toml


"#]],
    );
}

/// As with a target that the policy names itself.
#[test]
fn what_a_target_of_a_set_has_besides_is_undeclared() {
    check(
        r#"//- build-profiles.toml
schema = 1
[targets]
musl = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]
[target."@musl"]
rustflags = ["-Ctarget-feature=-crt-static"]
[unmanaged]
target.aarch64-unknown-linux-musl.linker = "the release script's"
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[target.x86_64-unknown-linux-musl]
linker = "musl-gcc"
rustflags = ["-Ctarget-feature=-crt-static"]
[target.aarch64-unknown-linux-musl]
linker = "aarch64-musl-gcc"
rustflags = ["-Ctarget-feature=+crt-static"]
[target.riscv64gc-unknown-linux-gnu]
linker = "riscv64-gcc"
"#,
        str![[r#"
== .cargo/config.toml
[target.x86_64-unknown-linux-musl]
linker = "musl-gcc"
rustflags = ["-Ctarget-feature=-crt-static"]
[target.aarch64-unknown-linux-musl]
linker = "aarch64-musl-gcc"
rustflags = ["-Ctarget-feature=-crt-static"]
[target.riscv64gc-unknown-linux-gnu]
linker = "riscv64-gcc"

Deny[undeclared] .cargo/config.toml:2 `target.x86_64-unknown-linux-musl.linker` stands in `.cargo/config.toml` and not in the policy

"#]],
    );
}

#[test]
fn an_override_whose_package_left_the_lock_file_goes() {
    check(
        r#"members: app=crates/app
locked: app@0.1.0 image@0.25.0
//- build-profiles.toml
schema = 1
[packages]
codecs = ["zstd*", "image"]
[profile.dev.package]
"@codecs" = { opt-level = 3 }
//- Cargo.toml
[workspace]
[profile.dev.package]
image = { opt-level = 3 }
zstd-sys = { opt-level = 3 }
"#,
        str![[r#"
== Cargo.toml
[workspace]
[profile.dev.package]
image = { opt-level = 3 }

Warning[pattern_matches_nothing] build-profiles.toml:3 `zstd*` matches no package

"#]],
    );
}

#[test]
fn a_scalar_that_an_environment_sets_too_moves_out_of_the_including_file() {
    check(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"
[build]
incremental = true
[environment.ci.cache]
tool = "sccache"
scope = "everything"
if-missing = "error"
//- Cargo.toml
[workspace]
//- .cargo/config.toml
# Ours.
[build]
incremental = true
"#,
        str![[r#"
== .cargo/config.toml
# Ours.

include = [{ path = "portable.toml", optional = false }, { path = "machine.toml", optional = true }]

== .cargo/env/ci.toml
# Written by `cargo xtask configure` from [environment.ci] of build-profiles.toml; change it there.
# A machine of this kind copies it: cp .cargo/env/ci.toml .cargo/machine.toml

[build]
rustc-wrapper = "sccache"
incremental = false

== .cargo/portable.toml
# Written by `cargo xtask configure` from build-profiles.toml; change it there.
# Values that hold on every machine and that a machine or an environment may override.

[build]
incremental = true

== .gitignore
/.cargo/machine.toml
/build-profiles.local.toml

Error[incremental_under_cache] build-profiles.toml:4 what is compiled incrementally cannot be cached

"#]],
    );
}

#[test]
fn an_include_that_is_there_is_appended_to() {
    check(
        r#"included: .cargo/team.toml
//- build-profiles.toml
schema = 1
toolchain = "1.94"
[linker]
linux-gnu = ["mold", "default"]
//- Cargo.toml
[workspace]
//- .cargo/team.toml
//- .cargo/config.toml
include = ["team.toml"]

[alias]
x = "run"
//- .gitignore
/target
"#,
        str![[r#"
== .cargo/config.toml
include = ["team.toml", { path = "machine.toml", optional = true }]

[alias]
x = "run"

== .gitignore
/target
/.cargo/machine.toml
/build-profiles.local.toml


"#]],
    );
}

#[test]
fn below_the_floor_there_is_no_machine_layer() {
    check(
        r#"members: app@1.85.0
//- build-profiles.toml
schema = 1
toolchain = "1.90"
[linker]
linux-gnu = ["mold", "default"]
//- Cargo.toml
[workspace]
"#,
        str![[r#"
Warning[no_machine_layer] build-profiles.toml:4 `[linker]` has no effect with this `toolchain`

"#]],
    );
}

#[test]
fn a_file_of_an_environment_that_is_gone_is_refused_and_pruned() {
    let fixture = r#"//- build-profiles.toml
schema = 1
//- Cargo.toml
[workspace]
//- .cargo/env/old.toml
# Written by `cargo xtask configure`.
[build]
incremental = false
"#;
    check(
        fixture,
        str![[r#"
Deny[undeclared] .cargo/env/old.toml:3 `build.incremental` stands in `.cargo/env/old.toml` and not in the policy

"#]],
    );
    check_prune(
        fixture,
        str![[r#"
== .cargo/env/old.toml (removed)

"#]],
    );
}

#[test]
fn an_override_a_person_wrote_without_strip_is_told() {
    check(
        r#"members: app
locked: app@0.1.0
//- build-profiles.toml
schema = 1
[profile.release]
strip = true
[profile.release.package]
app = { opt-level = 2 }
//- Cargo.toml
[workspace]
[profile.release]
strip = true
[profile.release.package]
app = { opt-level = 2 }
"#,
        str![[r#"
Warning[override_resets_strip] build-profiles.toml:3 the override of `app` resets `strip` of profile `release`

"#]],
    );
}

#[test]
fn an_include_in_the_wrong_order_is_refused() {
    check(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"
[target.x86_64-unknown-linux-gnu]
linker = "clang"
rustflags = ["-Clink-arg=-fuse-ld=lld"]
[environment.ci.target.x86_64-unknown-linux-gnu]
linker = "gcc"
//- Cargo.toml
[workspace]
//- .cargo/config.toml
include = [{ path = "machine.toml", optional = true }]
"#,
        str![[r#"
== .cargo/config.toml
include = [{ path = "machine.toml", optional = true }]

[target.x86_64-unknown-linux-gnu]
rustflags = ["-Clink-arg=-fuse-ld=lld"]

== .cargo/env/ci.toml
# Written by `cargo xtask configure` from [environment.ci] of build-profiles.toml; change it there.
# A machine of this kind copies it: cp .cargo/env/ci.toml .cargo/machine.toml

[target.x86_64-unknown-linux-gnu]
linker = "gcc"

== .cargo/portable.toml
# Written by `cargo xtask configure` from build-profiles.toml; change it there.
# Values that hold on every machine and that a machine or an environment may override.

[target.x86_64-unknown-linux-gnu]
linker = "clang"

== .gitignore
/.cargo/machine.toml
/build-profiles.local.toml

Deny[include_order] `include` of `.cargo/config.toml` has no `portable.toml` before `machine.toml`

"#]],
    );
}

#[test]
fn an_include_that_the_oldest_supported_toolchain_cannot_read_is_told() {
    check(
        r#"members: app@1.85.0 new@1.95.0
//- build-profiles.toml
schema = 1
toolchain = "1.94"
[linker]
linux-gnu = ["mold", "default"]
//- Cargo.toml
[workspace]
//- .gitignore
.cargo/machine.toml
build-profiles.local.toml
"#,
        str![[r#"
== .cargo/config.toml
include = [{ path = "machine.toml", optional = true }]

Note[include_below_rust_version] build-profiles.toml:2 `app` declares rust-version 1.85, which can't read the `include` of this workspace

"#]],
    );
}

#[test]
fn a_policy_that_cannot_be_written_into_adopts_nothing() {
    let workspace = workspace(
        r#"//- build-profiles.toml
schema = 1
[profile.dev]
//- Cargo.toml
[workspace]
[profile.dev]
debug = 1
"#,
    );
    let undeclared = decide(&workspace, OnUndeclared::Refuse).plan.undeclared;
    let file = build_profiles::diagnostic::FilePath::new(fixture::POLICY);
    let text = "schema = 1\nprofile = 1\n";
    let findings = build_profiles::adopt::adopt(&file, text, &workspace, &undeclared)
        .expect_err("there is no table to write into");
    let told: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!(
                "[{}] {} | {}",
                finding.code,
                finding.message,
                finding.notes.join("; ")
            )
        })
        .collect();
    assert_data_eq!(told.join("\n"), str!["[cannot_adopt] `profile.dev.debug` can't be written into `build-profiles.toml` | the path leads through a key that is no table"].raw());
}

#[test]
fn what_cannot_be_edited_without_damage_is_refused() {
    check(
        r#"//- build-profiles.toml
schema = 1
[build]
rustflags = ["-Ca=b", "-Cc=d"]
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[[build]]
rustflags = ["x"]
"#,
        str![[r#"
Deny[cannot_edit] .cargo/config.toml:1 `build.rustflags` of `.cargo/config.toml` can't be edited without damage

"#]],
    );
}

#[test]
fn nextests_file_is_written_from_nothing() {
    check(
        r#"//- build-profiles.toml
schema = 1
[test]
runner = "nextest"
[test.nextest]
profile.ci.junit.path = "junit.xml"
profile.default.slow-timeout = { period = "60s", terminate-after = 2 }
profile.default.retries = 2
nextest-version = { required = "0.9.100", recommended = "0.9.131" }
//- Cargo.toml
[workspace]
"#,
        str![[r#"
== .config/nextest.toml
nextest-version = { required = "0.9.100", recommended = "0.9.131" }

[profile.ci.junit]
path = "junit.xml"

[profile.default]
slow-timeout = { period = "60s", terminate-after = 2 }
retries = 2


"#]],
    );
}

#[test]
fn of_nextests_file_the_named_keys_change_and_nothing_else() {
    check(
        r#"//- build-profiles.toml
schema = 1
[test]
runner = "nextest"
[test.nextest]
nextest-version = "0.9.131"
[test.nextest.profile.default]
retries = { backoff = "fixed", count = 2, delay = "1s" }
slow-timeout = "90s"
leak-timeout = { period = "1s", result = "fail" }
fail-fast = false
test-threads = 4
[test.nextest.profile.ci]
slow-timeout = { period = "60s", terminate-after = 2 }
retries = 3
//- Cargo.toml
[workspace]
//- .config/nextest.toml
# Ours.
nextest-version = { required = "0.9.100" } # the floor
experimental = ["setup-scripts"]

[store]
dir = "target/nextest"

[profile.default]
# Why we retry.
retries = 1 # once
slow-timeout = { period = "60s", terminate-after = 3 }   # hangs
leak-timeout = { period = "1000ms", result = "fail" }
fail-fast = { max-fail = "all" }
test-threads = "num-cpus"
run-extra-args = ["--nocapture"]

[[profile.default.overrides]]
filter = "test(slow)"
retries = 5

[profile.ci.slow-timeout]
# In CI.
period = "120s" # long
grace-period = "1s"
on-timeout = "fail"
"#,
        str![[r#"
== .config/nextest.toml
# Ours.
nextest-version = { required = "0.9.131" } # the floor
experimental = ["setup-scripts"]

[store]
dir = "target/nextest"

[profile.default]
# Why we retry.
retries = { backoff = "fixed", count = 2, delay = "1s" } # once
slow-timeout = { period = "90s" }   # hangs
leak-timeout = { period = "1000ms", result = "fail" }
fail-fast = { max-fail = "all" }
test-threads = 4
run-extra-args = ["--nocapture"]

[[profile.default.overrides]]
filter = "test(slow)"
retries = 5

[profile.ci]
retries = 3

[profile.ci.slow-timeout]
# In CI.
period = "60s" # long
terminate-after = 2


"#]],
    );
}

#[test]
fn nextests_file_that_says_it_in_other_words_is_left_alone() {
    check(
        r#"//- build-profiles.toml
schema = 1
[test]
runner = "nextest"
[test.nextest]
nextest-version = "0.9"
profile.default = { retries = 2, slow-timeout = "90s", fail-fast = true, junit.path = "x.xml" }
//- Cargo.toml
[workspace]
//- .config/nextest.toml
profile.default.retries = { backoff = "fixed", count = 2, jitter = false }
profile.default.slow-timeout = { period = "1m 30s", grace-period = "10s" }
profile.default.fail-fast.max-fail = 1
profile.default.junit.path = "x.xml"
profile.default.flaky-result = "fail"
nextest-version.required = "0.9.0"
"#,
        str![],
    );
}

#[test]
fn without_a_table_of_its_own_nextests_file_is_not_looked_at() {
    check(
        r#"//- build-profiles.toml
schema = 1
test.runner = "nextest"
//- Cargo.toml
[workspace]
//- .config/nextest.toml
not even TOML
"#,
        str![],
    );
}

#[test]
fn nextests_file_that_does_not_parse_is_never_touched() {
    check(
        r#"//- build-profiles.toml
schema = 1
test = { runner = "nextest", nextest.nextest-version = "0.9.131" }
//- Cargo.toml
[workspace]
//- .config/nextest.toml
[profile.default
"#,
        str![[r#"
Error[invalid_toml] .config/nextest.toml:1 `.config/nextest.toml` is not valid TOML

"#]],
    );
}

#[test]
fn a_key_of_nextest_that_is_no_value_is_refused() {
    check(
        r#"//- build-profiles.toml
schema = 1
test.runner = "nextest"
test.nextest = { nextest-version = "0.9.131", profile.ci = { flaky-result = "fail", test-threads = 2 } }
//- Cargo.toml
[workspace]
//- .config/nextest.toml
nextest-version = "0.9.131"
[profile.ci]
flaky-result = { x = 1 }
test-threads = 2.5
"#,
        str![[r#"
Deny[cannot_edit] .config/nextest.toml:3 `profile.ci.flaky-result` of `.config/nextest.toml` can't be edited without damage

"#]],
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_breaks_of_nextests_file_stay() {
    let fixture = "//- build-profiles.toml\nschema = 1\ntest.runner = \"nextest\"\ntest.nextest = { nextest-version = \"0.9.131\", profile.ci.retries = 2 }\n//- Cargo.toml\n[workspace]\n//- .config/nextest.toml\n\u{feff}[profile.ci]\r\nretries = 1 # once\r\nfail-fast = false";
    let workspace = workspace(fixture);
    let outcome = decide(&workspace, OnUndeclared::Prune);
    let after = outcome.plan.changes[0].after.as_deref();
    assert_eq!(
        after,
        Some(
            "\u{feff}nextest-version = \"0.9.131\"\r\n\r\n[profile.ci]\r\nretries = 2 # once\r\nfail-fast = false"
        )
    );
}

#[test]
fn a_storage_becomes_variables_of_the_config() {
    check(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"
[cache]
tool = "sccache"
# What the office has.
storage.redis = { endpoint = "redis://cache:6379", db = 1, rw-mode = "READ_ONLY" }
[environment.ci.cache]
if-missing = "error"
storage.redis.rw-mode = "READ_WRITE"
//- .cargo/config.toml
include = [{ path = "portable.toml" }, { path = "machine.toml", optional = true }]

[env]
SCCACHE_REDIS_DB = "1"
EDITOR = "vi"
//- .gitignore
/.cargo/machine.toml
"#,
        str![[r#"
== .cargo/config.toml
include = [{ path = "portable.toml" }, { path = "machine.toml", optional = true }]

[env]
SCCACHE_REDIS_DB = "1"
EDITOR = "vi"
SCCACHE_REDIS_ENDPOINT = "redis://cache:6379"

== .cargo/env/ci.toml
# Written by `cargo xtask configure` from [environment.ci] of build-profiles.toml; change it there.
# A machine of this kind copies it: cp .cargo/env/ci.toml .cargo/machine.toml

[build]
rustc-wrapper = "sccache"

[env]
SCCACHE_REDIS_RW_MODE = "READ_WRITE"

== .cargo/portable.toml
# Written by `cargo xtask configure` from build-profiles.toml; change it there.
# Values that hold on every machine and that a machine or an environment may override.

[env]
SCCACHE_REDIS_RW_MODE = "READ_ONLY"

== .gitignore
/.cargo/machine.toml
/build-profiles.local.toml

Note[remote_storage_for_everybody] build-profiles.toml:6 whoever has sccache can build only where `redis` can be reached

"#]],
    );
}

#[test]
fn a_variable_of_the_cache_is_owned_where_there_is_a_cache() {
    let config = "//- .cargo/config.toml\n[env]\nSCCACHE_IDLE_TIMEOUT = \"0\"\n";
    check(
        &format!("//- build-profiles.toml\nschema = 1\n{config}"),
        str![""],
    );
    let with_cache =
        "schema = 1\n[environment.ci.cache]\ntool = \"sccache\"\nif-missing = \"error\"\n";
    check(
        &format!(
            "//- build-profiles.toml\n{with_cache}//- .cargo/env/ci.toml\n[build]\nrustc-wrapper = \"sccache\"\n{config}"
        ),
        str![[r#"
Deny[undeclared] .cargo/config.toml:2 `env.SCCACHE_IDLE_TIMEOUT` stands in `.cargo/config.toml` and not in the policy

"#]],
    );
}

#[test]
fn a_credential_in_the_config_is_left_for_a_person() {
    let fixture = r#"//- build-profiles.toml
schema = 1
[environment.ci.cache]
tool = "sccache"
if-missing = "error"
//- .cargo/env/ci.toml
[build]
rustc-wrapper = "sccache"
//- .cargo/config.toml
[env]
SCCACHE_REDIS_PASSWORD = "pw"
SCCACHE_REDIS = "redis://:pw@cache"
"#;
    check(
        fixture,
        str![[r#"
Deny[credential_in_config] .cargo/config.toml:2 `env.SCCACHE_REDIS_PASSWORD` of `.cargo/config.toml` holds a credential
Deny[credential_in_config] .cargo/config.toml:3 `env.SCCACHE_REDIS` of `.cargo/config.toml` holds a credential

"#]],
    );
    check_prune(
        fixture,
        str![[r#"
Deny[credential_in_config] .cargo/config.toml:2 `env.SCCACHE_REDIS_PASSWORD` of `.cargo/config.toml` holds a credential
Deny[credential_in_config] .cargo/config.toml:3 `env.SCCACHE_REDIS` of `.cargo/config.toml` holds a credential

"#]],
    );
}

#[test]
fn variables_of_the_cache_are_adopted() {
    let workspace = workspace(
        r#"//- build-profiles.toml
schema = 1
toolchain = "1.94"

[cache]
tool = "sccache"
//- Cargo.toml
[workspace]
//- .cargo/config.toml
include = [{ path = "machine.toml", optional = true }]

[env]
# What the office has.
SCCACHE_REDIS_ENDPOINT = "redis://cache:6379"
SCCACHE_REDIS_DB = "1"
SCCACHE_IDLE_TIMEOUT = "0"
SCCACHE_S3_USE_SSL = "true"
EDITOR = "vi"
//- .gitignore
/.cargo/machine.toml
"#,
    );
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    let text = build_profiles::adopt::adopt(
        &build_profiles::diagnostic::FilePath::new(fixture::POLICY),
        &workspace.files[&build_profiles::diagnostic::FilePath::new(fixture::POLICY)],
        &workspace,
        &outcome.plan.undeclared,
    );
    assert_data_eq!(
        text.expect("adopted"),
        str![[r#"
schema = 1
toolchain = "1.94"

[cache]
tool = "sccache"

[cache.storage.redis]
# What the office has.
endpoint = "redis://cache:6379"
db = 1

[unmanaged.env]
SCCACHE_IDLE_TIMEOUT = "a variable that the policy has no key for"
SCCACHE_S3_USE_SSL = "two storages, and the cache uses one"

"#]]
        .raw()
    );
}

/// What a target has besides its set comes into a table of its own: the two are joined.
#[test]
fn a_key_of_a_target_in_a_set_is_adopted_beside_the_set() {
    let workspace = workspace(
        r#"//- build-profiles.toml
schema = 1

[targets]
musl = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]

[target."@musl"]
rustflags = ["-Ctarget-feature=-crt-static"]
//- Cargo.toml
[workspace]
//- .cargo/config.toml
[target.x86_64-unknown-linux-musl]
# Of the image.
linker = "musl-gcc"
rustflags = ["-Ctarget-feature=-crt-static"]
[target.aarch64-unknown-linux-musl]
rustflags = ["-Ctarget-feature=-crt-static"]
"#,
    );
    let policy = build_profiles::diagnostic::FilePath::new(fixture::POLICY);
    let undeclared = decide(&workspace, OnUndeclared::Refuse).plan.undeclared;
    let text = &workspace.files[&policy];
    let adopted = build_profiles::adopt::adopt(&policy, text, &workspace, &undeclared);
    assert_data_eq!(
        adopted.expect("adopted"),
        str![[r#"
schema = 1

[targets]
musl = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]

[target."@musl"]
rustflags = ["-Ctarget-feature=-crt-static"]

[target.x86_64-unknown-linux-musl]
# Of the image.
linker = "musl-gcc"

"#]]
        .raw()
    );
}

/// What is measured, and what that must hold, is in no file that Cargo reads, and no machine has to prove it anew.
#[test]
fn what_is_measured_changes_no_build() {
    let policy = |more: &str| {
        format!(
            r#"members: app
//- build-profiles.toml
schema = 1
toolchain = "1.94"
[profile.dev]
tradeoff = "compile-time"
[linker]
linux-gnu = ["mold", "default"]
[cache]
tool = "sccache"
{more}
//- Cargo.toml
[workspace]
members = ["app"]
//- app/Cargo.toml
[package]
name = "app"
"#
        )
    };
    let outcome = |more: &str| {
        let workspace = workspace(&policy(more));
        (decide(&workspace, OnUndeclared::Refuse), workspace)
    };
    let (without, plain) = outcome("");
    let (with, workspace) = outcome(
        "[measure]\norder = [\"cache\"]\nhub = \"app\"\n[measure.commands]\ndocs = \"cargo doc\"\n[budget]\nhit-rate = 90\n[budget.ratio]\ndocs = 1.1\n",
    );
    assert_eq!(told(&with, &workspace), told(&without, &plain));
    assert!(!without.plan.changes.is_empty());
    assert_eq!(with.settings.machine, without.settings.machine);
    assert!(with.settings.machine.is_some());
}
