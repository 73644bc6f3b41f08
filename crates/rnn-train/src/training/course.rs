//! A run on its way: what is written of it, and how it ends.

use super::answering::Answering;
use super::best::Tested;
use super::inside::Inside;
use super::options::Options;
use super::scorer::Scores;
use super::session::{Ending, Event, Session};
use super::watch::{Beginning, Drawable, Step, Watch};
use crate::error::Error;
use crate::outputs::files;
use crate::outputs::folder;
use crate::outputs::lock::Lock;
use crate::outputs::record::Recorder;
use crate::outputs::recording::Recording;
use crate::outputs::rows::SPREADSHEET_ROWS;
use crate::outputs::snapshot::Snapshot;
use crate::outputs::status::{State, Status};
use echo_data::{Baseline, Kind};
use rnn_core::{Network, Report, Scalar};
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// A run on its way.
pub(super) struct Run<T: Scalar, A> {
    /// `None` for a run that writes nothing.
    pub(super) out: Option<PathBuf>,
    pub(super) options: Options,
    /// The net as it was before training, if it is drawn.
    pub(super) before: Option<Network<T>>,
    pub(super) session: Session<T, A>,
    pub(super) recorder: Recorder,
    /// Of its folder, up to its end.
    pub(super) _lock: Option<Lock>,
}

/// The net as it is after the last step.
struct Last {
    /// What it answers in the last window.
    snapshot: Snapshot,
    /// What is inside it before training and now, where that is known.
    inside: Option<[Inside; 2]>,
}

impl<T: Scalar + Serialize, A: Answering<T>> Run<T, A> {
    /// Tells of what is coming.
    pub(super) fn begin(&mut self, watch: &mut dyn Watch) {
        self.recorder.begin();
        self.tell_of_what_is_coming();
        let steps = self.session.steps();
        let done = steps - self.session.steps_left();
        let (Recorder { curve, status, .. }, source) = (&self.recorder, self.session.source());
        let (solved_epoch, windows) = (status.solved_epoch, &source.windows_in_turn()[..]);
        watch.begins(&Beginning { settings: self.session.settings(), steps, done, curve, solved_epoch, windows });
    }

    /// Goes on to the next training step, whose window is then there, or to the end of training, which is where it is if `stop`
    /// is set. `report` is that of the step that the run stood at.
    pub(super) fn go_on(
        &mut self,
        report: Option<Result<Report, rnn_core::Error>>,
        watch: &mut dyn Watch,
        stop: &AtomicBool,
    ) -> Result<Option<Ending>, Error> {
        if let Some(report) = report {
            let event = self.session.stepped(report?)?;
            if let Some(ending) = self.take_down(event, watch)? {
                return Ok(Some(ending));
            }
        }
        loop {
            // A run with all its steps done is not interrupted any more.
            if stop.load(Ordering::Relaxed) && self.session.steps_left() > 0 {
                if !self.write_checkpoint()? {
                    tracing::warn!(
                        "no checkpoint: a number in it is NaN or infinite; the last one stays, if there is one"
                    );
                }
                return Ok(Some(Ending::Interrupted));
            }
            let looks = watch.looks() || self.recorder.wants_snapshot(self.session.next_step());
            match self.session.advance(looks)? {
                Event::AtStep => return Ok(None),
                event => {
                    if let Some(ending) = self.take_down(event, watch)? {
                        return Ok(Some(ending));
                    }
                }
            }
        }
    }

    /// Tells of what has happened, and writes it; how training ended, if that is what it was.
    fn take_down(&mut self, event: Event<T>, watch: &mut dyn Watch) -> Result<Option<Ending>, Error> {
        let was_solved = self.recorder.status.solved_epoch.is_some();
        let ending = self.take_down_event(event, watch)?;
        if let Some(epoch) = self.recorder.status.solved_epoch.filter(|_| !was_solved) {
            watch.solved(epoch);
        }
        Ok(ending)
    }

