//! BPTT(h; h′) with the parameters held still: whatever the windows, every target is counted once and with the loss
//! that one unbroken run gives it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Elman, Network, Sgd, SoftmaxCrossEntropy, State, Trainer, Truncation, init};

proptest! {
    #[test]
    fn windows_add_up_to_the_unbroken_run(
        (window, stride) in (1..=9_usize).prop_flat_map(|window| (Just(window), 1..=window)),
        windows in 1..=6_usize,
        batch in 1..=3_usize,
        classes in prop::collection::vec(0..2_u32, 200),
    ) {
        let steps = window + (windows - 1) * stride;
        let mut network = Network::<f64, Elman>::new(Elman::new(1, 3).unwrap(), 2).unwrap();
        init::unit_uniform(&mut network, &mut ChaCha8Rng::seed_from_u64(5));
        let targets = &classes[..steps * batch];
        let inputs: Vec<f64> = targets.iter().rev().map(|&class| f64::from(class)).collect();

        let mut whole = network.tape(steps, batch).unwrap();
        let zero = State::zeros(&network, batch).unwrap();
        let unbroken = network.score(&inputs, targets, 0..steps, &zero, &SoftmaxCrossEntropy, &mut whole).unwrap();
        let mut last = zero.clone();
        network.copy_state(&whole, (windows - 1) * stride + stride, &mut last).unwrap();

        let truncation = Truncation::new(window, stride).unwrap();
        // A rate so low that parameters as good as stay.
        let sgd = Sgd::new(1e-300).unwrap();
        let mut trainer = Trainer::new(network, SoftmaxCrossEntropy, sgd, truncation, batch).unwrap();
        let mut state = zero;
        let (mut sum, mut count) = (0.0, 0);
        for index in 0..windows {
            let here = index * stride * batch..(index * stride + window) * batch;
            let counted = truncation.counted(index == 0);
            count += counted.len();
            let report = trainer.step(&inputs[here.clone()], &targets[here], counted.clone(), &mut state).unwrap();
            sum += report.loss * counted.len() as f64;
        }
        prop_assert_eq!(count, steps);
        prop_assert!((sum / steps as f64 - unbroken.loss).abs() < 1e-14);
        let differences = state.as_slice().iter().zip(last.as_slice()).map(|(a, b)| (a - b).abs());
        prop_assert!(differences.fold(0.0, f64::max) < 1e-14);
    }
}
