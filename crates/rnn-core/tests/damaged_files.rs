//! Whatever bytes a caller gives, reading weights, a state or a checkpoint neither panics nor asks for huge memory: the answer is
//! a net of finite numbers or a typed error of one line, and after an error nothing has changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Error, Init, Network, Scalar, SoftmaxCrossEntropy, Trainer, stored};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{check_error, check_memory};

const BATCH: usize = 2;
const WINDOW: usize = 3;
/// Seeds. What is in a file differs from what it is read into, so that a change is seen.
const FILES: u64 = 1;
const READERS: u64 = 3;

fn network<T: Scalar>(cell: CellKind, seed: u64) -> Network<T> {
    let architecture = Architecture::new(cell).hidden_size(2).num_layers(2).dropout(0.25).outputs(2);
    let mut network = Network::new(architecture).unwrap();
    Init::PyTorch.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
    network
}

fn weights(cell: CellKind) -> Vec<u8> {
    network::<f64>(cell, FILES).to_safetensors(&BTreeMap::from([("task".to_owned(), "echo".to_owned())])).unwrap()
}

/// A trainer after some steps.
fn training(seed: u64, steps: usize) -> Trainer<f32, SoftmaxCrossEntropy> {
    let trainer = Trainer::builder(network(CellKind::Gru, seed), SoftmaxCrossEntropy)
        .optimizer(Adam::default(), 0.01)
        .window(WINDOW)
        .batch(BATCH)
        .generator(ChaCha8Rng::seed_from_u64(2));
    let mut made = trainer.build().unwrap();
    (0..steps).for_each(|_| step(&mut made));
    made
}

fn step(trainer: &mut Trainer<f32, SoftmaxCrossEntropy>) {
    trainer.step(&[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], &[0, 0, 1, 0, 0, 1]).unwrap();
}

fn checkpoint() -> Vec<u8> {
    training(FILES, 1).checkpoint("window 7").unwrap()
}

/// A state that is read with the net of the readers.
fn state() -> Vec<u8> {
    let network = network::<f32>(CellKind::Lstm, READERS);
    let mut state = network.zero_state(BATCH).unwrap();
    let mut tape = network.tape(1, BATCH).unwrap();
    network.step(&[1.0, 0.5], &mut state, &mut tape).unwrap();
    network.state_to_safetensors(&state, 1).unwrap()
}

/// What bytes are read into, and what it was before.
struct Readers {
    single: Network<f32>,
    double: Network<f64>,
    training: Trainer<f32, SoftmaxCrossEntropy>,
    before: Vec<u8>,
}

impl Readers {
    fn new() -> Self {
        let training = training(READERS, 2);
        let before = training.checkpoint("").unwrap();
        Self { single: network(CellKind::Lstm, READERS), double: network(CellKind::Elman, READERS), training, before }
    }

    /// Reads bytes in every way, and returns whether any of them made sense.
    fn read(&mut self, bytes: &[u8]) -> bool {
        let results = [
            stored(bytes).map(drop),
            Network::<f32>::from_safetensors(bytes).map(|network| check_finite(&network)),
            Network::<f64>::from_safetensors(bytes).map(|network| check_finite(&network)),
            load(&mut self.single, CellKind::Lstm, bytes),
            check_state(&self.single, bytes),
            load(&mut self.double, CellKind::Elman, bytes),
            self.restore(bytes),
        ];
        results.iter().filter_map(|result| result.as_ref().err()).for_each(check_error);
        results.iter().any(Result::is_ok)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let trainer = &mut self.training;
        let restored = trainer.restore(bytes).map(drop);
        match restored {
            Ok(()) => {
                check_finite(&trainer.network);
                // Training goes on from whatever was read.
                step(&mut self.training);
                self.training = training(READERS, 2);
            }
            Err(_) => assert_eq!(trainer.checkpoint("").unwrap(), self.before),
        }
        restored
    }
}

/// Loads into a net that is afterwards as it was, and checks that an error had changed nothing.
fn load<T: Scalar>(into: &mut Network<T>, cell: CellKind, bytes: &[u8]) -> Result<(), Error> {
    let loaded = into.load_safetensors(bytes).map(drop);
    match loaded {
        Ok(()) => {
            check_finite(into);
            *into = network(cell, READERS);
        }
        Err(_) => assert_eq!(into.parameters(), network::<T>(cell, READERS).parameters()),
    }
    loaded
}

