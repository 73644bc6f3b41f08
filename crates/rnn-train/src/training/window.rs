//! The data of one window, as a net reads it.

use crate::error::Error;
use crate::settings::net::Reading;
use crate::settings::table::Settings;
use echo_data::{Kind, Layout, Right, Scale, Sequence, Stretches};
use rnn_core::{Scalar, Targets};
use std::ops::Range;

/// One window's data, time-major.
pub(crate) struct Window<T> {
    pub(super) reading: Reading,
    /// How what is read, and what is asked for, is standardised.
    pub(super) scales: [Vec<Scale>; 2],
    pub(super) steps: usize,
    pub(super) batch_size: usize,
    /// The classes that are read; none where numbers are.
    pub(super) classes: Vec<u32>,
    /// What is read, as the net reads it: `[step, row, feature]`.
    pub(crate) inputs: Vec<T>,
    /// The targets that are classes.
    pub(super) target_classes: Vec<u32>,
    /// The targets that are numbers: `[step, row, number]`.
    pub(super) target_values: Vec<f64>,
    /// What stands in each row, where sequences are read stretch by stretch.
    stretches: Vec<Sequence>,
    /// Where a criterion of sequences asks for it, whether each class can come: `[step, row, class]`.
    pub(super) possible: Option<Vec<bool>>,
    /// Of episodes: where there is a step of one, and where it is scored.
    pub(super) episodes: Option<Episodes>,
}

pub(super) struct Episodes {
    pub(super) there: Vec<bool>,
    pub(super) scored: Vec<bool>,
}

impl<T: Scalar> Window<T> {
    /// Room for a window of this layout, of the data of these settings. The length of a window is the same in every layout.
    pub(crate) fn new(layout: Layout, is_masked: bool, settings: &Settings) -> Result<Self, Error> {
        let reading = settings.reading();
        let values = layout.window_values();
        let of = |kind: Kind| match kind {
            Kind::Classes(_) => (values, 0),
            Kind::Values(width) | Kind::Bits(width) => (0, values.saturating_mul(width)),
        };
        let ((classes, _), (target_classes, target_values)) = (of(reading.shape.inputs), of(reading.shape.targets));
        let asks_for_possible = settings.criterion_of_sequences().right == Right::Possible;
        let masks = || Ok::<_, Error>(Episodes { there: zeros(false, values)?, scored: zeros(false, values)? });
        Ok(Self {
            reading,
            scales: settings.task().scales(),
            steps: layout.window_length(),
            batch_size: layout.batch_size(),
            classes: zeros(0, classes)?,
            inputs: zeros(T::zero(), values.saturating_mul(reading.input_size()))?,
            target_classes: zeros(0, target_classes)?,
            target_values: zeros(0.0, target_values)?,
            stretches: Vec::new(),
            possible: if asks_for_possible {
                Some(zeros(false, values.saturating_mul(reading.target_classes()))?)
            } else {
                None
            },
            episodes: if is_masked { Some(masks()?) } else { None },
        })
    }

