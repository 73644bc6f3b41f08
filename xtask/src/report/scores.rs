//! The scores of a trial that the page shows.

use super::facts::Facts;
use crate::trials::results::Outcome;
use crate::trials::row::Row;
use chart_kit::text::number;

/// A score.
pub(super) struct Score {
    /// What it is called.
    pub(super) title: &'static str,
    of: fn(&Outcome) -> Option<f64>,
    shown: Shown,
}

/// In which sweeps it is shown.
#[derive(PartialEq)]
enum Shown {
    Always,
    /// Where the task can be solved.
    Solved,
    /// Where a trial has it.
    Held,
}

const fn score(title: &'static str, shown: Shown, of: fn(&Outcome) -> Option<f64>) -> Score {
    Score { title, of, shown }
}

const SCORES: [Score; 10] = [
    score("final loss", Shown::Always, |outcome| outcome.final_loss),
    score("best loss", Shown::Always, |outcome| outcome.best_loss),
    score("accuracy", Shown::Always, |outcome| outcome.accuracy),
    score("solved epoch", Shown::Solved, |outcome| outcome.solved_epoch.map(|epoch| epoch as f64)),
    score("solved steps", Shown::Solved, |outcome| outcome.solved_steps.map(|steps| steps as f64)),
    score("best epoch", Shown::Held, |outcome| outcome.best_epoch.map(|epoch| epoch as f64)),
    score("validation loss", Shown::Held, |outcome| outcome.valid_loss),
    score("validation accuracy", Shown::Held, |outcome| outcome.valid_accuracy),
    score("test loss", Shown::Held, |outcome| outcome.test_loss),
    score("test accuracy", Shown::Held, |outcome| outcome.test_accuracy),
];

/// Those that a sweep has.
pub(super) fn scores(facts: &Facts<'_>) -> Vec<Score> {
    let is_shown = |score: &Score| match score.shown {
        Shown::Always => true,
        Shown::Solved => facts.plan.can_be_solved,
        Shown::Held => facts.rows.iter().any(|row| score.value(row).is_some()),
    };
    SCORES.into_iter().filter(is_shown).collect()
}

impl Score {
    fn value(&self, row: &Row) -> Option<f64> {
        row.number(|record| (self.of)(&record.outcome))
    }

    /// That of a trial as it is shown.
    pub(super) fn text(&self, row: &Row) -> Option<String> {
        // Whole numbers are short enough.
        self.value(row).map(|value| if value.fract() == 0.0 { value.to_string() } else { number(value, 4) })
    }
}
