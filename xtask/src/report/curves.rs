//! Loss curves: of questions and learners; or of all trials by two parameters where their values are few, otherwise of the best combinations.

use super::facts::Facts;
use super::figure::{CURVES, Figure};
use super::matrix::Matrix;
use crate::charts::curves::{self, Curve, Legend, Panel, Point};
use crate::charts::paint::shortened;
use crate::error::Error;
use crate::trials::early_stopping;
use crate::trials::plan::Hash;
use crate::trials::results::{self, Measured, TrialStatus};
use crate::trials::stats::quantile;
use maud::{Markup, html};
use rnn_train::outputs::rows::EpochRow;
use std::collections::HashMap;

/// What is drawn.
const KNOWN_LOSS: &str = EpochRow::KNOWN_LOSS.title;

/// More panels, or lines in one, cannot be told apart.
const MOST_PANELS: usize = 12;
const MOST_LINES: usize = 12;
/// How many combinations are shown where there are more.
const BEST: usize = 8;
/// A line is drawn from this many trials at most, which keeps memory small.
const MOST_TRIALS: usize = 250;
const MOST_QUESTIONS: usize = 24;
/// About so many letters have room in a line of the legend, and in one above a panel.
const LONGEST: usize = 100;
const LONGEST_TITLE: usize = 36;
/// Losses that are shown go no higher than so many times the highest one of trials that did not diverge.
const ABOVE: f64 = 10.0;

/// A line: its panel, its colour's place on the scale, and the trials that it is of.
struct Line {
    panel: usize,
    place: Option<f64>,
    trials: Vec<usize>,
}

/// What to draw.
struct Layout {
    titles: Vec<String>,
    lines: Vec<Line>,
    legend: Legend,
    /// Whether each panel has axes of its own.
    apart: bool,
    /// In words.
    shows: String,
}

/// The curves, of questions and learners where these are given, whose picture is added to `figures`.
pub(crate) fn section(
    facts: &Facts<'_>,
    matrix: Option<&Matrix<'_>>,
    figures: &mut Vec<Figure>,
) -> Result<Markup, Error> {
    let mut layout = matrix.map_or_else(|| layout(facts), |matrix| of_questions(facts, matrix));
    let sampled = layout.lines.iter_mut().map(|line| sample(&mut line.trials)).fold(false, |any, one| any | one);
    let losses = read(facts, &layout.lines)?;
    let mut panels: Vec<Panel> =
        layout.titles.iter().map(|title| Panel { title: title.clone(), curves: Vec::new(), ceiling: 0.0 }).collect();
    for line in &layout.lines {
        let points = points(line.trials.iter().filter_map(|trial| losses.get(trial)));
        let panel = &mut panels[line.panel];
        if !points.is_empty() {
            panel.curves.push(Curve { place: line.place, points });
        }
        let tame = line.trials.iter().filter(|&&trial| facts.rows[trial].status != TrialStatus::Diverged);
        let highest = tame.filter_map(|trial| losses.get(trial)).flatten().map(|(_, loss)| *loss).fold(0.0, f64::max);
        panel.ceiling = panel.ceiling.max(highest * ABOVE);
    }
    if panels.iter().all(|panel| panel.curves.is_empty()) {
        return Ok(html! { p { "No trial has a " (KNOWN_LOSS) "." } });
    }
    let of_all = panels.iter().map(|panel| panel.ceiling).fold(0.0, f64::max);
    for panel in &mut panels {
        let ceiling = if layout.apart { panel.ceiling } else { of_all };
        panel.ceiling = if ceiling > 0.0 { ceiling } else { f64::INFINITY };
    }
    let cut = panels.iter().any(|panel| panel.points().any(|point| point.high > panel.ceiling));
    let svg = curves::draw(&panels, &layout.legend, layout.apart)?;
    let figure = Figure { name: CURVES.to_owned(), label: format!("Loss curves. {}", layout.shows), svg };
    let caption = html! {
        (layout.shows) " The band goes from the lower to the upper quartile of its trials; each epoch counts those that have a "
        (KNOWN_LOSS) " there."
        @if sampled { " Where a line is of more than " (MOST_TRIALS) " trials, an even sample of so many is drawn." }
        @if cut { " What leaves a panel at its top diverges." }
    };
    let markup = figure.markup(&caption, facts.is_beside);
    figures.push(figure);
    Ok(html! { figure { (markup) } })
}

