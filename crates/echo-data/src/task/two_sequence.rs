//! The two-sequence problem: the symbol of the beginning comes back at the end.
//!
//! ```text
//! 2a    o a₁ a₂ … a_{p−1} o          each next symbol is asked for
//! 2b    o d₁ d₂ … d_{p−1} o          the same, but each d is drawn from a₁ … a_{p−1}
//! 2c    b o d₁ d₂ … d_{q+k} e o      each d is drawn from a₁ … a_p; the last symbol alone is asked for, where e is read
//! ```
//!
//! These are experiments 2a, 2b and 2c of Hochreiter and Schmidhuber ("Long short-term memory", 1997). The symbol o is x or y, each as
//! probable. A step reads a symbol and is asked for the next one, so the last symbol is never read. In 2c, e comes at each step after the
//! first q distractors with probability 1/10; otherwise one more distractor comes. In the paper k has no bound. Here e comes for certain
//! after k = 100 distractors more, as far as one sequence in 38,000 gets: (9/10)¹⁰⁰ = 2.7 · 10⁻⁵.
//!
//! Classes 0, 1, … are a₁, a₂, …; behind them come x and y in 2a and 2b, and e, b, x and y in 2c. The answers of 2c are two classes: x, y.
//!
//! The last symbol has been read before, and the middle of 2a is always the same: both can be known. The middle of 2b cannot. Let L(n) be
//! the loss of guessing one of n symbols, for cross-entropy ln n. Then the mean losses are
//!
//! ```text
//!       floor                chance
//! 2a    0                    L(2)/p
//! 2b    (1 − 1/p) L(p − 1)   (1 − 1/p) L(p − 1) + L(2)/p
//! 2c    0                    L(2)
//! ```

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, TaskValue, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};
use std::ops::Range;

/// Whether a sequence began with x or with y.
///
/// ```
/// use echo_data::{Sequence, Split, Task, TwoSequence};
/// let task = TwoSequence { num_symbols: 5, ..TwoSequence::default() };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let outer = episode.inputs().classes()[0];
/// assert_eq!(episode.inputs().classes(), [outer, 0, 1, 2, 3]);
/// assert_eq!(episode.targets().classes(), [0, 1, 2, 3, outer]);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoSequence {
    /// Which experiment: `2a`, `2b` or `2c`.
    pub form: &'static str,
    /// p. In 2a and 2b there are p − 1 symbols for the middle, in 2c there are p distractors.
    pub num_symbols: usize,
    /// q: the least number of distractors in 2c. The other forms do not have it.
    pub delay: usize,
}

const ORDERED: &str = "2a";
const DRAWN: &str = "2b";
const TRIGGERED: &str = "2c";
/// After so many distractors beyond the first q, e comes for certain.
const MOST_FURTHER: usize = 100;

/// As published for each of the three; 2c has several p and q.
impl Default for TwoSequence {
    fn default() -> Self {
        Self { form: ORDERED, num_symbols: 100, delay: 100 }
    }
}

impl TwoSequence {
    fn is_triggered(&self) -> bool {
        self.form == TRIGGERED
    }

    /// How many symbols stand between the first and the last one in 2a and 2b.
    fn middle(&self) -> usize {
        self.num_symbols.saturating_sub(1)
    }

    /// The classes x and y in 2a and 2b.
    fn outer(&self) -> Range<usize> {
        self.middle()..self.middle() + 2
    }

    /// The distribution over the classes of 2a and 2b in which each of these is as probable, and no other can come.
    fn among(&self, these: Range<usize>) -> Vec<f64> {
        let probability = |class| if these.contains(&class) { 1.0 / these.len() as f64 } else { 0.0 };
        (0..self.outer().end).map(probability).collect()
    }

    /// Draws an episode of 2c, which has at most so many distractors beyond the first q.
    fn draw_triggered(&self, most_further: usize, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [e, b, x] = [0, 1, 2].map(|signal| self.num_symbols + signal);
        let outer = dice.below(2);
        episode.push_classes(b, None)?;
        episode.push_classes(x + outer, None)?;
        for distractor in 0..self.delay.saturating_add(most_further) {
            if distractor >= self.delay && dice.below(10) == 0 {
                break;
            }
            episode.push_classes(dice.below(self.num_symbols), None)?;
        }
        episode.push_classes(e, Some(outer))
    }
}

