//! Training: losses, optimizers, schedules of the learning rate, windows and strides, and the training step.
//!
//! The room offers [`Trainer`], which puts the others together. It knows nets and all that is below them, and no files.

mod loss;
mod optimizer;
mod schedule;
mod score;
mod trainer;
mod truncation;

pub use loss::{Loss, Score, SoftmaxCrossEntropy, SquaredError, classes, softmax};
pub use optimizer::{Clip, Method, Optimizer};
pub use schedule::{Decay, Schedule};
pub use trainer::{Report, Trainer};
pub use truncation::Truncation;
