//! The stage: draws what there is to show, waits as the pace wants it, and takes in keys meanwhile.

use super::beat::Frames;
use super::ink::Ink;
use super::inputs::{Input, Inputs};
use super::pace::{Clock, Command, Going, Pace, Player};
use super::scene::Scene;
use super::screen::View;
use super::terminal::Terminal;
use crate::commands::held;
use std::time::{Duration, Instant};

/// A terminal and who sits before it.
pub(super) struct Stage<'a> {
    terminal: Terminal,
    inputs: &'a Inputs,
    ink: Ink,
    pub(super) player: Player,
    clock: Clock,
    pub(super) frames: Frames,
    /// Whether there is something that was not drawn.
    changed: bool,
    /// Since when it goes at this pace.
    paced: Instant,
    /// Whether it has rested since somebody last asked.
    rested: bool,
    /// Whether the key to leave was pressed.
    is_left: bool,
}

/// After this time at a pace, the rate is the one reached at it.
const MEASURED: Duration = Duration::from_millis(1500);

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// One more.
    Go,
    /// The one before.
    Back,
    /// Nothing: there is to be a stop.
    Stop,
}

impl<'a> Stage<'a> {
    /// Takes the terminal over.
    pub(super) fn enter(inputs: &'a Inputs, ink: Ink, pace: Pace) -> std::io::Result<Self> {
        let (terminal, now) = (Terminal::enter()?, Instant::now());
        inputs.listen_to_keys()?;
        let (player, clock, frames) = (Player::new(pace), Clock::new(now), Frames::new(now));
        Ok(Self {
            terminal,
            inputs,
            ink,
            player,
            clock,
            frames,
            changed: true,
            paced: now,
            rested: false,
            is_left: false,
        })
    }

    /// What is shown has changed: it is drawn when there is time for it.
    pub(super) fn change(&mut self) {
        self.changed = true;
    }

    /// Draws now. Where the terminal is gone, nobody watches any more, and there is to be a stop.
    pub(super) fn draw(&mut self, scene: &Scene) {
        let (begun, notice) = (Instant::now(), held::last());
        let Self { terminal, player, ink, .. } = self;
        if terminal.draw(&View { scene, player, ink, notice: notice.as_deref() }).is_err() {
            self.inputs.stop();
        }
        self.changed = false;
        self.frames.drawn(begun, Instant::now(), self.player.going() == Going::Full);
    }

    /// Waits until the last `count` have had their time; if there `is_more`, and for as long as nobody wants a rest.
    /// Where it rests, what is shown must be the last one: if it `is_stale`, one more is gone on for.
    pub(super) fn wait(&mut self, scene: &Scene, count: u32, is_more: bool, is_stale: bool) -> Next {
        let mut next = self.inputs.next(Some(Instant::now()));
        let mut rests = false;
        loop {
            match next.take() {
                Some(Input::Command(Command::Quit)) => {
                    self.is_left = true;
                    self.inputs.stop();
                }
                Some(Input::Command(command)) => {
                    self.take(command, scene.rate);
                    if command == Command::Back {
                        return Next::Back;
                    }
                }
                Some(Input::Resized) => self.draw(scene),
                Some(Input::Stop) | None => {}
            }
            if self.inputs.is_stopped() {
                return Next::Stop;
            }
            let (now, going) = (Instant::now(), self.player.going());
            if rests && going != Going::Rests {
                // The rest was nobody's time.
                self.clock.pass(now, now);
            }
            rests = going == Going::Rests;
            self.rested |= rests;
            let due = match going {
                _ if !is_more => {
                    // Nothing that was asked for comes any more.
                    self.player.passes(true);
                    None
                }
                Going::Rests if is_stale => {
                    self.player.step();
                    return Next::Go;
                }
                Going::Rests => None,
                Going::PerSecond(pace) => Some(self.clock.due(count, pace)),
                Going::Full => Some(now),
            };
            let is_idle = due.is_none_or(|due| self.frames.fits_before(due, now));
            if self.changed && (is_idle || self.frames.is_due(now)) {
                self.draw(scene);
            }
            match due {
                Some(due) if due <= now => {
                    self.clock.pass(due, now);
                    return Next::Go;
                }
                _ => next = self.inputs.next(due),
            }
        }
    }

    fn take(&mut self, command: Command, rate: Option<f64>) {
        let (now, before) = (Instant::now(), self.player.pace());
        // Before, the rate is one of another pace.
        let reached = rate.filter(|_| now.saturating_duration_since(self.paced) > MEASURED);
        self.player.take(command, reached);
        if self.player.pace() != before {
            self.paced = now;
        }
        self.changed = true;
    }

    /// Whether it has rested since this was last asked.
    pub(super) fn has_rested(&mut self) -> bool {
        std::mem::take(&mut self.rested)
    }

    /// Whether it was left by its key, and not by a signal or because the terminal is gone.
    pub(super) fn is_left(&self) -> bool {
        self.is_left
    }

    /// Shows how it ended until somebody leaves.
    pub(super) fn stay(&mut self, scene: &Scene) {
        self.changed = true;
        while self.wait(scene, 0, false, false) != Next::Stop {}
    }
}
