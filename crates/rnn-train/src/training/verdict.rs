//! How a run ended, in sentences for a person: whether it learned its task, and if not, what stands out.

use crate::outputs::columns::Content;
use crate::outputs::rows::EpochRow;
use crate::outputs::status::{Status, TargetScores};
use crate::settings::choices::{Learning, Monitor};
use crate::settings::table::Settings;
use crate::training::data::CHANCE;
use chart_kit::text::{count, number};
use echo_data::Kind;
use rnn_core::ClassLoss;

/// What there is to say of a run that is at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether something went wrong, beyond a task that was not learned.
    pub is_bad: bool,
    /// Whether it was learned, and what stands out.
    pub sentences: Vec<String>,
}

/// A loss within this share of that of guessing shows nothing learned; one so many times as great is worse than not trying.
const NEAR: f64 = 0.05;
const FAR: f64 = 2.0;
/// A mean loss that is lower by this share than the mean before it is still falling.
const FALLS: f64 = 0.05;

/// The verdict on a run with this status, whose epochs left these rows.
#[must_use]
pub fn verdict(settings: &Settings, status: &Status, epochs: &[EpochRow]) -> Verdict {
    let Some(last) = epochs.last() else {
        return Verdict { is_bad: false, sentences: vec!["no epoch was trained to its end".to_owned()] };
    };
    let (what, loss) = settings.measured(last);
    let accuracy = last.known_accuracy.or(last.accuracy);
    let accuracy = accuracy.map(|accuracy| format!(", accuracy {} %", number(accuracy * 100.0, 3)));
    let now = format!("{what} {}{}{}", number(loss, 3), in_bits(settings, loss), accuracy.unwrap_or_default());
    let chance = settings.chance();
    // Answers can be right whose loss is great; and guesses are not expected to be good before the last one.
    let is_judged = status.solved_epoch.is_none() && settings.learning == Learning::Bptt;
    let is_bad = is_judged && (!loss.is_finite() || chance.is_some_and(|chance| is_far_above(settings, loss, chance)));
    let mut sentences = Vec::new();
    // What the series of a file could be known to is not known.
    let is_known = settings.criterion().is_some() || last.floor.is_some();
    let solved_where = settings.solved_where().filter(|_| is_known);
    // Whether sequences are still answered well is not taken down once they were.
    let is_solved = match settings.solved_within() {
        Some(within) => last.solved(within),
        None => status.solved_epoch.is_some(),
    };
    match (status.solved_epoch, is_solved, solved_where) {
        (Some(epoch), true, _) => {
            sentences.push(format!("solved in epoch {epoch}{}: {now} in the last epoch", after(status)))
        }
        (Some(epoch), false, _) => {
            sentences
                .push(format!("solved in epoch {epoch}{}, but not any more in the last epoch: {now}", after(status)));
        }
        (None, _, Some(solved_where)) => {
            sentences.push(format!(
                "not solved: {now} in the last epoch; it is solved where {}",
                solved_where.replacen("mean loss", what, 1)
            ));
        }
        (None, _, None) => sentences.push(format!("{now} in the last epoch")),
    }
    if let (Some(epoch), Some(loss)) = (status.best_epoch, status.valid_loss) {
        sentences.push(format!(
            "the weights are those of epoch {epoch}, with a validation loss of {}{}",
            number(loss, 3),
            in_bits(settings, loss)
        ));
    }
    sentences.extend(tested(settings, status));
    if !is_solved && !status.out_of_patience {
        sentences.extend(stands_out(settings, status.best_epoch, epochs, loss, chance));
    }
    Verdict { is_bad, sentences }
}

/// How the net did on the test data, and how simple rules did.
fn tested(settings: &Settings, status: &Status) -> Vec<String> {
    let Some(loss) = status.test_loss else { return Vec::new() };
    let percent = |share: f64| format!("{} %", number(share * 100.0, 3));
    let of =
        |what: &str, share: Option<f64>| share.map(|share| format!(", {what} {}", percent(share))).unwrap_or_default();
    let accuracy = of("accuracy", status.test_accuracy);
    let whole = of("whole sequences right", status.test_sequence_accuracy);
    let mut sentences = vec![format!("test loss {}{}{accuracy}{whole}", number(loss, 3), in_bits(settings, loss))];
    let baseline = status.test_baseline.as_ref().zip(status.test_baseline_loss).zip(status.test_skill);
    if let Some(((rule, loss), skill)) = baseline {
        let rule = if rule == CHANCE { "guessing".to_owned() } else { format!("the best simple rule, {rule},") };
        let accuracy = status.test_baseline_accuracy.map(|share| format!(" and an accuracy of {}", percent(share)));
        sentences.push(format!(
            "{rule} has a test loss of {}{}, so the skill is {}",
            number(loss, 3),
            accuracy.unwrap_or_default(),
            number(skill, 3)
        ));
    }
    for TargetScores { name, rmse, mae, r2 } in &status.test_scores {
        let r2 = r2.map(|r2| format!(", R² {}", number(r2, 3))).unwrap_or_default();
        sentences.push(format!("{name} on the test data: RMSE {}, MAE {}{r2}", number(*rmse, 3), number(*mae, 3)));
    }
    sentences
}

