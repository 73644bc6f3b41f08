//! What a run shows: the tutorial's lines, and a progress bar on a terminal.

use crate::run::{Beginning, Step, Watch};
use crate::shown::number;
use crate::terminal::can_redraw;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::io::{IsTerminal, Write};

/// Prints `New data, epoch E` and every 100th `Step N Loss X` to standard output, as the tutorial does, and where that
/// is a terminal shows a progress bar on standard error.
pub(crate) struct Console {
    bar: ProgressBar,
    epoch: usize,
    /// Nobody reads standard output any more; training goes on.
    closed: bool,
}

const LINE_EVERY: usize = 100;

impl Console {
    pub(crate) fn new() -> Self {
        Self { bar: ProgressBar::hidden(), epoch: 0, closed: false }
    }

    fn print(&mut self, line: &str) {
        if !self.closed {
            self.closed = self.bar.suspend(|| writeln!(std::io::stdout(), "{line}").is_err());
        }
    }
}

impl Watch for Console {
    fn begins(&mut self, run: &Beginning<'_>) {
        if std::io::stdout().is_terminal() && can_redraw(&std::io::stderr()) {
            let style = ProgressStyle::with_template(
                "{msg} {wide_bar} {human_pos}/{human_len} steps, {rate} a second, {eta} left",
            );
            // The template is fixed, so it parses; the default style would do as well.
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Nothing is lost with a rate that cannot be shown.
                let _ = write!(out, "{}", number(state.per_sec(), 3));
            };
            let bar = ProgressBar::new(run.steps as u64).with_style(style.with_key("rate", rate));
            self.bar = bar.with_position(run.done as u64);
            // So that the rate is of what is done from here on: first it takes in the position, then forgets the pace.
            self.bar.tick();
            self.bar.reset_eta();
        }
    }

    fn epoch(&mut self, epoch: usize) {
        self.epoch = epoch;
        self.bar.set_message(format!("epoch {epoch}"));
        self.print(&format!("New data, epoch {epoch}"));
    }

    fn step(&mut self, step: &Step<'_>) {
        let (batch, loss) = (step.row.batch, step.loss);
        if batch.is_multiple_of(LINE_EVERY) {
            self.print(&format!("Step {batch} Loss {loss}"));
        }
        self.bar.inc(1);
    }

    fn ends(&mut self) {
        self.bar.finish_and_clear();
    }
}
