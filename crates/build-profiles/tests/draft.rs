//! What a workspace says already, as a policy: in the shortest form that says exactly that.
#![expect(
    clippy::disallowed_types,
    reason = "an inline snapshot carries its place"
)]

mod fixture;

use std::collections::BTreeMap;

use build_profiles::diagnostic::{FilePath, Level};
use build_profiles::draft::{Ask, BESIDE, Draft, draft};
use build_profiles::plan::OnUndeclared;
use fixture::{POLICY, decide, workspace};
use semver::Version;
use snapbox::{assert_data_eq, str};

/// Drafts, and holds the law: under the policy nothing changes.
fn drafted(fixture: &str) -> Draft {
    let mut workspace = workspace(fixture);
    let file = FilePath::new(POLICY);
    let names = BESIDE.iter().map(|name| FilePath::new(*name));
    let beside: BTreeMap<FilePath, String> = names
        .filter_map(|name| Some((name.clone(), workspace.files.remove(&name)?)))
        .collect();
    let ask = Ask {
        file: &file,
        beside: &beside,
        cargo: &Version::new(1, 95, 0),
        denied: &[],
        unmanaged: &[],
    };
    let made = draft(&ask, &workspace).expect("it can be written down");
    workspace.files.insert(file, made.text.clone());
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    assert!(outcome.plan.changes.is_empty(), "{}", made.text);
    let worst = outcome
        .diagnostics
        .iter()
        .map(|finding| finding.level)
        .max();
    assert!(worst < Some(Level::Deny), "{:#?}", outcome.diagnostics);
    made
}

/// The draft without its first lines, which are always the same.
fn text(fixture: &str) -> String {
    let made = drafted(fixture).text;
    let (_, rest) = made.split_once("schema = 1\n").expect("it is mandatory");
    rest.to_owned()
}

