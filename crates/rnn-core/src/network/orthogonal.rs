//! Random orthogonal matrices, also large ones: in seconds, in memory that can be refused, and until they are stopped.

use crate::error::{Error, check_not_stopped};
use crate::numeric::{Kernel, Lanes, Real, Vector, flat_zeros, normal, zeros};
use nalgebra::DMatrix;
use rand::Rng;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

/// Up to this size nalgebra's Householder reflections do it at once. Their last digits are others than those of blocks,
/// and stay what they have always been for nets of this size.
const SMALL: usize = 64;
/// Columns that are made orthogonal to all before them together, so that those are read once for all of these.
const BLOCK: usize = 64;
/// Rows that are worked on together: as many as keep a block's part of them in the second cache.
const ROWS: usize = 256;
/// Earlier columns whose products with a column of the block are in registers at once.
const TILE: usize = 8;
/// Numbers of a vector.
const WIDTH: usize = f64::WIDTH;

/// An orthogonal matrix, uniform among all of them: the Q of a normal one's QR decomposition, with the signs that make
/// R's diagonal positive (Mezzadri, "How to generate random matrices from the classical compact groups", 2007).
///
/// A large one comes from block Gram-Schmidt, twice, which leaves columns as orthogonal as reflections do (Barlow and
/// Smoktunowicz, "Reorthogonalized block classical Gram-Schmidt", 2013). Sums have a fixed order and every operation is
/// exactly rounded, so its bits are the same on every processor.
pub(crate) fn orthogonal<R: Rng + ?Sized>(size: usize, rng: &mut R, stop: &AtomicBool) -> Result<DMatrix<f64>, Error> {
    let mut q = zeros("an orthogonal matrix", size, size)?;
    for mut column in q.column_iter_mut() {
        check_not_stopped(stop)?;
        column.iter_mut().for_each(|value| *value = normal(rng));
    }
    if size <= SMALL {
        let (mut q, r) = q.qr().unpack();
        for (mut column, &sign) in q.column_iter_mut().zip(&r.diagonal()) {
            column *= 1.0_f64.copysign(sign);
        }
        return Ok(q);
    }
    let mut products = flat_zeros("an orthogonal matrix's products", size, BLOCK)?;
    for start in (0..size).step_by(BLOCK) {
        let (before, from_here) = q.as_mut_slice().split_at_mut(start * size);
        let block = &mut from_here[..BLOCK.min(size - start) * size];
        // What rounding left of the earlier columns in the first pass is taken away in the second.
        for _pass in 0..2 {
            take_away(before, block, size, &mut products, stop)?;
            for at in (0..block.len()).step_by(size) {
                let (before, from_here) = block.split_at_mut(at);
                let column = &mut from_here[..size];
                take_away(before, column, size, &mut products, stop)?;
                let norm = column.iter().map(|value| value * value).sum::<f64>().sqrt();
                column.iter_mut().for_each(|value| *value /= norm);
            }
        }
    }
    Ok(q)
}

/// X − Q·(Qᵀ·X): takes what lies along the columns of `q [size, n]`, which are orthogonal, away from those of
/// `x [size, m]`; `products` has room for `[m, n]`.
fn take_away(q: &[f64], x: &mut [f64], size: usize, products: &mut [f64], stop: &AtomicBool) -> Result<(), Error> {
    let columns = [q.len() / size, x.len() / size];
    let products = &mut products[..columns[0] * columns[1]];
    products.fill(0.0);
    let parts = || (0..size).step_by(ROWS).map(|start| start..size.min(start + ROWS));
    for rows in parts() {
        check_not_stopped(stop)?;
        f64::run(Products { q, x, size, rows, columns, products });
    }
    for rows in parts() {
        check_not_stopped(stop)?;
        f64::run(Differences { q, x, size, rows, columns, products });
    }
    Ok(())
}

/// What is done for some columns of Q and one of X.
trait Tiled {
    /// Does it for N columns of Q.
    fn tile<S: Lanes<f64>, const N: usize>(&mut self, lanes: S, of_q: usize, of_x: usize);
}

/// Does it for all of n columns of Q and m of X.
#[inline(always)]
fn in_tiles<S: Lanes<f64>>(lanes: S, [n, m]: [usize; 2], work: &mut impl Tiled) {
    let whole = n - n % TILE;
    for of_q in (0..whole).step_by(TILE) {
        for of_x in 0..m {
            work.tile::<S, TILE>(lanes, of_q, of_x);
        }
    }
    for of_q in whole..n {
        for of_x in 0..m {
            work.tile::<S, 1>(lanes, of_q, of_x);
        }
    }
}

/// Adds to `products [m, n]` those of each column of `x` with each column of `q`, over some rows.
struct Products<'a> {
    q: &'a [f64],
    x: &'a [f64],
    size: usize,
    rows: Range<usize>,
    columns: [usize; 2],
    products: &'a mut [f64],
}

impl Kernel<f64> for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(mut self, lanes: S) {
        let columns = self.columns;
        in_tiles(lanes, columns, &mut self);
    }
}