fn after(status: &Status) -> String {
    let sequences = status.solved_sequences.map(|sequences| format!(" and {}", count(sequences, "sequence")));
    let steps = status.solved_steps.map(|steps| format!(", after {}", count(steps, "training step")));
    steps.unwrap_or_default() + &sequences.unwrap_or_default()
}

/// A loss in bits for each symbol, in words, where a class stands for one.
#[must_use]
pub fn in_bits(settings: &Settings, loss: f64) -> String {
    let task = settings.task();
    let symbols = task.symbols().filter(|_| settings.loss == ClassLoss::CrossEntropy);
    let bits = number(loss / std::f64::consts::LN_2, 3);
    symbols.map(|symbols| format!(" ({bits} bits a {})", symbols.unit())).unwrap_or_default()
}

/// Whether a loss is far above that of guessing, and that of who does not even know how often each class comes at each time.
fn is_far_above(settings: &Settings, loss: f64, chance: f64) -> bool {
    let clueless = match settings.shape().targets {
        Kind::Classes(classes) => settings.loss.least(&vec![1.0 / classes as f64; classes]),
        Kind::Values(_) | Kind::Bits(_) => 0.0,
    };
    loss > FAR * chance.max(clueless)
}

/// What may be the reason that the task was not learned.
fn stands_out(
    settings: &Settings,
    best_epoch: Option<usize>,
    epochs: &[EpochRow],
    loss: f64,
    chance: Option<f64>,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if settings.learning == Learning::Guess {
        return reasons;
    }
    let floor = epochs.last().and_then(|last| last.floor).unwrap_or_default();
    let is_no_better = |chance: f64| loss - floor > (1.0 - NEAR) * (chance - floor);
    if let Some(chance) = chance {
        if is_far_above(settings, loss, chance) {
            reasons.push(format!(
                "the loss is far above that of guessing ({}): training did not converge; try a lower learning_rate, or clip_norm",
                number(chance, 3)
            ));
        } else if is_no_better(chance) {
            reasons.push(format!("the net is no better than guessing, which has a loss of {}", number(chance, 3)));
        }
        let window = settings.truncated_backprop_length;
        if let Some((setting, reach)) = settings.task().reach().filter(|(_, reach)| window <= *reach) {
            reasons.push(format!(
                "a window of {} is not longer than {setting}, which is {reach}: no error reaches back to the input that \
                 the target depends on; try a truncated_backprop_length above {reach}",
                count(window, "time step")
            ));
        }
    }
    if falls(epochs) && !chance.is_some_and(is_no_better) {
        let trained = epochs.len();
        match best_epoch {
            Some(best) if best < trained / 2 && is_worse_than_in(settings.monitor, best, epochs) => {
                reasons.push(format!(
                    "the training loss is still falling, but validation was best in epoch {best} of {trained}: training on \
                     has made it worse"
                ));
            }
            // Since then more training has brought nothing.
            Some(best) if best < trained - trained / 4 => {}
            _ => reasons.push(format!(
                "the loss is still falling: `rnn-train resume` with --num-epochs {} trains on",
                settings.num_epochs.saturating_mul(2)
            )),
        }
    }
    reasons
}

/// Whether the last validation is worse than that of the epoch `best`, of which others can be the equal.
fn is_worse_than_in(monitor: Monitor, best: usize, epochs: &[EpochRow]) -> bool {
    let of = |row: &EpochRow| match monitor {
        Monitor::Loss => row.valid_loss.value(),
        // The higher the better.
        Monitor::Accuracy => row.valid_accuracy.value().map(|accuracy| -accuracy),
    };
    let last = epochs.iter().rev().find_map(of);
    last.zip(epochs.get(best).and_then(of)).is_some_and(|(last, best)| last > best)
}

