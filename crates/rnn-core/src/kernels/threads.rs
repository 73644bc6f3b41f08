//! Work that is shared out to threads.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};

/// Ranges of `0..count`, about equally long, one for each thread; none of them is empty.
fn shares(count: usize, threads: usize) -> impl Iterator<Item = Range<usize>> {
    let threads = threads.min(count);
    (0..threads).map(move |thread| count * thread / threads..count * (thread + 1) / threads)
}

/// A slice that is cut into shares from the front. It is of some things, each of which has equally many of its numbers.
pub(crate) struct Shared<'a, T> {
    rest: &'a mut [T],
    of_each: usize,
}

impl<'a, T> Shared<'a, T> {
    pub(crate) fn new(all: &'a mut [T], things: usize) -> Self {
        Self { of_each: all.len() / things, rest: all }
    }

    /// Takes off the numbers of the next things.
    pub(crate) fn take(&mut self, things: &Range<usize>) -> &'a mut [T] {
        self.rest.split_off_mut(..things.len() * self.of_each).unwrap_or_default()
    }
}

/// Does each share's part, all but one of them in threads of their own: `0..count` shared out to this many threads.
pub(crate) fn in_parallel<F: FnOnce() + Send>(count: usize, threads: usize, mut part: impl FnMut(Range<usize>) -> F) {
    if threads <= 1 || count <= 1 {
        // Without a scope, which would allocate.
        return part(0..count)();
    }
    let mut shares = shares(count, threads);
    let first = shares.next().map(&mut part);
    thread::scope(|scope| {
        for share in shares {
            start(scope, part(share));
        }
        first.into_iter().for_each(|part| part());
    });
}

/// Does a part in a thread of its own or, where the system has no thread left to give, in this one.
fn start<'scope, F: FnOnce() + Send + 'scope>(scope: &'scope Scope<'scope, '_>, part: F) {
    // A thread that cannot be started drops its closure, so the part is kept outside of it.
    let kept = Arc::new(Mutex::new(Some(part)));
    let take = |kept: &Mutex<Option<F>>| kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let of_thread = Arc::clone(&kept);
    let work = move || {
        if let Some(part) = take(&of_thread) {
            part();
        }
    };
    if thread::Builder::new().spawn_scoped(scope, work).is_err() {
        take(&kept).into_iter().for_each(|part| part());
    }
}
