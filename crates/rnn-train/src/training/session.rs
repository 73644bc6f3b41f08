//! Training, event by event: epochs of windows, the state zero where a series or a batch of episodes begins, and carried from
//! window to window.

use super::answering::Answering;
use super::checkpoint::{Checkpoint, Progress};
use super::data::Opened;
use super::inside::Inside;
use super::means::Means;
use super::nets::{initial_network, network, of_net};
use super::scorer::Scorer;
use super::source::Source;
use super::streams::DROPOUT_STREAM;
use super::window::Window;
use crate::error::{Error, SettingError};
use crate::outputs::record::{Passed, Record, Step};
use crate::outputs::rows::EpochRow;
use crate::outputs::snapshot::Snapshot;
use crate::settings::choices::Learning;
use crate::settings::table::Settings;
use echo_data::{Baseline, Criterion, Generator, Split, generator};
use rnn_core::{Network, SafetensorsFile, Scalar, State, Trainer};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What happens in training, as it happens.
pub(crate) enum Event<T> {
    EpochStarts(usize),
    /// A step is next: its window is there. [`Session::stepped`] takes its report.
    AtStep,
    Step(Step<T>),
    /// A step whose window scores nothing.
    Passed(Passed),
    EpochEnds(EpochRow),
    Ends(Ending),
}

/// How training ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    Done,
    /// The validation loss has not become lower for too long.
    OutOfPatience,
    /// The task is solved, and no more was asked for.
    Solved,
    /// The loss, its gradient or a weight became infinite or not a number; in words, where.
    Diverged(String),
    Interrupted,
    /// Stopped by whoever watched it; in words, why.
    Pruned(String),
}

/// A net in training and the place that it is at.
pub(crate) struct Session<T: Scalar, A> {
    pub(super) settings: Settings,
    pub(super) source: Source,
    /// The best of some simple rules on the test data.
    pub(super) test_baseline: Option<Baseline>,
    /// A checksum of each file that the data were read from.
    checksums: Vec<u32>,
    /// A checksum of the parameters before training.
    initial_checksum: u32,
    pub(super) answering: A,
    pub(super) trainer: Trainer<T, A>,
    /// The data to validate on.
    pub(super) valid: Option<Source>,
    /// The data to score on at the end.
    pub(super) test: Option<Source>,
    /// What scores these, if there are any.
    pub(super) scorer: Option<Scorer<T, A>>,
    /// When the task counts as learned, where that is said of sequences.
    pub(super) criterion: Option<Criterion>,
    /// Training steps of the whole run.
    steps: usize,
    pub(super) progress: Progress,
    /// Whether the source is at the epoch's series.
    epoch_begun: bool,
    /// The state that the last window began with.
    pub(super) state_before: State<T>,
    pub(super) window: Window<T>,
    /// Epoch and number of that window; `None` as long as none was trained on here.
    place: Option<[usize; 2]>,
    /// What the net answers there before the step, if that was asked for.
    pub(super) before: Option<Snapshot>,
}

impl<T: Scalar, A: Answering<T>> Session<T, A> {
    /// A net at the start of its training, all files read and all memory allocated, unless `stop` is set meanwhile. Its steps
    /// are shared out to up to so many threads.
    pub(crate) fn new(mut opened: Opened, answering: A, threads: usize, stop: &AtomicBool) -> Result<Self, Error> {
        // Files first: what is wrong with them is then said at once.
        let source = opened.source(stop)?;
        let settings = &opened.settings;
        let network = initial_network(settings, settings.initial_weights.as_deref(), stop)?;
        Self::of(opened, answering, source, network, threads)
    }

