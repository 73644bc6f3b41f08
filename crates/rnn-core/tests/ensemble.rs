//! Nets that are trained side by side have bit by bit the numbers that each has when it is trained alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::nalgebra::{DMatrixView, DMatrixViewMut};
use rnn_core::rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Adam, AdamW, Architecture, BinaryCrossEntropy, CellKind, ClassLoss, Clip, Decay, Ensemble, Error, Init,
    Loss, Member, Method, Named, Network, RmsProp, Scalar, Schedule, Sgd, SoftmaxCrossEntropy, SquaredError, Targets,
    Trainer, Truncation,
};

/// What all nets of a case have in common.
#[derive(Clone)]
struct Case {
    architecture: Architecture,
    truncation: Truncation,
    batch: usize,
    members: usize,
    masked: bool,
}

impl Case {
    fn new(architecture: Architecture, batch: usize, members: usize) -> Self {
        let truncation = Truncation::new(7, 7).unwrap();
        Self { architecture, truncation, batch, members, masked: false }
    }

    /// Trains copies of the same nets side by side and each alone, and compares all that can be seen of them.
    fn check<T: Scalar, L: Loss<T> + Clone>(&self, loss: impl Fn(usize) -> L, target: impl Fn(u32) -> L::Target) {
        let Self { architecture, truncation, batch, members, masked } = self;
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut side_by_side: Vec<_> = (0..*members)
            .map(|number| {
                let network = Network::<T>::drawn(architecture.clone(), Init::PyTorch, &mut rng).unwrap();
                trainer(network, loss(number), number, *truncation, *batch)
            })
            .collect();
        let mut alone = side_by_side.clone();
        let mut ensemble = Ensemble::new(architecture.clone(), *truncation, *batch).unwrap();
        let rows = truncation.window() * batch;
        for step in 0..5 {
            let mut word = || rng.next_u32();
            let inputs: Vec<Vec<T>> = (0..*members)
                .map(|_| {
                    (0..rows * architecture.input_size).map(|_| T::narrow(f64::from(word() % 8) / 4.0 - 1.0)).collect()
                })
                .collect();
            let columns = loss(0).targets(architecture.outputs);
            let classes = if columns == 1 { architecture.outputs.max(2) as u32 } else { 9 };
            let targets: Vec<Vec<L::Target>> =
                (0..*members).map(|_| (0..rows * columns).map(|_| target(word() % classes)).collect()).collect();
            let masks: Vec<Vec<bool>> =
                (0..*members).map(|member| (0..rows).map(|_| member % 5 != 3 && word() % 3 > 0).collect()).collect();
            let targets_of = |member: usize| {
                // Some have no mask, and one has nothing to score.
                if *masked && !member.is_multiple_of(4) {
                    Targets::masked(&targets[member], &masks[member])
                } else {
                    Targets::from(&targets[member])
                }
            };
            // Some come later, and are at another place of their series; some begin anew.
            let takes_part = |member: usize| step > 1 || !member.is_multiple_of(3);
            let begins = |member: usize| step == 3 && member.is_multiple_of(2);
            let mut together: Vec<_> = side_by_side
                .iter_mut()
                .enumerate()
                .filter(|(member, _)| takes_part(*member))
                .map(|(member, trainer)| {
                    if begins(member) {
                        trainer.begin_series();
                    }
                    Member { trainer, inputs: &inputs[member], targets: targets_of(member) }
                })
                .collect();
            let mut reports = ensemble.step(&mut together).iter();
            for (member, trainer) in alone.iter_mut().enumerate().filter(|(member, _)| takes_part(*member)) {
                if begins(member) {
                    trainer.begin_series();
                }
                let report = trainer.step(&inputs[member], targets_of(member)).unwrap();
                let of_ensemble = reports.next().unwrap().as_ref().unwrap();
                assert_eq!(
                    [of_ensemble.loss, of_ensemble.gradient_norm, of_ensemble.learning_rate].map(f64::to_bits),
                    [report.loss, report.gradient_norm, report.learning_rate].map(f64::to_bits),
                    "{architecture:?}, batch {batch}, member {member}, step {step}: {of_ensemble:?}, alone {report:?}"
                );
            }
            assert!(reports.next().is_none());
            for (member, (one, other)) in side_by_side.iter().zip(&alone).enumerate() {
                let what = format!("{architecture:?}, batch {batch}, member {member}, step {step}");
                assert_same(one, other, &what);
            }
        }
    }
}

