//! States as files: a net goes on from one bit by bit, PyTorch's names and shapes, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Error, Init, Named, Network, Scalar, SoftmaxCrossEntropy, State, Trainer};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde_json::Value;

fn stacked(cell: CellKind) -> Architecture {
    Architecture::new(cell).input_size(2).hidden_size(3).num_layers(2).outputs(4)
}

/// Layers that differ in cell and width.
fn mixed() -> Architecture {
    stacked(CellKind::Gru).layer(CellKind::Lstm, 5).layer(CellKind::ElmanRelu, 2)
}

fn network<T: Scalar>(architecture: Architecture) -> Network<T> {
    Network::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
}

/// Moves a state on by so many steps, and returns the outputs of all of them.
fn steps<T: Scalar>(network: &Network<T>, state: &mut State<T>, batch: usize, numbers: &[T]) -> Vec<T> {
    let mut tape = network.tape(1, batch).unwrap();
    let features = network.architecture().input_size * batch;
    let step = |inputs: &[T]| network.step(inputs, state, &mut tape).unwrap().iter().copied().collect::<Vec<_>>();
    numbers.chunks_exact(features).flat_map(step).collect()
}

fn goes_on<T: Scalar>(architecture: Architecture, batch: usize) {
    let network = network::<T>(architecture);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let inputs: Vec<T> = (0..20 * 2 * batch).map(|_| T::narrow(rng.random_range(-2.0..2.0))).collect();
    let (first, second) = inputs.split_at(8 * 2 * batch);
    let mut state = network.zero_state(batch).unwrap();
    steps(&network, &mut state, batch, first);
    let bytes = network.state_to_safetensors(&state, 8).unwrap();

    // Another process has the files alone.
    let other = Network::<T>::from_safetensors(&network.to_safetensors(&Default::default()).unwrap()).unwrap();
    let (mut read, count) = other.state_from_safetensors(batch, &bytes).unwrap();
    assert_eq!((&read, count), (&state, 8));
    assert_eq!(other.state_to_safetensors(&read, 8).unwrap(), bytes);
    if batch == 1 {
        let mut stream = other.stream_from(read.clone()).unwrap();
        let streamed: Vec<T> = second.chunks(2).flat_map(|features| stream.push(features).unwrap().to_vec()).collect();
        assert_eq!(streamed, steps(&network, &mut state.clone(), 1, second));
    }
    assert_eq!(steps(&other, &mut read, batch, second), steps(&network, &mut state, batch, second));
    assert_eq!(read, state);
    // What is compared does differ without the state.
    assert_ne!(
        steps(&network, &mut network.zero_state(batch).unwrap(), batch, second),
        steps(&network, &mut read, batch, second)
    );
}

#[test]
fn a_net_goes_on_bit_by_bit() {
    for architecture in CellKind::ALL.iter().copied().map(stacked).chain([mixed()]) {
        // A panel of rows, and one that is not full.
        for batch in [1, 3, 17] {
            goes_on::<f32>(architecture.clone(), batch);
            goes_on::<f64>(architecture.clone(), batch);
        }
    }
}

/// The zero state stays one that a series begins with, and a state is that of a net without regard to its dropout.
#[test]
fn a_series_begins_again_where_it_began() {
    let network = network::<f32>(stacked(CellKind::Lstm));
    let zero = network.zero_state(2).unwrap();
    let bytes = network.state_to_safetensors(&zero, 0).unwrap();
    let dropping = stacked(CellKind::Lstm).dropout(0.5);
    let mut dropping = Network::<f32>::new(dropping).unwrap();
    dropping.parameters_mut().copy_from_slice(network.parameters());
    let (read, count) = dropping.state_from_safetensors(2, &bytes).unwrap();
    assert!(read == zero && read.is_at_start() && count == 0);
    // A stream has one row.
    assert!(matches!(dropping.stream_from(zero), Err(Error::Length { expected: 12, found: 24, .. })));
}

