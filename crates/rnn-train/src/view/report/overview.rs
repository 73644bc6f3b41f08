//! The head of a report: what was trained, how it ended, and its numbers in one look.

use super::facts::Facts;
use crate::outputs::rows::{EpochRow, KNOWN};
use crate::outputs::status::{State, Status, TargetScores};
use crate::training::data::CHANCE;
use chart_kit::text::{count, duration, number, thousands};
use maud::{Markup, html};
use rnn_core::ClassLoss;

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let status = &facts.recording.status;
    let has_accuracy = facts.settings().shape().targets.can_be_right();
    let skill = status.test_baseline.as_ref().zip(status.test_baseline_loss).map(|(rule, loss)| {
        let rule = if rule == CHANCE { "guessing".to_owned() } else { format!("the best simple rule, {rule}") };
        match status.test_floor.filter(|&floor| floor > 0.0) {
            None => format!(" The skill is 1 − the test loss / that of {rule}, which is {}.", number(loss, 4)),
            Some(floor) => format!(
                " The skill goes from 0, for the loss of {rule}, which is {}, to 1, for the floor, which is {}.",
                number(loss, 4),
                number(floor, 4)
            ),
        }
    });
    let measured = match (has_accuracy, is_beside_others(status)) {
        (true, true) => "Training loss and accuracy are those",
        (true, false) => "Loss and accuracy are those",
        (false, true) => "The training loss is that",
        (false, false) => "The loss is that",
    };
    html! {
        p.outcome { (outcome(facts)) }
        @if let Some(error) = &status.error { p { (error) } }
        dl.numbers { @for (name, value) in numbers(facts) { div { dt { (name) } dd { (value) } } } }
        (of_targets(&status.test_scores))
        p.note {
            @if !facts.recording.epochs.is_empty() { (measured) " of the last whole epoch. " }
            (skill.unwrap_or_default()) " "
            @if let Some(within) = facts.settings().solved_within().filter(|_| facts.settings().tells_known_apart()) {
            "The task is solved in an epoch if the mean loss of its " (KNOWN) " windows, whose targets can all be known, is below " (within)
            "; where no window is " (KNOWN) ", if the mean loss of all is less than that above the floor."
            } @else if let Some(is_so) = facts.settings().solved_where() { "The task is solved where " (is_so) "." }
        }
    }
}

/// Whether there are losses of other data beside that of training.
fn is_beside_others(status: &Status) -> bool {
    status.valid_loss.or(status.test_loss).is_some()
}

/// How far off each number is on the test data.
fn of_targets(scores: &[TargetScores]) -> Markup {
    let short = |value: f64| number(value, 4);
    html! {
        @if !scores.is_empty() {
            p { "Each number on the test data, in its own units:" }
            div.scroll { table #test-scores {
                thead { tr { th.t scope="col" { "number" } th scope="col" { "RMSE" } th scope="col" { "MAE" } th scope="col" { "R²" } } }
                tbody { @for TargetScores { name, rmse, mae, r2 } in scores { tr {
                    th.t scope="row" { (name) } td { (short(*rmse)) } td { (short(*mae)) } td { (r2.map(short).unwrap_or_default()) }
                } } }
            } }
        }
    }
}

