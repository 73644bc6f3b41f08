//! Scores saved weights on series, without training.

use super::answering::Answering;
use super::nets::network;
use super::scorer::Scorer;
use crate::error::{Error, SettingError};
use crate::outputs::rows::{EpochRow, KNOWN};
use crate::outputs::status::TargetScores;
use crate::settings::choices::with_net;
use crate::settings::kind::Kind;
use crate::settings::layers::Layer;
use crate::settings::row::Row;
use crate::settings::table::Settings;
use crate::settings::travelling::{NUM_CLASSES, TASK};
use crate::training::data::Opened;
use crate::training::model::{Model, settings_of};
use crate::training::validation::names_of_targets;
use crate::training::verdict::in_bits;
use chart_kit::text::printable;
use echo_data::{AnyTask, Baseline, Shares, Split, TaskValue};
use rnn_core::Scalar;
use serde::{Serialize, Serializer};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use toml::Value;

/// What to score a net on.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    /// The net, the task, and how series are cut.
    pub settings: Settings,
    /// Whether anything says what the targets have to do with the inputs. Where not, it is not known in which windows
    /// all targets can be known.
    pub targets_known: bool,
}

/// The scores of a net on one series, and what was scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The file of weights.
    pub model: String,
    /// The file of the series; nothing for one that was drawn.
    pub series: Option<String>,
    /// The net, the task, and how the series was cut.
    pub settings: Settings,
    /// Whether it is known what the targets have to do with the inputs, and so in which windows all targets can be known.
    pub targets_known: bool,
    /// Values in the series.
    pub total_series_length: usize,
    /// The scores, as of an epoch.
    pub scores: EpochRow,
    /// The share of episodes of which every scored answer is right.
    pub sequence_accuracy: Option<f64>,
    /// Of each number that is asked for, how far off the answers are.
    pub targets: Vec<TargetScores>,
    /// Of the user's own data: the best of some simple rules.
    pub baseline: Option<Baseline>,
}

/// A score, or something that was scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    Text(String),
    Count(usize),
    Number(f64),
    Nothing(()),
}

impl Cell {
    /// Nothing for a number that is not finite.
    fn number(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Nothing(()), Self::Number)
    }
}

impl Scoring {
    /// What to score the net in the file `model` on: the task that it was trained for, as the file says it, with the
    /// settings `given` laid over.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Weights`]; [`Error::Setting`] for settings that cannot be, and for those that neither the
    /// file nor `given` says and that a task cannot be made without.
    pub fn of(model: &Path, given: &Layer) -> Result<Self, Error> {
        let weights = Model::read(model)?;
        let mut layer = settings_of(&weights, model)?.overlaid(given);
        let known = |layer: &Layer, setting: &str| layer.values().contains_key(setting);
        // A file that names its task says all of it.
        let of_task = if known(&layer, TASK) { Vec::new() } else { of_task() };
        let missing: Vec<_> = of_task.into_iter().filter(|row| !known(&layer, row.name)).collect();
        if let Some(row) = missing.first().filter(|_| !known(&layer, "series")) {
            let (name, about, flag) = (row.name, &row.about, &row.flag);
            let problem = format!(
                "{}: {name} is not known: the file does not say it ({about}): give --{flag} N, or --series FILE.csv to \
                 score on a series of yours",
                model.display()
            );
            return Err(SettingError::new(name, problem).into());
        }
        let targets_known = missing.iter().all(|row| row.name == NUM_CLASSES);
        for row in missing.iter().filter(|row| row.name != NUM_CLASSES) {
            if let Kind::Count(least) = row.kind {
                // Rows of any length have room for the least.
                layer.put(row.name, Value::Integer(least), &model.display().to_string());
            }
        }
        let settings = layer.resolve()?;
        // The net knows what it was trained on, not what other files hold.
        let is_known = weights.known.as_ref().is_some_and(|known| known.name() == settings.task.task().name());
        let settings = if is_known && settings.reads_data() {
            let fact = |name: &str| weights.stored.settings.get(name).cloned();
            settings.with_facts(&fact).map_err(|error| match error.setting() {
                Some(name) => SettingError::new(name, error.to_string()),
                None => SettingError::new("model", format!("{}: {error}", model.display())),
            })?
        } else {
            settings
        };
        Ok(Self { settings, targets_known })
    }

