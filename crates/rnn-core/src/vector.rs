//! Vectors of 32 bytes, 8 f32 or 4 f64, that run on AVX2 and FMA where the processor has them.
//!
//! A [`Kernel`] is written once, over [`Lanes`]; [`Real::run`] runs it in the way the processor allows, which it finds
//! out at run time, so the stock build is fast. Both ways round alike: every operation is exactly rounded, a
//! multiplication with an addition is always fused, and lanes are as many. So results have the same bits everywhere.
//!
//! The functions' greatest errors, in units of the last place: exp 1.14 in f32 and 1 in f64, tanh 2.51 and 4, the
//! logistic function 2.48 and 3, ln(1 + x) 0.86 and 1; those in f32 are of all arguments there are.

use std::ops::{Add, Div, Mul, Sub};

/// Work on numbers of type `T` that is compiled for each instruction set.
pub trait Kernel<T> {
    /// What comes of it.
    type Output;
    /// Does it. To be marked `#[inline(always)]`, with all that it calls.
    fn run<S: Lanes<T>>(self, lanes: S) -> Self::Output;
}

/// What vectorised functions need to know of a number type.
pub trait Real: Copy + 'static {
    /// Numbers of a vector.
    const WIDTH: usize;
    /// Numbers of a cache line of 64 bytes: rows of a panel.
    const PANEL: usize;
    /// Adding and subtracting it rounds to a whole number, which stands in the sum's last bits.
    const ROUNDER: Self;
    /// 1/ln 2.
    const LOG2_E: Self;
    /// ln 2 without its last bits, so that a multiple by a whole number is exact.
    const LN_2_HIGH: Self;
    /// The rest of ln 2.
    const LN_2_LOW: Self;
    /// q of `e^r = 1 + r + r²·q(r)` for |r| ≤ ln 2 / 2, from the lowest power up (minimax).
    const EXP: &'static [Self];
    /// g of `ln(1 + f) = 2s + s³·g(s²)`, s = f / (2 + f), for 1 + f within √½ .. √2 (minimax).
    const LN: &'static [Self];
    /// The least x whose e^x is a normal number, rounded up.
    const EXP_LOW: Self;
    /// The greatest x whose e^x is finite, rounded down.
    const EXP_HIGH: Self;
    /// 2x from where on tanh(x) rounds to 1.
    const TANH_HIGH: Self;
    /// 0, 1, 2 ...
    const INDICES: &'static [Self];
    /// 0, ½, 1 and 2.
    const SIMPLE: [Self; 4];

    /// Runs a kernel as fast as the processor can.
    fn run<K: Kernel<Self>>(kernel: K) -> K::Output;

    /// Runs a kernel without any instruction set in particular.
    fn run_portably<K: Kernel<Self>>(kernel: K) -> K::Output;
}

/// An instruction set's operations on vectors of `T`.
pub trait Lanes<T>: Copy {
    /// A vector.
    type Vector: Copy;
    /// All lanes the same.
    fn splat(self, x: T) -> Self::Vector;
    /// The first numbers of a slice that has as many as a vector.
    fn load(self, from: &[T]) -> Self::Vector;
    /// Writes to the first places of a slice that has as many as a vector.
    fn store(self, v: Self::Vector, to: &mut [T]);
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
    /// The sum of all lanes, each half of them added to the other until one is left.
    fn sum(self, v: Self::Vector) -> T;
    /// 2ⁿ of n + [`ROUNDER`](Real::ROUNDER), where it is a normal number.
    fn power_of_two(self, rounded: Self::Vector) -> Self::Vector;
    /// k and m of `a = 2ᵏ · m`, m within √½ .. √2, for a ≥ 1.
    fn split(self, a: Self::Vector) -> (Self::Vector, Self::Vector);
}

/// A vector with its operators.
pub(crate) struct Vector<T, S: Lanes<T>> {
    lanes: S,
    v: S::Vector,
}

impl<T, S: Lanes<T>> Clone for Vector<T, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S: Lanes<T>> Copy for Vector<T, S> {}

macro_rules! operators {
    ($($operator:ident $method:ident)*) => {$(
        impl<T, S: Lanes<T>> $operator for Vector<T, S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self { lanes: self.lanes, v: self.lanes.$method(self.v, other.v) }
            }
        }
    )*};
}

operators! { Add add Sub sub Mul mul Div div }