/// A panel for each question, a line for each learner.
fn of_questions(facts: &Facts<'_>, matrix: &Matrix<'_>) -> Layout {
    let (learners, questions) = (matrix.learners.len(), matrix.questions.len());
    let (panels, most) = (questions.min(MOST_QUESTIONS), learners.min(MOST_LINES));
    let place = |learner: usize| Some(learner as f64 / most.saturating_sub(1).max(1) as f64);
    let lines = matrix.questions.iter().take(panels).enumerate().flat_map(|(panel, question)| {
        let answers = question.answers.iter().take(most).enumerate();
        let given = answers.filter_map(|(learner, answer)| Some((learner, answer.as_ref()?)));
        given.map(move |(learner, answer)| Line {
            panel,
            place: place(learner),
            trials: facts.plan.trials_of(answer.number).collect(),
        })
    });
    let parts = |name: &str, longest| wrapped(name.split(", ").map(|part| shortened(part, longest)), longest);
    let names = matrix.learners.iter().take(most).enumerate().filter(|_| learners > 1);
    let left_out = |all: usize, shown: usize, what: &str| match shown < all {
        true => format!(" Of {all} {what} these are the first {shown}."),
        false => String::new(),
    };
    Layout {
        lines: lines.collect(),
        titles: matrix.questions.iter().take(panels).map(|question| parts(&question.name, LONGEST_TITLE)).collect(),
        legend: Legend {
            title: "learner".to_owned(),
            entries: names.map(|(learner, name)| (place(learner), parts(name, LONGEST))).collect(),
        },
        apart: true,
        shows: format!(
            "The {KNOWN_LOSS} of each epoch: a panel for each question, with axes of its own, and a line for each learner, which is the median \
             of its trials, with the best learning rate where it has several.{}{}",
            left_out(questions, panels, "questions"),
            left_out(learners, most, "learners")
        ),
    }
}

/// Decides by how many values there are.
fn layout(facts: &Facts<'_>) -> Layout {
    let all: Vec<usize> = (0..facts.axes.len()).collect();
    let (down, across) = facts.first_pair(&all);
    let levels = |index: Option<usize>| index.map_or(1, |index| facts.axes[index].levels.len());
    if facts.plan.spec.is_random() || levels(down) > MOST_PANELS || levels(across) > MOST_LINES {
        return best(facts);
    }
    let place = |index: usize| index as f64 / levels(across).saturating_sub(1).max(1) as f64;
    let level = |index: Option<usize>, group: usize| index.map_or(0, |index| facts.axes[index].level(group));
    let mut lines: Vec<Line> = (0..levels(down))
        .flat_map(|panel| (0..levels(across)).map(move |line| (panel, line)))
        .map(|(panel, line)| Line { panel, place: Some(place(line)), trials: Vec::new() })
        .collect();
    for row in facts.rows {
        let group = facts.group(row.trial);
        lines[level(down, group) * levels(across) + level(across, group)].trials.push(row.trial);
    }
    let name = |index: usize| facts.axes[index].name.as_str();
    let titles = match down {
        None => vec![String::new()],
        Some(down) => {
            facts.axes[down].levels.iter().map(|value| format!("{} = {}", name(down), shortened(value, 24))).collect()
        }
    };
    let legend = across.map(|across| {
        let values = facts.axes[across].levels.iter().enumerate();
        let entries = values.map(|(index, value)| (Some(place(index)), shortened(value, 40))).collect();
        Legend { title: name(across).to_owned(), entries }
    });
    let shows = match (down, across) {
        (Some(down), Some(across)) => format!(
            "The {KNOWN_LOSS} of each epoch: a panel for each value of {}, a line for each of {}, which is the median of all trials \
             that share these values.",
            name(down),
            name(across)
        ),
        (None, Some(across)) => {
            format!(
                "The {KNOWN_LOSS} of each epoch: a line for each value of {}, which is the median of all its trials.",
                name(across)
            )
        }
        _ => format!("The {KNOWN_LOSS} of each epoch: the median of all trials."),
    };
    Layout { titles, lines, legend: legend.unwrap_or_default(), apart: false, shows }
}

/// The best combinations, and all trials in grey.
fn best(facts: &Facts<'_>) -> Layout {
    let counts = |group: &usize| facts.rows_of(*group).any(|row| facts.scores[row.trial].is_some());
    let groups: Vec<usize> = facts.best_groups().into_iter().filter(counts).take(BEST).collect();
    let mut lines = vec![Line { panel: 0, place: None, trials: facts.rows.iter().map(|row| row.trial).collect() }];
    let mut legend = Legend {
        title: format!("the best by {}, from best to worse, and all", facts.objective()),
        entries: Vec::new(),
    };
    // The best one last, so that it lies on top.
    for (rank, &group) in groups.iter().enumerate().rev() {
        let place = Some(rank as f64 / groups.len().saturating_sub(1).max(1) as f64);
        lines.push(Line { panel: 0, place, trials: facts.plan.trials_of(group).collect() });
        let values = facts.parameters.iter().zip(facts.plan.texts(group));
        let parts = values.map(|(parameter, value)| format!("{} = {}", parameter.name, shortened(&value, 24)));
        legend.entries.insert(0, (place, wrapped(parts, LONGEST)));
    }
    legend.entries.push((None, format!("all {} trials", facts.rows.len())));
    let best = match groups.len() {
        0 => String::new(),
        1 => format!("of the best combination by {}, the median of its trials, and ", facts.objective()),
        many => {
            format!("of the {many} best combinations by {}, each the median of its trials, and ", facts.objective())
        }
    };
    let shows = format!(
        "The {KNOWN_LOSS} of each epoch, {best}in grey of all trials: the values are too many for a line each."
    );
    Layout { titles: vec![String::new()], lines, legend, apart: false, shows }
}

