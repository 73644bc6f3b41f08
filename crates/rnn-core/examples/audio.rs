//! A net in an audio loop: blocks of samples come at a fixed pace, and each must be answered before the next one is there.
//!
//! The net is an effect, as in models of amplifiers: a sample goes in, a sample comes out. The loop measures each sample, because what
//! counts there is not the mean but the worst case.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Error, Init, Network, Stream};
use std::time::{Duration, Instant};

/// Samples of a block, and of a second.
const BLOCK: usize = 64;
const RATE: usize = 48_000;

fn main() -> Result<(), Error> {
    let architecture = Architecture::new(CellKind::Lstm).hidden_size(32).outputs(1);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1))?;
    // All memory is taken here; from now on nothing is allocated.
    let mut stream = network.stream()?;
    let mut times = Vec::with_capacity(RATE);
    let (mut block, mut late) = ([0.0_f32; BLOCK], 0);
    for number in 0..RATE / BLOCK {
        for (sample, place) in block.iter_mut().enumerate() {
            *place = sine(number * BLOCK + sample);
        }
        let begun = Instant::now();
        answer(&mut stream, &mut block, &mut times)?;
        late += usize::from(begun.elapsed() > Duration::from_secs(1) * BLOCK as u32 / RATE as u32);
    }
    times.sort();
    let [median, worst] = [times.len() / 2, times.len() * 999 / 1000].map(|place| times[place].as_nanos());
    println!("a sample takes {median} ns, 999 of 1,000 at most {worst} ns; {late} blocks were late");
    Ok(())
}

/// Puts what the net answers in the place of what it hears.
fn answer(stream: &mut Stream<'_, f32>, block: &mut [f32], times: &mut Vec<Duration>) -> Result<(), Error> {
    for sample in block {
        let begun = Instant::now();
        *sample = stream.push(&[*sample])?[0];
        times.push(begun.elapsed());
    }
    Ok(())
}

/// A tone of 440 Hz.
fn sine(sample: usize) -> f32 {
    (sample as f32 / RATE as f32 * 440.0 * std::f32::consts::TAU).sin()
}

#[test]
fn every_sample_is_answered() -> Result<(), Error> {
    main()
}
