//! Vectors as plain arrays, as fast as the compiler makes them.

use super::lanes::Lanes;
use super::pair::Pair;

/// The instruction set of plain Rust.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

macro_rules! portable {
    ($type:ty, $bits:ty, $lanes:literal) => {
        impl Lanes<$type> for Portable {
            type Vector = [$type; $lanes];

            type Line = Pair<Self>;

            const WIDTH: usize = $lanes;
            // Small tiles: without vector registers nothing is gained by large ones, but long to compile.
            const REGISTERS: usize = 4;

            #[inline(always)]
            fn line(self) -> Pair<Self> {
                Pair(self)
            }

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
            fn load_some(self, from: &[$type]) -> Self::Vector {
                let mut some = [0.0; $lanes];
                some[..from.len()].copy_from_slice(from);
                some
            }

            #[inline(always)]
            fn store_some(self, v: Self::Vector, to: &mut [$type]) {
                to.copy_from_slice(&v[..to.len()]);
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
