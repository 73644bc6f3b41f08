//! The settings as a person gives them: flags of the command line, keys of a TOML file.

use crate::OrOff;
use crate::choices::{CellKind, Dtype, InitKind, InputKind, LossKind, OptimizerKind, Readout, ScheduleKind};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Every setting as it may be given, on the command line or in a TOML file; what is not given takes its default.
///
/// Numbers are wider than what is allowed, so that a negative or too great one gets an error that names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, clap::Args)]
#[command(next_help_heading = "Settings")]
#[allow(clippy::doc_markdown, reason = "these comments are the program's help")]
pub struct RawSettings {
    /// Epochs to train; each has a new series [default: 100]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_epochs: Option<i64>,
    /// Values in a series [default: 50000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub total_series_length: Option<i64>,
    /// Time steps in a window, over which errors run back [default: 15]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub truncated_backprop_length: Option<i64>,
    /// Time steps from one window's start to the next one's [default: truncated_backprop_length]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub window_stride: Option<i64>,
    /// Hidden units [default: 4]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub state_size: Option<i64>,
    /// Classes in a series [default: 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_classes: Option<i64>,
    /// A probability for each class, with commas [default: all equal]
    #[arg(long, value_name = "P,P,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub class_probabilities: Option<Vec<f64>>,
    /// Time steps after which the input comes back as the target [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub echo_step: Option<i64>,
    /// Rows that a series is cut into and that are trained side by side [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub batch_size: Option<i64>,
    /// The recurrent cell [default: elman]
    #[arg(long, value_enum, value_name = "NAME")]
    pub cell: Option<CellKind>,
    /// Recurrent layers, each reading the outputs of the one below [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_layers: Option<i64>,
    /// Probability with which a number between layers is set to zero in training [default: 0.0]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub dropout: Option<f64>,
    /// How a class comes in [default: number]
    #[arg(long, value_enum, value_name = "NAME")]
    pub input: Option<InputKind>,
    /// What is made small [default: cross_entropy]
    #[arg(long, value_enum, value_name = "NAME")]
    pub loss: Option<LossKind>,
    /// Which time steps of a window are read out and counted [default: every_step]
    #[arg(long, value_enum, value_name = "NAME")]
    pub readout: Option<Readout>,
    /// What weights start from [default: tutorial; pytorch for the other cells]
    #[arg(long, value_enum, value_name = "NAME")]
    pub init: Option<InitKind>,
    /// What an lstm's forget gates get added to their bias at the start [default: 0.0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub forget_bias: Option<f64>,
    /// How gradients change parameters [default: adagrad]
    #[arg(long, value_enum, value_name = "NAME")]
    pub optimizer: Option<OptimizerKind>,
    /// Step size of the optimizer [default: 0.3; 0.01 for rmsprop, adam, adamw]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,
    /// Momentum of sgd [default: 0.0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub momentum: Option<f64>,
    /// Whether sgd's momentum is Nesterov's [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub nesterov: Option<bool>,
    /// How much of rmsprop's mean square stays at a step [default: 0.99]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub rms_decay: Option<f64>,
    /// How much of the mean gradient of adam and adamw stays at a step [default: 0.9]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub beta1: Option<f64>,
    /// How much of the mean square of adam and adamw stays at a step [default: 0.999]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub beta2: Option<f64>,
    /// Added to the divisor, for all but sgd and adagrad [default: 1e-10; 1e-8 for rmsprop, adam, adamw]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub epsilon: Option<f64>,
    /// How fast adamw makes weights smaller [default: 0.01]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub weight_decay: Option<f64>,
    /// Clip each element of the gradient to this size, or off [default: off]
    #[arg(long, value_name = "X|off", allow_negative_numbers = true)]
    pub clip_value: Option<OrOff<f64>>,
    /// Then scale the gradient down to this Euclidean norm, or off [default: off]
    #[arg(long, value_name = "X|off", allow_negative_numbers = true)]
    pub clip_norm: Option<OrOff<f64>>,
    /// How the learning rate falls [default: constant]
    #[arg(long, value_enum, value_name = "NAME")]
    pub schedule: Option<ScheduleKind>,
    /// Training steps in which the learning rate rises to its full size [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub warmup_steps: Option<i64>,
    /// Training steps of the schedules step and cosine, after the warm-up; step needs it [default: all there are]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub decay_steps: Option<i64>,
    /// What the learning rate is multiplied by within decay_steps [default: 0.1; 0.0 for cosine]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub decay_factor: Option<f64>,
    /// The numbers that the net computes in [default: f32]
    #[arg(long, value_enum, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// Seed of the initial weights and the series [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// Write every N-th step to metrics.csv [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub log_every: Option<i64>,
    /// Write a checkpoint every N steps, from which `resume` goes on after a crash, or off [default: off]
    #[arg(long, value_name = "N|off", allow_negative_numbers = true)]
    pub checkpoint_every: Option<OrOff<i64>>,
    /// Read the series from CSV with the columns input and target; may be repeated: epoch e uses file e mod n
    #[arg(long, value_name = "FILE.csv")]
    pub series: Option<Vec<PathBuf>>,
    /// Start from these weights instead of drawn ones
    #[arg(long, value_name = "FILE.safetensors")]
    pub initial_weights: Option<PathBuf>,
}
