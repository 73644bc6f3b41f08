//! Sums over all rows of a window: the derivatives by weights and biases.
//!
//! ```text
//! dW = Σ_t [x_t | h_{t-1}]ᵀ · d_t        db = Σ_t column sums of d_t
//! ```
//!
//! They are taken band by band, and within a band over its rows at one step after the other, in stretches of at most 256 lines: a
//! stretch's sum begins at zero and is added to the derivative when it is whole. Lanes run along units of `[x | h]`, or along
//! columns of W where inputs are few or one-hot.

use super::memory::Widths;
use super::window::Read;
use crate::cells::{LayerShape, Sum};
use crate::numeric::rows::RowShape;
use crate::numeric::{Kernel, Lanes, Real, Vector, add_multiples};
use std::ops::Range;

/// Lines of a stretch at most.
pub(super) const STRETCH: usize = 256;
/// The least number of inputs along which lanes run.
const MANY_INPUTS: usize = 8;

/// Columns of a tile at most: the sums of two vectors for each, and the operands, fit in the registers.
pub(super) const fn most_columns<T, S: Lanes<T>>() -> usize {
    match S::REGISTERS {
        ..16 => 1,
        16..32 => 6,
        _ => 8,
    }
}

/// Does something for a number of columns that the compiler knows.
macro_rules! by_count {
    ($count:ident of $s:ident, $n:ident => $work:expr) => {
        by_count!($count of $s, $n => $work; 2 3 4 5 6 7 8)
    };
    ($count:ident of $s:ident, $n:ident => $work:expr; $($number:literal)*) => {
        match $count {
            // What the compiler sees never to happen is not compiled.
            $($number if const { most_columns::<T, $s>() >= $number } => {
                const $n: usize = $number;
                $work;
            })*
            _ => {
                const $n: usize = 1;
                $work;
            }
        }
    };
}
pub(super) use by_count;

/// The stretches of a window: the band, its first step, and how many steps there are.
#[inline(always)]
pub(crate) fn stretches<T: Real>(batch: usize, steps: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let shape = RowShape { batch, blocks: steps, stride: 1 };
    (0..shape.bands::<T>()).flat_map(move |band| {
        let long = (STRETCH / shape.rows::<T>(band)).max(1);
        (0..steps).step_by(long).map(move |start| (band, start..(start + long).min(steps)))
    })
}

/// Derivatives by some columns of W and their biases, and by what units have of their own.
pub(super) struct RowSums<'a, T> {
    /// The sums of a unit.
    pub(super) sums: &'a [Sum],
    pub(super) shape: LayerShape,
    pub(super) widths: Widths,
    pub(super) steps: usize,
    pub(super) xh: Read<'a, T>,
    pub(super) d_sums: Read<'a, T>,
    /// Where inputs are one-hot, the class that each row reads.
    pub(super) classes: Option<&'a [u32]>,
    pub(super) columns: Range<usize>,
    /// Those of these columns.
    pub(super) w: &'a mut [T],
    pub(super) bias: &'a mut [T],
    pub(super) recurrent_bias: &'a mut [T],
    pub(super) own: &'a mut [T],
}

/// Units of a sum: where its derivatives begin in a line, which units, and the first one's column among those of the share.
#[derive(Clone)]
struct OfSum {
    at: usize,
    units: Range<usize>,
    column: usize,
}