    /// What is scored, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Settings { truncated_backprop_length, window_stride, batch_size, ref readout, .. } = self.settings;
        let task = if self.targets_known {
            let told = told_of_task(&self.settings).into_iter().filter(|(name, _)| *name != NUM_CLASSES);
            let told = told.map(|(name, count)| format!("{name} {count}"));
            let task = self.settings.task();
            let task = (task.name() != AnyTask::default().task().name()).then(|| task.name().to_owned());
            task.into_iter().chain(told).collect::<Vec<_>>().join(", ")
        } else {
            "targets of the file".to_owned()
        };
        let stride = match window_stride {
            stride if stride == truncated_backprop_length => String::new(),
            stride => format!(", window_stride {stride}"),
        };
        let length = self.settings.drawn_layout().and(self.settings.total_series_length);
        let length = length.map(|length| format!(", total_series_length {length}")).unwrap_or_default();
        let rest = match self.settings.episodes {
            Some(episodes) => format!(", episodes {episodes}"),
            None => format!(", readout {readout}"),
        };
        format!(
            "{task}, truncated_backprop_length {truncated_backprop_length}{stride}, batch_size {batch_size}{length}{rest}"
        )
    }
}

/// Scores the weights in `model` on each series of the settings' files, or on one that no training has drawn.
///
/// # Errors
/// [`Error`] for weights that are not of this net, and for what is wrong with a file.
pub fn evaluate(scoring: &Scoring, model: &Path) -> Result<Vec<Evaluation>, Error> {
    let scoring = &Scoring { settings: scoring.settings.checked_again()?, ..*scoring };
    // All of the data that are given are scored.
    let opened = Opened::with_shares(&scoring.settings, Shares::default(), &AtomicBool::new(false))?.together();
    let scoring = &Scoring { settings: opened.settings.clone(), ..*scoring };
    with_net!(scoring.settings, T, loss => evaluate_in::<T, _>(scoring, opened, loss, model))
}

fn evaluate_in<T: Scalar, A: Answering<T>>(
    scoring: &Scoring,
    mut opened: Opened,
    answering: A,
    model: &Path,
) -> Result<Vec<Evaluation>, Error> {
    let settings = &opened.settings.clone();
    let network = network::<T>(settings, Some(model))?;
    let mut source = match opened.held_out(Split::Fresh)? {
        Some(fresh) => fresh,
        None => opened.source(&AtomicBool::new(false))?,
    };
    let mut scorer = Scorer::new(settings, answering, &network, &source, 1)?;
    let mut evaluations = Vec::new();
    for part in 0..source.parts() {
        source.load(part)?;
        let means = scorer.score(&network, &mut source)?;
        let row = means.row(part, settings.has_episodes());
        let names = names_of_targets(settings);
        let targets = scorer.errors.iter().zip(&names).filter_map(|(errors, name)| errors.scores(name)).collect();
        evaluations.push(Evaluation {
            sequence_accuracy: scorer.sequence_accuracy,
            baseline: scorer.guessed().or_else(|| opened.baseline_of_all()),
            ..Evaluation::new(scoring, model, part, source.values(), row, targets)
        });
    }
    Ok(evaluations)
}

/// The settings of the task that a file of weights can be without, the most telling one first.
fn of_task() -> Vec<&'static Row> {
    let told = told_of_task(&Settings::default());
    told.iter().filter_map(|(name, _)| Settings::rows().iter().find(|row| row.name == *name)).collect()
}

/// The whole numbers among the task's settings, the most telling one first.
fn told_of_task(settings: &Settings) -> Vec<(&'static str, usize)> {
    let mut asked = settings.task.clone();
    let told = asked.task_mut().settings().into_iter().rev().filter_map(|setting| match setting.value {
        TaskValue::Count(count, _) => Some((setting.name, *count)),
        TaskValue::Files(..) | TaskValue::Names(..) | TaskValue::Choice(..) | TaskValue::Numbers(..) => None,
    });
    told.collect()
}

impl Evaluation {
    /// Of the series that stands at this place among the settings' files, if there are any.
    fn new(
        scoring: &Scoring,
        model: &Path,
        place: usize,
        total_series_length: usize,
        mut scores: EpochRow,
        targets: Vec<TargetScores>,
    ) -> Self {
        let Scoring { ref settings, targets_known } = *scoring;
        let files = settings.data_files();
        // A task's own files are scored together.
        let shown = |path: &PathBuf| path.display().to_string();
        let series = if settings.reads_data() {
            Some(files.iter().map(shown).collect::<Vec<_>>().join(", "))
        } else {
            files.get(place).map(shown)
        };
        scores.known_loss = scores.known_loss.filter(|_| targets_known);
        scores.known_accuracy = scores.known_accuracy.filter(|_| targets_known);
        let (model, settings) = (model.display().to_string(), settings.clone());
        let (sequence_accuracy, baseline) = (None, None);
        Self {
            model,
            series,
            settings,
            targets_known,
            total_series_length,
            scores,
            sequence_accuracy,
            targets,
            baseline,
        }
    }