/// How the run ended, in a sentence.
fn outcome(facts: &Facts<'_>) -> String {
    let status = &facts.recording.status;
    let sequences = status.solved_sequences.map(|sequences| format!(" and {}", count(sequences, "sequence")));
    let solved = match (status.solved_epoch, status.solved_steps) {
        (Some(epoch), Some(steps)) => {
            format!(
                "solved in epoch {}, after {}{}",
                thousands(epoch),
                count(steps, "step"),
                sequences.unwrap_or_default()
            )
        }
        (Some(epoch), None) => format!("solved in epoch {}", thousands(epoch)),
        _ if !facts.settings().can_be_solved() => String::new(),
        _ => "not solved".to_owned(),
    };
    let done = count(facts.done(), "step");
    let of = facts.planned.map(|planned| format!(" of {}", thousands(planned))).unwrap_or_default();
    let behind =
        |between: &str, end: &str| if solved.is_empty() { String::new() } else { format!("{between}{solved}{end}") };
    match status.status {
        State::Done if status.solved_epoch.is_some() => format!("Done: {solved}."),
        State::Done if status.out_of_patience => {
            format!(
                "Done in {}, as the validation loss fell no more{}.",
                count(status.epochs, "epoch"),
                behind("; ", "")
            )
        }
        State::Done if solved.is_empty() => format!("Done in {}.", count(status.epochs, "epoch")),
        State::Done => format!("Done: {solved} in {}.", count(status.epochs, "epoch")),
        State::Running => {
            format!("Running, or killed while it ran: {done}{of} in the files{}.", behind("; ", " so far"))
        }
        State::Interrupted => {
            format!("Interrupted after {done}{of}{}. `rnn-train resume` continues it.", behind(": ", " so far"))
        }
        State::Diverged => format!("Diverged after {done}{of}{}.", behind(": ", "")),
        State::Pruned => format!("Stopped early, after {done}{of}{}.", behind(": ", "")),
        State::Failed => format!("Failed after {done}{of}{}.", behind(": ", "")),
    }
}

fn numbers(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let Status { final_loss, accuracy, epochs, wall_seconds, status, .. } = facts.recording.status;
    let last: Option<&EpochRow> = facts.recording.epochs.last();
    let short = |value: f64| number(value, 4);
    let done = facts.done();
    let mut numbers = Vec::new();
    let mut put = |name, value: Option<String>| numbers.extend(value.map(|value| (name, value)));
    let status_of = &facts.recording.status;
    // Beside those of other data it must be said which they are of.
    let [loss, of_all] = if is_beside_others(status_of) {
        ["training loss", "training accuracy"]
    } else {
        [EpochRow::LOSS.title, EpochRow::ACCURACY.title]
    };
    match final_loss {
        Some(value) => {
            let title = last.map_or(EpochRow::KNOWN_LOSS.title, |row| facts.settings().measured(row).0);
            put(if title == EpochRow::LOSS.title { loss } else { title }, Some(short(value)));
        }
        None => put(loss, last.map(|row| short(row.loss))),
    }
    match accuracy {
        Some(accuracy) if !facts.settings().tells_known_apart() => put(of_all, Some(short(accuracy))),
        Some(accuracy) => put(EpochRow::KNOWN_ACCURACY.title, Some(short(accuracy))),
        None => put(of_all, last.and_then(|row| row.accuracy).map(short)),
    }
    let task = facts.settings().task();
    let bits = final_loss.filter(|_| facts.settings().loss == ClassLoss::CrossEntropy);
    if let (Some(symbols), Some(loss)) = (task.symbols(), bits) {
        let name = match symbols.unit() {
            "byte" => "bits a byte",
            "label" => "bits a label",
            _ => "bits a character",
        };
        put(name, Some(short(loss / std::f64::consts::LN_2)));
    }
    put("best epoch", status_of.best_epoch.map(thousands));
    put("validation loss", status_of.valid_loss.map(short));
    put("validation accuracy", status_of.valid_accuracy.map(short));
    put("validation, whole sequences right", status_of.valid_sequence_accuracy.map(short));
    put("test loss", status_of.test_loss.map(short));
    put("test accuracy", status_of.test_accuracy.map(short));
    put("test, whole sequences right", status_of.test_sequence_accuracy.map(short));
    put("skill", status_of.test_skill.map(short));
    if last.is_none() {
        put("last loss", facts.steps.last.map(|row| short(row.loss)));
    }
    put("floor, first window", facts.settings().floor_of_first_window().map(short));
    put("epochs", Some(thousands(epochs.max(facts.recording.epochs.len()))));
    put("steps", Some(thousands(done)));
    // The time of a run that is on its way is not known.
    if status != State::Running {
        put("time", Some(duration(wall_seconds)));
        put(
            "steps a second",
            (wall_seconds > 0.0 && done > 0).then(|| number((done as f64 / wall_seconds).round(), 3)),
        );
    }
    numbers
}