impl Task for TwoSequence {
    fn name(&self) -> &'static str {
        "two_sequence"
    }

    fn about(&self) -> &'static str {
        "Whether a sequence began with x or with y, at its end"
    }

    fn shape(&self) -> Shape {
        if self.is_triggered() {
            return Shape { inputs: Kind::Classes(self.num_symbols.saturating_add(4)), targets: Kind::Classes(2) };
        }
        Shape::of_classes(self.num_symbols.saturating_add(1))
    }

    fn form(&self) -> Form {
        let triggered = self.delay.saturating_add(MOST_FURTHER + 3);
        Form::Episodes(if self.is_triggered() { triggered } else { self.num_symbols })
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { form, num_symbols, delay } = self;
        vec![
            TaskSetting {
                name: "two_sequence_form",
                about: "Which experiment of the two-sequence problem",
                value: TaskValue::Choice(
                    form,
                    &[
                        (ORDERED, "The middle is always the same; every next symbol is asked for"),
                        (DRAWN, "The middle is drawn at random; every next symbol is asked for"),
                        (
                            TRIGGERED,
                            "The middle is drawn at random, at least `delay` long; the last symbol is asked for",
                        ),
                    ],
                ),
                beside: None,
            },
            TaskSetting::of_symbols(num_symbols),
            TaskSetting::of_delay(delay),
        ]
    }

    /// The other forms have a symbol for each step.
    fn length(&mut self) -> Option<&mut usize> {
        self.is_triggered().then_some(&mut self.delay)
    }

    fn check(&self) -> Result<(), Error> {
        if !self.is_triggered() && self.delay != Self::default().delay {
            let problem = "it has no effect with the two_sequence_form 2a or 2b: only 2c has it";
            return Err(Error::Beside { name: "delay", problem });
        }
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        if self.is_triggered() {
            return self.draw_triggered(MOST_FURTHER, dice, episode);
        }
        let outer = self.outer().start + dice.below(2);
        let mut read = outer;
        for place in 0..self.middle() {
            let next = if self.form == DRAWN { dice.below(self.middle()) } else { place };
            episode.push_classes(read, Some(next))?;
            read = next;
        }
        episode.push_classes(read, Some(outer))
    }

    fn certainty(&self) -> Certainty {
        if self.form == DRAWN { Certainty::Distributed } else { Certainty::Certain }
    }

    fn foresee(&self, episode: &Sequence, take: &mut dyn FnMut(usize, &[f64])) {
        let Some(&outer) = episode.inputs().classes().first() else { return };
        let (outer, last) = (usize::from(outer), episode.len() - 1);
        let drawn = self.among(0..self.middle());
        (0..last).for_each(|step| take(step, &drawn));
        take(last, &self.among(outer..outer + 1));
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        if self.is_triggered() {
            return take(1.0, &[0.5; 2]);
        }
        let middle = self.middle();
        match self.form {
            DRAWN => take(middle as f64, &self.among(0..middle)),
            _ => (0..middle).for_each(|place| take(1.0, &self.among(place..place + 1))),
        }
        take(1.0, &self.among(self.outer()));
    }

    /// As in the paper. What nobody can know does not count.
    fn criterion(&self) -> Option<Criterion> {
        let within = if self.is_triggered() { 0.2 } else { 0.25 };
        Some(Criterion { last_step: self.form == DRAWN, ..Criterion::all(Right::Within(within), 10_000) })
    }

    fn words(&self) -> Words {
        let Self { form, num_symbols, delay } = self;
        let triggered = self.is_triggered();
        let size = if triggered {
            format!("at least {delay} of {num_symbols} distractors")
        } else {
            format!("{} symbols", num_symbols.saturating_add(1))
        };
        let answer = if triggered {
            "after the e, the second symbol again"
        } else {
            "the next symbol; the last is the first again"
        };
        Words {
            title: format!("Two sequences ({form}), {size}"),
            answer: answer.to_owned(),
            rule: format!("target = {}", if triggered { "second symbol, at the end" } else { "next symbol" }),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn task(form: &'static str, num_symbols: usize, delay: usize) -> TwoSequence {
        TwoSequence { form, num_symbols, delay }
    }

    fn drawn(task: &TwoSequence, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    /// 2c with so low a bound that all of its episodes can be counted.
    #[derive(Debug)]
    struct Short(TwoSequence);

    const FURTHER: usize = 2;

    impl Task for Short {
        fn name(&self) -> &'static str {
            self.0.name()
        }

        fn shape(&self) -> Shape {
            self.0.shape()
        }

        fn form(&self) -> Form {
            Form::Episodes(self.0.delay + FURTHER + 3)
        }

        fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
            self.0.draw_triggered(FURTHER, dice, episode)
        }

        fn certainty(&self) -> Certainty {
            self.0.certainty()
        }

        fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
            self.0.unread(take);
        }
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let begins = [ORDERED, DRAWN, TRIGGERED].map(|form| {
            let episode = drawn(&TwoSequence { form, ..TwoSequence::default() }, 0);
            (episode.len(), episode.inputs().classes()[..6].to_vec(), episode.targets().classes()[episode.len() - 1])
        });
        assert_eq!(begins[0], (100, vec![100, 0, 1, 2, 3, 4], 100));
        assert_eq!(begins[1], (100, vec![100, 28, 54, 11, 40, 19], 100));
        assert_eq!(begins[2], (108, vec![101, 103, 28, 55, 11, 41], 1));
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for form in [ORDERED, DRAWN] {
            [1, 2, 3, 6].iter().for_each(|&num_symbols| brute_force::check(&task(form, num_symbols, 100)));
        }
        for (num_symbols, delay) in [(1, 0), (2, 1), (3, 2)] {
            brute_force::check(&Short(task(TRIGGERED, num_symbols, delay)));
        }
    }

    /// The frequency of each length, within five deviations.
    #[test]
    fn the_trigger_comes_at_each_step_with_one_in_ten() {
        let task = task(TRIGGERED, 4, 5);
        let mut further = [0; MOST_FURTHER + 1];
        for number in 0..50_000 {
            let episode = drawn(&task, number);
            let (read, last) = (episode.inputs().classes(), episode.len() - 1);
            assert!(read[0] == 5 && read[last] == 4 && read[2..last].iter().all(|&symbol| symbol < 4));
            assert_eq!(episode.targets().classes()[last] + 6, read[1]);
            assert!(episode.is_scored(last) && (0..last).all(|step| !episode.is_scored(step)));
            further[last - 2 - 5] += 1;
        }
        for (further, &count) in further[..20].iter().enumerate() {
            let mean = 50_000.0 * 0.1 * 0.9_f64.powi(further as i32);
            assert!((f64::from(count) - mean).abs() < 5.0 * mean.sqrt(), "{further}: {count} for {mean}");
        }
    }

    /// Dice on which e never comes by itself.
    struct Endless;

    impl Dice for Endless {
        fn below(&mut self, end: usize) -> usize {
            end - 1
        }

        fn uniform(&mut self) -> f64 {
            0.0
        }
    }

    #[test]
    fn the_trigger_comes_at_last() {
        let task = task(TRIGGERED, 4, 5);
        let mut episode = Sequence::new(task.shape());
        task.draw(&mut Endless, &mut episode).unwrap();
        assert_eq!((episode.len(), task.form()), (108, Form::Episodes(108)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |form, num_symbols| task(form, num_symbols, 100).check().map_err(|error| error.to_string());
        assert_eq!(refused(TRIGGERED, 4001), Err("num_symbols is 4001: it must be from 1 to 4000".to_owned()));
        assert!(refused(ORDERED, 0).is_err() && refused(DRAWN, 4001).is_err() && refused(DRAWN, 4000).is_ok());
        assert_eq!(
            task(DRAWN, 4, 7).check().unwrap_err().to_string(),
            "delay: it has no effect with the two_sequence_form 2a or 2b: only 2c has it"
        );
        let long = task(TRIGGERED, 4, usize::MAX);
        assert_eq!(long.form(), Form::Episodes(usize::MAX));
        let mut episode = Sequence::new(long.shape());
        assert_eq!(long.fill(3, Split::Train, 0, &mut episode), Err(Error::LongEpisode { steps: usize::MAX }));
    }
}
