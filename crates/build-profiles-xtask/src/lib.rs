//! Declarative build profiles for a Cargo workspace: the acting half.

// Public for its fault tests alone, which kill a process at every step.
#[doc(hidden)]
pub mod write;

mod run;