/// Parts with commas between them, in lines of not many more letters than `longest`.
fn wrapped(parts: impl Iterator<Item = String>, longest: usize) -> String {
    let mut lines = vec![String::new()];
    for part in parts {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last] = part;
        } else if lines[last].len() + part.len() <= longest {
            lines[last] += &format!(", {part}");
        } else {
            lines[last] += ",";
            lines.push(part);
        }
    }
    lines.join("\n")
}

/// Leaves an even sample of trials, if they are many; whether they were.
fn sample(trials: &mut Vec<usize>) -> bool {
    let many = trials.len() > MOST_TRIALS;
    if many {
        *trials = (0..MOST_TRIALS).map(|index| trials[index * trials.len() / MOST_TRIALS]).collect();
    }
    many
}

/// Which epochs are drawn, of however many: those that a trial keeps when nobody needs all, and which most trials have.
fn is_drawn(epoch: usize) -> bool {
    let number = epoch + 1;
    number.is_multiple_of(1 << number.ilog2().saturating_sub(4))
}

/// The losses of the lines' trials, read from the files of results: rows need not have them.
fn read(facts: &Facts<'_>, lines: &[Line]) -> Result<HashMap<usize, early_stopping::Curve>, Error> {
    let asked: HashMap<Hash, usize> =
        lines.iter().flat_map(|line| &line.trials).map(|&trial| (facts.rows[trial].hash, trial)).collect();
    let mut losses = HashMap::new();
    let last = |trial: usize| facts.rows[trial].number(|record| Some(record.outcome.epochs)).unwrap_or(0);
    let last = asked.values().map(|&trial| last(trial)).max().unwrap_or(0);
    results::read(facts.folder, |record| {
        let Some(&trial) = asked.get(&record.hash) else { return };
        let known = facts.rows[trial].record.as_ref();
        // Of several attempts the one that the row is of.
        if known.is_some_and(|known| (known.attempt, known.status) == (record.attempt, record.status)) {
            let drawn = |measured: &Measured| is_drawn(measured.epoch) || measured.epoch + 1 == last;
            let measured = record.outcome.losses.iter().filter(|measured| drawn(measured));
            let curve = measured.filter_map(|measured| Some((measured.epoch, measured.known_loss?)));
            losses.insert(trial, curve.filter(|(_, loss)| loss.is_finite()).collect());
        }
    })?;
    Ok(losses)
}

/// The median and the quartiles of some curves, at each epoch that any of them has.
fn points<'c>(curves: impl Iterator<Item = &'c early_stopping::Curve>) -> Vec<Point> {
    let mut all: Vec<(usize, f64)> = curves.flatten().copied().collect();
    all.sort_by_key(|(epoch, _)| *epoch);
    let of_epochs = all.chunk_by(|a, b| a.0 == b.0);
    let point = |losses: &[(usize, f64)]| {
        let at = |share: f64| quantile(losses.iter().map(|(_, loss)| *loss), share);
        Some(Point { epoch: losses.first()?.0, low: at(0.25)?, middle: at(0.5)?, high: at(0.75)? })
    };
    of_epochs.filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_several_lengths_become_one() {
        let curves = [vec![(0, 1.0), (1, 4.0)], vec![(0, 3.0), (1, 2.0)], vec![(0, 2.0)]];
        let point = |epoch, low, middle, high| Point { epoch, low, middle, high };
        assert_eq!(points(curves.iter()), [point(0, 1.5, 2.0, 2.5), point(1, 2.5, 3.0, 3.5)]);
        assert_eq!(points([].iter()), []);
    }

    #[test]
    fn samples_are_even_and_long_runs_have_few_points() {
        let mut trials: Vec<usize> = (0..1000).collect();
        assert!(sample(&mut trials));
        assert_eq!((trials.len(), trials[0], trials[1], trials[MOST_TRIALS - 1]), (MOST_TRIALS, 0, 4, 996));
        assert!(!sample(&mut trials));
        assert!((0..31).all(is_drawn));
        assert!((0..100_000).filter(|&epoch| is_drawn(epoch)).count() < 300);
    }
}
