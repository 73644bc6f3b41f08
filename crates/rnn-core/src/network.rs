//! A net: a recurrent cell and a dense readout over one flat slice of parameters.

use crate::dense::Dense;
use crate::linalg::zeros;
use crate::loss::greatest;
use crate::{Cell, Error, Loss, Scalar, Score, Tensor};
use nalgebra::{DMatrix, DMatrixView};
use std::ops::Range;

/// A recurrent net that reads its outputs off the cell at each time step.
#[derive(Debug, Clone)]
pub struct Network<T, C> {
    cell: C,
    readout: Dense,
    tensors: Vec<Tensor>,
    /// The cell's, then the readout's.
    parameters: Vec<T>,
    /// Where the readout's begin.
    readout_at: usize,
}

/// The recurrent state between two time steps, `[batch, state_size]`: a value of the caller's.
#[derive(Debug, Clone, PartialEq)]
pub struct State<T>(DMatrix<T>);

/// All that a forward and backward over a window write to; allocated once.
#[derive(Debug, Clone)]
pub struct Tape<T: Scalar, C: Cell<T>> {
    steps: usize,
    batch: usize,
    cell: C::Tape,
    /// `[steps·batch, outputs]`
    outputs: DMatrix<T>,
    /// `[steps·batch, outputs]`
    d_outputs: DMatrix<T>,
    /// `[steps·batch, hidden]`
    d_hidden: DMatrix<T>,
    /// As the net's parameters.
    gradients: Vec<T>,
}

