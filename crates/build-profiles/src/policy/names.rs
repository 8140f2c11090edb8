//! Names that a person gives: of profiles, sets and environments.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath};
use crate::key::{Home, keys};
use crate::policy::source::{Field, Reader};

/// Profiles that every Cargo has.
pub(crate) const BUILT_IN: [&str; 4] = ["bench", "dev", "release", "test"];

/// Names that Cargo keeps for itself, in any case; sorted. `cargo*` is too.
static RESERVED: &[&str] = &[
    "build",
    "build-override",
    "check",
    "clean",
    "config",
    "fetch",
    "fix",
    "install",
    "metadata",
    "package",
    "publish",
    "report",
    "root",
    "run",
    "rust",
    "rustc",
    "rustdoc",
    "target",
    "tmp",
    "uninstall",
];

/// Names that Windows keeps for devices: no file can be called so there.
static DEVICES: &[&str] = &["aux", "con", "nul", "prn"];

/// Whether the profile is one that Cargo has without being told.
///
/// `debug` is from Cargo 1.99 on: it inherits from dev.
pub(super) fn is_built_in(profile: &str, toolchain: Option<&semver::Version>) -> bool {
    BUILT_IN.contains(&profile) || (profile == "debug" && has_debug_profile(toolchain))
}

/// Looks at the name of a profile; `false` if the profile cannot exist.
pub(super) fn profile(reader: &mut Reader<'_>, field: &Field<'_>) -> bool {
    let name = field.name;
    let (file, span) = (reader.file, &field.span);
    if let Some(found) = refused(
        name,
        has_debug_profile(reader.toolchain.as_ref()),
        file,
        span,
    ) {
        reader.diagnostics.push(found);
        return false;
    }
    reader.diagnostics.extend(colliding(name, file, span));
    true
}

/// The finding about a name that no profile can have.
pub(crate) fn refused(
    name: &str,
    has_debug_profile: bool,
    file: &FilePath,
    span: &Range<usize>,
) -> Option<Diagnostic> {
    let lower = name.to_lowercase();
    let error = |code, message: String, label: &str| {
        Diagnostic::error(code, message).with_label(file, span.clone(), label)
    };
    // Cargo takes any letter here, not only those of ASCII.
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let found = if name.is_empty() || !name.chars().all(letter) {
        error(
            "invalid_name",
            format!("`{name}` cannot be the name of a profile"),
            "letters, digits, `-` and `_` only",
        )
        .with_help("rename it")
    } else if lower == "debug" && !(name == "debug" && has_debug_profile) {
        error(
            "reserved_profile_name",
            format!("profile name `{name}` is reserved"),
            "reserved by Cargo",
        )
        .with_note(
            "`debug` is a profile of its own from Cargo 1.99 on; before, it is the folder of dev",
        )
        .with_help("write `[profile.dev]`")
    } else if name == "doc" {
        error(
            "doc_profile",
            "the profile `doc` has no effect".to_owned(),
            "deprecated by Cargo, and never used",
        )
        .with_note("`cargo doc` builds with dev, `cargo doc --release` with release")
        .with_help("remove it")
    } else if RESERVED.binary_search(&lower.as_str()).is_ok() || lower.starts_with("cargo") {
        error(
            "reserved_profile_name",
            format!("profile name `{name}` is reserved"),
            "reserved by Cargo",
        )
        .with_help("rename it")
    } else {
        return None;
    };
    Some(found)
}

/// The finding about a name that a variable of the environment would read as a key of a built-in profile.
pub(crate) fn colliding(name: &str, file: &FilePath, span: &Range<usize>) -> Option<Diagnostic> {
    let (built_in, key) = collides(name)?;
    let found = Diagnostic::warning(
        "profile_name_collides",
        format!("profile `{name}` reads like `{key}` of `{built_in}` in the environment"),
    )
    .with_label(file, span.clone(), "a built-in profile, a dash, and a key")
    .with_note(format!(
        "Cargo takes `CARGO_PROFILE_{}_...` for `profile.{built_in}.{key}`: such a variable stops every build",
        name.to_uppercase().replace('-', "_")
    ))
    .with_help(format!("rename it, to `{key}-{built_in}` for instance"));
    Some(found)
}

/// Looks at the name of `what`: of "a set" or "an environment".
pub(super) fn plain(reader: &mut Reader<'_>, field: &Field<'_>, what: &str) {
    if is_plain(field.name) {
        return;
    }
    let found = Diagnostic::error(
        "invalid_name",
        format!(
            "`{}` cannot be the name of {what}",
            field.name.escape_debug()
        ),
    )
    .with_label(
        reader.file,
        field.span.clone(),
        "letters, digits, `-` and `_` only",
    )
    .with_help("rename it");
    reader.diagnostics.push(found);
}

/// Looks at the name of an environment: it names a file, on Windows and macOS too.
pub(super) fn environment(reader: &mut Reader<'_>, field: &Field<'_>, before: &[String]) {
    let name = field.name.to_lowercase();
    let found = if DEVICES.contains(&name.as_str()) {
        Diagnostic::error(
            "invalid_name",
            format!("`{}` cannot be the name of an environment", field.name),
        )
        .with_label(
            reader.file,
            field.span.clone(),
            "a device on Windows, never a file",
        )
        .with_help("rename it")
    } else if let Some(other) = before.iter().find(|other| other.to_lowercase() == name) {
        Diagnostic::error(
            "invalid_name",
            format!(
                "environments `{other}` and `{}` are one file on Windows and macOS",
                field.name
            ),
        )
        .with_label(reader.file, field.span.clone(), "differs in case alone")
        .with_help("rename one")
    } else {
        return plain(reader, field, "an environment");
    };
    reader.diagnostics.push(found);
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(plain)
}

fn has_debug_profile(toolchain: Option<&semver::Version>) -> bool {
    toolchain.is_some_and(|floor| (floor.major, floor.minor) >= (1, 99))
}

/// The built-in profile and the key that a name is made of: `release-lto`.
fn collides(name: &str) -> Option<(&'static str, &'static str)> {
    let (first, rest) = name.split_once('-')?;
    let built_in = BUILT_IN.into_iter().find(|built_in| *built_in == first)?;
    keys(Home::Profile)
        .find(|key| key.name == rest)
        .map(|key| (built_in, key.name))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reserved_names_are_sorted() {
        assert!(super::RESERVED.is_sorted());
    }
}
