//! The oldest Cargo that builds a workspace, by what the workspace says of itself.

use semver::Version;

use super::Ask;
use crate::adopt::Adopted;
use crate::diagnostic::FilePath;
use crate::edit::parse;
use crate::facts::Workspace;
use crate::key::{Home, key};
use crate::value::{KeyPath, Value};

/// A floor, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Floor {
    /// As the policy spells it.
    pub(super) version: String,
    /// Why this one.
    pub(super) reason: String,
}

/// The highest `rust-version` of a member, else the pinned toolchain, else the Cargo that runs; never lower than what the
/// settings need. An older Cargo builds some of the members, and not the workspace.
pub(super) fn floor(ask: &Ask<'_>, workspace: &Workspace, entries: &[(KeyPath, Adopted)]) -> Floor {
    let said = highest_rust_version(workspace).or_else(|| pinned(ask));
    let (version, reason) = said.unwrap_or_else(|| {
        let (major, minor) = (ask.cargo.major, ask.cargo.minor);
        (
            Version::new(major, minor, 0),
            "the Cargo that `init` ran with; lower it if an older one builds this too".to_owned(),
        )
    });
    match needed(entries) {
        Some((needed, what)) if needed > version => Floor {
            version: spelled(&needed),
            reason: format!("{what} needs it; {reason} is {}", spelled(&version)),
        },
        _ => Floor {
            version: spelled(&version),
            reason,
        },
    }
}

fn spelled(version: &Version) -> String {
    match version.patch {
        0 => format!("{}.{}", version.major, version.minor),
        _ => version.to_string(),
    }
}

fn highest_rust_version(workspace: &Workspace) -> Option<(Version, String)> {
    let versions = workspace.members.iter().filter_map(|one| {
        let version = one.rust_version.clone()?;
        Some((version, one.name.as_str()))
    });
    // Of several with the same the first by name.
    let (version, member) = versions.fold(None, |best, one| match best {
        Some((ref highest, _)) if *highest >= one.0 => best,
        _ => Some(one),
    })?;
    Some((version, format!("the rust-version of {member}")))
}

/// The toolchain file's channel, where it is a version. A nightly says nothing of stable keys.
fn pinned(ask: &Ask<'_>) -> Option<(Version, String)> {
    let (file, text) = ["rust-toolchain", "rust-toolchain.toml"]
        .into_iter()
        .find_map(|name| Some((name, ask.beside.get(&FilePath::new(name))?)))?;
    let channel = match parse(text) {
        Ok(source) => match source
            .leaf(&KeyPath::new(["toolchain", "channel"]))?
            .value?
        {
            Value::Str(channel) => channel,
            _ => return None,
        },
        // The older form is the name alone.
        Err(_) => text.lines().next()?.trim().to_owned(),
    };
    let digits = channel.split('-').next()?;
    let full = match digits.matches('.').count() {
        1 => format!("{digits}.0"),
        _ => digits.to_owned(),
    };
    Some((Version::parse(&full).ok()?, file.to_owned()))
}

/// The newest Cargo that a setting needs, and which it is.
fn needed(entries: &[(KeyPath, Adopted)]) -> Option<(Version, String)> {
    let needs = entries.iter().filter_map(|(path, adopted)| {
        let (Adopted::Declared(value, _), Some(name)) = (adopted, path.segments().last()) else {
            return None;
        };
        let home = match path.parts()[0] {
            "profile" => Home::Profile,
            "build" => Home::Build,
            _ => Home::Target,
        };
        let (major, minor) = key(home, name)?.value_since(value)?;
        Some((Version::new(major, minor, 0), format!("`{name} = {value}`")))
    });
    // The first of several that need the same.
    needs.fold(None, |best, one| match best {
        Some((ref version, _)) if *version >= one.0 => best,
        _ => Some(one),
    })
}
