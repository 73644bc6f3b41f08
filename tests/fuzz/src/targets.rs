//! What reads the files, and what it makes of them.

use echo_data::files::Array;
use echo_data::{Episodes, Forecast, Inputs, Next, OwnData, Sequence, Shares, in_memory};
use rnn_core::rand::SeedableRng;
use rnn_core::rand::rngs::ChaCha8Rng;
use rnn_core::{
    Adagrad, Adam, Architecture, CellKind, Error, Init, Method, Named, Network, Sgd, SoftmaxCrossEntropy, Trainer,
    checkpoint_note, stored,
};
use rnn_train::Layer;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Read;
use std::path::Path;

/// Reads an input.
type Reader = Box<dyn FnMut(&[u8])>;

/// A reader of files.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Makes the reader.
    pub(crate) reader: fn() -> Reader,
    /// Files that changes begin with, beside those in the target's folder.
    pub(crate) made: fn() -> Vec<Vec<u8>>,
    /// A folder of fixtures with more of them.
    pub(crate) fixtures: Option<&'static str>,
    /// What the reader knows.
    pub(crate) words: &'static [&'static str],
}

pub(crate) const TARGETS: [Target; 8] = [
    Target {
        name: "settings",
        reader: || Box::new(settings),
        made: Vec::new,
        fixtures: None,
        words: &[
            "\n",
            "=",
            "\"",
            "'",
            "[",
            "]",
            "[[",
            "{",
            "}",
            ",",
            "#",
            "\r\n",
            "\u{feff}",
            "true",
            "\"off\"",
            "inf",
            "nan",
            "1_000",
            "0x10",
            "num_epochs",
            "cell",
            "\"lstm\"",
            "optimizer",
            "\"adamw\"",
            "learning_rate",
            "series",
            "seed",
            "class_probabilities",
            "truncated_backprop_length",
            "window_stride",
            "batch_size",
            "1979-05-27",
            "\\u0000",
            "\"\"\"",
        ],
    },
    Target {
        name: "series",
        reader: || Box::new(series),
        made: || vec![utf16("input,target\n1,0\n0,1\n"), utf16("input;target\r\n1;0\r\n")],
        fixtures: None,
        words: &[
            ",",
            ";",
            "\t",
            "\"",
            "\"\"",
            "\n",
            "\r",
            "\r\n",
            "sep=;\n",
            "input",
            "target",
            "Input",
            "0",
            "1",
            "1.0",
            "0,0",
            "1e0",
            "+1",
            " ",
            "\u{feff}",
            "\0",
            "NaN",
            "true",
            "\u{2028}",
            "\u{1f980}",
            "\n\n",
            "|",
        ],
    },
    Target {
        name: "texts",
        reader: || Box::new(texts),
        made: || {
            vec![
                "to be, or not to be, that is the question. ".repeat(5).into(),
                b"\xff\0ab\r\n".repeat(30),
                utf16("abc"),
            ]
        },
        fixtures: None,
        words: &["\n", "\r\n", "\u{feff}", "\0", "\u{1f980}", "\u{300}", "z", "é"],
    },
    Target {
        name: "tables",
        reader: || Box::new(tables),
        made: || vec![b"t,v\n1,2\n2,NA\n3,4\n4,6\n5,7\n6,9\n7,1\n8,2\n".to_vec()],
        fixtures: Some("data"),
        words: &[
            ",", ";", "\t", "\"", "\n", "\r\n", "sep=;\n", "NaN", "NA", "", "inf", "1e400", "1e308", "-1e308", "0,5",
            "1.5", "2001-02", "x", "v", "t", "\u{feff}", "\0",
        ],
    },
    Target {
        name: "arrays",
        reader: || Box::new(arrays),
        made: || vec![include_bytes!("../../fixtures/npz/fortran.npy").to_vec()],
        fixtures: Some("npz/episodes"),
        words: &[
            "x_train",
            "y_train",
            "X_test",
            "mask_train",
            ".npy",
            "PK\x03\x04",
            "PK\x01\x02",
            "PK\x05\x06",
            "\u{93}NUMPY",
            "(",
            ")",
            "'descr': '<f8'",
            "'fortran_order': True",
            "'shape': (2, 3)",
            "|O",
            ">i2",
            "\0\0\0\0",
        ],
    },
    Target {
        name: "weights",
        reader: || Box::new(weights),
        made: || {
            let cells = CellKind::ALL.iter().copied();
            cells.filter_map(|cell| network(cell).ok()?.to_safetensors(&BTreeMap::new()).ok()).collect()
        },
        fixtures: Some("foreign"),
        words: &FILE_WORDS,
    },
    Target {
        name: "states",
        reader: || {
            let networks: Vec<_> = CellKind::ALL.iter().filter_map(|&cell| network(cell).ok()).collect();
            Box::new(move |input| networks.iter().for_each(|network| state(network, input)))
        },
        made: || {
            let written = |network: Network<f32>| network.state_to_safetensors(&network.zero_state(1)?, 20);
            CellKind::ALL.iter().filter_map(|&cell| network(cell).and_then(written).ok()).collect()
        },
        fixtures: None,
        words: &FILE_WORDS,
    },
    Target {
        name: "checkpoints",
        reader: || {
            let mut trainers: Vec<_> = [Method::Adam(Adam::default()), Method::Adagrad(Adagrad::default())]
                .into_iter()
                .filter_map(|method| training(method).ok())
                .collect();
            Box::new(move |input| checkpoint(&mut trainers, input))
        },
        made: || {
            let saved = |method| training(method).and_then(|trainer| trainer.checkpoint("note = 1"));
            let methods = [
                Method::Adam(Adam::default()),
                Method::Adagrad(Adagrad::default()),
                Method::Sgd(Sgd { momentum: 0.9, nesterov: false }),
            ];
            methods.into_iter().filter_map(|method| saved(method).ok()).collect()
        },
        fixtures: None,
        words: &FILE_WORDS,
    },
];

