//! exp, tanh, the logistic function and ln(1 + x) of vectors, of exactly rounded operations alone.
//!
//! Their greatest errors, in units of the last place: exp 1.14 in f32 and 1 in f64, tanh 2.51 and 4, the logistic
//! function 2.48 and 3, ln(1 + x) 0.86 and 1; those in f32 are of all arguments there are.

use super::lanes::Lanes;
use super::real::Real;
use super::vector::Vector;

impl<T: Real, S: Lanes<T>> Vector<T, S> {
    /// A polynomial in `self`, its coefficients, two at least, from the lowest power up: even and odd powers side by side, which takes
    /// half as long as one behind the other.
    #[inline(always)]
    fn polynomial(self, coefficients: &[T]) -> Self {
        let square = self * self;
        let last = coefficients.len() - 1;
        // The sums so far of the powers of one parity and of the other.
        let (mut one, mut other) = (self.of(coefficients[last]), self.of(coefficients[last - 1]));
        for power in (0..last - 1).rev() {
            (one, other) = (other, one.mul_add(square, self.of(coefficients[power])));
        }
        one.mul_add(self, other)
    }

    /// 2ⁿ and e^r − 1, where `self = n·ln 2 + r`, for what is within `EXP_LOW` and `EXP_HIGH`.
    #[inline(always)]
    fn exp_parts(self) -> (Self, Self) {
        let rounded = self.mul_add(self.of(T::LOG2_E), self.of(T::ROUNDER));
        let n = rounded - self.of(T::ROUNDER);
        let r = n.neg_mul_add(self.of(T::LN_2_LOW), n.neg_mul_add(self.of(T::LN_2_HIGH), self));
        let rest = (r * r).mul_add(r.polynomial(T::EXP), r);
        (Self { lanes: self.lanes, v: self.lanes.power_of_two(rounded.v) }, rest)
    }

    /// `e^self` of what is not above `EXP_HIGH`; what would be less than the least normal number is 0.
    #[inline(always)]
    pub(crate) fn exp(self) -> Self {
        let low = self.of(T::EXP_LOW);
        let (power, rest) = low.greater(self).exp_parts();
        self.if_less(low, self.zero(), power.mul_add(rest, power))
    }

    /// `tanh(x) = e / (e + 2)` with e = e^(2|x|) − 1, and the sign of x.
    #[inline(always)]
    pub(crate) fn tanh(self) -> Self {
        let (size, high) = (self.abs(), self.of(T::TANH_HIGH));
        let double = size + size;
        let (power, rest) = high.lesser(double).exp_parts();
        let e = power.mul_add(rest, power - self.one());
        let tanh = e / (e + self.of(T::SIMPLE[3]));
        Self { lanes: self.lanes, v: self.lanes.with_sign(tanh.v, self.v) }
    }

    /// The logistic function `1 / (1 + e^(−x))`.
    #[inline(always)]
    pub(crate) fn logistic(self) -> Self {
        let (low, high) = (self.of(T::EXP_LOW), self.of(T::EXP_HIGH));
        let minus = self.zero() - self;
        let (power, rest) = low.greater(high.lesser(minus)).exp_parts();
        self.one() / (self.one() + power.mul_add(rest, power))
    }

    /// `ln(1 + x)` of what is not negative: of the rounded sum u = 2ᵏ(1 + f), and what rounding left.
    #[inline(always)]
    pub(crate) fn ln_1p(self) -> Self {
        let u = self.one() + self;
        let (k, m) = self.lanes.split(u.v);
        let (k, m) = (Self { lanes: self.lanes, v: k }, Self { lanes: self.lanes, v: m });
        let lost = (self - (u - self.one())) / u;
        let f = m - self.one();
        let s = f / (f + self.of(T::SIMPLE[3]));
        let square = s * s;
        let half_square = self.of(T::SIMPLE[1]) * f * f;
        let series = square * square.polynomial(T::LN);
        // ln(1 + f) = f − (f²/2 − s·(f²/2 + series)), the smallest terms first.
        let small = k.mul_add(self.of(T::LN_2_LOW), s.mul_add(half_square + series, lost));
        k.mul_add(self.of(T::LN_2_HIGH), f - (half_square - small))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Kernel;

    /// A function of a vector, applied to a slice.
    struct Map<'a, T, F>(F, &'a mut [T]);

    #[derive(Clone, Copy, Debug)]
    enum Function {
        Exp,
        Tanh,
        Logistic,
        Ln1p,
    }

    impl<T: Real> Kernel<T> for Map<'_, T, Function> {
        type Output = ();

