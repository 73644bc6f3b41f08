//! Parity: is the number of ones so far odd?
//!
//! ```text
//! target(t) = x(0) ⊕ … ⊕ x(t)        x(t) is 0 or 1, each as probable
//! ```
//!
//! It is modular counting with the modulus 2. Every step is asked, so a sequence of T steps asks for all lengths up to T. Delétang and
//! others ("Neural networks and the Chomsky hierarchy", 2023) train up to length 40 and test on longer sequences. Linear recurrent nets
//! whose transition has only positive eigenvalues cannot solve it for all lengths (Grazzi and others, "Unlocking state-tracking in linear
//! RNNs through negative eigenvalues", 2024).
//!
//! The floor is 0. Who reads nothing knows nothing: both answers are as probable at each step.

use super::criterion::Criterion;
use super::modular_counting::ModularCounting;
use super::setting::TaskSetting;
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// Whether the number of ones is odd.
///
/// ```
/// use echo_data::{Parity, Sequence, Split, Task};
/// let parity = Parity { sequence_length: 20 };
/// let mut episode = Sequence::new(parity.shape());
/// parity.fill(7, Split::Train, 0, &mut episode)?;
/// let ones: u16 = episode.inputs().classes().iter().sum();
/// assert_eq!(episode.targets().classes()[19], ones % 2);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parity {
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

/// As many steps as Delétang and others train on.
impl Default for Parity {
    fn default() -> Self {
        Self { sequence_length: 40 }
    }
}

impl Parity {
    fn counting(&self) -> ModularCounting {
        ModularCounting { modulus: 2, sequence_length: self.sequence_length }
    }
}

impl Task for Parity {
    fn name(&self) -> &'static str {
        "parity"
    }

    fn about(&self) -> &'static str {
        "Whether the number of ones so far is odd"
    }

    fn shape(&self) -> Shape {
        self.counting().shape()
    }

    fn form(&self) -> Form {
        self.counting().form()
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        vec![TaskSetting::of_length(&mut self.sequence_length)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        self.counting().check()
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        self.counting().draw(dice, episode)
    }

    fn certainty(&self) -> Certainty {
        self.counting().certainty()
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        self.counting().unread(take);
    }

    fn criterion(&self) -> Option<Criterion> {
        self.counting().criterion()
    }

    fn words(&self) -> Words {
        Words {
            title: format!("Parity over {} steps", self.sequence_length),
            answer: "whether it has read an odd number of ones".to_owned(),
            rule: "target = parity of the bits so far".to_owned(),
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
        let mut episode = Sequence::new(Parity::default().shape());
        Parity::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(episode.inputs().classes()[..12], [1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
        assert_eq!(episode.targets().classes()[..12], [1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        [1, 2, 7].iter().for_each(|&sequence_length| brute_force::check(&Parity { sequence_length }));
        assert_eq!(Parity::default().chance_accuracy(), Some(0.5));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = Parity { sequence_length: 0 }.check().unwrap_err();
        assert_eq!(error.to_string(), "sequence_length is 0: it must be at least 1");
    }
}
