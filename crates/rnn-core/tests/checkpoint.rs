//! Checkpoints: training goes on from one bit by bit, and one of another training or a damaged one is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Adam, AdamW, Architecture, CellKind, Clip, Decay, Error, Init, Layer, Method, Named, Network, Report,
    RmsProp, Scalar, Schedule, Sgd, SoftmaxCrossEntropy, Trainer, Truncation,
};
use safetensors::tensor::{SafeTensors, TensorView, serialize};

/// Everything that a checkpoint must know again.
#[derive(Debug, Clone)]
struct Setting {
    architecture: Architecture,
    method: Method,
    learning_rate: f64,
    schedule: Schedule,
    clip: Clip,
    window: usize,
    stride: usize,
    last_alone: bool,
    batch: usize,
}

fn setting(cell: CellKind, method: Method) -> Setting {
    let architecture = Architecture::new(cell).hidden_size(3).num_layers(2).dropout(0.3).outputs(2);
    // At the checkpoint the warm-up is over and the decay is under way.
    let schedule = Schedule { warmup: 3, decay: Decay::Cosine { steps: 10, factor: 0.1 } };
    let clip = Clip { value: None, norm: Some(0.5) };
    let (window, stride) = (6, 4);
    Setting { architecture, method, learning_rate: 0.05, schedule, clip, window, stride, last_alone: false, batch: 2 }
}

/// A training: all that a step changes.
struct Training<T> {
    trainer: Trainer<T, SoftmaxCrossEntropy>,
    rng: ChaCha8Rng,
}

impl<T: Scalar> Training<T> {
    /// All parameters 0, and generators at their starts.
    fn new(setting: &Setting) -> Self {
        let Setting { architecture, method, learning_rate, schedule, clip, window, stride, last_alone, batch } =
            setting.clone();
        let truncation = Truncation::new(window, stride).unwrap();
        let truncation = if last_alone { truncation.scoring_the_last_alone() } else { truncation };
        let trainer = Trainer::builder(Network::new(architecture).unwrap(), SoftmaxCrossEntropy)
            .optimizer(method, learning_rate)
            .schedule(schedule)
            .clip(clip)
            .truncation(truncation)
            .batch(batch)
            .generator(ChaCha8Rng::seed_from_u64(1));
        Self { trainer: trainer.build().unwrap(), rng: ChaCha8Rng::seed_from_u64(0) }
    }

    /// The same under way: five steps from random parameters.
    fn under_way(setting: &Setting) -> Self {
        let mut training = Self::new(setting);
        Init::PyTorch.apply(&mut training.trainer.network, &mut training.rng).unwrap();
        training.steps(setting, 5);
        training
    }

    /// The same at another place, so that whatever a refused checkpoint would change is seen.
    fn another(setting: &Setting) -> Self {
        let mut training = Self::under_way(setting);
        training.steps(setting, 3);
        training
    }

    /// Steps on windows that the generator draws.
    fn steps(&mut self, setting: &Setting, count: usize) -> Vec<Report> {
        let values = setting.window * setting.batch;
        let mut step = || {
            let targets: Vec<u32> = (0..values).map(|_| self.rng.random_range(0..2)).collect();
            let inputs = targets.iter().cycle().take(values * setting.architecture.input_size);
            let inputs: Vec<T> = inputs.map(|&class| T::narrow(f64::from(class))).collect();
            self.trainer.step(&inputs, &targets).unwrap()
        };
        (0..count).map(|_| step()).collect()
    }

    fn checkpoint(&self) -> Vec<u8> {
        self.trainer.checkpoint("").unwrap()
    }

    /// The error of a checkpoint that must be refused, which changes nothing.
    fn refusal(&mut self, bytes: &[u8]) -> Error {
        let before = self.checkpoint();
        let error = self.trainer.restore(bytes).unwrap_err();
        assert_eq!(self.checkpoint(), before, "{error}");
        error
    }
}

