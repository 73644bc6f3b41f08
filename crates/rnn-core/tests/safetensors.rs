//! Weights as safetensors: there and back, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Error, Init, Named, Network, Scalar, stored};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::{BTreeMap, HashMap};

fn architecture() -> Architecture {
    Architecture::new(CellKind::Elman).input_size(2).hidden_size(3).outputs(4)
}

fn stacked(cell: CellKind) -> Architecture {
    Architecture::new(cell).input_size(2).hidden_size(3).num_layers(2).dropout(0.25).outputs(4)
}

fn network<T: Scalar>(architecture: Architecture) -> Network<T> {
    let mut network = Network::new(architecture).unwrap();
    Init::PyTorch.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    network
}

fn bytes_of<T: Scalar>(network: &Network<T>) -> Vec<u8> {
    network.to_safetensors(&BTreeMap::new()).unwrap()
}

type NamedTensor = (String, Dtype, Vec<usize>, Vec<u8>);

/// The file of a net with its tensors changed, and with this metadata.
fn changed(architecture: Architecture, metadata: Option<&str>, change: impl Fn(&mut Vec<NamedTensor>)) -> Vec<u8> {
    let bytes = bytes_of(&network::<f64>(architecture));
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<NamedTensor> =
        file.iter().map(|(name, v)| (name.to_owned(), v.dtype(), v.shape().to_vec(), v.data().to_vec())).collect();
    tensors.sort();
    change(&mut tensors);
    let views = tensors.iter().map(|(name, d, s, b)| (name, TensorView::new(*d, s.clone(), b).unwrap()));
    serialize(views, metadata.map(|text| HashMap::from([("settings".to_owned(), text.to_owned())]))).unwrap()
}

#[test]
fn names_and_shapes_are_pytorchs() {
    for (cell, gates) in CellKind::ALL.iter().copied().zip([1, 1, 3, 4]) {
        let bytes = bytes_of(&network::<f32>(stacked(cell)));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut found: Vec<_> = file.iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
        found.sort();
        let rows = gates * 3;
        let expected: [(&str, &[usize]); 10] = [
            ("head.bias", &[4]),
            ("head.weight", &[4, 3]),
            ("rnn.bias_hh_l0", &[rows]),
            ("rnn.bias_hh_l1", &[rows]),
            ("rnn.bias_ih_l0", &[rows]),
            ("rnn.bias_ih_l1", &[rows]),
            ("rnn.weight_hh_l0", &[rows, 3]),
            ("rnn.weight_hh_l1", &[rows, 3]),
            ("rnn.weight_ih_l0", &[rows, 2]),
            ("rnn.weight_ih_l1", &[rows, 3]),
        ];
        assert_eq!(found, expected.map(|(name, shape)| (name, shape.to_vec())));
        let second_bias_is_zero = file.tensor("rnn.bias_hh_l0").unwrap().data().iter().all(|&byte| byte == 0);
        assert_eq!(second_bias_is_zero, gates == 1, "{cell}");
    }
}

#[test]
fn there_and_back_is_exact() {
    for &cell in CellKind::ALL {
        let single = network::<f32>(stacked(cell));
        let bytes = bytes_of(&single);
        let back = Network::<f32>::from_safetensors(&bytes).unwrap();
        assert_eq!((back.architecture(), back.parameters()), (single.architecture(), single.parameters()));
        assert_eq!(bytes_of(&back), bytes);
        let mut zeros = Network::<f32>::new(stacked(cell)).unwrap();
        zeros.parameters_mut()[..9].fill(-0.0);
        let back = Network::<f32>::from_safetensors(&bytes_of(&zeros)).unwrap();
        assert_eq!(bytes_of(&back), bytes_of(&zeros));
        let wide = Network::<f64>::from_safetensors(&bytes).unwrap();
        assert!(wide.parameters().iter().zip(single.parameters()).all(|(&w, &s)| w == f64::from(s)));
    }
}

#[test]
fn the_settings_travel_with_the_weights() {
    let own = BTreeMap::from([("echo_step".to_owned(), "3".to_owned()), ("task".to_owned(), "\"é\"\n".to_owned())]);
    for (cell, name) in CellKind::ALL.iter().copied().zip(["elman", "elman_relu", "gru", "lstm"]) {
        let bytes = network::<f32>(stacked(cell)).to_safetensors(&own).unwrap();
        let found = stored(&bytes).unwrap();
        assert_eq!((found.architecture, found.double), (stacked(cell), false));
        assert_eq!((&*found.settings["cell"], &*found.settings["dropout"]), (name, "0.25"));
        assert!(own.iter().all(|(key, value)| found.settings[key] == *value));
        // What was read can be written again, but not as another net's.
        let network = network::<f32>(stacked(cell));
        assert_eq!(network.to_safetensors(&found.settings).unwrap(), bytes);
        let other = BTreeMap::from([("dropout".to_owned(), "mine".to_owned())]);
        let refused = network.to_safetensors(&other).unwrap_err().to_string();
        assert_eq!(refused, "`dropout` is \"mine\" in the file's metadata: it must be \"0.25\"");
    }
    // Another way to write the same number.
    let metadata = Some("{\"dropout\": \"0.250\"}");
    assert_eq!(stored(&changed(stacked(CellKind::Gru), metadata, |_| {})).unwrap().architecture.dropout, 0.25);
}