    fn take_down_event(&mut self, event: Event<T>, watch: &mut dyn Watch) -> Result<Option<Ending>, Error> {
        match event {
            Event::AtStep => {}
            Event::EpochStarts(epoch) => watch.epoch(epoch),
            Event::Step(step) => {
                let (row, known, snapshot) = (&step.row, step.known, step.snapshot.as_ref());
                let recorded = self.recorder.wants_snapshot([row.epoch, row.batch, row.step]);
                watch.step(&Step { row: row.widened(), loss: &row.loss, known, snapshot });
                self.recorder.step(&step)?;
                if let Some(snapshot) = snapshot.filter(|_| recorded) {
                    self.recorder.snapshot(snapshot)?;
                }
                self.write_checkpoint_if_due(row.step)?;
            }
            Event::Passed(passed) => {
                self.recorder.passed(&passed);
                self.write_checkpoint_if_due(passed.step)?;
            }
            Event::EpochEnds(row) => {
                self.recorder.epoch(&row)?;
                let told = watch.epoch_ends(&row);
                // A run with all its steps done is at its end anyway.
                if self.session.steps_left() == 0 {
                    return Ok(None);
                }
                if self.recorder.status.is_enough(self.session.settings()) {
                    return self.session.ending(Ending::Solved).map(Some);
                }
                if let ControlFlow::Break(reason) = told {
                    return Ok(Some(Ending::Pruned(reason)));
                }
            }
            Event::Ends(ending) => return Ok(Some(ending)),
        }
        Ok(None)
    }

    /// Writes what is written at the end of training, which was this or an error.
    pub(super) fn end(&mut self, trained: Result<Ending, Error>, watch: &mut dyn Watch) -> Result<Status, Error> {
        self.recorder.take_time();
        watch.ends();
        let finished = trained.and_then(|ending| {
            let last = self.look_at_last()?;
            self.put_back_best(&ending)?;
            self.write_results(last, watch).map(|()| ending)
        });
        let status = &mut self.recorder.status;
        (status.status, status.error) = match &finished {
            Ok(Ending::Done | Ending::OutOfPatience | Ending::Solved) => (State::Done, None),
            Ok(Ending::Interrupted) => (State::Interrupted, None),
            Ok(Ending::Diverged(place)) => (State::Diverged, Some(place.clone())),
            Ok(Ending::Pruned(reason)) => (State::Pruned, Some(reason.clone())),
            Err(error) => (State::Failed, Some(error.to_string())),
        };
        let out = self.out.as_deref();
        let written = out.map_or(Ok(()), |out| self.recorder.status.write_when(out, self.options.durable));
        // The first error is the one to tell of.
        finished?;
        written?;
        let status = &self.recorder.status;
        let is_of_use = !status.status.is_final()
            || self.options.keep_checkpoint && status.can_have_more_epochs(self.session.settings());
        if let Some(out) = out.filter(|_| !is_of_use) {
            let checkpoint = out.join(files::CHECKPOINT);
            if checkpoint.exists() {
                // The results must be there for good before there is nothing to continue from.
                folder::sync_folder(out);
            }
            folder::remove(&checkpoint)?;
        }
        Ok(self.recorder.status.clone())
    }

    fn tell_of_what_is_coming(&self) {
        let words = self.session.settings().task().words();
        if self.session.settings().reads_data() && !words.inputs.is_empty() {
            let asked = if words.targets.is_empty() { &words.inputs } else { &words.targets }.join(", ");
            let asked = match self.session.settings().shape().targets {
                Kind::Classes(classes) => format!("one of {classes} classes"),
                Kind::Bits(_) => format!("the bits {asked}"),
                Kind::Values(_) => format!("the numbers {asked}"),
            };
            tracing::info!("reads {}; asks for {asked}", words.inputs.join(", "));
        }
        let unused = self.session.unused_values();
        if unused > 0 {
            tracing::info!("{unused} values of each series go unused: they fill no row or no window");
        }
        let rows = self.session.steps().div_ceil(self.session.settings().log_every);
        if self.out.is_some() && rows > SPREADSHEET_ROWS {
            tracing::warn!(
                "{} will have {rows} rows: a spreadsheet opens {}; see --log-every",
                files::METRICS,
                SPREADSHEET_ROWS
            );
        }
    }

