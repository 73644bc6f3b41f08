//! What is said to people goes out in a thread of its own: nobody waits for a reader that does not read.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// So much can wait to go out; what comes then is left out.
const ROOM: usize = 1024;
/// How long a reader is waited for that is only slow, until there is room, and until a line of diagnostics is out.
const SLOW: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(1);

/// How a message goes out.
type Way<M> = Box<dyn FnMut(M) + Send>;

/// Takes in messages, and hands them on one by one in a thread of its own.
pub(crate) struct Outlet<M> {
    way: Arc<Mutex<Way<M>>>,
    /// `None` where there is no thread to be had: then messages are handed on in the thread that they come from.
    queue: Option<SyncSender<M>>,
    sent: AtomicU64,
    out: Arc<(Mutex<u64>, Condvar)>,
    /// A reader was waited for in vain, and nothing has gone out since.
    stalled: AtomicBool,
}

impl<M: Send + 'static> Outlet<M> {
    /// Hands messages on to `way`.
    pub(crate) fn new(way: impl FnMut(M) + Send + 'static) -> Self {
        let way: Arc<Mutex<Way<M>>> = Arc::new(Mutex::new(Box::new(way)));
        let out = Arc::new((Mutex::new(0), Condvar::new()));
        let (queue, messages): (_, Receiver<M>) = sync_channel(ROOM);
        let (way_of_thread, count) = (Arc::clone(&way), Arc::clone(&out));
        let hand_on = move || {
            for message in messages {
                locked(&way_of_thread)(message);
                *locked(&count.0) += 1;
                count.1.notify_all();
            }
        };
        let started = std::thread::Builder::new().name("outlet".to_owned()).spawn(hand_on);
        let queue = started.is_ok().then_some(queue);
        Self { way, queue, sent: AtomicU64::new(0), out, stalled: AtomicBool::new(false) }
    }

    /// Hands a message on. Where the reader is slow it is waited for, where it has stopped the message is left out.
    pub(crate) fn say(&self, message: M) {
        let Some(queue) = &self.queue else { return locked(&self.way)(message) };
        if self.is_out() {
            // A reader that had stopped reads again.
            self.stalled.store(false, Ordering::Relaxed);
        }
        let (mut message, until) = (message, Instant::now() + SLOW);
        loop {
            match queue.try_send(message) {
                Ok(()) => {
                    self.sent.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Err(TrySendError::Full(back)) if !self.is_stalled() && Instant::now() < until => message = back,
                Err(_) => return self.stalled.store(true, Ordering::Relaxed),
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Hands a message on that a later one can stand for, unless others are waiting.
    pub(crate) fn mention(&self, message: M) {
        if self.is_out() {
            self.say(message);
        }
    }

    /// Waits until all is out, but not for a reader that has stopped.
    pub(crate) fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        let mut out = locked(&self.out.0);
        while self.queue.is_some() && *out < self.sent.load(Ordering::Relaxed) {
            let left = until.saturating_duration_since(Instant::now());
            if self.stalled.load(Ordering::Relaxed) || left.is_zero() {
                return self.stalled.store(true, Ordering::Relaxed);
            }
            out = self.out.1.wait_timeout(out, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.stalled.store(false, Ordering::Relaxed);
    }

    fn is_out(&self) -> bool {
        self.queue.is_none() || *locked(&self.out.0) == self.sent.load(Ordering::Relaxed)
    }

    fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed) && !self.is_out()
    }
}

/// Writes to standard error. What cannot be told is not told.
pub(crate) fn to_stderr(text: &[u8]) {
    static STDERR: OnceLock<Outlet<Vec<u8>>> = OnceLock::new();
    let stderr = STDERR.get_or_init(|| Outlet::new(|text: Vec<u8>| drop(std::io::stderr().write_all(&text))));
    stderr.say(text.to_vec());
    stderr.settle();
}

fn locked<V: ?Sized>(value: &Mutex<V>) -> MutexGuard<'_, V> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn all_goes_out_in_order_to_a_reader_that_reads() {
        let (sender, got) = channel();
        let outlet = Outlet::new(move |number: usize| sender.send(number).unwrap());
        (0..3 * ROOM).for_each(|number| outlet.say(number));
        outlet.settle();
        assert!(got.try_iter().eq(0..3 * ROOM));
    }

    #[test]
    fn a_reader_that_has_stopped_is_waited_for_once() {
        let (gate, wait) = channel::<()>();
        let (sender, got) = channel();
        let outlet = Outlet::new(move |number: usize| {
            let _ = wait.recv();
            let _ = sender.send(number);
        });
        let begun = Instant::now();
        (0..10 * ROOM).for_each(|number| outlet.say(number));
        (0..9).for_each(|_| outlet.settle());
        assert!(begun.elapsed() < SLOW + PATIENCE + Duration::from_secs(2), "{:?}", begun.elapsed());
        drop(gate);
        // What had room is not lost.
        while got.iter().next() != Some(ROOM - 1) {}
        while !outlet.is_out() {
            std::thread::yield_now();
        }
        outlet.say(7);
        outlet.settle();
        assert_eq!(got.try_iter().last(), Some(7));
    }
}
