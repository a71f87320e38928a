//! Work spread over threads with results in the order of the tasks, so that no outcome depends on how
//! many threads there were.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `work(scratch, task)` for every task below `tasks` and returns the results in task order.
/// `scratch` is made once for each thread.
pub(crate) fn map<S, T: Send>(
    threads: NonZeroUsize,
    tasks: usize,
    scratch: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let threads = threads.get().min(tasks);
    if threads <= 1 {
        let mut own = scratch();
        return (0..tasks).map(|task| work(&mut own, task)).collect();
    }
    let next = AtomicUsize::new(0);
    let run = || {
        let mut own = scratch();
        let mut done = Vec::new();
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                return done;
            }
            done.push((task, work(&mut own, task)));
        }
    };
    let mut all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut all = run();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(task, _)| *task);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_threads() {
        for threads in 1..5 {
            let threads = NonZeroUsize::new(threads).unwrap();
            let squares = map(threads, 100, || (), |(), task| task * task);
            assert_eq!(squares, (0..100).map(|task| task * task).collect::<Vec<_>>());
        }
        assert!(map(NonZeroUsize::MIN, 0, || (), |(), task| task).is_empty());
    }
}