    /// A net that continues from a checkpoint, of which the bytes of the file `path` and the note in them are given.
    pub(crate) fn resume(
        mut opened: Opened,
        answering: A,
        path: &Path,
        bytes: &[u8],
        note: Checkpoint,
        threads: usize,
        stop: &AtomicBool,
    ) -> Result<(Self, Record), Error> {
        // Its parameters come from the checkpoint.
        let source = opened.source(stop)?;
        let network = network(&opened.settings, None)?;
        let settings = opened.settings.clone();
        let mut session = Self::of(opened, answering, source, network, threads)?;
        let weights = |source| Error::Weights { path: path.to_owned(), source };
        let wrong = |problem| Error::Checkpoint { path: path.to_owned(), problem };
        let epochs_then = note.num_epochs().unwrap_or(settings.num_epochs);
        let Checkpoint { progress, dropout_position, record, .. } = note;
        // A schedule over the whole run is another one when the run becomes longer.
        let [then, now] =
            [session.source.windows(epochs_then), session.steps].map(|steps| settings.schedule_over(steps));
        session.trainer.set_schedule(then)?;
        session.trainer.restore(bytes).map_err(weights)?;
        session.trainer.set_schedule(now)?;
        let Progress { epoch, batch, step, .. } = progress;
        session.source.load(epoch)?;
        let windows = session.source.windows_now();
        if epoch >= epochs_then || batch > windows || step != session.source.windows(epoch).saturating_add(batch) {
            return Err(wrong(format!("this run has no epoch {epoch}, batch {batch}, step {step}")));
        }
        if epoch >= settings.num_epochs {
            let message = format!(
                "num_epochs is {}: the run has come to epoch {epoch}, counted from 0, so it must be at least {}",
                settings.num_epochs,
                epoch + 1
            );
            return Err(SettingError::new("num_epochs", message).into());
        }
        if !record.is_of(step) {
            return Err(wrong(format!("what it has taken down is not of {step} steps")));
        }
        if then != now {
            tracing::warn!(
                "the schedule runs over the whole run, and num_epochs was {epochs_then} so far: from here on the learning \
                 rate follows the schedule of {} epochs, so the run does not end as one that had them from the beginning",
                settings.num_epochs
            );
        }
        session.progress = progress;
        session.initial_checksum = record.status.initial_weights.as_ref().map_or(0, |file| file.crc32);
        let mut generator = session.dropout_generator();
        generator.set_word_pos(u128::from(dropout_position));
        session.draw_dropout_with(generator);
        Ok((session, record))
    }

    fn of(
        mut opened: Opened,
        answering: A,
        source: Source,
        network: Network<T>,
        threads: usize,
    ) -> Result<Self, Error> {
        let initial_checksum = network.checksum();
        let checksums = opened.checksums(&source);
        let (valid, test) = (opened.held_out(Split::Valid)?, opened.held_out(Split::Test)?);
        let settings = &opened.settings;
        let steps = source.windows(settings.num_epochs);
        let sized = |error| of_net(settings, error);
        let state_before = network.zero_state(settings.batch_size);
        let window = Window::new(source.first_layout(), source.is_masked(), settings)?;
        let held_out = valid.as_ref().or(test.as_ref());
        let scorer = held_out.map(|source| Scorer::new(settings, answering, &network, source, threads)).transpose()?;
        let trainer = Trainer::builder(network, answering)
            .optimizer(settings.optimizer.method, settings.optimizer.learning_rate)
            .schedule(settings.schedule_over(steps))
            .clip(settings.clip())
            .truncation(settings.truncation()?)
            .batch(settings.batch_size)
            .threads(threads)
            .generator(generator(settings.seed, DROPOUT_STREAM));
        Ok(Self {
            settings: settings.clone(),
            test_baseline: opened.test_baseline(),
            checksums,
            initial_checksum,
            source,
            answering,
            valid,
            test,
            scorer,
            trainer: trainer.build().map_err(sized)?,
            criterion: settings.criterion(),
            steps,
            progress: Progress::default(),
            epoch_begun: false,
            state_before: state_before.map_err(sized)?,
            window,
            place: None,
            before: None,
        })
    }

    /// Training steps of the whole run.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Training steps that are still to be done.
    pub(crate) fn steps_left(&self) -> usize {
        self.steps - self.progress.step
    }

    /// Where the epochs' series come from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The settings, with all that is known of data that are read.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A checksum of each file that the data were read from.
    pub(crate) fn checksums(&self) -> &[u32] {
        &self.checksums
    }

    /// A checksum of the parameters before training.
    pub(crate) fn initial_checksum(&self) -> u32 {
        self.initial_checksum
    }

    /// Values of the first series that stand in no window.
    pub(crate) fn unused_values(&self) -> usize {
        self.source.first_layout().unused()
    }

    /// A copy of the net as it is now.
    pub(crate) fn net(&self) -> Result<Network<T>, Error> {
        Ok(self.trainer.network.try_clone()?)
    }

