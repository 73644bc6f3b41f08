//! The settings, checked: every one in range and fitting the others.

use crate::choices::{CellKind, Dtype, InitKind, InputKind, LossKind, OptimizerKind, Readout, ScheduleKind};
use crate::error::SettingError;
use crate::or_off::OrOff;
use crate::raw::RawSettings;
use crate::task::Task;
use echo_data::Classes;
use rnn_core::{Adagrad, Adam, AdamW, Architecture, Clip, Decay, Method, Optimizer, RmsProp, Scalar, Schedule, Sgd};
use std::path::{Path, PathBuf};

/// Every setting, in range and fitting the others.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields of `RawSettings`, where each is described")]
pub struct Settings {
    pub num_epochs: usize,
    /// `None` where series are read from files and no length is asked for.
    pub total_series_length: Option<usize>,
    pub truncated_backprop_length: usize,
    pub window_stride: usize,
    pub state_size: usize,
    pub num_classes: usize,
    /// `None` for all equal.
    pub class_probabilities: Option<Vec<f64>>,
    pub echo_step: usize,
    pub batch_size: usize,
    pub cell: CellKind,
    pub num_layers: usize,
    pub dropout: f64,
    pub input: InputKind,
    pub loss: LossKind,
    pub readout: Readout,
    pub init: InitKind,
    pub forget_bias: f64,
    pub optimizer: OptimizerKind,
    pub learning_rate: f64,
    /// `optimizer` with its constants.
    pub method: Method,
    pub clip: Clip,
    pub schedule: ScheduleKind,
    pub warmup_steps: usize,
    /// `None` for all steps that there are after the warm-up.
    pub decay_steps: Option<usize>,
    pub decay_factor: f64,
    pub dtype: Dtype,
    pub seed: u64,
    pub log_every: usize,
    /// `None` for no checkpoints while it runs.
    pub checkpoint_every: Option<usize>,
    /// Empty for generated data.
    pub series: Vec<PathBuf>,
    pub initial_weights: Option<PathBuf>,
}

/// The tutorial's series length.
const TOTAL_SERIES_LENGTH: i64 = 50_000;

impl RawSettings {
    /// Fills in defaults and checks every value, and the values against each other where no file is needed for that.
    ///
    /// # Errors
    /// A [`SettingError`] that names the first setting that cannot be, or that has no meaning beside the others.
    pub fn check(&self) -> Result<Settings, SettingError> {
        let truncated_backprop_length =
            at_least(1, "truncated_backprop_length", self.truncated_backprop_length.unwrap_or(15))?;
        let window_stride = match self.window_stride {
            Some(stride) => at_least(1, "window_stride", stride)?,
            None => truncated_backprop_length,
        };
        let series = self.series.clone().unwrap_or_default();
        let default_length = if series.is_empty() { Some(TOTAL_SERIES_LENGTH) } else { None };
        let total_series_length = self.total_series_length.or(default_length);
        self.check_meaning()?;
        let cell = self.cell.unwrap_or(CellKind::Elman);
        let default_init = if cell == CellKind::Elman { InitKind::Tutorial } else { InitKind::Pytorch };
        let optimizer = self.optimizer.unwrap_or(OptimizerKind::Adagrad);
        let settings = Settings {
            num_epochs: at_least(1, "num_epochs", self.num_epochs.unwrap_or(100))?,
            total_series_length: total_series_length.map(|n| at_least(1, "total_series_length", n)).transpose()?,
            truncated_backprop_length,
            window_stride,
            state_size: at_least(1, "state_size", self.state_size.unwrap_or(4))?,
            num_classes: at_least(1, "num_classes", self.num_classes.unwrap_or(2))?,
            class_probabilities: self.class_probabilities.clone(),
            echo_step: at_least(0, "echo_step", self.echo_step.unwrap_or(3))?,
            batch_size: at_least(1, "batch_size", self.batch_size.unwrap_or(5))?,
            cell,
            num_layers: at_least(1, "num_layers", self.num_layers.unwrap_or(1))?,
            dropout: self.dropout.unwrap_or(0.0),
            input: self.input.unwrap_or(InputKind::Number),
            loss: self.loss.unwrap_or(LossKind::CrossEntropy),
            readout: self.readout.unwrap_or(Readout::EveryStep),
            init: self.init.unwrap_or(default_init),
            forget_bias: self.forget_bias.unwrap_or(0.0),
            optimizer,
            learning_rate: self.learning_rate.unwrap_or_else(|| default_learning_rate(optimizer)),
            method: self.method(optimizer),
            clip: Clip { value: self.clip_value.and_then(OrOff::on), norm: self.clip_norm.and_then(OrOff::on) },
            schedule: self.schedule.unwrap_or(ScheduleKind::Constant),
            warmup_steps: at_least(0, "warmup_steps", self.warmup_steps.unwrap_or(0))?,
            decay_steps: self.decay_steps.map(|n| at_least(1, "decay_steps", n)).transpose()?,
            decay_factor: self
                .decay_factor
                .unwrap_or_else(|| default_decay_factor(self.schedule.unwrap_or(ScheduleKind::Constant))),
            dtype: self.dtype.unwrap_or(Dtype::F32),
            seed: at_least(0, "seed", self.seed.unwrap_or(0))? as u64,
            log_every: at_least(1, "log_every", self.log_every.unwrap_or(1))?,
            checkpoint_every: self
                .checkpoint_every
                .and_then(OrOff::on)
                .map(|n| at_least(1, "checkpoint_every", n).map_err(or_off))
                .transpose()?,
            series,
            initial_weights: self.initial_weights.clone(),
        };
        settings.check()?;
        Ok(settings)
    }

