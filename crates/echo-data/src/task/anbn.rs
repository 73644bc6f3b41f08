//! Strings aⁿbⁿ: predict the next symbol. From the first b on that takes counting.
//!
//! ```text
//! string   # a … a b … b #        n of a, then n of b; n is drawn evenly from 1 to N
//! ```
//!
//! A step reads a symbol and is asked for the next one. What is read first is the end of the string before. No finite automaton knows these
//! strings for all n: a net must count. So nets are trained on short strings and tested on longer ones. The task is that of Gers and
//! Schmidhuber ("LSTM recurrent networks learn simple context-free and context-sensitive languages", 2001), who have n up to 10 in their
//! smallest training set, and of Lan, Geyer, Chemla and Katzir ("Minimum description length recurrent neural networks", 2022).
//!
//! While a is read, no net can know whether a or b comes next. But n is one of N numbers, so the more of a have come, the more probable is b:
//!
//! ```text
//! P(b after k of a) = P(n = k | n ≥ k) = 1/(N − k + 1)        k = 1 … N
//! ```
//!
//! The least loss there is that of guessing with these probabilities. Elsewhere it is 0: first comes a, and from the first b on all is known.
//! A string counts as right where the symbols that can come have greater outputs than all others, at every step. Gers and Schmidhuber have no
//! greatest n there: after each a, also the N-th, both a and b count as symbols that can come.
//!
//! Who reads nothing, but knows the time, knows for how many of the N strings each symbol comes next:
//!
//! ```text
//! target(t) = a   where n > t
//!             b   where t/2 < n ≤ t
//!             #   where n = t/2
//! ```

use super::criterion::{Criterion, Right};
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// The next symbol of a string of as many b as a.
///
/// ```
/// use echo_data::{AnBn, Sequence, Split, Task};
/// let mut episode = Sequence::new(AnBn::default().shape());
/// AnBn::default().fill(7, Split::Train, 0, &mut episode)?;
/// let asked = episode.targets().classes();
/// let n = asked.len() / 2;
/// assert_eq!(asked, [vec![0; n], vec![1; n], vec![2]].concat());
/// assert_eq!((episode.inputs().classes()[0], &episode.inputs().classes()[1..]), (2, &asked[..2 * n]));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnBn {
    /// N: the most of a that a string has.
    pub most_counted: usize,
}

/// As in the smallest training set of Gers and Schmidhuber.
impl Default for AnBn {
    fn default() -> Self {
        Self { most_counted: 10 }
    }
}

/// The symbols, in the order of their classes.
const SYMBOLS: [&str; 3] = ["a", "b", "#"];
const A: usize = 0;
const B: usize = 1;
const END: usize = 2;

impl AnBn {
    /// How probable each symbol is after so many of a and b.
    fn next(&self, [a, b]: [usize; 2]) -> [f64; SYMBOLS.len()] {
        let mut symbols = [0.0; SYMBOLS.len()];
        match (a, b) {
            (0, _) => symbols[A] = 1.0,
            (_, 0) => {
                symbols[B] = 1.0 / (self.most_counted.saturating_sub(a) + 1) as f64;
                symbols[A] = 1.0 - symbols[B];
            }
            _ => symbols[if b < a { B } else { END }] = 1.0,
        }
        symbols
    }
}

impl Task for AnBn {
    fn name(&self) -> &'static str {
        "anbn"
    }

    fn about(&self) -> &'static str {
        "The next symbol of a string of as many b as a"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(SYMBOLS.len())
    }

    fn form(&self) -> Form {
        Form::Episodes(self.most_counted.saturating_mul(2).saturating_add(1))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let about = "Most symbols to count; how many there are is drawn evenly from 1 to this";
        vec![TaskSetting::count("most_counted", about, &mut self.most_counted, 1)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.most_counted)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("most_counted", self.most_counted, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let count = dice.between(1, self.most_counted);
        let mut read = END;
        for (symbol, count) in [(A, count), (B, count), (END, 1)] {
            for _ in 0..count {
                episode.push_classes(read, Some(symbol))?;
                read = symbol;
            }
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Distributed
    }

    fn foresee(&self, episode: &Sequence, take: &mut dyn FnMut(usize, &[f64])) {
        let mut counts = [0; 2];
        for (step, &symbol) in episode.inputs().classes().iter().enumerate() {
            if let Some(count) = counts.get_mut(usize::from(symbol)) {
                *count += 1;
            }
            take(step, &self.next(counts));
        }
    }

    fn counts_as_possible(&self, episode: &Sequence, step: usize, class: usize) -> bool {
        class == A && episode.inputs().classes().get(step).is_some_and(|&read| usize::from(read) == A)
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let most = self.most_counted;
        let at = |step: usize| {
            let a = most.saturating_sub(step);
            let b = step.min(most) - (step / 2).min(most);
            let end = usize::from(step > 0 && step.is_multiple_of(2));
            let strings = (a + b + end) as f64;
            (strings / most as f64, [a, b, end].map(|count| count as f64 / strings))
        };
        (0..=most.saturating_mul(2)).map(at).for_each(|(targets, classes)| take(targets, &classes));
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Possible, 1000))
    }

    fn words(&self) -> Words {
        Words {
            title: format!("As many b as a, up to {}", self.most_counted),
            answer: "the next symbol of the string".to_owned(),
            rule: "target = next symbol".to_owned(),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn string(task: &AnBn, number: u64) -> String {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode.targets().classes().iter().map(|&symbol| SYMBOLS[usize::from(symbol)]).collect()
    }

    #[test]
    fn a_seed_gives_the_same_string_for_ever() {
        let strings = [0, 1, 2].map(|number| string(&AnBn::default(), number));
        assert_eq!(strings, ["aaaaaaaabbbbbbbb#", "aaaaaaaaabbbbbbbbb#", "ab#"]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_strings() {
        for most_counted in [1, 2, 5, 10] {
            brute_force::check(&AnBn { most_counted });
        }
    }

    #[test]
    fn after_any_a_both_a_and_b_count_as_possible() {
        let task = AnBn { most_counted: 1 };
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, 0, &mut episode).unwrap();
        // It reads # a b, and only b is probable after the a.
        let counts = |step| [A, B, END].map(|class| task.counts_as_possible(&episode, step, class));
        assert_eq!([0, 1, 2].map(counts), [[false; 3], [true, false, false], [false; 3]]);
    }

    #[test]
    fn each_count_is_as_probable() {
        let task = AnBn { most_counted: 4 };
        let mut counts = [0; 4];
        (0..4000).for_each(|number| counts[string(&task, number).len() / 2 - 1] += 1);
        assert!(counts.iter().all(|&count: &i32| (count - 1000).abs() < 140), "{counts:?}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = AnBn { most_counted: 0 }.check().unwrap_err();
        assert_eq!(error.to_string(), "most_counted is 0: it must be at least 1");
        let task = AnBn { most_counted: usize::MAX };
        assert!(task.fill(1, Split::Train, 0, &mut Sequence::new(task.shape())).is_err());
    }
}
