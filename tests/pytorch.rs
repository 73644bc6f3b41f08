//! `rnn-core` against PyTorch: outputs, losses, every gradient, and the parameters after 20 steps of each optimizer.
//! `tests/fixtures/make_pytorch.py` made the numbers; the PyTorch lines stand there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::{
    Adagrad, AdagradPytorch, Adam, AdamW, Architecture, CellKind, Clip, Decay, Loss, Method, Named, Network, RmsProp,
    Schedule, Sgd, SoftmaxCrossEntropy, SquaredError, Trainer, stored,
};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

const TOLERANCE: f64 = 1e-10;
/// Steps, rows, inputs, hidden units and classes of every fixture.
const SIZES: [usize; 5] = [5, 3, 2, 4, 3];

fn read(name: &str) -> Vec<u8> {
    file(&format!("pytorch/{name}.safetensors"))
}

/// What `make_foreign.py` made.
fn foreign(name: &str) -> Vec<u8> {
    file(&format!("foreign/{name}"))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)).unwrap()
}

/// A fixture: tensors of numbers as PyTorch lays them out, the last index varying fastest.
struct Fixture {
    cell: CellKind,
    layers: usize,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Fixture {
    fn read(cell: CellKind, layers: usize) -> Self {
        let bytes = read(&format!("{cell}_{layers}"));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |view: &TensorView<'_>| match view.dtype() {
            Dtype::F64 => view.data().chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
            Dtype::I32 => view.data().chunks(4).map(|b| f64::from(i32::from_le_bytes(b.try_into().unwrap()))).collect(),
            dtype => panic!("{dtype:?}"),
        };
        let tensors = file.iter().map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), numbers(&view))));
        Self { cell, layers, tensors: tensors.collect() }
    }

    fn values(&self, name: &str) -> &[f64] {
        &self.tensors[name].1
    }

    /// A tensor [T, B, columns] column by column, as our outputs lie.
    fn columns(&self, name: &str) -> Vec<f64> {
        let (shape, values) = &self.tensors[name];
        let columns = shape[2];
        (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
    }

    /// The state of all layers, from the tensors [layers, B, H] that PyTorch names h and c.
    fn state(&self, moment: &str) -> Vec<f64> {
        let [_, batch, _, hidden, _] = SIZES;
        let parts = if self.cell == CellKind::Lstm { &["h", "c"][..] } else { &["h"] };
        let of_layer = |layer: usize| {
            parts.iter().flat_map(move |part| {
                let values = self.values(&format!("{part}_{moment}"));
                let layer = &values[layer * batch * hidden..(layer + 1) * batch * hidden];
                (0..hidden).flat_map(move |unit| layer.iter().skip(unit).step_by(hidden).copied())
            })
        };
        (0..self.layers).flat_map(of_layer).collect()
    }

    /// The tensors that have this prefix, as a file of PyTorch's; `second_bias` stands for what is in `bias_hh`.
    fn network(&self, prefix: &str, second_bias: bool) -> Network<f64> {
        let tensors: Vec<_> = self
            .tensors
            .iter()
            .filter_map(|(name, (shape, values))| Some((name.strip_prefix(prefix)?, shape, values)))
            .filter(|(name, ..)| *name != "loss")
            .map(|(name, shape, values)| {
                let zero = !second_bias && name.contains("bias_hh");
                let bytes: Vec<u8> = values.iter().flat_map(|&x| if zero { 0.0 } else { x }.to_le_bytes()).collect();
                (name.to_owned(), shape.clone(), bytes)
            })
            .collect();
        let views = tensors.iter().map(|(name, s, b)| (name, TensorView::new(Dtype::F64, s.clone(), b).unwrap()));
        let mut network = Network::new(self.architecture()).unwrap();
        network.load_safetensors(&serialize(views, None).unwrap()).unwrap();
        network
    }

    fn architecture(&self) -> Architecture {
        let [_, _, inputs, hidden, classes] = SIZES;
        let layers = Architecture::new(self.cell).hidden_size(hidden).num_layers(self.layers);
        layers.input_size(inputs).outputs(classes)
    }

    fn one_bias(&self) -> bool {
        matches!(self.cell, CellKind::Elman | CellKind::ElmanRelu)
    }

    fn compare(&self, what: &str, found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{what}");
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            let (cell, layers) = (self.cell, self.layers);
            let difference = (found - expected).abs();
            assert!(
                difference < TOLERANCE,
                "{cell}, {layers} layers, {what} [{index}]: {found}, PyTorch has {expected}"
            );
        }
    }
}

