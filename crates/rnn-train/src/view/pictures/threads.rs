//! How many pictures can be drawn at once, and drawing so many.

use crate::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What drawing a run's pictures takes at most, in bytes: their sizes are fixed.
const MEMORY: usize = 96 << 20;

/// What each further thread takes of a limit on addresses, in bytes: its stack, and a region that the allocator sets apart.
const OF_THREAD: usize = 136 << 20;

/// In how many threads, at most, there is memory to draw: what draws would end the program where there is none.
pub(super) fn threads(most: usize) -> Result<usize, Error> {
    let fit = |further| Vec::<u8>::new().try_reserve_exact(MEMORY + further * OF_THREAD).is_ok();
    let further = (0..most.max(1)).rev().find(|&further| fit(further));
    let none = || Error::from(chart_kit::Error(format!("there is no memory to draw in ({} MB)", MEMORY >> 20)));
    further.map(|further| further + 1).ok_or_else(none)
}

/// Does something with each of some values, in so many threads as far as they can be had; of errors the first is told.
pub(super) fn in_threads<V: Send, T: Send>(
    threads: usize,
    values: impl IntoIterator<Item = V>,
    work: impl Fn(V) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let values: Vec<_> = values.into_iter().map(|value| Mutex::new(Some(value))).collect();
    let ends: Vec<_> = values.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work_on = || {
        while let Some((value, end)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            values.get(index).zip(ends.get(index))
        } {
            let value = locked(value).take();
            *locked(end) = value.map(&work);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(values.len()) {
            if std::thread::Builder::new().spawn_scoped(scope, work_on).is_err() {
                break;
            }
        }
        work_on();
    });
    ends.into_iter().filter_map(|end| end.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn locked<V>(value: &Mutex<V>) -> MutexGuard<'_, V> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