type Tensors = Vec<(String, Dtype, Vec<usize>, Vec<u8>)>;

/// The tensors of a file in the order of their names, and the pairs of its metadata.
fn opened(bytes: &[u8]) -> (Tensors, Value) {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let tensor = |(name, view): (&str, TensorView<'_>)| {
        (name.to_owned(), view.dtype(), view.shape().to_vec(), view.data().to_vec())
    };
    let mut tensors: Tensors = file.iter().map(tensor).collect();
    tensors.sort();
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    (tensors, serde_json::from_str(&metadata.metadata().as_ref().unwrap()["state"]).unwrap())
}

fn closed((tensors, pairs): &(Tensors, Value)) -> Vec<u8> {
    let views = tensors.iter().map(|(name, d, s, b)| (name, TensorView::new(*d, s.clone(), b).unwrap()));
    serialize(views, Some([("state".to_owned(), pairs.to_string())].into())).unwrap()
}

#[test]
fn names_and_shapes_are_what_modules_of_pytorch_take() {
    let shapes = |architecture: Architecture| {
        let network = network::<f32>(architecture);
        let (tensors, pairs) = opened(&network.state_to_safetensors(&network.zero_state(7).unwrap(), 9).unwrap());
        assert_eq!(
            (&pairs["steps"], &pairs["at_start"], &pairs["outputs"]),
            (&"9".into(), &"true".into(), &"4".into())
        );
        tensors.into_iter().map(|(name, _, shape, _)| (name, shape)).collect::<Vec<_>>()
    };
    let expected =
        |of: &[(&str, [usize; 3])]| of.iter().map(|(n, s)| ((*n).to_owned(), s.to_vec())).collect::<Vec<_>>();
    for cell in [CellKind::Elman, CellKind::ElmanRelu, CellKind::Gru] {
        assert_eq!(shapes(stacked(cell)), expected(&[("h_0", [2, 7, 3])]));
    }
    assert_eq!(shapes(stacked(CellKind::Lstm)), expected(&[("c_0", [2, 7, 3]), ("h_0", [2, 7, 3])]));
    let of_each = [
        ("c_0_l2", [1, 7, 5]),
        ("h_0_l0", [1, 7, 3]),
        ("h_0_l1", [1, 7, 3]),
        ("h_0_l2", [1, 7, 5]),
        ("h_0_l3", [1, 7, 2]),
    ];
    assert_eq!(shapes(mixed()), expected(&of_each));
    // Of one width, but PyTorch has no one module for them.
    let cells = Architecture::new(CellKind::Elman).hidden_size(3).outputs(4).layer(CellKind::Gru, 3);
    assert_eq!(shapes(cells), expected(&[("h_0_l0", [1, 7, 3]), ("h_0_l1", [1, 7, 3])]));
}

/// In a file the units of a row are neighbours; here the rows of a unit are.
#[test]
fn numbers_lie_as_pytorch_has_them() {
    let network = network::<f64>(Architecture::new(CellKind::Lstm).hidden_size(2).num_layers(2));
    let mut state = network.zero_state(3).unwrap();
    state.as_mut_slice().iter_mut().enumerate().for_each(|(place, number)| *number = place as f64);
    let (tensors, _) = opened(&network.state_to_safetensors(&state, 0).unwrap());
    let numbers = |data: &[u8]| data.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect::<Vec<_>>();
    let [memories, outputs] = [0, 1].map(|tensor| numbers(&tensors[tensor].3));
    // Two layers, in each three rows of two units.
    assert_eq!(outputs, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0, 12.0, 15.0, 13.0, 16.0, 14.0, 17.0]);
    assert_eq!(memories, outputs.iter().map(|output| output + 6.0).collect::<Vec<_>>());
}

