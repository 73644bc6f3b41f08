//! What a recurrent cell is: its parameters, and its forward and backward over a window.

use crate::{Error, Scalar, Tensor};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// A recurrent cell.
///
/// A cell knows its sizes and its arithmetic and holds no numbers: parameters, tape and gradients are handed in. Its
/// parameters are a stretch of the net's flat slice; offsets in [`tensors`](Cell::tensors) count from its start.
pub trait Cell<T: Scalar>: Clone + std::fmt::Debug + Send + Sync {
    /// What forward writes and backward reads, for a window of a fixed length and batch.
    type Tape: Clone + std::fmt::Debug + Send + Sync;

    /// Numbers that come in at each time step.
    fn input_size(&self) -> usize;

    /// Numbers that go out at each time step.
    fn hidden_size(&self) -> usize;

    /// Numbers that are carried from one time step to the next.
    fn state_size(&self) -> usize;

    /// How many parameters it has.
    fn parameter_count(&self) -> usize;

    /// The table of its tensors, as layer number `layer`.
    fn tensors(&self, layer: usize) -> Vec<Tensor>;

    /// A tape for `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn tape(&self, steps: usize, batch: usize) -> Result<Self::Tape, Error>;

    /// Runs over the window: `inputs [steps·batch, input_size]` from `state [batch, state_size]`.
    fn forward(&self, parameters: &[T], inputs: &DMatrixView<T>, state: &DMatrixView<T>, tape: &mut Self::Tape);

    /// What went out: `[steps·batch, hidden_size]`.
    fn outputs<'a>(&self, tape: &'a Self::Tape) -> DMatrixView<'a, T>;

    /// Copies the state after the first `steps` time steps to `state [batch, state_size]`; 0 gives the one before.
    fn copy_state(&self, tape: &Self::Tape, steps: usize, state: &mut DMatrixViewMut<T>);

    /// Runs back over the window: adds the loss's derivative by each parameter to `d_parameters`, given
    /// `d_outputs [steps·batch, hidden_size]`, the one by each output, which is used up as working memory.
    fn backward(
        &self,
        parameters: &[T],
        tape: &mut Self::Tape,
        d_outputs: &mut DMatrixViewMut<T>,
        d_parameters: &mut [T],
    );
}