    /// All of it under the names that it has in tables: a cell that is without a value is empty.
    pub(crate) fn cells(&self) -> Vec<(&'static str, Cell)> {
        let Self { model, series, settings, targets_known, total_series_length, scores, targets, .. } = self;
        let text = |text: &Option<String>| text.clone().map_or(Cell::Nothing(()), Cell::Text);
        let seed = if series.is_none() { Cell::Count(settings.seed as usize) } else { Cell::Nothing(()) };
        let mut cells = vec![("model", Cell::Text(model.clone())), ("series", text(series)), ("seed", seed)];
        for (name, count) in told_of_task(settings) {
            let is_known = *targets_known || name == NUM_CLASSES;
            cells.push((name, if is_known { Cell::Count(count) } else { Cell::Nothing(()) }));
        }
        cells.extend([
            match settings.episodes {
                Some(episodes) => ("episodes", Cell::Count(episodes)),
                None => ("total_series_length", Cell::Count(*total_series_length)),
            },
            ("batch_size", Cell::Count(settings.batch_size)),
            ("truncated_backprop_length", Cell::Count(settings.truncated_backprop_length)),
            ("window_stride", Cell::Count(settings.window_stride)),
            (EpochRow::WINDOWS.name, Cell::Count(scores.windows)),
        ]);
        let numbers = [
            (EpochRow::LOSS, Some(scores.loss)),
            (EpochRow::ACCURACY, scores.accuracy),
            (EpochRow::FLOOR, scores.floor),
            (EpochRow::FIRST_WINDOW_LOSS, scores.first_window_loss),
            (EpochRow::KNOWN_LOSS, scores.known_loss),
            (EpochRow::KNOWN_ACCURACY, scores.known_accuracy),
        ];
        cells.extend(numbers.map(|(column, number)| (column.name, Cell::number(number))));
        if let Some(share) = self.sequence_accuracy {
            cells.push(("sequence_accuracy", Cell::number(Some(share))));
        }
        if let Some(Baseline { name, loss, accuracy }) = &self.baseline {
            cells.extend([
                ("baseline", Cell::Text((*name).to_owned())),
                ("baseline_loss", Cell::number(Some(*loss))),
                ("baseline_accuracy", Cell::number(*accuracy)),
                ("skill", Cell::number(Some(1.0 - scores.loss / loss))),
            ]);
        }
        // Of several numbers each has its sentence.
        if let [TargetScores { rmse, mae, r2, .. }] = targets[..] {
            let of_target = [("rmse", Some(rmse)), ("mae", Some(mae)), ("r2", r2)];
            cells.extend(of_target.map(|(name, number)| (name, Cell::number(number))));
        }
        cells
    }

    /// What was scored, in words: the file, or where the series came from.
    #[must_use]
    pub fn name(&self) -> String {
        let what = if self.settings.has_episodes() { "episodes" } else { "series" };
        let drawn = || format!("fresh {what} of seed {}", self.settings.seed);
        self.series.clone().unwrap_or_else(drawn)
    }
}

/// As an object, for scripts.
impl Serialize for Evaluation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.cells())
    }
}

/// The scores in words.
impl std::fmt::Display for Evaluation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let EpochRow { loss, accuracy, floor, known_loss, known_accuracy, .. } = self.scores;
        let accuracy_of =
            |accuracy: Option<f64>| accuracy.map(|accuracy| format!(" accuracy {accuracy}")).unwrap_or_default();
        let bits = in_bits(&self.settings, loss);
        write!(f, "{}: loss {loss}{bits}{}", printable(self.name()), accuracy_of(accuracy))?;
        if let Some(share) = self.sequence_accuracy {
            write!(f, ", whole sequences right {share}")?;
        }
        if let Some(floor) = floor {
            write!(f, ", floor {floor}")?;
        }
        if let Some(Baseline { name, loss: of_rule, accuracy }) = &self.baseline {
            write!(f, ", {name}: loss {of_rule}{}, skill {}", accuracy_of(*accuracy), 1.0 - loss / of_rule)?;
        }
        match known_loss.filter(|_| self.settings.tells_known_apart()) {
            Some(loss) => write!(f, ", {KNOWN}: loss {loss}{}", accuracy_of(known_accuracy)),
            None => Ok(()),
        }?;
        for TargetScores { name, rmse, mae, r2 } in &self.targets {
            let r2 = r2.map(|r2| format!(" R² {r2}")).unwrap_or_default();
            write!(f, ", {}: RMSE {rmse} MAE {mae}{r2}", printable(name))?;
        }
        Ok(())
    }
}
