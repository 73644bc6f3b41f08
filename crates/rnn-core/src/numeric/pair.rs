//! Two vectors as one: a whole line of a panel at a time, and with NEON two registers as a vector of usual width.

use super::lanes::Lanes;
use super::real::Real;

/// Twice as many lanes. What is done to both vectors does not wait for each other, so one's time covers the other's.
#[derive(Clone, Copy)]
#[allow(unreachable_pub, reason = "a type of vectors that others can name has these for its line")]
pub struct Pair<S>(pub(crate) S);

macro_rules! of_both {
    ($($name:ident($($operand:ident),+))*) => {$(
        #[inline(always)]
        fn $name(self, $($operand: Self::Vector),+) -> Self::Vector {
            [self.0.$name($($operand[0]),+), self.0.$name($($operand[1]),+)]
        }
    )*};
}

impl<T: Real, S: Lanes<T>> Lanes<T> for Pair<S> {
    type Vector = [S::Vector; 2];
    type Line = S::Line;

    const WIDTH: usize = 2 * S::WIDTH;
    const REGISTERS: usize = S::REGISTERS / 2;

    #[inline(always)]
    fn line(self) -> S::Line {
        self.0.line()
    }

    #[inline(always)]
    fn splat(self, x: T) -> Self::Vector {
        [self.0.splat(x); 2]
    }

    #[inline(always)]
    fn load(self, from: &[T]) -> Self::Vector {
        let line = &from[..2 * S::WIDTH];
        [self.0.load(line), self.0.load(&line[S::WIDTH..])]
    }

    #[inline(always)]
    fn store(self, v: Self::Vector, to: &mut [T]) {
        let line = &mut to[..2 * S::WIDTH];
        self.0.store(v[0], line);
        self.0.store(v[1], &mut line[S::WIDTH..]);
    }

    #[inline(always)]
    fn load_some(self, from: &[T]) -> Self::Vector {
        let (low, high) = from.split_at(from.len().min(S::WIDTH));
        [self.0.load_some(low), self.0.load_some(high)]
    }

    #[inline(always)]
    fn store_some(self, v: Self::Vector, to: &mut [T]) {
        let (low, high) = to.split_at_mut(to.len().min(S::WIDTH));
        self.0.store_some(v[0], low);
        self.0.store_some(v[1], high);
    }

    of_both! {
        add(a, b) sub(a, b) mul(a, b) div(a, b) mul_add(a, b, c) neg_mul_add(a, b, c) abs(a) with_sign(a, b)
        if_less(a, b, yes, no) lesser(a, b) greater(a, b) power_of_two(rounded)
    }

    #[inline(always)]
    fn sum(self, v: Self::Vector) -> T {
        self.0.sum(self.0.add(v[0], v[1]))
    }

    #[inline(always)]
    fn split(self, a: Self::Vector) -> (Self::Vector, Self::Vector) {
        let ((k0, m0), (k1, m1)) = (self.0.split(a[0]), self.0.split(a[1]));
        ([k0, k1], [m0, m1])
    }

    /// The left halves of the rows, upper and lower, become the upper rows, and the right halves the lower rows.
    #[inline(always)]
    fn transpose(
        self,
        width: usize,
        mut row: impl FnMut(usize) -> Self::Vector,
        mut column: impl FnMut(usize, Self::Vector),
    ) {
        let half = width / 2;
        let mut upper = [self.0.splat(T::zero()); 8];
        for side in 0..2 {
            self.0.transpose(
                half,
                #[inline(always)]
                |number| row(number)[side],
                #[inline(always)]
                |number, numbers| upper[number] = numbers,
            );
            self.0.transpose(
                half,
                #[inline(always)]
                |number| row(half + number)[side],
                #[inline(always)]
                |number, numbers| column(side * half + number, [upper[number], numbers]),
            );
        }
    }
}
