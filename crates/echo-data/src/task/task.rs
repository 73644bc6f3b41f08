//! What a task is.

use super::floor::Floor;
use super::setting::TaskSetting;
use crate::error::Error;
use crate::sequences::{Layout, Scored, Series};
use std::fmt::Debug;

/// What a net is asked, and all that is true of that alone.
///
/// A program that trains nets needs to know no more of a task than this. `least` is the least expected loss of one answer to
/// targets of a distribution over the classes: their entropy for cross-entropy, their variance for squared error.
pub trait Task: Debug {
    /// The name in settings and files, such as `echo`.
    fn name(&self) -> &'static str;

    /// What it is, in a few words.
    fn about(&self) -> &'static str;

    /// What a net reads and answers at each time step.
    fn shape(&self) -> Shape;

    /// How its sequences come.
    fn form(&self) -> Form;

    /// Its settings, to be read or set.
    fn settings(&mut self) -> Vec<TaskSetting<'_>>;

    /// Makes sure of its settings.
    ///
    /// # Errors
    /// One that names the setting.
    fn check(&self) -> Result<(), Error>;

    /// Makes sure that rows are long enough.
    ///
    /// # Errors
    /// One that names the setting that asks for longer rows.
    fn check_rows(&self, layout: &Layout) -> Result<(), Error>;

    /// Draws a sequence of a split: the same numbers from the same seed for ever.
    ///
    /// # Errors
    /// Those of [`check`](Self::check); [`Error::Recorded`] for a task whose sequences are not drawn.
    fn fill(&self, seed: u64, split: Split, series: &mut Series) -> Result<(), Error>;

    /// The time in a row from which on all targets can be known; those before may not.
    fn known_from(&self) -> usize;

    /// How many targets at the beginning of each of so many rows no net can know.
    fn unknown_targets(&self, rows: usize) -> usize;

    /// How many steps back the input lies that a target depends on, and the setting that says so; `None` where that is not one
    /// number for all.
    fn reach(&self) -> Option<(&'static str, usize)>;

    /// The least mean loss that any net can have in each window, where that is known.
    fn floor(&self, layout: Layout, scored: &Scored, least: &dyn Fn(&[f64]) -> f64) -> Option<Floor>;

    /// The mean loss of the best answer that reads nothing, where that is known.
    fn chance(&self, least: &dyn Fn(&[f64]) -> f64) -> Option<f64>;

    /// The task counts as learned where the mean loss is less than this above the floor.
    fn solved_within(&self) -> f64 {
        0.01
    }

    /// What it is called.
    fn words(&self) -> Words;

    /// Why all targets can be known in so many rows, where they can and it is not plain.
    fn why_all_known(&self, rows: usize) -> Option<String>;

    /// How the floor of a row's first window comes about, as a sentence and a formula that ends in the floor's number, where
    /// all steps of it are scored by cross-entropy and that is short. `shown` writes a number.
    fn floor_in_words(&self, layout: &Layout, shown: &dyn Fn(f64) -> String) -> Option<[String; 2]>;
}

/// What a net reads and answers at each time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A class, and a class of as many.
    Classes(usize),
}

/// How sequences come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One long series, cut into rows that are read side by side; a row's state is carried from window to window.
    Stream,
}

/// What a sequence is for. Those of one split have nothing to do with those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// To train on: that of an epoch, counted from 0.
    Train(u64),
    /// To score on: no training has drawn it.
    Fresh,
}

impl Split {
    /// The stream of the [`generator`](crate::generator()) that it is drawn from. Stream 0 and those from 2⁶³ to 2⁶⁴ − 2 are
    /// left to others.
    #[must_use]
    pub fn stream(self) -> u64 {
        match self {
            Self::Train(epoch) => epoch.saturating_add(1),
            Self::Fresh => u64::MAX,
        }
    }
}

/// What a task is called on screens, pictures and pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In a heading, such as `Echo after 3 steps`.
    pub title: String,
    /// What the net should answer, such as `what it read 3 steps before`.
    pub answer: String,
    /// The same where there is little room, such as `target = input 3 steps ago`.
    pub rule: String,
    /// Which targets no net can know and why, as a sentence.
    pub unknown: String,
}