impl<T: Scalar, C: Cell<T>> Network<T, C> {
    /// A net with `outputs` outputs at each time step and all parameters zero.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn new(cell: C, outputs: usize) -> Result<Self, Error> {
        if outputs == 0 {
            return Err(Error::Zero { name: "outputs" });
        }
        let readout = Dense { inputs: cell.hidden_size(), outputs };
        let readout_at = cell.parameter_count();
        let count = readout.parameter_count().and_then(|count| count.checked_add(readout_at));
        // A number that cannot be counted cannot be allocated either.
        let parameters = zeros("the parameters", count.unwrap_or(usize::MAX), 1)?.data.into();
        let mut tensors = cell.tensors(0);
        tensors.extend(readout.tensors().map(|tensor| tensor.shifted(readout_at)));
        Ok(Self { cell, readout, tensors, parameters, readout_at })
    }

    /// The cell.
    pub fn cell(&self) -> &C {
        &self.cell
    }

    /// Outputs at each time step.
    pub fn outputs(&self) -> usize {
        self.readout.outputs
    }

    /// The table of all tensors.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// All parameters.
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// All parameters, to change.
    pub fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.parameters
    }

    /// A tape for windows of `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn tape(&self, steps: usize, batch: usize) -> Result<Tape<T, C>, Error> {
        for (name, size) in [("steps", steps), ("batch", batch)] {
            if size == 0 {
                return Err(Error::Zero { name });
            }
        }
        let rows = steps.saturating_mul(batch);
        let outputs = zeros("the window's outputs", rows, self.readout.outputs)?;
        let d_outputs = outputs.clone();
        let d_hidden = zeros("the window's derivatives", rows, self.cell.hidden_size())?;
        let gradients = zeros("the gradients", self.parameters.len(), 1)?.data.into();
        Ok(Tape { steps, batch, cell: self.cell.tape(steps, batch)?, outputs, d_outputs, d_hidden, gradients })
    }

    /// Runs the cell over a window: `inputs [steps·batch, input_size]`, column-major, from `state`, which is left as
    /// it is.
    ///
    /// # Errors
    /// [`Error::Length`] for inputs or a state of other sizes than the tape's.
    pub fn forward(&self, inputs: &[T], state: &State<T>, tape: &mut Tape<T, C>) -> Result<(), Error> {
        let (rows, columns) = (tape.steps * tape.batch, self.cell.input_size());
        check_length("inputs", rows * columns, inputs.len())?;
        check_length("state", tape.batch * self.cell.state_size(), state.0.len())?;
        let inputs = DMatrixView::from_slice(inputs, rows, columns);
        self.cell.forward(&self.parameters[..self.readout_at], &inputs, &state.0.as_view(), &mut tape.cell);
        Ok(())
    }

    /// Computes the outputs of these time steps from the last [`forward`](Self::forward), and returns them:
    /// `[steps.len()·batch, outputs]`.
    ///
    /// # Errors
    /// [`Error::Counted`] for steps outside the window.
    pub fn read_out<'a>(&self, steps: Range<usize>, tape: &'a mut Tape<T, C>) -> Result<DMatrixView<'a, T>, Error> {
        let (first, count) = tape.rows_of(&steps)?;
        let hidden = self.cell.outputs(&tape.cell);
        let mut outputs = tape.outputs.rows_mut(first, count);
        self.readout.forward(&self.parameters[self.readout_at..], &hidden.rows(first, count), &mut outputs);
        Ok(tape.outputs.rows(first, count))
    }

    /// The class with the greatest output at each time step and batch row of a window, the first of several equal
    /// ones. Allocates what it returns.
    ///
    /// # Errors
    /// Those of [`forward`](Self::forward).
    pub fn classify(&self, inputs: &[T], state: &State<T>, tape: &mut Tape<T, C>) -> Result<Vec<u32>, Error> {
        self.forward(inputs, state, tape)?;
        let outputs = self.read_out(0..tape.steps, tape)?;
        Ok((0..outputs.nrows()).map(|row| greatest(&outputs, row) as u32).collect())
    }

    /// Runs [`forward`](Self::forward), scores the outputs of the counted steps against `targets` (`steps·batch` of
    /// them, of which only the counted are looked at), and keeps on the tape what [`backward`](Self::backward) needs.
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
        tape: &mut Tape<T, C>,
    ) -> Result<Score, Error> {
        let (first, count) = tape.rows_of(&counted)?;
        check_length("targets", tape.steps * tape.batch, targets.len())?;
        self.forward(inputs, state, tape)?;
        self.read_out(counted, tape)?;
        tape.d_outputs.fill(T::zero());
        let mut d_outputs = tape.d_outputs.rows_mut(first, count);
        loss.score(&tape.outputs.rows(first, count), &targets[first..first + count], &mut d_outputs)
    }

    /// The derivatives of the last [`score`](Self::score)'s mean loss by each parameter, as
    /// [`parameters`](Self::parameters) are laid out.
    pub fn backward<'a>(&self, tape: &'a mut Tape<T, C>) -> &'a [T] {
        let (parameters, readout_parameters) = self.parameters.split_at(self.readout_at);
        let Tape { cell, d_outputs, d_hidden, gradients, .. } = tape;
        gradients.fill(T::zero());
        d_hidden.fill(T::zero());
        let (d_parameters, d_readout_parameters) = gradients.split_at_mut(self.readout_at);
        let hidden = self.cell.outputs(cell);
        let mut d_hidden = d_hidden.as_view_mut();
        self.readout.backward(readout_parameters, &hidden, &d_outputs.as_view(), &mut d_hidden, d_readout_parameters);
        self.cell.backward(parameters, cell, &mut d_hidden, d_parameters);
        gradients
    }

    /// Copies the state after the first `steps` time steps of the last [`forward`](Self::forward) to `state`.
    ///
    /// # Errors
    /// [`Error::Counted`] for more steps than the window has; [`Error::Length`] for a state of another size.
    pub fn copy_state(&self, tape: &Tape<T, C>, steps: usize, state: &mut State<T>) -> Result<(), Error> {
        if steps > tape.steps {
            return Err(Error::Counted { start: 0, end: steps, window: tape.steps });
        }
        check_length("state", tape.batch * self.cell.state_size(), state.0.len())?;
        self.cell.copy_state(&tape.cell, steps, &mut state.0.as_view_mut());
        Ok(())
    }
}

impl<T: Scalar> State<T> {
    /// The zero state of `batch` rows, for nets like this one.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn zeros<C: Cell<T>>(network: &Network<T, C>, batch: usize) -> Result<Self, Error> {
        zeros("the state", batch, network.cell.state_size()).map(Self)
    }

    /// Sets it to zero.
    pub fn set_zero(&mut self) {
        self.0.fill(T::zero());
    }

    /// Its numbers, column-major: all rows of the first unit, then those of the next.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }

    /// Its numbers, to change.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.0.as_mut_slice()
    }
}

impl<T: Scalar, C: Cell<T>> Tape<T, C> {
    /// What the last [`backward`](Network::backward) returned.
    pub fn gradients(&self) -> &[T] {
        &self.gradients
    }

    /// First row and number of rows of a range of time steps.
    fn rows_of(&self, steps: &Range<usize>) -> Result<(usize, usize), Error> {
        if steps.is_empty() || steps.end > self.steps {
            return Err(Error::Counted { start: steps.start, end: steps.end, window: self.steps });
        }
        Ok((steps.start * self.batch, steps.len() * self.batch))
    }
}

/// An error unless a slice has the length it must have.
fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}