        #[inline(always)]
        fn run<S: Lanes<T>>(self, lanes: S) {
            for values in self.1.chunks_mut(S::WIDTH) {
                let x = Vector::load_some(lanes, values);
                let y = match self.0 {
                    Function::Exp => x.exp(),
                    Function::Tanh => x.tanh(),
                    Function::Logistic => x.logistic(),
                    Function::Ln1p => x.ln_1p(),
                };
                y.store_some(values);
            }
        }
    }

    const FUNCTIONS: [Function; 4] = [Function::Exp, Function::Tanh, Function::Logistic, Function::Ln1p];

    /// The value in `f64`, or none for an argument that the function is not for.
    fn exact(function: Function, x: f64, single: bool) -> Option<f64> {
        let (low, high) = if single { (-87.0, 88.0) } else { (-708.0, 709.0) };
        match function {
            Function::Exp if x > high => None,
            Function::Exp => Some(if x < low { 0.0 } else { x.exp() }),
            Function::Tanh => Some(x.tanh()),
            // Below, the exponential is cut off, which leaves a number that is 0 for any use.
            Function::Logistic if x < -high => None,
            Function::Logistic if x < 0.0 => Some(x.exp() / (1.0 + x.exp())),
            Function::Logistic => Some(1.0 / (1.0 + (-x).exp())),
            Function::Ln1p if x < 0.0 || (single && x > f64::from(f32::MAX) / 2.0) => None,
            Function::Ln1p => Some(x.ln_1p()),
        }
    }

    /// The greatest error among these f32 in units of the last place of the exact value.
    fn greatest_error_f32(function: Function, bits: impl Iterator<Item = u32>) -> f64 {
        let arguments: Vec<f32> = bits.map(f32::from_bits).filter(|x| x.is_finite()).collect();
        let mut values = arguments.clone();
        f32::run(Map(function, &mut values));
        let error = |(&x, &y): (&f32, &f32)| {
            let exact = exact(function, f64::from(x), true)?;
            let size = (exact as f32).abs().max(f32::MIN_POSITIVE);
            let unit = f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size);
            Some((f64::from(y) - exact).abs() / unit)
        };
        arguments.iter().zip(&values).filter_map(error).fold(0.0, f64::max)
    }

    /// The greatest errors in units of the last place: of all f32, as `functions_of_every_f32` finds them, and of f64
    /// against the standard library's functions, which can be a unit off themselves.
    const GREATEST: [(Function, f64, f64); 4] = [
        (Function::Exp, 1.2, 1.0),
        (Function::Tanh, 2.6, 4.0),
        (Function::Logistic, 2.5, 3.0),
        (Function::Ln1p, 0.9, 1.0),
    ];

    /// Each 4093rd of all f32, from −∞ to ∞.
    #[test]
    fn functions_of_f32_over_their_whole_range() {
        for (function, greatest, _) in GREATEST {
            let error = greatest_error_f32(function, (0..=u32::MAX).step_by(4093));
            assert!(error <= greatest, "{function:?}: {error}");
        }
    }

    /// All f32: some minutes. `cargo test --release -p rnn-core --lib -- --ignored every_f32 --nocapture`
    #[test]
    #[ignore = "takes minutes"]
    fn functions_of_every_f32() {
        for (function, greatest, _) in GREATEST {
            let errors =
                (0..1 << 12).map(|part: u32| greatest_error_f32(function, part << 20..=(part << 20) + 0xf_ffff));
            let error = errors.fold(0.0, f64::max);
            eprintln!("{function:?}: {error}");
            assert!(error <= greatest, "{function:?}: {error}");
        }
    }

    /// Evenly spaced bits of f64 from −∞ to ∞, and evenly spaced numbers where most happens.
    #[test]
    fn functions_of_f64_over_their_whole_range() {
        let spread = (0..1_u64 << 21).map(|i| f64::from_bits(i << 43 | i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 21));
        let near = (0..2_000_000).map(|i| f64::from(i) * 1e-4 / 3.0 - 33.0);
        let arguments: Vec<f64> = spread.chain(near).filter(|x| x.is_finite()).collect();
        for (function, _, greatest) in GREATEST {
            let mut values = arguments.clone();
            f64::run(Map(function, &mut values));
            let error = |(&x, &y): (&f64, &f64)| {
                let exact = exact(function, x, false)?;
                let size = exact.abs().max(f64::MIN_POSITIVE);
                Some((y - exact).abs() / (f64::from_bits(size.to_bits() + 1) - size))
            };
            let error = arguments.iter().zip(&values).filter_map(error).fold(0.0, f64::max);
            assert!(error <= greatest, "{function:?}: {error}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none_and_infinities_have_their_limits() {
        let mut values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0];
        for function in FUNCTIONS {
            let mut values = values;
            f32::run(Map(function, &mut values));
            assert!(values[0].is_nan(), "{function:?}");
        }
        f32::run(Map(Function::Tanh, &mut values));
        assert_eq!(
            values[1..].iter().map(|y| y.to_bits()).collect::<Vec<_>>(),
            [1.0, -1.0, 0.0, -0.0_f32].map(f32::to_bits)
        );
        let mut values = [f64::NEG_INFINITY, f64::INFINITY];
        f64::run(Map(Function::Logistic, &mut values));
        assert!(values[0] < 1e-300 && values[1] == 1.0);
    }

    /// Whatever the processor: no operation is rounded otherwise than in plain Rust.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for function in FUNCTIONS {
            let arguments: Vec<f32> = (0..=u32::MAX).step_by(40_009).map(f32::from_bits).collect();
            let [mut fast, mut wide, mut plain] = [arguments.clone(), arguments.clone(), arguments];
            f32::run(Map(function, &mut fast));
            f32::run_wide(Map(function, &mut wide));
            f32::run_portably(Map(function, &mut plain));
            let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(fast.iter().zip(&plain).all(same) && wide.iter().zip(&plain).all(same), "{function:?}");

            let arguments: Vec<f64> = (0..100_000).map(|i| f64::from(i) * 0.01 - 720.0).collect();
            let [mut fast, mut wide, mut plain] = [arguments.clone(), arguments.clone(), arguments];
            f64::run(Map(function, &mut fast));
            f64::run_wide(Map(function, &mut wide));
            f64::run_portably(Map(function, &mut plain));
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(fast.iter().zip(&plain).all(same) && wide.iter().zip(&plain).all(same), "{function:?}");
        }
    }
}
