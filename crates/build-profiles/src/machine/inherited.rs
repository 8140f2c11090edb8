//! What Cargo and rustup added to our environment, and the user's shell never had.
//!
//! `cargo xtask` is `cargo run`, which hands its child Cargo's own variables and the config's `[env]`. A cargo started
//! from there would honour a `RUSTC_WRAPPER` of `[env]` which `cargo build` ignores, and prove what is not so.

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item};

/// What is to be done with one variable before a child is started.
pub type Change = (String, Option<String>);

/// The variables that a child must not see (`None`) or must see with another value, as [`config_env`] gives `[env]`.
///
/// `exe_folder` is where the running program stands: Cargo puts it on the library path.
pub fn changes(
    vars: &BTreeMap<String, String>,
    config_env: &[(String, String)],
    exe_folder: &str,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let by_run = vars.contains_key("CARGO_PKG_NAME") && vars.contains_key("CARGO_MANIFEST_DIR");
    let by_rustup = vars.contains_key("RUST_RECURSION_COUNT");
    // The user's own choice, `cargo +nightly` or an exported variable, holds for what we start. What rustup worked out
    // for itself it must work out again: it depends on the folder.
    let chosen = !by_rustup
        || vars
            .get("RUSTUP_TOOLCHAIN_SOURCE")
            .is_some_and(|source| source == "env" || source == "cli");
    for (name, value) in vars {
        let added = match name.as_str() {
            "CARGO" | "RUST_RECURSION_COUNT" | "RUSTUP_TOOLCHAIN_SOURCE" => true,
            "RUSTUP_TOOLCHAIN" => !chosen,
            "OUT_DIR" => by_run,
            _ => {
                by_run
                    && (name.starts_with("CARGO_MANIFEST_")
                        || name.starts_with("CARGO_PKG_")
                        || name != "PATH"
                            && config_env.iter().any(|(n, v)| n == name && v == value))
            }
        };
        if added {
            changes.push((name.clone(), None));
        } else if let Some(separator) = library_path(name, vars) {
            let rest = without_prefix(value, separator, exe_folder, vars);
            if rest != *value {
                changes.push((name.clone(), Some(rest).filter(|rest| !rest.is_empty())));
            }
        }
    }
    changes
}

/// The separator of a variable that Cargo and rustup prefix with library folders.
fn library_path(name: &str, vars: &BTreeMap<String, String>) -> Option<char> {
    let windows = vars
        .keys()
        .any(|name| name.eq_ignore_ascii_case("SystemRoot"));
    match name {
        "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH" | "DYLD_LIBRARY_PATH" => Some(':'),
        _ if windows && name.eq_ignore_ascii_case("PATH") => Some(';'),
        _ => None,
    }
}

