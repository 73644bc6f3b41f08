//! The embedded Reber grammar: predict the next symbol of a string.
//!
//! ```text
//! string   B o r o E        o is T or P, each as probable
//! r        B, then from node to node, each way as probable, and E:
//!
//!          1 ─T→ 2   1 ─P→ 3   2 ─S→ 2   2 ─X→ 4   3 ─T→ 3   3 ─V→ 5   4 ─X→ 3   4 ─S→ 6   5 ─P→ 4   5 ─V→ 6   6 ─E→
//! ```
//!
//! A step reads a symbol and is asked for the next one. The last but one is the same as the second: that is what must be remembered. Strings
//! have T + 1 symbols at most: a way from which they could not end in time is not taken. After Cleeremans, Servan-Schreiber and McClelland
//! ("Finite state automata and simple recurrent networks", 1989) and experiment 1 of Hochreiter and Schmidhuber ("Long short-term memory", 1997).
//!
//! Where two ways lead on, no net can know which one is taken, and the least loss is that of guessing one of two symbols; elsewhere it is 0. A string
//! counts as right where the symbols that can come have greater outputs than all others, at every step.

use super::criterion::{Criterion, Right};
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};
use std::collections::BTreeMap;

/// The next symbol of a string of the embedded Reber grammar.
///
/// ```
/// use echo_data::{Reber, Sequence, Split, Task};
/// let mut episode = Sequence::new(Reber::default().shape());
/// Reber::default().fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().classes(), episode.targets().classes());
/// assert_eq!(read[1..], asked[..asked.len() - 1]);
/// assert_eq!(read[1], asked[asked.len() - 2]);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reber {
    /// T: the most time steps of an episode.
    pub sequence_length: usize,
}

/// So long that two strings in a million would be longer.
impl Default for Reber {
    fn default() -> Self {
        Self { sequence_length: 50 }
    }
}

/// The symbols, in the order of their classes.
const SYMBOLS: [&str; 7] = ["B", "T", "S", "X", "P", "V", "E"];
const B: usize = 0;
const T: usize = 1;
const S: usize = 2;
const X: usize = 3;
const P: usize = 4;
const V: usize = 5;
const E: usize = 6;
/// Symbols of the shortest string.
const SHORTEST: usize = 9;

/// What has been read of a string, as far as it matters for what comes: how many symbols from the node on to the end are needed at
/// least, and the ways on from there. Nodes are numbered as they are reached: the first B is read at node 0, the string has ended at node 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    node: usize,
    /// The symbol that must come back.
    outer: usize,
}

impl Place {
    const START: Self = Self { node: 0, outer: B };

    /// The symbols that can come, each as probable, and where they lead, if so many symbols may still come.
    fn ways(self, left: usize) -> Vec<(usize, Self)> {
        /// How many symbols a string still needs at each node.
        const NEEDED: [usize; 11] = [8, 7, 6, 5, 5, 4, 4, 3, 2, 1, 0];
        let inner: &[(usize, usize)] = match self.node {
            0 => return [T, P].map(|outer| (outer, Self { node: 1, outer })).to_vec(),
            1 => &[(B, 2)],
            2 => &[(T, 3), (P, 4)],
            3 => &[(S, 3), (X, 5)],
            4 => &[(T, 4), (V, 6)],
            5 => &[(X, 4), (S, 7)],
            6 => &[(P, 5), (V, 7)],
            7 => &[(E, 8)],
            8 => return vec![(self.outer, Self { node: 9, ..self })],
            9 => &[(E, 10)],
            _ => &[],
        };
        let ways = inner.iter().filter(|(_, node)| NEEDED[*node] < left);
        ways.map(|&(symbol, node)| (symbol, Self { node, ..self })).collect()
    }

    /// Where a symbol leads.
    fn after(self, symbol: usize, left: usize) -> Option<Self> {
        self.ways(left).into_iter().find(|(way, _)| *way == symbol).map(|(_, place)| place)
    }
}