#[test]
fn the_state_of_another_net_is_refused_with_what_differs() {
    let own = network::<f32>(stacked(CellKind::Gru));
    let bytes = own.state_to_safetensors(&own.zero_state(2).unwrap(), 4).unwrap();
    let other = |architecture: Architecture| {
        network::<f32>(architecture).state_from_safetensors(2, &bytes).unwrap_err().to_string()
    };
    let cases = [
        (stacked(CellKind::Lstm), "`cell` is \"gru\" in the file's metadata: it must be \"lstm\""),
        (mixed(), "`cell` is \"gru\" in the file's metadata: it must be \"gru,gru,lstm,elman_relu\""),
        (stacked(CellKind::Gru).hidden_size(4), "`hidden_size` is \"3\" in the file's metadata: it must be \"4\""),
        (stacked(CellKind::Gru).num_layers(1), "`num_layers` is \"2\" in the file's metadata: it must be \"1\""),
        (stacked(CellKind::Gru).input_size(1), "`input_size` is \"2\" in the file's metadata: it must be \"1\""),
        (stacked(CellKind::Gru).outputs(2), "`outputs` is \"4\" in the file's metadata: it must be \"2\""),
    ];
    for (architecture, expected) in cases {
        assert_eq!(other(architecture), expected);
    }
    let mut trained = own.clone();
    let parameters = trained.parameters().len();
    trained.parameters_mut()[parameters - 1] += 1e-6;
    let refused = trained.state_from_safetensors(2, &bytes).unwrap_err();
    assert_eq!(
        (&refused, &*refused.to_string()),
        (&Error::OtherWeights, "it is the state of a net with other weights")
    );
    let refused = network::<f64>(stacked(CellKind::Gru)).state_from_safetensors(2, &bytes).unwrap_err();
    assert_eq!(refused.to_string(), "tensor `h_0` holds F32 numbers: it must hold F64");
    let refused = own.state_from_safetensors(1, &bytes).unwrap_err();
    assert_eq!(refused.to_string(), "tensor `h_0` has shape [2, 2, 3]: it must be [2, 1, 3]");
    // Nor is it written.
    let state = network::<f32>(stacked(CellKind::Lstm)).zero_state(2).unwrap();
    assert!(matches!(
        own.state_to_safetensors(&state, 1),
        Err(Error::Length { what: "state", expected: 12, found: 24 })
    ));
}

