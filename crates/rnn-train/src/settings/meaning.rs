//! What the settings say together: the net, the task, windows, the schedule; and whether they fit each other.

use super::choices::{Monitor, Readout, ScheduleKind, with_numbers};
use super::net::Reading;
use super::table::Settings;
use crate::error::SettingError;
use chart_kit::text::number;
use echo_data::{Criterion, Floor, Form, Kind, Layout, Recorded, Right, Scored, Shape, Split, Task};
use rnn_core::{Architecture, ClassLoss, Clip, Decay, Optimizer, Real, Scalar, Schedule, Truncation};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Settings {
    /// Checks what the crates below have rules for, so that the error has the setting's origin.
    pub(super) fn check(&self) -> Result<(), SettingError> {
        if self.schedule == ScheduleKind::Step && self.decay_steps.is_none() {
            let message = "decay_steps is missing: the schedule step needs it";
            return Err(SettingError::new("schedule", message.to_owned()));
        }
        let most = Architecture::MOST_LAYERS;
        if self.num_layers > most {
            let message = format!("num_layers is {}: it must be at most {most}", self.num_layers);
            return Err(SettingError::new("num_layers", message));
        }
        with_numbers!(self.dtype, T => self.check_optimizer::<T>()).map_err(of_core)?;
        if self.is_open() {
            self.check_net()?;
        }
        self.schedule_over(1).check().map_err(of_core)?;
        if !self.forget_bias.is_finite() {
            let message = format!("forget_bias is {}: it must be a number", self.forget_bias);
            return Err(SettingError::new("forget_bias", message));
        }
        self.task.task().check().map_err(|error| of_data(&error))?;
        let asks_for_values = matches!(self.shape().targets, Kind::Values(_));
        if asks_for_values && self.loss != ClassLoss::SquaredError {
            let (loss, task) = (self.loss, self.task.task().name());
            let right = ClassLoss::SquaredError;
            let message =
                format!("loss is {loss}: with the task {task}, whose targets are numbers, it must be {right}");
            return Err(SettingError::new("loss", message));
        }
        if self.reads_data() {
            self.check_data()?;
        }
        let is_number = with_numbers!(self.dtype, T => T::narrow(self.guess_range).is_finite());
        if !(is_number && self.guess_range > 0.0) {
            let message = format!(
                "guess_range is {}: it must be above 0, and a number of the type {}",
                self.guess_range, self.dtype
            );
            return Err(SettingError::new("guess_range", message));
        }
        if let Some(test_length) = self.test_length {
            let wrong = |error: echo_data::Error| format!("test_length is {test_length}: {error}");
            self.task_of(Split::Test).check().map_err(|error| SettingError::new("test_length", wrong(error)))?;
        }
        for (name, share) in [("valid", self.valid), ("test", self.test)] {
            if !(0.0..=1.0).contains(&share) {
                return Err(SettingError::new(name, format!("{name} is {share}: it must be from 0 to 1")));
            }
        }
        for split in [Split::Train, Split::Valid, Split::Test] {
            if let Some(drawn) = self.drawn(split) {
                drawn.map_err(|error| self.of_split(split, &error))?;
            }
        }
        // The length of a window over episodes that have not been read is not known yet.
        if self.truncated_backprop_length == 0 { Ok(()) } else { self.check_windows() }
    }

    /// Makes sure of the windows, whose length can depend on the data.
    pub(crate) fn check_windows(&self) -> Result<(), SettingError> {
        self.truncation().map(drop).map_err(of_core)
    }

    /// An error in the data's sizes, for what is drawn for this split.
    fn of_split(&self, split: Split, error: &echo_data::Error) -> SettingError {
        let (name, share) = match split {
            Split::Valid => ("valid", self.valid),
            Split::Test => match (self.test_length, error) {
                (Some(length), echo_data::Error::LongEpisode { .. }) => {
                    let problem = format!("test_length is {length}: there is no memory for so many time steps");
                    return SettingError::new("test_length", problem);
                }
                _ => ("test", self.test),
            },
            Split::Train | Split::Fresh => return of_data(error),
        };
        SettingError::new(
            name,
            format!("{name} is {share}: so little data cannot be cut into rows and windows: {error}"),
        )
    }

    fn check_optimizer<T: Scalar>(&self) -> Result<(), rnn_core::Error> {
        Optimizer::<T>::check_learning_rate(self.optimizer.learning_rate)?;
        self.optimizer.method.check::<T>()?;
        self.clip().check::<T>()
    }

    /// The task: that which is asked, with what is known of its data, or a recorded series in its place.
    #[must_use]
    pub fn task(&self) -> Arc<dyn Task> {
        match &self.opened.0 {
            Some(task) => Arc::clone(task),
            None if self.series.is_empty() => self.task.to_task(),
            None => Arc::new(Recorded::in_place_of(self.task.task())),
        }
    }

    /// Makes sure of the net, whose sizes can depend on the data.
    pub(crate) fn check_net(&self) -> Result<(), SettingError> {
        if self.monitor == Monitor::Accuracy && !self.shape().targets.can_be_right() {
            let problem = format!(
                "monitor is accuracy: the task {} asks for numbers, so it must be `loss`",
                self.task.task().name()
            );
            return Err(SettingError::new("monitor", problem));
        }
        if matches!(self.shape().targets, Kind::Bits(_)) && self.loss != ClassLoss::CrossEntropy {
            let (loss, right) = (self.loss, ClassLoss::CrossEntropy);
            let problem = format!("loss is {loss}: for targets that are bits, 0 or 1, it must be {right}");
            return Err(SettingError::new("loss", problem));
        }
        if let Some(most) = self.max_parameters.filter(|&most| most < self.parameters()) {
            let message = format!("max_parameters is {most}: a net with one hidden unit has {}", self.parameters());
            return Err(SettingError::new("max_parameters", message));
        }
        self.architecture().check().map_err(of_core)
    }

    /// The task counts as solved where the mean loss is less than this above its floor; nothing where sequences decide, or where it never does.
    #[must_use]
    pub fn solved_within(&self) -> Option<f64> {
        let within = Some(self.task().solved_within()).filter(|&within| within > 0.0);
        within.filter(|_| self.criterion().is_none())
    }

    /// When the task counts as solved, where that is said of sequences.
    #[must_use]
    pub fn criterion(&self) -> Option<Criterion> {
        self.task().criterion()
    }

    /// When a sequence is right as a whole: where the task does not say, where every class is.
    pub(crate) fn criterion_of_sequences(&self) -> Criterion {
        self.criterion().unwrap_or_else(|| Criterion::all(Right::Class, 1))
    }

    /// Whether the task can count as solved.
    #[must_use]
    pub fn can_be_solved(&self) -> bool {
        self.criterion().is_some() || self.solved_within().is_some()
    }

    /// When it does, in words, behind `it is solved where`; nothing where it never does.
    #[must_use]
    pub fn solved_where(&self) -> Option<String> {
        let of_loss = |within| format!("the mean loss is less than {} above its floor", number(within, 3));
        self.criterion().map(|criterion| criterion.to_string()).or_else(|| self.solved_within().map(of_loss))
    }

    /// The task whose data are drawn for a split: that to test on can have longer sequences.
    pub(crate) fn task_of(&self, split: Split) -> Arc<dyn Task> {
        let Some(test_length) = self.test_length.filter(|_| split == Split::Test) else { return self.task() };
        let mut task = self.task.clone();
        if let Some(length) = task.task_mut().length() {
            *length = test_length;
        }
        task.to_task()
    }

    /// What the net reads and answers at each time step.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.opened.0.as_ref().map_or_else(|| self.task.task().shape(), |task| task.shape())
    }

    /// How the net reads what stands at a time step, and answers.
    pub(crate) fn reading(&self) -> Reading {
        Reading { input: self.input, loss: self.loss, readout: self.readout, shape: self.shape() }
    }

    /// The net.
    pub(crate) fn architecture(&self) -> Architecture {
        let layers = Architecture::new(self.cell).hidden_size(self.state_size).num_layers(self.num_layers);
        let reading = self.reading();
        layers.input_size(reading.input_size()).dropout(self.dropout).outputs(reading.outputs())
    }

    /// How many parameters the net has, all of which are trained; the greatest number if they cannot be counted.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.architecture().parameter_count().unwrap_or(usize::MAX)
    }

    /// What gradients are clipped to.
    pub(crate) fn clip(&self) -> Clip {
        Clip { value: self.clip_value.on(), norm: self.clip_norm.on() }
    }

    /// How the learning rate changes in a run of `steps` training steps.
    pub(crate) fn schedule_over(&self, steps: usize) -> Schedule {
        let rest = steps.saturating_sub(self.warmup_steps).max(1);
        let (steps, factor) = (self.decay_steps.unwrap_or(rest) as u64, self.decay_factor);
        let decay = match self.schedule {
            ScheduleKind::Constant => Decay::Constant,
            ScheduleKind::Step => Decay::Step { steps, factor },
            ScheduleKind::Cosine => Decay::Cosine { steps, factor },
        };
        Schedule { warmup: self.warmup_steps as u64, decay }
    }

    /// How windows follow each other, and which of their steps are scored.
    pub(crate) fn truncation(&self) -> Result<Truncation, rnn_core::Error> {
        let truncation = Truncation::new(self.truncated_backprop_length, self.window_stride)?;
        Ok(match self.readout {
            Readout::EveryStep => truncation,
            Readout::LastStep => truncation.scoring_the_last_alone(),
        })
    }

    /// The time steps of a window that are trained on and scored: the new ones, which in an epoch's first window are all, or
    /// in each the last one alone. The `loss` and the `accuracy` of `metrics.csv` are means over these.
    #[must_use]
    pub fn scored(&self) -> Scored {
        // Settings that have no such windows have been refused.
        let of = |begins| self.truncation().map_or(0..0, |truncation| truncation.scored(begins));
        Scored { first: of(true), others: of(false) }
    }

    /// The same for one of an epoch's windows.
    #[must_use]
    pub fn scored_times(&self, window: usize) -> Range<usize> {
        self.scored().of(window)
    }

    /// Whether the task's data are episodes.
    #[must_use]
    pub fn has_episodes(&self) -> bool {
        self.task().form() != Form::Stream
    }

    /// How a series of this length is cut, into rows that are long enough for the task.
    pub(crate) fn layout(&self, series_length: usize) -> Result<Layout, echo_data::Error> {
        let layout = Layout::new(series_length, self.batch_size, self.truncated_backprop_length, self.window_stride)?;
        self.task().check_rows(&layout)?;
        Ok(layout)
    }

    /// How the data are cut that are drawn for a split; nothing where none are.
    fn drawn(&self, split: Split) -> Option<Result<Layout, echo_data::Error>> {
        let share = match split {
            Split::Train | Split::Fresh => 1.0,
            Split::Valid => self.valid,
            Split::Test => self.test,
        };
        if share == 0.0 || !self.series.is_empty() || self.reads_data() {
            return None;
        }
        let of = |all: usize| if share == 1.0 { all } else { (all as f64 * share).ceil() as usize };
        Some(match self.task_of(split).form() {
            Form::Stream => self.layout(of(self.total_series_length.unwrap_or_default())),
            Form::Episodes(longest) => {
                let (episodes, window) = (of(self.episodes.unwrap_or_default()), self.truncated_backprop_length);
                Layout::of_episodes(episodes, longest, self.batch_size, window, self.window_stride)
            }
        })
    }

    /// The same, of settings that have been checked.
    pub(crate) fn drawn_for(&self, split: Split) -> Option<Layout> {
        self.drawn(split)?.ok()
    }

    /// How each epoch's data are cut; nothing where series are read from files.
    pub(crate) fn drawn_layout(&self) -> Option<Layout> {
        self.drawn_for(Split::Train)
    }

    /// How many of a window's time steps, from its first on, have targets that no net can know: they depend on what stands
    /// before the row's beginning.
    #[must_use]
    pub fn unknown_times(&self, window: usize) -> usize {
        let unknown = self.task().unknown_targets(self.batch_size);
        unknown.saturating_sub(window.saturating_mul(self.window_stride)).min(self.truncated_backprop_length)
    }

    /// Whether there are targets that cannot be known, so that windows without them are told apart.
    #[must_use]
    pub fn tells_known_apart(&self) -> bool {
        !self.has_episodes() && self.task().known_from() > 0
    }

    /// The window of an epoch from which on all targets can be known.
    #[must_use]
    pub fn first_known_window(&self) -> usize {
        if self.has_episodes() {
            return 0;
        }
        // Which one it is does not depend on how many there are.
        let layout = self.layout(self.total_series_length.unwrap_or(usize::MAX));
        layout.map_or(0, |layout| layout.first_window_from(self.task().known_from(), &self.scored()))
    }

    /// The least mean loss that any net can have in each window of a series that is cut like this, where that is known.
    pub(crate) fn floor(&self, layout: Layout) -> Option<Floor> {
        self.task().floor(layout, &self.scored(), &|distribution| self.loss.least(distribution))
    }

    /// That of an epoch's first window, where it is known and is not 0.
    #[must_use]
    pub fn floor_of_first_window(&self) -> Option<f64> {
        Some(self.floor(self.drawn_layout()?)?.window(0)).filter(|&floor| floor > 0.0)
    }

    /// The mean loss of the best answer that reads nothing, where that is known.
    #[must_use]
    pub fn chance(&self) -> Option<f64> {
        self.chance_of(&*self.task())
    }

    /// That of a task on this net's answers.
    pub(crate) fn chance_of(&self, task: &dyn Task) -> Option<f64> {
        task.chance(&|distribution| self.loss.least(distribution))
    }

    /// The first file that they name which is `place` or lies in it.
    #[must_use]
    pub fn read_from(&self, place: &Path) -> Option<PathBuf> {
        let place = place.canonicalize().ok()?;
        let lies_there = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&place));
        self.data_files().into_iter().chain(self.initial_weights.clone()).find(|path| lies_there(&path))
    }

    /// The settings as a settings file has them, with absolute paths.
    pub(crate) fn to_absolute_table(&self) -> toml::Table {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let initial_weights = self.initial_weights.as_ref().map(absolute);
        let mut moved = Self { initial_weights, ..self.clone() };
        moved.change_data_files(|_, path| *path = absolute(path));
        moved.to_table()
    }
}

