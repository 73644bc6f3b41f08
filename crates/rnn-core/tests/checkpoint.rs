//! Checkpoints: training goes on from one bit by bit, and one of another training or a damaged one is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Architecture, CellKind, Clip, Decay, Error, Init, Method, Network, Optimizer, Report, Scalar, Schedule,
    SoftmaxCrossEntropy, State, Trainer, Truncation,
};
use safetensors::tensor::{SafeTensors, TensorView, serialize};

/// Everything that a checkpoint must know again.
#[derive(Debug, Clone, Copy)]
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
    let architecture = Architecture { num_layers: 2, dropout: 0.3, ..Architecture::new(cell, 1, 3, 2) };
    // At the checkpoint the warm-up is over and the decay is under way.
    let schedule = Schedule { warmup: 3, decay: Decay::Cosine { steps: 10, factor: 0.1 } };
    let clip = Clip { value: None, norm: Some(0.5) };
    let (window, stride) = (6, 4);
    Setting { architecture, method, learning_rate: 0.05, schedule, clip, window, stride, last_alone: false, batch: 2 }
}

/// A training: all that a step changes.
struct Training<T> {
    trainer: Trainer<T, SoftmaxCrossEntropy>,
    state: State<T>,
    rng: ChaCha8Rng,
}

impl<T: Scalar> Training<T> {
    /// All parameters 0, and a generator at its start.
    fn new(setting: Setting) -> Self {
        let Setting { architecture, method, learning_rate, schedule, clip, window, stride, last_alone, batch } =
            setting;
        let network = Network::new(architecture).unwrap();
        let optimizer = Optimizer::new(method, learning_rate, network.parameters().len()).unwrap();
        let optimizer = optimizer.with_schedule(schedule).unwrap().with_clip(clip).unwrap();
        let truncation = Truncation::new(window, stride).unwrap();
        let truncation = if last_alone { truncation.counting_the_last_alone() } else { truncation };
        let state = network.zero_state(batch).unwrap();
        let trainer = Trainer::new(network, SoftmaxCrossEntropy, optimizer, truncation, batch).unwrap();
        Self { trainer, state, rng: ChaCha8Rng::seed_from_u64(0) }
    }

    /// The same under way: five steps from random parameters.
    fn under_way(setting: Setting) -> Self {
        let mut training = Self::new(setting);
        Init::PyTorch.apply(&mut training.trainer.network, &mut training.rng).unwrap();
        training.steps(setting, 5);
        training
    }

    /// The same at another place, so that whatever a refused checkpoint would change is seen.
    fn another(setting: Setting) -> Self {
        let mut training = Self::under_way(setting);
        training.steps(setting, 3);
        training
    }

    /// Steps on windows that the generator draws, as it also draws what is dropped.
    fn steps(&mut self, setting: Setting, count: usize) -> Vec<Report> {
        let values = setting.window * setting.batch;
        let truncation = Truncation::new(setting.window, setting.stride).unwrap();
        let mut step = || {
            let targets: Vec<u32> = (0..values).map(|_| self.rng.random_range(0..2)).collect();
            let inputs = targets.iter().cycle().take(values * setting.architecture.input_size);
            let inputs: Vec<T> = inputs.map(|&class| T::narrow(f64::from(class))).collect();
            let counted = truncation.counted(false);
            self.trainer.step(&inputs, &targets, counted, &mut self.state, &mut self.rng).unwrap()
        };
        (0..count).map(|_| step()).collect()
    }

    fn checkpoint(&self) -> Vec<u8> {
        self.trainer.checkpoint(&self.state, "").unwrap()
    }

    /// The error of a checkpoint that must be refused, which changes nothing.
    fn refusal(&mut self, bytes: &[u8]) -> Error {
        let before = self.checkpoint();
        let error = self.trainer.restore(bytes, &mut self.state).unwrap_err();
        assert_eq!(self.checkpoint(), before, "{error}");
        error
    }
}