fn all() -> impl Iterator<Item = Fixture> {
    CellKind::ALL.iter().copied().flat_map(|cell| [1, 2].map(|layers| Fixture::read(cell, layers)))
}

#[test]
fn outputs_and_states_are_pytorchs() {
    let [steps, batch, ..] = SIZES;
    for fixture in all() {
        let network = fixture.network("initial.", true);
        let mut tape = network.tape(steps, batch).unwrap();
        let mut state = network.zero_state(batch).unwrap();
        state.as_mut_slice().copy_from_slice(&fixture.state("0"));
        network.forward(fixture.values("input"), &state, &mut tape).unwrap();
        let outputs = network.read_out(0..steps, &mut tape).unwrap().clone_owned();
        fixture.compare("output", outputs.as_slice(), &fixture.columns("output"));
        network.copy_state(&tape, steps, &mut state).unwrap();
        fixture.compare("state", state.as_slice(), &fixture.state("n"));
    }
}

/// The file of a state has what PyTorch's modules take, under its names.
#[test]
fn a_state_is_written_as_pytorch_takes_it() {
    let [_, batch, _, hidden, _] = SIZES;
    for fixture in all() {
        let network = fixture.network("initial.", true);
        let mut state = network.zero_state(batch).unwrap();
        state.as_mut_slice().copy_from_slice(&fixture.state("0"));
        let bytes = network.state_to_safetensors(&state, 1).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let names = if fixture.cell == CellKind::Lstm { &["c_0", "h_0"][..] } else { &["h_0"] };
        assert_eq!(file.len(), names.len());
        for name in names {
            let view = file.tensor(name).unwrap();
            let values = view.data().as_chunks().0.iter().map(|&b| f64::from_le_bytes(b));
            assert_eq!(view.shape(), [fixture.layers, batch, hidden]);
            assert_eq!(values.collect::<Vec<_>>(), fixture.values(name));
        }
    }
}

/// Loss and gradients of one loss against those with its prefix.
fn compare_gradients<L: Loss<f64>>(prefix: &str, loss: &L, targets: &[L::Target], fixture: &Fixture, of: Range<usize>) {
    let [steps, batch, ..] = SIZES;
    let network = fixture.network("initial.", true);
    let mut tape = network.tape(steps, batch).unwrap();
    let mut state = network.zero_state(batch).unwrap();
    state.as_mut_slice().copy_from_slice(&fixture.state("0"));
    let value = network.loss(fixture.values("input"), targets, of, &state, loss, &mut tape).unwrap();
    fixture.compare(prefix, &[value], fixture.values(&format!("{prefix}loss")));
    let mut gradients = network.gradients(steps, batch).unwrap();
    let gradients = network.backward(&tape, &mut gradients).unwrap();
    let mut compared = 0;
    for tensor in network.tensors() {
        let found: Vec<f64> = tensor.indices().map(|index| gradients[index]).collect();
        let name = format!("{prefix}{}", tensor.name);
        // A second bias that our cell has not.
        if !found.is_empty() {
            fixture.compare(&name, &found, fixture.values(&name));
            compared += found.len();
        }
    }
    assert_eq!(compared, network.parameters().len());
}

#[test]
fn losses_and_gradients_are_pytorchs() {
    let steps = SIZES[0];
    for fixture in all() {
        let classes: Vec<u32> = fixture.values("classes").iter().map(|&class| class as u32).collect();
        let numbers = fixture.values("numbers");
        compare_gradients("cross_entropy.", &SoftmaxCrossEntropy, &classes, &fixture, 0..steps);
        compare_gradients("squared_error.", &SquaredError::default(), numbers, &fixture, 0..steps);
        compare_gradients("last_step.", &SoftmaxCrossEntropy, &classes, &fixture, steps - 1..steps);
    }
}

