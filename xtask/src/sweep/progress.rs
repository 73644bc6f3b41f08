//! Shows how far a sweep is.

use super::keeper::Event;
use crate::trials::outcome::words;
use crate::trials::results::TrialStatus;
use chart_kit::text::{count, duration};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use rnn_train::commands::terminal::can_redraw;

/// A bar on a terminal, otherwise a line for each tenth.
pub(crate) struct Progress {
    bar: ProgressBar,
    trials: usize,
    done: usize,
    failed: usize,
}

impl Progress {
    pub(crate) fn new(trials: usize) -> Self {
        let bar = if can_redraw(&std::io::stderr()) && trials > 0 {
            let style = ProgressStyle::with_template(
                "{wide_bar} {human_pos}/{human_len} trials{msg}, {gone} gone, {left} left",
            );
            // The template is fixed, so it parses; the default style would do as well.
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Nothing is lost with a time that cannot be shown.
                let _ = if state.pos() == 0 {
                    write!(out, "?")
                } else {
                    write!(out, "{}", duration(state.eta().as_secs_f64().ceil()))
                };
            };
            let gone = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}", duration(state.elapsed().as_secs_f64().floor()));
            };
            ProgressBar::new(trials as u64).with_style(style.with_key("left", left).with_key("gone", gone))
        } else {
            ProgressBar::hidden()
        };
        Self { bar, trials, done: 0, failed: 0 }
    }

    /// Shows what happens, and at once if it went wrong.
    pub(crate) fn tell(&mut self, event: &Event) {
        match event {
            Event::Waits { trial } => {
                self.warn(&format!("trial {trial} waits: another process still writes to its folder"));
            }
            Event::Fewer { error } => self.warn(&format!("{error}; fewer trials run at the same time")),
            Event::Killed { trial, error } => self.warn(&format!("trial {trial} was killed ({error}); it runs again")),
            Event::Parted { trials, error } => {
                let trials = count(*trials, "trial");
                self.warn(&format!(
                    "a process that had {trials} to train has ended ({error}): each runs again by itself"
                ));
            }
            Event::Ended { trial, record } => {
                if record.status.is_failure() {
                    self.failed += 1;
                    let error = record.error.as_deref().unwrap_or_default();
                    self.warn(&format!("trial {trial} {}: {error}", words(record.status)));
                    self.bar.set_message(format!(", {} failed", self.failed));
                }
                if record.status != TrialStatus::Interrupted {
                    self.advance(1);
                }
            }
        }
    }

    /// Shows that more trials have ended.
    pub(crate) fn advance(&mut self, trials: usize) {
        let tenth = |done: usize| done * 10 / self.trials.max(1);
        let (before, after) = (tenth(self.done), tenth(self.done + trials));
        self.done += trials;
        self.bar.inc(trials as u64);
        if self.bar.is_hidden() && after > before && self.trials >= 10 {
            let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
            tracing::info!("{} of {} trials{failed}", self.done, self.trials);
        }
    }

    fn warn(&self, line: &str) {
        self.bar.suspend(|| tracing::warn!("{line}"));
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