fn methods() -> [Method; 7] {
    let sgd = |momentum, nesterov| Method::Sgd { momentum, nesterov };
    [sgd(0.9, false), sgd(0.9, true), Method::SGD, Method::ADAGRAD, Method::RMSPROP, Method::ADAM, Method::ADAMW]
}

fn goes_on<T: Scalar>(setting: Setting) {
    let mut first = Training::<T>::under_way(setting);
    // The caller's note is the place for where its own generator is.
    let place = first.rng.get_word_pos().to_string();
    let bytes = first.trainer.checkpoint(&first.state, &place).unwrap();

    let mut second = Training::<T>::new(setting);
    let note = second.trainer.restore(&bytes, &mut second.state).unwrap();
    second.rng.set_word_pos(note.parse().unwrap());
    assert_eq!(second.trainer.checkpoint(&second.state, &place).unwrap(), bytes);

    let reports = first.steps(setting, 7);
    assert_eq!(second.steps(setting, 7), reports);
    assert_eq!(second.trainer.network.parameters(), first.trainer.network.parameters());
    assert_eq!(second.state, first.state);
    assert_eq!(second.checkpoint(), first.checkpoint());
    assert!(reports.iter().all(|report| report.loss.is_finite() && report.learning_rate < setting.learning_rate));
}

#[test]
fn training_goes_on_bit_by_bit() {
    for &cell in CellKind::ALL {
        for method in methods() {
            goes_on::<f32>(setting(cell, method));
            goes_on::<f64>(setting(cell, method));
        }
    }
}

/// The same seven steps from a start that forgets one thing are other steps: what the test above compares does differ.
#[test]
fn the_state_the_memory_and_the_schedule_are_all_needed() {
    let setting = setting(CellKind::Lstm, Method::ADAM);
    let bytes = Training::<f64>::under_way(setting).checkpoint();
    let restored = || {
        let mut training = Training::<f64>::new(setting);
        training.trainer.restore(&bytes, &mut training.state).unwrap();
        training
    };
    let right = restored().steps(setting, 7);

    let mut without_state = restored();
    without_state.state.set_zero();
    assert_ne!(without_state.steps(setting, 7), right);

    let mut without_optimizer = Training::<f64>::new(setting);
    without_optimizer.trainer.network = restored().trainer.network;
    without_optimizer.state = restored().state;
    assert_ne!(without_optimizer.steps(setting, 7), right);
}

/// One setting is another's: refused, with its name.
#[test]
fn a_checkpoint_of_another_training_is_refused_by_name() {
    let own = setting(CellKind::Gru, Method::ADAM);
    let of = |change: &dyn Fn(&mut Architecture)| {
        let mut architecture = own.architecture;
        change(&mut architecture);
        Setting { architecture, ..own }
    };
    let decay = Decay::Cosine { steps: 11, factor: 0.1 };
    let others: [(&str, Setting); 15] = [
        ("cell", of(&|a| a.cell = CellKind::Lstm)),
        ("input_size", of(&|a| a.input_size = 2)),
        ("hidden_size", of(&|a| a.hidden_size = 4)),
        ("num_layers", of(&|a| a.num_layers = 1)),
        ("dropout", of(&|a| a.dropout = 0.2)),
        ("outputs", of(&|a| a.outputs = 3)),
        ("method", Setting { method: Method::ADAMW, ..own }),
        ("method", Setting { method: Method::Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }, ..own }),
        ("learning_rate", Setting { learning_rate: 0.06, ..own }),
        ("schedule", Setting { schedule: Schedule { decay, ..own.schedule }, ..own }),
        ("clip", Setting { clip: Clip { value: None, norm: None }, ..own }),
        ("batch", Setting { batch: 3, ..own }),
        ("truncation", Setting { window: 7, ..own }),
        ("truncation", Setting { stride: 5, ..own }),
        ("truncation", Setting { last_alone: true, ..own }),
    ];
    let bytes = Training::<f32>::under_way(own).checkpoint();
    for (name, other) in others {
        let error = Training::<f32>::another(other).refusal(&bytes);
        assert!(matches!(&error, Error::Metadata { key, .. } if key == name), "{name}: {error}");
        assert!(error.to_string().starts_with(&format!("`{name}` is ")), "{error}");
    }
    let error = Training::<f64>::another(own).refusal(&bytes);
    assert!(error.to_string().starts_with("`dtype` is \"F32\""), "{error}");
    // A file of weights is none.
    let weights = Training::<f32>::under_way(own).trainer.network.to_safetensors(&Default::default()).unwrap();
    assert_eq!(Training::<f32>::another(own).refusal(&weights), Error::NoCheckpoint);
}

