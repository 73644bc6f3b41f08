//! A net with a memory learns to repeat each bit three steps later.
//!
//! Eight series run side by side, and the state is carried from window to window, so that a bit at a window's start can
//! be repeated although it came in the window before.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Error, Init, Network, SoftmaxCrossEntropy, Trainer, accuracy};

const LAG: usize = 3;
const BATCH: usize = 8;
const WINDOW: usize = 15;
const WINDOWS: usize = 400;

fn main() -> Result<(), Error> {
    println!("accuracy on the last 100 windows: {:.4}", train()?);
    Ok(())
}

/// Trains a net and returns its accuracy on the last 100 windows. A step answers its window before it trains on it, so
/// these are bits that the net has not seen.
fn train() -> Result<f64, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    // One input, ten hidden units, and an output for each of the two answers.
    let architecture = Architecture::new(CellKind::Gru).hidden_size(10).outputs(2);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut rng)?;
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.01);
    let mut trainer = trainer.window(WINDOW).batch(BATCH).build()?;

    // The bits of a time step are neighbours, one of each series: what came LAG steps earlier stands LAG · BATCH before.
    let bits: Vec<u32> = (0..(LAG + WINDOWS * WINDOW) * BATCH).map(|_| rng.random_range(0..2)).collect();
    let inputs: Vec<f32> = bits[LAG * BATCH..].iter().map(|&bit| bit as f32).collect();
    let windows = inputs.chunks_exact(WINDOW * BATCH).zip(bits.chunks_exact(WINDOW * BATCH));
    let mut accuracies = Vec::new();
    for (inputs, targets) in windows {
        trainer.step(inputs, targets)?;
        accuracies.push(accuracy(&trainer.scored_outputs(), targets)?);
    }
    Ok(accuracies[WINDOWS - 100..].iter().sum::<f64>() / 100.0)
}

#[test]
fn it_learns() -> Result<(), Error> {
    assert!(train()? > 0.99);
    main()
}
