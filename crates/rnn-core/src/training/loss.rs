//! A window's loss: forward, and what the backward needs.

use super::losses::Loss;
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::network::{Network, State, Tape};
use std::ops::Range;

impl<T: Scalar> Network<T> {
    /// The mean loss of the scored steps of a window: runs [`forward`](Self::forward), and keeps on the tape what
    /// [`backward`](Self::backward) needs.
    ///
    /// `targets [step, row, target]` has as many targets a row as the loss asks for; those of other than the scored steps
    /// are not looked at. For a net that is read only at the end, the last step alone is scored.
    ///
    /// # Errors
    /// Those of `forward`; [`Error::Scored`]; [`Error::Length`] for another number of targets; those of the loss.
    pub fn loss<L: Loss<T>>(
        &self,
        inputs: &[T],
        targets: &[L::Target],
        scored: Range<usize>,
        state: &State<T>,
        loss: &L,
        tape: &mut Tape<T>,
    ) -> Result<f64, Error> {
        let (first, count) = tape.rows_of(&scored)?;
        let columns = loss.targets(self.architecture().outputs);
        // A caller's own loss may say any number.
        check_length("targets", (tape.steps * tape.batch).saturating_mul(columns), targets.len())?;
        self.forward(inputs, state, tape)?;
        self.read_out(scored.clone(), tape)?;
        tape.scored = scored;
        tape.d_outputs.rows_mut(0, first).fill(T::zero());
        tape.d_outputs.rows_range_mut(first + count..).fill(T::zero());
        let mut d_outputs = tape.d_outputs.rows_mut(first, count);
        loss.evaluate(&tape.outputs.rows(first, count), &targets[first * columns..][..count * columns], &mut d_outputs)
    }
}