/// Layers of several cells and widths come back, from metadata and from shapes alone.
#[test]
fn mixed_stacks_come_and_go() {
    let narrow = Architecture::new(CellKind::Gru).input_size(2).hidden_size(3).outputs(4);
    let stack = narrow.layer(CellKind::ElmanRelu, 7).layer(CellKind::Lstm, 5);
    let written = network::<f64>(stack.clone());
    let bytes = bytes_of(&written);
    let found = stored(&bytes).unwrap();
    assert_eq!(found.architecture, stack);
    assert_eq!((&*found.settings["cell"], &*found.settings["hidden_size"]), ("gru,elman_relu,lstm", "3,7,5"));
    let back = Network::<f64>::from_safetensors(&bytes).unwrap();
    assert_eq!((back.parameters(), bytes_of(&back)), (written.parameters(), bytes));
    let widths = Architecture::new(CellKind::Gru).hidden_size(3).layer(CellKind::Gru, 4);
    let found = stored(&bytes_of(&network::<f64>(widths.clone()))).unwrap();
    assert_eq!((&found.architecture, &*found.settings["cell"]), (&widths, "gru"));
    // Nothing in shapes says whether it is tanh or ReLU.
    let Architecture { mut layers, .. } = stack.clone();
    layers[1].cell = CellKind::Elman;
    assert_eq!(stored(&changed(stack.clone(), None, |_| {})).unwrap().architecture.layers, layers);
    let metadata = Some(r#"{"cell": "gru,elman"}"#);
    let refused = stored(&changed(stack, metadata, |_| {})).unwrap_err().to_string();
    assert_eq!(refused, "`cell` is \"gru,elman\" in the file's metadata: it must be \"gru,elman,lstm\"");
}

/// A file of PyTorch's has no metadata.
#[test]
fn shapes_alone_say_what_net_it_is() {
    for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
        let bytes = changed(stacked(cell), None, |_| {});
        let found = stored(&bytes).unwrap();
        assert_eq!(found.architecture, stacked(cell).dropout(0.0));
        assert!(found.double && found.settings.is_empty());
        let loaded = Network::<f64>::from_safetensors(&bytes).unwrap();
        assert_eq!(loaded.parameters(), network::<f64>(stacked(cell)).parameters());
    }
}

