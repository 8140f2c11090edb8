//! The door that runs programs: rustc, Cargo, linkers, compiler caches.
//!
//! What is worth trying and what the outcome means stands in [`build_profiles::machine`]; here it is only done. Every
//! child runs in the workspace root, in the environment of the user's shell, and within a time limit.

mod child;
mod excerpt;
pub(crate) mod git;
mod host;
mod limit;
mod private;
mod scratch;
mod server;
mod trial;
mod unit_graph;

pub(crate) use child::Children;
pub(crate) use host::{cache_folder, host, look_up, toolchain};
pub(crate) use limit::output;
pub(crate) use private::Private;
pub(crate) use scratch::start_check;
pub(crate) use trial::Bench;
pub(crate) use unit_graph::unit_graph;

#[cfg(test)]
mod fixture;
#[cfg(all(test, unix))]
mod tests;