/// Whether the mean loss of the last quarter of the epochs is clearly below that of the quarter before.
fn falls(epochs: &[EpochRow]) -> bool {
    let quarter = epochs.len() / 4;
    let mean = |rows: &[EpochRow]| rows.iter().map(|row| row.measured()).sum::<f64>() / rows.len() as f64;
    let (before, last) = epochs.split_at(epochs.len() - quarter);
    quarter > 0 && mean(last) < (1.0 - FALLS) * mean(&before[before.len() - quarter..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::columns::Extra;

    fn rows(losses: &[f64], accuracy: f64) -> Vec<EpochRow> {
        let row = |(epoch, &loss): (usize, &f64)| EpochRow {
            epoch,
            windows: 10,
            loss,
            first_window_loss: Some(loss),
            known_loss: Some(loss),
            accuracy: Some(accuracy),
            known_accuracy: Some(accuracy),
            floor: Some(0.0),
            valid_loss: Extra::NoColumn,
            valid_accuracy: Extra::NoColumn,
        };
        losses.iter().enumerate().map(row).collect()
    }

    fn told(settings: &str, losses: &[f64], accuracy: f64) -> (bool, String) {
        let rows = rows(losses, accuracy);
        let mut status = Status::begun(0, 0);
        for row in &rows {
            status.steps += row.windows;
            status.add(row);
            if status.solved_epoch.is_none() && row.solved(0.01) {
                status.solve(row.epoch, None);
            }
        }
        let Verdict { is_bad, sentences } = verdict(&settings.parse().unwrap(), &status, &rows);
        (is_bad, sentences.join(". "))
    }

    #[test]
    fn a_person_is_told_whether_it_learned_and_what_stands_out() {
        assert_eq!(
            told("", &[0.5, 0.001, 0.000_2], 1.0),
            (
                false,
                "solved in epoch 1, after 20 training steps: settled loss 2e-4, accuracy 100 % in the last epoch"
                    .to_owned()
            )
        );
        assert!(told("", &[0.5, 0.001, 0.3], 0.9).1.contains(", but not any more in the last epoch: settled loss 0.3"));
        let (bad, at_chance) = told("", &[0.694, 0.693, 0.69, 0.69], 0.5);
        assert!(!bad && at_chance.starts_with("not solved: settled loss 0.69, accuracy 50 %"), "{at_chance}");
        assert!(
            at_chance.contains("no better than guessing, which has a loss of 0.693") && !at_chance.contains("window")
        );
        let short = "truncated_backprop_length = 5\necho_step = 8";
        assert!(
            told(short, &[0.69; 4], 0.5)
                .1
                .contains("a window of 5 time steps is not longer than echo_step, which is 8")
        );
        let (bad, wild) = told("", &[0.7, 1e28, 1e28], 0.5);
        assert!(bad && wild.contains("far above that of guessing (0.693)"), "{wild}");
        let falling = told("", &[0.6, 0.5, 0.4, 0.3], 0.8).1;
        assert!(falling.contains("still falling") && falling.contains("--num-epochs 200"), "{falling}");
        assert!(!told("", &[0.3; 8], 0.8).1.contains("falling"));
    }

    /// More training is offered where validation is still getting better, and not where it was best long ago.
    #[test]
    fn validation_says_whether_training_on_is_worth_it() {
        let told = |settings: &str, best: usize, last: f64| {
            let of_epoch = |epoch| if epoch == best { 0.5 } else { last };
            let falling = (0..8).map(|epoch| 0.6 - 0.05 * epoch as f64).collect::<Vec<_>>();
            let rows = rows(&falling, 0.8).into_iter().map(|row| EpochRow {
                valid_loss: Some(of_epoch(row.epoch)).into(),
                valid_accuracy: Some(1.0 - of_epoch(row.epoch)).into(),
                ..row
            });
            let status = Status { best_epoch: Some(best), ..Status::begun(0, 0) };
            verdict(&settings.parse().unwrap(), &status, &rows.collect::<Vec<_>>()).sentences.join(". ")
        };
        let [on, worse] = ["with --num-epochs 200 trains on", "validation was best in epoch"];
        for settings in ["valid = 0.1", "valid = 0.1\nmonitor = 'accuracy'"] {
            for (best, last, expected) in [
                (7, 0.6, [true, false]),
                (6, 0.6, [true, false]),
                (5, 0.6, [false, false]),
                (4, 0.6, [false, false]),
                (3, 0.6, [false, true]),
                // As good as the best one.
                (3, 0.5, [false, false]),
            ] {
                let told = told(settings, best, last);
                assert_eq!([told.contains(on), told.contains(worse)], expected, "{best}: {told}");
            }
        }
        assert!(
            told("valid = 0.1", 1, 0.6).contains("validation was best in epoch 1 of 8: training on has made it worse")
        );
    }

    #[test]
    fn nothing_is_said_of_the_lag_or_chance_of_a_file() {
        let settings = "series = ['series.csv']\ntruncated_backprop_length = 2".parse().unwrap();
        let rows: Vec<_> = rows(&[0.69; 4], 0.5).into_iter().map(|row| EpochRow { floor: None, ..row }).collect();
        let Verdict { is_bad, sentences } = verdict(&settings, &Status::begun(0, 0), &rows);
        assert_eq!(
            (is_bad, sentences.join(". ")),
            (false, "settled loss 0.69, accuracy 50 % in the last epoch".to_owned())
        );
    }
}
