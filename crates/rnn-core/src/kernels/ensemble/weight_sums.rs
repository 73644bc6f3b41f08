//! Sums over all rows of a window, of nets side by side: the derivatives by weights, `Aᵀ · D`, and by biases, the column
//! sums of D. Each lane is summed up in the order in which a single net's numbers are.

use crate::cells::LayerShape;
use crate::kernels::memory::in_panels;
use crate::kernels::rows::stretches;
use crate::numeric::panels::{self, Block, Blocks};
use crate::numeric::{Kernel, Lanes, Real, Vector};
use std::ops::Range;

/// The order in which a single net sums up its derivatives by weights; it is one for all its layers and its readout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Lane by lane, over all steps, and the lanes at the end: of nets whose layers all have few units.
    ByLanes,
    /// Row by row, step by step, in stretches.
    InStretches,
}

impl Order {
    /// That of a net with these layers.
    pub(crate) fn of(layers: &[LayerShape]) -> Self {
        if in_panels(layers) { Self::ByLanes } else { Self::InStretches }
    }
}

/// A sum over all rows of a window; a panel is a row of each net.
#[derive(Clone, Copy)]
pub(super) struct LaneRows<'a, T> {
    pub(super) batch: usize,
    pub(super) steps: usize,
    /// What is multiplied, a block for each step,
    pub(super) a: Blocks<'a, T>,
    /// and the derivatives.
    pub(super) d: Blocks<'a, T>,
    pub(super) order: Order,
}

/// Sums of a unit of D: of its products with M units of A, and its own.
#[derive(Clone, Copy)]
struct Sums<T, S: Lanes<T>, const M: usize> {
    products: [Vector<T, S>; M],
    own: Vector<T, S>,
}

impl<T: Real, S: Lanes<T>, const M: usize> Sums<T, S, M> {
    #[inline(always)]
    fn zero(lanes: S) -> Self {
        let zero = Vector::splat(lanes, T::zero());
        Self { products: [zero; M], own: zero }
    }

    /// Adds a row: from these units of A and D on.
    #[inline(always)]
    fn add_row(&mut self, lanes: S, (a, d): (Block<'_, T>, Block<'_, T>), (first_a, first_d): (usize, usize)) {
        let (a, d) = (a.lines(first_a, M), d.load(lanes, first_d, 0));
        for i in 0..M {
            self.products[i] = a.load(lanes, i, 0).mul_add(d, self.products[i]);
        }
        self.own = self.own + d;
    }

    #[inline(always)]
    fn add(&mut self, other: &Self) {
        for i in 0..M {
            self.products[i] = self.products[i] + other.products[i];
        }
        self.own = self.own + other.own;
    }
}

/// What is summed up, and where to.
pub(super) struct WeightSums<'a, T> {
    pub(super) rows: LaneRows<'a, T>,
    /// How many units of A there are, from the first on, and which units of D.
    pub(super) units: usize,
    pub(super) columns: Range<usize>,
    /// `Aᵀ · D` is added to this, column-major, of so many rows; all are lines.
    pub(super) weights: (&'a mut [T], usize),
    /// The sums of the units of D are added to both of these, if they are there.
    pub(super) biases: [&'a mut [T]; 2],
}

impl<T: Real> Kernel<T> for WeightSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        for column in 0..self.columns.len() {
            let mut unit = 0;
            // Sums of units of D come with the first units of A.
            while unit < self.units || unit == 0 {
                unit += match self.units - unit {
                    6.. => self.tile::<_, 6>(lanes.line(), (unit, column)),
                    5 => self.tile::<_, 5>(lanes.line(), (unit, column)),
                    3.. => self.tile::<_, 3>(lanes.line(), (unit, column)),
                    1.. => self.tile::<_, 1>(lanes.line(), (unit, column)),
                    0 => self.tile::<_, 0>(lanes.line(), (unit, column)),
                };
            }
        }
    }
}

