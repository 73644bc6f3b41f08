//! The n-back task: is a symbol the same as the one of n steps ago?
//!
//! ```text
//! target(t) = 1 where x(t) = x(t − n), 0 elsewhere        x(t) is drawn evenly from K symbols
//! ```
//!
//! From step n on all targets are asked for. So n symbols must be remembered in their order, and at each step one of them is replaced. It is
//! a test of people's working memory, from Kirchner ("Age differences in short-term retention of rapidly changing information", 1958) on.
//! Jaeggi, Buschkuehl, Jonides and Perrig ("Improving fluid intelligence with training on working memory", 2008) have eight letters, or eight
//! places, and 6 in 20 match. Here each symbol is drawn without regard to those before, so that one in K matches.
//!
//! All is read before it is asked for, so the floor is 0. Who reads nothing knows that P(target(t) = 1) = 1/K at each step.

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Whether a symbol is the same as some steps ago.
///
/// ```
/// use echo_data::{NBack, Sequence, Split, Task};
/// let task = NBack { n_back: 3, ..NBack::default() };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().classes(), episode.targets().classes());
/// assert!((3..50).all(|step| (asked[step] == 1) == (read[step] == read[step - 3])));
/// assert!(episode.is_scored(3) && !episode.is_scored(2));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NBack {
    /// n: how many steps ago the other symbol was read.
    pub n_back: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

/// Two steps ago, and as many symbols as Jaeggi and others have.
impl Default for NBack {
    fn default() -> Self {
        Self { n_back: 2, num_symbols: 8, sequence_length: 50 }
    }
}

impl Task for NBack {
    fn name(&self) -> &'static str {
        "n_back"
    }

    fn about(&self) -> &'static str {
        "Whether a symbol is the same as some steps ago"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Classes(self.num_symbols), targets: Kind::Classes(2) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { n_back, num_symbols, sequence_length } = self;
        vec![
            TaskSetting::count("n_back", "A symbol is compared with the one of so many time steps ago", n_back, 1),
            TaskSetting::of_symbols(num_symbols),
            TaskSetting::of_length(sequence_length),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("n_back", self.n_back, 1..=usize::MAX)?;
        in_range("sequence_length", self.sequence_length, self.n_back.saturating_add(1)..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        // The symbol of n steps ago is where the one that is read takes its place.
        let mut past = vec![0; self.n_back];
        for step in 0..self.sequence_length {
            let symbol = dice.below(self.num_symbols);
            let before = std::mem::replace(&mut past[step % self.n_back], symbol);
            episode.push_classes(symbol, (step >= self.n_back).then_some(usize::from(symbol == before)))?;
        }
        Ok(())
    }

    fn reach(&self) -> Option<(&'static str, usize)> {
        Some(("n_back", self.n_back))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let same = 1.0 / self.num_symbols as f64;
        take((self.sequence_length - self.n_back) as f64, &[1.0 - same, same]);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { n_back, num_symbols, sequence_length } = self;
        Words {
            title: format!("{n_back}-back of {num_symbols} symbols over {sequence_length} steps"),
            answer: format!("whether the symbol is the same as {n_back} steps before"),
            rule: format!("target = same as {n_back} steps ago"),
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
        let mut episode = Sequence::new(NBack::default().shape());
        NBack::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(episode.inputs().classes()[..12], [6, 2, 4, 0, 3, 1, 7, 1, 6, 2, 3, 3]);
        assert_eq!(episode.targets().classes()[2..12], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (n_back, num_symbols, sequence_length) in [(1, 1, 3), (1, 2, 6), (2, 3, 5), (3, 2, 7), (4, 3, 5)] {
            brute_force::check(&NBack { n_back, num_symbols, sequence_length });
        }
        assert_eq!(brute_force::unread(&NBack::default())[0].0, 48.0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |n_back, num_symbols, sequence_length| NBack { n_back, num_symbols, sequence_length }.check();
        assert_eq!(with(3, 2, 3).unwrap_err().to_string(), "sequence_length is 3: it must be at least 4");
        assert!(with(0, 2, 3).is_err() && with(1, 0, 3).is_err() && with(1, 4001, 3).is_err() && with(1, 1, 2).is_ok());
    }
}
