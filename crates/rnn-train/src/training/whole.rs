//! Whole sequences that are answered right: episodes of classes, of which every scored step is.

/// Counts the episodes that stand side by side, batch after batch.
#[derive(Debug, Default)]
pub(super) struct WholeSequences {
    /// Of each row whether all answers so far are right; nothing where there is none.
    rows: Vec<Option<bool>>,
    count: usize,
    right: usize,
}

impl WholeSequences {
    /// The next episodes begin.
    pub(super) fn next_batch(&mut self) {
        let there = self.rows.iter_mut().filter_map(Option::take);
        for is_right in there {
            self.count += 1;
            self.right += usize::from(is_right);
        }
    }

    /// Takes in an answer in a row.
    pub(super) fn add(&mut self, row: usize, is_right: bool) {
        if self.rows.len() <= row {
            self.rows.resize(row + 1, None);
        }
        let so_far = self.rows[row].unwrap_or(true);
        self.rows[row] = Some(so_far && is_right);
    }

    /// The share of those that are right, at the end; nothing where there is none.
    pub(super) fn share(mut self) -> Option<f64> {
        self.next_batch();
        (self.count > 0).then(|| self.right as f64 / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_right_where_every_answer_is() {
        let mut whole = WholeSequences::default();
        assert_eq!(WholeSequences::default().share(), None);
        for batch in [[(0, true), (2, true), (0, true), (2, false), (2, true)], [(1, false); 5]] {
            whole.next_batch();
            batch.iter().for_each(|&(row, is_right)| whole.add(row, is_right));
        }
        assert_eq!(whole.share(), Some(1.0 / 3.0));
    }
}
