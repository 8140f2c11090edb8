//! Counters for many threads, a bar that nobody sees, and lines of a log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _};

/// Counts from so many threads at once.
pub fn counted(threads: u64) -> DashMap<u64, u64> {
    let counts = DashMap::new();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let counts = &counts;
            scope.spawn(move || *counts.entry(thread % 3).or_insert(0) += 1);
        }
    });
    counts
}

/// Moves a bar to its end.
pub fn bar(length: u64) -> u64 {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
    bar.set_style(ProgressStyle::with_template("{bar} {pos}/{len}").expect("a plain template"));
    (0..length).for_each(|_| bar.inc(1));
    bar.finish();
    bar.position()
}

/// Where a log ends up that is read again.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics with it").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A log as JSON, of what is important enough.
pub fn logged(seed: u64) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = tracing_subscriber::fmt::layer().json().without_time().with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(EnvFilter::new("info")).with(layer);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(seed, "heard");
        tracing::debug!(seed, "not heard");
    });
    let bytes = lines.0.lock().expect("nobody panics with it").clone();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let log = logged(seed);
    assert_eq!(log.lines().count(), 1, "{log}");
    counted(3 + seed % 3).iter().map(|count| *count.value()).sum::<u64>() + bar(seed % 50)
}