impl<T: Real> Kernel<T> for RowSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        let (hidden, padded) = (self.shape.hidden, self.widths.hidden);
        let LayerShape { inputs, .. } = self.shape;
        for (band, steps) in stretches::<T>(self.xh.1.batch, self.steps) {
            let xh = &self.xh.0[self.xh.1.blocks_of::<T>(band, steps.clone())];
            let d = &self.d_sums.0[self.d_sums.1.blocks_of::<T>(band, steps.clone())];
            let classes = RowShape { batch: self.xh.1.batch, blocks: self.steps, stride: 1 };
            let lines = d.len() / self.d_sums.1.stride;
            let classes = self.classes.map(|all| &all[classes.blocks_of::<T>(band, steps)]);
            for (number, sum) in self.sums.iter().enumerate() {
                // The share's columns that this sum has.
                let first = sum.gate * hidden;
                let start = self.columns.start.max(first);
                let end = self.columns.end.min(first + hidden);
                if start >= end {
                    continue;
                }
                let of_sum = OfSum {
                    at: number * padded,
                    units: start - first..end - first,
                    column: start - self.columns.start,
                };
                let d = (d, self.d_sums.1.stride);
                self.biases(lanes, d, &of_sum, sum.input, sum.state);
                let mut many_inputs = 0..0;
                match classes {
                    _ if !sum.input => {}
                    Some(classes) => self.looked(lanes, d, classes, &of_sum),
                    None if inputs < MANY_INPUTS => self.few_inputs(lanes, xh, d, &of_sum),
                    None => many_inputs = 0..inputs,
                }
                let state = if sum.state { inputs..inputs + hidden } else { 0..0 };
                for (at, rows_of_w) in [(0, many_inputs), (self.widths.inputs, state)] {
                    self.units(lanes, (xh, at), d, &of_sum, rows_of_w);
                }
            }
            if !self.own.is_empty() {
                for number in 0..self.shape.facts.own {
                    let of_own = OfSum { at: (self.sums.len() + number) * padded, units: 0..hidden, column: 0 };
                    let own = &mut self.own[number * hidden..(number + 1) * hidden];
                    add_columns(lanes, (d, self.d_sums.1.stride), &of_own, ones::<T>(lines), |unit, sum| {
                        own[unit] += sum
                    });
                }
            }
        }
    }
}

impl<T: Real> RowSums<'_, T> {
    #[inline(always)]
    fn biases<S: Lanes<T>>(&mut self, lanes: S, d: (&[T], usize), of_sum: &OfSum, input: bool, state: bool) {
        let Self { bias, recurrent_bias, .. } = self;
        add_columns(lanes, d, of_sum, ones::<T>(d.0.len() / d.1), |unit, sum| {
            if input {
                bias[of_sum.column + unit] += sum;
            }
            if let (true, Some(bias)) = (state, recurrent_bias.get_mut(of_sum.column + unit)) {
                *bias += sum;
            }
        });
    }

    /// Lanes along columns, one input after the other.
    #[inline(always)]
    fn few_inputs<S: Lanes<T>>(&mut self, lanes: S, xh: &[T], d: (&[T], usize), of_sum: &OfSum) {
        let rows = self.shape.matrix_rows();
        for input in 0..self.shape.inputs {
            let factors = xh.chunks_exact(self.xh.1.stride).map(|line| line[input]).enumerate();
            let w = &mut self.w[of_sum.column * rows + input..];
            add_columns(lanes, d, of_sum, factors, |unit, sum| w[unit * rows] += sum);
        }
    }

    /// Lanes along columns: each class's derivatives are those of the lines that read it.
    #[inline(always)]
    fn looked<S: Lanes<T>>(&mut self, lanes: S, d: (&[T], usize), classes: &[u32], of_sum: &OfSum) {
        let rows = self.shape.matrix_rows();
        let mut sorted = [(0_u32, 0_usize); STRETCH];
        let sorted = &mut sorted[..classes.len()];
        for (to, (line, &class)) in sorted.iter_mut().zip(classes.iter().enumerate()) {
            *to = (class, line);
        }
        sorted.sort_unstable();
        for same in sorted.chunk_by(|one, other| one.0 == other.0) {
            let w = &mut self.w[of_sum.column * rows + same[0].0 as usize..];
            let lines = same.iter().map(|&(_, line)| (line, T::one()));
            add_columns(lanes, d, of_sum, lines, |unit, sum| w[unit * rows] += sum);
        }
    }

    /// Lanes along units of `[x | h]`: those of a line from `at` on, which are these rows of W.
    #[inline(always)]
    fn units<S: Lanes<T>>(
        &mut self,
        lanes: S,
        (xh, at): (&[T], usize),
        d: (&[T], usize),
        of_sum: &OfSum,
        rows_of_w: Range<usize>,
    ) {
        let rows = self.shape.matrix_rows();
        let mut unit = 0;
        while unit < rows_of_w.len() {
            let wide = rows_of_w.len() - unit > S::WIDTH;
            let there = (rows_of_w.len() - unit).min(if wide { 2 } else { 1 } * S::WIDTH);
            let a = (xh, self.xh.1.stride, at + unit);
            for (column, count) in in_tiles(of_sum.units.len(), most_columns::<T, S>()) {
                let d = (d.0, d.1, of_sum.at + of_sum.units.start + column);
                let w = &mut self.w[(of_sum.column + column) * rows + rows_of_w.start + unit..];
                if wide {
                    by_count!(count of S, N => add_tile::<T, S, N, 2>(lanes, a, d, w, (rows, there)));
                } else {
                    by_count!(count of S, N => add_tile::<T, S, N, 1>(lanes, a, d, w, (rows, there)));
                }
            }
            unit += there;
        }
    }
}