/// An error in the data's sizes as one of the setting it is about.
fn of_data(error: &echo_data::Error) -> SettingError {
    SettingError::new(error.setting().unwrap_or_default(), error.to_string())
}

/// An error of the net's or the optimizer's as one of the setting it is about.
fn of_core(error: rnn_core::Error) -> SettingError {
    let name = match error {
        rnn_core::Error::Range { name, .. } | rnn_core::Error::Zero { name } | rnn_core::Error::Needs { name, .. } => {
            name
        }
        rnn_core::Error::LearningRate { .. } => "learning_rate",
        rnn_core::Error::Stride { .. } => "stride",
        _ => "",
    };
    let setting = SETTINGS_OF_CORE.iter().find(|(own, _)| *own == name).map_or(name, |(_, setting)| setting);
    let off = if setting.starts_with("clip_") { ", or \"off\"" } else { "" };
    SettingError::new(setting, format!("{}{off}", error.to_string().replacen(name, setting, 1)))
}

/// Fields of the net's and the optimizer's that have another name as settings.
const SETTINGS_OF_CORE: [(&str, &str); 5] = [
    ("stride", "window_stride"),
    ("clip.value", "clip_value"),
    ("clip.norm", "clip_norm"),
    ("decay.steps", "decay_steps"),
    ("decay.factor", "decay_factor"),
];