    /// An optimizer with its constants, of which only its own are given.
    fn method(&self, optimizer: OptimizerKind) -> Method {
        let of = |given: Option<f64>, default: f64| given.unwrap_or(default);
        let (beta1, beta2) = (of(self.beta1, 0.9), of(self.beta2, 0.999));
        let epsilon = of(self.epsilon, if optimizer == OptimizerKind::AdagradPytorch { 1e-10 } else { 1e-8 });
        match optimizer {
            OptimizerKind::Sgd => {
                Method::Sgd(Sgd { momentum: of(self.momentum, 0.0), nesterov: self.nesterov.unwrap_or(false) })
            }
            OptimizerKind::Adagrad => Method::Adagrad(Adagrad::default()),
            OptimizerKind::AdagradPytorch => Method::Adagrad(Adagrad { initial_accumulator: 0.0, epsilon }),
            OptimizerKind::RmsProp => Method::RmsProp(RmsProp { rms_decay: of(self.rms_decay, 0.99), epsilon }),
            OptimizerKind::Adam => Method::Adam(Adam { beta1, beta2, epsilon }),
            OptimizerKind::AdamW => {
                Method::AdamW(AdamW { beta1, beta2, epsilon, weight_decay: of(self.weight_decay, 0.01) })
            }
        }
    }