fn methods() -> [Method; 7] {
    let sgd = |momentum, nesterov| Method::Sgd(Sgd { momentum, nesterov });
    [
        sgd(0.9, false),
        sgd(0.9, true),
        Method::Sgd(Sgd::default()),
        Method::Adagrad(Adagrad::default()),
        Method::RmsProp(RmsProp::default()),
        Method::Adam(Adam::default()),
        Method::AdamW(AdamW::default()),
    ]
}

fn goes_on<T: Scalar>(setting: &Setting) {
    let mut first = Training::<T>::under_way(setting);
    // The caller's note is the place for where generators are.
    let places = [first.rng.get_word_pos(), first.trainer.generator().unwrap().get_word_pos()];
    let note = places.map(|place| place.to_string()).join(" ");
    let bytes = first.trainer.checkpoint(&note).unwrap();

    let mut second = Training::<T>::new(setting);
    assert_eq!(second.trainer.restore(&bytes).as_deref(), Ok(&*note));
    second.rng.set_word_pos(places[0]);
    second.trainer.generator_mut().unwrap().set_word_pos(places[1]);
    assert_eq!(second.trainer.checkpoint(&note).unwrap(), bytes);

    let reports = first.steps(setting, 7);
    assert_eq!(second.steps(setting, 7), reports);
    assert_eq!(second.trainer.network.parameters(), first.trainer.network.parameters());
    assert_eq!(second.trainer.state(), first.trainer.state());
    assert_eq!(second.checkpoint(), first.checkpoint());
    assert!(reports.iter().all(|report| report.loss.is_finite() && report.learning_rate < setting.learning_rate));
}

#[test]
fn training_goes_on_bit_by_bit() {
    for &cell in CellKind::ALL {
        for method in methods() {
            goes_on::<f32>(&setting(cell, method));
            goes_on::<f64>(&setting(cell, method));
        }
    }
}

/// The same seven steps from a start that forgets one thing are other steps: what the test above compares does differ.
#[test]
fn the_state_the_memory_and_the_schedule_are_all_needed() {
    let setting = setting(CellKind::Lstm, Method::Adam(Adam::default()));
    let bytes = Training::<f64>::under_way(&setting).checkpoint();
    let restored = || {
        let mut training = Training::<f64>::new(&setting);
        training.trainer.restore(&bytes).unwrap();
        training
    };
    let right = restored().steps(&setting, 7);

    let mut without_state = restored();
    without_state.trainer.state_mut().as_mut_slice().fill(0.0);
    assert_ne!(without_state.steps(&setting, 7), right);

    let mut without_optimizer = Training::<f64>::new(&setting);
    without_optimizer.trainer.network = restored().trainer.network;
    without_optimizer.trainer.state_mut().copy_from(restored().trainer.state()).unwrap();
    assert_ne!(without_optimizer.steps(&setting, 7), right);
}