impl Task for Reber {
    fn name(&self) -> &'static str {
        "reber"
    }

    fn about(&self) -> &'static str {
        "The next symbol of a string of the embedded Reber grammar"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(SYMBOLS.len())
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        vec![TaskSetting::of_length(&mut self.sequence_length)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, SHORTEST - 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let (mut read, mut place) = (B, Place::START);
        for step in 0..self.sequence_length {
            let ways = place.ways(self.sequence_length - step);
            let way = if ways.len() > 1 { dice.below(ways.len()) } else { 0 };
            let Some(&(symbol, next)) = ways.get(way) else { break };
            episode.push_classes(read, Some(symbol))?;
            (read, place) = (symbol, next);
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Distributed
    }

    fn foresee(&self, episode: &Sequence, take: &mut dyn FnMut(usize, &[f64])) {
        let mut place = Place::START;
        for (step, &symbol) in episode.targets().classes().iter().enumerate() {
            let left = self.sequence_length - step;
            let ways = place.ways(left);
            let mut symbols = [0.0; SYMBOLS.len()];
            ways.iter().for_each(|&(symbol, _)| symbols[symbol] = 1.0 / ways.len() as f64);
            take(step, &symbols);
            let Some(next) = place.after(usize::from(symbol), left) else { return };
            place = next;
        }
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let mut places = BTreeMap::from([(Place::START, 1.0)]);
        for step in 0..self.sequence_length {
            let mut next = BTreeMap::<Place, f64>::new();
            let mut symbols = vec![0.0; SYMBOLS.len()];
            for (place, probability) in places {
                let ways = place.ways(self.sequence_length - step);
                for (symbol, to) in &ways {
                    symbols[*symbol] += probability / ways.len() as f64;
                    *next.entry(*to).or_default() += probability / ways.len() as f64;
                }
            }
            let there: f64 = symbols.iter().sum();
            // No string is longer.
            if there == 0.0 {
                break;
            }
            symbols.iter_mut().for_each(|symbol| *symbol /= there);
            take(there, &symbols);
            places = next;
        }
    }

    /// As many strings as the paper trains and tests on.
    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Possible, 512))
    }

    fn words(&self) -> Words {
        Words {
            title: format!("Embedded Reber grammar, up to {} symbols", self.sequence_length.saturating_add(1)),
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

    fn string(number: u64) -> String {
        let mut episode = Sequence::new(Reber::default().shape());
        Reber::default().fill(3, Split::Train, number, &mut episode).unwrap();
        let symbols = episode.targets().classes().iter();
        format!("B{}", symbols.map(|&symbol| SYMBOLS[usize::from(symbol)]).collect::<String>())
    }

    #[test]
    fn a_seed_gives_the_same_string_for_ever() {
        assert_eq!((string(0), string(1)), ("BPBTXXTTVPSEPE".to_owned(), "BPBTSSXSEPE".to_owned()));
    }

    #[test]
    fn floor_and_chance_are_those_of_all_strings() {
        for sequence_length in [8, 9, 13, 18] {
            brute_force::check(&Reber { sequence_length });
        }
    }

    /// Of strings without a bound, half of the ways through the grammar are ways on at each node: the mean length is that of a Markov chain.
    #[test]
    fn strings_are_as_long_as_those_of_the_grammar() {
        let lengths: Vec<usize> = (0..20_000).map(|number| string(number).len()).collect();
        let mean = lengths.iter().sum::<usize>() as f64 / 20_000.0;
        // e₂ = 1 + e₂/2 + e₄/2, e₃ = 1 + e₃/2 + e₅/2, e₄ = 1 + e₃/2, e₅ = 1 + e₄/2: e₄ = 10/3, e₅ = 8/3, e₃ = 14/3, e₂ = 16/3.
        let expected = 5.0 + 1.0 + 1.0 + (16.0 / 3.0 + 14.0 / 3.0) / 2.0;
        assert!((mean - expected).abs() < 0.15, "{mean} {expected}");
        let long = lengths.iter().filter(|&&length| length > 50).count();
        assert!(long <= 1, "{long} of 20,000");
    }

    #[test]
    fn strings_that_cannot_end_are_refused() {
        assert_eq!(
            Reber { sequence_length: 7 }.check().unwrap_err().to_string(),
            "sequence_length is 7: it must be at least 8"
        );
    }
}