/// Trainers differ in all that may differ.
fn trainer<T: Scalar, L: Loss<T>>(
    network: Network<T>,
    loss: L,
    number: usize,
    truncation: Truncation,
    batch: usize,
) -> Trainer<T, L> {
    let methods = [
        Method::Adagrad(Adagrad::default()),
        Method::Adam(Adam::default()),
        Method::Sgd(Sgd { momentum: 0.5, nesterov: true }),
        Method::RmsProp(RmsProp::default()),
        Method::AdamW(AdamW::default()),
        Method::Sgd(Sgd::default()),
    ];
    let clip = match number % 4 {
        0 => Clip::default(),
        1 => Clip { value: Some(0.01), norm: None },
        2 => Clip { value: None, norm: Some(0.1) },
        _ => Clip { value: Some(0.02), norm: Some(0.05) },
    };
    let decay = if number.is_multiple_of(2) { Decay::Step { steps: 2, factor: 0.5 } } else { Decay::Constant };
    Trainer::builder(network, loss)
        .optimizer(methods[number % methods.len()], 0.01 * (number + 1) as f64)
        .schedule(Schedule { warmup: number as u64 % 3, decay })
        .clip(clip)
        .truncation(truncation)
        .batch(batch)
        .generator(ChaCha8Rng::seed_from_u64(number as u64))
        .build()
        .unwrap()
}

/// Parameters, gradients, state, outputs, and what checkpoints have beside: the optimizer's memory and the generator.
fn assert_same<T: Scalar, L: Loss<T>>(one: &Trainer<T, L>, other: &Trainer<T, L>, what: &str) {
    let bits = |values: &[T]| values.iter().map(|value| value.widen().to_bits()).collect::<Vec<_>>();
    let of_outputs = |trainer: &Trainer<T, L>| bits(&trainer.scored_outputs().iter().copied().collect::<Vec<_>>());
    assert_eq!(of_outputs(one), of_outputs(other), "outputs of {what}");
    assert_eq!(bits(one.gradients()), bits(other.gradients()), "gradients of {what}");
    assert_eq!(bits(one.network.parameters()), bits(other.network.parameters()), "parameters of {what}");
    assert_eq!(bits(one.state().as_slice()), bits(other.state().as_slice()), "state of {what}");
    assert_eq!(one.state().is_at_start(), other.state().is_at_start(), "state of {what}");
    match (one.checkpoint(""), other.checkpoint("")) {
        (Ok(one), Ok(other)) => assert!(one == other, "checkpoint of {what}"),
        // Of numbers that are not finite there is none.
        (one, other) => assert_eq!(format!("{:?}", one.err()), format!("{:?}", other.err()), "checkpoint of {what}"),
    }
}

/// Nets of these sizes, of all cells, in several layers, with batches on all sides of a panel's borders.
fn of_sizes<T: Scalar>(sizes: &[usize]) {
    for (number, &cell) in CellKind::ALL.iter().enumerate() {
        for (&hidden, batch) in sizes.iter().zip([1, 5, 9, 17, 20].into_iter().cycle().skip(number)) {
            let one = Architecture::new(cell).input_size(1 + hidden % 3).hidden_size(hidden).outputs(2 + number % 2);
            Case::new(one.clone(), batch, 37).check::<T, _>(|_| SoftmaxCrossEntropy, |class| class);
            let stacked = one.num_layers(2).layer(CellKind::ALL[(number + 1) % 4], sizes[0]);
            Case::new(stacked, batch, 25).check::<T, _>(|_| SoftmaxCrossEntropy, |class| class);
        }
    }
}