#[test]
fn equal_overrides_become_a_set_where_a_glob_says_it() {
    assert_data_eq!(
        text(
            "members: app=crates/app png=codecs/png jpeg=codecs/jpeg webp=codecs/webp
locked: zstd@0.13.0 zstd-safe@7.0.0 zstd-sys@2.0.0 serde@1.0.0
//- Cargo.toml
[profile.dev.package]
zstd = { opt-level = 3 }
zstd-safe = { opt-level = 3 }
png = { opt-level = 2 }
zstd-sys = { opt-level = 3 }
jpeg = { opt-level = 2 }
webp = { opt-level = 2 }
serde = { opt-level = 1 }
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[packages]
zstd = ["zstd*"]
codecs = ["codecs/*"]

[profile.dev.package]
"@zstd" = { opt-level = 3 }
"@codecs" = { opt-level = 2 }
serde = { opt-level = 1 }

"#]]
    );
}

#[test]
fn a_glob_that_would_take_in_another_package_is_not_taken() {
    assert_data_eq!(
        text(
            "members: app
locked: aes@0.8.0 aes-gcm@0.1.0 aes-siv@0.1.0 aes-kw@0.1.0
//- Cargo.toml
[profile.dev.package]
aes = { opt-level = 3 }
aes-gcm = { opt-level = 3 }
aes-siv = { opt-level = 3 }
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[profile.dev.package]
aes = { opt-level = 3 }
aes-gcm = { opt-level = 3 }
aes-siv = { opt-level = 3 }

"#]]
    );
}

#[test]
fn one_list_serves_two_profiles_and_comments_stay_with_their_packages() {
    assert_data_eq!(
        text(
            "members: app
locked: a@1.0.0 b@1.0.0 c@1.0.0 d@1.0.0
//- Cargo.toml
[profile.dev.package]
a = { opt-level = 3 }
# Slow without.
b = { opt-level = 3 }
c = { opt-level = 3 }
d = { opt-level = 3 }

# Whoever releases wants the same.
[profile.release.package.a]
opt-level = 3
[profile.release.package.b]
opt-level = 3
[profile.release.package.c]
opt-level = 3
[profile.release.package.d]
opt-level = 3
[profile.release.package.\"*\"]
debug = false
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[packages]
opt-level-3 = [
    "a",
    # Slow without.
    "b", "c", "d",
]

[profile.dev.package]
"@opt-level-3" = { opt-level = 3 }

[profile.release.package]
# Whoever releases wants the same.
"@opt-level-3" = { opt-level = 3 }
"*" = { debug = false }

"#]]
    );
}

#[test]
fn every_spelling_of_an_override_comes_along() {
    assert_data_eq!(
        text(
            "members: app
locked: a@1.0.0 a@2.0.0 b@1.0.0 c@1.0.0
//- Cargo.toml
[profile]
bench.package.c.opt-level = 1
dev = { package = { b = { opt-level = 1 } }, debug = 1 }
[profile.release]
package.\"a@1\".opt-level = 2
package.\"https://github.com/rust-lang/crates.io-index#a@2.0.0\" = { opt-level = 3 }
[profile.release.package.'*']
opt-level = \"s\"
[profile.release.build-override]
opt-level = 1
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[profile.bench.package]
c = { opt-level = 1 }

[profile.dev]
debug = 1
package.b = { opt-level = 1 }

[profile.release]
build-override = { opt-level = 1 }

[profile.release.package]
"a@1" = { opt-level = 2 }
"https://github.com/rust-lang/crates.io-index#a@2.0.0" = { opt-level = 3 }
"*" = { opt-level = "s" }

"#]]
    );
}

#[test]
fn comments_that_explain_come_along_and_others_do_not() {
    assert_data_eq!(
        text(
            "members: app
//- Cargo.toml
# ---------------------------------------------------------------
# People run these all day.
[profile.dev]
# opt-level = 1
debug = 1 # lines are enough
# Nothing is linked twice.
# lto = \"thin\"
lto = 'off'

# A note about nothing.

[profile.release]
strip = true
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

# People run these all day.
[profile.dev]
# lines are enough
debug = 1
# Nothing is linked twice.
lto = 'off'

[profile.release]
strip = true

"#]]
    );
}

#[test]
fn flags_keep_their_comments_and_long_ones_are_broken() {
    assert_data_eq!(
        text(
            "members: app
//- .cargo/config.toml
[target.x86_64-unknown-linux-gnu]
rustflags = [
  # Frames for perf.
  \"-Cforce-frame-pointers=yes\", # always

  \"--cfg\", \"tokio_unstable\"
]

[target.aarch64-unknown-linux-gnu]
rustflags = [\"-C\", \"link-arg=-Wl,--no-rosegment\", \"-C\", \"target-cpu=neoverse-n1\", \"--cfg\", \"tokio_unstable\", \"-Cforce-frame-pointers=yes\"]
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[target.x86_64-unknown-linux-gnu]
rustflags = [
    # Frames for perf.
    "-Cforce-frame-pointers=yes", # always
    "--cfg", "tokio_unstable"
]

[target.aarch64-unknown-linux-gnu]
rustflags = [
    "-C", "link-arg=-Wl,--no-rosegment",
    "-C", "target-cpu=neoverse-n1",
    "--cfg", "tokio_unstable",
    "-Cforce-frame-pointers=yes",
]

"#]]
    );
}

#[test]
fn what_is_not_sayable_or_not_ours_is_left_alone_by_name() {
    assert_data_eq!(
        text(
            "members: app
locked: serde@1.0.0
//- dist-workspace.toml
[dist]
//- Cargo.toml
[profile.dist]
inherits = \"release\"
lto = \"thin\"

[profile.dev]
codegen-backend = \"cranelift\"
opt-level = 1

[profile.dev.package.gone]
opt-level = 3
//- .cargo/config.toml
[env]
RUSTFLAGS = \"-Dwarnings\"

[profile.bench]
lto = true
debug = 1

[target.x86_64-unknwn-linux-gnu]
linker = \"cc\"
rustflags = [\"--cfg\", \"typo\"]
"
        ),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too

[profile.dev]
opt-level = 1
package.gone = { opt-level = 3 }

[unmanaged]
profile.dist = "owned by dist"
profile.dev.codegen-backend = "`codegen-backend` is unstable: stable Cargo refuses or ignores it"
env.RUSTFLAGS = "without effect where it stands: Cargo never reads it from `[env]`; see `cargo xtask lint`"
profile.bench = "stands in .cargo/config.toml, where it beats the manifest"
target.x86_64-unknwn-linux-gnu = "`x86_64-unknwn-linux-gnu` is no triple or `cfg(...)`"

"#]]
    );
}

#[test]
fn the_floor_says_where_it_comes_from() {
    let floor = |fixture: &str| {
        let made = drafted(fixture).text;
        let line = made.lines().find(|line| line.starts_with("toolchain"));
        line.unwrap_or_default().to_owned()
    };
    let told = [
        floor("members: app\n//- Cargo.toml\n[workspace]\n"),
        floor("members: app@1.80.0 b@1.88.0 c@1.88.0\n//- Cargo.toml\n[workspace]\n"),
        floor(
            "members: app\n//- rust-toolchain.toml\n[toolchain]\nchannel = \"1.91.1\"\n//- Cargo.toml\n[workspace]\n",
        ),
        floor("members: app\n//- rust-toolchain\n1.90\n//- Cargo.toml\n[workspace]\n"),
        floor(
            "members: app\n//- rust-toolchain\nnightly-2026-01-01\n//- Cargo.toml\n[workspace]\n",
        ),
        floor("members: app@1.65.0\n//- Cargo.toml\n[profile.dev]\ndebug = \"line-tables-only\"\n"),
    ];
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too
toolchain = "1.88"  # the rust-version of b
toolchain = "1.91.1"  # rust-toolchain.toml
toolchain = "1.90"  # rust-toolchain
toolchain = "1.95"  # the Cargo that `init` ran with; lower it if an older one builds this too
toolchain = "1.71"  # `debug = "line-tables-only"` needs it; the rust-version of app is 1.65
"#]]
    );
}

#[test]
fn what_is_right_on_some_machines_is_pointed_out() {
    let made = drafted(
        "members: app
parents: ../.cargo/config.toml
//- .cargo/config.toml
[build]
rustc-wrapper = \"sccache\"

[target.x86_64-unknown-linux-gnu]
linker = \"/opt/llvm/bin/clang\"
rustflags = [\"-Clink-arg=-fuse-ld=mold\", \"-Ctarget-cpu=native\", \"-L/opt/ssl/lib\"]

[target.x86_64-pc-windows-msvc]
linker = \"C:\\\\tools\\\\lld-link.exe\"
rustflags = [\"-Clink-arg=/STACK:8388608\"]

[target.aarch64-unknown-linux-gnu]
linker = \"aarch64-linux-gnu-gcc\"
//- ../.cargo/config.toml
[build]
incremental = false
",
    );
    let told: Vec<String> = made
        .notes
        .iter()
        .map(|note| format!("{}\n  {}", note.message, note.help.join("\n  ")))
        .collect();
    assert_data_eq!(
        told.join("\n"),
        str![[r#"
`sccache` is forced on every machine
  to use it where it is there: `[cache]` with `tool = "sccache"`, in place of this
`/opt/llvm/bin/clang` is a path of one machine
  name the program alone, so that each machine finds its own
`target-cpu=native` is another target on every machine
  name a level that all machines have: `-Ctarget-cpu=x86-64-v3`
  or leave it to whoever wants it: an `[environment.<name>]` of the policy, or `RUSTFLAGS`
the linker `mold` is forced on every machine
  to use it where it works: `[linker]` with `linux-gnu = ["mold", "default"]`
  and take the flag away, with a `linker` that is there for it
`-L/opt/ssl/lib` names a path of one machine
  let a build script find it, or say it in an `[environment.<name>]` for the machines that have it
`C:/tools/lld-link.exe` is a path of one machine
  name the program alone, so that each machine finds its own
`../.cargo/config.toml` holds here too, and is not in the policy
  to let the policy write there in place of `.cargo/config.toml`: `config = "../.cargo/config.toml"`
"#]]
    );
}