impl<T: Real> WeightSums<'_, T> {
    /// M units of A from this one on, and one of D; returns how many units of A are done.
    #[inline(always)]
    fn tile<S: Lanes<T>, const M: usize>(&mut self, lanes: S, (unit, column): (usize, usize)) -> usize {
        let (first, (weights, stride)) = ((unit, self.columns.start + column), &mut self.weights);
        let sums = match self.rows.order {
            Order::ByLanes => self.rows.by_lanes::<S, M>(lanes, first),
            Order::InStretches => self.rows.in_stretches::<S, M>(lanes, first),
        };
        let add = |sum: Vector<T, S>, to: &mut [T]| (Vector::load(lanes, to) + sum).store(to);
        for i in 0..M {
            add(sums.products[i], &mut weights[(column * *stride + unit + i) * T::PANEL..]);
        }
        for bias in self.biases.iter_mut().filter(|bias| unit == 0 && !bias.is_empty()) {
            add(sums.own, &mut bias[column * T::PANEL..]);
        }
        M.max(1)
    }
}

impl<T: Real> LaneRows<'_, T> {
    /// What a single net has in one lane of its vectors, for each of these lanes; then each half of them is added to the
    /// other until one is left.
    #[inline(always)]
    fn by_lanes<S: Lanes<T>, const M: usize>(&self, lanes: S, first: (usize, usize)) -> Sums<T, S, M> {
        // A vector of a single net has 8 lanes at most.
        let mut of_lanes = [Sums::<T, S, M>::zero(lanes); 8];
        let count = T::WIDTH.min(self.batch);
        for (in_vector, sums) in of_lanes.iter_mut().enumerate().take(count) {
            self.sum_of_lane(lanes, first, in_vector, sums);
        }
        let mut half = T::WIDTH / 2;
        while half > 0 {
            // Lanes without rows are 0, which makes no difference.
            let (low, high) = of_lanes[..count.min(2 * half)].split_at_mut(half.min(count));
            for (low, high) in low.iter_mut().zip(high) {
                low.add(high);
            }
            half /= 2;
        }
        let [sums, ..] = of_lanes;
        sums
    }

    /// The sums of the rows that stand in one lane of a single net's vectors: panel by panel, in each step by step, and at
    /// each step the panel's one vector after the other.
    #[inline(always)]
    fn sum_of_lane<S: Lanes<T>, const M: usize>(
        &self,
        lanes: S,
        first: (usize, usize),
        in_vector: usize,
        sums: &mut Sums<T, S, M>,
    ) {
        let mut all = Sums::zero(lanes);
        for panel in 0..panels::count::<T>(self.batch) {
            let row = panel * T::PANEL + in_vector;
            let blocks = |row| self.a.first_blocks(row, self.steps).zip(self.d.first_blocks(row, self.steps));
            if row + T::WIDTH < self.batch {
                for (of_one, of_next) in blocks(row).zip(blocks(row + T::WIDTH)) {
                    all.add_row(lanes, of_one, first);
                    all.add_row(lanes, of_next, first);
                }
            } else if row < self.batch {
                for of_row in blocks(row) {
                    all.add_row(lanes, of_row, first);
                }
            }
        }
        *sums = all;
    }

    /// As [rows](crate::kernels::rows) are summed up: band by band, at one step after the other row by row; each stretch is summed up by
    /// itself, and then added.
    #[inline(always)]
    fn in_stretches<S: Lanes<T>, const M: usize>(&self, lanes: S, first: (usize, usize)) -> Sums<T, S, M> {
        let mut all = Sums::zero(lanes);
        for (band, steps) in stretches::<T>(self.batch, self.steps) {
            let mut stretch = Sums::zero(lanes);
            let rows = band * T::PANEL..(band * T::PANEL + T::PANEL).min(self.batch);
            for step in steps {
                for row in rows.clone() {
                    stretch.add_row(lanes, (self.a.block(row, step), self.d.block(row, step)), first);
                }
            }
            all.add(&stretch);
        }
        all
    }
}

/// Sums up, in a function of its own, which is long and has many callers.
#[inline(never)]
pub(super) fn weight_sums<T: Real>(sums: WeightSums<'_, T>) {
    T::run_wide(sums);
}
