//! Scores saved weights on series, without training.

use crate::choices::Dtype;
use crate::data::Source;
use crate::error::{Error, SettingError};
use crate::files::EpochRow;
use crate::layers::Layer;
use crate::means::Means;
use crate::settings::Settings;
use crate::shown::printable;
use crate::train::{Window, network};
use crate::travelling::settings_of;
use rnn_core::Scalar;
use serde::{Serialize, Serializer};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use toml::Value;

/// What to score a net on.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    /// The net, the task, and how series are cut.
    pub settings: Settings,
    /// Whether anything says after how many steps the targets are the inputs. Where not, `echo_step` is 0, and which windows
    /// are settled is not known.
    pub echo_known: bool,
}

/// The scores of a net on one series, and what was scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// The file of weights.
    pub model: String,
    /// The file of the series; nothing for one that was drawn.
    pub series: Option<String>,
    /// The seed of a series that was drawn.
    pub seed: Option<u64>,
    /// Time steps after which the input comes back as the target, if that is known.
    pub echo_step: Option<usize>,
    /// Classes in the series.
    pub num_classes: usize,
    /// Values in the series.
    pub total_series_length: usize,
    /// Rows that the series is cut into.
    pub batch_size: usize,
    /// Time steps in a window.
    pub truncated_backprop_length: usize,
    /// Time steps from one window's start to the next one's.
    pub window_stride: usize,
    /// Windows that were scored.
    pub windows: usize,
    /// Mean loss of all windows. What is not finite is empty in files.
    #[serde(serialize_with = "if_finite")]
    pub loss: f64,
    /// Share of all targets that were predicted.
    pub accuracy: f64,
    /// The least mean loss that any net can have, if it is known.
    pub floor: Option<f64>,
    /// Loss of the first window, which starts from a zero state.
    #[serde(serialize_with = "if_finite")]
    pub first_window_loss: f64,
    /// Mean loss of the windows whose targets can all be known, if it is known which those are.
    #[serde(serialize_with = "if_known")]
    pub settled_loss: Option<f64>,
    /// Share of those windows' targets that were predicted.
    pub settled_accuracy: Option<f64>,
}

fn if_known<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.filter(|value| value.is_finite()).serialize(serializer)
}

fn if_finite<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if_known(&Some(*value), serializer)
}

impl Scoring {
    /// What to score the net in the file `model` on: the task that it was trained for, as the file says it, with the
    /// settings `given` laid over.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Weights`]; [`Error::Setting`] for settings that cannot be, and for those that neither the
    /// file nor `given` says and that a task cannot be made without.
    pub fn of(model: &Path, given: &Layer) -> Result<Self, Error> {
        let mut layer = settings_of(model)?.overlaid(given);
        let known = |layer: &Layer, setting: &str| layer.values().contains_key(setting);
        let echo_known = known(&layer, "echo_step");
        if !known(&layer, "series") {
            for (setting, what) in [
                ("echo_step", "after how many steps the net is to repeat its input: give --echo-step N"),
                ("num_classes", "how many classes its series had: give --num-classes N"),
            ] {
                if !known(&layer, setting) {
                    let problem = format!("{}: {setting} is not known: the file does not say {what}", model.display());
                    let problem = format!("{problem}, or --series FILE.csv to score on a series of yours");
                    return Err(SettingError::new(setting, problem).into());
                }
            }
        }
        if !echo_known {
            // Every row has room for it.
            layer.put("echo_step", Value::Integer(0), &model.display().to_string());
        }
        Ok(Self { settings: layer.resolve()?, echo_known })
    }

    /// What is scored, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Settings { echo_step, truncated_backprop_length, window_stride, batch_size, ref readout, .. } =
            self.settings;
        let lag = if self.echo_known { format!("echo_step {echo_step}") } else { "targets of the file".to_owned() };
        let stride = match window_stride {
            stride if stride == truncated_backprop_length => String::new(),
            stride => format!(", window_stride {stride}"),
        };
        let length = self.settings.drawn_layout().and(self.settings.total_series_length);
        let length = length.map(|length| format!(", total_series_length {length}")).unwrap_or_default();
        format!(
            "{lag}, truncated_backprop_length {truncated_backprop_length}{stride}, batch_size {batch_size}{length}, \
             readout {readout}"
        )
    }
}

