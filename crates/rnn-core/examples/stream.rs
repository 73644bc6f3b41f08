//! A net is trained, written, read again, and then answers a stream number by number.
//!
//! The net is a door: 1 opens it, −1 closes it, 0 leaves it as it is. To answer, it must remember for as long as nothing
//! happens, which may be longer than any window of its training. Half way it is put away as bytes, and goes on from there.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Error, Init, Network, SoftmaxCrossEntropy, Trainer};
use std::collections::BTreeMap;

fn main() -> Result<(), Error> {
    println!("{} of 200 answers are right", stream()?);
    Ok(())
}

/// Streams 200 numbers through a trained net and returns how many of its answers are right.
fn stream() -> Result<usize, Error> {
    // The bytes could be a file's: PyTorch reads them too.
    let network = Network::<f32>::from_safetensors(&trained()?)?;

    // One series, one time step at a time. The stream's state is all that the net knows of the past.
    let mut stream = network.stream()?;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (mut open, mut right) = (false, 0);
    for step in 0..200 {
        if step == 100 {
            // The bytes could be a file's here too: the net would go on in another process, or in PyTorch.
            let bytes = network.state_to_safetensors(stream.state(), step)?;
            let (state, steps) = network.state_from_safetensors(1, &bytes)?;
            assert_eq!(steps, step);
            stream = network.stream_from(state)?;
        }
        let input = happening(&mut rng);
        open = input == 1.0 || (open && input == 0.0);
        let logits = stream.push(&[input])?;
        let answer = logits[1] > logits[0];
        right += usize::from(answer == open);
        if step < 20 {
            println!("{input:2} -> {}", if answer { "open" } else { "closed" });
        }
    }
    Ok(right)
}

/// The weights of a net that has learned to be a door, as the bytes of a safetensors file.
fn trained() -> Result<Vec<u8>, Error> {
    const BATCH: usize = 8;
    const WINDOW: usize = 20;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let architecture = Architecture::new(CellKind::Lstm).hidden_size(8).outputs(2);
    let network = Network::<f32>::drawn(architecture, Init::Xavier, &mut rng)?;
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.02);
    let mut trainer = trainer.window(WINDOW).batch(BATCH).build()?;

    let (mut inputs, mut targets) = (vec![0.0; WINDOW * BATCH], vec![0; WINDOW * BATCH]);
    let mut open = [false; BATCH];
    for _ in 0..200 {
        // The numbers of a time step are neighbours, one of each series.
        for (place, (input, target)) in inputs.iter_mut().zip(&mut targets).enumerate() {
            let open = &mut open[place % BATCH];
            *input = happening(&mut rng);
            *open = *input == 1.0 || (*open && *input == 0.0);
            *target = u32::from(*open);
        }
        trainer.step(&inputs, &targets)?;
    }
    trainer.network.to_safetensors(&BTreeMap::new())
}

/// 1 and −1 with a probability of one tenth each, otherwise 0.
fn happening<R: Rng>(rng: &mut R) -> f32 {
    [1.0, -1.0].get(rng.random_range(0..10_usize)).copied().unwrap_or(0.0)
}

#[test]
fn every_answer_is_right() -> Result<(), Error> {
    assert_eq!(stream()?, 200);
    main()
}
