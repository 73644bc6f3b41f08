//! Sums of a unit that are treated alike, so that one product computes them.

use crate::cells::Sum;

/// Sums whose columns of W are neighbours and which are treated alike.
pub(crate) struct Run {
    pub(crate) sum: usize,
    pub(crate) gate: usize,
    pub(crate) count: usize,
    pub(crate) input: bool,
    pub(crate) state: bool,
}

/// Those of the sums that are of some kind, as few runs as there can be.
pub(crate) fn runs(
    sums: &[Sum],
    kind: impl Fn(&Sum) -> bool,
    alike: impl Fn(&Sum) -> (bool, bool),
) -> impl Iterator<Item = Run> {
    let mut next = 0;
    std::iter::from_fn(move || {
        while !kind(sums.get(next)?) {
            next += 1;
        }
        let (sum, gate, (input, state)) = (next, sums[next].gate, alike(&sums[next]));
        while sums.get(next).is_some_and(|s| kind(s) && alike(s) == (input, state) && s.gate == gate + next - sum) {
            next += 1;
        }
        Some(Run { sum, gate, count: next - sum, input, state })
    })
}