#[test]
fn a_file_that_is_no_state_is_refused() {
    let own = network::<f32>(stacked(CellKind::Gru));
    let read = |bytes: &[u8]| own.state_from_safetensors(1, bytes).unwrap_err();
    assert_eq!(read(&own.to_safetensors(&Default::default()).unwrap()), Error::NoState);
    let trainer = Trainer::builder(own.clone(), SoftmaxCrossEntropy).window(3).build().unwrap();
    assert_eq!(read(&trainer.checkpoint("").unwrap()), Error::NoState);
    for bytes in [&b""[..], b"input\n1\n", b"\0\0\0\0\0\0\0\x10{}", &[0xff; 100]] {
        assert!(matches!(read(bytes), Error::NotSafetensors { .. }), "{bytes:?}");
    }
    let bytes = own.state_to_safetensors(&own.zero_state(1).unwrap(), 4).unwrap();
    let with = |change: &dyn Fn(&mut (Tensors, Value))| {
        let mut file = opened(&bytes);
        change(&mut file);
        read(&closed(&file)).to_string()
    };
    assert!(own.state_from_safetensors(1, &closed(&opened(&bytes))).is_ok());
    let as_doubles = [0; 8 * 6].to_vec();
    let cases: [(String, &str); 10] = [
        (
            with(&|(_, pairs)| drop(pairs.as_object_mut().unwrap().remove("cell"))),
            "`cell` is \"missing\" in the file's metadata: it must be \"gru\"",
        ),
        (
            with(&|(_, pairs)| pairs["steps"] = "-1".into()),
            "`steps` is \"-1\" in the file's metadata: it must be \"a whole number below 2^63\"",
        ),
        (
            with(&|(_, pairs)| pairs["steps"] = "9223372036854775808".into()),
            "`steps` is \"9223372036854775808\" in the file's metadata: it must be \"a whole number below 2^63\"",
        ),
        (
            with(&|(_, pairs)| pairs["at_start"] = "1".into()),
            "`at_start` is \"1\" in the file's metadata: it must be \"true or false\"",
        ),
        (
            with(&|(_, pairs)| pairs["steps"] = 4.into()),
            "`state` is \"invalid type: integer `4`, expected a string at line 1 column 129\" in the file's metadata: it must be \"a JSON object of strings\"",
        ),
        (with(&|(tensors, _)| tensors[0].0 = "h_n".into()), "tensor `h_n` is not one of this net's, which are `h_0`"),
        (with(&|(tensors, _)| tensors.clear()), "tensor `h_0` is missing: the file has no tensors"),
        (with(&|(tensors, _)| tensors[0].2 = vec![2, 3]), "tensor `h_0` has shape [2, 3]: it must be [2, 1, 3]"),
        (
            with(&|(tensors, _)| (tensors[0].1, tensors[0].3) = (Dtype::F64, as_doubles.clone())),
            "tensor `h_0` holds F64 numbers: it must hold F32",
        ),
        (
            with(&|(tensors, _)| tensors[0].3[4..8].copy_from_slice(&f32::NAN.to_le_bytes())),
            "tensor `h_0` holds NaN at position 1: every number must be finite in the net's own type",
        ),
    ];
    for (refused, expected) in cases {
        assert_eq!(refused, expected);
    }
}

/// Neither a cut, nor a bit that turns over in a number or a count, goes unseen.
#[test]
fn a_damaged_state_is_refused() {
    let own = network::<f32>(stacked(CellKind::Lstm));
    let mut state = own.zero_state(1).unwrap();
    steps(&own, &mut state, 1, &[0.5; 20]);
    let bytes = own.state_to_safetensors(&state, 12345).unwrap();
    let read = |bytes: &[u8]| own.state_from_safetensors(1, bytes).unwrap_err();
    for length in 0..bytes.len() {
        assert!(matches!(read(&bytes[..length]), Error::NotSafetensors { .. }), "{length} bytes");
    }
    assert!(matches!(read(&[&*bytes, &[0]].concat()), Error::NotSafetensors { .. }));
    let data = bytes.len() - 4 * state.as_slice().len();
    let count = bytes.windows(5).position(|part| part == b"12345").unwrap();
    for place in (data..bytes.len()).step_by(4).chain([count]) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert_eq!(read(&changed), Error::Damaged, "byte {place}");
    }
}

#[test]
fn what_is_no_number_is_not_written() {
    let own = network::<f32>(stacked(CellKind::Lstm));
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut state = own.zero_state(1).unwrap();
        // The first layer's second memory.
        state.as_mut_slice()[4] = value;
        let refused = own.state_to_safetensors(&state, 1).unwrap_err();
        assert!(matches!(&refused, Error::NotFinite { name, position: 1, .. } if name == "c_0"), "{refused}");
    }
    let state = own.zero_state(1).unwrap();
    let refused = own.state_to_safetensors(&state, u64::MAX).unwrap_err();
    assert!(matches!(&refused, Error::Metadata { key, .. } if key == "steps"), "{refused}");
    let (_, count) = own.state_from_safetensors(1, &own.state_to_safetensors(&state, u64::MAX / 2).unwrap()).unwrap();
    assert_eq!(count, u64::MAX / 2);
    assert_eq!(own.state_from_safetensors(0, b""), Err(Error::Zero { name: "batch" }));
    assert!(own.state_from_safetensors(usize::MAX, &own.state_to_safetensors(&state, 1).unwrap()).is_err());
}