#[test]
fn the_second_bias_is_added() {
    let mut both = Network::<f64>::new(architecture()).unwrap();
    let first = |network: &Network<f64>| network.parameters()[15..18].to_vec();
    let with_second = changed(architecture(), None, |tensors| {
        let bias = tensors.iter_mut().find(|(name, ..)| name == "rnn.bias_hh_l0").unwrap();
        bias.3 = [1.0_f64, 2.0, 3.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    });
    both.load_safetensors(&with_second).unwrap();
    // Behind W, [2 + 3, 3].
    let expected = first(&network(architecture())).into_iter().zip([1.0, 2.0, 3.0]).map(|(a, b)| a + b);
    assert_eq!(first(&both), expected.collect::<Vec<_>>());
}

#[test]
fn a_bad_file_is_refused_by_tensor_and_changes_nothing() {
    let nan_at_1 = |bytes: &mut Vec<u8>| bytes[8..16].copy_from_slice(&f64::NAN.to_le_bytes());
    let of = |change: &dyn Fn(&mut Vec<NamedTensor>)| changed(architecture(), None, change);
    let cases: [(Vec<u8>, &str); 9] = [
        (
            of(&|t| drop(t.remove(1))),
            "tensor `head.weight` is missing: the file has `head.bias`, `rnn.bias_hh_l0`, `rnn.bias_ih_l0`, \
             `rnn.weight_hh_l0`, `rnn.weight_ih_l0`",
        ),
        (
            of(&|t| t[1].0 = "head.wait".into()),
            "tensor `head.wait` is not one of this net's, which are `rnn.weight_ih_l0`, `rnn.weight_hh_l0`, \
             `rnn.bias_ih_l0`, `rnn.bias_hh_l0`, `head.weight`, `head.bias`",
        ),
        (of(&|t| t[1].2 = vec![3, 4]), "tensor `head.weight` has shape [3, 4]: it must be [4, 3]"),
        (of(&|t| t[0].1 = Dtype::I64), "tensor `head.bias` holds I64 numbers: it must hold F64, F32, F16 or BF16"),
        (
            of(&|t| nan_at_1(&mut t[5].3)),
            "tensor `rnn.weight_ih_l0` holds NaN at position 1: every number must be finite in the net's own type",
        ),
        (
            bytes_of(&network::<f64>(Architecture::new(CellKind::ElmanRelu).input_size(2).hidden_size(3).outputs(4))),
            "`cell` is \"elman_relu\" in the file's metadata: it must be \"elman\"",
        ),
        (
            changed(architecture(), Some("{\"cell\": 1}"), |_| {}),
            "`settings` is \"invalid type: integer `1`, expected a string at line 1 column 10\" in the file's metadata: it \
             must be \"a JSON object of strings\"",
        ),
        // A header that claims to have 2^60 bytes.
        (b"\0\0\0\0\0\0\0\x10{}".to_vec(), "not a safetensors file: header too large"),
        (b"weights".to_vec(), "not a safetensors file: header too small"),
    ];
    for (bytes, message) in cases {
        let mut loaded = network::<f64>(architecture());
        assert_eq!(loaded.load_safetensors(&bytes).unwrap_err().to_string(), message);
        assert_eq!(loaded.parameters(), network::<f64>(architecture()).parameters());
    }
    // A number that only the narrower type cannot hold.
    let large = of(&|t| t[0].3[..8].copy_from_slice(&1e300_f64.to_le_bytes()));
    assert_eq!(Network::<f64>::new(architecture()).unwrap().load_safetensors(&large).map(drop), Ok(()));
    let mut single = Network::<f32>::new(architecture()).unwrap();
    let refused = single.load_safetensors(&large).unwrap_err().to_string();
    assert_eq!(
        refused,
        "tensor `head.bias` holds 1e300 at position 0: every number must be finite in the net's own type"
    );
    // Nor two biases together, each of which it can.
    let two = of(&|t| [2, 3].into_iter().for_each(|bias| t[bias].3[8..16].copy_from_slice(&3e38_f64.to_le_bytes())));
    let refused = single.load_safetensors(&two).unwrap_err();
    assert!(
        matches!(&refused, Error::NotFinite { name, position: 1, value } if name == "rnn.bias_hh_l0" && *value > 5e38),
        "{refused}"
    );
}

#[test]
fn a_file_that_is_of_no_net_is_refused() {
    let cases: [(Vec<u8>, &str); 6] = [
        (
            changed(architecture(), None, |t| {
                t[5].2 = vec![2, 2];
                t[5].3.truncate(32);
            }),
            "tensor `rnn.weight_ih_l0` has 2 rows for 3 hidden units: it must have 1, 3 or 4 for each, as the cells \
             elman, gru and lstm have",
        ),
        (
            changed(architecture(), None, |t| t[5].2 = vec![6]),
            "tensor `rnn.weight_ih_l0` has shape [6]: it must be a matrix",
        ),
        (
            changed(architecture(), None, |t| drop(t.remove(5))),
            "tensor `rnn.weight_ih_l0` is missing: the file has `head.bias`, `head.weight`, `rnn.bias_hh_l0`, \
             `rnn.bias_ih_l0`, `rnn.weight_hh_l0`",
        ),
        (
            changed(architecture(), Some(r#"{"cell": "gru"}"#), |_| {}),
            "`cell` is \"gru\" in the file's metadata: it must be \"elman\"",
        ),
        (
            changed(architecture(), Some(r#"{"hidden_size": "4"}"#), |_| {}),
            "`hidden_size` is \"4\" in the file's metadata: it must be \"3\"",
        ),
        (
            changed(architecture(), Some(r#"{"dropout": "2"}"#), |_| {}),
            "dropout is 2.0: it must be from 0 to less than 1",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(stored(&bytes).unwrap_err().to_string(), message);
        assert!(Network::<f64>::from_safetensors(&bytes).is_err());
    }
}

/// A file of two small tensors that, taken at their word, ask for a matrix of 10¹² numbers.
#[test]
fn small_files_cannot_ask_for_large_memory() {
    let (head, input) = (vec![0; 4_000_000], vec![0; 4_000_000]);
    let tensors = [("head.weight", vec![1, 1_000_000], head), ("rnn.weight_ih_l0", vec![1_000_000, 1], input)];
    let views = tensors.iter().map(|(name, shape, b)| (name, TensorView::new(Dtype::F32, shape.clone(), b).unwrap()));
    let refused = stored(&serialize(views, None).unwrap()).unwrap_err();
    assert_eq!(
        refused,
        Error::Unsupported { what: "a recurrent layer without bias", found: "`rnn.weight_ih_l0`".to_owned() }
    );
}