/// Every line, with the factor 1.
#[inline(always)]
fn ones<T: Real>(lines: usize) -> impl Iterator<Item = (usize, T)> + Clone {
    (0..lines).map(|line| (line, T::one()))
}

/// Tiles of some columns, about equally large: the first column and how many there are.
#[inline(always)]
fn in_tiles(columns: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let tiles = columns.div_ceil(most);
    (0..tiles).map(move |tile| {
        let (start, end) = (columns * tile / tiles, columns * (tile + 1) / tiles);
        (start, end - start)
    })
}

/// Adds to N columns of `w`, `rows` apart, the sums over all lines of each column's derivative times V vectors of units, of which
/// `there` are there.
#[inline(always)]
fn add_tile<T: Real, S: Lanes<T>, const N: usize, const V: usize>(
    lanes: S,
    (a, a_stride, a_at): (&[T], usize, usize),
    (d, d_stride, d_at): (&[T], usize, usize),
    w: &mut [T],
    (rows, there): (usize, usize),
) {
    let zero = Vector::splat(lanes, T::zero());
    let mut sums = [[zero; V]; N];
    for (a, d) in a.chunks_exact(a_stride).zip(d.chunks_exact(d_stride)) {
        let (a, d) = (&a[a_at..][..V * S::WIDTH], &d[d_at..][..N]);
        add_multiples(
            &mut sums,
            Vector::load_line(lanes, a),
            #[inline(always)]
            |j| d[j],
        );
    }
    add_sums(&sums, w, rows, there);
}

/// Adds the sums of N columns to them.
#[inline(always)]
pub(super) fn add_sums<T: Real, S: Lanes<T>, const N: usize, const V: usize>(
    sums: &[[Vector<T, S>; V]; N],
    w: &mut [T],
    rows: usize,
    there: usize,
) {
    for (j, sums) in sums.iter().enumerate() {
        let w = &mut w[j * rows..][..there];
        for (v, sum) in sums.iter().enumerate() {
            let w = &mut w[(v * S::WIDTH).min(there)..];
            (sum.load_some_like(w) + *sum).store_some(w);
        }
    }
}

/// Calls `add` with each unit, counted from the first one, and the sum of its derivatives over some lines, each times a factor.
#[inline(always)]
fn add_columns<T: Real, S: Lanes<T>>(
    lanes: S,
    (d, stride): (&[T], usize),
    of_sum: &OfSum,
    lines: impl Iterator<Item = (usize, T)> + Clone,
    mut add: impl FnMut(usize, T),
) {
    let mut unit = of_sum.units.start - of_sum.units.start % S::WIDTH;
    while unit < of_sum.units.end {
        let at = of_sum.at + unit;
        let mut give = |unit: usize, sums: &[Vector<T, S>]| {
            for (v, sum) in sums.iter().enumerate() {
                let mut all = [T::zero(); 16];
                sum.store(&mut all);
                for (unit, sum) in (unit + v * S::WIDTH..).zip(all).take(S::WIDTH) {
                    if of_sum.units.contains(&unit) {
                        add(unit - of_sum.units.start, sum);
                    }
                }
            }
        };
        if of_sum.units.end - unit > S::WIDTH {
            give(unit, &column_sums::<T, S, 2>(lanes, d, stride, at, lines.clone()));
            unit += 2 * S::WIDTH;
        } else {
            give(unit, &column_sums::<T, S, 1>(lanes, d, stride, at, lines.clone()));
            unit += S::WIDTH;
        }
    }
}

#[inline(always)]
fn column_sums<T: Real, S: Lanes<T>, const V: usize>(
    lanes: S,
    d: &[T],
    stride: usize,
    at: usize,
    lines: impl Iterator<Item = (usize, T)>,
) -> [Vector<T, S>; V] {
    let mut sums = [Vector::splat(lanes, T::zero()); V];
    for (line, factor) in lines {
        let d = &d[line * stride + at..][..V * S::WIDTH];
        let factor = Vector::splat(lanes, factor);
        for (v, sum) in sums.iter_mut().enumerate() {
            *sum = Vector::load(lanes, &d[v * S::WIDTH..]).mul_add(factor, *sum);
        }
    }
    sums
}
