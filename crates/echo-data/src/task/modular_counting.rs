//! Modular counting: how many ones there were so far, modulo m.
//!
//! ```text
//! target(t) = (x(0) + … + x(t)) mod m        x(t) is 0 or 1, each as probable
//! ```
//!
//! Every step is asked, so a sequence of T steps asks for all lengths up to T. It is like Cycle Navigation of Delétang and others
//! ("Neural networks and the Chomsky hierarchy", 2023), whose moves are −1, 0 and 1 modulo 5; here they are 0 and 1.
//!
//! The floor is 0. Who reads nothing knows that the number of ones among t + 1 bits is binomial, so
//!
//! ```text
//! P(target(0) = k) = 1/2 for k = 0, 1        P(target(t) = k) = (P(target(t − 1) = k) + P(target(t − 1) = k − 1 mod m))/2
//! ```

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// How many ones there were, modulo some number.
///
/// ```
/// use echo_data::{ModularCounting, Sequence, Split, Task};
/// let counting = ModularCounting { modulus: 3, sequence_length: 20 };
/// let mut episode = Sequence::new(counting.shape());
/// counting.fill(7, Split::Train, 0, &mut episode)?;
/// let ones: u16 = episode.inputs().classes().iter().sum();
/// assert_eq!(episode.targets().classes()[19], ones % 3);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModularCounting {
    /// m: from 2 on.
    pub modulus: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

/// Modulo 3, over as many steps as the paper trains on.
impl Default for ModularCounting {
    fn default() -> Self {
        Self { modulus: 3, sequence_length: 40 }
    }
}

impl Task for ModularCounting {
    fn name(&self) -> &'static str {
        "modular_counting"
    }

    fn about(&self) -> &'static str {
        "How many ones there were so far, modulo a number"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Classes(2), targets: Kind::Classes(self.modulus) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { modulus, sequence_length } = self;
        vec![
            TaskSetting::count("modulus", "Ones are counted modulo this number", modulus, 2),
            TaskSetting::of_length(sequence_length),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("modulus", self.modulus, 2..=MOST_SYMBOLS)?;
        in_range("sequence_length", self.sequence_length, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut count = 0;
        for _ in 0..self.sequence_length {
            let bit = dice.below(2);
            count = (count + bit) % self.modulus;
            episode.push_classes(bit, Some(count))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let mut counts = vec![0.0; self.modulus];
        counts[0] = 1.0;
        for _ in 0..self.sequence_length {
            let mut before = counts[self.modulus - 1];
            for count in &mut counts {
                (before, *count) = (*count, (before + *count) / 2.0);
            }
            take(1.0, &counts);
        }
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { modulus, sequence_length } = self;
        Words {
            title: format!("Counting modulo {modulus} over {sequence_length} steps"),
            answer: format!("how many ones it has read, modulo {modulus}"),
            rule: format!("target = ones so far mod {modulus}"),
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
        let mut episode = Sequence::new(ModularCounting::default().shape());
        ModularCounting::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(episode.inputs().classes()[..12], [1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
        assert_eq!(episode.targets().classes()[..12], [1, 1, 2, 2, 2, 2, 0, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (modulus, sequence_length) in [(2, 1), (2, 6), (3, 7), (5, 4)] {
            brute_force::check(&ModularCounting { modulus, sequence_length });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = ModularCounting { modulus: 1, ..ModularCounting::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "modulus is 1: it must be from 2 to 4000");
        assert!(ModularCounting { sequence_length: 0, ..ModularCounting::default() }.check().is_err());
    }
}
