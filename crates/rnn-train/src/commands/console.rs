//! What a run shows: the tutorial's lines, and a progress bar on a terminal.

use crate::commands::outlet::Outlet;
use crate::commands::terminal::can_redraw;
use crate::training::watch::{Beginning, Step, Watch};
use chart_kit::text::number;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Prints `New data, epoch E` and every 100th `Step N Loss X` to standard output, as the tutorial does, and where that
/// is a terminal shows a progress bar on standard error. Training does not wait for either.
pub(crate) struct Console {
    outlet: Option<Outlet<Said>>,
    /// Whether each epoch has a series of its own.
    draws: bool,
    /// Whether there is a bar, and when it was last told of the step.
    bar: Option<Instant>,
}

/// What is said of a run.
enum Said {
    Line(String),
    Epoch(usize),
    /// Training steps that are done.
    Done(usize),
    End,
}

const LINE_EVERY: usize = 100;
/// How often the bar moves.
const BAR_EVERY: Duration = Duration::from_millis(50);

impl Console {
    pub(crate) fn new() -> Self {
        Self { outlet: None, draws: true, bar: None }
    }

    fn say(&self, said: Said) {
        if let Some(outlet) = &self.outlet {
            outlet.say(said);
        }
    }
}

/// Writes what is said.
struct Printer {
    bar: ProgressBar,
    /// Nobody reads standard output any more; training goes on.
    closed: bool,
}

impl Printer {
    fn print(&mut self, said: Said) {
        match said {
            Said::Line(line) if !self.closed => {
                self.closed = self.bar.suspend(|| writeln!(std::io::stdout(), "{line}").is_err());
            }
            Said::Line(_) => {}
            Said::Epoch(epoch) => self.bar.set_message(format!("epoch {epoch}")),
            Said::Done(steps) => self.bar.set_position(steps as u64),
            Said::End => self.bar.finish_and_clear(),
        }
    }
}

/// A bar of the training steps of a run.
fn bar(run: &Beginning<'_>) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} steps, {rate} a second, {eta} left");
    // The template is fixed, so it parses; the default style would do as well.
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // Nothing is lost with a rate that cannot be shown.
        let _ = write!(out, "{}", number(state.per_sec(), 3));
    };
    let bar = ProgressBar::new(run.steps as u64).with_style(style.with_key("rate", rate));
    let bar = bar.with_position(run.done as u64);
    // So that the rate is of what is done from here on: first it takes in the position, then forgets the pace.
    bar.tick();
    bar.reset_eta();
    bar
}

impl Watch for Console {
    fn begins(&mut self, run: &Beginning<'_>) {
        let shows_bar = std::io::stdout().is_terminal() && can_redraw(&std::io::stderr());
        let bar = if shows_bar { bar(run) } else { ProgressBar::hidden() };
        let mut printer = Printer { bar, closed: false };
        self.outlet = Some(Outlet::new(move |said| printer.print(said)));
        self.draws = run.settings.series.is_empty() && !run.settings.reads_data();
        self.bar = shows_bar.then(Instant::now);
    }

    fn epoch(&mut self, epoch: usize) {
        self.say(Said::Epoch(epoch));
        let line = if self.draws { format!("New data, epoch {epoch}") } else { format!("Epoch {epoch}") };
        self.say(Said::Line(line));
    }

    fn step(&mut self, step: &Step<'_>) {
        let (batch, loss) = (step.row.batch, step.loss);
        if batch.is_multiple_of(LINE_EVERY) {
            self.say(Said::Line(format!("Step {batch} Loss {loss}")));
        }
        if let (Some(last), Some(outlet)) = (&mut self.bar, &self.outlet)
            && last.elapsed() >= BAR_EVERY
        {
            *last = Instant::now();
            outlet.mention(Said::Done(step.row.step + 1));
        }
    }

    fn ends(&mut self) {
        self.say(Said::End);
        if let Some(outlet) = &self.outlet {
            outlet.settle();
        }
    }
}
