//! A sequence that is read in stretches, so that it need not be in memory as a whole.

use super::sequence::Sequence;
use crate::error::Error;
use std::fmt::Debug;
use std::ops::Range;

/// A sequence of which any stretch can be read.
///
/// ```
/// use echo_data::{Forecast, OwnData, Shares, in_memory};
/// let csv = &b"v\n0\n1\n2\n3\n"[..];
/// let (_, data) = Forecast::default().read(vec![Box::new(csv)], Shares::default(), &in_memory).unwrap();
/// // Of four values three are followed by one.
/// let series = data.train[0].whole()?;
/// assert_eq!((data.train[0].len(), series.len()), (3, 3));
/// # Ok::<(), echo_data::Error>(())
/// ```
pub trait Stretches: Debug + Send {
    /// A sequence of its kind without steps, to be read to.
    fn none(&self) -> Sequence;

    /// How many time steps it has.
    fn len(&self) -> usize;

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads these time steps to the end of `to`. Those behind the sequence's end are not there.
    ///
    /// # Errors
    /// [`Error::NoRoom`] for what cannot be read any more; those of [`Sequence::push`].
    fn read(&self, steps: Range<usize>, to: &mut Sequence) -> Result<(), Error>;

    /// The number that is furthest from 0, of all that are read or asked for; 0 for classes.
    fn furthest(&self) -> f64;

    /// All of it in memory.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    fn whole(&self) -> Result<Sequence, Error> {
        let mut whole = self.none();
        self.read(0..self.len(), &mut whole)?;
        Ok(whole)
    }
}

/// Those of some time steps that a sequence of this length has.
pub(crate) fn within(steps: &Range<usize>, len: usize) -> Range<usize> {
    let end = steps.end.min(len);
    steps.start.min(end)..end
}

impl Stretches for Sequence {
    fn none(&self) -> Sequence {
        self.like()
    }

    fn len(&self) -> usize {
        Sequence::len(self)
    }

    fn read(&self, steps: Range<usize>, to: &mut Sequence) -> Result<(), Error> {
        to.extend(self, steps)
    }

    fn furthest(&self) -> f64 {
        let all = [self.inputs(), self.targets()].into_iter().flat_map(|steps| steps.values());
        all.fold(0.0, |furthest: f64, &value| if value.abs() > furthest.abs() { value } else { furthest })
    }
}
