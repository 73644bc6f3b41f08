//! Trains a net with `rnn-core` alone, writes and reads its weights, a checkpoint and a state, and streams answers. Prints one
//! line and ends with an error where the net has not learned.

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Error, Init, Method, Network, SoftmaxCrossEntropy, Trainer};
use std::collections::BTreeMap;
use std::process::ExitCode;

const LAG: usize = 2;
const BATCH: usize = 4;
const WINDOW: usize = 10;
const WINDOWS: usize = 300;
const STREAMED: usize = 100;

fn main() -> ExitCode {
    match learn() {
        Ok((loss, right)) => {
            println!("loss {loss:.4}, {right} of {STREAMED} streamed answers are right");
            if right == STREAMED { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The last loss, and how many streamed answers were right.
fn learn() -> Result<(f64, usize), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut trainer = untrained()?;
    Init::PyTorch.apply(&mut trainer.network, &mut rng)?;
    let bits: Vec<u32> = (0..(LAG + WINDOWS * WINDOW) * BATCH).map(|_| rng.random_range(0..2)).collect();
    let inputs: Vec<f32> = bits[LAG * BATCH..].iter().map(|&bit| bit as f32).collect();
    let windows = inputs.chunks_exact(WINDOW * BATCH).zip(bits.chunks_exact(WINDOW * BATCH));
    let mut loss = f64::NAN;
    for (window, (inputs, targets)) in windows.enumerate() {
        if window == WINDOWS / 2 {
            // Half way, training goes on elsewhere.
            let checkpoint = trainer.checkpoint("half way")?;
            trainer = untrained()?;
            let note = trainer.restore(&checkpoint)?;
            assert_eq!(note, "half way");
        }
        loss = trainer.step(inputs, targets)?.loss;
    }

    let weights = trainer.network.to_safetensors(&BTreeMap::new())?;
    let network = Network::<f32>::from_safetensors(&weights)?;
    let mut answers = network.stream()?;
    let mut right = 0;
    let stream: Vec<u32> = (0..STREAMED + LAG).map(|_| rng.random_range(0..2)).collect();
    for (step, &bit) in stream.iter().enumerate() {
        if step == STREAMED / 2 {
            // Half way, it goes on from a file.
            let bytes = network.state_to_safetensors(answers.state(), step as u64)?;
            let (state, steps) = network.state_from_safetensors(1, &bytes)?;
            assert_eq!(steps, step as u64);
            answers = network.stream_from(state)?;
        }
        let logits = answers.push(&[bit as f32])?;
        let answer = u32::from(logits[1] > logits[0]);
        right += usize::from(step >= LAG && answer == stream[step - LAG]);
    }
    Ok((loss, right))
}

/// A trainer whose parameters are all 0.
fn untrained() -> Result<Trainer<f32, SoftmaxCrossEntropy>, Error> {
    let network = Network::new(Architecture::new(CellKind::Lstm).hidden_size(8).outputs(2))?;
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.02);
    trainer.window(WINDOW).batch(BATCH).build()
}