const FILE_WORDS: [&str; 30] = [
    "\"",
    "\\\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "null",
    "F16",
    "BF16",
    "F32",
    "F64",
    "I64",
    "F8_E4M3",
    "dtype",
    "shape",
    "data_offsets",
    "__metadata__",
    "settings",
    "rnn.weight_ih_l0",
    "rnn.weight_hh_l1",
    "rnn.bias_ih_l0",
    "head.weight",
    "h_0",
    "c_0",
    "_reverse",
    "module.",
    "_orig_mod.",
    "hidden_size",
];

/// What is told to a person must be one line.
fn one_line<V>(result: Result<V, impl Display>) {
    if let Err(error) = result {
        let told = error.to_string();
        assert!(!told.is_empty() && !told.contains('\n'), "{told:?}");
    }
}

fn settings(input: &[u8]) {
    let Ok(text) = echo_data::files::decode(input) else { return };
    match Layer::from_toml(&text, "settings.toml", Path::new("/nowhere")) {
        Ok(layer) => one_line(layer.resolve().map_err(|error| error.to_string().replace('\n', "\\n"))),
        Err(error) => one_line::<()>(Err(error.to_string().replace('\n', "\\n"))),
    }
}

/// Gives a few bytes at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(3);
        self.0.read(&mut buffer[..count])
    }
}

fn series(input: &[u8]) {
    let [at_once, slowly] = [Sequence::from_csv(input, 2), Sequence::from_csv(Slow(input), 2)];
    assert_eq!(at_once, slowly, "what is read does not depend on how bytes come");
    one_line(at_once);
    for of_classes in [true, false] {
        let mut inputs = match Inputs::new(Slow(input)) {
            Ok(inputs) => inputs,
            Err(error) => return one_line::<()>(Err(error)),
        };
        loop {
            let next = if of_classes {
                inputs.next_class(3).map(|class| class.is_some())
            } else {
                inputs.next_number().map(|number| number.is_some())
            };
            match next {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    one_line::<()>(Err(error));
                    break;
                }
            }
        }
    }
}

