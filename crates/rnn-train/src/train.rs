//! The training loop: epochs of windows, the state zero at an epoch's start and carried from window to window.

use crate::data::{Source, WEIGHTS_STREAM};
use crate::files::{EpochRow, MetricsRow};
use crate::{CellKind, Error, OptimizerKind, SettingError, Settings};
use echo_data::{Layout, Series, generator};
use rnn_core::{
    Adagrad, Elman, Network, Optimizer, Report, Scalar, Sgd, SoftmaxCrossEntropy, State, Trainer, Truncation, init,
};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens in training, as it happens.
pub(crate) enum Event<T> {
    EpochStarts(usize),
    Step(MetricsRow<T>),
    EpochEnds(EpochRow),
}

/// How training ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    Done,
    /// The loss or a weight became infinite or not a number; in words, where.
    Diverged(String),
    Interrupted,
}

/// A net in training and the window that it is at.
pub(crate) struct Session<T: Scalar> {
    trainer: Trainer<T, Elman, SoftmaxCrossEntropy, Box<dyn Optimizer<T>>>,
    truncation: Truncation,
    state: State<T>,
    /// The state that the last window began with.
    state_before: State<T>,
    window: Window<T>,
}

/// One window's data, time-major.
pub(crate) struct Window<T> {
    pub(crate) inputs: Vec<T>,
    pub(crate) targets: Vec<u32>,
}

impl<T: Scalar> Window<T> {
    pub(crate) fn new(layout: Layout) -> Result<Self, Error> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        let values = layout.window_values();
        let room = inputs.try_reserve_exact(values).and_then(|()| targets.try_reserve_exact(values));
        let (what, rows) = ("the window's data", values);
        room.map_err(|_| rnn_core::Error::OutOfMemory { what, rows, columns: 2 })?;
        inputs.resize(values, T::zero());
        targets.resize(values, 0);
        Ok(Self { inputs, targets })
    }

    pub(crate) fn load(&mut self, series: &Series, layout: Layout, window: usize) {
        layout.gather(series.input(), window, &mut self.inputs, |class| T::narrow(f64::from(class)));
        layout.gather(series.target(), window, &mut self.targets, u32::from);
    }
}

/// A net of these settings, with weights from a file if one is named, otherwise all zero.
pub(crate) fn network<T: Scalar>(settings: &Settings, weights: Option<&Path>) -> Result<Network<T, Elman>, Error> {
    let too_large = |error| match error {
        rnn_core::Error::OutOfMemory { .. } => {
            let message = format!(
                "state_size is {}: there is no memory for the weights of a net that large",
                settings.state_size
            );
            SettingError::new("state_size", message).into()
        }
        other => Error::from(other),
    };
    let cell = match settings.cell {
        CellKind::Elman => Elman::new(1, settings.state_size).map_err(too_large)?,
    };
    let mut network = Network::new(cell, settings.num_classes).map_err(too_large)?;
    if let Some(path) = weights {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        network.load_safetensors(&bytes).map_err(|source| Error::Weights { path: path.to_owned(), source })?;
    }
    Ok(network)
}

impl<T: Scalar> Session<T> {
    /// A net at the start of its training, all memory allocated.
    pub(crate) fn new(settings: &Settings, source: &Source) -> Result<Self, Error> {
        let mut network = network::<T>(settings, settings.initial_weights.as_deref())?;
        if settings.initial_weights.is_none() {
            init::unit_uniform(&mut network, &mut generator(settings.seed, WEIGHTS_STREAM));
        }
        let (rate, count) = (settings.learning_rate, network.parameters().len());
        let optimizer: Box<dyn Optimizer<T>> = match settings.optimizer {
            OptimizerKind::Adagrad => Box::new(Adagrad::new(rate, count)?),
            OptimizerKind::Sgd => Box::new(Sgd::new(rate)?),
        };
        let truncation = Truncation::new(settings.truncated_backprop_length, settings.window_stride)?;
        let state = State::zeros(&network, settings.batch_size)?;
        // The length of a window is the same in every epoch's layout.
        let window = Window::new(source.first_layout())?;
        let trainer = Trainer::new(network, SoftmaxCrossEntropy, optimizer, truncation, settings.batch_size)?;
        Ok(Self { trainer, truncation, state_before: state.clone(), state, window })
    }

