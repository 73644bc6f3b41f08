//! All that a training needs to go on, as the bytes of one safetensors file.
//!
//! Its tensors are `parameters [n]`, `state [batch·state]`, the optimizer's memories, `optimizer.velocity [n]` and so
//! on, and `kept [n]` where parameters are kept, in the net's own number type, bit by bit. The metadata's one entry, `checkpoint`, says what was trained and how,
//! how many steps the optimizer has made, the caller's note, and a checksum of all of it. A checkpoint is only taken back
//! as it was written, and by a trainer with the same net, method and sizes.

use super::checksum::{CHECKSUM, Checksum};
use super::safetensors::{
    SafetensorsFile, check_all_pairs, check_finite, check_own_numbers, check_tensors, numbers, open, pairs, parsed,
    tensor,
};
use crate::error::Error;
use crate::kernels::Scalar;
use crate::network::Tensor;
use crate::numeric::flat_zeros;
use crate::training::{Loss, Trainer};
use std::collections::BTreeMap;

const CHECKPOINT: &str = "checkpoint";
const STEPS: &str = "steps";
const AT_START: &str = "at_start";
const NOTE: &str = "note";
const KEPT: &str = "kept";

impl<T: Scalar, L: Loss<T>> Trainer<T, L> {
    /// Where training is, with the state that it continues from, as a file that is ready to be written; its bytes are for
    /// [`restore`](Self::restore). `note` is the caller's, and comes back from there: the place for what the trainer does
    /// not know, such as where in the data it is, the loss, and for a net with dropout the generator's position.
    ///
    /// # Errors
    /// [`Error::OtherNet`] if [`network`](Self::network) has become another; [`Error::Length`] for a state of another
    /// size; [`Error::NotFinite`] if a number of those is infinite or not a number, so that a checkpoint can always be
    /// gone on from.
    pub fn checkpoint_file(&self, note: &str) -> Result<SafetensorsFile<'_, T>, Error> {
        self.network.check_tape(&self.tape)?;
        let tensors: Vec<_> = self.tensors().collect();
        tensors.iter().try_for_each(|(tensor, values)| check_finite(tensor, values))?;
        let mut pairs = self.pairs();
        pairs.insert(STEPS.to_owned(), self.optimizer.steps.to_string());
        pairs.insert(AT_START.to_owned(), self.state.is_at_start().to_string());
        pairs.insert(NOTE.to_owned(), note.to_owned());
        let mut sum = Checksum::of(&pairs);
        tensors.iter().for_each(|(tensor, values)| sum.update_with(tensor, values));
        pairs.insert(CHECKSUM.to_owned(), sum.in_words());
        SafetensorsFile::new(tensors, CHECKPOINT, &pairs)
    }

    /// The bytes of [`checkpoint_file`](Self::checkpoint_file).
    ///
    /// # Errors
    /// Those of `checkpoint_file`; [`Error::OutOfMemory`].
    pub fn checkpoint(&self, note: &str) -> Result<Vec<u8>, Error> {
        self.checkpoint_file(note)?.to_bytes()
    }

    /// Goes back to where training was when [`checkpoint`](Self::checkpoint) was called, and returns its note.
    ///
    /// # Errors
    /// [`Error::OtherNet`] if [`network`](Self::network) has become another; [`Error::NotSafetensors`],
    /// [`Error::NoCheckpoint`], [`Error::Damaged`], [`Error::MissingTensor`], [`Error::UnknownTensor`],
    /// [`Error::TensorShape`], [`Error::TensorDtype`], [`Error::NotFinite`] for a damaged file or one of another kind;
    /// [`Error::Metadata`] for a checkpoint of another net or training, with what differs; [`Error::Length`] for a
    /// state of another size. The trainer and the state are then as they were.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<String, Error> {
        self.network.check_tape(&self.tape)?;
        let file = open(bytes)?;
        let found = pairs(bytes, CHECKPOINT)?.ok_or(Error::NoCheckpoint)?;
        check_all_pairs(&found, &self.pairs())?;
        let steps = parsed(&found, STEPS, "a whole number")?;
        let at_start = parsed(&found, AT_START, "true or false")?;
        let count = self.network.parameters().len();
        let has_kept = file.names().contains(&KEPT);
        let mut kept = if has_kept { Some(flat_zeros("the parameters that are kept", count, 1)?) } else { None };
        let trained = self.tensors().map(|(tensor, _)| tensor).filter(|tensor| tensor.name != KEPT);
        let expected: Vec<_> = trained.chain(has_kept.then(|| Tensor::whole(KEPT, &[count]))).collect();
        check_tensors(&file, &expected)?;
        let views = expected.iter().map(|expected| tensor(&file, &expected.name)).collect::<Result<Vec<_>, _>>()?;
        let mut sum = Checksum::of(&found);
        for (Tensor { name, .. }, view) in expected.iter().zip(&views) {
            check_own_numbers::<T>(name, view)?;
            sum.update(view.data());
        }
        if found.get(CHECKSUM) != Some(&sum.in_words()) {
            return Err(Error::Damaged);
        }

        self.optimizer.steps = steps;
        self.state.at_start = at_start;
        let memories = self.optimizer.remembered.iter_mut().map(Vec::as_mut_slice);
        let places = [self.network.parameters_mut(), self.state.as_mut_slice()].into_iter().chain(memories);
        let places = places.chain(kept.as_deref_mut());
        for (place, view) in places.zip(&views) {
            // Exact, because the numbers are of the net's own type.
            place.iter_mut().zip(numbers(view).into_iter().flatten()).for_each(|(to, value)| *to = T::narrow(value));
        }
        self.kept = kept;
        Ok(found.get(NOTE).cloned().unwrap_or_default())
    }

    /// All numbers that training changes, by the names that they have in the file.
    fn tensors(&self) -> impl Iterator<Item = (Tensor, &[T])> {
        let names = self.optimizer.method.remembers().iter().map(|name| format!("optimizer.{name}"));
        let memories = names.zip(self.optimizer.remembered.iter().map(Vec::as_slice));
        let own = [("parameters", self.network.parameters()), ("state", self.state.as_slice())];
        let all = own.into_iter().map(|(name, values)| (name.to_owned(), values)).chain(memories);
        let all = all.chain(self.kept.iter().map(|kept| (KEPT.to_owned(), kept.as_slice())));
        all.map(|(name, values)| (Tensor::whole(name, &[values.len()]), values))
    }

    /// What is trained and how: the same in every checkpoint of one training.
    fn pairs(&self) -> BTreeMap<String, String> {
        let optimizer = &self.optimizer;
        let mut pairs = self.network.architecture().pairs();
        pairs.extend([
            ("method".to_owned(), optimizer.method.to_string()),
            ("learning_rate".to_owned(), format!("{:?}", optimizer.learning_rate)),
            ("schedule".to_owned(), optimizer.schedule.to_string()),
            ("clip".to_owned(), optimizer.clip.to_string()),
            ("truncation".to_owned(), self.truncation.to_string()),
            ("batch".to_owned(), self.tape.batch.to_string()),
            ("dtype".to_owned(), T::NAME.to_owned()),
        ]);
        pairs
    }
}

/// The note in the bytes of a checkpoint, before anything else of it is looked at: what says which trainer can
/// [`restore`](Trainer::restore) it. Only that makes sure that the file is not damaged.
///
/// # Errors
/// [`Error::NotSafetensors`] and [`Error::NoCheckpoint`] for a file of another kind.
pub fn checkpoint_note(bytes: &[u8]) -> Result<String, Error> {
    open(bytes)?;
    let mut found = pairs(bytes, CHECKPOINT)?.ok_or(Error::NoCheckpoint)?;
    Ok(found.remove(NOTE).unwrap_or_default())
}