    /// Refuses what would change nothing, given the others.
    fn check_meaning(&self) -> Result<(), SettingError> {
        let optimizer = self.optimizer.unwrap_or(OptimizerKind::Adagrad);
        let (cell, schedule) = (self.cell.unwrap_or(CellKind::Elman), self.schedule.unwrap_or(ScheduleKind::Constant));
        let [is_sgd, is_rmsprop] = [OptimizerKind::Sgd, OptimizerKind::RmsProp].map(|kind| optimizer == kind);
        let is_adam = matches!(optimizer, OptimizerKind::Adam | OptimizerKind::AdamW);
        let of_optimizer = format!("the optimizer {optimizer}");
        let cases = [
            ("momentum", self.momentum.is_some(), is_sgd, &of_optimizer, "sgd has momentum"),
            ("nesterov", self.nesterov.is_some(), is_sgd, &of_optimizer, "sgd has momentum"),
            ("rms_decay", self.rms_decay.is_some(), is_rmsprop, &of_optimizer, "rmsprop has it"),
            ("beta1", self.beta1.is_some(), is_adam, &of_optimizer, "adam and adamw have it"),
            ("beta2", self.beta2.is_some(), is_adam, &of_optimizer, "adam and adamw have it"),
            (
                "epsilon",
                self.epsilon.is_some(),
                is_adam || is_rmsprop || optimizer == OptimizerKind::AdagradPytorch,
                &of_optimizer,
                "adagrad_pytorch, rmsprop, adam and adamw have it",
            ),
            (
                "weight_decay",
                self.weight_decay.is_some(),
                optimizer == OptimizerKind::AdamW,
                &of_optimizer,
                "adamw has it",
            ),
            (
                "forget_bias",
                self.forget_bias.is_some(),
                cell == CellKind::Lstm,
                &format!("the cell {cell}"),
                "lstm has forget gates",
            ),
            (
                "decay_steps",
                self.decay_steps.is_some(),
                schedule != ScheduleKind::Constant,
                &format!("the schedule {schedule}"),
                "step and cosine have them",
            ),
            (
                "decay_factor",
                self.decay_factor.is_some(),
                schedule != ScheduleKind::Constant,
                &format!("the schedule {schedule}"),
                "step and cosine have it",
            ),
            (
                "dropout",
                self.dropout.is_some_and(|dropout| dropout != 0.0),
                self.num_layers.unwrap_or(1) != 1,
                &"one layer".to_owned(),
                "values passed between layers are dropped",
            ),
        ];
        let meaningless = cases.iter().find(|(_, given, meant, ..)| *given && !meant);
        if let Some((name, _, _, beside, only)) = meaningless {
            return Err(SettingError::no_effect(name, format!("with {beside}: only {only}")));
        }
        for (name, given) in [("init", self.init.is_some()), ("forget_bias", self.forget_bias.is_some())] {
            if given && self.initial_weights.is_some() {
                return Err(SettingError::no_effect(name, "with initial_weights, which are the weights to start from"));
            }
        }
        if self.nesterov == Some(true) && self.momentum.unwrap_or(0.0) == 0.0 {
            let message = "nesterov is true: it needs a momentum greater than 0";
            return Err(SettingError::new("nesterov", message.to_owned()));
        }
        if schedule == ScheduleKind::Step && self.decay_steps.is_none() {
            let message = "decay_steps is missing: the schedule step needs it";
            return Err(SettingError::new("schedule", message.to_owned()));
        }
        Ok(())
    }
}

/// A learning rate that the optimizer can work with.
fn default_learning_rate(optimizer: OptimizerKind) -> f64 {
    match optimizer {
        OptimizerKind::Sgd | OptimizerKind::Adagrad | OptimizerKind::AdagradPytorch => 0.3,
        OptimizerKind::RmsProp | OptimizerKind::Adam | OptimizerKind::AdamW => 0.01,
    }
}

/// A decay that is usual for the schedule.
pub(crate) fn default_decay_factor(schedule: ScheduleKind) -> f64 {
    if schedule == ScheduleKind::Step { 0.1 } else { 0.0 }
}

impl Settings {
    /// Checks what the crates below have rules for, so that the error has the setting's origin.
    fn check(&self) -> Result<(), SettingError> {
        match self.dtype {
            Dtype::F32 => self.check_optimizer::<f32>(),
            Dtype::F64 => self.check_optimizer::<f64>(),
        }
        .map_err(of_core)
        .map_err(|error| if error.setting.starts_with("clip_") { or_off(error) } else { error })?;
        self.architecture().check().map_err(of_core)?;
        self.schedule(1).check().map_err(of_core)?;
        if !self.forget_bias.is_finite() {
            let message = format!("forget_bias is {}: it must be a number", self.forget_bias);
            return Err(SettingError::new("forget_bias", message));
        }
        let num_classes = self.num_classes;
        if let Some(given) = self.class_probabilities.as_ref().map(Vec::len).filter(|&given| given != num_classes) {
            let message = format!(
                "class_probabilities has {given} values: it must have one for each class, and num_classes is {num_classes}"
            );
            return Err(SettingError::new("class_probabilities", message));
        }
        self.classes().map_err(of_series)?;
        if let (true, Some(length)) = (self.series.is_empty(), self.total_series_length) {
            self.layout(length).map_err(of_series)?;
        }
        Ok(())
    }

    fn check_optimizer<T: Scalar>(&self) -> Result<(), rnn_core::Error> {
        Optimizer::<T>::check_learning_rate(self.learning_rate)?;
        self.method.check::<T>()?;
        self.clip.check::<T>()
    }

    /// The same, checked once more, because a caller can have changed them.
    pub(crate) fn checked_again(&self) -> Result<Self, SettingError> {
        self.to_raw().check()
    }

    /// What the net reads and answers.
    pub(crate) fn task(&self) -> Task {
        Task { input: self.input, loss: self.loss, readout: self.readout, num_classes: self.num_classes }
    }

