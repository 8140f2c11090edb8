//! Whether a setting that is in force is worth it: what to measure, and what the samples mean.
//!
//! "Active" is [`crate::verdict`]'s word and needs one build; "worth it" is told by many. The acting half builds; which
//! build, in which order, from which files, and what its figures say is decided here.

pub mod layer;
pub mod piece;
pub mod scenario;
pub mod wanted;
pub mod graph;
pub mod schedule;
pub mod record;
pub mod statistics;
pub mod analysis;
pub mod notes;
pub mod compare;
pub mod budget;
pub mod said;
pub mod advice;

pub mod timings;
pub mod waits;
pub mod class;
pub mod link;
pub mod replay;
pub mod bound;
