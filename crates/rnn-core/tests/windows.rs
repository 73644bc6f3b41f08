//! BPTT(h; h′) with the parameters held still: whatever the windows, every target is counted once and with the loss
//! that one unbroken run gives it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Init, Named, Network, Sgd, SoftmaxCrossEntropy, Tape, Trainer, Truncation};

proptest! {
    #[test]
    fn windows_add_up_to_the_unbroken_run(
        (window, stride) in (1..=9_usize).prop_flat_map(|window| (Just(window), 1..=window)),
        windows in 1..=6_usize,
        batch in 1..=3_usize,
        cell in prop::sample::select(CellKind::ALL),
        num_layers in 1..=3_usize,
        classes in prop::collection::vec(0..2_u32, 200),
    ) {
        let steps = window + (windows - 1) * stride;
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let architecture = Architecture::new(cell).hidden_size(3).num_layers(num_layers).outputs(2);
        let mut network = Network::<f64>::new(architecture).unwrap();
        Init::PyTorch.apply(&mut network, &mut rng).unwrap();
        let targets = &classes[..steps * batch];
        let inputs: Vec<f64> = targets.iter().rev().map(|&class| f64::from(class)).collect();

        let mut whole = network.tape(steps, batch).unwrap();
        let zero = network.zero_state(batch).unwrap();
        let unbroken = network.loss(&inputs, targets, 0..steps, &zero, &SoftmaxCrossEntropy, &mut whole).unwrap();
        let mut last = zero.clone();
        network.copy_state(&whole, windows * stride, &mut last).unwrap();

        let truncation = Truncation::new(window, stride).unwrap();
        // A rate so low that parameters as good as stay.
        let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Sgd::default(), 1e-300);
        let mut trainer = trainer.truncation(truncation).batch(batch).build().unwrap();
        let (mut sum, mut count) = (0.0, 0);
        for index in 0..windows {
            let here = index * stride * batch..(index * stride + window) * batch;
            let scored = truncation.scored(index == 0).len();
            count += scored;
            let report = trainer.step(&inputs[here.clone()], &targets[here]).unwrap();
            prop_assert_eq!(trainer.scored_outputs().nrows(), scored * batch);
            sum += report.loss * scored as f64;
        }
        prop_assert_eq!(count, steps);
        prop_assert!((sum / steps as f64 - unbroken).abs() < 1e-14);
        let differences = trainer.state().as_slice().iter().zip(last.as_slice()).map(|(a, b)| (a - b).abs());
        prop_assert!(differences.fold(0.0, f64::max) < 1e-14);
    }

    /// Step by step, a net answers bit by bit as it does over a whole window.
    #[test]
    fn streaming_answers_as_a_window_does(
        steps in 1..=8_usize,
        batch in 1..=3_usize,
        input in 1..=3_usize,
        cell in prop::sample::select(CellKind::ALL),
        num_layers in 1..=3_usize,
        numbers in prop::collection::vec(-2.0..2.0_f64, 72),
    ) {
        let architecture = Architecture::new(cell).input_size(input).hidden_size(4).num_layers(num_layers).dropout(0.5).outputs(2);
        let mut network = Network::<f64>::new(architecture).unwrap();
        Init::PyTorch.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(9)).unwrap();
        let inputs = &numbers[..steps * batch * input];
        let mut whole = network.tape(steps, batch).unwrap();
        let mut state = network.zero_state(batch).unwrap();
        network.forward(inputs, &state, &mut whole).unwrap();
        let outputs = network.read_out(0..steps, &mut whole).unwrap().clone_owned();

        let mut tape = network.tape(1, batch).unwrap();
        for t in 0..steps {
            let now = &inputs[t * batch * input..(t + 1) * batch * input];
            let answered = network.step(now, &mut state, &mut tape).unwrap();
            prop_assert_eq!(answered, outputs.rows(t * batch, batch));
        }
        let mut last = network.zero_state(batch).unwrap();
        network.copy_state(&whole, steps, &mut last).unwrap();
        prop_assert_eq!(state, last);
    }

    /// Dropout holds until it is drawn again, differs from draw to draw, and is off in inference.
    #[test]
    fn dropout_is_for_training_alone(seed in any::<u64>(), of in 0..3_usize) {
        // Not ReLU: units that are all 0 show nothing.
        let cell = [CellKind::Elman, CellKind::Gru, CellKind::Lstm][of];
        let architecture = Architecture::new(cell).hidden_size(5).num_layers(2).dropout(0.3).outputs(2);
        let mut network = Network::<f64>::new(architecture).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Init::PyTorch.apply(&mut network, &mut rng).unwrap();
        let state = network.zero_state(1).unwrap();
        let mut tape = network.tape(6, 1).unwrap();
        let inputs = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
        let outputs = |tape: &mut Tape<f64>| {
            network.forward(&inputs, &state, tape).unwrap();
            network.read_out(0..6, tape).unwrap().clone_owned()
        };
        let kept = outputs(&mut tape);
        network.draw_dropout(&mut tape, &mut rng);
        let first = outputs(&mut tape);
        prop_assert_eq!(&first, &outputs(&mut tape));
        network.draw_dropout(&mut tape, &mut rng);
        prop_assert_ne!(&first, &outputs(&mut tape));
        tape.keep_all();
        prop_assert_eq!(&kept, &outputs(&mut tape));

        let mut one = network.tape(1, 1).unwrap();
        network.draw_dropout(&mut one, &mut rng);
        let mut streamed = state.clone();
        for (t, &input) in inputs.iter().enumerate() {
            let answered = network.step(&[input], &mut streamed, &mut one).unwrap();
            prop_assert_eq!(answered, kept.row(t));
        }
    }

    /// One row's stream answers as that row does in a batch, and begins anew where it is told to.
    #[test]
    fn a_stream_is_a_row(cell in prop::sample::select(CellKind::ALL), numbers in prop::collection::vec(-2.0..2.0_f64, 24)) {
        let architecture = Architecture::new(cell).input_size(2).hidden_size(5).outputs(3);
        let network = Network::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(4)).unwrap();
        let mut tape = network.tape(12, 1).unwrap();
        network.forward(&numbers, &network.zero_state(1).unwrap(), &mut tape).unwrap();
        let outputs = network.read_out(0..12, &mut tape).unwrap();
        let mut stream = network.stream().unwrap();
        for _ in 0..2 {
            for (t, features) in numbers.chunks(2).enumerate() {
                let answered = stream.push(features).unwrap().to_vec();
                prop_assert!(outputs.row(t).iter().eq(&answered));
            }
            stream.reset();
        }
        prop_assert!(stream.push(&[1.0]).is_err() && stream.state().is_at_start());
    }
}