    /// The net.
    pub(crate) fn architecture(&self) -> Architecture {
        Architecture {
            cell: self.cell.into(),
            input_size: self.task().input_size(),
            hidden_size: self.state_size,
            num_layers: self.num_layers,
            dropout: self.dropout,
            outputs: self.task().outputs(),
        }
    }

    /// How many parameters the net has, all of which are trained; the greatest number if they cannot be counted.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.architecture().parameter_count().unwrap_or(usize::MAX)
    }

    /// How the learning rate changes in a run of `steps` training steps.
    pub(crate) fn schedule(&self, steps: usize) -> Schedule {
        let rest = steps.saturating_sub(self.warmup_steps).max(1);
        let (steps, factor) = (self.decay_steps.unwrap_or(rest) as u64, self.decay_factor);
        let decay = match self.schedule {
            ScheduleKind::Constant => Decay::Constant,
            ScheduleKind::Step => Decay::Step { steps, factor },
            ScheduleKind::Cosine => Decay::Cosine { steps, factor },
        };
        Schedule { warmup: self.warmup_steps as u64, decay }
    }

    /// The classes of a generated series.
    pub(crate) fn classes(&self) -> Result<Classes, echo_data::Error> {
        match &self.class_probabilities {
            Some(probabilities) => Classes::with_probabilities(probabilities),
            None => Classes::uniform(self.num_classes),
        }
    }

    /// The first file that they name which is `place` or lies in it.
    #[must_use]
    pub fn read_from(&self, place: &Path) -> Option<&Path> {
        let place = place.canonicalize().ok()?;
        let lies_there = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&place));
        self.series.iter().chain(&self.initial_weights).find(lies_there).map(PathBuf::as_path)
    }

    /// All of them as they may be given again, but for those without meaning beside the others; `window_stride` only
    /// where it does not follow `truncated_backprop_length`, so that another length can be laid over it.
    #[must_use]
    pub fn to_raw(&self) -> RawSettings {
        // Sizes come from `i64`s, so they fit in one.
        let number = |n: usize| Some(n as i64);
        let drawn = self.initial_weights.is_none();
        let decays = self.schedule != ScheduleKind::Constant;
        let mut raw = RawSettings {
            num_epochs: number(self.num_epochs),
            total_series_length: self.total_series_length.and_then(number),
            truncated_backprop_length: number(self.truncated_backprop_length),
            window_stride: number(self.window_stride).filter(|_| self.window_stride != self.truncated_backprop_length),
            state_size: number(self.state_size),
            num_classes: number(self.num_classes),
            class_probabilities: self.class_probabilities.clone(),
            echo_step: number(self.echo_step),
            batch_size: number(self.batch_size),
            cell: Some(self.cell),
            num_layers: number(self.num_layers),
            dropout: Some(self.dropout),
            input: Some(self.input),
            loss: Some(self.loss),
            readout: Some(self.readout),
            init: drawn.then_some(self.init),
            forget_bias: (drawn && self.cell == CellKind::Lstm).then_some(self.forget_bias),
            optimizer: Some(self.optimizer),
            learning_rate: Some(self.learning_rate),
            clip_value: self.clip.value.map(OrOff::On),
            clip_norm: self.clip.norm.map(OrOff::On),
            schedule: Some(self.schedule),
            warmup_steps: number(self.warmup_steps),
            decay_steps: self.decay_steps.and_then(number),
            decay_factor: decays.then_some(self.decay_factor),
            dtype: Some(self.dtype),
            seed: Some(self.seed as i64),
            log_every: number(self.log_every),
            checkpoint_every: self.checkpoint_every.and_then(number).map(OrOff::On),
            series: (!self.series.is_empty()).then(|| self.series.clone()),
            initial_weights: self.initial_weights.clone(),
            ..RawSettings::default()
        };
        match self.method {
            Method::Sgd(Sgd { momentum, nesterov }) => (raw.momentum, raw.nesterov) = (Some(momentum), Some(nesterov)),
            Method::Adagrad(Adagrad { epsilon, .. }) => {
                raw.epsilon = Some(epsilon).filter(|_| self.optimizer == OptimizerKind::AdagradPytorch);
            }
            Method::RmsProp(RmsProp { rms_decay, epsilon }) => {
                (raw.rms_decay, raw.epsilon) = (Some(rms_decay), Some(epsilon))
            }
            Method::Adam(Adam { beta1, beta2, epsilon }) => {
                (raw.beta1, raw.beta2, raw.epsilon) = (Some(beta1), Some(beta2), Some(epsilon));
            }
            Method::AdamW(AdamW { beta1, beta2, epsilon, weight_decay }) => {
                (raw.beta1, raw.beta2, raw.epsilon) = (Some(beta1), Some(beta2), Some(epsilon));
                raw.weight_decay = Some(weight_decay);
            }
        }
        raw
    }
}

