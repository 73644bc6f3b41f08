//! What settings say of windows: how a series is cut into them, which of their time steps count, which can be known, and
//! how low their loss can get.

use crate::choices::{LossKind, Readout};
use crate::settings::Settings;
use echo_data::{Floor, Layout, entropy, variance};
use rnn_core::Truncation;
use std::ops::Range;

impl Settings {
    /// How windows follow each other, and which of their steps are counted.
    pub(crate) fn truncation(&self) -> Result<Truncation, rnn_core::Error> {
        let truncation = Truncation::new(self.truncated_backprop_length, self.window_stride)?;
        Ok(match self.readout {
            Readout::EveryStep => truncation,
            Readout::LastStep => truncation.scoring_the_last_alone(),
        })
    }

    /// How a series of this length is cut, into rows that have room for an echo.
    pub(crate) fn layout(&self, series_length: usize) -> Result<Layout, echo_data::Error> {
        let layout = Layout::new(series_length, self.batch_size, self.truncated_backprop_length, self.window_stride)?;
        layout.check_echo_step(self.echo_step)?;
        Ok(layout)
    }

    /// How each epoch's series is cut; nothing where series are read from files, each with a length of its own.
    pub(crate) fn drawn_layout(&self) -> Option<Layout> {
        let length = self.total_series_length.filter(|_| self.series.is_empty())?;
        self.layout(length).ok()
    }

    /// The time steps of a window that are trained on and scored: the new ones, which in an epoch's first window are all, or
    /// in each the last one alone. The `loss` and the `accuracy` of `metrics.csv` are means over these.
    pub(crate) fn counted_times(&self, batch: usize) -> Range<usize> {
        // Settings that have no such windows have been refused.
        self.truncation().map_or(0..self.truncated_backprop_length, |truncation| truncation.scored(batch == 0))
    }

    /// How many of a window's time steps, from its first on, have targets that no net can know: they echo what stands
    /// before the row's beginning. Of series from files that is not known, so none are named.
    pub(crate) fn unknown_times(&self, batch: usize) -> usize {
        // With one row the answer is known after all: it is always 0.
        let lag = if self.batch_size == 1 || !self.series.is_empty() { 0 } else { self.echo_step };
        lag.saturating_sub(batch.saturating_mul(self.window_stride)).min(self.truncated_backprop_length)
    }

    /// The window of an epoch from which on all targets can be known.
    pub(crate) fn first_settled_window(&self) -> usize {
        // Which one it is does not depend on how many there are.
        let layout = self.layout(self.total_series_length.unwrap_or(usize::MAX));
        let last_step_alone = self.readout == Readout::LastStep;
        layout.map_or(0, |layout| layout.first_settled_window(self.echo_step, last_step_alone))
    }

    /// The least mean loss that any net can have in each window of a series that is drawn, and cut like this.
    pub(crate) fn floor(&self, layout: Layout) -> Result<Floor, echo_data::Error> {
        let least_loss = match self.loss {
            LossKind::CrossEntropy => entropy,
            LossKind::SquaredError => variance,
        };
        let last_step_alone = self.readout == Readout::LastStep;
        Ok(Floor::new(layout, &self.classes()?, self.echo_step, last_step_alone, least_loss))
    }

    /// That of an epoch's first window, where it is known and is not 0: of series from files it is not known.
    pub(crate) fn floor_of_first_window(&self) -> Option<f64> {
        let floor = self.floor(self.drawn_layout()?).ok()?;
        Some(floor.window(0)).filter(|&floor| floor > 0.0)
    }
}