impl<T: Real, S: Lanes<T>> Vector<T, S> {
    /// All lanes the same.
    #[inline(always)]
    pub(crate) fn splat(lanes: S, x: T) -> Self {
        Self { lanes, v: lanes.splat(x) }
    }

    /// The first numbers of a slice that has as many as a vector.
    #[inline(always)]
    pub(crate) fn load(lanes: S, from: &[T]) -> Self {
        Self { lanes, v: lanes.load(from) }
    }

    /// Writes to the first places of a slice that has as many as a vector.
    #[inline(always)]
    pub(crate) fn store(self, to: &mut [T]) {
        self.lanes.store(self.v, to);
    }

    /// The first numbers of a slice; 0 where there are none.
    #[inline(always)]
    pub(crate) fn load_some(lanes: S, from: &[T]) -> Self {
        if from.len() >= T::WIDTH {
            return Self::load(lanes, from);
        }
        let mut part = [T::SIMPLE[0]; 8];
        copy_some(from, &mut part);
        Self::load(lanes, &part)
    }

    /// Writes to the first places of a slice, as many as there are.
    #[inline(always)]
    pub(crate) fn store_some(self, to: &mut [T]) {
        if to.len() >= T::WIDTH {
            return self.store(to);
        }
        let mut all = [T::SIMPLE[0]; 8];
        self.store(&mut all);
        copy_some(&all, to);
    }

    /// All lanes the same, of the same instruction set.
    #[inline(always)]
    pub(crate) fn of(self, x: T) -> Self {
        Self::splat(self.lanes, x)
    }

    #[inline(always)]
    pub(crate) fn zero(self) -> Self {
        self.of(T::SIMPLE[0])
    }

    #[inline(always)]
    pub(crate) fn one(self) -> Self {
        self.of(T::SIMPLE[2])
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub(crate) fn sum(self) -> T {
        self.lanes.sum(self.v)
    }

    /// `self · b + c`, rounded once.
    #[inline(always)]
    pub(crate) fn mul_add(self, b: Self, c: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.mul_add(self.v, b.v, c.v) }
    }

