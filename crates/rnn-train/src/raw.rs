//! The settings as a person gives them: flags of the command line, keys of a TOML file.

use crate::choices::{CellKind, Dtype, InitKind, InputKind, LossKind, OptimizerKind, Readout, ScheduleKind};
use crate::or_off::OrOff;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Every setting as it may be given, on the command line or in a TOML file; what is not given takes its default.
///
/// Numbers are wider than what is allowed, so that a negative or too great one gets an error that names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, clap::Args)]
#[command(next_help_heading = "Settings")]
#[allow(clippy::doc_markdown, reason = "these comments are the program's help")]
pub struct RawSettings {
    /// Epochs to train; each epoch has a new series [default: 100]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_epochs: Option<i64>,
    /// Length of a series, in values [default: 50000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub total_series_length: Option<i64>,
    /// Time steps in a window: how far back gradients are propagated [default: 15]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub truncated_backprop_length: Option<i64>,
    /// Time steps from one window's start to the next [default: truncated_backprop_length]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub window_stride: Option<i64>,
    /// Hidden units [default: 4]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub state_size: Option<i64>,
    /// Classes in a series [default: 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_classes: Option<i64>,
    /// Probability of each class, separated by commas [default: all equal]
    #[arg(long, value_name = "P,P,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub class_probabilities: Option<Vec<f64>>,
    /// Lag: the target is the input this many time steps earlier [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub echo_step: Option<i64>,
    /// Rows that a series is cut into; they are trained side by side [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub batch_size: Option<i64>,
    /// The recurrent cell [default: elman]
    #[arg(long, value_enum, value_name = "NAME")]
    pub cell: Option<CellKind>,
    /// Recurrent layers; each reads the outputs of the layer below [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_layers: Option<i64>,
    /// Probability that a value passed between layers is set to zero in training [default: 0.0]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub dropout: Option<f64>,
    /// How the net reads a class [default: number]
    #[arg(long, value_enum, value_name = "NAME")]
    pub input: Option<InputKind>,
    /// Loss to minimise [default: cross_entropy]
    #[arg(long, value_enum, value_name = "NAME")]
    pub loss: Option<LossKind>,
    /// Time steps of a window that are scored [default: every_step]
    #[arg(long, value_enum, value_name = "NAME")]
    pub readout: Option<Readout>,
    /// How the initial weights are drawn [default: tutorial; pytorch for the other cells]
    #[arg(long, value_enum, value_name = "NAME")]
    pub init: Option<InitKind>,
    /// Added to the initial bias of an LSTM's forget gates [default: 0.0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub forget_bias: Option<f64>,
    /// Optimizer: how gradients change the weights [default: adagrad]
    #[arg(long, value_enum, value_name = "NAME")]
    pub optimizer: Option<OptimizerKind>,
    /// Learning rate: step size of the optimizer [default: 0.3; 0.01 for rmsprop, adam, adamw]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,
    /// Momentum (sgd) [default: 0.0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub momentum: Option<f64>,
    /// Use Nesterov momentum (sgd) [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub nesterov: Option<bool>,
    /// Decay rate of the mean of squared gradients (rmsprop) [default: 0.99]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub rms_decay: Option<f64>,
    /// Decay rate of the mean of gradients (adam, adamw) [default: 0.9]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub beta1: Option<f64>,
    /// Decay rate of the mean of squared gradients (adam, adamw) [default: 0.999]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub beta2: Option<f64>,
    /// Small number added to the divisor (all but sgd and adagrad) [default: 1e-10; 1e-8 for rmsprop, adam, adamw]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub epsilon: Option<f64>,
    /// Weight decay (adamw) [default: 0.01]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub weight_decay: Option<f64>,
    /// Clip each element of the gradient to -X..X [default: off]
    #[arg(long, value_name = "X|off", allow_negative_numbers = true)]
    pub clip_value: Option<OrOff<f64>>,
    /// Scale the gradient down to this Euclidean norm, after clip_value [default: off]
    #[arg(long, value_name = "X|off", allow_negative_numbers = true)]
    pub clip_norm: Option<OrOff<f64>>,
    /// How the learning rate decreases [default: constant]
    #[arg(long, value_enum, value_name = "NAME")]
    pub schedule: Option<ScheduleKind>,
    /// Training steps over which the learning rate rises to its full size [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub warmup_steps: Option<i64>,
    /// Length of the schedules step and cosine in training steps, after the warm-up; required for step [default: all steps]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub decay_steps: Option<i64>,
    /// Factor that the learning rate is multiplied by over decay_steps [default: 0.1; 0.0 for cosine]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub decay_factor: Option<f64>,
    /// Floating-point type of the net's numbers [default: f32]
    #[arg(long, value_enum, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// Seed of the initial weights and the series [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// Write every N-th step to metrics.csv [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub log_every: Option<i64>,
    /// Write a checkpoint every N steps; `resume` continues from it after a crash [default: off]
    #[arg(long, value_name = "N|off", allow_negative_numbers = true)]
    pub checkpoint_every: Option<OrOff<i64>>,
    /// Read the series from a CSV file with the columns input and target. May be repeated: epoch e uses file e mod n
    #[arg(long, value_name = "FILE.csv")]
    pub series: Option<Vec<PathBuf>>,
    /// Start from these weights instead of random ones
    #[arg(long, value_name = "FILE.safetensors")]
    pub initial_weights: Option<PathBuf>,
}
