//! Whatever a caller gives, no public function panics, overflows or asks for more memory than there can be: the answer
//! is a value or a typed error of one line, and after an error nothing has changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
use proptest::prelude::*;
use proptest::sample::select;
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, AdagradPytorch, Adam, AdamW, Architecture, BinaryCrossEntropy, CellKind, Clip, Decay, Error, Init, Layer,
    Loss, Method, Named, Network, Optimizer, RmsProp, Scalar, Schedule, Sgd, SoftmaxCrossEntropy, SquaredError,
    Targets, Trainer, Truncation, accuracy, add_forget_bias, classes, one_hot,
};
use std::ops::Range;
use support::{check_error, check_memory};

/// A number that no allocation can have, and that overflows when two are multiplied.
const HUGE: usize = usize::MAX >> 14;
const INITS: [Init; 5] = [Init::Tutorial, Init::PyTorch, Init::Xavier, Init::Orthogonal, Init::Identity];

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![30 => 1..=4_usize, 1 => Just(0), 1 => select(vec![HUGE, usize::MAX / 2, usize::MAX - 1, usize::MAX])]
}

fn small() -> impl Strategy<Value = usize> {
    1..=3_usize
}

fn numbers() -> impl Strategy<Value = f64> {
    let special = vec![0.0, -0.0, 1.0, -1.0, 1e300, 1e-300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::EPSILON];
    prop_oneof![3 => 0.0..1.0, 2 => -3.0..3.0, 2 => select(special), 1 => prop::num::f64::ANY]
}

fn steps() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_u64, any::<u64>(), Just(u64::MAX)]
}

/// Empty, reversed, beyond the end, and right.
fn ranges() -> impl Strategy<Value = Range<usize>> {
    let place = || prop_oneof![8 => 0..=4_usize, 1 => Just(usize::MAX)];
    (place(), place()).prop_map(|(start, end)| start..end)
}