/// Reads a state, with which the net goes on.
fn check_state(network: &Network<f32>, bytes: &[u8]) -> Result<(), Error> {
    let (mut state, _) = network.state_from_safetensors(BATCH, bytes)?;
    assert!(state.as_slice().iter().all(|number| number.is_finite()));
    network.step(&[0.0; BATCH], &mut state, &mut network.tape(1, BATCH).unwrap()).map(drop)
}

fn check_finite<T: Scalar>(network: &Network<T>) {
    assert!(network.parameters().iter().all(|parameter| parameter.is_finite()));
}

/// The files that are damaged here.
fn files() -> [Vec<u8>; 4] {
    [weights(CellKind::Elman), weights(CellKind::Lstm), checkpoint(), state()]
}

/// A file of this header and this many bytes behind it.
fn file(header: &Value, length: usize) -> Vec<u8> {
    let header = header.to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + length, 0);
    bytes
}

/// The same file with another entry in its metadata.
fn with_pairs(bytes: &[u8], change: impl FnOnce(&mut BTreeMap<String, String>)) -> Vec<u8> {
    let end = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: Value = serde_json::from_slice(&bytes[8..end]).unwrap();
    let entry = header["__metadata__"].as_object_mut().unwrap().values_mut().next().unwrap();
    let mut pairs = serde_json::from_str(entry.as_str().unwrap()).unwrap();
    change(&mut pairs);
    *entry = json!(serde_json::to_string(&pairs).unwrap());
    [file(&header, 0), bytes[end..].to_vec()].concat()
}

#[test]
fn a_file_that_is_cut_is_refused_wherever_it_is_cut() {
    let mut readers = Readers::new();
    for file in files() {
        assert!(readers.read(&file));
        for length in 0..file.len() {
            assert!(!readers.read(&file[..length]), "{length} of {} bytes", file.len());
        }
    }
}

#[test]
fn any_byte_can_be_another() {
    let mut readers = Readers::new();
    for file in files() {
        for place in 0..file.len() {
            let was = file[place];
            for byte in [0, 255, b'"', b'9', was ^ 1] {
                let mut damaged = file.clone();
                damaged[place] = byte;
                readers.read(&damaged);
            }
        }
    }
}

#[test]
fn any_pair_of_the_metadata_can_be_another() {
    let mut readers = Readers::new();
    let max = u64::MAX.to_string();
    let values =
        ["", " ", "x\u{7}\n\u{1b}[31m", "-1", "0", "4", "+5", "1e3", "NaN", "inf", "18446744073709551616", &max];
    for file in files() {
        let mut keys = BTreeMap::new();
        with_pairs(&file, |pairs| keys = pairs.clone());
        assert!(keys.len() > 5);
        for key in keys.keys() {
            readers.read(&with_pairs(&file, |pairs| drop(pairs.remove(key))));
            for value in values {
                readers.read(&with_pairs(&file, |pairs| drop(pairs.insert(key.clone(), value.to_owned()))));
            }
        }
    }
}

/// Offsets whose sum no number of the machine can hold.
#[test]
fn offsets_beyond_all_memory_are_refused() {
    let mut readers = Readers::new();
    for last in [u64::MAX, u64::MAX - 1, u64::MAX - 2000, u64::MAX / 2] {
        let (mut header, mut start) = (json!({}), 0);
        while start < last {
            let end = start.saturating_add(u64::MAX >> 4).min(last);
            header[format!("t{start}")] = json!({"dtype": "U8", "shape": [end - start], "data_offsets": [start, end]});
            start = end;
        }
        assert!(!readers.read(&file(&header, 0)));
    }
}

