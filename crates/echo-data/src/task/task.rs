//! What a task is.

use super::criterion::Criterion;
use super::floor::Floor;
use super::own_data::{Dataset, InFile, Shares, Source};
use super::setting::TaskSetting;
use crate::error::Error;
use crate::generator::{Dice, generator};
use crate::sequences::{Layout, Scored, Sequence, Shape, Stores};
use std::fmt::Debug;
use std::sync::Arc;

/// What a net is asked, and all that is true of that alone.
///
/// A program that trains nets needs to know no more of a task than this. What a task does not say, because nothing is known
/// of it, is nowhere shown. `least` is the least expected loss of one answer to
/// targets of a distribution over the classes: their entropy for cross-entropy, their variance for squared error. For targets
/// that are numbers, the loss is the mean squared error.
pub trait Task: Debug + Send + Sync {
    /// The name in settings and files, such as `echo`.
    fn name(&self) -> &'static str;

    /// What it is, in a few words.
    fn about(&self) -> &'static str {
        ""
    }

    /// What a net reads and answers at each time step.
    fn shape(&self) -> Shape;

    /// How its sequences come.
    fn form(&self) -> Form {
        Form::Stream
    }

    /// Its settings, to be read or set.
    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        Vec::new()
    }

    /// Makes sure of its settings.
    ///
    /// # Errors
    /// One that names the setting.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Makes sure that the rows of a stream are long enough.
    ///
    /// # Errors
    /// One that names the setting that asks for longer rows.
    fn check_rows(&self, _layout: &Layout) -> Result<(), Error> {
        Ok(())
    }

    /// Draws the sequence of a split that has this number: the same numbers from the same seed for ever. A stream is drawn as
    /// long as `sequence` is, an episode as long as the task has it.
    ///
    /// A task of episodes need not have this method: it [draws](Self::draw) them.
    ///
    /// # Errors
    /// Those of [`check`](Self::check); [`Error::Recorded`] for a task whose sequences are not drawn.
    fn fill(&self, seed: u64, split: Split, number: u64, sequence: &mut Sequence) -> Result<(), Error> {
        self.check()?;
        sequence.clear();
        if let Form::Episodes(longest) = self.form() {
            sequence.reserve(longest)?;
        }
        self.draw(&mut generator(seed, split.stream(number)), sequence)
    }

    /// Draws an episode, whose steps are added to one that has none. Settings have been checked.
    ///
    /// # Errors
    /// [`Error::Recorded`] for a task that draws none; those of [`Sequence::push`].
    fn draw(&self, _dice: &mut dyn Dice, _episode: &mut Sequence) -> Result<(), Error> {
        Err(Error::Recorded)
    }

    /// Its setting of how long episodes are, where nets are trained on short ones and tested on long ones. Whatever it is, what stands at a step
    /// is of the same [`shape`](Self::shape).
    fn length(&mut self) -> Option<&mut usize> {
        None
    }

    /// Whether a class that is read is best given as one input for each class: where its number says nothing.
    fn reads_one_hot(&self) -> bool {
        true
    }

    /// The time in a row from which on all targets can be known; those before may not.
    fn known_from(&self) -> usize {
        0
    }

    /// How many targets at the beginning of each of so many rows no net can know.
    fn unknown_targets(&self, _rows: usize) -> usize {
        0
    }

    /// How many steps back the input lies that a target depends on, and the setting that says so; `None` where that is not one
    /// number for all.
    fn reach(&self) -> Option<(&'static str, usize)> {
        None
    }

    /// Whether what has been read says what the targets are.
    fn certainty(&self) -> Certainty {
        Certainty::Unknown
    }

    /// Calls `take` for each scored step of one of its episodes, in order, with the step and how probable each class is there for who has
    /// read all up to it: where [`certainty`](Self::certainty) is [`Distributed`](Certainty::Distributed).
    fn foresee(&self, _episode: &Sequence, _take: &mut dyn FnMut(usize, &[f64])) {}

    /// Whether a class counts as possible at a step of one of its episodes, beside those that [`foresee`](Self::foresee) gives a probability.
    /// Papers may know less of the episodes; [`Right::Possible`](super::criterion::Right::Possible) follows them.
    fn counts_as_possible(&self, _episode: &Sequence, _step: usize, _class: usize) -> bool {
        false
    }

    /// The least mean loss that any net can have in each window, where that is known and is the same for all sequences.
    fn floor(&self, layout: Layout, _scored: &Scored, _least: &dyn Fn(&[f64]) -> f64) -> Option<Floor> {
        (self.certainty() == Certainty::Certain).then(|| Floor::zero(layout))
    }

    /// What is known of the classes that are asked for without reading anything: calls `take` for each time, or for several that are alike,
    /// with how many targets an episode has there on average, and how probable each class is. Never, where that is not known. Settings have
    /// been checked.
    fn unread(&self, _take: &mut dyn FnMut(f64, &[f64])) {}

    /// The mean loss of the best answer that reads nothing, but knows the time, where that is known.
    fn chance(&self, least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        mean_of(self, least)
    }

    /// The share of right answers of the best one that reads nothing, where that is known.
    fn chance_accuracy(&self) -> Option<f64> {
        mean_of(self, &|classes| classes.iter().copied().fold(0.0, f64::max))
    }

    /// What is answered without reading, as far as data from files say it: the share of each class, or the mean of each number, in the
    /// part that is trained on. Nothing where that is not known.
    fn guess(&self) -> &[f64] {
        &[]
    }

    /// The task counts as learned where the mean loss is less than this above the floor. One on data of the caller's own never does: how
    /// well they can be answered is not known.
    fn solved_within(&self) -> f64 {
        if self.own_data().is_some() { 0.0 } else { 0.01 }
    }

    /// When it counts as learned, where that is said of sequences: then the mean loss does not decide.
    fn criterion(&self) -> Option<Criterion> {
        None
    }

    /// What it is called.
    fn words(&self) -> Words {
        Words { title: self.name().to_owned(), ..Words::default() }
    }

    /// The symbols that its classes stand for; nothing where they stand for none, or for some that are not known yet.
    fn symbols(&self) -> Option<&dyn Symbols> {
        None
    }

    /// How the numbers that are read, and those that are asked for, are standardised: a scale for each; none where they are as they
    /// are.
    fn scales(&self) -> [Vec<Scale>; 2] {
        Default::default()
    }

    /// It as a task whose data are read from files; nothing for one that draws them.
    fn own_data(&self) -> Option<&dyn OwnData> {
        None
    }

    /// Why all targets can be known in so many rows, where they can and it is not plain.
    fn why_all_known(&self, _rows: usize) -> Option<String> {
        None
    }

    /// How the floor of a row's first window comes about, as a sentence and a formula that ends in the floor's number, where
    /// all steps of it are scored by cross-entropy and that is short. `shown` writes a number.
    fn floor_in_words(&self, _layout: &Layout, _shown: &dyn Fn(f64) -> String) -> Option<[String; 2]> {
        None
    }
}