/// One setting is another's: refused, with its name.
#[test]
fn a_checkpoint_of_another_training_is_refused_by_name() {
    let own = setting(CellKind::Gru, Method::Adam(Adam::default()));
    let of = |change: &dyn Fn(&mut Architecture)| {
        let mut architecture = own.architecture.clone();
        change(&mut architecture);
        Setting { architecture, ..own.clone() }
    };
    let decay = Decay::Cosine { steps: 11, factor: 0.1 };
    let others: [(&str, Setting); 15] = [
        ("cell", of(&|a| a.layers = vec![Layer { cell: CellKind::Lstm, hidden_size: 3 }; 2])),
        ("input_size", of(&|a| a.input_size = 2)),
        ("hidden_size", of(&|a| a.layers[1].hidden_size = 4)),
        ("num_layers", of(&|a| a.layers.truncate(1))),
        ("dropout", of(&|a| a.dropout = 0.2)),
        ("outputs", of(&|a| a.outputs = 3)),
        ("method", Setting { method: Method::AdamW(AdamW::default()), ..own.clone() }),
        ("method", Setting { method: Method::Adam(Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }), ..own.clone() }),
        ("learning_rate", Setting { learning_rate: 0.06, ..own.clone() }),
        ("schedule", Setting { schedule: Schedule { decay, ..own.schedule }, ..own.clone() }),
        ("clip", Setting { clip: Clip { value: None, norm: None }, ..own.clone() }),
        ("batch", Setting { batch: 3, ..own.clone() }),
        ("truncation", Setting { window: 7, ..own.clone() }),
        ("truncation", Setting { stride: 5, ..own.clone() }),
        ("truncation", Setting { last_alone: true, ..own.clone() }),
    ];
    let bytes = Training::<f32>::under_way(&own).checkpoint();
    for (name, other) in others {
        let error = Training::<f32>::another(&other).refusal(&bytes);
        assert!(matches!(&error, Error::Metadata { key, .. } if key == name), "{name}: {error}");
        assert!(error.to_string().starts_with(&format!("`{name}` is ")), "{error}");
    }
    let error = Training::<f64>::another(&own).refusal(&bytes);
    assert!(error.to_string().starts_with("`dtype` is \"F32\""), "{error}");
    // A file of weights is none.
    let weights = Training::<f32>::under_way(&own).trainer.network.to_safetensors(&Default::default()).unwrap();
    assert_eq!(Training::<f32>::another(&own).refusal(&weights), Error::NoCheckpoint);
}

#[test]
fn a_checkpoint_that_is_cut_is_refused() {
    let own = setting(CellKind::Lstm, Method::Adam(Adam::default()));
    let bytes = Training::<f32>::under_way(&own).checkpoint();
    let mut training = Training::<f32>::another(&own);
    for length in 0..bytes.len() {
        assert!(matches!(training.refusal(&bytes[..length]), Error::NotSafetensors { .. }), "{length} bytes");
    }
    assert!(matches!(training.refusal(&[&*bytes, &[0]].concat()), Error::NotSafetensors { .. }));
}

/// A bit that turns over in a number or in the note leaves a file that can be read and is another.
#[test]
fn a_checkpoint_with_a_changed_bit_is_refused() {
    let own = setting(CellKind::Gru, Method::Adam(Adam::default()));
    let mut training = Training::<f32>::under_way(&own);
    let bytes = training.trainer.checkpoint("the note").unwrap();
    let data = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    // The lowest bits of the numbers, which leave them finite.
    for place in (data..bytes.len()).step_by(4) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert_eq!(training.refusal(&changed), Error::Damaged, "byte {place}");
    }
    let note = bytes.windows(8).position(|part| part == b"the note").unwrap();
    let mut changed = bytes.clone();
    changed[note..note + 3].copy_from_slice(b"The");
    assert_eq!(training.refusal(&changed), Error::Damaged);
}

/// The same file with another tensor in the place of one.
fn with_tensor(bytes: &[u8], name: &str, change: impl Fn(&mut String, &mut Vec<usize>, &mut Vec<u8>)) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let file = SafeTensors::deserialize(bytes).unwrap();
    let tensors = file.iter().map(|(own, view)| {
        let (mut own, mut shape, mut data) = (own.to_owned(), view.shape().to_vec(), view.data().to_vec());
        if own == name {
            change(&mut own, &mut shape, &mut data);
        }
        (own, view.dtype(), shape, data)
    });
    let tensors: Vec<_> = tensors.collect();
    let views = tensors.iter().map(|(name, dtype, s, data)| (name, TensorView::new(*dtype, s.clone(), data).unwrap()));
    serialize(views, metadata.metadata().clone()).unwrap()
}

