//! Arrays of any length, for generic code: as many values as a unit has of something.

use std::array;
use std::ops::{Index, IndexMut};

/// As many values as a unit has of something: an array.
pub(crate) trait Numbers<V>: Copy + Index<usize, Output = V> + IndexMut<usize> {
    /// How many.
    const COUNT: usize;

    /// Each from its number.
    fn each(value: impl FnMut(usize) -> V) -> Self;

    /// All of them.
    fn as_slice(&self) -> &[V];
}

impl<V: Copy, const N: usize> Numbers<V> for [V; N] {
    const COUNT: usize = N;

    #[inline(always)]
    fn each(mut value: impl FnMut(usize) -> V) -> Self {
        if N == 0 {
            return array::from_fn(value);
        }
        // A loop is always compiled into the kernel, with its instruction set, and what `from_fn` calls is not.
        let mut all = [value(0); N];
        for (number, to) in all.iter_mut().enumerate().skip(1) {
            *to = value(number);
        }
        all
    }

    #[inline(always)]
    fn as_slice(&self) -> &[V] {
        self
    }
}