/// The mean of what is said of each time, of which some have more targets than others.
fn mean_of(task: &(impl Task + ?Sized), of: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
    let (mut targets, mut sum) = (0.0, 0.0);
    task.unread(&mut |count, classes| {
        targets += count;
        sum += count * of(classes);
    });
    (targets > 0.0).then_some(sum / targets)
}

/// Whether what has been read says what the targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It is not known whether it does.
    Unknown,
    /// It says them exactly: the floor is 0.
    Certain,
    /// It says how probable each is, which differs from sequence to sequence: see [`Task::foresee`].
    Distributed,
}

/// A task whose data are read from files. What they look like is learned from the part that is trained on, and is then part of the
/// task: a net needs it as it needs its weights.
pub trait OwnData {
    /// Reads the files, and returns the task with all that is known of its data. What is known already is not learned again. Numbers of
    /// long series are kept in `places`, and need not be in memory: see [`in_memory`](crate::in_memory()) for those that are.
    ///
    /// # Errors
    /// [`InFile`] for what is wrong with a file.
    fn read(
        &self,
        files: Vec<Source<'_>>,
        shares: Shares,
        stores: Stores<'_>,
    ) -> Result<(Arc<dyn Task>, Dataset), InFile>;

    /// What is known of the data, as texts by name; nothing before they are read.
    fn facts(&self) -> Vec<(&'static str, String)>;

    /// The task with facts that it has once told, of which each is asked for by its name.
    ///
    /// # Errors
    /// [`Error::Fact`] for one that is not there or cannot be.
    fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Task>, Error>;
}

/// How numbers are standardised: what a net reads and answers is `(x − mean)/deviation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The mean, in the data's own units.
    pub mean: f64,
    /// The deviation, which is greater than 0.
    pub deviation: f64,
}

