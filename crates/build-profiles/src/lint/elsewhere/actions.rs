//! Variables that public actions set for the steps after them, without anybody writing them.

use super::said::{Action, Said};

/// One of them.
struct Export {
    /// `owner/name`, in lower case.
    action: &'static str,
    variable: &'static str,
    value: &'static str,
    /// The input that says another value, and nothing at all if it is empty.
    input: Option<&'static str>,
    /// Whether a variable that is set already, even to nothing, stays as it is.
    yields: bool,
}

/// From the sources of the actions, read in August 2026: `action.yml` of `actions-rust-lang/setup-rust-toolchain`
/// (1.5 and later) and of `dtolnay/rust-toolchain`, `src/restore.ts` of `Swatinem/rust-cache` (2), `index.ts` of
/// `moonrepo/setup-rust` (1). `mozilla-actions/sccache-action`, `taiki-e/install-action` and `rui314/setup-mold` set
/// none of Cargo's variables.
static EXPORTS: &[Export] = &[
    Export {
        action: "actions-rust-lang/setup-rust-toolchain",
        variable: "RUSTFLAGS",
        value: "-D warnings",
        input: Some("rustflags"),
        yields: true,
    },
    Export {
        action: "actions-rust-lang/setup-rust-toolchain",
        variable: "CARGO_PROFILE_DEV_DEBUG",
        value: "0",
        input: None,
        yields: true,
    },
    // By `Swatinem/rust-cache`, which it starts.
    Export {
        action: "actions-rust-lang/setup-rust-toolchain",
        variable: "CARGO_INCREMENTAL",
        value: "0",
        input: None,
        yields: false,
    },
    Export {
        action: "dtolnay/rust-toolchain",
        variable: "CARGO_INCREMENTAL",
        value: "0",
        input: None,
        yields: true,
    },
    Export {
        action: "swatinem/rust-cache",
        variable: "CARGO_INCREMENTAL",
        value: "0",
        input: None,
        yields: false,
    },
    Export {
        action: "moonrepo/setup-rust",
        variable: "CARGO_INCREMENTAL",
        value: "0",
        input: None,
        yields: false,
    },
];

/// The value an action gives to a variable; `None`: it leaves it alone, or nobody can tell.
pub(super) fn given<'a>(said: &Said, action: &'a Action, variable: &str) -> Option<&'a str> {
    let export = EXPORTS
        .iter()
        .find(|one| one.action == action.name && one.variable == variable)?;
    let is_set = said
        .seen(action.scope, variable, action.span.start)
        .is_some();
    if export.yields && (is_set || said.is_opaque(action.scope)) {
        return None;
    }
    let mut inputs = action.inputs.iter();
    let input = inputs.find(|(name, _)| Some(name.as_str()) == export.input);
    match input {
        Some((_, value)) => value.as_deref().filter(|value| !value.is_empty()),
        None => Some(export.value),
    }
}

/// Whether an action of the file takes incremental compilation away whatever the file says of it.
pub(super) fn ends_incremental(said: &Said) -> bool {
    said.actions.iter().any(|action| {
        let mut exports = EXPORTS.iter();
        exports.any(|one| {
            one.action == action.name && one.variable == "CARGO_INCREMENTAL" && !one.yields
        })
    })
}
