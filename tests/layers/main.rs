//! What we say of Cargo's layers, held against Cargo itself, on layers that are made up.
//!
//! Config files in nested folders, with includes, and variables, against `cargo config get`; manifests, configs and
//! variables with profiles in them, against Cargo's unit graph. Both are unstable: Cargo gives them where it takes itself
//! for a nightly one.
//!
//! `BUILD_PROFILES_CASES=20000` tries more than usual, `BUILD_PROFILES_SEED=7` others than usual.

mod config;
mod profiles;
mod made;
mod random;
mod sandbox;

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use random::Random;

/// How many cases, and what they are made from.
fn cases(usual: usize) -> (usize, u64) {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let cases = number("BUILD_PROFILES_CASES").map_or(usual, |cases: u64| {
        // The parts keep their proportion: there are five times as many config files as there are profiles.
        let cases = usize::try_from(cases).expect("fewer than there are addresses");
        (cases * usual).div_ceil(1500)
    });
    (cases, number("BUILD_PROFILES_SEED").unwrap_or(1))
}

/// Tries every case, several at once; `worker` makes what tries them. A case comes to whether Cargo has answered, or to
/// what it sees another way.
fn try_all<W>(
    usual: usize,
    worker: impl Fn() -> W + Sync,
    try_one: impl Fn(&mut W, &mut Random) -> Result<bool, String> + Sync,
) {
    /// More of them tell nobody more.
    const SHOWN: usize = 5;
    let (cases, seed) = cases(usual);
    let next = AtomicUsize::new(0);
    let answered = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let one = || {
        let mut worker = worker();
        let mut failed = Vec::new();
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            if case >= cases || failed.len() == SHOWN {
                return failed;
            }
            let mut random = Random::new(seed, case);
            match try_one(&mut worker, &mut random) {
                Ok(answer) => {
                    answered.fetch_add(usize::from(answer), Ordering::Relaxed);
                }
                Err(difference) => {
                    failed.push(format!("case {case} of seed {seed}:\n{difference}"));
                }
            }
        }
    };
    let failed: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(one)).collect();
        let failed = threads.into_iter().map(|thread| thread.join());
        failed
            .flat_map(|failed| failed.expect("a case panicked"))
            .collect()
    });
    assert!(
        failed.is_empty(),
        "Cargo sees it another way:\n\n{}",
        failed
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n")
    );
    let answered = answered.into_inner();
    assert!(
        answered * 3 > cases,
        "Cargo answers {answered} of {cases} cases: the others say little"
    );
}
