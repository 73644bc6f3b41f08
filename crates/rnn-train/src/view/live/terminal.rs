//! The terminal: taken over for the screen, and left as it was, whatever happens.

use super::screen::{self, View};
use crate::commands::held;
use crate::commands::terminal::is_dumb;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, Once, TryLockError};
use std::time::Duration;

/// Whether the screen is up. Who writes to the terminal holds it, so that nothing is drawn any more once it was left.
static UP: Mutex<bool> = Mutex::new(false);

/// The terminal while the screen is up on it.
pub(super) struct Terminal {
    terminal: ratatui::Terminal<CrosstermBackend<Screen>>,
}

/// Why no screen can be drawn here; nothing if one can.
pub(crate) fn unfit() -> Option<&'static str> {
    if !std::io::stdout().is_terminal() {
        Some("standard output is not a terminal")
    } else if is_dumb() {
        Some("the terminal cannot show a screen (TERM is dumb)")
    } else {
        None
    }
}

impl Terminal {
    /// Takes it over. It is left as it was when this value goes, before a panic is told of, or by [`leave`].
    pub(super) fn enter() -> std::io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                leave();
                before(panic);
            }));
        });
        enable_raw_mode()?;
        if let Some(mut up) = lock() {
            *up = true;
        }
        held::hold();
        let entered = execute!(std::io::stdout(), EnterAlternateScreen)
            .and_then(|()| ratatui::Terminal::new(CrosstermBackend::new(Screen { frame: Vec::new() })));
        match entered {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                leave();
                Err(error)
            }
        }
    }

    /// Draws; fails if the terminal is gone, or was left by somebody else.
    pub(super) fn draw(&mut self, view: &View<'_>) -> std::io::Result<()> {
        self.terminal.draw(|frame| screen::draw(view, frame.area(), frame.buffer_mut()))?;
        if lock().is_some_and(|up| *up) { Ok(()) } else { Err(std::io::Error::other("the screen was left")) }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Leaves the terminal as it was and then says what was held back; nothing is left to do if it was left before.
pub(super) fn leave() {
    match lock() {
        Some(mut up) if *up => {
            *up = false;
            // A terminal that is gone needs no leaving.
            let _ = execute!(std::io::stdout(), LeaveAlternateScreen, Show);
            let _ = disable_raw_mode();
        }
        Some(_) => return,
        // Somebody waits for a terminal that takes nothing in: it would not take in the sequences either.
        None => drop(disable_raw_mode()),
    }
    held::release();
}

/// Waits for the lock no longer than a terminal takes to take a picture in: who leaves must not be held up.
fn lock() -> Option<MutexGuard<'static, bool>> {
    for _ in 0..100 {
        match UP.try_lock() {
            Ok(up) => return Some(up),
            Err(TryLockError::Poisoned(up)) => return Some(up.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    None
}

/// Standard output, a picture at a time, as long as the screen is up.
struct Screen {
    frame: Vec<u8>,
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let written = match lock() {
            Some(up) if *up => {
                let mut stdout = std::io::stdout().lock();
                stdout.write_all(&self.frame).and_then(|()| stdout.flush())
            }
            // What came too late goes nowhere.
            _ => Ok(()),
        };
        self.frame.clear();
        written
    }
}
