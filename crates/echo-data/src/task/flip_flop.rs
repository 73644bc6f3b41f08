//! The flip-flop: remember the sign of the last pulse of each of several bits.
//!
//! ```text
//! input_i(t)  = 0, or a pulse of 1 or −1        i = 1 … k
//! target_i(t) = the last pulse of input i up to t
//! ```
//!
//! At the first step each bit has a pulse, so that all targets are known. Later each has one with probability 1/P at each step. Whether a
//! pulse is 1 or −1 is drawn evenly, so half of the pulses change nothing. Every step is asked. The task is that of Sussillo and Barak
//! ("Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural networks", 2013), with three bits. They found a
//! stable fixed point of the net for each of the 2ᵏ states of the bits.
//!
//! All is read when it is asked for, so the floor is 0. Who reads nothing answers 0: the last pulse of a bit is 1 or −1, each as probable,
//! so the mean squared error is its variance, 1.

use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape, Step};

/// The sign of the last pulse of each of several bits.
///
/// ```
/// use echo_data::{FlipFlop, Sequence, Split, Task};
/// let task = FlipFlop { num_bits: 1, pulse_every: 2, sequence_length: 8 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (pulses, bits) = (episode.inputs().values(), episode.targets().values());
/// assert!(bits[0] == pulses[0] && bits.iter().all(|bit| bit.abs() == 1.0));
/// assert!((1..8).all(|step| bits[step] == if pulses[step] == 0.0 { bits[step - 1] } else { pulses[step] }));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlipFlop {
    /// k: bits to remember.
    pub num_bits: usize,
    /// P: from a pulse of a bit to its next one there are so many time steps on average.
    pub pulse_every: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

/// Three bits, as in the paper.
impl Default for FlipFlop {
    fn default() -> Self {
        Self { num_bits: 3, pulse_every: 10, sequence_length: 100 }
    }
}

/// So many bits there are at most.
const MOST_BITS: usize = 1000;

impl Task for FlipFlop {
    fn name(&self) -> &'static str {
        "flip_flop"
    }

    fn about(&self) -> &'static str {
        "The sign of the last pulse of each of several bits"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(self.num_bits), targets: Kind::Values(self.num_bits) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_bits, pulse_every, sequence_length } = self;
        let about = "Time steps from a pulse of a bit to its next one, on average";
        vec![
            TaskSetting::count("num_bits", "Bits to remember", num_bits, 1),
            TaskSetting::count("pulse_every", about, pulse_every, 1),
            TaskSetting::of_length(sequence_length),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_bits", self.num_bits, 1..=MOST_BITS)?;
        in_range("pulse_every", self.pulse_every, 1..=usize::MAX)?;
        in_range("sequence_length", self.sequence_length, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let (mut pulses, mut bits) = (vec![0.0; self.num_bits], vec![0.0; self.num_bits]);
        for step in 0..self.sequence_length {
            for (pulse, bit) in pulses.iter_mut().zip(&mut bits) {
                *pulse = 0.0;
                if step == 0 || dice.below(self.pulse_every) == 0 {
                    *pulse = [-1.0, 1.0][dice.below(2)];
                    *bit = *pulse;
                }
            }
            episode.push(Step::Values(&pulses), Some(Step::Values(&bits)))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(1.0)
    }

    fn words(&self) -> Words {
        let Self { num_bits, sequence_length, .. } = self;
        let names = |of| (1..=*num_bits).map(|bit| format!("{of} {bit}")).collect();
        Words {
            title: format!("Flip-flop of {num_bits} bits over {sequence_length} steps"),
            answer: "the last pulse of each bit".to_owned(),
            rule: "targets = last pulses".to_owned(),
            unknown: String::new(),
            inputs: names("pulse"),
            targets: names("bit"),
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
        let mut episode = Sequence::new(FlipFlop::default().shape());
        FlipFlop::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let shown = |values: &[f64]| values[..18].iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(episode.inputs().values()), "1 -1 1 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0");
        assert_eq!(shown(episode.targets().values()), "1 -1 1 1 -1 1 1 -1 1 1 -1 1 1 -1 1 1 -1 1");
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_bits, pulse_every, sequence_length) in [(1, 1, 4), (1, 3, 6), (2, 2, 4), (2, 4, 3)] {
            brute_force::check(&FlipFlop { num_bits, pulse_every, sequence_length });
        }
    }

    /// One in so many steps, within five deviations, and half of them of each sign.
    #[test]
    fn pulses_are_as_frequent_as_the_setting_says() {
        let task = FlipFlop { num_bits: 2, pulse_every: 5, sequence_length: 5001 };
        let mut episode = Sequence::new(task.shape());
        task.fill(1, Split::Train, 0, &mut episode).unwrap();
        let count = |sign| episode.inputs().values()[2..].iter().filter(|&&pulse| pulse == sign).count() as f64;
        for sign in [-1.0, 1.0] {
            assert!((count(sign) - 1000.0).abs() < 5.0 * 30.0, "{sign}: {}", count(sign));
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_bits, pulse_every, sequence_length| FlipFlop { num_bits, pulse_every, sequence_length }.check();
        assert_eq!(with(0, 1, 1).unwrap_err().to_string(), "num_bits is 0: it must be from 1 to 1000");
        assert!(with(1, 0, 1).is_err() && with(1, 1, 0).is_err() && with(1, usize::MAX, 1).is_ok());
    }
}
