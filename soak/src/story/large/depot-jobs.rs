//! Jobs for threads that take turns.

use crossbeam::channel;
use crossbeam::queue::ArrayQueue;

/// Sends every job through a channel and a queue, and adds up what comes out.
pub fn worked<T: Send, R: Send + std::iter::Sum<R>>(jobs: Vec<T>, work: impl Fn(T) -> R + Sync) -> R {
    let done = ArrayQueue::new(jobs.len().max(1));
    let (sender, receiver) = channel::bounded(4);
    crossbeam::thread::scope(|scope| {
        for _ in 0..2 {
            let (receiver, done, work) = (receiver.clone(), &done, &work);
            scope.spawn(move |_| {
                receiver.iter().for_each(|job| assert!(done.push(work(job)).is_ok(), "it has room for all"));
            });
        }
        jobs.into_iter().for_each(|job| assert!(sender.send(job).is_ok(), "two of them listen"));
        drop(sender);
    })
    .expect("nobody panics");
    done.into_iter().sum()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let names: Vec<String> = (0..seed % 30).map(|job| format!("job {job}")).collect();
    worked(names, |name| name.len() as u64) + worked(vec![1u32, 2, 3], u64::from)
}