    /// The net as it was before training; an error where it cannot be had any more, because it is read from a file that is
    /// gone or another one.
    pub(crate) fn before_training(&self, stop: &AtomicBool) -> Result<Network<T>, Error> {
        let weights = self.settings.initial_weights.as_deref();
        let network = initial_network(&self.settings, weights, stop)?;
        match weights.filter(|_| network.checksum() != self.initial_checksum) {
            Some(path) => {
                let source = std::io::Error::other("it has changed since the run began");
                Err(Error::Read { path: path.to_owned(), source })
            }
            None => Ok(network),
        }
    }

    /// Epoch, window and number of the training step that comes next, or of the first one of the next epoch.
    pub(crate) fn next_step(&self) -> [usize; 3] {
        let Progress { epoch, batch, step, .. } = self.progress;
        [epoch, batch, step]
    }

    /// Whether the step that it stands at is an epoch's last one, or none of this epoch was made yet.
    pub(super) fn is_between_epochs(&self) -> bool {
        !self.epoch_begun || self.progress.batch + 1 >= self.source.windows_now()
    }

    /// Goes on to the next event; a snapshot is made of a training step that is next, if one is asked for. Behind the end there
    /// is nothing but the end.
    pub(crate) fn advance(&mut self, look: bool) -> Result<Event<T>, Error> {
        let epoch = self.progress.epoch;
        let last = (epoch == self.settings.num_epochs).then_some(Ending::Done);
        if let Some(ending) =
            last.or(self.progress.best.is_out_of_patience(&self.settings).then_some(Ending::OutOfPatience))
        {
            return self.ending(ending).map(Event::Ends);
        }
        if !self.epoch_begun {
            self.begin_epoch()?;
            return Ok(Event::EpochStarts(epoch));
        }
        if self.progress.batch == self.source.windows_now() {
            let mut row = self.progress.means.row(epoch, self.settings.has_episodes());
            self.validate(&mut row)?;
            (self.progress.epoch, self.progress.batch, self.progress.means) = (epoch + 1, 0, Means::default());
            self.epoch_begun = false;
            return Ok(Event::EpochEnds(row));
        }
        self.prepare_step(look)?;
        Ok(Event::AtStep)
    }

    /// Makes the epoch's data the current ones. An epoch that is gone on with keeps its state.
    fn begin_epoch(&mut self) -> Result<(), Error> {
        self.source.load(self.progress.epoch)?;
        self.epoch_begun = true;
        if self.progress.batch == 0 {
            self.draw_dropout_with(self.dropout_generator());
            self.progress.means = Means::new(self.settings.first_known_window());
        }
        Ok(())
    }

    fn prepare_step(&mut self, look: bool) -> Result<(), Error> {
        let Progress { epoch, batch, .. } = self.progress;
        if self.source.begins(batch) {
            self.trainer.begin_series();
        }
        self.source.read(batch, &mut self.window)?;
        self.state_before.copy_from(self.trainer.state())?;
        self.place = Some([epoch, batch]);
        self.before = if look { self.snapshot()? } else { None };
        Ok(())
    }

    /// How training ended, all steps done: well, unless the last one, whose outcome no later loss has shown, left weights
    /// of no use.
    pub(super) fn ending(&mut self, ending: Ending) -> Result<Ending, Error> {
        // No step has changed weights that were guessed, so nothing can have broken them.
        if self.settings.learning == Learning::Guess {
            return Ok(ending);
        }
        let (window, steps) = (&self.window, self.window.all());
        let loss = self.trainer.loss(&window.inputs, A::targets_in(window, &steps), steps, &self.state_before)?;
        if !loss.is_finite() {
            return Ok(Ending::Diverged(format!("the loss is {loss} after the last step")));
        }
        // A saturated unit answers an infinite weight with a finite number, so the loss shows nothing of it.
        let network = &self.trainer.network;
        let broken = network.tensors().iter().find_map(|tensor| {
            let value = tensor.indices().map(|index| network.parameters()[index]).find(|value| !value.is_finite())?;
            Some(format!("a number of `{}` is {value} after the last step", tensor.name))
        });
        Ok(broken.map_or(ending, Ending::Diverged))
    }