/// A net that could not be counted, in a file whose zeros cost nothing until they are looked at.
#[test]
fn a_net_beyond_all_memory_is_refused() {
    let hidden = 1_u64 << 24;
    let (head, input) = (hidden / 2, 4 * hidden / 2);
    // Half a byte a number: only so can a file of this size ask for so much.
    let mut header = json!({
        "head.weight": {"dtype": "F4", "shape": [1, hidden], "data_offsets": [0, head]},
        "rnn.weight_ih_l0": {"dtype": "F4", "shape": [4 * hidden, 1], "data_offsets": [head, head + input]},
    });
    for layer in 1..9000 {
        let empty = json!({"dtype": "F4", "shape": [0], "data_offsets": [head + input, head + input]});
        header[format!("rnn.weight_ih_l{layer}")] = empty;
    }
    let start = file(&header, 0);
    let mut bytes = vec![0; start.len() + (head + input) as usize];
    bytes[..start.len()].copy_from_slice(&start);
    check_error(&stored(&bytes).unwrap_err());
    check_memory();
}

/// Names that are a net's, and names that are not.
fn names() -> impl Strategy<Value = String> {
    let known = [
        "head.weight",
        "head.bias",
        "parameters",
        "state",
        "h_0",
        "c_0",
        "optimizer.first_moment",
        "\u{1b}[31m\n",
        "",
        "é",
    ];
    let kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    prop_oneof![
        2 => select(kinds.to_vec()).prop_flat_map(|kind| (0..3).prop_map(move |layer| format!("rnn.{kind}_l{layer}"))),
        1 => select(known.to_vec()).prop_map(str::to_owned),
    ]
}

/// Headers that are nearly right: the offsets follow from type and shape, where these can be.
fn headers() -> impl Strategy<Value = (Value, usize)> {
    let size = prop_oneof![9 => 0..=8_u64, 1 => select(vec![1 << 31, 1 << 62, u64::MAX])];
    let dtype = select(vec!["F32", "F64", "F16", "BF16", "I64", "U8", "BOOL", "F4", "F8_E4M3", "X"]);
    let tensor = (names(), prop_oneof![Just("F32"), dtype], prop::collection::vec(size, 0..3));
    let pair =
        (select(vec!["cell", "dropout", "hidden_size", "steps"]), select(vec!["gru", "elman", "0.5", "NaN", "2", ""]));
    let metadata = prop_oneof![
        2 => Just(None),
        2 => prop::collection::btree_map(pair.0, pair.1, 0..4).prop_map(|pairs| Some(json!(pairs).to_string())),
        1 => "[{}\"a:]{0,6}".prop_map(Some),
    ];
    let entry = select(vec!["settings", "checkpoint", "state"]);
    (prop::collection::vec(tensor, 0..12), metadata, entry).prop_map(|(tensors, metadata, entry)| {
        let (mut header, mut start) = (json!({}), 0_u64);
        for (name, dtype, shape) in tensors {
            let bytes = if dtype == "F64" || dtype == "I64" {
                8
            } else if dtype == "F32" {
                4
            } else {
                1
            };
            let end = shape.iter().try_fold(bytes, |count: u64, &size| count.checked_mul(size));
            let end = end.and_then(|length| start.checked_add(length)).unwrap_or(u64::MAX);
            header[name] = json!({"dtype": dtype, "shape": shape, "data_offsets": [start, end]});
            start = end;
        }
        if let Some(text) = metadata {
            header["__metadata__"] = json!({entry: text});
        }
        (header, usize::try_from(start).unwrap_or(0).min(5000))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60), header in any::<bool>()) {
        let mut bytes = bytes;
        if header {
            let length = bytes.len().saturating_sub(8) as u64;
            bytes.iter_mut().zip(length.to_le_bytes()).for_each(|(place, byte)| *place = byte);
        }
        Readers::new().read(&bytes);
    }

    #[test]
    fn any_header((header, length) in headers()) {
        Readers::new().read(&file(&header, length));
        check_memory();
    }

    #[test]
    fn any_damage(
        of in 0..4_usize,
        damages in prop::collection::vec((any::<Index>(), 0..4_usize, any::<u8>(), 1..9_usize), 1..6),
    ) {
        let mut bytes = files()[of].clone();
        for (place, kind, byte, count) in damages {
            let place = place.index(bytes.len().max(1)).min(bytes.len());
            let end = (place + count).min(bytes.len());
            match kind {
                0 => bytes[place..end].fill(byte),
                1 => drop(bytes.splice(place..place, vec![byte; count])),
                2 => drop(bytes.drain(place..end)),
                _ => bytes.truncate(bytes.len().saturating_sub(count)),
            }
        }
        Readers::new().read(&bytes);
    }
}
