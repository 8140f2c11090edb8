//! What holds: all that Cargo reads, made into one value for each key as Cargo itself does it.
//!
//! [`Config`] merges the config files; [`Profiles`] lays config and variables over the manifest and says what a unit is
//! compiled with. `tests/layers.rs` holds both against Cargo, on thousands of generated layers.
//!
//! Source: Cargo 1.95, `util/context` and `core/profiles.rs`; Cargo book, Configuration and Profiles.

mod walk;
mod config;
mod profile;
mod spec;

pub use config::{Config, Node, Origin};
pub use profile::{Effective, KEYS, Profiles, Step, Unit, Word};
pub use spec::Spec;
pub use walk::{Walk, walk};