#[test]
fn few_units() {
    of_sizes::<f32>(&[4, 1, 3, 2, 4]);
    of_sizes::<f64>(&[4, 3, 1, 4, 2]);
}

#[test]
fn many_units() {
    of_sizes::<f32>(&[5, 8, 17, 6, 12]);
    of_sizes::<f64>(&[7, 20, 5, 9, 16]);
}

#[test]
fn every_batch() {
    for batch in 1..=34 {
        let architecture = Architecture::new(CellKind::Gru).hidden_size(3).outputs(2);
        let case = Case::new(architecture, batch, 24);
        case.check::<f32, _>(|_| SoftmaxCrossEntropy, |class| class);
        case.check::<f64, _>(|_| SoftmaxCrossEntropy, |class| class);
    }
}

#[test]
fn any_number_of_members() {
    for members in 0..=35 {
        let architecture = Architecture::new(CellKind::Elman).hidden_size(4).outputs(2);
        Case::new(architecture, 5, members).check::<f32, _>(|_| SoftmaxCrossEntropy, |class| class);
    }
}

#[test]
fn windows_that_overlap_and_masks() {
    for &cell in CellKind::ALL {
        let architecture = Architecture::new(cell).hidden_size(3).outputs(3);
        let case = Case::new(architecture, 6, 39);
        for truncation in [
            Truncation::new(7, 3).unwrap(),
            Truncation::new(7, 7).unwrap().scoring_the_last_alone(),
            Truncation::new(7, 7).unwrap(),
            Truncation::new(5, 1).unwrap().scoring_the_last_alone(),
        ] {
            for masked in [false, true] {
                let case = Case { truncation, masked, ..case.clone() };
                case.check::<f32, _>(|_| SoftmaxCrossEntropy, |class| class);
                case.check::<f64, _>(|_| SoftmaxCrossEntropy, |class| class);
                case.check::<f32, _>(|_| SquaredError::<f64>::default(), |class| f64::from(class) / 8.0);
                case.check::<f32, _>(|_| BinaryCrossEntropy, |class| f64::from(class % 2));
                case.check::<f64, _>(|_| BinaryCrossEntropy, |class| f64::from(class % 2));
            }
        }
    }
}

/// A loss that no crate but this test knows.
#[derive(Clone, Debug)]
struct Absolute;

impl<T: Scalar> Loss<T> for Absolute {
    type Target = u32;

