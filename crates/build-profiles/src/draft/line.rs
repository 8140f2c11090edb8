//! One setting of a draft, as its file spells it.

use crate::value::{KeyPath, Value};

/// One setting.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its key, as manifest and config have it.
    pub(super) path: KeyPath,
    pub(super) value: Value,
    /// The value as its file spells it.
    pub(super) spelled: String,
    /// What its comment explains.
    pub(super) comment: Option<String>,
}