/// Reads data of one's own, with a part held out, and makes the task again from what it tells.
fn own_data(task: &dyn OwnData, input: &[u8]) {
    let shares = Shares { valid: 0.1, test: 0.2 };
    let read = task.read(vec![Box::new(input)], shares, &in_memory).map_err(|wrong| wrong.error);
    let slowly = task.read(vec![Box::new(Slow(input))], shares, &in_memory).map_err(|wrong| wrong.error);
    assert_eq!(read.as_ref().map(|(_, data)| data).err(), slowly.as_ref().map(|(_, data)| data).err());
    if let Ok((known, data)) = &read {
        for part in data.train.iter().chain(&data.valid).chain(&data.test) {
            // What has been checked can be read, as a whole and in pieces.
            let (whole, mut pieces, middle) = (part.whole(), part.none(), part.len() / 2);
            let read = [0..middle, middle..part.len() + 7].map(|stretch| part.read(stretch, &mut pieces));
            assert!(read.iter().all(Result::is_ok));
            let is_right = |whole: &Sequence| {
                let is_asked = (0..part.len()).any(|step| whole.is_scored(step));
                is_asked && pieces.targets() == whole.targets() && pieces.inputs() == whole.inputs()
            };
            assert!(whole.is_ok_and(|whole| whole.len() == part.len() && is_right(&whole)));
        }
        let facts = known.own_data().map(OwnData::facts).unwrap_or_default();
        let fact = |name: &str| facts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.clone());
        let again = task.with_facts(&fact);
        assert_eq!(again.as_ref().map(|task| (task.shape(), task.words())), Ok((known.shape(), known.words())));
    }
    one_line(read.map(drop));
}

fn texts(input: &[u8]) {
    let mut task = Next::default();
    own_data(&task, input);
    task.symbols = "byte";
    own_data(&task, input);
    task.symbols = "character";
    task.files = "joined";
    own_data(&task, input);
}

fn tables(input: &[u8]) {
    let mut task = Forecast::default();
    task.season = 2;
    for missing in ["refuse", "interpolate", "drop"] {
        task.missing = missing;
        own_data(&task, input);
    }
    own_data(&Episodes::default(), input);
    let mut labels = Next::default();
    labels.data = vec!["labels.csv".into()];
    own_data(&labels, input);
}

fn arrays(input: &[u8]) {
    own_data(&Episodes::default(), input);
    one_line(Array::from_npy(input));
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn weights(input: &[u8]) {
    one_line(stored(input));
    one_line(Network::<f32>::from_safetensors(input).map(|network| {
        assert!(network.parameters().iter().all(|parameter| parameter.is_finite()));
    }));
    one_line(Network::<f64>::from_safetensors(input));
}

fn network(cell: CellKind) -> Result<Network<f32>, Error> {
    let mut network = Network::new(Architecture::new(cell).hidden_size(2).num_layers(2).outputs(2))?;
    Init::PyTorch.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(1))?;
    Ok(network)
}

/// Reads a state, with which the net goes on.
fn state(network: &Network<f32>, input: &[u8]) {
    one_line(network.state_from_safetensors(1, input).and_then(|(state, steps)| {
        assert!(steps < u64::MAX && state.as_slice().iter().all(|number| number.is_finite()));
        network.stream_from(state)?.push(&[1.0]).map(drop)
    }));
}

type Training = Trainer<f32, SoftmaxCrossEntropy>;

fn training(method: Method) -> Result<Training, Error> {
    let trainer = Trainer::builder(network(CellKind::Gru)?, SoftmaxCrossEntropy);
    trainer.optimizer(method, 0.01).window(3).batch(2).build()
}

fn checkpoint(trainers: &mut [Training], input: &[u8]) {
    one_line(checkpoint_note(input));
    for trainer in trainers {
        let restored = trainer.restore(input).map(drop);
        assert!(trainer.network.parameters().iter().all(|parameter| parameter.is_finite()));
        one_line(restored);
    }
}