fn architectures<S: Strategy<Value = usize>>(
    size: impl Fn() -> S,
    dropout: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Architecture> {
    (
        select(CellKind::ALL),
        size(),
        size(),
        size(),
        dropout,
        size(),
        proptest::option::weighted(0.2, (select(CellKind::ALL), size())),
    )
        .prop_map(|(cell, input_size, hidden_size, num_layers, dropout, outputs, top)| {
            let net = Architecture::new(cell).input_size(input_size).hidden_size(hidden_size).num_layers(num_layers);
            let net = net.dropout(dropout).outputs(outputs);
            match top {
                None => net,
                Some((cell, hidden_size)) => net.layer(cell, hidden_size),
            }
        })
}

fn small_architectures() -> impl Strategy<Value = Architecture> {
    architectures(small, select(vec![0.0, 0.5]))
}

/// Two nets that are often alike in all but one thing.
fn pairs() -> impl Strategy<Value = [Architecture; 2]> {
    (small_architectures(), small_architectures(), 0..8).prop_map(|(a, b, kind)| {
        let like_a = match kind {
            0 => b,
            1 => {
                let cell = b.layers[0].cell;
                let layers = a.layers.iter().map(|layer| Layer { cell, ..*layer }).collect();
                Architecture { layers, ..a.clone() }
            }
            2 => a.clone().num_layers(b.layers.len()),
            3 => a.clone().hidden_size(b.layers[0].hidden_size),
            4 => a.clone().dropout(b.dropout),
            _ => a.clone(),
        };
        [a, like_a]
    })
}

/// Numbers that compare equal where they are not numbers, too.
fn bits<T: Scalar>(values: &[T]) -> Vec<u64> {
    values.iter().map(|value| value.widen().to_bits()).collect()
}

fn state_size(architecture: &Architecture) -> usize {
    let of_layer = |layer: &Layer| layer.hidden_size * if layer.cell == CellKind::Lstm { 2 } else { 1 };
    architecture.layers.iter().map(of_layer).sum()
}

/// A net of random parameters, among them what is no finite number if `numbers` has such.
fn filled<T: Scalar>(architecture: Architecture, numbers: &[f64]) -> Network<T> {
    let mut network = Network::new(architecture).unwrap();
    let mut numbers = numbers.iter().cycle();
    network.parameters_mut().fill_with(|| T::narrow(*numbers.next().unwrap()));
    network
}

fn some<T: Scalar>(numbers: &[f64], length: usize) -> Vec<T> {
    numbers.iter().cycle().take(length).map(|&number| T::narrow(number)).collect()
}

/// As it should be with most, else a little longer or shorter or empty.
fn length(right: usize, change: usize) -> usize {
    match change {
        0 => right + 1,
        1 => right.saturating_sub(1),
        2 => 0,
        _ => right,
    }
}

/// Checks an answer's error, and whether there had to be one.
fn check<T>(what: &str, answer: Result<T, Error>, right: bool) {
    match answer {
        Ok(_) => assert!(right, "{what}: this had to be refused"),
        Err(error) => {
            assert!(!right, "{what}: {error}");
            check_error(&error);
        }
    }
}

/// A loss of the caller's own, with any number of targets.
struct Own(usize);

impl<T: Scalar> Loss<T> for Own {
    type Target = u8;

    fn targets(&self, _outputs: usize) -> usize {
        self.0
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, u8>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error> {
        assert_eq!(targets.values().len(), outputs.nrows() * self.0);
        assert_eq!(outputs.shape(), d_outputs.shape());
        Ok(1.0)
    }
}

fn made_or_refused<T: Scalar>(architecture: Architecture, steps: usize, batch: usize, bias: f64) {
    let Architecture { input_size, ref layers, dropout, outputs } = architecture;
    let (fits, num_layers) = (|size: usize| size <= 4, layers.len());
    let widths = layers.iter().map(|layer| layer.hidden_size);
    let sizes: Vec<usize> = widths.chain([input_size, outputs]).collect();
    let sound = sizes.iter().all(|&size| size > 0)
        && (1..=Architecture::MOST_LAYERS).contains(&num_layers)
        && (0.0..1.0).contains(&dropout);
    check("check", architecture.check(), sound);
    let made = Network::<T>::new(architecture.clone());
    check("a net", made.as_ref().map_err(Clone::clone), sound && sizes.into_iter().all(fits));
    let Ok(mut network) = made else { return };

    check("a tape", network.tape(steps, batch), steps > 0 && batch > 0 && fits(steps) && fits(batch));
    check("a state", network.zero_state(batch), batch > 0 && fits(batch));
    check("gradients", network.gradients(steps, batch), steps > 0 && batch > 0 && fits(steps) && fits(batch));
    check("a truncation", Truncation::new(steps, batch), (1..=steps).contains(&batch));
    if let Ok(truncation) = Truncation::new(steps, batch) {
        for first in [true, false] {
            assert!(!truncation.scored(first).is_empty());
            assert_eq!(truncation.scoring_the_last_alone().scored(first).len(), 1);
        }
    }
    let sgd = || Trainer::builder(network.clone(), SoftmaxCrossEntropy).optimizer(Sgd::default(), 0.1).batch(batch);
    let generator = ChaCha8Rng::seed_from_u64(0);
    check(
        "a trainer",
        sgd().window(steps).build(),
        steps > 0 && batch > 0 && fits(steps) && fits(batch) && dropout == 0.0,
    );
    let with_generator = sgd().window(steps).generator(generator).build();
    check("a trainer with a generator", with_generator, steps > 0 && batch > 0 && fits(steps) && fits(batch));
    check("a trainer without windows", sgd().build(), false);
    for init in INITS {
        init.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert!(network.parameters().iter().all(|parameter| parameter.is_finite()));
        let written = network.to_safetensors(&Default::default()).unwrap();
        let read = Network::<T>::from_safetensors(&written).unwrap();
        assert_eq!((read.architecture(), read.parameters()), (&architecture, network.parameters()));
    }
    let finite = T::narrow(bias).is_finite();
    check(
        "a forget bias",
        add_forget_bias(&mut network, bias),
        layers.iter().any(|layer| layer.cell == CellKind::Lstm) && finite,
    );
}

/// Everything that a net does on buffers which may be another's.
#[derive(Debug, Clone)]
struct Mixed {
    nets: [Architecture; 2],
    /// Which net made the tape, the state and the gradients, and for how many steps and rows.
    tape: (usize, usize, usize),
    state: (usize, usize),
    gradients: (usize, usize, usize),
    /// What is wrong with the lengths of inputs and targets.
    lengths: (usize, usize),
    range: Range<usize>,
    steps: usize,
    classes: Vec<u32>,
    numbers: Vec<f64>,
}

fn mixed() -> impl Strategy<Value = Mixed> {
    let of = || prop::bool::weighted(0.3).prop_map(usize::from);
    let (batch, batches) = (small(), || prop_oneof![4 => Just(0), 1 => small()]);
    let tape = (of(), prop_oneof![2 => Just(1), 1 => small()], batch);
    // 0 is for the tape's own number of rows or steps.
    let others = ((of(), batches()), (of(), batches(), batches()));
    let values = (
        prop::collection::vec(prop_oneof![9 => 0..3_u32, 1 => any::<u32>()], 1..9),
        prop::collection::vec(numbers(), 1..40),
    );
    (pairs(), tape, others, (0..12_usize, 0..12_usize), ranges(), prop_oneof![0..5_usize, Just(usize::MAX)], values)
        .prop_map(|(nets, tape, ((state_of, state_rows), gradients), lengths, range, steps, (classes, numbers))| {
            let or = |size: usize, own: usize| if size == 0 { own } else { size };
            let state = (state_of, or(state_rows, tape.2));
            let gradients = (gradients.0, or(gradients.1, tape.1), or(gradients.2, tape.2));
            Mixed { nets, tape, state, gradients, lengths, range, steps, classes, numbers }
        })
}

fn any_buffers<T: Scalar>(case: &Mixed) {
    let nets = case.nets.clone().map(|architecture| filled::<T>(architecture, &case.numbers));
    let network = &nets[0];
    let architecture = network.architecture();
    let (tape_of, window, batch) = case.tape;
    let mut tape = nets[tape_of].tape(window, batch).unwrap();
    let mut state = nets[case.state.0].zero_state(case.state.1).unwrap();
    let of_state = some(&case.numbers, state.as_slice().len());
    state.as_mut_slice().copy_from_slice(&of_state);
    let mut gradients = nets[case.gradients.0].gradients(case.gradients.1, case.gradients.2).unwrap();

    let own_tape = nets[tape_of].architecture() == architecture;
    let other = &case.nets[case.state.0];
    let own_state = state_size(other) == state_size(architecture) && case.state.1 == batch;
    let in_window = case.range.start < case.range.end && case.range.end <= window;
    let inputs_len = length(window * batch * architecture.input_size, case.lengths.0);
    let inputs: Vec<T> = some(&case.numbers, inputs_len);
    let own_inputs = inputs_len == window * batch * architecture.input_size;

    nets[1].draw_dropout(&mut tape, &mut ChaCha8Rng::seed_from_u64(3));
    network.draw_dropout(&mut tape, &mut ChaCha8Rng::seed_from_u64(3));
    let forward = network.forward(&inputs, &state, &mut tape);
    check("forward", forward, own_tape && own_inputs && own_state);
    let read = network.read_out(case.range.clone(), &mut tape).map(|outputs| {
        assert_eq!(outputs.shape(), (case.range.len() * batch, architecture.outputs));
        assert!(classes(&outputs).all(|class| class < architecture.outputs));
    });
    check("read_out", read, own_tape && in_window);

    let (of_own_net, rows) = (state_size(other) == state_size(architecture), case.state.1);
    check("stream_from", network.stream_from(state.clone()), of_own_net && rows == 1);
    let finite = state.as_slice().iter().all(|number| number.is_finite());
    let count = case.steps as u64;
    let written = network.state_to_safetensors(&state, count);
    check("a state's file", written.as_ref().map_err(Clone::clone), of_own_net && finite && count < 1 << 63);
    if let Ok(written) = written {
        assert_eq!(network.state_from_safetensors(rows, &written), Ok((state.clone(), count)));
        for rows in [0, HUGE, usize::MAX] {
            check("a state of other rows", network.state_from_safetensors(rows, &written), false);
        }
    }

    let before = bits(state.as_slice());
    let streamed = network.step(&inputs, &mut state, &mut tape).map(|outputs| outputs.len());
    assert!(streamed.as_ref().is_err() || streamed == Ok(batch * architecture.outputs));
    assert!(streamed.is_ok() || bits(state.as_slice()) == before);
    check("step", streamed, own_tape && own_inputs && own_state && window == 1);

    let before = bits(state.as_slice());
    let copied = network.copy_state(&tape, case.steps, &mut state);
    assert!(copied.is_ok() || bits(state.as_slice()) == before);
    check("copy_state", copied, own_tape && own_state && case.steps <= window);

    network.draw_dropout(&mut tape, &mut ChaCha8Rng::seed_from_u64(4));
    let right = own_tape && own_inputs && own_state && in_window;
    let targets_len = length(window * batch, case.lengths.1);
    let classes: Vec<u32> = case.classes.iter().copied().cycle().take(targets_len).collect();
    let scored = network.loss(&inputs, &classes, case.range.clone(), &state, &SoftmaxCrossEntropy, &mut tape);
    let counted = if in_window { case.range.start * batch..case.range.end * batch } else { 0..0 };
    let are_classes = |rows: &[u32]| rows.iter().all(|&class| (class as usize) < architecture.outputs);
    let right_targets = targets_len == window * batch && are_classes(&classes[counted]);
    check("cross-entropy", scored, right && right_targets);

    let targets_len = length(window * batch * architecture.outputs, case.lengths.1);
    let numbers: Vec<f64> = some(&case.numbers, targets_len);
    let scored = network.loss(&inputs, &numbers, case.range.clone(), &state, &SquaredError::default(), &mut tape);
    check("squared error", scored, right && targets_len == window * batch * architecture.outputs);

    for (rows, fits) in [(window * batch, true), (window * batch + 1, false), (0, window * batch == 0)] {
        let mask: Vec<bool> = (0..rows).map(|row| row % 3 == 0).collect();
        let targets = Targets::masked(&numbers, &mask);
        let scored = network.loss(&inputs, targets, case.range.clone(), &state, &SquaredError::default(), &mut tape);
        check("a mask", scored, right && fits && targets_len == window * batch * architecture.outputs);
    }

    for columns in [0, 2, usize::MAX] {
        let own = Own(columns);
        let targets = vec![0; length(window * batch * columns.min(2), case.lengths.1)];
        let right_targets = columns <= 2 && targets.len() == window * batch * columns;
        let scored = network.loss(&inputs, &targets, case.range.clone(), &state, &own, &mut tape);
        check("a loss of the caller's", scored, right && right_targets);
    }

    let made_for = &case.nets[case.gradients.0];
    let backward = network.backward(&tape, &mut gradients).map(|values| values.len());
    assert!(backward.as_ref().is_err() || backward == Ok(network.parameters().len()));
    let (_, rows, rows_of_step) = case.gradients;
    if made_for == architecture {
        check("backward", backward, own_tape && rows * rows_of_step == window * batch && rows_of_step == batch);
    } else if let Err(error) = backward {
        check_error(&error);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_sizes(
        architecture in architectures(sizes, prop_oneof![2 => select(vec![0.0, 0.5]), 1 => numbers()]),
        steps in sizes(),
        batch in sizes(),
        bias in numbers(),
    ) {
        made_or_refused::<f32>(architecture.clone(), steps, batch, bias);
        made_or_refused::<f64>(architecture, steps, batch, bias);
        check_memory();
    }

    #[test]
    fn any_buffers_and_lengths_and_ranges(case in mixed()) {
        any_buffers::<f32>(&case);
        any_buffers::<f64>(&case);
    }

    #[test]
    fn any_training(case in mixed(), stride in small(), swapped in prop::bool::weighted(0.1), loss in 0..3) {
        if loss == 0 {
            let targets = |length: usize| case.classes.iter().copied().cycle().take(length).collect();
            any_training_with::<f32, _>(&case, stride, swapped, SoftmaxCrossEntropy, targets);
        } else if loss == 1 {
            let targets = |length| some(&case.numbers, length);
            any_training_with::<f32, _>(&case, stride, swapped, BinaryCrossEntropy, targets);
        } else {
            any_training_with::<f64, _>(&case, stride, swapped, SquaredError::<f64>::default(), |length| some(&case.numbers, length));
        }
    }

    #[test]
    fn any_matrices_to_a_loss(
        shapes in prop::array::uniform2((0..=3_usize, 0..=3_usize)),
        targets in 0..=9_usize,
        alike in any::<bool>(),
        classes in prop::collection::vec(prop_oneof![9 => 0..3_u32, 1 => any::<u32>()], 9),
        numbers in prop::collection::vec(numbers(), 18),
    ) {
        any_matrices::<f32>(shapes, targets, alike, &classes, &numbers);
        any_matrices::<f64>(shapes, targets, alike, &classes, &numbers);
    }

    #[test]
    fn any_optimizer(
        kind in 0..6_usize,
        constants in prop::array::uniform4(numbers()),
        nesterov in any::<bool>(),
        rate in numbers(),
        (clip, schedule) in (prop::array::uniform2(prop::option::of(numbers())), (steps(), steps(), numbers(), 0..3_usize)),
        (parameters, given) in (sizes(), prop::array::uniform2(0..=4_usize)),
        numbers in prop::collection::vec(numbers(), 8),
    ) {
        let [a, b, c, d] = constants;
        let method = match kind {
            0 => Method::Sgd(Sgd { momentum: a, nesterov }),
            1 => Method::Adagrad(Adagrad::default()),
            5 => Method::AdagradPytorch(AdagradPytorch { epsilon: b }),
            2 => Method::RmsProp(RmsProp { rms_decay: a, epsilon: b }),
            3 => Method::Adam(Adam { beta1: a, beta2: b, epsilon: c }),
            _ => Method::AdamW(AdamW { beta1: a, beta2: b, epsilon: c, weight_decay: d }),
        };
        let (warmup, decay_steps, factor, decay) = schedule;
        let decay = match decay {
            0 => Decay::Constant,
            1 => Decay::Step { steps: decay_steps, factor },
            _ => Decay::Cosine { steps: decay_steps, factor },
        };
        let schedule = Schedule { warmup, decay };
        for step in [0, 1, warmup, decay_steps, u64::MAX] {
            let factor = schedule.factor(step);
            prop_assert!(schedule.check().is_err() || (0.0..=1.0).contains(&factor), "{} at {}", factor, step);
        }
        let clip = Clip { value: clip[0], norm: clip[1] };
        any_optimizer_of::<f32>(method, rate, schedule, clip, parameters, given, &numbers);
        any_optimizer_of::<f64>(method, rate, schedule, clip, parameters, given, &numbers);
        check_memory();
    }

    #[test]
    fn any_classes_as_one_hot(
        classes in prop::collection::vec(prop_oneof![9 => 0..3_u32, 1 => any::<u32>()], 0..4),
        num_classes in sizes(),
        change in 0..9_usize,
    ) {
        let right = classes.len().checked_mul(num_classes).filter(|&count| count <= 16);
        let mut inputs = vec![7.0_f32; length(right.unwrap_or(5), change)];
        let written = one_hot(&classes, num_classes, &mut inputs);
        prop_assert!(written.is_ok() || inputs.iter().all(|&x| x == 7.0));
        let are_classes = classes.iter().all(|&class| (class as usize) < num_classes);
        check("one_hot", written, right == Some(inputs.len()) && are_classes);
    }
}

/// Training on buffers and lengths of all kinds, also where the caller has put another net in the trainer.
fn any_training_with<T: Scalar, L: Loss<T> + Clone>(
    case: &Mixed,
    stride: usize,
    swapped: bool,
    loss: L,
    targets: impl Fn(usize) -> Vec<L::Target>,
) {
    let (_, window, batch) = case.tape;
    let nets = case.nets.clone().map(|architecture| filled::<T>(architecture, &case.numbers));
    let Ok(truncation) = Truncation::new(window, stride) else { return };
    let trainer =
        Trainer::builder(nets[0].clone(), loss.clone()).optimizer(Adam::default(), 0.01).truncation(truncation);
    let mut trainer = trainer.batch(batch).generator(ChaCha8Rng::seed_from_u64(0)).build().unwrap();
    if swapped {
        trainer.network = nets[1].clone();
    }
    let architecture = trainer.network.architecture().clone();
    let mut state = nets[case.state.0].zero_state(case.state.1).unwrap();
    let inputs: Vec<T> = some(&case.numbers, length(window * batch * architecture.input_size, case.lengths.0));
    let targets = targets(length(window * batch * loss.targets(architecture.outputs), case.lengths.1));
    let own = trainer.loss(&inputs, &targets, case.range.clone(), &state);
    own.err().iter().for_each(check_error);
    for _ in 0..2 {
        let before = (bits(trainer.network.parameters()), bits(state.as_slice()));
        let scored = trainer.loss(&inputs, &targets, truncation.scored(state.is_at_start()), &state);
        let stepped = trainer.step_with(&inputs, &targets, &mut state);
        assert_eq!(scored.is_ok(), stepped.is_ok());
        match stepped {
            Ok(report) if report.loss.is_finite() => {}
            // What is no loss is not trained on; what is an error does not move the state either.
            stepped => {
                assert_eq!(bits(trainer.network.parameters()), before.0);
                assert!(stepped.is_ok() || bits(state.as_slice()) == before.1);
                stepped.err().iter().for_each(check_error);
            }
        }
    }
    trainer.outputs(&inputs, &state).err().iter().for_each(check_error);
    assert!(trainer.gradients().len() == nets[0].parameters().len());
    // The trainer's own state may be swapped for another's.
    let copied = trainer.state_mut().copy_from(&state);
    copied.err().iter().for_each(check_error);
    let written = trainer.checkpoint("note");
    written.as_ref().err().iter().copied().for_each(check_error);
    if let Ok(bytes) = written {
        let restored = trainer.restore(&bytes);
        assert_eq!(restored, Ok("note".to_owned()));
    }
}

fn any_matrices<T: Scalar>(
    [of_outputs, of_derivatives]: [(usize, usize); 2],
    targets: usize,
    alike: bool,
    classes: &[u32],
    numbers: &[f64],
) {
    let of_derivatives = if alike { of_outputs } else { of_derivatives };
    let matrix = |(rows, columns): (usize, usize), skip: usize| {
        DMatrix::from_iterator(rows, columns, numbers[skip..].iter().take(rows * columns).map(|&x| T::narrow(x)))
    };
    let (outputs, mut derivatives) = (matrix(of_outputs, 0), matrix(of_derivatives, 9));
    let same = of_derivatives == of_outputs;

    let (rows, columns) = of_outputs;
    for count in [targets, rows] {
        let classes = &classes[..count];
        let loss = SoftmaxCrossEntropy.evaluate(&outputs.as_view(), classes.into(), &mut derivatives.as_view_mut());
        let are_classes = classes.iter().all(|&class| (class as usize) < columns);
        check("cross-entropy", loss, same && count == rows && are_classes);
        check("accuracy", accuracy(&outputs.as_view(), classes), count == rows && are_classes);
    }
    for count in [targets, rows * columns] {
        let loss = SquaredError::<f64>::default();
        let loss = loss.evaluate(&outputs.as_view(), numbers[..count].into(), &mut derivatives.as_view_mut());
        check("squared error", loss, same && count == rows * columns);
    }
    assert_eq!(rnn_core::classes(&outputs.as_view()).count(), rows);
}

fn any_optimizer_of<T: Scalar>(
    method: Method,
    rate: f64,
    schedule: Schedule,
    clip: Clip,
    parameters: usize,
    given: [usize; 2],
    numbers: &[f64],
) {
    let checks = (method.check::<T>(), Optimizer::<T>::check_learning_rate(rate), schedule.check(), clip.check::<T>());
    let sound = checks.0.is_ok() && checks.1.is_ok() && checks.2.is_ok() && checks.3.is_ok();
    let made = Optimizer::<T>::new(method, rate, parameters)
        .and_then(|optimizer| optimizer.with_schedule(schedule))
        .and_then(|optimizer| optimizer.with_clip(clip));
    // Without momentum nothing is remembered, however many parameters there are.
    let plain = matches!(method, Method::Sgd(Sgd { momentum: 0.0, .. }));
    check("an optimizer", made.as_ref().map_err(Clone::clone), sound && (plain || parameters <= 4));
    let Ok(mut optimizer) = made else { return };
    for lengths in [given, [parameters.min(4); 2]] {
        let (mut stepped, mut gradients): (Vec<T>, Vec<T>) =
            (some(numbers, lengths[0]), some(&numbers[4..], lengths[1]));
        let before = (bits(&stepped), bits(&gradients), optimizer.learning_rate());
        let answer = optimizer.step(&mut stepped, &mut gradients);
        assert!(answer.is_ok() || (bits(&stepped), bits(&gradients), optimizer.learning_rate()) == before);
        check("a step", answer, lengths == [parameters; 2]);
    }
}

/// Nets of equally many parameters whose buffers nevertheless are not alike.
#[test]
fn gradients_of_a_net_with_as_many_parameters_are_refused() {
    let sizes = || 1..=4_usize;
    let all = CellKind::ALL.iter().copied().flat_map(|cell| {
        sizes().flat_map(move |input| {
            sizes().flat_map(move |hidden| {
                sizes().flat_map(move |outputs| {
                    let one = Architecture::new(cell).input_size(input).hidden_size(hidden).outputs(outputs);
                    (1..=2).map(move |num_layers| one.clone().num_layers(num_layers))
                })
            })
        })
    });
    let nets: Vec<_> = all.map(|architecture| Network::<f32>::new(architecture).unwrap()).collect();
    let mut refused = 0;
    for network in &nets {
        let tape = network.tape(2, 2).unwrap();
        for other in nets.iter().filter(|other| other.parameters().len() == network.parameters().len()) {
            let alike = other.architecture() == network.architecture();
            let mut gradients = other.gradients(2, 2).unwrap();
            check("backward", network.backward(&tape, &mut gradients), alike);
            refused += usize::from(!alike);
        }
    }
    assert!(refused > 1000);
}
