//! Episodes of experiments 4 and 5 of Hochreiter and Schmidhuber ("Long short-term memory", 1997): numbers, of which two are marked.
//!
//! An episode has T to T + ⌊T/10⌋ steps, each length as probable. At each step a number is read and a mark: −1 at the first and the last
//! step, 1 at the two that are marked, and 0 elsewhere. One of the first ten steps is marked, then one of the first ⌊T/2⌋ − 1 others; never
//! the last step, however small T is. Where the first step is marked, its mark stays −1 and its number is one that changes no answer.

use super::lengths::longest;
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Step};

/// The least T.
pub(super) const LEAST: usize = 4;

/// What differs from one experiment to the other.
pub(super) struct MarkedPairs {
    /// T.
    pub(super) sequence_length: usize,
    /// The number that stands for one from [0, 1).
    pub(super) value: fn(f64) -> f64,
    /// The number of the first step where it is marked.
    pub(super) neutral: f64,
    /// The answer to the two numbers, which is due at the last step.
    pub(super) answer: fn([f64; 2]) -> f64,
}

/// How probable it is that each of the two is another step than the first: of the second one, whichever the first one is.
pub(super) fn other_than_the_first_step(sequence_length: usize) -> [f64; 2] {
    let [first, others] = choices(sequence_length).map(|choices| choices.max(1) as f64);
    let one = 1.0 - 1.0 / first;
    [one, 1.0 - one / others]
}

/// From how many steps on, beginning with the first, one is chosen: at first, and then of the others.
fn choices(sequence_length: usize) -> [usize; 2] {
    [sequence_length.saturating_sub(1).min(10), (sequence_length / 2).saturating_sub(1)]
}

impl MarkedPairs {
    /// Draws an episode.
    pub(super) fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [first, others] = choices(self.sequence_length);
        let length = dice.between(self.sequence_length, longest(self.sequence_length));
        let one = dice.below(first);
        let other = dice.below(others);
        let marked = [one, other + usize::from(other >= one)];
        let mut chosen = [0.0; 2];
        for step in 0..length {
            let place = marked.iter().position(|&marked| marked == step);
            let value = (self.value)(dice.uniform());
            let value = if step == 0 && place.is_some() { self.neutral } else { value };
            if let Some(place) = place {
                chosen[place] = value;
            }
            let is_last = step == length - 1;
            let mark = if step == 0 || is_last { -1.0 } else { f64::from(u8::from(place.is_some())) };
            let target = [(self.answer)(chosen)];
            episode.push(Step::Values(&[value, mark]), is_last.then_some(Step::Values(&target)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::adding::Adding;
    use super::super::multiplication::Multiplication;
    use super::super::task::{Split, Task};
    use super::*;

    /// How often each step is marked, and how often there are so many steps, within five deviations.
    fn check_shares(task: &dyn Task, sequence_length: usize) {
        const EPISODES: usize = 20_000;
        let mut episode = Sequence::new(task.shape());
        let (mut marks, mut lengths) = (vec![0; sequence_length], vec![0; longest(sequence_length) + 1]);
        for number in 0..EPISODES as u64 {
            task.fill(5, Split::Train, number, &mut episode).unwrap();
            lengths[episode.len()] += 1;
            let values = episode.inputs().values();
            let marked: Vec<usize> = (0..episode.len()).filter(|&step| values[2 * step + 1] == 1.0).collect();
            // The mark of the first step is not seen.
            marks[0] += usize::from(marked.len() == 1);
            marked.into_iter().for_each(|step| marks[step] += 1);
        }
        let is_near = |count: usize, share: f64| {
            let deviation = (share * (1.0 - share) * EPISODES as f64).sqrt();
            assert!((count as f64 - share * EPISODES as f64).abs() <= 5.0 * deviation, "{count} of {share}");
        };
        let others = (sequence_length / 2 - 1) as f64;
        for (step, &count) in marks.iter().enumerate() {
            is_near(
                count,
                match step {
                    ..10 => 0.1 + 0.9 / others,
                    _ if step < sequence_length / 2 => 1.0 / others,
                    _ => 0.0,
                },
            );
        }
        let many = (longest(sequence_length) - sequence_length + 1) as f64;
        lengths[sequence_length..].iter().for_each(|&count| is_near(count, 1.0 / many));
    }

    #[test]
    fn each_place_and_length_is_as_probable_as_the_paper_has_it() {
        for sequence_length in [40, 100] {
            check_shares(&Adding { form: "hochreiter", sequence_length }, sequence_length);
            check_shares(&Multiplication { sequence_length, ..Multiplication::default() }, sequence_length);
        }
    }
}
