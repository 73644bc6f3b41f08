//! An LSTM on three real inputs answers with a number: the first input two steps ago, plus the second one step ago, less the
//! third one now.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Error, Init, Network, SquaredError, Trainer};

const WINDOW: usize = 20;
const BATCH: usize = 8;

fn main() -> Result<(), Error> {
    println!("mean squared error of the last 100 windows: {:.5}", train()?);
    Ok(())
}

fn train() -> Result<f64, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let architecture = Architecture::new(CellKind::Lstm).input_size(3).hidden_size(16).outputs(1);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut rng)?;
    let trainer = Trainer::builder(network, SquaredError::default()).optimizer(Adam::default(), 0.01);
    let mut trainer = trainer.window(WINDOW).batch(BATCH).build()?;
    // The last two steps' inputs of each row.
    let mut before = [[[0.0_f32; 3]; 2]; BATCH];
    let mut losses = Vec::new();
    for _ in 0..1500 {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for _ in 0..WINDOW {
            for [earlier, last] in &mut before {
                let now: [f32; 3] = std::array::from_fn(|_| rng.random_range(-1.0..1.0));
                inputs.extend(now);
                targets.push(earlier[0] + last[1] - now[2]);
                (*earlier, *last) = (*last, now);
            }
        }
        losses.push(trainer.step(&inputs, &targets)?.loss);
    }
    Ok(losses[losses.len() - 100..].iter().sum::<f64>() / 100.0)
}

#[test]
fn it_learns() -> Result<(), Error> {
    // What is asked for varies by 1.
    assert!(train()? < 0.01);
    main()
}
