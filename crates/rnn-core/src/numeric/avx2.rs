//! Vectors in the registers of AVX2 and FMA.

use super::lanes::Lanes;
use super::pair::Pair;
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

/// Two rows of a square to the neighbouring numbers of both, those in the low and those in the high half of each half.
macro_rules! neighbours {
    ($avx:ident $low:ident $high:ident, $a:expr, $b:expr) => {
        ($avx.$low(cast($a), cast($b)), $avx.$high(cast($a), cast($b)))
    };
}

#[inline(always)]
fn transpose_f32(v3: V3, [a, b, c, d, e, f, g, h]: [f32x8; 8]) -> [f32x8; 8] {
    let avx = v3.avx;
    macro_rules! fours {
        ($a:ident $b:ident $c:ident $d:ident) => {{
            let (ab, ab_high) = neighbours!(avx _mm256_unpacklo_ps _mm256_unpackhi_ps, $a, $b);
            let (cd, cd_high) = neighbours!(avx _mm256_unpacklo_ps _mm256_unpackhi_ps, $c, $d);
            [
                avx._mm256_shuffle_ps::<0x44>(ab, cd),
                avx._mm256_shuffle_ps::<0xee>(ab, cd),
                avx._mm256_shuffle_ps::<0x44>(ab_high, cd_high),
                avx._mm256_shuffle_ps::<0xee>(ab_high, cd_high),
            ]
        }};
    }
    macro_rules! halves {
        ($which:literal, $number:literal, $above:ident $below:ident) => {
            cast(avx._mm256_permute2f128_ps::<$which>($above[$number], $below[$number]))
        };
    }
    let (above, below) = (fours!(a b c d), fours!(e f g h));
    [
        halves!(0x20, 0, above below),
        halves!(0x20, 1, above below),
        halves!(0x20, 2, above below),
        halves!(0x20, 3, above below),
        halves!(0x31, 0, above below),
        halves!(0x31, 1, above below),
        halves!(0x31, 2, above below),
        halves!(0x31, 3, above below),
    ]
}

#[inline(always)]
fn transpose_f64(v3: V3, [a, b, c, d]: [f64x4; 4]) -> [f64x4; 4] {
    let avx = v3.avx;
    let (ab, ab_high) = neighbours!(avx _mm256_unpacklo_pd _mm256_unpackhi_pd, a, b);
    let (cd, cd_high) = neighbours!(avx _mm256_unpacklo_pd _mm256_unpackhi_pd, c, d);
    [
        cast(avx._mm256_permute2f128_pd::<0x20>(ab, cd)),
        cast(avx._mm256_permute2f128_pd::<0x20>(ab_high, cd_high)),
        cast(avx._mm256_permute2f128_pd::<0x31>(ab, cd)),
        cast(avx._mm256_permute2f128_pd::<0x31>(ab_high, cd_high)),
    ]
}

macro_rules! avx2 {
    (
        $type:ty, $bits:ty, $vector:ident, $lanes:literal, $splat:ident $add:ident $sub:ident $mul:ident $div:ident
        $mul_add:ident $neg_mul_add:ident $abs:ident $and:ident $or:ident $less:ident $select:ident
        $set_bits:ident($as_bits:ty) $add_bits:ident $sub_bits:ident $shl:ident $shr:ident $sum:ident $transpose:ident
    ) => {
        impl Lanes<$type> for V3 {
            type Vector = $vector;

            type Line = Pair<Self>;

            const WIDTH: usize = $lanes;
            const REGISTERS: usize = 16;

            #[inline(always)]
            fn line(self) -> Pair<Self> {
                Pair(self)
            }

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

            #[inline(always)]
            fn transpose(
                self,
                _width: usize,
                mut row: impl FnMut(usize) -> $vector,
                mut column: impl FnMut(usize, $vector),
            ) {
                let mut square = [V3::$splat(self, 0.0); $lanes];
                for (number, to) in square.iter_mut().enumerate() {
                    *to = row(number);
                }
                let square = $transpose(self, square);
                for number in 0..$lanes {
                    column(number, square[number]);
                }
            }
        }
    };
}

avx2! {
    f32, u32, f32x8, 8, splat_f32x8 add_f32x8 sub_f32x8 mul_f32x8 div_f32x8
    mul_add_f32x8 negate_mul_add_f32x8 abs_f32x8 and_f32x8 or_f32x8 cmp_lt_f32x8 select_f32x8
    _mm256_set1_epi32(i32) _mm256_add_epi32 _mm256_sub_epi32 _mm256_slli_epi32 _mm256_srli_epi32 sum_f32 transpose_f32
}

avx2! {
    f64, u64, f64x4, 4, splat_f64x4 add_f64x4 sub_f64x4 mul_f64x4 div_f64x4
    mul_add_f64x4 negate_mul_add_f64x4 abs_f64x4 and_f64x4 or_f64x4 cmp_lt_f64x4 select_f64x4
    _mm256_set1_epi64x(i64) _mm256_add_epi64 _mm256_sub_epi64 _mm256_slli_epi64 _mm256_srli_epi64 sum_f64 transpose_f64
}
