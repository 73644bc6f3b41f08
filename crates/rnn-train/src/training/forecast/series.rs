//! A series as a net reads it, and how the net goes on behind it: it reads its own answers in the place of further rows.
//!
//! What is answered at the row i is the value of the row i + h. So the rows of a series of n rows give the values up to n − 1 + h; then
//! the value of each further row is read as it was answered.
//!
//! How far off the answers may be is found in the series itself: from up to fifty rows of its last fifth, which training holds out at the
//! end, the net goes on in the same way, and is compared with what came. Of the errors k steps later, nine of ten are within the interval
//! that is told.

use crate::error::Error;
use echo_data::files::Table;
use echo_data::{Scale, Words};
use rnn_core::{Network, Scalar, Stream};

/// What nine of ten errors are within.
const SHARE: f64 = 0.9;
/// Fewer errors say nothing of an interval.
const LEAST_ERRORS: usize = 5;
/// From so many rows at most the net goes on to find errors.
const MOST_BEGINNINGS: usize = 50;

/// A series as a net reads it.
pub(super) struct Series {
    /// Of each row the numbers that are read, standardised.
    rows: Vec<Vec<f64>>,
    /// Of each row the numbers that are asked for, in their own units.
    targets: Vec<Vec<f64>>,
    scales: Vec<Scale>,
    /// For each number that is read: its place among those that are answered, and its scale.
    read_again: Vec<(usize, Scale)>,
    horizon: usize,
}

/// What a net expects.
pub(super) struct Expected {
    /// For each step the numbers that are asked for, in their own units.
    pub(super) answers: Vec<Vec<f64>>,
    /// Of each number, and each step, what nine of ten errors are within; nothing where there are too few.
    pub(super) within: Vec<Vec<Option<f64>>>,
}

/// A net on its way through a series: what it has answered for rows to come.
#[derive(Clone)]
struct Going<'a, T> {
    stream: Stream<'a, T>,
    /// For each row from the first that is answered on.
    answers: Vec<Vec<f64>>,
}

impl Series {
    /// The first `count` rows of a table, which has all columns that are named.
    pub(super) fn new(
        table: &Table,
        words: &Words,
        [inputs, targets]: [Vec<Scale>; 2],
        horizon: usize,
        count: usize,
    ) -> Self {
        let column = |name: &String| table.column(name).unwrap_or_default();
        let row = |names: &[String], row: usize| names.iter().map(|name| column(name)[row]).collect::<Vec<f64>>();
        let standardised =
            |row: Vec<f64>| row.iter().zip(&inputs).map(|(value, scale)| scale.standardised(*value)).collect();
        let rows = (0..count).map(|number| standardised(row(&words.inputs, number))).collect();
        let own = (0..count).map(|number| row(&words.targets, number)).collect();
        let place = |name: &String| words.targets.iter().position(|target| target == name).unwrap_or_default();
        let read_again = words.inputs.iter().zip(&inputs).map(|(name, scale)| (place(name), *scale)).collect();
        Self { rows, targets: own, scales: targets, read_again, horizon }
    }

    /// What a net expects of the `steps` rows behind these, which must be at least as many as the horizon.
    ///
    /// # Errors
    /// Those of [`Network::stream`].
    pub(super) fn expected<T: Scalar>(&self, network: &Network<T>, steps: usize) -> Result<Expected, Error> {
        let count = self.rows.len();
        let from = count - count / 5;
        let every = ((count - from) / MOST_BEGINNINGS).max(1);
        let mut going = Going { stream: network.stream()?, answers: Vec::new() };
        let mut errors = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            if number >= from && (number - from).is_multiple_of(every) {
                let expected = self.go_on(going.clone(), number, steps.min(count - number))?;
                let off = expected.iter().zip(&self.targets[number..]).map(|(answer, target)| {
                    answer.iter().zip(target).map(|(answer, target)| (answer - target).abs()).collect()
                });
                errors.push(off.collect::<Vec<Vec<f64>>>());
            }
            self.read(&mut going, row)?;
        }
        let answers = self.go_on(going, count, steps)?;
        Ok(Expected { answers, within: self.within(&errors, steps) })
    }

    /// Reads a row, and keeps the answer.
    fn read<T: Scalar>(&self, going: &mut Going<'_, T>, row: &[f64]) -> Result<(), Error> {
        let features: Vec<T> = row.iter().map(|&value| T::narrow(value)).collect();
        let answers = going.stream.push(&features)?;
        let own = |(answer, scale): (&T, &Scale)| scale.own(answer.widen());
        going.answers.push(answers.iter().zip(&self.scales).map(own).collect());
        Ok(())
    }

    /// Goes on from behind the first `rows` rows: what is answered for the `steps` that follow.
    fn go_on<T: Scalar>(&self, mut going: Going<'_, T>, rows: usize, steps: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut expected = Vec::with_capacity(steps);
        for row in rows..rows + steps {
            // Nothing is answered for the first rows of a series that is shorter than the horizon.
            let Some(answer) = row.checked_sub(self.horizon).and_then(|from| going.answers.get(from)).cloned() else {
                break;
            };
            let read: Vec<f64> =
                self.read_again.iter().map(|(place, scale)| scale.standardised(answer[*place])).collect();
            expected.push(answer);
            self.read(&mut going, &read)?;
        }
        Ok(expected)
    }

    /// Of each number, and each step ahead, what nine of ten errors are within; nothing where there are too few.
    fn within(&self, errors: &[Vec<Vec<f64>>], steps: usize) -> Vec<Vec<Option<f64>>> {
        let of_step = |number: usize, step: usize| {
            let mut all: Vec<f64> = errors.iter().filter_map(|of_one| Some(of_one.get(step)?[number])).collect();
            all.sort_by(f64::total_cmp);
            let place = ((all.len() as f64 * SHARE).ceil() as usize).saturating_sub(1);
            all.get(place).copied().filter(|width| all.len() >= LEAST_ERRORS && width.is_finite())
        };
        let of_number = |number: usize| {
            let mut widest: Option<f64> = None;
            let widths = (0..steps).map(|step| {
                // Nothing is known better later.
                widest = of_step(number, step).map(|width| widest.map_or(width, |widest: f64| widest.max(width)));
                widest
            });
            widths.collect()
        };
        (0..self.scales.len()).map(of_number).collect()
    }
}