/// What is infinite stays in the units where it is, however few there are: units that are there only to fill registers take no part.
#[test]
fn an_infinite_input_is_one_to_every_way() {
    let bits =
        |outputs: &[f64]| outputs.iter().map(|x| if x.is_nan() { None } else { Some(x.to_bits()) }).collect::<Vec<_>>();
    for cell in CellKind::ALL {
        for (hidden, seed) in (1..=5).flat_map(|hidden| (0..20).map(move |seed| (hidden, seed))) {
            let architecture = Architecture::new(*cell).hidden_size(hidden);
            let network =
                Network::<f64>::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            for infinite in [f64::INFINITY, f64::NEG_INFINITY, 1e300] {
                let inputs = [0.1, infinite, 0.1, 0.1, 0.1, 0.1];
                let mut tape = network.tape(6, 1).unwrap();
                network.forward(&inputs, &network.zero_state(1).unwrap(), &mut tape).unwrap();
                let outputs = bits(network.read_out(0..6, &mut tape).unwrap().clone_owned().as_slice());
                let mut stream = network.stream().unwrap();
                let answers: Vec<f64> = inputs.iter().map(|&input| stream.push(&[input]).unwrap()[0]).collect();
                assert_eq!(bits(&answers), outputs, "{cell} of {hidden}, seed {seed}, {infinite}");
            }
        }
    }
}
