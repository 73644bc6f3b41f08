//! Brackets of bounded depth, the language Dyck-(k, m): predict the next bracket.
//!
//! ```text
//! ( [ ] ( ) ) [ [ …        k kinds of brackets, at most m of them open at a time
//! ```
//!
//! An episode is the first T + 1 brackets of a string. A step reads one and is asked for the next. Where none is open, one is opened; where
//! m are open, the last one is closed; elsewhere both are as probable. The kind of a bracket that is opened is drawn evenly from k; that of
//! one that is closed is that of the last one that is open: this is what must be remembered. Classes 0 to k − 1 open a bracket, k to 2k − 1
//! close it. After Hewitt, Hahn, Ganguli, Liang and Manning ("RNNs can generate bounded hierarchical languages with optimal memory", 2020).
//! Their strings can also end where no bracket is open; these go on for T steps, and T can be longer in tests than in training.
//!
//! What was read says which brackets are open, and so how probable each next one is: the floor is the mean entropy of that. A string counts
//! as right where the brackets that can come have greater outputs than all others, at every step.
//!
//! Who reads nothing, but knows the time, knows how probable each depth is. It changes as in a Markov chain:
//!
//! ```text
//! P(0 open before the first bracket) = 1
//! P(d open after) = P(d − 1 open before) · P(open | d − 1) + P(d + 1 open before) · P(close | d + 1)
//! ```
//!
//! P(open | d) is 1 at d = 0, 0 at d = m and 1/2 elsewhere. All kinds are as probable, also those of brackets that are closed: kinds are
//! drawn evenly, so exchanging two of them in a string makes another one that is as probable.

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// The next one of brackets that are opened and closed.
///
/// ```
/// use echo_data::{Dyck, Sequence, Split, Task};
/// let task = Dyck { num_kinds: 1, max_depth: 1, sequence_length: 4 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// assert_eq!((episode.inputs().classes(), episode.targets().classes()), (&[0, 1, 0, 1][..], &[1, 0, 1, 0][..]));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dyck {
    /// k: kinds of brackets.
    pub num_kinds: usize,
    /// m: so many brackets are open at most.
    pub max_depth: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

/// One kind, for which it is enough to count. The paper has 2 to 128; depth and length are those of its deeper strings.
impl Default for Dyck {
    fn default() -> Self {
        Self { num_kinds: 1, max_depth: 5, sequence_length: 180 }
    }
}

/// Depth times length up to which chance is known: beyond that it would take minutes.
const MOST_SUMMED: usize = 100_000_000;

impl Dyck {
    /// How probable it is that a bracket is opened where so many are open.
    fn opens(&self, depth: usize) -> f64 {
        if depth == 0 {
            1.0
        } else if depth < self.max_depth {
            0.5
        } else {
            0.0
        }
    }

    /// Draws the next bracket; those that are open change with it.
    fn next(&self, dice: &mut dyn Dice, open: &mut Vec<usize>) -> usize {
        let depth = open.len();
        let closes = depth > 0 && (depth == self.max_depth || dice.below(2) == 1);
        match if closes { open.pop() } else { None } {
            Some(kind) => self.num_kinds + kind,
            None => {
                let kind = dice.below(self.num_kinds);
                open.push(kind);
                kind
            }
        }
    }
}