    /// `c − self · b`, rounded once.
    #[inline(always)]
    pub(crate) fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.neg_mul_add(self.v, b.v, c.v) }
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.abs(self.v) }
    }

    /// Where `self < b` one, elsewhere, and where one of them is not a number, the other.
    #[inline(always)]
    pub(crate) fn if_less(self, b: Self, yes: Self, no: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.if_less(self.v, b.v, yes.v, no.v) }
    }

    /// Where |self| is less than `distance` one, elsewhere the other.
    #[inline(always)]
    pub(crate) fn if_near(self, distance: Self, yes: Self, no: Self) -> Self {
        self.abs().if_less(distance, yes, no)
    }

    /// The first `count` lanes of it, the others of `others`.
    #[inline(always)]
    pub(crate) fn first_lanes(self, count: T, others: Self) -> Self {
        Self::load(self.lanes, T::INDICES).if_less(self.of(count), self, others)
    }

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
        let (power, rest) = self.if_less(low, low, self).exp_parts();
        self.if_less(low, self.zero(), power.mul_add(rest, power))
    }

    /// `tanh(x) = e / (e + 2)` with e = e^(2|x|) − 1, and the sign of x.
    #[inline(always)]
    pub(crate) fn tanh(self) -> Self {
        let (size, high) = (self.abs(), self.of(T::TANH_HIGH));
        let double = size + size;
        let (power, rest) = high.if_less(double, high, double).exp_parts();
        let e = power.mul_add(rest, power - self.one());
        let tanh = e / (e + self.of(T::SIMPLE[3]));
        Self { lanes: self.lanes, v: self.lanes.with_sign(tanh.v, self.v) }
    }

    /// The logistic function `1 / (1 + e^(−x))`.
    #[inline(always)]
    pub(crate) fn logistic(self) -> Self {
        let (low, high) = (self.of(T::EXP_LOW), self.of(T::EXP_HIGH));
        let minus = self.zero() - self;
        let minus = high.if_less(minus, high, minus);
        let (power, rest) = minus.if_less(low, low, minus).exp_parts();
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

/// Copies as many numbers as there are and as have a place. Out of line, so that what is common stays short.
#[cold]
#[inline(never)]
fn copy_some<T: Copy>(from: &[T], to: &mut [T]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
}

/// Plain arrays, as fast as the compiler makes them.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

macro_rules! portable {
    ($type:ty, $bits:ty, $lanes:literal) => {
        impl Lanes<$type> for Portable {
            type Vector = [$type; $lanes];

            #[inline(always)]
            fn splat(self, x: $type) -> Self::Vector {
                [x; $lanes]
            }

            #[inline(always)]
            fn load(self, from: &[$type]) -> Self::Vector {
                std::array::from_fn(|i| from[i])
            }

            #[inline(always)]
            fn store(self, v: Self::Vector, to: &mut [$type]) {
                to[..$lanes].copy_from_slice(&v);
            }

            #[inline(always)]
            fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] + b[i])
            }

            #[inline(always)]
            fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] - b[i])
            }

            #[inline(always)]
            fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] * b[i])
            }

            #[inline(always)]
            fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] / b[i])
            }

            #[inline(always)]
            fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
            }

            #[inline(always)]
            fn neg_mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| (-a[i]).mul_add(b[i], c[i]))
            }

            #[inline(always)]
            fn abs(self, a: Self::Vector) -> Self::Vector {
                a.map(<$type>::abs)
            }

            #[inline(always)]
            fn with_sign(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i].copysign(b[i]))
            }

            #[inline(always)]
            fn if_less(self, a: Self::Vector, b: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| if a[i] < b[i] { yes[i] } else { no[i] })
            }

            #[inline(always)]
            fn sum(self, mut v: Self::Vector) -> $type {
                let mut half = $lanes / 2;
                while half > 0 {
                    (0..half).for_each(|i| v[i] += v[i + half]);
                    half /= 2;
                }
                v[0]
            }

            #[inline(always)]
            fn power_of_two(self, rounded: Self::Vector) -> Self::Vector {
                let bits = |x: $type| (x.to_bits() << MANTISSA).wrapping_add((1.0 as $type).to_bits());
                const MANTISSA: u32 = <$type>::MANTISSA_DIGITS - 1;
                rounded.map(|x| <$type>::from_bits(bits(x)))
            }

            #[inline(always)]
            fn split(self, a: Self::Vector) -> (Self::Vector, Self::Vector) {
                const MANTISSA: u32 = <$type>::MANTISSA_DIGITS - 1;
                let low = std::f64::consts::FRAC_1_SQRT_2 as $type;
                let k = a.map(|a| a.to_bits().wrapping_sub(low.to_bits()) >> MANTISSA);
                let m = std::array::from_fn(|i| <$type>::from_bits(a[i].to_bits().wrapping_sub(k[i] << MANTISSA)));
                (k.map(|k| k as $type), m)
            }
        }
    };
}

