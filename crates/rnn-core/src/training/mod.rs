//! Training: losses, optimizers, schedules of the learning rate, windows and strides, and the training step.
//!
//! The room offers [`Trainer`], which puts the others together. It knows nets and all that is below them, and no files.

mod ensemble;
mod loss;
mod losses;
mod optimizers;
mod schedule;
mod trainer;
mod truncation;

pub use ensemble::{Ensemble, Member};
pub use losses::*;
pub use optimizers::*;
pub use schedule::{Decay, Schedule};
pub use trainer::{Report, Trainer, TrainerBuilder};
pub use truncation::Truncation;
