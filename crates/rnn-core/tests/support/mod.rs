//! What must hold of every answer, whatever was asked.

use rnn_core::Error;

/// House rule: an error is one line.
pub(crate) fn check_error(error: &Error) {
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
}

/// Neither what is refused nor what is answered takes much memory. AnyTask where the system says it.
pub(crate) fn check_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    assert!(peak.is_none_or(|kilobytes: u64| kilobytes < 500_000), "{peak:?} kB");
}