    /// Trains all epochs, telling `observe` of each step, until `stop` is set.
    pub(crate) fn train(
        &mut self,
        settings: &Settings,
        source: &mut Source,
        stop: &AtomicBool,
        mut observe: impl FnMut(Event<T>) -> Result<(), Error>,
    ) -> Result<Ending, Error> {
        let mut step = 0;
        for epoch in 0..settings.num_epochs {
            observe(Event::EpochStarts(epoch))?;
            let (series, layout) = source.epoch(epoch);
            let mut means = Means::new(layout.first_settled_window(settings.echo_step));
            self.state.set_zero();
            for batch in 0..layout.windows() {
                if stop.load(Ordering::Relaxed) {
                    return self.unless_broken(Ending::Interrupted);
                }
                self.window.load(series, layout, batch);
                self.state_before.as_mut_slice().copy_from_slice(self.state.as_slice());
                let counted = self.truncation.counted(batch == 0);
                let steps = counted.len();
                let Report { loss, accuracy, gradient_norm } =
                    self.trainer.step(&self.window.inputs, &self.window.targets, counted, &mut self.state)?;
                if !loss.is_finite() {
                    let place = format!("the loss is {loss} at step {step} (epoch {epoch}, batch {batch})");
                    return Ok(Ending::Diverged(place));
                }
                means.add(batch, steps, loss, accuracy);
                let (loss, accuracy) = (T::narrow(loss), T::narrow(accuracy));
                let gradient_norm = Some(T::narrow(gradient_norm)).filter(|norm| norm.is_finite());
                observe(Event::Step(MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm }))?;
                step += 1;
            }
            observe(Event::EpochEnds(means.row(epoch)))?;
        }
        self.unless_broken(Ending::Done)
    }

    /// An ending, unless the last step, whose outcome no later loss has shown, left weights of no use.
    fn unless_broken(&mut self, ending: Ending) -> Result<Ending, Error> {
        let (Window { inputs, targets }, steps) = (&self.window, 0..self.truncation.window());
        let loss = self.trainer.score(inputs, targets, steps, &self.state_before)?.loss;
        Ok(if loss.is_finite() { ending } else { Ending::Diverged(format!("the loss is {loss} after the last step")) })
    }

    /// The net as it is now.
    pub(crate) fn network(&self) -> &Network<T, Elman> {
        &self.trainer.network
    }

    /// The last window trained on, and the classes that the net as it is now answers with there, time-major.
    pub(crate) fn last_window(&mut self) -> Result<(&Window<T>, Vec<u32>), Error> {
        let classes = self.trainer.classify(&self.window.inputs, &self.state_before)?;
        Ok((&self.window, classes))
    }
}

/// Running means over the counted targets of an epoch.
pub(crate) struct Means {
    first_settled_window: usize,
    first_window_loss: f64,
    windows: usize,
    all: Mean,
    settled: Mean,
}

/// A mean that is moved, not summed up, so that no finite losses overflow it.
#[derive(Default)]
struct Mean {
    steps: usize,
    loss: f64,
    accuracy: f64,
}

impl Mean {
    fn add(&mut self, steps: usize, loss: f64, accuracy: f64) {
        self.steps += steps;
        let share = steps as f64 / self.steps as f64;
        self.loss += (loss - self.loss) * share;
        self.accuracy += (accuracy - self.accuracy) * share;
    }

    /// One of its means, if there is any.
    fn known(&self, mean: f64) -> Option<f64> {
        (self.steps > 0).then_some(mean)
    }
}

impl Means {
    pub(crate) fn new(first_settled_window: usize) -> Self {
        let (all, settled) = (Mean::default(), Mean::default());
        Self { first_settled_window, first_window_loss: 0.0, windows: 0, all, settled }
    }

    /// Takes in a window in which `steps` time steps were counted.
    pub(crate) fn add(&mut self, window: usize, steps: usize, loss: f64, accuracy: f64) {
        self.windows += 1;
        if window == 0 {
            self.first_window_loss = loss;
        }
        self.all.add(steps, loss, accuracy);
        if window >= self.first_settled_window {
            self.settled.add(steps, loss, accuracy);
        }
    }

    /// The means so far, as the row of an epoch that has at least one window.
    pub(crate) fn row(&self, epoch: usize) -> EpochRow {
        EpochRow {
            epoch,
            windows: self.windows,
            loss: self.all.loss,
            first_window_loss: self.first_window_loss,
            settled_loss: self.settled.known(self.settled.loss),
            accuracy: self.all.accuracy,
            settled_accuracy: self.settled.known(self.settled.accuracy),
        }
    }
}