portable!(f32, u32, 8);
portable!(f64, u64, 4);

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::Lanes;
    use pulp::x86::V3;
    use pulp::{cast, f32x4, f32x8, f64x2, f64x4};
    use std::arch::x86_64::__m256i;

    #[inline(always)]
    fn sum_f32(v3: V3, v: f32x8) -> f32 {
        let [low, high]: [f32x4; 2] = cast(v);
        let four = v3.sse._mm_add_ps(cast(low), cast(high));
        let two = v3.sse._mm_add_ps(four, v3.sse._mm_movehl_ps(four, four));
        v3.sse._mm_cvtss_f32(v3.sse._mm_add_ss(two, v3.sse3._mm_movehdup_ps(two)))
    }

    #[inline(always)]
    fn sum_f64(v3: V3, v: f64x4) -> f64 {
        let [low, high]: [f64x2; 2] = cast(v);
        let two = v3.sse2._mm_add_pd(cast(low), cast(high));
        v3.sse2._mm_cvtsd_f64(v3.sse2._mm_add_sd(two, v3.sse2._mm_unpackhi_pd(two, two)))
    }

    macro_rules! avx2 {
        (
            $type:ty, $bits:ty, $vector:ident, $lanes:literal, $splat:ident $add:ident $sub:ident $mul:ident $div:ident
            $mul_add:ident $neg_mul_add:ident $abs:ident $and:ident $or:ident $less:ident $select:ident
            $set_bits:ident($as_bits:ty) $add_bits:ident $sub_bits:ident $shl:ident $shr:ident $sum:ident
        ) => {
            impl Lanes<$type> for V3 {
                type Vector = $vector;

                #[inline(always)]
                fn splat(self, x: $type) -> $vector {
                    V3::$splat(self, x)
                }

                #[inline(always)]
                fn load(self, from: &[$type]) -> $vector {
                    let mut whole = [0.0; $lanes];
                    whole.copy_from_slice(&from[..$lanes]);
                    cast(whole)
                }

                #[inline(always)]
                fn store(self, v: $vector, to: &mut [$type]) {
                    to[..$lanes].copy_from_slice(&cast::<$vector, [$type; $lanes]>(v));
                }

                #[inline(always)]
                fn add(self, a: $vector, b: $vector) -> $vector {
                    V3::$add(self, a, b)
                }

                #[inline(always)]
                fn sub(self, a: $vector, b: $vector) -> $vector {
                    V3::$sub(self, a, b)
                }

                #[inline(always)]
                fn mul(self, a: $vector, b: $vector) -> $vector {
                    V3::$mul(self, a, b)
                }

                #[inline(always)]
                fn div(self, a: $vector, b: $vector) -> $vector {
                    V3::$div(self, a, b)
                }

                #[inline(always)]
                fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                    V3::$mul_add(self, a, b, c)
                }

                #[inline(always)]
                fn neg_mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                    V3::$neg_mul_add(self, a, b, c)
                }

                #[inline(always)]
                fn abs(self, a: $vector) -> $vector {
                    V3::$abs(self, a)
                }

                #[inline(always)]
                fn with_sign(self, a: $vector, b: $vector) -> $vector {
                    V3::$or(self, a, V3::$and(self, b, V3::$splat(self, -0.0)))
                }

                #[inline(always)]
                fn if_less(self, a: $vector, b: $vector, yes: $vector, no: $vector) -> $vector {
                    V3::$select(self, V3::$less(self, a, b), yes, no)
                }

                #[inline(always)]
                fn sum(self, v: $vector) -> $type {
                    $sum(self, v)
                }

                #[inline(always)]
                fn power_of_two(self, rounded: $vector) -> $vector {
                    let bias = self.avx.$set_bits((1.0 as $type).to_bits() as $as_bits);
                    let shifted = self.avx2.$shl::<MANTISSA>(cast::<$vector, __m256i>(rounded));
                    const MANTISSA: i32 = <$type>::MANTISSA_DIGITS as i32 - 1;
                    cast(self.avx2.$add_bits(shifted, bias))
                }

                #[inline(always)]
                fn split(self, a: $vector) -> ($vector, $vector) {
                    const MANTISSA: i32 = <$type>::MANTISSA_DIGITS as i32 - 1;
                    let low = (std::f64::consts::FRAC_1_SQRT_2 as $type).to_bits();
                    let bits = cast::<$vector, __m256i>(a);
                    let k = self.avx2.$shr::<MANTISSA>(
                        self.avx2.$sub_bits(bits, self.avx.$set_bits(low as $as_bits)),
                    );
                    let m = self.avx2.$sub_bits(bits, self.avx2.$shl::<MANTISSA>(k));
                    // A small whole number in the last bits of 2^(digits of the mantissa) is added to it.
                    let great = (1 as $bits << MANTISSA) as $type;
                    let sum = self.avx2.$add_bits(k, self.avx.$set_bits(great.to_bits() as $as_bits));
                    (V3::$sub(self, cast(sum), V3::$splat(self, great)), cast(m))
                }
            }
        };
    }

    avx2! {
        f32, u32, f32x8, 8, splat_f32x8 add_f32x8 sub_f32x8 mul_f32x8 div_f32x8
        mul_add_f32x8 negate_mul_add_f32x8 abs_f32x8 and_f32x8 or_f32x8 cmp_lt_f32x8 select_f32x8
        _mm256_set1_epi32(i32) _mm256_add_epi32 _mm256_sub_epi32 _mm256_slli_epi32 _mm256_srli_epi32 sum_f32
    }

    avx2! {
        f64, u64, f64x4, 4, splat_f64x4 add_f64x4 sub_f64x4 mul_f64x4 div_f64x4
        mul_add_f64x4 negate_mul_add_f64x4 abs_f64x4 and_f64x4 or_f64x4 cmp_lt_f64x4 select_f64x4
        _mm256_set1_epi64x(i64) _mm256_add_epi64 _mm256_sub_epi64 _mm256_slli_epi64 _mm256_srli_epi64 sum_f64
    }
}

