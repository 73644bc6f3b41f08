//! Vectors in the registers of AVX2 and FMA.

use super::lanes::Lanes;
use pulp::x86::V3;
use pulp::{cast, f32x4, f32x8, f64x2, f64x4};
use std::arch::x86_64::{__m256, __m256d, __m256i};

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

/// Pairs of lanes, pairs of pairs, then the halves.
#[inline(always)]
fn transpose_f32(v3: V3, lines: [f32x8; 8]) -> [f32x8; 8] {
    let avx = v3.avx;
    let lines = lines.map(cast::<f32x8, __m256>);
    let low = |pair: usize| avx._mm256_unpacklo_ps(lines[2 * pair], lines[2 * pair + 1]);
    let high = |pair: usize| avx._mm256_unpackhi_ps(lines[2 * pair], lines[2 * pair + 1]);
    // Of four lines: lanes 0 and 4, 1 and 5, 2 and 6, 3 and 7.
    let four = |first: usize| {
        let (one, other) = ((low(first), high(first)), (low(first + 1), high(first + 1)));
        [
            avx._mm256_shuffle_ps::<0b01_00_01_00>(one.0, other.0),
            avx._mm256_shuffle_ps::<0b11_10_11_10>(one.0, other.0),
            avx._mm256_shuffle_ps::<0b01_00_01_00>(one.1, other.1),
            avx._mm256_shuffle_ps::<0b11_10_11_10>(one.1, other.1),
        ]
    };
    let (upper, lower) = (four(0), four(2));
    std::array::from_fn(
        #[inline(always)]
        |lane| {
            let (upper, lower) = (upper[lane % 4], lower[lane % 4]);
            cast(if lane < 4 {
                avx._mm256_permute2f128_ps::<0x20>(upper, lower)
            } else {
                avx._mm256_permute2f128_ps::<0x31>(upper, lower)
            })
        },
    )
}

/// Pairs of lanes, then the halves.
#[inline(always)]
fn transpose_f64(v3: V3, lines: [f64x4; 4]) -> [f64x4; 4] {
    let avx = v3.avx;
    let lines = lines.map(cast::<f64x4, __m256d>);
    let two = |first: usize| {
        let (one, other) = (lines[first], lines[first + 1]);
        [avx._mm256_unpacklo_pd(one, other), avx._mm256_unpackhi_pd(one, other)]
    };
    let (upper, lower) = (two(0), two(2));
    std::array::from_fn(
        #[inline(always)]
        |lane| {
            let (upper, lower) = (upper[lane % 2], lower[lane % 2]);
            cast(if lane < 2 {
                avx._mm256_permute2f128_pd::<0x20>(upper, lower)
            } else {
                avx._mm256_permute2f128_pd::<0x31>(upper, lower)
            })
        },
    )
}

macro_rules! avx2 {
    (
        $type:ty, $bits:ty, $vector:ident, $lanes:literal, $splat:ident $add:ident $sub:ident $mul:ident $div:ident
        $mul_add:ident $neg_mul_add:ident $abs:ident $and:ident $or:ident $less:ident $select:ident
        $set_bits:ident($as_bits:ty) $add_bits:ident $sub_bits:ident $shl:ident $shr:ident $sum:ident $transpose:ident
    ) => {
        impl Lanes<$type> for V3 {
            type Vector = $vector;

            const WIDTH: usize = $lanes;
            const REGISTERS: usize = 16;

            #[inline(always)]
            fn splat(self, x: $type) -> $vector {
                V3::$splat(self, x)
            }

            #[inline(always)]
            fn load(self, from: &[$type]) -> $vector {
                let (whole, _) = from.split_at($lanes);
                cast::<[$type; $lanes], $vector>(*whole.first_chunk().unwrap_or(&[0.0; $lanes]))
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
            fn transpose(self, from: (&[$type], usize), to: (&mut [$type], usize)) {
                let lines = std::array::from_fn(
                    #[inline(always)]
                    |line| Lanes::<$type>::load(self, &from.0[line * from.1..]),
                );
                for (lane, line) in $transpose(self, lines).into_iter().enumerate() {
                    Lanes::<$type>::store(self, line, &mut to.0[lane * to.1..]);
                }
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
    transpose_f32
}

avx2! {
    f64, u64, f64x4, 4, splat_f64x4 add_f64x4 sub_f64x4 mul_f64x4 div_f64x4
    mul_add_f64x4 negate_mul_add_f64x4 abs_f64x4 and_f64x4 or_f64x4 cmp_lt_f64x4 select_f64x4
    _mm256_set1_epi64x(i64) _mm256_add_epi64 _mm256_sub_epi64 _mm256_slli_epi64 _mm256_srli_epi64 sum_f64
    transpose_f64
}