/// Scores the weights in `model` on each series of the settings' files, or on one that no training has drawn.
///
/// # Errors
/// [`Error`] for weights that are not of this net, and for what is wrong with a file.
pub fn evaluate(scoring: &Scoring, model: &Path) -> Result<Vec<Evaluation>, Error> {
    let scoring = &Scoring { settings: scoring.settings.checked_again()?, ..*scoring };
    match scoring.settings.dtype {
        Dtype::F32 => evaluate_in::<f32>(scoring, model),
        Dtype::F64 => evaluate_in::<f64>(scoring, model),
    }
}

fn evaluate_in<T: Scalar>(scoring: &Scoring, model: &Path) -> Result<Vec<Evaluation>, Error> {
    let settings = &scoring.settings;
    let network = network::<T>(settings, Some(model))?;
    let mut source = Source::new(settings, &AtomicBool::new(false))?;
    let (truncation, task) = (settings.truncation()?, settings.task());
    let mut tape = network.tape(truncation.window(), settings.batch_size)?;
    let mut state = network.zero_state(settings.batch_size)?;
    let mut data = Window::<T>::new(source.first_layout(), task)?;
    let mut evaluations = Vec::new();
    source.for_evaluation(|series, layout, floor| {
        let mut means = Means::new(settings.first_settled_window());
        state.set_zero();
        for window in 0..layout.windows() {
            data.load(series, layout, window, task)?;
            let scored = truncation.scored(window == 0);
            let loss = network.loss(&data.inputs, &data.targets, scored.clone(), &state, &task, &mut tape)?;
            let accuracy = data.accuracy(&tape.scored_outputs(), task)?;
            network.copy_state(&tape, truncation.stride(), &mut state)?;
            means.add(window, scored.len(), loss, accuracy, floor.map(|floor| floor.window(window)));
        }
        let place = evaluations.len();
        evaluations.push(Evaluation::new(scoring, model, place, series.len(), means.row(place)));
        Ok(())
    })?;
    Ok(evaluations)
}

impl Evaluation {
    /// Of the series that stands at this place among the settings' files, if there are any.
    fn new(scoring: &Scoring, model: &Path, place: usize, length: usize, row: EpochRow) -> Self {
        let Scoring { settings, echo_known } = scoring;
        let series = settings.series.get(place).map(|path: &PathBuf| path.display().to_string());
        Self {
            model: model.display().to_string(),
            seed: series.is_none().then_some(settings.seed),
            series,
            echo_step: echo_known.then_some(settings.echo_step),
            num_classes: settings.num_classes,
            total_series_length: length,
            batch_size: settings.batch_size,
            truncated_backprop_length: settings.truncated_backprop_length,
            window_stride: settings.window_stride,
            windows: row.windows,
            loss: row.loss,
            accuracy: row.accuracy,
            floor: row.floor,
            first_window_loss: row.first_window_loss,
            settled_loss: row.settled_loss.filter(|_| *echo_known),
            settled_accuracy: row.settled_accuracy.filter(|_| *echo_known),
        }
    }

    /// What was scored, in words: the file, or where the series came from.
    #[must_use]
    pub fn name(&self) -> String {
        let drawn = || format!("fresh series of seed {}", self.seed.unwrap_or_default());
        self.series.clone().unwrap_or_else(drawn)
    }
}

/// The scores in words.
impl std::fmt::Display for Evaluation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: loss {} accuracy {}", printable(self.name()), self.loss, self.accuracy)?;
        if let Some(floor) = self.floor {
            write!(f, ", floor {floor}")?;
        }
        match self.settled_loss.zip(self.settled_accuracy) {
            Some((loss, accuracy)) => write!(f, ", settled: loss {loss} accuracy {accuracy}"),
            None => Ok(()),
        }
    }
}
