//! Where each file of a configured workspace stands.

use crate::diagnostic::FilePath;
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
