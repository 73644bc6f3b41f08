//! Lengths of episodes as Hochreiter and Schmidhuber (1997) draw them: T to T + ⌊T/10⌋ steps.

/// So many steps an episode has at most.
pub(super) fn longest(sequence_length: usize) -> usize {
    sequence_length.saturating_add(sequence_length / 10)
}
