//! Steps at which one or two numbers are 1 and the others 0: a symbol's own number, and behind the symbols one for each signal.

use crate::error::Error;
use crate::sequences::{Sequence, Step};

/// Adds a step at which these numbers are 1, and all others 0. The class is asked for there; `None` where no answer is scored.
pub(super) fn push(episode: &mut Sequence, ones: &[usize], target: Option<usize>) -> Result<(), Error> {
    let mut read = vec![0.0; episode.inputs().width()];
    ones.iter().for_each(|&one| read[one] = 1.0);
    episode.push(Step::Values(&read), target.map(|class| Step::Class(class as u16)))
}

/// What the numbers are called: each symbol by its class, and then the signals.
pub(super) fn names(num_symbols: usize, signals: &[&str]) -> Vec<String> {
    let symbols = (0..num_symbols).map(|symbol| format!("symbol {symbol}"));
    symbols.chain(signals.iter().map(|&signal| signal.to_owned())).collect()
}
