//! The losses of nets side by side, one in each lane, each bit by bit as it is of a single net.

use super::binary_cross_entropy::BinaryCrossEntropy;
use super::cross_entropy::SoftmaxCrossEntropy;
use super::row_loss::{KnownKind, KnownLoss, RowLoss, Rows, mean};
use super::squared_error::OfNumbers;
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::{Places, Scalar, lines_of_nets, to_lanes};
use crate::numeric::panels::{Block, BlockMut, Blocks, BlocksMut};
use crate::numeric::{Kernel, Lanes, Lines, Vector, flat_zeros};
use std::array;
use std::ops::Range;

/// Targets of nets side by side, and room for their losses.
#[derive(Debug)]
pub(crate) struct LossOfNets<T> {
    outputs: usize,
    batch: usize,
    /// Each net's targets as numbers.
    numbers: Vec<T>,
    /// The same as lines.
    targets: Lines<T>,
    /// For each row 1 where it is scored, otherwise 0; only used where there is a mask.
    scored: Lines<T>,
    /// A row's terms.
    terms: Lines<T>,
}

impl<T: Scalar> LossOfNets<T> {
    /// Room for windows of `steps` time steps of `batch` rows.
    pub(crate) fn new(outputs: usize, steps: usize, batch: usize) -> Result<Self, Error> {
        let (what, rows) = ("the window's targets", steps.checked_mul(batch));
        let numbers = rows.and_then(|rows| rows.checked_mul(outputs));
        Ok(Self {
            outputs,
            batch,
            numbers: flat_zeros(what, numbers.unwrap_or(usize::MAX), T::PANEL)?,
            targets: lines_of_nets(what, numbers)?,
            scored: lines_of_nets(what, rows)?,
            terms: lines_of_nets(what, Some(outputs))?,
        })
    }

    /// Computes the losses of some steps of a window, whose targets these are, from the outputs, and the derivatives by these.
    /// A net has no loss if its targets are such as its outputs cannot have.
    pub(crate) fn evaluate<V: Copy>(
        &mut self,
        known: KnownLoss<T, V>,
        targets: &[Targets<'_, V>; 16],
        (steps, losses): (&Range<usize>, &mut [Option<f64>; 16]),
        y: Blocks<'_, T>,
        dy: BlocksMut<'_, T>,
    ) {
        match known.kind {
            KnownKind::BinaryCrossEntropy => self.of_kind(BinaryCrossEntropy, known, targets, (steps, losses), y, dy),
            KnownKind::CrossEntropy => self.of_kind(SoftmaxCrossEntropy, known, targets, (steps, losses), y, dy),
            KnownKind::SquaredError => self.of_kind(OfNumbers, known, targets, (steps, losses), y, dy),
        }
    }

    fn of_kind<R: RowLoss, V: Copy>(
        &mut self,
        loss: R,
        known: KnownLoss<T, V>,
        targets: &[Targets<'_, V>; 16],
        (steps, losses): (&Range<usize>, &mut [Option<f64>; 16]),
        y: Blocks<'_, T>,
        dy: BlocksMut<'_, T>,
    ) {
        let (batch, steps) = (self.batch, steps.clone());
        let rows = batch * steps.len();
        let (of_row, terms_of_row) = (known.targets(self.outputs), loss.terms(self.outputs));
        let (numbers, all) = (rows * of_row, self.numbers.len() / T::PANEL);
        let (mut slopes, mut counts, mut masked) = ([T::zero(); 16], [0; 16], false);
        for (net, targets) in targets.iter().enumerate().take(T::PANEL) {
            let to = &mut self.numbers[net * all..][..numbers];
            let scored = targets.mask().map_or(rows, |_| targets.scored());
            masked |= scored < rows;
            counts[net] = if (known.numbers)(self.outputs, *targets, to) { scored } else { 0 };
            slopes[net] = loss.slope(scored, self.outputs);
        }
        let of_nets = array::from_fn(|net| self.numbers.get(net * all..).unwrap_or_default());
        to_lanes(Places::in_order(numbers), &of_nets, &mut self.targets);
        if masked {
            for (row, line) in self.scored.chunks_exact_mut(T::PANEL).take(rows).enumerate() {
                let of_nets = line.iter_mut().zip(targets);
                of_nets.for_each(|(to, net)| *to = if net.is_scored(row) { T::one() } else { T::zero() });
            }
        }
        let Self { outputs, targets, scored, terms, .. } = self;
        let scored = masked.then_some(&**scored);
        let outputs = *outputs;
        let sums = T::run_wide(InLanes { loss, outputs, of_row, batch, steps, y, dy, targets, scored, slopes, terms });
        let mean_of = |net: usize| mean(sums.map(|sums| sums[net]), counts[net] * terms_of_row);
        *losses = array::from_fn(|net| (counts[net] > 0).then(|| mean_of(net)));
    }
}

/// A loss at some steps of a window of each net.
struct InLanes<'a, T, R> {
    loss: R,
    outputs: usize,
    /// How many targets a row has.
    of_row: usize,
    batch: usize,
    steps: Range<usize>,
    y: Blocks<'a, T>,
    dy: BlocksMut<'a, T>,
    targets: &'a [T],
    scored: Option<&'a [T]>,
    slopes: [T; 16],
    terms: &'a mut [T],
}

impl<T: Scalar, R: RowLoss> Kernel<T> for InLanes<'_, T, R> {
    /// For each sum, that of each net.
    type Output = [[f64; 16]; 8];

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> [[f64; 16]; 8] {
        let Self { loss, outputs, of_row, batch, steps, y, mut dy, targets, scored, slopes, terms } = self;
        let lanes = lanes.line();
        let slope = Vector::load(lanes, &slopes);
        let (count, all_sums) = (loss.terms(outputs), loss.sums::<T>());
        let (terms, mut sums, mut sum) = (&mut terms[..count * T::PANEL], [[0.0; 16]; 8], 0);
        let mut targets = targets.chunks_exact(of_row * T::PANEL);
        let mut scored = scored.map(|scored| scored.chunks_exact(T::PANEL));
        for step in steps {
            for row in 0..batch {
                let mut of_nets = RowOfNets {
                    lanes,
                    y: y.block(row, step),
                    dy: dy.block(row, step),
                    targets: targets.next().unwrap_or_default(),
                    terms: BlockMut(&mut *terms),
                };
                loss.at_rows(slope, &mut of_nets);
                if let Some(scored) = scored.as_mut().and_then(Iterator::next) {
                    of_nets.leave_out(scored);
                }
                let sums = &mut sums[sum];
                for term in terms.chunks_exact(T::PANEL) {
                    for (sum, term) in sums.iter_mut().zip(term) {
                        *sum += loss.summed(term.widen());
                    }
                }
                sum = if sum + 1 < all_sums { sum + 1 } else { 0 };
            }
        }
        sums
    }
}

