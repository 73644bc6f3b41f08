//! A window's loss: forward, and what the backward needs.

use super::losses::{Loss, Targets};
use crate::error::Error;
use crate::kernels::Scalar;
use crate::network::{Network, State, Tape};
use std::ops::Range;

impl<T: Scalar> Network<T> {
    /// The mean loss of the scored steps of a window: runs [`forward`](Self::forward), and keeps on the tape what
    /// [`backward`](Self::backward) needs.
    ///
    /// `targets [step, row, target]` has as many targets a row as the loss asks for; those of other than the scored steps
    /// are not looked at. For a net that is read only at the end, the last step alone is scored. [`Targets::masked`] says which
    /// rows count where that is not the same for all; where none does the loss is 0.
    ///
    /// # Errors
    /// Those of `forward`; [`Error::Scored`]; [`Error::Length`] for another number of targets; those of the loss.
    pub fn loss<'a, L: Loss<T>>(
        &self,
        inputs: &[T],
        targets: impl Into<Targets<'a, L::Target>>,
        scored: Range<usize>,
        state: &State<T>,
        loss: &L,
        tape: &mut Tape<T>,
    ) -> Result<f64, Error> {
        let targets = targets.into();
        tape.rows_of(&scored)?;
        // A caller's own loss may say any number.
        targets.check(tape.steps * tape.batch, loss.targets(self.architecture().outputs))?;
        self.forward(inputs, state, tape)?;
        self.read_out(scored.clone(), tape)?;
        tape.evaluate(loss, targets, scored)
    }
}

impl<T: Scalar> Tape<T> {
    /// The mean loss of the scored steps, whose outputs are on the tape; keeps there what a backward needs. The targets are
    /// those of the whole window.
    pub(super) fn evaluate<L: Loss<T>>(
        &mut self,
        loss: &L,
        targets: Targets<'_, L::Target>,
        scored: Range<usize>,
    ) -> Result<f64, Error> {
        let (first, count) = self.rows_of(&scored)?;
        self.scored = scored;
        self.d_outputs.rows_mut(0, first).fill(T::zero());
        self.d_outputs.rows_range_mut(first + count..).fill(T::zero());
        let mut d_outputs = self.d_outputs.rows_mut(first, count);
        let targets = targets.of_rows(first..first + count, loss.targets(self.outputs.ncols()));
        loss.evaluate(&self.outputs.rows(first, count), targets, &mut d_outputs)
    }
}
