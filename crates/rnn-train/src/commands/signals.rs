//! Signals that ask for a stop. The first leads to an orderly one; a Ctrl-C or SIGTERM that is repeated after a while ends
//! the program at once.

use crate::exit_code;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What asks twice within this time has asked once: `timeout` signals a process and then its group.
const ONCE: Duration = Duration::from_secs(1);

/// A stop that can be asked for.
#[derive(Clone)]
pub(crate) struct Stop(Arc<AnyTask>);

struct AnyTask {
    flag: Arc<AtomicBool>,
    /// When somebody first asked who may ask again.
    first: Mutex<Option<Instant>>,
    tell: Box<dyn Fn() + Send + Sync>,
    before_exit: fn(),
}

impl Stop {
    /// `tell` is called when a stop is first asked for, `before_exit` before the program ends at once.
    pub(crate) fn new(tell: impl Fn() + Send + Sync + 'static, before_exit: fn()) -> Self {
        let (flag, tell) = (Arc::new(AtomicBool::new(false)), Box::new(tell));
        Self(Arc::new(AnyTask { flag, first: Mutex::new(None), tell, before_exit }))
    }

    /// What is set when there is to be a stop.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.flag)
    }

    #[cfg(feature = "view")]
    pub(crate) fn is_asked(&self) -> bool {
        self.0.flag.load(Ordering::Relaxed)
    }

    /// Asks for an orderly stop, however often.
    pub(crate) fn ask(&self) {
        if !self.0.flag.swap(true, Ordering::Relaxed) {
            (self.0.tell)();
        }
    }

    /// The same for who may ask again: that ends the program at once.
    pub(crate) fn ask_or_exit(&self) {
        if self.is_repeated(Instant::now()) {
            (self.0.before_exit)();
            std::process::exit(exit_code::INTERRUPTED.into());
        }
        self.ask();
    }

    fn is_repeated(&self, now: Instant) -> bool {
        let mut first = self.0.first.lock().unwrap_or_else(PoisonError::into_inner);
        now.saturating_duration_since(*first.get_or_insert(now)) >= ONCE
    }

    /// Listens to signals from now on.
    pub(crate) fn listen(&self) {
        if let Err(error) = listen(self) {
            tracing::warn!("signals will end the program at once: {error}");
        }
    }
}

/// A flag that is set by the first signal that asks for a stop: Ctrl-C, a termination signal, a closed terminal, a scheduler's
/// warning. A Ctrl-C or termination signal that is repeated a second later ends the program at once.
#[must_use]
pub fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Stop::new(|| (), || ());
    stop.listen();
    stop.flag()
}

/// Listens to Ctrl-C, to termination, to a terminal that closes, and to what schedulers send as a warning before they kill:
/// Slurm what it is told to, Grid Engine SIGUSR1, SIGUSR2 and SIGXCPU, LSF SIGUSR2.
#[cfg(unix)]
fn listen(stop: &Stop) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
    let hangup = Some(SIGHUP).filter(|_| !is_hangup_ignored());
    let heard: Vec<_> = [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU].into_iter().chain(hangup).collect();
    let mut signals = signal_hook::iterator::Signals::new(&heard)?;
    let of_thread = stop.clone();
    let listen = move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGTERM => of_thread.ask_or_exit(),
                _ => of_thread.ask(),
            }
        }
    };
    if std::thread::Builder::new().name("signals".to_owned()).spawn(listen).is_err() {
        // There is no thread to be had: an orderly stop is all that can be asked for.
        for signal in heard {
            signal_hook::flag::register(signal, stop.flag())?;
        }
    }
    Ok(())
}

/// Other systems know no more signals, and no time between two.
#[cfg(not(unix))]
fn listen(stop: &Stop) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM] {
        // In this order, so that the first signal finds the flag unset.
        let code = i32::from(exit_code::INTERRUPTED);
        signal_hook::flag::register_conditional_shutdown(signal, code, stop.flag())?;
        signal_hook::flag::register(signal, stop.flag())?;
    }
    Ok(())
}

/// Whether this process was started with SIGHUP ignored, as `nohup` does: then it outlives its terminal.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

/// Whether the mask of ignored signals in this text of `/proc/PID/status` has SIGHUP, which is its first bit.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// The same where no file says it: a child inherits what is ignored, and a shell cannot change that.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn is_hangup_ignored() -> bool {
    let shell = std::process::Command::new("sh").args(["-c", "kill -HUP $$; printf alive"]).output();
    shell.is_ok_and(|shell| !shell.stdout.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn two_signals_within_a_moment_are_one() {
        let told = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&told);
        let tell = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let stop = Stop::new(tell, || ());
        stop.ask();
        let now = Instant::now();
        let after = |milliseconds| stop.is_repeated(now + Duration::from_millis(milliseconds));
        // What asked before is not repeated by a Ctrl-C: only that by itself.
        assert_eq!([0, 1, 999, 1000].map(after), [false, false, false, true]);
        stop.ask();
        assert!(stop.is_asked() && told.load(Ordering::Relaxed) == 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_ignored_hangup_is_known() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("Name:\tx\nSigIgn:\t0000000000001000\n") && !ignores_hangup(""));
    }
}