    /// After this training step.
    fn write_checkpoint_if_due(&mut self, step: usize) -> Result<(), Error> {
        let due = self.session.settings().checkpoint_every.on().is_some_and(|every| (step + 1).is_multiple_of(every));
        match self.session.steps_left() {
            // Behind the last step there is nothing to continue with.
            0 => {}
            // From here the last step can be made again, and more behind it. The run can end without.
            1 if self.options.keep_checkpoint => {
                if let Err(error) = self.write_checkpoint() {
                    tracing::warn!("no checkpoint to add epochs to later: {error}");
                }
            }
            _ if due && !self.write_checkpoint()? => {
                tracing::warn!("no checkpoint after step {step}: a number in it is NaN or infinite");
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes a checkpoint, if it is one that can be gone on from and there is a folder for it.
    fn write_checkpoint(&mut self) -> Result<bool, Error> {
        let Some(out) = &self.out else { return Ok(true) };
        let path = out.join(files::CHECKPOINT);
        let record = self.recorder.record()?;
        match self.session.checkpoint(&path, record)? {
            Some(file) => self.options.durable.write_whole_with(&path, |to| file.write_to(to)).map(|()| true),
            None => Ok(false),
        }
    }

    /// What the weights after the last step answer, and what is inside the net with them: that is what snapshots and pictures
    /// show, whichever weights are kept. Nothing if nothing was trained in this session, or nothing is written.
    fn look_at_last(&mut self) -> Result<Option<Last>, Error> {
        let Some(snapshot) = self.out.as_ref().and_then(|_| self.session.snapshot().transpose()).transpose()? else {
            return Ok(None);
        };
        let inside = self.before.as_ref().map(|before| self.session.inside(before));
        let inside = inside.and_then(|inside| inside.map_err(|error| tell_of_no_inside(&error)).ok());
        Ok(Some(Last { snapshot, inside }))
    }

    /// Puts the best weights in the place of the last ones, and scores them on the test data if all was trained.
    fn put_back_best(&mut self, ending: &Ending) -> Result<(), Error> {
        let (best, status) = (self.session.best(), &mut self.recorder.status);
        if self.session.swap_best() {
            (status.best_epoch, status.valid_loss, status.valid_accuracy) = (best.epoch, best.loss, best.accuracy);
            status.valid_sequence_accuracy = best.sequence_accuracy;
        }
        status.out_of_patience = *ending == Ending::OutOfPatience;
        if matches!(ending, Ending::Done | Ending::OutOfPatience | Ending::Solved)
            && let Some(Tested { scores, baseline, targets }) = self.session.test()?
        {
            let Scores { loss, accuracy, sequence_accuracy, floor } = scores;
            (status.test_loss, status.test_accuracy) = (Some(loss).filter(|loss| loss.is_finite()), accuracy);
            (status.test_sequence_accuracy, status.test_scores, status.test_floor) =
                (sequence_accuracy, targets, floor);
            if let Some(Baseline { name, loss: of_rule, accuracy }) = baseline {
                (status.test_baseline, status.test_baseline_loss) = (Some(name.to_owned()), Some(of_rule));
                status.test_baseline_accuracy = accuracy;
                let above = |loss: f64| loss - floor.unwrap_or_default();
                status.test_skill = Some(1.0 - above(loss) / above(of_rule)).filter(|skill| skill.is_finite());
            }
        }
        Ok(())
    }

    fn write_results(&mut self, last: Option<Last>, watch: &mut dyn Watch) -> Result<(), Error> {
        let Some(out) = self.out.as_deref() else { return Ok(()) };
        if let Some(Last { snapshot, .. }) = &last {
            self.recorder.snapshot(snapshot)?;
        }
        self.recorder.sync()?;
        let weights = self.session.weights()?;
        self.options.durable.write_whole_with(&out.join(files::MODEL), |to| weights.write_to(to))?;
        let Some(Last { snapshot, inside }) = &last else {
            // Nothing was trained in this session, so the pictures of the last one are right.
            return if watch.draws() { Ok(()) } else { remove_pictures(out) };
        };
        remove_pictures(out)?;
        if !watch.draws() {
            return Ok(());
        }
        // Those of earlier sessions too.
        let validation = Recording::validation_in(out)?;
        watch.draw(&Drawable {
            settings: self.session.settings(),
            folder: out,
            durable: self.options.durable,
            curve: &self.recorder.curve,
            validation: &validation,
            snapshot,
            inside: inside.as_ref(),
        })
    }
}

pub(super) fn tell_of_no_inside(error: &Error) {
    tracing::warn!("no pictures of what is inside the net before training and after: {error}");
}

/// Takes away what was made at an earlier stop of a run, and would not show its end.
fn remove_pictures(out: &Path) -> Result<(), Error> {
    let names = files::PICTURES.into_iter().chain(files::ON_REQUEST);
    folder::remove_all(&names.map(|name| out.join(name)).collect::<Vec<_>>())
}