impl Task for Dyck {
    fn name(&self) -> &'static str {
        "dyck"
    }

    fn about(&self) -> &'static str {
        "The next one of brackets that are opened and closed"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.num_kinds.saturating_mul(2))
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_kinds, max_depth, sequence_length } = self;
        vec![
            TaskSetting::count("num_kinds", "Kinds of brackets", num_kinds, 1),
            TaskSetting::count("max_depth", "Greatest depth of brackets", max_depth, 1),
            TaskSetting::of_length(sequence_length),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_kinds", self.num_kinds, 1..=MOST_SYMBOLS / 2)?;
        in_range("max_depth", self.max_depth, 1..=usize::MAX)?;
        in_range("sequence_length", self.sequence_length, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut open = Vec::new();
        let mut read = self.next(dice, &mut open);
        for _ in 0..self.sequence_length {
            let next = self.next(dice, &mut open);
            episode.push_classes(read, Some(next))?;
            read = next;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Distributed
    }

    fn foresee(&self, episode: &Sequence, take: &mut dyn FnMut(usize, &[f64])) {
        let kinds = self.num_kinds;
        let (mut open, mut brackets) = (Vec::new(), vec![0.0; 2 * kinds]);
        for (step, &read) in episode.inputs().classes().iter().enumerate() {
            let read = usize::from(read);
            if read < kinds {
                open.push(read);
            } else {
                open.pop();
            }
            let opens = self.opens(open.len());
            brackets[..kinds].fill(opens / kinds as f64);
            brackets[kinds..].fill(0.0);
            if let Some(last) = open.last() {
                brackets[kinds + last] = 1.0 - opens;
            }
            take(step, &brackets);
        }
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        // No more than one is opened at each step.
        let deepest = self.max_depth.min(self.sequence_length);
        if deepest.saturating_add(1).saturating_mul(self.sequence_length) > MOST_SUMMED {
            return;
        }
        // How probable it is that so many are open.
        let mut depths = vec![0.0; deepest + 1];
        depths[0] = 1.0;
        for _ in 0..self.sequence_length {
            let mut after = vec![0.0; depths.len()];
            for (depth, probability) in depths.iter().enumerate() {
                let opens = self.opens(depth);
                if let Some(deeper) = after.get_mut(depth + 1) {
                    *deeper += probability * opens;
                }
                if let Some(less) = depth.checked_sub(1) {
                    after[less] += probability * (1.0 - opens);
                }
            }
            depths = after;
            let of_kind = |opens: &dyn Fn(usize) -> f64| {
                let all = depths.iter().enumerate().map(|(depth, probability)| probability * opens(depth));
                vec![all.sum::<f64>() / self.num_kinds as f64; self.num_kinds]
            };
            let [opened, closed] = [of_kind(&|depth| self.opens(depth)), of_kind(&|depth| 1.0 - self.opens(depth))];
            take(1.0, &[opened, closed].concat());
        }
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Possible, 1000))
    }

    fn words(&self) -> Words {
        let Self { num_kinds, max_depth, sequence_length } = self;
        Words {
            title: format!("Dyck-({num_kinds}, {max_depth}) over {sequence_length} steps"),
            answer: "the next bracket".to_owned(),
            rule: "target = next bracket".to_owned(),
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
    fn a_seed_gives_the_same_string_for_ever() {
        let task = Dyck { num_kinds: 2, ..Dyck::default() };
        let shown = |task: &Dyck, brackets: &str| {
            let mut episode = Sequence::new(task.shape());
            task.fill(3, Split::Train, 0, &mut episode).unwrap();
            let bracket = |&class: &u16| brackets.chars().nth(usize::from(class)).unwrap();
            episode.inputs().classes()[..30].iter().map(bracket).collect::<String>()
        };
        assert_eq!(shown(&Dyck::default(), "()"), "((((()()()())()(())()(()()))()");
        assert_eq!(shown(&task, "([)]"), "[[([[]()()()][]([])()[[]()])[]");
    }

    #[test]
    fn floor_and_chance_are_those_of_all_strings() {
        for (num_kinds, max_depth, sequence_length) in
            [(1, 1, 5), (1, 2, 9), (1, 5, 12), (1, 9, 8), (2, 1, 5), (2, 3, 7), (2, 9, 6), (3, 2, 6)]
        {
            brute_force::check(&Dyck { num_kinds, max_depth, sequence_length });
        }
    }

    /// So nets that are trained on short strings can be tested on long ones.
    #[test]
    fn what_comes_does_not_depend_on_how_long_the_string_is() {
        let task = Dyck { num_kinds: 3, max_depth: 10, sequence_length: 1000 };
        assert_eq!(
            brute_force::unread(&task)[..50],
            brute_force::unread(&Dyck { sequence_length: 50, ..task.clone() })
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_kinds, max_depth, sequence_length| Dyck { num_kinds, max_depth, sequence_length }.check();
        assert_eq!(with(2001, 1, 1).unwrap_err().to_string(), "num_kinds is 2001: it must be from 1 to 2000");
        assert!(with(0, 1, 1).is_err() && with(1, 0, 1).is_err() && with(1, 1, 0).is_err() && with(1, 1, 1).is_ok());
        assert!(
            with(1, usize::MAX, 1).is_ok()
                && !brute_force::unread(&Dyck { max_depth: usize::MAX, ..Dyck::default() }).is_empty()
        );
    }
}