    /// All time steps.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.steps
    }

    /// Takes in a window of a series.
    pub(crate) fn load(&mut self, series: &Sequence, layout: Layout, window: usize) -> Result<(), Error> {
        let Self { reading, classes, inputs, target_classes, target_values, .. } = self;
        match reading.shape.inputs {
            Kind::Classes(_) => {
                layout.copy_window(series.inputs().classes(), window, classes, u32::from)?;
                reading.encode(classes, inputs)?;
            }
            Kind::Values(width) | Kind::Bits(width) => {
                layout.copy_numbers(series.inputs().values(), width, window, inputs, T::narrow)?
            }
        }
        match reading.shape.targets {
            Kind::Classes(_) => layout.copy_window(series.targets().classes(), window, target_classes, u32::from)?,
            Kind::Values(width) | Kind::Bits(width) => {
                layout.copy_numbers(series.targets().values(), width, window, target_values, |value| value)?;
            }
        }
        Ok(())
    }

    /// Takes in a window of sequences that stand side by side, of each the stretch that is in the window.
    pub(crate) fn load_stretches<'a>(
        &mut self,
        sequences: impl Iterator<Item = &'a dyn Stretches>,
        layout: Layout,
        window: usize,
    ) -> Result<(), Error> {
        let Self { reading, classes, inputs, target_classes, target_values, stretches, .. } = self;
        let mut rows = 0;
        for (row, sequence) in sequences.enumerate() {
            if row == stretches.len() {
                stretches.push(sequence.none());
            }
            stretches[row].clear();
            sequence.read(layout.stretch(window, row), &mut stretches[row])?;
            rows += 1;
        }
        let rows = &stretches[..rows];
        match reading.shape.inputs {
            Kind::Classes(_) => {
                let rows: Vec<&[u16]> = rows.iter().map(|row| row.inputs().classes()).collect();
                layout.copy_rows(&rows, 1, classes, (u32::from, 0))?;
                reading.encode(classes, inputs)?;
            }
            Kind::Values(width) | Kind::Bits(width) => {
                let rows: Vec<&[f64]> = rows.iter().map(|row| row.inputs().values()).collect();
                layout.copy_rows(&rows, width, inputs, (T::narrow, T::zero()))?;
            }
        }
        match reading.shape.targets {
            Kind::Classes(_) => {
                let rows: Vec<&[u16]> = rows.iter().map(|row| row.targets().classes()).collect();
                layout.copy_rows(&rows, 1, target_classes, (u32::from, 0))?;
            }
            Kind::Values(width) | Kind::Bits(width) => {
                let rows: Vec<&[f64]> = rows.iter().map(|row| row.targets().values()).collect();
                layout.copy_rows(&rows, width, target_values, (|value| value, 0.0))?;
            }
        }
        if let Some(Episodes { there, scored }) = &mut self.episodes {
            for step in 0..self.steps {
                for row in 0..self.batch_size {
                    let (place, stretch) = (step * self.batch_size + row, rows.get(row));
                    there[place] = stretch.is_some_and(|stretch| step < stretch.len());
                    scored[place] = stretch.is_some_and(|stretch| stretch.is_scored(step));
                }
            }
        }
        Ok(())
    }

    /// Takes in which of so many classes can come at the steps that stand side by side.
    pub(super) fn load_possible<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a [bool]>,
        layout: Layout,
        classes: usize,
    ) -> Result<(), Error> {
        let rows: Vec<_> = rows.collect();
        self.possible
            .as_mut()
            .map_or(Ok(()), |possible| layout.copy_rows(&rows, classes, possible, (|can| can, false)))?;
        Ok(())
    }

    /// Which classes can come at some time steps; nothing where that is not asked for.
    pub(super) fn possible_at(&self, steps: &Range<usize>) -> &[bool] {
        let Some(possible) = &self.possible else { return &[] };
        let of_step = possible.len() / self.steps;
        &possible[steps.start * of_step..steps.end * of_step]
    }

    /// The targets of some time steps, with the mask of those that are scored, if not all are.
    pub(super) fn of_steps<'a, V>(&'a self, values: &'a [V], steps: &Range<usize>) -> Targets<'a, V> {
        let rows = steps.start * self.batch_size..steps.end * self.batch_size;
        let width = values.len() / (self.steps * self.batch_size);
        let values = &values[rows.start * width..rows.end * width];
        match &self.episodes {
            Some(Episodes { scored, .. }) => Targets::masked(values, &scored[rows]),
            None => Targets::from(values),
        }
    }

    /// How many targets of these time steps are scored: in steps for a series, in targets for episodes.
    pub(crate) fn count(&self, steps: &Range<usize>) -> usize {
        let Some(Episodes { scored, .. }) = &self.episodes else { return steps.len() };
        let rows = &scored[steps.start * self.batch_size..steps.end * self.batch_size];
        rows.iter().filter(|&&scored| scored).count()
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
