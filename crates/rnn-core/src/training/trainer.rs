//! A training step: forward over a window, loss, backward, optimizer, and the state moved on.

use super::losses::{Loss, Targets};
use super::optimizers::{Adam, Clip, Method, Optimizer, euclidean_norm};
use super::schedule::Schedule;
use super::truncation::Truncation;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::network::{Architecture, Gradients, Network, State, Tape};
use crate::numeric::{copied_generator, flat_zeros};
use nalgebra::DMatrixView;
use rand::rngs::ChaCha8Rng;
use std::ops::Range;

/// What a training step reports, of the parameters before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Mean loss of the scored steps.
    pub loss: f64,
    /// Euclidean norm of the gradient of all parameters, before it was clipped.
    pub gradient_norm: f64,
    /// The learning rate that the step was made with.
    pub learning_rate: f64,
}

/// A net in training: what it needs for a step, allocated once, and the state that it carries from window to window.
#[derive(Debug)]
pub struct Trainer<T, L> {
    /// The net.
    pub network: Network<T>,
    pub(crate) loss: L,
    pub(crate) optimizer: Optimizer<T>,
    pub(crate) truncation: Truncation,
    pub(crate) tape: Tape<T>,
    pub(crate) state: State<T>,
    gradients: Gradients<T>,
    generator: Option<ChaCha8Rng>,
    /// Parameters that are kept while training goes on.
    pub(crate) kept: Option<Vec<T>>,
}

/// How a net is to be trained: what is not said takes its default.
#[derive(Debug)]
pub struct TrainerBuilder<T, L> {
    network: Network<T>,
    loss: L,
    method: Method,
    learning_rate: f64,
    schedule: Schedule,
    clip: Clip,
    truncation: Result<Truncation, Error>,
    batch: usize,
    threads: usize,
    generator: Option<ChaCha8Rng>,
}

impl<T: Clone, L: Clone> Clone for Trainer<T, L> {
    fn clone(&self) -> Self {
        Self {
            network: self.network.clone(),
            loss: self.loss.clone(),
            optimizer: self.optimizer.clone(),
            truncation: self.truncation,
            tape: self.tape.clone(),
            state: self.state.clone(),
            gradients: self.gradients.clone(),
            generator: self.generator.as_ref().map(copied_generator),
            kept: self.kept.clone(),
        }
    }
}

impl<T: Scalar, L: Loss<T>> TrainerBuilder<T, L> {
    /// The optimizer's method and its learning rate; Adam and 0.001 without.
    #[must_use]
    pub fn optimizer(self, method: impl Into<Method>, learning_rate: f64) -> Self {
        Self { method: method.into(), learning_rate, ..self }
    }

    /// How the learning rate changes; it stays the same without.
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// How gradients are clipped; they are not without.
    #[must_use]
    pub fn clip(self, clip: Clip) -> Self {
        Self { clip, ..self }
    }

    /// Windows of so many time steps, which do not overlap. Every training needs this or
    /// [`truncation`](Self::truncation).
    #[must_use]
    pub fn window(self, steps: usize) -> Self {
        Self { truncation: Truncation::new(steps, steps), ..self }
    }

    /// Windows that overlap, or of which the last step alone is scored.
    #[must_use]
    pub fn truncation(self, truncation: Truncation) -> Self {
        Self { truncation: Ok(truncation), ..self }
    }

    /// Rows that are trained side by side; 1 without.
    #[must_use]
    pub fn batch(self, rows: usize) -> Self {
        Self { batch: rows, ..self }
    }

    /// Threads that a step may share its work out to: see [`Tape::with_threads`]; 1 without.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// What draws which numbers dropout sets to zero. A net without dropout needs none.
    #[must_use]
    pub fn generator(self, generator: ChaCha8Rng) -> Self {
        Self { generator: Some(generator), ..self }
    }

    /// The trainer, with all its memory.
    ///
    /// # Errors
    /// [`Error::Zero`] for windows or batches of nothing; [`Error::NoGenerator`] for a net with dropout and no generator;
    /// those of [`Optimizer::new`], [`Schedule::check`] and [`Clip::check`]; [`Error::OutOfMemory`].
    pub fn build(self) -> Result<Trainer<T, L>, Error> {
        let Self { network, loss, method, learning_rate, schedule, clip, truncation, batch, threads, generator } = self;
        let dropout = network.architecture().dropout;
        if dropout > 0.0 && generator.is_none() {
            return Err(Error::NoGenerator { dropout });
        }
        let truncation = truncation?;
        let optimizer = Optimizer::new(method, learning_rate, network.parameters().len())?;
        let optimizer = optimizer.with_schedule(schedule)?.with_clip(clip)?;
        let tape = network.tape(truncation.window(), batch)?.with_threads(threads);
        let gradients = network.gradients(truncation.window(), batch)?;
        let state = network.zero_state(batch)?;
        Ok(Trainer { network, loss, optimizer, truncation, tape, state, gradients, generator, kept: None })
    }
}