macro_rules! real {
    ($type:ty, $lanes:literal, $rounder:expr, $($name:ident = $value:expr;)*) => {
        impl Real for $type {
            const WIDTH: usize = $lanes;
            const PANEL: usize = 2 * $lanes;
            const ROUNDER: Self = $rounder;
            const LOG2_E: Self = std::f64::consts::LOG2_E as Self;
            const INDICES: &'static [Self] = &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
            const SIMPLE: [Self; 4] = [0.0, 0.5, 1.0, 2.0];
            $(const $name: real!(@type $name) = $value;)*

            #[inline(always)]
            fn run<K: Kernel<Self>>(kernel: K) -> K::Output {
                #[cfg(target_arch = "x86_64")]
                if let Some(avx2) = pulp::x86::V3::try_new() {
                    struct Run<K>(K, pulp::x86::V3);
                    impl<K: Kernel<$type>> pulp::NullaryFnOnce for Run<K> {
                        type Output = K::Output;
                        #[inline(always)]
                        fn call(self) -> K::Output {
                            self.0.run(self.1)
                        }
                    }
                    return avx2.vectorize(Run(kernel, avx2));
                }
                Self::run_portably(kernel)
            }

            #[inline(never)]
            fn run_portably<K: Kernel<Self>>(kernel: K) -> K::Output {
                kernel.run(Portable)
            }
        }
    };
    (@type EXP) => { &'static [Self] };
    (@type LN) => { &'static [Self] };
    (@type $name:ident) => { Self };
}

#[allow(clippy::excessive_precision, reason = "as computed, to be rounded once")]
mod constants {
    use super::{Kernel, Portable, Real};

    real! { f32, 8, 12_582_912.0, // 1.5 · 2²³
        LN_2_HIGH = 0.693_359_375; // 10 bits
        LN_2_LOW = -2.121_944_400_546_905_8e-4;
        EXP = &[0.500_000_002_695_144_3, 0.166_665_769_701_691_601, 0.041_666_375_114_281_759,
            0.008_363_181_228_719_957, 0.001_394_112_556_680_738];
        LN = &[0.666_666_853_228_008_482, 0.399_886_958_335_911_985, 0.295_830_877_878_916_559];
        EXP_LOW = -87.0;
        EXP_HIGH = 88.0;
        TANH_HIGH = 20.0;
    }

    real! { f64, 4, 6_755_399_441_055_744.0, // 1.5 · 2⁵²
        LN_2_HIGH = 0.693_147_180_369_123_816_49; // 33 bits
        LN_2_LOW = 1.908_214_929_270_587_700_02e-10;
        EXP = &[0.5, 0.166_666_666_666_666_71, 0.041_666_666_666_666_683_8, 0.008_333_333_333_326_134_83,
            0.001_388_888_888_887_438_63, 1.984_126_987_482_144_68e-4, 2.480_158_734_737_128_98e-5,
            2.755_725_539_933_988_31e-6, 2.755_725_287_942_964_72e-7, 2.510_521_731_757_315_68e-8,
            2.092_160_111_521_710_14e-9];
        LN = &[0.666_666_666_666_666_975, 0.399_999_999_998_978_845, 0.285_714_286_266_524_481,
            0.222_222_110_316_334_655, 0.181_828_962_134_313_841, 0.153_314_976_318_895_914,
            0.146_190_981_085_430_211];
        EXP_LOW = -708.0;
        EXP_HIGH = 709.0;
        TANH_HIGH = 40.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            for values in self.1.chunks_mut(T::WIDTH) {
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
            let arguments = |bits: u32| f32::from_bits(bits);
            let mut fast: Vec<f32> = (0..=u32::MAX).step_by(40_009).map(arguments).collect();
            let mut plain = fast.clone();
            f32::run(Map(function, &mut fast));
            f32::run_portably(Map(function, &mut plain));
            let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(fast.iter().zip(&plain).all(same), "{function:?}");

            let mut fast: Vec<f64> = (0..100_000).map(|i| f64::from(i) * 0.01 - 720.0).collect();
            let mut plain = fast.clone();
            f64::run(Map(function, &mut fast));
            f64::run_portably(Map(function, &mut plain));
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(fast.iter().zip(&plain).all(same), "{function:?}");
        }
    }
}
