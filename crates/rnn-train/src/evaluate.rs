//! Scores saved weights on series, without training.

use crate::data::Source;
use crate::files::EpochRow;
use crate::means::Means;
use crate::task::{StoredTask, read_net};
use crate::train::{Window, network};
use crate::{Dtype, Error, Layer, RawSettings, Settings};
use rnn_core::{Architecture, Scalar, State, Tape};
use std::path::Path;

/// The scores of one series: the row that an epoch of training on it would have had.
pub type Evaluation = EpochRow;

/// The settings that a file of weights determines: those of the net, and what it reads and answers.
///
/// # Errors
/// [`Error::Read`], [`Error::Weights`].
pub fn settings_of(model: &Path) -> Result<Layer, Error> {
    let (_, stored, StoredTask { input, loss, readout, num_classes }) = read_net(model)?;
    let Architecture { cell, hidden_size, num_layers, .. } = stored.architecture;
    let layer = Layer::from_flags(&RawSettings {
        cell: Some(cell.into()),
        state_size: Some(hidden_size as i64),
        num_layers: Some(num_layers as i64),
        input: Some(input),
        loss: Some(loss),
        readout: Some(readout),
        num_classes: num_classes.map(|classes| classes as i64),
        dtype: Some(if stored.double { Dtype::F64 } else { Dtype::F32 }),
        ..RawSettings::default()
    })?;
    Ok(layer.given_by(&model.display().to_string()))
}

/// Scores the weights in `model` on each series of the settings' files, or on one that no training has drawn.
///
/// # Errors
/// [`Error`] for weights that are not of this net, and for what is wrong with a file.
pub fn evaluate(settings: &Settings, model: &Path) -> Result<Vec<Evaluation>, Error> {
    let settings = &settings.checked_again()?;
    match settings.dtype {
        Dtype::F32 => evaluate_in::<f32>(settings, model),
        Dtype::F64 => evaluate_in::<f64>(settings, model),
    }
}

fn evaluate_in<T: Scalar>(settings: &Settings, model: &Path) -> Result<Vec<Evaluation>, Error> {
    let network = network::<T>(settings, Some(model))?;
    let mut source = Source::new(settings)?;
    let (truncation, task) = (settings.truncation()?, settings.task());
    let mut tape = Tape::new(&network, truncation.window(), settings.batch_size)?;
    let mut state = State::zeros(&network, settings.batch_size)?;
    let mut data = Window::<T>::new(source.first_layout(), task)?;
    let mut evaluations = Vec::new();
    source.for_evaluation(|series, layout, floor| {
        let mut means = Means::new(settings.first_settled_window());
        state.set_zero();
        for window in 0..layout.windows() {
            data.load(series, layout, window, task)?;
            let counted = truncation.counted(window == 0);
            let steps = counted.len();
            let score = network.score(&data.inputs, &data.targets, counted, &state, &task, &mut tape)?;
            network.copy_state(&tape, truncation.stride(), &mut state)?;
            means.add(window, steps, score.loss, score.accuracy, floor.map(|floor| floor.window(window)));
        }
        evaluations.push(means.row(evaluations.len()));
        Ok(())
    })?;
    Ok(evaluations)
}
