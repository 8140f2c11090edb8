//! Variables: what under `[env]` reaches nobody, or not as it was meant.

use super::fix::moved;
use super::{Doc, Family, Finding, Group, LINT, Lint, Subject};
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::plan::configures_cargo;
use crate::value::{KeyPath, Value};

const ENV: &str = "https://doc.rust-lang.org/cargo/reference/config.html#env";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &CONFIGURES_NOTHING,
        &NOT_EXPANDED,
        &REFUSED,
        &SET_BY_CARGO,
        &UNKNOWN_OPTION,
    ],
    check,
};

static CONFIGURES_NOTHING: Lint = Lint {
    name: "env_configures_nothing",
    level: Some(Level::Deny),
    group: Group::Environment,
    finds: "a variable under `[env]` that was meant to configure Cargo",
    cargo: "`[env]` reaches rustc, build scripts and what `cargo run` starts, never Cargo itself (rust-lang/cargo#16977)",
    costs: "the setting is lost without a word; a Cargo that is started from `cargo run` or `cargo xtask` does read it, so that there it looks active",
    instead: "write the config key that the variable stands for, or remove it",
    fixable: true,
    source: ENV,
    bad: "//- .cargo/config.toml\n[env]\nRUSTC_WRAPPER = \"sccache\"\n",
    good: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"sccache\"\n\n[env]\nRUST_BACKTRACE = \"1\"\nSCCACHE_DIR = \"/var/cache/sccache\"\n",
    ..LINT
};

static NOT_EXPANDED: Lint = Lint {
    name: "env_not_expanded",
    level: Some(Level::Warning),
    group: Group::Environment,
    finds: "`~`, `$NAME` or `%NAME%` in a value under `[env]`",
    cargo: "Cargo hands the value on letter by letter: no shell reads it",
    costs: "programs look for a folder that is called so",
    instead: "write the path itself, or `{ value = \"...\", relative = true }` for one that begins where `.cargo` stands",
    source: ENV,
    bad: "//- .cargo/config.toml\n[env]\nSQLITE_LIB = \"$HOME/sqlite\"\n",
    good: "//- .cargo/config.toml\n[env]\nSQLITE_LIB = { value = \"vendor/sqlite\", relative = true }\nPRICE = \"5$\"\n",
    ..LINT
};

static REFUSED: Lint = Lint {
    name: "env_refused",
    level: Some(Level::Deny),
    group: Group::Environment,
    finds: "`CARGO_HOME`, `RUSTUP_HOME` or `RUSTUP_TOOLCHAIN` under `[env]`",
    cargo: "Cargo stops with an error at every build",
    costs: "nothing builds",
    instead: "remove it, and set it where Cargo is started; a toolchain is chosen by `rust-toolchain.toml`",
    source: ENV,
    bad: "//- .cargo/config.toml\n[env]\nRUSTUP_TOOLCHAIN = \"nightly\"\n",
    good: "//- .cargo/config.toml\n[env]\nRUSTUP_IO_THREADS = \"1\"\n",
    ..LINT
};

static SET_BY_CARGO: Lint = Lint {
    name: "env_set_by_cargo",
    level: Some(Level::Warning),
    group: Group::Environment,
    finds: "a variable under `[env]` that Cargo itself sets for each package",
    cargo: "Cargo's own value holds, with `force` too",
    costs: "the value is never seen by anybody",
    instead: "remove it, or give the variable a name of your own",
    source: "https://doc.rust-lang.org/cargo/reference/environment-variables.html#environment-variables-cargo-sets-for-crates",
    bad: "//- .cargo/config.toml\n[env]\nCARGO_PKG_VERSION = \"1.2.3\"\n",
    good: "//- .cargo/config.toml\n[env]\nCARGO_WORKSPACE_DIR = { value = \"\", relative = true }\n",
    ..LINT
};

static UNKNOWN_OPTION: Lint = Lint {
    name: "env_unknown_option",
    level: Some(Level::Deny),
    group: Group::Environment,
    finds: "an option of a variable under `[env]` other than `value`, `force` and `relative`",
    cargo: "Cargo reads over it without a word",
    costs: "the variable is set as if the option were not there",
    instead: "write `force` or `relative`",
    source: ENV,
    fixable: true,
    bad: "//- .cargo/config.toml\n[env]\nTERM = { value = \"dumb\", forced = true }\n",
    good: "//- .cargo/config.toml\n[env]\nTERM = { value = \"dumb\", force = true }\n",
    ..LINT
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            match leaf.path.parts()[..] {
                ["env", name] | ["env", name, "value"] => {
                    found.extend(of_name(doc, leaf, name));
                    found.extend(not_expanded(doc, leaf));
                }
                ["env", _, "force" | "relative"] => {}
                ["env", name, option] => found.push(unknown_option(doc, leaf, name, option)),
                _ => {}
            }
        }
    }
}

