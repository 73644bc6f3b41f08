//! The data of one window, as a net reads it.

use crate::error::Error;
use crate::settings::net::Reading;
use echo_data::{Layout, Series};
use rnn_core::Scalar;
use rnn_core::nalgebra::DMatrixView;

/// One window's data, time-major.
pub(crate) struct Window<T> {
    pub(crate) classes: Vec<u32>,
    /// The classes as the net reads them: `[step, row, feature]`.
    pub(crate) inputs: Vec<T>,
    pub(crate) targets: Vec<u32>,
}

impl<T: Scalar> Window<T> {
    pub(crate) fn new(layout: Layout, reading: Reading) -> Result<Self, Error> {
        let values = layout.window_values();
        let of_net = values.saturating_mul(reading.input_size());
        Ok(Self { classes: zeros(0, values)?, inputs: zeros(T::zero(), of_net)?, targets: zeros(0, values)? })
    }

    pub(crate) fn load(
        &mut self,
        series: &Series,
        layout: Layout,
        window: usize,
        reading: Reading,
    ) -> Result<(), Error> {
        layout.copy_window(series.input(), window, &mut self.classes, u32::from)?;
        layout.copy_window(series.target(), window, &mut self.targets, u32::from)?;
        Ok(reading.encode(&self.classes, &mut self.inputs)?)
    }

    /// The share of right answers among the outputs of the window's last steps.
    pub(crate) fn accuracy(&self, outputs: &DMatrixView<T>, reading: Reading) -> Result<f64, Error> {
        let targets = &self.targets[self.targets.len() - outputs.nrows()..];
        Ok(reading.loss.accuracy(outputs, targets, reading.num_classes)?)
    }
}

/// Zeros, or an error where the memory cannot be had.
fn zeros<V: Clone>(zero: V, len: usize) -> Result<Vec<V>, Error> {
    let mut values = Vec::new();
    let (what, rows, columns) = ("the window's data", len, 1);
    values.try_reserve_exact(len).map_err(|_| rnn_core::Error::OutOfMemory { what, rows, columns })?;
    values.resize(len, zero);
    Ok(values)
}