#[test]
fn what_is_no_number_is_refused_on_both_sides() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let own = setting(CellKind::Gru, Method::RmsProp(RmsProp::default()));
        let bytes = Training::<f32>::under_way(&own).checkpoint();
        let is_refused = |error, tensor: &str| match error {
            Error::NotFinite { name, position: 5, value: found } => {
                name == tensor && found.to_bits() == f64::from(value).to_bits()
            }
            _ => false,
        };
        for tensor in ["parameters", "state", "optimizer.accumulator"] {
            let changed = with_tensor(&bytes, tensor, |_, _, data| data[20..24].copy_from_slice(&value.to_le_bytes()));
            assert!(is_refused(Training::<f32>::another(&own).refusal(&changed), tensor));
        }
        let mut training = Training::<f32>::under_way(&own);
        training.trainer.state_mut().as_mut_slice()[5] = value;
        assert!(is_refused(training.trainer.checkpoint("").unwrap_err(), "state"));
        let mut training = Training::<f32>::under_way(&own);
        training.trainer.network.parameters_mut()[5] = value;
        assert!(is_refused(training.trainer.checkpoint("").unwrap_err(), "parameters"));
    }
}

#[test]
fn tensors_of_another_name_or_shape_are_refused() {
    let own = setting(CellKind::Elman, Method::Adam(Adam::default()));
    let bytes = Training::<f32>::under_way(&own).checkpoint();
    let mut training = Training::<f32>::another(&own);
    for name in ["parameters", "state", "optimizer.first_moment", "optimizer.second_moment"] {
        let renamed = with_tensor(&bytes, name, |name, _, _| name.push('x'));
        let expected = format!("{name}x");
        assert!(matches!(training.refusal(&renamed), Error::UnknownTensor { name, .. } if name == expected));
        let shorter = with_tensor(&bytes, name, |_, shape, data| {
            shape[0] -= 1;
            data.truncate(4 * shape[0]);
        });
        assert!(matches!(training.refusal(&shorter), Error::TensorShape { name: found, .. } if found == name));
    }
}

/// Where a series begins all steps of a window are scored, also after a checkpoint that was written there.
#[test]
fn the_place_in_a_series_is_remembered() {
    let own = Setting {
        architecture: Architecture::new(CellKind::Gru).hidden_size(3).outputs(2),
        ..setting(CellKind::Gru, Method::Sgd(Sgd::default()))
    };
    let mut begun = Training::<f64>::under_way(&own);
    assert!(!begun.trainer.state().is_at_start());
    begun.trainer.begin_series();
    let bytes = begun.checkpoint();
    let mut restored = Training::<f64>::another(&own);
    restored.trainer.restore(&bytes).unwrap();
    assert!(restored.trainer.state().is_at_start());
    restored.rng.set_word_pos(begun.rng.get_word_pos());
    assert_eq!(restored.steps(&own, 2), begun.steps(&own, 2));
    assert_eq!(restored.trainer.scored_outputs().nrows(), own.stride * own.batch);
}

/// The parameters that are kept come back with the checkpoint, and go where it has none.
#[test]
fn kept_parameters_travel_along() {
    let setting = setting(CellKind::Gru, Method::Adam(Adam::default()));
    let mut training = Training::<f32>::under_way(&setting);
    assert!(!training.trainer.swap_parameters());
    let without = training.trainer.checkpoint("").unwrap();
    training.trainer.keep_parameters().unwrap();
    let kept = training.trainer.network.parameters().to_vec();
    training.steps(&setting, 2);
    let bytes = training.trainer.checkpoint("").unwrap();
    let last = training.trainer.network.parameters().to_vec();

    let mut other = Training::<f32>::new(&setting);
    other.trainer.restore(&bytes).unwrap();
    assert!(other.trainer.swap_parameters() && other.trainer.network.parameters() == kept);
    assert!(other.trainer.swap_parameters() && other.trainer.network.parameters() == last);
    assert_eq!(other.trainer.checkpoint("").unwrap(), bytes);
    other.trainer.restore(&without).unwrap();
    assert!(!other.trainer.swap_parameters());
}
