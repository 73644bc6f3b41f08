//! Learns a text, character by character, and then writes one.
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Layout, Next, OwnData, Shares, in_memory};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SoftmaxCrossEntropy, Trainer, one_hot};
use std::{error::Error, fs::File};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../LICENSE-MIT");

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", written("MIT ")?);
    Ok(())
}

/// The text that a net writes behind this prompt.
fn written(prompt: &str) -> Result<String, Box<dyn Error>> {
    let (task, data) = Next::default().read(vec![Box::new(File::open(FILE)?)], Shares::default(), &in_memory)?;
    let (series, count) = (data.train[0].whole()?, task.shape().targets.size());
    let net = Architecture::new(CellKind::Gru).input_size(count).hidden_size(48).outputs(count);
    let net = Network::<f32>::drawn(net, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1))?;
    let trainer = Trainer::builder(net, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.01);
    let (mut trainer, layout) = (trainer.window(30).batch(1).build()?, Layout::new(series.len(), 1, 30, 30)?);
    let (mut inputs, mut features) = (vec![0.0; 30 * count], vec![0.0; count]);
    for window in (0..layout.windows()).cycle().take(45 * layout.windows()) {
        if window == 0 {
            trainer.begin_series();
        }
        one_hot(&layout.window(series.inputs().classes(), window, u32::from)?, count, &mut inputs)?;
        trainer.step(&inputs, &layout.window(series.targets().classes(), window, u32::from)?[..])?;
    }
    let (net, symbols) = (trainer.into_network(), task.symbols().ok_or("a text has symbols")?);
    let (mut stream, mut classes) = (net.stream()?, symbols.classes(prompt.as_bytes())?);
    for step in 0..classes.len() + 40 {
        one_hot(&[u32::from(classes[step])], count, &mut features)?;
        let answers = stream.push(&features)?;
        // Behind the prompt the likeliest character is the next one that is read.
        let best = (0..count).max_by(|&one, &other| answers[one].total_cmp(&answers[other])).unwrap_or(0);
        classes.extend((step + 1 == classes.len()).then_some(best as u16));
    }
    Ok(String::from_utf8(classes.iter().flat_map(|&class| symbols.bytes(class.into())).collect())?)
}

#[test]
fn it_has_learned_the_text() -> Result<(), Box<dyn Error>> {
    let text = written("MIT ")?;
    assert!(text.starts_with("MIT License\n\nCopyright"), "{text}");
    main()
}
