//! Where the fault tests may stop the process dead. Without the feature `failpoints` nothing of it is compiled.

/// Every step, in the order in which a run comes by. Those of one file are reached once a file.
pub const STEPS: &[&str] = &[
    "journal-drafted",
    "journaled",
    "folder-made",
    "half-staged",
    "staged",
    "backed-up",
    "swapped",
    "written",
    "restored",
    "tidied",
    "undone",
    "kept",
    "forgotten",
    "emptied",
];

/// Aborts if `BUILD_PROFILES_FAILPOINT` is this step, or `<step>:<n>` and this is the n-th time.
#[cfg(feature = "failpoints")]
pub(super) fn reach(step: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static TIMES: AtomicUsize = AtomicUsize::new(0);
    debug_assert!(STEPS.contains(&step), "`{step}` is not in the list");
    let Ok(wanted) = std::env::var("BUILD_PROFILES_FAILPOINT") else {
        return;
    };
    let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if name == step && (TIMES.fetch_add(1, Ordering::Relaxed) + 1).to_string() == nth {
        std::process::abort();
    }
}

#[cfg(not(feature = "failpoints"))]
pub(super) fn reach(_step: &str) {}
