//! The copy problem: some symbols are read, and are to be repeated much later.
//!
//! ```text
//! input    s₁ … s_S   T − 1 blanks   a signal   S blanks
//! target   T + S blanks                         s₁ … s_S
//! ```
//!
//! The S symbols are drawn from K, each as probable as the others. Classes 0 to K − 1 are the symbols, K is the blank, K + 1 the
//! signal, which is never asked for. All T + 2S steps are scored. The form is that of Arjovsky, Shah and Bengio ("Unitary evolution
//! recurrent neural networks", 2016), with K = 8 and S = 10, after Hochreiter and Schmidhuber (1997).
//!
//! All is read when it is to be repeated, so the floor is 0. Who reads nothing answers blanks and then guesses: the mean loss is
//! S/(T + 2S) of that of guessing one of K symbols, which for cross-entropy is S · ln K / (T + 2S).

use super::classes::alike;
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Symbols that come back after a delay.
///
/// ```
/// use echo_data::{Copying, Sequence, Split, Task};
/// let copy = Copying { delay: 3, num_symbols: 2, num_copied: 2 };
/// let mut episode = Sequence::new(copy.shape());
/// copy.fill(7, Split::Train, 0, &mut episode)?;
/// let (inputs, targets) = (episode.inputs().classes(), episode.targets().classes());
/// assert_eq!(inputs[2..], [2, 2, 3, 2, 2]);
/// assert_eq!((&targets[..5], &targets[5..]), (&[2; 5][..], &inputs[..2]));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copying {
    /// T: from the last symbol to the signal.
    pub delay: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
    /// S: symbols to repeat.
    pub num_copied: usize,
}

/// Ten of eight symbols, as in the paper, over its shortest delay.
impl Default for Copying {
    fn default() -> Self {
        Self { delay: 100, num_symbols: 8, num_copied: 10 }
    }
}

impl Copying {
    /// Time steps of an episode.
    fn steps(&self) -> usize {
        self.delay.saturating_add(self.num_copied.saturating_mul(2))
    }
}

impl Task for Copying {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn about(&self) -> &'static str {
        "Symbols, to be repeated after a delay"
    }

    fn shape(&self) -> Shape {
        let symbols = self.num_symbols;
        Shape { inputs: Kind::Classes(symbols.saturating_add(2)), targets: Kind::Classes(symbols.saturating_add(1)) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.steps())
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { delay, num_symbols, num_copied } = self;
        vec![TaskSetting::of_delay(delay), TaskSetting::of_symbols(num_symbols), TaskSetting::of_copied(num_copied)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.delay)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("delay", self.delay, 1..=usize::MAX)?;
        in_range("num_copied", self.num_copied, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [blank, signal] = [self.num_symbols, self.num_symbols + 1];
        let begin = self.delay.saturating_add(self.num_copied);
        for step in 0..self.steps() {
            let input = match step {
                step if step < self.num_copied => dice.below(self.num_symbols),
                step if step + 1 == begin => signal,
                _ => blank,
            };
            let copied = step.checked_sub(begin).map(|place| usize::from(episode.inputs().classes()[place]));
            let target = copied.unwrap_or(blank);
            episode.push_classes(input, Some(target))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let mut blank = vec![0.0; self.num_symbols + 1];
        blank[self.num_symbols] = 1.0;
        let mut symbol = alike(self.num_symbols);
        symbol.push(0.0);
        take((self.steps() - self.num_copied) as f64, &blank);
        take(self.num_copied as f64, &symbol);
    }

    /// As of other tasks, but over the steps that ask for a symbol: the blanks make the mean small.
    fn solved_within(&self) -> f64 {
        0.01 * self.num_copied as f64 / self.steps() as f64
    }

    fn words(&self) -> Words {
        let Self { delay, num_symbols, num_copied } = self;
        Words {
            title: format!("Copy of {num_copied} of {num_symbols} symbols after {delay} steps"),
            answer: "the first symbols again, after the signal".to_owned(),
            rule: "target = symbols, repeated".to_owned(),
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
        let mut episode = Sequence::new(Copying::default().shape());
        Copying::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!((episode.len(), &episode.inputs().classes()[..10]), (120, &[6, 2, 4, 0, 3, 1, 7, 1, 6, 2][..]));
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_symbols, num_copied, delay) in [(1, 1, 1), (2, 3, 4), (3, 2, 1), (5, 2, 7)] {
            brute_force::check(&Copying { delay, num_symbols, num_copied });
        }
        let entropy = |all: &[f64]| all.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum::<f64>();
        let published = 10.0 * 8.0_f64.ln() / 120.0;
        assert!((Copying::default().chance(&entropy).unwrap() - published).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |delay, num_symbols, num_copied| Copying { delay, num_symbols, num_copied }.check();
        assert_eq!(with(1, 4001, 1).unwrap_err().to_string(), "num_symbols is 4001: it must be from 1 to 4000");
        assert!(with(0, 2, 1).is_err() && with(1, 2, 0).is_err() && with(1, 0, 1).is_err() && with(1, 1, 1).is_ok());
    }
}
