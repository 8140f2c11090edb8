//! Profiles: their names, their values, and what Cargo makes of them.

mod names;
mod chains;
mod values;
mod together;
mod layers;
mod libraries;

use super::inherited::Profiles;
use super::{Doc, Family, Finding, Lint, Subject};
use crate::diagnostic::{Diagnostic, Level};

const PROFILES: &str = "https://doc.rust-lang.org/cargo/reference/profiles.html";

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html#profile";

/// Nobody has more profiles to choose from, and a hostile file must not take hours.
const MANY: usize = 256;

pub(super) static FAMILY: Family = Family {
    lints: &[
        &names::ALIAS_OF_NO_PROFILE,
        &layers::CONFIG_CHANGES_INHERITS,
        &together::DEBUG_INFO_STRIPPED,
        &names::DOC_PROFILE,
        &layers::INCREMENTAL_EVERYWHERE,
        &chains::INHERITS_CYCLE,
        &chains::INHERITS_IN_ROOT_PROFILE,
        &names::INVALID_NAME,
        &values::INVALID_VALUE,
        &together::LTO_WITH_INCREMENTAL,
        &libraries::LTO_WITH_RLIB,
        &chains::MISSING_INHERITS,
        &together::ONE_CODEGEN_UNIT_INCREMENTAL,
        &together::OVERFLOW_CHECKS_LEFT_ON,
        &together::PANIC_ABORT_IN_DEV,
        &together::PANIC_IGNORED,
        &names::PROFILE_NAME_COLLIDES,
        &layers::PROFILE_ONLY_IN_CONFIG,
        &layers::PROFILE_OVERRIDDEN_BY_MACHINE,
        &names::RESERVED_PROFILE_NAME,
        &together::SPLIT_WITHOUT_DEBUG_INFO,
        &together::THIN_LOCAL_LTO,
        &chains::UNKNOWN_PROFILE,
        &values::UNSTABLE_KEY,
        &values::WRONG_TYPE,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let profiles = Profiles::of(subject);
    names::names_of(subject, &profiles, found);
    chains::chains(subject, &profiles, found);
    values::values(subject, found);
    values::unstable(subject, found);
    together::panic(subject, &profiles, found);
    together::split(&profiles, found);
    together::together(subject, &profiles, found);
    layers::layers(subject, &profiles, found);
    libraries::libraries(subject, &profiles, found);
    names::aliases(subject, &profiles, found);
}

/// What another check has found, with the weight of the lint.
pub(super) fn told(lint: &'static Lint, diagnostic: Diagnostic) -> Finding {
    debug_assert_eq!(diagnostic.code, lint.name);
    Finding {
        lint,
        diagnostic: Diagnostic {
            level: lint.level.unwrap_or(Level::Note),
            ..diagnostic
        },
        fixes: Vec::new(),
    }
}

/// Whether a file is read for this workspace alone. One above it may mean the profiles and packages of another.
pub(super) fn is_ours(doc: &Doc<'_>) -> bool {
    !doc.file.outside && !doc.file.path.as_str().starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_family, found};

    /// What this family says.
    fn check(fixture: &str, expected: &[&str]) {
        check_family(&super::FAMILY, fixture, expected);
    }

    #[test]
    fn a_profile_is_what_all_files_make_of_it() {
        check(
            "//- Cargo.toml\n[profile.release]\nlto = true\n//- .cargo/config.toml\n[profile]\nrelease = { incremental = true }\n",
            &["lto_with_incremental: `lto = true` in `release`, which compiles incrementally"],
        );
        // The nearest word on each key holds.
        check(
            "//- Cargo.toml\n[profile]\nrelease.lto = true\nquick = { inherits = \"release\", lto = \"off\", incremental = true }\nslow.inherits = \"quick\"\nslow.lto = \"fat\"\n",
            &["lto_with_incremental: `lto = \"fat\"` in `slow`, which compiles incrementally"],
        );
        check(
            "//- Cargo.toml\n[profile.dev]\ncodegen-units = 1\n//- .cargo/config.toml\n[build]\nincremental = false\n",
            &[],
        );
    }

    #[test]
    fn names_are_held_against_cargos_own() {
        check(
            "//- Cargo.toml\n[profile.Debug]\n[profile.cargo-fast]\ninherits = \"dev\"\n[profile.Release]\ninherits = \"release\"\n[profile.\"\u{e4}rger\"]\ninherits = \"dev\"\n",
            &[
                "reserved_profile_name: profile name `Debug` is reserved",
                "reserved_profile_name: profile name `cargo-fast` is reserved",
            ],
        );
        // From 1.99 on there is a profile `debug`.
        check(
            "//- rust-toolchain.toml\n[toolchain]\nchannel = \"1.99\"\n//- Cargo.toml\n[profile.debug]\nopt-level = 0\n[profile.ci]\ninherits = \"debug\"\n",
            &[],
        );
        check("//- Cargo.toml\n[profile]\n", &[]);
        check("//- .cargo/config.toml\n[profile]\nopt-level = 2\n", &[]);
    }

    #[test]
    fn what_may_be_defined_elsewhere_is_not_missing() {
        // Without a manifest, by another workspace below the folder, by a variable.
        check("//- .cargo/config.toml\n[profile.dist]\nlto = true\n", &[]);
        check(
            "//- Cargo.toml\n//- /home/config.toml\n[profile.dist]\nlto = true\n",
            &[],
        );
        check(
            "variable: CARGO_PROFILE_DIST_INHERITS=release\n//- Cargo.toml\n//- .cargo/config.toml\n[profile.dist]\nlto = true\n",
            &[],
        );
        // A slip is one wherever it stands.
        check(
            "//- Cargo.toml\n//- /home/config.toml\n[profile.relaese]\nlto = true\n",
            &["missing_inherits: profile `relaese` does not say what it inherits"],
        );
        check(
            "//- Cargo.toml\n[profile.ci]\ninherits = \"debug\"\n[profile.cd]\ninherits = \"cd\"\n",
            &[
                "unknown_profile: no profile `debug`",
                "inherits_cycle: profile `cd` inherits from itself",
            ],
        );
    }

    #[test]
    fn values_are_held_against_what_cargo_and_rustc_take() {
        check(
            "//- Cargo.toml\n[profile.dev]\nlto = \"yes\"\ndebug = \"line-tables-only\"\nstrip = \"none\"\nopt-level = \"z\"\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.dev]\ndebug = 1.0\n[profile.dev.package.\"*\"]\ncodegen-units = 0\n[profile.dev.build-override]\nsplit-debuginfo = \"unpack\"\n",
            &[
                "wrong_type: `debug` takes `true`, `false`, `0`, `1`, `2`, `\"none\"`, `\"line-directives-only\"`, `\"line-tables-only\"`, `\"limited\"` or `\"full\"`",
                "invalid_value: `codegen-units` takes a whole number from 1 on",
                "invalid_value: `split-debuginfo` takes `\"off\"`, `\"packed\"` or `\"unpacked\"`",
            ],
        );
    }

    #[test]
    fn unstable_keys_are_right_with_a_nightly() {
        for toolchain in ["nightly-2026-01-01", "esp"] {
            check(
                &format!(
                    "//- rust-toolchain\n{toolchain}\n//- Cargo.toml\n[profile.dev]\ncodegen-backend = \"cranelift\"\n[profile.release]\npanic = \"immediate-abort\"\n"
                ),
                &[],
            );
        }
        check(
            "//- Cargo.toml\ncargo-features = [\"profile-rustflags\"]\n[profile.dev]\nrustflags = [\"-Zthreads=8\"]\nhint-mostly-unused = true\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\npanic = \"immediate-abort\"\n//- .cargo/config.toml\n[profile.dev]\nrustflags = [\"-Zthreads=8\"]\n",
            &[
                "unstable_key: `panic = \"immediate-abort\"` is unstable: stable Cargo refuses or ignores it",
            ],
        );
    }

    #[test]
    fn firmware_may_abort() {
        for beside in [
            "//- .cargo/config.toml\n[build]\ntarget = \"thumbv7em-none-eabi\"\n",
            "//- rust-toolchain.toml\n[toolchain]\ntargets = [\"riscv32imc-unknown-none-elf\"]\n",
        ] {
            check(
                &format!("//- Cargo.toml\n[profile.dev]\npanic = \"abort\"\n{beside}"),
                &[],
            );
        }
        check(
            "//- Cargo.toml\n[profile.ci]\ninherits = \"test\"\npanic = \"abort\"\n[profile.bench]\npanic = \"abort\"\n",
            &[
                "panic_abort_in_dev: with `panic = \"abort\"` in `ci` builds and tests share no dependency",
                "panic_ignored: Cargo ignores `panic` in the profile `bench`",
            ],
        );
    }

    #[test]
    fn debug_information_that_somebody_uses_is_left_alone() {
        check(
            "//- Cargo.toml\n[profile.release]\ndebug = true\nstrip = true\nsplit-debuginfo = \"packed\"\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\ndebug = true\nstrip = true\n[lib]\ncrate-type = [\"staticlib\"]\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.release]\nsplit-debuginfo = \"packed\"\n[profile.release.package.app]\ndebug = 1\n",
            &[],
        );
    }

    #[test]
    fn aliases_of_other_tools_and_workspaces_are_left_alone() {
        check(
            "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\na = \"run --manifest-path x/Cargo.toml --profile x\"\nb = \"llvm-cov --profile x\"\nc = \"run -p xtask -- --profile x\"\nd = \"test --profile=tset\"\n",
            &["alias_of_no_profile: `alias.d` asks for the profile `tset`, which is not there"],
        );
    }

    #[test]
    fn a_long_or_closed_chain_ends() {
        let mut text = "//- Cargo.toml\n".to_owned();
        for n in 0..3000 {
            text += &format!("[profile.p{n}]\ninherits = \"p{}\"\nlto = true\n", n + 1);
        }
        found(&text);
    }
}
