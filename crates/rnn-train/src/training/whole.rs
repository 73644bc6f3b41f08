//! Whole sequences that are answered right: episodes, of which every scored answer is.

use serde::{Deserialize, Serialize};

/// The episodes that stand side by side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WholeSequences {
    rows: Vec<Answers>,
}

/// The answers of an episode so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answers {
    #[default]
    NoneYet,
    Right,
    Wrong,
}

impl WholeSequences {
    /// Takes in whether an answer in a row is right, which alone counts of those so far if `alone` says so. It is not asked for where it
    /// makes no difference: nothing makes a wrong sequence right again.
    pub(super) fn add(&mut self, row: usize, alone: bool, is_right: impl FnOnce() -> Option<bool>) {
        if self.rows.get(row) == Some(&Answers::Wrong) && !alone {
            return;
        }
        let Some(is_right) = is_right() else { return };
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Answers::NoneYet);
        }
        self.rows[row] = if is_right { Answers::Right } else { Answers::Wrong };
    }

    /// The episodes have come to their end: of each that was asked for anything, in the order of the rows, whether it is right.
    pub(super) fn end(&mut self) -> impl Iterator<Item = bool> + use<> {
        let rows = std::mem::take(&mut self.rows).into_iter();
        rows.filter(|answers| *answers != Answers::NoneYet).map(|answers| answers == Answers::Right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_right_where_every_answer_is_or_the_last_one_where_it_alone_counts() {
        let answers = [(0, true), (2, true), (0, true), (2, false), (2, true), (3, false)];
        for (alone, right) in [(false, [true, false, false]), (true, [true, true, false])] {
            let mut whole = WholeSequences::default();
            answers.iter().for_each(|&(row, is_right)| whole.add(row, alone, || Some(is_right)));
            assert_eq!(whole.end().collect::<Vec<_>>(), right);
            assert_eq!(whole.end().count(), 0);
        }
    }
}
