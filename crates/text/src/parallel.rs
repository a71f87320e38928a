//! Work on a list in parts, one per core.

/// Applies `work` to each item, in parts on all cores; each part gets its own `scratch`. Results are in the
/// order of the items, whatever the number of cores.
pub(crate) fn map_parts<T: Sync, S, R: Send>(
    items: &[T],
    scratch: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let one_part = |part: &[T]| -> Vec<R> {
        let mut scratch = scratch();
        part.iter().map(|item| work(&mut scratch, item)).collect()
    };
    if cores == 1 || items.len() < 256 {
        return one_part(items);
    }
    // More parts than cores, so that a heavy part does not hold the others up.
    let size = items.len().div_ceil(cores * 8).max(1);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let parts: Vec<&[T]> = items.chunks(size).collect();
    let mut done: Vec<(usize, Vec<R>)> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut own = Vec::new();
                    loop {
                        let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(part) = parts.get(at) else { return own };
                        own.push((at, one_part(part)));
                    }
                })
            })
            .collect();
        tasks.into_iter().flat_map(|t| t.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, results)| results).collect()
}
