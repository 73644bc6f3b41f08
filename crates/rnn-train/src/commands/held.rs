//! Lines of diagnostics, which are held back while the screen is up: on it they would stand in the middle of pictures.

use crate::commands::outlet::to_stderr;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The lines that are kept; of more, the first ones are left out.
const MOST_LINES: usize = 1000;

#[derive(Debug)]
struct Held {
    lines: VecDeque<String>,
    left_out: usize,
}

/// `None` while nothing is held back.
static HELD: Mutex<Option<Held>> = Mutex::new(None);

fn with<R>(change: impl FnOnce(&mut Option<Held>) -> R) -> R {
    change(&mut HELD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Standard error, or where it goes while the screen is up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Diagnostics;

impl Write for Diagnostics {
    /// A line, or several: that is how they come.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        with(|held| match held {
            None => {
                to_stderr(bytes);
                Ok::<(), std::io::Error>(())
            }
            Some(held) => {
                held.lines.extend(String::from_utf8_lossy(bytes).lines().map(str::to_owned));
                let more = held.lines.len().saturating_sub(MOST_LINES);
                held.lines.drain(..more);
                held.left_out += more;
                Ok(())
            }
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

#[cfg(feature = "view")]
/// Begins to hold lines back, unless they go where they garble nothing.
pub(crate) fn hold() {
    use std::io::IsTerminal;
    if std::io::stderr().is_terminal() {
        with(|held| *held = Some(Held { lines: VecDeque::new(), left_out: 0 }));
    }
}

#[cfg(feature = "view")]
/// Writes what was held back.
pub(crate) fn release() {
    // Kept out of the lock, in which the line of somebody else may be waiting.
    let Some(Held { lines, left_out }) = with(Option::take) else { return };
    let mut stderr = std::io::stderr().lock();
    if left_out > 0 {
        // What cannot be told is not told.
        let _ = writeln!(stderr, "({left_out} earlier lines left out)");
    }
    for line in lines {
        let _ = writeln!(stderr, "{line}");
    }
}

#[cfg(feature = "view")]
/// The last line that was held back, without its colours.
pub(crate) fn last() -> Option<String> {
    with(|held| held.as_ref().and_then(|held| held.lines.back()).map(|line| plain(line)))
}

#[cfg(feature = "view")]
/// A line without the sequences that switch colours.
fn plain(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
    rest.fold(first, |text, part| text + part).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_held_back_and_the_last_is_shown_plainly() {
        with(|held| *held = Some(Held { lines: VecDeque::new(), left_out: 0 }));
        Diagnostics.write_all(b"\x1b[32m INFO\x1b[0m first\n").unwrap();
        Diagnostics.write_all(b"\x1b[33m WARN\x1b[0m a\nb\n").unwrap();
        assert_eq!(last().as_deref(), Some("b"));
        assert_eq!(with(|held| held.as_ref().map(|held| plain(&held.lines[0]))).as_deref(), Some("INFO first"));
        (0..MOST_LINES).for_each(|line| writeln!(Diagnostics, "{line}").unwrap());
        let kept = with(Option::take).unwrap();
        assert!(kept.left_out >= 3 && kept.lines.len() == MOST_LINES, "{}", kept.left_out);
        assert_eq!(last(), None);
    }
}
