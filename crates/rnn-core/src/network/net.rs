//! A net: recurrent layers and a dense readout over one flat slice of parameters.

use super::architecture::{Architecture, PlacedLayer, Plan};
use super::tape::{Gradients, State, Tape};
use super::tensors::Tensor;
use crate::error::{Error, check_length};
use crate::kernels::{OfLayer, Scalar, StepLayer, StepReadout};
use crate::numeric::{Real, flat_zeros};
use nalgebra::DMatrixView;
use rand::Rng;
use std::ops::Range;
use std::sync::Arc;

/// A recurrent net that can be read at each time step.
#[derive(Debug, Clone)]
pub struct Network<T> {
    plan: Arc<Plan>,
    /// Those of the layers from the input up, then the readout's.
    parameters: Vec<T>,
}

impl<T: Scalar> Network<T> {
    /// A net with all parameters zero.
    ///
    /// # Errors
    /// Those of [`Architecture::check`]; [`Error::OutOfMemory`].
    pub fn new(architecture: Architecture) -> Result<Self, Error> {
        Self::planned(Arc::new(architecture.plan()?))
    }

    fn planned(plan: Arc<Plan>) -> Result<Self, Error> {
        let parameters = flat_zeros("the parameters", plan.parameter_count, 1)?;
        Ok(Self { plan, parameters })
    }

