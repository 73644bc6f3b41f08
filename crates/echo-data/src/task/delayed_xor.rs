//! Delayed XOR: are two bits that came one after the other, some steps ago, different?
//!
//! ```text
//! target(t) = x(t − d) ⊕ x(t − d − 1)        x(t) is 0 or 1, each as probable
//! ```
//!
//! From step d + 1 on all targets are asked for. The bits must be remembered, and no linear function of them tells the answer. So it is
//! asked of reservoirs, whose readout is linear: Bertschinger and Natschläger ("Real-time computation at the edge of chaos in recurrent
//! neural networks", 2004) ask for the parity of three bits after a delay.
//!
//! All is read before it is asked for, so the floor is 0. Who reads nothing knows nothing: both answers are as probable at each step.

use super::criterion::{Criterion, Right};
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// Whether two bits of some steps ago are different.
///
/// ```
/// use echo_data::{DelayedXor, Sequence, Split, Task};
/// let task = DelayedXor { delay: 3, sequence_length: 20 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (bits, answers) = (episode.inputs().classes(), episode.targets().classes());
/// assert_eq!(answers[10], bits[7] ^ bits[6]);
/// assert!(episode.is_scored(4) && !episode.is_scored(3));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayedXor {
    /// d: how many steps ago the later one of the two bits was read.
    pub delay: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

impl Default for DelayedXor {
    fn default() -> Self {
        Self { delay: 5, sequence_length: 50 }
    }
}

impl DelayedXor {
    /// The first step that is asked.
    fn first(&self) -> usize {
        self.delay.saturating_add(1)
    }
}

impl Task for DelayedXor {
    fn name(&self) -> &'static str {
        "delayed_xor"
    }

    fn about(&self) -> &'static str {
        "Whether two successive bits of some steps ago are different"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(2)
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { delay, sequence_length } = self;
        vec![TaskSetting::of_delay(delay), TaskSetting::of_length(sequence_length)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, self.first().saturating_add(1)..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        for step in 0..self.sequence_length {
            let bit = dice.below(2);
            let target = step.checked_sub(self.first()).map(|earlier| {
                // This step's bit is not among those that stand there.
                let there = episode.inputs().classes();
                let of = |step: usize| there.get(step).map_or(bit, |&bit| usize::from(bit));
                of(earlier) ^ of(earlier + 1)
            });
            episode.push_classes(bit, target)?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        take(self.sequence_length.saturating_sub(self.first()) as f64, &[0.5; 2]);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let delay = self.delay;
        Words {
            title: format!("XOR after {delay} steps"),
            answer: format!("whether what it read {delay} and {} steps before is different", self.first()),
            rule: format!("target = XOR of the bits {delay} and {} steps ago", self.first()),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let mut episode = Sequence::new(DelayedXor::default().shape());
        DelayedXor::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!((episode.len(), episode.is_scored(5), episode.is_scored(6)), (50, false, true));
        assert_eq!(episode.inputs().classes()[..12], [1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
        assert_eq!(episode.targets().classes()[6..12], [1, 1, 1, 0, 0, 1]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (delay, sequence_length) in [(0, 2), (0, 6), (1, 3), (3, 9)] {
            brute_force::check(&DelayedXor { delay, sequence_length });
        }
        assert_eq!(brute_force::unread(&DelayedXor::default()), [(44.0, vec![0.5; 2])]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |delay, sequence_length| DelayedXor { delay, sequence_length }.check();
        assert_eq!(refused(5, 6).unwrap_err().to_string(), "sequence_length is 6: it must be at least 7");
        assert!(refused(0, 1).is_err() && refused(0, 2).is_ok() && refused(usize::MAX, 50).is_err());
    }
}