fn of_name(doc: &Doc<'_>, leaf: &Leaf, name: &str) -> Option<Finding> {
    let at = leaf.key_span.clone();
    if matches!(name, "CARGO_HOME" | "RUSTUP_HOME" | "RUSTUP_TOOLCHAIN") {
        let message = format!("`{name}` must not stand under `[env]`");
        return Some(Finding::new(&REFUSED, message).at(doc, at, "Cargo stops here"));
    }
    if is_cargos_own(name) {
        let message = format!("`{name}` under `[env]` is set by Cargo itself");
        return Some(Finding::new(&SET_BY_CARGO, message).at(doc, at, "never seen"));
    }
    if !configures_cargo(name) {
        return None;
    }
    let message =
        format!("`env.{name}` under `[env]` configures nothing: Cargo never reads it there");
    let finding =
        Finding::new(&CONFIGURES_NOTHING, message).at(doc, at, "Cargo does not read this");
    let Some((path, value)) = meant(name, leaf.value.as_ref()) else {
        return Some(finding);
    };
    let finding = finding.help(match doc.source.leaf(&path) {
        None => format!("write `{path} = {value}`"),
        Some(_) => format!("remove it, or join it with `{path}`, which stands here too"),
    });
    // A value that already stands there, or options beside this one, are for a person to join.
    let is_plain = leaf.path.segments().len() == 2;
    Some(if is_plain && doc.source.leaf(&path).is_none() {
        let [set, remove] = moved(&doc.file.text, leaf, path, value);
        finding.edit(doc, set).edit(doc, remove)
    } else {
        finding
    })
}

/// The config key that a variable stands for, with its value as the key takes it.
fn meant(name: &str, value: Option<&Value>) -> Option<(KeyPath, Value)> {
    let Some(Value::Str(text)) = value else {
        return None;
    };
    let words = || Value::Array(text.split_whitespace().map(str::to_owned).collect());
    let truth = || match text.as_str() {
        "1" | "true" => Some(Value::Bool(true)),
        "0" | "false" => Some(Value::Bool(false)),
        _ => None,
    };
    let text = || Value::Str(text.clone());
    let (path, value) = match name {
        "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => (["build", "rustc-wrapper"], text()),
        "RUSTC_WORKSPACE_WRAPPER" | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER" => {
            (["build", "rustc-workspace-wrapper"], text())
        }
        "RUSTC" | "CARGO_BUILD_RUSTC" => (["build", "rustc"], text()),
        "RUSTDOC" | "CARGO_BUILD_RUSTDOC" => (["build", "rustdoc"], text()),
        "RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" => (["build", "rustflags"], words()),
        "RUSTDOCFLAGS" | "CARGO_BUILD_RUSTDOCFLAGS" => (["build", "rustdocflags"], words()),
        "CARGO_INCREMENTAL" | "CARGO_BUILD_INCREMENTAL" => (["build", "incremental"], truth()?),
        "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET_DIR" => (["build", "target-dir"], text()),
        "CARGO_BUILD_TARGET" => (["build", "target"], text()),
        _ => return None,
    };
    Some((KeyPath::new(path), value))
}

/// Whether Cargo sets the variable for every package it compiles.
fn is_cargos_own(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || matches!(
            name,
            "CARGO"
                | "CARGO_MANIFEST_DIR"
                | "CARGO_MANIFEST_PATH"
                | "CARGO_CRATE_NAME"
                | "CARGO_BIN_NAME"
                | "OUT_DIR"
        )
}

fn not_expanded(doc: &Doc<'_>, leaf: &Leaf) -> Option<Finding> {
    let Some(Value::Str(text)) = &leaf.value else {
        return None;
    };
    let written = unexpanded(text)?;
    let message = format!("`{written}` in `{}` is not expanded", leaf.path);
    Some(Finding::new(&NOT_EXPANDED, message).at(doc, leaf.span.clone(), "taken letter by letter"))
}

/// What a shell would expand at the beginning of a path or in it: `~`, `$NAME`, `${NAME}`, `%NAME%`.
pub(super) fn unexpanded(text: &str) -> Option<&str> {
    if text == "~" || text.starts_with("~/") {
        return Some("~");
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in text.match_indices('$') {
        let rest = &text[at + 1..];
        let name = rest.strip_prefix('{').unwrap_or(rest);
        let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let braces = if rest.starts_with('{') { 2 } else { 0 };
            return text.get(at..at + 1 + length + braces);
        }
    }
    let (_, rest) = text.split_once('%')?;
    let (name, _) = rest.split_once('%')?;
    let at = text.find('%')?;
    (name.len() > 1
        && name.chars().all(is_name)
        && name.starts_with(|c: char| c.is_ascii_uppercase()))
    .then(|| &text[at..at + name.len() + 2])
}

fn unknown_option(doc: &Doc<'_>, leaf: &Leaf, name: &str, option: &str) -> Finding {
    let near = crate::diagnostic::did_you_mean(option, ["force", "relative", "value"]);
    let message = format!("`{name}` under `[env]` has no option `{option}`");
    let finding = Finding::new(&UNKNOWN_OPTION, message).at(doc, leaf.key_span.clone(), "not read");
    match near {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .rename(doc, &leaf.path, near),
        None => finding,
    }
}
