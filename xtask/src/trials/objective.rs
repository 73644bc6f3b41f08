//! What a good trial is.

use rnn_train::settings::table::Settings;
use rnn_train::{Named, named};

/// What a good trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Objective {
    pub(crate) metric: Metric,
    pub(crate) maximize: bool,
}

named! {
    /// What trials are compared by.
    pub(crate) enum Metric {
        FinalLoss = "final_loss", "The loss of the last epoch";
        BestLoss = "best_loss", "The lowest loss of any epoch";
        Accuracy = "accuracy", "The accuracy of the last epoch";
        SolvedSteps = "solved_steps", "Training steps until the task was solved";
        ValidLoss = "valid_loss", "The lowest validation loss";
        ValidAccuracy = "valid_accuracy", "The accuracy where the validation loss was lowest";
        TestLoss = "test_loss", "The loss of the best weights on the test data";
        TestAccuracy = "test_accuracy", "Their accuracy there";
    }
}

impl Metric {
    /// Whether it is a loss, which is shown on a logarithmic scale.
    pub(crate) fn is_loss(self) -> bool {
        matches!(self, Self::FinalLoss | Self::BestLoss | Self::ValidLoss | Self::TestLoss)
    }

    /// The setting that holds out the data that it is measured on, and its share in these settings; nothing where those are the
    /// training data.
    pub(crate) fn held_out(self, settings: &Settings) -> Option<(&'static str, f64)> {
        match self {
            Self::FinalLoss | Self::BestLoss | Self::Accuracy | Self::SolvedSteps => None,
            Self::ValidLoss | Self::ValidAccuracy => Some(("valid", settings.valid)),
            Self::TestLoss | Self::TestAccuracy => Some(("test", settings.test)),
        }
    }

    /// Whether more is better.
    pub(crate) fn is_better_greater(self) -> bool {
        matches!(self, Self::Accuracy | Self::ValidAccuracy | Self::TestAccuracy)
    }
}

pub(crate) const GOALS: [&str; 2] = ["minimize", "maximize"];

impl Default for Objective {
    fn default() -> Self {
        Self { metric: Metric::FinalLoss, maximize: false }
    }
}

impl Objective {
    pub(crate) fn name(self) -> &'static str {
        self.metric.name()
    }

    pub(crate) fn goal(self) -> &'static str {
        if self.maximize { GOALS[1] } else { GOALS[0] }
    }
}
