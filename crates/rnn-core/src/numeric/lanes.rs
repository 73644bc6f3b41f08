//! Work written once over vectors of numbers, for any instruction set.

/// Work on numbers of type `T` that is compiled for each instruction set.
pub trait Kernel<T> {
    /// What comes of it.
    type Output;
    /// Does it. To be marked `#[inline(always)]`, with all that it calls.
    fn run<S: Lanes<T>>(self, lanes: S) -> Self::Output;
}

/// An instruction set's operations on vectors of `T`.
pub trait Lanes<T>: Copy {
    /// A vector.
    type Vector: Copy;
    /// The vectors that have a number for each lane of a [panel](super::panels).
    type Line: Lanes<T>;
    /// Numbers of a vector.
    const WIDTH: usize;
    /// Vectors that the processor holds at once.
    const REGISTERS: usize;
    /// Those.
    fn line(self) -> Self::Line;
    /// All lanes the same.
    fn splat(self, x: T) -> Self::Vector;
    /// The first numbers of a slice that has as many as a vector.
    fn load(self, from: &[T]) -> Self::Vector;
    /// Writes to the first places of a slice that has as many as a vector.
    fn store(self, v: Self::Vector, to: &mut [T]);
    /// The numbers of a slice that has no more than a vector, and then 0.
    fn load_some(self, from: &[T]) -> Self::Vector;
    /// Writes the first numbers to a slice that has no more places than a vector has numbers.
    fn store_some(self, v: Self::Vector, to: &mut [T]);
    /// `a + b`
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a − b`
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b`
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / b`
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b + c`, rounded once.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `c − a · b`, rounded once.
    fn neg_mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// |a|
    fn abs(self, a: Self::Vector) -> Self::Vector;
    /// `a`, which is not negative, with the sign of `b`.
    fn with_sign(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Where `a < b` one, elsewhere the other.
    fn if_less(self, a: Self::Vector, b: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector;
    /// `a` where it is less than `b`, elsewhere, and where one of them is not a number, `b`.
    #[inline(always)]
    fn lesser(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        self.if_less(a, b, a, b)
    }
    /// `a` where it is greater than `b`, elsewhere, and where one of them is not a number, `b`.
    #[inline(always)]
    fn greater(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        self.if_less(b, a, a, b)
    }
    /// The sum of all lanes, each half of them added to the other until one is left.
    fn sum(self, v: Self::Vector) -> T;
    /// 2ⁿ of n + [`ROUNDER`](super::real::Real::ROUNDER), where it is a normal number.
    fn power_of_two(self, rounded: Self::Vector) -> Self::Vector;
    /// k and m of `a = 2ᵏ · m`, m within √½ .. √2, for a ≥ 1.
    fn split(self, a: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Exchanges rows and columns of a square, as many vectors as one of them has numbers: asks for each row, perhaps
    /// more than once, and hands out each column.
    #[inline(always)]
    fn transpose(
        self,
        width: usize,
        mut row: impl FnMut(usize) -> Self::Vector,
        mut column: impl FnMut(usize, Self::Vector),
    ) where
        T: Copy + Default,
    {
        let mut square = [[T::default(); 16]; 16];
        for (number, to) in square.iter_mut().enumerate().take(width) {
            self.store(row(number), to);
        }
        for number in 0..width {
            column(number, self.load(&square.map(|row| row[number])));
        }
    }
}
