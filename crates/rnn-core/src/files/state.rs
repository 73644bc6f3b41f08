//! The state of a net between two time steps, as the bytes of one safetensors file: from there it goes on bit by bit, here or in
//! PyTorch.
//!
//! Its tensors are those that a module of PyTorch's takes beside its inputs: `h_0 [layers, batch, hidden]`, the outputs of the
//! hidden units, and for an LSTM `c_0`, their memories, in the net's own number type. PyTorch has no one module for layers that
//! differ in cell or width, but one for each: then layer k has tensors of its own, `h_0_lk [1, batch, hidden]` and `c_0_lk`.
//! The metadata's one entry, `state`, says which net it is of, with a checksum of that net's parameters, how many time steps were
//! read, and a checksum of all of it.

use super::checksum::{CHECKSUM, Checksum, in_words};
use super::safetensors::{
    SafetensorsFile, check_all_pairs, check_finite, check_own_numbers, check_tensors, numbers, open, other, pairs,
    parsed, tensor,
};
use crate::error::{Error, check_at_least_one};
use crate::kernels::Scalar;
use crate::network::{Architecture, Network, State, Tensor};
use crate::numeric::reserved;
use std::collections::BTreeMap;
use std::ops::Range;

const STATE: &str = "state";
const AT_START: &str = "at_start";
const STEPS: &str = "steps";
const WEIGHTS: &str = "weights_crc32";

/// So many steps nobody reads; with fewer, who goes on counting always finds the next number.
const TOO_MANY_STEPS: u64 = 1 << 63;
/// What the number of steps must be.
const WHOLE: &str = "a whole number below 2^63";

impl<T: Scalar> Network<T> {
    /// A state of this net, such as [`Stream::state`](crate::Stream::state), as the bytes of a safetensors file; they are for
    /// [`state_from_safetensors`](Self::state_from_safetensors). `steps` is how many time steps were read up to there: the
    /// caller counts them, and is told again.
    ///
    /// Its tensors are what the modules of PyTorch take: `h_0 [layers, batch, hidden]` for `torch.nn.RNN`, `GRU` and `LSTM`, and
    /// `c_0` of the same shape for `LSTM`. Where layers differ in cell or width, layer k has `h_0_lk [1, batch, hidden]` and
    /// `c_0_lk`.
    ///
    /// # Errors
    /// [`Error::Length`] for the state of another net; [`Error::NotFinite`] for a state that contains NaN or
    /// infinity, from which no stream could go on; [`Error::Metadata`] for 2⁶³ steps or more; [`Error::OutOfMemory`].
    pub fn state_to_safetensors(&self, state: &State<T>, steps: u64) -> Result<Vec<u8>, Error> {
        let batch = state.values.nrows();
        self.check_state(batch, state)?;
        check_steps(steps)?;
        let parts = parts(self.architecture(), batch);
        let mut values = Vec::with_capacity(parts.len());
        for part in &parts {
            let mut of_part = reserved("the file of a state", part.tensor.count(), 1)?;
            of_part.extend(part.places().map(|place| state.as_slice()[place]));
            check_finite(&part.tensor, &of_part)?;
            values.push(of_part);
        }
        let tensors: Vec<_> = parts.into_iter().map(|part| part.tensor).zip(values.iter().map(Vec::as_slice)).collect();
        let mut pairs = self.state_pairs();
        pairs.extend([
            (AT_START.to_owned(), state.is_at_start().to_string()),
            (STEPS.to_owned(), steps.to_string()),
            (WEIGHTS.to_owned(), in_words(self.checksum())),
        ]);
        let mut sum = Checksum::of(&pairs);
        tensors.iter().for_each(|(tensor, values)| sum.update_with(tensor, values));
        pairs.insert(CHECKSUM.to_owned(), sum.in_words());
        SafetensorsFile::new(tensors, STATE, &pairs)?.to_bytes()
    }