impl Tiled for Products<'_> {
    #[inline(always)]
    fn tile<S: Lanes<f64>, const N: usize>(&mut self, lanes: S, of_q: usize, of_x: usize) {
        let q: [_; N] = parts(self.q, self.size, of_q, &self.rows);
        let [(x, rest_of_x)] = parts(self.x, self.size, of_x, &self.rows);
        let mut sums = [Vector::splat(lanes, 0.0); N];
        for (vector, x) in x.iter().enumerate() {
            let x = Vector::load(lanes, x);
            for i in 0..N {
                sums[i] = Vector::load(lanes, &q[i].0[vector]).mul_add(x, sums[i]);
            }
        }
        let x = Vector::load_some(lanes, rest_of_x);
        let at = of_x * self.columns[0] + of_q;
        for (i, product) in self.products[at..at + N].iter_mut().enumerate() {
            *product += Vector::load_some(lanes, q[i].1).mul_add(x, sums[i]).sum();
        }
    }
}

/// Takes from each column of `x` the columns of `q`, each times its product, in some rows.
struct Differences<'a> {
    q: &'a [f64],
    x: &'a mut [f64],
    size: usize,
    rows: Range<usize>,
    columns: [usize; 2],
    products: &'a [f64],
}

impl Kernel<f64> for Differences<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(mut self, lanes: S) {
        let columns = self.columns;
        in_tiles(lanes, columns, &mut self);
    }
}

impl Tiled for Differences<'_> {
    #[inline(always)]
    fn tile<S: Lanes<f64>, const N: usize>(&mut self, lanes: S, of_q: usize, of_x: usize) {
        let q: [_; N] = parts(self.q, self.size, of_q, &self.rows);
        let x = &mut self.x[of_x * self.size + self.rows.start..of_x * self.size + self.rows.end];
        let (x, rest_of_x) = x.as_chunks_mut::<WIDTH>();
        let products = &self.products[of_x * self.columns[0] + of_q..][..N];
        let mut factors = [Vector::splat(lanes, 0.0); N];
        for (factor, &product) in factors.iter_mut().zip(products) {
            *factor = Vector::splat(lanes, product);
        }
        for (vector, x) in x.iter_mut().enumerate() {
            let mut rest = Vector::load(lanes, x);
            for i in 0..N {
                rest = Vector::load(lanes, &q[i].0[vector]).neg_mul_add(factors[i], rest);
            }
            rest.store(x);
        }
        let mut rest = Vector::load_some(lanes, rest_of_x);
        for i in 0..N {
            rest = Vector::load_some(lanes, q[i].1).neg_mul_add(factors[i], rest);
        }
        rest.store_some(rest_of_x);
    }
}

/// Some rows of neighbouring columns, in vectors and what is left.
#[inline(always)]
fn parts<'a, const N: usize>(
    all: &'a [f64],
    size: usize,
    first: usize,
    rows: &Range<usize>,
) -> [(&'a [[f64; WIDTH]], &'a [f64]); N] {
    let count = rows.len() / WIDTH;
    std::array::from_fn(
        #[inline(always)]
        |i| {
            let column = &all[(first + i) * size..(first + i + 1) * size];
            let (vectors, rest) = column[rows.start..rows.end].as_chunks();
            // All columns have the same number of vectors, which spares checks.
            (&vectors[..count], rest)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    /// Of sizes with and without a rest in blocks, in rows and in tiles.
    #[test]
    fn large_ones_are_the_q_that_reflections_give() {
        for size in [65, 128, 131, 300] {
            let never = AtomicBool::new(false);
            let q = orthogonal(size, &mut ChaCha8Rng::seed_from_u64(5), &never).unwrap();
            assert!((q.transpose() * &q - DMatrix::identity(size, size)).amax() < 1e-14 * size as f64, "{size}");
            let rng = &mut ChaCha8Rng::seed_from_u64(5);
            let (mut expected, r) = DMatrix::from_fn(size, size, |_, _| normal(rng)).qr().unpack();
            for (mut column, &sign) in expected.column_iter_mut().zip(&r.diagonal()) {
                column *= 1.0_f64.copysign(sign);
            }
            // The last column alone can be worse: what is left for it is little.
            assert!((q - expected).amax() < 1e-9, "{size}");
        }
    }

    #[test]
    fn both_instruction_sets_give_the_same_bits() {
        let (size, columns) = (131, [70, 3]);
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let [q, x] = columns.map(|count| (0..size * count).map(|_| normal(rng)).collect::<Vec<_>>());
        let of = |fast: bool| {
            let (mut products, mut x) = (vec![0.0; columns[0] * columns[1]], x.clone());
            let sums = Products { q: &q, x: &x, size, rows: 0..size, columns, products: &mut products };
            if fast {
                f64::run(sums)
            } else {
                f64::run_portably(sums)
            }
            let differences = Differences { q: &q, x: &mut x, size, rows: 0..size, columns, products: &products };
            if fast {
                f64::run(differences)
            } else {
                f64::run_portably(differences)
            }
            (products, x)
        };
        assert_eq!(of(true), of(false));
    }

    #[test]
    fn it_stops_when_it_is_told() {
        let stop = AtomicBool::new(true);
        assert_eq!(orthogonal(65, &mut ChaCha8Rng::seed_from_u64(5), &stop), Err(Error::Stopped));
    }
}
