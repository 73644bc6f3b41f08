//! When a task counts as learned, where that is said of sequences and not of the mean loss.

use std::fmt;

/// A task counts as learned at the first sequence of training at whose end, of the last so many, no more than a few are wrong. Each
/// is judged by what the net answers before it learns from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criterion {
    /// When an answer is right. A sequence is right where all its answers are that count.
    pub right: Right,
    /// Whether the last scored step of a sequence alone counts.
    pub last_step: bool,
    /// How many sequences are looked at.
    pub sequences: usize,
    /// How many of them may be wrong.
    pub wrong: usize,
}

impl Criterion {
    /// Where all of the last so many are right.
    #[must_use]
    pub fn all(right: Right, sequences: usize) -> Self {
        Self { right, last_step: false, sequences, wrong: 0 }
    }
}

/// When it is met, in words, as `all of the last 2000 sequences are right, every answer …`.
impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, last_step, sequences, wrong } = self;
        match wrong {
            0 => write!(f, "all of the last {sequences} sequences are right")?,
            _ => write!(f, "no more than {wrong} of the last {sequences} sequences are wrong")?,
        }
        let answers = if *last_step { "the last answer" } else { "every answer" };
        match right {
            Right::Class => write!(f, ", {answers} the class that is asked for"),
            Right::Within(distance) => write!(f, ", all outputs of {answers} within {distance} of what they should be"),
            Right::Possible => {
                write!(f, ", with greater outputs for the classes that can come than for all others in {answers}")
            }
        }
    }
}

/// When an answer is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Right {
    /// It is the class that is asked for.
    Class,
    /// Each output is no further than this from what it should be. For classes the outputs are probabilities, and should be 1 for the one that
    /// is asked for and 0 for the others.
    Within(f64),
    /// All classes that can come have greater outputs than all that cannot.
    Possible,
}
