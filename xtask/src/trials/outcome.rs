//! What has come out of a sweep, in words.

use super::plan::Plan;
use super::results::{self, Known, TrialStatus, status_of};
use super::row::Row;
use chart_kit::text::{self, count, thousands};

/// A status as it is told.
pub(crate) fn words(status: TrialStatus) -> String {
    status.to_string().replace('_', " ")
}

/// How many trials there are of each status.
pub(crate) fn counts(latest: &[Known], running: bool) -> Vec<(TrialStatus, usize)> {
    let status = |record: &Known| status_of(record.as_deref(), running);
    let count = |which: TrialStatus| latest.iter().filter(|record| status(record) == which).count();
    results::LISTED.iter().map(|&status| (status, count(status))).filter(|(_, count)| *count > 0).collect()
}

/// Such numbers in words.
pub(crate) fn listed(counts: &[(TrialStatus, usize)]) -> String {
    counts
        .iter()
        .map(|(status, count)| format!("{} {}", thousands(*count), words(*status)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What came out, in one or two sentences.
pub(crate) fn outcome(plan: &Plan, rows: &[Row]) -> String {
    let decided = rows.iter().filter(|row| row.is_decided()).count();
    let solved = rows.iter().filter(|row| row.is_decided() && row.solved()).count();
    let done = rows.iter().filter(|row| row.status == TrialStatus::Done).count();
    let solved_within = plan.solved_within();
    let lost = rows.iter().filter(|row| row.is_decided() && row.lost(solved_within)).count();
    // What is never solved, data of one's own for instance, is not said to be unsolved.
    let mut sentence = match plan.can_be_solved {
        true => format!("{} of {} solved the task", thousands(solved), count(decided, "trial")),
        false => format!("{} done", count(done, "trial")),
    };
    if lost > 0 {
        sentence += &format!(" ({lost} had lost it again by the last epoch)");
    }
    let mut others: Vec<TrialStatus> = results::LISTED.to_vec();
    others.retain(|status| *status != TrialStatus::Done);
    for status in others {
        let count = rows.iter().filter(|row| row.status == status).count();
        if count > 0 {
            let words = if status == TrialStatus::Pending { "not run".to_owned() } else { words(status) };
            sentence += &format!(", {} {words}", thousands(count));
        }
    }
    let best = best(plan, rows).and_then(|row| Some((row, row.record.as_deref()?)));
    let best = best.and_then(|(row, record)| Some((row.trial, plan.spec.objective.score(record)?)));
    let unknown = rows.iter().filter(|row| row.is_unknown()).count();
    if unknown > 0 && plan.can_be_solved {
        sentence += &format!("; of {} it is unknown, because they were pruned before", count(unknown, "trial"));
    }
    let sign = if plan.spec.objective.maximize { -1.0 } else { 1.0 };
    let best = best.map(|(trial, score)| {
        format!(" The best is trial {trial}, with {} {}.", plan.spec.objective.name(), text::number(sign * score, 4))
    });
    sentence + "." + &best.unwrap_or_default()
}

/// The best trial by the objective, and of equal ones the first; nothing where trials have different tasks.
pub(crate) fn best<'a>(plan: &Plan, rows: &'a [Row]) -> Option<&'a Row> {
    let compared = if plan.has_one_task { rows } else { &[] };
    let scored = compared.iter().filter_map(|row| Some((plan.spec.objective.score(row.record.as_deref()?)?, row)));
    scored.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, row)| row)
}
