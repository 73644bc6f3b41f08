//! Sines: a sine whose frequency rises and falls, and of which the value some steps later is asked for.
//!
//! ```text
//! x(i) = sin(20π t + sin(π t))        t = i (T + h)/(100 (T + h − 1))
//! target(i) = x(i + h)                i = 0 … T − 1
//! ```
//!
//! There is one sequence of T steps. Each part reads it from its beginning. Training scores all but its first h steps, the others what the
//! part before them has not read:
//!
//! ```text
//! part         reads steps up to   scores steps from
//! train        0.45 T              h
//! validation   0.55 T              0.45 T
//! test         T                   0.55 T
//! ```
//!
//! The task is the sinus forecasting of CogScale (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for sequence
//! processing", 2026), and the defaults are those of its small set. All episodes of a part are the same one, so an epoch needs no more than
//! one.
//!
//! Nothing is drawn: how many steps have been read says what comes, and the floor is 0. Chance is not told. It is what who reads nothing,
//! but knows the time, can answer, and here that is everything.

use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Split, Task, Words};
use crate::error::Error;
use crate::sequences::{Kind, Sequence, Shape, Step};
use std::f64::consts::PI;

/// The values to come of a sine whose frequency rises and falls.
///
/// ```
/// use echo_data::{Sequence, Sines, Split, Task};
/// let task = Sines { sequence_length: 100, horizon: 3 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Test, 0, &mut episode)?;
/// assert_eq!(episode.targets().values()[60..97], episode.inputs().values()[63..]);
/// assert!(episode.is_scored(55) && !episode.is_scored(54));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sines {
    /// T: time steps of the sequence.
    pub sequence_length: usize,
    /// h: how many steps later a value is asked for.
    pub horizon: usize,
}

impl Default for Sines {
    fn default() -> Self {
        Self { sequence_length: 200, horizon: 5 }
    }
}

/// From so many steps on each part has some of its own.
const SHORTEST: usize = 10;

impl Sines {
    /// How many steps are trained on, and how many the validation reads.
    fn parts(&self) -> [usize; 2] {
        [45, 55].map(|percent| (self.sequence_length as u128 * percent / 100) as usize)
    }

    /// x(i).
    fn value(&self, place: usize) -> f64 {
        let last = self.sequence_length + self.horizon - 1;
        let time = place as f64 * ((last + 1) as f64 / 100.0 / last as f64);
        libm::sin(20.0 * PI * time + libm::sin(PI * time))
    }
}

impl Task for Sines {
    fn name(&self) -> &'static str {
        "sines"
    }

    fn about(&self) -> &'static str {
        "The values to come of a sine whose frequency changes"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, horizon } = self;
        vec![TaskSetting::of_length(sequence_length), TaskSetting::of_horizon(horizon)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, SHORTEST..=usize::MAX)?;
        let [trained, _] = self.parts();
        in_range("horizon", self.horizon, 1..=trained - 1)
    }

    fn fill(&self, _seed: u64, split: Split, _number: u64, sequence: &mut Sequence) -> Result<(), Error> {
        self.check()?;
        let [trained, validated] = self.parts();
        let (scored_from, length) = match split {
            Split::Train => (self.horizon, trained),
            Split::Valid => (trained, validated),
            Split::Test | Split::Fresh => (validated, self.sequence_length),
        };
        sequence.clear();
        sequence.reserve(length)?;
        for step in 0..length {
            let target = [self.value(step + self.horizon)];
            let target = (step >= scored_from).then_some(Step::Values(&target));
            sequence.push(Step::Values(&[self.value(step)]), target)?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn words(&self) -> Words {
        let horizon = self.horizon;
        let later = format!("the value {horizon} step{} later", if horizon == 1 { "" } else { "s" });
        Words {
            title: format!("Forecast of a sine over {} steps", self.sequence_length),
            answer: later.clone(),
            rule: format!("target = {later}"),
            inputs: vec!["value".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(task: &Sines, split: Split, number: u64) -> Sequence {
        let mut sequence = Sequence::new(task.shape());
        task.fill(3, split, number, &mut sequence).unwrap();
        sequence
    }

    #[test]
    fn a_part_is_the_same_for_ever() {
        let test = part(&Sines::default(), Split::Test, 0);
        let shown: Vec<_> = test.inputs().values()[..4].iter().map(|value| format!("{value:.4}")).collect();
        assert_eq!(shown.join(" "), "0.0000 0.6155 0.9702 0.9139");
        assert_eq!(part(&Sines::default(), Split::Test, 9), test);
        assert_eq!(part(&Sines::default(), Split::Fresh, 0), test);
    }

    /// The formula of the first lines, by the system's functions.
    #[test]
    fn values_are_those_of_the_formula() {
        let test = part(&Sines { sequence_length: 73, horizon: 4 }, Split::Test, 0);
        for (step, value) in test.inputs().values().iter().enumerate() {
            let time = step as f64 * 77.0 / 7600.0;
            assert!((value - (20.0 * PI * time + (PI * time).sin()).sin()).abs() < 1e-12, "{step}");
        }
    }

    #[test]
    fn each_part_scores_what_the_one_before_it_has_not_read() {
        for (sequence_length, horizon) in [(10, 1), (73, 4), (200, 5), (1000, 449)] {
            let task = Sines { sequence_length, horizon };
            let test = part(&task, Split::Test, 0);
            let mut from = horizon;
            for split in [Split::Train, Split::Valid, Split::Test] {
                let part = part(&task, split, 0);
                assert!(from < part.len() && part.len() <= sequence_length);
                assert_eq!(part.inputs().values(), &test.inputs().values()[..part.len()]);
                let scored: Vec<usize> = (0..part.len()).filter(|&step| part.is_scored(step)).collect();
                assert!(scored.into_iter().eq(from..part.len()), "{task:?} {split:?}");
                for step in from..part.len() - horizon.min(part.len()) {
                    assert_eq!(part.targets().values()[step], part.inputs().values()[step + horizon]);
                }
                from = part.len();
            }
        }
    }

    #[test]
    fn floor_is_known_and_chance_is_not() {
        let task = Sines::default();
        assert_eq!((task.certainty(), task.chance(&|_| 1.0)), (Certainty::Certain, None));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, horizon| Sines { sequence_length, horizon }.check();
        assert_eq!(with(200, 90).unwrap_err().to_string(), "horizon is 90: it must be from 1 to 89");
        assert!(with(9, 1).is_err() && with(200, 0).is_err() && with(10, 3).is_ok() && with(10, 4).is_err());
        let task = Sines { sequence_length: usize::MAX, horizon: 5 };
        assert!(task.fill(1, Split::Test, 0, &mut Sequence::new(task.shape())).is_err());
    }
}