    /// A copy, where there is memory for it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn try_clone(&self) -> Result<Self, Error> {
        let mut copy = Self::planned(Arc::clone(&self.plan))?;
        copy.parameters.copy_from_slice(&self.parameters);
        Ok(copy)
    }

    /// What net it is.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.plan.architecture
    }

    /// The table of all tensors.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor] {
        &self.plan.tensors
    }

    /// All parameters.
    #[must_use]
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// All parameters, to change.
    pub fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.parameters
    }

    /// The zero state of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn zero_state(&self, batch: usize) -> Result<State<T>, Error> {
        State::zeros(self.state_size(), batch)
    }

    /// A tape for windows of `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn tape(&self, steps: usize, batch: usize) -> Result<Tape<T>, Error> {
        Tape::new(&self.plan, steps, batch)
    }

    /// Room for the derivatives of windows of `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn gradients(&self, steps: usize, batch: usize) -> Result<Gradients<T>, Error> {
        Gradients::new(&self.plan, steps, batch)
    }

    /// Numbers of the state in each batch row.
    fn state_size(&self) -> usize {
        self.plan.layers.iter().map(|layer| layer.shape.state_size()).sum()
    }

    fn readout_parameters(&self) -> &[T] {
        &self.parameters[self.plan.readout_at..]
    }

    /// Draws which numbers between layers the following [`forward`](Self::forward)s on this tape set to zero: each
    /// with the probability of the architecture's dropout, at each time step anew; the others are divided by 1 − that
    /// probability (Srivastava et al., "Dropout", 2014; between layers alone, as Zaremba et al., "Recurrent neural
    /// network regularization", 2014). They stay so until the next draw or [`Tape::keep_all`]. One 64-bit word of `rng` a
    /// number; none without dropout.
    pub fn draw_dropout<R: Rng + ?Sized>(&self, tape: &mut Tape<T>, rng: &mut R) {
        let dropout = self.plan.architecture.dropout;
        let kept = T::narrow(1.0 / (1.0 - dropout));
        // The tape can be of another net, so its own widths count.
        for (layer, mask) in tape.masks.iter_mut().enumerate() {
            let hidden = tape.plan.layers[layer].shape.hidden;
            // In the order of a dense matrix `[steps·batch, hidden]`, column by column.
            for unit in 0..hidden {
                for step in 0..tape.steps {
                    for row in 0..tape.batch {
                        let place = tape.window.place_of_factor(layer, (step, unit, row));
                        mask[place] = if f64::unit_uniform(rng) < dropout { T::zero() } else { kept };
                    }
                }
            }
        }
        tape.dropping = !tape.masks.is_empty();
    }

    /// Runs over a window: `inputs [step, row, feature]`, the features of a row behind each other. It begins with `state`,
    /// which is left as it is.
    ///
    /// # Errors
    /// [`Error::OtherNet`] for a tape of another net's; [`Error::Length`] for inputs or a state of other sizes than the
    /// tape's.
    pub fn forward(&self, inputs: &[T], state: &State<T>, tape: &mut Tape<T>) -> Result<(), Error> {
        let rows = self.check_tape(tape)?;
        let columns = self.plan.architecture.input_size;
        check_length("inputs", rows * columns, inputs.len())?;
        self.check_state(tape.batch, state)?;
        tape.window.load_inputs(inputs);
        let mut at = 0;
        for (number, PlacedLayer { cell, shape, place }) in self.plan.layers.iter().enumerate() {
            if number > 0 {
                let mask = tape.masks.get(number - 1).filter(|_| tape.dropping);
                tape.window.pass_on(number, mask.map(|mask| &**mask));
            }
            tape.window.load_state(number, &state.as_slice()[at * tape.batch..]);
            let layer = OfLayer { number, cell: *cell, parameters: &self.parameters[place.clone()] };
            tape.window.forward(layer, tape.threads);
            at += shape.state_size();
        }
        Ok(())
    }

    /// Computes the outputs of these time steps from the last [`forward`](Self::forward), and returns them:
    /// `[steps.len()·batch, outputs]`.
    ///
    /// # Errors
    /// [`Error::OtherNet`] for a tape of another net's; [`Error::Scored`] for steps outside the window.
    pub fn read_out<'a>(&self, steps: Range<usize>, tape: &'a mut Tape<T>) -> Result<DMatrixView<'a, T>, Error> {
        self.check_tape(tape)?;
        let (first, count) = tape.rows_of(&steps)?;
        tape.window.read_out(self.plan.readout, self.readout_parameters(), steps, tape.outputs.as_mut_slice());
        Ok(tape.outputs.rows(first, count))
    }

    /// One time step of inference: reads `inputs [row, feature]`, moves `state` on, and returns the outputs
    /// `[row, output]`. Drops nothing and allocates nothing. For a single row there is [`stream`](Self::stream).
    ///
    /// The outputs are those that [`forward`](Self::forward) over a longer window gives, bit by bit.
    ///
    /// # Errors
    /// Those of [`forward`](Self::forward); [`Error::Length`] for a tape of more than one time step. The state is then
    /// as it was.
    pub fn step<'a>(
        &self,
        inputs: &[T],
        state: &mut State<T>,
        tape: &'a mut Tape<T>,
    ) -> Result<DMatrixView<'a, T>, Error> {
        check_length("the tape of a single step: time steps", 1, tape.steps)?;
        tape.keep_all();
        self.forward(inputs, state, tape)?;
        self.copy_state(tape, 1, state)?;
        self.read_out(0..1, tape)
    }

    /// The derivatives of the last [`loss`](Self::loss)'s mean loss by each parameter, as
    /// [`parameters`](Self::parameters) are laid out. Since then the parameters must not have changed, and nothing else
    /// may have used the tape: what is on it is taken as it is.
    ///
    /// # Errors
    /// [`Error::OtherNet`] for a tape or gradients of another net's; [`Error::Length`] for gradients of other windows.
    pub fn backward<'a>(&self, tape: &Tape<T>, gradients: &'a mut Gradients<T>) -> Result<&'a mut [T], Error> {
        let rows = self.check_tape(tape)?;
        check_length("gradients", self.parameters.len(), gradients.values.len())?;
        // Another net can have as many parameters.
        self.check_made_for(&gradients.plan)?;
        check_length("gradients: rows of a window", rows, gradients.steps * gradients.batch)?;
        check_length("gradients: batch", tape.batch, gradients.batch)?;
        let Gradients { values, window: d, .. } = gradients;
        values.fill(T::zero());
        let (d_layers, d_readout) = values.split_at_mut(self.plan.readout_at);
        let readout = (self.plan.readout, self.readout_parameters());
        d.read_out_backward(&tape.window, readout, tape.d_outputs.as_slice(), d_readout);
        for (number, PlacedLayer { cell, place, .. }) in self.plan.layers.iter().enumerate().rev() {
            let layer = OfLayer { number, cell: *cell, parameters: &self.parameters[place.clone()] };
            let mask = tape.masks.get(number.wrapping_sub(1)).filter(|_| tape.dropping).map(|mask| &**mask);
            d.backward(&tape.window, layer, mask, &mut d_layers[place.clone()], tape.threads);
        }
        Ok(values)
    }

    /// Copies the state after the first `steps` time steps of the last [`forward`](Self::forward) to `state`.
    ///
    /// # Errors
    /// [`Error::OtherNet`] for a tape of another net's; [`Error::Steps`] for more steps than the window has;
    /// [`Error::Length`] for a state of another size.
    pub fn copy_state(&self, tape: &Tape<T>, steps: usize, state: &mut State<T>) -> Result<(), Error> {
        self.check_tape(tape)?;
        if steps > tape.steps {
            return Err(Error::Steps { steps, window: tape.steps });
        }
        self.check_state(tape.batch, state)?;
        state.at_start = false;
        let (batch, mut state) = (tape.batch, state.as_mut_slice());
        for (number, PlacedLayer { shape, .. }) in self.plan.layers.iter().enumerate() {
            let of_layer = state.split_off_mut(..shape.state_size() * batch).unwrap_or_default();
            tape.window.save_state(number, steps, of_layer);
        }
        Ok(())
    }

    /// Its layers and readout, laid out for single steps.
    pub(super) fn steps(&self) -> Result<(Vec<StepLayer<T>>, StepReadout<T>), Error> {
        let layer = |of: &PlacedLayer| StepLayer::new(of.cell, of.shape, &self.parameters[of.place.clone()]);
        let layers = self.plan.layers.iter().map(layer).collect::<Result<_, _>>()?;
        Ok((layers, StepReadout::new(self.plan.readout, self.readout_parameters())?))
    }

    /// An error unless a state is one of `batch` rows of a net like this one.
    pub(crate) fn check_state(&self, batch: usize, state: &State<T>) -> Result<(), Error> {
        check_length("state", batch * self.state_size(), state.values.len())?;
        // Fewer rows of a larger net can be as many numbers.
        check_length("state: batch", batch, state.values.nrows())
    }

    /// The rows of a window, steps × batch, or an error for the tape of another net.
    pub(crate) fn check_tape(&self, tape: &Tape<T>) -> Result<usize, Error> {
        self.check_made_for(&tape.plan)?;
        Ok(tape.steps * tape.batch)
    }

    /// An error for what was made for another net.
    fn check_made_for(&self, plan: &Arc<Plan>) -> Result<(), Error> {
        let is_own = Arc::ptr_eq(plan, &self.plan) || plan.architecture == self.plan.architecture;
        if is_own { Ok(()) } else { Err(Error::OtherNet) }
    }
}
