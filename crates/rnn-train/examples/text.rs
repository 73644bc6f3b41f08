//! Learns a text, character by character, and then writes one.
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Layout, Next, OwnData, Shares, in_memory};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SoftmaxCrossEntropy, Trainer, one_hot};
use std::error::Error;
use std::fs::File;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../LICENSE-MIT");

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", written("MIT ")?);
    Ok(())
}

/// The text that a net writes behind this prompt.
fn written(prompt: &str) -> Result<String, Box<dyn Error>> {
    let read = Next::default().read(vec![Box::new(File::open(FILE)?)], Shares::default(), &in_memory);
    let (task, data) = read.map_err(|wrong| wrong.error)?;
    let symbols = task.symbols().ok_or("a text has symbols")?;
    let count = data.train[0].whole()?.inputs().classes().iter().max().map_or(0, |&most| usize::from(most) + 1);

    let architecture = Architecture::new(CellKind::Gru).input_size(count).hidden_size(48).outputs(count);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1))?;
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.01);
    let mut trainer = trainer.window(30).batch(1).build()?;
    let series = &data.train[0].whole()?;
    let layout = Layout::new(series.len(), 1, 30, 30)?;
    let [mut classes, mut targets] = [(); 2].map(|()| vec![0_u32; layout.window_values()]);
    let mut inputs = vec![0.0; layout.window_values() * count];
    for _ in 0..45 {
        trainer.begin_series();
        for window in 0..layout.windows() {
            layout.copy_window(series.inputs().classes(), window, &mut classes, u32::from)?;
            layout.copy_window(series.targets().classes(), window, &mut targets, u32::from)?;
            one_hot(&classes, count, &mut inputs)?;
            trainer.step(&inputs, &targets[..])?;
        }
    }

    let network = trainer.into_network();
    let (mut stream, mut text) = (network.stream()?, prompt.as_bytes().to_vec());
    let mut features = vec![0.0; count];
    let mut classes = symbols.classes(prompt.as_bytes())?;
    for step in 0..prompt.len() + 40 {
        one_hot(&[u32::from(classes[step])], count, &mut features)?;
        let answers = stream.push(&features)?;
        if step + 1 == classes.len() {
            // The likeliest character is the next one that is read.
            let best = (0..count).max_by(|&one, &other| answers[one].total_cmp(&answers[other])).unwrap_or(0);
            classes.push(best as u16);
            text.extend(symbols.bytes(best));
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn it_has_learned_the_text() -> Result<(), Box<dyn Error>> {
    let text = written("MIT ")?;
    assert!(text.starts_with("MIT License\n\nCopyright"), "{text}");
    main()
}
