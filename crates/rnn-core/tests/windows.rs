//! BPTT(h; h′) with the parameters held still: whatever the windows, every target is counted once and with the loss
//! that one unbroken run gives it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Architecture, CellKind, Init, Method, Network, Optimizer, SoftmaxCrossEntropy, Tape, Trainer, Truncation,
};

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
        let architecture = Architecture { num_layers, ..Architecture::new(cell, 1, 3, 2) };
        let mut network = Network::<f64>::new(architecture).unwrap();
        Init::PyTorch.apply(&mut network, &mut rng).unwrap();
        let targets = &classes[..steps * batch];
        let inputs: Vec<f64> = targets.iter().rev().map(|&class| f64::from(class)).collect();

        let mut whole = network.tape(steps, batch).unwrap();
        let zero = network.zero_state(batch).unwrap();
        let unbroken = network.score(&inputs, targets, 0..steps, &zero, &SoftmaxCrossEntropy, &mut whole).unwrap();
        let mut last = zero.clone();
        network.copy_state(&whole, windows * stride, &mut last).unwrap();

        let truncation = Truncation::new(window, stride).unwrap();
        // A rate so low that parameters as good as stay.
        let sgd = Optimizer::new(Method::SGD, 1e-300, network.parameters().len()).unwrap();
        let mut trainer = Trainer::new(network, SoftmaxCrossEntropy, sgd, truncation, batch).unwrap();
        let mut state = zero;
        let (mut sum, mut count) = (0.0, 0);
        for index in 0..windows {
            let here = index * stride * batch..(index * stride + window) * batch;
            let counted = truncation.counted(index == 0);
            count += counted.len();
            let report = trainer.step(&inputs[here.clone()], &targets[here], counted.clone(), &mut state, &mut rng).unwrap();
            sum += report.loss * counted.len() as f64;
        }
        prop_assert_eq!(count, steps);
        prop_assert!((sum / steps as f64 - unbroken.loss).abs() < 1e-14);
        let differences = state.as_slice().iter().zip(last.as_slice()).map(|(a, b)| (a - b).abs());
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
        let architecture = Architecture { num_layers, dropout: 0.5, ..Architecture::new(cell, input, 4, 2) };
        let mut network = Network::<f64>::new(architecture).unwrap();
        Init::PyTorch.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(9)).unwrap();
        let inputs = &numbers[..steps * batch * input];
        let mut whole = network.tape(steps, batch).unwrap();
        let mut state = network.zero_state(batch).unwrap();
        network.forward(inputs, &state, &mut whole).unwrap();
        let outputs = network.read_out(0..steps, &mut whole).unwrap().clone_owned();

        let mut tape = network.tape(1, batch).unwrap();
        for t in 0..steps {
            let at = |column: usize| (t * batch..(t + 1) * batch).map(move |row| inputs[column * steps * batch + row]);
            let now: Vec<f64> = (0..input).flat_map(at).collect();
            let answered = network.step(&now, &mut state, &mut tape).unwrap();
            let expected: Vec<f64> = outputs.rows(t * batch, batch).iter().copied().collect();
            prop_assert_eq!(answered, &expected[..]);
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
        let architecture = Architecture { num_layers: 2, dropout: 0.3, ..Architecture::new(cell, 1, 5, 2) };
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
            let expected: Vec<f64> = kept.row(t).iter().copied().collect();
            prop_assert_eq!(answered, &expected[..]);
        }
    }
}
