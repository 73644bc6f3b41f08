//! Keys, a new size of the terminal, and signals, as they come while something else is done.

use super::pace::Command;
use super::terminal;
use crate::exit_code;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Command(Command),
    /// The terminal has another size.
    Resized,
    /// There is to be a stop.
    Stop,
}

/// All that comes in.
pub(super) struct Inputs {
    came: Receiver<Input>,
    ask: Ask,
}

/// Asks for a stop.
#[derive(Clone)]
struct Ask {
    stop: Arc<AtomicBool>,
    inputs: Sender<Input>,
}

impl Ask {
    /// The first time it is asked for, whoever waits for inputs is told; the second time the program ends at once.
    fn stop(&self) {
        if self.stop.swap(true, Ordering::Relaxed) {
            terminal::leave();
            std::process::exit(exit_code::INTERRUPTED.into());
        }
        // Nobody may be waiting any more.
        let _ = self.inputs.send(Input::Stop);
    }
}

impl Inputs {
    /// Listens to signals.
    pub(super) fn new() -> Self {
        let (inputs, came) = channel();
        let ask = Ask { stop: Arc::new(AtomicBool::new(false)), inputs };
        if let Err(error) = listen_to_signals(ask.clone()) {
            tracing::warn!("signals will end the program at once: {error}");
        }
        Self { came, ask }
    }

    /// Listens to keys from now on.
    pub(super) fn listen_to_keys(&self) -> std::io::Result<()> {
        let ask = self.ask.clone();
        // A thread of its own, which also stands apart where reading from a terminal that is gone never returns.
        let listen = move || loop {
            let input = match event::read() {
                Ok(Event::Key(KeyEvent { kind: KeyEventKind::Release, .. })) => continue,
                Ok(Event::Key(key)) if is_ctrl_c(key) => {
                    ask.stop();
                    continue;
                }
                Ok(Event::Key(key)) => command(key.code).map(Input::Command),
                Ok(Event::Resize(..)) => Some(Input::Resized),
                Ok(_) => None,
                Err(_) => return ask.stop(),
            };
            if input.is_some_and(|input| ask.inputs.send(input).is_err()) {
                return;
            }
        };
        std::thread::Builder::new().name("keys".to_owned()).spawn(listen).map(drop)
    }

    /// What is set when there is to be a stop.
    pub(super) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.ask.stop)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.ask.stop.load(Ordering::Relaxed)
    }

    /// A stop that is not the second one, whatever has been asked for before.
    pub(super) fn stop(&self) {
        self.ask.stop.store(true, Ordering::Relaxed);
    }

    /// The next thing to come in, if one does before this moment, or whenever it does.
    pub(super) fn next(&self, until: Option<Instant>) -> Option<Input> {
        let received = match until {
            Some(until) => self.came.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => self.came.recv().map_err(RecvTimeoutError::from),
        };
        received.ok()
    }
}

fn is_ctrl_c(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
}

/// What a key asks for.
fn command(key: KeyCode) -> Option<Command> {
    match key {
        KeyCode::Char(' ') => Some(Command::Pause),
        KeyCode::Char('-') => Some(Command::Slower),
        // Where + needs the shift key, it is meant without too.
        KeyCode::Char('+' | '=') => Some(Command::Faster),
        KeyCode::Char('s') | KeyCode::Right => Some(Command::Step),
        KeyCode::Char('b') | KeyCode::Left => Some(Command::Back),
        KeyCode::Char('e') => Some(Command::NextEpoch),
        KeyCode::Char('q') => Some(Command::Quit),
        _ => None,
    }
}

#[cfg(unix)]
fn listen_to_signals(ask: Ask) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // The last is a terminal that was closed.
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let listen = move || signals.forever().for_each(|_| ask.stop());
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
}

#[cfg(not(unix))]
fn listen_to_signals(ask: Ask) -> std::io::Result<()> {
    signal_hook::flag::register(signal_hook::consts::SIGTERM, ask.stop).map(drop)
}