/// A library path without the leading folders that are Cargo's or a toolchain's.
fn without_prefix(
    path: &str,
    separator: char,
    exe_folder: &str,
    vars: &BTreeMap<String, String>,
) -> String {
    let plain = |folder: &str| folder.replace('\\', "/");
    let exe_folder = plain(exe_folder);
    let toolchains = vars
        .get("RUSTUP_HOME")
        .map(|home| plain(home) + "/toolchains/");
    path.split(separator)
        .skip_while(|folder| {
            let folder = plain(folder);
            folder
                .strip_prefix(&exe_folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || folder.contains("/lib/rustlib/")
                || toolchains
                    .as_ref()
                    .is_some_and(|toolchains| folder.starts_with(toolchains))
        })
        .collect::<Vec<_>>()
        .join(&separator.to_string())
}

/// `[env]` of a Cargo config file, with the values a child of `cargo run` sees. `base` is the folder that holds the
/// file's `.cargo`. A file that does not parse has none: Cargo starts nothing with it.
pub fn config_env(config: &str, base: &str) -> Vec<(String, String)> {
    let Ok(config) = config.trim_start_matches('\u{feff}').parse::<DocumentMut>() else {
        return Vec::new();
    };
    let Some(env) = config.get("env").and_then(Item::as_table_like) else {
        return Vec::new();
    };
    let value = |item: &Item| match item.as_table_like() {
        None => item.as_str().map(str::to_owned),
        Some(table) => {
            let value = table.get("value")?.as_str()?;
            let relative = table.get("relative").and_then(Item::as_bool) == Some(true);
            let separator = if base.contains('\\') { '\\' } else { '/' };
            Some(if relative {
                format!("{base}{separator}{value}")
            } else {
                value.to_owned()
            })
        }
    };
    env.iter()
        .filter_map(|(name, item)| Some((name.to_owned(), value(item)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `vars` as `NAME=value` lines, what is left of them in the same form.
    fn check(vars: &str, config: &str, left: &str) {
        let mut vars: BTreeMap<_, _> = vars
            .split_whitespace()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in changes(
            &vars.clone(),
            &config_env(config, "/ws"),
            "/ws/target/xtask",
        ) {
            match value {
                Some(value) => vars.insert(name, value),
                None => vars.remove(&name),
            };
        }
        let vars: Vec<_> = vars
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(vars.join(" "), left);
    }

    const RUN: &str = "CARGO=/t/bin/cargo CARGO_MANIFEST_DIR=/ws/xtask CARGO_MANIFEST_PATH=/ws/xtask/Cargo.toml \
                       CARGO_PKG_NAME=xtask CARGO_PKG_VERSION=0.1.0 RUST_RECURSION_COUNT=1 ";

    #[test]
    fn what_cargo_and_rustup_added_goes_and_what_the_user_set_stays() {
        check(
            &format!(
                "{RUN} HOME=/home/a CARGO_HOME=/home/a/.cargo CARGO_INCREMENTAL=0 RUSTFLAGS=-Dwarnings \
                 RUSTUP_HOME=/r RUSTUP_TOOLCHAIN=stable RUSTUP_TOOLCHAIN_SOURCE=default"
            ),
            "",
            "CARGO_HOME=/home/a/.cargo CARGO_INCREMENTAL=0 HOME=/home/a RUSTFLAGS=-Dwarnings RUSTUP_HOME=/r",
        );
        // `cargo build-profiles` is no `cargo run`: a user's strange variables are the user's.
        check(
            "CARGO=/t/bin/cargo CARGO_PKG_NAME=mine",
            "",
            "CARGO_PKG_NAME=mine",
        );
    }

    #[test]
    fn a_toolchain_that_the_user_chose_is_kept() {
        for source in ["cli", "env"] {
            check(
                &format!("{RUN} RUSTUP_TOOLCHAIN=nightly RUSTUP_TOOLCHAIN_SOURCE={source}"),
                "",
                "RUSTUP_TOOLCHAIN=nightly",
            );
        }
        check("RUSTUP_TOOLCHAIN=nightly", "", "RUSTUP_TOOLCHAIN=nightly");
        // rustup before 1.29 does not tell.
        check(&format!("{RUN} RUSTUP_TOOLCHAIN=1.88.0"), "", "");
    }

    #[test]
    fn the_founding_mistake_does_not_reach_our_children() {
        let config = "[env]\n\
                      RUSTC_WRAPPER = \"sccache\"\n\
                      RUSTFLAGS = { value = \"-Cdebuginfo=0\", force = true }\n\
                      CFG = { value = \"cfg/a\", relative = true }\n\
                      PATH = \"/bin\"\n";
        let vars = "RUSTC_WRAPPER=sccache RUSTFLAGS=-Cdebuginfo=0 CFG=/ws/cfg/a PATH=/bin";
        check(&format!("{RUN} {vars}"), config, "PATH=/bin");
        // Another value is the shell's own, and outside `cargo run` every value is.
        check(
            &format!("{RUN} RUSTC_WRAPPER=ccache"),
            config,
            "RUSTC_WRAPPER=ccache",
        );
        check("RUSTC_WRAPPER=sccache", config, "RUSTC_WRAPPER=sccache");
        check(&format!("{RUN} A=b"), "[env\nA = 'b'", "A=b");
    }

    #[test]
    fn the_library_path_loses_its_prefix() {
        let added = "/ws/target/xtask/deps:/ws/target/xtask:/r/toolchains/stable/lib/rustlib/x/lib:/r/toolchains/stable/lib";
        let home = "RUSTUP_HOME=/r";
        check(&format!("{home} LD_LIBRARY_PATH={added}"), "", home);
        check(
            &format!("{home} LD_LIBRARY_PATH={added}:/opt/lib:/ws/target/xtask"),
            "",
            "LD_LIBRARY_PATH=/opt/lib:/ws/target/xtask RUSTUP_HOME=/r",
        );
        check(
            r"SystemRoot=C:\Windows Path=C:\t\lib\rustlib\x\lib;C:\Windows",
            "",
            r"Path=C:\Windows SystemRoot=C:\Windows",
        );
    }
}