    fn targets(&self, _outputs: usize) -> usize {
        1
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, u32>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error> {
        d_outputs.fill(T::zero());
        let mut loss = 0.0;
        for (row, &target) in targets.values().iter().enumerate().filter(|(row, _)| targets.is_scored(*row)) {
            if target > 7 {
                return Err(Error::Class { position: row, class: target as usize, classes: 8 });
            }
            let difference = outputs[(row, 0)] - T::narrow(f64::from(target));
            d_outputs[(row, 0)] = difference.signum() / T::narrow(outputs.nrows() as f64);
            loss += difference.abs().widen() / outputs.nrows() as f64;
        }
        Ok(loss)
    }
}

#[test]
fn losses_of_every_kind() {
    let one = Case::new(Architecture::new(CellKind::Lstm).hidden_size(2).outputs(1), 5, 49);
    let three = Case::new(Architecture::new(CellKind::Gru).hidden_size(2).outputs(3), 5, 36);
    for masked in [false, true] {
        let (one, three) = (Case { masked, ..one.clone() }, Case { masked, ..three.clone() });
        one.check::<f32, _>(|_| Absolute, |class| class);
        three.check::<f64, _>(|_| Absolute, |class| class);
        three.check::<f32, _>(|_| SquaredError::<f64>::default(), |number| f64::from(number) / 3.0 - 1.0);
        three.check::<f64, _>(|_| SquaredError::<f32>::default(), |number| number as f32 / 3.0 - 1.0);
        // Of one output cross-entropy is always 0; so half of the nets are of one loss, half of the other.
        let losses = [ClassLoss::CrossEntropy, ClassLoss::SquaredError];
        one.check::<f32, _>(|number| losses[number % 2], |_| 0);
    }
}

fn small<T: Scalar>(seed: u64) -> Trainer<T, SoftmaxCrossEntropy> {
    let architecture = Architecture::new(CellKind::Elman).hidden_size(3).outputs(2);
    let network = Network::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
    trainer(network, SoftmaxCrossEntropy, seed as usize, Truncation::new(4, 4).unwrap(), 3)
}

/// A member that cannot make a step, or whose numbers are not finite, has what it has alone; the others too.
#[test]
fn what_is_wrong_with_one_is_nothing_to_the_others() {
    let architecture = Architecture::new(CellKind::Elman).hidden_size(3).outputs(2);
    let mut ensemble = Ensemble::<f32>::new(architecture.clone(), Truncation::new(4, 4).unwrap(), 3).unwrap();
    let mut side_by_side: Vec<_> = (0..24).map(small::<f32>).collect();
    // One whose net is another one, and one with other windows.
    side_by_side[2].network = Network::new(architecture.clone().hidden_size(2)).unwrap();
    let network = side_by_side[9].network.clone();
    side_by_side[9] = trainer(network, SoftmaxCrossEntropy, 0, Truncation::new(4, 2).unwrap(), 3);
    let mut alone = side_by_side.clone();
    let (good, targets) = ([0.5; 12], [1; 12]);
    let mut infinite = good;
    infinite[4] = f32::INFINITY;
    let mut not_a_number = good;
    not_a_number[1] = f32::NAN;
    let mut wrong = targets;
    wrong[3] = 2;
    for _ in 0..3 {
        let window = |number: usize| -> (&[f32], Targets<'_, u32>) {
            match number {
                3 => (&good[..11], Targets::from(&targets)),
                5 => (&infinite, Targets::from(&targets)),
                7 => (&good, Targets::from(&wrong)),
                8 => (&not_a_number, Targets::from(&targets)),
                11 => (&good, Targets::from(&targets[..5])),
                13 => (&good, Targets::masked(&targets, &[false; 12])),
                14 => (&good, Targets::masked(&targets, &[true; 11])),
                _ => (&good, Targets::from(&targets)),
            }
        };
        let mut members: Vec<_> = side_by_side
            .iter_mut()
            .enumerate()
            .map(|(number, trainer)| Member { trainer, inputs: window(number).0, targets: window(number).1 })
            .collect();
        let reports = ensemble.step(&mut members);
        let failed: Vec<_> = (0..24).filter(|&number| reports[number].is_err()).collect();
        assert_eq!(failed, [2, 3, 7, 11, 14]);
        for (number, (trainer, report)) in alone.iter_mut().zip(reports).enumerate() {
            let of_one = trainer.step(window(number).0, window(number).1);
            // Two that are not numbers are not equal.
            assert_eq!(format!("{of_one:?}"), format!("{report:?}"), "{number}");
        }
        for (number, (one, other)) in side_by_side.iter().zip(&alone).enumerate().filter(|(number, _)| *number != 2) {
            assert_same(one, other, &number.to_string());
        }
    }
}

#[test]
fn an_ensemble_of_nothing_is_refused() {
    let architecture = Architecture::new(CellKind::Elman).hidden_size(3);
    let truncation = Truncation::new(4, 4).unwrap();
    assert_eq!(Ensemble::<f32>::new(architecture.clone(), truncation, 0).err(), Some(Error::Zero { name: "batch" }));
    let nothing = Ensemble::<f32>::new(architecture.outputs(0), truncation, 1).err();
    assert_eq!(nothing, Some(Error::Zero { name: "outputs" }));
}

/// Nets with dropout draw from their own generators.
#[test]
fn dropout() {
    let architecture = Architecture::new(CellKind::Gru).hidden_size(3).num_layers(2).dropout(0.4).outputs(2);
    Case::new(architecture, 5, 17).check::<f32, _>(|_| SoftmaxCrossEntropy, |class| class);
}