impl<T: Scalar, L: Loss<T>> Trainer<T, L> {
    /// Begins a trainer of this net that minimises this loss. Its methods set the rest, as in
    /// `Trainer::builder(network, SoftmaxCrossEntropy).window(20).batch(8).build()?`.
    pub fn builder(network: Network<T>, loss: L) -> TrainerBuilder<T, L> {
        TrainerBuilder {
            network,
            loss,
            method: Method::Adam(Adam::default()),
            learning_rate: 0.001,
            schedule: Schedule::default(),
            clip: Clip::default(),
            truncation: Err(Error::Zero { name: "window" }),
            batch: 1,
            threads: 1,
            generator: None,
        }
    }

    /// One training step on a window: the parameters are changed, and the trainer's state moves on by h′ steps. Allocates
    /// nothing, unless it is shared out to threads.
    ///
    /// `inputs [step, row, feature]` and `targets [step, row, target]` lie row by row, as for [`Network::loss`]. The steps
    /// that [`Truncation::scored`] says are scored: all of a series' first window, see [`begin_series`](Self::begin_series).
    ///
    /// Where the loss or the gradient's norm is not finite, the optimizer makes no step and the parameters stay as they
    /// are; the state moves on all the same, and may hold what is no number. Nor does it where the targets'
    /// [mask](Targets::masked) leaves nothing to score: loss and norm are then 0.
    ///
    /// # Errors
    /// [`Error::OtherNet`] if [`network`](Self::network) has become another; [`Error::Length`] for slices of other sizes;
    /// those of the loss. The parameters and the state are then as they were, but dropout may have been drawn.
    pub fn step<'a>(&mut self, inputs: &[T], targets: impl Into<Targets<'a, L::Target>>) -> Result<Report, Error> {
        let targets = targets.into();
        let Self { network, loss, optimizer, truncation, tape, state, gradients, generator, .. } = self;
        if let Some(generator) = generator {
            network.draw_dropout(tape, generator);
        }
        let scored = truncation.scored(state.is_at_start());
        let loss = network.loss(inputs, targets, scored, state, loss, tape)?;
        let rows = tape.rows_of(&tape.scored)?;
        let report = if targets.mask().is_some_and(|mask| !mask[rows.0..rows.0 + rows.1].contains(&true)) {
            Report { loss, gradient_norm: 0.0, learning_rate: optimizer.learning_rate() }
        } else {
            network.backward(tape, gradients)?;
            self.descend(loss)?
        };
        self.network.copy_state(&self.tape, self.truncation.stride(), &mut self.state)?;
        Ok(report)
    }

    /// The same without learning: the state moves on, but no parameter changes, nothing is dropped, and the gradient's norm is 0.
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    pub fn score<'a>(&mut self, inputs: &[T], targets: impl Into<Targets<'a, L::Target>>) -> Result<Report, Error> {
        let Self { network, loss, optimizer, truncation, tape, state, .. } = self;
        tape.keep_all();
        let scored = truncation.scored(state.is_at_start());
        let loss = network.loss(inputs, targets, scored, state, loss, tape)?;
        network.copy_state(tape, truncation.stride(), state)?;
        Ok(Report { loss, gradient_norm: 0.0, learning_rate: optimizer.learning_rate() })
    }

    /// The part of a step that comes when the gradients are known: changes the parameters.
    pub(super) fn descend(&mut self, loss: f64) -> Result<Report, Error> {
        let Self { network, optimizer, gradients, .. } = self;
        let (gradients, learning_rate) = (&mut gradients.values[..], optimizer.learning_rate());
        let gradient_norm = euclidean_norm(gradients);
        if loss.is_finite() && gradient_norm.is_finite() {
            optimizer.step_with_norm(network.parameters_mut(), gradients, gradient_norm)?;
        }
        Ok(Report { loss, gradient_norm, learning_rate })
    }

    /// Whether it makes its steps with such a net, on such windows, and nothing is dropped in them.
    pub(super) fn steps_in(&self, architecture: &Architecture, truncation: Truncation, batch: usize) -> bool {
        let Self { network, tape, state, .. } = self;
        (self.truncation, tape.steps, tape.batch) == (truncation, truncation.window(), batch)
            && network.architecture() == architecture
            && network.check_tape(tape).is_ok()
            && network.check_state(batch, state).is_ok()
            && tape.masks.is_empty()
    }

    /// The outputs of a window, `[steps·batch, outputs]`, column-major, for which these steps are to be computed.
    pub(super) fn outputs_to_set(&mut self, scored: &Range<usize>) -> &mut [T] {
        self.tape.scored = scored.clone();
        self.tape.outputs.as_mut_slice()
    }

    /// The gradients of all parameters, to be set.
    pub(super) fn gradients_mut(&mut self) -> &mut [T] {
        &mut self.gradients.values
    }

    /// The state that the next window begins with, to be set.
    pub(super) fn next_state(&mut self) -> &mut [T] {
        self.state.at_start = false;
        self.state.as_mut_slice()
    }

    /// The same with a state of the caller's, for those who train several series in turn.
    ///
    /// # Errors
    /// Those of [`step`](Self::step); [`Error::Length`] for a state of other sizes.
    pub fn step_with<'a>(
        &mut self,
        inputs: &[T],
        targets: impl Into<Targets<'a, L::Target>>,
        state: &mut State<T>,
    ) -> Result<Report, Error> {
        std::mem::swap(&mut self.state, state);
        let report = self.step(inputs, targets);
        std::mem::swap(&mut self.state, state);
        report
    }

    /// Sets the state to zero: the next window is the first one of a series.
    pub fn begin_series(&mut self) {
        self.state.set_zero();
    }

    /// The state that the next window begins with.
    #[must_use]
    pub fn state(&self) -> &State<T> {
        &self.state
    }

    /// The same, to change.
    pub fn state_mut(&mut self) -> &mut State<T> {
        &mut self.state
    }

    /// What draws dropout, if there is any.
    #[must_use]
    pub fn generator(&self) -> Option<&ChaCha8Rng> {
        self.generator.as_ref()
    }

    /// The same, to change.
    pub fn generator_mut(&mut self) -> Option<&mut ChaCha8Rng> {
        self.generator.as_mut()
    }

    /// The outputs that the last [`step`](Self::step) or [`loss`](Self::loss) has scored: of the parameters before that
    /// step, `[steps·batch, outputs]`.
    #[must_use]
    pub fn scored_outputs(&self) -> DMatrixView<'_, T> {
        self.tape.scored_outputs()
    }

    /// The mean loss of some steps of a window that begins with `state`, for the net as it is now and with nothing dropped;
    /// trains nothing.
    ///
    /// # Errors
    /// Those of [`Network::loss`].
    pub fn loss<'a>(
        &mut self,
        inputs: &[T],
        targets: impl Into<Targets<'a, L::Target>>,
        scored: Range<usize>,
        state: &State<T>,
    ) -> Result<f64, Error> {
        self.tape.keep_all();
        self.network.loss(inputs, targets, scored, state, &self.loss, &mut self.tape)
    }

    /// The outputs at all steps of a window, `[steps·batch, outputs]`, for the net as it is now and with nothing dropped.
    ///
    /// # Errors
    /// Those of [`Network::forward`].
    pub fn outputs(&mut self, inputs: &[T], state: &State<T>) -> Result<DMatrixView<'_, T>, Error> {
        self.tape.keep_all();
        self.network.forward(inputs, state, &mut self.tape)?;
        self.network.read_out(0..self.truncation.window(), &mut self.tape)
    }

    /// Takes another schedule of the learning rate, which the next step follows.
    ///
    /// # Errors
    /// Those of [`Schedule::check`]. The schedule is then as it was.
    pub fn set_schedule(&mut self, schedule: Schedule) -> Result<(), Error> {
        schedule.check()?;
        self.optimizer.schedule = schedule;
        Ok(())
    }

    /// Keeps a copy of the parameters as they are now, such as the best ones so far, in place of those that were kept before.
    /// They travel in checkpoints.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn keep_parameters(&mut self) -> Result<(), Error> {
        let parameters = self.network.parameters();
        match &mut self.kept {
            Some(kept) if kept.len() == parameters.len() => kept.copy_from_slice(parameters),
            kept => {
                let mut copy = flat_zeros("the parameters that are kept", parameters.len(), 1)?;
                copy.copy_from_slice(parameters);
                *kept = Some(copy);
            }
        }
        Ok(())
    }

    /// Exchanges the parameters for those that are kept, if there are any and they are of this net; says whether there are.
    pub fn swap_parameters(&mut self) -> bool {
        let parameters = self.network.parameters_mut();
        let kept = self.kept.as_mut().filter(|kept| kept.len() == parameters.len());
        kept.map(|kept| parameters.swap_with_slice(kept)).is_some()
    }

    /// The windows that it trains on.
    #[must_use]
    pub fn truncation(&self) -> Truncation {
        self.truncation
    }

    /// How many steps the optimizer has made.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.optimizer.steps
    }

    /// The gradients of the last [`step`](Self::step), as they were clipped if the optimizer made that step, laid out as
    /// the net's parameters.
    #[must_use]
    pub fn gradients(&self) -> &[T] {
        self.gradients.as_slice()
    }

    /// The net, trained.
    #[must_use]
    pub fn into_network(self) -> Network<T> {
        self.network
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::CellKind;
    use crate::network::{Architecture, Init};
    use crate::training::SoftmaxCrossEntropy;
    use rand::SeedableRng;

    fn trainer(cell: CellKind) -> Trainer<f64, SoftmaxCrossEntropy> {
        let architecture = Architecture::new(cell).hidden_size(4).outputs(2);
        let network = Network::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.1);
        trainer.clip(Clip { value: None, norm: Some(1.0) }).window(3).build().unwrap()
    }

    /// Gates and tanh answer an infinite input with a finite number, but the weights' derivatives are 0 · ∞.
    #[test]
    fn a_gradient_that_is_no_number_changes_no_parameter() {
        for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
            let mut trainer = trainer(cell);
            let before = trainer.network.parameters().to_vec();
            let mut step = |inputs: &[f64]| trainer.step(inputs, &[0, 1, 1]).unwrap();
            let report = step(&[1.0, f64::INFINITY, 0.0]);
            assert!(report.loss.is_finite() && !report.gradient_norm.is_finite(), "{cell}: {report:?}");
            assert!(step(&[f64::NAN; 3]).loss.is_nan());
            assert_eq!((trainer.network.parameters(), trainer.steps()), (&before[..], 0));

            trainer.begin_series();
            trainer.step(&[1.0, 0.0, 0.0], &[0, 1, 1]).unwrap();
            assert!(trainer.network.parameters() != before && trainer.steps() == 1);
        }
    }

    #[test]
    fn a_net_put_in_the_place_of_another_is_refused() {
        let mut trainer = trainer(CellKind::Gru);
        let bytes = trainer.checkpoint("").unwrap();
        trainer.network = Network::new(trainer.network.architecture().clone().input_size(2)).unwrap();
        assert_eq!(trainer.step(&[0.0; 3], &[0; 3]), Err(Error::OtherNet));
        assert_eq!(trainer.checkpoint(""), Err(Error::OtherNet));
        assert_eq!(trainer.restore(&bytes), Err(Error::OtherNet));
    }

    /// The caller's own states, one after the other, are carried as the trainer's is.
    #[test]
    fn states_of_the_callers_are_carried_apart() {
        let (mut one, mut two) = (trainer(CellKind::Lstm), trainer(CellKind::Lstm));
        let mut carried = one.state().clone();
        for window in [[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]] {
            let report = one.step(&window, &[0, 1, 1]).unwrap();
            assert_eq!(two.step_with(&window, &[0, 1, 1], &mut carried), Ok(report));
        }
        assert!(&carried == one.state() && two.state().is_at_start());
    }

    #[test]
    fn what_a_training_cannot_do_without_is_asked_for() {
        let network = |dropout| {
            let architecture = Architecture::new(CellKind::Gru).num_layers(2).dropout(dropout).outputs(2);
            Trainer::builder(Network::<f32>::new(architecture).unwrap(), SoftmaxCrossEntropy)
        };
        assert_eq!(network(0.0).build().err(), Some(Error::Zero { name: "window" }));
        assert_eq!(network(0.5).window(3).build().err(), Some(Error::NoGenerator { dropout: 0.5 }));
        assert!(network(0.5).window(3).generator(ChaCha8Rng::seed_from_u64(1)).build().is_ok());
    }
}
