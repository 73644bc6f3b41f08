//! Copies between what single nets have, each by itself, and lines with a number of each net.

use crate::numeric::panels::vectors;
use crate::numeric::{Kernel, Lanes, Real};

/// Where the line of each number is: of three nested loops over the numbers, as they follow each other, how often each
/// runs, from the outermost, and how many lines further on its next turn is.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub(crate) first: usize,
    pub(crate) counts: [usize; 3],
    pub(crate) strides: [usize; 3],
}

impl Places {
    /// One line after the other.
    pub(crate) fn in_order(count: usize) -> Self {
        Self { first: 0, counts: [1, 1, count], strides: [0, 0, 1] }
    }

    /// How many numbers there are.
    fn count(&self) -> usize {
        self.counts.iter().product()
    }

    /// The lines, one number after the other.
    #[inline(always)]
    fn lines(self) -> impl FnMut() -> usize {
        let Self { first, counts, strides } = self;
        let (mut at, mut left) = ([first; 3], [counts[1], counts[2]]);
        move || {
            let line = at[2];
            left[1] -= 1;
            if left[1] > 0 {
                at[2] += strides[2];
            } else {
                left[1] = counts[2];
                left[0] -= 1;
                if left[0] > 0 {
                    at[1] += strides[1];
                } else {
                    left[0] = counts[1];
                    at[0] += strides[0];
                    at[1] = at[0];
                }
                at[2] = at[1];
            }
            line
        }
    }
}

/// Copies each net's numbers to lines. There are as many nets as a line has numbers, 16 at most.
pub(crate) struct ToLanes<'a, 'b, T> {
    pub(crate) places: Places,
    pub(crate) from: &'b [&'a [T]; 16],
    pub(crate) to: &'b mut [T],
}

/// Copies lines to each net's numbers, but where a net has no room for them.
pub(crate) struct FromLanes<'a, 'b, T> {
    pub(crate) places: Places,
    pub(crate) from: &'b [T],
    pub(crate) to: &'b mut [&'a mut [T]; 16],
}

impl<T: Real> Kernel<T> for ToLanes<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { places, from, to } = self;
        let (count, mut next) = (places.count(), places.lines());
        let from = from.map(
            #[inline(always)]
            |numbers| numbers.get(..count).unwrap_or_default(),
        );
        for (first, lines) in squares::<T>(count, &mut next) {
            for lane in vectors::<T>(T::PANEL) {
                lanes.transpose(
                    T::WIDTH,
                    #[inline(always)]
                    |net| lanes.load(&from[lane + net][first..]),
                    #[inline(always)]
                    |number, v| lanes.store(v, &mut to[lines[number] * T::PANEL + lane..]),
                );
            }
        }
        for number in 0..without_square::<T>(count) {
            let line = &mut to[next() * T::PANEL..][..T::PANEL];
            line.iter_mut().zip(from).for_each(|(to, from)| *to = from[number]);
        }
    }
}

impl<T: Real> Kernel<T> for FromLanes<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { places, from, to } = self;
        let (count, mut next) = (places.count(), places.lines());
        for (first, lines) in squares::<T>(count, &mut next) {
            for lane in vectors::<T>(T::PANEL) {
                lanes.transpose(
                    T::WIDTH,
                    #[inline(always)]
                    |number| lanes.load(&from[lines[number] * T::PANEL + lane..]),
                    #[inline(always)]
                    |net, v| {
                        if let Some(to) = to[lane + net].get_mut(first..first + T::WIDTH) {
                            lanes.store(v, to);
                        }
                    },
                );
            }
        }
        for number in 0..without_square::<T>(count) {
            let line = &from[next() * T::PANEL..][..T::PANEL];
            let numbers = to.iter_mut().zip(line).filter_map(|(to, &from)| Some((to.get_mut(number)?, from)));
            numbers.for_each(|(to, from)| *to = from);
        }
    }
}

/// Of so many numbers, squares of as many as a vector has: the first number of each, and their lines. The last square can begin among
/// the numbers of the one before, which are then copied twice.
#[inline(always)]
fn squares<T: Real>(count: usize, next: &mut impl FnMut() -> usize) -> impl Iterator<Item = (usize, [usize; 8])> {
    let (mut done, mut lines) = (0, [0; 8]);
    std::iter::from_fn(move || {
        let fresh = (count - done).min(T::WIDTH);
        if fresh == 0 || count < T::WIDTH {
            return None;
        }
        lines.copy_within(fresh..T::WIDTH, 0);
        lines[T::WIDTH - fresh..T::WIDTH].iter_mut().for_each(|line| *line = next());
        done += fresh;
        Some((done - T::WIDTH, lines))
    })
}

/// How many numbers are too few for a square.
fn without_square<T: Real>(count: usize) -> usize {
    if count < T::WIDTH { count } else { 0 }
}
