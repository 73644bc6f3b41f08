//! Keys, a new size of the terminal, and signals, as they come while something else is done.

use super::pace::Command;
use super::terminal;
use crate::commands::signals::Stop;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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
    inputs: Sender<Input>,
    stop: Stop,
}

impl Inputs {
    /// Listens to signals.
    pub(super) fn new() -> Self {
        let (inputs, came) = channel();
        let told = inputs.clone();
        let tell = move || {
            // Nobody may be waiting any more.
            let _ = told.send(Input::Stop);
        };
        let stop = Stop::new(tell, terminal::leave);
        stop.listen();
        Self { came, inputs, stop }
    }

    /// Listens to keys from now on.
    pub(super) fn listen_to_keys(&self) -> std::io::Result<()> {
        let (stop, inputs) = (self.stop.clone(), self.inputs.clone());
        // A thread of its own, which also stands apart where reading from a terminal that is gone never returns.
        let listen = move || loop {
            let input = match event::read() {
                Ok(Event::Key(KeyEvent { kind: KeyEventKind::Release, .. })) => continue,
                Ok(Event::Key(key)) if is_ctrl_c(key) => {
                    stop.ask_or_exit();
                    continue;
                }
                Ok(Event::Key(key)) => command(key.code).map(Input::Command),
                Ok(Event::Resize(..)) => Some(Input::Resized),
                Ok(_) => None,
                Err(_) => return stop.ask(),
            };
            if input.is_some_and(|input| inputs.send(input).is_err()) {
                return;
            }
        };
        std::thread::Builder::new().name("keys".to_owned()).spawn(listen).map(drop)
    }

    /// What is set when there is to be a stop.
    pub(super) fn stop_flag(&self) -> Arc<AtomicBool> {
        self.stop.flag()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_asked()
    }

    /// Asks for a stop.
    pub(super) fn stop(&self) {
        self.stop.ask();
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
