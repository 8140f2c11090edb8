//! Where each file of a configured workspace stands.

use crate::diagnostic::FilePath;
use crate::facts::Workspace;
use crate::policy::Policy;

/// The root manifest.
pub fn manifest_path() -> FilePath {
    FilePath::new("Cargo.toml")
}

/// The Cargo config file that the policy chose.
pub fn config_path(policy: &Policy) -> FilePath {
    FilePath::new(
        policy
            .config
            .as_ref()
            .map_or(".cargo/config.toml", |config| &config.value),
    )
}

/// The Cargo config that a workspace without a policy has, or would get: the old name where that is the only one, since
/// Cargo would ignore a new file beside it.
pub(crate) fn config_there(workspace: &Workspace) -> FilePath {
    let new = config_path(&Policy::default());
    let old = new.sibling("config");
    let is_there = |file: &FilePath| workspace.files.contains_key(file);
    match is_there(&old) && !is_there(&new) {
        true => old,
        false => new,
    }
}

/// The included layer of committed scalars that a machine may override.
pub fn portable_path(policy: &Policy) -> FilePath {
    config_path(policy).sibling("portable.toml")
}

/// The included layer of this machine, which git ignores.
pub fn machine_path(policy: &Policy) -> FilePath {
    config_path(policy).sibling("machine.toml")
}

/// The committed file of an environment.
pub fn environment_path(policy: &Policy, name: &str) -> FilePath {
    config_path(policy).sibling(&format!("env/{name}.toml"))
}

/// nextest's own file. nextest looks for it here alone.
pub fn nextest_path() -> FilePath {
    FilePath::new(".config/nextest.toml")
}
