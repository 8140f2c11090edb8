//! Numbers without end, kinds by name, and a note for whoever listens.

use num_bigint::BigUint;
use strum::IntoEnumIterator as _;

/// What the depot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumIter, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// One that is counted.
    Item,
    /// One that has items.
    LargeBox,
    /// One that has boxes.
    ColdRoom,
}

/// The product of the first numbers.
pub fn factorial(last: u32) -> BigUint {
    (1..=last).map(BigUint::from).product()
}

/// The kinds that survive their own name.
pub fn kinds() -> Vec<Kind> {
    Kind::iter().filter_map(|kind| kind.to_string().parse().ok()).collect()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let span = tracing::info_span!("everything", seed);
    let _inside = span.enter();
    let digits = factorial(20 + (seed % 20) as u32).to_string().len() as u64;
    tracing::debug!(digits, "counted");
    digits + kinds().len() as u64
}