    /// Where training is, as what to write to the file `path`; nothing if it contains NaN or infinity, from where it could not go on.
    pub(crate) fn checkpoint(&self, path: &Path, record: Record) -> Result<Option<SafetensorsFile<'_, T>>, Error> {
        // The position is far from 2⁶⁴: an epoch draws two words for each number that goes from layer to layer.
        let dropout_position = self.trainer.generator().map_or(0, |generator| generator.get_word_pos() as u64);
        let checkpoint = Checkpoint::new(&self.settings, self.progress.clone(), dropout_position, record);
        let note = checkpoint.to_note().map_err(|problem| Error::Checkpoint { path: path.to_owned(), problem })?;
        match self.trainer.checkpoint_file(&note) {
            Ok(file) => Ok(Some(file)),
            Err(rnn_core::Error::NotFinite { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn draw_dropout_with(&mut self, new: Generator) {
        if let Some(generator) = self.trainer.generator_mut() {
            *generator = new;
        }
    }

    fn dropout_generator(&self) -> Generator {
        generator(self.settings.seed, DROPOUT_STREAM + self.progress.epoch as u64)
    }

    /// The net as it is now, as what to write to a file.
    pub(crate) fn weights(&self) -> Result<SafetensorsFile<'_, T>, Error> {
        Ok(self.trainer.network.safetensors(&self.settings.travelling())?)
    }

    /// The last window trained on, and what the net as it is now answers there; nothing if there was none here.
    pub(crate) fn snapshot(&mut self) -> Result<Option<Snapshot>, Error> {
        let Some([epoch, batch]) = self.place else { return Ok(None) };
        let outputs = self.trainer.outputs(&self.window.inputs, &self.state_before)?;
        let place = [epoch, batch, self.progress.step];
        Ok(Some(self.window.snapshot(self.answering, place, &outputs)))
    }

    /// What is inside the net as it is now, over the last window trained on; and inside `before`, another net of these
    /// settings, over the same window from a zero state.
    pub(crate) fn inside(&self, before: &Network<T>) -> Result<[Inside; 2], Error> {
        let (steps, batch) = (self.trainer.truncation().window(), self.settings.batch_size);
        let of = |network, state: &State<T>| Inside::of(network, &self.window.inputs, state, steps, batch);
        Ok([of(before, &before.zero_state(batch)?)?, of(&self.trainer.network, &self.state_before)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::clock::Clock;
    use crate::outputs::folder::Durable;
    use crate::outputs::record::Recorder;
    use crate::outputs::status::Status;

    /// A checkpoint can be whole and yet hold what no run has written.
    #[test]
    fn a_record_of_other_steps_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "total_series_length = 600".parse::<Settings>().unwrap();
        let opened = || Opened::of(&settings, &AtomicBool::new(false)).unwrap();
        let mut session = Session::<f32, _>::new(opened(), settings.loss, 1, &AtomicBool::new(false)).unwrap();
        let begun = || Status::begun(settings.parameters(), 0);
        let recorder =
            || Recorder::create(&settings, folder.path(), begun(), true, Durable::AtOnce, &Clock::default()).unwrap();
        let resume = |bytes: &[u8]| {
            let note = Checkpoint::from_note(&rnn_core::checkpoint_note(bytes).unwrap(), &settings).unwrap();
            Session::<f32, _>::resume(
                opened(),
                settings.loss,
                Path::new("checkpoint"),
                bytes,
                note,
                1,
                &AtomicBool::new(false),
            )
        };
        let mut recorder_of_run = recorder();
        let path = Path::new("checkpoint");
        let mut steps = 0;
        while steps < 3 {
            if let Event::AtStep = session.advance(true).unwrap() {
                let report = session.step().unwrap();
                let Event::Step(step) = session.stepped(report).unwrap() else { panic!("a step is made") };
                recorder_of_run.step(&step).unwrap();
                steps += 1;
            }
        }
        let saved = |record| session.checkpoint(path, record).unwrap().unwrap().to_bytes().unwrap();
        assert_eq!(resume(&saved(recorder_of_run.record().unwrap())).unwrap().0.steps_left(), session.steps_left());

        let refused = resume(&saved(recorder().record().unwrap())).map(drop).unwrap_err();
        assert_eq!(refused.to_string(), "checkpoint: what it has taken down is not of 3 steps");
    }
}
