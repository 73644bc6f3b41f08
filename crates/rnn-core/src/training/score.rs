//! A window scored: forward, and the loss of its counted steps.

use super::loss::{Loss, Score};
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::network::{Network, State, Tape};
use nalgebra::DMatrixView;
use std::ops::Range;

impl<T: Scalar> Network<T> {
    /// Runs [`forward`](Self::forward), scores the outputs of the counted steps, and keeps on the tape what
    /// [`backward`](Self::backward) needs.
    ///
    /// `targets [steps·batch, columns]` is column-major, with as many columns as the loss has targets for each row of
    /// outputs; those of other than the counted steps are not looked at. A net that is read only at the end counts the
    /// last step alone.
    ///
    /// # Errors
    /// Those of `forward`; [`Error::Counted`]; [`Error::Length`] for another number of targets; those of the loss.
    pub fn score<L: Loss<T>>(
        &self,
        inputs: &[T],
        targets: &[L::Target],
        counted: Range<usize>,
        state: &State<T>,
        loss: &L,
        tape: &mut Tape<T>,
    ) -> Result<Score, Error> {
        let (first, count) = tape.rows_of(&counted)?;
        let (rows, columns) = (tape.steps * tape.batch, loss.targets(self.architecture().outputs));
        // A caller's own loss may say any number.
        check_length("targets", rows.saturating_mul(columns), targets.len())?;
        self.forward(inputs, state, tape)?;
        self.read_out(counted, tape)?;
        tape.d_outputs.rows_mut(0, first).fill(T::zero());
        tape.d_outputs.rows_range_mut(first + count..).fill(T::zero());
        let targets = DMatrixView::from_slice(targets, rows, columns);
        let mut d_outputs = tape.d_outputs.rows_mut(first, count);
        loss.score(&tape.outputs.rows(first, count), &targets.rows(first, count), &mut d_outputs)
    }
}