#[test]
fn a_checkpoint_that_is_cut_is_refused() {
    let own = setting(CellKind::Lstm, Method::ADAM);
    let bytes = Training::<f32>::under_way(own).checkpoint();
    let mut training = Training::<f32>::another(own);
    for length in 0..bytes.len() {
        assert!(matches!(training.refusal(&bytes[..length]), Error::NotSafetensors { .. }), "{length} bytes");
    }
    assert!(matches!(training.refusal(&[&*bytes, &[0]].concat()), Error::NotSafetensors { .. }));
}

/// A bit that turns over in a number or in the note leaves a file that can be read and is another.
#[test]
fn a_checkpoint_with_a_changed_bit_is_refused() {
    let own = setting(CellKind::Gru, Method::ADAM);
    let mut training = Training::<f32>::under_way(own);
    let bytes = training.trainer.checkpoint(&training.state, "the note").unwrap();
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
        let own = setting(CellKind::Gru, Method::RMSPROP);
        let bytes = Training::<f32>::under_way(own).checkpoint();
        let is_refused = |error, tensor: &str| match error {
            Error::NotFinite { name, position: 5, value: found } => {
                name == tensor && found.to_bits() == f64::from(value).to_bits()
            }
            _ => false,
        };
        for tensor in ["parameters", "state", "optimizer.accumulator"] {
            let changed = with_tensor(&bytes, tensor, |_, _, data| data[20..24].copy_from_slice(&value.to_le_bytes()));
            assert!(is_refused(Training::<f32>::another(own).refusal(&changed), tensor));
        }
        let mut training = Training::<f32>::under_way(own);
        training.state.as_mut_slice()[5] = value;
        assert!(is_refused(training.trainer.checkpoint(&training.state, "").unwrap_err(), "state"));
        let mut training = Training::<f32>::under_way(own);
        training.trainer.network.parameters_mut()[5] = value;
        assert!(is_refused(training.trainer.checkpoint(&training.state, "").unwrap_err(), "parameters"));
    }
}

#[test]
fn tensors_of_another_name_or_shape_are_refused() {
    let own = setting(CellKind::Elman, Method::ADAM);
    let bytes = Training::<f32>::under_way(own).checkpoint();
    let mut training = Training::<f32>::another(own);
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

/// A state of as many numbers in another shape is another state.
#[test]
fn a_state_of_another_shape_is_refused() {
    let own = Setting { batch: 2, ..setting(CellKind::Gru, Method::SGD) };
    let bytes = Training::<f32>::under_way(own).checkpoint();
    let mut training = Training::<f32>::another(own);
    let shapes = [(2, 3, 1), (1, 3, 4), (2, 2, 3), (1, 2, 6)];
    for (num_layers, hidden_size, batch) in shapes {
        let architecture = Architecture { num_layers, hidden_size, ..own.architecture };
        let mut other = Network::<f32>::new(architecture).unwrap().zero_state(batch).unwrap();
        let before = (other.clone(), training.checkpoint());
        assert!(matches!(training.trainer.checkpoint(&other, ""), Err(Error::Length { .. })));
        assert!(matches!(training.trainer.restore(&bytes, &mut other), Err(Error::Length { .. })));
        assert_eq!((other, training.checkpoint()), before);
    }
}
