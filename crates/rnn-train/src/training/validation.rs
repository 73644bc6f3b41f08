//! A session's data that are held out: validated on after an epoch, and tested on at the end.

use super::answering::Answering;
use super::best::{Best, Tested};
use super::scorer::Scores;
use super::session::Session;
use crate::error::Error;
use crate::outputs::rows::EpochRow;
use crate::settings::table::Settings;
use rnn_core::Scalar;

impl<T: Scalar, A: Answering<T>> Session<T, A> {
    /// Validates where that is due, and keeps the weights if they are the best so far.
    pub(super) fn validate(&mut self, row: &mut EpochRow) -> Result<(), Error> {
        let (Some(source), Some(scorer)) = (&mut self.valid, &mut self.scorer) else { return Ok(()) };
        let Settings { valid_every, num_epochs, .. } = self.settings;
        if !(row.epoch + 1).is_multiple_of(valid_every) && row.epoch + 1 != num_epochs {
            (row.valid_loss, row.valid_accuracy) = (None.into(), None.into());
            return Ok(());
        }
        let scores = scorer.scores(&self.trainer.network, source)?;
        let Scores { loss, accuracy, .. } = scores;
        (row.valid_loss, row.valid_accuracy) = (Some(loss).filter(|loss| loss.is_finite()).into(), accuracy.into());
        if self.progress.best.take_in(self.settings.monitor, row.epoch, scores) {
            self.trainer.keep_parameters()?;
        }
        Ok(())
    }

    /// Puts the best weights in the place of the last ones, or back again.
    pub(crate) fn swap_best(&mut self) -> bool {
        self.trainer.swap_parameters()
    }

    /// What validation has found to be best.
    pub(crate) fn best(&self) -> Best {
        self.progress.best
    }

    /// The scores of the net as it is now on the test data, if there are any.
    pub(crate) fn test(&mut self) -> Result<Option<Tested>, Error> {
        let (Some(source), Some(scorer)) = (&mut self.test, &mut self.scorer) else { return Ok(None) };
        let scores = scorer.scores(&self.trainer.network, source)?;
        let names = names_of_targets(&self.settings);
        let targets = scorer.errors.iter().zip(&names).filter_map(|(errors, name)| errors.scores(name)).collect();
        // What is known exactly, or else what comes of the data.
        let baseline = scorer.guessed().or_else(|| self.test_baseline.clone());
        Ok(Some(Tested { scores, baseline, targets }))
    }
}

/// What the numbers are called that are asked for.
pub(super) fn names_of_targets(settings: &Settings) -> Vec<String> {
    let words = settings.task().words();
    let name = |number: usize| words.targets.get(number).cloned().unwrap_or_else(|| format!("target_{number}"));
    (0..settings.reading().target_values()).map(name).collect()
}