    /// The state of `batch` rows in such bytes, and how many time steps were read up to there. It must have been this net's, with
    /// the parameters that the net has now.
    ///
    /// # Errors
    /// [`Error::Zero`] for no rows; [`Error::NotSafetensors`], [`Error::NoState`], [`Error::MissingTensor`],
    /// [`Error::UnknownTensor`], [`Error::TensorDtype`], [`Error::NotFinite`] and [`Error::Damaged`] for a damaged file or one of
    /// another kind; [`Error::Metadata`] for the state of another net, with what differs; [`Error::TensorShape`] for one of
    /// other rows; [`Error::OtherWeights`] where the net has other parameters; [`Error::OutOfMemory`].
    pub fn state_from_safetensors(&self, batch: usize, bytes: &[u8]) -> Result<(State<T>, u64), Error> {
        check_at_least_one([("batch", batch)])?;
        let file = open(bytes)?;
        let found = pairs(bytes, STATE)?.ok_or(Error::NoState)?;
        check_all_pairs(&found, &self.state_pairs())?;
        let at_start = parsed(&found, AT_START, "true or false")?;
        let steps = parsed(&found, STEPS, WHOLE)?;
        check_steps(steps)?;
        let parts = parts(self.architecture(), batch);
        check_tensors(&file, &parts.iter().map(|part| part.tensor.clone()).collect::<Vec<_>>())?;
        let mut state = self.zero_state(batch)?;
        let mut sum = Checksum::of(&found);
        for part in &parts {
            let view = tensor(&file, &part.tensor.name)?;
            check_own_numbers::<T>(&part.tensor.name, &view)?;
            let values = numbers(&view).into_iter().flatten();
            part.places().zip(values).for_each(|(place, value)| state.as_mut_slice()[place] = T::narrow(value));
            sum.update(view.data());
        }
        if found.get(CHECKSUM) != Some(&sum.in_words()) {
            return Err(Error::Damaged);
        }
        if found.get(WEIGHTS) != Some(&in_words(self.checksum())) {
            return Err(Error::OtherWeights);
        }
        state.at_start = at_start;
        Ok((state, steps))
    }

    /// What a file says of the net: all that shapes the state, or what follows from it. Dropout does not.
    fn state_pairs(&self) -> BTreeMap<String, String> {
        let mut pairs = self.architecture().pairs();
        pairs.remove("dropout");
        pairs
    }
}

fn check_steps(steps: u64) -> Result<(), Error> {
    if steps < TOO_MANY_STEPS { Ok(()) } else { Err(other(STEPS, &steps.to_string(), WHOLE)) }
}

/// A part of a state that is a tensor of a file.
struct Part {
    /// `[layers, batch, hidden]`
    tensor: Tensor,
    /// For each layer, the numbers of the state that it has of each row.
    numbers: Vec<Range<usize>>,
    batch: usize,
}

impl Part {
    /// Where in a state the tensor's numbers are: in a file the units of a row are neighbours, in a state the rows of a unit.
    fn places(&self) -> impl Iterator<Item = usize> {
        let batch = self.batch;
        let of_layer = move |numbers: &Range<usize>| (0..batch).zip(std::iter::repeat(numbers.clone()));
        let rows = self.numbers.iter().flat_map(of_layer);
        rows.flat_map(move |(row, numbers)| numbers.map(move |number| number * batch + row))
    }
}

/// The parts of a state of `batch` rows, in the order of their names.
fn parts(architecture: &Architecture, batch: usize) -> Vec<Part> {
    let are_alike = architecture.uniform().is_some();
    let mut parts: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    let mut at = 0;
    for (number, layer) in architecture.layers.iter().enumerate() {
        let suffix = if are_alike { String::new() } else { format!("_l{number}") };
        let names = if layer.cell.facts().has_memory { &["h_0", "c_0"][..] } else { &["h_0"] };
        for name in names {
            parts.entry(format!("{name}{suffix}")).or_default().push(at..at + layer.hidden_size);
            at += layer.hidden_size;
        }
    }
    let part = |(name, numbers): (String, Vec<Range<usize>>)| {
        let hidden = numbers.first().map_or(0, Range::len);
        Part { tensor: Tensor::whole(name, &[numbers.len(), batch, hidden]), numbers, batch }
    };
    parts.into_iter().map(part).collect()
}