/// A row of each net.
struct RowOfNets<'a, T, S> {
    lanes: S,
    y: Block<'a, T>,
    dy: BlockMut<'a, T>,
    targets: &'a [T],
    terms: BlockMut<'a, T>,
}

impl<T: Scalar, S: Lanes<T>> RowOfNets<'_, T, S> {
    /// Leaves out the nets whose row is not scored.
    #[inline(always)]
    fn leave_out(&mut self, scored: &[T]) {
        let scored = Vector::load(self.lanes, scored);
        let (half, zero) = (scored.of(T::narrow(0.5)), scored.zero());
        for lines in [&mut *self.dy.0, &mut *self.terms.0] {
            for line in lines.chunks_exact_mut(T::PANEL) {
                half.if_less(scored, Vector::load(self.lanes, line), zero).store(line);
            }
        }
    }
}

impl<T: Scalar, S: Lanes<T>> Rows<T, S> for RowOfNets<'_, T, S> {
    #[inline(always)]
    fn outputs(&self) -> usize {
        self.y.0.len() / T::PANEL
    }

    #[inline(always)]
    fn output(&self, output: usize) -> Vector<T, S> {
        self.y.load(self.lanes, output, 0)
    }

    #[inline(always)]
    fn target(&self, target: usize) -> Vector<T, S> {
        Vector::load(self.lanes, &self.targets[target * T::PANEL..])
    }

    #[inline(always)]
    fn derivative(&self, output: usize) -> Vector<T, S> {
        self.dy.as_ref().load(self.lanes, output, 0)
    }

    #[inline(always)]
    fn set_derivative(&mut self, output: usize, derivative: Vector<T, S>) {
        self.dy.store(derivative, output, 0);
    }

    #[inline(always)]
    fn add(&mut self, term: usize, value: Vector<T, S>) {
        self.terms.store(value, term, 0);
    }
}