/// A number that must be at least `least`.
fn at_least(least: i64, name: &'static str, value: i64) -> Result<usize, SettingError> {
    match usize::try_from(value) {
        Ok(size) if value >= least => Ok(size),
        _ => Err(SettingError::new(name, format!("{name} is {value}: it must be at least {least}"))),
    }
}

/// An error for a setting that can be off, which says so.
fn or_off(error: SettingError) -> SettingError {
    SettingError { message: format!("{}, or \"off\"", error.message), ..error }
}

/// An error in the data's sizes as one of the setting it is about.
fn of_series(error: echo_data::Error) -> SettingError {
    SettingError::new(error.setting().unwrap_or_default(), error.to_string())
}

/// An error of the net's or the optimizer's as one of the setting it is about.
fn of_core(error: rnn_core::Error) -> SettingError {
    let name = match error {
        rnn_core::Error::Range { name, .. } | rnn_core::Error::Zero { name } => name,
        rnn_core::Error::LearningRate { .. } => "learning_rate",
        rnn_core::Error::Layers { .. } => "num_layers",
        _ => "",
    };
    SettingError::new(name, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    /// Settings beside which others have a meaning, or another default.
    const BESIDE: [&str; 8] = [
        "",
        "cell = 'lstm'",
        "optimizer = 'sgd'",
        "optimizer = 'adagrad_pytorch'",
        "optimizer = 'rmsprop'",
        "optimizer = 'adamw'",
        "schedule = 'step'\ndecay_steps = 5",
        "schedule = 'cosine'",
    ];

    fn resolved(text: &str) -> toml::Table {
        let raw: RawSettings = toml::from_str(text).unwrap();
        toml::Table::try_from(raw.check().unwrap().to_raw()).unwrap()
    }

    /// The help states a default by hand, because a flag that is not given must not hide the file's value.
    #[test]
    fn the_help_states_the_defaults() {
        let command = RawSettings::augment_args(clap::Command::new(""));
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let help = argument.get_help().unwrap().to_string();
            let Some((_, stated)) = help.split_once("[default: ") else { continue };
            let stated: Vec<_> = stated.trim_end_matches(']').split("; ").collect();
            let found: Vec<_> = BESIDE.iter().filter_map(|beside| resolved(beside).get(name).cloned()).collect();
            let found: Vec<_> = found.iter().map(|value| shown(&value.to_string())).collect();
            let stated: Vec<_> = stated.into_iter().map(shown).collect();
            match &*stated[0] {
                "truncated_backprop_length" | "all equal" | "off" | "all steps" => {}
                first => assert_eq!(Some(first), found.first().map(String::as_str), "{name}"),
            }
            for other in found.iter().filter(|value| **value != stated[0]) {
                let with_other = stated[1..].iter().any(|text| text.starts_with(&format!("{other} for ")));
                // The one that was asked for.
                let asked = BESIDE.iter().any(|beside| beside.contains(&format!("{name} = '{other}'")));
                assert!(with_other || asked || name == "decay_steps", "{name}: {other}");
            }
        }
    }

    /// A value as it is compared: without quotes, and with a number at its start in one way of writing it.
    fn shown(value: &str) -> String {
        let value = value.replace('"', "");
        let (first, rest) = value.split_once(' ').unwrap_or((&value, ""));
        let first = first.parse().map_or(first.to_owned(), |number: f64| number.to_string());
        format!("{first} {rest}").trim_end().to_owned()
    }

    #[test]
    fn what_is_resolved_resolves_to_the_same() {
        for beside in BESIDE {
            let table = resolved(beside);
            assert_eq!(resolved(&table.to_string()), table);
        }
    }
}