/// Of an optimizer: its method, learning rate, schedule and clipping.
type Settings = (Method, f64, Schedule, Clip);

/// The prefix of each optimizer's parameters, and its settings here.
fn optimizers() -> Vec<(&'static str, Settings)> {
    let sgd = |momentum, nesterov| Method::Sgd(Sgd { momentum, nesterov });
    let new = |method, rate| (method, rate, Schedule::default(), Clip::default());
    let adamw = Method::AdamW(AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1 });
    let schedule = Schedule { warmup: 4, decay: Decay::Cosine { steps: 10, factor: 0.2 } };
    let clip = Clip { value: Some(0.05), norm: None };
    vec![
        ("sgd.", new(sgd(0.0, false), 0.1)),
        ("sgd_momentum.", new(sgd(0.9, false), 0.1)),
        ("sgd_nesterov.", new(sgd(0.9, true), 0.1)),
        ("adagrad_pytorch.", new(Method::AdagradPytorch(AdagradPytorch::default()), 0.1)),
        ("adagrad.", new(Method::Adagrad(Adagrad::default()), 0.1)),
        ("rmsprop.", new(Method::RmsProp(RmsProp::default()), 0.01)),
        ("adam.", new(Method::Adam(Adam::default()), 0.02)),
        ("adamw.", new(adamw, 0.02)),
        ("adam_scheduled.", (Method::Adam(Adam::default()), 0.02, schedule, clip)),
    ]
}

#[test]
fn twenty_steps_of_each_optimizer_are_pytorchs() {
    let [steps, batch, ..] = SIZES;
    for fixture in all() {
        let classes: Vec<u32> = fixture.values("classes").iter().map(|&class| class as u32).collect();
        let initial = fixture.network("initial.", !fixture.one_bias());
        for (prefix, (method, rate, schedule, clip)) in optimizers() {
            let trainer = Trainer::builder(initial.clone(), SoftmaxCrossEntropy).optimizer(method, rate);
            let mut trainer = trainer.schedule(schedule).clip(clip).window(steps).batch(batch).build().unwrap();
            for _ in 0..20 {
                trainer.state_mut().as_mut_slice().copy_from_slice(&fixture.state("0"));
                trainer.step(fixture.values("input"), &classes).unwrap();
            }
            let expected = fixture.network(prefix, true);
            fixture.compare(prefix, trainer.network.parameters(), expected.parameters());
            assert_ne!(initial.parameters(), expected.parameters());
        }
    }
}

/// What `save_file(module.state_dict(), …)` writes is read as it is, and written back with the same tensors.
#[test]
fn a_state_dict_comes_and_goes() {
    for &cell in CellKind::ALL {
        let bytes = read(&format!("{cell}.state_dict"));
        let found = stored(&bytes).unwrap();
        // Nothing in PyTorch's file says whether it is tanh or ReLU.
        let known = if cell == CellKind::ElmanRelu { CellKind::Elman } else { cell };
        assert_eq!(found.architecture, Architecture::new(known).input_size(2).hidden_size(4).num_layers(2).outputs(3));
        let layers = Architecture::new(cell).hidden_size(4).num_layers(2).layers;
        let mut network = Network::<f32>::new(Architecture { layers, ..found.architecture }).unwrap();
        network.load_safetensors(&bytes).unwrap();
        let written = network.to_safetensors(&BTreeMap::new()).unwrap();
        let [theirs, ours] = [&bytes, &written].map(|bytes| SafeTensors::deserialize(bytes).unwrap());
        assert_eq!(theirs.len(), ours.len());
        for (name, tensor) in theirs.iter() {
            let our = ours.tensor(name).unwrap();
            assert_eq!((our.dtype(), our.shape()), (tensor.dtype(), tensor.shape()), "{name}");
            // The Elman cell adds the two biases.
            if !(known == CellKind::Elman && name.contains("bias")) || name.starts_with("head") {
                assert_eq!(our.data(), tensor.data(), "{name}");
            }
        }
    }
}

