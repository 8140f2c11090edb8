//! The door that runs programs: rustc, Cargo, linkers, compiler caches.
//!
//! What is worth trying and what the outcome means stands in [`build_profiles::machine`]; here it is only done. Every
//! child runs in the workspace root, in the environment of the user's shell, and within a time limit.

mod build;
mod cache_server;
pub(crate) mod cache;
mod child;
mod cpu;
mod excerpt;
pub(crate) mod git;
mod host;
mod limit;
mod link_clock;
mod private;
pub(crate) mod runner;
mod scratch;
mod server;
mod small;
mod suite;
mod site;
mod timed;
mod trial;
mod unit_graph;
pub(crate) mod watch;

pub(crate) use build::{Built, Order, build, relink};
pub(crate) use cache_server::CacheServer;
pub(crate) use child::Children;
pub(crate) use excerpt::failure;
pub(crate) use host::{Toolchain, cache_folder, host, look_up, toolchain, version};
use limit::{Ended, output_unless};
pub(crate) use limit::{output, waited};
pub(crate) use link_clock::{LinkClock, timings_page};
pub(crate) use private::{Private, clear, temporary};
pub(crate) use scratch::start_check;
pub(crate) use site::{Layout, Site, Wrapper, calls, made};
pub(crate) use small::Small;
pub(crate) use suite::Suite;
pub(crate) use timed::{Timed, heed_interrupts, interrupted, is_alive, timed};
pub(crate) use trial::Bench;
pub(crate) use unit_graph::{unit_graph, unit_graph_of, unit_profiles};

#[cfg(test)]
mod fixture;
#[cfg(all(test, unix))]
mod tests;