impl Scale {
    /// That of numbers with this mean and deviation; those that are all the same, but for rounding, keep their unit.
    pub(super) fn with(mean: f64, deviation: f64) -> Self {
        const ROUNDING: f64 = 1e-14;
        Self { mean, deviation: if deviation > ROUNDING * mean.abs() { deviation } else { 1.0 } }
    }

    /// A number as a net reads it.
    #[must_use]
    pub fn standardised(self, value: f64) -> f64 {
        (value - self.mean) / self.deviation
    }

    /// A net's number in the data's own units.
    #[must_use]
    pub fn own(self, standardised: f64) -> f64 {
        self.mean + self.deviation * standardised
    }
}

/// What classes stand for: the characters of a text, or its bytes.
pub trait Symbols {
    /// How one is called, such as `character`.
    fn unit(&self) -> &'static str;

    /// A class's symbol as it is shown: what cannot be seen is named.
    fn shown(&self, class: usize) -> Option<String>;

    /// A class's symbol as it stands in a file.
    fn bytes(&self, class: usize) -> Vec<u8>;

    /// A class's symbol as it stands in the cell of a table: a label, or what [`shown`](Self::shown) says.
    fn in_cell(&self, class: usize) -> Option<String>;

    /// The class of what stands in a cell.
    ///
    /// # Errors
    /// [`Error::Symbol`] for a symbol that is not known.
    fn of_cell(&self, cell: &str) -> Result<u16, Error>;

    /// The classes of a text.
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and place for a symbol that is not known.
    fn classes(&self, text: &[u8]) -> Result<Vec<u16>, Error>;
}

/// How sequences come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One long series, cut into rows that are read side by side; a row's state is carried from window to window.
    Stream,
    /// Short sequences, each of which begins from a zero state, and of which the longest has so many time steps.
    Episodes(usize),
}

/// What a sequence is for. Those of one split have nothing to do with those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// To train on. Of a stream each epoch has the one of its number.
    Train,
    /// To choose the best weights by, and to stop.
    Valid,
    /// To score on at the end.
    Test,
    /// To score saved weights on: no training has drawn it.
    Fresh,
}

impl Split {
    /// The stream of the [`generator`](crate::generator()) that the sequence of this number is drawn from; numbers are below
    /// 2⁶⁰. Stream 0 and those from 2⁶² to 2⁶⁴ − 2⁶⁰ are left to others.
    #[must_use]
    pub fn stream(self, number: u64) -> u64 {
        match self {
            Self::Train => number.saturating_add(1),
            Self::Valid => (1 << 61) + number,
            Self::Test => (1 << 61) + (1 << 60) + number,
            Self::Fresh => u64::MAX - number,
        }
    }
}

/// What a task is called on screens, pictures and pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// In a heading, such as `Echo after 3 steps`.
    pub title: String,
    /// What the net should answer, such as `what it read 3 steps before`.
    pub answer: String,
    /// The same where there is little room, such as `target = input 3 steps ago`.
    pub rule: String,
    /// Which targets no net can know and why, as a sentence; empty where all can be known.
    pub unknown: String,
    /// What the numbers are called that are read at a time step, one for each; nothing for the one input of a class, which is
    /// `input`.
    pub inputs: Vec<String>,
    /// The same of the numbers that are asked for; nothing for a single one, which is `target`.
    pub targets: Vec<String>,
}
