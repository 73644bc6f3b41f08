//! The streams of the seed's generator. Those of the data are the task's: see [`Split`](echo_data::Split).

use echo_data::{Dice, generator};

/// The one that initial weights are drawn from.
pub(crate) const WEIGHTS_STREAM: u64 = 0;
/// That of what dropout sets to zero in epoch 0; epoch e has the e-th behind it.
pub(crate) const DROPOUT_STREAM: u64 = 1 << 63;
/// That of the order of episodes in epoch 0; epoch e has the e-th behind it.
const ORDER_STREAM: u64 = (1 << 63) + (1 << 61);
/// That of the first weights that are guessed; guess g has the g-th behind it.
pub(crate) const GUESS_STREAM: u64 = (1 << 63) + (1 << 62);

/// Puts the numbers of all episodes into the order of an epoch.
pub(super) fn put_in_order(seed: u64, epoch: usize, episodes: &mut [usize]) {
    episodes.iter_mut().enumerate().for_each(|(place, episode)| *episode = place);
    let mut rng = generator(seed, ORDER_STREAM + epoch as u64);
    let dice: &mut dyn Dice = &mut rng;
    dice.shuffle(episodes);
}