/// What wrappers and users call the modules of the same net.
#[test]
fn the_names_of_other_makers_are_understood_and_said() {
    let plain = Network::<f32>::from_safetensors(&foreign("plain.safetensors")).unwrap();
    assert!(!stored(&foreign("plain.safetensors")).unwrap().modules.are_renamed());
    let cases = [
        ("parallel", "module.rnn", "module.head"),
        ("compiled", "_orig_mod.rnn", "_orig_mod.head"),
        ("both", "module._orig_mod.rnn", "module._orig_mod.head"),
        ("own", "model.net.rnn", "model.net.head"),
        ("gru_fc", "gru", "fc"),
    ];
    for (name, recurrent, readout) in cases {
        let bytes = foreign(&format!("{name}.safetensors"));
        let found = stored(&bytes).unwrap();
        assert_eq!(found.architecture, *plain.architecture());
        assert_eq!([&*found.modules.recurrent, &*found.modules.readout], [recurrent, readout]);
        assert!(found.modules.are_renamed());
        let said = format!("reads `{recurrent}` as the recurrent layers and `{readout}` as the readout");
        assert_eq!(found.modules.to_string(), said);
        let mut network = Network::<f32>::new(found.architecture).unwrap();
        assert_eq!(network.load_safetensors(&bytes), Ok(found.modules));
        assert_eq!(network.parameters(), plain.parameters(), "{name}");
    }
}

#[test]
fn numbers_of_16_bits_are_read_exactly() {
    let plain = Network::<f32>::from_safetensors(&foreign("plain.safetensors")).unwrap();
    // Half of the last place of eleven and of eight binary digits.
    for (name, digits) in [("half", 11), ("bfloat", 8)] {
        let read = Network::<f32>::from_safetensors(&foreign(&format!("{name}.safetensors"))).unwrap();
        let scale = 2.0_f32.powi(digits);
        for (read, number) in read.parameters().iter().zip(plain.parameters()) {
            assert!((read - number).abs() <= number.abs() / scale, "{name}: {read} for {number}");
            let mantissa = read / 2.0_f32.powi(read.abs().log2().floor() as i32) * scale / 2.0;
            assert_eq!(mantissa.fract(), 0.0, "{name}: {read}");
        }
        assert_ne!(read.parameters(), plain.parameters());
    }
}

#[test]
fn what_is_not_supported_is_refused_in_those_words() {
    let cases = [
        ("bidirectional.safetensors", "a bidirectional net is not supported: the file has `rnn.bias_hh_l0_reverse`, "),
        ("projected.safetensors", "a projection (proj_size) is not supported: the file has `rnn.weight_hr_l0`"),
        ("no_bias.safetensors", "a recurrent layer without bias is not supported: the file has `rnn.weight_hh_l0`, "),
        ("cell.safetensors", "a single cell, such as torch.nn.GRUCell, is not supported: the file has `rnn.weight_ih`"),
        (
            "two.safetensors",
            "a net of several recurrent modules is not supported: the file has `decoder.weight_ih_l0`, `enc",
        ),
        ("embedded.safetensors", "tensor `embedding.weight` is not one of this net's, which are `rnn.weight_ih_l0`, "),
        ("recurrent_alone.safetensors", "tensor `head.weight` is missing: the file has `bias_hh_l0`, `bias_ih_l0`, "),
        ("float8.safetensors", "tensor `rnn.weight_ih_l0` holds F8_E4M3 numbers: it must hold F64, F32, F16 or BF16"),
        ("integers.safetensors", "tensor `rnn.weight_ih_l0` holds I32 numbers: it must hold F64, F32, F16 or BF16"),
        ("pickled.pt", "not a safetensors file: it is a pickle, as torch.save writes; convert it in Python: from safe"),
        ("old.pt", "not a safetensors file: it is a pickle, as torch.save writes; convert it in Python: from safe"),
    ];
    for (name, message) in cases {
        let refused = Network::<f32>::from_safetensors(&foreign(name)).unwrap_err().to_string();
        assert!(refused.starts_with(message), "{name}: {refused}");
        assert!(refused.lines().count() == 1 && refused.len() < 300, "{name}: {refused}");
    }
}
