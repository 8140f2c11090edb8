//! Declarative build profiles for a Cargo workspace: the deciding half.
//!
//! Everything here is a pure function of its arguments; there is no I/O. The pipeline:
//!
//! ```text
//! policy::parse   text                -> Policy
//! settle          Policy + Workspace  -> Settings
//! plan            Settings + files    -> Plan
//! machine         Wants + Host        -> the machine's own file
//! ```
//!
//! Modules stand in reading order.

pub mod policy;
pub mod local;
pub mod facts;
pub mod layout;
pub mod key;
pub mod tradeoff;
pub mod settings;
pub mod edit;
pub mod plan;
pub mod adopt;
pub mod draft;
pub mod preset;
pub mod scaffold;
mod touched;
pub mod eject;
pub mod suggest;
pub mod effect;
pub mod machine;
pub mod evidence;
pub mod effective;
pub mod probe;
pub mod verdict;
pub mod measure;
pub mod explain;
pub mod lint;
pub mod runner;
pub mod cache;
pub mod value;
mod program;
pub mod secret;
pub mod diagnostic;
pub mod codes;
pub mod schema;
pub mod reference;
